from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from driving import press, running, settle
from fake_runbook import TARGET
from hypothesis import given
from hypothesis import strategies as st
from pictures import expect_picture, screen_text
from screen_fakes import BACKUP, NAMESPACE, NOW, FakeLaunch, text
from textual.pilot import Pilot

from knowledge.model import Risk
from knowledge.snapshot import ObjectRef
from knowledge.text import Text
from tests.fakes import FakeClock
from tui.engine.journal import Journal
from tui.engine.object_commands import About, LogChoice
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.prompt import open_prompt
from tui.engine.request import Refused, Request
from tui.screens.choice import ChoiceScreen
from tui.screens.looks import look
from tui.screens.output import LineFilter, OutputScreen
from tui.widgets.kept_lines import KeptLines
from tui.widgets.stream import Stream

DESCRIBE = Request(
    "show-describe",
    "run",
    TARGET.argv(NAMESPACE, ("describe", "backups.velero.io", "nightly-20250701")),
    None,
    Risk.READ,
)
CHOICES = (
    LogChoice(NAMESPACE, "pod/velero-7c9f6d5b8-x2x4k", "velero", previous=True),
    LogChoice(NAMESPACE, "pod/velero-7c9f6d5b8-x2x4k", "velero-plugin-for-aws"),
)
TITLE = text("Backup nightly-20250701", "Backup nightly-20250701")
LOG = [
    f'time="2025-07-01T11:41:{number:02}Z" level={"error" if number % 7 == 0 else "info"}'
    f' msg="Backing up item {number}" backup=openshift-adp/nightly-20250701 name=postgres'
    for number in range(60)
]


class Run:
    """Says its lines, then holds if it is told to."""

    def __init__(self, *lines: str, hold: bool = False, refused: Refused | None = None) -> None:
        self.lines = list(lines)
        self.hold = hold
        self.refused = refused
        self.gate = asyncio.Event()
        self.asked: list[Request] = []
        self.ended = 0

    async def __call__(self, request: Request) -> AsyncGenerator[RunEvent, None]:
        self.asked.append(request)
        if self.refused is not None:
            raise self.refused
        try:
            for line in self.lines:
                yield Line("stdout", line)
            if self.hold:
                await self.gate.wait()
            yield Exited(Ending.EXIT, 0, 0.4)
        finally:
            self.ended += 1

    @property
    def shown(self) -> list[str]:
        head = TARGET.argv(NAMESPACE, ())
        return [" ".join(each.argv[len(head) :]) for each in self.asked]


@asynccontextmanager
async def opened(
    run: Run, size: tuple[int, int] = (120, 36), *, logs: bool = False, **launch: Any
) -> AsyncIterator[Pilot[Any]]:
    async with running(FakeLaunch(**launch), size) as pilot:
        screen = OutputScreen(
            TITLE,
            run,
            TARGET,
            None if logs else DESCRIBE,
            CHOICES if logs else (),
            first=pilot.app.session.state,
        )
        pilot.app.push_screen(screen)
        await pilot.pause()
        if not run.hold:
            await settle(pilot)
        await pilot.pause()
        yield pilot


def the_screen(pilot: Pilot[Any]) -> OutputScreen:
    screen = pilot.app.screen
    assert isinstance(screen, OutputScreen)
    return screen


async def until(pilot: Pilot[Any], holds: Any) -> None:
    for _ in range(200):
        await pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen_text(pilot.app))


