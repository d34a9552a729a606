"""What is written behind the end of a log file after it was read: judged as it comes."""

from __future__ import annotations

import os
from typing import Final

from knowledge.scan import BLOCK, Collector, LogReader

_AT_ONCE: Final = 64 << 20
"""Bytes that are read in one look: more of them wait for the next one."""


class Appended:
    """The end of one file. For one thread."""

    def __init__(self, collector: Collector, reader: LogReader, file: int, read: int) -> None:
        """Take over where the first reading ended.

        Args:
            collector: has what was found.
            reader: read the file.
            file: the open file.
            read: bytes that were read.
        """
        self._collector = collector
        self._reader = reader
        self._inode = os.stat(file).st_ino
        self._at = read
        """Up to here everything was judged."""
        self._began = self._line_before(file, read)
        """Where the last line begins, if it was judged before its end had come; else -1."""
        self._waits = -1
        """The size of the file when the last line had no end yet."""

    @staticmethod
    def _line_before(file: int, end: int) -> int:
        """Return where the line without an end begins that was read up to `end`; -1: there is none.

        A line that is longer than a block begins there.
        """
        at = max(0, end - BLOCK)
        tail = os.pread(file, end - at, at) if end else b""
        return -1 if not tail or tail.endswith(b"\n") else at + tail.rfind(b"\n") + 1

    def more(self) -> bool:
        """Judge the lines that came since the last look; return whether there were any."""
        try:
            # Should a pipe lie there now, nobody waits for its writer.
            file = os.open(self._reader.log, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            # Between two files of a rotation; what was found stays.
            return False
        try:
            status = os.fstat(file)
            again = status.st_ino != self._inode or status.st_size < self._at
            if again:
                self._begin_again(status.st_ino)
            return self._take(file, status.st_size) or again
        except OSError:
            return False
        finally:
            os.close(file)

    def _begin_again(self, inode: int) -> None:
        """Forget what was found: it is another log now."""
        self._reader = self._collector.open(self._reader.log, self._reader.group)
        self._inode, self._at, self._began, self._waits = inode, 0, -1, -1

    def _take(self, file: int, size: int) -> bool:
        if size <= self._at:
            return False
        reader, taken = self._reader, 0
        if self._began >= 0:
            # It goes on: the whole line is judged, under the number that it has.
            reader.lines -= 1
            self._at, self._began = self._began, -1
        while taken < _AT_ONCE and (data := os.pread(file, BLOCK, self._at)):
            end = data.rfind(b"\n") + 1
            if not end and len(data) < BLOCK and self._waits != size:
                # Somebody is writing this line; if it stays like this, it is the last one.
                self._waits = size
                break
            block = data[:end] if end else data
            reader.take(reader.search(block if end else block + b"\n"))
            if not end and len(data) < BLOCK:
                self._began = self._at
            elif not end:
                # A giant is one line, however many pieces it has.
                reader.lines -= 1
            self._at += len(block)
            taken += len(block)
        return taken > 0
