import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from knowledge.model import Risk, Step, StepKind
from knowledge.snapshot import ObjectRef
from knowledge.text import Text
from tests.engine.runbook_world import (
    CUSTOM,
    GET,
    LABEL,
    SAVE,
    SAY,
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
from tests.fakes import HEAD, TARGET, Item, body, snapshot
from tui.engine.outcome import of_command
from tui.engine.ports import Connection, Ending, Exited, Phase
from tui.engine.runbook import (
    NotApproved,
    NotReady,
    Refused,
    Runbook,
    StepState,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "sessions")
    yield made
    for journal in made.journals:
        journal.close()


def test_steps_are_those_of_the_cause_and_of_the_choices(world: World) -> None:
    shown = [view.step.id for view in world.open().steps]
    assert shown == ["read", "look", "label", "arrives", "force", "with-extra", "create"]
    other = [view.step.id for view in world.open(cause="other").steps]
    assert "only-other" in other
    with pytest.raises(NotReady):
        world.open(cause="nothing")


def test_texts_and_values_are_filled(world: World) -> None:
    runbook = world.open()
    assert runbook.steps[0].title == Text(en="About custom", ja="custom について")
    values = {view.name: view.value for view in runbook.inputs}
    assert values["secret" if "secret" in values else "bsl"]
    assert values["backup"] == "check-20261123101530"
    assert runbook.current is not None
    assert runbook.current.step.id == "read"


def test_a_value_that_a_person_sets_takes_the_others_with_it(world: World) -> None:
    facts = snapshot(bsl("one"), bsl("two"))
    rows = ({"bsl": "one", "provider": "aws"}, {"bsl": "two", "provider": "gcp"})
    runbook = world.open(facts=facts, found=finding(*rows))
    assert runbook._inputs.values()["secret"] == "oadp-one-aws-secret"
    assert runbook.set_input("bsl", "two") is None
    assert runbook._inputs.values()["secret"] == "oadp-two-gcp-secret"
    view = next(each for each in runbook.inputs if each.name == "bsl")
    assert view.candidates == ("one", "two")


def test_values_come_from_the_cluster_when_evidence_gives_none(world: World) -> None:
    facts = snapshot(bsl("one"), bsl("two"))
    runbook = world.open(facts=facts, found=finding({}))
    view = next(each for each in runbook.inputs if each.name == "bsl")
    assert (view.value, view.candidates) == ("", ("one", "two"))
    assert view.problem is not None
    with pytest.raises(NotReady) as caught:
        runbook.request("look")
    assert "Location" in caught.value.message.en
    runbook.set_input("bsl", "two")
    assert runbook._inputs.values()["provider"] == "of-two"
    assert runbook.request("look").argv[-3:-2] == ("two",)


def test_a_bad_value_is_told_and_never_reaches_a_command(world: World) -> None:
    runbook = world.open()
    assert runbook.set_input("bsl", "--all") is not None
    assert runbook.set_input("nothing", "x") is not None
    with pytest.raises(NotReady):
        runbook.request("look")


async def test_the_command_is_pinned_to_the_target(world: World) -> None:
    runbook = world.open()
    request = runbook.request("look")
    assert request.argv[: len(HEAD)] == HEAD
    assert request.risk is Risk.READ
    assert request.shown.startswith("/usr/bin/oc --context lab -n openshift-adp get ")


async def test_steps_come_in_order(world: World) -> None:
    runbook = world.open({GET: ["Available"]})
    with pytest.raises(NotReady) as caught:
        await carry_out(runbook, "look")
    assert "About custom" in caught.value.message.en
    assert world.runner.calls == []
    with pytest.raises(NotReady):
        runbook.choose("force", "soft")
    with pytest.raises(NotReady):
        runbook.skip("look")
    with pytest.raises(NotReady):
        runbook.tick("label")
    runbook.tick("read")
    await carry_out(runbook, "look")
    assert state(runbook, "look") is StepState.DONE
    assert note(runbook, "look") == "fine"


async def test_an_unexpected_check_stops_until_it_is_skipped(world: World) -> None:
    runbook = world.open({GET: ["Unavailable"]})
    runbook.tick("read")
    await carry_out(runbook, "look")
    assert state(runbook, "look") is StepState.UNEXPECTED
    assert note(runbook, "look") == "repair custom"
    assert runbook.current is not None
    assert runbook.current.step.id == "look"
    request = runbook.request("label")
    with pytest.raises(NotReady):
        await finish(runbook, request, request.approve())
    runbook.skip("look")
    assert runbook.current.step.id == "label"


async def test_a_change_runs_only_with_an_approval(world: World) -> None:
    runbook = await to_label(world, **{LABEL: ["labeled"]})
    request = runbook.request("label")
    with pytest.raises(NotApproved):
        await finish(runbook, request)
    assert LABEL not in world.runner.shown
    assert state(runbook, "label") is StepState.PENDING
    await finish(runbook, request, request.approve())
    assert state(runbook, "label") is StepState.DONE
    assert request.undo == Text(en="take it off", ja="外す")
    assert request.undo_command is not None
    assert request.undo_command.endswith("custom a-")


async def test_the_object_is_saved_and_the_command_recorded_before_it_runs(world: World) -> None:
    runbook = await to_label(world, **{LABEL: [..., "labeled"]})
    request = runbook.request("label")
    task = asyncio.create_task(finish(runbook, request, request.approve()))
    await world.runner.holding.wait()
    assert state(runbook, "label") is StepState.RUNNING
    assert world.events()[-2:] == ["saved", "will-run"]
    written = world.record().events[-1]
    assert written["argv"] == list(request.argv)
    assert written["approved"] == request.digest
    assert world.record().attempts[-1].unknown
    world.runner.gate.set()
    await task
    assert world.events()[-2:] == ["output", "ran"]
    assert not world.record().attempts[-1].unknown


async def test_a_change_that_is_left_is_unknown_and_never_repeated_by_itself(world: World) -> None:
    runbook = await to_label(world, **{LABEL: [..., "labeled"]})
    request = runbook.request("label")
    approval = request.approve()
    task = asyncio.create_task(finish(runbook, request, approval))
    await world.runner.holding.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert state(runbook, "label") is StepState.UNKNOWN
    assert world.runner.stopped == 1
    assert world.record().events[-1]["ending"] == "cancelled"
    with pytest.raises(NotApproved):
        await finish(runbook, request, approval)
    assert world.runner.shown.count(LABEL) == 1
    assert state(runbook, "label") is StepState.UNKNOWN
    world.runner.gate.set()
    await carry_out(runbook, "label")
    assert state(runbook, "label") is StepState.DONE


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (["Error from server (Forbidden): no", Exited(Ending.EXIT, 1, 0.1)], StepState.FAILED),
        (["Unable to connect to the server: EOF", Exited(Ending.EXIT, 1, 0.1)], StepState.UNKNOWN),
        ([Exited(Ending.TIMEOUT, -2, 120.0)], StepState.UNKNOWN),
        ([Exited(Ending.EXIT, -9, 1.0)], StepState.UNKNOWN),
        ([Exited(Ending.MISSING, None, 0.0, "no oc")], StepState.FAILED),
    ],
)
async def test_how_a_change_ended_is_told_apart(
    world: World, end: Sequence[Item], outcome: StepState
) -> None:
    runbook = await labelled(world, end)
    assert state(runbook, "label") is outcome
    assert note(runbook, "label")
    assert runbook.current is not None
    assert runbook.current.step.id == "label"


