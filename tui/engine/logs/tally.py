"""How many lines are wanted, and where the first million of them are: counted in the background."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from typing import Final

from tui.engine.logs.lines import blocks
from tui.engine.logs.text import LogText
from tui.engine.logs.wanted import Finder, Wanted

_KEPT: Final = 1_000_000
"""Places that are kept: 8 MB."""
_BLOCK: Final = 1 << 20


class Tally:
    """The lines of a text that are wanted. Counted by one thread, read by any."""

    def __init__(self, text: LogText, wanted: Wanted) -> None:
        self.wanted = wanted
        self.count = 0
        self.known = text.start
        """Up to this offset all places are kept."""
        self.done = text.start
        """Up to this offset everything is counted."""
        self._text = text
        self._edition = text.edition
        self._finder = Finder(wanted)
        self._starts = array("Q")
        self._lock = threading.Lock()

    @property
    def exact(self) -> bool:
        """Whether everything that is known of the text is counted."""
        return self.done >= self._text.size

    def step(self) -> bool:
        """Count the next megabyte; return whether there was anything to count."""
        text = self._text
        if text.edition != self._edition:
            with self._lock:
                self._edition = text.edition
                self._starts = array("Q")
                self.count = self.known = self.done = 0
        at = max(self.done, text.start)
        for begin, data in blocks(text, at, size=_BLOCK):
            if not data.endswith(b"\n") and not text.ended:
                # The last line may go on.
                data = data[: data.rfind(b"\n") + 1]
                if not data:
                    return False
            starts = self._finder.starts(data)
            with self._lock:
                self.count += len(starts)
                self.done = begin + len(data)
                if len(self._starts) < _KEPT:
                    self._starts.extend(array("Q", (begin + each for each in starts)))
                    self.known = self.done
            return True
        return False

    def after(self, at: int) -> int | None:
        """Return the first wanted line from `at` on, as far as places are kept."""
        with self._lock:
            place = bisect_left(self._starts, at)
            return self._starts[place] if place < len(self._starts) else None

    def before(self, at: int) -> int | None:
        """Return the last wanted line before `at`, as far as places are kept."""
        with self._lock:
            place = bisect_left(self._starts, at) - 1
            return self._starts[place] if place >= 0 else None

    def rank(self, at: int) -> int | None:
        """Return which of the wanted lines begins at `at`, from 1; None: none that is known."""
        with self._lock:
            place = bisect_left(self._starts, at)
            there = place < len(self._starts) and self._starts[place] == at
            return place + 1 if there else None
