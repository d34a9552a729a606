import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge.model import Risk
from tests.fakes import HEAD, TARGET, FakeRunner, Item
from tui.engine.gate import Gate
from tui.engine.ports import Ending, Exited, Line
from tui.engine.preview import Preview, make_preview, without_output
from tui.engine.request import Request

RECORDINGS = Path(__file__).parents[1] / "recordings" / "oc"
LABEL = "label backupstoragelocations.velero.io custom-bsl app.kubernetes.io/component=bsl"
LIVE = "get backupstoragelocations.velero.io/custom-bsl -o json"


def recorded(name: str) -> list[Item]:
    taken = json.loads((RECORDINGS / f"{name}.json").read_text())
    return [*taken["stdout"].splitlines(), Exited(Ending.EXIT, taken["exit_code"], 0.1)]


class Answers(FakeRunner):
    """Answers with text on stderr where the script says so."""

    async def run(self, command):  # type: ignore[no-untyped-def,override]
        async for event in super().run(command):
            if isinstance(event, Line) and event.text.startswith("!"):
                yield Line("stderr", event.text[1:])
            else:
                yield event


async def preview(
    command: str | tuple[str, ...],
    script: Mapping[str, Sequence[Item]],
    *,
    stdin: str | None = None,
    runner: FakeRunner | None = None,
) -> Preview:
    words = tuple(command.split()) if isinstance(command, str) else command
    request = Request("s", "run", (*HEAD, *words), stdin, Risk.CHANGE)
    runner = runner or Answers()
    runner.script = script
    return await make_preview(Gate(runner, TARGET), request)


def bsl(labels: dict[str, str] | None = None, **rest: Any) -> str:
    return json.dumps(
        {
            "apiVersion": "velero.io/v1",
            "kind": "BackupStorageLocation",
            "metadata": {
                "name": "custom-bsl",
                "resourceVersion": "1" if labels is None else "2",
                "generation": 1 if labels is None else 2,
                "uid": "x",
                "managedFields": [{"a": "b"}],
                **({"labels": labels} if labels else {}),
            },
            "spec": {"provider": "aws", **rest},
        },
        indent=4,
    )


async def test_a_label_shows_the_difference_it_makes() -> None:
    if not RECORDINGS.is_dir():
        pytest.skip("no recordings of oc here")
    answer = recorded("label-dryrun-server-json")
    live = json.loads("\n".join(line for line in answer if isinstance(line, str)))
    del live["metadata"]["labels"]
    live["metadata"]["resourceVersion"] = "9"
    shown = await preview(
        LABEL,
        {f"{LABEL} --dry-run=server -o json": answer, LIVE: json.dumps(live, indent=4).split("\n")},
    )
    assert shown.supported
    assert "+  labels:" in shown.difference
    assert "+    app.kubernetes.io/component: bsl" in shown.difference
    assert not any("resourceVersion" in line for line in shown.difference)
    assert len([line for line in shown.difference if line[:1] in "+-"]) == 2


async def test_a_preview_only_reads() -> None:
    runner = Answers()
    await preview(
        LABEL,
        {f"{LABEL} --dry-run=server -o json": [bsl({"a": "b"})], LIVE: [bsl()]},
        runner=runner,
    )
    assert all("--dry-run=server" in call.argv or "get" in call.argv for call in runner.calls)


async def test_no_change_is_said_to_be_none() -> None:
    script = {f"{LABEL} --dry-run=server -o json": bsl().split("\n"), LIVE: bsl().split("\n")}
    shown = await preview(LABEL, script)
    assert shown.supported
    assert shown.difference == ()
    assert "nothing" in shown.message.en


async def test_a_refusal_of_the_server_is_passed_on() -> None:
    answer: list[Item] = ["!Error from server (Forbidden): no", Exited(Ending.EXIT, 1, 0.1)]
    shown = await preview(LABEL, {f"{LABEL} --dry-run=server -o json": answer})
    assert shown.difference == ()
    assert "Forbidden" in shown.message.en
    assert "Forbidden" in shown.message.ja


async def test_a_server_that_does_not_answer_is_told() -> None:
    answer: list[Item] = [Exited(Ending.TIMEOUT, -2, 20.0)]
    shown = await preview(LABEL, {f"{LABEL} --dry-run=server -o json": answer})
    assert "did not answer" in shown.message.en