# Pictures


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_log(language: Any, size: tuple[int, int]) -> None:
    async with opened(Run(*LOG, hold=True), size, logs=True, language=language) as pilot:
        await press(pilot, "f")
        await until(pilot, lambda: the_screen(pilot).stream.lines.total == len(LOG))
        await press(pilot, "slash", *"error", "enter")
        expect_picture(pilot.app, f"output-log-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_description(size: tuple[int, int]) -> None:
    lines = ["Name:         nightly-20250701", "Status:", "  Phase:  部分的に失敗 PartiallyFailed"]
    async with opened(Run(*lines), size) as pilot:
        await press(pilot, "w")
        expect_picture(pilot.app, f"output-describe-{size[0]}x{size[1]}-en")


# What it does


async def test_it_runs_exactly_the_command_that_it_shows() -> None:
    run = Run("one", "two")
    async with opened(run) as pilot:
        assert run.asked == [DESCRIBE]
        assert the_screen(pilot).stream.lines.texts == ("one", "two")
        assert "describe backups.velero.io nightly-20250701" in screen_text(pilot.app)
        assert "ended with exit code 0" in screen_text(pilot.app)
        await press(pilot, "c")
        assert pilot.app.clipboard == DESCRIBE.shown


async def test_a_refusal_is_said_where_the_end_would_stand() -> None:
    run = Run(refused=Refused(text("It goes elsewhere.", "送り先が違います。")))
    async with opened(run) as pilot:
        assert "It goes elsewhere." in screen_text(pilot.app)


async def test_the_filter_counts_while_it_is_typed_and_escape_clears_it() -> None:
    async with opened(Run(*LOG)) as pilot:
        await press(pilot, "slash", *"ITEM 1")
        assert "11 match" in screen_text(pilot.app)
        await press(pilot, "5")
        assert "1 match" in screen_text(pilot.app)
        assert "Backing up item 14" not in screen_text(pilot.app)
        await press(pilot, "escape")
        assert not the_screen(pilot).query_one(LineFilter).display
        assert "match" not in screen_text(pilot.app)
        assert isinstance(pilot.app.screen, OutputScreen)


async def test_lines_that_come_later_are_filtered_too() -> None:
    lines = KeptLines()
    lines.filter("B")
    lines.add(["a", "b", "c", "Bb"])
    assert [lines.text(number) for number in lines.shown] == ["b", "Bb"]


async def test_following_stays_at_the_end_until_it_is_scrolled_away() -> None:
    run = Run(*LOG, hold=True)
    async with opened(run, logs=True) as pilot:
        stream = the_screen(pilot).stream
        await until(pilot, lambda: stream.lines.total == len(LOG))
        assert stream.at_end
        assert "item 59" in screen_text(pilot.app)
        await press(pilot, "home")
        stream.say(["something new"])
        await pilot.pause()
        assert not stream.at_end
        assert "item 0" in screen_text(pilot.app)
        assert "G: to the newest" in screen_text(pilot.app)
        await press(pilot, "G")
        assert "something new" in screen_text(pilot.app)
        run.gate.set()
        await settle(pilot)


async def test_follow_previous_and_container_make_other_commands() -> None:
    run = Run("one")
    async with opened(run, logs=True) as pilot:
        await press(pilot, "f")
        await settle(pilot)
        await press(pilot, "p")
        await settle(pilot)
        assert "before the last restart" in screen_text(pilot.app)
        await press(pilot, "tab")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ChoiceScreen)
        await press(pilot, "down", "enter")
        await settle(pilot)
        tail = "--tail=10000"
        assert run.shown == [
            f"logs pod/velero-7c9f6d5b8-x2x4k -c velero {tail}",
            f"logs pod/velero-7c9f6d5b8-x2x4k -c velero {tail} -f",
            f"logs pod/velero-7c9f6d5b8-x2x4k -c velero {tail} -p",
            f"logs pod/velero-7c9f6d5b8-x2x4k -c velero-plugin-for-aws {tail}",
        ]
        assert the_screen(pilot).stream.lines.texts == ("one",)


async def test_f_stops_what_it_began_and_keeps_the_lines() -> None:
    run = Run("one", hold=True)
    async with opened(run, logs=True) as pilot:
        screen = the_screen(pilot)
        await press(pilot, "f")
        await until(pilot, lambda: len(run.asked) == 2 and screen.stream.lines.total == 1)
        await press(pilot, "f")
        await until(pilot, lambda: not screen.busy)
        assert run.ended == 2
        assert screen.stream.lines.texts == ("one",)
        assert "stopped by you" in screen_text(pilot.app)


@pytest.mark.parametrize("key", ["ctrl+x", "escape"])
async def test_stopping_and_leaving_end_the_process(key: str) -> None:
    run = Run("one", hold=True)
    async with opened(run) as pilot:
        screen = the_screen(pilot)
        await until(pilot, lambda: screen.stream.lines.total == 1)
        await press(pilot, key)
        await until(pilot, lambda: run.ended == 1)
        await until(pilot, lambda: (key == "escape") is (pilot.app.screen is not screen))


async def test_leaving_the_program_ends_the_process() -> None:
    run = Run("one", hold=True)
    async with opened(run) as pilot:
        await until(pilot, lambda: the_screen(pilot).busy)
        await press(pilot, "q")
        await until(pilot, lambda: not pilot.app.is_running or run.ended == 1)
    assert run.ended == 1


async def test_a_stream_without_end_neither_blocks_nor_fills_the_memory() -> None:
    class Flood(Run):
        async def __call__(self, request: Request) -> AsyncGenerator[RunEvent, None]:
            number = 0
            while True:
                number += 1
                yield Line("stdout", f"line {number} " + "x" * 1_000)

    async with opened(Flood(hold=True)) as pilot:
        screen = the_screen(pilot)
        await until(pilot, lambda: screen.stream.lines.dropped > 20_000)
        await press(pilot, "slash", "7")
        assert screen.query_one(LineFilter).value == "7"
        kept = screen.stream.lines
        assert len(kept.texts) <= 22_000
        assert sum(map(len, kept.texts)) <= 8_800_000 + 600_000
        assert "left out" in screen_text(pilot.app)
        await press(pilot, "escape", "ctrl+x")
        await until(pilot, lambda: not screen.busy)


