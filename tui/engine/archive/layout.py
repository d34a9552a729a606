"""Where things lie in a must-gather: `oc adm inspect`, old and new gatherer of OADP.

Sources: `oc` (pkg/cli/admin/inspect), openshift/oadp-operator (must-gather/pkg since 1.3 and 1.4 of
April 2025, must-gather/collection-scripts before). Of what `velero debug` writes see `bundle`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from knowledge.kinds import BY_RESOURCE
from knowledge.snapshot import LogGroup
from tui.engine.archive import bundle


class Content(Enum):
    """What a file holds, by its place."""

    OBJECTS = auto()
    LOG = auto()
    DESCRIPTION = auto()
    """What `velero … describe` says of one backup or restore, its errors and warnings among it."""
    RESULTS = auto()
    """The errors and warnings of one backup or restore, as Velero stores them."""
    DEBUG_INFO = auto()
    """Versions and a few objects, as the old gatherer writes them."""
    TIMESTAMP = auto()
    DISCOVERY = auto()
    """The resources that the API server has, as `oc adm inspect` writes them."""
    SUMMARY = auto()
    """What the new gatherer writes last."""
    NOTHING = auto()
    """Nothing that is read."""


@dataclass(frozen=True, slots=True)
class Place:
    """One file's place."""

    content: Content
    cluster: str = ""
    """The beginning of the cluster's id, where the layout names it."""
    namespace: str = ""
    """Empty: cluster-scoped."""
    group: str = ""
    plural: str = ""
    """The resource of a file of objects, as far as the path says it."""
    whole: bool = False
    """Whether a List here holds every object of the resource (of the namespace)."""
    old: bool = False
    """Whether the old gatherer of OADP wrote it: one file an object, one folder a resource."""
    log: str = ""
    """The log's name in findings."""
    log_group: LogGroup = LogGroup.UNKNOWN
    name: str = ""
    """The backup or restore that the log is of."""


NOTHING: Final = Place(Content.NOTHING)
_OBJECTS: Final = (".yaml", ".yml", ".json")
_RESOURCE: Final = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]+\.[a-z0-9-]+)")
_CURRENT: Final = frozenset({"current.log", "current.insecure.log"})
_CONTROLLERS: Final = (
    "openshift-adp-controller-manager-",
    "oadp-operator-controller-manager-",
    "non-admin-controller-",
)
_MAINTENANCE: Final = re.compile(r"-maintain-job-\d+-[a-z0-9]+$")
"""Pods of jobs that maintain one repository."""
_PREVIOUS: Final = frozenset({"previous.log", "previous.insecure.log"})


def place(parts: tuple[str, ...]) -> Place:
    """Return what the file at `parts` is."""
    name = parts[-1]
    if name == "timestamp":
        return Place(Content.TIMESTAMP)
    cluster = _after(parts, "clusters")
    if name.startswith("aggregated-discovery-api") and name.endswith(_OBJECTS):
        return Place(Content.DISCOVERY, cluster)
    if name == "oadp-must-gather-summary.md":
        return Place(Content.SUMMARY, cluster)
    if name == "oadp-debug-info":
        return Place(Content.DEBUG_INFO, cluster)
    for index, part in enumerate(parts):
        if part == "namespaces" and len(parts) > index + 2:
            return _namespaced(parts[index + 2 :], parts[index + 1], cluster)
        if part == "cluster-scoped-resources" and len(parts) > index + 2:
            return _objects(parts[index + 1 :], "", cluster)
    found = bundle.place(parts)
    if found is not None:
        return _of_bundle(found)
    return _stored(parts, cluster)


def _of_bundle(found: bundle.Found) -> Place:
    match found:
        case bundle.Objects(group, plural, namespace, whole):
            return Place(Content.OBJECTS, "", namespace, group, plural, whole=whole)
        case bundle.PodLog(namespace, pod, container):
            of = group_of(pod, container)
            log = f"{pod}/{container}"
            if of is None:
                return NOTHING
            return Place(Content.LOG, "", namespace, log=log, log_group=of)
        case bundle.RunLog(kind, name):
            log = f"{kind} {name}"
            return Place(Content.LOG, log=log, log_group=LogGroup(kind), name=name)


def _stored(parts: tuple[str, ...], cluster: str) -> Place:
    """`backups/<b>/<b>-logs.gz`, `restores/<r>/restore-<r>-results.gz`: a copy of the bucket."""
    if len(parts) < 3:
        return NOTHING
    kind, name = parts[-3].removesuffix("s"), parts[-2]
    if kind not in {"backup", "restore"}:
        return NOTHING
    stem = f"restore-{name}" if kind == "restore" else name
    group = LogGroup(kind)
    match parts[-1].removesuffix(".gz").removeprefix(stem):
        case "-logs":
            return Place(Content.LOG, cluster, log=f"{kind} {name}", log_group=group, name=name)
        case "-results":
            log = f"{kind} {name} (results)"
            return Place(Content.RESULTS, cluster, log=log, log_group=group, name=name)
    return NOTHING


def _after(parts: tuple[str, ...], folder: str) -> str:
    at = parts.index(folder) + 1 if folder in parts else len(parts)
    return parts[at] if at < len(parts) - 1 else ""