async def test_a_check_that_is_left_is_pending_again(world: World) -> None:
    runbook = world.open({GET: [..., "Available"]})
    runbook.tick("read")
    task = asyncio.create_task(finish(runbook, runbook.request("look")))
    await world.runner.holding.wait()
    with pytest.raises(NotReady):
        runbook.skip("look")
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert state(runbook, "look") is StepState.PENDING


async def test_a_change_can_be_taken_back_with_the_values_it_ran_with(world: World) -> None:
    runbook = await labelled(world)
    with pytest.raises(NotReady):
        runbook.request("look", undo=True)
    runbook.set_input("bsl", "another")
    request = runbook.request("label", undo=True)
    assert request.argv[-2:] == ("custom", "a-")
    undo = "label backupstoragelocations.velero.io custom a-"
    world.runner.script = {**world.runner.script, undo: ["unlabeled"]}
    await finish(runbook, request, request.approve())
    assert state(runbook, "label") is StepState.PENDING
    assert note(runbook, "label") == "It was taken back."


async def test_a_step_is_not_needed_when_its_rule_holds(world: World) -> None:
    runbook = await to_label(world)
    assert runbook.current is not None
    assert runbook.current.step.id == "label"
    runbook.refresh(snapshot(bsl(a="b")))
    assert state(runbook, "label") is StepState.NOT_NEEDED
    assert note(runbook, "label") == "already labelled"
    runbook.refresh(replace(snapshot(), unread={"BackupStorageLocation": SAY}))
    assert state(runbook, "label") is StepState.PENDING


