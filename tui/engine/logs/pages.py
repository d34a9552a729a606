"""Makes pages: which lines are in sight, which one is the current, what is to be known of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from tui.engine.logs.counting import Counting
from tui.engine.logs.lines import RawLine, line_at, line_start
from tui.engine.logs.marks import Mark, Marks
from tui.engine.logs.page import Copied, Page
from tui.engine.logs.place import Place, find
from tui.engine.logs.showing import Showing
from tui.engine.logs.text import LogText
from tui.engine.logs.walk import Walk
from tui.engine.logs.wanted import Wanted

_PATIENCE: Final = 0.15
"""Seconds after which a page is shown although it is not whole."""
_COPIED_LINES: Final = 5_000
_COPIED: Final = 1 << 20


class Abandoned(Exception):
    """Somebody wants something else by now."""


class Pages:
    """Where we are in a log. For one thread."""

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

    # Wishes

    def fit(self, rows: int, width: int) -> None:
        """Lay out for so many rows, of so many cells if lines wrap."""
        self._rows, self._width = max(1, rows), width
        self._compose()

    def move(self, count: int) -> None:
        """Go so many lines down, or up."""
        self._begin()
        for line in islice(self._onward(count), abs(count)):
            self._cursor = line.start
        self._stick(down=count > 0)
        self._compose()

    def turn(self, pages: int) -> None:
        """Go so many pages down, or up."""
        self._begin()
        count = pages * max(1, self._rows - 1)
        reached = self._top
        for line in islice(self._onward(count), abs(count)):
            self._cursor = reached = line.start
        self._top = reached
        self._stick(down=count > 0)
        self._compose()

    def _onward(self, count: int) -> Iterator[RawLine]:
        if count >= 0:
            here = line_at(self._text, self._cursor)
            return self._walk().forward(here.end if here is not None else self._cursor)
        return self._walk().backward(self._cursor)

    def _stick(self, *, down: bool) -> None:
        """Keep the end in sight from now on if it was reached."""
        here = line_at(self._text, self._cursor)
        end = here.end if here is not None else self._text.size
        self._sticks = down and next(self._walk().forward(end), None) is None

    def edge(self, end: bool) -> None:
        """Go to the first or the last line."""
        self._begin()
        self.waits = None
        self._sticks = end
        if not end:
            self._cursor = self._top = self._text.start
            first = next(self._walk().forward(self._top), None)
            self._cursor = self._top = first.start if first is not None else self._top
        self._compose()

    def show(self, place: Place) -> None:
        """Go to a line, at once or as soon as it is known where it is."""
        self._begin()
        self.waits = place
        self._sticks = False
        self._look()
        self._compose()

    def _look(self) -> None:
        if self.waits is None:
            return
        start = find(self._text, self._counting.index, self.waits)
        if start is not None:
            self.waits = None
            self._sticks = False
            self._go(start)
        elif self._text.percent is None and self._counting.index.current:
            self.waits = None
            self._missed = True

    def point(self, start: int) -> None:
        """Go to the line that begins at an offset."""
        self._begin()
        self._sticks = False
        self._cursor = start
        self._compose()

    def share(self, part: float) -> None:
        """Go so far behind the beginning."""
        self._begin()
        first, size = self._text.start, self._text.size
        at = line_start(self._text, first + int((size - first) * min(max(part, 0.0), 1.0)))
        line = next(self._walk().forward(at), None) or next(self._walk().backward(at), None)
        self._sticks = False
        if line is not None:
            self._cursor = self._top = line.start
        self._compose()

    def narrow(self, wanted: Wanted) -> None:
        """Show only the lines that are wanted; the current one stays, or the next one that is."""
        self._begin()
        self._wanted = wanted
        self._counting.count(wanted, self._needle)
        if not self._sticks and not wanted.everything:
            walk = self._walk()
            line = next(walk.forward(self._cursor), None) or next(walk.backward(self._cursor), None)
            if line is not None:
                self._cursor = line.start
        self._go(self._cursor)
        self._compose()

    def search(self, text: str, origin: int | None) -> None:
        """Mark a text, and go to its first line from `origin` on."""
        self._begin()
        self._needle = text
        self._counting.count(self._wanted, text)
        if origin is not None:
            self._cursor = origin
            if text:
                self._seek(origin, 1)
            else:
                self._go(origin)
        self._compose()

    def next_match(self, step: int) -> None:
        """Go to the next match, or the one before; from the end on to the beginning."""
        self._begin()
        if self._needle:
            here = line_at(self._text, self._cursor)
            after = here.end if here is not None else self._cursor
            self._seek(after if step > 0 else self._cursor, step)
        self._compose()

    def _seek(self, at: int, step: int) -> None:
        walk = Walk(
            self._text, self._wanted.with_text(self._needle), self._counting.matches, self._check
        )
        self._wrapped = False
        if step > 0:
            line = next(walk.forward(at), None)
            if line is None:
                self._wrapped = True
                line = next(walk.forward(self._text.start), None)
        else:
            line = next(walk.backward(at), None)
            if line is None:
                self._wrapped = True
                line = next(walk.backward(line_start(self._text, self._text.size)), None)
        if line is None:
            self._missed, self._wrapped = True, False
            return
        self._sticks = False
        self._go(line.start)

    def next_mark(self, step: int) -> None:
        """Go to the next line that is evidence, or the one before."""
        self._begin()
        for mark in self.marks.marks:
            self._check(0)
            if mark not in self._starts:
                found = find(self._text, self._counting.index, mark.place)
                if found is not None:
                    self._starts[mark] = found
        starts = sorted(set(self._starts.values()))
        if step > 0:
            start = next((each for each in starts if each > self._cursor), None)
        else:
            start = next((each for each in reversed(starts) if each < self._cursor), None)
        if start is None and starts:
            start, self._wrapped = starts[0 if step > 0 else -1], True
        self._missed = start is None
        if start is not None:
            self._sticks = False
            self._go(start)
        self._compose()

    def again(self, *, grown: bool) -> None:
        """Show what there is now; if it has not grown, the same lines with what is new of them."""
        self._look()
        if grown or self._text.edition != self._edition:
            self._compose(quiet=True)
        else:
            self._publish_lines(self._lines, unfinished=self._unfinished)

    def copy(self, first: int, last: int) -> Copied:
        """Return the lines from one to another, as they are shown."""
        first, last = min(first, last), max(first, last)
        self._begin()
        parts: list[str] = []
        size = 0
        lines: list[RawLine] = []
        cut = False
        for line in self._walk().forward(first):
            if line.start > last:
                break
            if len(lines) >= _COPIED_LINES:
                cut = True
                break
            lines.append(line)
        for text in self._showing.texts(lines):
            size += len(text)
            if size > _COPIED:
                cut = True
                break
            parts.append(text)
        return Copied("\n".join(parts), len(parts), cut)

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
        for line in self._walk().forward(self._top):
            rows += self._height(line)
            if rows > self._rows and lines:
                whole = True
                break
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
