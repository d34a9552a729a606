"""One log as it is looked at: wishes in, pages out. Everything that may take time has a thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tui.engine.logs.counting import Counting
from tui.engine.logs.layout import Abandoned
from tui.engine.logs.marks import Marks
from tui.engine.logs.page import Copied, Page, Standing
from tui.engine.logs.pages import Pages
from tui.engine.logs.requests import (
    INTERRUPTING,
    Again,
    Copy,
    Edge,
    Fit,
    Move,
    Narrow,
    Next,
    NextMark,
    Point,
    Search,
    Share,
    Show,
    Turn,
    Wish,
)
from tui.engine.logs.text import LogText

_log = logging.getLogger(__name__)
_WAITING: Final = 200
"""Wishes that wait at most: of more the oldest are forgotten."""


class Viewer:
    """Shows one log. Its methods return at once; `changed` is called from its threads."""

    def __init__(
        self,
        text: LogText,
        changed: Callable[[], None],
        *,
        marks: Marks | None = None,
        measure: Callable[[str, int], int] | None = None,
    ) -> None:
        """Prepare.

        Args:
            text: the log; it is closed with the viewer.
            changed: is called from a thread when there is a new page, or more is known.
            marks: lines that are evidence.
            measure: returns how many rows a text takes in a width, where lines wrap.
        """
        self.text = text
        self.page = Page()
        self._changed = changed
        self._counting = Counting(text, self._known)
        self._pages = Pages(text, self._counting, self._publish, self._newer, measure)
        self._pages.marks = marks or Marks()
        self._wishes: deque[Wish] = deque()
        self._more = threading.Condition()
        self._closed = False
        self._busy = False
        self._thread = threading.Thread(target=self._run, name="log-viewer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._counting.start()
        self._thread.start()

    def close(self) -> None:
        """End, without waiting."""
        self._closed = True
        self._counting.close()
        with self._more:
            self._more.notify()
        self.text.close()

    def wish(self, wish: Wish) -> None:
        """Ask for something; it is done in order, and ends a search that is going on if need be."""
        with self._more:
            last = self._wishes[-1] if self._wishes else None
            if isinstance(wish, Move) and isinstance(last, Move):
                # A key that is held down.
                self._wishes[-1] = Move(last.lines + wish.lines)
            elif isinstance(wish, Again) and isinstance(last, Again):
                self._wishes[-1] = Again(wish.grown or last.grown)
            elif isinstance(wish, Fit) and isinstance(last, Fit):
                self._wishes[-1] = wish
            else:
                self._wishes.append(wish)
            if len(self._wishes) > _WAITING:
                self._wishes.popleft()
            self._more.notify()

    def poke(self) -> None:
        """Look whether something came."""
        self._counting.wake()

    def mark(self, marks: Marks) -> None:
        """Take other evidence."""
        self._pages.marks = marks
        self.wish(Again(grown=False))

    def standing(self) -> Standing:
        """Return how far counting is; cheap."""
        text, counting = self.text, self._counting
        shown, matches, index = counting.shown, counting.matches, counting.index
        current = self.page.current
        known = text.size - text.start
        done = text.percent is None
        return Standing(
            size=text.size,
            lines=index.lines,
            exact_lines=index.current and done,
            shown=shown.count if shown is not None else None,
            exact_shown=shown is not None and shown.exact and done,
            matches=matches.count if matches is not None else None,
            exact_matches=matches is not None and matches.exact and done,
            rank=matches.rank(current.start) if matches is not None and current else None,
            percent=text.percent,
            counted=min(
                100, max(0, index.counted - text.start) * 100 // known if known > 0 else 100
            ),
            left_out=text.start,
            trouble=text.trouble,
            growing=not text.ended,
            busy=self._busy,
        )

    @property
    def idle(self) -> bool:
        """Whether all wishes are granted and everything that is known is counted."""
        with self._more:
            waiting = bool(self._wishes) or self._busy
        tallies = (self._counting.shown, self._counting.matches)
        counted = all(each is None or each.exact for each in tallies)
        return not waiting and counted and self._counting.index.current

    # From the threads

    def _known(self, grown: bool) -> None:
        more = grown or self._pages.waits is not None
        if more or any(line.number is None for line in self.page.lines):
            self.wish(Again(more))
        self._tell()

    def _publish(self, page: Page) -> None:
        self.page = replace(page, number=self.page.number + 1)
        self._tell()

    def _tell(self) -> None:
        if not self._closed:
            self._changed()

    def _newer(self) -> bool:
        """Return whether somebody wants something else than what is being looked for."""
        return self._closed or any(isinstance(each, INTERRUPTING) for each in self._wishes.copy())

    def _run(self) -> None:
        while True:
            with self._more:
                while not self._wishes and not self._closed:
                    self._more.wait()
                if self._closed:
                    return
                wish = self._wishes.popleft()
                self._busy = True
            try:
                self._grant(wish)
            except Abandoned:
                if isinstance(wish, Copy):
                    wish.answer.set_result(Copied("", 0, False))
            except Exception:
                # The boundary of this thread: the next wish may well be granted.
                if not self._closed:
                    _log.exception("a page of a log could not be made, by a bug")
                if isinstance(wish, Copy):
                    wish.answer.set_result(Copied("", 0, False))
            finally:
                self._busy = False
                self._tell()

    def _grant(self, wish: Wish) -> None:
        pages = self._pages
        match wish:
            case Fit(rows, width):
                pages.fit(rows, width)
            case Move(lines):
                pages.move(lines)
            case Turn(count):
                pages.turn(count)
            case Edge(end):
                pages.edge(end)
            case Show(place):
                pages.show(place)
            case Point(start):
                pages.point(start)
            case Share(part):
                pages.share(part)
            case Narrow(wanted):
                pages.narrow(wanted)
            case Search(text, origin):
                pages.search(text, origin)
            case Next(step):
                pages.next_match(step)
            case NextMark(step):
                pages.next_mark(step)
            case Again(grown):
                pages.again(grown=grown)
            case Copy(first, last, answer):
                answer.set_result(pages.copy(first, last))
