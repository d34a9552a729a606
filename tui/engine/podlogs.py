"""The logs of Velero, node-agent and operator pods, fed into the signatures' collector.

Each container's log is read once to its end, then followed; one that was restarted has its
previous log read too. A log that broke off is resumed where it stopped, without doubled lines.
Pods that move one volume's data or maintain one repository live for minutes: what they wrote
outlives them here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import quote

from knowledge.scan import Collector, LogReader
from knowledge.snapshot import KubeObject, LogGroup
from knowledge.text import Text
from tui.engine import refusal
from tui.engine.answer_json import mapping
from tui.engine.client import Client
from tui.engine.follow import Pace
from tui.engine.problem import Problem
from tui.engine.refusal import Meaning
from tui.engine.resume import Resume
from tui.engine.store import Store
from tui.engine.unreachable import Unreachable

GROUPS: Final = (LogGroup.VELERO, LogGroup.NODE_AGENT, LogGroup.OPERATOR)
TAIL_LINES: Final = 20_000
_OUTLIVING: Final = 64
"""Logs of short-lived pods that are kept when their pods are gone."""
_AT_ONCE: Final = 4
"""First readings at the same time."""
_LARGEST: Final = 256 << 20
_MOST: Final = 5_000
"""Containers whose logs are read at all."""
_FOLLOWED: Final = 48
"""Logs followed at the same time; the others are asked again now and then."""


@dataclass(frozen=True, slots=True)
class Container:
    """One run of one container: a restart makes another one."""

    pod: str
    uid: str
    name: str
    group: LogGroup
    restarts: int
    previous: bool
    """Whether there is a log of the run before."""
    short_lived: bool = False

    @property
    def log(self) -> str:
        """Return the log's name in findings."""
        return f"{self.pod}/{self.name}"


_WORKERS: Final = {
    "velero.io/data-upload": ("DataUpload", LogGroup.NODE_AGENT),
    "velero.io/data-download": ("DataDownload", LogGroup.NODE_AGENT),
    "velero.io/pod-volume-backup": ("PodVolumeBackup", LogGroup.NODE_AGENT),
    "velero.io/pod-volume-restore": ("PodVolumeRestore", LogGroup.NODE_AGENT),
    "velero.io/repo-name": ("BackupRepository", LogGroup.VELERO),
}
"""Label of a pod that does one piece of work -> the kind that the label names, and the program.

Source: velero pkg/exposer (data movers), pkg/repository/maintenance (jobs).
"""
_CONTROLLERS: Final = frozenset({"controller-manager", "non-admin-controller"})


def work_of(pod: KubeObject) -> tuple[str, str] | None:
    """Return kind and name of the one piece of work that `pod` does; None: it does others too."""
    labels = _labels(pod)
    for label, (kind, _group) in _WORKERS.items():
        if name := labels.get(label):
            return kind, name
    return None


def _labels(pod: KubeObject) -> dict[str, str]:
    return {
        key: value
        for key, value in mapping(mapping(pod.get("metadata")).get("labels")).items()
        if isinstance(value, str)
    }


def group_of(pod: KubeObject) -> LogGroup | None:
    """Return which program runs in `pod`, by its labels; None: none of ours."""
    labels = _labels(pod)
    for label, (_kind, group) in _WORKERS.items():
        if labels.get(label):
            return group
    if labels.get("deploy") == "velero":
        return LogGroup.VELERO
    if labels.get("name") in {"node-agent", "node-agent-windows", "restic"}:
        return LogGroup.NODE_AGENT
    if labels.get("role") == "node-agent":
        return LogGroup.NODE_AGENT
    if labels.get("control-plane") in _CONTROLLERS:
        return LogGroup.OPERATOR
    return None


def containers(pod: KubeObject) -> Iterator[Container]:
    """Yield the containers of `pod` that have a log."""
    group = group_of(pod)
    if group is None:
        return
    short_lived = work_of(pod) is not None
    if short_lived and mapping(pod.get("status")).get("phase") == "Succeeded":
        # Each repository keeps three of them; all is well, and there may be hundreds.
        return
    metadata = mapping(pod.get("metadata"))
    statuses = mapping(pod.get("status")).get("containerStatuses")
    for status in map(mapping, statuses if isinstance(statuses, list) else ()):
        count = status.get("restartCount")
        restarts = count if isinstance(count, int) else 0
        state, last = mapping(status.get("state")), mapping(status.get("lastState"))
        ended = bool(last.get("terminated"))
        waiting = "waiting" in state
        if waiting and not ended:
            # Never started: the server would answer 400.
            continue
        yield Container(
            str(metadata.get("name", "")),
            str(metadata.get("uid", "")),
            str(status.get("name", "")),
            group,
            restarts,
            # While it waits for its next start, the current log is that of the run that ended.
            previous=(restarts > 0 or ended) and not waiting,
            short_lived=short_lived,
        )


