"""Bytes as they come: exact pieces of a stream, and decompression within bounds."""

from __future__ import annotations

import bz2
import contextlib
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from tui.engine.archive.limits import Budget

_zlib: Any = zlib
with contextlib.suppress(ImportError):  # without the wheel: the same, three times slower
    from isal import isal_zlib

    _zlib = isal_zlib

CHUNK: Final = 512 << 10
"""Bytes at once: what fits into the cache of a processor while it is searched."""
_LARGEST_WINDOW: Final = 256 << 20
"""Memory that an xz stream may ask for."""


class Damaged(Exception):
    """A stream or file ends early or is not what it says; what came before it is good."""


class Stream:
    """Takes exact numbers of bytes from chunks of any size."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer at the end."""
        end = self._at + size
        if end <= len(self._rest):
            found = self._rest[self._at : end]
            self._at = end
            return found
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes as they come; fewer at the end."""
        while size > 0:
            left = len(self._rest) - self._at
            if left <= 0:
                self._rest = next(self._chunks, b"")
                self._at = 0
                if not self._rest:
                    return
                continue
            count = min(left, size)
            whole = count == len(self._rest)
            piece = self._rest if whole else self._rest[self._at : self._at + count]
            self._at += count
            size -= count
            yield piece

    def skip(self, size: int) -> int:
        """Pass over `size` bytes; return how many there were."""
        return sum(map(len, self.pieces(size)))

    def rest(self) -> Iterator[bytes]:
        """Yield everything that is left."""
        if self._at < len(self._rest):
            rest, self._rest = self._rest[self._at :], b""
            yield rest
        yield from self._chunks


class Decompressor(Protocol):
    """What the standard library's decompressors of files have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end of the member was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more to give out without more input."""

    @property
    def unused_data(self) -> bytes:
        """What came after the end of the member."""

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """Return at most `max_length` bytes."""


class _Gzip:
    """zlib's objects leave it to the caller to keep what they did not take."""

    def __init__(self) -> None:
        self._inner = _zlib.decompressobj(31)
        self._full = False

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int = CHUNK, /) -> bytes:
        found: bytes = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(found) >= max_length
        return found


_ERRORS: Final[tuple[type[Exception], ...]] = (
    zlib.error,
    _zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
)
_MAKERS: Final[tuple[tuple[bytes, Callable[[], Decompressor]], ...]] = (
    (b"\x1f\x8b", _Gzip),
    (b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LARGEST_WINDOW)),
    (b"BZh", bz2.BZ2Decompressor),
)


def maker(beginning: bytes) -> Callable[[], Decompressor] | None:
    """Return what makes a decompressor for a stream that begins so; None: it is not compressed."""
    return next((make for magic, make in _MAKERS if beginning.startswith(magic)), None)


def decompressed(
    chunks: Iterator[bytes], make: Callable[[], Decompressor], budget: Budget
) -> Iterator[bytes]:
    """Yield the content of a compressed stream of one or several members.

    Raises:
        Damaged: it ends early or is broken; everything before was yielded.
        Enough: it grows beyond measure.
    """
    inner: Decompressor | None = None
    read = size = 0
    for chunk in chunks:
        read += len(chunk)
        data = chunk
        while True:
            if inner is None:
                data = data.lstrip(b"\0")  # padding between members and at the end
                if not data:
                    break
                inner = make()
            try:
                found = inner.decompress(data, CHUNK)
            except _ERRORS as error:
                raise Damaged(str(error)) from None
            size += len(found)
            budget.check()
            budget.grown(read, size)
            if found:
                yield found
            if inner.eof:
                data, inner = inner.unused_data, None
            elif inner.needs_input:
                break
            else:
                data = b""
    if inner is not None:
        raise Damaged("it ends early")
