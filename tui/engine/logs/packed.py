"""Text that is packed: read from places in the stream that are remembered, nothing is unpacked."""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from knowledge.text import Text
from tui.engine.archive.limits import Budget, Enough, Stopped
from tui.engine.archive.streams import maker
from tui.engine.logs.text import LogText

_IN: Final = 16 << 10
"""Bytes that are taken at once: a place that is remembered holds as many besides."""
_OUT: Final = 1 << 20
"""Bytes that are unpacked at once, and kept together."""
_PLACES: Final = 256
"""Places that are remembered: 60 KB each. With more of them every second one goes."""
_FIRST_STEP: Final = 4 << 20
_RECENT: Final = 6
"""Unpacked pieces that are kept."""
_AT_WORK: Final = 3
"""Positions from which reading may go on: of who counts, who searches, who looks."""
_ERRORS: Final = (zlib.error, EOFError, OSError, ValueError, RuntimeError)
_EARLY: Final = Text(
    en="it is damaged or cut off there; what comes before is shown",
    ja="以降が破損しているか途中で切れているため、そこまでを表示しています",
)


class _Unpacker:
    """A place in a packed stream: how much was taken in and given out, and what goes on there."""

    def __init__(self, make: Callable[[], Any], inner: Any, taken: int, given: int) -> None:
        self._make = make
        self._inner = inner
        self._rest = b""
        """What was taken, and not used yet."""
        self._problem: Exception | None = None
        self.taken = taken
        self.given = given

    def copy(self) -> _Unpacker | None:
        """Return the same place once more; None: this kind of stream cannot."""
        copy = getattr(self._inner, "copy", None)
        if copy is None:
            return None
        return _Unpacker(self._make, copy(), self.taken - len(self._rest), self.given)

    def next(self, packed: LogText) -> bytes:
        """Return the next bytes; none at the end.

        Raises:
            EOFError: the stream is cut off.
            Exception: one of `_ERRORS`: it is damaged.
        """
        parts: list[bytes] = []
        size = 0
        while size < _OUT and self._problem is None:
            try:
                part = self._step(packed)
            except _ERRORS as problem:
                # What came before it is good.
                self._problem = problem
                break
            if not part:
                break
            parts.append(part)
            size += len(part)
        if not parts and self._problem is not None:
            raise self._problem
        self.given += size
        return b"".join(parts)

    def _step(self, packed: LogText) -> bytes:
        while True:
            if not self._rest:
                self._rest = packed.read(self.taken, _IN)
                self.taken += len(self._rest)
            if self._inner is None:
                # Several may follow each other; some writers fill up with zeros.
                more, self._rest = bool(self._rest), self._rest.lstrip(b"\0")
                if not self._rest:
                    if more:
                        continue
                    return b""
                self._inner = self._make()
            given = self._rest
            found: bytes = self._inner.decompress(given, _OUT)
            if self._inner.eof:
                self._rest, self._inner = self._inner.unused_data, None
            else:
                self._rest = getattr(self._inner, "unconsumed_tail", b"")
            if found:
                return found
            if not given and self._inner is not None:
                raise EOFError


