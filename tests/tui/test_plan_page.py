from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from driving import press, running, settle
from fake_runbook import TARGET, FakeRunbook
from pictures import expect_picture, screen_text
from screen_fakes import FakeLaunch, text
from textual.pilot import Pilot

from knowledge.model import Risk, Step, StepKind
from tui.engine.mode import Mode
from tui.engine.runbook import StepState, StepView
from tui.rows.plan import plan
from tui.screens.runbook import RunbookScreen


@asynccontextmanager
async def opened(
    *runbooks: FakeRunbook, size: tuple[int, int] = (120, 36), **launch: Any
) -> AsyncIterator[tuple[Pilot[Any], RunbookScreen]]:
    async with running(FakeLaunch(runbooks=[*runbooks], **launch), size) as pilot:
        await press(pilot, "w")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RunbookScreen)
        yield pilot, screen


def shown(screen: RunbookScreen) -> str:
    """Return the whole page, also what must be scrolled to."""
    return "\n".join(
        row.content.plain + ("  " + row.right.plain if row.right is not None else "")
        for row in screen.page.rows
    )


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_the_plan(language: Any, size: tuple[int, int]) -> None:
    runbook = FakeRunbook()
    runbook.unread = (text("datauploads could not be read", "datauploads を読み取れません"),)
    async with opened(runbook, size=size, language=language) as (pilot, _screen):
        expect_picture(pilot.app, f"plan-{size[0]}x{size[1]}-{language}")


async def test_the_plan_comes_first_and_nothing_runs() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as (_pilot, screen):
        page = shown(screen)
        for view in runbook.steps:
            assert view.title.en in page
        assert "Objects on the cluster are changed" in page
        assert "allowed: patch backupstoragelocations.velero.io custom (openshift-adp)" in page
        assert "1 to read" in page
        assert "1 to change" in page
        assert runbook.ran == []


@pytest.mark.parametrize("key", ["r", "enter"])
async def test_one_key_begins(key: str) -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as (pilot, screen):
        await press(pilot, key)
        assert screen.step_view() == runbook.steps[0]
        assert runbook.ran == []


async def test_the_worst_consequence_is_named_before_the_steps() -> None:
    async with opened(FakeRunbook(risk=Risk.DESTRUCTIVE)) as (_pilot, screen):
        page = shown(screen)
        assert "Something is deleted" in page
        assert "(Step 3)" in page
        assert page.index("Something is deleted") < page.index("Look at the storage location")
        assert "1 to delete" in page


async def test_permissions_are_shown_when_they_come() -> None:
    runbook = FakeRunbook()
    runbook.plans.clear()
    runbook.allowed = False
    async with running(FakeLaunch(runbooks=[runbook])) as pilot:
        await press(pilot, "w")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, RunbookScreen)
        assert "asking the server what is allowed" in shown(screen)
        runbook.plans.set()
        await settle(pilot)
        assert "✗ not allowed: patch backupstoragelocations" in shown(screen)
        # And it is told before the step is reached, in the list and on the step's own page.
        listed = "\n".join(row.content.plain for row in screen.steps.rows)
        assert "not allowed" in listed
        await press(pilot, "r", "s", "left", "down")
        assert "not allowed: patch" in shown(screen)


async def test_values_that_are_missing_and_facts_that_are_unread_are_named() -> None:
    runbook = FakeRunbook()
    runbook.missing = text("bsl has no value yet")
    runbook.unread = (text("datauploads could not be read"),)
    async with opened(runbook) as (_pilot, screen):
        assert "? Step 3: bsl has no value yet" in shown(screen)
        assert "? datauploads could not be read" in shown(screen)


async def test_c_copies_all_commands_as_a_script() -> None:
    async with opened(FakeRunbook()) as (pilot, _screen):
        await press(pilot, "c")
        assert pilot.app.clipboard == "# script in en"


async def test_without_a_program_the_plan_says_so() -> None:
    async with opened(FakeRunbook(replace(TARGET, can_run=False, program=""))) as (_pilot, screen):
        assert "commands can be copied only" in shown(screen)
        assert "Dry run" not in shown(screen)


# Dry run


async def test_d_opens_the_runbook_anew_as_a_dry_run() -> None:
    first, second = FakeRunbook(), FakeRunbook(mode=Mode.DRY_RUN)
    async with opened(first, second) as (pilot, _screen):
        await press(pilot, "D")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RunbookScreen)
        assert screen.runbook is second  # type: ignore[comparison-overlap]
        assert first.closed
        assert pilot.app.launch.modes == [None, Mode.DRY_RUN]
        # On the status line and on the page.
        assert screen_text(pilot.app).count("DRY RUN") == 2


