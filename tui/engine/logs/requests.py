"""What a person asks of the log view, in the words of its viewer."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from tui.engine.logs.page import Copied
from tui.engine.logs.place import Place
from tui.engine.logs.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Fit:
    """So many rows are there."""

    rows: int
    width: int
    """Cells in which lines wrap; 0: they do not."""


@dataclass(frozen=True, slots=True)
class Move:
    """Go so many lines down, or up."""

    lines: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Go so many pages down, or up."""

    pages: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Go to the first or the last line."""

    end: bool


@dataclass(frozen=True, slots=True)
class Show:
    """Go to a line."""

    place: Place


@dataclass(frozen=True, slots=True)
class Point:
    """Go to the line that begins at an offset."""

    start: int


@dataclass(frozen=True, slots=True)
class Share:
    """Go to a line so far behind the beginning."""

    part: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Show only the lines that are wanted."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Search:
    """Find a text from some line on."""

    text: str
    origin: int | None = None
    """Where to begin; None: only mark it, stay where we are."""


@dataclass(frozen=True, slots=True)
class Next:
    """Go to the next match of the search, or the one before."""

    step: int


@dataclass(frozen=True, slots=True)
class NextMark:
    """Go to the next line that is evidence, or the one before."""

    step: int


@dataclass(frozen=True, slots=True)
class Again:
    """Show what there is now."""

    grown: bool = True
    """Whether there may be other lines; else the same ones are numbered, as far as is known."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Hand over the lines from one to another, as they are shown."""

    first: int
    last: int | None
    """None: to the end, and more of them."""
    answer: Future[Copied] = field(default_factory=Future)


Wish = (
    Fit | Move | Turn | Edge | Show | Point | Share | Narrow | Search | Next | NextMark | Again
    | Copy
)  # fmt: skip
INTERRUPTING = (Narrow, Search, Edge, Show, Point, Share)
"""What ends a search that is going on: somebody wants something else."""
