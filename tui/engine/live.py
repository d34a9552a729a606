"""The live source: a cluster (or a practice cluster) read over its API in a thread of its own.

One thread with one event loop carries all watches and logs. The kubernetes client is imported in
that thread, so that it delays nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Collection, Coroutine, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

from knowledge.access import Access
from knowledge.kinds import KINDS
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, Snapshot, SourceType
from knowledge.text import Text
from tui.engine.answer_json import mapping
from tui.engine.board import Board
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.ports import Clock, Connection, Phase, SystemClock
from tui.engine.problem import Problem
from tui.engine.store import Store
from tui.engine.stored import Fetched, Shelf, Stored, Unusable, Wanted, attempted, read_in

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from tui.engine.follow import Pace
    from tui.engine.logs.text import LogText
    from tui.engine.reading import Reading

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_GROUPS: Final = (LogGroup.VELERO, LogGroup.NODE_AGENT, LogGroup.OPERATOR)
_STOP_SECONDS: Final = 0.9
_ACCESS_SECONDS: Final = 10.0
_TOO_SLOW: Final = Text(
    en="It takes too long, and was given up.", ja="時間がかかりすぎるため、中止しました。"
)
_NOT_KEPT: Final = Text(
    en="it is not kept any more: fetch it again",
    ja="保持していません。もう一度取得してください",
)
_NO_CONNECTION: Final = Text(
    en="There is no connection to the cluster.", ja="クラスターに接続していません。"
)


class _NotRunning(Exception):
    """The source has not begun to read, or has ended."""


class LiveSource:
    """A cluster, kept up to date by watches."""

    can_run = True
    _environ: Mapping[str, str] = os.environ
    """Says which proxy leads to the storage."""
    _resolver: AbstractResolver | None = None
    """Finds the storage by its name; default: as this machine does."""

    def __init__(
        self,
        choice: ClusterChoice,
        *,
        kinds: Collection[str],
        collector: Collector,
        source_type: SourceType = SourceType.CLUSTER,
        name: str = "",
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Prepare; nothing is read before `start`.

        Args:
            choice: which cluster.
            kinds: kinds that rules read; those of `knowledge.kinds` are read in any case.
            collector: takes the logs.
            source_type: cluster or practice.
            name: what to call the source; default: the context.
            clock: the time.
            pace: waits between requests.
        """
        self._choice = choice
        self._kinds = (*KINDS, *sorted(kind for kind in kinds if kind not in KINDS))
        self._collector = collector
        self.shelf = Shelf()
        """Logs that were fetched from the storage location."""
        self._clock = clock or SystemClock()
        self._pace = pace
        self._store = Store(self._kinds, _GROUPS, collector, source_type, name)
        self._board = Board(
            Connection(Phase.CONNECTING, context=choice.context, expected=len(self._kinds))
        )
        self._on_change: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._reading: Reading | None = None

    def start(self, on_change: Callable[[], None]) -> None:
        """Begin reading; `on_change` is called from the source's thread."""
        self._on_change = on_change
        self._thread = threading.Thread(target=self._run, name="live-source", daemon=True)
        self._thread.start()

    def snapshot(self) -> Snapshot:
        """Return what was read so far."""
        return self._store.snapshot(self._clock.now())

    def connection(self) -> Connection:
        """Return how the connection is."""
        return self._board.connection()

    def stop(self) -> None:
        """Stop reading, within a second."""
        with self._lock:
            self._stopping = True
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    @property
    def pinned(self) -> ClusterChoice:
        """Return the choice with the context that is in use; commands must use the same."""
        reading = self._reading
        return reading.pinned if reading is not None else self._choice

    async def may(self, access: Access) -> bool | None:
        """Return whether this user may do something, asked from any event loop; None: unknown."""
        from tui.engine.access import may

        try:
            return await self._there(lambda reading: may(reading.client, access), _ACCESS_SECONDS)
        except (TimeoutError, _NotRunning):
            return None

    async def fetch(self, request: str, wanted: Wanted) -> Fetched:
        """Return what a DownloadRequest leads to, from any event loop; its lines are searched too.

        Args:
            request: the name of the DownloadRequest.
            wanted: what it is about.

        Raises:
            Unusable: it cannot be had; the message says why.
        """
        from tui.engine.storage import FETCH_SECONDS, fetch
        from tui.engine.unreachable import Unreachable

        async def work(reading: Reading) -> Fetched:
            location = _location(self._store, wanted)
            try:
                fetched = await fetch(
                    reading.client, request, wanted, location, self._environ, self._resolver
                )
            except Unusable as error:
                if error.because:
                    now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
                    await self._keep(attempted(wanted, error.because, now))
                raise
            await self._keep(fetched)
            return fetched

        try:
            return await self._there(work, FETCH_SECONDS)
        except TimeoutError:
            raise Unusable(_TOO_SLOW) from None
        except _NotRunning:
            raise Unusable(_NO_CONNECTION) from None
        except (Problem, Unreachable) as error:
            raise Unusable(error.message) from None

    async def take(self, fetched: Fetched) -> None:
        """Search a log that came another way; call it from any event loop."""
        with contextlib.suppress(TimeoutError, _NotRunning):
            await self._there(lambda _reading: self._keep(fetched), None)

    async def _keep(self, fetched: Fetched) -> None:
        if not fetched.wanted.failed:
            self._collector.forget(fetched.wanted.attempt().log)
        self.shelf.put(fetched)
        await read_in(fetched, self._collector)
        self._on_change()

    async def _there(
        self, work: Callable[[Reading], Coroutine[Any, Any, _T]], seconds: float | None
    ) -> _T:
        """Do something in the source's own event loop.

        Raises:
            TimeoutError: it took too long, or the source was stopped meanwhile.
        """
        with self._lock:
            reading, loop = self._reading, self._loop
            if reading is None or loop is None:
                raise _NotRunning
            asked: Future[_T] = asyncio.run_coroutine_threadsafe(work(reading), loop)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(asked)
        except (TimeoutError, asyncio.CancelledError):
            asked.cancel()
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise TimeoutError from None

    def open_log(self, log: str) -> LogText:
        """Return the log of a container from its first line on, followed for as long as it is open.

        Args:
            log: `pod/container`, `pod/container (previous)`, or one that was fetched.
        """
        from tui.engine.logs.opening import kept
        from tui.engine.logs.pods import NO_CONNECTION, PodLog, empty, pour

        if (fetched := self.shelf.get(log)) is not None:
            return kept(log, fetched.data, fetched.cut)
        if "/" not in log:
            return kept(log, b"", _NOT_KEPT)
        wanted = PodLog.named(self._store.namespace, log)
        text = empty(wanted)
        with self._lock:
            reading, loop = self._reading, self._loop
            if reading is None or loop is None:
                text.finish(NO_CONNECTION)
                return text
            pouring = asyncio.run_coroutine_threadsafe(pour(reading.client, wanted, text), loop)
        text.on_close = pouring.cancel
        return text

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            pass
        except Exception:
            # The boundary of this thread: without it a bug would look like a quiet cluster.
            _log.exception("reading the cluster ended by a bug")
            self._board.fail(
                Text(
                    en="Reading the cluster ended by a bug in this program; see its log file.",
                    ja="このプログラムの不具合により、クラスターの読み取りが終了しました。"
                    "ログファイルを確認してください。",
                )
            )
            self._on_change()

    async def _main(self) -> None:
        from tui.engine.follow import Pace
        from tui.engine.reading import Reading

        reading = Reading(
            self._choice,
            self._store,
            self._collector,
            self._board,
            self._kinds,
            self._on_change,
            self._pace or Pace(),
        )
        with self._lock:
            if self._stopping:
                return
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.current_task()
            self._reading = reading
        try:
            await reading.run()
        finally:
            with self._lock:
                self._loop = self._task = self._reading = None


def _location(store: Store, wanted: Wanted) -> Mapping[str, Any]:
    """Return the storage location that holds a log; empty if it is not known."""
    name = wanted.name
    if wanted.what in {Stored.RESTORE_LOG, Stored.RESTORE_RESULTS}:
        restore = store.objects("Restore").get((wanted.namespace, name), {})
        name = str(mapping(restore.get("spec")).get("backupName", ""))
    backup = store.objects("Backup").get((wanted.namespace, name), {})
    location = str(mapping(backup.get("spec")).get("storageLocation", ""))
    return store.objects("BackupStorageLocation").get((wanted.namespace, location), {})
