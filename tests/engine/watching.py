"""A live source whose states a test can wait for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from fake_api import FakeApi

from knowledge.scan import Collector, Signature
from knowledge.snapshot import LogGroup
from tui.engine.follow import Pace
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.live import LiveSource
from tui.engine.ports import Phase

QUICK = Pace(
    again=0.05,
    refused=0.05,
    first=0.01,
    longest=0.05,
    watch=5,
    quiet=30,
    attempts=2,
    heartbeat=0.2,
    log_again=0.01,
    log_longest=0.05,
)
SIGNATURE = Signature("issue/fact", frozenset(LogGroup), ("boom (?P<what>\\w+)",))


class Watching:
    def __init__(self, choice: ClusterChoice, *kinds: str, pace: Pace = QUICK) -> None:
        self.source = LiveSource(choice, kinds=kinds, collector=Collector([SIGNATURE]), pace=pace)
        self._changed = threading.Event()

    def __enter__(self) -> Watching:
        self.source.start(self._changed.set)
        return self

    def __exit__(self, *_: object) -> None:
        self.source.stop()

    def until(self, condition: Callable[[LiveSource], bool], seconds: float = 20) -> LiveSource:
        end = time.monotonic() + seconds
        while not condition(self.source):
            left = end - time.monotonic()
            assert left > 0, (self.source.connection(), self.source.snapshot())
            self._changed.wait(min(left, 0.2))
            self._changed.clear()
        return self.source

    def until_phase(self, phase: Phase) -> LiveSource:
        return self.until(lambda source: source.connection().phase is phase)


def choice(api: FakeApi, folder: Path, namespace: str = "openshift-adp") -> ClusterChoice:
    return ClusterChoice(kubeconfig=str(api.kubeconfig(folder)), namespace=namespace)
