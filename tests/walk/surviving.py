"""One trial: a procedure whose walkers are killed, compared with what the server carried out.

The process that runs trials must have no threads: walkers and servers are forked off it, so that
what takes long to import is there.
"""

from __future__ import annotations

import gc
import os
import random
import secrets
import shutil
import signal
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.walk import instants, resuming
from tests.walk.comparing import Comparison, Normal, Result
from tests.walk.instants import FOREVER, FULL, PROCESS, SERVER, Shared
from tests.walk.resuming import Place, Walk, Walker, read_lines
from tests.walk.test_engine_walks import TYPED, WALKS
from tui.engine import orphans
from tui.engine.launch import Launch, PracticeChoice
from tui.engine.records import NoRecord, export, list_sessions, read_session
from tui.practice import PracticeCluster, load_scenario

SPEED: Final = 100.0
LONGEST: Final = 90.0
"""Seconds that one life may take; then it hangs, which is a failure."""
ORPHANED: Final = 10.0
_SIGNALS: Final = {
    "kill": signal.SIGKILL, "power": signal.SIGKILL,
    "term": signal.SIGTERM, "hup": signal.SIGHUP,
}  # fmt: skip
_GROUPS: Final = {
    "a line of the record": instants.JOURNAL,
    "a line about a change": tuple(f"{name}-change" for name in instants.JOURNAL),
    "a process": PROCESS,
    "the process of a change": tuple(f"{name}-change" for name in PROCESS),
    "the server": SERVER,
}


def walks() -> list[Walk]:
    """Return every procedure and variant that is walked."""
    made = []
    for scenario, cause, choices in WALKS:
        typed = {k: v for way in choices.values() for k, v in TYPED.get(way, {}).items()}
        forced = "not-reconciled" in scenario or "bucket-unlabelled" in scenario
        impatient = frozenset({"wait-secret"}) if forced else frozenset()
        made.append(Walk(scenario, cause, choices, typed, impatient))
    return made


@dataclass(frozen=True)
class Ending:
    """How one life is to end."""

    way: str
    """`kill`, `power`, `term`, `hup`, or `full`."""
    instant: str = ""
    """One of `INSTANTS` or `FULL`; empty: at a time."""
    at: int = 0
    """The how manieth time that the instant is there."""
    seconds: float = 0.0
    many: int = 0
    """Writes that fail on a full disk."""

    @property
    def kind(self) -> str:
        return next((name for name, each in _GROUPS.items() if self.instant in each), (
            self.instant or "any time"))  # fmt: skip


