from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from driving import press, running, settle
from fake_runbook import BUSY, BUSY_GUARD, CLEAR, TARGET, FakeRunbook
from pictures import expect_picture, screen_text
from screen_fakes import DIAGNOSIS, MISSING_SECRET, FakeLaunch, FakeSession, state, text
from textual.pilot import Pilot
from textual.widgets import Button, Input

from knowledge.model import Risk
from tui.engine.runbook import StepState
from tui.messages import StateChanged
from tui.screens.confirm import ConfirmScreen
from tui.screens.main import MainScreen
from tui.screens.question import AskScreen, QuestionScreen
from tui.screens.runbook import RunbookScreen


@asynccontextmanager
async def opened(
    runbook: FakeRunbook, size: tuple[int, int] = (120, 36), *, begun: bool = True, **launch: Any
) -> AsyncIterator[Pilot[Any]]:
    async with running(FakeLaunch(runbooks=[runbook], **launch), size) as pilot:
        await press(pilot, "w")
        await settle(pilot)
        if begun:
            await press(pilot, "r")
        yield pilot


async def at_the_change(pilot: Pilot[Any]) -> RunbookScreen:
    """Run the check and take the recommended option."""
    screen = the_runbook(pilot)
    await press(pilot, "r")
    await settle(pilot)
    assert screen.page.move_to("option:label")
    await press(pilot, "enter")
    return screen


async def questioned(pilot: Pilot[Any]) -> ConfirmScreen:
    """Go to the question before the change."""
    await at_the_change(pilot)
    await press(pilot, "r")
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, ConfirmScreen)
    return screen


def the_runbook(pilot: Pilot[Any]) -> RunbookScreen:
    screen = pilot.app.screen
    assert isinstance(screen, RunbookScreen)
    return screen


