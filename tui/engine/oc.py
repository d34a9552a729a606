"""Runs one command as a process of its own: lines as they come, and always an end.

No shell; a process group of its own, so that what it starts is stopped with it; output that
nobody reads holds the process back instead of filling the memory. Should the program itself be
killed, the watcher ends what runs (`tui.engine.watcher`).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Final

from knowledge.redact import Redactor
from tui.engine import orphans
from tui.engine.environment import environment
from tui.engine.plain_line import plain_line
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.program import Program, find_program
from tui.engine.watcher import WATCHER

__all__ = ["OcRunner", "Program", "environment", "find_program"]

_QUEUE: Final = 1_000
"""Lines that wait to be taken before the process is held back."""
_WAITING: Final = 4 << 20
"""Characters of them, likewise."""
_BUFFER: Final = 1 << 20
"""Bytes of one line that are read; the rest of such a line is dropped."""
_PATIENCE: Final = 2.0
"""Seconds between one signal and the next, harder one."""
_LINGER: Final = 1.0
"""Seconds that open pipes are still read after the process has ended."""
_LOOK: Final = 0.01
"""Seconds between two looks whether a process has obeyed."""
_TURN: Final = 0.002
"""Seconds of work on output after which others get their turn."""


class OcRunner:
    """The runner for real processes. Only `tui.engine.gate` may hold one."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        """Take the environment of the processes; default: `environment()`."""
        self._env = dict(environment() if env is None else env)
        WATCHER.begin()

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        """Run `command`, yielding its lines and, last, its end.

        Leaving the iteration early, or cancelling its task, stops the process and all that it
        started, within a few seconds. A timeout of infinity is none.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        mark = WATCHER.next_mark()
        await WATCHER.launched()
        try:
            process = await _start(command, self._env | {orphans.MARK: mark})
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            yield Exited(
                Ending.MISSING, None, loop.time() - started, f"{command.argv[0]}: {reason}"
            )
            return
        WATCHER.add(process.pid)
        output = _Output(process, command, mark)
        ending = Ending.EXIT
        until = None if math.isinf(command.timeout) else started + command.timeout
        try:
            while True:
                try:
                    line = await output.take(until)
                except TimeoutError:
                    ending = Ending.TIMEOUT
                    break
                if line is None:
                    break
                yield line
        finally:
            await asyncio.shield(asyncio.ensure_future(output.stop()))
        code = process.returncode
        yield Exited(ending, code, loop.time() - started, signal=_signal_name(code))


async def _start(command: Command, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start the process; one that is cancelled before it is known is killed at once."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command.argv,
            env=env,
            stdin=asyncio.subprocess.DEVNULL if command.stdin is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_BUFFER,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_discard)
        # Cancelled once more, it is still discarded.
        await asyncio.wait({starting})
        raise


