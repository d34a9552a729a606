"""Stand-ins for the seams: a runner with a script, a clock that is told the time, a session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import EllipsisType
from typing import Any

from knowledge.base import KnowledgeBase, read_issue
from knowledge.judge import CompiledIssue
from knowledge.snapshot import Snapshot, SourceInfo, SourceType, index
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.target import Target

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)

TARGET = Target(
    program="/usr/bin/oc",
    prefix=("/usr/bin/oc",),
    kubeconfig="",
    context="lab",
    server="https://api.example.com:6443",
    user="sre",
    namespace="openshift-adp",
    practice=False,
    read_only=False,
    can_run=True,
)
HEAD = (*TARGET.pinned, "-n", "openshift-adp")


class FakeClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = NOW) -> None:
        self._start = now
        self.seconds = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


Item = str | Exited | EllipsisType
"""A line of stdout, an end, or `...`: hold until the gate is opened."""


@dataclass
class FakeRunner:
    """Answers from a script; a command that is not in it ends the test.

    The key is the arguments after the pinned beginning, joined by blanks. A script without an
    end ends with exit code 0. Looks at objects and dry runs that are not in it fail.
    """

    script: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    calls: list[Command] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a command is held."""
    stopped: int = 0
    """Commands that were left before their end."""

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        self.calls.append(command)
        key = " ".join(command.argv).removeprefix(" ".join(HEAD) + " ")
        ended = False
        looks = key.startswith("get ") and key.endswith(" -o json")
        unasked = [Exited(Ending.EXIT, 1, 0.1)] if looks or "--dry-run=server" in key else None
        try:
            for item in self.script.get(key, unasked) or self.script[key]:
                if isinstance(item, EllipsisType):
                    self.holding.set()
                    await self.gate.wait()
                elif isinstance(item, str):
                    yield Line("stdout", item)
                else:
                    ended = True
                    yield item
            if not ended:
                ended = True
                yield Exited(Ending.EXIT, 0, 0.1)
        finally:
            self.stopped += not ended

    @property
    def shown(self) -> list[str]:
        """Return the calls without the pinned beginning."""
        head = " ".join(HEAD) + " "
        return [" ".join(call.argv).removeprefix(head) for call in self.calls]


def snapshot(*bodies: Mapping[str, Any], now: datetime = NOW, **changes: Any) -> Snapshot:
    """Return a snapshot in which everything was read and `bodies` are all there is."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for body in bodies:
        by_kind.setdefault(body["kind"], []).append(body)
    objects = {kind: index(each) for kind, each in by_kind.items()}
    source = SourceInfo(SourceType.CLUSTER, "lab", "openshift-adp")
    return Snapshot(source, now, objects, **changes)


def body(kind: str, name: str, namespace: str = "openshift-adp", **rest: Any) -> dict[str, Any]:
    """Return a small Kubernetes object."""
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace}, **rest}


@dataclass
class FakeState:
    """The part of a session's state that runbooks read."""

    snapshot: Snapshot


class Memory:
    """What is kept from one run to the next, without a folder."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        return self.data.get(name)

    def write(self, name: str, data: bytes) -> None:
        self.data[name] = data


@dataclass
class FakeSession:
    """A session that holds what it was given."""

    knowledge: KnowledgeBase
    state: FakeState

    def subscribe(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        return lambda: None


def session(yaml: str, facts: Snapshot | None = None) -> FakeSession:
    """Return a session that knows the one issue in `yaml`."""
    compiled = read_issue(yaml, "test.yaml")
    assert isinstance(compiled, CompiledIssue), str(compiled)
    base = KnowledgeBase({compiled.issue.id: compiled})
    return FakeSession(base, FakeState(facts or snapshot()))
