import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.base import KnowledgeBase
from knowledge.model import Risk
from knowledge.snapshot import Snapshot
from tests.fakes import HEAD, TARGET, FakeClock, FakeSession, FakeState, Item, body, snapshot
from tui.engine.gate import Gate
from tui.engine.journal import Journal
from tui.engine.object_commands import FOLLOW_FOR
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.prompt import Look, Prompt, open_prompt
from tui.engine.record import Record, read_session
from tui.engine.request import Changed, NotApproved, Refused, Request
from tui.engine.steps import NotReady
from tui.engine.target import Target
from tui.engine.typed_line import read_line, split_pasted

BSL = body("BackupStorageLocation", "custom", apiVersion="velero.io/v1", spec={"provider": "aws"})


class Runner:
    """Answers every read of the location with it; the rest from a script."""

    def __init__(self, script: Mapping[str, Sequence[Item]] | None = None) -> None:
        self.script = dict(script or {})
        self.calls: list[Command] = []
        self.gate = asyncio.Event()
        self.object = dict(BSL)

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        self.calls.append(command)
        key = " ".join(command.argv).removeprefix(" ".join(HEAD) + " ")
        said: Sequence[Item] = self.script.get(key, ())
        if key.endswith("-o json"):
            said = (msgspec.json.encode(self.object).decode(),)
        for item in said:
            if isinstance(item, str):
                yield Line("stdout", item)
            elif isinstance(item, Exited):
                yield item
                return
            else:
                await self.gate.wait()
        yield Exited(Ending.EXIT, 0, 0.1)

    @property
    def shown(self) -> list[str]:
        return [" ".join(each.argv).removeprefix(" ".join(HEAD) + " ") for each in self.calls]


def opened(
    folder: Path,
    runner: Runner | None = None,
    target: Target = TARGET,
    facts: Snapshot | None = None,
) -> Prompt:
    session = FakeSession(KnowledgeBase({}), FakeState(facts or snapshot(BSL)))
    clock = FakeClock()
    return open_prompt(
        session,  # type: ignore[arg-type]
        target,
        runner=runner or Runner(),
        journal=Journal(folder, clock=clock),
        clock=clock,
    )


@pytest.fixture
def prompt(tmp_path: Path) -> Iterator[Prompt]:
    made = opened(tmp_path)
    yield made
    made.close()


def rest(request: Request) -> str:
    assert request.argv[: len(TARGET.pinned)] == TARGET.pinned
    return " ".join(request.argv[len(TARGET.pinned) :])


def why(prompt: Prompt, line: str, manifest: str = "") -> str:
    with pytest.raises(Refused) as caught:
        prompt.request(line, manifest)
    assert caught.value.message.ja
    return caught.value.message.en


async def run(prompt: Prompt, request: Request, approval: Any = None) -> list[RunEvent]:
    return [event async for event in prompt.run(request, approval)]


def recorded(prompt: Prompt, folder: Path) -> Record:
    return read_session(prompt.journal.id, folder)


