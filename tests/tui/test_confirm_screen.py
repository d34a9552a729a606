"""The question before a change: nothing gets through that was not seen, typed and clear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from driving import press, running, settle
from fake_runbook import BUSY_GUARD, CLEAR, TARGET, FakeRunbook
from pictures import expect_picture, screen_text
from screen_fakes import FakeLaunch, FakeSession, state, text
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input

from knowledge.model import Risk
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.runbook import StepState
from tui.screens import confirm as confirm_screen
from tui.screens.confirm import ConfirmScreen
from tui.screens.question import AskScreen
from tui.screens.runbook import RunbookScreen

PROTECTED = replace(
    TARGET, context="prod/api", protected=True, practice=False, server="https://api"
)
ALL_STANDINGS = (
    CLEAR[0],
    Guard(
        Guarded.PERMISSION,
        Standing.UNKNOWN,
        text("The server does not say whether it is allowed.", "許可されているか不明です。"),
        ("patch backupstoragelocations.velero.io custom (openshift-adp)",),
    ),
    CLEAR[2],
    Guard(
        Guarded.UNCHANGED,
        Standing.WARNING,
        text("It has changed since the plan.", "計画時から変更されています。"),
        ("-   phase: Unavailable", "+   phase: Available"),
    ),
    BUSY_GUARD,
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm_screen, "AGAIN", 0.01)


@asynccontextmanager
async def asked(
    runbook: FakeRunbook, size: tuple[int, int] = (120, 36), **launch: Any
) -> AsyncIterator[tuple[Pilot[Any], ConfirmScreen]]:
    """Go to the question before the change."""
    async with running(FakeLaunch(runbooks=[runbook], **launch), size) as pilot:
        for step in ("look", "way"):
            runbook.states[step] = StepState.DONE
        await press(pilot, "w")
        await settle(pilot)
        await press(pilot, "r")
        await pilot.pause()
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ConfirmScreen)
        yield pilot, screen


def run_button(screen: ConfirmScreen) -> Button:
    return screen.query_one("#run", Button)


# Pictures


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_all_standings(language: Any, size: tuple[int, int]) -> None:
    runbook = FakeRunbook(risk=Risk.DISRUPTIVE)
    runbook.guards = ALL_STANDINGS
    runbook.consequences = (
        text(
            "Velero restarts: running backups and restores fail.",
            "Velero が再起動します。実行中のバックアップと復元は失敗します。",
        ),
        text("Data in object storage stays.", "オブジェクトストレージのデータは残ります。"),
    )
    async with asked(runbook, size, language=language) as (pilot, _screen):
        expect_picture(pilot.app, f"confirm-guards-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_protected_context(language: Any, size: tuple[int, int]) -> None:
    runbook = FakeRunbook(
        PROTECTED,
        risk=Risk.DESTRUCTIVE,
        confirm_name="custom",
        confirm_context="prod/api",
        undo=None,
        undo_command=None,
    )
    launch = {"language": language, "protected": ("*",)}
    async with asked(runbook, size, **launch) as (pilot, _screen):
        expect_picture(pilot.app, f"confirm-protected-{size[0]}x{size[1]}-{language}")


# What is said, and in which order


async def test_what_it_does_stands_first() -> None:
    runbook = FakeRunbook(risk=Risk.DISRUPTIVE)
    runbook.consequences = (text("Velero restarts."), text("Data stays in the bucket."))
    async with asked(runbook) as (_pilot, screen):
        shown = screen.shown_text()
        parts = (
            "disruptive",
            "Velero restarts.",
            "Data stays in the bucket.",
            "Permission",
            "Command (c",
            "Preview",
            "How to undo it",
        )
        places = [shown.index(part) for part in parts]
        assert places == sorted(places)


async def test_title_and_button_are_the_changes_own() -> None:
    async with asked(FakeRunbook()) as (pilot, screen):
        assert "Add the label?" in screen_text(pilot.app)
        assert str(run_button(screen).label) == "Run: label custom"


async def test_what_cannot_be_undone_is_said_loudly() -> None:
    async with asked(FakeRunbook(undo=None, undo_command=None)) as (_pilot, screen):
        assert "! This cannot be undone." in screen.shown_text()


async def test_each_guard_has_sign_and_word_and_details_only_where_not_clear() -> None:
    runbook = FakeRunbook()
    runbook.guards = (
        replace(CLEAR[0], details=("never shown",)),
        *ALL_STANDINGS[1:],
    )
    async with asked(runbook) as (_pilot, screen):
        shown = screen.shown_text()
        assert "✓ Place        clear" in shown
        assert "? Permission   not known" in shown
        assert "! Unchanged    take care" in shown
        assert "✗ Idle         blocked" in shown
        assert "+   phase: Available" in shown
        assert "Backup openshift-adp/adhoc" in shown
        assert "never shown" not in shown


async def test_hostile_details_are_only_text() -> None:
    runbook = FakeRunbook()
    hostile = ("[red]x[/velero]", "\x1b[2J\x1b]52;c;aGk=\x07", "\u202eoops")
    runbook.guards = (replace(BUSY_GUARD, details=hostile),)
    async with asked(runbook) as (pilot, screen):
        assert "[red]x[/velero]" in screen.shown_text()
        assert "\x1b" not in screen_text(pilot.app)


# Nothing gets through before it was looked at


async def test_keys_that_were_typed_ahead_do_nothing() -> None:
    runbook = FakeRunbook()
    runbook.previews.clear()
    async with asked(runbook) as (pilot, screen):
        await press(pilot, "right", "enter", "tab", "enter", "space", "enter")
        assert pilot.app.screen is screen
        assert run_button(screen).disabled
        runbook.previews.set()
        await pilot.pause()
        await pilot.pause()
        assert pilot.app.screen is screen
        assert not run_button(screen).disabled
        assert screen.focused is screen.query_one("#cancel", Button)
        assert runbook.ran == []


@pytest.mark.parametrize("id", ["run", "cancel"])
async def test_a_key_that_waited_in_a_queue_is_too_early(id: str) -> None:
    runbook = FakeRunbook()
    early = events.Key("enter", None)
    async with asked(runbook) as (pilot, screen):
        button = screen.query_one(f"#{id}", Button)
        button.focus()
        # It was pressed before the cluster was looked at, and comes only now.
        button._forward_event(early)
        await settle_keys(pilot)
        assert pilot.app.screen is screen
        assert runbook.ran == []
        button._forward_event(events.Key("enter", None))
        await settle(pilot)
        assert pilot.app.screen is not screen


async def settle_keys(pilot: Pilot[Any]) -> None:
    for _round in range(3):
        await pilot.pause()


async def test_escape_cancels_before_anything_was_looked_at() -> None:
    runbook = FakeRunbook()
    runbook.previews.clear()
    async with asked(runbook) as (pilot, _screen):
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, RunbookScreen)


@pytest.mark.parametrize("about", list(Guarded))
async def test_each_blocked_guard_keeps_the_button_shut(about: Guarded) -> None:
    runbook = FakeRunbook()
    blocked = Guard(about, Standing.BLOCKED, text("No."))
    runbook.guards = (*(each for each in CLEAR if each.about is not about), blocked)
    async with asked(runbook) as (pilot, screen):
        assert run_button(screen).disabled
        await press(pilot, "right", "right", "enter")
        await settle(pilot)
        assert runbook.ran == []


@pytest.mark.parametrize("standing", [Standing.WARNING, Standing.UNKNOWN])
async def test_what_is_not_known_is_left_to_the_person(standing: Standing) -> None:
    runbook = FakeRunbook()
    runbook.guards = (*CLEAR[:4], Guard(Guarded.IDLE, standing, text("Look.")))
    async with asked(runbook) as (_pilot, screen):
        assert not run_button(screen).disabled


# Waiting


async def test_it_waits_for_running_work_and_looks_again_by_itself() -> None:
    runbook, session = FakeRunbook(risk=Risk.DISRUPTIVE), FakeSession()
    runbook.guards = (*CLEAR[:4], BUSY_GUARD)
    async with asked(runbook, session=session) as (pilot, screen):
        assert "Waiting" in screen.shown_text()
        assert run_button(screen).disabled
        runbook.guards = CLEAR
        session.give(state(version=2))
        for _round in range(6):
            await pilot.pause()
        assert not run_button(screen).disabled
        assert "Waiting" not in screen.shown_text()
        # It became possible without a word: the harmless answer still has the focus.
        assert screen.focused is screen.query_one("#cancel", Button)
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert [request.step for request in runbook.ran] == ["label"]


async def test_facts_that_come_while_it_looks_are_not_forgotten() -> None:
    runbook, session = FakeRunbook(risk=Risk.DISRUPTIVE), FakeSession()
    runbook.guards = (*CLEAR[:4], BUSY_GUARD)
    runbook.previews.clear()
    async with asked(runbook, session=session) as (pilot, screen):
        session.give(state(version=2))
        await pilot.pause()
        runbook.previews.set()
        for _round in range(4):
            await pilot.pause()
        assert runbook.inspected == 2
        assert run_button(screen).disabled


async def test_new_facts_do_not_disturb_a_question_that_is_clear() -> None:
    runbook, session = FakeRunbook(), FakeSession()
    async with asked(runbook, session=session) as (pilot, _screen):
        session.give(state(version=2))
        for _round in range(4):
            await pilot.pause()
        assert runbook.inspected == 1


async def test_a_looks_again() -> None:
    runbook = FakeRunbook()
    runbook.guards = (*CLEAR[1:], Guard(Guarded.PLACE, Standing.BLOCKED, text("Elsewhere.")))
    async with asked(runbook) as (pilot, screen):
        assert run_button(screen).disabled
        runbook.guards = CLEAR
        await press(pilot, "a")
        await pilot.pause()
        assert not run_button(screen).disabled


async def test_a_look_that_finds_something_shuts_the_button_again() -> None:
    runbook = FakeRunbook()
    async with asked(runbook) as (pilot, screen):
        await press(pilot, "right")
        assert screen.focused is run_button(screen)
        runbook.guards = (*CLEAR[:4], BUSY_GUARD)
        await press(pilot, "a")
        await pilot.pause()
        assert run_button(screen).disabled
        assert screen.focused is screen.query_one("#cancel", Button)


# Changed meanwhile


async def test_an_object_that_changed_is_asked_about_again_with_the_difference() -> None:
    runbook = FakeRunbook()
    runbook.changed = [("-   phase: Available", "+   phase: Unavailable")]
    async with asked(runbook) as (pilot, screen):
        await press(pilot, "right", "enter")
        for _round in range(6):
            await pilot.pause()
        again = pilot.app.screen
        assert isinstance(again, ConfirmScreen)
        assert again is not screen
        assert runbook.ran == []
        shown = again.shown_text()
        assert "Nothing has run." in shown
        assert "+   phase: Unavailable" in shown
        assert again.focused is again.query_one("#cancel", Button)
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert [request.step for request in runbook.ran] == ["label"]


# Protected contexts


async def test_a_protected_context_wants_both_names_typed() -> None:
    runbook = FakeRunbook(
        PROTECTED, risk=Risk.DESTRUCTIVE, confirm_name="custom", confirm_context="prod/api"
    )
    async with asked(runbook) as (pilot, screen):
        run = run_button(screen)
        screen.query_one("#typed-name", Input).value = "custom"
        await pilot.pause()
        assert run.disabled
        screen.query_one("#typed-context", Input).value = "custom"
        await pilot.pause()
        assert run.disabled
        screen.query_one("#typed-context", Input).value = "prod/api"
        await pilot.pause()
        assert not run.disabled
        screen.query_one("#typed-name", Input).value = "custo"
        await pilot.pause()
        assert run.disabled
        screen.query_one("#typed-name", Input).value = "custom"
        await pilot.pause()
        run.focus()
        await press(pilot, "enter")
        await settle(pilot)
        assert [request.step for request in runbook.ran] == ["label"]


async def test_a_change_in_a_protected_context_wants_the_context_alone() -> None:
    runbook = FakeRunbook(PROTECTED, confirm_context="prod/api")
    async with asked(runbook) as (pilot, screen):
        assert run_button(screen).disabled
        screen.query_one("#typed-context", Input).focus()
        await press(pilot, *"prod", "slash", *"api")
        assert not run_button(screen).disabled


async def test_every_screen_and_window_says_what_the_place_is() -> None:
    read_only = FakeRunbook(replace(TARGET, read_only=True))
    launch = FakeLaunch(runbooks=[read_only], protected=("*",), read_only=True)
    live = replace(
        state(),
        snapshot=replace(
            state().snapshot,
            source=replace(
                state().snapshot.source, type=type(state().snapshot.source.type)("cluster")
            ),
        ),
    )
    launch.session.state = live
    async with running(launch) as pilot:
        for key in ("", "w", "n"):
            if key:
                await press(pilot, key)
                await pilot.pause()
            shown = screen_text(pilot.app)
            assert " PROTECTED " in shown, key
            assert " READ-ONLY " in shown, key
        assert isinstance(pilot.app.screen, AskScreen)
        assert pilot.app.screen.query_one(".window").border_title is not None


# The way back


async def test_a_change_can_be_taken_back_at_once() -> None:
    runbook = FakeRunbook()
    async with asked(runbook) as (pilot, _screen):
        await press(pilot, "right", "enter")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RunbookScreen)
        assert screen.step_view() == runbook.current
        shown = screen_text(pilot.app)
        assert "✓ Done: Add the label" in shown
        assert "u  Take it back: oc … label" in shown
        await press(pilot, "u")
        await pilot.pause()
        question = pilot.app.screen
        assert isinstance(question, ConfirmScreen)
        assert question.request.purpose == "undo"
        assert "Take back “Add the label”?" in screen_text(pilot.app)
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert [request.purpose for request in runbook.ran] == ["run", "undo"]


async def test_a_change_without_a_way_back_says_so_at_once() -> None:
    runbook = FakeRunbook()
    runbook.no_undo = True
    async with asked(runbook) as (pilot, _screen):
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert "! This cannot be undone." in screen_text(pilot.app)
        await press(pilot, "u")
        assert isinstance(pilot.app.screen, RunbookScreen)


# Unknown outcomes


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_an_unknown_outcome(language: Any, size: tuple[int, int]) -> None:
    runbook = FakeRunbook()
    runbook.states |= {
        "look": StepState.DONE,
        "way": StepState.DONE,
        "label": StepState.UNKNOWN,
    }
    async with running(FakeLaunch(runbooks=[runbook], language=language), size) as pilot:
        await press(pilot, "w")
        await settle(pilot)
        expect_picture(pilot.app, f"unknown-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("outcome", [StepState.DONE, StepState.PENDING, StepState.UNKNOWN])
async def test_an_unknown_outcome_is_settled_by_a_look(outcome: StepState) -> None:
    runbook = FakeRunbook()
    runbook.states |= {
        "look": StepState.DONE,
        "way": StepState.DONE,
        "label": StepState.UNKNOWN,
    }
    runbook.outcome = outcome
    async with running(FakeLaunch(runbooks=[runbook])) as pilot:
        await press(pilot, "w")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RunbookScreen)
        assert "r Check" in screen_text(pilot.app).splitlines()[-1]
        await press(pilot, "r")
        await settle(pilot)
        assert runbook.settled == ["label"]
        assert runbook.ran == []
        assert "The object has the label now." in screen_text(pilot.app)
        view = screen.step_view()
        assert view is not None
        assert (view.step.id == "label") is (outcome is not StepState.DONE)
        if outcome is StepState.UNKNOWN:
            # A person who knows better can run it again, after the whole question.
            assert screen.page.move_to("again")
            await press(pilot, "enter")
            await pilot.pause()
            assert isinstance(pilot.app.screen, ConfirmScreen)