async def test_a_new_object_is_shown_as_a_whole() -> None:
    stdin = '{"apiVersion":"velero.io/v1","kind":"Restore","metadata":{"name":"r"}}'
    made = '{"kind":"Restore","metadata":{"name":"r","uid":"x"},"spec":{"backupName":"b"}}'
    shown = await preview(
        "create -f -", {"create -f - --dry-run=server -o json": [made]}, stdin=stdin
    )
    assert "+kind: Restore" in shown.difference
    assert "+  backupName: b" in shown.difference
    assert not any("uid" in line for line in shown.difference)


async def test_an_applied_manifest_is_compared_with_the_live_object() -> None:
    stdin = '{"apiVersion":"velero.io/v1","kind":"Restore","metadata":{"name":"r"}}'
    before = '{"kind":"Restore","metadata":{"name":"r"},"spec":{"backupName":"a"}}'
    after = '{"kind":"Restore","metadata":{"name":"r"},"spec":{"backupName":"b"}}'
    script = {
        "apply -f - --dry-run=server -o json": [after],
        "get Restore.v1.velero.io/r -o json": [before],
    }
    script = {**script, "get restore.v1.velero.io/r -o json": [before]}
    shown = await preview("apply -f -", script, stdin=stdin)
    assert [line for line in shown.difference if line[:1] in "+-"] == [
        "-  backupName: a",
        "+  backupName: b",
    ]


@pytest.mark.parametrize("answer", [["No resources found"], []])
async def test_a_deletion_that_matches_nothing_says_so(answer: list[Item]) -> None:
    script = {"delete pod -l a=b --dry-run=server -o name": answer}
    shown = await preview("delete pod -l a=b", script)
    assert shown.message.en == "Nothing matches: the server would delete nothing."
    assert shown.difference == ()


async def test_a_deletion_shows_what_would_go() -> None:
    script = {
        "delete backups.velero.io b --dry-run=server -o name": ["backup.velero.io/b"],
        "get backups.velero.io/b -o json": ['{"kind":"Backup","metadata":{"name":"b"}}'],
    }
    shown = await preview("delete backups.velero.io b", script)
    assert "-kind: Backup" in shown.difference
    assert "1 object." in shown.message.en
    many = {"delete pod -l a=b --dry-run=server -o name": ["pod/a", "pod/b"]}
    shown = await preview("delete pod -l a=b", many)
    assert shown.difference == ("- pod/a", "- pod/b")


async def test_secrets_stay_out_of_a_preview() -> None:
    before = '{"kind":"Secret","metadata":{"name":"s"},"data":{"a":"c2VjcmV0"}}'
    after = '{"kind":"Secret","metadata":{"name":"s","labels":{"x":"y"}},"data":{"a":"bmV1"}}'
    shown = await preview(
        "label secret s x=y",
        {"label secret s x=y --dry-run=server -o json": [after], "get secret/s -o json": [before]},
    )
    text = "\n".join(shown.difference)
    assert "x: y" in text
    assert "c2VjcmV0" not in text
    assert "bmV1" not in text


@pytest.mark.parametrize(
    "command",
    ["rollout restart deploy/x", "get pods", "exec x", "label bsl x a=b --dry-run=server"],
)
async def test_what_cannot_be_tried_out_says_so(command: str) -> None:
    runner = FakeRunner()
    shown = await preview(command, {}, runner=runner)
    assert not shown.supported
    assert shown.message.ja
    assert all(call.argv[-4:-2] != ("--dry-run=server", "-o") for call in runner.calls)
    assert all("get" in call.argv for call in runner.calls)


def test_the_output_format_is_the_previews_own() -> None:
    assert without_output(("label", "x", "-o", "name", "a=b")) == ("label", "x", "a=b")
    assert without_output(("label", "-oname", "--output=json", "--output", "x", "y")) == (
        "label",
        "y",
    )


async def test_a_preview_goes_nowhere_else() -> None:
    request = Request("s", "run", ("/bin/sh", "-c", "id"), None, Risk.CHANGE)
    runner = FakeRunner()
    shown = await make_preview(Gate(runner, replace(TARGET)), request)
    assert not shown.supported
    assert runner.calls == []
