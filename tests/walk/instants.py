"""The instants at which a walker may be killed, and the hooks in it and in the server that do so.

Parent, walker and server share a few numbers in anonymous memory, which outlives a `kill -9`.
"""

from __future__ import annotations

import asyncio
import errno
import json
import mmap
import os
import random
import signal
import time
from pathlib import Path
from typing import Any, Final

from tui.engine import journal, oc

JOURNAL: Final = ("line-before", "line-middle", "line-written", "line-synced")
PROCESS: Final = ("start-before", "start-after", "output", "exit")
SERVER: Final = ("server-before", "server-after")
_CHANGE: Final = "-change"
INSTANTS: Final = (
    *JOURNAL, *(name + _CHANGE for name in JOURNAL),
    *PROCESS, *(name + _CHANGE for name in PROCESS),
    *SERVER,
)  # fmt: skip
"""With `-change`: only around a change, be it its lines in the record or its process."""
FULL: Final = ("full-line", "full-sync")
"""The disk is full from this write, or this sync, on."""
FOREVER: Final = 1 << 40
_HELD: Final = 20.0
"""Seconds that the answer takes to a change during which the walker is killed."""
_NUMBERS: Final = ("walker", "armed", "at", "many", "signal", "synced", "struck", "busy")
_VERBS: Final = frozenset(
    {"label", "annotate", "patch", "create", "delete", "apply", "replace", "scale", "rollout"}
)
_ABOUT_CHANGES: Final = frozenset({"saved", "settled", "difference"})


class Shared:
    """What parent, walker and server know of each other."""

    def __init__(self) -> None:
        names = (*_NUMBERS, *INSTANTS, *FULL)
        self._at = {name: number for number, name in enumerate(names)}
        self._memory = memoryview(mmap.mmap(-1, 8 * len(names))).cast("q")

    def __getitem__(self, name: str) -> int:
        return self._memory[self._at[name]]

    def __setitem__(self, name: str, value: int) -> None:
        self._memory[self._at[name]] = value

    def arm(self, instant: str, at: int, number: int, many: int = 0) -> None:
        """Begin to count anew, and strike when `instant` is there for the `at`-th time."""
        for name in self._at:
            if name not in {"synced", "busy"}:
                self[name] = 0
        self["armed"] = self._at[instant] if instant else -1
        self["at"], self["signal"], self["many"] = at, number, many

    def counts(self) -> dict[str, int]:
        """Return how often each instant has been there since `arm`."""
        return {name: self[name] for name in (*INSTANTS, *FULL)}

    def passed(self, name: str, change: bool = False) -> bool:
        """Note that an instant is there; return whether it is the one to strike at."""
        hit = False
        for each in (name, name + _CHANGE) if change else (name,):
            self[each] += 1
            hit = hit or (self["armed"] == self._at[each] and self[each] == self["at"])
        return hit

    def failing(self, name: str) -> bool:
        """Note a write or sync; return whether the disk is full for it."""
        self[name] += 1
        first, many = self["at"], self["many"]
        full = self["armed"] == self._at[name] and first <= self[name] < first + many
        if full:
            self["struck"] = 1
        return full

    def strike(self) -> None:
        """Kill the walker."""
        self["struck"] = 1
        if self["walker"]:
            os.kill(self["walker"], self["signal"])
            if self["walker"] == os.getpid() and self["signal"] == signal.SIGKILL:
                time.sleep(60)


