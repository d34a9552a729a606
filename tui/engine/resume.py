"""Going on with a log where it broke off: by time stamp, without a line lost or doubled."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Final

_STAMP: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d) ")
_LONGEST: Final = 4 << 20
"""Bytes of a line that are held back; a longer one is passed on in pieces."""
_BACK: Final = 1
"""Seconds that are asked for again: the two streams of a container are written by two hands, so
that a line may come after one with a later stamp."""
_MOST: Final = 200_000
"""Lines that are remembered."""


class Resume:
    """Remembers the last lines of a log that is read with `timestamps=true`.

    The server resumes at whole seconds only, so it repeats lines; those are known and dropped.
    """

    def __init__(self) -> None:
        self._newest: int | None = None
        """The latest second of a line, since the epoch."""
        self._recent: dict[int, Counter[int]] = {}
        """Second -> lines of it, as hashes; only of the seconds that are asked for again."""
        self._expected: Counter[int] = Counter()
        """Lines that the server will repeat."""
        self._catching_up = False
        self._rest = b""

    @property
    def since(self) -> str:
        """Return the moment to resume from, for `sinceTime`; empty at the first reading."""
        if self._newest is None:
            return ""
        moment = datetime.fromtimestamp(max(0, self._newest - _BACK), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def rest(self) -> bytes:
        """Return what came after the last line end."""
        return self._rest

    def begin(self) -> None:
        """Begin another reading of the same log, from `since`."""
        self._rest = b""
        self._catching_up = self._newest is not None
        self._expected = Counter()
        for lines in self._recent.values():
            self._expected.update(lines)

    def fresh(self, chunk: bytes) -> bytes:
        """Return the whole lines that were not seen before."""
        data = self._rest + chunk
        end = data.rfind(b"\n") + 1
        self._rest = data[end:]
        if len(self._rest) > _LONGEST:
            end, self._rest = len(data), b""
        lines = data[:end]
        if self._catching_up:
            lines = self._without_repeated(lines)
        if lines:
            self._remember(lines)
        return lines

    def _without_repeated(self, lines: bytes) -> bytes:
        newest = self._newest or 0
        kept = bytearray()
        at = 0
        while at < len(lines):
            if not self._expected:
                self._catching_up = False
                break
            end = lines.find(b"\n", at) + 1 or len(lines)
            second = _second(lines, at)
            line = hash(lines[at:end])
            if second is not None and second > newest + _BACK:
                # What is still expected is gone on the server: the log was rotated meanwhile.
                self._catching_up = False
                break
            if line in self._expected:
                self._expected[line] -= 1
                if not self._expected[line]:
                    del self._expected[line]
            elif second is None or second >= newest - _BACK:
                kept += lines[at:end]
            at = end
        return bytes(kept) + lines[at:]

    def _remember(self, lines: bytes) -> None:
        """Remember the lines of the last seconds."""
        end = len(lines)
        found: list[tuple[int | None, int]] = []
        newest = self._newest
        while end > 0 and len(found) < _MOST:
            start = lines.rfind(b"\n", 0, end - 1) + 1
            second = _second(lines, start)
            if second is not None:
                if newest is not None and second < newest - _BACK:
                    break
                newest = second if newest is None else max(newest, second)
            found.append((second, hash(lines[start:end])))
            end = start
        if newest is None:
            return
        self._newest = newest
        for old in [each for each in self._recent if each < newest - _BACK]:
            del self._recent[old]
        for second, line in found:
            mine = newest if second is None else second
            if mine >= newest - _BACK:
                self._recent.setdefault(mine, Counter())[line] += 1


def _second(lines: bytes, at: int) -> int | None:
    match = _STAMP.match(lines, at)
    if match is None:
        return None
    zone = b"+00:00" if match[2] == b"Z" else match[2]
    try:
        return int(datetime.fromisoformat((match[1] + zone).decode()).timestamp())
    except ValueError:
        return None
