"""Short ways to write an incident: objects, log lines in the formats that occur, and a judgement."""

# ruff: noqa: E501

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from knowledge.base import KnowledgeBase
from knowledge.finding import Diagnosis
from knowledge.kinds import kind_of
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, Snapshot, SourceInfo, SourceType, index
from knowledge.text import Text
from knowledge.versions import versions

NS = "openshift-adp"
WHY = Text(en="forbidden", ja="権限がありません")
Body = dict[str, Any]

IMAGES = "imagestream-registry-secret-missing"
KNATIVE = "knative-admission-webhook"
IBM = "ibm-appconnect-webhook"
CRASH = "dpa-cloudstorage-segfault"
EOF = "plugin-eof-benign"

KNATIVE_HOOK = "validation.webhook.serving.knative.dev"
IBM_HOOK = "mutate.configuration.upsert.appconnect.ibm.com"
NO_PARENT = "validation failed: missing field(s): metadata.labels.serving.knative.dev/service"


@dataclass(frozen=True)
class Incident:
    """What is at hand, and what must come of it: `issue/cause verdict`, each once."""

    name: str
    finds: tuple[str, ...] = ()
    objects: tuple[Body, ...] | None = ()
    """None: nothing but logs could be read."""
    logs: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    unread_logs: tuple[str, ...] = ()
    namespace: str = NS


def judge(base: KnowledgeBase, incident: Incident) -> Diagnosis:
    """Return what the knowledge base says to `incident`."""
    collector = Collector(base.signatures)
    for group, text in incident.logs.items():
        reader = collector.open(f"a/{group}", LogGroup(group))
        reader.feed(text.encode())
        reader.close()
    by_kind: dict[str, list[Body]] = {}
    for body in incident.objects or ():
        by_kind.setdefault(kind_of(body.get("apiVersion", ""), body["kind"]), []).append(body)
    objects = {kind: index(bodies) for kind, bodies in by_kind.items()}
    unread = dict.fromkeys(incident.unread, WHY)
    if incident.objects is None:
        unread["*"] = WHY
    return base.diagnose(
        Snapshot(
            source=SourceInfo(SourceType.CLUSTER, "test", incident.namespace, versions(objects)),
            now=datetime(2026, 3, 1, tzinfo=UTC),
            objects=objects,
            unread=unread,
            hits=collector.hits(),
            logs=collector.logs(),
            unread_logs={LogGroup(group): WHY for group in incident.unread_logs},
        )
    )


FIRST = frozenset({IMAGES, KNATIVE, IBM, CRASH, EOF})
"""The issues that these incidents are about; `knowledge check` judges examples by all issues."""


def found(diagnosis: Diagnosis) -> list[str]:
    """Return the findings of those issues, as incidents predict them."""
    return sorted(
        f"{each.issue}/{each.cause} {each.verdict}"
        for each in diagnosis.findings
        if each.issue in FIRST
    )


def make(api: str, kind: str, name: str, namespace: str, **rest: Any) -> Body:
    metadata = {"name": name, "namespace": namespace, **rest.pop("metadata", {})}
    if not namespace:
        del metadata["namespace"]
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def bsl(
    name: str = "custom",
    provider: str = "aws",
    *,
    labels: Mapping[str, str] | None = None,
    dpa: str = "",
    config: Mapping[str, str] | None = None,
    phase: str = "Available",
    namespace: str = NS,
    **spec: Any,
) -> Body:
    """Return a storage location; `dpa` owns it."""
    metadata: Body = {"labels": dict(labels or {})}
    if dpa:
        metadata["ownerReferences"] = [
            {"kind": "DataProtectionApplication", "name": dpa, "controller": True}
        ]
    return make(
        "velero.io/v1",
        "BackupStorageLocation",
        name,
        namespace,
        metadata=metadata,
        spec={"provider": provider, **({"config": dict(config)} if config else {}), **spec},
        status={"phase": phase},
    )


LABEL = {"app.kubernetes.io/component": "bsl"}


