"""A hand-made cluster, its findings, and stand-ins for what opens sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from knowledge.finding import (
    Diagnosis,
    Finding,
    IssueState,
    Judgement,
    LogEvidence,
    ObjectEvidence,
    Severity,
    Verdict,
)
from knowledge.model import Cause, Examples, Issue, Procedure, Reference, Risk, Step, StepKind
from knowledge.origin import Origin
from knowledge.snapshot import (
    LogGroup,
    LogHit,
    ObjectRef,
    SignatureHits,
    Snapshot,
    SourceInfo,
    SourceType,
    index,
)
from knowledge.text import Language, Text
from tui.engine.ports import Connection, Phase
from tui.engine.session import State

NOW = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
NAMESPACE = "openshift-adp"


def text(en: str, ja: str = "") -> Text:
    return Text(en=en, ja=ja or f"日本語：{en}")


def ago(**units: int) -> str:
    return (NOW - timedelta(**units)).isoformat().replace("+00:00", "Z")


def thing(name: str, namespace: str = NAMESPACE, **body: Any) -> dict[str, Any]:
    labels = body.pop("labels", {})
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "creationTimestamp": ago(days=3),
        },
        **body,
    }


def backup(name: str, phase: str, minutes: int, **status: Any) -> dict[str, Any]:
    return thing(
        name,
        spec={"storageLocation": "custom", "includedNamespaces": ["shop"]},
        status={"phase": phase, "startTimestamp": ago(minutes=minutes), **status},
    )


def pod(name: str, ready: bool = True, restarts: int = 0) -> dict[str, Any]:
    return thing(
        name,
        status={
            "phase": "Running",
            "containerStatuses": [{"name": "main", "ready": ready, "restartCount": restarts}],
        },
    )


HIT = LogHit(
    log="velero-7c9f6d5b8-x2x4k/velero",
    group=LogGroup.VELERO,
    line=4211,
    time="2025-07-01T11:41:07Z",
    text='time="2025-07-01T11:41:07Z" level=error msg="Error backing up item" '
    'backup=openshift-adp/nightly-20250701 error="error executing custom action '
    "(groupResource=imagestreams.image.openshift.io, namespace=shop, name=postgres): rpc error: "
    "code = Unknown desc = errors getting registryenv: secrets "
    '\\"oadp-custom-aws-registry-secret\\" not found"',
    fields={
        "backup": "openshift-adp/nightly-20250701",
        "secret": "oadp-custom-aws-registry-secret",
    },
)
BSL = ObjectRef("BackupStorageLocation", NAMESPACE, "custom")
BACKUP = ObjectRef("Backup", NAMESPACE, "nightly-20250701")


def snapshot(**changes: Any) -> Snapshot:
    objects: dict[str, list[dict[str, Any]]] = {
        "ClusterServiceVersion": [
            thing("oadp-operator.v1.4.1", status={"phase": "Succeeded"}),
        ],
        "Deployment": [
            thing(
                "openshift-adp-controller-manager",
                spec={"replicas": 1},
                status={"readyReplicas": 1},
            ),
            thing("velero", spec={"replicas": 1}, status={"readyReplicas": 1}),
        ],
        "DaemonSet": [
            thing("node-agent", status={"desiredNumberScheduled": 3, "numberReady": 2}),
        ],
        "Pod": [
            pod("openshift-adp-controller-manager-6d5c-abcde"),
            pod("velero-7c9f6d5b8-x2x4k", restarts=1),
            pod("node-agent-aaaaa"),
            pod("node-agent-bbbbb"),
            pod("node-agent-ccccc", ready=False, restarts=12),
        ],
        "DataProtectionApplication": [
            thing(
                "dpa",
                status={
                    "conditions": [
                        {
                            "type": "Reconciled",
                            "status": "True",
                            "reason": "Complete",
                            "message": "Reconcile complete",
                        }
                    ]
                },
            )
        ],
        "BackupStorageLocation": [
            thing(
                "dpa-1",
                spec={"provider": "aws", "default": True},
                status={"phase": "Available"},
                labels={"app.kubernetes.io/component": "bsl"},
            ),
            thing(
                "custom",
                spec={"provider": "aws", "objectStorage": {"bucket": "shop-backups"}},
                status={"phase": "Available", "lastValidationTime": ago(minutes=1)},
            ),
        ],
        "Backup": [
            backup("nightly-20250701", "PartiallyFailed", 25, errors=1, warnings=2),
            *(
                backup(f"nightly-202506{day:02}", "Completed", 1440 * (31 - day) + 25)
                for day in range(10, 31)
            ),
            backup("adhoc", "InProgress", 3, progress={"totalItems": 120, "itemsBackedUp": 44}),
        ],
        "Restore": [
            thing(
                "empty",
                spec={"backupName": "nightly-20250630"},
                status={
                    "phase": "Completed",
                    "startTimestamp": ago(hours=5),
                    "progress": {"totalItems": 0, "itemsRestored": 0},
                },
            ),
        ],
        "Schedule": [
            thing(
                "nightly",
                spec={"schedule": "35 11 * * *"},
                status={"phase": "Enabled", "lastBackup": ago(minutes=25)},
            ),
        ],
    }
    base = Snapshot(
        source=SourceInfo(SourceType.PRACTICE, "imagestream-registry-secret-missing", NAMESPACE),
        now=NOW,
        objects={kind: index(bodies) for kind, bodies in objects.items()},
        unread={
            "DataUpload": text(
                "forbidden: no right to list datauploads", "権限がありません（datauploads の list）"
            )
        },
        absent=frozenset({"NonAdminBackup", "NonAdminRestore", "NonAdminBackupStorageLocation"}),
        hits={"imagestream-registry-secret-missing/panic": SignatureHits(3, (HIT,))},
    )
    return replace(base, **changes)


MISSING_SECRET = Finding(
    issue="imagestream-registry-secret-missing",
    cause="bsl-unlabelled",
    verdict=Verdict.CONFIRMED,
    severity=Severity.ERROR,
    title=text(
        "The storage location custom lacks the label that makes the operator create its registry"
        " secret",
        "保存場所 custom にラベルがないため、Operator がレジストリーシークレットを作成しません",
    ),
    subjects=(BSL,),
    evidence=(
        ObjectEvidence(
            BSL,
            'metadata.labels."app.kubernetes.io/component"',
            None,
            text(
                "The storage location has no label app.kubernetes.io/component",
                "保存場所にラベル app.kubernetes.io/component がありません",
            ),
            "unlabelled",
        ),
        ObjectEvidence(
            BACKUP,
            "status.phase",
            "PartiallyFailed",
            text("The backup failed in part", "バックアップの一部が失敗しました"),
            "failed",
        ),
        LogEvidence(
            HIT,
            text(
                "Velero asked for a registry secret that does not exist",
                "Velero が存在しないレジストリーシークレットを要求しました",
            ),
            "panic",
            3,
        ),
    ),
    missing=(),
    bindings=({"bsl": "custom", "provider": "aws"},),
    procedure=True,
)
NODE_AGENT = Finding(
    issue="node-agent-oom",
    cause="limit",
    verdict=Verdict.LIKELY,
    severity=Severity.WARNING,
    title=text(
        "A node agent restarts again and again", "ノードエージェントが再起動を繰り返しています"
    ),
    subjects=(ObjectRef("Pod", NAMESPACE, "node-agent-ccccc"),),
    evidence=(
        ObjectEvidence(
            ObjectRef("Pod", NAMESPACE, "node-agent-ccccc"),
            "status.containerStatuses.0.restartCount",
            12,
            text("Its container restarted 12 times", "コンテナーが 12 回再起動しました"),
            "restarts",
        ),
    ),
    missing=(
        text(
            "The reason of the last restart could not be read: pods/log is forbidden",
            "前回の再起動の理由を読み取れません：pods/log の権限がありません",
        ),
    ),
    bindings=({"pod": "node-agent-ccccc"},),
    procedure=False,
)
EOF_MESSAGE = Finding(
    issue="plugin-eof",
    cause="normal",
    verdict=Verdict.BENIGN,
    severity=Severity.INFO,
    title=text(
        '"received EOF, stopping recv loop" is no error',
        "「received EOF, stopping recv loop」はエラーではありません",
    ),
    subjects=(),
    evidence=(),
    missing=(),
    bindings=(),
    procedure=False,
)


def issue(id: str, en: str, ja: str, *causes: str, steps: tuple[Step, ...] = ()) -> Issue:
    return Issue(
        id=id,
        title=text(en, ja),
        summary=text(f"What is seen: {en}.", f"症状：{ja}。"),
        cause=text(
            "Velero asks for a secret that only the operator makes.\n\n- One point with `code`.\n"
            "- Another **bold** one.",
            "Velero は Operator だけが作成するシークレットを要求します。\n\n- `code` を含む項目。\n"
            "- **太字**の項目。",
        ),
        severity=Severity.ERROR,
        sources=(Reference(url="https://docs.example.com/oadp", title="OADP documentation"),),
        facts={},
        causes=tuple(
            Cause(
                id=cause,
                title=text(f"Cause {cause}", f"原因 {cause}"),
                explain=text(
                    "The operator creates `oadp-<bsl>-<provider>-registry-secret` only for storage"
                    " locations with the label `app.kubernetes.io/component=bsl`.",
                    "Operator は、ラベル `app.kubernetes.io/component=bsl` が付いた保存場所に"
                    "対してのみ"
                    "レジストリーシークレットを作成します。DPA の範囲外で作成した保存場所には、"
                    "このラベルがありません。",
                ),
                when={},
            )
            for cause in causes
        ),
        examples=Examples(positive=(), negative=()),
        procedure=Procedure(steps=steps) if steps else None,
    )


STEPS = (
    Step(
        id="look",
        kind=StepKind.CHECK,
        title=text("Look at the storage location", "保存場所を確認"),
        why=text("Shows its labels as they are now.", "現在のラベルを表示します。"),
        run=("get", "backupstoragelocations.velero.io", "${bsl}", "--show-labels"),
    ),
    Step(
        id="way",
        kind=StepKind.CHOOSE,
        title=text("Choose a way", "方法を選択"),
        why=text("The label is enough in most cases.", "通常はラベルの付与で十分です。"),
    ),
    Step(
        id="label",
        kind=StepKind.CHANGE,
        title=text("Add the label", "ラベルを追加"),
        why=text(
            "The operator makes the registry secret for labelled locations only.",
            "Operator は、ラベルが付いた保存場所にだけレジストリーシークレットを作成します。",
        ),
        run=(
            "label",
            "backupstoragelocations.velero.io",
            "${bsl}",
            "app.kubernetes.io/component=bsl",
        ),
        risk=Risk.CHANGE,
    ),
    Step(
        id="wait",
        kind=StepKind.WAIT,
        title=text("Wait for the secret", "シークレットの作成を待機"),
        why=text("The operator needs a few seconds.", "Operator の処理に数秒かかります。"),
    ),
    Step(
        id="tell",
        kind=StepKind.MANUAL,
        title=text("Tell the owner", "担当者に連絡"),
        why=text(
            "Tell who runs the shop that backups work again.",
            "バックアップが復旧したことを担当者に連絡してください。",
        ),
    ),
)
ISSUES = {
    each.id: each
    for each in (
        issue(
            "imagestream-registry-secret-missing",
            "Image stream backup fails because the registry secret is missing",
            "レジストリーシークレットがないため、イメージストリームのバックアップが失敗する",
            "bsl-unlabelled",
            steps=STEPS,
        ),
        issue(
            "node-agent-oom",
            "The node agent runs out of memory",
            "ノードエージェントのメモリーが不足する",
            "limit",
        ),
        issue(
            "plugin-eof",
            "Velero plug-ins log received EOF",
            "プラグインが received EOF を記録する",
            "normal",
        ),
        issue(
            "bsl-unavailable", "A storage location is unavailable", "保存場所を利用できない", "tls"
        ),
        issue(
            "dataupload-stuck", "Data uploads do not end", "データのアップロードが終わらない", "x"
        ),
    )
}
DIAGNOSIS = Diagnosis(
    findings=(MISSING_SECRET, NODE_AGENT, EOF_MESSAGE),
    issues={
        "imagestream-registry-secret-missing": IssueState(Judgement.FOUND),
        "node-agent-oom": IssueState(Judgement.FOUND),
        "plugin-eof": IssueState(Judgement.FOUND),
        "bsl-unavailable": IssueState(Judgement.NOT_FOUND),
        "dataupload-stuck": IssueState(
            Judgement.NOT_EVALUATED,
            (text("datauploads could not be read: forbidden", "datauploads を読み取れません"),),
        ),
    },
)
READY = Connection(
    Phase.READY,
    context="imagestream-registry-secret-missing",
    server="https://127.0.0.1:6443",
    user="kube:admin",
    requests=42,
    read=30,
    expected=30,
)


def state(**changes: Any) -> State:
    base = State(1, READY, snapshot(), DIAGNOSIS, True)
    return replace(base, **changes)


class FakeKnowledge:
    """Issues without files."""

    def __init__(self, issues: Mapping[str, Issue] = ISSUES) -> None:
        self.issues = issues
        self.problems = ()
        self.kinds = frozenset[str]()
        self.signatures = ()
        self.compiled: dict[str, Any] = {}
        self.files: dict[str, str] = {}
        self.origins: dict[str, Origin] = {}

    def made(self, make: Callable[[Any], Any]) -> Any:
        return make(self)

    def origin(self, issue: str) -> Origin:
        return self.origins.get(issue, Origin.BUILT_IN)

    def seen_together(self, issue: str) -> list[str]:
        return []

    def related(self, issue: str) -> list[str]:
        return [each for each in self.issues[issue].related if each in self.issues]


@dataclass
class FakeSource:
    can_run: bool = True


class FakeSession:
    """A session whose states are handed to it."""

    def __init__(self, first: State | None = None, *, can_run: bool = True) -> None:
        self.state = first or state()
        self.knowledge = FakeKnowledge()
        self.source = FakeSource(can_run)
        self.started = self.stopped = False
        self._subscribers: list[Callable[[State], None]] = []

    def subscribe(self, callback: Callable[[State], None]) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    async def start(self) -> None:
        self.started = True

    async def stop(self) -> None:
        self.stopped = True

    def give(self, new: State) -> None:
        self.state = new
        for callback in tuple(self._subscribers):
            callback(new)


class FakeProblem(Exception):
    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass
class FakeLaunch:
    session: FakeSession = field(default_factory=FakeSession)
    language: Language = "en"
    read_only: bool = False
    error: Text | None = None
    runbooks: list[Any] = field(default_factory=list)
    opened: list[Any] = field(default_factory=list)
    problem: type[Exception] = FakeProblem

    choice: Any = "first"
    looked_in: str = ""
    no_program: Text | None = None
    protected: tuple[str, ...] = ()
    knowledge_files: Any = field(default_factory=lambda: SimpleNamespace(reread=lambda _: None))
    dry_run: bool = False
    target: Any = None
    modes: list[Any] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)

    def scenarios(self) -> tuple[tuple[str, Text], ...]:
        return (
            ("healthy", text("Everything works", "すべて正常")),
            (
                "imagestream-registry-secret-missing",
                text("An image stream is not saved", "イメージストリームが保存されない"),
            ),
        )

    def contexts(self, path: str = "") -> tuple[str, ...]:
        self.looked_in = path
        return ("prod/api-prod:6443/admin", "[red]dev[/x]")

    def build_target(self, session: Any) -> Any:
        return self.target

    def program_problem(self) -> Text | None:
        return self.no_program

    def runbook(self, session: Any, finding: Finding, mode: Any = None) -> Any:
        self.modes.append(mode)
        return self.runbooks.pop(0)

    def walkthrough(self, session: Any, issue: str, cause: str) -> Any:
        return self.runbooks.pop(0)

    def reopen(self, session: Any, id: str) -> Any:
        self.reopened.append(id)
        if self.error is not None:
            raise FakeProblem(self.error)
        return self.runbooks.pop(0)

    def open(self, choice: Any) -> Any:
        self.opened.append(choice)
        if self.error is not None and choice is None:
            raise FakeProblem(self.error)
        return self.session
