"""`python -m screenshots` renders the main screens from the practice cluster into this folder.

The pictures are what the program shows against a real API over HTTP; nothing is drawn by hand.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from knowledge.model import StepKind
from knowledge.snapshot import ObjectRef
from knowledge.text import Language
from tui.app import DoctorApp
from tui.engine.launch import Launch, PracticeChoice
from tui.messages import ObjectView
from tui.screens.confirm import ConfirmScreen
from tui.screens.log import LogScreen
from tui.screens.runbook import RunbookScreen
from tui.screens.timeline import TimelineScreen

FOLDER = Path(__file__).parent
SCENARIO = "imagestream-registry-secret-missing"
BACKUP = ObjectRef("Backup", "openshift-adp", "shop-nightly")
SIZE = (120, 36)
LIMIT_SECONDS = 60.0

_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def main() -> None:
    """Render every picture in both languages."""
    for language in ("en", "ja"):
        await _tour(language)


async def _tour(language: Language) -> None:
    async with _running(language) as pilot:
        app = pilot.app
        _save(app, f"findings-{language}")
        await _look_around(pilot, language)
        await pilot.press("w")
        await _until(pilot, lambda: isinstance(app.screen, RunbookScreen))
        opened = app.screen
        assert isinstance(opened, RunbookScreen)
        await _until(pilot, lambda: opened.plan is not None)
        await pilot.pause(1.0)
        _save(app, f"plan-{language}")
        await pilot.press("r")
        await pilot.pause(0.5)
        for _ in range(40):
            screen = app.screen
            assert isinstance(screen, RunbookScreen)
            current = screen.runbook.current
            if current is None:
                break
            confirmed = await _carry_out(pilot, screen, current.step.kind)
            if confirmed:
                if current.step.id == "label":
                    _save(app, f"confirmation-{language}")
                await pilot.press("right", "enter")
            await _until(pilot, partial(_is_over, screen, current.step.id))
        await pilot.pause(1.0)
        _save(app, f"finished-{language}")


async def _look_around(pilot: Pilot[Any], language: Language) -> None:
    """Render the timeline of the failed backup, and the log at a line that is evidence."""
    app = pilot.app
    assert isinstance(app, DoctorApp)
    finding = app.main.detail.view
    app.main.open(ObjectView(BACKUP))
    await pilot.press("t")
    await _until(pilot, lambda: isinstance(app.screen, TimelineScreen))
    await pilot.pause(1.5)
    _save(app, f"timeline-{language}")
    await pilot.press("escape")
    await _until(pilot, lambda: app.screen is app.main)
    assert finding is not None
    app.main.open(finding)
    assert app.main.detail.list.move_to("evidence:0")
    await pilot.press("enter")
    await _until(pilot, lambda: isinstance(app.screen, LogScreen))
    await pilot.pause(1.5)
    _save(app, f"log-{language}")
    await pilot.press("escape")
    await _until(pilot, lambda: app.screen is app.main)
    app.main.action_show_pane("findings")


async def _carry_out(pilot: Pilot[Any], screen: RunbookScreen, kind: StepKind) -> bool:
    """Press the key of the current step; return whether it now asks."""
    await pilot.press("r")
    if kind is not StepKind.CHANGE:
        return False
    await _until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    await _until(pilot, lambda: not pilot.app.screen.query_one("#run").disabled)
    await pilot.pause(1.0)
    return True


def _is_over(screen: RunbookScreen, step: str) -> bool:
    current = screen.runbook.current
    return screen.is_current and (current is None or current.step.id != step)


@asynccontextmanager
async def _running(language: Language) -> AsyncIterator[Pilot[Any]]:
    app = DoctorApp(Launch(choice=PracticeChoice(SCENARIO), language=language))
    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: bool(app.session and app.session.state.diagnosis.findings))
        await pilot.pause(1.0)
        yield pilot


async def _until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not holds():
            await pilot.pause(0.05)


def _save(app: Any, name: str) -> None:
    svg = app.export_screenshot(title="oadp-doctor")
    # No fonts from elsewhere: the reader's own monospace font does.
    svg = _FONT_FACE.sub("", svg).replace("Fira Code", "monospace")
    (FOLDER / f"{name}.svg").write_text(svg)
    sys.stdout.write(f"{name}.svg\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as state:
        os.environ["OADP_DOCTOR_STATE"] = state
        # The stand-in for `oc`, whatever this machine has, and by a name that says what it is.
        program = Path(state) / "oc"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui.practice.oc "$@"\n')
        program.chmod(0o700)
        os.environ["PATH"] = state
        asyncio.run(main())