# Pictures


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_step(language: Any, size: tuple[int, int]) -> None:
    async with opened(FakeRunbook(), size, language=language) as pilot:
        await press(pilot, "r")
        await settle(pilot)
        expect_picture(pilot.app, f"runbook-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_the_question(language: Any, size: tuple[int, int]) -> None:
    async with opened(FakeRunbook(), size, language=language) as pilot:
        await questioned(pilot)
        expect_picture(pilot.app, f"confirm-{size[0]}x{size[1]}-{language}")


# Reading asks nothing


async def test_a_check_runs_without_a_question_and_its_output_is_shown() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await settle(pilot)
        assert [request.step for request in runbook.ran] == ["look"]
        shown = screen_text(pilot.app)
        assert "custom   Available   <none>" in shown
        assert "exit code 0" in shown
        assert "Choose a way" in shown


async def test_output_is_only_text() -> None:
    runbook = FakeRunbook()
    runbook.output = ["[red]x[/velero]", "\x1b[2J\x1b]52;c;aGk=\x07", "日本語 \u202eoops"]
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await settle(pilot)
        shown = screen_text(pilot.app)
        assert "[red]x[/velero]" in shown
        assert "\x1b" not in shown
        assert "\\x1b[2J" in shown


# The question before a change


async def test_a_change_shows_everything_before_it_runs() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        question = await questioned(pilot)
        await settle_preview(pilot)
        shown = question.shown_text()
        for part in (
            "PRACTICE",
            "practice",
            "kube:admin",
            "openshift-adp",
            "label backupstoragelocations.velero.io custom app.kubernetes.io/component=bsl",
            "changes the cluster",
            "Remove the label again.",
            "app.kubernetes.io/component-",
            "+     app.kubernetes.io/component: bsl",
        ):
            assert part in shown
        assert [request.step for request in runbook.ran] == ["look"]


async def settle_preview(pilot: Pilot[Any]) -> None:
    for _round in range(5):
        await pilot.pause()


async def test_cancel_has_the_focus_and_enter_runs_nothing() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        question = await questioned(pilot)
        assert question.focused is question.query_one("#cancel", Button)
        await press(pilot, "enter")
        await settle(pilot)
        assert the_runbook(pilot)
        assert [request.step for request in runbook.ran] == ["look"]


@pytest.mark.parametrize("key", ["y", "r", "space", "s", "o", "Y", "R"])
async def test_no_single_key_runs_a_change(key: str) -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await questioned(pilot)
        await press(pilot, key)
        await pilot.pause()
        assert [request.step for request in runbook.ran] == ["look"]


async def test_escape_cancels_the_question() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await questioned(pilot)
        await press(pilot, "escape")
        await settle(pilot)
        assert the_runbook(pilot)
        assert len(runbook.ran) == 1


async def test_the_button_runs_exactly_what_was_shown() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        question = await questioned(pilot)
        request = question.request
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert runbook.ran[-1] == request
        assert runbook.states["label"] is StepState.DONE
        assert "Wait for the secret" in screen_text(pilot.app)


async def test_a_preview_that_does_not_come_blocks_nothing() -> None:
    runbook = FakeRunbook()
    runbook.previews.clear()
    async with opened(runbook) as pilot:
        question = await questioned(pilot)
        assert "asking the server" in question.shown_text()
        await press(pilot, "escape")
        assert the_runbook(pilot)


async def test_a_destructive_change_wants_the_name_typed() -> None:
    runbook = FakeRunbook(risk=Risk.DESTRUCTIVE, confirm_name="custom")
    async with opened(runbook, (80, 24)) as pilot:
        question = await questioned(pilot)
        run = question.query_one("#run", Button)
        assert run.disabled
        assert "destructive" in question.shown_text()
        expect_picture(pilot.app, "confirm-destructive-80x24")
        question.query_one("#typed-name", Input).focus()
        await press(pilot, *"custo")
        assert run.disabled
        await press(pilot, "m")
        assert not run.disabled
        await press(pilot, "enter")
        assert pilot.app.screen is question
        assert len(runbook.ran) == 1
        run.focus()
        await press(pilot, "enter")
        await settle(pilot)
        assert [request.step for request in runbook.ran] == ["look", "label"]


async def test_a_change_that_would_break_running_work_cannot_be_run() -> None:
    runbook = FakeRunbook(risk=Risk.DISRUPTIVE, busy=BUSY)
    runbook.guards = (*CLEAR[:4], BUSY_GUARD)
    async with opened(runbook) as pilot:
        question = await questioned(pilot)
        assert question.query_one("#run", Button).disabled
        assert "Backup openshift-adp/adhoc" in question.shown_text()


async def test_the_command_can_be_copied_from_the_question() -> None:
    async with opened(FakeRunbook()) as pilot:
        question = await questioned(pilot)
        await press(pilot, "c")
        assert pilot.app.clipboard == question.request.shown


async def test_language_switches_while_a_question_is_open() -> None:
    async with opened(FakeRunbook()) as pilot:
        question = await questioned(pilot)
        pilot.app.action_language()
        await pilot.pause()
        assert "クラスターを変更" in question.shown_text()
        assert str(question.query_one("#cancel", Button).label) == "キャンセル"


async def test_when_the_work_is_cancelled_its_question_leaves_the_screen() -> None:
    async with opened(FakeRunbook()) as pilot:
        await questioned(pilot)
        runbook_screen = pilot.app.screen_stack[-2]
        assert isinstance(runbook_screen, RunbookScreen)
        runbook_screen.action_stop()
        await settle(pilot)
        assert pilot.app.screen is runbook_screen


# Stopping


async def test_a_running_check_is_stopped_at_once() -> None:
    runbook = FakeRunbook()
    runbook.hold = True
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await pilot.pause()
        assert the_runbook(pilot).busy
        await press(pilot, "escape")
        await settle(pilot)
        assert not the_runbook(pilot).busy
        assert runbook.states["look"] is StepState.PENDING


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_narrow_footer_says_how_to_stop_what_runs(language: Any) -> None:
    runbook = FakeRunbook()
    runbook.hold = True
    async with opened(runbook, (80, 24), language=language) as pilot:
        await press(pilot, "r")
        await pilot.pause()
        footer = screen_text(pilot.app).rstrip().splitlines()[-1]
        assert "^x" in footer or "ctrl+x" in footer
        assert "esc" in footer
        await press(pilot, "ctrl+x")
        await settle(pilot)


async def test_escape_asks_while_a_change_runs() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await questioned(pilot)
        runbook.hold = True
        await press(pilot, "right", "enter")
        await pilot.pause()
        screen = the_runbook(pilot)
        assert screen.changing
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, QuestionScreen)
        await press(pilot, "enter")
        await pilot.pause()
        assert screen.changing
        await press(pilot, "escape", "right", "enter")
        await settle(pilot)
        assert not screen.busy
        assert runbook.states["label"] is StepState.UNKNOWN
        assert "outcome unknown" in screen_text(pilot.app)


async def test_quit_asks_while_a_command_runs() -> None:
    runbook = FakeRunbook()
    runbook.hold = True
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await pilot.pause()
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, QuestionScreen)
        await press(pilot, "enter")
        await pilot.pause()
        assert the_runbook(pilot).busy
        await press(pilot, "ctrl+x")
        await settle(pilot)
        assert not the_runbook(pilot).busy


