"""The log view on the screen: keys, marks, the box, fields, copies, both languages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driving import press, running
from pictures import expect_picture, screen_text
from screen_fakes import (
    DIAGNOSIS,
    HIT,
    MISSING_SECRET,
    NAMESPACE,
    FakeLaunch,
    FakeSession,
    snapshot,
    state,
)
from textual.binding import Binding
from textual.pilot import Pilot

from knowledge.finding import LogEvidence
from knowledge.snapshot import LogGroup, LogHit, LogRead, ObjectRef
from tui.engine.logs.merged import MergedText
from tui.engine.logs.text import LogText, MemoryText
from tui.engine.object_commands import About
from tui.keys import LOG
from tui.messages import FindingView, LookWanted
from tui.screens.help import HelpScreen
from tui.screens.log import LogScreen
from tui.screens.logs import LogsScreen
from tui.screens.main import MainScreen
from tui.widgets.log_lines import LogLines
from tui.widgets.row_list import RowList

NAME = HIT.log
LINES = [
    f'time="2025-07-01T11:{40 + number // 60:02}:{number % 60:02}Z" '
    f"level={'error' if number % 13 == 12 else 'warning' if number % 13 == 6 else 'info'} "
    f'msg="Backing up item {number}" backup=openshift-adp/nightly-20250701 name=postgres'
    for number in range(120)
]
LINES[67] = HIT.text
LINES[68] = "\tgithub.com/vmware-tanzu/velero/pkg/backup.go:1234 [red]no markup[/red] [/velero]"


def the_log(lines: list[str] | None = None, *, ended: bool = True) -> MemoryText:
    data = "".join(f"{each}\n" for each in lines or LINES).encode()
    return MemoryText(NAME, data, ended=ended)


class LoggingSource:
    can_run = True

    def __init__(self) -> None:
        self.opened: list[str] = []

    def open_log(self, log: str) -> LogText:
        self.opened.append(log)
        return the_log()


def launch(**options: Any) -> FakeLaunch:
    session = FakeSession(state(snapshot=snapshot(logs=(
        LogRead(NAME, LogGroup.VELERO, 120),
        LogRead("node-agent-aaaaa/node-agent", LogGroup.NODE_AGENT, 17),
    ))))  # fmt: skip
    session.source = LoggingSource()  # type: ignore[assignment]
    return FakeLaunch(session=session, **options)


def the_screen(pilot: Pilot[Any]) -> LogScreen:
    screen = pilot.app.screen
    assert isinstance(screen, LogScreen), screen
    return screen


async def calm(pilot: Pilot[Any], holds: Callable[[], object] = lambda: True) -> None:
    """Wait until all wishes are granted and shown."""
    for _ in range(500):
        await pilot.pause()
        screen = pilot.app.screen
        if not isinstance(screen, LogScreen):
            if holds():
                return
        elif (
            screen.viewer.idle
            and screen.stands
            and screen.lines.page is screen.viewer.page
            and not screen._pending
            and holds()
        ):
            screen.render_rows()
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen_text(pilot.app))


async def keys(pilot: Pilot[Any], *pressed: str) -> None:
    for each in pressed:
        await press(pilot, each)
        await calm(pilot)


@asynccontextmanager
async def opened(
    text: LogText | None = None,
    size: tuple[int, int] = (120, 36),
    hit: LogHit | None = None,
    logs: tuple[str, ...] = (NAME,),
    **options: Any,
) -> AsyncIterator[Pilot[Any]]:
    async with running(launch(**options), size) as pilot:
        pilot.app.show_log(text or the_log(), logs, hit)
        await pilot.pause()
        await calm(pilot)
        yield pilot


def current(pilot: Pilot[Any]) -> int | None:
    line = the_screen(pilot).viewer.page.current
    return line.number if line is not None else None


# Pictures


async def test_where_only_the_end_of_a_log_was_looked_at_this_is_said() -> None:
    many = [f"line {number}" for number in range(1_500)]
    async with opened(the_log(many)) as pilot:
        await calm(pilot, lambda: "1,500 lines" in screen_text(pilot.app))
        assert "known issues looked for in the last 120 lines only" in screen_text(pilot.app)
    async with opened() as pilot:
        await calm(pilot, lambda: "120 lines" in screen_text(pilot.app))
        assert "looked for" not in screen_text(pilot.app)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_log_at_its_evidence(language: Any, size: tuple[int, int]) -> None:
    async with opened(size=size, hit=replace(HIT, line=68), language=language) as pilot:
        assert current(pilot) == 68
        await keys(pilot, "slash", *"item 6", "enter")
        expect_picture(pilot.app, f"log-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_picture_of_the_fields_of_a_record(language: Any) -> None:
    async with opened(size=(80, 24), hit=replace(HIT, line=68), language=language) as pilot:
        await keys(pilot, "v", "enter")
        expect_picture(pilot.app, f"log-record-80x24-{language}")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_picture_of_the_choice_of_logs(language: Any) -> None:
    async with running(launch(language=language), (80, 24)) as pilot:
        await press(pilot, "a")
        await pilot.pause()
        expect_picture(pilot.app, f"logs-80x24-{language}")


# From findings to lines and back


async def test_evidence_leads_to_its_line_and_the_line_to_its_finding() -> None:
    async with running(launch()) as pilot:
        main = pilot.app.screen
        assert isinstance(main, MainScreen)
        main.open(FindingView(MISSING_SECRET.key))
        await pilot.pause()
        number = next(
            n for n, each in enumerate(MISSING_SECRET.evidence) if isinstance(each, LogEvidence)
        )
        main.detail.list.move_to(f"evidence:{number}")
        await press(pilot, "enter")
        await calm(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        await calm(pilot, lambda: current(pilot) == 68)
        assert "◆" in screen_text(pilot.app)
        main.detail.start(FindingView("another"))
        await press(pilot, "d")
        await calm(pilot, lambda: pilot.app.screen is main)
        assert main.detail.view == FindingView(MISSING_SECRET.key)


async def test_matched_lines_in_detail_lead_into_the_log() -> None:
    async with running(launch()) as pilot:
        main = pilot.app.screen
        assert isinstance(main, MainScreen)
        main.open(FindingView(MISSING_SECRET.key))
        await press(pilot, "l")
        main.detail.list.move_to("hit:0")
        await press(pilot, "enter")
        await calm(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        await calm(pilot, lambda: current(pilot) == 68)


async def test_marks_follow_the_findings() -> None:
    async with opened() as pilot:
        await keys(pilot, "e")
        assert current(pilot) == 68
        pilot.app.session.give(state(version=2, diagnosis=replace(DIAGNOSIS, findings=())))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await calm(pilot)
        assert "◆" not in screen_text(pilot.app)


async def test_logs_are_chosen_and_merged() -> None:
    start = launch()
    async with running(start) as pilot:
        await press(pilot, "a", "down", "space", "down", "enter")
        await calm(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        assert start.session.source.opened == [NAME, "node-agent-aaaaa/node-agent"]  # type: ignore[attr-defined]
        assert isinstance(the_screen(pilot).viewer.text, MergedText)
        assert "2 logs by time" in screen_text(pilot.app)
        await keys(pilot, "p")
        assert the_screen(pilot).wanted.pod
        await press(pilot, "tab")
        assert isinstance(pilot.app.screen, LogsScreen)
        await press(pilot, "escape")
        await keys(pilot, "escape")
        # First the filter goes, then the log.
        assert not the_screen(pilot).wanted.pod
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_the_log_of_an_object_opens_here_and_is_followed() -> None:
    start = launch()
    velero = ObjectRef("Pod", NAMESPACE, "velero-7c9d8b6f5-x2x4v")
    async with running(start) as pilot:
        assert start.session is not None
        facts = start.session.state.snapshot
        pod = {
            "kind": "Pod",
            "metadata": {"name": velero.name, "namespace": NAMESPACE},
            "spec": {"containers": [{"name": "velero"}]},
            "status": {"phase": "Running"},
        }
        pods = {(NAMESPACE, velero.name): pod}
        facts = replace(facts, objects={**facts.objects, "Pod": pods})
        start.session.state = replace(start.session.state, snapshot=facts)
        pilot.app.post_message(LookWanted(velero, About.LOGS))
        await calm(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        assert start.session.source.opened == [f"{velero.name}/velero"]  # type: ignore[attr-defined]
        await press(pilot, "escape")
        pod["spec"]["containers"].append({"name": "side"})  # type: ignore[index]
        pilot.app.post_message(LookWanted(velero, About.LOGS))
        await calm(pilot, lambda: isinstance(pilot.app.screen, LogsScreen))
        assert "velero-7c9d8b6f5-x2x4v/side" in screen_text(pilot.app)
        rows = pilot.app.screen.query_one(RowList).rows
        assert not any("node-agent" in row.key or row.key == "file" for row in rows)
        await press(pilot, "down", "down", "enter")
        await calm(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        assert start.session.source.opened[1:] == [f"{velero.name}/side"]  # type: ignore[attr-defined]


# Finding


async def test_it_searches_as_one_types_and_comes_back() -> None:
    async with opened() as pilot:
        await keys(pilot, "g", "slash", *"item 77")
        assert current(pilot) == 78
        assert "match 1 of 1" in screen_text(pilot.app)
        await keys(pilot, "escape")
        assert current(pilot) == 1
        assert "match" not in screen_text(pilot.app)
        await keys(pilot, "slash", *"item 1", "enter", "n", "n")
        assert current(pilot) == 12
        await keys(pilot, "N", "N", "N")
        assert current(pilot) == 120
        assert "went on at the other end" in screen_text(pilot.app)


async def test_a_match_far_to_the_right_comes_into_sight() -> None:
    async with opened(size=(80, 24)) as pilot:
        await keys(pilot, "g", "slash", *"not found", "enter")
        assert current(pilot) == 68
        assert "not found" in screen_text(pilot.app).replace("placeholder", "")
        await keys(pilot, "slash", *"level=error", "enter")
        assert "level=error" in screen_text(pilot.app)


async def test_it_filters_by_text_level_and_backup() -> None:
    async with opened() as pilot:
        await keys(pilot, "ampersand", *"item 1", "enter")
        assert "31 shown" in screen_text(pilot.app)
        await keys(pilot, "v", "v")
        assert "errors only" in screen_text(pilot.app)
        await keys(pilot, "x")
        assert "shown" not in screen_text(pilot.app)
        await press(pilot, "b", "enter")
        await calm(pilot)
        assert "only nightly-20250701" in screen_text(pilot.app)
        await keys(pilot, "b")
        assert the_screen(pilot).wanted.everything


async def test_a_line_is_gone_to_by_its_number() -> None:
    async with opened() as pilot:
        await press(pilot, "number_sign", *"42", "enter")
        await calm(pilot, lambda: current(pilot) == 42)


# Copying


async def test_a_line_a_range_and_the_fields_are_copied() -> None:
    async with opened() as pilot:
        await keys(pilot, "g", "c")
        await calm(pilot, lambda: pilot.app.clipboard == LINES[0])
        await keys(pilot, "space", "down", "down")
        assert screen_text(pilot.app).count("│") >= 2
        await keys(pilot, "c")
        await calm(pilot, lambda: pilot.app.clipboard == "\n".join(LINES[:3]))
        assert the_screen(pilot).lines.selected_from is None
        await keys(pilot, "C")
        assert '"msg": "Backing up item 2"' in pilot.app.clipboard


async def test_lines_are_written_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened() as pilot:
        await keys(pilot, "v", "v", "s")
        path = tmp_path / "velero-7c9f6d5b8-x2x4k-velero.txt"
        await calm(pilot, path.exists)
        await calm(pilot, lambda: path.read_text().count("\n") == 11)
        assert path.stat().st_mode & 0o077 == 0
        await keys(pilot, "x", "g", "space", "down", "s")
        other = tmp_path / "velero-7c9f6d5b8-x2x4k-velero-1.txt"
        await calm(pilot, other.exists)
        await calm(pilot, lambda: other.read_text() == "\n".join(LINES[:2]) + "\n")


async def test_secrets_reach_neither_screen_nor_clipboard() -> None:
    said = 'level=info msg="x" aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'
    async with opened(the_log([said])) as pilot:
        await keys(pilot, "enter", "c")
        await calm(pilot, lambda: pilot.app.clipboard)
        await keys(pilot, "C")
        assert "wJalr" not in screen_text(pilot.app) + pilot.app.clipboard


# Foreign text


async def test_hostile_lines_are_only_text() -> None:
    lines = [
        "[/velero] [red]x",
        "\x1b[2J\x07\u202eevil",
        "\tonly a tab",
        "x" * 300_000,
        "日本語" * 90,
    ]
    async with opened(the_log(lines), (80, 24)) as pilot:
        shown = screen_text(pilot.app)
        assert "[/velero] [red]x" in shown
        assert "\\x1b[2J\\x07\\u202eevil" in shown
        await keys(pilot, "w", "enter", "right", "w", "right", "left")
        assert "日本語" in screen_text(pilot.app)


async def test_it_follows_what_comes_until_somebody_looks_back() -> None:
    text = the_log(LINES[:5], ended=False)
    async with opened(text) as pilot:
        assert "following" in screen_text(pilot.app)
        text.append((LINES[5] + "\n").encode())
        await calm(pilot, lambda: "Backing up item 5" in screen_text(pilot.app))
        await keys(pilot, "up")
        text.append((LINES[6] + "\n").encode())
        await calm(pilot, lambda: "7 lines" in screen_text(pilot.app))
        assert current(pilot) == 5
        assert "following" not in screen_text(pilot.app)
        await keys(pilot, "f")
        assert current(pilot) == 7


async def test_the_mouse_goes_to_lines_and_scrolls() -> None:
    async with opened() as pilot:
        await pilot.click(LogLines, offset=(20, 3))
        await calm(pilot)
        assert the_screen(pilot).viewer.page.cursor == 3
        await pilot.click(LogLines, offset=(pilot.app.size.width - 1, 0))
        await calm(pilot)
        assert current(pilot) == 1


async def test_escape_leaves_step_by_step_and_closes_the_log() -> None:
    async with opened() as pilot:
        viewer = the_screen(pilot).viewer
        await keys(pilot, "enter", "space", "slash")
        await keys(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, LogScreen)
        await press(pilot, "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)
        assert viewer.text.read(0, 10) == b""


async def test_wrapped_lines_fit_although_their_numbers_became_longer() -> None:
    long = "".join(f"{'y' * 135}{number:05}\n" for number in range(100))
    text = MemoryText("log", ("x\n" * 100_000 + long).encode(), ended=True)
    async with opened(text, (80, 24)) as pilot:
        await keys(pilot, "g", "w", "G")
        assert current(pilot) == 100_100
        assert "00099" in screen_text(pilot.app)


async def test_help_begins_with_the_keys_of_the_log() -> None:
    async with opened() as pilot:
        await keys(pilot, "question_mark")
        screen = pilot.app.screen
        assert isinstance(screen, HelpScreen)
        rows = [row.key for row in screen.query_one(RowList).rows]
        mine = rows[rows.index("here") + 1 : rows.index("room:Signs")]
        logs = {f"here:{each.id}" for each in LOG if isinstance(each, Binding)}
        assert logs | {"here:row-last", "here:row-up"} <= set(mine)
        assert not {key.replace("here:", "key:") for key in mine} & set(rows)


async def test_a_search_that_finds_nothing_shows_the_line_from_its_beginning() -> None:
    async with opened() as pilot:
        await keys(pilot, "g", "right", "right")
        assert "time=" not in screen_text(pilot.app)
        await keys(pilot, "slash", *"nowhere")
        assert "not found" in screen_text(pilot.app)
        assert "time=" in screen_text(pilot.app)
        await keys(pilot, "enter", "right", "right", "G")
        assert "time=" in screen_text(pilot.app)


async def test_the_language_switches_at_once() -> None:
    async with opened() as pilot:
        await keys(pilot, "v", "L")
        assert "警告とエラーのみ" in screen_text(pilot.app)