def _namespaced(parts: tuple[str, ...], namespace: str, cluster: str) -> Place:
    if parts[0] == "pods" and len(parts) > 4 and "logs" in parts:
        return _pod_log(parts, namespace, cluster)
    if parts[0] == "logs" and len(parts) == 3:
        return _merged_log(parts, namespace, cluster)
    if parts[-1].endswith((".log", ".txt")) and len(parts) > 1:
        return _run_log(parts, namespace, cluster)
    if parts[0] == "pods" and len(parts) == 3 and parts[-1].endswith(_OBJECTS):
        return Place(Content.OBJECTS, cluster, namespace, "", "pods")
    return _objects(parts, namespace, cluster)


def _objects(parts: tuple[str, ...], namespace: str, cluster: str) -> Place:
    """Return the place of a file below a namespace or `cluster-scoped-resources`."""
    if len(parts) < 2:
        return NOTHING
    stem, dot, ending = parts[-1].rpartition(".")
    if f"{dot}{ending}" not in _OBJECTS:
        return NOTHING
    if (named := _RESOURCE.fullmatch(parts[-2])) is not None and (
        len(parts) == 2 or parts[0] == "velero.io"
    ):
        # <crd>/<name>.yaml, and below velero.io in namespaces
        if (named[2], named[1]) in BY_RESOURCE:
            return Place(Content.OBJECTS, cluster, namespace, named[2], named[1], old=True)
        return NOTHING if len(parts) > 2 else _of_group(parts, stem, namespace, cluster)
    if parts[0] == "oadp.openshift.io" and len(parts) == 3 and parts[1].startswith("dpa-"):
        plural = "dataprotectionapplications"
        return Place(Content.OBJECTS, cluster, namespace, parts[0], plural, old=True)
    return _of_group(parts, stem, namespace, cluster)


def _of_group(parts: tuple[str, ...], stem: str, namespace: str, cluster: str) -> Place:
    group = "" if parts[0] == "core" else parts[0]
    match len(parts):
        case 2:  # <group>/<plural>.yaml
            return Place(Content.OBJECTS, cluster, namespace, group, stem, whole=True)
        case 3:  # <group>/<plural>/<plural>.yaml or <group>/<plural>/<name>.yaml
            whole = stem == parts[1]
            return Place(Content.OBJECTS, cluster, namespace, group, parts[1], whole=whole)
        case _:
            return NOTHING


def _pod_log(parts: tuple[str, ...], namespace: str, cluster: str) -> Place:
    """`pods/<pod>/<container>/<container>/logs/current.log`, rotated ones below `rotated`."""
    pod, container, name = parts[1], parts[2], parts[-1]
    group = group_of(pod, container)
    if group is None:
        return NOTHING
    if parts[-2] == "rotated":
        log = f"{pod}/{container} (rotated {name})"
    elif name in _CURRENT:
        log = f"{pod}/{container}"
    elif name in _PREVIOUS:
        log = f"{pod}/{container} (previous)"
    else:
        return NOTHING
    return Place(Content.LOG, cluster, namespace, log=log, log_group=group)


def _merged_log(parts: tuple[str, ...], namespace: str, cluster: str) -> Place:
    """`logs/<pod>/current.log`: all containers of a pod in one file."""
    group = group_of(parts[1], "")
    if group is None or parts[2] not in _CURRENT | _PREVIOUS:
        return NOTHING
    previous = " (previous)" if parts[2] in _PREVIOUS else ""
    log = f"{parts[1]}/*{previous}"
    return Place(Content.LOG, cluster, namespace, log=log, log_group=group)


def _run_log(parts: tuple[str, ...], namespace: str, cluster: str) -> Place:
    """`velero.io/backups/<backup>.log`, or `…/backup-<b>/backup-<b>.log`; restores likewise.

    Beside them `describe-<backup>.txt`, or `backup-describe-<b>.txt`.
    """
    folder, file = parts[-2], parts[-1]
    described = file.endswith(".txt")
    stem = file.removesuffix(".txt").removesuffix(".log")
    for kind, plural, group in (
        ("backup", "backups", LogGroup.BACKUP),
        ("restore", "restores", LogGroup.RESTORE),
    ):
        prefix = ""
        if folder == plural:
            prefix = "describe-" if described else ""
        elif folder.startswith(f"{kind}-"):
            prefix = f"{kind}-describe-" if described else f"{kind}-"
            if folder != f"{kind}-{stem.removeprefix(prefix)}":
                continue
        else:
            continue
        if (name := stem.removeprefix(prefix)) and stem.startswith(prefix):
            log = f"{kind} {name}{' (describe)' if described else ''}"
            content = Content.DESCRIPTION if described else Content.LOG
            return Place(content, cluster, namespace, log=log, log_group=group, name=name)
    return NOTHING


def group_of(pod: str, container: str) -> LogGroup | None:
    """Return which program writes a log, by its pod's name; None: none of ours.

    Labels would tell better, but a pod's object may come after its log. Plug-ins are init
    containers that copy a file and write nothing.
    """
    if "plugin" in container:
        return None
    if pod.startswith("velero-"):
        return LogGroup.VELERO if container in {"", "velero"} else None
    if pod.startswith(("node-agent-", "restic-")):
        return LogGroup.NODE_AGENT
    if _MAINTENANCE.search(pod):
        return LogGroup.VELERO
    if pod.startswith(_CONTROLLERS):
        return LogGroup.OPERATOR
    return None
