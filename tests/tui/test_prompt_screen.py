from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from driving import press, running, settle
from fake_runbook import TARGET
from pictures import expect_picture, screen_text
from screen_fakes import NAMESPACE, NOW, FakeLaunch, thing
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, TextArea

from tests.fakes import FakeClock
from tui.engine.journal import Journal
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.prompt import Prompt, open_prompt
from tui.engine.suggestions import Suggestion
from tui.engine.target import Target
from tui.rows.prompt import completed
from tui.screens.confirm import ConfirmScreen
from tui.screens.prompt import PromptScreen

HEAD = " ".join(TARGET.argv(NAMESPACE, ())) + " "
BSL = {
    "apiVersion": "velero.io/v1",
    "kind": "BackupStorageLocation",
    **thing("custom", spec={"provider": "aws"}),
}
LABEL = "label bsl custom a=b"


class Runner:
    """Answers reads of the location with it, the rest from a script; `...` holds."""

    def __init__(self, script: Mapping[str, Sequence[Any]] | None = None) -> None:
        self.script = dict(script or {})
        self.calls: list[Command] = []
        self.gate = asyncio.Event()
        self.stopped = 0

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        self.calls.append(command)
        key = " ".join(command.argv).removeprefix(HEAD)
        said = self.script.get(key, ())
        if key.endswith("-o json"):
            metadata = {**BSL["metadata"], "labels": {"a": "b"} if LABEL in self.shown else {}}
            said = (msgspec.json.encode({**BSL, "metadata": metadata}).decode(),)
        ended = False
        try:
            for item in said:
                if item is ...:
                    await self.gate.wait()
                else:
                    yield Line("stdout", item)
            ended = True
            yield Exited(Ending.EXIT, 0, 0.4)
        finally:
            self.stopped += not ended

    @property
    def shown(self) -> list[str]:
        return [" ".join(each.argv).removeprefix(HEAD) for each in self.calls]


@asynccontextmanager
async def opened(
    folder: Path,
    runner: Runner | None = None,
    size: tuple[int, int] = (120, 36),
    target: Target = TARGET,
    **launch: Any,
) -> AsyncIterator[Pilot[Any]]:
    async with running(FakeLaunch(**launch), size) as pilot:
        session = pilot.app.session
        clock = FakeClock(NOW)
        prompt = open_prompt(
            session,
            target,
            runner=runner or Runner(),
            journal=Journal(folder, clock=clock),
            clock=clock,
        )
        pilot.app.push_screen(PromptScreen(prompt, session))
        await settle(pilot)
        yield pilot
        prompt.close()


def the_screen(pilot: Pilot[Any]) -> PromptScreen:
    return next(each for each in pilot.app.screen_stack if isinstance(each, PromptScreen))


def the_prompt(pilot: Pilot[Any]) -> Prompt:
    return the_screen(pilot).prompt


async def typed(pilot: Pilot[Any], line: str, *keys: str) -> None:
    screen = the_screen(pilot)
    screen.line.value = line
    screen.line.cursor_position = len(line)
    await pilot.pause()
    await press(pilot, *keys)
    await pilot.pause()


async def until(pilot: Pilot[Any], holds: Any) -> None:
    for _ in range(300):
        await pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen_text(pilot.app))