async def test_foreign_lines_are_text_and_wide_letters_keep_their_cells() -> None:
    hostile = ["[bold]x[/] [@click=app.exit]y[/]", "\x1b[31mred\x07", "日本語" * 40, "\u202egnp"]
    async with opened(Run(*hostile), (80, 24)) as pilot:
        shown = screen_text(pilot.app)
        assert "[bold]x[/] [@click=app.exit]y[/]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        await press(pilot, "w")
        wrapped = screen_text(pilot.app)
        assert "".join(wrapped.split()).count("日本語") >= 38
        await press(pilot, "w", "right")
        assert screen_text(pilot.app) != wrapped


# The lines that are kept


@given(
    st.lists(st.lists(st.text(alphabet="abC", max_size=6), max_size=30), max_size=20),
    st.sampled_from(["", "a", "c"]),
    st.integers(0, 20),
)
def test_what_is_kept_is_the_end_of_what_came(
    batches: list[list[str]], needle: str, filter_at: int
) -> None:
    kept = KeptLines(most_lines=20, most_characters=60)
    came: list[str] = []
    for number, batch in enumerate(batches):
        if number == filter_at:
            kept.filter(needle)
        before = set(kept.shown)
        gone = kept.add(batch)
        came += batch
        assert kept.total == len(came)
        assert list(kept.texts) == came[kept.dropped :]
        assert len(kept.texts) <= 22
        assert sum(len(each) + 1 for each in kept.texts) <= 66 or len(kept.texts) == 1
        assert gone >= len([each for each in before if each < kept.dropped])
        expected = [
            place
            for place in range(kept.dropped, kept.total)
            if kept.needle in came[place].casefold()
        ]
        assert list(kept.shown) == expected


async def test_what_is_read_stays_in_place_while_old_lines_go() -> None:
    async with opened(Run()) as pilot:
        stream = the_screen(pilot).stream
        stream.lines = KeptLines(most_lines=200)
        for wraps in (False, True):
            stream.clear()
            stream.wrap(wraps)
            stream.say([f"line {number} " + "x" * (number % 3) * 100 for number in range(200)])
            await pilot.pause()
            stream.scroll_to(y=120, animate=False, immediate=True)
            await pilot.pause()
            assert not stream.at_end
            top = stream._row(stream.scroll_offset.y)
            stream.say(["more"] * 30)
            await pilot.pause()
            assert stream.lines.dropped == 30
            assert stream._row(stream.scroll_offset.y) == top


def test_a_screen_without_a_command_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="a command"):
        OutputScreen(TITLE, Run(), TARGET)


def test_the_widget_has_the_keys_of_every_list() -> None:
    assert {binding.id for binding in Stream.BINDINGS} >= {"row-up", "row-last"}  # type: ignore[union-attr]


@pytest.mark.parametrize("about", list(About))
async def test_looking_at_an_object_opens_its_screen(tmp_path: Path, about: About) -> None:
    async with running(FakeLaunch()) as pilot:
        session = pilot.app.session
        clock = FakeClock(NOW)
        prompt = open_prompt(
            session,
            TARGET,
            runner=Everything(),
            journal=Journal(tmp_path, clock=clock),
            clock=clock,
        )
        screen = look(about, BACKUP, prompt, session.state)
        assert isinstance(screen, OutputScreen)
        pilot.app.push_screen(screen)
        await settle(pilot)
        assert "ran" in screen_text(pilot.app)
        assert BACKUP.name in screen_text(pilot.app)
        assert prompt.record
        named = ObjectRef("Backup", NAMESPACE, "--all")
        assert isinstance(look(about, named, prompt, session.state), Text)
        prompt.close()


class Everything:
    """Says that it ran, whatever it was."""

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        yield Line("stdout", "ran")
        yield Exited(Ending.EXIT, 0, 0.1)


async def test_a_description_is_read_from_its_start_a_log_from_its_end() -> None:
    lines = [f"line {number}" for number in range(100)]
    async with opened(Run(*lines), (80, 24)) as pilot:
        shown = screen_text(pilot.app)
        assert "line 0" in shown
        assert "line 99" not in shown
    async with opened(Run(*lines), (80, 24), logs=True) as pilot:
        assert "line 99" in screen_text(pilot.app)
