"""What the words of a command line and the kinds of a manifest are called in the API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from knowledge.kinds import KINDS, Scope, kind_of

_NAMESPACED: Final = """
Pod - pods po
Service - services svc
ConfigMap - configmaps cm
Secret - secrets
ServiceAccount - serviceaccounts sa
PersistentVolumeClaim - persistentvolumeclaims pvc
Event - events ev
Endpoints - endpoints ep
ReplicationController - replicationcontrollers rc
ResourceQuota - resourcequotas quota
LimitRange - limitranges limits
Deployment apps deployments deploy
DaemonSet apps daemonsets ds
StatefulSet apps statefulsets sts
ReplicaSet apps replicasets rs
ControllerRevision apps controllerrevisions
Job batch jobs
CronJob batch cronjobs cj
Ingress networking.k8s.io ingresses ing
NetworkPolicy networking.k8s.io networkpolicies netpol
Role rbac.authorization.k8s.io roles
RoleBinding rbac.authorization.k8s.io rolebindings
PodDisruptionBudget policy poddisruptionbudgets pdb
HorizontalPodAutoscaler autoscaling horizontalpodautoscalers hpa
EndpointSlice discovery.k8s.io endpointslices
Lease coordination.k8s.io leases
Route route.openshift.io routes
DeploymentConfig apps.openshift.io deploymentconfigs dc
BuildConfig build.openshift.io buildconfigs bc
Build build.openshift.io builds
"""
_CLUSTER_WIDE: Final = """
Namespace - namespaces ns
Node - nodes no
PersistentVolume - persistentvolumes pv
ClusterRole rbac.authorization.k8s.io clusterroles
ClusterRoleBinding rbac.authorization.k8s.io clusterrolebindings
CSINode storage.k8s.io csinodes
VolumeAttachment storage.k8s.io volumeattachments
PriorityClass scheduling.k8s.io priorityclasses pc
APIService apiregistration.k8s.io apiservices
Project project.openshift.io projects
ClusterOperator config.openshift.io clusteroperators co
SecurityContextConstraints security.openshift.io securitycontextconstraints scc
"""
_OF_APPLICATIONS: Final = """
Service serving.knative.dev services
Configuration serving.knative.dev configurations
Revision serving.knative.dev revisions
Route serving.knative.dev routes
Configuration appconnect.ibm.com configurations
"""
"""`Kind group plural short names`, `-` for the core group: what `oc api-resources` says. The last
ones are known by `plural.group` only: their bare words belong to others."""
_SHORT: Final = {
    "bsl": "BackupStorageLocation",
    "vsl": "VolumeSnapshotLocation",
    "ssr": "ServerStatusRequest",
    "dpa": "DataProtectionApplication",
    "dpt": "DataProtectionTest",
    "nab": "NonAdminBackup",
    "nar": "NonAdminRestore",
    "nabsl": "NonAdminBackupStorageLocation",
    "nabslrequest": "NonAdminBackupStorageLocationRequest",
    "nadr": "NonAdminDownloadRequest",
    "csv": "ClusterServiceVersion",
    "csvs": "ClusterServiceVersion",
    "sub": "Subscription",
    "subs": "Subscription",
    "ip": "InstallPlan",
    "vs": "VolumeSnapshot",
    "vsc": "VolumeSnapshotContent",
    "vscs": "VolumeSnapshotContent",
    "vsclass": "VolumeSnapshotClass",
    "vsclasses": "VolumeSnapshotClass",
    "is": "ImageStream",
    "sc": "StorageClass",
    "crd": "CustomResourceDefinition",
    "crds": "CustomResourceDefinition",
}
"""Short names of the kinds in `knowledge.kinds`, from their CRDs."""
_SHARED: Final = frozenset(
    {
        *("backup", "backups", "restore", "restores", "schedule", "schedules"),
        *("sub", "subs", "subscription", "subscriptions", "vs", "ip"),
    }
)
"""Bare words that other API groups use too (database operators, Knative, Istio): the cluster
decides whose they are."""
_VERSION: Final = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the API."""

    kind: str
    """The kind, or for kinds that are not in our tables `plural.group`, as in a snapshot."""
    group: str
    """Empty for the core group."""
    plural: str
    clustered: bool | None
    """Whether its objects have no namespace; None: unknown."""
    guessed: bool = False
    """True where the plural was formed as the API's names usually are, or the word is shared."""


def _rows(table: str, *, clustered: bool) -> Iterable[tuple[Resource, tuple[str, ...]]]:
    for row in table.strip().splitlines():
        kind, group, plural, *short = row.split()
        yield Resource(kind, group.strip("-"), plural, clustered), tuple(short)


def _known() -> Iterable[tuple[Resource, tuple[str, ...]]]:
    yield from _rows(_NAMESPACED, clustered=False)
    yield from _rows(_CLUSTER_WIDE, clustered=True)
    for kind in KINDS.values():
        if kind.label:
            continue  # objects with a label have no word of their own
        short = tuple(word for word, name in _SHORT.items() if name == kind.name)
        clustered = kind.scope is Scope.CLUSTER
        yield Resource(kind.name, kind.group, kind.plural, clustered), short


_BY_GROUP: Final = {
    (word, resource.group): resource
    for resource, _ in _known()
    for word in (resource.plural, resource.kind.lower())
} | {
    (word, resource.group): replace(resource, kind=f"{resource.plural}.{resource.group}")
    for resource, _ in _rows(_OF_APPLICATIONS, clustered=False)
    for word in (resource.plural, resource.kind.lower())
}
"""`(plural or singular, group)` -> resource."""
_BY_WORD: Final = {
    word: resource
    for resource, short in _known()
    for word in (resource.plural, resource.kind.lower(), *short)
}
"""Bare word -> resource."""


def of_word(word: str) -> Resource | None:
    """Return what `oc` means by `word`; None for bare words that are not in the tables.

    Args:
        word: a plural, a singular or a short name; `plural.group`; `plural.version.group`.
    """
    first, _, rest = word.lower().partition(".")
    if not rest:
        found = _BY_WORD.get(first)
        if found is not None and first in _SHARED:
            return Resource(found.kind, found.group, found.plural, found.clustered, guessed=True)
        return found
    version, _, after = rest.partition(".")
    group = after if _VERSION.fullmatch(version) else rest
    known = _BY_GROUP.get((first, group))
    if known is not None:
        return known
    if not first:
        return None
    plural = first if first.endswith("s") and not first.endswith("ss") else _plural(first)
    # Whether the word was a plural cannot be seen: `prometheus` is not one.
    return Resource(f"{plural}.{group}", group, plural, None, guessed=True)


def of_manifest(body: Mapping[str, Any]) -> Resource | None:
    """Return the resource of a manifest; None if it has no `kind` and `apiVersion`.

    For kinds that are not in our tables the plural is formed as the API's names usually are.
    """
    kind, version = body.get("kind"), body.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str) or not kind or not version:
        return None
    group = version.rpartition("/")[0]
    known = _BY_GROUP.get((kind.lower(), group))
    if known is not None:
        return known
    name = kind_of(version, kind)
    return Resource(name, group, name.partition(".")[0], None, guessed=True)


def _plural(singular: str) -> str:
    return kind_of("", singular)
