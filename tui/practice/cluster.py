"""The practice cluster: a Kubernetes API on the loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from tui.practice import access
from tui.practice.loglines import Stories
from tui.practice.logs import LogStore
from tui.practice.reactions import Reactions
from tui.practice.scenario import Scenario
from tui.practice.store import Store
from tui.practice.workloads import Workloads
from tui.practice.world import fill_store, write_logs
from tui.practice.writing import Writer

if TYPE_CHECKING:
    from tui.practice.bucket import Bucket
    from tui.practice.server import Server

_T = TypeVar("_T")
_START_SECONDS = 20.0
NAMESPACE = "openshift-adp"


class PracticeCluster:
    """A practice cluster that runs until it is stopped.

    Args:
        scenario: What is in it, from `load_scenario`.
        port: The port on 127.0.0.1; 0 takes a free one.
        speed: How many times faster than real its reactions are.
    """

    def __init__(self, scenario: Scenario, *, port: int = 0, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("speed must be more than 0")
        self.scenario = scenario
        self.store: Store
        self.logs: LogStore
        self.reactions: Reactions
        self._port = port
        self._speed = speed
        self._identities = access.make_identities()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._server: Server | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Starts the cluster and returns when it listens.

        Raises:
            OSError: If it cannot listen on the port.
        """
        if self._thread is not None:
            raise RuntimeError("the practice cluster is already running")
        self._thread = threading.Thread(target=self._run, name="practice-cluster", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError("the practice cluster did not start")
        if self._failure is not None:
            self._thread.join()
            self._thread = None
            raise self._failure

    def stop(self) -> None:
        """Stops the cluster; open watches end."""
        thread, loop, stop = self._thread, self._loop, self._stop
        self._thread = None
        if thread is None or loop is None or stop is None:
            return
        loop.call_soon_threadsafe(stop.set)
        thread.join(_START_SECONDS)

    def __enter__(self) -> PracticeCluster:
        """Starts the cluster."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops the cluster."""
        self.stop()

    @property
    def port(self) -> int:
        """Returns the port that it listens on."""
        return self._port

    @property
    def address(self) -> str:
        """Returns the server's address without a token."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Returns the address for the administrator, with the token in the path."""
        return self.url_for("admin")

    def url_for(self, user: str) -> str:
        """Returns the address for `admin`, `viewer` (reads only) or `expired` (gets 401)."""
        return f"{self.address}/{self._identities[user].token}"

    def token(self, user: str = "admin") -> str:
        """Returns the bearer token of a user."""
        return self._identities[user].token

    def write_kubeconfig(self, path: str | Path, *, user: str = "admin") -> Path:
        """Writes a kubeconfig for this cluster, readable by its owner alone.

        Args:
            path: Where to.
            user: `admin`, `viewer` or `expired`.

        Returns:
            The path.
        """
        name = self._identities[user].name
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "practice", "cluster": {"server": self.url_for(user)}}],
            "users": [{"name": name, "user": {"token": self.token(user)}}],
            "contexts": [
                {
                    "name": "practice",
                    "context": {"cluster": "practice", "user": name, "namespace": NAMESPACE},
                }
            ],
            "current-context": "practice",
        }
        target = Path(path)
        partial = target.with_name(f"{target.name}.{os.getpid()}.new")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file, sort_keys=False)
        partial.replace(target)
        return target

    def call(self, work: Callable[[], _T]) -> _T:
        """Runs something in the cluster's thread and returns its result.

        The store may only be touched there.
        """
        if self._loop is None or self._thread is None:
            raise RuntimeError("the practice cluster is not running")

        async def run() -> _T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_START_SECONDS)

    def expire_history(self) -> None:
        """Makes older watches and page tokens answer 410."""

        def expire() -> None:
            self.store.compact()
            if self._server is not None:
                self._server.reader.forget_pages()

        self.call(expire)

    def append_log(self, pod: str, container: str, *lines: str) -> None:
        """Writes lines to the log of a container in the OADP namespace, as of now."""
        self.call(lambda: self.logs.append(NAMESPACE, pod, container, lines))

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
            self._ready.set()

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    def _build(self) -> tuple[Reactions, Writer, Bucket]:
        from tui.practice.bucket import Bucket

        now, scenario = time.time(), self.scenario
        scope: dict[str, Any] = dict(scenario.vars)
        self.store, self.logs = Store(), LogStore()
        stories, writer = Stories(scenario.stories), Writer(self.store)
        fill_store(self.store, scenario, now)
        self.reactions = reactions = Reactions(
            scenario.reactions,
            scenario.routines,
            store=self.store,
            writer=writer,
            logs=self.logs,
            stories=stories,
            scope=scope,
            sleep=self._sleep,
        )
        workloads = Workloads(
            self.store,
            writer,
            self.logs,
            stories,
            starts=scenario.starts,
            crashes=scenario.crashes,
            refusals=scenario.refusals,
            scope=scope,
            spawn=reactions.spawn,
            sleep=self._sleep,
        )
        workloads.populate()
        write_logs(self.store, self.logs, stories, scenario.logs, scope)
        self.store.compact()
        bucket = Bucket(
            self.store,
            self.logs,
            address=lambda: self.address,
            spawn=reactions.spawn,
            sleep=self._sleep,
        )
        self.store.listeners += [workloads.on_change, reactions.on_change, bucket.on_change]
        return reactions, writer, bucket

    async def _serve(self) -> None:
        from aiohttp import web

        from tui.practice.server import Server

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        reactions, writer, bucket = self._build()
        self._server = server = Server(self.store, self.logs, self._identities, writer, bucket)
        runner = web.AppRunner(
            server.application(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=1.0,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", self._port)
            await site.start()
            self._port = int(runner.addresses[0][1])
            reactions.begin()
            self._ready.set()
            await self._stop.wait()
        finally:
            server.stopping.set()
            await reactions.close()
            await runner.cleanup()