async def confirmed(pilot: Pilot[Any]) -> None:
    """Press the button of the question, once it can be pressed."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    screen = pilot.app.screen
    await until(pilot, lambda: not screen.query_one("#run", Button).disabled)
    screen.query_one("#run", Button).focus()
    await pilot.pause(1.0)
    await press(pilot, "enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))


# Pictures


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_the_prompt(tmp_path: Path, language: Any, size: tuple[int, int]) -> None:
    runner = Runner({"get bsl": ["NAME     PHASE       AGE", "custom   Available   3d"]})
    async with opened(tmp_path, runner, size, language=language) as pilot:
        await typed(pilot, "get bsl", "enter")
        await until(pilot, lambda: the_screen(pilot).stream.lines.total == 4)
        await settle(pilot)
        await typed(pilot, "delete backup nightly-2025062")
        expect_picture(pilot.app, f"prompt-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_manifest_in_a_protected_place(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    target = replace(TARGET, protected=True, practice=False)
    async with opened(tmp_path, size=size, target=target) as pilot:
        the_screen(
            pilot
        ).manifest.text = (
            "apiVersion: velero.io/v1\nkind: DeleteBackupRequest\nmetadata:\n  name: nightly\n"
        )
        await typed(pilot, "create -f -")
        expect_picture(pilot.app, f"prompt-manifest-{size[0]}x{size[1]}-en")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_refusal(tmp_path: Path, size: tuple[int, int]) -> None:
    target = replace(TARGET, read_only=True)
    async with opened(tmp_path, size=size, target=target) as pilot:
        await typed(pilot, "get pods | grep velero")
        expect_picture(pilot.app, f"prompt-refused-{size[0]}x{size[1]}-en")


# Reading


async def test_a_read_runs_at_enter_and_leaves_the_line_empty(tmp_path: Path) -> None:
    runner = Runner({"get pods": ["velero-1"]})
    async with opened(tmp_path, runner) as pilot:
        await press(pilot, *"get pods", "enter")
        await settle(pilot)
        assert runner.shown == ["get pods"]
        shown = screen_text(pilot.app)
        assert "$ oc … get pods" in shown
        assert "velero-1" in shown
        assert "ended with exit code 0" in shown
        assert the_screen(pilot).line.value == ""


@pytest.mark.parametrize("line", ["get pods | cat", "exec x -- sh", "get pods --context y", "'"])
async def test_a_refused_line_says_why_and_starts_nothing(tmp_path: Path, line: str) -> None:
    runner = Runner()
    async with opened(tmp_path, runner) as pilot:
        await typed(pilot, line, "enter")
        await settle(pilot)
        assert runner.calls == []
        assert "✗" in screen_text(pilot.app)
        assert the_screen(pilot).line.value == line


async def test_the_risk_stands_there_before_enter(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        for line, word in (
            ("get pods", "reads only"),
            (LABEL, "changes the cluster"),
            ("delete pod velero-1", "disruptive"),
            ("delete backup x", "destructive"),
        ):
            await typed(pilot, line)
            assert word in screen_text(pilot.app)


async def test_letters_are_letters_here(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, *"q?:Lw/")
        assert the_screen(pilot).line.value == "q?:Lw/"
        assert pilot.app.is_running


# Changes


async def test_a_change_is_asked_about_and_cancel_runs_nothing(tmp_path: Path) -> None:
    runner = Runner()
    async with opened(tmp_path, runner) as pilot:
        await typed(pilot, LABEL, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await press(pilot, "escape")
        await settle(pilot)
        assert LABEL not in runner.shown
        assert the_screen(pilot).line.value == LABEL


async def test_a_confirmed_change_runs_once_and_can_be_taken_back(tmp_path: Path) -> None:
    runner = Runner({LABEL: ["labeled"]})
    async with opened(tmp_path, runner) as pilot:
        await typed(pilot, LABEL, "enter")
        await confirmed(pilot)
        await until(pilot, lambda: "labeled" in screen_text(pilot.app))
        await settle(pilot)
        assert runner.shown.count(LABEL) == 1
        assert "ctrl+t takes it back" in screen_text(pilot.app)
        undo = the_prompt(pilot).undo()
        await press(pilot, "ctrl+t")
        await confirmed(pilot)
        await settle(pilot)
        assert runner.calls[-2].argv == undo.argv or undo.argv in [
            each.argv for each in runner.calls
        ]
        assert not the_prompt(pilot).undoable


async def test_read_only_places_say_so_and_change_nothing(tmp_path: Path) -> None:
    runner = Runner()
    target = replace(TARGET, read_only=True)
    async with opened(tmp_path, runner, target=target) as pilot:
        await typed(pilot, LABEL)
        assert "does not run in read-only mode" in screen_text(pilot.app)
        await press(pilot, "ctrl+y")
        assert pilot.app.clipboard == the_prompt(pilot).request(LABEL).shown


# Completion and history


async def test_tab_completes_and_down_goes_to_the_suggestions(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        screen = the_screen(pilot)
        await press(pilot, *"desc", "tab")
        assert screen.line.value == "describe "
        await press(pilot, *"backupst", "tab")
        assert screen.line.value == "describe backupstoragelocations.velero.io "
        await press(pilot, "down")
        assert screen.offered.has_focus
        await press(pilot, "down", "enter")
        assert screen.line.value == "describe backupstoragelocations.velero.io custom "
        assert screen.line.has_focus


def test_what_all_suggestions_share_is_completed_first() -> None:
    found = [Suggestion("abc1", "get abc1 "), Suggestion("abc2", "get abc2 ")]
    assert completed("get a", found) == "get abc"
    assert completed("get abc", found) == "get abc1 "
    assert completed("get a", found[:1]) == "get abc1 "
    assert completed("get a", []) == "get a"


async def test_earlier_lines_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        for line in ("get pods", "get bsl"):
            await typed(pilot, line, "enter")
            await settle(pilot)
        screen = the_screen(pilot)
        await typed(pilot, "get ba")
        await press(pilot, "up")
        assert screen.line.value == "get bsl"
        await press(pilot, "up", "up")
        assert screen.line.value == "get pods"
        await press(pilot, "down", "down")
        assert screen.line.value == "get ba"
        await pilot.pause()


# Manifests


async def test_a_manifest_has_a_field_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        screen = the_screen(pilot)
        assert not screen.manifest.display
        await typed(pilot, "create -f -", "enter")
        assert screen.manifest.display
        assert screen.manifest.has_focus
        screen.manifest.text = "kind: DeleteBackupRequest\napiVersion: velero.io/v1\n"
        await until(pilot, lambda: "destructive" in screen_text(pilot.app))
        await press(pilot, "tab")
        assert screen.line.has_focus


async def test_a_pasted_command_brings_its_manifest_and_never_runs_by_itself(
    tmp_path: Path,
) -> None:
    runner = Runner()
    async with opened(tmp_path, runner) as pilot:
        screen = the_screen(pilot)
        pasted = "oc apply -f - <<'EOF'\nkind: Restore\napiVersion: velero.io/v1\nEOF\n"
        screen.line.post_message(events.Paste(pasted))
        await settle(pilot)
        assert screen.line.value == "oc apply -f -"
        assert screen.query_one(TextArea).text == "kind: Restore\napiVersion: velero.io/v1\n"
        screen.line.value = ""
        screen.line.post_message(events.Paste("get pods\ndelete pod x\n\x1b[31m"))
        await settle(pilot)
        assert screen.line.value == r"get pods ; delete pod x ; \x1b[31m"
        assert "no shell here" in screen_text(pilot.app)
        assert runner.calls == []


# Stopping and leaving


async def test_ctrl_x_stops_and_escape_leaves(tmp_path: Path) -> None:
    runner = Runner({"logs velero-1 -f": ["one", ...]})
    async with opened(tmp_path, runner) as pilot:
        screen = the_screen(pilot)
        await typed(pilot, "logs velero-1 -f", "enter")
        await until(pilot, lambda: "one" in screen.stream.lines.texts)
        await press(pilot, *"get")
        assert screen.line.value.endswith("get")
        await press(pilot, "ctrl+x")
        await until(pilot, lambda: not screen.busy)
        assert runner.stopped == 1
        assert "stopped by you" in screen_text(pilot.app)
        await press(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen is not screen)


async def test_escape_stops_a_read_before_it_leaves(tmp_path: Path) -> None:
    runner = Runner({"get pods": [...]})
    async with opened(tmp_path, runner) as pilot:
        screen = the_screen(pilot)
        await typed(pilot, "get pods", "enter")
        await until(pilot, lambda: screen.busy)
        await press(pilot, "escape")
        await until(pilot, lambda: runner.stopped == 1)
        assert pilot.app.screen is screen


async def test_a_running_change_is_stopped_only_after_a_question(tmp_path: Path) -> None:
    runner = Runner({LABEL: [...]})
    async with opened(tmp_path, runner) as pilot:
        screen = the_screen(pilot)
        await typed(pilot, LABEL, "enter")
        await confirmed(pilot)
        await until(pilot, lambda: screen.busy and LABEL in runner.shown)
        await press(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await press(pilot, "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.busy
        assert runner.stopped == 0
        await press(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await press(pilot, "right", "enter")
        await until(pilot, lambda: not screen.busy and runner.stopped == 1)
        await settle(pilot)
        assert "nobody knows whether it took effect" in screen_text(pilot.app)
