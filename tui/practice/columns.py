"""The columns in which kubectl and oc print the built-in kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tui.practice.objects import MISSING, JsonObject, age, at, metadata

_NAME_TEXT = (
    "Name must be unique within a namespace. Is required when creating resources, although some "
    "resources may allow a client to request the generation of an appropriate name automatically. "
    "Name is primarily intended for creation idempotence and configuration definition. Cannot be "
    "updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
AGE_TEXT = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. "
    "It is not guaranteed to be set in happens-before order across separate operations. Clients "
    "may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the "
    "system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One column: its heading and how its value is read from an object."""

    name: str
    read: Callable[[JsonObject], Any]
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""

    def definition(self) -> JsonObject:
        """Returns the column definition of a Table."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description,
            "priority": self.priority,
        }


def _get(path: str, default: Any = "") -> Callable[[JsonObject], Any]:
    def read(obj: JsonObject) -> Any:
        found = at(obj, path)
        return default if found is MISSING or found is None else found

    return read


def _count(path: str) -> Callable[[JsonObject], int]:
    return lambda obj: len(at(obj, path) or {})


def _age(obj: JsonObject) -> str:
    return age(str(metadata(obj).get("creationTimestamp") or ""))


NAME = Cell("Name", _get("metadata.name"), format="name", description=_NAME_TEXT)
AGE = Cell("Age", _age, description=AGE_TEXT)


def _pod_ready(obj: JsonObject) -> str:
    states = at(obj, "status.containerStatuses") or []
    ready = sum(1 for item in states if item.get("ready"))
    return f"{ready}/{len(at(obj, 'spec.containers') or [])}"


def _pod_status(obj: JsonObject) -> str:
    if metadata(obj).get("deletionTimestamp"):
        return "Terminating"
    for state in at(obj, "status.containerStatuses") or []:
        for kind in ("waiting", "terminated"):
            reason = (state.get("state") or {}).get(kind, {}).get("reason")
            if reason:
                return str(reason)
    return str(_get("status.phase", "Unknown")(obj))


def _pod_restarts(obj: JsonObject) -> str:
    states = at(obj, "status.containerStatuses") or []
    count = sum(int(item.get("restartCount") or 0) for item in states)
    ends = [at(item, "lastState.terminated.finishedAt") for item in states]
    ends = [item for item in ends if item]
    return f"{count} ({age(max(ends))} ago)" if count and ends else str(count)


def _containers(field: str) -> Callable[[JsonObject], str]:
    def read(obj: JsonObject) -> str:
        items = at(obj, "spec.template.spec.containers") or []
        return ",".join(str(item.get(field)) for item in items)

    return read


def _selector(path: str) -> Callable[[JsonObject], str]:
    return lambda obj: (
        ",".join(f"{key}={value}" for key, value in (at(obj, path) or {}).items()) or "<none>"
    )


def _event_object(obj: JsonObject) -> str:
    involved = obj.get("involvedObject") or {}
    return f"{str(involved.get('kind', '')).lower()}/{involved.get('name', '')}"


def _event_age(field: str) -> Callable[[JsonObject], str]:
    return lambda obj: age(str(obj.get(field) or metadata(obj).get("creationTimestamp") or ""))


def _data(obj: JsonObject) -> int:
    return len(obj.get("data") or {}) + len(obj.get("binaryData") or {})


_WORKLOAD = (
    Cell("Containers", _containers("name"), priority=1),
    Cell("Images", _containers("image"), priority=1),
    Cell("Selector", _selector("spec.selector.matchLabels"), priority=1),
)

BUILTIN: dict[str, tuple[Cell, ...]] = {
    "pods": (
        NAME,
        Cell("Ready", _pod_ready),
        Cell("Status", _pod_status),
        Cell("Restarts", _pod_restarts),
        AGE,
        Cell("IP", _get("status.podIP", "<none>"), priority=1),
        Cell("Node", _get("spec.nodeName", "<none>"), priority=1),
        Cell("Nominated Node", _get("status.nominatedNodeName", "<none>"), priority=1),
        Cell("Readiness Gates", lambda obj: "<none>", priority=1),
    ),
    "deployments": (
        NAME,
        Cell(
            "Ready",
            lambda obj: f"{_get('status.readyReplicas', 0)(obj)}/{_get('spec.replicas', 1)(obj)}",
        ),
        Cell("Up-to-date", _get("status.updatedReplicas", 0)),
        Cell("Available", _get("status.availableReplicas", 0)),
        AGE,
        *_WORKLOAD,
    ),
    "daemonsets": (
        NAME,
        Cell("Desired", _get("status.desiredNumberScheduled", 0), "integer"),
        Cell("Current", _get("status.currentNumberScheduled", 0), "integer"),
        Cell("Ready", _get("status.numberReady", 0), "integer"),
        Cell("Up-to-date", _get("status.updatedNumberScheduled", 0), "integer"),
        Cell("Available", _get("status.numberAvailable", 0), "integer"),
        Cell("Node Selector", _selector("spec.template.spec.nodeSelector")),
        AGE,
        *_WORKLOAD,
    ),
    "replicasets": (
        NAME,
        Cell("Desired", _get("spec.replicas", 0), "integer"),
        Cell("Current", _get("status.replicas", 0), "integer"),
        Cell("Ready", _get("status.readyReplicas", 0), "integer"),
        AGE,
        *_WORKLOAD,
    ),
    "events": (
        Cell("Last Seen", _event_age("lastTimestamp")),
        Cell("Type", _get("type")),
        Cell("Reason", _get("reason")),
        Cell("Object", _event_object),
        Cell("Subobject", _get("involvedObject.fieldPath"), priority=1),
        Cell("Source", _get("source.component"), priority=1),
        Cell("Message", _get("message")),
        Cell("First Seen", _event_age("firstTimestamp"), priority=1),
        Cell("Count", _get("count", 1), "integer", priority=1),
        Cell("Name", _get("metadata.name"), priority=1),
    ),
    "secrets": (NAME, Cell("Type", _get("type", "Opaque")), Cell("Data", _data), AGE),
    "configmaps": (NAME, Cell("Data", _data), AGE),
    "namespaces": (NAME, Cell("Status", _get("status.phase")), AGE),
    "serviceaccounts": (NAME, Cell("Secrets", _count("secrets")), AGE),
    "nodes": (
        NAME,
        Cell("Status", lambda obj: "Ready"),
        Cell("Roles", lambda obj: "worker"),
        AGE,
        Cell("Version", _get("status.nodeInfo.kubeletVersion")),
    ),
    "persistentvolumeclaims": (
        NAME,
        Cell("Status", _get("status.phase")),
        Cell("Volume", _get("spec.volumeName")),
        Cell("Capacity", _get("status.capacity.storage")),
        Cell("Access Modes", lambda obj: "RWO"),
        Cell("StorageClass", _get("spec.storageClassName")),
        AGE,
        Cell("VolumeMode", _get("spec.volumeMode", "Filesystem"), priority=1),
    ),
    "services": (
        NAME,
        Cell("Type", _get("spec.type", "ClusterIP")),
        Cell("Cluster-IP", _get("spec.clusterIP", "<none>")),
        Cell("External-IP", lambda obj: "<none>"),
        Cell(
            "Port(s)",
            lambda obj: (
                ",".join(
                    f"{item.get('port')}/{item.get('protocol', 'TCP')}"
                    for item in at(obj, "spec.ports") or []
                )
                or "<none>"
            ),
        ),
        AGE,
        Cell("Selector", _selector("spec.selector"), priority=1),
    ),
    "storageclasses": (
        NAME,
        Cell("Provisioner", _get("provisioner")),
        Cell("ReclaimPolicy", _get("reclaimPolicy", "Delete")),
        Cell("VolumeBindingMode", _get("volumeBindingMode", "Immediate")),
        Cell("AllowVolumeExpansion", _get("allowVolumeExpansion", False)),
        AGE,
    ),
    "mutatingwebhookconfigurations": (NAME, Cell("Webhooks", _count("webhooks"), "integer"), AGE),
    "validatingwebhookconfigurations": (NAME, Cell("Webhooks", _count("webhooks"), "integer"), AGE),
    "customresourcedefinitions": (
        NAME,
        Cell("Created At", _get("metadata.creationTimestamp"), "date"),
    ),
    "imagestreams": (
        NAME,
        Cell("Image Repository", _get("status.dockerImageRepository")),
        Cell(
            "Tags",
            lambda obj: ",".join(item.get("tag", "") for item in at(obj, "status.tags") or []),
        ),
        Cell("Updated", _age),
    ),
}
