"""A procedure with a step of every kind, and a world to carry it out in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from knowledge.finding import Finding, Severity, Verdict
from knowledge.model import Risk
from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text
from tests.fakes import TARGET, FakeClock, FakeRunner, Item, body, session, snapshot
from tui.engine.journal import Journal
from tui.engine.mode import Mode
from tui.engine.ports import Exited
from tui.engine.records import Record, read_session
from tui.engine.runbook import (
    Approval,
    Request,
    Runbook,
    StepState,
    Target,
    open_runbook,
)

YAML = """
id: label-missing
title: {en: Label missing, ja: ラベルがありません}
summary: TEXT
cause: TEXT
severity: error
sources: [{url: "https://example.com", title: x}]
facts:
  unlabelled:
    says: {en: no label, ja: ラベルなし}
    object:
      kind: BackupStorageLocation
      bind: {bsl: metadata.name}
      where: [{path: metadata.labels.a, not-equals: b}]
  labelled:
    says: {en: a label, ja: ラベルあり}
    object:
      kind: BackupStorageLocation
      bind: {bsl: metadata.name}
      where: [{path: metadata.labels.a, equals: b}]
causes:
  - {id: by-hand, title: TEXT, explain: TEXT, when: [unlabelled]}
  - {id: other, title: TEXT, explain: TEXT, when: [labelled]}
  - {id: nothing, title: TEXT, explain: TEXT, when: [labelled]}
procedure:
  causes: [by-hand, other]
  inputs:
    bsl: {title: {en: Location, ja: 保存場所}, choose: {kind: BackupStorageLocation}}
    provider:
      title: TEXT
      choose: {kind: BackupStorageLocation, path: spec.provider}
    secret: {title: TEXT, default: "oadp-${bsl}-${provider}-secret"}
    extra: {title: {en: Extra, ja: 追加}, optional: true}
    backup: {title: TEXT, default: "check-${stamp}"}
  steps:
    - {id: read, kind: explain, title: {en: "About ${bsl}", ja: "${bsl} について"}, why: TEXT}
    - id: look
      kind: check
      title: TEXT
      why: TEXT
      run: [get, backupstoragelocations.velero.io, "${bsl}", -o, "jsonpath={.status.phase}"]
      expect:
        output: ^Available
        good: {en: fine, ja: 正常}
        bad: {en: "repair ${bsl}", ja: "${bsl} を修復"}
        stop: true
    - {id: only-other, kind: manual, causes: [other], title: TEXT, why: TEXT}
    - id: label
      kind: change
      title: TEXT
      why: TEXT
      run: [label, backupstoragelocations.velero.io, "${bsl}", a=b]
      risk: change
      skip: [labelled]
      skipped: {en: already labelled, ja: ラベル済み}
      undo:
        note: {en: take it off, ja: 外す}
        run: [label, backupstoragelocations.velero.io, "${bsl}", a-]
    - {id: arrives, kind: wait, title: TEXT, why: TEXT, until: [labelled], within: 60}
    - id: force
      kind: choose
      title: TEXT
      why: TEXT
      options:
        - {id: soft, title: TEXT, why: TEXT, recommended: [labelled]}
        - {id: hard, title: TEXT, why: TEXT, when: [unlabelled]}
    - id: restart
      kind: change
      chosen: {force: [hard]}
      title: TEXT
      why: TEXT
      run: [rollout, restart, deploy/velero]
      risk: disruptive
      undo: {note: {en: "no way", ja: "不可"}}
    - id: agent
      kind: change
      causes: [other]
      title: TEXT
      why: TEXT
      run: [patch, dataprotectionapplications.oadp.openshift.io, dpa, -p, {spec: {a: 1}}]
      risk: disruptive
      undo:
        note: TEXT
        run: [patch, dataprotectionapplications.oadp.openshift.io, dpa, -p, {spec: {a: 0}}]
    - id: with-extra
      kind: change
      title: TEXT
      why: TEXT
      run: [annotate, backupstoragelocations.velero.io, "${bsl}", "x=${extra}"]
      risk: change
      undo: {note: TEXT}
    - id: create
      kind: change
      title: TEXT
      why: TEXT
      run: [create, -f, "-"]
      stdin:
        apiVersion: velero.io/v1
        kind: Backup
        metadata: {name: "${backup}"}
        spec: {storageLocation: "${bsl}"}
      risk: change
      undo:
        note: TEXT
        run: [delete, backups.velero.io, "${backup}"]
examples: {positive: [], negative: []}
""".replace("TEXT", "{en: Text, ja: テキスト}")
GET = "get backupstoragelocations.velero.io custom -o jsonpath={.status.phase}"
LABEL = "label backupstoragelocations.velero.io custom a=b"
SAVE = "get backupstoragelocations.velero.io/custom -o json"
CUSTOM = '{"kind": "BackupStorageLocation", "metadata": {"name": "custom"}}'
SAY = Text(en="x", ja="x")


def bsl(name: str = "custom", **labels: str) -> dict[str, Any]:
    made = body("BackupStorageLocation", name, spec={"provider": f"of-{name}"})
    made["metadata"]["labels"] = labels
    return made


def finding(*bindings: Mapping[str, str], subjects: tuple[ObjectRef, ...] = ()) -> Finding:
    return Finding(
        "label-missing", "by-hand", Verdict.CONFIRMED, Severity.ERROR, SAY, subjects, (), (),
        bindings, True,
    )  # fmt: skip


class World:
    """A runbook with a runner, a clock and a record of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.runner = FakeRunner()
        self.journals: list[Journal] = []

    def open(
        self,
        script: Mapping[str, Sequence[Item]] | None = None,
        *,
        facts: Snapshot | None = None,
        found: Finding | None = None,
        cause: str = "by-hand",
        target: Target = TARGET,
        mode: Mode = Mode.LIVE,
    ) -> Runbook:
        self.runner.script = script or {}
        self.session = session(YAML, facts or snapshot(bsl()))
        journal = Journal(self.folder, clock=self.clock)
        self.journals.append(journal)
        return open_runbook(
            self.session, "label-missing", cause, found or finding({"bsl": "custom"}), target,
            runner=self.runner, journal=journal, clock=self.clock, mode=mode,
        )  # fmt: skip

    def record(self) -> Record:
        return read_session(self.journals[-1].id, self.folder)

    def events(self) -> list[str]:
        return [each["event"] for each in self.record().events]


async def carry_out(runbook: Runbook, step: str, *, undo: bool = False) -> Exited:
    request = runbook.request(step, undo=undo)
    approval = None if request.risk is Risk.READ else request.approve(request.confirm_name)
    return await finish(runbook, request, approval)


async def finish(runbook: Runbook, request: Request, approval: Approval | None = None) -> Exited:
    events = [event async for event in runbook.run(request, approval)]
    assert isinstance(events[-1], Exited)
    return events[-1]


def state(runbook: Runbook, step: str) -> StepState:
    return next(view.state for view in runbook.steps if view.step.id == step)


def note(runbook: Runbook, step: str) -> str:
    found = next(view.note for view in runbook.steps if view.step.id == step)
    return found.en if found else ""


async def to_label(world: World, **script: Sequence[Item]) -> Runbook:
    runbook = world.open({GET: ["Available"], SAVE: [CUSTOM], **dict(script)})
    runbook.tick("read")
    await carry_out(runbook, "look")
    return runbook


async def labelled(world: World, end: Sequence[Item] = ("labeled",)) -> Runbook:
    runbook = await to_label(world, **{LABEL: end})
    await carry_out(runbook, "label")
    return runbook
