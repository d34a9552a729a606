import ast
import copy
import pickle
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tui
from knowledge.model import Risk
from knowledge.snapshot import ObjectRef
from knowledge.text import Text
from tests.fakes import HEAD, TARGET, FakeRunner
from tui.engine.gate import Gate
from tui.engine.ports import Command, Exited, Line
from tui.engine.request import Approval, NotApproved, Refused, Request
from tui.engine.target import Target

LABEL = ("label", "bsl", "custom", "a=b")
GET = ("get", "pods", "-o", "json")


def request(*args: str, risk: Risk = Risk.CHANGE, **rest: object) -> Request:
    return replace(Request("step", "run", (*HEAD, *args), None, risk), **rest)  # type: ignore[arg-type]


class Recorder(FakeRunner):
    """Runs anything."""

    async def run(self, command: Command):  # type: ignore[no-untyped-def,override]
        self.calls.append(command)
        yield Line("stdout", "ran")


async def through(
    asked: Request,
    approval: Approval | None = None,
    target: Target = TARGET,
    busy: tuple[ObjectRef, ...] = (),
    gate: Gate | None = None,
) -> list[Command]:
    runner = Recorder()
    gate = gate or Gate(runner, target, lambda: busy)
    async for _ in gate.run(asked, approval):
        pass
    return runner.calls


async def test_reads_run_without_being_asked() -> None:
    asked = request(*GET, risk=Risk.READ)
    assert await through(asked) == [Command(asked.argv, None, asked.timeout)]


async def test_a_change_runs_once_for_each_approval() -> None:
    asked = request(*LABEL)
    approval = asked.approve()
    runner = Recorder()
    gate = Gate(runner, TARGET)
    with pytest.raises(NotApproved):
        gate.run(asked)
    async for _ in gate.run(asked, approval):
        pass
    with pytest.raises(NotApproved):
        gate.run(asked, approval)
    assert len(runner.calls) == 1


async def test_an_approval_is_for_exactly_one_command() -> None:
    asked = request(*LABEL)
    for other in (
        request("label", "bsl", "custom", "a=c"),
        request("label", "bsl", "customa=b"),
        replace(asked, argv=(*asked.argv, "--overwrite")),
    ):
        with pytest.raises((NotApproved, Refused)):
            await through(other, asked.approve())
    create = request("create", "-f", "-", stdin='{"kind":"Restore"}')
    with pytest.raises(NotApproved):
        await through(replace(create, stdin='{"kind":"Backup"}'), create.approve())


async def test_a_request_cannot_make_itself_harmless() -> None:
    for risk in (Risk.READ, Risk.CHANGE):
        with pytest.raises(NotApproved):
            await through(request(*LABEL, risk=risk))
    deletion = request("delete", "backup", "b", risk=Risk.READ)
    with pytest.raises(NotApproved):
        await through(deletion, deletion.approve())


async def test_destructive_commands_need_the_name() -> None:
    asked = request("delete", "backup", "b", risk=Risk.DESTRUCTIVE, confirm_name="b")
    with pytest.raises(NotApproved):
        asked.approve("c")
    assert len(await through(asked, asked.approve("b"))) == 1


async def test_disruptive_commands_wait_for_running_work() -> None:
    running = (ObjectRef("Backup", "openshift-adp", "daily"),)
    restart = request("rollout", "restart", "deploy/velero", risk=Risk.DISRUPTIVE)
    with pytest.raises(Refused) as caught:
        await through(restart, restart.approve(), busy=running)
    assert "daily" in caught.value.message.ja
    claimed = request(*LABEL, risk=Risk.DISRUPTIVE)
    with pytest.raises(Refused):
        await through(claimed, claimed.approve(), busy=running)
    forced = request("delete", "pod", "velero-1", "--force", confirm_name="velero-1")
    with pytest.raises(Refused):
        await through(forced, forced.approve("velero-1"), busy=running)
    assert len(await through(restart, restart.approve())) == 1


async def test_read_only_and_archives_run_no_changes() -> None:
    asked = request(*LABEL)
    with pytest.raises(Refused):
        await through(asked, asked.approve(), replace(TARGET, read_only=True))
    with pytest.raises(Refused):
        await through(asked, asked.approve(), replace(TARGET, can_run=False))
    assert await through(request(*GET, risk=Risk.READ), None, replace(TARGET, read_only=True))
    dry = request(*LABEL, "--dry-run=server", risk=Risk.READ, purpose="preview")
    assert await through(dry, None, replace(TARGET, read_only=True))


@pytest.mark.parametrize(
    "argv",
    [
        ("/bin/sh", "-c", "id"),
        ("/usr/bin/oc", "get", "pods"),
        ("/usr/bin/oc", "--context", "other", "-n", "openshift-adp", "get", "pods"),
        ("/usr/bin/oc", "--context=lab", "-n", "openshift-adp", "get", "pods"),
        (*TARGET.pinned, "get", "pods"),
        (*TARGET.pinned, "-n", "--all", "get", "pods"),
        (*TARGET.pinned, "-n", "a", "-n", "b", "get", "pods"),
        (*TARGET.pinned, "-n"),
        (*HEAD, "--context", "other", "get", "pods"),
        (*HEAD, "exec", "x", "--", "id"),
        (*HEAD, "create", "-f", "-"),
        HEAD,
        (),
    ],
)
async def test_commands_that_leave_the_target_are_refused(argv: tuple[str, ...]) -> None:
    asked = Request("step", "run", argv, None, Risk.READ)
    with pytest.raises(Refused):
        await through(asked, asked.approve())


