"""Which kinds the practice cluster serves: built-in ones, and those from its CRDs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tui.practice.objects import JsonObject

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Column:
    """A printer column of a custom resource."""

    name: str
    path: str
    type: str
    description: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind as the API serves it."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    status_subresource: bool = False
    has_generation: bool = True
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    custom: bool = False
    columns: tuple[Column, ...] = ()
    schema: JsonObject | None = field(default=None, hash=False, compare=False)
    subresources: tuple[str, ...] = ()
    singular: str = ""

    @property
    def qualified(self) -> str:
        """Returns `backups.velero.io`, or `pods` for the core group."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """Returns `velero.io/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular_name(self) -> str:
        """Returns the singular name."""
        return self.singular or self.kind.lower()


def _builtin(
    group_version: str,
    plural: str,
    kind: str,
    short: str = "",
    *,
    cluster: bool = False,
    status: bool = False,
    generation: bool = False,
    verbs: tuple[str, ...] = VERBS,
    subresources: tuple[str, ...] = (),
) -> Resource:
    group, _, version = group_version.rpartition("/")
    return Resource(
        group, version, plural, kind, not cluster, tuple(short.split()), status, generation,
        verbs=verbs, subresources=subresources,
    )  # fmt: skip


_CREATE = ("create",)

BUILTIN: tuple[Resource, ...] = (
    _builtin("v1", "componentstatuses", "ComponentStatus", "cs", cluster=True,
             verbs=("get", "list")),
    _builtin("v1", "configmaps", "ConfigMap", "cm"),
    _builtin("v1", "endpoints", "Endpoints", "ep"),
    _builtin("v1", "events", "Event", "ev"),
    _builtin("v1", "limitranges", "LimitRange", "limits"),
    _builtin("v1", "namespaces", "Namespace", "ns", cluster=True, status=True),
    _builtin("v1", "nodes", "Node", "no", cluster=True, status=True),
    _builtin("v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc", status=True),
    _builtin("v1", "persistentvolumes", "PersistentVolume", "pv", cluster=True, status=True),
    _builtin("v1", "pods", "Pod", "po", status=True, generation=True, subresources=("log",)),
    _builtin("v1", "replicationcontrollers", "ReplicationController", "rc", status=True,
             generation=True),
    _builtin("v1", "resourcequotas", "ResourceQuota", "quota", status=True),
    _builtin("v1", "secrets", "Secret"),
    _builtin("v1", "serviceaccounts", "ServiceAccount", "sa"),
    _builtin("v1", "services", "Service", "svc", status=True),
    _builtin("apps/v1", "daemonsets", "DaemonSet", "ds", status=True, generation=True),
    _builtin("apps/v1", "deployments", "Deployment", "deploy", status=True, generation=True),
    _builtin("apps/v1", "replicasets", "ReplicaSet", "rs", status=True, generation=True),
    _builtin("apps/v1", "statefulsets", "StatefulSet", "sts", status=True, generation=True),
    _builtin("batch/v1", "cronjobs", "CronJob", "cj", status=True, generation=True),
    _builtin("batch/v1", "jobs", "Job", status=True, generation=True),
    _builtin("storage.k8s.io/v1", "csidrivers", "CSIDriver", cluster=True),
    _builtin("storage.k8s.io/v1", "storageclasses", "StorageClass", "sc", cluster=True),
    _builtin("admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations",
             "MutatingWebhookConfiguration", cluster=True, generation=True),
    _builtin("admissionregistration.k8s.io/v1", "validatingwebhookconfigurations",
             "ValidatingWebhookConfiguration", cluster=True, generation=True),
    _builtin("apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition",
             "crd crds", cluster=True, status=True, generation=True),
    _builtin("apiregistration.k8s.io/v1", "apiservices", "APIService", cluster=True, status=True),
    _builtin("rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding",
             cluster=True),
    _builtin("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", cluster=True),
    _builtin("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding"),
    _builtin("rbac.authorization.k8s.io/v1", "roles", "Role"),
    _builtin("authentication.k8s.io/v1", "selfsubjectreviews", "SelfSubjectReview", cluster=True,
             verbs=_CREATE),
    _builtin("authorization.k8s.io/v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview",
             cluster=True, verbs=_CREATE),
    _builtin("authorization.k8s.io/v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview",
             cluster=True, verbs=_CREATE),
    _builtin("image.openshift.io/v1", "imagestreams", "ImageStream", "is", status=True,
             generation=True),
    _builtin("route.openshift.io/v1", "routes", "Route", status=True),
    _builtin("user.openshift.io/v1", "users", "User", cluster=True, verbs=("get", "list")),
)  # fmt: skip


def from_crd(crd: JsonObject) -> Iterator[Resource]:
    """Reads the resources that a CustomResourceDefinition adds."""
    spec: JsonObject = crd.get("spec") or {}
    names: JsonObject = spec.get("names") or {}
    served = [item for item in spec.get("versions") or [] if item.get("served", True)]
    for version in served[-1:]:
        columns = version.get("additionalPrinterColumns") or [
            {"name": "Age", "jsonPath": ".metadata.creationTimestamp", "type": "date"}
        ]
        yield Resource(
            group=spec["group"],
            version=version["name"],
            plural=names["plural"],
            kind=names["kind"],
            namespaced=spec.get("scope") != "Cluster",
            short_names=tuple(names.get("shortNames") or ()),
            categories=tuple(names.get("categories") or ()),
            status_subresource="status" in (version.get("subresources") or {}),
            custom=True,
            columns=tuple(_column(item) for item in columns),
            schema=(version.get("schema") or {}).get("openAPIV3Schema"),
            singular=names.get("singular") or "",
        )


def _column(item: JsonObject) -> Column:
    return Column(
        item["name"],
        item["jsonPath"],
        item["type"],
        item.get("description") or "",
        int(item.get("priority") or 0),
    )


class Registry:
    """The resources served now, by group and plural, and by kind."""

    def __init__(self) -> None:
        self._resources = {(item.group, item.plural): item for item in BUILTIN}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def add_crd(self, crd: JsonObject) -> None:
        """Starts serving what a CustomResourceDefinition describes."""
        for resource in from_crd(crd):
            self._resources[resource.group, resource.plural] = resource

    def remove_crd(self, crd: JsonObject) -> None:
        """Stops serving what a CustomResourceDefinition described."""
        for resource in from_crd(crd):
            self._resources.pop((resource.group, resource.plural), None)

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """Finds a resource by its place in the URL."""
        found = self._resources.get((group, plural))
        return found if found is not None and found.version == version else None

    def by_kind(self, kind: str, api_version: str = "") -> Resource:
        """Finds a resource by kind; the apiVersion settles ambiguity.

        Raises:
            KeyError: If no such kind is served.
        """
        for resource in self._resources.values():
            if resource.kind == kind and api_version in {"", resource.api_version}:
                return resource
        raise KeyError(f"{api_version} {kind}")

    def of(self, obj: dict[str, Any]) -> Resource:
        """Finds the resource of an object."""
        return self.by_kind(obj["kind"], obj["apiVersion"])

    def groups(self) -> dict[str, list[str]]:
        """Returns the named groups with their versions, the preferred one first."""
        groups: dict[str, list[str]] = {}
        for resource in self._resources.values():
            versions = groups.setdefault(resource.group, [])
            if resource.version not in versions:
                versions.append(resource.version)
        groups.pop("", None)
        return {
            name: sorted(versions, key=lambda item: ("alpha" in item, "beta" in item, item))
            for name, versions in groups.items()
        }
