"""A whole, healthy installation of OADP as objects, to break.

Incidents begin with `site(drop=…, add=…)`: all of it was read, and this is all there is.
"""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from knowledge.finding import Diagnosis, Verdict
from tests.knowledge.incidents import NS, Body, make


def primary(diagnosis: Diagnosis) -> list[str]:
    """Return what was found, without noise and without what follows from another finding."""
    return sorted(
        {
            f"{each.issue}/{each.cause} {each.verdict}"
            for each in diagnosis.findings
            if not each.consequence_of and each.verdict is not Verdict.BENIGN
        }
    )


# The installation ------------------------------------------------------------------------------


def pod(
    name: str,
    labels: Mapping[str, str],
    *,
    ns: str = NS,
    node: str = "worker-1",
    restarts: int = 0,
    last: Body | None = None,
    state: Body | None = None,
    ready: bool = True,
    phase: str = "Running",
    start: str = "2026-02-20T08:00:00Z",
    container: str = "c",
    init: Iterable[Body] = (),
    reason: str = "",
    message: str = "",
    image: str = "registry.redhat.io/x",
) -> Body:
    """Return a pod of one container; `last` is how that ended before."""
    status: Body = {
        "phase": phase,
        "startTime": start,
        **({"reason": reason} if reason else {}),
        **({"message": message} if message else {}),
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
    }
    if phase != "Failed":
        status["containerStatuses"] = [
            {
                "name": container,
                "ready": ready,
                "restartCount": restarts,
                "image": image,
                "state": state or {"running": {"startedAt": start}},
                "lastState": {"terminated": last} if last else {},
            }
        ]
    if init:
        status["initContainerStatuses"] = list(init)
    metadata = {"labels": dict(labels), "creationTimestamp": start}
    spec = {"nodeName": node, "containers": [{"name": container, "image": image}]}
    return make("v1", "Pod", name, ns, metadata=metadata, spec=spec, status=status)


VELERO_LABELS = {
    "component": "velero",
    "deploy": "velero",
    "app.kubernetes.io/name": "velero",
    "app.kubernetes.io/managed-by": "oadp-operator",
}


def velero_pod(name: str = "velero-5f7c9d8b6-abcde", **more: Any) -> Body:
    return pod(name, VELERO_LABELS, container="velero", **more)


def agent_pod(number: int = 1, name: str = "", **more: Any) -> Body:
    labels = {"component": "velero", "name": "node-agent", "role": "node-agent"}
    more.setdefault("node", f"worker-{number}")
    return pod(
        name or f"node-agent-{'abcde'[number]}x{number}", labels, container="node-agent", **more
    )


def operator_pod(**more: Any) -> Body:
    name = "openshift-adp-controller-manager-6d9f8c-x2x4q"
    return pod(name, {"control-plane": "controller-manager"}, container="manager", **more)


def deployment(
    name: str,
    labels: Mapping[str, str] | None = None,
    ready: int = 1,
    container: str = "",
    args: Iterable[str] = (),
) -> Body:
    image = "registry.redhat.io/oadp/oadp-velero-rhel9@sha256:aa"
    containers = [{"name": container or name, "image": image, "args": list(args)}]
    return make(
        "apps/v1",
        "Deployment",
        name,
        NS,
        metadata={"labels": dict(labels or {}), "creationTimestamp": "2026-01-10T00:00:00Z"},
        spec={"replicas": 1, "template": {"spec": {"containers": containers}}},
        status={"replicas": 1, "readyReplicas": ready, "availableReplicas": ready},
    )


def daemon_set(want: int = 3, ready: int = 3) -> Body:
    status = {"desiredNumberScheduled": want, "currentNumberScheduled": want, "numberReady": ready}
    return make("apps/v1", "DaemonSet", "node-agent", NS, spec={}, status=status)


def csv(version: str, phase: str = "Succeeded") -> Body:
    return make(
        "operators.coreos.com/v1alpha1",
        "ClusterServiceVersion",
        f"oadp-operator.v{version}",
        NS,
        spec={"displayName": "OADP Operator", "version": version},
        status={"phase": phase},
    )


