"""The objects of the practice cluster, their versions and their history.

An object in the store is never changed in place: a write puts a new one in its stead. So lists,
watches and page snapshots can share them without copying.
"""

from __future__ import annotations

import copy
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from tui.practice import errors
from tui.practice.objects import JsonObject, metadata, name_of, namespace_of, timestamp
from tui.practice.resources import Registry, Resource

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]
_FIRST_VERSION = 41_000
_REMEMBERED_CHANGES = 4_096
_KEPT = ("uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an object."""

    version: int
    type: ChangeType
    resource: Resource
    obj: JsonObject
    old: JsonObject | None


Listener = Callable[[Change], None]


class Store:
    """Everything that exists in the practice cluster."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.version = _FIRST_VERSION
        self.oldest = _FIRST_VERSION
        self.changes: deque[Change] = deque(maxlen=_REMEMBERED_CHANGES)
        self.listeners: list[Listener] = []
        self._objects: dict[tuple[str, str], dict[tuple[str, str], JsonObject]] = {}

    def get(self, resource: Resource, namespace: str, name: str) -> JsonObject | None:
        """Returns an object, or None."""
        return self._objects.get((resource.group, resource.plural), {}).get((namespace, name))

    def objects(self, resource: Resource, namespace: str = "") -> list[JsonObject]:
        """Returns the objects of a resource by namespace and name; all namespaces if empty."""
        found = self._objects.get((resource.group, resource.plural), {})
        keys = sorted(key for key in found if not namespace or key[0] == namespace)
        return [found[key] for key in keys]

    def add(self, resource: Resource, obj: JsonObject, *, dry_run: bool = False) -> JsonObject:
        """Adds a new object.

        Args:
            resource: What it is.
            obj: The object; it belongs to the store from now on.
            dry_run: Only say what would be stored.

        Raises:
            ApiError: 409 if the name is taken.
        """
        meta = obj.setdefault("metadata", {})
        namespace, name = namespace_of(obj), name_of(obj)
        if self.get(resource, namespace, name) is not None:
            raise errors.already_exists(resource, name)
        meta["uid"] = meta.get("uid") or str(uuid.uuid4())
        meta["creationTimestamp"] = meta.get("creationTimestamp") or timestamp()
        if resource.has_generation:
            meta.setdefault("generation", 1)
        meta.pop("resourceVersion", None)
        obj.setdefault("apiVersion", resource.api_version)
        obj.setdefault("kind", resource.kind)
        if not dry_run:
            self._commit("ADDED", resource, obj, None)
        return obj

    def replace(
        self,
        resource: Resource,
        new: JsonObject,
        *,
        status_only: bool = False,
        dry_run: bool = False,
    ) -> JsonObject:
        """Puts a new state of an object in the place of the old one.

        Generation and resourceVersion follow the rules of the kind: with a status subresource
        the status and the rest are written apart; label changes never bump the generation.

        Args:
            resource: What it is.
            new: The new state; it belongs to the store from now on.
            status_only: The write goes to the status subresource.
            dry_run: Only say what would be stored.

        Raises:
            ApiError: 404 if it is gone.
        """
        namespace, name = namespace_of(new), name_of(new)
        old = self.get(resource, namespace, name)
        if old is None:
            raise errors.not_found(resource, name)
        if status_only:
            body = copy.deepcopy(old)
            if "status" in new:
                body["status"] = new["status"]
            body["metadata"]["managedFields"] = metadata(new).get("managedFields", [])
            new = body
        elif resource.status_subresource:
            new = {key: value for key, value in new.items() if key != "status"}
            if "status" in old:
                new["status"] = old["status"]
        new = {**new, "metadata": dict(new["metadata"])}
        meta, before = new["metadata"], old["metadata"]
        for key in _KEPT:
            if key in before:
                meta[key] = before[key]
            else:
                meta.pop(key, None)
        for key in ("managedFields", "labels", "annotations"):
            if not meta.get(key):
                meta.pop(key, None)
        if _same(new, old):
            return old
        if resource.has_generation and not status_only and _spec_differs(resource, new, old):
            meta["generation"] = int(before.get("generation", 1)) + 1
        if dry_run:
            return new
        if meta.get("deletionTimestamp") and not meta.get("finalizers"):
            return self._drop(resource, new)
        self._commit("MODIFIED", resource, new, old)
        return new

    def remove(
        self, resource: Resource, namespace: str, name: str, *, dry_run: bool = False
    ) -> JsonObject:
        """Removes an object, or marks it while finalizers hold it.

        Raises:
            ApiError: 404 if there is none.
        """
        old = self.get(resource, namespace, name)
        if old is None:
            raise errors.not_found(resource, name)
        if dry_run:
            return old
        if metadata(old).get("finalizers"):
            if metadata(old).get("deletionTimestamp"):
                return old
            new = copy.deepcopy(old)
            new["metadata"]["deletionTimestamp"] = timestamp()
            self._commit("MODIFIED", resource, new, old)
            return new
        return self._drop(resource, copy.deepcopy(old))

    def owned_by(self, uid: str) -> Iterable[tuple[Resource, JsonObject]]:
        """Returns the objects that name this uid as an owner."""
        return [
            (resource, obj)
            for resource in self.registry
            for obj in self.objects(resource)
            if any(ref.get("uid") == uid for ref in metadata(obj).get("ownerReferences") or [])
        ]

    def compact(self) -> None:
        """Forgets the history, so that older watches and page tokens are too old."""
        self.changes.clear()
        self.oldest = self.version

    def since(self, version: int) -> list[Change]:
        """Returns the changes after a version.

        Raises:
            ApiError: 410 if that is longer ago than what is remembered.
        """
        if version < self.oldest:
            raise errors.too_old(version, self.oldest)
        return [change for change in self.changes if change.version > version]

    def _drop(self, resource: Resource, last: JsonObject) -> JsonObject:
        self._commit("DELETED", resource, last, last)
        return last

    def _commit(
        self, kind: ChangeType, resource: Resource, obj: JsonObject, old: JsonObject | None
    ) -> None:
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)
        table = self._objects.setdefault((resource.group, resource.plural), {})
        key = (namespace_of(obj), name_of(obj))
        if kind == "DELETED":
            table.pop(key, None)
        else:
            table[key] = obj
        if resource.plural == "customresourcedefinitions":
            if kind == "DELETED":
                self.registry.remove_crd(obj)
            else:
                self.registry.add_crd(obj)
        if len(self.changes) == self.changes.maxlen:
            self.oldest = self.changes[0].version
        change = Change(self.version, kind, resource, obj, old)
        self.changes.append(change)
        for listener in list(self.listeners):
            listener(change)


def _without(obj: JsonObject, *keys: str) -> JsonObject:
    return {key: value for key, value in obj.items() if key not in keys}


def _same(new: JsonObject, old: JsonObject) -> bool:
    if _without(new, "metadata") != _without(old, "metadata"):
        return False
    ignored = ("managedFields", "resourceVersion")
    return _without(new["metadata"], *ignored) == _without(old["metadata"], *ignored)


def _spec_differs(resource: Resource, new: JsonObject, old: JsonObject) -> bool:
    ignored = ["metadata"]
    if resource.status_subresource:
        ignored.append("status")
    return _without(new, *ignored) != _without(old, *ignored)
