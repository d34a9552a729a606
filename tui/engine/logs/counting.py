"""The thread behind a log view that gets to know the log: its end, its lines, what is wanted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from tui.engine.logs.index import LineIndex
from tui.engine.logs.tally import Tally
from tui.engine.logs.text import LogText
from tui.engine.logs.wanted import Wanted

_log = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.25
"""Between two looks whether a log has grown."""
_TELL_SECONDS: Final = 0.1
_STEPS: Final = 4
"""Megabytes that are searched for each megabyte whose lines are counted."""


class Counting:
    """Counts lines and matches of one log. Its thread ends with `close`."""

    def __init__(self, text: LogText, changed: Callable[[bool], None]) -> None:
        """Prepare.

        Args:
            text: the log.
            changed: is told, from the thread, that more is known, and whether the log has grown.
        """
        self.index = LineIndex(text)
        self.shown: Tally | None = None
        """The lines that the filter leaves."""
        self.matches: Tally | None = None
        """The lines that the search finds, of those."""
        self._text = text
        self._changed = changed
        self._wake = threading.Event()
        self._closed = False
        self._seen = (0, 0)
        """Size and edition of the log at the last look."""
        self._told = 0.0
        self._grown = False
        """Whether it has grown since somebody was told."""
        self._untold = True
        self._thread = threading.Thread(target=self._run, name="log-counting", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, without waiting."""
        self._closed = True
        self._wake.set()

    def count(self, wanted: Wanted, search: str) -> None:
        """Count other lines from now on."""
        if self.shown is None or self.shown.wanted != wanted:
            self.shown = None if wanted.everything else Tally(self._text, wanted)
        searched = wanted.with_text(search)
        if not search:
            self.matches = None
        elif self.matches is None or self.matches.wanted != searched:
            self.matches = Tally(self._text, searched)
        self._wake.set()

    def wake(self) -> None:
        """Look now: something came."""
        self._wake.set()

    def _run(self) -> None:
        try:
            while not self._closed:
                if not self._round():
                    self._tell(grown=False, now=True)
                    self._wake.wait(_LOOK_SECONDS)
                    self._wake.clear()
        except Exception:
            # The boundary of this thread: lines go on being shown, their numbers do not.
            if not self._closed:
                _log.exception("counting the lines of a log ended by a bug")

    def _round(self) -> bool:
        worked = self._text.grow()
        # It may have grown by itself since the last look.
        seen = (self._text.size, self._text.edition)
        grown, self._seen = seen != self._seen, seen
        worked |= self.index.count()
        for tally in (self.shown, self.matches):
            for _ in range(_STEPS):
                if tally is None or self._closed or not tally.step():
                    break
                worked = True
        if worked or grown:
            self._tell(grown=grown)
        return worked

    def _tell(self, *, grown: bool, now: bool = False) -> None:
        self._grown |= grown
        moment = time.monotonic()
        if not self._closed and (now or moment - self._told >= _TELL_SECONDS):
            if now and not self._grown and not self._untold:
                return
            self._told = moment
            grown, self._grown, self._untold = self._grown, False, False
            self._changed(grown)
        else:
            self._untold = True
