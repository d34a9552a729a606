from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from driving import press, running, settle
from fake_runbook import FakeRunbook, Left
from pictures import expect_picture, screen_text
from screen_fakes import FakeLaunch, text
from textual.pilot import Pilot

from tests.fakes import FakeClock
from tui.engine.journal import Journal, sessions_folder
from tui.engine.runbook import StepState
from tui.messages import StateChanged
from tui.screens.main import MainScreen
from tui.screens.runbook import RunbookScreen
from tui.screens.sessions import SessionsScreen
from tui.text import Tone

TITLE = text(
    "Image stream backup fails because the registry secret is missing",
    "レジストリーシークレットがないため、イメージストリームのバックアップが失敗する",
)


@pytest.fixture(autouse=True)
def _own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OADP_DOCTOR_STATE", str(tmp_path / "state"))


def written(day: int, *events: dict[str, Any], **opened: Any) -> str:
    """Write a record that began on a day of July; return its id."""
    journal = Journal(clock=FakeClock(datetime(2025, 7, day, 9, 30, tzinfo=UTC)))
    about: dict[str, Any] = {
        "issue": "imagestream-registry-secret-missing",
        "cause": "bsl-unlabelled",
        "title": TITLE,
        "target": {"context": "prod/api", "practice": False, "server": "https://api:6443"},
        "mode": "live",
    }
    journal.write("opened", **(about | opened))
    for event in events:
        journal.write(**event)
    journal.close()
    return journal.id


WILL_RUN = {
    "event": "will-run",
    "attempt": 1,
    "step": "label",
    "purpose": "run",
    "risk": "change",
    "argv": ["oc", "--context", "prod/api", "label", "bsl", "custom", "a=b"],
    "shown": "oc --context prod/api label bsl custom a=b",
    "args": ["label", "bsl", "custom", "a=b"],
}
RAN = {
    "event": "ran",
    "attempt": 1,
    "step": "label",
    "ending": "exit",
    "code": 0,
    "seconds": 0.4,
    "state": "done",
}


def filled() -> list[str]:
    """Write one record of each standing, the newest last."""
    return [
        written(1, WILL_RUN, RAN, {"event": "closed", "finished": True}),
        written(2, {"event": "closed"}, mode="dry-run"),
        written(
            3,
            {"event": "closed"},
            target={"context": "imagestream", "practice": True, "server": ""},
        ),
        written(4, {"event": "imported", "from": "handover.json"}, {"event": "closed"}),
        written(5, WILL_RUN),
    ]


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (120, 36), **launch: Any
) -> AsyncIterator[tuple[Pilot[Any], SessionsScreen]]:
    async with running(FakeLaunch(**launch), size, notifications=True) as pilot:
        await press(pilot, "S")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, SessionsScreen)
        yield pilot, screen


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_the_list(language: Any, size: tuple[int, int]) -> None:
    filled()
    async with opened(size, language=language) as (pilot, _screen):
        expect_picture(pilot.app, f"sessions-{size[0]}x{size[1]}-{language}")


async def test_the_newest_is_first_and_each_standing_is_a_word() -> None:
    ids = filled()
    async with opened() as (pilot, screen):
        assert [row.key for row in screen.list.rows] == [f"session:{id}" for id in reversed(ids)]
        words = [row.right.plain for row in screen.list.rows if row.right is not None]
        assert words == ["outcome unknown", "closed", "closed", "closed", "closed"]
        shown = screen_text(pilot.app)
        for word in ("imported", "PRACTICE", "DRY RUN", f"{Tone.UNKNOWN.sign} Image stream"):
            assert word in shown


async def test_without_records_it_says_when_there_will_be_one() -> None:
    async with opened() as (pilot, _screen):
        assert "There is no session yet" in screen_text(pilot.app)
        await press(pilot, "g", "n", "e", "enter")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_enter_shows_what_was_done_and_escape_comes_back() -> None:
    filled()
    async with opened() as (pilot, screen):
        await press(pilot, "end", "enter")
        await settle(pilot)
        shown = "\n".join(row.content.plain for row in screen.page.rows)
        assert "oc --context prod/api label bsl custom a=b" in shown
        assert "Go on with this session" in shown
        await press(pilot, "escape")
        assert screen.list.display
        assert not screen.page.display