# The place


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("get pods", "-n openshift-adp get pods"),
        ("oc get pods", "-n openshift-adp get pods"),
        ("  kubectl   get pods ", "-n openshift-adp get pods"),
        ("$ oc get pods", "-n openshift-adp get pods"),
        ("get pods -n shop", "-n shop get pods"),
        ("-n shop get pods", "-n shop get pods"),
        ("get -nshop pods", "-n shop get pods"),
        ("get pods --namespace=shop -o name", "-n shop get pods -o name"),
        ("get pods -A", "get pods -A"),
        ("get nodes", "get nodes"),
        ("get clusterroles x", "-n openshift-adp get clusterroles x"),
        ("version", "version"),
        ("get pods -l -n", "-n openshift-adp get pods -l -n"),
        ("get pods -l '-n shop'", "-n openshift-adp get pods -l -n shop"),
        ("logs velero-1 -fc velero", "-n openshift-adp logs velero-1 -fc velero"),
        ("/usr/bin/oc --context lab -n shop get pods", "-n shop get pods"),
        ("oc --context lab get pods", "-n openshift-adp get pods"),
        (
            "get pods -o jsonpath='{range .items[*]}{.metadata.name}{end}'",
            "-n openshift-adp get pods -o jsonpath={range .items[*]}{.metadata.name}{end}",
        ),
        (r"get pods a\ b", "-n openshift-adp get pods a b"),
    ],
)
def test_a_line_goes_to_the_pinned_place_in_exactly_these_words(
    prompt: Prompt, line: str, expected: str
) -> None:
    assert rest(prompt.request(line)) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "Type a command"),
        ("oc", "Type a command"),
        ("get pods | grep x", "no shell here: `|`"),
        ("get pods > /tmp/x", "no shell here: `>`"),
        ("get pods < x", "no shell here: `<`"),
        ("get pods; rm -rf /", "no shell here: `;`"),
        ("get pods && x", "no shell here: `&&`"),
        ("get pods &", "no shell here: `&`"),
        ("get pods $(whoami)", "no shell here: `$(`"),
        ('get pods "$(whoami)"', "no shell here: `$`"),
        ("get pods `whoami`", "no shell here: ```"),
        ('get pods "`whoami`"', "no shell here: ```"),
        ("get pods $HOME", "no shell here: `$`"),
        ("delete pod x # and y", "no shell here: `#`"),
        ("get pods\ndelete pod x", "no shell here: a line end"),
        ("get pods 'x", "quote is open"),
        ("get pods x\\", "quote is open"),
        ("get pods --context other", "`--context` leads to another"),
        ("--context other get pods", "`--context` leads to another"),
        ("oc --context other get pods", "`--context` leads to another"),
        ("get pods --kubeconfig=/x", "`--kubeconfig` leads to another"),
        ("get pods --server https://x", "`--server` leads to another"),
        ("get pods --as=root", "`--as` leads to another"),
        ("get pods --as-group=x", "`--as-group` leads to another"),
        ("get pods --as_group=x", "`--as_group` leads to another"),
        ("get pods --token x", "`--token` leads to another"),
        ("get pods -s https://x", "`-s` is set by the program"),
        ("get pods -n a -n b", "Say one namespace"),
        ("get pods -n a -A", "Say one namespace"),
        ("get pods -n", "is no name of a namespace"),
        ("get pods -n 'A B'", "is no name of a namespace"),
        ("get pods -An x", "`-n` is set by the program"),
        ("edit dpa x", "opens an editor"),
        ("exec -it velero -- sh", "needs a terminal"),
        ("exec deploy/velero -c velero -- ./velero backup delete x", "needs a terminal"),
        ("rsh velero", "needs a terminal"),
        ("debug node/x", "needs a terminal"),
        ("port-forward svc/x 80", "needs a terminal"),
        ("proxy", "needs a terminal"),
        ("attach x", "needs a terminal"),
        ("login", "who you are"),
        ("project other", "who you are"),
        ("explode everything", "not in the table"),
        ("oc oc get pods", "not in the table"),
        ("get secret x -o jsonpath={.data}", "could print the values of a Secret"),
        ("apply -f file.yaml", "-f -"),
        ("get pods -w", "not a flag"),
        ("apply -f -", "type or paste it"),
        ("get pods " + "x" * 20_000, "longer than"),
    ],
)
def test_what_a_person_may_expect_of_a_shell_is_refused_in_one_clear_line(
    prompt: Prompt, line: str, words: str
) -> None:
    said = why(prompt, line)
    assert words in said
    assert "\n" not in said
    assert prompt.look(line).risk is None


