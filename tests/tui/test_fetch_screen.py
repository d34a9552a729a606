"""The log or results of a backup from its storage: chosen, asked for, shown; the link never."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driving import press, running, settle
from fake_runbook import TARGET
from pictures import expect_picture, screen_text
from screen_fakes import BACKUP, NAMESPACE, NOW, FakeLaunch, FakeSession, snapshot, state, text
from textual.pilot import Pilot
from textual.widgets import Button

from knowledge.snapshot import ObjectRef
from tests.fakes import FakeClock
from tui.engine.journal import Journal
from tui.engine.logs.opening import kept
from tui.engine.logs.text import LogText
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.prompt import open_prompt
from tui.engine.stored import Fetched, Unusable, Wanted, results_as_lines
from tui.engine.target import Target
from tui.messages import FetchWanted
from tui.screens.choice import ChoiceScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.fetch import FetchScreen
from tui.screens.log import LogScreen

LOG = "".join(
    f'time="2025-07-01T11:41:{number:02}Z" level={"error" if number % 7 == 0 else "info"}'
    f' msg="Backing up item {number}" backup=openshift-adp/nightly-20250701 name=postgres\n'
    for number in range(40)
)
RESULTS = (
    b'{"errors":{"velero":["name: /postgres message: /Error backing up item error: /denied '
    b'\\u001b[31m[red]not markup[/]"]},"warnings":{"namespaces":{"shop":["resource was skipped"]}}}'
)


REAL = replace(TARGET, practice=False)
"""In the practice cluster only the stand-in for `oc` can go into pods."""


class Source:
    """Has what a link leads to; `...` holds until the gate is opened."""

    can_run = True

    def __init__(self, fails: Unusable | None = None, *, holds: bool = False) -> None:
        self.fails = fails
        self.gate = asyncio.Event()
        if not holds:
            self.gate.set()
        self.asked: list[tuple[str, Wanted]] = []
        self.taken: list[Fetched] = []

    async def fetch(self, request: str, wanted: Wanted) -> Fetched:
        self.asked.append((request, wanted))
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        if wanted.what.results:
            return Fetched(wanted, results_as_lines(RESULTS, wanted))
        return Fetched(wanted, gzip.compress(LOG.encode()))

    async def take(self, fetched: Fetched) -> None:
        self.taken.append(fetched)


class Runner:
    """Creates what it is told to; looks find nothing."""

    def __init__(self) -> None:
        self.calls: list[Command] = []

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        self.calls.append(command)
        if "get" in command.argv or "--dry-run=server" in command.argv:
            yield Line("stderr", "Error from server (NotFound): there is none")
            yield Exited(Ending.EXIT, 1, 0.1)
            return
        if "exec" in command.argv:
            for line in LOG.splitlines():
                yield Line("stdout", line)
        else:
            yield Line("stdout", "downloadrequest.velero.io/x created")
        yield Exited(Ending.EXIT, 0, 0.4)

    @property
    def changes(self) -> list[Command]:
        looks = ("get", "--dry-run=server")
        return [each for each in self.calls if not any(look in each.argv for look in looks)]


@asynccontextmanager
async def opened(
    folder: Path,
    source: Source | None = None,
    size: tuple[int, int] = (120, 36),
    target: Target = TARGET,
    phase: str = "PartiallyFailed",
    **launch: Any,
) -> AsyncIterator[tuple[Pilot[Any], Runner]]:
    facts = snapshot()
    body = dict(facts.objects["Backup"][BACKUP.namespace, BACKUP.name])
    body["status"] = {**body["status"], "phase": phase}
    backups = {**facts.objects["Backup"], (BACKUP.namespace, BACKUP.name): body}
    facts = replace(facts, objects={**facts.objects, "Backup": backups})
    session = FakeSession(state(snapshot=facts))
    session.source = source or Source()  # type: ignore[assignment]
    runner = Runner()
    clock = FakeClock(NOW)
    async with running(FakeLaunch(session=session, **launch), size) as pilot:
        prompt = open_prompt(
            session,  # type: ignore[arg-type]
            target,
            runner=runner,
            journal=Journal(folder, clock=clock),
            clock=clock,
        )
        pilot.app._prompt = prompt
        yield pilot, runner


async def until(pilot: Pilot[Any], holds: Any) -> None:
    for _ in range(300):
        await pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen_text(pilot.app))


async def chosen(pilot: Pilot[Any], way: int) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceScreen))
    await press(pilot, *["down"] * way, "enter")


async def confirmed(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    screen = pilot.app.screen
    await until(pilot, lambda: not screen.query_one("#run", Button).disabled)
    screen.query_one("#run", Button).focus()
    await pilot.pause(1.0)
    await press(pilot, "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, FetchScreen))


def lines(pilot: Pilot[Any]) -> tuple[str, ...]:
    screen = pilot.app.screen
    assert isinstance(screen, FetchScreen)
    return tuple(screen.stream.lines.texts)


async def test_from_a_finding_to_the_log_of_its_backup(tmp_path: Path) -> None:
    source = Source()
    async with opened(tmp_path, source) as (pilot, runner):
        await press(pilot, "f")
        await chosen(pilot, 0)
        await confirmed(pilot)
        await until(pilot, lambda: len(lines(pilot)) == 40)
        (create,) = runner.changes
        assert create.argv[-3:] == ("create", "-f", "-")
        assert '"kind": "BackupLog"' in (create.stdin or "")
        ((request, wanted),) = source.asked
        assert request.startswith("nightly-20250701-log-")
        assert request in (create.stdin or "")
        assert (wanted.name, wanted.log) == (BACKUP.name, "backup nightly-20250701")
        assert "Log, from the storage location" in screen_text(pilot.app)
        await press(pilot, "slash", *"level=error", "enter")
        assert "6 match" in screen_text(pilot.app)
        await press(pilot, "escape", "escape")
        assert pilot.app.screen is pilot.app.main


async def test_what_was_fetched_opens_in_the_log_view(tmp_path: Path) -> None:
    class Opening(Source):
        def open_log(self, log: str) -> LogText:
            return kept(log, gzip.compress(LOG.encode()))

    async with opened(tmp_path, Opening()) as (pilot, _runner):
        await press(pilot, "f")
        await chosen(pilot, 0)
        await confirmed(pilot)
        await until(pilot, lambda: len(lines(pilot)) == 40)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        await until(pilot, lambda: "40 lines" in screen_text(pilot.app))
        assert "backup nightly-20250701" in screen_text(pilot.app)
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, FetchScreen))


async def test_no_errors_at_all_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_fetch_screen.RESULTS", b'{"errors":{},"warnings":{}}')
    async with opened(tmp_path) as (pilot, _runner):
        await press(pilot, "f")
        await chosen(pilot, 1)
        await confirmed(pilot)
        await until(pilot, lambda: "No error and no warning" in screen_text(pilot.app))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_results(tmp_path: Path, language: Any, size: tuple[int, int]) -> None:
    async with opened(tmp_path, size=size, language=language) as (pilot, _runner):
        await press(pilot, "f")
        await chosen(pilot, 1)
        await confirmed(pilot)
        await until(pilot, lambda: len(lines(pilot)) == 2)
        await press(pilot, "w")
        shown = screen_text(pilot.app)
        # The name of the request is another one each time.
        assert "[red]not markup[/]" in shown.replace("\n", "").replace(" ", "").replace(
            "notmarkup", "not markup"
        )
        expect_picture(pilot.app, f"fetch-results-{size[0]}x{size[1]}-{language}")


async def test_what_it_waits_for_is_said(tmp_path: Path) -> None:
    source = Source(holds=True)
    async with opened(tmp_path, source) as (pilot, _runner):
        await press(pilot, "f")
        await chosen(pilot, 0)
        await confirmed(pilot)
        await until(pilot, lambda: "fetching it from the storage" in screen_text(pilot.app))
        await press(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_why_nothing_came_is_said_and_another_way_is_a_key_away(tmp_path: Path) -> None:
    fails = Unusable(text("https://s3.example.com cannot be reached", "接続できません"))
    async with opened(tmp_path, Source(fails), target=REAL) as (pilot, runner):
        await press(pilot, "f")
        await chosen(pilot, 0)
        await confirmed(pilot)
        await until(pilot, lambda: "cannot be reached" in screen_text(pilot.app))
        await press(pilot, "f")
        await chosen(pilot, 2)
        await confirmed(pilot)
        await until(pilot, lambda: len(lines(pilot)) == 40)
        inside = ("./velero", "backup", "logs", BACKUP.name)
        assert runner.changes[-1].argv[-5:-1] == inside
        source = pilot.app.session.source
        assert [each.wanted.log for each in source.taken] == ["backup nightly-20250701"]
        assert b"".join(source.taken[0].blocks()).decode() == LOG


async def test_a_long_reason_is_read_to_its_end(tmp_path: Path) -> None:
    said = "https://minio.storage.svc.cluster.local:9000 cannot be reached from here: its name is "
    said += "not known here. Its address may be one of the cluster's own network. Ask the pod."
    source = Source(Unusable(text(said, said)))
    async with opened(tmp_path, source, size=(80, 24)) as (pilot, _runner):
        await press(pilot, "f")
        await chosen(pilot, 0)
        await confirmed(pilot)
        await until(pilot, lambda: "Ask the pod." in screen_text(pilot.app))


async def test_read_only_copies_what_can_be_carried_out_elsewhere(tmp_path: Path) -> None:
    async with opened(tmp_path, target=replace(REAL, read_only=True)) as (pilot, runner):
        await press(pilot, "f")
        await until(pilot, lambda: "through the Velero pod" in screen_text(pilot.app))
        assert "from the storage location" not in screen_text(pilot.app)
        await press(pilot, "enter")
        await settle(pilot)
        assert "exec deploy/velero" in pilot.app.clipboard
        assert runner.changes == []


async def test_a_running_backup_has_no_stored_log_yet(tmp_path: Path) -> None:
    async with opened(tmp_path, phase="InProgress") as (pilot, runner):
        await press(pilot, "f")
        await settle(pilot)
        told = [each.message for each in pilot.app._notifications]
        assert any("still InProgress" in each for each in told)
        assert runner.calls == []


async def test_of_several_one_is_chosen_and_cancel_asks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, runner):
        other = ObjectRef("Backup", NAMESPACE, "other")
        pilot.app.post_message(FetchWanted((other, BACKUP)))
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceScreen))
        assert "Of which backup or restore?" in screen_text(pilot.app)
        await chosen(pilot, 1)
        await until(pilot, lambda: "What, and how?" in screen_text(pilot.app))
        await press(pilot, "escape")
        await settle(pilot)
        assert runner.calls == []


async def test_the_key_is_there_only_where_there_is_a_log(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _runner):
        assert "f Fetch log" in screen_text(pilot.app)
        await press(pilot, "1", "home")
        assert "f Fetch log" not in screen_text(pilot.app)
