"""What was backed up and restored, as objects; and the webhooks that stand in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.knowledge.field import pod
from tests.knowledge.incidents import NS, Body, make

RESTORE = f"{NS}/shop-r1"
STARTED = "2026-02-28T03:01:00Z"


def backup(
    name: str = "daily-20260227",
    phase: str = "Completed",
    start: str = "2026-02-27T02:00:00Z",
    end: str = "2026-02-27T02:10:00Z",
    bsl: str = "default",
    status: Body | None = None,
    **spec: Any,
) -> Body:
    return make(
        "velero.io/v1",
        "Backup",
        name,
        NS,
        metadata={"labels": {"velero.io/storage-location": bsl}, "creationTimestamp": start},
        spec={"storageLocation": bsl, "includedNamespaces": ["shop"], "ttl": "720h0m0s", **spec},
        status={
            "phase": phase,
            "startTimestamp": start,
            "completionTimestamp": end,
            "expiration": "2026-03-29T02:00:00Z",
            "progress": {"totalItems": 120, "itemsBackedUp": 120},
            **(status or {}),
        },
    )


def restore(
    name: str = "shop-r1",
    phase: str = "PartiallyFailed",
    start: str | None = "2026-02-28T03:00:00Z",
    end: str | None = "2026-02-28T03:05:00Z",
    backup: str = "daily-20260227",
    errors: int | None = None,
    warnings: int = 0,
    items: int | None = 40,
    status: Body | None = None,
    **spec: Any,
) -> Body:
    """Return a restore; one that never began has no `start`."""
    if errors is None:
        errors = 1 if phase == "PartiallyFailed" else 0
    return make(
        "velero.io/v1",
        "Restore",
        name,
        NS,
        metadata={"creationTimestamp": start or "2026-02-28T23:30:00Z"},
        spec={"backupName": backup, "excludedResources": ["nodes", "events"], **spec},
        status={
            "phase": phase,
            "warnings": warnings,
            **({"startTimestamp": start} if start else {}),
            **({"completionTimestamp": end} if end else {}),
            **(
                {"progress": {"totalItems": items, "itemsRestored": items}}
                if items is not None
                else {}
            ),
            **({"errors": errors} if errors else {}),
            **(status or {}),
        },
    )


NIGHTLY = backup()
OPERATION_FAILED: dict[str, Any] = {
    "phase": "PartiallyFailed",
    "status": {"restoreItemOperationsAttempted": 1, "restoreItemOperationsFailed": 1},
}
FINALIZING: dict[str, Any] = {"phase": "Finalizing", "end": None, "errors": 0}
RESTORED_SINCE = restore("shop-r2", "Completed", "2026-02-28T06:00:00Z", "2026-02-28T06:02:00Z")


def download(
    name: str = "shop-r1-x7k2p",
    phase: str = "Failed",
    message: str = "",
    restore: str = "shop-r1",
    pvc: str = "data-pg-0",
    node: str = "",
    start: str | None = None,
    end: str | None = None,
    accepted: str = "2026-02-28T03:00:20Z",
    **spec: Any,
) -> Body:
    status = {
        "phase": phase,
        "message": message,
        "node": node,
        "startTimestamp": start,
        "completionTimestamp": end,
        "acceptedTimestamp": accepted,
    }
    return make(
        "velero.io/v2alpha1",
        "DataDownload",
        name,
        NS,
        metadata={
            "creationTimestamp": start or "2026-02-28T03:00:15Z",
            "labels": {"velero.io/restore-name": restore},
            "ownerReferences": [{"kind": "Restore", "name": restore, "controller": True}],
        },
        spec={
            "backupStorageLocation": "default",
            "snapshotID": "205a1973ad2e3a1cf44b03c2e4a5feb7",
            "sourceNamespace": "shop",
            "targetVolume": {"namespace": "shop", "pvc": pvc, "pv": ""},
            **spec,
        },
        status={key: value for key, value in status.items() if value},
    )


def volume_restore(
    name: str = "shop-r1-pvr1",
    phase: str = "Failed",
    message: str = "",
    restore: str = "shop-r1",
    podn: str = "pg-0",
    start: str | None = "2026-02-28T03:01:00Z",
    end: str | None = None,
    node: str = "",
) -> Body:
    status = {
        "phase": phase,
        "message": message,
        "startTimestamp": start,
        "completionTimestamp": end,
        "node": node,
    }
    return make(
        "velero.io/v1",
        "PodVolumeRestore",
        name,
        NS,
        metadata={
            "creationTimestamp": "2026-02-28T03:00:40Z",
            "labels": {"velero.io/restore-name": restore},
        },
        spec={
            "pod": {"kind": "Pod", "namespace": "shop", "name": podn},
            "backupStorageLocation": "default",
            "uploaderType": "kopia",
            "snapshotID": "e3a9c5",
            "sourceNamespace": "shop",
            "volume": "data",
        },
        status={key: value for key, value in status.items() if value},
    )


LABELS = {"velero.io/restore-name": "shop-r1", "velero.io/backup-name": "daily-20260227"}


def restored_pod(name: str = "pg-0", labels: Mapping[str, str] | None = None, **more: Any) -> Body:
    more.setdefault("start", "2026-02-28T03:00:40Z")
    return pod(name, {**LABELS, **(labels or {})}, ns="shop", **more)


def waiting_pod(state: Body) -> Body:
    """Return a restored pod whose init container of Velero is in `state`."""
    helper = {"name": "restore-wait", "ready": False, "restartCount": 0, "state": state}
    return restored_pod(
        phase="Pending",
        ready=False,
        state={"waiting": {"reason": "PodInitializing"}},
        init=[helper],
    )


def cannot_pull(image: str, message: str) -> Body:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    return restored_pod("web-1-abc", ready=False, phase="Pending", state=state, image=image)


def restored_claim(
    name: str = "data-pg-0", phase: str = "Pending", scn: str = "gp3-csi", volume: str = ""
) -> Body:
    return make(
        "v1",
        "PersistentVolumeClaim",
        name,
        "shop",
        metadata={"creationTimestamp": "2026-02-28T03:00:30Z", "labels": LABELS},
        spec={"storageClassName": scn, **({"volumeName": volume} if volume else {})},
        status={"phase": phase},
    )


def route(host: str, status: str, reason: str = "", message: str = "") -> Body:
    admitted = {"type": "Admitted", "status": status, "reason": reason, "message": message}
    return make(
        "route.openshift.io/v1",
        "Route",
        "web",
        "shop",
        metadata={"creationTimestamp": "2026-02-28T03:01:00Z", "labels": LABELS},
        spec={"host": host, "to": {"kind": "Service", "name": "web"}},
        status={"ingress": [{"host": host, "conditions": [admitted]}]},
    )


def live_namespace(phase: str = "Active", **metadata: Any) -> Body:
    return make("v1", "Namespace", "shop", "", metadata=metadata, status={"phase": phase})


def event(
    reason: str,
    message: str,
    about: str,
    kind: str = "Pod",
    time: str = "2026-02-28T03:02:00Z",
) -> Body:
    return make(
        "v1",
        "Event",
        f"{about}.17a",
        NS,
        type="Warning",
        reason=reason,
        message=message,
        involvedObject={"kind": kind, "name": about, "namespace": NS},
        lastTimestamp=time,
    )


def webhook(
    name: str,
    kind: str = "Validating",
    conf: str = "",
    groups: Iterable[str] = ("",),
    resources: Iterable[str] = ("*",),
    svc: tuple[str, str] = ("ns", "svc"),
) -> Body:
    return make(
        "admissionregistration.k8s.io/v1",
        f"{kind}WebhookConfiguration",
        conf or f"cfg-{name}",
        "",
        webhooks=[
            {
                "name": name,
                "failurePolicy": "Fail",
                "rules": [{"apiGroups": list(groups), "resources": list(resources)}],
                "clientConfig": {"service": {"namespace": svc[0], "name": svc[1]}},
            }
        ],
    )