async def test_a_given_kubeconfig_must_be_there() -> None:
    target = replace(TARGET, kubeconfig="/tmp/kc")
    with pytest.raises(Refused):
        await through(request(*GET, risk=Risk.READ), None, target)
    asked = Request("s", "run", target.argv("ns", GET), None, Risk.READ)
    assert asked.argv[1:5] == ("--kubeconfig", "/tmp/kc", "--context", "lab")
    assert await through(asked, None, target)


async def test_scope_may_be_everything_or_cluster() -> None:
    for args in (("get", "pods", "-A"), ("get", "nodes"), ("version",)):
        assert await through(Request("s", "run", (*TARGET.pinned, *args), None, Risk.READ))


async def test_a_manifest_that_is_not_an_object_is_refused() -> None:
    for stdin in ("- 1", "kind: Restore", "[]", "[" * 5_000):
        asked = request("create", "-f", "-", stdin=stdin)
        with pytest.raises(Refused):
            await through(asked, asked.approve())


def test_approvals_are_made_by_requests_only() -> None:
    digest = request(*LABEL).digest
    for mint in (None, object(), True):
        with pytest.raises(TypeError):
            Approval(digest, "", mint)


def test_approvals_cannot_be_copied_or_made_over() -> None:
    approval = request(*LABEL).approve()
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copied(approval)
    with pytest.raises((TypeError, ValueError)):
        replace(approval, digest="other")  # type: ignore[call-arg]


async def test_an_approval_is_used_up_for_every_gate() -> None:
    asked = request(*LABEL)
    approval = asked.approve()
    assert len(await through(asked, approval)) == 1
    with pytest.raises(NotApproved):
        await through(asked, approval)


async def test_nothing_starts_when_the_context_means_another_cluster() -> None:
    runner = Recorder()
    moved = Text(en="elsewhere", ja="別の場所")
    gate = Gate(runner, TARGET, moved=lambda: moved)
    label = request(*LABEL)
    for asked, approval in ((request(*GET, risk=Risk.READ), None), (label, label.approve())):
        with pytest.raises(Refused, match="elsewhere"):
            await through(asked, approval, gate=gate)
    assert runner.calls == []


def test_paths_that_are_no_unicode_have_a_digest_too() -> None:
    odd = replace(request(*GET), argv=("/opt/\udcff/oc", "get"))
    assert odd.digest != request(*GET).digest


async def test_a_manifest_that_is_no_unicode_is_refused() -> None:
    odd = request("create", "-f", "-", stdin='{"kind":"\ud800"}')
    with pytest.raises(Refused):
        await through(odd, odd.approve())


WORD = st.one_of(
    st.text(max_size=8),
    st.sampled_from(HEAD),
    st.sampled_from(
        ["get", "label", "delete", "patch", "create", "exec", "bsl", "x", "a=b", "-f", "-", "-A"]
    ),
    st.sampled_from(["--dry-run=server", "--dry-run=none", "--force", "-p", "{}", "velero", "pod"]),
)


@given(
    st.lists(WORD, max_size=8),
    st.booleans(),
    st.sampled_from([None, "{}", '{"kind":"DeleteBackupRequest"}', "x"]),
    st.sampled_from(list(Risk)),
    st.sampled_from(["run", "undo", "preview"]),
    st.text(max_size=3),
)
async def test_no_changing_command_starts_without_a_confirmation_of_it(
    words: list[str], pinned: bool, stdin: str | None, risk: Risk, purpose: str, name: str
) -> None:
    argv = (*HEAD, *words) if pinned else tuple(words)
    hostile = Request("s", purpose, argv, stdin, risk, confirm_name=name)  # type: ignore[arg-type]
    other = request(*LABEL)
    for approval in (None, other.approve(), replace(hostile, stdin="other").approve(name)):
        runner = Recorder()
        try:
            async for _ in Gate(runner, TARGET).run(hostile, approval):
                pass
        except (Refused, NotApproved):
            assert runner.calls == []
            continue
        for call in runner.calls:
            assert call.argv[: len(TARGET.pinned)] == TARGET.pinned
            verb, *rest = call.argv[len(TARGET.pinned) :]
            if verb == "-n":
                verb, *rest = rest[1:]
            assert verb == "get" or "--dry-run=server" in rest


def calls_of(name: str) -> set[str]:
    """Return the files of the engine and the screens in which something named so is called."""
    root = Path(next(iter(tui.__path__)))
    found = set()
    for file in root.rglob("*.py"):
        if file.is_relative_to(root / "practice"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called == name or called.endswith(f".{name}"):
                    found.add(str(file.relative_to(root)))
    return found


SPAWNING = (
    "create_subprocess_exec", "create_subprocess_shell", "Popen", "system", "popen", "spawnv",
    "execv", "execvp", "execve", "posix_spawn", "check_output", "check_call", "getoutput", "fork",
)  # fmt: skip


def test_only_the_runner_starts_processes_and_only_the_gate_holds_it() -> None:
    started = set().union(*(calls_of(name) for name in SPAWNING))
    # A kubeconfig may name a program that fetches its token; it is the user's own. The watcher
    # is our own and ends what is left when we are gone.
    assert started <= {"engine/oc.py", "engine/credentials.py", "engine/watcher.py"}
    assert calls_of("subprocess.run") == set()
    assert calls_of("_runner.run") | calls_of("runner.run") == {"engine/gate.py"}


def test_the_digest_tells_arguments_apart() -> None:
    one = request("get", "a", "b")
    assert one.digest != replace(one, argv=(*HEAD, "get", "a b")).digest
    assert one.digest != replace(one, stdin="").digest
    assert msgspec.json.encode([one.argv, None])


async def test_the_end_is_passed_on() -> None:
    runner = FakeRunner({"get pods -o json": ["one"]})
    events = [e async for e in Gate(runner, TARGET).run(request(*GET, risk=Risk.READ))]
    assert isinstance(events[-1], Exited)