class _Os:
    """`os` as the journal sees it."""

    def __init__(self, shared: Shared, rng: random.Random, *, syncs: bool) -> None:
        self._shared = shared
        self._rng = rng
        self._syncs = syncs
        self._written = self._change = False
        self._attempt: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, file: int, data: Any) -> int:
        shared = self._shared
        self._change = self._is_change(bytes(data))
        part = self._rng.randrange(1, len(data)) if len(data) > 1 else 1
        if shared.failing("full-line"):
            # A disk takes what it has room for; the rest fails.
            if shared["full-line"] == shared["at"] and self._rng.random() < 0.5:
                return os.write(file, data[:part])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if shared.passed("line-before", self._change):
            shared.strike()
        done = 0
        if shared.passed("line-middle", self._change):
            done = os.write(file, data[:part])
            shared.strike()
        done += os.write(file, data[done:])
        self._written = True
        if shared.passed("line-written", self._change):
            shared.strike()
        return done

    def fsync(self, file: int) -> None:
        shared = self._shared
        if self._written and shared.failing("full-sync"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self._syncs:
            os.fsync(file)
        if self._written:
            self._written = False
            if self._syncs:
                shared["synced"] = os.fstat(file).st_size
            if shared.passed("line-synced", self._change):
                shared.strike()

    def _is_change(self, line: bytes) -> bool:
        try:
            event = json.loads(line)
        except ValueError:
            return self._change
        if event.get("event") == "will-run":
            changes = bool(event.get("risk") != "read")
            self._attempt = event.get("attempt") if changes else None
            return changes
        same = self._attempt is not None and event.get("attempt") == self._attempt
        return bool(same or event.get("event") in _ABOUT_CHANGES)


def lay_in_walker(shared: Shared, rng: random.Random, *, syncs: bool = True) -> None:
    """Hook what the walker writes and starts.

    Args:
        shared: what to count in.
        rng: says where a line is cut.
        syncs: False: nothing is synced to the disk, which is a bug to be found.
    """
    vars(journal)["os"] = _Os(shared, rng, syncs=syncs)
    start, take = oc._start, oc._Output.take
    change = False

    async def started(command: Any, env: Any) -> Any:
        nonlocal change
        words = set(command.argv)
        change = bool(words & _VERBS) and "--dry-run=server" not in words
        mine = change
        if shared.passed("start-before", mine):
            shared.strike()
        process = await start(command, env)
        if shared.passed("start-after", mine):
            shared.strike()
        return process

    async def taken(self: Any, until: float | None) -> Any:
        line = await take(self, until)
        if shared.passed("exit" if line is None else "output", change):
            shared.strike()
        return line

    oc._start = started
    oc._Output.take = taken  # type: ignore[method-assign]


def lay_in_server(shared: Shared, records: Path, audit: Path) -> None:
    """Hook what the server carries out, and write each change into `audit` as it is done."""
    from tui.practice.server import Server

    carry_out, answer_all = Server._verb, Server._answer
    held = False
    file = os.open(audit, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def answered(self: Any, request: Any, identity: Any, path: str) -> Any:
        nonlocal held
        answer = await answer_all(self, request, identity, path)
        if held:
            held = False
            # The command waits for its answer: it does not end by itself.
            await asyncio.sleep(_HELD)
        return answer

    def verb(self: Any, call: Any, verb: str) -> Any:
        nonlocal held
        if verb not in {"create", "update", "patch", "delete", "deletecollection"} or _dry(call):
            return carry_out(self, call, verb)
        shared["busy"] = 1
        try:
            if shared.passed("server-before"):
                held = True
                shared.strike()
            announced, end = last_announced(records)
            synced = shared["synced"]
            answer = carry_out(self, call, verb)
            entry = {
                "time": time.monotonic(),
                "verb": verb,
                "resource": call.resource.plural,
                "name": call.name,
                "attempt": announced.get("attempt"),
                "step": announced.get("step"),
                "purpose": announced.get("purpose"),
                "says": json.dumps([announced.get("argv"), announced.get("stdin")]),
                "synced": end <= synced,
            }
            os.write(file, json.dumps(entry).encode() + b"\n")
            if shared.passed("server-after"):
                held = True
                shared.strike()
            return answer
        finally:
            shared["busy"] = 0

    Server._answer = answered  # type: ignore[method-assign]
    Server._verb = verb  # type: ignore[method-assign]


def last_announced(records: Path) -> tuple[dict[str, Any], int]:
    """Return the last change that the newest record announces, and where its line ends."""
    newest = max(records.glob("*.jsonl"), key=lambda each: each.stat().st_mtime_ns, default=None)
    if newest is None:
        return {}, 0
    found: dict[str, Any] = {}
    end = at = 0
    for line in newest.read_bytes().splitlines(keepends=True):
        at += len(line)
        if not line.endswith(b"\n"):
            break
        try:
            event = json.loads(line)
        except ValueError:
            continue
        announced = isinstance(event, dict) and event.get("event") == "will-run"
        if announced and event.get("risk") != "read":
            found, end = event, at
    return found, end


def _dry(call: Any) -> bool:
    if call.dry_run:
        return True
    try:
        options = json.loads(call.body) if call.body.strip() else {}
    except ValueError:
        return False
    return isinstance(options, dict) and options.get("dryRun") == ["All"]