def backup(
    name: str = "b1",
    bsl: str = "custom",
    phase: str = "PartiallyFailed",
    start: str = "2026-02-27T02:00:00Z",
    **spec: Any,
) -> Body:
    """Return a backup."""
    return make(
        "velero.io/v1",
        "Backup",
        name,
        NS,
        spec={"storageLocation": bsl, **spec},
        status={"phase": phase, "startTimestamp": start},
    )


def restore(
    name: str = "r1",
    backup: str = "b1",
    phase: str = "PartiallyFailed",
    start: str = "2026-02-27T03:00:00Z",
    items: int = 7,
    **spec: Any,
) -> Body:
    """Return a restore."""
    return make(
        "velero.io/v1",
        "Restore",
        name,
        NS,
        spec={"backupName": backup, **spec},
        status={"phase": phase, "startTimestamp": start, "progress": {"totalItems": items}},
    )


def secret(name: str, namespace: str = NS) -> Body:
    """Return a secret, as far as it is ever read."""
    return make("v1", "Secret", name, namespace)


def dpa(
    *entries: Body,
    name: str = "dpa",
    message: str = "",
    reconciled: str = "",
    namespace: str = NS,
    **spec: Any,
) -> Body:
    """Return a DPA; with a `message` it is refused."""
    status: Body = {}
    if message or reconciled:
        reason = "Error" if message else "Complete"
        condition = {
            "type": "Reconciled",
            "status": "False" if message else reconciled,
            "reason": reason,
            "message": message or "Reconcile complete",
        }
        status = {"conditions": [condition]}
    return make(
        "oadp.openshift.io/v1alpha1",
        "DataProtectionApplication",
        name,
        namespace,
        spec={"backupLocations": list(entries), **spec},
        status=status,
    )


def velero_entry(name: str = "", *, default: bool = True, **more: Any) -> Body:
    """Return a `velero` entry of a DPA."""
    entry: Body = {
        "velero": {
            "provider": "aws",
            "default": default,
            "objectStorage": {"bucket": "b", "prefix": "p"},
            **more,
        }
    }
    return {"name": name, **entry} if name else entry


def bucket_entry(name: str = "", **more: Any) -> Body:
    """Return a `bucket` entry of a DPA."""
    entry: Body = {"bucket": {"cloudStorageRef": {"name": "store"}, **more}}
    return {"name": name, **entry} if name else entry


AGENT = {"nodeAgent": {"enable": True, "uploaderType": "kopia"}}
RESTIC = {"restic": {"enable": True}}


def csv(version: str, phase: str = "Succeeded") -> Body:
    """Return OADP's ClusterServiceVersion."""
    return make(
        "operators.coreos.com/v1alpha1",
        "ClusterServiceVersion",
        f"oadp-operator.v{version}",
        NS,
        spec={"displayName": "OADP Operator", "version": version},
        status={"phase": phase},
    )


def cloud_storage(name: str = "store", provider: str = "aws", **spec: Any) -> Body:
    """Return a CloudStorage."""
    return make(
        "oadp.openshift.io/v1alpha1",
        "CloudStorage",
        name,
        NS,
        spec={"name": f"{name}-bucket", "provider": provider, **spec},
    )


def operator_pod(
    code: int = 2, reason: str = "Error", *, waiting: bool = True, other: Body | None = None
) -> Body:
    """Return the operator's pod after its container ended with `code`."""
    manager: Body = {
        "name": "manager",
        "ready": not waiting,
        "restartCount": 9,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}} if waiting else {"running": {}},
        "lastState": {"terminated": {"exitCode": code, "reason": reason}},
    }
    return make(
        "v1",
        "Pod",
        "openshift-adp-controller-manager-6d9f8c-x2x4q",
        NS,
        metadata={"labels": {"control-plane": "controller-manager"}},
        status={"containerStatuses": [*([other] if other else []), manager]},
    )