@pytest.mark.parametrize(
    ("line", "risk"),
    [
        ("get pods", Risk.READ),
        ("logs -f x", Risk.READ),
        ("label bsl custom a=b", Risk.CHANGE),
        ("delete pod velero-1", Risk.DISRUPTIVE),
        ("delete backup x", Risk.DESTRUCTIVE),
    ],
)
def test_the_risk_is_known_while_the_line_is_typed(prompt: Prompt, line: str, risk: Risk) -> None:
    look = prompt.look(line)
    assert look.risk is risk
    assert look.refused is None
    assert not look.wants_manifest


@pytest.mark.parametrize(
    "line", ["", "g", "oc ge", "roll", "rollout", "rollout re", "adm to", "adm "]
)
def test_nothing_is_refused_before_the_verb_is_typed(prompt: Prompt, line: str) -> None:
    assert prompt.look(line).refused is None


@pytest.mark.parametrize("line", ["gex", "gex ", "rollout explode", "adm drain x", "log"])
def test_a_verb_that_is_none_is_refused_at_once(prompt: Prompt, line: str) -> None:
    assert (prompt.look(line).refused is None) is (line == "log")


# Manifests


MANIFEST = "apiVersion: velero.io/v1\nkind: Restore\nmetadata: {name: x}\nspec: {a: 2026-01-01}\n"


def test_a_manifest_is_sent_as_the_data_that_it_is(prompt: Prompt) -> None:
    request = prompt.request("apply -f -", MANIFEST)
    assert request.stdin is not None
    assert msgspec.json.decode(request.stdin) == {
        "apiVersion": "velero.io/v1",
        "kind": "Restore",
        "metadata": {"name": "x"},
        "spec": {"a": "2026-01-01"},
    }
    assert rest(request) == "-n openshift-adp apply -f -"


def test_what_a_manifest_is_raises_the_risk(prompt: Prompt) -> None:
    delete = "apiVersion: velero.io/v1\nkind: DeleteBackupRequest\nmetadata: {name: x}\n"
    assert prompt.look("create -f -") == Look(wants_manifest=True)
    assert prompt.look("create -f -", MANIFEST).risk is Risk.CHANGE
    assert prompt.look("create -f -", delete).risk is Risk.DESTRUCTIVE
    assert prompt.request("create -f -", delete).confirm_name == "x"


def test_a_manifest_goes_to_its_own_namespace_unless_the_line_says_another(prompt: Prompt) -> None:
    own = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: shop}\n"
    assert rest(prompt.request("apply -f -", own)) == "-n shop apply -f -"
    assert rest(prompt.request("apply -n shop -f -", own)) == "-n shop apply -f -"
    assert "namespace shop, the line says other" in why(prompt, "apply -n other -f -", own)
    wide = "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n"
    assert rest(prompt.request("apply -f -", wide)) == "apply -f -"


