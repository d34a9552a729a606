"""A session that goes on after whatever ended it, and the guards around its changes."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from knowledge.finding import Finding
from knowledge.model import Risk
from knowledge.snapshot import ObjectRef
from knowledge.text import Text
from tests.engine.runbook_world import (
    CUSTOM,
    GET,
    LABEL,
    SAVE,
    World,
    bsl,
    carry_out,
    finding,
    finish,
    labelled,
    note,
    state,
    to_label,
)
from tests.fakes import TARGET, FakeRunner, snapshot
from tui.engine.assumption import out_of_date
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.journal import InUse, Journal
from tui.engine.mode import Mode
from tui.engine.ports import Connection, Ending, Exited, Phase
from tui.engine.records import NoRecord
from tui.engine.reopen import past_of, reopen_runbook
from tui.engine.runbook import Changed, NotApproved, NotReady, Refused, Runbook, StepState

DRY = f"{LABEL} --dry-run=server -o json"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "sessions")
    yield made
    for journal in made.journals:
        journal.close()


def live(version: str = "1", **labels: str) -> str:
    made = bsl(**labels)
    made["metadata"]["resourceVersion"] = version
    return json.dumps(made)


def again(world: World, **changes: Any) -> Runbook:
    """Open the last session anew, as another run of the program would."""
    id = world.journals[-1].id
    world.journals[-1].close()
    runbook = reopen_runbook(
        world.session, id, changes.pop("target", TARGET), world.folder,
        runner=world.runner, clock=world.clock,
    )  # fmt: skip
    world.journals.append(runbook.journal)
    return runbook


def guard(inspection: Any, about: Guarded) -> Standing:
    return next(each.standing for each in inspection.guards if each.about is about)


async def cut_off(world: World) -> None:
    """Begin the change and lose the program before it ends: the record stops at `will-run`."""
    runbook = await to_label(world, **{SAVE: [live()], DRY: [live(a="b")], LABEL: [...]})
    request = runbook.request("label")
    inspection = await runbook.inspect(request)
    task = asyncio.create_task(finish(runbook, request, inspection.approve()))
    await world.runner.holding.wait()
    record = world.folder / f"{runbook.id}.jsonl"
    kept = record.read_bytes()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    runbook.journal.close()
    record.write_bytes(kept)


# Going on


async def test_a_session_goes_on_where_it_was_left(world: World) -> None:
    runbook = await labelled(world)
    runbook.set_input("extra", "mine")
    runbook.skip("arrives")
    runbook.choose("force", "soft")
    runbook = again(world)
    assert {view.step.id: view.state for view in runbook.steps} == {
        "read": StepState.DONE,
        "look": StepState.DONE,
        "label": StepState.DONE,
        "arrives": StepState.SKIPPED,
        "force": StepState.DONE,
        "with-extra": StepState.PENDING,
        "create": StepState.PENDING,
    }
    assert runbook.resumed is not None
    assert runbook.resumed.unknown == ()
    assert runbook.resumed.same_procedure
    assert runbook.request("with-extra").argv[-1] == "x=mine"
    assert "continued" in world.events()
    numbers = [each["number"] for each in world.record().events]
    assert numbers == list(range(1, len(numbers) + 1))
    world.runner.script = {
        **world.runner.script,
        "annotate backupstoragelocations.velero.io custom x=mine": ["annotated"],
    }
    await carry_out(runbook, "with-extra")
    attempts = [each["attempt"] for each in world.record().events if each["event"] == "will-run"]
    assert attempts == [1, 2, 3]


async def test_a_change_is_taken_back_in_a_later_run_with_what_was_saved(world: World) -> None:
    runbook = await to_label(world, **{SAVE: [live(a="old")], LABEL: ["labeled"]})
    await carry_out(runbook, "label")
    runbook = again(world)
    assert runbook.undoable("label")
    request = runbook.request("label", undo=True)
    assert request.risk is Risk.CHANGE
    assert "a=old" in request.argv
    world.runner.script = {
        **world.runner.script,
        SAVE: [live("2", a="b")],
        " ".join(request.argv[5:]): ["labeled"],
    }
    inspection = await runbook.inspect(request)
    await finish(runbook, request, inspection.approve())
    assert state(runbook, "label") is StepState.PENDING
    assert not runbook.undoable("label")
    assert not again(world).undoable("label")


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (live("2", a="b"), StepState.DONE),
        (live("1"), StepState.PENDING),
        (live("3", a="something else"), StepState.UNKNOWN),
    ],
)
async def test_what_was_cut_off_is_unknown_until_the_object_tells(
    world: World, now: str, outcome: StepState
) -> None:
    await cut_off(world)
    runbook = again(world)
    assert state(runbook, "label") is StepState.UNKNOWN
    assert runbook.resumed is not None
    assert runbook.resumed.unknown == ("label",)
    assert world.runner.shown.count(LABEL) == 1
    world.runner.script = {**world.runner.script, SAVE: [now]}
    assert await runbook.settle("label") is outcome
    assert note(runbook, "label")
    assert world.runner.shown.count(LABEL) == 1
    if outcome is not StepState.UNKNOWN:
        with pytest.raises(NotReady):
            await runbook.settle("label")
    assert state(again(world), "label") is outcome


async def test_a_cut_off_change_that_was_run_again_is_done(world: World) -> None:
    await cut_off(world)
    runbook = again(world)
    world.runner.script = {**world.runner.script, LABEL: ["labeled"]}
    await carry_out(runbook, "label")
    assert state(runbook, "label") is StepState.DONE
    assert state(again(world), "label") is StepState.DONE


async def test_a_cut_off_change_that_was_skipped_stays_skipped(world: World) -> None:
    await cut_off(world)
    runbook = again(world)
    runbook.skip("label")
    assert state(again(world), "label") is StepState.SKIPPED


async def test_a_cut_off_change_whose_repetition_failed_stays_unknown(world: World) -> None:
    await cut_off(world)
    runbook = again(world)
    world.runner.script = {**world.runner.script, LABEL: [Exited(Ending.EXIT, 1, 0.1)]}
    await carry_out(runbook, "label")
    assert state(again(world), "label") is StepState.UNKNOWN


async def test_what_cannot_be_read_stays_unknown(world: World) -> None:
    await cut_off(world)
    runbook = again(world)
    world.runner.script = {**world.runner.script, SAVE: [Exited(Ending.EXIT, 1, 0.1)]}
    assert await runbook.settle("label") is StepState.UNKNOWN


async def test_a_value_entered_last_counts_with_all_that_follows_from_it(world: World) -> None:
    runbook = world.open(facts=snapshot(bsl("custom"), bsl("other")), found=finding())
    runbook.set_input("bsl", "custom")
    runbook.set_input("bsl", "other")
    before = runbook._inputs.values()
    assert before["secret"] == "oadp-other-of-other-secret"
    world.clock.seconds += 3_600
    assert again(world)._inputs.values() == before


async def test_a_wrong_value_is_seen_again_and_not_replaced_by_an_older_one(world: World) -> None:
    runbook = world.open()
    runbook.set_input("bsl", "custom")
    runbook.set_input("bsl", "No Name!")
    view = next(each for each in again(world).inputs if each.name == "bsl")
    assert view.value == "No Name!"
    assert view.problem is not None


async def test_what_was_left_out_of_the_record_gets_into_no_command(world: World) -> None:
    runbook = world.open()
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    runbook.set_input("extra", key)
    runbook = again(world)
    assert key not in runbook._inputs.values().values()
    view = next(each for each in runbook._inputs.views() if each.name == "extra")
    assert view.problem is not None
    assert "extra" not in runbook._inputs.values()


async def test_a_half_written_line_loses_nothing_else(world: World) -> None:
    runbook = await to_label(world)
    runbook.journal.close()
    with (world.folder / f"{runbook.id}.jsonl").open("ab") as file:
        file.write(b'{"event": "skipped", "step": "la')
    runbook = again(world)
    assert state(runbook, "label") is StepState.PENDING
    runbook.skip("label")
    record = world.record()
    assert record.broken == 1
    assert record.events[-1]["event"] == "skipped"


async def test_the_second_program_on_a_session_is_told(world: World) -> None:
    runbook = await to_label(world)
    code = (
        "import sys; from pathlib import Path; from tui.engine.journal import InUse, Journal\n"
        "try: Journal.reopen(sys.argv[1], Path(sys.argv[2]))\n"
        "except InUse as told: print(told.message.en)"
    )
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code, runbook.id, str(world.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Another program" in told.stdout
    with pytest.raises(InUse):
        reopen_runbook(world.session, runbook.id, TARGET, world.folder)
    runbook.close()
    Journal.reopen(runbook.id, world.folder).close()


async def test_a_session_belongs_to_its_cluster(world: World) -> None:
    await to_label(world)
    for other in (
        replace(TARGET, server="https://elsewhere:6443"),
        replace(TARGET, namespace="other"),
        replace(TARGET, practice=True),
    ):
        with pytest.raises(NotReady):
            again(world, target=other)
    # Another name for the same server is another name only: machines differ.
    runbook = again(world, target=replace(TARGET, context="prod-by-another-name"))
    assert runbook.request("label").argv[2] == "prod-by-another-name"


async def test_what_is_no_runbook_cannot_be_gone_on_with(world: World) -> None:
    with pytest.raises(NoRecord):
        reopen_runbook(world.open()._session, "20260101T000000Z-000000000000", TARGET, world.folder)
    world.open().note("only a note")
    path = world.folder / f"{world.journals[-1].id}.jsonl"
    path.write_text(path.read_text().replace('"issue":"label-missing"', '"issue":"gone"'))
    with pytest.raises(NotReady):
        again(world)


async def test_a_foreign_record_runs_nothing_by_itself(world: World) -> None:
    runbook = await labelled(world)
    path = world.folder / f"{runbook.id}.jsonl"
    lines = path.read_text().splitlines()
    for at, line in enumerate(lines):
        event = json.loads(line)
        if event["event"] == "will-run" and event["risk"] != "read":
            event["undo_args"] = ["delete", "namespaces", "shop"]
            lines[at] = json.dumps(event)
    world.journals[-1].close()
    path.write_text("\n".join(lines) + "\n")
    ran = len(world.runner.calls)
    runbook = again(world)
    assert len(world.runner.calls) == ran
    request = runbook.request("label", undo=True)
    # What a record says is judged like any other command.
    assert request.risk is Risk.DESTRUCTIVE
    assert request.confirm_name == "shop"
    with pytest.raises(NotApproved):
        await finish(runbook, request)


def test_events_that_are_damaged_leave_a_record_readable() -> None:
    from tui.engine.records import Record

    odd: list[dict[str, Any]] = [
        {"event": "opened", "values": "no mapping"},
        {"event": "will-run", "attempt": "x", "risk": "change", "step": "s"},
        {"event": "will-run", "attempt": 1, "risk": "change", "step": "s", "args": "no list"},
        {"event": "ran", "attempt": 2, "step": "t", "state": "running"},
        {"event": "settled", "step": "u", "state": "odd"},
        {"event": 5},
        {},
    ]
    past = past_of(Record("x", tuple(odd), 0))
    assert past.states["s"][0] is StepState.UNKNOWN
    assert past.states["u"][0] is StepState.UNKNOWN
    assert "t" not in past.states


# Guards


async def test_an_object_that_changes_after_the_look_stops_the_change(world: World) -> None:
    runbook = await to_label(world, **{SAVE: [live()], DRY: [live(a="b")], LABEL: ["labeled"]})
    request = runbook.request("label")
    first = await runbook.inspect(request)
    assert guard(first, Guarded.UNCHANGED) is Standing.CLEAR
    world.runner.script = {**world.runner.script, SAVE: [live("2", team="shop")]}
    with pytest.raises(Changed) as caught:
        await finish(runbook, request, first.approve())
    assert any("team: shop" in line for line in caught.value.difference)
    assert LABEL not in world.runner.shown
    assert state(runbook, "label") is StepState.PENDING
    second = await runbook.inspect(request)
    assert guard(second, Guarded.UNCHANGED) is Standing.WARNING
    assert not second.blocked
    await finish(runbook, request, second.approve())
    assert state(runbook, "label") is StepState.DONE


async def test_what_the_server_writes_itself_is_no_change(world: World) -> None:
    runbook = await to_label(world, **{SAVE: [live()], DRY: [live(a="b")], LABEL: ["labeled"]})
    request = runbook.request("label")
    inspection = await runbook.inspect(request)
    body = json.loads(live("7"))
    body["status"] = {"phase": "Available", "lastValidationTime": "now"}
    world.runner.script = {**world.runner.script, SAVE: [json.dumps(body)]}
    await finish(runbook, request, inspection.approve())
    assert state(runbook, "label") is StepState.DONE


async def test_a_step_that_is_not_needed_any_more_is_not_run(world: World) -> None:
    runbook = await to_label(world, **{SAVE: [live()], DRY: [live(a="b")], LABEL: ["labeled"]})
    request = runbook.request("label")
    inspection = await runbook.inspect(request)
    approval = inspection.approve()
    # A colleague sets the label between the look and the yes.
    runbook.refresh(snapshot(bsl(a="b")))
    with pytest.raises(Refused):
        await finish(runbook, request, approval)
    assert LABEL not in world.runner.shown
    blocked = await runbook.inspect(request)
    assert guard(blocked, Guarded.ASSUMPTIONS) is Standing.BLOCKED
    assert blocked.blocked
    with pytest.raises(NotApproved):
        blocked.approve()


async def test_what_is_out_of_date_is_not_said_to_hold(world: World) -> None:
    clear = Guard(Guarded.ASSUMPTIONS, Standing.CLEAR, Text(en="x", ja="x"))
    blocked = replace(clear, standing=Standing.BLOCKED)
    for phase, said in ((Phase.READY, Standing.CLEAR), (Phase.LOST, Standing.UNKNOWN)):
        session = SimpleNamespace(state=SimpleNamespace(connection=Connection(phase)))
        told = out_of_date(clear, session)
        assert told is not None
        assert told.standing is said
        assert out_of_date(blocked, session) is blocked
        assert out_of_date(None, session) is None


async def test_a_protected_context_must_be_named(world: World) -> None:
    runbook = world.open(
        {GET: ["Available"], SAVE: [CUSTOM], LABEL: ["labeled"]},
        target=replace(TARGET, protected=True),
    )
    runbook.tick("read")
    await carry_out(runbook, "look")
    request = runbook.request("label")
    assert request.confirm_context == "lab"
    for context in ("", "LAB", "other"):
        with pytest.raises(NotApproved):
            request.approve("", context)
    forged = replace(request, confirm_context="")
    with pytest.raises(NotApproved):
        await finish(runbook, request, forged.approve())
    await finish(runbook, request, request.approve("", "lab"))
    assert state(runbook, "label") is StepState.DONE


# The way back, and what a change made


async def test_the_way_back_is_what_the_object_was(world: World) -> None:
    script = {SAVE: [live(a="old")], DRY: [live(a="b")], LABEL: ["labeled"]}
    runbook = await to_label(world, **script)
    request = runbook.request("label")
    assert request.undo_command is not None
    assert request.undo_command.endswith(" a-")
    inspection = await runbook.inspect(request)
    assert inspection.request.undo_command is not None
    assert " a=old" in inspection.request.undo_command
    await finish(runbook, request, inspection.approve())
    event = next(
        each
        for each in world.record().events
        if each["event"] == "will-run" and each["risk"] == "change"
    )
    assert "a=old" in event["undo_args"]
    assert event["before"]["metadata"]["labels"] == {"a": "old"}
    assert event["after"]["metadata"]["labels"] == {"a": "b"}


async def test_the_difference_that_was_made_is_recorded(world: World) -> None:
    class Server(FakeRunner):
        async def run(self, command):  # type: ignore[no-untyped-def,override]
            if command.argv[-1] == "a=b":
                self.script = {**self.script, SAVE: [live("2", a="b")]}
            async for event in super().run(command):
                yield event

    world.runner = Server()
    runbook = await to_label(world, **{SAVE: [live()], LABEL: ["labeled"]})
    await carry_out(runbook, "label")
    (event,) = [each for each in world.record().events if each["event"] == "difference"]
    assert any(line.strip() == "+    a: b" for line in event["lines"])


# Without changing anything


async def test_a_dry_run_goes_to_the_end_and_changes_nothing(world: World) -> None:
    runbook = world.open(
        {
            GET: ["Unavailable"],
            SAVE: [live()],
            DRY: [live(a="b")],
            "create -f - --dry-run=server -o json": ['{"kind": "Backup", "metadata": {}}'],
        },
        mode=Mode.DRY_RUN,
    )
    for _ in range(20):
        view = runbook.current
        if view is None:
            break
        step = view.step.id
        if step == "force":
            runbook.choose(step, "hard")
        elif step == "arrives":
            await runbook.wait(step, lambda truth, seconds: None)
        elif view.step.run:
            events = [event async for event in runbook.run(runbook.request(step))]
            assert isinstance(events[-1], Exited)
        else:
            runbook.tick(step)
    assert runbook.finished
    assert state(runbook, "label") is StepState.DRY_RUN
    assert state(runbook, "arrives") is StepState.DRY_RUN
    for shown in world.runner.shown:
        assert shown.startswith("get ") or "--dry-run=server" in shown
    request = runbook.request("label")
    with pytest.raises(Refused):
        runbook._bench.gate.run(request, request.approve())
    runbook.close()
    with pytest.raises(NotReady):
        again(world)


async def test_a_walkthrough_runs_and_records_nothing(world: World) -> None:
    found: Finding | None = None
    runbook = world.open(mode=Mode.WALKTHROUGH, found=found, facts=snapshot())
    shown = []
    while (view := runbook.current) is not None:
        if view.step.run:
            shown.append(runbook.request(view.step.id).shown)
        if view.options:
            runbook.choose(view.step.id, view.options[0].option.id)
        else:
            runbook.tick(view.step.id)
    assert any("<extra>" in command for command in shown)
    assert world.runner.calls == []
    runbook.close()
    assert not world.folder.exists()


async def test_a_walkthrough_offers_every_way_and_runs_not_even_reads(world: World) -> None:
    runbook = world.open(mode=Mode.WALKTHROUGH, facts=snapshot(bsl(a="b")))
    runbook.tick("read")
    with pytest.raises(Refused):
        await carry_out(runbook, "look")
    assert world.runner.calls == []
    (choice,) = [view for view in runbook.steps if view.options]
    assert all(each.offered for each in choice.options)


async def test_where_nothing_runs_a_copied_command_is_ticked_off(world: World) -> None:
    runbook = world.open(target=replace(TARGET, can_run=False, prefix=("oc",)))
    runbook.tick("read")
    runbook.tick("look")
    runbook.tick("label")
    assert state(runbook, "label") is StepState.DONE
    ticked = [each for each in world.record().events if each["event"] == "ticked"]
    assert ticked[-1]["kind"] == "change"
    reading = world.open({GET: ["Available"]}, target=replace(TARGET, read_only=True))
    reading.tick("read")
    with pytest.raises(NotReady):
        reading.tick("look")


async def test_a_finding_that_is_gone_still_gives_its_names(world: World) -> None:
    found = finding({"bsl": "custom", "provider": "aws"}, subjects=(ObjectRef("Backup", "a", "b"),))
    runbook = world.open(found=found, facts=snapshot())
    runbook.set_input("extra", "mine")
    runbook = again(world)
    assert runbook.finding is not None
    assert runbook.finding.key == found.key
    assert runbook.finding.bindings == found.bindings
    assert runbook.request("with-extra").argv[-2:] == ("custom", "x=mine")


async def test_names_that_were_found_at_the_beginning_come_before_newer_ones(world: World) -> None:
    world.open(found=finding({"bsl": "custom"}), facts=snapshot()).note("begun")
    newer = finding({"bsl": "another"}, {"bsl": "custom"})
    world.session.state.diagnosis = SimpleNamespace(findings=(newer,), issues={})  # type: ignore[attr-defined]
    runbook = again(world)
    assert runbook.finding is not None
    assert [row["bsl"] for row in runbook.finding.bindings] == ["custom", "another"]
    assert runbook.request("look").argv[-3] == "custom"
