"""Runbooks that were begun and left: how far each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from tui.engine.outcome import StepState
from tui.messages import Begun

if TYPE_CHECKING:
    from tui.engine.runbook import Runbook

_UNTOUCHED: Final = frozenset({StepState.PENDING, StepState.NOT_NEEDED})


def begun(runbooks: Mapping[str, Runbook]) -> Iterator[Begun]:
    """Yield what was begun and not finished.

    Args:
        runbooks: Open runbooks, by the key of their finding.
    """
    for key, runbook in runbooks.items():
        views, current = runbook.steps, runbook.current
        if current is None or all(view.state in _UNTOUCHED for view in views):
            continue
        title = runbook.finding.title if runbook.finding is not None else runbook.issue.title
        done = [view.step.id for view in views].index(current.step.id)
        yield Begun(key, title, done, len(views))