class PodLogs:
    """Reads the logs of all pods of interest, as the store's pods come and go."""

    def __init__(
        self,
        client: Client,
        store: Store,
        collector: Collector,
        changed: Callable[[], None],
        tasks: asyncio.TaskGroup,
        pace: Pace,
    ) -> None:
        self._group = tasks
        self._client = client
        self._store = store
        self._collector = collector
        self._changed = changed
        self._pace = pace
        self._reading = asyncio.Semaphore(_AT_ONCE)
        self._following = asyncio.Semaphore(_FOLLOWED)
        self._tasks: dict[Container, asyncio.Task[None]] = {}
        self._first: set[Container] = set()
        """Containers whose first reading is not done."""
        self._refused: dict[Container, Text] = {}
        self._outliving: deque[str] = deque()
        self._started = False

    @property
    def caught_up(self) -> bool:
        """Whether the pods are known and every log that is there was read once, or refused."""
        return self._started and not self._first

    def update(self) -> None:
        """Start and end readers so that they fit the pods of the store."""
        self._started = True
        every = (each for pod in self._pods().values() for each in containers(pod))
        wanted = set(islice(every, _MOST))
        for gone in self._tasks.keys() - wanted:
            self._tasks.pop(gone).cancel()
            self._first.discard(gone)
            self._refused.pop(gone, None)
            if not any(each.log == gone.log for each in wanted):
                self._let_go(gone)
        for new in wanted - self._tasks.keys():
            self._first.add(new)
            self._tasks[new] = self._group.create_task(self._read(new))
        self._judge()

    def _let_go(self, gone: Container) -> None:
        """Drop the log of a container that is gone; what a short-lived pod said stays a while."""
        log = gone.log
        if gone.short_lived:
            self._outliving.append(log)
            if len(self._outliving) <= _OUTLIVING:
                return
            log = self._outliving.popleft()
        self._collector.forget(log)
        self._collector.forget(f"{log} (previous)")

    def _pods(self) -> Mapping[tuple[str, str], KubeObject]:
        return self._store.objects("Pod")

    def _judge(self) -> None:
        """Say of each group whether nothing of it could be read."""
        if (reason := self._store.why_unread("Pod")) is not None:
            for group in GROUPS:
                self._store.unread_log(group, reason)
            return
        for group in GROUPS:
            mine = [each for each in self._tasks if each.group is group]
            refused = [self._refused[each] for each in mine if each in self._refused]
            waiting = any(each in self._first for each in mine)
            if waiting:
                continue
            everything = bool(mine) and len(refused) == len(mine)
            self._store.unread_log(group, refused[0] if everything else None)

    async def _read(self, container: Container) -> None:
        self._collector.forget(f"{container.log} (previous)")
        reader = self._collector.open(container.log, container.group)
        resume = Resume()
        failures = 0
        wait = self._pace.log_again
        while True:
            try:
                if container in self._first:
                    async with self._reading:
                        if container.previous:
                            await self._read_previous(container)
                        await self._take(container, reader, resume, follow=False)
                    self._done(container, None)
                lines = reader.lines
                if self._following.locked():
                    async with self._reading:
                        await self._take(container, reader, resume, follow=False)
                else:
                    async with self._following:
                        await self._take(container, reader, resume, follow=True)
                self._done(container, None)
                failures = 0
                # The log of a container that has ended stays as it is.
                quiet = reader.lines == lines
                wait = min(wait * 2, self._pace.log_longest) if quiet else self._pace.log_again
                await asyncio.sleep(wait)
            except _NotReadable as error:
                self._done(container, error.why)
                await asyncio.sleep(self._pace.log_longest)
            except (Unreachable, Problem) as error:
                failures += 1
                if failures >= self._pace.attempts:
                    self._done(container, error.message)
                await asyncio.sleep(min(0.5 * 2 ** min(failures, 10), self._pace.log_longest))

    def _done(self, container: Container, refused: Text | None) -> None:
        if container not in self._tasks:
            return
        self._first.discard(container)
        if refused is None:
            self._refused.pop(container, None)
        else:
            self._refused[container] = refused
        self._judge()
        self._changed()

    async def _read_previous(self, container: Container) -> None:
        log = f"{container.log} (previous)"
        reader = self._collector.open(log, container.group)
        resume = Resume()
        try:
            await self._take(container, reader, resume, follow=False, previous=True)
        except _NotReadable:
            # It may have been cleaned up on the node; the current log is what counts.
            self._collector.forget(log)
        else:
            reader.feed(resume.rest)
            reader.close()

    async def _take(
        self,
        container: Container,
        reader: LogReader,
        resume: Resume,
        *,
        follow: bool,
        previous: bool = False,
    ) -> None:
        """Read what is there (or comes) after what was read before."""
        query = [("container", container.name), ("timestamps", "true"), *_bounds(resume)]
        if follow:
            query.append(("follow", "true"))
        if previous:
            query.append(("previous", "true"))
        path = f"/api/v1/namespaces/{self._store.namespace}/pods/{quote(container.pod)}/log"
        resume.begin()
        # A quiet log is normal; TCP keepalive ends a dead link.
        quiet = 600.0 if follow else 60.0
        async with self._client.stream(path, query, accept="*/*", quiet_seconds=quiet) as stream:
            if stream.status != 200:
                answer = await stream.refusal()
                if refusal.meaning(answer.status) is Meaning.BUSY:
                    raise Unreachable(refusal.why(answer, "get pods/log"))
                raise _NotReadable(refusal.why(answer, "get pods/log"))
            taken = 0
            with contextlib.suppress(TimeoutError):
                # What trickles is gone on with later: everything waits for the first reading.
                async with asyncio.timeout(None if follow else self._pace.log_reading):
                    async for chunk in stream.chunks():
                        fresh = resume.fresh(chunk)
                        if fresh:
                            reader.feed(fresh)
                            self._changed()
                        taken += len(chunk)
                        if taken > _LARGEST and not follow:
                            break
                        # Feeding is work of this thread: let the watches have their turn.
                        await asyncio.sleep(0)


class _NotReadable(Exception):
    """The server refused the log."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def _bounds(resume: Resume) -> list[tuple[str, str]]:
    if resume.since:
        return [("sinceTime", resume.since)]
    return [("tailLines", str(TAIL_LINES))]