@pytest.mark.parametrize(
    "manifest",
    ["", "  \n", "- a", "a: b", "kind: [", "a: &x 1\nkind: *x", "kind: A\n---\nkind: B",
     "kind: !!python/object/apply:os.system [id]", "kind: A\n? {a: b}\n: c",
     "kind: A\n" + "x: " * 3, "kind: A\nb: " + "c" * 300_000, "kind: List\nItems: []"],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(prompt: Prompt, manifest: str) -> None:
    assert why(prompt, "apply -f -", manifest)


def test_a_manifest_that_the_line_does_not_read_is_left_out(prompt: Prompt) -> None:
    assert prompt.request("get pods", MANIFEST).stdin is None


def test_a_manifest_is_judged_anew_when_it_is_another_one(prompt: Prompt) -> None:
    delete = MANIFEST.replace("Restore", "DeleteBackupRequest")
    for manifest, risk in ((MANIFEST, Risk.CHANGE), (delete, Risk.DESTRUCTIVE)) * 2:
        assert prompt.look("create -f -", manifest).risk is risk
    with pytest.raises(Refused):
        prompt.request("create -f -", "")


def test_a_command_copied_from_the_program_comes_back_whole(prompt: Prompt) -> None:
    first = prompt.request("apply -f -", MANIFEST)
    line, manifest = split_pasted(first.shown)
    again = prompt.request(line, manifest)
    assert (again.argv, again.stdin) == (first.argv, first.stdin)
    assert split_pasted("oc get pods \\\n  -o name\n") == ("oc get pods    -o name", "")


# Running


async def test_a_read_runs_at_once_and_is_recorded(tmp_path: Path) -> None:
    runner = Runner({"get pods": ["NAME", "velero"]})
    prompt = opened(tmp_path, runner)
    events = await run(prompt, prompt.request("get pods"))
    assert [each.text for each in events if isinstance(each, Line)] == ["NAME", "velero"]
    prompt.close()
    record = recorded(prompt, tmp_path)
    assert record.first("opened")["kind"] == "prompt"
    assert record.first("opened")["title"]["en"] == "oc prompt"
    assert [each.asked["argv"] for each in record.attempts] == [[*HEAD, "get", "pods"]]
    assert record.attempts[0].asked["title"]["en"] == "oc -n openshift-adp get pods"
    assert record.closed


async def test_a_change_needs_a_look_and_an_approval_of_exactly_it(tmp_path: Path) -> None:
    runner = Runner({"label bsl custom a=b": ["labeled"]})
    prompt = opened(tmp_path, runner)
    request = prompt.request("label bsl custom a=b")
    with pytest.raises(NotApproved):
        await run(prompt, request)
    other = prompt.request("label bsl custom a=c")
    looked = await prompt.inspect(other)
    with pytest.raises(NotApproved):
        await run(prompt, request, looked.approve())
    assert "label bsl custom a=b" not in runner.shown
    inspection = await prompt.inspect(request)
    assert {each.about for each in inspection.guards} >= {"place", "permission", "idle"}
    approval = inspection.approve()
    await run(prompt, inspection.request, approval)
    with pytest.raises(NotApproved):
        await run(prompt, inspection.request, approval)
    assert runner.shown.count("label bsl custom a=b") == 1
    attempt = recorded(prompt, tmp_path).attempts[0]
    assert attempt.asked["approved"] == request.digest
    assert attempt.asked["step"] == "typed-1"


async def test_an_object_that_changed_since_the_look_stops_the_change(tmp_path: Path) -> None:
    runner = Runner({"label bsl custom a=b": ["labeled"]})
    prompt = opened(tmp_path, runner)
    inspection = await prompt.inspect(prompt.request("label bsl custom a=b"))
    runner.object = {**BSL, "spec": {"provider": "azure"}}
    with pytest.raises(Changed):
        await run(prompt, inspection.request, inspection.approve())
    assert "label bsl custom a=b" not in runner.shown


async def test_what_runs_on_the_cluster_blocks_a_disruptive_line(tmp_path: Path) -> None:
    backup = body("Backup", "nightly", status={"phase": "InProgress"})
    prompt = opened(tmp_path, facts=snapshot(backup))
    inspection = await prompt.inspect(prompt.request("delete pod velero-1"))
    assert inspection.blocked
    with pytest.raises(NotApproved):
        inspection.approve()


async def test_read_only_and_protected_places_hold_for_typed_lines_too(tmp_path: Path) -> None:
    prompt = opened(tmp_path, target=replace(TARGET, read_only=True))
    request = prompt.request("label bsl custom a=b")
    with pytest.raises(Refused):
        await run(prompt, request, request.approve())
    guarded = opened(tmp_path, target=replace(TARGET, protected=True))
    request = guarded.request("label bsl custom a=b")
    assert request.confirm_context == "lab"
    with pytest.raises(NotApproved):
        request.approve()
    assert guarded.request("get pods").confirm_context == ""


async def test_one_command_at_a_time(tmp_path: Path) -> None:
    runner = Runner({"get pods": [...], "get nodes": []})
    prompt = opened(tmp_path, runner)
    events = prompt.run(prompt.request("get pods"))
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    with pytest.raises(NotReady):
        await run(prompt, prompt.request("get pods"))
    runner.gate.set()
    assert isinstance(await first, Exited)
    await events.aclose()
    await run(prompt, prompt.request("get pods"))


async def test_a_followed_log_runs_until_it_is_stopped(tmp_path: Path) -> None:
    runner = Runner({"logs velero-1 -f": ["one", ...]})
    prompt = opened(tmp_path, runner)
    request = prompt.request("logs velero-1 -f")
    assert request.timeout == FOLLOW_FOR
    events = prompt.run(request)
    assert (await anext(events)).text == "one"  # type: ignore[union-attr]
    await events.aclose()
    await run(prompt, prompt.request("get pods"))
    outcome = recorded(prompt, tmp_path).attempts[0].outcome
    assert outcome is not None
    assert outcome["ending"] == "cancelled"


async def test_the_last_change_can_be_taken_back(tmp_path: Path) -> None:
    runner = Runner({"label bsl custom a=b": ["labeled"]})
    prompt = opened(tmp_path, runner)
    with pytest.raises(NotReady):
        prompt.undo()
    inspection = await prompt.inspect(prompt.request("label bsl custom a=b"))
    await run(prompt, inspection.request, inspection.approve())
    await run(prompt, prompt.request("get pods"))
    assert prompt.undoable
    undo = prompt.undo()
    assert (undo.step, undo.purpose) == ("typed-1", "undo")
    assert rest(undo).startswith("-n openshift-adp label ")
    assert "a-" in undo.argv
    metadata = {**BSL["metadata"], "labels": {"a": "b"}}
    runner.object = {**BSL, "metadata": metadata}
    inspection = await prompt.inspect(undo)
    await run(prompt, inspection.request, inspection.approve())
    assert not prompt.undoable
    with pytest.raises(NotReady):
        prompt.undo()


# What must never happen


WORDS = [
    "get", "delete", "label", "apply", "logs", "rollout", "restart", "pods", "backup", "x", "a=b",
    "-n", "-nshop", "--namespace=x", "-A", "-An", "-l", "-o", "json", "-f", "-", "--context",
    "--context=y", "--kubeconfig", "--as=x", "--token=x", "-s", "|", ";", "$(id)", "`id`", ">",
    "'", '"', "\\", "oc", "--dry-run=server", "--", "\n", "#", "--force", "-c",
]  # fmt: skip
LINES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=8).map(" ".join)


