"""Logs for tests, and a viewer that is waited for instead of slept for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tui.engine.logs.page import Page
from tui.engine.logs.requests import Fit, Wish
from tui.engine.logs.text import LogText
from tui.engine.logs.viewer import Viewer

LIMIT_SECONDS = 20.0


def line(number: int, level: str = "info", backup: str = "nightly", message: str = "") -> str:
    stamp = f"2025-07-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    said = message or f"Backing up item {number}"
    return f'time="{stamp}" level={level} msg="{said}" backup=openshift-adp/{backup}'


def log(count: int, **others: Any) -> bytes:
    lines = (line(n, "error" if n % 10 == 7 else "info", **others) for n in range(1, count + 1))
    return "".join(f"{each}\n" for each in lines).encode()


class Looking:
    """A viewer, its wishes granted one by one."""

    def __init__(self, viewer: Viewer, changed: threading.Event) -> None:
        self.viewer = viewer
        self._changed = changed

    @property
    def page(self) -> Page:
        return self.viewer.page

    @property
    def numbers(self) -> list[int | None]:
        return [each.number for each in self.page.lines]

    @property
    def current(self) -> int | None:
        assert self.page.current is not None
        return self.page.current.number

    def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + LIMIT_SECONDS
        while not (self.viewer.idle and holds()):
            self._changed.clear()
            if self.viewer.idle and holds():
                return
            assert time.monotonic() < end, (self.page, self.viewer.standing())
            self._changed.wait(0.05)

    def wish(self, *wishes: Wish) -> None:
        for each in wishes:
            self.viewer.wish(each)
            self.until(lambda: True)


@contextmanager
def looking(text: LogText, rows: int = 10, **options: Any) -> Iterator[Looking]:
    changed = threading.Event()
    viewer = Viewer(text, changed.set, **options)
    found = Looking(viewer, changed)
    viewer.start()
    try:
        viewer.wish(Fit(rows, 0))
        found.until(lambda: text.percent is None)
        yield found
    finally:
        viewer.close()
