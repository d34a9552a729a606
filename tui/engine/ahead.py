"""Logs read by several threads: blocks are searched anywhere, and taken in their order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from knowledge.scan import BLOCK, LogReader, Searched

THREADS: Final = 4
"""More than this wait for the one that takes what they found."""
_TAIL: Final = 68 << 10
"""Bytes of a block in which its end is looked for: more than a broken record may have."""


def processors() -> int:
    """Return how many processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Ahead:
    """One log whose blocks are searched in this thread and in those of a pool, if there is one."""

    def __init__(self, reader: LogReader, pool: ThreadPoolExecutor | None) -> None:
        self._reader = reader
        self._pool = pool
        self._waiting: deque[Future[Searched]] = deque()
        self._failed = False
        self._most = 2 * max(min(processors(), THREADS) - 1, 1)

    def add(self, block: bytes) -> None:
        """Search a block of whole lines."""
        self._do(self._reader.search, block)

    def file(self, file: int) -> Iterator[int]:
        """Search a regular file, wherever it is read; yield how far it is.

        Raises:
            OSError: it cannot be read.
        """
        reader = self._reader
        size = os.fstat(file).st_size
        at = 0
        while True:
            end = 0
            if size - at >= BLOCK:
                # The end of a block tells where the next one begins: the rest is read elsewhere.
                tail = os.pread(file, _TAIL, at + BLOCK - _TAIL)
                end = reader.end_of(tail) if len(tail) == _TAIL else 0
            if end:
                start, at = at, at + BLOCK - _TAIL + end
                self._do(self._search, file, start, at)
                yield at
                continue
            # Long lines, and the last ones.
            past = False
            while chunk := os.pread(file, BLOCK, at):
                at += len(chunk)
                for block in reader.cut(chunk):
                    past = True
                    self.add(block)
                yield at
                if past and size - at >= BLOCK and (back := reader.give_back()) is not None:
                    at -= back
                    break
            else:
                return

    def _search(self, file: int, start: int, end: int) -> Searched:
        data = os.pread(file, end - start, start)
        # Somebody may cut the file off meanwhile.
        return self._reader.search(data if data.endswith(b"\n") else data + b"\n")

    def _do(self, search: Callable[..., Searched], *what: Any) -> None:
        """Search a block, now or in another thread."""
        if self._pool is None:
            self._reader.take(search(*what))
            return
        while self._waiting and self._waiting[0].done():
            self._take()
        if len(self._waiting) < self._most:
            self._waiting.append(self._pool.submit(search, *what))
            return
        # They have enough to do: this thread helps, and takes what comes first when it is done.
        mine = Future[Searched]()
        self._waiting.append(mine)
        try:
            mine.set_result(search(*what))
        except Exception as error:  # its turn comes after those that wait
            mine.set_exception(error)
        # Blocks that wait need memory.
        if len(self._waiting) > 2 * self._most:
            self._take()

    def _take(self) -> None:
        try:
            searched = self._waiting.popleft().result()
        except Exception:
            # Without this block nobody knows the numbers of the lines behind it.
            self._failed = True
            self._waiting.clear()
            raise
        self._reader.take(searched)

    def finish(self) -> None:
        """Search what is left of the log: it has ended."""
        if self._failed:
            return
        for block in self._reader.rest():
            self.add(block)
        while self._waiting:
            self._take()
