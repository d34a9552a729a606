"""Changes taken back against the practice server, over real HTTP, with each client."""

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.quiet import differs, written
from tests.walk.clients import CLIENTS
from tests.walk.test_variants import oc
from tests.walk.walker import new_journal, practice, until
from tui.engine.guard import Guarded, Standing
from tui.engine.inspection import Inspection
from tui.engine.launch import Launch
from tui.engine.ports import Exited, Phase
from tui.engine.prompt import Prompt, open_prompt
from tui.engine.request import Request
from tui.engine.session import Session

BSL = "backupstoragelocations.velero.io"
SCHEDULE = {
    "apiVersion": "velero.io/v1",
    "kind": "Schedule",
    "metadata": {"name": "nightly", "namespace": "openshift-adp", "labels": {"team": "shop"}},
    "spec": {"schedule": "0 2 * * *", "template": {"includedNamespaces": ["shop"]}},
}
CHANGED = {**SCHEDULE, "spec": {"schedule": "0 3 * * *", "paused": True, "template": {}}}


async def run(prompt: Prompt, request: Request) -> None:
    inspection = await prompt.inspect(request)
    assert not inspection.blocked, inspection.guards
    approval = inspection.approve(request.confirm_name, request.confirm_context)
    events = [event async for event in prompt.run(inspection.request, approval)]
    assert isinstance(events[-1], Exited)
    assert events[-1].code == 0, events


async def read(session: Session, launch: Launch, kind: str, name: str) -> dict[str, Any]:
    text = await oc(session, launch, "get", kind, name, "-o", "json")
    return dict(json.loads(text))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("kind", "name", "line", "manifest"),
    [
        (BSL, "custom", f"label {BSL} custom team=shop", ""),
        (BSL, "custom", f"annotate {BSL} custom a.b/c='x y' d=e", ""),
        (BSL, "custom", f"patch {BSL} custom --type=merge -p "
         """'{"spec":{"config":{"region":"mars-1","new":"x"},"default":true}}'""", ""),
        (BSL, "custom", f"patch {BSL} custom --type=json -p "
         """'[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]}]'""", ""),
        ("schedules.velero.io", "nightly", "apply -f -", json.dumps(CHANGED)),
        ("schedules.velero.io", "nightly", "delete schedules.velero.io nightly", ""),
    ],
    ids=["label", "annotate", "merge-patch", "json-patch", "apply", "delete"],
)  # fmt: skip
async def test_what_is_taken_back_is_as_it_was(
    tmp_path: Path, client: str, kind: str, name: str, line: str, manifest: str
) -> None:
    async with practice("imagestream-registry-secret-missing", oc=client) as (session, launch):
        await until(session, lambda s: s.connection.phase is Phase.READY, "the cluster")
        prompt = open_prompt(session, launch.build_target(session), journal=new_journal(tmp_path))
        await run(prompt, prompt.request("apply -f -", json.dumps(SCHEDULE)))
        before = await read(session, launch, kind, name)
        await run(prompt, prompt.request(line, manifest))
        if not line.startswith("delete"):
            after = await read(session, launch, kind, name)
            assert differs(before, after)
        assert prompt.undoable
        undo = await prompt.inspect(prompt.undo())
        objects = [each for each in undo.guards if each.about is Guarded.UNCHANGED]
        assert {each.standing for each in objects} <= {Standing.CLEAR}, objects
        await run(prompt, prompt.undo())
        now = await read(session, launch, kind, name)
        assert [written(path) for path in differs(before, now)] == []
        prompt.close()


@pytest.mark.parametrize("client", CLIENTS)
async def test_what_a_colleague_changed_since_the_plan_is_shown(
    tmp_path: Path, client: str
) -> None:
    issue = "imagestream-registry-secret-missing"
    async with practice(issue, oc=client) as (session, launch):
        state = await until(session, lambda s: bool(s.diagnosis.findings), "the finding")
        runbook = launch.runbook(session, state.diagnosis.findings[0])
        await runbook.plan()
        request = runbook.request("label")
        assert standing(await runbook.inspect(request)) is Standing.CLEAR
        await oc(session, launch, "annotate", BSL, "custom", "owner=shop")
        inspection = await runbook.inspect(request)
        assert standing(inspection) is Standing.WARNING
        guard = next(each for each in inspection.guards if each.about is Guarded.UNCHANGED)
        assert any("+    owner: shop" in str(line) for line in guard.details)
        runbook.close()


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_later_run_says_what_a_colleague_did_before_it_takes_back(
    tmp_path: Path, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OADP_DOCTOR_STATE", str(tmp_path))
    issue = "imagestream-registry-secret-missing"
    async with practice(issue, oc=client) as (session, launch):
        state = await until(session, lambda s: bool(s.diagnosis.findings), "the finding")
        runbook = launch.runbook(session, state.diagnosis.findings[0])
        for view in runbook.steps:
            if view.step.id == "label":
                break
            runbook.skip(view.step.id)
        inspection = await runbook.inspect(runbook.request("label"))
        approval = inspection.approve(context=inspection.request.confirm_context)
        events = [event async for event in runbook.run(inspection.request, approval)]
        assert isinstance(events[-1], Exited)
        assert events[-1].code == 0
        runbook.close()
        for word, said in (("theirs", Standing.WARNING), ("", Standing.BLOCKED)):
            (label,) = [each for each in inspection.request.argv if "=" in each and "/" in each]
            key, _, ours = label.partition("=")
            runbook = launch.reopen(session, runbook.id)
            undo = await runbook.inspect(runbook.request("label", undo=True))
            assert standing(undo) is Standing.CLEAR
            change = f"{key}={word}" if word else f"{key}-"
            await oc(session, launch, "label", BSL, "custom", change, "--overwrite")
            undo = await runbook.inspect(runbook.request("label", undo=True))
            assert standing(undo) is said
            await oc(session, launch, "label", BSL, "custom", f"{key}={ours}", "--overwrite")
            runbook.close()


def standing(inspection: Inspection) -> Standing:
    return next(each.standing for each in inspection.guards if each.about is Guarded.UNCHANGED)
