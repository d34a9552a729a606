"""Where things lie in a bundle of `velero debug`: `velero-bundle/`, in it `kubecapture/`.

Sources: vmware-tanzu/velero (pkg/cmd/cli/debug/cshd-scripts), vmware-tanzu/crash-diagnostics
(k8s/object_writer.go, result_writer.go, container_logger.go). Older ones write a List a resource,
newer ones a file an object.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TAKEN: Final = re.compile(r"-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.\d{1,9}\.(?:json|yaml)$")
"""When a file was written, at the end of its name."""
_RUN: Final = re.compile(r"(backup|restore)_(.{1,253})\.log")
_ROOT: Final = "velero-bundle"
_CAPTURED: Final = "kubecapture"


@dataclass(frozen=True, slots=True)
class Objects:
    """A file of objects."""

    group: str
    plural: str
    namespace: str
    whole: bool
    """Whether it is a List of all objects of the resource in the namespace."""


@dataclass(frozen=True, slots=True)
class PodLog:
    """What a container wrote."""

    namespace: str
    pod: str
    container: str


@dataclass(frozen=True, slots=True)
class RunLog:
    """The log of one backup or restore."""

    kind: str
    name: str


Found = Objects | PodLog | RunLog


def place(parts: tuple[str, ...]) -> Found | None:
    """Return what the file at `parts` is; None: nothing of a bundle."""
    if _CAPTURED in parts:
        return _captured(parts[parts.index(_CAPTURED) + 1 :])
    run = _RUN.fullmatch(parts[-1])
    if run is not None and (len(parts) == 1 or parts[-2] == _ROOT):
        return RunLog(run[1], run[2])
    return None


def _captured(parts: tuple[str, ...]) -> Found | None:
    if len(parts) < 3:
        return None
    group, _, _version = parts[0].rpartition("_")
    group = "" if group == "core" else group
    namespace, file = parts[1], parts[-1]
    if file.endswith(".log"):
        # <pod>/<container>/<container>.log, the pod below `pods` where objects have a file each
        if len(parts) in {5, 6} and file == f"{parts[-2]}.log" and not group:
            return PodLog(namespace, parts[-3], parts[-2])
        return None
    if _TAKEN.search(file) is None:
        return None
    match len(parts):
        case 3:
            return Objects(group, _TAKEN.sub("", file), namespace, whole=True)
        case 4:
            return Objects(group, parts[2], namespace, whole=False)
        case _:
            return None
