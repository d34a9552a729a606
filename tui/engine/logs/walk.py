"""The lines of a log that are shown, one after the other from any line on, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tui.engine.logs.lines import (
    RawLine,
    backward,
    blocks,
    blocks_back,
    forward,
    line_at,
    split,
)
from tui.engine.logs.tally import Tally
from tui.engine.logs.text import LogText
from tui.engine.logs.wanted import Finder, Wanted

_FAR: Final = 2_000
"""Lines above one that are looked at for the beginning of its record."""


class Walk:
    """The wanted lines of a text. For one thread."""

    def __init__(
        self, text: LogText, wanted: Wanted, tally: Tally | None, check: Callable[[int], None]
    ) -> None:
        """Prepare.

        Args:
            text: the log.
            wanted: which lines.
            tally: what is known of them already.
            check: is called before each block with its offset; raises to give up.
        """
        self.wanted = wanted
        self._text = text
        self._tally = tally
        self._check = check
        self._finder = None if wanted.everything else Finder(wanted)

    def forward(self, at: int) -> Iterator[RawLine]:
        """Yield the wanted lines from the line that begins at `at` on."""
        if self._finder is None:
            yield from forward(self._text, at)
            return
        at = max(at, self._text.start)
        while at < self._text.size:
            tally = self._tally
            if tally is not None and at < tally.known:
                start = tally.after(at)
                if start is None or start >= tally.known:
                    at = tally.known
                elif (line := line_at(self._text, start)) is not None:
                    yield line
                    at = line.end
                else:
                    return
                continue
            for line in self._scan(at):
                yield line
            return

    def _scan(self, at: int) -> Iterator[RawLine]:
        """Yield what is wanted from `at` on, where nothing is counted yet."""
        assert self._finder is not None  # noqa: S101
        for begin, data in blocks(self._text, self._record_start(at)):
            self._check(begin)
            for start in self._finder.starts(data):
                if begin + start >= at:
                    line = next(split(begin + start, _line(data, start)))
                    yield line

    def backward(self, end: int) -> Iterator[RawLine]:
        """Yield the wanted lines before the one that begins at `end`, the last one first."""
        if self._finder is None:
            yield from backward(self._text, end)
            return
        tally = self._tally
        if tally is not None and end <= tally.known:
            while (start := tally.before(end)) is not None:
                line = line_at(self._text, start)
                if line is None:
                    return
                yield line
                end = start
            return
        for begin, data in blocks_back(self._text, end):
            self._check(begin)
            for start in reversed(self._finder.starts(data)):
                yield next(split(begin + start, _line(data, start)))

    def _record_start(self, at: int) -> int:
        if not self.wanted.run and self.wanted.level.value == "all":
            return at
        line = line_at(self._text, at)
        if line is None or line.is_head:
            return at
        for number, above in enumerate(backward(self._text, at)):
            if above.is_head:
                return above.start
            if number > _FAR:
                break
        return at


def _line(data: bytes, start: int) -> bytes:
    return data[start : data.find(b"\n", start) + 1 or len(data)]
