"""The bytes of a log, wherever they are: in a file, in a part of one, or in memory as they come."""

from __future__ import annotations

import contextlib
import os
import threading
import zlib
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from knowledge.newlines import newlines
from knowledge.text import Text

_BLOCK: Final = 256 << 10
"""Bytes that are packed together in memory."""
_KEPT: Final = 64 << 20
"""Packed bytes of one log in memory: some 500 MB of text."""


class LogText(Protocol):
    """Bytes that can be read at any place, and may become more. Safe to use from any thread.

    `grow` is for one thread only, that of `tui.engine.logs.index`.
    """

    name: str
    """What the log is called; foreign text."""

    @property
    def start(self) -> int:
        """The first offset that can still be read."""

    @property
    def size(self) -> int:
        """The offset behind the last byte that is known so far."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""

    @property
    def percent(self) -> int | None:
        """How much of it is known, where that takes time and can be told."""

    @property
    def trouble(self) -> Text | None:
        """What could not be read of it, for people."""

    @property
    def edition(self) -> int:
        """How many times everything was replaced, as when a file is rotated."""

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on; fewer at the end, none outside."""

    def grow(self) -> bool:
        """Get to know more of it; return whether there may be more right away."""

    def close(self) -> None:
        """Let go of files and memory; reading gives nothing any more."""


class FileText:
    """A file that may grow, be cut, or be replaced while it is read."""

    percent: int | None = None

    def __init__(self, path: str, name: str = "", *, follows: bool = True) -> None:
        """Open a file.

        Args:
            path: where it is.
            name: what to call it; default: its path.
            follows: whether it may grow.

        Raises:
            OSError: it cannot be opened.
        """
        self.name = name or path
        self.start = 0
        self.edition = 0
        self.trouble: Text | None = None
        self._path = path
        self._follows = follows
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._closed = False
        self.size = os.fstat(self._file).st_size

    @property
    def ended(self) -> bool:
        """Whether it is read as it is, without what may come."""
        return not self._follows

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on."""
        with self._lock:
            if self._closed or at < 0 or size <= 0:
                return b""
            try:
                return _read_at(self._file, at, min(size, self.size - at))
            except OSError as error:
                why = error.strerror or type(error).__name__
                self.trouble = Text(en=f"reading it failed: {why}", ja=f"読み取りに失敗: {why}")
                return b""

    def grow(self) -> bool:
        """Look whether the file has become longer, or is another one."""
        with self._lock:
            if self._closed or not self._follows:
                return False
            try:
                mine = os.fstat(self._file)
            except OSError:
                return False
            theirs = None
            with contextlib.suppress(OSError):
                theirs = os.stat(self._path)
            if theirs is not None and theirs.st_ino != mine.st_ino and mine.st_size <= self.size:
                self._replace()
                return True
            if mine.st_size < self.size:
                self.edition += 1
                self.size = mine.st_size
                return True
            grown = mine.st_size > self.size
            self.size = mine.st_size
            return grown

    def _replace(self) -> None:
        with contextlib.suppress(OSError):
            newer = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            os.close(self._file)
            self._file = newer
            self.edition += 1
            self.size = os.fstat(newer).st_size

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._file)


if hasattr(os, "pread"):

    def _read_at(file: int, at: int, size: int) -> bytes:
        return os.pread(file, max(size, 0), at)

else:  # Windows

    def _read_at(file: int, at: int, size: int) -> bytes:
        os.lseek(file, at, os.SEEK_SET)
        return os.read(file, max(size, 0))


class PartText:
    """A part of another text: a member of an archive that is not packed itself."""

    edition = 0
    start = 0
    percent: int | None = None

    def __init__(self, whole: LogText, at: int, size: int, name: str = "") -> None:
        self.name = name or whole.name
        self._whole = whole
        self._at = at
        self._size = size

    @property
    def size(self) -> int:
        """The end of the part, as far as the whole is known."""
        return max(0, min(self._size, self._whole.size - self._at))

    @property
    def ended(self) -> bool:
        """Whether all of it is known."""
        return self.size == self._size or self._whole.ended

    @property
    def trouble(self) -> Text | None:
        """What is wrong with the whole, if it ends within the part."""
        return self._whole.trouble if self.size < self._size else None

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on."""
        if at < 0:
            return b""
        return self._whole.read(self._at + at, min(size, self._size - at))

    def grow(self) -> bool:
        """Get to know more of the whole, as far as it is needed."""
        return self.size < self._size and self._whole.grow()

    def close(self) -> None:
        """Close the whole."""
        self._whole.close()


