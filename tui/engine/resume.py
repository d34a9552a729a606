"""Going on with a log where it broke off: by time stamp, without a line lost or doubled."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_STAMP: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ")
_LONGEST: Final = 4 << 20
"""Bytes of a line that are held back; a longer one is passed on in pieces."""

Moment = tuple[int, int]
"""Seconds since the epoch and nanoseconds."""


class Resume:
    """Remembers the last time stamp of a log that is read with `timestamps=true`.

    The server resumes at whole seconds only, so it repeats lines; those are counted and dropped.
    """

    def __init__(self) -> None:
        self._last: Moment | None = None
        self._at_last = 0
        """Lines with the last time stamp so far."""
        self._repeated = 0
        """Lines with the last time stamp that the server will repeat."""
        self._catching_up = False
        self._rest = b""

    @property
    def since(self) -> str:
        """Return the moment to resume from, for `sinceTime`; empty at the first reading."""
        if self._last is None:
            return ""
        return datetime.fromtimestamp(self._last[0], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def rest(self) -> bytes:
        """Return what came after the last line end."""
        return self._rest

    def begin(self) -> None:
        """Begin another reading of the same log, from `since`."""
        self._rest = b""
        self._catching_up = self._last is not None
        self._repeated = self._at_last

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
        at = 0
        while at < len(lines):
            moment = _moment(lines, at)
            if moment is not None and self._last is not None:
                if moment > self._last or (moment == self._last and not self._repeated):
                    self._catching_up = False
                    return lines[at:]
                if moment == self._last:
                    self._repeated -= 1
            at = lines.find(b"\n", at) + 1 or len(lines)
        return b""

    def _remember(self, lines: bytes) -> None:
        """Find the last time stamp and how many lines at the end have it."""
        end = len(lines)
        last: Moment | None = None
        count = 0
        while end > 0:
            start = lines.rfind(b"\n", 0, end - 1) + 1
            moment = _moment(lines, start)
            if last is None:
                last = moment
            if moment is None or moment != last:
                break
            count += 1
            end = start
        if last is None:
            return
        whole = end == 0 and last == self._last
        self._at_last = count + (self._at_last if whole else 0)
        self._last = last


def _moment(lines: bytes, at: int) -> Moment | None:
    match = _STAMP.match(lines, at)
    if match is None:
        return None
    zone = b"+00:00" if match[3] == b"Z" else match[3]
    try:
        seconds = int(datetime.fromisoformat((match[1] + zone).decode()).timestamp())
    except ValueError:
        return None
    return seconds, int((match[2] or b"0").ljust(9, b"0"))
