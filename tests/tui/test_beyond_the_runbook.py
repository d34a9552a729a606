"""More of an object, and the oc prompt, reached from the main screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from driving import press, running, settle
from fake_runbook import TARGET, FakeRunbook
from pictures import screen_text
from screen_fakes import BSL, FakeLaunch, text

from knowledge.snapshot import ObjectRef
from tui.messages import ObjectView, ProcedureView, RevealWanted
from tui.screens.main import MainScreen
from tui.screens.output import OutputScreen
from tui.screens.prompt import PromptScreen
from tui.screens.reveal import RevealScreen
from tui.screens.runbook import RunbookScreen

NOWHERE = replace(TARGET, program="/nonexistent/oc", prefix=("/nonexistent/oc",))


@pytest.fixture(autouse=True)
def _own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OADP_DOCTOR_STATE", str(tmp_path / "state"))


@pytest.mark.parametrize("about", ["describe", "yaml", "events"])
async def test_an_object_leads_to_what_the_cluster_says_of_it_now(about: str) -> None:
    async with running(FakeLaunch(target=NOWHERE)) as pilot:
        main = pilot.app.screen
        assert isinstance(main, MainScreen)
        main.open(ObjectView(BSL))
        await pilot.pause()
        assert main.detail.list.move_to(f"ask:{about}")
        await press(pilot, "enter")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, OutputScreen)
        assert screen.request.argv[-1] != ""
        assert "custom" in screen.request.shown
        assert "custom" in screen_text(pilot.app)


async def test_the_prompt_opens_once() -> None:
    async with running(FakeLaunch(target=NOWHERE)) as pilot:
        await press(pilot, "o")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PromptScreen)
        pilot.app.action_prompt()
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 2


async def test_without_a_program_it_says_why() -> None:
    launch = FakeLaunch(target=replace(TARGET, can_run=False), no_program=text("No oc was found."))
    async with running(launch, notifications=True) as pilot:
        await press(pilot, "o")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)
        assert "No oc was found." in screen_text(pilot.app)


async def test_a_secret_leads_to_its_keys_and_nothing_else_of_it() -> None:
    async with running(FakeLaunch(target=NOWHERE)) as pilot:
        main = pilot.app.screen
        assert isinstance(main, MainScreen)
        main.detail.post_message(RevealWanted(ObjectRef("Secret", "openshift-adp", "cloud")))
        await settle(pilot)
        assert isinstance(pilot.app.screen, RevealScreen)
        assert "openshift-adp/cloud" in screen_text(pilot.app)


async def test_a_runbook_can_be_walked_through_without_running_anything() -> None:
    runbook = FakeRunbook()
    launch = FakeLaunch(runbooks=[runbook], target=NOWHERE)
    async with running(launch) as pilot:
        main = pilot.app.screen
        assert isinstance(main, MainScreen)
        main.open(ProcedureView(runbook.issue.id, runbook.cause))
        await pilot.pause()
        assert main.detail.list.move_to("walkthrough")
        await press(pilot, "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, RunbookScreen)
        await press(pilot, "escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert runbook.closed
        assert runbook.ran == []


async def test_under_a_dry_run_the_prompt_changes_nothing_either() -> None:
    async with running(FakeLaunch(target=NOWHERE, dry_run=True)) as pilot:
        await press(pilot, "o")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PromptScreen)
        assert screen.prompt.target.read_only