def crd(name: str = "services.serving.knative.dev") -> Body:
    """Return a CustomResourceDefinition."""
    return make("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, "")


def hook(name: str, kind: str = "Validating") -> Body:
    """Return an admission webhook."""
    return make(
        "admissionregistration.k8s.io/v1",
        f"{kind}WebhookConfiguration",
        f"configuration-of-{name}",
        "",
        webhooks=[{"name": name}],
    )


def image_stream(name: str = "web", namespace: str = "shop", **metadata: Any) -> Body:
    """Return an image stream, as far as it is ever read."""
    return make("image.openshift.io/v1", "ImageStream", name, namespace, metadata=metadata)


# Log lines -------------------------------------------------------------------------------------


def text(msg: str, level: str = "error", time: str = "2026-02-27T03:01:00Z", **more: str) -> str:
    """Return a line as logrus' text formatter writes it."""
    pairs = {"time": time, "level": level, "msg": msg, **dict(sorted(more.items()))}
    return " ".join(f"{key}={_quoted(key, value)}" for key, value in pairs.items()) + "\n"


def _quoted(key: str, value: str) -> str:
    bare = key not in {"time", "msg"} and all(c.isalnum() or c in "-._/@^+" for c in value)
    return value if bare else json.dumps(value, ensure_ascii=False)


def as_json(msg: str, level: str = "error", time: str = "2026-02-27T03:01:00Z", **more: str) -> str:
    """Return a line as logrus' JSON formatter writes it."""
    if "error" in more:
        more["error.message"] = more.pop("error")
    return json.dumps({"level": level, "msg": msg, "time": time, **more}, sort_keys=True) + "\n"


def is_error(secret: str, namespace: str = "shop", name: str = "web") -> str:
    """Return the error of newer plug-ins."""
    return (
        f"error executing custom action (groupResource=imagestreams.image.openshift.io, "
        f"namespace={namespace}, name={name}): rpc error: code = Unknown desc = "
        f'errors getting registryenv: secrets "{secret}" not found'
    )


def is_panic(
    namespace: str = "shop", name: str = "web", index: str = "[1] ", length: int = 1
) -> str:
    """Return the error of older plug-ins."""
    return (
        f"error executing custom action (groupResource=imagestreams.image.openshift.io, "
        f"namespace={namespace}, name={name}): rpc error: code = Aborted desc = plugin panicked: "
        f"runtime error: index out of range {index}with length {length}, "
        f"stack trace: goroutine 94 [running]:\nruntime/debug.Stack()\n"
    )


def failed_item(error: str, backup: str = "b1", **more: str) -> str:
    """Return the text line of an item that was not backed up."""
    return text("Error backing up item", backup=f"{NS}/{backup}", error=error, name="web", **more)


def denied(hook: str, why: str, what: str = "hello", restore: str = "r1", **more: str) -> str:
    """Return the text line of an object that a webhook refused."""
    if restore:
        more["restore"] = f"{NS}/{restore}"
    return text(
        f'error restoring {what}: admission webhook "{hook}" denied the request: {why}', **more
    )


FRAME = "github.com/openshift/oadp-operator/pkg/credentials.AppendCloudProviderVolumes(0xc000a5a000, 0xc0001)"


def panic(*frames: str, reason: str = "invalid memory address or nil pointer dereference") -> str:
    """Return the end of the operator's log after a crash."""
    return "\n".join(
        (
            "2026-02-27T03:00:59Z\tINFO\tsetup\tstarting manager",
            f"panic: runtime error: {reason} [recovered]",
            f"\tpanic: runtime error: {reason}",
            "[signal SIGSEGV: segmentation violation code=0x1 addr=0x28 pc=0x1a2b3c4]",
            "",
            "goroutine 912 [running]:",
            *(line for frame in frames for line in (frame, "\t/workspace/some/file.go:77 +0x1a5")),
            "",
        )
    )


def stamped(log: str, prefix: str = "2026-02-27T03:01:00.028951744Z ") -> str:
    """Return `log` with `prefix` before each line."""
    return "".join(f"{prefix}{line}" for line in log.splitlines(keepends=True))


def wrapped(log: str, width: int = 110) -> str:
    """Return `log` as a copy from a page that wraps it at blanks."""
    lines: list[str] = []
    for line in log.splitlines():
        current = ""
        for word in line.split(" "):
            if current and len(current) + 1 + len(word) > width:
                lines.append(current)
                current = word
            else:
                current = f"{current} {word}" if current else word
        lines.append(current)
    return "\n".join(lines) + "\n"


def objects(*bodies: Body | Iterable[Body]) -> tuple[Body, ...]:
    """Return all `bodies`, groups of them taken apart."""
    return tuple(
        one for each in bodies for one in ([each] if isinstance(each, dict) else list(each))
    )


# What occurs in many incidents ---------------------------------------------------------------

MISSING = "oadp-custom-aws-registry-secret"
UNLABELLED = f"{IMAGES}/bsl-unlabelled"
BUCKET = f"{IMAGES}/bucket-bsl-unlabelled"
WAITING = f"{IMAGES}/not-reconciled"
OFF = f"{IMAGES}/images-off"
SPELLING = f"{IMAGES}/provider-spelling"
CHILDREN = f"{KNATIVE}/children-refused"
TYPO = f"{KNATIVE}/typo-restored-nothing"
VERSION = f"{IBM}/version-not-supported"
OTHERWISE = f"{IBM}/refused-otherwise"
SEGV = f"{CRASH}/bucket-with-node-agent"
BOTH = f"{CRASH}/both-defined"
NEITHER = f"{CRASH}/neither-defined"
ORDER = f"{CRASH}/bucket-before-default"
NOISE = f"{EOF}/plugin-finished"

LINE = failed_item(is_error(MISSING))
PLUGIN_LINE = text(
    f'[is-backup] Error getting UdistributionTransportForLocation: errors getting registryenv: secrets "{MISSING}" not found',
    backup=f"{NS}/b1",
    pluginName="velero-plugins",
)
EOF_LINE = text(
    "received EOF, stopping recv loop",
    level="debug",
    err="rpc error: code = Unavailable desc = error reading from server: EOF",
    pluginName="stdio",
)
KNATIVE_STATE = (crd(), hook(KNATIVE_HOOK))
IBM_STATE = (hook(IBM_HOOK, "Mutating"),)
REFUSED = denied(KNATIVE_HOOK, NO_PARENT)
IBM_REFUSED = denied(IBM_HOOK, "version is not supported", what="demo")
CRASHING = (
    csv("1.3.2"),
    dpa(bucket_entry(default=True, prefix="velero"), configuration=AGENT),
    operator_pod(),
)
BOTH_NEW = (
    "cannot have both backupstoragelocations and bucket provided for a single StorageLocation"
)
BOTH_OLD = "must choose one of bucket or velero"
NEITHER_NEW = "BackupLocation must have velero or bucket configuration"
NEITHER_OLD = "no bucket CloudStorage or velero BackupStorageLocation provided for backupLocations"
BOTH_ENTRY = {**velero_entry(), **bucket_entry()}
NO_DEFAULT: Body = {
    "backupImages": False,
    "configuration": {"velero": {"noDefaultBackupLocation": True}},
}
PROVIDER = (
    "error executing custom action (groupResource=imagestreams.image.openshift.io, namespace=shop, "
    "name=web): rpc error: code = Unknown desc = errors getting registry env vars: unsupported provider"
)
NEIGHBOURS = (
    "errors getting registry env vars: unsupported provider",
    "failed to get bucket region",
    "region not found in backupstoragelocation spec",
    "errors getting bsl",
    "BearerToken not found",
    "migration registry not found for annotation",
)


def reconcile_error(message: str) -> str:
    return (
        '2026-02-27T03:01:00Z\tERROR\tReconciler error\t{"controller": "dataprotectionapplication", '
        f'"DataProtectionApplication": {{"name":"dpa"}}, "error": "{message}"}}\n'
    )


def likely(*causes: str) -> tuple[str, ...]:
    return tuple(f"{cause} likely" for cause in causes)


def confirmed(*causes: str) -> tuple[str, ...]:
    return tuple(f"{cause} confirmed" for cause in causes)
