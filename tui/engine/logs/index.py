"""Which line begins where: counted once over the bytes, remembered every megabyte."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from typing import Final

from knowledge.newlines import newlines
from tui.engine.logs.text import LogText

_STRIDE: Final = 1 << 20
"""Bytes between two places that are remembered: 16 bytes for each."""


class LineIndex:
    """Line numbers of a text, as far as it was counted: by one thread, to be read by any."""

    def __init__(self, text: LogText) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._offsets = array("Q", [0])
        self._before = array("Q", [0])
        """Line ends before each of the offsets."""
        self.counted = 0
        """The offset up to which line ends are counted."""
        self.ends = 0
        """Line ends before that offset."""
        self._edition = text.edition
        self._last = b"\n"

    @property
    def current(self) -> bool:
        """Whether everything that is known of the text is counted."""
        return self.counted >= self._text.size

    @property
    def lines(self) -> int:
        """How many lines were counted, the last one even if it has no end yet."""
        return self.ends + (self._last != b"\n")

    def count(self) -> bool:
        """Count the next megabyte; return whether there was anything to count."""
        text = self._text
        if text.edition != self._edition:
            self._again(text.edition)
        at = self._begin()
        data = text.read(at, _STRIDE)
        if not data:
            return False
        found = newlines(data)
        with self._lock:
            self.counted = at + len(data)
            self.ends += found
            self._last = data[-1:]
            if self.counted - self._offsets[-1] >= _STRIDE:
                self._offsets.append(self.counted)
                self._before.append(self.ends)
        return True

    def _begin(self) -> int:
        """Return where to go on; what is not kept any more was counted by the text itself."""
        start, ends = getattr(self._text, "left_out", (0, 0))
        if start <= self.counted:
            return self.counted
        with self._lock:
            self.counted, self.ends = start, ends
            self._offsets.append(start)
            self._before.append(ends)
        return int(start)

    def _again(self, edition: int) -> None:
        with self._lock:
            self._edition = edition
            self._offsets, self._before = array("Q", [0]), array("Q", [0])
            self.counted = self.ends = 0
            self._last = b"\n"

    def number(self, start: int) -> int | None:
        """Return the number of the line that begins at `start`, from 1; None: not counted yet."""
        with self._lock:
            if start > self.counted:
                return None
            place = bisect_right(self._offsets, start) - 1
            at, before = self._offsets[place], self._before[place]
        return before + newlines(self._text.read(at, start - at)) + 1

    def offset(self, number: int) -> int | None:
        """Return where line `number` begins; None: not counted yet, or there is no such line."""
        wanted = number - 1
        if wanted <= 0:
            return self._text.start if number == 1 else None
        with self._lock:
            if wanted > self.ends:
                return None
            place = bisect_right(self._before, wanted - 1) - 1
            at, before = self._offsets[place], self._before[place]
        if at < self._text.start:
            return None
        data = self._text.read(at, 2 * _STRIDE)
        found = -1
        for _ in range(wanted - before):
            found = data.find(b"\n", found + 1)
            if found < 0:
                return None
        return at + found + 1
