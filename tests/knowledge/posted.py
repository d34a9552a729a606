"""A whole OADP as a cluster has it, to be broken in one place: what incidents of the field are made of."""

# ruff: noqa: E501

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from knowledge.base import KnowledgeBase
from tests.knowledge.incidents import NS, Body, Incident, judge, text

DAY = "2026-02-28T"
"""The day before the moment of judgement, which is midnight after it."""
SERVER = {
    "component": "velero",
    "deploy": "velero",
    "app.kubernetes.io/name": "velero",
    "app.kubernetes.io/managed-by": "oadp-operator",
}
AGENT = {"component": "velero", "name": "node-agent", "role": "node-agent"}
OPERATOR = "openshift-adp-controller-manager"


def says(base: KnowledgeBase, incident: Incident) -> dict[str, str]:
    """Return the verdict on each cause that was found, without noise that is explained as such."""
    return {
        f"{each.issue}/{each.cause}": str(each.verdict)
        for each in judge(base, incident).findings
        if each.verdict != "benign"
    }


def confirmed(found: Mapping[str, str]) -> set[str]:
    """Return the causes that are said to be proven."""
    return {cause for cause, verdict in found.items() if verdict == "confirmed"}


def body(api: str, kind: str, name: str, namespace: str = NS, **rest: Any) -> Body:
    """Return an object; `metadata` is added to its own."""
    metadata: Body = {"name": name, "creationTimestamp": "2026-02-20T08:00:00Z"}
    metadata |= {"namespace": namespace} if namespace else {}
    metadata |= rest.pop("metadata", {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def csv(version: str = "1.4.4", phase: str = "Succeeded", **status: Any) -> Body:
    """Return OADP's ClusterServiceVersion."""
    return body(
        "operators.coreos.com/v1alpha1",
        "ClusterServiceVersion",
        f"oadp-operator.v{version}",
        spec={"displayName": "OADP Operator", "version": version},
        status={"phase": phase, **status},
    )


def openshift(version: str) -> Body:
    """Return the ClusterVersion."""
    status = {"desired": {"version": version}}
    return body("config.openshift.io/v1", "ClusterVersion", "version", "", status=status)


def container(name: str, *, ready: bool = True, **more: Any) -> Body:
    """Return the status of a container; `waiting` and `ended` are its states."""
    state: Body = {"running": {"startedAt": more.get("since", "2026-02-20T08:01:00Z")}}
    if "waiting" in more:
        state = {"waiting": {"reason": more["waiting"]}}
    found = {
        "name": name,
        "ready": ready,
        "restartCount": more.get("restarts", 0),
        "state": state,
        "lastState": {},
    }
    if "ended" in more:
        code, reason, at = more["ended"]
        found["lastState"] = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": at}}
    return found


def pod(
    name: str, labels: Mapping[str, str], status: Body, node: str = "worker-1", **more: Any
) -> Body:
    """Return a pod of one container."""
    since = more.get("start", "2026-02-20T08:00:30Z")
    ready = "True" if status["ready"] else "False"
    return body(
        "v1",
        "Pod",
        name,
        metadata={"labels": dict(labels), "creationTimestamp": since},
        spec={"nodeName": node, "containers": [{"name": status["name"], **more.get("spec", {})}]},
        status={
            "phase": more.get("phase", "Running"),
            "startTime": since,
            "containerStatuses": [status],
            "conditions": more.get("conditions", [{"type": "Ready", "status": ready}]),
        },
    )


def server(start: str = "2026-02-20T08:00:30Z", **more: Any) -> Body:
    """Return Velero's pod."""
    own = {key: more.pop(key) for key in ("phase", "conditions", "spec", "node") if key in more}
    status = container("velero", since=more.pop("since", start), **more)
    return pod("velero-6d7d5f9c8b-kq4zt", SERVER, status, start=start, **own)


def agent(node: str, suffix: str, start: str = "2026-02-20T08:00:40Z", **more: Any) -> Body:
    """Return a node agent's pod."""
    own = {key: more.pop(key) for key in ("phase", "conditions") if key in more}
    status = container("node-agent", since=more.pop("since", start), **more)
    return pod(f"node-agent-{suffix}", AGENT, status, node, start=start, **own)


def manager(**more: Any) -> Body:
    """Return the operator's pod."""
    own = {key: more.pop(key) for key in ("phase", "conditions", "start") if key in more}
    labels = {"control-plane": "controller-manager"}
    return pod(f"{OPERATOR}-7bd9d4c6f-9xk2p", labels, container("manager", **more), **own)


def deployment(name: str, ready: int = 1, **status: Any) -> Body:
    """Return a Deployment with so many ready pods."""
    counts = {"replicas": 1, "readyReplicas": ready, "availableReplicas": ready}
    return body("apps/v1", "Deployment", name, spec={"replicas": 1}, status={**counts, **status})


def agents(desired: int = 2, ready: int = 2) -> Body:
    """Return the node agents' DaemonSet."""
    counts = {"desiredNumberScheduled": desired, "currentNumberScheduled": ready}
    return body("apps/v1", "DaemonSet", "node-agent", status={**counts, "numberReady": ready})


def location(phase: str = "Available", message: str = "", name: str = "dpa-1", **more: Any) -> Body:
    """Return a storage location; what is not told goes into `spec`."""
    status = {"phase": phase, "lastValidationTime": more.pop("validated", f"{DAY}23:59:30Z")}
    status |= {"message": message} if message else {}
    spec = {
        "provider": "aws",
        "default": True,
        "accessMode": "ReadWrite",
        "config": {"region": "us-east-1"},
        "credential": {"name": "cloud-credentials", "key": "cloud"},
        "objectStorage": {"bucket": "oadp-backups", "prefix": "velero"},
    }
    owner = {"kind": "DataProtectionApplication", "name": "dpa", "controller": True}
    return body(
        "velero.io/v1",
        "BackupStorageLocation",
        name,
        metadata={"labels": {"app.kubernetes.io/component": "bsl"}, "ownerReferences": [owner]},
        spec={**spec, **more},
        status=status,
    )


ENTRY: Body = {
    "provider": "aws",
    "default": True,
    "config": {"region": "us-east-1"},
    "credential": {"name": "cloud-credentials", "key": "cloud"},
    "objectStorage": {"bucket": "oadp-backups", "prefix": "velero"},
}


def application(message: str = "", *entries: Body, **more: Any) -> Body:
    """Return the DPA; with a `message` it is refused. `made` is when, `silent` has no condition."""
    condition = {
        "type": "Reconciled",
        "status": "False" if message else "True",
        "reason": "Error" if message else "Complete",
        "message": message or "Reconcile complete",
    }
    plugins = more.pop("plugins", ["openshift", "aws", "csi"])
    made = more.pop("made", "2026-02-10T08:00:00Z")
    silent = more.pop("silent", False)
    name = more.pop("name", "dpa")
    configuration: Body = {"velero": {"defaultPlugins": plugins, **more.pop("velero", {})}}
    configuration |= more.pop("configuration", {"nodeAgent": {"enable": True}})
    return body(
        "oadp.openshift.io/v1alpha1",
        "DataProtectionApplication",
        name,
        metadata={"creationTimestamp": made},
        spec={
            "backupLocations": list(entries) if entries else [{"velero": ENTRY}],
            "configuration": configuration,
            **more,
        },
        status={} if silent else {"conditions": [condition]},
    )


def event(reason: str, message: str, kind: str, name: str, at: str = f"{DAY}23:40:00Z") -> Body:
    """Return a warning about an object."""
    about = {"kind": kind, "name": name, "namespace": NS}
    times = {"firstTimestamp": at, "lastTimestamp": at}
    return body(
        "v1",
        "Event",
        f"{name}.{reason}",
        reason=reason,
        message=message,
        involvedObject=about,
        **times,
    )


def backup(name: str = "b1", phase: str = "Completed", start: str = "02:00", **more: Any) -> Body:
    """Return a backup of that day that ends after twenty minutes; the rest goes into `status`."""
    at = start if "T" in start else f"{DAY}{start}:00Z"
    labels = more.pop("labels", {})
    spec = {"storageLocation": "dpa-1", "includedNamespaces": ["shop"], **more.pop("spec", {})}
    status: Body = {"phase": phase, "expiration": "2026-03-30T02:00:00Z"}
    if phase not in {"New", "", "FailedValidation", "Queued"}:
        status["startTimestamp"] = at
    if phase in {"Completed", "PartiallyFailed", "Failed"}:
        status["completionTimestamp"] = at.replace(":00:00Z", ":20:00Z")
    return body(
        "velero.io/v1",
        "Backup",
        name,
        metadata={"labels": labels, "creationTimestamp": at},
        spec=spec,
        status={**status, **more},
    )


def volume(phase: str = "Failed", message: str = "", **status: Any) -> Body:
    """Return a PodVolumeBackup of the backup b1."""
    said = {"message": message} if message else {}
    return body(
        "velero.io/v1",
        "PodVolumeBackup",
        "b1-x7k2p",
        metadata={
            "labels": {"velero.io/backup-name": "b1"},
            "creationTimestamp": f"{DAY}02:03:00Z",
        },
        spec={
            "node": "worker-1",
            "pod": {"kind": "Pod", "name": "mysql-0", "namespace": "shop"},
            "backupStorageLocation": "dpa-1",
            "uploaderType": "kopia",
            "volume": "data",
        },
        status={"phase": phase, "startTimestamp": f"{DAY}02:03:00Z", **said, **status},
    )


def upload(phase: str = "Failed", message: str = "", **more: Any) -> Body:
    """Return a DataUpload of the backup b1; `metadata` and `spec` are added to its own."""
    said = {"message": message} if message else {}
    labels = {"velero.io/backup-name": more.pop("of", "b1")}
    made = more.pop("made", f"{DAY}02:01:00Z")
    return body(
        "velero.io/v2alpha1",
        "DataUpload",
        more.pop("name", "b1-n6r5q"),
        metadata={"labels": labels, "creationTimestamp": made, **more.pop("metadata", {})},
        spec={
            "backupStorageLocation": "dpa-1",
            "snapshotType": "CSI",
            "sourceNamespace": "shop",
            "sourcePVC": "data",
            **more.pop("spec", {}),
        },
        status={"phase": phase, **said, **more},
    )


def repository(phase: str = "Ready", message: str = "", **status: Any) -> Body:
    """Return the repository of the namespace shop."""
    said = {"message": message} if message else {}
    return body(
        "velero.io/v1",
        "BackupRepository",
        "shop-dpa-1-kopia-4f2vx",
        spec={
            "backupStorageLocation": "dpa-1",
            "maintenanceFrequency": "1h0m0s",
            "repositoryType": "kopia",
            "volumeNamespace": "shop",
        },
        status={"phase": phase, "lastMaintenanceTime": f"{DAY}23:30:00Z", **said, **status},
    )


def snapshot_class(driver: str = "ebs.csi.aws.com", *, labelled: bool = True) -> Body:
    """Return a VolumeSnapshotClass."""
    labels = {"velero.io/csi-volumesnapshot-class": "true"} if labelled else {}
    return body(
        "snapshot.storage.k8s.io/v1",
        "VolumeSnapshotClass",
        "csi-class",
        "",
        metadata={"labels": labels},
        driver=driver,
        deletionPolicy="Retain",
    )


def whole(*extra: Body, **other: Body | None) -> tuple[Body, ...]:
    """Return a healthy OADP 1.4 with `extra` objects; `other` replaces parts, None leaves them out."""
    parts: dict[str, Body | None] = {
        "csv": csv(),
        "openshift": openshift("4.16.20"),
        "manager": manager(),
        "operator": deployment(OPERATOR),
        "server": server(),
        "velero": deployment("velero"),
        "agents": agents(),
        "agent1": agent("worker-1", "abcde"),
        "agent2": agent("worker-2", "fghij"),
        "location": location(),
        "application": application(),
        "secret": body("v1", "Secret", "cloud-credentials"),
        "password": body("v1", "Secret", "velero-repo-credentials"),
        "snapshots": snapshot_class(),
        "storage": body(
            "storage.k8s.io/v1", "StorageClass", "gp3-csi", "", provisioner="ebs.csi.aws.com"
        ),
    }
    return tuple(part for part in {**parts, **other}.values() if part) + extra


NOTHING_MADE: dict[str, Body | None] = dict.fromkeys(
    ("server", "velero", "agents", "agent1", "agent2", "location", "password")
)
"""What there is not yet while the operator refuses its first DPA."""


# Log lines -------------------------------------------------------------------------------------

Line = Callable[..., str]


def refused(error: str, at: str = f"{DAY}23:50:00Z") -> str:
    """Return what the operator writes when it refuses the DPA."""
    where = {"controller": "dataprotectionapplication", "name": "dpa", "namespace": NS}
    return f"{at}\tERROR\tReconciler error\t{json.dumps({**where, 'error': error})}\n"


def invalid(error: str, at: str = f"{DAY}23:50:10Z", line: Line = text) -> str:
    """Return what Velero writes when it cannot validate the location dpa-1."""
    who = {"backup-storage-location": f"{NS}/dpa-1", "controller": "backup-storage-location"}
    count = "Current BackupStorageLocations available/unavailable/unknown: 0/1/0"
    return (
        line("BackupStorageLocation is invalid, marking as unavailable", "info", at, **who)
        + line("fail to validate backup store", "error", at, error=error, **who)
        + line(f'{count}, BackupStorageLocation "dpa-1" is unavailable: {error})', "error", at)
    )


def valid(at: str = f"{DAY}23:58:00Z") -> str:
    """Return what Velero writes when the location is well."""
    who = {"backup-storage-location": f"{NS}/dpa-1", "controller": "backup-storage-location"}
    return text("BackupStorageLocations is valid, marking as available", "info", at, **who)


def failed_item(error: str, at: str = f"{DAY}02:03:00Z", line: Line = text) -> str:
    """Return what Velero writes when an item of the backup b1 fails."""
    return line("Error backing up item", "error", at, backup=f"{NS}/b1", error=error, name="web")


def lines(*each: str | Iterable[str]) -> str:
    """Return lines of a log, joined."""
    return "".join("".join(one) for one in each)