async def test_a_dry_run_asks_nothing_and_changes_nothing() -> None:
    runbook, real = FakeRunbook(mode=Mode.DRY_RUN), FakeRunbook()
    async with opened(runbook, real) as (pilot, screen):
        await press(pilot, "r", "r")
        await settle(pilot)
        assert screen.page.move_to("option:label")
        await press(pilot, "enter")
        assert "changing nothing" in shown(screen)
        await press(pilot, "r")
        await settle(pilot)
        assert pilot.app.screen is screen
        assert runbook.states["label"] is StepState.DRY_RUN
        assert "DRY RUN" in screen_text(pilot.app)
        assert not screen.undo_step()
        # What a dry run did is nothing: it can be left for the real run at any time.
        await press(pilot, "D")
        await settle(pilot)
        assert pilot.app.launch.modes == [None, Mode.LIVE]


async def test_a_begun_runbook_cannot_become_a_dry_run() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as (pilot, screen):
        await press(pilot, "r", "s", "D")
        await settle(pilot)
        assert pilot.app.screen is screen
        assert not runbook.closed


async def test_a_walkthrough_runs_nothing_and_is_ticked_through() -> None:
    runbook = FakeRunbook(mode=Mode.WALKTHROUGH)
    async with opened(runbook) as (pilot, screen):
        await press(pilot, "r", "r")
        await settle(pilot)
        assert screen.page.move_to("option:label")
        await press(pilot, "enter", "r", "r", "r")
        await settle(pilot)
        assert runbook.finished
        assert runbook.ran == []
        assert "WALKTHROUGH" in screen_text(pilot.app)


# By hand


async def test_what_was_done_by_hand_elsewhere_is_ticked() -> None:
    runbook = FakeRunbook(replace(TARGET, can_run=False))
    async with opened(runbook) as (pilot, screen):
        await press(pilot, "r")
        assert "It was done by hand" in shown(screen)
        bar = screen_text(pilot.app).splitlines()[-1]
        assert "r Copy" in bar
        assert "t Done" in bar
        assert "Carry out" not in bar
        await press(pilot, "r", "t")
        assert runbook.states["look"] is StepState.DONE
        assert runbook.ran == []


async def test_t_ticks_nothing_that_can_run_here() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as (pilot, _screen):
        await press(pilot, "r", "t")
        assert runbook.states["look"] is StepState.PENDING


def step_after(option: str, risk: Risk) -> Step:
    """Return a change that only a choice brings."""
    return Step(
        id="restart", kind=StepKind.CHANGE, title=text("Restart"), why=text("Why"),
        chosen={"choice": (option,)}, run=("rollout", "restart", "deploy/velero"), risk=risk,
    )  # fmt: skip


def plan_text(views: list[StepView], further: list[Step]) -> str:
    rows = plan(
        views, None, mode=Mode.LIVE, begin="r", can_dry_run=True, further=further
    )  # fmt: skip
    return "\n".join(
        row.content.plain + (" " + row.right.plain if row.right is not None else "") for row in rows
    )


def view_of(id: str, kind: StepKind, state: StepState = StepState.PENDING) -> StepView:
    run = ("get", "pods") if kind is StepKind.CHECK else ()
    risk = Risk.CHANGE if kind is StepKind.CHANGE else Risk.READ
    step = Step(id=id, kind=kind, title=text(id), why=text("Why"), run=run, risk=risk)
    return StepView(step, step.title, step.why, state, None, risk, (), "")


def test_what_a_choice_may_bring_is_told_before_it_is_made() -> None:
    views = [view_of("look", StepKind.CHECK), view_of("choice", StepKind.CHOOSE)]
    page = plan_text(views, [step_after("a", Risk.CHANGE), step_after("b", Risk.DISRUPTIVE)])
    assert "Depending on the choice in step 2: Backups and restores that are running fail" in page
    assert "Nothing is changed" not in page


def test_a_choice_that_only_reads_changes_nothing() -> None:
    views = [view_of("look", StepKind.CHECK), view_of("choice", StepKind.CHOOSE)]
    assert "Nothing is changed" in plan_text(views, [step_after("a", Risk.READ)])


def test_a_choice_that_is_not_needed_brings_nothing() -> None:
    views = [view_of("choice", StepKind.CHOOSE, StepState.NOT_NEEDED)]
    assert "Nothing is changed" in plan_text(views, [step_after("a", Risk.DESTRUCTIVE)])


def test_a_step_that_is_over_says_so_instead_of_what_it_would_do() -> None:
    view = view_of("label", StepKind.CHANGE, StepState.NOT_NEEDED)
    page = plan_text([view], [])
    line = next(line for line in page.splitlines() if "label" in line)
    assert "not needed" in line
    assert "changes" not in line
