"""Stand-ins for `oc` that remember exactly what they were given: one in memory, one a process."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from knowledge.redact import Redactor
from tui.engine.oc import OcRunner
from tui.engine.plain_line import plain_line
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent

_SCRIPT: Final = """#!/bin/sh
printf '%s\\000' "$@" > "$HOSTILE_SEEN/$$.argv"
cat > "$HOSTILE_SEEN/$$.stdin"
cat "$HOSTILE_OUTPUT"
exit 0
"""


class InMemory:
    """Writes what it is told to; nothing is started."""

    def __init__(self, output: Callable[[], list[str]]) -> None:
        """Take what gives the lines of the next command."""
        self.calls: list[Command] = []
        self._output = output

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        """Remember `command` and yield lines as the real runner does: redacted, one line each."""
        self.calls.append(command)
        redactor = Redactor()
        for line in self._output():
            text = line.encode("utf-8", errors="replace").decode()
            for ready in redactor.feed(text):
                yield Line("stdout", plain_line(ready[: command.longest_line]))
        for ready in redactor.close():
            yield Line("stdout", plain_line(ready[: command.longest_line]))
        yield Exited(Ending.EXIT, 0, 0.1)


class Process:
    """Starts a real process for each command; the process writes down what it got."""

    def __init__(self, folder: Path, output: Callable[[], list[str]]) -> None:
        """Take a folder of its own, and what gives the lines of the next command."""
        self.calls: list[Command] = []
        self._output = output
        self._seen = folder / "seen"
        self._seen.mkdir(parents=True, exist_ok=True)
        self._file = folder / "output"
        self.program = folder / "oc"
        self.program.write_text(_SCRIPT)
        self.program.chmod(0o700)
        self._runner = OcRunner(
            {
                "PATH": os.defpath,
                "HOSTILE_SEEN": str(self._seen),
                "HOSTILE_OUTPUT": str(self._file),
            }
        )

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        """Remember `command` and start it."""
        self.calls.append(command)
        text = "\n".join(self._output()) + "\n"
        self._file.write_bytes(text.encode("utf-8", errors="replace"))
        async for event in self._runner.run(command):
            yield event

    def seen(self) -> list[tuple[tuple[bytes, ...], bytes]]:
        """Return the arguments and the input that each process got, and forget them."""
        got = []
        for file in sorted(self._seen.glob("*.argv")):
            argv = tuple(file.read_bytes().split(b"\0")[:-1])
            stdin = file.with_suffix(".stdin")
            got.append((argv, stdin.read_bytes() if stdin.exists() else b""))
            file.unlink()
            stdin.unlink(missing_ok=True)
        return got
