"""Lays pages out: which lines are in sight around the current one, or up to the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Final

from tui.engine.logs.counting import Counting
from tui.engine.logs.lines import RawLine, line_at, line_start
from tui.engine.logs.marks import Mark, Marks
from tui.engine.logs.page import Page
from tui.engine.logs.place import Place
from tui.engine.logs.showing import Showing, is_giant
from tui.engine.logs.text import LogText
from tui.engine.logs.walk import Walk
from tui.engine.logs.wanted import Wanted

_PATIENCE: Final = 0.15
"""Seconds after which a page is shown although it is not whole."""


class Abandoned(Exception):
    """Somebody wants something else by now."""


class Layout:
    """Where we are in a log, and what is in sight there. For one thread."""

    def __init__(
        self,
        text: LogText,
        counting: Counting,
        publish: Callable[[Page], None],
        newer: Callable[[], bool],
        measure: Callable[[str, int], int] | None,
    ) -> None:
        self.waits: Place | None = None
        """A line that cannot be shown yet: it is not known where it is."""
        self._text = text
        self._counting = counting
        self._publish = publish
        self._newer = newer
        self._measure = measure or (lambda _text, _width: 1)
        self._showing = Showing(text, counting.index)
        self._rows = 24
        self._width = 0
        self._wanted = Wanted()
        self._needle = ""
        self._top = text.start
        self._cursor = text.start
        self._sticks = True
        self._missed = self._wrapped = False
        self._edition = text.edition
        self._began = 0.0
        self._lines: list[RawLine] = []
        """Those of the page."""
        self._found: list[RawLine] | None = None
        """What there is of the page that is being made."""
        self._unfinished = False
        self._starts: dict[Mark, int] = {}
        """Where lines are that are evidence, as far as it was asked for."""

    @property
    def marks(self) -> Marks:
        """Lines that are evidence."""
        return self._showing.marks

    @marks.setter
    def marks(self, marks: Marks) -> None:
        self._showing.marks = marks
        self._starts = {}

    # Pages

    def _begin(self) -> None:
        self._missed = self._wrapped = False
        self._began = time.monotonic()

    def _check(self, _at: int) -> None:
        if self._newer():
            raise Abandoned
        self._partly()

    def _walk(self) -> Walk:
        return Walk(self._text, self._wanted, self._counting.shown, self._check)

    def _go(self, start: int) -> None:
        """Make a line the current one, with some lines above it if it is not in sight."""
        self._cursor = start
        above = list(islice(self._walk().backward(start), self._rows // 3))
        self._top = above[-1].start if above else start

    def _compose(self, *, quiet: bool = False) -> None:
        """Make the page and publish it."""
        if not quiet:
            self._began = time.monotonic()
        if self._text.edition != self._edition:
            self._edition = self._text.edition
            self._showing.forget()
            self._starts = {}
            self._sticks = True
        if max(self._cursor, self._top) < self._text.start:
            self._cursor = self._top = self._text.start
        try:
            lines = self._from_end() if self._sticks else self._around_cursor()
        finally:
            self._found = None
        self._publish_lines(lines)

    def _from_end(self) -> list[RawLine]:
        end = self._text.size
        # What comes is shown as it comes, so the last line may have no end yet.
        last = line_start(self._text, end)
        lines: list[RawLine] = []
        self._found = lines
        if last < end:
            lines += self._walk().forward(last)
        rows = sum(map(self._height, lines))
        for line in self._walk().backward(last):
            rows += self._height(line)
            if rows > self._rows and lines:
                break
            lines.insert(0, line)
            self._partly()
        if lines:
            self._top, self._cursor = lines[0].start, lines[-1].start
        return lines

    def _around_cursor(self) -> list[RawLine]:
        if self._cursor < self._top:
            self._top = self._cursor
        lines: list[RawLine] = []
        self._found = lines
        rows = 0
        whole = False
        clipped: RawLine | None = None
        """A line of which only the beginning has room."""
        for line in self._walk().forward(self._top):
            height = self._height(line)
            if rows + height > self._rows and lines:
                whole, clipped = True, line if rows < self._rows else None
                break
            rows += height
            lines.append(line)
            self._partly()
        if whole and lines and self._cursor > lines[-1].start:
            return self._up_to_cursor()
        if not whole and lines:
            # The last page: more lines above.
            for line in self._walk().backward(lines[0].start):
                rows += self._height(line)
                if rows > self._rows:
                    break
                lines.insert(0, line)
            self._top = lines[0].start
        if lines and all(line.start != self._cursor for line in lines):
            self._cursor = next(
                (each.start for each in lines if each.start >= self._cursor), lines[-1].start
            )
        if not lines and (before := next(self._walk().backward(self._top), None)) is not None:
            self._cursor = self._top = before.start
            return self._around_cursor()
        if clipped is not None and lines:
            lines.append(clipped)
        return lines

    def _up_to_cursor(self) -> list[RawLine]:
        """Return the lines of a page that ends with the current one."""
        here = line_at(self._text, self._cursor)
        lines = [here] if here is not None else []
        rows = sum(map(self._height, lines))
        for line in self._walk().backward(self._cursor):
            rows += self._height(line)
            if rows > self._rows:
                break
            lines.insert(0, line)
        if lines:
            self._top = lines[0].start
        return lines

    def _height(self, line: RawLine) -> int:
        if not self._width:
            return 1
        return min(self._rows, self._measure(self._showing.text(line), self._width))

    def _partly(self) -> None:
        """Show what was found so far, if it takes long."""
        now = time.monotonic()
        if now - self._began > _PATIENCE and self._found is not None:
            self._began = now
            self._publish_lines(list(self._found), unfinished=True)

    def _publish_lines(self, lines: list[RawLine], *, unfinished: bool = False) -> None:
        self._lines, self._unfinished = lines, unfinished
        shown = self._showing.lines(lines)
        cursor = next(
            (number for number, line in enumerate(shown) if line.start == self._cursor),
            len(shown) - 1,
        )
        record = self._showing.record(lines[cursor]) if lines else None
        if lines and is_giant(lines[cursor]):
            texts = (self._needle, *self._wanted.texts)
            parts = (self._showing.part(lines[cursor], each) for each in texts if each)
            if (part := next((each for each in parts if each is not None), None)) is not None:
                shown[cursor] = replace(shown[cursor], text=part)
        self._publish(
            Page(
                lines=tuple(shown),
                cursor=cursor,
                record=record,
                at_end=self._sticks,
                unfinished=unfinished or self.waits is not None,
                missed=self._missed,
                wrapped=self._wrapped,
            )
        )
