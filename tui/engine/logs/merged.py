"""Several logs as one, ordered by time: merged again wherever it is read, in bounded memory.

Each line begins with the name of its log in brackets, as `oc logs --prefix` writes it. Lines
without a time stay with the one above them; the order within a log is never changed.
"""

from __future__ import annotations

import heapq
import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from knowledge.text import Text
from tui.engine.logs.lines import blocks
from tui.engine.logs.moment import moment
from tui.engine.logs.text import LogText

_PIECE: Final = 512 << 10
"""Bytes of the merged text between two places that are remembered."""
_BLOCK: Final = 128 << 10
_KEPT: Final = 8
"""Merged pieces that are kept."""
_LONGEST_RECORD: Final = 4 << 20
"""Bytes without a time that stay with the line above them at most."""

_State = tuple[tuple[int, int], ...]
"""Offset and time of each log."""


class _Source:
    """One log, read record by record from some offset."""

    def __init__(self, text: LogText, mark: bytes, at: int, last: int, until: int | None) -> None:
        self.text = text
        self._until = until
        self.at = at
        """The offset of the record that comes next."""
        self.key = last
        """Its time, or that of a later one before it: the order within the log stays."""
        self._mark = mark
        self._data = b""
        self._begin = 0
        self._record = b""

    def ready(self) -> bool:
        """Read the next record; return False if there is none that is complete."""
        if self._record:
            return True
        if self._begin >= len(self._data):
            self._data, self._begin = self._load(self.at), 0
            if not self._data:
                return False
        end = self._line_end(self._begin)
        line = self._data[self._begin : end]
        when = moment(line)
        lines = [line]
        size = len(line)
        while size < _LONGEST_RECORD:
            if end >= len(self._data):
                self._data, self._begin, end = self._load(self.at + size), 0, 0
                if not self._data:
                    break
            stop = self._line_end(end)
            line = self._data[end:stop]
            if moment(line) is not None:
                break
            lines.append(line)
            size += len(line)
            end = stop
        self._begin = end
        if not lines[-1].endswith(b"\n"):
            if not self.text.ended:
                # It may go on.
                self._data, self._begin = b"", 0
                return False
            lines[-1] += b"\n"
        self._record = b"".join(self._mark + each for each in lines)
        self._size = size
        if when is not None:
            self.key = max(self.key, when)
        return True

    def take(self) -> bytes:
        """Return the record that was read and go on behind it."""
        record, self._record = self._record, b""
        self.at += self._size
        return record

    def _load(self, at: int) -> bytes:
        read = blocks(self.text, at, self._until, _BLOCK)
        return next((data for _, data in read), b"")

    def _line_end(self, at: int) -> int:
        return self._data.find(b"\n", at) + 1 or len(self._data)


def labels(names: Sequence[str]) -> tuple[str, ...]:
    """Return short names of logs, without spaces, that tell them apart."""
    plain = [
        each.replace(" (previous)", ":previous").replace(" ", ":").replace("]", ")")
        for each in names
    ]
    for take in (_container, _pod):
        short = [take(each) for each in plain]
        plain = [
            brief if short.count(brief) == 1 and brief not in plain else each
            for brief, each in zip(short, plain, strict=True)
        ]
    return tuple(plain)


def _container(name: str) -> str:
    return name.rpartition("/")[2]


def _pod(name: str) -> str:
    pod, _, container = name.partition("/")
    return pod + (":previous" if container.endswith(":previous") else "")


class MergedText:
    """Several logs in the order of their times."""

    edition = 0
    start = 0

    def __init__(self, texts: Sequence[LogText], name: str) -> None:
        self.name = name
        self.size = 0
        self.stamped = all(getattr(each, "stamped", False) for each in texts)
        self._texts = tuple(texts)
        self.labels = labels([each.name for each in texts])
        self._marks = tuple(f"[{each}] ".encode() for each in self.labels)
        self._lock = threading.Lock()
        self._offsets = array("Q", [0])
        self._states: list[_State] = [tuple((each.start, 0) for each in texts)]
        """What was reached at each of the offsets."""
        self._pieces: OrderedDict[int, bytes] = OrderedDict()

    @property
    def texts(self) -> tuple[LogText, ...]:
        """The logs that are merged."""
        return self._texts

    @property
    def ended(self) -> bool:
        """Whether all logs have ended and are merged."""
        return all(each.ended for each in self._texts) and self._left() == 0

    def _left(self) -> int:
        state = self._states[-1]
        return sum(each.size - at for each, (at, _) in zip(self._texts, state, strict=True))

    @property
    def percent(self) -> int | None:
        """How much is merged."""
        whole = sum(each.size for each in self._texts)
        left = self._left()
        return None if left < (1 << 16) else min(99, (whole - left) * 100 // max(1, whole))

    @property
    def trouble(self) -> Text | None:
        """What could not be read of the first log that has trouble."""
        return next((each.trouble for each in self._texts if each.trouble is not None), None)

    def grow(self) -> bool:
        """Merge the next piece. It waits for logs that are still being read from their start."""
        more = [each.grow() for each in self._texts]
        if any(each.percent is not None and not each.ended for each in self._texts):
            return any(more)
        with self._lock:
            at = self._offsets[-1]
            piece, state = self._merge(self._states[-1])
            if not piece:
                return any(more)
            self._offsets.append(at + len(piece))
            self._states.append(state)
            self._keep(at, piece)
            self.size = at + len(piece)
        return True

    def _merge(self, state: _State, until: _State | None = None) -> tuple[bytes, _State]:
        """Merge a piece from `state` on; `until`: where it ended when it was merged first.

        A piece ends where a log has nothing more at the moment: what comes of that one later
        must not change what was merged already.
        """
        ends = [None] * len(state) if until is None else [at for at, _ in until]
        sources = [
            _Source(text, mark, at, key, end)
            for text, mark, (at, key), end in zip(
                self._texts, self._marks, state, ends, strict=True
            )
        ]
        heap = [(each.key, number) for number, each in enumerate(sources) if each.ready()]
        heapq.heapify(heap)
        keys = [key for _, key in state]
        parts: list[bytes] = []
        size = 0
        while heap and (size < _PIECE or until is not None):
            key, number = heap[0]
            source = sources[number]
            keys[number] = key
            part = source.take()
            parts.append(part)
            size += len(part)
            if source.ready():
                heapq.heapreplace(heap, (source.key, number))
            elif until is None:
                break
            else:
                heapq.heappop(heap)
        reached = tuple((each.at, key) for each, key in zip(sources, keys, strict=True))
        return b"".join(parts), reached

    def _keep(self, at: int, piece: bytes) -> None:
        self._pieces[at] = piece
        self._pieces.move_to_end(at)
        while len(self._pieces) > _KEPT:
            self._pieces.popitem(last=False)

    def read(self, at: int, size: int) -> bytes:
        """Return merged bytes from `at` on."""
        with self._lock:
            end = min(at + size, self.size)
            parts: list[bytes] = []
            while 0 <= at < end:
                place = bisect_right(self._offsets, at) - 1
                begin = self._offsets[place]
                piece = self._pieces.get(begin)
                if piece is None:
                    piece = self._merge(self._states[place], self._states[place + 1])[0]
                self._keep(begin, piece)
                part = piece[at - begin : end - begin]
                if not part:
                    break
                parts.append(part)
                at += len(part)
            return b"".join(parts)

    def close(self) -> None:
        """Close all logs."""
        for each in self._texts:
            each.close()
