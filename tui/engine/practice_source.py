"""The practice cluster as a source: a real API over real HTTP, with its own kubeconfig."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from knowledge.scan import Collector
from knowledge.snapshot import SourceType
from knowledge.text import Text
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.live import LiveSource
from tui.engine.ports import Clock, Phase
from tui.engine.problem import BadChoice, Problem
from tui.engine.stored import Stored, Unusable, Wanted
from tui.practice import BadScenario, PracticeCluster, UnknownScenario, load_scenario

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from tui.engine.follow import Pace

_NAMESPACE: Final = "openshift-adp"
_LOOK_SECONDS: Final = 0.1


def _pace(speed: float) -> Pace | None:
    """Return how often to ask: what is listed once a minute keeps up with a faster cluster."""
    if speed <= 1:
        return None
    from tui.engine.follow import Pace

    return Pace(again=max(Pace().again / speed, 2.0))


class PracticeSource(LiveSource):
    """A practice cluster that lives as long as the source."""

    # Whatever network and proxy this machine has: the practice cluster is the same everywhere.
    _environ: Mapping[str, str] = {}

    def __init__(
        self,
        scenario: str,
        *,
        kinds: Collection[str],
        collector: Collector,
        clock: Clock | None = None,
        speed: float = 1.0,
    ) -> None:
        """Start the cluster; reading begins with `start`. `speed` hastens its reactions.

        Raises:
            Problem: there is no such scenario, or the cluster cannot be started.
        """
        try:
            self.cluster = PracticeCluster(load_scenario(scenario), speed=speed)
        except UnknownScenario:
            raise BadChoice(
                Text(
                    en=f"There is no practice scenario {scenario!r}. "
                    "`oadp-doctor practice list` shows all.",
                    ja=f"練習用シナリオ {scenario!r} はありません。"
                    "`oadp-doctor practice list` で一覧を表示できます。",
                )
            ) from None
        except BadScenario as error:
            raise _failed(error) from None
        try:
            self.cluster.start()
        except (OSError, TimeoutError) as error:
            raise _failed(error) from None
        self._folder = tempfile.TemporaryDirectory(prefix="oadp-doctor-practice-")
        path = self.cluster.write_kubeconfig(Path(self._folder.name) / "kubeconfig")
        super().__init__(
            ClusterChoice(kubeconfig=str(path)),
            kinds=kinds,
            collector=collector,
            source_type=SourceType.PRACTICE,
            name=scenario,
            clock=clock,
            pace=_pace(speed),
        )

    async def _main(self) -> None:
        self._resolver = _outside()
        fetching = asyncio.create_task(self._fetch_all())
        try:
            await super()._main()
        finally:
            fetching.cancel()

    async def _fetch_all(self) -> None:
        """Fetch what somebody has tried to fetch at this desk before, as the scenario has it."""
        wanted = [
            Wanted(Stored(each["what"]), _NAMESPACE, each["of"])
            for each in self.cluster.scenario.fetches
        ]
        if not wanted:
            return
        while self.connection().phase is not Phase.READY:
            await asyncio.sleep(_LOOK_SECONDS)
        for each in wanted:
            name = f"{each.name}-{secrets.token_hex(4)}"
            body = {
                "apiVersion": "velero.io/v1",
                "kind": "DownloadRequest",
                "metadata": {"name": name, "namespace": each.namespace},
                "spec": {"target": {"kind": str(each.what), "name": each.name}},
            }
            await asyncio.to_thread(self.cluster.call, partial(self._request, body))
            # Why nothing comes is what the scenario is about.
            with contextlib.suppress(Unusable):
                await self.fetch(name, each)

    def _request(self, body: dict[str, Any]) -> None:
        store = self.cluster.store
        store.add(store.registry.of(body), body)

    def stop(self) -> None:
        """Stop reading, then the cluster; its kubeconfig is removed."""
        super().stop()
        self.cluster.stop()
        self._folder.cleanup()


def _outside() -> AbstractResolver:
    """Return what finds addresses for a desk outside the cluster: none of the cluster's names."""
    import socket

    from aiohttp.abc import AbstractResolver, ResolveResult

    class Outside(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise OSError(None, f"no such host: {host}:{port} ({family.name})")

        async def close(self) -> None:
            """Have nothing to close."""

    return Outside()


def _failed(error: Exception) -> Problem:
    why = " ".join(str(error).split())[:300]
    return Problem(
        Text(
            en=f"The practice cluster could not be started: {why}",
            ja=f"練習用クラスターを起動できませんでした: {why}",
        )
    )
