"""The timeline: one axis, entries that lead somewhere, and what is not known said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from driving import press, running, settle
from hypothesis import given
from hypothesis import strategies as st
from pictures import expect_picture, screen_text
from screen_fakes import (
    BACKUP,
    HIT,
    NAMESPACE,
    NOW,
    FakeLaunch,
    FakeSession,
    FakeSource,
    snapshot,
    state,
    thing,
)
from textual.pilot import Pilot

from knowledge.finding import Diagnosis
from knowledge.history import Entry, Grade, History, Sort
from knowledge.snapshot import LogGroup, LogHit, ObjectRef, SignatureHits
from knowledge.text import Text
from tui.engine.logs.text import MemoryText
from tui.language import speak
from tui.messages import FetchWanted, FindingView, LogView, ObjectView, TimelineWanted
from tui.rows import timeline as rows
from tui.screens.choice import ChoiceScreen
from tui.screens.log import LogScreen
from tui.screens.timeline import TimelineScreen

BEGIN = NOW - timedelta(minutes=20)


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def made(name: str, created: float, **rest: Any) -> dict[str, Any]:
    found = thing(name, **rest)
    found["metadata"]["creationTimestamp"] = at(created)
    return found


def line(seconds: float, message: str, level: str = "error", number: int = 1) -> LogHit:
    text = f'time="{at(seconds)}" level={level} msg="{message}" backup=openshift-adp/{BACKUP.name}'
    return LogHit("velero-7c9f6d5b8-x2x4k/velero", LogGroup.VELERO, number, at(seconds), text,
                  {"backup": BACKUP.name})  # fmt: skip


def facts(phase: str = "PartiallyFailed") -> Any:
    label = {"velero.io/backup-name": BACKUP.name}
    work = made(
        BACKUP.name,
        -4,
        labels={"velero.io/schedule-name": "nightly"},
        status={
            "phase": phase,
            "startTimestamp": at(0),
            "errors": 3,
            "warnings": 1,
            "progress": {"totalItems": 431, "itemsBackedUp": 431},
            **({"completionTimestamp": at(605)} if phase == "PartiallyFailed" else {}),
        },
    )
    uploads = [
        made(
            f"nightly-{number}",
            60 + number,
            labels=label,
            spec={"sourceNamespace": "shop", "sourcePVC": f"data-{number}"},
            status={
                "phase": "Failed" if number == 3 else "Completed",
                "startTimestamp": at(90 + number),
                "completionTimestamp": at(300 + 20 * number),
                "node": "worker-1",
                **({"message": "data path [red]broke[/]"} if number == 3 else {}),
            },
        )
        for number in range(12)
    ]
    volume = made(
        "pvb-1",
        30,
        labels=label,
        spec={"volume": "data", "pod": {"namespace": "shop", "name": "postgres-0"}},
        status={"phase": "InProgress", "progress": {"bytesDone": 1 << 20, "totalBytes": 4 << 20}},
    )
    hits = {
        "history/stage": SignatureHits(
            2,
            (
                line(1, "Setting up backup temp file", "info"),
                line(40, "Backed up a total of 431 items", "info"),
            ),
        ),
        "history/backup": SignatureHits(
            2, (line(35, "Error backing up item"), line(36, "slow \x1b[31m storage", "warning"))
        ),
        "issue/fact": SignatureHits(1, (HIT,)),
    }
    base = snapshot()
    objects = {
        **base.objects,
        "Backup": {**base.objects["Backup"], (NAMESPACE, BACKUP.name): work},
        "DataUpload": {(NAMESPACE, each["metadata"]["name"]): each for each in uploads},
        "PodVolumeBackup": {(NAMESPACE, "pvb-1"): volume},
    }
    unread = {kind: why for kind, why in base.unread.items() if kind not in objects}
    return snapshot(objects=objects, hits=hits, unread=unread)


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (120, 36), phase: str = "PartiallyFailed", **launch: Any
) -> AsyncIterator[Pilot[Any]]:
    session = FakeSession(state(snapshot=facts(phase)))
    async with running(FakeLaunch(session=session, **launch), size) as pilot:
        pilot.app.post_message(TimelineWanted((BACKUP,)))
        await until(pilot, lambda: bool(_entries(pilot)))
        await settle(pilot)
        yield pilot


def _entries(pilot: Pilot[Any]) -> dict[str, Entry]:
    screen = pilot.app.screen
    return screen._entries if isinstance(screen, TimelineScreen) else {}


async def until(pilot: Pilot[Any], holds: Any) -> None:
    for _ in range(300):
        await pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen_text(pilot.app))


async def go_to(pilot: Pilot[Any], words: str) -> None:
    """Move the cursor to the entry that says `words`."""
    screen = pilot.app.screen
    assert isinstance(screen, TimelineScreen)
    key = next(key for key, entry in screen._entries.items() if words in entry.says.en)
    screen.list.move_to(key)
    await pilot.pause()


# Pictures


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_picture_of_a_timeline(language: Any, size: tuple[int, int]) -> None:
    async with opened(size, language=language) as pilot:
        await go_to(pilot, "data-3")
        expect_picture(pilot.app, f"timeline-{size[0]}x{size[1]}-{language}")


# What it does


async def test_foreign_text_is_text() -> None:
    async with opened() as pilot:
        await go_to(pilot, "data-3")
        assert "[red]broke[/]" in screen_text(pilot.app)
        await go_to(pilot, "slow")
        assert r"slow \x1b[31m storage" in screen_text(pilot.app)


async def test_those_put_together_are_spread_out_by_enter() -> None:
    async with opened() as pilot:
        assert "Data of PVC shop/data-7" not in screen_text(pilot.app)
        await go_to(pilot, "11 data uploads")
        await press(pilot, "enter")
        assert "Data of PVC shop/data-7" in screen_text(pilot.app)
        await press(pilot, "enter")
        assert "Data of PVC shop/data-7" not in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("words", "view"),
    [
        ("data-3", ObjectView(ObjectRef("DataUpload", NAMESPACE, "nightly-3"))),
        ("Error backing up item", LogView(ref=BACKUP)),
        ("Ended", ObjectView(BACKUP)),
    ],
)
async def test_an_entry_leads_to_what_it_is_about(words: str, view: Any) -> None:
    async with opened() as pilot:
        await go_to(pilot, words)
        await press(pilot, "enter")
        await settle(pilot)
        assert pilot.app.screen is pilot.app.main
        assert pilot.app.main.detail.view == view


async def test_a_line_is_shown_in_its_log_over_the_timeline() -> None:
    source = FakeSource()
    source.open_log = lambda log: MemoryText(log, b"one\ntwo\n", ended=True)
    session = FakeSession(state(snapshot=facts()))
    session.source = source
    async with running(FakeLaunch(session=session)) as pilot:
        await press(pilot, "t")
        await until(pilot, lambda: bool(_entries(pilot)))
        await go_to(pilot, "Error backing up item")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        assert "velero-7c9f6d5b8-x2x4k/velero" in screen_text(pilot.app)
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen))


async def test_a_finding_leads_to_itself() -> None:
    async with opened() as pilot:
        screen = pilot.app.screen
        (key,) = [key for key, each in screen._entries.items() if each.sort is Sort.FINDING]
        screen.list.move_to(key)
        await press(pilot, "enter")
        await settle(pilot)
        assert isinstance(pilot.app.main.detail.view, FindingView)


async def test_new_facts_move_what_runs_and_the_cursor_stays() -> None:
    async with opened(phase="InProgress") as pilot:
        assert "so far" in screen_text(pilot.app)
        await go_to(pilot, "data-3")
        key = pilot.app.screen.list.cursor
        pilot.app.session.give(state(snapshot=facts(), version=9))
        await until(pilot, lambda: "took 10m 5s" in screen_text(pilot.app))
        assert pilot.app.screen.list.cursor == key


async def test_a_backup_that_was_deleted_meanwhile_is_said() -> None:
    async with opened() as pilot:
        pilot.app.session.give(state(snapshot=snapshot(objects={}), version=9))
        await until(pilot, lambda: "It does not exist." in screen_text(pilot.app))


async def test_the_keys_open_fetch_and_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession(state(snapshot=facts()))
    async with running(FakeLaunch(session=session)) as pilot:
        await press(pilot, "t")
        await until(pilot, lambda: bool(_entries(pilot)))
        # There is nothing to fetch with here.
        assert "Fetch log" not in screen_text(pilot.app)
        pilot.app.screen.can_fetch = True
        asked: list[FetchWanted] = []
        monkeypatch.setattr(pilot.app, "post_message", lambda each: asked.append(each) or True)
        pilot.app.screen.action_fetch()
        assert [each.refs for each in asked] == [(BACKUP,)]
        monkeypatch.undo()
        await press(pilot, "d")
        await settle(pilot)
        assert pilot.app.main.detail.view == ObjectView(BACKUP)
        await press(pilot, "t")
        await until(pilot, lambda: bool(_entries(pilot)))
        await press(pilot, "escape")
        assert pilot.app.screen is pilot.app.main


async def test_of_several_one_is_chosen() -> None:
    session = FakeSession(state(snapshot=facts()))
    async with running(FakeLaunch(session=session)) as pilot:
        other = ObjectRef("Backup", NAMESPACE, "other")
        pilot.app.post_message(TimelineWanted((other, BACKUP)))
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceScreen))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: bool(_entries(pilot)))


# Rows

MOMENTS = st.none() | st.floats(-4000, 4000)


def when(seconds: float | None) -> Any:
    return None if seconds is None else BEGIN + timedelta(seconds=seconds)


@given(
    MOMENTS, MOMENTS, MOMENTS, st.booleans(), MOMENTS, MOMENTS,
    st.integers(12, 60), st.sampled_from(Sort),
)  # fmt: skip
def test_a_bar_is_as_wide_as_its_room(
    begin: Any, end: Any, began: Any, runs: bool, first: Any, last: Any, width: int, sort: Sort
) -> None:
    speak("en")
    says = Text(en="x", ja="x")
    state = "likely" if sort is Sort.FINDING else ""
    entry = Entry(sort, Grade.GOOD, says, when(begin), when(end), runs, when(began), state)
    history = History(BACKUP, "InProgress", when(first), when(last), runs, NOW, (entry,), ())
    assert rows.bar(entry, history, width).cell_length == width
    assert rows.rows(history, (), width, clock=True)
    assert rows.detail(entry, history).plain
    assert rows.axis(history, width, clock=False).plain


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (59.9, "59s"), (245, "4m 5s"), (7380, "2h 3m"), (200_000, "2d 7h"), (-5, "0s")],
)
def test_lengths_of_time(seconds: float, shown: str) -> None:
    speak("en")
    assert rows.lasted(timedelta(seconds=seconds)) == shown


def test_waiting_is_told_from_working() -> None:
    says = Text(en="x", ja="x")
    history = History(BACKUP, "Completed", when(0), when(100), False, NOW, (), ())
    waited = Entry(Sort.MOVE, Grade.GOOD, says, when(0), when(99), began=when(50))
    assert rows.bar(waited, history, 20).plain == "·" * 10 + "━" * 10
    point = Entry(Sort.STAGE, Grade.INFO, says, when(50))
    assert rows.bar(point, history, 20).plain.strip() == "●"
    never = Entry(Sort.MOVE, Grade.RUNNING, says, when(0), running=True)
    assert rows.bar(never, history, 20).plain == "·" * 19 + "▸"
    before = Entry(Sort.RELATED, Grade.GOOD, says, when(-9))
    after = Entry(Sort.RELATED, Grade.GOOD, says, when(200))
    assert rows.bar(before, history, 20).plain.startswith("‹")
    assert rows.bar(after, history, 20).plain.endswith("›")


def test_no_diagnosis_is_no_trouble() -> None:
    from knowledge.history_of import history

    found = history(BACKUP, facts(), Diagnosis((), {}))
    assert found is not None
    assert not [each for each in found.entries if each.sort is Sort.FINDING]
