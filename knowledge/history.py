"""What happened during one backup or restore: everything that is known of it on one time axis.

Made of objects, log hits and findings of whatever source there is. What nobody noted is said to
be unknown: Velero writes no times for most of the phases in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from knowledge.moment import parse_time
from knowledge.snapshot import KubeObject, LogHit, ObjectRef
from knowledge.text import Text

OWN: Final = "history/"
"""Beginning of the keys of the signatures that are looked for besides those of rules."""
_ALONE: Final = 6
"""Entries of one sort that stand alone; more of them are put together."""
_BAD_ALONE: Final = 12
"""Of those that did not go well, how many stand alone in any case."""
_PARTS: Final = 500
"""Entries that are kept of those put together."""


class Sort(StrEnum):
    """What an entry is about."""

    PHASE = "phase"
    STAGE = "stage"
    ITEMS = "items"
    HOOK = "hook"
    VOLUME = "volume"
    MOVE = "move"
    SNAPSHOT = "snapshot"
    RESTART = "restart"
    EVENT = "event"
    PROBLEM = "problem"
    FINDING = "finding"
    RELATED = "related"


class Grade(StrEnum):
    """How good or bad an entry is, worst first."""

    BAD = "bad"
    WARN = "warn"
    UNKNOWN = "unknown"
    RUNNING = "running"
    INFO = "info"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class OfFinding:
    """A finding, by its key."""

    key: str


Lead = ObjectRef | LogHit | OfFinding
"""Where more of an entry stands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, at a moment or for a while."""

    sort: Sort
    grade: Grade
    says: Text
    begin: datetime | None = None
    """None: nobody noted it."""
    end: datetime | None = None
    """None: it was a moment, or goes on."""
    running: bool = False
    """Whether it goes on."""
    began: datetime | None = None
    """When it really began, after it had waited since `begin`."""
    state: str = ""
    """Its phase, in the words of the API."""
    note: str = ""
    """More of it, foreign text."""
    lead: Lead | None = None
    parts: tuple[Entry, ...] = ()
    """What is put together in it."""
    count: int = 1
    """How often it happened; more than `parts` where some were left out."""


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one backup or restore."""

    ref: ObjectRef
    phase: str
    begin: datetime | None
    end: datetime | None
    running: bool
    now: datetime
    entries: tuple[Entry, ...]
    """By their beginning; those of an unknown moment come last."""
    unknown: tuple[Text, ...]
    """What is not known, and how it could be."""

    def span(self) -> tuple[datetime, datetime] | None:
        """Return the ends of the axis: those of the work, or of what is known of it."""
        moments = [
            moment
            for each in self.entries
            if each.sort not in {Sort.RELATED, Sort.FINDING}
            for moment in (each.begin, each.end)
            if moment is not None
        ]
        if self.running:
            moments.append(self.now)
        begin = self.begin or min(moments, default=None)
        end = self.end or max(moments, default=None)
        return None if begin is None or end is None else (begin, max(begin, end))


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries by their beginning; of one moment the wider ones first."""
    known: list[Entry] = []
    unknown: list[Entry] = []
    for each in entries:
        (unknown if each.begin is None else known).append(each)
    known.sort(key=_place)
    return (*known, *unknown)


def _place(entry: Entry) -> tuple[float, int]:
    assert entry.begin is not None  # noqa: S101 - sorted out before
    return entry.begin.timestamp(), list(Sort).index(entry.sort)


def together(entries: Iterable[Entry], says: Text) -> list[Entry]:
    """Return entries of one sort, hundreds of them put together by how they went.

    Args:
        entries: entries of one sort.
        says: what they are, with `${n}` for how many of them.
    """
    every = list(entries)
    if len(every) <= _ALONE:
        return every
    found: list[Entry] = []
    rest: dict[Grade, list[Entry]] = {}
    for each in every:
        bad = each.grade is not Grade.GOOD and each.sort is not Sort.EVENT
        if bad and len(found) < _BAD_ALONE:
            found.append(each)
        else:
            rest.setdefault(each.grade, []).append(each)
    for grade, same in rest.items():
        found += same if len(same) == 1 else [_group(same, grade, says)]
    return found


def _group(same: list[Entry], grade: Grade, says: Text) -> Entry:
    begins = [each.begin for each in same if each.begin is not None]
    first = min(begins, default=None)
    last = max((each.end or each.begin for each in same if each.begin is not None), default=None)
    running = any(each.running for each in same)
    states = {each.state for each in same}
    return Entry(
        same[0].sort,
        grade,
        says.fill({"n": str(len(same))}),
        first,
        last if not running and last != first else None,
        running,
        state=states.pop() if len(states) == 1 else "",
        parts=in_order(same)[:_PARTS],
        count=sum(each.count for each in same),
    )


def alike(entries: Iterable[Entry], most: int = 3) -> list[Entry]:
    """Return entries, those with the same words put together where there are more than `most`."""
    same: dict[tuple[Sort, Grade, str], list[Entry]] = {}
    for each in entries:
        same.setdefault((each.sort, each.grade, each.says.en), []).append(each)
    found: list[Entry] = []
    for group in same.values():
        if len(group) <= most:
            found += group
            continue
        first = in_order(group)[0]
        made = _group(group, first.grade, first.says)
        found.append(replace(made, note=first.note, lead=first.lead))
    return found


# Reading objects, of which nothing is certain


def at(body: KubeObject | None, *path: str) -> Any:
    """Return what stands at `path`, or None."""
    here: Any = body
    for part in path:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def word(body: KubeObject | None, *path: str) -> str:
    """Return a field as text; empty if it is missing or no text."""
    found = at(body, *path)
    return found if isinstance(found, str) else ""


def number(body: KubeObject | None, *path: str) -> int | None:
    """Return a field as a whole number, or None."""
    found = at(body, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def time(body: KubeObject | None, *path: str) -> datetime | None:
    """Return a field as a time, or None."""
    found = at(body, *path)
    return parse_time(found) if isinstance(found, str) and len(found) <= 40 else None
