"""What was read of one cluster in a must-gather: objects, and what tells how complete they are."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from knowledge.kinds import KINDS, Kind, Scope, is_labelled, kind_of, labelled, name_of
from knowledge.moment import parse_time
from knowledge.scan import Collector
from knowledge.snapshot import KubeObject, ObjectKey, Snapshot, SourceType, Versions
from tui.engine.archive.layout import Place
from tui.engine.store import Store

_DEFAULT_NAMESPACE: Final = "openshift-adp"
_OURS: Final = frozenset({"velero.io", "oadp.openshift.io"})
_MOST_RESOURCES: Final = 20_000
_OPENSHIFT: Final = re.compile(r"\d+\.\d+\.\d+[\w.+-]{0,60}")
_OADP: Final = re.compile(r"oadp-operator\.v(\d+\.\d+\.\d+)")


class Gathered:
    """The objects of one cluster."""

    def __init__(self, kinds: Collection[str], collector: Collector, name: str) -> None:
        """Prepare.

        Args:
            kinds: the kinds to keep.
            collector: has the hits of the logs.
            name: what to call the source.
        """
        self.store = Store(kinds, (), collector, SourceType.MUST_GATHER, name)
        self.whole: set[tuple[str, str]] = set()
        """Kind and namespace (empty: cluster) of which a List with everything was read."""
        self.bad: dict[str, int] = {}
        """Kind -> objects that could not be parsed."""
        self.resources: set[tuple[str, str]] | None = None
        """`(group, plural)` of what the API server has; None: not in the must-gather."""
        self.summary = False
        """The new gatherer came to its end."""
        self.old_archive = False
        """The archive that the old gatherer makes at its end is there."""
        self._kinds = frozenset(kinds)
        self._versions: dict[tuple[str, ObjectKey], int] = {}
        self._newest = ""
        self._openshift: str | None = None

    def wants(self, place: Place) -> bool:
        """Return whether the objects at `place` are of a kind to keep."""
        if name_of(place.group, place.plural) in self._kinds:
            return True
        kind = labelled(place.group, place.plural)
        return kind is not None and kind.name in self._kinds

    def put(self, body: dict[str, Any], place: Place) -> None:
        """Keep an object if it is of a kind to keep, in its newest form.

        Raises:
            ValueError: it is no object.
            OverflowError: it holds a number that JSON does not know.
        """
        version, kind_name = body.get("apiVersion"), body.get("kind")
        if isinstance(version, str) and isinstance(kind_name, str):
            name = kind_of(version, kind_name)
        else:
            name = name_of(place.group, place.plural)
        known = KINDS.get(name) or _other(name)
        also = labelled(known.group, known.plural)
        if also is not None and also.name in self._kinds and is_labelled(also, body):
            self._keep(also, dict(body), place)
        if name in self._kinds:
            self._keep(known, body, place)

    def _keep(self, kind: Kind, body: dict[str, Any], place: Place) -> None:
        name = kind.name
        metadata = body.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
            raise ValueError("an object without a name")
        if kind.scope is not Scope.CLUSTER and place.namespace:
            metadata.setdefault("namespace", place.namespace)
        key = (name, (str(metadata.get("namespace", "")), metadata["name"]))
        fresh = metadata.get("resourceVersion")
        number = int(fresh) if isinstance(fresh, str) and fresh.isdigit() else 0
        if self._versions.get(key, -1) >= number:
            return
        self.store.put(kind, body)
        self._versions[key] = number
        if name == "Event":
            seen = body.get("lastTimestamp") or body.get("eventTime")
            if isinstance(seen, str):
                self._newest = max(self._newest, seen)

    def told(self, body: dict[str, Any], place: Place) -> None:
        """Take what the old gatherer tells besides: `oc version`, and single objects."""
        version = body.get("openshiftVersion")
        if isinstance(version, str) and _OPENSHIFT.fullmatch(version):
            self._openshift = version
        if isinstance(body.get("kind"), str) and isinstance(body.get("apiVersion"), str):
            with contextlib.suppress(ValueError, TypeError, OverflowError, RecursionError):
                self.put(body, place)

    def finished(self, place: Place, *, listed: bool, bad: int) -> None:
        """Note that the file at `place` was read to its end."""
        name = name_of(place.group, place.plural)
        if bad:
            self.bad[name] = self.bad.get(name, 0) + bad
        elif listed and place.whole:
            self.whole.add((name, place.namespace))

    def discovered(self, body: Mapping[str, Any]) -> None:
        """Take one group of the API server's discovery document."""
        group = body.get("metadata")
        name = group.get("name", "") if isinstance(group, dict) else ""
        for version in _mappings(body.get("versions")):
            for resource in _mappings(version.get("resources")):
                if self.resources is None:
                    self.resources = set()
                if len(self.resources) < _MOST_RESOURCES:
                    self.resources.add((str(name or ""), str(resource.get("resource", ""))))
            if version.get("freshness") == "Stale":
                # A group whose server did not answer: its resources are there all the same.
                self.resources = (self.resources or set()) | {(str(name or ""), "*")}

    def merge(self, other: Gathered) -> None:
        """Take over what was found where the layout names no cluster."""
        for name, objects in other.snapshot().objects.items():
            kind = KINDS.get(name) or _other(name)
            for key, body in objects.items():
                number = other._versions.get((name, key), 0)
                if self._versions.get((name, key), -1) < number:
                    self.store.put(kind, dict(body))
                    self._versions[name, key] = number
        self.whole |= other.whole
        for name, count in other.bad.items():
            self.bad[name] = self.bad.get(name, 0) + count
        if self.resources is None:
            self.resources = other.resources
        self._newest = max(self._newest, other._newest)
        self._openshift = self._openshift or other._openshift

    def snapshot(self) -> Snapshot:
        """Return the objects as they are now; what is unread is not judged yet."""
        return self.store.snapshot(datetime.now(UTC))

    @property
    def namespace(self) -> str:
        """Return the namespace of OADP, as it is found on a cluster: a DPA's, else Velero's."""
        found = [
            {namespace for namespace, _ in self.store.objects("DataProtectionApplication")},
            {
                namespace
                for (namespace, name), body in self.store.objects("Deployment").items()
                if name == "velero" or _labels(body).get("component") == "velero"
            },
            {
                namespace
                for kind in ("BackupStorageLocation", "Backup", "Restore")
                for namespace, _ in self.store.objects(kind)
            },
        ]
        for namespaces in found:
            if namespaces:
                return _DEFAULT_NAMESPACE if _DEFAULT_NAMESPACE in namespaces else min(namespaces)
        return _DEFAULT_NAMESPACE

    def versions(self, known: Versions) -> Versions:
        """Return `known`, with OADP's version by OLM's label where no CSV was collected.

        Source: OLM labels the Deployments of an operator with `olm.owner`, its CSV.
        """
        known = replace(known, openshift=known.openshift or self._openshift)
        if known.oadp is not None:
            return known
        owners = {
            owner[1]
            for (namespace, _), body in self.store.objects("Deployment").items()
            if namespace == self.namespace
            and (owner := _OADP.fullmatch(str(_labels(body).get("olm.owner", "")))) is not None
        }
        return replace(known, oadp=owners.pop()) if len(owners) == 1 else known

    @property
    def ours(self) -> int:
        """Return how many objects are of OADP or Velero."""
        return sum(
            len(self.store.objects(name)) for name, kind in KINDS.items() if kind.group in _OURS
        ) + sum(name == "velero" for _, name in self.store.objects("Deployment"))

    @property
    def newest_event(self) -> datetime | None:
        """Return when the last Event was seen."""
        return parse_time(self._newest) if self._newest else None


def _other(name: str) -> Kind:
    plural, _, group = name.partition(".")
    return Kind(name, group, "", plural, Scope.ALL, watch=False)


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (
        (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
    )


def _labels(body: KubeObject) -> Mapping[str, Any]:
    labels = body.get("metadata", {}).get("labels")
    return labels if isinstance(labels, Mapping) else {}
