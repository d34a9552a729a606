"""What is ahead: steps, risks, permissions, time, and the script that says it all."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.access import Access
from knowledge.model import Risk
from tests.engine.runbook_world import SAY, World, bsl, labelled
from tests.fakes import snapshot
from tui.engine.permission import Permissions
from tui.engine.plan_script import _comment, _quoted
from tui.engine.runbook import Runbook, StepState


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "sessions")
    yield made
    for journal in made.journals:
        journal.close()


class Server:
    """A source that knows what we may do."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.asked: list[Access] = []

    async def may(self, access: Access) -> bool | None:
        self.asked.append(access)
        return access.verb not in self.refused


def with_server(runbook: Runbook, server: Server) -> Runbook:
    runbook._bench.permissions = Permissions(server)
    return runbook


async def test_a_plan_adds_up_what_is_ahead_without_running_anything(world: World) -> None:
    runbook = world.open()
    plan = await runbook.plan()
    assert [each.view.step.id for each in plan.steps] == [v.step.id for v in runbook.steps]
    assert (plan.reads, plan.changes, plan.disruptive, plan.destructive) == (1, 2, 0, 0)
    assert plan.seconds == sum(
        each.seconds for each in plan.steps if each.view.state is StepState.PENDING
    )
    label = next(each for each in plan.steps if each.view.step.id == "label")
    assert label.command is not None
    assert label.command.endswith("custom a=b")
    assert label.risk is Risk.CHANGE
    assert label.undoable
    assert label.undo is not None
    assert next(each for each in plan.steps if each.view.step.id == "look").undo is None
    assert world.runner.calls == []
    assert not world.folder.exists()


async def test_what_is_done_takes_no_more_time(world: World) -> None:
    before = (await world.open().plan()).seconds
    runbook = await labelled(world)
    assert (await runbook.plan()).seconds < before


async def test_permissions_are_asked_before_a_step_is_reached(world: World) -> None:
    server = Server("patch")
    plan = await with_server(world.open(), server).plan()
    steps = {each.view.step.id: each for each in plan.steps}
    assert steps["label"].allowed is False
    assert steps["look"].allowed is True
    assert steps["read"].allowed is True
    assert plan.permissions[0].allowed is False
    assert plan.permissions[0].access.resource == "backupstoragelocations"
    assert len(server.asked) == len(set(server.asked))


async def test_a_server_that_does_not_say_leaves_it_open(world: World) -> None:
    plan = await world.open().plan()
    assert {each.view.step.id: each.allowed for each in plan.steps}["label"] is None


async def test_what_could_not_be_read_is_named(world: World) -> None:
    facts = snapshot(unread={"BackupStorageLocation": SAY})
    plan = await world.open(facts=facts).plan()
    assert plan.unread


async def test_a_missing_value_is_said_instead_of_a_command(world: World) -> None:
    runbook = world.open(facts=snapshot(bsl("a"), bsl("b")))
    runbook.set_input("bsl", "")
    plan = await runbook.plan()
    label = next(each for each in plan.steps if each.view.step.id == "label")
    assert label.command is None
    assert label.missing is not None


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_script_asks_before_each_change_and_is_valid_shell(
    world: World, language: str
) -> None:
    runbook = world.open()
    text = (await runbook.plan()).script(language)  # type: ignore[arg-type]
    lines = text.splitlines()
    changes = [at for at, line in enumerate(lines) if " label backup" in line]
    assert changes
    for at in changes:
        if not lines[at].startswith("#"):
            assert lines[at - 1].startswith("ask '")
    shell = shutil.which("sh")
    if shell:
        checked = subprocess.run(  # noqa: ASYNC221 - a syntax check, with nothing else going on
            [shell, "-n"], input=text, text=True, capture_output=True
        )
        assert checked.returncode == 0, checked.stderr


async def test_the_script_tells_of_steps_that_a_choice_brings(world: World) -> None:
    runbook = world.open()
    said = "# RESTARTS Velero or its agents: running work fails"
    before = (await runbook.plan()).script("en")
    assert "# Only if chosen: " in before
    assert said in before
    assert "rollout restart" not in before
    for step in ("read", "look", "label", "arrives"):
        runbook.skip(step)
    runbook.choose("force", "hard")
    after = (await runbook.plan()).script("en")
    assert "# Only if chosen: " not in after
    assert "rollout restart" in after


async def test_the_script_does_nothing_again_that_is_done(world: World) -> None:
    runbook = await labelled(world)
    lines = (await runbook.plan()).script("en").splitlines()
    assert any(line.startswith("# DONE already") for line in lines)
    named = [line for line in lines if " label backup" in line]
    assert named
    assert all(line.startswith("#") for line in named)


def test_no_text_of_a_runbook_gets_out_of_a_comment() -> None:
    for line in _comment("x\nrm -rf /\r`id`\x1b[31m\u2028y" + "z" * 400):
        assert line.startswith("#")
        assert line.isprintable()
    assert _quoted("a'b\n$(id)") == "'a'\\''b $(id)'"
