"""`python -m benchmarks.latency`: what we add between a key and the first byte of output.

The program that runs is a tiny script, so that its own time is small; the same script is started
directly, in turn with ours, and its time subtracted. Three levels, each on top of the one before:

- `runner`: `OcRunner` alone, to the first line.
- `engine`: `Runbook.run` of a reading step: place looked at, record written and synced, redaction.
- `screen`: key `r` written to a pseudo-terminal of 120x40, to the line in what the program paints.

Prints JSON, milliseconds. `lag` is how late the event loop is while a command floods us.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from tui.engine.journal import Journal
from tui.engine.launch import Launch, PracticeChoice
from tui.engine.oc import OcRunner
from tui.engine.ports import Command, Line, RunEvent
from tui.engine.runbook import Runbook, open_runbook

SCENARIO = "imagestream-registry-secret-missing"
CAUSE = "bsl-unlabelled"
STEP = "location"
"""A step that reads, and can be run again and again as long as its output is unexpected."""
SCRIPT = '#!/bin/sh\necho "first-$$-byte"\n'
FIRST = re.compile(rb"first-(\d+)-byte")
FINDING = b"confirmed"
LIMIT_SECONDS = 30.0
FLOOD = "import sys\nblock = (chr(120) * 99 + chr(10)) * 1000\nwhile True: sys.stdout.write(block)"


def direct(argv: Sequence[str]) -> float:
    """Start the program without us; return milliseconds to its first byte."""
    began = time.perf_counter()
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        os.read(process.stdout.fileno(), 1)
        return (time.perf_counter() - began) * 1000


async def first_line(events: AsyncIterator[RunEvent], began: float) -> float:
    """Return milliseconds to the first line; the command is awaited to its end."""
    took = 0.0
    async with aclosing(events) as lines:  # type: ignore[type-var]
        async for event in lines:
            if isinstance(event, Line) and not took:
                took = (time.perf_counter() - began) * 1000
    return took


async def engine(runs: int, program: str, folder: Path) -> dict[str, list[float]]:
    """Measure the runner and the runbook, each run beside a direct one."""
    launch = Launch(choice=PracticeChoice(SCENARIO), oc=program)
    session = await asyncio.to_thread(launch.open)
    await session.start()
    taken: dict[str, list[float]] = {"runner": [], "engine": [], "direct": []}
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not (found := [f for f in session.state.diagnosis.findings if f.cause == CAUSE]):
                await asyncio.sleep(0.05)
        target = launch.build_target(session)
        runbook: Runbook = open_runbook(
            session, SCENARIO, CAUSE, found[0], target, journal=Journal(folder)
        )
        runner = OcRunner()
        for _ in range(runs + 1):
            began = time.perf_counter()
            request = runbook.request(STEP)
            taken["engine"].append(await first_line(runbook.run(request), began))
            command = Command(request.argv)
            taken["runner"].append(await first_line(runner.run(command), time.perf_counter()))
            taken["direct"].append(direct(request.argv))
        runbook.close()
    finally:
        await session.stop()
    # The first of each loads what the others find loaded.
    return {name: values[1:] for name, values in taken.items()}


class Terminal:
    """The program on a pseudo-terminal."""

    def __init__(self, program: str, folder: Path) -> None:
        self._child, self._file = pty.fork()
        if self._child == 0:
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", OADP_DOCTOR_STATE=str(folder))
            arguments = ["--practice", SCENARIO, "--lang", "en", "--oc", program]
            os.execv(sys.executable, [sys.executable, "-m", "tui", *arguments])
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._painted = b""
        self._seen: set[bytes] = set()

    def press(self, key: str) -> None:
        """Press a key, forgetting what was painted before."""
        self._painted = b""
        os.write(self._file, key.encode())

    def wait(self, mark: bytes, seconds: float = LIMIT_SECONDS) -> bool:
        """Read until `mark` is painted."""
        return self._read(lambda: mark in self._painted, seconds)

    def wait_line(self, seconds: float = LIMIT_SECONDS) -> bool:
        """Read until a line of the script is painted that was not there before."""

        def new() -> bool:
            fresh = set(FIRST.findall(self._painted)) - self._seen
            self._seen |= fresh
            return bool(fresh)

        return self._read(new, seconds)

    def settle(self, seconds: float) -> None:
        """Read for a while, so that what was begun is over."""
        self._read(lambda: False, seconds)

    def close(self) -> None:
        """End the program."""
        os.kill(self._child, signal.SIGTERM)
        os.waitpid(self._child, 0)
        os.close(self._file)

    def _read(self, done: Callable[[], bool], seconds: float) -> bool:
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if select.select([self._file], [], [], left)[0]:
                self._painted += os.read(self._file, 65_536)
                if done():
                    return True
        return False


def screen(runs: int, program: str, folder: Path) -> dict[str, list[float]]:
    """Measure from the key to the painted line, each run beside a direct one."""
    taken: dict[str, list[float]] = {"screen": [], "direct": []}
    terminal = Terminal(program, folder)
    try:
        if not terminal.wait(FINDING):
            raise SystemExit("No finding was painted.")
        terminal.settle(1)
        terminal.press("w")
        terminal.settle(2)
        for _ in range(5):
            # The first may lead from the plan to the first step.
            terminal.press("r")
            if terminal.wait_line(3):
                break
        else:
            raise SystemExit("No output was painted.")
        for _ in range(runs):
            terminal.settle(0.5)
            began = time.perf_counter()
            terminal.press("r")
            if terminal.wait_line(5):
                taken["screen"].append((time.perf_counter() - began) * 1000)
            taken["direct"].append(direct([program, "get"]))
    finally:
        terminal.close()
    return taken


async def lag(seconds: float) -> list[float]:
    """Return how late each beat of the loop is while a command floods us."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append((time.perf_counter() - began) * 1000 - 5)

    beating = asyncio.create_task(beat())
    command = Command((sys.executable, "-c", FLOOD), timeout=seconds)
    async for _ in OcRunner().run(command):
        pass
    beating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beating
    return late


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return median, 90th percentile and number."""
    deciles = statistics.quantiles(values, n=10)
    median = round(statistics.median(values), 1)
    return {"median": median, "p90": round(deciles[-1], 1), "runs": len(values)}


def main() -> None:
    """Measure everything and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--without-screen", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.home()) as made:
        folder = Path(made)
        # Not `oc`: what the program is called must not matter.
        program = folder / "oc"
        program.write_text(SCRIPT)
        program.chmod(0o755)
        levels = asyncio.run(engine(chosen.runs, str(program), folder))
        beside = {"runner": levels["direct"], "engine": levels["direct"]}
        if not chosen.without_screen:
            painted = screen(chosen.runs, str(program), folder)
            levels["screen"] = painted["screen"]
            beside["screen"] = painted["direct"]
        del levels["direct"]
    added = {
        name: round(statistics.median(levels[name]) - statistics.median(beside[name]), 1)
        for name in levels
    }
    result = {
        "added_median_ms": added,
        "ms": {name: summary(values) for name, values in levels.items()},
        "direct_ms": {name: summary(values) for name, values in beside.items()},
        "lag_ms": summary(asyncio.run(lag(5))),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
