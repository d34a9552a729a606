"""One reading of a must-gather, from its first file to its last."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from knowledge.moment import parse_time
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, Snapshot
from knowledge.text import Text
from tui.engine.ahead import THREADS, Ahead, processors
from tui.engine.archive import coverage, texts, words
from tui.engine.archive.documents import Read, objects
from tui.engine.archive.entries import Entry, Trouble, files, size_of
from tui.engine.archive.gathered import Gathered
from tui.engine.archive.layout import Content, Place, place
from tui.engine.archive.limits import Budget, Enough
from tui.engine.archive.streams import Damaged
from tui.engine.store import NOT_YET

_TELL_SECONDS: Final = 0.25
"""Between two looks at what was read."""
_REST: Final = 5
"""Times that reading goes on longer than the look before took."""
_LONGEST_TIMESTAMP: Final = 4096
_Chunk = TypeVar("_Chunk")


class ArchiveReading:
    """What was read so far, and the reading itself; `run` once, in one thread."""

    def __init__(
        self, path: Path, kinds: Collection[str], collector: Collector, budget: Budget
    ) -> None:
        self._path = path
        self._kinds = tuple(kinds)
        self._collector = collector
        self._budget = budget
        self._name = path.name or str(path)
        self._trouble = Trouble()
        self._clusters: dict[str, Gathered] = {}
        self._logs: dict[str, tuple[Place, int]] = {}
        """Log -> where it lies, and how many bytes it has."""
        self._stamps: dict[str, datetime] = {}
        self._modified = 0.0
        self._files = 0
        self._done = False
        self._others: tuple[str, ...] = ()
        """Clusters in the must-gather that are not shown."""
        self._cluster = self._of("")
        self._loose = False
        """Whether there is a log that lies where no must-gather has one."""
        self._size = 0
        self._read = 0
        self._next = 0.0
        self._tell: Callable[[int], None] = lambda _: None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def useless(self) -> Text | None:
        """Return why there is nothing to judge, once all was read; None: there is."""
        if self._cluster.ours or any(size for _, size in self._logs.values()):
            return None
        return words.nothing(self._path, self._trouble, self._files, loose=self._loose)

    def run(self, tell: Callable[[int], None]) -> None:
        """Read everything; `tell` hears how many percent were read, a few times a second.

        Raises:
            OSError: the path cannot be opened.
            Damaged: it is no archive.
            Stopped: the budget says so.
        """
        self._tell = tell
        self._size = size_of(self._path, self._budget)
        self._next = time.monotonic() + _TELL_SECONDS
        threads = min(processors(), THREADS)
        pool = ThreadPoolExecutor(threads - 1, "must-gather") if threads > 1 else None
        with pool or contextlib.nullcontext() as self._pool:
            try:
                for entry in files(self._path, self._budget, self._trouble, self._progress):
                    self._take(entry)
                    self._due()
            except Enough as enough:
                self._trouble.enough = enough.message
        self._finish()

    def _progress(self, size: int) -> None:
        self._read += size
        self._due()

    def _due(self) -> None:
        began = time.monotonic()
        if began >= self._next:
            self._choose()
            self._tell(self._percent)
            ended = time.monotonic()
            self._next = ended + max(_TELL_SECONDS, (ended - began) * _REST)

    def _of(self, cluster: str) -> Gathered:
        if cluster not in self._clusters:
            self._clusters[cluster] = Gathered(self._kinds, self._collector, self._name)
        return self._clusters[cluster]

    def _take(self, entry: Entry) -> None:
        self._files += 1
        self._modified = max(self._modified, entry.modified)
        where = place(entry.parts)
        try:
            match where.content:
                case Content.OBJECTS if self._of(where.cluster).wants(where):
                    self._take_objects(entry, where)
                case Content.LOG:
                    self._take_log(entry, where)
                case Content.DESCRIPTION:
                    first = texts.beginning(entry.content)
                    entry.content, entry.file = _with(first, entry.content), None
                    self._take_log(entry, where, texts.completed(first))
                case Content.RESULTS:
                    entry.content = texts.results(self._weighed(entry.content), where)
                    entry.file = None
                    self._take_log(entry, where)
                case Content.DEBUG_INFO:
                    self._take_debug_info(entry, where)
                case Content.TIMESTAMP:
                    self._take_timestamp(entry)
                case Content.DISCOVERY:
                    for body in objects(entry.content, self._budget.limits, Read()):
                        self._of(where.cluster).discovered(body)
                case Content.SUMMARY:
                    self._of(where.cluster).summary = True
                case _:
                    self._loose |= entry.path.endswith((".log", ".log.gz"))
        except Damaged:
            self._trouble.damage(entry.path)

    def _take_objects(self, entry: Entry, where: Place) -> None:
        gathered = self._of(where.cluster)
        if where.old and entry.depth:
            gathered.old_archive = True
        read, bad, count = Read(), 0, 0
        for body in objects(self._weighed(entry.content), self._budget.limits, read):
            self._budget.kept(1, 0)
            self._budget.check()
            count += 1
            try:
                gathered.put(body, where)
            except (ValueError, TypeError, OverflowError, RecursionError):
                bad += 1
            self._due()
        if count or not where.old:
            gathered.finished(where, listed=read.listed, bad=read.bad + bad)
        else:
            # The old gatherer writes what `oc` complained about where the object should be.
            gathered.finished(where, listed=False, bad=1)

    def _weighed(self, content: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in content:
            self._budget.kept(0, len(chunk))
            yield chunk

    def _take_debug_info(self, entry: Entry, where: Place) -> None:
        gathered = self._of(where.cluster)
        for text in texts.debug_info(self._weighed(entry.content)):
            for body in objects(iter((text,)), self._budget.limits, Read()):
                self._budget.kept(1, 0)
                gathered.told(body, where)

    def _take_log(self, entry: Entry, where: Place, time: str = "") -> None:
        known = self._logs.get(where.log)
        if known is not None and known[1]:
            return
        chunks = self._chunks(entry)
        first = next(chunks, None)
        if not first and ("(" in where.log or known is not None):
            return  # ordinary: no run before, no second way to read it
        if len(self._logs) >= self._budget.limits.logs:
            self._trouble.logs += 1
            return
        about = {str(where.log_group): where.name} if where.name else {}
        reader = self._collector.open(where.log, where.log_group, about, time)
        ahead = Ahead(reader, self._pool)
        size = 0
        try:
            for chunk in _with(first, chunks):
                if isinstance(chunk, int):
                    # Read where it is searched.
                    for at in ahead.file(chunk):
                        self._budget.spend(at - size)
                        size = at
                        self._due()
                    continue
                for block in reader.cut(chunk):
                    ahead.add(block)
                size += len(chunk)
                self._due()
            ahead.finish()
        except OSError as error:
            raise Damaged(str(error)) from None
        finally:
            # Wherever it broke off, what was read before it counts.
            with contextlib.suppress(OSError):
                ahead.finish()
            self._logs[where.log] = (where, size)

    @staticmethod
    def _chunks(entry: Entry) -> Iterator[bytes | int]:
        """Yield the content, or the handle of a file with content that can be read anywhere."""
        if entry.file is None or not hasattr(os, "pread"):
            yield from entry.content
        elif os.fstat(entry.file).st_size:
            yield entry.file

    def _take_timestamp(self, entry: Entry) -> None:
        text = b"".join(entry.content)[:_LONGEST_TIMESTAMP].decode(errors="replace")
        # Go's way to print a time: 2026-11-23 11:57:36.463963902 +0000 UTC m=+0.105562229
        for line in text.splitlines():
            fields = line.split()
            if len(fields) >= 3:
                zone = f"{fields[2][:3]}:{fields[2][3:5]}"
                moment = parse_time(f"{fields[0]}T{fields[1][:15]}{zone}")
                if moment is not None:
                    self._stamps[entry.path] = moment

    def _choose(self) -> None:
        """Choose the cluster to show: the one with most of OADP."""
        self._cluster = max(self._clusters.values(), key=lambda each: each.ours)

    def _finish(self) -> None:
        named = [name for name in self._clusters if name]
        if named:
            best = max(named, key=lambda name: self._clusters[name].ours)
            # What lies beside the one named cluster is of it; with several nobody can tell.
            if len(named) == 1 or not self._clusters[best].ours:
                self._clusters[best].merge(self._clusters[""])
                self._cluster = self._clusters[best]
            else:
                self._choose()
            self._others = tuple(
                name for name in named if self._clusters[name] is not self._cluster
            )
        else:
            self._choose()
        self._forget_others()
        self._done = True

    def _forget_others(self) -> None:
        """Drop logs of other namespaces and clusters, and copies of what was read otherwise."""
        namespace = self._cluster.namespace
        named = next((name for name, each in self._clusters.items() if each is self._cluster), "")
        single = {
            log.partition("/")[0]
            for log, (_, size) in self._logs.items()
            if size and "/" in log and "/*" not in log
        }
        for log, (where, _) in tuple(self._logs.items()):
            # What was copied out of the bucket names no namespace.
            strange = where.namespace not in {"", namespace} or where.cluster not in {"", named}
            copy = "/*" in log and log.partition("/")[0] in single
            if strange or copy:
                self._collector.forget(log)
                del self._logs[log]

    def snapshot(self, now: datetime) -> Snapshot:
        """Return what was read so far; `now` is used where the must-gather tells no time."""
        gathered = self._cluster
        namespace = gathered.namespace
        gathered.store.describe(self._name, namespace)
        collected = self._collected(now)
        snapshot = gathered.store.snapshot(collected)
        source = snapshot.source
        versions = gathered.versions(source.versions)
        snapshot = replace(snapshot, source=replace(source, versions=versions))
        if not self._done:
            unread = {
                kind: NOT_YET
                for kind in self._kinds
                if not coverage.complete(gathered, kind, namespace)
            }
            return replace(
                snapshot,
                unread=MappingProxyType(unread),
                logs=(),
                unread_logs=MappingProxyType(dict.fromkeys(LogGroup, self._so_far)),
                partly=self._so_far,
            )
        unread = coverage.unread(gathered, self._kinds, namespace, self._trouble)
        if (why := coverage.unread_files(self._trouble)) is not None:
            unread["files"] = why
        if self._others:
            shown = ", ".join(self._others[:5])
            unread["clusters"] = Text(
                en=f"the must-gather holds other clusters too ({shown}); they are not shown",
                ja=f"この must-gather には他のクラスターも含まれています（{shown}）。"
                "それらは表示していません",
            )
        read = {where.log_group for where, _ in self._logs.values()}
        return replace(
            snapshot,
            unread=MappingProxyType(unread),
            absent=coverage.absent(gathered, self._kinds),
            unread_logs=coverage.unread_logs(gathered, read, namespace),
        )

    @property
    def _so_far(self) -> Text:
        percent = self._percent
        return Text(
            en=f"{percent} % of the must-gather read so far",
            ja=f"must-gather の {percent} % まで読み取りました",
        )

    @property
    def _percent(self) -> int:
        return min(self._read * 100 // max(self._size, 1), 99)

    def _collected(self, now: datetime) -> datetime:
        """Return when the must-gather was collected, as near as it tells."""
        if self._stamps:
            return max(self._stamps.values())
        if not self._done:
            return now
        newest = self._cluster.newest_event
        if newest is None and self._modified > 0:
            newest = datetime.fromtimestamp(min(self._modified, now.timestamp()), UTC)
        return newest or now


def _with(first: _Chunk | None, rest: Iterator[_Chunk]) -> Iterator[_Chunk]:
    if first is not None:
        yield first
    yield from rest
