"""The groups of the Cluster pane: which objects each holds, and how it is as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.snapshot import KubeObject, ObjectRef, Snapshot
from knowledge.text import Language, Text
from tui.language import N_, language
from tui.rows import phase, workload
from tui.rows.line import Line
from tui.text import Tone

_LINES: Final[dict[str, Callable[[ObjectRef, KubeObject], Line]]] = {
    "DataProtectionApplication": workload.dpa,
    "Deployment": workload.replicas,
    "DaemonSet": workload.replicas,
    "Pod": workload.pod,
    "Subscription": workload.subscription,
    "ClusterServiceVersion": workload.version,
    "Event": workload.event,
}
_PHASED: Final = frozenset(
    {
        "BackupStorageLocation",
        "VolumeSnapshotLocation",
        "Backup",
        "Restore",
        "Schedule",
        "PodVolumeBackup",
        "PodVolumeRestore",
        "DataUpload",
        "DataDownload",
        "BackupRepository",
        "DeleteBackupRequest",
        "DownloadRequest",
        "ServerStatusRequest",
        "DataProtectionTest",
        "NonAdminBackup",
        "NonAdminRestore",
        "NonAdminBackupStorageLocation",
    }
)


@dataclass(frozen=True, slots=True)
class Group:
    """A line of the Cluster pane and what stands below it."""

    id: str
    title: str
    kinds: tuple[str, ...]
    takes: Callable[[ObjectRef], bool] = lambda ref: True
    optional: bool = False
    """Whether having none of it is nothing to speak of."""
    shy: bool = False
    """Whether it stands there only when it holds something, or something of it was not read."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of a group that gave nothing, and why."""

    kind: str
    why: Text | None
    """None: not installed on the cluster."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its lines, worst first and then newest, and its gaps."""

    group: Group
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    counts: tuple[tuple[Tone, str, int], ...]
    """How many lines have each state, worst first."""
    tone: Tone
    """The worst of its lines; never OK while a kind of it was not read."""
    attention: int
    """How many lines, from the first, ask for a look."""


def _view(group: Group, lines: Iterable[Line], gaps: tuple[Gap, ...]) -> GroupView:
    ordered = tuple(_newest_first(lines))
    counted = Counter((line.tone, line.word) for line in ordered)
    ranked = sorted(counted.items(), key=lambda item: (item[0][0].rank, -item[1]))
    counts = tuple((tone, word, count) for (tone, word), count in ranked)
    tones = [tone for tone, _word, _count in counts]
    tones += [Tone.UNKNOWN for gap in gaps if gap.why is not None]
    return GroupView(
        group,
        ordered,
        gaps,
        counts,
        min(tones, key=lambda tone: tone.rank, default=Tone.OFF),
        sum(count for tone, _word, count in counts if tone.rank <= Tone.WARN.rank),
    )


def _is_operator(ref: ObjectRef) -> bool:
    return ref.kind in ("Subscription", "ClusterServiceVersion") or ref.name.startswith(
        ("openshift-adp-controller-manager", "oadp-operator")
    )


def _is_velero(ref: ObjectRef) -> bool:
    return ref.name == "velero" or ref.name.startswith("velero-")


def _is_agent(ref: ObjectRef) -> bool:
    return ref.name in ("node-agent", "restic") or ref.name.startswith(("node-agent-", "restic-"))


def _is_other_workload(ref: ObjectRef) -> bool:
    return not (_is_operator(ref) or _is_velero(ref) or _is_agent(ref))


