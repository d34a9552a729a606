"""What the log view shows at a moment: made by the viewer, painted by the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from knowledge.text import Text


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line, redacted."""

    start: int
    """The offset where it begins: what it is, from one page to the next."""
    end: int
    number: int | None
    """From 1; None: not counted yet."""
    text: str
    level: str
    """As `knowledge.record` names it; empty: it has none."""
    findings: tuple[str, ...] = ()
    """Keys of the findings that it is evidence of."""


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """The record of one line, taken apart, redacted."""

    start: int
    structured: bool
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Unescaped values."""


@dataclass(frozen=True, slots=True)
class Page:
    """The lines in sight."""

    lines: tuple[ShownLine, ...] = ()
    cursor: int = -1
    """Which of them is the one that keys are about; -1: there are none."""
    record: ShownRecord | None = None
    """That of the line under the cursor."""
    at_end: bool = True
    """Whether new lines come into sight by themselves."""
    unfinished: bool = False
    """Whether the page is still being looked for."""
    missed: bool = False
    """Whether the last search found nothing."""
    wrapped: bool = False
    """Whether the last search went on at the other end."""
    number: int = 0
    """Which page it is: higher is newer."""

    @property
    def current(self) -> ShownLine | None:
        """Return the line under the cursor."""
        return self.lines[self.cursor] if 0 <= self.cursor < len(self.lines) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far counting is."""

    size: int
    """Bytes known so far."""
    lines: int
    exact_lines: bool
    shown: int | None
    """Lines that the filter leaves; None: there is no filter."""
    exact_shown: bool
    matches: int | None
    """Lines in which the search finds something; None: nothing is searched for."""
    exact_matches: bool
    rank: int | None
    """Which of the matches is under the cursor, from 1."""
    percent: int | None
    """How much of the log is known, where getting to know it takes time."""
    counted: int
    """Percent of the known bytes whose lines are counted."""
    left_out: int
    """Bytes at the beginning that are not kept."""
    trouble: Text | None
    growing: bool
    """Whether more may come."""
    busy: bool
    """Whether a page is being looked for."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Lines that were copied."""

    text: str
    lines: int
    cut: bool
    """Whether there were more than may be copied at once."""