async def test_going_on_opens_the_runbook_with_what_was_done() -> None:
    ids = filled()
    runbook = FakeRunbook()
    runbook.resumed = Left(unknown=("label",))
    runbook.states |= {
        "look": StepState.DONE,
        "way": StepState.DONE,
        "label": StepState.UNKNOWN,
    }
    async with opened(runbooks=[runbook]) as (pilot, _screen):
        await press(pilot, "enter")
        await settle(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        assert pilot.app.launch.reopened == [ids[-1]]
        assert isinstance(pilot.app.screen, RunbookScreen)
        shown = screen_text(pilot.app)
        assert "Going on with a session" in shown
        assert shown.index("Not known") < shown.index("Done so far") < shown.index("Still to do")
        await press(pilot, "r")
        await settle(pilot)
        assert runbook.settled == ["label"]
        assert runbook.states["label"] is StepState.DONE


async def test_a_session_that_another_program_has_open_is_told() -> None:
    filled()
    async with opened() as (pilot, _screen):
        pilot.app.launch.error = text("Another program has this session open.", "使用中です。")
        await press(pilot, "g")
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert "Another program has this session open." in screen_text(pilot.app)


async def test_a_dry_run_is_nothing_to_go_on_with() -> None:
    written(2, {"event": "closed"}, mode="dry-run")
    async with opened() as (pilot, screen):
        await press(pilot, "g")
        assert pilot.app.screen is screen
        await press(pilot, "enter")
        await settle(pilot)
        assert screen.page.rows[0].key != "resume"


async def test_a_note_goes_into_the_record() -> None:
    (id,) = [written(5, {"event": "closed"})]
    async with opened() as (pilot, _screen):
        await press(pilot, "n", *"called", "enter")
        await settle(pilot)
    assert '"text":"called"' in (sessions_folder() / f"{id}.jsonl").read_text()


async def test_an_export_is_a_new_private_file_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (id,) = [written(5, WILL_RUN, RAN)]
    # A short path: what is told is cut where it does not fit.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        await _exported(id, Path(folder))


async def _exported(id: str, here: Path) -> None:
    async with opened() as (pilot, _screen):
        await press(pilot, "e", "e")
        await settle(pilot)
        assert f"incident-{id}" in re.sub(r"\s", "", screen_text(pilot.app))
    files = sorted(here.iterdir())  # noqa: ASYNC240 - a folder of the test
    assert [each.name for each in files] == [f"incident-{id}-2.md", f"incident-{id}.md"]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    assert "label bsl custom" in files[0].read_text()


async def test_an_export_into_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(5)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    async with opened() as (pilot, _screen):
        gone.rmdir()
        await press(pilot, "e")
        await settle(pilot)
        assert "folder is not there any more" in " ".join(screen_text(pilot.app).split())


async def test_hostile_text_of_a_record_is_only_text() -> None:
    hostile = text("[red]x[/velero] \x1b[2J \u202e", "x")
    written(5, {"event": "note", "text": "\x1b]52;c;aGk=\x07 [@click=app.quit]x[/]"}, title=hostile)
    async with opened() as (pilot, _screen):
        await press(pilot, "enter")
        await settle(pilot)
        await press(pilot, "escape")
        shown = screen_text(pilot.app)
        assert "\x1b" not in shown
        assert "[red]x[/velero]" in shown


async def test_the_language_switches_list_and_record() -> None:
    filled()
    async with opened() as (pilot, screen):
        pilot.app.action_language()
        await settle(pilot)
        assert TITLE.ja in screen.list.rows[0].content.plain


async def test_states_that_come_while_it_opens_or_goes_are_no_bug() -> None:
    async with opened() as (pilot, screen):
        app: Any = pilot.app
        app._state_changed(StateChanged(replace(app.session.state, version=9)))
        await screen.remove_children()
        screen.refresh_facts(app.session.state)
        screen.translate()
