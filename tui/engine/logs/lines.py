"""Lines of a text around any offset, forwards and backwards; giant lines in bounded pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge import record
from tui.engine.logs.text import LogText

GIANT: Final = 4 << 20
"""Bytes without a line end after which a line is cut, at a multiple of this."""
_LOOK: Final = 64 << 10
_STAMP: Final = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
_PREFIX: Final = rb"(?:\[[^\]\s]{1,300}\] )?(?:" + _STAMP + rb" )?(?:(?:stdout|stderr) [FP] )?"
HEAD: Final = re.compile(
    _PREFIX + rb"(?:time=|level=|\{\"|" + _STAMP + rb"\t|[IWEF]\d{4} \d\d:\d\d:"
    rb"|\d\.\d+e\+\d\d\t|\d{10}\.\d+\t)"
)
"""The beginning of a record; a line that begins otherwise belongs to the record above it."""


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line of a text."""

    start: int
    end: int
    """Behind its line end."""
    data: bytes
    """Without its line end; of a giant line the beginning."""

    @property
    def is_head(self) -> bool:
        """Whether a record begins with it."""
        return HEAD.match(self.data) is not None


def line_start(text: LogText, at: int) -> int:
    """Return where the line begins that holds the byte at `at`, or that ends at the end."""
    at = min(at, text.size)
    floor = max(text.start, at - 2 * GIANT)
    end = at
    while end > floor:
        begin = max(floor, end - _LOOK)
        data = text.read(begin, end - begin)
        if not data:
            break
        if (found := data.rfind(b"\n")) >= 0:
            start = begin + found + 1
            return _last_cut(start, at) or start
        end = begin
    if floor == text.start:
        return _last_cut(floor, at) or floor
    return at - at % GIANT


def _last_cut(start: int, at: int) -> int:
    """Return the last cut of a giant line at or before `at` that begins at `start`; 0: none."""
    cut = at - at % GIANT
    return cut if cut - GIANT >= start else 0


def line_at(text: LogText, start: int) -> RawLine | None:
    """Return the line that begins at `start`; None: there is none."""
    if start < text.start or start >= text.size:
        return None
    cut = -(-start // GIANT) * GIANT + GIANT
    kept = bytearray()
    at, size = start, 4 << 10
    while at < cut:
        data = text.read(at, min(size, cut - at))
        if not data:
            return RawLine(start, at, _bare(bytes(kept))) if at > start else None
        found = data.find(b"\n")
        part = data if found < 0 else data[:found]
        if len(kept) <= record.LONGEST:
            kept += part[: record.LONGEST + 1]
        if found >= 0:
            return RawLine(start, at + found + 1, _bare(bytes(kept)))
        at += len(data)
        size = _LOOK
    return RawLine(start, cut, _bare(bytes(kept)))


def _bare(data: bytes) -> bytes:
    return data[: record.LONGEST].rstrip(b"\r")


def forward(text: LogText, start: int) -> Iterator[RawLine]:
    """Yield the lines from the one that begins at `start` to the last."""
    for at, data in blocks(text, start):
        yield from split(at, data)


def split(at: int, data: bytes) -> Iterator[RawLine]:
    """Yield the lines of a block of whole lines, the last one perhaps without an end."""
    begin = 0
    size = len(data)
    while begin < size:
        found = data.find(b"\n", begin)
        end = found + 1 if found >= 0 else size
        stop = found if found >= 0 else size
        yield RawLine(at + begin, at + end, _bare(data[begin : min(stop, begin + record.LONGEST)]))
        begin = end


def backward(text: LogText, end: int) -> Iterator[RawLine]:
    """Yield the lines before the one that begins at `end`, the last one first."""
    for at, data in blocks_back(text, end):
        yield from reversed(list(split(at, data)))


def blocks(
    text: LogText, start: int, end: int | None = None, size: int = _LOOK
) -> Iterator[tuple[int, bytes]]:
    """Yield the text from `start`, a line's beginning, in blocks of whole lines.

    A block ends before a record, not within it, unless the record is longer than a block. The
    blocks become larger up to a megabyte.
    """
    at = start
    limit = text.size if end is None else min(end, text.size)
    while at < limit:
        data = text.read(at, min(size, limit - at))
        if not data:
            return
        if at + len(data) < limit:
            cut = _end_of_records(data)
            if not cut:
                # A line as long as the block.
                line = line_at(text, at)
                if line is None:
                    return
                cut = min(line.end, limit) - at
                if cut > len(data):
                    data = text.read(at, cut)
            data = data[:cut]
        yield at, data
        at += len(data)
        size = min(size * 2, 1 << 20)


def _end_of_records(data: bytes) -> int:
    """Return where the last record begins, or else the last line; 0: there is one line only."""
    last = data.rfind(b"\n") + 1
    at = last
    floor = max(0, len(data) - _LOOK)
    while at > floor:
        if HEAD.match(data, at):
            return at
        at = data.rfind(b"\n", 0, at - 1) + 1
    return last


def blocks_back(text: LogText, end: int, size: int = _LOOK) -> Iterator[tuple[int, bytes]]:
    """Yield the text before `end`, a line's beginning, in blocks of whole lines, last one first."""
    at = end
    while at > text.start:
        begin = max(text.start, at - size)
        if begin > text.start:
            begin = _begin_of_record(text, begin, at)
        data = text.read(begin, at - begin)
        if not data:
            return
        yield begin, data
        at = begin
        size = min(size * 2, 1 << 20)


def _begin_of_record(text: LogText, begin: int, end: int) -> int:
    """Return where a record begins between the two, or else a line; never `end` itself."""
    data = text.read(begin, min(_LOOK, end - begin))
    first = data.find(b"\n") + 1
    if not first or begin + first >= end:
        return line_start(text, end - 1)
    at = first
    while 0 < at < len(data):
        if HEAD.match(data, at):
            return begin + at
        at = data.find(b"\n", at) + 1
    return begin + first