_WORKLOADS: Final = ("Deployment", "DaemonSet", "Pod")
GROUPS: Final = (
    Group(
        "operator",
        N_("Operator"),
        ("ClusterServiceVersion", "Subscription", "Deployment", "Pod"),
        _is_operator,
    ),
    Group("dpa", N_("DPA"), ("DataProtectionApplication",)),
    Group(
        "storage",
        N_("Storage locations"),
        ("BackupStorageLocation", "VolumeSnapshotLocation"),
    ),
    Group("velero", N_("Velero"), ("Deployment", "Pod"), _is_velero),
    Group("agents", N_("Node agents"), ("DaemonSet", "Pod"), _is_agent, optional=True),
    Group("backups", N_("Backups"), ("Backup",)),
    Group("restores", N_("Restores"), ("Restore",)),
    Group("schedules", N_("Schedules"), ("Schedule",), optional=True),
    Group(
        "movements",
        N_("Data movements"),
        ("DataUpload", "DataDownload", "PodVolumeBackup", "PodVolumeRestore"),
        optional=True,
    ),
    Group("repositories", N_("Backup repositories"), ("BackupRepository",), optional=True),
    Group(
        "other",
        N_("Other"),
        (
            "DataProtectionTest",
            "NonAdminBackup",
            "NonAdminRestore",
            "NonAdminBackupStorageLocation",
            "CloudStorage",
            "Job",
            *_WORKLOADS,
        ),
        lambda ref: ref.kind not in _WORKLOADS or _is_other_workload(ref),
        optional=True,
        shy=True,
    ),
    Group(
        "requests",
        N_("Requests"),
        (
            "DeleteBackupRequest",
            "DownloadRequest",
            "ServerStatusRequest",
            "NonAdminBackupStorageLocationRequest",
            "NonAdminDownloadRequest",
        ),
        optional=True,
        shy=True,
    ),
    Group("events", N_("Events"), ("Event",), optional=True, shy=True),
    Group(
        "csi",
        N_("Storage and CSI"),
        (
            "StorageClass",
            "CSIDriver",
            "VolumeSnapshotClass",
            "VolumeSnapshotContent",
            "VolumeSnapshot",
        ),
        optional=True,
        shy=True,
    ),
    Group(
        "webhooks",
        N_("Admission webhooks"),
        ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
        optional=True,
        shy=True,
    ),
    Group(
        "platform",
        N_("Platform"),
        (
            "ClusterVersion",
            "Infrastructure",
            "InstallPlan",
            "ImageStream",
            "Secret",
            "ConfigMap",
            "CustomResourceDefinition",
        ),
        optional=True,
        shy=True,
    ),
)


def line_of(ref: ObjectRef, body: KubeObject) -> Line:
    """Return any object as a line."""
    if ref.kind in _PHASED:
        return phase.line(ref, body)
    return _LINES.get(ref.kind, workload.present)(ref, body)


def _newest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(
        lines,
        key=lambda line: (
            line.tone.rank,
            -(line.since.timestamp() if line.since is not None else 0.0),
            line.ref.name,
        ),
    )


class Views:
    """Makes the groups of each new snapshot; what did not change is not made again."""

    def __init__(self) -> None:
        self._lines: dict[ObjectRef, tuple[KubeObject, Line]] = {}
        self._groups: dict[str, tuple[tuple[object, ...], tuple[Gap, ...], GroupView]] = {}
        self._language: Language = language()

    def of(self, snapshot: Snapshot) -> tuple[GroupView, ...]:
        """Return every group of `snapshot` with its lines and gaps."""
        if self._language != language():
            self._lines, self._groups, self._language = {}, {}, language()
        return tuple(self._group(group, snapshot) for group in GROUPS)

    def _group(self, group: Group, snapshot: Snapshot) -> GroupView:
        tables = tuple(snapshot.of(kind) for kind in group.kinds)
        gaps = tuple(_gaps(group, snapshot))
        known = self._groups.get(group.id)
        if (
            known is not None
            and known[1] == gaps
            and all(old is new for old, new in zip(known[0], tables, strict=True))
        ):
            return known[2]
        lines = []
        for kind, table in zip(group.kinds, tables, strict=True):
            for (namespace, name), body in table.items():
                ref = ObjectRef(kind, namespace, name)
                if group.takes(ref):
                    lines.append(self._line(ref, body))
        view = _view(group, lines, gaps)
        self._groups[group.id] = (tables, gaps, view)
        return view

    def _line(self, ref: ObjectRef, body: KubeObject) -> Line:
        known = self._lines.get(ref)
        if known is not None and known[0] is body:
            return known[1]
        line = line_of(ref, body)
        self._lines[ref] = (body, line)
        return line


def _gaps(group: Group, snapshot: Snapshot) -> Iterator[Gap]:
    for kind in group.kinds:
        if group.id == "other" and kind in _WORKLOADS:
            continue
        if (why := snapshot.why_unread(kind)) is not None:
            yield Gap(kind, why)
        elif kind in snapshot.absent:
            yield Gap(kind, None)