@given(LINES)
def test_no_line_leads_elsewhere_or_means_more_than_it_shows(line: str) -> None:
    prompt = _standing
    try:
        request = prompt.request(line, MANIFEST)
    except Refused:
        return
    assert request.argv[: len(TARGET.pinned)] == TARGET.pinned
    judged, risk = Gate(Runner(), TARGET).judge(request)
    assert risk is request.risk
    assert judged.refused is None
    assert prompt.look(line, MANIFEST).risk is risk
    typed = read_line(line, TARGET.pinned)
    # Word for word what was typed, but for the namespace: no glob, no variable, no split.
    assert request.argv[len(request.argv) - len(typed.arguments) :] == typed.arguments


@given(st.text(max_size=60), st.text(max_size=60))
def test_looking_at_a_line_never_raises(line: str, manifest: str) -> None:
    _standing.look(line, manifest)
    _standing.look(f"apply -f - {line}", manifest)


@given(st.text(max_size=200))
def test_reading_a_manifest_only_ever_refuses(text: str) -> None:
    with suppress(Refused):
        assert _standing.request("apply -f -", text).stdin


_standing = opened(Path("/nonexistent"))


def test_the_few_calls_of_veleros_own_command_line_can_be_typed(prompt: Prompt) -> None:
    line = "exec deploy/velero -c velero -- ./velero backup logs nightly --insecure-skip-tls-verify"
    request = prompt.request(f"oc -n openshift-adp {line}")
    assert request.risk is Risk.CHANGE
    assert " ".join(request.argv).endswith(line)
    assert prompt.look(line).risk is Risk.CHANGE
