"""Changes that a session made, on a cluster where others work too: what is taken back, and when."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.text import Text
from tests.engine.runbook_world import World, carry_out, finish, state
from tests.fakes import HEAD, TARGET, FakeRunner
from tui.engine.carried import Carried, WayBack, of_record
from tui.engine.guard import Guarded, Standing
from tui.engine.journal import cleaned
from tui.engine.launch import Launch
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.prompt import open_prompt
from tui.engine.reopen import reopen_runbook
from tui.engine.runbook import NotReady, Runbook, StepState

BSL = "backupstoragelocations.velero.io"
BACKUP = "check-20261123101530"


class Cluster(FakeRunner):
    """Keeps the labels of one location, and backups; knows no more than the tests need."""

    def __init__(self, **labels: str) -> None:
        super().__init__()
        self.labels = labels
        self.backups: dict[str, dict[str, Any]] = {}
        self.ends: list[Exited] = []
        """How the next changes end, instead of with exit code 0; their effect is there."""
        self.ignores = 0
        """How many of the next changes never arrive."""

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        self.calls.append(command)
        words = list(command.argv[len(HEAD) :])
        dry = "--dry-run=server" in words
        real = not dry and words[0] != "get"
        if real and self.ignores:
            self.ignores -= 1
        elif (answer := self._answer(words, command.stdin, dry)) is None:
            yield Line("stderr", "Error from server (NotFound): it is not there")
            yield Exited(Ending.EXIT, 1, 0.1)
            return
        else:
            yield Line("stdout", answer)
        yield self.ends.pop(0) if real and self.ends else Exited(Ending.EXIT, 0, 0.1)

    def _answer(self, words: list[str], stdin: str | None, dry: bool) -> str | None:
        if words[0] == "get" and words[-1].startswith("jsonpath"):
            return "Available"
        if words[0] == "create":
            made = json.loads(stdin or "")
            name = made["metadata"]["name"]
            if name in self.backups:
                return None
            if not dry:
                made["metadata"]["uid"] = f"of {len(self.calls)}"
                self.backups[name] = made
            return json.dumps(made)
        kind, _, name = words[1].partition("/") if "/" in words[1] else (words[1], "", words[2])
        if kind.lower().startswith("backup.") or kind.startswith("backups."):
            found = self.backups.get(name)
            if words[0] == "delete" and not dry:
                self.backups.pop(name, None)
            return None if found is None else json.dumps(found)
        labels = dict(self.labels)
        if words[0] == "label":
            for word in words[3:]:
                key, equals, value = word.partition("=")
                if equals:
                    labels[key] = value
                elif word.endswith("-"):
                    labels.pop(key.removesuffix("-"), None)
            if not dry:
                self.labels = labels
        metadata = {"name": "custom", "uid": "one", "labels": labels}
        return json.dumps({"kind": "BackupStorageLocation", "metadata": metadata})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "sessions")
    yield made
    for journal in made.journals:
        journal.close()


async def at_label(world: World, cluster: Cluster) -> Runbook:
    world.runner = cluster
    runbook = world.open()
    runbook.tick("read")
    await carry_out(runbook, "look")
    return runbook


async def confirmed(runbook: Runbook, step: str, *, undo: bool = False) -> Exited:
    """Run a command as a person would: looked at, then confirmed."""
    request = runbook.request(step, undo=undo)
    inspection = await runbook.inspect(request)
    approval = inspection.approve(request.confirm_name)
    return await finish(runbook, request, approval)


def again(world: World) -> Runbook:
    id = world.journals[-1].id
    world.journals[-1].close()
    runbook = reopen_runbook(
        world.session, id, TARGET, world.folder, runner=world.runner, clock=world.clock
    )
    world.journals.append(runbook.journal)
    return runbook


async def unchanged(runbook: Runbook, step: str) -> Standing:
    """Return the worst that is said about the object before a step is taken back."""
    inspection = await runbook.inspect(runbook.request(step, undo=True))
    order = [Standing.CLEAR, Standing.UNKNOWN, Standing.WARNING, Standing.BLOCKED]
    return max(
        (each.standing for each in inspection.guards if each.about is Guarded.UNCHANGED),
        key=order.index,
    )


# What was there before a change


async def test_a_repeated_change_goes_back_to_what_was_before_the_first(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    await confirmed(runbook, "label")
    await confirmed(runbook, "label")
    for each in (runbook, again(world)):
        assert each.request("label", undo=True).argv[-2:] == ("a=old", "--overwrite")
    await confirmed(each, "label", undo=True)
    assert cluster.labels == {"a": "old"}
    assert not each.undoable("label")


async def test_a_change_of_unknown_outcome_that_ran_again_goes_back_all_the_way(
    world: World,
) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    cluster.ends = [Exited(Ending.TIMEOUT, None, 120.0)]
    await confirmed(runbook, "label")
    assert state(runbook, "label") is StepState.UNKNOWN
    runbook = again(world)
    await confirmed(runbook, "label")
    assert state(runbook, "label") is StepState.DONE
    await confirmed(runbook, "label", undo=True)
    assert cluster.labels == {"a": "old"}


async def test_running_again_what_may_have_happened_is_warned_of(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    cluster.ends = [Exited(Ending.TIMEOUT, None, 120.0)]
    before = await runbook.inspect(runbook.request("label"))
    assert Standing.WARNING not in [each.standing for each in before.guards]
    await confirmed(runbook, "label")
    for each in (runbook, again(world)):
        looked = await each.inspect(each.request("label"))
        assert any(
            guard.about is Guarded.ASSUMPTIONS and guard.standing is Standing.WARNING
            for guard in looked.guards
        )


async def test_a_label_that_was_there_before_is_not_taken_off(world: World) -> None:
    runbook = await at_label(world, Cluster(a="b"))
    await confirmed(runbook, "label")
    for each in (runbook, again(world)):
        assert not each.undoable("label")
        with pytest.raises(NotReady):
            each.request("label", undo=True)


async def test_a_program_that_is_gone_takes_no_way_back_with_it(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    await confirmed(runbook, "label")
    cluster.ignores, cluster.ends = 1, [Exited(Ending.MISSING, None, 0.0, "gone")]
    await confirmed(runbook, "label")
    for each in (runbook, again(world)):
        assert "a=old" in each.request("label", undo=True).argv


async def test_what_never_ran_leaves_nothing_to_take_back(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    cluster.ignores, cluster.ends = 1, [Exited(Ending.MISSING, None, 0.0, "gone")]
    await confirmed(runbook, "label")
    for each in (runbook, again(world)):
        assert state(each, "label") is StepState.FAILED
        assert not each.undoable("label")


async def test_an_object_of_somebody_else_is_not_deleted_by_an_undo(world: World) -> None:
    cluster = Cluster(a="old")
    cluster.backups[BACKUP] = {"kind": "Backup", "metadata": {"name": BACKUP, "uid": "theirs"}}
    runbook = await at_label(world, cluster)
    for step in ("label", "arrives", "force", "with-extra"):
        if runbook.current is not None and runbook.current.step.id == step:
            runbook.skip(step)
    await confirmed(runbook, "create")
    assert state(runbook, "create") is StepState.FAILED
    assert not runbook.undoable("create")
    assert not again(world).undoable("create")


# What others did since


@pytest.mark.parametrize("resumed", [False, True])
async def test_a_change_that_is_as_it_was_left_is_taken_back_without_a_word(
    world: World, resumed: bool
) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    await confirmed(runbook, "label")
    runbook = again(world) if resumed else runbook
    assert await unchanged(runbook, "label") is Standing.CLEAR
    await confirmed(runbook, "label", undo=True)
    assert cluster.labels == {"a": "old"}


@pytest.mark.parametrize("resumed", [False, True])
async def test_what_somebody_else_set_meanwhile_is_said_before_it_is_overwritten(
    world: World, resumed: bool
) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    await confirmed(runbook, "label")
    cluster.labels = {"a": "a colleague's"}
    runbook = again(world) if resumed else runbook
    assert await unchanged(runbook, "label") is Standing.WARNING


async def test_what_was_taken_back_by_hand_is_not_taken_back_twice(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    await confirmed(runbook, "label")
    cluster.labels = {"a": "old"}
    assert await unchanged(again(world), "label") is Standing.BLOCKED


async def test_a_change_that_was_settled_is_not_somebody_elses(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    cluster.ends = [Exited(Ending.TIMEOUT, None, 120.0)]
    await confirmed(runbook, "label")
    # What the attempt itself could not see.
    runbook._bench._planned.clear()
    cluster.labels = {"a": "old"}
    await runbook.inspect(runbook.request("label"))
    cluster.labels = {"a": "b"}
    assert await runbook.settle("label") is StepState.DONE
    assert await unchanged(runbook, "label") is Standing.CLEAR


async def test_the_prompt_looks_too_before_it_takes_back(world: World) -> None:
    world.runner = cluster = Cluster(a="old")
    world.open()
    prompt = open_prompt(
        world.session, TARGET, runner=cluster, journal=world.journals[-1], clock=world.clock
    )
    request = prompt.request(f"label {BSL} custom a=b --overwrite")
    inspection = await prompt.inspect(request)
    async for _ in prompt.run(request, inspection.approve()):
        pass
    cluster.labels = {"a": "a colleague's"}
    inspection = await prompt.inspect(prompt.undo())
    assert any(each.standing is Standing.WARNING for each in inspection.guards)
    cluster.labels = {"a": "old"}
    assert (await prompt.inspect(prompt.undo())).blocked
    cluster.labels = {"a": "b"}
    assert not (await prompt.inspect(prompt.undo())).blocked


# What stays in sight


async def test_a_change_that_was_skipped_afterwards_can_still_be_taken_back(world: World) -> None:
    runbook = await at_label(world, cluster := Cluster(a="old"))
    await confirmed(runbook, "label")
    runbook.skip("label")
    for each in (runbook, again(world)):
        assert each.undoable("label")
    await confirmed(each, "label", undo=True)
    assert cluster.labels == {"a": "old"}


@pytest.mark.parametrize("outcome", [StepState.DONE, StepState.UNKNOWN])
async def test_another_choice_hides_no_change(world: World, outcome: StepState) -> None:
    runbook = await at_label(world, Cluster(a="old"))
    runbook.skip("label")
    runbook.skip("arrives")
    runbook.choose("force", "hard")
    runbook._steps.mark("restart", outcome)
    runbook.choose("force", "soft")
    assert state(runbook, "restart") is outcome
    runbook._steps.mark("restart", StepState.PENDING)
    assert "restart" not in [view.step.id for view in runbook.steps]


# What a record does not hold


def test_what_a_record_would_cut_off_is_not_put_back_from_it() -> None:
    def through(back: WayBack, before: Any = None) -> Any:
        made = Carried("run", ("delete", "cm", "x"), None, "ns", True, before, None, back)
        return of_record(cleaned(made.recorded()))

    said = Text(en="put back", ja="戻す")
    for manifest in (
        {"kind": "ConfigMap", "data": {"a": "x" * 70_000}},
        {"kind": "ConfigMap", "items": list(range(2_000))},
    ):
        read = through(WayBack(said, ("create", "-f", "-"), manifest), manifest)
        assert read.way_back.args == ()
        assert "too big" in read.way_back.note.en
        assert read.before is None
    secret = {"kind": "ConfigMap", "data": {"password": "correct-horse"}}
    assert "secret" in through(WayBack(said, ("create", "-f", "-"), secret)).way_back.note.en
    small = {"kind": "ConfigMap", "data": {"a": "b"}}
    read = through(WayBack(said, ("create", "-f", "-"), small), small)
    assert (read.way_back.note, read.way_back.manifest, read.before) == (said, small, small)


async def test_a_dry_run_goes_on_with_no_session(world: World) -> None:
    await at_label(world, Cluster())
    session: Any = world.session
    with pytest.raises(NotReady, match="dry-run"):
        Launch(dry_run=True).reopen(session, world.journals[-1].id)
