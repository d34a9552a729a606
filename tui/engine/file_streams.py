"""Streams of bytes as they come: a pipe that a person ends, and what `gzip` packed."""

from __future__ import annotations

import select
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from knowledge.scan import BLOCK

_TOLD: Final = 16 << 20
"""Bytes of a stream that does not pause after which is told how much came."""
_PAUSE: Final = 0.2
"""Seconds without anything that are a pause."""

_PACKED: Final = 16 << 10
"""Bytes unpacked at once: so many are lost before a damaged place."""


class Piped:
    """A stream that ends when the person at the terminal says so."""

    def __init__(self, stream: BinaryIO, came: Callable[[int], None]) -> None:
        """Read `stream`; tell `came` how many bytes came, always before there is a pause."""
        self._stream = stream
        self._read1 = getattr(stream, "read1", stream.read)
        self._ended = False
        self._came = came
        self._count = 0
        self._told = -1

    def fileno(self) -> int:
        """Raise: it can only be read through.

        Raises:
            OSError: always.
        """
        raise OSError

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer at the end."""
        parts: list[bytes] = []
        try:
            while size > 0 and not self._ended:
                if self._count != self._told and (
                    self._count >= self._told + _TOLD or self._pauses()
                ):
                    self._told = self._count
                    self._came(self._count)
                if not (part := self._read1(size)):
                    break
                parts.append(part)
                size -= len(part)
                self._count += len(part)
        except KeyboardInterrupt:
            self._ended = True
        return b"".join(parts)

    def _pauses(self) -> bool:
        """Return whether nothing more comes for a while, as far as that can be known."""
        try:
            return not select.select([self._stream], [], [], _PAUSE)[0]
        except (OSError, ValueError):  # no handle; a system that can't say it of a pipe
            return False


class Pushed:
    """A stream whose beginning was read already."""

    def __init__(self, first: bytes, file: BinaryIO) -> None:
        self._first = first
        self._file = file
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Return at most so many bytes."""
        if self._first:
            part, self._first = self._first[:size], self._first[size:]
        else:
            part = self._file.read(size)
        self.taken += len(part)
        return part


def unpacked(source: Pushed) -> Iterator[bytes]:
    """Yield what `gzip` packed, up to the very place where it is damaged.

    Raises:
        EOFError: it is cut off.
        zlib.error: it is damaged.
    """
    packed = source.read(_PACKED)
    while packed:
        # 31: with the header and the checksum of gzip
        inflater = zlib.decompressobj(31)
        while not inflater.eof:
            part = inflater.decompress(packed, BLOCK)
            if part:
                yield part
            packed = inflater.unconsumed_tail
            if not packed and not inflater.eof:
                packed = source.read(_PACKED)
                if not packed and not part:
                    raise EOFError
        # Several may follow each other; some writers fill up with zeros.
        packed = inflater.unused_data.lstrip(b"\0") or source.read(_PACKED).lstrip(b"\0")