class PackedText:
    """What `gzip`, `xz` or `bzip2` has packed, or a member of a zip."""

    edition = 0
    start = 0

    def __init__(
        self,
        packed: LogText,
        budget: Budget,
        *,
        make: Callable[[], Any] | None = None,
        name: str = "",
        trouble: Text | None = None,
    ) -> None:
        """Prepare; nothing is unpacked before `grow`.

        Args:
            packed: the bytes as they are.
            budget: how much it may grow.
            make: makes what unpacks; None: as the first bytes say.
            name: what to call it.
            trouble: why it is not whole, where that is known before.
        """
        self.name = name or packed.name
        self.size = 0
        self.ended = False
        self.trouble = trouble
        self._packed = packed
        self._budget = budget
        self._make = make or _maker(packed.read(0, 16))
        self._lock = threading.Lock()
        self._ahead = _Unpacker(self._make, None, 0, 0)
        self._places: list[_Unpacker] = []
        self._step = _FIRST_STEP
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        """Offset -> piece."""
        self._at_work: list[_Unpacker] = []

    @property
    def percent(self) -> int | None:
        """How much of the packed bytes was looked at."""
        return None if self.ended else min(99, self._ahead.taken * 100 // max(1, self._packed.size))

    def grow(self) -> bool:
        """Unpack the next piece, and forget it soon."""
        with self._lock:
            if self.ended:
                return False
            try:
                at = self._ahead.given
                self._reach(self._ahead.taken + _OUT)
                piece = self._ahead.next(self._packed)
                self._budget.check()
                self._budget.grown(self._ahead.taken, self._ahead.given)
            except Enough as enough:
                self._finish(enough.message)
                return False
            except Stopped:
                self.ended = True
                return False
            except _ERRORS:
                self._finish(_EARLY)
                return False
            if not piece:
                self._finish(None)
                return False
            self._remember(at, piece)
            self.size = self._ahead.given
            self._mark()
            return True

    def _reach(self, end: int) -> None:
        """Get to know the packed bytes up to `end`, which may be in something packed themselves."""
        packed = self._packed
        while packed.size < end and not packed.ended and packed.grow():
            pass

    def _finish(self, trouble: Text | None) -> None:
        self.size = self._ahead.given if trouble is None else self.size
        self.trouble = self.trouble or trouble
        self.ended = True

    def _mark(self) -> None:
        """Remember this place, if the last one is far enough."""
        last = self._places[-1].given if self._places else 0
        if self.size - last < self._step or (place := self._ahead.copy()) is None:
            return
        self._places.append(place)
        if len(self._places) > _PLACES:
            self._places = self._places[1::2]
            self._step *= 2

    def _remember(self, at: int, piece: bytes) -> None:
        self._recent[at] = piece
        self._recent.move_to_end(at)
        while len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on; it may have to unpack what comes before."""
        with self._lock:
            end = min(at + size, self.size)
            parts: list[bytes] = []
            while 0 <= at < end:
                start, piece = self._piece(at)
                part = piece[at - start : end - start]
                if not part:
                    break
                parts.append(part)
                at += len(part)
            return b"".join(parts)

    def _piece(self, at: int) -> tuple[int, bytes]:
        """Return a piece that holds `at`, and where it begins."""
        for start, piece in self._recent.items():
            if start <= at < start + len(piece):
                self._recent.move_to_end(start)
                return start, piece
        near = [each for each in self._at_work if each.given <= at]
        worker = max(near, key=lambda each: each.given, default=None)
        place = max(
            (each for each in self._places if each.given <= at),
            key=lambda each: each.given,
            default=None,
        )
        if worker is None or (place is not None and place.given > worker.given):
            again = place.copy() if place is not None else None
            worker = again or _Unpacker(self._make, None, 0, 0)
        else:
            self._at_work.remove(worker)
        while worker.given <= at:
            start = worker.given
            try:
                piece = worker.next(self._packed)
            except _ERRORS:
                return at, b""
            if not piece:
                return at, b""
        self._at_work = [*self._at_work, worker][-_AT_WORK:]
        self._remember(start, piece)
        return start, piece

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self.ended = True
            self.size = 0
            self._places.clear()
            self._recent.clear()
            self._at_work.clear()
        self._packed.close()


def _maker(beginning: bytes) -> Callable[[], Any]:
    # Only the standard library's zlib can copy a place in a stream.
    if beginning.startswith(b"\x1f\x8b"):
        return lambda: zlib.decompressobj(31)
    return maker(beginning) or (lambda: zlib.decompressobj(31))


def is_packed(beginning: bytes) -> bool:
    """Return whether a file that begins so is packed."""
    return maker(beginning) is not None
