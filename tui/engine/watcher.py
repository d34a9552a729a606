"""Starts the watcher of `tui.engine.orphans`, and tells it which process groups run."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from typing import Final

from tui.engine import orphans

_STARTS: Final = 5
"""How often it is started, should something end it while the program runs."""
_LAUNCH: Final = 0.5
"""Seconds that the first command waits for it at most."""


class Watcher:
    """The one watcher of this program; see `WATCHER`. Safe from any thread, never raises.

    It helps only when the program is killed: whatever is wrong with it, commands run.
    """

    def __init__(self) -> None:
        self.mark: Final = f"{os.urandom(8).hex()}."
        """What the marks of all commands of this program begin with."""
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._pipe: int | None = None
        self._begun = False
        self._launched = threading.Event()
        """It runs, or never will."""

    def begin(self) -> None:
        """Start it in the background, unless that was done before; returns at once."""
        with self._lock:
            if self._begun:
                return
            self._begun = True
        # A frozen program is no interpreter that could run a script.
        if os.name != "posix" or not sys.executable or getattr(sys, "frozen", False):
            self._launched.set()
            return
        try:
            threading.Thread(target=self._keep, name="watcher", daemon=True).start()
        except RuntimeError:
            self._launched.set()

    async def launched(self) -> None:
        """Wait the milliseconds until it runs, or has failed to; nothing must start before."""
        until = time.monotonic() + _LAUNCH
        while not self._launched.is_set() and time.monotonic() < until:
            await asyncio.sleep(0.001)

    def next_mark(self) -> str:
        """Return the mark of one more command, for `orphans.MARK` in its environment."""
        return f"{self.mark}{next(self._numbers)}."

    def add(self, group: int) -> None:
        """Say that a process group has begun."""
        with self._lock:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def drop(self, group: int) -> None:
        """Say that a process group has ended, so that its number may be used by others."""
        with self._lock:
            if group in self._groups:
                self._groups.remove(group)
                self._tell(f"-{group}\n")

    def _tell(self, lines: str) -> None:
        if self._pipe is not None:
            # Lines are far shorter than what a pipe takes at once: all of it is written or none.
            with contextlib.suppress(OSError):
                os.write(self._pipe, lines.encode())

    def _keep(self) -> None:
        for _ in range(_STARTS):
            try:
                process = self._start()
            except (OSError, ValueError):
                self._launched.set()
                return
            assert process.stdin is not None  # noqa: S101 - asked for
            pipe = process.stdin.fileno()
            # Who watches must not hold up who is watched.
            os.set_blocking(pipe, False)
            with self._lock:
                self._pipe = pipe
                for group in self._groups:
                    self._tell(f"+{group}\n")
            self._launched.set()
            process.wait()
            with self._lock:
                self._pipe = None
            with contextlib.suppress(OSError):
                process.stdin.close()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name != orphans.MARK}
        # The other end of the pipe stays ours alone: Python's descriptors are not inherited, so
        # the pipe ends when this program does.
        return subprocess.Popen(
            [sys.executable, "-I", "-S", orphans.__file__, self.mark],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
            close_fds=True,
        )


WATCHER: Final = Watcher()