async def test_an_empty_optional_value_makes_its_step_unneeded(world: World) -> None:
    runbook = world.open()
    assert state(runbook, "with-extra") is StepState.NOT_NEEDED
    assert "Extra" in note(runbook, "with-extra")
    runbook.set_input("extra", "value")
    assert state(runbook, "with-extra") is StepState.PENDING


async def test_a_wait_ends_when_the_facts_come(world: World) -> None:
    runbook = await labelled(world)
    seen: list[tuple[bool | None, float]] = []
    waiting = asyncio.create_task(
        runbook.wait("arrives", lambda truth, seconds: seen.append((truth.value, seconds)))
    )
    while not seen:
        await asyncio.sleep(0)
    world.clock.seconds = 30.0
    runbook.refresh(snapshot(bsl(a="b")))
    assert await waiting is StepState.DONE
    assert seen == [(False, 0.0), (True, 30.0)]
    assert world.record().events[-1]["event"] == "waited"


async def test_a_wait_has_an_end_and_can_be_left(world: World) -> None:
    runbook = await labelled(world)
    waiting = asyncio.create_task(runbook.wait("arrives", lambda truth, seconds: None))
    while state(runbook, "arrives") is not StepState.RUNNING:
        await asyncio.sleep(0)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    assert state(runbook, "arrives") is StepState.PENDING
    waiting = asyncio.create_task(runbook.wait("arrives", lambda truth, seconds: None))
    while state(runbook, "arrives") is not StepState.RUNNING:
        await asyncio.sleep(0)
    world.clock.seconds += 60.0
    runbook.refresh(snapshot(bsl(), body("Backup", "x")))
    assert await waiting is StepState.UNEXPECTED
    assert runbook.current is not None
    assert runbook.current.step.id == "force"


async def past_wait(world: World) -> Runbook:
    runbook = await labelled(world)
    runbook.skip("arrives")
    return runbook


async def test_choices_offer_what_fits_and_open_their_steps(world: World) -> None:
    runbook = await past_wait(world)
    view = next(view for view in runbook.steps if view.step.id == "force")
    assert [(o.option.id, o.offered, o.recommended) for o in view.options] == [
        ("soft", True, False),
        ("hard", True, False),
    ]
    runbook.choose("force", "hard")
    assert runbook.current is not None
    assert runbook.current.step.id == "restart"
    runbook.refresh(snapshot(bsl(a="b")))
    view = next(view for view in runbook.steps if view.step.id == "force")
    assert view.taken == "hard"
    assert [(o.offered, o.recommended) for o in view.options] == [(True, True), (False, False)]
    assert view.options[1].reason is not None
    with pytest.raises(NotReady):
        runbook.choose("force", "hard")


