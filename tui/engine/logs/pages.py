"""Grants wishes: where to go in a log, and what of it to show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from tui.engine.logs.layout import Layout
from tui.engine.logs.lines import RawLine, line_at, line_start
from tui.engine.logs.page import Copied
from tui.engine.logs.place import Place, find
from tui.engine.logs.walk import Walk
from tui.engine.logs.wanted import Wanted

_COPIED_LINES: Final = 5_000
_COPIED: Final = 1 << 20
_SAVED_LINES: Final = 100_000
_SAVED: Final = 64 << 20
_BATCH: Final = 500
"""Lines that are redacted at once: in between somebody may want something else."""


class Pages(Layout):
    """What a person can ask of a log. For one thread."""

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

    def copy(self, first: int, last: int | None) -> Copied:
        """Return the lines from one to another, as they are shown; None: to the end."""
        most, bytes_ = (_COPIED_LINES, _COPIED) if last is not None else (_SAVED_LINES, _SAVED)
        if last is not None:
            first, last = min(first, last), max(first, last)
        self._begin()
        parts: list[str] = []
        size = 0
        lines = self._walk().forward(first)
        while batch := list(islice(lines, min(_BATCH, most - len(parts)))):
            self._check(0)
            wanted = [each for each in batch if last is None or each.start <= last]
            for text in self._showing.texts(wanted):
                size += len(text)
                if size > bytes_:
                    return Copied("\n".join(parts), len(parts), True)
                parts.append(text)
            if len(wanted) < len(batch):
                return Copied("\n".join(parts), len(parts), False)
        return Copied("\n".join(parts), len(parts), next(lines, None) is not None)
