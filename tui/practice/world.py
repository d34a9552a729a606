"""Builds the store of a practice cluster from a scenario."""

from __future__ import annotations

import copy
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from tui.practice.conditions import holds
from tui.practice.loglines import Stories
from tui.practice.logs import LogStore
from tui.practice.objects import JsonObject, labels_of, name_of, namespace_of, timestamp
from tui.practice.scenario import Scenario
from tui.practice.store import Store
from tui.practice.templating import fill, uid_of

_AGE_SECONDS = 86_400 * 40


@lru_cache(maxsize=1)
def _crds() -> bytes:
    return (resources.files("tui.practice") / "crds.json").read_bytes()


def crds() -> list[JsonObject]:
    """Returns the CustomResourceDefinitions of OADP and Velero, without descriptions."""
    found: list[JsonObject] = msgspec.json.decode(_crds())
    return found


def custom_resource(entry: JsonObject) -> JsonObject:
    """Makes a CustomResourceDefinition, open to any field, from a short description.

    Args:
        entry: `group`, `version`, `kind`, `plural`, and any of `short`, `cluster`, `status`,
            `columns` (name to JSONPath).
    """
    group, version, kind = entry["group"], entry["version"], entry["kind"]
    names: JsonObject = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": entry["plural"],
        "singular": kind.lower(),
    }
    if "short" in entry:
        names["shortNames"] = list(entry["short"])
    columns = [
        {"name": name, "jsonPath": path, "type": "date" if "Time" in path else "string"}
        for name, path in (entry.get("columns") or {}).items()
    ]
    schema = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
    }
    served: JsonObject = {
        "name": version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    if columns:
        served["additionalPrinterColumns"] = columns
    if entry.get("status", True):
        served["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{entry['plural']}.{group}"},
        "spec": {
            "group": group,
            "names": names,
            "scope": "Cluster" if entry.get("cluster") else "Namespaced",
            "versions": [served],
        },
    }


def established(crd: JsonObject, since: str) -> JsonObject:
    """Gives a CustomResourceDefinition the status of one that is served since a time."""
    crd["metadata"]["creationTimestamp"] = since
    crd["metadata"]["uid"] = uid_of("CustomResourceDefinition", "", name_of(crd))
    crd["status"] = {
        "acceptedNames": crd["spec"]["names"],
        "storedVersions": [crd["spec"]["versions"][-1]["name"]],
        "conditions": [
            {
                "type": kind,
                "status": "True",
                "lastTransitionTime": since,
                "reason": reason,
                "message": message,
            }
            for kind, reason, message in (
                ("NamesAccepted", "NoConflicts", "no conflicts found"),
                ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            )
        ],
    }
    return crd


def fill_store(store: Store, scenario: Scenario, now: float) -> None:
    """Puts the scenario's objects into an empty store.

    Args:
        store: The store.
        scenario: Where they come from.
        now: The moment that relative times count from.
    """
    since = timestamp(now - _AGE_SECONDS)
    kind = store.registry.by_kind("CustomResourceDefinition")
    for crd in [*crds(), *map(custom_resource, scenario.customresources)]:
        if store.get(kind, "", name_of(crd)) is None:
            store.add(kind, established(crd, since))
    scope = {**scenario.vars, "now": now}
    for template in scenario.objects:
        obj: JsonObject = fill(copy.deepcopy(template), scope)
        resource = store.registry.of(obj)
        meta = obj["metadata"]
        meta.setdefault("creationTimestamp", since)
        meta["uid"] = uid_of(obj["kind"], namespace_of(obj), name_of(obj))
        store.add(resource, obj)
    store.compact()


def write_logs(
    store: Store, logs: LogStore, stories: Stories, entries: list[JsonObject], scope: JsonObject
) -> None:
    """Writes the logs that exist when the cluster begins.

    Args:
        store: Where the pods are.
        logs: Where the lines go.
        stories: The scenario's stories.
        entries: The scenario's `logs`.
        scope: The variables.
    """
    pods = store.objects(store.registry.by_kind("Pod", "v1"))
    for entry in entries:
        if not holds(store, entry.get("when") or [], scope, scope):
            continue
        for pod in pods:
            labels: dict[str, Any] = entry["labels"]
            if any(labels_of(pod).get(key) != value for key, value in labels.items()):
                continue
            lines = stories.lines(entry["lines"], {**scope, "pod": pod})
            log = logs.get(namespace_of(pod), name_of(pod), entry["container"])
            if entry.get("previous"):
                log.previous = sorted([*(log.previous or []), *lines], key=lambda line: line.moment)
            else:
                log.lines = sorted([*log.lines, *lines], key=lambda line: line.moment)