async def test_a_disruptive_step_waits_for_running_work_but_for_its_own_subject(
    world: World,
) -> None:
    runbook = await past_wait(world)
    runbook.choose("force", "hard")
    stuck = body("Backup", "daily", status={"phase": "InProgress"})
    runbook.refresh(snapshot(bsl(), stuck, body("Backup", "old", status={"phase": "Completed"})))
    request = runbook.request("restart")
    reference = ObjectRef("Backup", "openshift-adp", "daily")
    assert request.risk is Risk.DISRUPTIVE
    assert request.busy == (reference,)
    with pytest.raises(Refused):
        await finish(runbook, request, request.approve())
    # Not even with a request from before the backup began.
    with pytest.raises(Refused):
        await finish(runbook, replace(request, busy=()), request.approve())
    about_it = world.open(found=finding({"bsl": "custom"}, subjects=(reference,)))
    about_it.refresh(snapshot(bsl(), stuck))
    assert about_it._bench.busy() == ()


async def test_manifests_and_destructive_undo(world: World) -> None:
    runbook = await past_wait(world)
    runbook.choose("force", "soft")
    create = runbook.request("create")
    assert create.stdin is not None
    assert '"namespace": "openshift-adp"' in create.stdin
    assert "check-20261123101530" in create.stdin
    world.runner.script = {**world.runner.script, "create -f -": ["created"]}
    await finish(runbook, create, create.approve())
    assert runbook.finished
    undo = runbook.request("create", undo=True)
    assert undo.risk is Risk.DESTRUCTIVE
    assert undo.confirm_name == "check-20261123101530"
    with pytest.raises(NotApproved):
        undo.approve("something")


async def test_read_only_shows_commands_and_runs_no_change(world: World) -> None:
    runbook = world.open({GET: ["Available"]}, target=replace(TARGET, read_only=True))
    runbook.tick("read")
    await carry_out(runbook, "look")
    request = runbook.request("label")
    assert request.shown
    with pytest.raises(Refused):
        await finish(runbook, request, request.approve())
    assert len(world.runner.calls) == 1


async def test_no_change_runs_without_a_record(world: World) -> None:
    world.folder.parent.mkdir(exist_ok=True)
    world.folder.write_text("a file where the folder should be")
    runbook = world.open({GET: ["Available"], SAVE: [CUSTOM], LABEL: ["labeled"]})
    runbook.tick("read")
    await carry_out(runbook, "look")
    assert state(runbook, "look") is StepState.DONE
    request = runbook.request("label")
    with pytest.raises(Refused) as caught:
        await finish(runbook, request, request.approve())
    assert str(world.folder) in caught.value.message.ja
    assert LABEL not in world.runner.shown
    assert state(runbook, "label") is StepState.PENDING
    assert runbook.record_problem is not None
    assert runbook.record == ""


async def test_looking_at_a_runbook_leaves_no_record(world: World) -> None:
    runbook = world.open()
    runbook.request("label")
    runbook.close()
    assert not world.folder.exists()


async def test_the_record_holds_what_was_done(world: World) -> None:
    runbook = await labelled(world)
    runbook.note("asked the owner, token: sha256~abcdefghijklmnopqrstuvwxyz0123")
    runbook.skip("arrives")
    runbook.choose("force", "soft")
    runbook.close()
    assert world.events() == [
        "opened", "ticked", "will-run", "output", "ran", "saved", "will-run", "output", "ran",
        "note", "skipped", "chosen", "findings", "closed",
    ]  # fmt: skip
    opened = world.record().first("opened")
    assert opened["finding"]["bindings"] == [{"bsl": "custom"}]
    assert opened["target"]["context"] == "lab"
    assert "abcdefghij" not in (world.folder / f"{runbook.id}.jsonl").read_text()


async def test_leaving_the_iteration_stops_the_command(world: World) -> None:
    runbook = await to_label(world, **{LABEL: ["one", ..., "two"]})
    request = runbook.request("label")
    events: AsyncIterator[object]
    async with contextlib.aclosing(runbook.run(request, request.approve())) as events:
        async for _ in events:
            break
    assert state(runbook, "label") is StepState.UNKNOWN
    assert world.runner.stopped == 1


