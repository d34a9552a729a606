"""Must-gathers in every layout that exists, made of what a practice cluster holds."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tui.practice import PracticeCluster, load_scenario
from tui.practice.logs import LogQuery

NS = "openshift-adp"
CLUSTER = "7d3c1b52"
IMAGE = "registry-redhat-io-oadp-oadp-mustgather-rhel9-sha256-0a1b2c"
Body = dict[str, Any]
Files = dict[str, bytes]

_INSPECTED = {
    ("", "pods"), ("", "events"), ("", "secrets"), ("", "configmaps"),
    ("apps", "deployments"), ("apps", "daemonsets"), ("batch", "jobs"),
}  # fmt: skip
_NEW_NAMESPACED = {
    "dataprotectionapplications", "cloudstorages", "backupstoragelocations",
    "volumesnapshotlocations", "backups", "restores", "schedules", "backuprepositories",
    "datauploads", "datadownloads", "podvolumebackups", "podvolumerestores", "downloadrequests",
    "deletebackuprequests", "serverstatusrequests", "clusterserviceversions", "subscriptions",
    "nonadminbackups", "nonadminrestores", "nonadmindownloadrequests",
    "nonadminbackupstoragelocations", "nonadminbackupstoragelocationrequests",
}  # fmt: skip
_NEW_CLUSTER = {"storageclasses", "csidrivers", "volumesnapshotclasses"}
_MANAGED = [
    {
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:metadata": {"f:labels": {".": {}, 'k:{"type":"Ready"}': {}}}},
        "manager": "lab",
        "operation": "Update",
        "time": "2026-11-23T11:57:36Z",
    }
]


@dataclass
class World:
    """What a cluster holds at one moment."""

    objects: dict[tuple[str, str], list[Body]] = field(default_factory=dict)
    """`(group, plural)` -> objects; a resource without objects has an empty list."""
    logs: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict)
    """Pod and container -> log with timestamps, and that of the run before."""

    taken: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was looked at: what a scenario holds is dated by the day it is played."""

    @property
    def stamp(self) -> bytes:
        """Return a line of the gatherer's file `timestamp`."""
        return f"{self.taken:%Y-%m-%d %H:%M:%S.%f}902 +0000 UTC m=+0.105562229\n".encode()

    def of(self, group: str, plural: str, namespace: str = "") -> list[Body]:
        return [
            body
            for body in self.objects.get((group, plural), [])
            if not namespace or body["metadata"].get("namespace") == namespace
        ]


@cache
def world(scenario: str) -> World:
    """Return what the practice cluster of `scenario` holds at its beginning."""
    with PracticeCluster(load_scenario(scenario), speed=1) as cluster:

        def look() -> World:
            found, csv = World(), ""
            for resource in cluster.store.registry:
                bodies = copy.deepcopy(list(cluster.store.objects(resource)))
                for body in bodies:
                    body["metadata"]["managedFields"] = _MANAGED
                    if resource.plural == "clusterserviceversions":
                        csv = body["metadata"]["name"]
                found.objects[resource.group, resource.plural] = bodies
            for body in found.of("apps", "deployments", NS):
                if "controller-manager" in body["metadata"]["name"]:
                    # As OLM labels what it deploys.
                    body["metadata"].setdefault("labels", {})["olm.owner"] = csv
            for pod in found.of("", "pods", NS):
                name = pod["metadata"]["name"]
                for container in pod["spec"]["containers"]:
                    log = cluster.logs.get(NS, name, container["name"])
                    found.logs[name, container["name"]] = (
                        cluster.logs.read(log, LogQuery(timestamps=True)),
                        cluster.logs.read(log, LogQuery(timestamps=True, previous=True)),
                    )
            return found

        return cluster.call(look)


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(body: Any) -> bytes:
    return yaml.dump(body, Dumper=_Dumper, allow_unicode=True, width=10_000).encode()


def listing(bodies: Iterable[Body], kind: str = "List", api: str = "v1") -> bytes:
    items = list(bodies)
    text = to_yaml({"apiVersion": api, "items": items or None, "kind": kind, "metadata": {}})
    return b"---\n" + text


def _redacted(secret: Body) -> Body:
    values = {
        key: base64.b64encode(f"{len(base64.b64decode(value))} bytes long".encode()).decode()
        for key, value in (secret.get("data") or {}).items()
    }
    return {**secret, "data": values}


def inspected(world: World, root: str = "", resources: bool = True) -> Files:
    """Return what `oc adm inspect ns/openshift-adp` writes, and velero.io resources singly."""
    base = f"{root}namespaces/{NS}"
    files = {f"{base}/{NS}.yaml": b"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: x\n"}
    for group, plural in sorted(_INSPECTED):
        bodies = world.of(group, plural, NS)
        if plural == "secrets":
            bodies = [_redacted(body) for body in bodies]
        files[f"{base}/{group or 'core'}/{plural}.yaml"] = listing(bodies, "ThingList")
    for pod in world.of("", "pods", NS):
        name = pod["metadata"]["name"]
        files[f"{base}/pods/{name}/{name}.yaml"] = b"---\n" + to_yaml(pod)
    for (pod_name, container), (current, previous) in world.logs.items():
        logs = f"{base}/pods/{pod_name}/{container}/{container}/logs"
        files[f"{logs}/current.log"] = current
        files[f"{logs}/previous.log"] = previous
        files[f"{logs}/previous.insecure.log"] = b""
    if resources:
        for group, plural in sorted(world.objects):
            if group in {"velero.io", "oadp.openshift.io", "operators.coreos.com"}:
                for body in world.of(group, plural, NS):
                    path = f"{base}/{group}/{plural}/{body['metadata']['name']}.yaml"
                    files[path] = b"---\n" + to_yaml(body)
    files[f"{root}timestamp"] = world.stamp * 2
    files[f"{root}event-filter.html"] = b"<html>"
    return files


