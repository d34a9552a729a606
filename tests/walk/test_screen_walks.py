"""The five procedures walked on the screen, key by key, over real HTTP, to the finding's end."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from knowledge.model import StepKind
from knowledge.text import Language
from tests.walk.clients import CLIENTS
from tests.walk.walker import LIMIT
from tui.app import DoctorApp
from tui.engine.launch import Launch, PracticeChoice
from tui.engine.records import list_sessions
from tui.screens.confirm import ConfirmScreen
from tui.screens.question import AskScreen
from tui.screens.runbook import RunbookScreen

WALKS: list[tuple[str, Language, dict[str, str], dict[str, str]]] = [
    ("imagestream-registry-secret-missing", "en", {}, {}),
    ("knative-admission-webhook", "ja", {}, {}),
    ("ibm-appconnect-webhook", "en", {"way": "change-version"}, {"version": "12.0-lts"}),
    ("dpa-cloudstorage-segfault", "ja", {"fix": "write-velero"}, {}),
    ("plugin-eof-benign", "en", {}, {}),
]


async def until(pilot: Pilot[Any], holds: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(LIMIT):
            while not holds():
                await pilot.pause(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not come") from None


async def choose(pilot: Pilot[Any], screen: RunbookScreen, key: str) -> None:
    """Move the cursor to a row of the step, as with the arrow keys, and open it."""
    await pilot.press("home")
    for _ in range(40):
        if screen.page.cursor == key:
            await pilot.press("enter")
            return
        await pilot.press("down")
    raise AssertionError(f"{key} is not on the page")


async def one_step(
    pilot: Pilot[Any], screen: RunbookScreen, choices: dict[str, str], typed: dict[str, str]
) -> bool:
    """Do the current step as a person would; return whether a change was confirmed."""
    view = screen.runbook.current
    assert view is not None
    step = view.step
    changed = False
    for name, value in typed.items():
        if f"${{{name}}}" in str(step.stdin) + str(step.run):
            await choose(pilot, screen, f"input:{name}")
            await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen), "the value")
            await pilot.press(*value, "enter")
            await until(pilot, lambda: screen.is_current, "the runbook")
            screen.page.focus()
    if step.kind is StepKind.CHOOSE:
        offered = [each for each in view.options if each.offered]
        recommended = [each for each in offered if each.recommended] or offered
        option = choices.get(step.id, recommended[0].option.id)
        await choose(pilot, screen, f"option:{option}")
    else:
        await pilot.press("r")
        if step.kind is StepKind.CHANGE:
            await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen), "the question")
            question = pilot.app.screen
            run = question.query_one("#run", Button)
            await until(pilot, lambda: not run.disabled, "the inspection")
            # Cancel has the focus: Enter alone would run nothing.
            await pilot.press("right", "enter")
            changed = True

    def over() -> bool:
        current = screen.runbook.current
        return screen.is_current and (current is None or current.step.id != step.id)

    await until(pilot, over, f"the end of {step.id}")
    return changed


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("scenario", "language", "choices", "typed"), WALKS)
async def test_the_procedure_is_walked_on_the_screen(
    scenario: str,
    language: Language,
    choices: dict[str, str],
    typed: dict[str, str],
    client: str,
) -> None:
    launch = Launch(choice=PracticeChoice(scenario, speed=20.0), language=language, oc=client)
    app = DoctorApp(launch, strict=True)
    async with app.run_test(size=(120, 36)) as pilot:

        def findings() -> list[str]:
            session = app.session
            return [each.issue for each in session.state.diagnosis.findings] if session else []

        await until(pilot, lambda: scenario in findings(), "the finding")
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, RunbookScreen), "the runbook")
        screen = app.screen
        assert isinstance(screen, RunbookScreen)
        # The plan comes first; it changes nothing, and is left for the first step.
        await until(pilot, lambda: screen.plan is not None, "the plan")
        assert screen.step_view() is None
        await pilot.press("r")
        changes = 0
        for _ in range(40):
            if screen.runbook.finished:
                break
            changes += await one_step(pilot, screen, choices, typed)
        assert screen.runbook.finished
        await until(pilot, lambda: scenario not in findings(), "the end of the finding")
    (record,) = list_sessions()
    assert record.issue == scenario
    assert changes > 0
