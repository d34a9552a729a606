"""Running the app in a test: started, settled, with keys pressed one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from screen_fakes import FakeLaunch
from textual.pilot import Pilot

from tui.app import DoctorApp


@asynccontextmanager
async def running(
    launch: FakeLaunch | None = None, size: tuple[int, int] = (120, 36), **options: Any
) -> AsyncIterator[Pilot[Any]]:
    app = DoctorApp(launch or FakeLaunch(), strict=options.pop("strict", True))  # type: ignore[arg-type]
    async with app.run_test(size=size, **options) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[Any]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
