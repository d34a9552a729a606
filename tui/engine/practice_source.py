"""The practice cluster as a source: a real API over real HTTP, with its own kubeconfig."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

from knowledge.scan import Collector
from knowledge.snapshot import SourceType
from knowledge.text import Text
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.live import LiveSource
from tui.engine.ports import Clock
from tui.engine.problem import BadChoice, Problem
from tui.practice import BadScenario, PracticeCluster, UnknownScenario, load_scenario


class PracticeSource(LiveSource):
    """A practice cluster that lives as long as the source."""

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
        )

    def stop(self) -> None:
        """Stop reading, then the cluster; its kubeconfig is removed."""
        super().stop()
        self.cluster.stop()
        self._folder.cleanup()


def _failed(error: Exception) -> Problem:
    why = " ".join(str(error).split())[:300]
    return Problem(
        Text(
            en=f"The practice cluster could not be started: {why}",
            ja=f"練習用クラスターを起動できませんでした: {why}",
        )
    )
