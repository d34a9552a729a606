"""Ends processes that nobody waits for any more; run as a script, it is the watcher that does so.

The watcher is a process beside the program, in a session of its own, so that neither a closed
terminal nor a `kill -9` of the program takes it along. It reads which process groups run, one line
each (`+123`, `-123`), and does nothing else until the pipe ends, which is when the program has
ended, however it did. Then it ends those groups and whatever carries the mark, and itself.

The mark is an entry in the environment of every command (`MARK=program.number.`). It finds what
has left its group, by `setsid` or by forking twice, on **Linux** only, in `/proc`. Elsewhere, as
on macOS, the groups must do: what leaves them and closes its pipes is not found. Nor is what
begins anew with an empty environment in a session of its own.

Only the standard library and nothing of ours: it starts with `python -I -S` within milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from typing import Final, NamedTuple

MARK: Final = "OADP_DOCTOR_RUN"
_PROC: Final = sys.platform == "linux"
_LONGEST: Final = 4 << 20
"""Bytes of one environment that are looked at."""
_PATIENCE: Final = 0.5
"""Seconds that the watcher leaves between one signal and the next, harder one."""
_SWEEP: Final = 5.0
"""Seconds after which what does not even obey SIGKILL is left to the kernel."""
_PAUSE: Final = 0.01


class _Process(NamedTuple):
    """What `/proc/<pid>/stat` says; `start` is in clock ticks since the boot."""

    state: str
    group: int
    start: str


def sweep(mark: str, seconds: float = _SWEEP) -> int:
    """Kill every process that carries `mark`; return how many signals that took.

    Two looks in a row must find nothing, since what is being killed may just have forked. Takes
    some milliseconds; for a thread. Does nothing where there is no `/proc`.

    Args:
        mark: the beginning of the mark's value, up to and with a dot.
        seconds: how long to try.
    """
    sent = clear = 0
    until = time.monotonic() + seconds
    while clear < 2 and time.monotonic() < until:
        found = marked(mark)
        for pid in found:
            _signal_marked(pid, mark, signal.SIGKILL)
        sent += len(found)
        clear = 0 if found else clear + 1
        if found:
            time.sleep(_PAUSE)
    return sent


def marked(mark: str) -> list[int]:
    """Return the ids of all living processes that carry `mark`; never this one."""
    return [pid for pid in _pids() if pid != os.getpid() and _carries(pid, mark)]


def _pids() -> list[int]:
    if not _PROC:
        return []
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    return []


def _carries(pid: int, mark: str) -> bool:
    # Of processes of others it cannot be read, of dead ones it is empty.
    try:
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:
            content = b"\0" + (file.read(_LONGEST) or b"")
    except OSError:
        return False
    return f"\0{MARK}={mark}".encode() in content


def _process(pid: int) -> _Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            text = (file.read(4096) or b"").decode(errors="replace")
    except OSError:
        return None
    # The name of the program, in parentheses, may itself hold spaces and parentheses.
    fields = text.rpartition(")")[2].split()
    return _Process(fields[0], int(fields[2]), fields[19]) if len(fields) > 19 else None


def _signal_marked(pid: int, mark: str, number: int) -> None:
    """Signal the process that carries `mark`, never another one that was given its id since."""
    with contextlib.suppress(OSError):
        if sys.platform != "linux":
            return
        try:
            held = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        except OSError:
            # A kernel before 5.3.
            if _carries(pid, mark):
                os.kill(pid, number)
            return
        try:
            if _carries(pid, mark):
                signal.pidfd_send_signal(held, number)
        finally:
            os.close(held)


class _Groups:
    """The process groups that run, and which processes they were when they began."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._begun: dict[int, str] = {}
        """Group -> when its first process started; empty if that is not known."""

    def take(self, line: bytes) -> None:
        """Take one line of the program: `+123` or `-123`. Anything else is passed over."""
        sign, number = line[:1], line[1:].strip()
        if not line.endswith(b"\n") or not number.isdigit() or int(number) < 2:
            return
        group = int(number)
        if sign == b"-":
            self._begun.pop(group, None)
        elif sign == b"+":
            first = _process(group)
            self._begun[group] = first.start if first is not None else ""

    def end(self) -> None:
        """End all of them, and what carries the mark: asked first, then made to."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            groups, others = self._left()
            for group in groups:
                with contextlib.suppress(OSError):
                    os.killpg(group, number)
            for pid in others:
                _signal_marked(pid, self._mark, number)
            until = time.monotonic() + _PATIENCE
            while any(self._left()) and time.monotonic() < until:
                time.sleep(_PAUSE)
            if not any(self._left()):
                break
        sweep(self._mark)

    def _left(self) -> tuple[list[int], list[int]]:
        """Return our groups that still live, and marked processes outside of them."""
        if not _PROC:
            return [group for group in self._begun if _lives(group)], []
        seen = {pid: each for pid in _pids() if (each := _process(pid)) is not None}
        ours = {pid: seen[pid].group for pid in marked(self._mark) if pid in seen}
        alive = {each.group for each in seen.values() if each.state not in "ZX"}
        groups = [
            group
            for group, start in self._begun.items()
            if group in alive
            # Its number may by now be that of others: then either its first process is another
            # one, or none of its processes bears the mark.
            and (seen[group].start == start if group in seen else group in ours.values())
        ]
        return groups, [pid for pid, group in ours.items() if group not in groups]


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def watch(mark: str) -> None:
    """Read lines until the program has ended, and end what it has left."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGPIPE"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    groups = _Groups(mark)
    with contextlib.suppress(OSError):
        for line in sys.stdin.buffer:
            groups.take(line)
    groups.end()


if __name__ == "__main__":
    watch(sys.argv[1])
