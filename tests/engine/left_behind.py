"""Programs that use the runner and are ended from outside, and what is left of them."""

import os
import select
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "OADP_DOCTOR_TEST_TOKEN"

PROGRAM = """
import asyncio, signal, sys
# Whoever runs the tests may have it ignored, as nohup does; that is inherited.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from tui.engine.oc import OcRunner
from tui.engine.ports import Command, Line
from tui.engine.watcher import WATCHER

async def run(token, code):
    runner = OcRunner({"PATH": "/usr/bin:/bin", "OADP_DOCTOR_TEST_TOKEN": token})
    print("mark", WATCHER.mark, flush=True)
    async for event in runner.run(Command((sys.executable, "-u", "-c", code))):
        print(*(["line", event.text] if isinstance(event, Line) else ["end"]), flush=True)

asyncio.run(run(*sys.argv[1:]))
"""
"""Takes a token, which its commands carry, and what its command is: Python."""

WAYS_OUT = """
import os, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
forever = [sys.executable, "-c", "import time; time.sleep(600)"]
shut = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(os.getpid())
print(subprocess.Popen(forever, **shut).pid)
print(subprocess.Popen(forever, start_new_session=True, **shut).pid)
print(subprocess.Popen(forever, process_group=0).pid)
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(writing, b"%d" % os.getpid())
        os.execv(forever[0], forever)
    os._exit(0)
print(int(os.read(reading, 20)))
"""
"""Prints five processes, all deaf: itself, a child, one of another session, one of another group
that keeps the pipes, and a daemon by two forks."""

STAYS = f"{WAYS_OUT}\nprint('all')\ntime.sleep(600)"
GOES = f"{WAYS_OUT}\nprint('all')\nos._exit(0)"


def begin(code: str, token: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", PROGRAM, token, code],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, **options,
    )  # fmt: skip


def new_token() -> str:
    return uuid.uuid4().hex


def read_until_all(program: subprocess.Popen[str]) -> tuple[str, list[int]]:
    """Return the program's mark and the processes that its command printed."""
    mark, pids = "", []
    assert program.stdout is not None
    for line in program.stdout:
        word, _, rest = line.strip().partition(" ")
        if word == "mark":
            mark = rest
        elif rest == "all":
            return mark, pids
        elif word == "line":
            pids.append(int(rest))
    raise AssertionError("the program ended by itself")


def carrying(token: str) -> list[int]:
    """Return the processes that carry a token in their environment."""
    return [pid for pid in living() if f"{TOKEN}={token}".encode() in read(pid, "environ")]


def watchers(mark: str) -> list[int]:
    return [
        pid
        for pid in living()
        if read(pid, "cmdline").split(b"\0")[-2:-1] == [mark.encode()]
        and b"orphans.py" in read(pid, "cmdline")
    ]


def living() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def becomes(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait until something is so; how long that takes is no matter here."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return true()


def gone(pid: int) -> bool:
    """Return whether a process has ended; one that was killed this instant may take a moment."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 30.0)[0])
    finally:
        os.close(process)