def cluster_version(version: str) -> Body:
    status = {"desired": {"version": version}}
    return make("config.openshift.io/v1", "ClusterVersion", "version", "", status=status)


ENTRY: Body = {
    "name": "default",
    "velero": {
        "provider": "aws",
        "default": True,
        "objectStorage": {"bucket": "oadp-backups", "prefix": "ocp"},
        "config": {"region": "eu-central-1"},
        "credential": {"name": "cloud-credentials", "key": "cloud"},
    },
}
BUCKET: Body = {
    "name": "default",
    "bucket": {"cloudStorageRef": {"name": "store"}, "default": True, "prefix": "ocp"},
}
CONFIGURATION: Body = {
    "velero": {"defaultPlugins": ["openshift", "aws", "csi", "kubevirt"]},
    "nodeAgent": {"enable": True, "uploaderType": "kopia"},
}


def dpa(
    entries: Iterable[Body] = (ENTRY,),
    message: str = "",
    conf: Body | None = None,
    *,
    cond: bool = True,
    **spec: Any,
) -> Body:
    """Return a DPA; with a `message` it is refused, without `cond` it has no status."""
    condition = {
        "type": "Reconciled",
        "status": "False" if message else "True",
        "reason": "Error" if message else "Complete",
        "message": message or "Reconcile complete",
    }
    return make(
        "oadp.openshift.io/v1alpha1",
        "DataProtectionApplication",
        "velero-dpa",
        NS,
        metadata={"generation": 3, "creationTimestamp": "2026-01-10T00:00:00Z"},
        spec={
            "backupLocations": list(entries),
            "configuration": conf or CONFIGURATION,
            **spec,
        },
        status={"conditions": [condition]} if cond else {},
    )


def bsl(
    name: str = "default",
    phase: str = "Available",
    message: str = "",
    *,
    labels: bool = True,
    owner: str = "velero-dpa",
    provider: str = "aws",
    config: Mapping[str, str] | None = None,
    default: bool = True,
) -> Body:
    metadata: Body = {"creationTimestamp": "2026-01-10T00:00:00Z"}
    if labels:
        metadata["labels"] = {
            "app.kubernetes.io/component": "bsl",
            "app.kubernetes.io/name": "oadp-operator-velero",
            "app.kubernetes.io/managed-by": "oadp-operator",
        }
    if owner:
        metadata["ownerReferences"] = [
            {"kind": "DataProtectionApplication", "name": owner, "controller": True}
        ]
    return make(
        "velero.io/v1",
        "BackupStorageLocation",
        name,
        NS,
        metadata=metadata,
        spec={
            "provider": provider,
            "default": default,
            "objectStorage": {"bucket": "oadp-backups", "prefix": "ocp"},
            "config": dict(config or {"region": "eu-central-1"}),
            "credential": {"name": "cloud-credentials", "key": "cloud"},
        },
        status={
            "phase": phase,
            "lastValidationTime": "2026-02-28T23:59:30Z",
            **({"message": message} if message else {}),
        },
    )


def secret(name: str) -> Body:
    return make("v1", "Secret", name, NS)


