"""Each procedure walked on the screen, key by key, over real HTTP, to the finding's end."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input

from knowledge.finding import Finding
from knowledge.model import StepKind
from knowledge.text import Language
from tests.walk.clients import CLIENTS
from tests.walk.test_engine_walks import FIRST, TYPED
from tests.walk.walker import LIMIT, finding
from tui.app import DoctorApp
from tui.engine.launch import Launch, PracticeChoice
from tui.engine.outcome import StepState
from tui.engine.records import list_sessions
from tui.rows.finding import finding_key
from tui.screens.confirm import ConfirmScreen
from tui.screens.question import AskScreen
from tui.screens.runbook import RunbookScreen

LANGUAGES: list[Language] = ["en", "ja"]


ALSO_WITH_KUBECTL = frozenset(each[0] for each in FIRST[:5])


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


def _asks(question: Screen[Any]) -> list[Input]:
    return list(question.query(".typed").results(Input))


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

            def needless() -> bool:
                steps = screen.runbook.steps
                return next(e for e in steps if e.step.id == step.id).state is StepState.NOT_NEEDED

            await until(
                pilot, lambda: _asks(question) or not run.disabled or needless(), "the inspection"
            )
            if needless():
                # What it is for came by itself: the question is closed, and the next step comes.
                await pilot.press("escape")
                await until(pilot, lambda: screen.is_current, "the runbook")
                return changed
            for box in _asks(question):
                # What is destructive has its object's name typed.
                box.focus()
                await pilot.press(*screen.runbook.request(step.id).confirm_name)
            await until(pilot, lambda: not run.disabled, "the name that was typed")
            if question.query(".typed"):
                run.focus()
                await pilot.press("enter")
            else:
                # Cancel has the focus: Enter alone would run nothing.
                await pilot.press("right", "enter")
            changed = True

    def over() -> bool:
        current = screen.runbook.current
        return screen.is_current and (current is None or current.step.id != step.id)

    await until(pilot, over, f"the end of {step.id}")
    return changed


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("number", "walk"), list(enumerate(FIRST)), ids=[e[0] for e in FIRST])
async def test_the_procedure_is_walked_on_the_screen(
    number: int, walk: tuple[str, str, dict[str, str]], client: str
) -> None:
    scenario, cause, choices = walk
    if client and scenario not in ALSO_WITH_KUBECTL:
        pytest.skip("walked with the stand-in; the engine walks it with kubectl too")
    issue = scenario.partition("/")[0]
    typed = {k: v for way in choices.values() for k, v in TYPED.get(way, {}).items()}
    language = LANGUAGES[number % 2]
    launch = Launch(choice=PracticeChoice(scenario, speed=20.0), language=language, oc=client)
    app = DoctorApp(launch, strict=True)
    async with app.run_test(size=(120, 36)) as pilot:

        def found() -> Finding | None:
            return finding(app.session.state, issue, cause) if app.session else None

        await until(pilot, lambda: found() is not None, "the finding")
        await pilot.pause()
        chosen = found()
        assert chosen is not None
        assert app.main.findings.list.move_to(finding_key(chosen))
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
        await until(pilot, lambda: found() is None, "the end of the finding")
    (record,) = list_sessions()
    assert record.issue == issue
    done = [
        each
        for each in screen.runbook.steps
        if each.step.kind is StepKind.CHANGE and each.state is StepState.DONE
    ]
    # A step whose aim came by itself between the question and the answer is not needed.
    assert len(done) <= changes