def new_layout(world: World) -> Files:
    """Return what OADP's gatherer of 1.4.5 and newer writes, with the wrapper of `oc`."""
    root = f"must-gather.local.123/{IMAGE}/clusters/{CLUSTER}/"
    files = inspected(world, root, resources=False)
    del files[f"{root}timestamp"]
    scoped = f"{root}cluster-scoped-resources"
    for (group, plural), bodies in sorted(world.objects.items()):
        for namespace in sorted({body["metadata"].get("namespace", "") for body in bodies}):
            mine = [body for body in bodies if body["metadata"].get("namespace", "") == namespace]
            if plural in _NEW_NAMESPACED:
                path = f"{root}namespaces/{namespace}/{group}/{plural}/{plural}.yaml"
                files[path] = listing(mine)
            elif plural in _NEW_CLUSTER:
                files[f"{scoped}/{group}/{plural}/{plural}.yaml"] = listing(mine)
    files[f"{scoped}/config.openshift.io/clusterversions.yaml"] = to_yaml(
        world.of("config.openshift.io", "clusterversions")[0]
    )
    files[f"{root}oadp-must-gather-summary.md"] = b"# OADP must-gather summary\n"
    files["must-gather.local.123/timestamp"] = world.stamp * 2
    files[f"must-gather.local.123/{IMAGE}/version"] = b"OADP\n1.4.5"
    files["must-gather.local.123/must-gather.logs"] = b"collecting\n"
    return files


def old_layout(world: World, zipped: bool = True) -> Files:
    """Return what OADP's gatherer before that writes: a tar in a folder."""
    root = f"must-gather/clusters/{CLUSTER}/"
    files = inspected(world, root, resources=False)
    for (group, plural), bodies in sorted(world.objects.items()):
        if group not in {"velero.io", "oadp.openshift.io"}:
            continue
        for body in bodies:
            name, namespace = body["metadata"]["name"], body["metadata"].get("namespace", "")
            path = f"velero.io/{plural}.{group}/{name}.yaml"
            if plural == "dataprotectionapplications":
                path = f"oadp.openshift.io/dpa-{name}/{name}.yml"
            files[f"{root}namespaces/{namespace}/{path}"] = to_yaml(body)
    for (pod_name, _), (current, previous) in world.logs.items():
        logs = f"{root}namespaces/{NS}/logs/{pod_name}"
        files[f"{logs}/current.log"] = current
        files[f"{logs}/previous.log"] = previous
    files[f"{root}oadp-debug-info"] = b"***\n* OpenShift version information\nx\n"
    outer = f"must-gather.local.9/{IMAGE}"
    wrapper = {"must-gather.local.9/timestamp": world.stamp * 2}
    if zipped:
        return {f"{outer}/must-gather.tar.gz": tarred(files, "gz"), **wrapper}
    return {**{f"{outer}/{path}": data for path, data in files.items()}, **wrapper}


def debug_bundle(world: World, *, lists: bool) -> Files:
    """Return what `velero debug --backup shop-nightly` writes; old ones have a List a resource."""
    root, taken = "velero-bundle/kubecapture", f"{world.taken:%Y-%m-%dT%H-%M-%S}Z.0000"
    files = {"velero-bundle/version.txt": b"Client:\n\tVersion: v1.14.1\n"}
    for (group, plural), _ in sorted(world.objects.items()):
        mine = world.of(group, plural, NS)
        if not mine or (group != "velero.io" and (group, plural) != ("", "pods")):
            continue
        api, kind = mine[0]["apiVersion"], mine[0]["kind"]
        folder = f"{root}/{group or 'core'}_{api.rpartition('/')[2]}/{NS}"
        if lists:
            body = {"apiVersion": api, "kind": f"{kind}List", "items": mine}
            files[f"{folder}/{plural}-{taken}.json"] = json.dumps(body).encode()
            continue
        for each in mine:
            path = f"{folder}/{plural}/{each['metadata']['name']}-{taken}.json"
            files[path] = json.dumps(each).encode()
    for (pod, container), (current, _) in world.logs.items():
        folder = f"{root}/core_v1/{NS}/{'' if lists else 'pods/'}{pod}/{container}"
        files[f"{folder}/{container}.log"] = re.sub(rb"(?m)^\S+ ", b"", current)
        files[f"{folder}-plugin/{container}-plugin.log"] = b""
    files["velero-bundle/backup_shop-nightly.log"] = b"".join(
        line + b"\n"
        for line in files[f"{folder}/{container}.log"].splitlines()
        if b"shop-nightly" in line
    )
    return files


LAYOUTS = {
    "inspect": inspected,
    "new": new_layout,
    "old": old_layout,
    "old-unzipped": lambda world: old_layout(world, zipped=False),
}


def write_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    for path, data in files.items():
        where = folder / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(data)
    return folder


def tarred(
    files: Mapping[str, bytes], compression: str = "", form: int = tarfile.PAX_FORMAT
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}", format=form) as archive:  # type: ignore[call-overload]
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            info.mtime = 1_790_000_000
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