def crd(name: str) -> Body:
    return make("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, "")


CRDS = [
    *(
        crd(f"{plural}.velero.io")
        for plural in (
            *("backups", "restores", "schedules", "backupstoragelocations"),
            *("volumesnapshotlocations", "podvolumebackups", "podvolumerestores"),
            *("backuprepositories", "deletebackuprequests", "downloadrequests"),
            *("serverstatusrequests", "datauploads", "datadownloads"),
        )
    ),
    crd("dataprotectionapplications.oadp.openshift.io"),
    crd("volumesnapshots.snapshot.storage.k8s.io"),
    crd("volumesnapshotclasses.snapshot.storage.k8s.io"),
    crd("volumesnapshotcontents.snapshot.storage.k8s.io"),
]


def site(
    oadp: str = "1.5.1",
    openshift: str = "4.19.8",
    *,
    drop: Iterable[str] = (),
    add: Iterable[Body] = (),
    agents: int = 3,
) -> tuple[Body, ...]:
    """Return a healthy installation without `drop` (kinds or kind/name), and with `add`."""
    operator = "openshift-adp-controller-manager"
    bodies: list[Body] = [
        csv(oadp),
        cluster_version(openshift),
        dpa(),
        bsl(),
        secret("cloud-credentials"),
        secret("oadp-default-aws-registry-secret"),
        secret("velero-repo-credentials"),
        deployment("velero", VELERO_LABELS, args=("server", "--features=EnableCSI")),
        deployment(operator, {"control-plane": "controller-manager"}, container="manager"),
        velero_pod(),
        operator_pod(),
        make(
            "storage.k8s.io/v1",
            "StorageClass",
            "gp3-csi",
            "",
            metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            provisioner="ebs.csi.aws.com",
            volumeBindingMode="WaitForFirstConsumer",
        ),
        make(
            "snapshot.storage.k8s.io/v1",
            "VolumeSnapshotClass",
            "csi-aws-vsc",
            "",
            metadata={"labels": {"velero.io/csi-volumesnapshot-class": "true"}},
            driver="ebs.csi.aws.com",
            deletionPolicy="Retain",
        ),
        make("storage.k8s.io/v1", "CSIDriver", "ebs.csi.aws.com", ""),
        make(
            "imageregistry.operator.openshift.io/v1",
            "Config",
            "cluster",
            "",
            spec={"managementState": "Managed"},
        ),
        *CRDS,
    ]
    if agents:
        bodies += [daemon_set(agents, agents), *(agent_pod(i) for i in range(1, agents + 1))]
    left = set(drop)
    return (
        *(
            each
            for each in bodies
            if not left & {each["kind"], f"{each['kind']}/{each['metadata']['name']}"}
        ),
        *add,
    )


NO_VELERO = ("Pod/velero-5f7c9d8b6-abcde",)
NO_OPERATOR = (
    "Pod/openshift-adp-controller-manager-6d9f8c-x2x4q",
    "Deployment/openshift-adp-controller-manager",
    "DataProtectionApplication",
)
OPERATOR_DOWN = deployment(
    "openshift-adp-controller-manager",
    {"control-plane": "controller-manager"},
    ready=0,
    container="manager",
)
KILLED = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-02-28T03:02:00Z"}
LOW_ON_DISK = "The node was low on resource: ephemeral-storage. Threshold quantity: 7775265486, available: 7549392Ki. Container node-agent was using 4579368Ki, request is 0, has larger consumption of ephemeral-storage. "


def crashing_operator(code: int = 2, reason: str = "Error") -> Body:
    last = {"exitCode": code, "reason": reason, "finishedAt": "2026-02-28T23:40:05Z"}
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    return operator_pod(ready=False, restarts=11, state=state, last=last)


CLOUD_STORAGE = make(
    "oadp.openshift.io/v1alpha1",
    "CloudStorage",
    "store",
    NS,
    spec={"name": "oadp-backups", "provider": "aws", "region": "eu-central-1"},
    status={"lastSyncTimestamp": "2026-02-28T00:00:00Z", "name": "oadp-backups"},
)
HAND_MADE = bsl(
    "minio",
    labels=False,
    owner="",
    default=False,
    config={"region": "minio", "s3Url": "http://minio:9000", "s3ForcePathStyle": "true"},
)


def non_admin(
    kind: str,
    name: str,
    phase: str,
    conditions: Iterable[Body] = (),
    ns: str = "shop",
    status: Body | None = None,
    **spec: Any,
) -> Body:
    return make(
        "oadp.openshift.io/v1alpha1",
        kind,
        name,
        ns,
        metadata={"creationTimestamp": "2026-02-28T20:00:00Z"},
        spec=spec,
        status={"phase": phase, "conditions": list(conditions), **(status or {})},
    )


def condition(type_: str, status: str, reason: str, message: str) -> Body:
    return {"type": type_, "status": status, "reason": reason, "message": message}


def non_admin_site(*add: Body) -> tuple[Body, ...]:
    name = "non-admin-controller"
    return site(
        drop=("DataProtectionApplication",),
        add=(
            dpa(nonAdmin={"enable": True, "requireApprovalForBSL": True}),
            deployment(name, {"control-plane": name}, container=name),
            *add,
        ),
    )