async def test_a_wait_can_be_stopped_and_taken_up_again() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await questioned(pilot)
        await press(pilot, "right", "enter")
        await settle(pilot)
        await press(pilot, "r")
        await pilot.pause()
        assert "waiting" in screen_text(pilot.app)
        await press(pilot, "ctrl+x")
        await settle(pilot)
        assert runbook.states["wait"] is StepState.PENDING
        await press(pilot, "r")
        runbook.gate.set()
        await settle(pilot)
        assert runbook.states["wait"] is StepState.DONE
        assert "Tell the owner" in screen_text(pilot.app)


# The other keys


async def test_values_are_checked_before_they_are_taken() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        screen = the_runbook(pilot)
        await press(pilot, "i", "enter")
        await pilot.pause()
        box = pilot.app.screen
        assert isinstance(box, AskScreen)
        box.query_one("#answer", Input).value = "no name!"
        await press(pilot, "enter")
        assert pilot.app.screen is box
        assert "Not a name of an object" in screen_text(pilot.app)
        await press(pilot, "down", "down", "enter")
        await settle(pilot)
        assert runbook.values["bsl"] == "dpa-1"
        assert "dpa-1 --show-labels" in " ".join(screen_text(pilot.app).split())
        assert pilot.app.screen is screen


async def test_skip_note_and_copy() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await press(pilot, "c")
        assert pilot.app.clipboard == runbook.request("look").shown
        await press(pilot, "n", *"seen", "enter")
        await settle(pilot)
        assert runbook.notes == ["seen"]
        await press(pilot, "s")
        assert runbook.states["look"] is StepState.SKIPPED


async def test_a_later_step_can_be_read_but_not_carried_out() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        screen = the_runbook(pilot)
        screen.steps.focus()
        await press(pilot, "down", "down")
        assert "Add the label" in screen_text(pilot.app)
        assert "Earlier steps come first." in screen_text(pilot.app)
        await press(pilot, "r")
        await settle(pilot)
        assert runbook.ran == []


async def test_read_only_offers_commands_to_copy() -> None:
    runbook = FakeRunbook(replace(TARGET, read_only=True))
    async with opened(runbook) as pilot:
        await at_the_change(pilot)
        assert "Copy the command" in screen_text(pilot.app)
        await press(pilot, "r")
        await settle(pilot)
        assert the_runbook(pilot)
        assert pilot.app.clipboard == runbook.request("label").shown
        assert [request.step for request in runbook.ran] == ["look"]


async def test_a_source_without_commands_offers_all_of_them_to_copy() -> None:
    runbook = FakeRunbook(replace(TARGET, can_run=False))
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await settle(pilot)
        assert runbook.ran == []
        assert pilot.app.clipboard == runbook.request("look").shown


# The end


@pytest.mark.parametrize("gone", [True, False])
async def test_the_summary_says_whether_the_finding_is_gone(gone: bool) -> None:
    runbook = FakeRunbook()
    session = FakeSession()
    async with opened(runbook, session=session) as pilot:
        for step in runbook.states:
            runbook.states[step] = StepState.DONE
        if gone:
            left = replace(DIAGNOSIS, findings=DIAGNOSIS.findings[1:])
            session.give(state(version=2, diagnosis=left))
        await settle(pilot)
        screen = the_runbook(pilot)
        screen.steps.focus()
        screen.steps.action_edge(True)
        await settle(pilot)
        shown = screen_text(pilot.app)
        assert ("Verified: the finding is gone." in shown) is gone
        assert ("Not verified" in shown) is not gone
        assert runbook.record in shown