async def test_taking_a_disruptive_change_back_is_disruptive_too(world: World) -> None:
    runbook = world.open(cause="other")
    patch = "patch dataprotectionapplications.oadp.openshift.io dpa -p"
    saved = "get dataprotectionapplications.oadp.openshift.io/dpa -o json"
    world.runner.script = {f'{patch} {{"spec":{{"a":1}}}}': [], saved: ["{}"]}
    for step in ("read", "only-other"):
        runbook.tick(step)
        if step == "read":
            runbook.skip("look")
    runbook.skip("label")
    runbook.skip("arrives")
    runbook.choose("force", "soft")
    await carry_out(runbook, "agent")
    assert runbook.request("agent", undo=True).risk is Risk.DISRUPTIVE


async def test_while_the_cluster_does_not_answer_nothing_disruptive_runs(world: World) -> None:
    runbook = await past_wait(world)
    runbook.choose("force", "hard")
    assert runbook.request("restart").busy == ()
    for phase in (Phase.LOST, Phase.FAILED):
        state = SimpleNamespace(snapshot=snapshot(bsl()), connection=Connection(phase))
        world.session.state = state  # type: ignore[assignment]
        request = runbook.request("restart")
        assert request.busy
        with pytest.raises(Refused):
            await finish(runbook, request, request.approve())


async def test_what_begins_while_the_object_is_saved_stops_a_disruptive_change(
    world: World,
) -> None:
    runbook = await past_wait(world)
    runbook.choose("force", "hard")
    request = runbook.request("restart")
    ran = len(world.runner.calls)
    deployment = '{"kind": "Deployment", "metadata": {"name": "velero"}}'
    world.runner.script = {**world.runner.script, "get deploy/velero -o json": [deployment]}

    def a_backup_begins() -> None:
        begun = body("Backup", "nightly", status={"phase": "InProgress"})
        runbook._bench.snapshot = snapshot(bsl(), begun)

    runbook._bench.gate._moved = a_backup_begins
    with pytest.raises(Refused, match="nightly"):
        await finish(runbook, request, request.approve())
    assert [each for each in world.runner.calls[ran:] if "restart" in each.argv] == []
    assert state(runbook, "restart") is StepState.PENDING


async def test_a_command_of_another_step_does_not_make_a_step_done(world: World) -> None:
    runbook = await to_label(world)
    request = runbook.request("label")
    harmless = replace(request, argv=(*HEAD, "get", "pods"), risk=Risk.READ)
    dry = replace(request, argv=(*request.argv, "--dry-run=server"), purpose="preview")
    for each in (harmless, dry, replace(dry, purpose="run")):
        with pytest.raises(NotReady):
            await finish(runbook, each)
    assert state(runbook, "label") is StepState.PENDING


async def test_nothing_runs_once_the_context_means_another_place(world: World) -> None:
    runbook = await to_label(world, **{LABEL: ["labeled"]})
    runbook._bench.gate._moved = lambda: SAY
    request = runbook.request("label")
    ran = len(world.runner.calls)
    with pytest.raises(Refused):
        await finish(runbook, request, request.approve())
    assert len(world.runner.calls) == ran
    assert state(runbook, "label") is StepState.PENDING


def test_a_change_that_calls_itself_a_check_is_unknown_when_it_is_cut_off() -> None:
    check = Step(id="x", kind=StepKind.CHECK, title=SAY, why=SAY)
    late = Exited(Ending.TIMEOUT, None, 1.0)
    assert of_command(check, late, "")[0] is StepState.FAILED
    assert of_command(check, late, "", changes=True)[0] is StepState.UNKNOWN


async def test_a_saved_object_that_is_cut_off_says_so(world: World) -> None:
    big = msgspec.json.encode({**bsl(), "spec": {f"f{n}": "x" * 100 for n in range(1_000)}})
    runbook = await to_label(world, **{SAVE: [big.decode()], LABEL: ["labeled"]})
    await carry_out(runbook, "label")
    text = world.record().first("saved")["yaml"]
    assert text.splitlines()[-1].startswith("# ")
    assert text.endswith("characters were left out")
