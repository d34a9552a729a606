"""Deployments and DaemonSets make their pods, as the controllers of a real cluster do.

A deleted pod comes back under a new name; a changed template rolls the pods; a pod needs a moment
to start, and crashes on starting while a crash rule of the scenario holds.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tui.practice.conditions import holds
from tui.practice.loglines import Stories
from tui.practice.logs import LogStore
from tui.practice.objects import (
    JsonObject,
    at,
    labels_of,
    metadata,
    name_of,
    namespace_of,
    timestamp,
)
from tui.practice.podstatus import (
    crashed,
    daemon_status,
    deployment_status,
    owner_reference,
    pending,
    running,
    stable_suffix,
)
from tui.practice.resources import Resource
from tui.practice.selectors import from_label_map
from tui.practice.store import Change, Store
from tui.practice.templating import uid_of
from tui.practice.writing import Writer, random_suffix

_START_SECONDS = 2.0
_RECREATE_SECONDS = 0.5

Spawn = Callable[[Awaitable[None]], None]
Sleep = Callable[[float], Awaitable[None]]


class Workloads:
    """Keeps pods in step with their Deployments and DaemonSets."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        logs: LogStore,
        stories: Stories,
        *,
        starts: list[JsonObject],
        crashes: list[JsonObject],
        refusals: list[JsonObject],
        scope: JsonObject,
        spawn: Spawn,
        sleep: Sleep,
    ) -> None:
        self._store, self._writer, self._logs, self._stories = store, writer, logs, stories
        self._starts, self._crashes, self._refusals = starts, crashes, refusals
        self._scope = scope
        self._spawn, self._sleep = spawn, sleep
        self._nodes = 0
        registry = store.registry
        self._pods = registry.by_kind("Pod", "v1")
        self._sets = registry.by_kind("ReplicaSet", "apps/v1")
        self._deployments = registry.by_kind("Deployment", "apps/v1")
        self._daemons = registry.by_kind("DaemonSet", "apps/v1")

    def populate(self) -> None:
        """Makes the running pods of all workloads, as old as their owners.

        A workload whose pods the scenario brings itself is left alone.
        """
        for owner in [*self._store.objects(self._deployments), *self._store.objects(self._daemons)]:
            fits = from_label_map(owner["spec"]["selector"])
            if any(fits(pod) for pod in self._store.objects(self._pods, namespace_of(owner))):
                continue
            for node in self._places(owner):
                holder = self._holder(owner)
                pod = self._make_pod(holder, node, stable=True)
                if self._refused(pod):
                    self._spawn(self._start(pod, owner))
                    continue
                created = metadata(owner).get("creationTimestamp", timestamp())
                pod["metadata"]["creationTimestamp"] = created
                pod["status"] = running(pod, created)
                pod = self._store.add(self._pods, pod)
                if rule := self._crash(pod):
                    self._begin_crashed(pod, owner, rule)
            self._count(owner)

    def on_change(self, change: Change) -> None:
        """Reacts to deleted pods and changed templates."""
        if change.resource.plural == "pods" and change.type == "DELETED":
            self._logs.forget_pod(namespace_of(change.obj), name_of(change.obj))
            self._spawn(self._recreate(change.obj))
        elif change.resource in {self._deployments, self._daemons} and change.type != "DELETED":
            old_template = at(change.old or {}, "spec.template")
            if at(change.obj, "spec.template") != old_template or (
                at(change.obj, "spec.replicas") != at(change.old or {}, "spec.replicas")
            ):
                self._spawn(self._roll(change.resource, change.obj, is_new=change.old is None))

    def _places(self, owner: JsonObject) -> list[str]:
        nodes = [
            name_of(node)
            for node in self._store.objects(self._store.registry.by_kind("Node", "v1"))
        ] or ["worker-0"]
        if owner["kind"] == "DaemonSet":
            return nodes
        wanted = int(at(owner, "spec.replicas") or 0) if "replicas" in owner["spec"] else 1
        self._nodes += 1
        return [nodes[(self._nodes + index) % len(nodes)] for index in range(wanted)]

    def _holder(self, owner: JsonObject) -> JsonObject:
        """Returns what owns the pods: the DaemonSet itself, or a Deployment's ReplicaSet."""
        if owner["kind"] == "DaemonSet":
            return owner
        template = owner["spec"]["template"]
        digest = stable_suffix(msgspec.json.encode(template, order="sorted").decode(), 9)
        name, namespace = f"{name_of(owner)}-{digest}", namespace_of(owner)
        found = self._store.get(self._sets, namespace, name)
        if found is not None:
            return found
        labels = {**(at(template, "metadata.labels") or {}), "pod-template-hash": digest}
        body = copy.deepcopy(template)
        body.setdefault("metadata", {})["labels"] = labels
        holder: JsonObject = {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": uid_of("ReplicaSet", namespace, name),
                "creationTimestamp": metadata(owner)["creationTimestamp"],
                "labels": labels,
                "annotations": {"deployment.kubernetes.io/revision": "1"},
                "ownerReferences": [owner_reference(owner)],
            },
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": body,
            },
            "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
        }
        return self._store.add(self._sets, holder)

    def _make_pod(self, holder: JsonObject, node: str, *, stable: bool = False) -> JsonObject:
        template = copy.deepcopy(holder["spec"]["template"])
        prefix, namespace = f"{name_of(holder)}-", namespace_of(holder)
        suffix = stable_suffix(prefix + node, 5) if stable else random_suffix()
        spec: JsonObject = template["spec"]
        spec["nodeName"] = node
        spec.setdefault("restartPolicy", "Always")
        meta: JsonObject = {
            "name": prefix + suffix,
            "generateName": prefix,
            "namespace": namespace,
            "labels": dict(at(template, "metadata.labels") or {}),
            "ownerReferences": [owner_reference(holder)],
        }
        if annotations := at(template, "metadata.annotations"):
            meta["annotations"] = annotations
        return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}

    def _owner_of(self, pod: JsonObject) -> tuple[JsonObject, JsonObject] | None:
        """Returns the holder of a pod and the workload behind it, if they still exist."""
        for ref in metadata(pod).get("ownerReferences") or []:
            kind = self._sets if ref["kind"] == "ReplicaSet" else self._daemons
            holder = self._store.get(kind, namespace_of(pod), str(ref["name"]))
            if holder is None or kind is self._daemons:
                return (holder, holder) if holder else None
            for above in metadata(holder).get("ownerReferences") or []:
                owner = self._store.get(self._deployments, namespace_of(pod), str(above["name"]))
                if owner is not None:
                    return holder, owner
        return None

    async def _recreate(self, pod: JsonObject) -> None:
        await self._sleep(_RECREATE_SECONDS)
        owners = self._owner_of(pod)
        if owners is None:
            return
        _, owner = owners
        holder = self._holder(owner)
        present = self._pods_of(holder)
        if owner["kind"] == "Deployment":
            wanted = int(owner["spec"].get("replicas", 1))
            if len(present) >= wanted:
                self._count(owner)
                return
        await self._start(self._make_pod(holder, str(at(pod, "spec.nodeName"))), owner)

    def _pods_of(self, holder: JsonObject) -> list[JsonObject]:
        uid = metadata(holder)["uid"]
        return [
            pod
            for pod in self._store.objects(self._pods, namespace_of(holder))
            if any(ref.get("uid") == uid for ref in metadata(pod).get("ownerReferences") or [])
        ]

    async def _roll(self, resource: Resource, owner: JsonObject, *, is_new: bool) -> None:
        self._count(owner, updated=0)
        await self._sleep(_RECREATE_SECONDS)
        owner = self._store.get(resource, namespace_of(owner), name_of(owner)) or owner
        before = [
            pod
            for pod in self._store.objects(self._pods, namespace_of(owner))
            if (owners := self._owner_of(pod))
            and owners[1]["metadata"]["uid"] == owner["metadata"]["uid"]
        ]
        holder = self._holder(owner)
        old = [pod for pod in before if not self._is_of(pod, holder, is_new=is_new)]
        if owner["kind"] == "DaemonSet":
            for pod in old:
                self._remove(pod)
            for node in self._places(owner) if is_new else ():
                if not any(at(pod, "spec.nodeName") == node for pod in before):
                    await self._start(self._make_pod(holder, node), owner)
            return
        places = self._places(owner)
        for node in places[len(before) - len(old) :]:
            await self._start(self._make_pod(holder, node), owner)
        surplus = [pod for pod in before if pod not in old][len(places) :]
        for pod in [*old, *surplus]:
            self._remove(pod)
        self._count(owner)

    def _is_of(self, pod: JsonObject, holder: JsonObject, *, is_new: bool) -> bool:
        if holder["kind"] == "DaemonSet":
            return is_new
        return any(
            ref.get("uid") == holder["metadata"]["uid"]
            for ref in metadata(pod).get("ownerReferences") or []
        )

    def _remove(self, pod: JsonObject) -> None:
        if self._store.get(self._pods, namespace_of(pod), name_of(pod)) is not None:
            self._writer.remove(self._pods, namespace_of(pod), name_of(pod))

    async def _start(self, pod: JsonObject, owner: JsonObject) -> None:
        while rule := self._refused(pod):
            # As a controller does that meets a webhook, a quota or an SCC: it tries again.
            self._count(owner)
            await self._sleep(float(rule.get("backoff", 20)))
        pod["status"] = pending(pod)
        self._store.add(self._pods, pod)
        self._count(owner)
        await self._sleep(_START_SECONDS)
        await self._launch(namespace_of(pod), name_of(pod), owner)

    async def _launch(self, namespace: str, name: str, owner: JsonObject) -> None:
        while (pod := self._store.get(self._pods, namespace, name)) is not None:
            crash = self._crash(pod)
            container = str(at(pod, "spec.containers[0].name"))
            log = self._logs.get(namespace, name, container)
            if log.lines:
                log.restart()
            entries = crash["lines"] if crash else self._start_lines(pod)
            scope = {**self._scope, "pod": pod}
            self._logs.append(namespace, name, container, self._stories.lines(entries, scope))
            if crash is None:
                self._set_status(pod, running(pod, timestamp()))
                self._count(owner)
                return
            self._set_status(pod, crashed(pod, crash))
            self._count(owner)
            await self._sleep(float(crash.get("backoff", 20)))

    def _begin_crashed(self, pod: JsonObject, owner: JsonObject, rule: JsonObject) -> None:
        """Puts a pod into its retry loop from the start, with the log of the last crash."""
        namespace, name = namespace_of(pod), name_of(pod)
        lines = self._stories.lines(rule["lines"], {**self._scope, "pod": pod}, time.time() - 40)
        log = self._logs.get(namespace, name, str(rule["container"]))
        log.lines, log.previous = lines, list(lines)
        self._set_status(pod, crashed(pod, rule, int(rule.get("restarts", 7))))
        self._spawn(self._retry(namespace, name, owner, rule))

    async def _retry(self, namespace: str, name: str, owner: JsonObject, rule: JsonObject) -> None:
        await self._sleep(float(rule.get("backoff", 20)))
        await self._launch(namespace, name, owner)

    def _crash(self, pod: JsonObject) -> JsonObject | None:
        for rule in self._crashes:
            if _fits(pod, rule) and holds(
                self._store, rule.get("when") or [], self._scope, self._scope
            ):
                return rule
        return None

    def _refused(self, pod: JsonObject) -> JsonObject | None:
        """Returns the rule by which the cluster does not let the pod be made, if there is one."""
        for rule in self._refusals:
            if _fits(pod, rule) and holds(self._store, rule["when"], self._scope, self._scope):
                return rule
        return None

    def _start_lines(self, pod: JsonObject) -> list[Any]:
        scope = {**self._scope, "pod": pod}
        for rule in self._starts:
            if _fits(pod, rule) and holds(self._store, rule.get("when") or [], scope, scope):
                return list(rule["lines"])
        return []

    def _set_status(self, pod: JsonObject, status: JsonObject) -> None:
        self._store.replace(self._pods, {**pod, "status": status}, status_only=True)

    def _count(self, owner: JsonObject, updated: int | None = None) -> None:
        """Writes into a workload how many of its pods are ready."""
        resource = self._daemons if owner["kind"] == "DaemonSet" else self._deployments
        live = self._store.get(resource, namespace_of(owner), name_of(owner))
        if live is None:
            return
        pods = self._pods_of(self._holder(live)) if updated is None else []
        ready = sum(1 for pod in pods if at(pod, "status.containerStatuses[0].ready") is True)
        if updated is not None:
            present = live.get("status") or {}
            status = {**present, "updatedReplicas": updated}
            if resource is self._daemons:
                status = {**present, "updatedNumberScheduled": updated}
        elif resource is self._daemons:
            status = daemon_status(live, len(self._places(live)), ready)
        else:
            status = deployment_status(live, len(pods), ready)
        self._store.replace(resource, {**live, "status": status}, status_only=True)


def _fits(pod: JsonObject, rule: JsonObject) -> bool:
    return all(labels_of(pod).get(key) == value for key, value in rule["labels"].items())