async def test_leaving_keeps_a_begun_runbook_for_later() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await settle(pilot)
        await press(pilot, "escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert not runbook.closed
        await press(pilot, "w")
        await settle(pilot)
        assert the_runbook(pilot).runbook is runbook
        assert "Choose a way" in screen_text(pilot.app)
    assert runbook.closed


async def test_a_begun_runbook_can_be_gone_on_with_when_its_finding_is_gone() -> None:
    runbook = FakeRunbook()
    session = FakeSession()
    async with opened(runbook, session=session) as pilot:
        await press(pilot, "r", "escape")
        await settle(pilot)
        left = replace(DIAGNOSIS, findings=DIAGNOSIS.findings[1:])
        session.give(state(version=2, diagnosis=left))
        await settle(pilot)
        assert "Runbooks to go on with" in screen_text(pilot.app)
        main = pilot.app.screen
        assert isinstance(main, MainScreen)
        assert main.findings.list.move_to(f"begun:{MISSING_SECRET.key}")
        await press(pilot, "enter")
        await settle(pilot)
        assert the_runbook(pilot).runbook is runbook
        await press(pilot, "escape")
        await settle(pilot)
        await press(pilot, "w")
        await settle(pilot)
        assert the_runbook(pilot).runbook is runbook


async def test_a_runbook_that_was_only_looked_at_is_not_offered() -> None:
    async with opened(FakeRunbook()) as pilot:
        await press(pilot, "escape")
        await settle(pilot)
        assert "Runbooks to go on with" not in screen_text(pilot.app)


async def test_cancelling_after_a_wrong_value_keeps_the_old_one() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await press(pilot, "i", "enter")
        await pilot.pause()
        await press(pilot, "ctrl+u", "$", "enter")
        assert "Not a name" in screen_text(pilot.app)
        await press(pilot, "escape")
        await settle(pilot)
        assert runbook.values["bsl"] == "custom"


async def test_a_step_that_a_change_made_needless_is_passed_over() -> None:
    runbook = FakeRunbook()
    session = FakeSession()
    async with opened(runbook, session=session) as pilot:
        screen = the_runbook(pilot)
        await press(pilot, "s")
        assert screen.step_view() is not None
        assert screen.step_view() == runbook.steps[1]
        runbook.states[runbook.steps[1].step.id] = StepState.NOT_NEEDED
        runbook.states[runbook.steps[2].step.id] = StepState.PENDING
        session.give(state(version=2))
        await settle(pilot)
        assert screen.step_view() == runbook.current


async def test_a_step_that_was_looked_up_leads_back_to_the_next_one() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        screen = the_runbook(pilot)
        await press(pilot, "left", "down", "down", "right", "enter")
        await settle(pilot)
        assert screen.step_view() == runbook.current
        assert runbook.ran == []


async def test_long_output_is_wrapped_anew_for_the_width() -> None:
    runbook = FakeRunbook()
    runbook.output = ["Error from server (Forbidden): " + "x" * 60 + " cannot create resource"]
    async with opened(runbook, (80, 24)) as pilot:
        await press(pilot, "r")
        await settle(pilot)
        assert "cannot create resource" in " ".join(screen_text(pilot.app).split())
        await pilot.resize_terminal(62, 24)
        await settle(pilot)
        assert "cannot create resource" in " ".join(screen_text(pilot.app).split())


async def test_a_command_that_is_stopped_says_so() -> None:
    runbook = FakeRunbook()
    runbook.hold = True
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await pilot.pause()
        await press(pilot, "escape")
        await settle(pilot)
        assert "stopped by you" in screen_text(pilot.app)


async def test_leaving_waits_for_the_end_of_the_stopped_command() -> None:
    runbook = FakeRunbook()
    runbook.hold = True
    async with opened(runbook) as pilot:
        await press(pilot, "r")
        await pilot.pause()
        await press(pilot, "q")
        await press(pilot, "tab", "enter")
        await settle(pilot)
        assert runbook.states["look"] is StepState.PENDING
        assert not pilot.app.is_running or pilot.app.return_code == 0


async def test_a_refusal_of_the_server_stands_before_the_command() -> None:
    runbook = FakeRunbook()
    runbook.refusal = text("The server refuses this change: forbidden", "拒否")
    async with opened(runbook, (80, 24)) as pilot:
        await questioned(pilot)
        await settle_preview(pilot)
        shown = screen_text(pilot.app)
        assert "✗ The server refuses this change" in shown
        assert shown.index("refuses this change") < shown.index("Command (c copies it)")


async def test_new_facts_reach_the_runbook() -> None:
    runbook = FakeRunbook()
    session = FakeSession()
    async with opened(runbook, session=session) as pilot:
        new = state(version=7)
        session.give(new)
        await settle(pilot)
        assert runbook.snapshots[-1] is new.snapshot


async def test_leaving_from_the_question_asks_nothing_more() -> None:
    runbook = FakeRunbook()
    async with opened(runbook) as pilot:
        await questioned(pilot)
        await press(pilot, "ctrl+q")
        await settle(pilot)
    assert [request.step for request in runbook.ran] == ["look"]
    assert runbook.closed


# Facts come whenever they like


async def test_a_state_that_comes_while_the_runbook_opens_waits_for_it() -> None:
    async with running(FakeLaunch(runbooks=[FakeRunbook()])) as pilot:
        app: Any = pilot.app
        app.push_screen(RunbookScreen(FakeRunbook(), app.session))  # type: ignore[arg-type]
        # Nothing of the new screen is laid out yet.
        app._state_changed(StateChanged(state()))
        await settle(pilot)
        assert the_runbook(pilot).stands


async def test_a_state_that_comes_while_the_runbook_goes_is_no_bug() -> None:
    async with opened(FakeRunbook()) as pilot:
        screen = the_runbook(pilot)
        await screen.remove_children()
        screen.refresh_facts(state())
        screen.translate()
