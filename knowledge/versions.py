"""The versions of OADP, Velero and OpenShift, from objects that were read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from knowledge.snapshot import KubeObject, ObjectKey, Versions

READ_FROM: Final = frozenset(
    {"ClusterServiceVersion", "ServerStatusRequest", "Deployment", "ClusterVersion"}
)
"""The kinds that versions are found in."""
_VERSION: Final = re.compile(r"v?(\d+\.\d+(?:\.\d+)?(?:[-.+][0-9A-Za-z.+-]+)?)")

Objects = Mapping[str, Mapping[ObjectKey, KubeObject]]


def versions(objects: Objects) -> Versions:
    """Return the versions that `objects` show; None where they show none."""
    return Versions(_oadp(objects), _velero(objects), _openshift(objects))


def _oadp(objects: Objects) -> str | None:
    found = []
    for body in objects.get("ClusterServiceVersion", {}).values():
        spec = _mapping(body.get("spec"))
        name = str(_mapping(body.get("metadata")).get("name", ""))
        if spec.get("displayName") != "OADP Operator" and not name.startswith("oadp-operator.v"):
            continue
        version = _version(spec.get("version")) or _version(name.partition(".v")[2])
        if version:
            # While an upgrade runs there are two: the one that is in place counts.
            succeeded = _mapping(body.get("status")).get("phase") == "Succeeded"
            found.append((succeeded, _order(version), version))
    if len(found) > 1 and not any(succeeded for succeeded, _, _ in found):
        return None  # either may be running
    return max(found)[2] if found else None


def _velero(objects: Objects) -> str | None:
    answered = [
        (str(status.get("processedTimestamp", "")), version)
        for body in objects.get("ServerStatusRequest", {}).values()
        if (status := _mapping(body.get("status")))
        and (version := _version(status.get("serverVersion")))
    ]
    if answered:
        return max(answered)[1]
    for (_, name), body in objects.get("Deployment", {}).items():
        if name != "velero":
            continue
        template = _mapping(_mapping(body.get("spec")).get("template"))
        for container in _items(_mapping(template.get("spec")).get("containers")):
            if container.get("name") == "velero":
                image = str(container.get("image", "")).partition("@")[0]
                program, _, tag = image.rpartition("/")[2].partition(":")
                # The images of OADP (oadp-velero-rhel9) have OADP's version as their tag.
                return _version(tag) if program == "velero" else None
    return None


def _openshift(objects: Objects) -> str | None:
    body = objects.get("ClusterVersion", {}).get(("", "version"))
    if body is None:
        return None
    status = _mapping(body.get("status"))
    for each in _items(status.get("history")):
        if each.get("state") == "Completed":
            return _version(each.get("version"))
    return _version(_mapping(status.get("desired")).get("version"))


def _version(value: Any) -> str | None:
    match = _VERSION.fullmatch(value.strip()) if isinstance(value, str) else None
    return match[1] if match else None


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:4])


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> Iterable[Mapping[str, Any]]:
    return (each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()
