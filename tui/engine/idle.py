"""What is running on the cluster and would fail if Velero or its agents restarted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from knowledge import path
from knowledge.snapshot import ObjectRef, Snapshot
from tui.engine.ports import Connection, Phase

_SERVER: Final = frozenset(
    {
        "InProgress",
        "WaitingForPluginOperations",
        "WaitingForPluginOperationsPartiallyFailed",
        "Finalizing",
        "FinalizingPartiallyFailed",
    }
)
_AGENT: Final = frozenset({"Accepted", "Prepared", "InProgress", "Canceling"})
RUNNING: Final = {
    "Backup": _SERVER,
    "Restore": _SERVER,
    "DataUpload": _AGENT,
    "DataDownload": _AGENT,
    "PodVolumeBackup": _AGENT,
    "PodVolumeRestore": _AGENT,
    "DeleteBackupRequest": frozenset({"InProgress"}),
}
"""Kind -> the phases in which a restart makes it fail."""


def running(
    snapshot: Snapshot, but: Collection[ObjectRef] = (), connection: Connection | None = None
) -> tuple[ObjectRef, ...]:
    """Return what is running; a kind that could not be read counts, as `*`.

    Args:
        snapshot: what was read.
        but: objects that do not count, such as the stuck backup that a procedure is about.
        connection: how the source is; while it does not answer, what was read is out of date.
    """
    found: list[ObjectRef] = []
    if connection is not None and connection.phase in {Phase.LOST, Phase.FAILED}:
        found.append(ObjectRef("Backup", snapshot.source.namespace, "*"))
    for kind, phases in RUNNING.items():
        if snapshot.why_unread(kind) is not None:
            found.append(ObjectRef(kind, snapshot.source.namespace, "*"))
        found.extend(
            ObjectRef(kind, namespace, name)
            for (namespace, name), body in snapshot.of(kind).items()
            if phases.intersection(map(path.as_text, path.get("status.phase", body)))
        )
    return tuple(each for each in found if each not in but)
