"""Container logs: what was written, and who follows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

MAX_LINES = 200_000


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What part of a log is wanted."""

    previous: bool = False
    tail_lines: int | None = None
    limit_bytes: int | None = None
    since: float | None = None
    timestamps: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line and the moment the container wrote it."""

    moment: float
    text: str

    def render(self, *, timestamps: bool) -> bytes:
        """Returns the line as the API sends it."""
        if not timestamps:
            return f"{self.text}\n".encode()
        whole = datetime.fromtimestamp(int(self.moment), UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{whole}.{int(self.moment % 1 * 1e9):09d}Z {self.text}\n".encode()


@dataclass
class ContainerLog:
    """The log of one container, and of its last run."""

    lines: list[LogLine] = field(default_factory=list)
    previous: list[LogLine] | None = None
    closed: bool = False
    dropped: int = 0

    def restart(self) -> None:
        """Keeps this run's log as the previous one and begins anew."""
        self.previous = self.lines
        self.lines = []
        self.dropped = 0


class LogStore:
    """The logs of all containers by namespace, pod and container."""

    def __init__(self) -> None:
        self._logs: dict[tuple[str, str, str], ContainerLog] = {}
        self._gone: dict[str, list[LogLine]] = {}
        """What containers of deleted pods have written, by the container's name."""
        self._grown = asyncio.Event()

    def get(self, namespace: str, pod: str, container: str) -> ContainerLog:
        """Returns a container's log, empty if nothing was written yet."""
        return self._logs.setdefault((namespace, pod, container), ContainerLog())

    def append(
        self, namespace: str, pod: str, container: str, lines: Iterable[str | LogLine]
    ) -> None:
        """Appends lines as written now, and wakes who follows."""
        log = self.get(namespace, pod, container)
        now = time.time()
        log.lines.extend(
            item if isinstance(item, LogLine) else LogLine(now, item) for item in lines
        )
        excess = len(log.lines) - MAX_LINES
        if excess > 0:
            del log.lines[:excess]
            log.dropped += excess
        self.wake()

    def wake(self) -> None:
        """Lets all followers look again."""
        self._grown.set()
        self._grown = asyncio.Event()

    def forget_pod(self, namespace: str, pod: str) -> None:
        """Ends and drops the logs of a deleted pod."""
        for key in [key for key in self._logs if key[:2] == (namespace, pod)]:
            log = self._logs.pop(key)
            log.closed = True
            self._gone.setdefault(key[2], []).extend([*(log.previous or []), *log.lines])
            del self._gone[key[2]][:-MAX_LINES]
        self.wake()

    def of_container(self, container: str) -> list[LogLine]:
        """Returns all that containers of this name have written, those of deleted pods too."""
        here = [log for key, log in self._logs.items() if key[2] == container]
        lines = [line for log in here for line in (*(log.previous or ()), *log.lines)]
        return [*self._gone.get(container, ()), *lines]

    def read(self, log: ContainerLog, query: LogQuery) -> bytes:
        """Returns the wanted part of a log."""
        lines = (log.previous or []) if query.previous else log.lines
        if query.since is not None:
            lines = [line for line in lines if line.moment >= query.since]
        if query.tail_lines is not None:
            lines = lines[-query.tail_lines :] if query.tail_lines else []
        data = b"".join(line.render(timestamps=query.timestamps) for line in lines)
        return data if query.limit_bytes is None else data[: query.limit_bytes]

    async def follow(self, log: ContainerLog, query: LogQuery) -> AsyncIterator[bytes]:
        """Yields the wanted part, then what is written, until the container is gone."""
        seen, left = log.dropped + len(log.lines), query.limit_bytes
        run = log.lines
        chunk = self.read(log, query)
        while True:
            if left is not None:
                chunk = chunk[:left]
                left -= len(chunk)
            if chunk:
                yield chunk
            grown = self._grown
            if log.closed or log.lines is not run or left == 0:
                return
            if log.dropped + len(log.lines) <= seen:
                await grown.wait()
            fresh = log.lines[max(0, seen - log.dropped) :] if log.lines is run else []
            seen += len(fresh)
            chunk = b"".join(line.render(timestamps=query.timestamps) for line in fresh)
