"""Runs one command as a process of its own: lines as they come, and always an end.

No shell; a process group of its own, so that what it starts is stopped with it; output that
nobody reads holds the process back instead of filling the memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Final

from knowledge.redact import Redactor
from tui.engine.environment import environment
from tui.engine.plain_line import plain_line
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.program import Program, find_program

__all__ = ["OcRunner", "Program", "environment", "find_program"]

_QUEUE: Final = 1_000
"""Lines that wait to be taken before the process is held back."""
_BUFFER: Final = 1 << 20
"""Bytes of one line that are read; the rest of such a line is dropped."""
_PATIENCE: Final = 2.0
"""Seconds between one signal and the next, harder one."""
_LINGER: Final = 1.0
"""Seconds that open pipes are still read after the process has ended."""


class OcRunner:
    """The runner for real processes. Only `tui.engine.gate` may hold one."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        """Take the environment of the processes; default: `environment()`."""
        self._env = dict(environment() if env is None else env)

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        """Run `command`, yielding its lines and, last, its end.

        Leaving the iteration early, or cancelling its task, stops the process and all that it
        started, within a few seconds.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL
                if command.stdin is None
                else asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                limit=_BUFFER,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            yield Exited(
                Ending.MISSING, None, loop.time() - started, f"{command.argv[0]}: {reason}"
            )
            return
        output = _Output(process, command)
        ending = Ending.EXIT
        try:
            while True:
                left = started + command.timeout - loop.time()
                try:
                    line = await asyncio.wait_for(output.lines.get(), max(left, 0.0))
                except TimeoutError:
                    ending = Ending.TIMEOUT
                    break
                if line is None:
                    break
                yield line
        finally:
            await asyncio.shield(asyncio.ensure_future(output.stop()))
        yield Exited(ending, process.returncode, loop.time() - started)


class _Output:
    """A running process and the tasks that read it."""

    def __init__(self, process: asyncio.subprocess.Process, command: Command) -> None:
        self._process = process
        self._longest = command.longest_line
        self.lines: asyncio.Queue[Line | None] = asyncio.Queue(_QUEUE)
        self._taken = 0
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101
        self._pumps = [
            asyncio.create_task(self._pump(process.stdout, "stdout")),
            asyncio.create_task(self._pump(process.stderr, "stderr")),
        ]
        self._others = [asyncio.create_task(self._end())]
        if command.stdin is not None:
            self._others.append(asyncio.create_task(self._feed(command.stdin)))

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
        redactor = Redactor()
        while True:
            raw, cut, last = await _next_line(stream)
            if raw or not last:
                text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
                for ready in redactor.feed(text):
                    await self._put(name, ready, cut)
            if last:
                break
        for ready in redactor.close():
            await self._put(name, ready, cut=False)

    async def _put(self, name: str, text: str, cut: bool) -> None:
        shown = plain_line(text[: self._longest])
        if cut or len(text) > self._longest:
            shown += "…"
        await self.lines.put(Line(name, shown))
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
            if ended and self._taken == before and not self.lines.full():
                break
        await self.lines.put(None)

    async def stop(self) -> None:
        """Make sure that the process, what it started, and our tasks are gone."""
        open_ = [pump for pump in self._pumps if not pump.done()]
        running = self._process.returncode is None
        try:
            if running:
                await self._stop_process()
        finally:
            if running or open_:
                # What it started may be deaf to the softer signals, and this itself may be cut
                # off when the program ends.
                _signal(self._process, _KILL)
            if self._process.returncode is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), _PATIENCE)
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
            await self.lines.get()

    async def _stop_process(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, _KILL):
            _signal(self._process, number)
            try:
                await asyncio.wait_for(self._process.wait(), _PATIENCE)
            except TimeoutError:
                continue
            return


_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, number)


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