class BytesText:
    """Bytes that are there already, all of them."""

    edition = 0
    start = 0
    ended = True
    percent: int | None = None

    def __init__(self, name: str, data: bytes, trouble: Text | None = None) -> None:
        self.name = name
        self.trouble = trouble
        self._data = data

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on."""
        return self._data[at : at + size] if at >= 0 and size > 0 else b""

    def grow(self) -> bool:
        """Return False: it does not."""
        return False

    def close(self) -> None:
        """Forget everything."""
        self._data = b""


class MemoryText:
    """Bytes that come from somewhere, kept packed; of too many the first ones go."""

    edition = 0

    def __init__(self, name: str, data: bytes = b"", *, ended: bool = False) -> None:
        self.name = name
        self.percent: int | None = None
        """0 while it is read for the first time: nobody says how long it is."""
        self.left_out = (0, 0)
        """How many bytes and line ends at the beginning are not kept."""
        self.size = 0
        self.ended = ended
        self.trouble: Text | None = None
        self.stamped = False
        """Whether each line begins with a time that the node put there."""
        self.on_close: Callable[[], object] = lambda: None
        """Ends what fills it."""
        self._lock = threading.Lock()
        self._packed: deque[bytes] = deque()
        self._bytes = 0
        self._first = 0
        """Number of the first packed block."""
        self._rest = bytearray()
        self._open: tuple[int, bytes] = (-1, b"")
        self._closed = False
        if data:
            self.append(data)

    @property
    def start(self) -> int:
        """The first offset that is kept."""
        return self.left_out[0]

    def append(self, data: bytes) -> None:
        """Take what came."""
        with self._lock:
            if self._closed:
                return
            self._rest += data
            self.size += len(data)
            while len(self._rest) >= _BLOCK:
                packed = zlib.compress(bytes(self._rest[:_BLOCK]), 1)
                del self._rest[:_BLOCK]
                self._packed.append(packed)
                self._bytes += len(packed)
            while self._bytes > _KEPT:
                gone = self._packed.popleft()
                self._bytes -= len(gone)
                self._first += 1
                ends = self.left_out[1] + newlines(zlib.decompress(gone))
                self.left_out = (self._first * _BLOCK, ends)

    def finish(self, trouble: Text | None = None) -> None:
        """Say that nothing more comes, and why if it should have."""
        self.trouble = trouble
        self.percent = None
        self.ended = True

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on."""
        with self._lock:
            end = min(at + size, self.size)
            if self._closed or at < self.start or end <= at:
                return b""
            parts = []
            while at < end:
                block, within = divmod(at, _BLOCK)
                data = self._block(block)
                part = data[within : within + end - at]
                if not part:
                    break
                parts.append(part)
                at += len(part)
            return b"".join(parts)

    def _block(self, number: int) -> bytes:
        place = number - self._first
        if place >= len(self._packed):
            return bytes(self._rest)
        if self._open[0] != number:
            self._open = (number, zlib.decompress(self._packed[place]))
        return self._open[1]

    def grow(self) -> bool:
        """Return False: it grows by itself."""
        return False

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._closed = True
            self._packed.clear()
            self._rest.clear()
            self._open = (-1, b"")
        self.on_close()