def _discard(starting: asyncio.Future[asyncio.subprocess.Process]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        process = starting.result()
        _signal(process, _KILL)
        _close(process)


class _Output:
    """A running process and the tasks that read it."""

    def __init__(self, process: asyncio.subprocess.Process, command: Command, mark: str) -> None:
        self._process = process
        self._mark = mark
        self._longest = command.longest_line
        self._redacted = command.redacted
        self._lines: asyncio.Queue[Line | None] = asyncio.Queue(_QUEUE)
        self._waiting = 0
        """Characters in the queue."""
        self._room = asyncio.Event()
        self._taken = 0
        self._turn = 0.0
        """When this side last let others work."""
        self._clock = asyncio.get_running_loop().time
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101
        self._pumps = [
            asyncio.create_task(self._pump(process.stdout, "stdout")),
            asyncio.create_task(self._pump(process.stderr, "stderr")),
        ]
        self._others = [asyncio.create_task(self._end())]
        if command.stdin is not None:
            self._others.append(asyncio.create_task(self._feed(command.stdin)))

    async def take(self, until: float | None) -> Line | None:
        """Return the next line; None after the last.

        Raises:
            TimeoutError: it is later than `until`, in seconds of the loop's clock.
        """
        now = self._clock()
        if until is not None and now >= until:
            raise TimeoutError
        if self._lines.empty():
            async with asyncio.timeout_at(until):
                line = await self._lines.get()
            self._turn = self._clock()
        else:
            if now - self._turn > _TURN:
                # Lines that are there come without waiting: nobody else would ever work.
                await asyncio.sleep(0)
                self._turn = self._clock()
            line = self._lines.get_nowait()
        self._waiting -= len(line.text) if line is not None else 0
        if self._waiting < _WAITING:
            self._room.set()
        return line

    async def _feed(self, text: str) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(text.encode())
            await stdin.drain()
        stdin.close()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await stdin.wait_closed()

    async def _pump(self, stream: asyncio.StreamReader, name: str) -> None:
        redactor = Redactor() if self._redacted else None
        turn = self._clock()
        while True:
            raw, cut, last = await _next_line(stream)
            if raw or not last:
                text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
                for ready in redactor.feed(text) if redactor is not None else (text,):
                    await self._put(name, ready, cut)
            if last:
                break
            if self._clock() - turn > _TURN:
                await asyncio.sleep(0)
                turn = self._clock()
        for ready in redactor.close() if redactor is not None else ():
            await self._put(name, ready, cut=False)

    async def _put(self, name: str, text: str, cut: bool) -> None:
        shown = plain_line(text[: self._longest])
        if cut or len(text) > self._longest:
            shown += "…"
        while self._waiting >= _WAITING:
            self._room.clear()
            await self._room.wait()
        self._waiting += len(shown)
        await self._lines.put(Line(name, shown))
        self._taken += 1

    async def _end(self) -> None:
        """Say that no more lines come, once the process and its pipes are at their end."""
        while True:
            before = self._taken
            _, open_ = await asyncio.wait(self._pumps, timeout=_LINGER)
            if not open_:
                await self._process.wait()
                break
            # A child of the process may hold the pipes open (`wait` would wait for it too);
            # a reader that takes its time is not that.
            ended = self._process.returncode is not None
            if ended and self._taken == before and self._lines.empty():
                break
        await self._lines.put(None)

    async def stop(self) -> None:
        """Make sure that the process, what it started, and our tasks are gone."""
        open_ = [pump for pump in self._pumps if not pump.done()]
        running = self._process.returncode is None
        try:
            if running:
                await self._stop_process()
        finally:
            # What it started may be deaf to the softer signals, and this itself may be cut off
            # when the program ends.
            _signal(self._process, _KILL)
            try:
                await self._ended(_PATIENCE)
                if running or open_:
                    # What left the group. After an end of its own the process may have left
                    # something on purpose, an agent of a log-in plug-in: the watcher ends that
                    # with the program.
                    await asyncio.to_thread(orphans.sweep, self._mark)
            finally:
                if self._process.returncode is not None:
                    WATCHER.drop(self._process.pid)
                await self._close(open_)

    async def _close(self, open_: list[asyncio.Task[None]]) -> None:
        self._others.append(asyncio.create_task(self._drain()))
        if open_:
            await asyncio.wait(open_, timeout=_LINGER)
        tasks = [*self._pumps, *self._others]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _close(self._process)

    async def _drain(self) -> None:
        while True:
            await self.take(None)

    async def _stop_process(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, _KILL):
            _signal(self._process, number)
            if await self._ended(_PATIENCE):
                return

    async def _ended(self, seconds: float) -> bool:
        """Wait until the process has ended; `wait` would also wait for who holds its pipes."""
        until = self._clock() + seconds
        while self._process.returncode is None and self._clock() < until:
            await asyncio.sleep(_LOOK)
        return self._process.returncode is not None


_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    """Signal the process and all of its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        elif process.returncode is None or not _lives(process.pid):
            # No new process gets its number while there is something in its group: one that
            # bears the number after its end is somebody else's.
            os.killpg(process.pid, number)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal_name(code: int | None) -> str:
    if code is None or code >= 0:
        return ""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"SIG{-code}"


def _close(process: asyncio.subprocess.Process) -> None:
    """Close the pipes: a grandchild elsewhere may still hold the other ends."""
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


async def _next_line(stream: asyncio.StreamReader) -> tuple[bytes, bool, bool]:
    """Return the next line, whether its end was dropped, and whether it was the last."""
    kept = b""
    cut = False
    while True:
        try:
            raw = await stream.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            return kept or error.partial, cut, True
        except asyncio.LimitOverrunError as error:
            part = await stream.readexactly(error.consumed)
            kept = kept or part
            cut = True
            continue
        return kept or raw, cut, False
