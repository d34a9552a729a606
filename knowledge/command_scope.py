"""Where a command looks: one namespace, all of them, or objects that have none."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from knowledge.kinds import KINDS
from knowledge.kinds import Scope as KindScope
from knowledge.oc_arguments import Arguments

PODS: Final = frozenset({"po", "pod", "pods", "pod.v1.", "pods.v1."})
"""What Pods are called on a command line."""


class Scope(StrEnum):
    """Where a command looks, as far as its arguments tell."""

    NAMESPACED = "namespaced"
    """In one namespace: `-n` must say which."""
    ALL = "all"
    """In every namespace (`-A`)."""
    CLUSTER = "cluster"
    """At objects without a namespace."""
    NONE = "none"
    """A namespace means nothing to it."""
    UNKNOWN = "unknown"
    """At objects of kinds that the program does not know."""


_CLUSTER_WORDS: Final = frozenset(
    {
        "ns", "namespace", "namespaces", "project", "projects", "no", "node", "nodes", "pv",
        "persistentvolume", "persistentvolumes", "sc", "crd", "crds", "co", "scc",
        "clusteroperators.config.openshift.io", "securitycontextconstraints.security.openshift.io",
        "volumesnapshotcontents.snapshot.storage.k8s.io",
        "clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
        "csinodes.storage.k8s.io", "volumeattachments.storage.k8s.io",
        "priorityclasses.scheduling.k8s.io", "apiservices.apiregistration.k8s.io",
        "proxies.config.openshift.io", "projects.project.openshift.io",
        "images.image.openshift.io", "configs.imageregistry.operator.openshift.io",
    }
)  # fmt: skip


def _names(*, cluster: bool) -> frozenset[str]:
    return frozenset(
        name
        for kind in KINDS.values()
        if (kind.scope is KindScope.CLUSTER) is cluster
        for name in (
            kind.resource,
            kind.plural,
            kind.name.lower(),
            f"{kind.name.lower()}.{kind.group}".rstrip("."),
        )
    )


_CLUSTER_KINDS: Final = _names(cluster=True)
_NAMESPACED_KINDS: Final = _names(cluster=False)
_CLUSTER_MANIFESTS: Final = frozenset(
    kind.name for kind in KINDS.values() if kind.scope is KindScope.CLUSTER
) | {"Namespace", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "VolumeSnapshotContent"}
_NAMESPACED_WORDS: Final = frozenset(
    {"deploy", "ds", "cm", "svc", "sa", "pvc", "ev", "rs", "sts", "services", "serviceaccounts"}
)


def scope_of(
    arguments: Arguments,
    objects: tuple[tuple[str, str], ...],
    bodies: tuple[Mapping[str, Any], ...],
) -> Scope:
    """Return where a command looks, by its flags, the objects it names and its manifest."""
    if not arguments.verb.scoped or "raw" in arguments.flags:
        return Scope.NONE
    if arguments.flags.get("all-namespaces") == "true":
        return Scope.ALL
    if bodies:
        everywhere = all(body.get("kind") in _CLUSTER_MANIFESTS for body in bodies)
        return Scope.CLUSTER if everywhere else Scope.NAMESPACED
    kinds = {kind for kind, _ in objects}
    if kinds and kinds <= (_CLUSTER_WORDS | _CLUSTER_KINDS):
        return Scope.CLUSTER
    known = _NAMESPACED_KINDS | _NAMESPACED_WORDS | PODS
    return Scope.NAMESPACED if not kinds or kinds & known else Scope.UNKNOWN