class Trial:
    """One cluster, one procedure, several lives."""

    def __init__(self, walk: Walk, launch: Launch, rng: random.Random, broken: str = "") -> None:
        self._walk = walk
        self._launch = launch
        self._rng = rng
        self._broken = broken
        self._shared = Shared()
        self._folder = tempfile.TemporaryDirectory(prefix="kills-")
        self._place = Place(Path(self._folder.name))
        self._result = Result(f"{walk.scenario} {' '.join(walk.choices.values())}".strip())
        self._cuts = 0
        self._late = ""
        """The mark of a life whose commands have not been waited for."""
        self._missed = False
        self._lost_room: set[int] = set()
        """Lives that met a full disk: what they said was done may not be in the record."""

    def run(self, kills: int, normal: Normal | None) -> Result:
        """Carry the procedure out with so many kills; without `normal`, without any."""
        server = self._serve()
        try:
            self._lives(kills, normal)
            self._check_orphans(self._late)
            if not self._missed:
                Comparison(self._place, self._result, self._lost_room).make(normal)
        except Exception:
            self._fail(traceback.format_exc()[-1500:])
        finally:
            os.kill(server, signal.SIGKILL)
            os.waitpid(server, 0)
            if self._result.failures and (kept := os.environ.get("OADP_DOCTOR_KILLS_KEEP")):
                shutil.copytree(self._place.folder, Path(kept) / self._place.folder.name)
                self._result.failures.append(f"kept: {self._place.folder.name}")
            self._folder.cleanup()
        return self._result

    # Lives

    def _serve(self) -> int:
        ready, told = os.pipe()

        def serve() -> int:
            instants.lay_in_server(self._shared, self._place.records, self._place.audit)
            cluster = PracticeCluster(load_scenario(self._walk.scenario), speed=SPEED)
            cluster.start()
            cluster.write_kubeconfig(self._place.kubeconfig)
            os.write(told, b".")
            threading.Event().wait()
            return 0

        pid = forked(serve)
        os.close(told)
        assert os.read(ready, 1) == b".", "the practice cluster did not start"
        os.close(ready)
        return pid

    def _lives(self, kills: int, normal: Normal | None) -> None:
        undo = ""
        if normal is not None and normal.undoable and self._rng.random() < 0.3:
            undo = self._rng.choice(normal.undoable)
        passed: Counter[str] = Counter()
        left = kills
        again = False
        for number in range(kills * 3 + 3):
            ending = self._ending(normal, passed, left) if normal and left > 0 else None
            began = time.monotonic()
            code = self._life(number, ending, undo)
            passed.update(self._shared.counts())
            if normal is None:
                self._result.normal.counts = self._shared.counts()
                self._result.normal.seconds = time.monotonic() - began
            if code == resuming.FINISHED:
                left = 0
                if again or not self._unknown():
                    return
                # What a full disk left out is settled by opening the record once more.
                again = True
                self._result.seen["opened once more to settle"] += 1
                continue
            if code == resuming.MISSED and kills and not read_lines(self._place.audit):
                # The cluster's time runs much faster, and this machine was too slow for it.
                self._result.seen["its time passed before anything was done"] += 1
                self._missed = True
                return
            if code in (resuming.TROUBLE, resuming.MISSED):
                about = [e for e in read_lines(self._place.said) if e["walker"] == number][-3:]
                self._fail(f"a walker gave up: {about}")
                return
            left -= 1
        self._fail("the procedure came to no end")

    def _ending(self, normal: Normal, passed: Mapping[str, int], left: int) -> Ending:
        rng = self._rng
        way = rng.choices(["kill", "power", "term", "hup", "full"], [66, 10, 7, 7, 10])[0]
        if way == "full":
            name = rng.choice(FULL)
            many = rng.choice([2, 3, 5, 9, FOREVER])
            return Ending(way, name, self._at(normal.counts[name] - passed[name], left), many=many)
        if rng.random() < 0.15:
            return Ending(way, seconds=rng.uniform(0, normal.seconds / (1 + left / 3)))
        for _ in range(50):
            group = rng.choice(list(_GROUPS.values()))
            name = rng.choice(group)
            if (rest := normal.counts[name] - passed[name]) > 0:
                return Ending(way, name, self._at(rest, left))
        return Ending(way, seconds=rng.uniform(0, normal.seconds / 2))

    def _at(self, rest: int, left: int) -> int:
        """Return one of the instants that are left, so that those of all lives lie evenly."""
        return min(self._rng.randint(1, max(1, rest)) for _ in range(left))

    def _life(self, number: int, ending: Ending | None, undo: str) -> int:
        shared, ending = self._shared, ending or Ending("")
        number_of = _SIGNALS.get(ending.way, 0)
        shared.arm(ending.instant, ending.at, number_of, ending.many)
        mark = f"{secrets.token_hex(8)}."
        rng = random.Random(self._rng.random())
        id = self._record()

        def walk() -> int:
            walker = Walker(self._walk, self._launch, self._place, number, undo)
            return resuming.live(walker, shared, rng, id, mark, self._broken)

        pid = forked(walk)
        status, ours = self._wait(pid, ending)
        if ending.way == "power":
            orphans.sweep(mark)
        if shared["struck"] or ours:
            killed = os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) in (
                resuming.INTERRUPTED,
            )
            if ending.way == "full":
                self._lost_room.add(number)
                self._cuts += 2
            if killed or ending.way == "full":
                self._result.kills[f"{ending.way}: {ending.kind}"] += 1
                self._cuts += 1
        self._check_orphans(self._late)
        if ending.way == "kill" and self._rng.random() < 0.3:
            # The next life begins while the commands of this one are still being ended.
            self._late = mark
        else:
            self._check_orphans(mark)
            self._late = ""
        if ending.way == "power":
            self._pull_the_plug()
        while shared["busy"]:
            time.sleep(0.001)
        self._check_record()
        code = os.waitstatus_to_exitcode(status)
        expected = (resuming.FINISHED, resuming.TROUBLE, resuming.NO_ROOM, resuming.MISSED)
        if not ours and not shared["struck"] and code not in expected:
            self._fail(f"a walker ended by itself with {code}")
            return resuming.TROUBLE
        return code

    def _wait(self, pid: int, ending: Ending) -> tuple[int, bool]:
        """Wait for a life's end; return its status and whether we ended it at a time."""
        began = time.monotonic()
        ours = hung = False
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return status, ours
            now = time.monotonic() - began
            if ending.way in _SIGNALS and not ending.instant and not ours and now > ending.seconds:
                os.kill(pid, _SIGNALS[ending.way])
                ours = True
            if now > LONGEST and not hung:
                hung = True
                self._fail(f"a walker hung: {read_lines(self._place.said)[-3:]}")
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)

    def _record(self) -> str:
        """Return the record to go on with; empty as long as none is about the procedure."""
        found = [each for each in list_sessions(self._place.records) if each.issue]
        return found[0].id if found else ""

    def _unknown(self) -> bool:
        id = self._record()
        return bool(id) and any(e.unknown for e in read_session(id, self._place.records).attempts)

    def _pull_the_plug(self) -> None:
        """Lose what was written but not synced, or a part of it."""
        if id := next(iter(self._newest()), None):
            synced, size = self._shared["synced"], id.stat().st_size
            if self._shared["line-written"] and 0 < synced < size:
                os.truncate(id, self._rng.randint(synced, size))
                self._result.seen["power cut lost unsynced bytes"] += 1

    def _newest(self) -> list[Path]:
        found = self._place.records.glob("*.jsonl")
        return sorted(found, key=lambda each: -each.stat().st_mtime_ns)

    # Checks

    def _fail(self, what: str) -> None:
        self._result.failures.append(what)

    def _check_orphans(self, mark: str) -> None:
        began = time.monotonic()
        while mark and (left := orphans.marked(mark) + _watchers(mark)):
            if time.monotonic() - began > ORPHANED:
                self._fail(f"orphans: {[_line(pid) for pid in left]}")
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.01)
        took = time.monotonic() - began
        self._result.slowest_orphan = max(self._result.slowest_orphan, took)

    def _check_record(self) -> None:
        for path in self._newest():
            try:
                record = read_session(path.stem, self._place.records)
                whole = export(path.stem, "json", "en", self._place.records)
                for language in ("en", "ja"):
                    export(path.stem, "markdown", language, self._place.records)
            except NoRecord as problem:
                self._fail(f"unreadable record: {problem}")
                continue
            if not whole or record.broken > self._cuts:
                self._fail(f"{record.broken} broken lines after {self._cuts} cuts")


def _watchers(mark: str) -> list[int]:
    wanted = mark.encode()
    return [pid for pid in orphans._pids() if wanted in _command_line(pid).split(b"\0")]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _line(pid: int) -> str:
    return _command_line(pid).replace(b"\0", b" ").decode(errors="replace")[:200]


def forked(work: Callable[[], int]) -> int:
    """Do `work` in a process of its own; return its id at once."""
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def prepare() -> Launch:
    """Import and load everything that walkers and servers need; begins no thread."""
    import kubernetes.aio  # noqa: F401
    from aiohttp import web  # noqa: F401

    import tui.engine.access
    import tui.engine.client
    import tui.engine.configuration
    import tui.engine.follow
    import tui.engine.reading
    import tui.practice.server  # noqa: F401

    launch = Launch(choice=PracticeChoice())
    assert launch.base.issues
    assert threading.active_count() == 1
    gc.freeze()
    return launch
