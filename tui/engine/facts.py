"""What a runbook needs of a session: knowledge, the newest facts, and to be told of newer ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from knowledge.base import KnowledgeBase
from knowledge.condition import BadRule
from knowledge.judge import Truth
from knowledge.snapshot import Snapshot
from knowledge.text import Text


class HasSnapshot(Protocol):
    """The part of a session's state that a runbook reads."""

    @property
    def snapshot(self) -> Snapshot:
        """Return what was read."""


class Facts(Protocol):
    """The part of a session that a runbook needs."""

    @property
    def state(self) -> HasSnapshot:
        """Return the newest state."""

    @property
    def knowledge(self) -> KnowledgeBase:
        """Return what is known."""

    def subscribe(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        """Call `callback` with each new state; return what ends that."""


def judged(
    knowledge: KnowledgeBase,
    issue: str,
    expression: Any,
    snapshot: Snapshot,
    bindings: Mapping[str, str],
) -> Truth:
    """Return whether an expression of a procedure holds; a broken one is unknown, with the reason.

    Args:
        knowledge: what is known.
        issue: the id of the issue whose facts the expression is over.
        expression: as the file has it, or plain true or false.
        snapshot: what was read.
        bindings: the names that are settled.
    """
    if isinstance(expression, bool):
        return Truth(expression)
    try:
        return knowledge.holds(issue, expression, snapshot, bindings)
    except (BadRule, KeyError) as error:
        return Truth(
            None,
            (
                Text(
                    en=f"A rule of this procedure is broken: {error}",
                    ja=f"この手順のルールに誤りがあります: {error}",
                ),
            ),
        )
