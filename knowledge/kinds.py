"""The kinds that rules and panes know by a short name, and how their API paths are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

RESTORE_LABEL: Final = "velero.io/restore-name"
"""Velero puts it on everything that it restores."""


class Scope(StrEnum):
    """Where objects of a kind are looked for."""

    OADP = "oadp"
    """In the namespace of OADP only."""
    ALL = "all"
    """Namespaced, in every namespace."""
    CLUSTER = "cluster"
    """Not namespaced."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource of the Kubernetes API."""

    name: str
    """The short name in rules, panes and JSON: the kind as the API spells it."""
    group: str
    """Empty for the core group."""
    version: str
    plural: str
    scope: Scope
    watch: bool = True
    """False: listed now and then instead of watched (rarely changing, cluster-wide kinds)."""
    names_only: bool = False
    """True: only `metadata` is ever requested (Secrets)."""
    label: str = ""
    """Only objects that carry this label are asked for: the rest of the cluster's may be many."""

    @property
    def resource(self) -> str:
        """Return `plural.group`, the unambiguous name for `oc`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """Return `group/version`, as in manifests."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str) -> str:
        """Return the list path; `namespace` is used for kinds of the OADP namespace only."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return (
            f"{root}/namespaces/{namespace}/{self.plural}"
            if self.scope is Scope.OADP
            else f"{root}/{self.plural}"
        )


def _oadp(name: str, plural: str) -> Kind:
    return Kind(name, "oadp.openshift.io", "v1alpha1", plural, Scope.OADP)


def _velero(name: str, plural: str, version: str = "v1") -> Kind:
    return Kind(name, "velero.io", version, plural, Scope.OADP)


def _cluster(
    name: str, group: str, plural: str, version: str = "v1", *, names_only: bool = False
) -> Kind:
    return Kind(name, group, version, plural, Scope.CLUSTER, watch=False, names_only=names_only)


_ALL: Final = (
    _oadp("DataProtectionApplication", "dataprotectionapplications"),
    _oadp("CloudStorage", "cloudstorages"),
    _oadp("DataProtectionTest", "dataprotectiontests"),
    _oadp("NonAdminBackupStorageLocationRequest", "nonadminbackupstoragelocationrequests"),
    Kind(
        "NonAdminBackup", "oadp.openshift.io", "v1alpha1", "nonadminbackups", Scope.ALL, watch=False
    ),
    Kind(
        "NonAdminRestore",
        "oadp.openshift.io",
        "v1alpha1",
        "nonadminrestores",
        Scope.ALL,
        watch=False,
    ),
    Kind(
        "NonAdminBackupStorageLocation",
        "oadp.openshift.io",
        "v1alpha1",
        "nonadminbackupstoragelocations",
        Scope.ALL,
        watch=False,
    ),
    Kind(
        "NonAdminDownloadRequest",
        "oadp.openshift.io",
        "v1alpha1",
        "nonadmindownloadrequests",
        Scope.ALL,
        watch=False,
    ),
    _velero("BackupStorageLocation", "backupstoragelocations"),
    _velero("VolumeSnapshotLocation", "volumesnapshotlocations"),
    _velero("Backup", "backups"),
    _velero("Restore", "restores"),
    _velero("Schedule", "schedules"),
    _velero("PodVolumeBackup", "podvolumebackups"),
    _velero("PodVolumeRestore", "podvolumerestores"),
    _velero("BackupRepository", "backuprepositories"),
    _velero("DeleteBackupRequest", "deletebackuprequests"),
    _velero("DownloadRequest", "downloadrequests"),
    _velero("ServerStatusRequest", "serverstatusrequests"),
    _velero("DataUpload", "datauploads", "v2alpha1"),
    _velero("DataDownload", "datadownloads", "v2alpha1"),
    Kind("Pod", "", "v1", "pods", Scope.OADP),
    Kind("RestoredPod", "", "v1", "pods", Scope.ALL, label=RESTORE_LABEL),
    Kind("RestoredVolumeClaim", "", "v1", "persistentvolumeclaims", Scope.ALL, label=RESTORE_LABEL),
    Kind("RestoredRoute", "route.openshift.io", "v1", "routes", Scope.ALL, label=RESTORE_LABEL),
    Kind("Event", "", "v1", "events", Scope.OADP),
    Kind("Secret", "", "v1", "secrets", Scope.OADP, names_only=True),
    Kind("ConfigMap", "", "v1", "configmaps", Scope.OADP, names_only=True),
    Kind("Deployment", "apps", "v1", "deployments", Scope.OADP),
    Kind("DaemonSet", "apps", "v1", "daemonsets", Scope.OADP),
    Kind("Job", "batch", "v1", "jobs", Scope.OADP),
    Kind(
        "ClusterServiceVersion",
        "operators.coreos.com",
        "v1alpha1",
        "clusterserviceversions",
        Scope.OADP,
    ),
    Kind("Subscription", "operators.coreos.com", "v1alpha1", "subscriptions", Scope.OADP),
    Kind("InstallPlan", "operators.coreos.com", "v1alpha1", "installplans", Scope.OADP),
    Kind("VolumeSnapshot", "snapshot.storage.k8s.io", "v1", "volumesnapshots", Scope.ALL),
    Kind(
        "VolumeSnapshotContent",
        "snapshot.storage.k8s.io",
        "v1",
        "volumesnapshotcontents",
        Scope.CLUSTER,
    ),
    Kind(
        "ImageStream",
        "image.openshift.io",
        "v1",
        "imagestreams",
        Scope.ALL,
        watch=False,
        names_only=True,
    ),
    _cluster("ClusterVersion", "config.openshift.io", "clusterversions"),
    _cluster("Infrastructure", "config.openshift.io", "infrastructures"),
    _cluster("StorageClass", "storage.k8s.io", "storageclasses"),
    _cluster("CSIDriver", "storage.k8s.io", "csidrivers"),
    _cluster("VolumeSnapshotClass", "snapshot.storage.k8s.io", "volumesnapshotclasses"),
    _cluster(
        "MutatingWebhookConfiguration",
        "admissionregistration.k8s.io",
        "mutatingwebhookconfigurations",
    ),
    _cluster(
        "ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
    ),
    _cluster(
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        names_only=True,
    ),
)

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _ALL}
"""Every kind with a short name."""

BY_RESOURCE: Final[dict[tuple[str, str], Kind]] = {
    (kind.group, kind.plural): kind for kind in _ALL if not kind.label
}
"""`(group, plural)` -> kind."""

_BY_LABEL: Final[dict[tuple[str, str], Kind]] = {
    (kind.group, kind.plural): kind for kind in _ALL if kind.label
}


def labelled(group: str, plural: str) -> Kind | None:
    """Return the kind that stands for the objects of a resource with a certain label, or None."""
    return _BY_LABEL.get((group, plural))


def is_labelled(kind: Kind, body: Mapping[str, Any]) -> bool:
    """Return whether `body` carries the label that `kind` stands for."""
    metadata = body.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return isinstance(labels, Mapping) and kind.label in labels


def resource_of(kind: str) -> str:
    """Return the name that `oc` takes for `kind`: `plural.group`."""
    return KINDS[kind].resource if kind in KINDS else kind


def group_and_plural(kind: str) -> tuple[str, str]:
    """Return the API group and the plural of a kind as rules write it."""
    if kind in KINDS:
        return KINDS[kind].group, KINDS[kind].plural
    plural, _, group = kind.partition(".")
    return group, plural


def name_of(group: str, plural: str) -> str:
    """Return the name of a resource as rules write it."""
    known = BY_RESOURCE.get((group, plural))
    if known is not None:
        return known.name
    return f"{plural}.{group}" if group else plural


def kind_of(api_version: str, kind: str) -> str:
    """Return the name of a kind as rules write it, from an object's `apiVersion` and `kind`.

    For kinds that are not in `KINDS` the plural is formed as the API's own names usually are.
    """
    group = api_version.rpartition("/")[0]
    known = KINDS.get(kind)
    if known is not None and known.group == group:
        return kind
    lowered = kind.lower()
    if lowered.endswith(("s", "x", "ch", "sh")):
        plural = f"{lowered}es"
    elif lowered.endswith("y") and lowered[-2:-1] not in "aeiou":
        plural = f"{lowered[:-1]}ies"
    else:
        plural = f"{lowered}s"
    return f"{plural}.{group}" if group else plural
