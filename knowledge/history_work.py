"""What objects tell of a backup or restore: itself, its volumes, snapshots, what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from knowledge.history import Entry, Grade, Sort, at, number, time, together, word
from knowledge.snapshot import KubeObject, ObjectRef, Snapshot
from knowledge.text import Text

ENDED: Final = frozenset({"Completed", "PartiallyFailed", "Failed", "FailedValidation"})
_GRADES: Final = {
    "Completed": Grade.GOOD,
    "Processed": Grade.GOOD,
    "PartiallyFailed": Grade.BAD,
    "Failed": Grade.BAD,
    "FailedValidation": Grade.BAD,
    "Canceled": Grade.WARN,
    "Canceling": Grade.WARN,
    "WaitingForPluginOperationsPartiallyFailed": Grade.WARN,
    "FinalizingPartiallyFailed": Grade.WARN,
}
_LONGEST_LABEL: Final = 63
_HASHED: Final = 6
_MIB: Final = 1 << 20


def label_value(name: str) -> str:
    """Return how a label spells a name; long ones are cut and get a hash.

    Source: velero pkg/label/label.go (GetValidName).
    """
    if len(name) <= _LONGEST_LABEL:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()
    return name[: _LONGEST_LABEL - _HASHED] + digest[:_HASHED]


def grade_of(phase: str) -> Grade:
    """Return how a phase is; one that is not an end is a phase of something that goes on."""
    return _GRADES.get(phase, Grade.RUNNING if phase else Grade.UNKNOWN)


def of_work(ref: ObjectRef, body: KubeObject) -> Iterator[Entry]:
    """Yield creation, beginning, items, hooks and end of the backup or restore itself."""
    phase = word(body, "status", "phase")
    schedule = word(body, "metadata", "labels", "velero.io/schedule-name")
    yield Entry(
        Sort.PHASE,
        Grade.INFO,
        Text(en=f"Created by schedule {schedule}", ja=f"スケジュール {schedule} が作成")
        if schedule
        else Text(en="Created", ja="作成"),
        time(body, "metadata", "creationTimestamp"),
        lead=ref,
    )
    begin, end = time(body, "status", "startTimestamp"), time(body, "status", "completionTimestamp")
    if begin is not None:
        yield Entry(
            Sort.PHASE, Grade.INFO, Text(en="Velero began", ja="Velero が開始"), begin, lead=ref
        )
    yield from _hooks(ref, body)
    if phase in ENDED:
        yield Entry(
            Sort.PHASE,
            grade_of(phase),
            Text(en=f"Ended: {phase}", ja=f"終了: {phase}"),
            end,
            state=phase,
            note=_outcome(body),
            lead=ref,
        )
    elif phase:
        yield Entry(
            Sort.PHASE,
            grade_of(phase),
            Text(en=f"Still {phase}", ja=f"実行中: {phase}"),
            begin,
            running=True,
            state=phase,
            note=_outcome(body),
            lead=ref,
        )


def _outcome(body: KubeObject) -> str:
    parts = [
        f"{name}={count}"
        for name in ("errors", "warnings")
        if (count := number(body, "status", name))
    ]
    if progress := items_of(body):
        parts.append(f"items={progress}")
    for name in ("backupItemOperations", "restoreItemOperations", "csiVolumeSnapshots"):
        attempted = number(body, "status", f"{name}Attempted")
        if attempted:
            parts.append(f"{name}={number(body, 'status', f'{name}Completed') or 0}/{attempted}")
    if reason := word(body, "status", "failureReason"):
        parts.append(reason)
    errors = at(body, "status", "validationErrors")
    parts += [each for each in errors if isinstance(each, str)] if isinstance(errors, list) else []
    return "  ".join(parts)


def items_of(body: KubeObject) -> str:
    """Return how many items of how many were done, as `26/26`; empty if that is not known."""
    total = number(body, "status", "progress", "totalItems")
    done = number(body, "status", "progress", "itemsBackedUp")
    done = number(body, "status", "progress", "itemsRestored") if done is None else done
    return "" if total is None else f"{done or 0}/{total}"


def _hooks(ref: ObjectRef, body: KubeObject) -> Iterator[Entry]:
    attempted = number(body, "status", "hookStatus", "hooksAttempted")
    failed = number(body, "status", "hookStatus", "hooksFailed") or 0
    if attempted:
        yield Entry(
            Sort.HOOK,
            Grade.BAD if failed else Grade.GOOD,
            Text(
                en=f"Hooks: {attempted} attempted, {failed} failed",
                ja=f"フック: {attempted} 件を試行、{failed} 件が失敗",
            ),
            lead=ref,
        )


# Volumes


def of_volumes(ref: ObjectRef, snapshot: Snapshot) -> Iterator[Entry]:
    """Yield pod volume and data mover operations."""
    for kind in operations_of(ref):
        entries = [_operation(each, body) for each, body in labelled(kind, ref, snapshot)]
        yield from together(entries, _SEVERAL[kind])


def operations_of(ref: ObjectRef) -> tuple[str, str]:
    """Return the kinds of what moves the data of a backup or restore."""
    if ref.kind == "Restore":
        return "PodVolumeRestore", "DataDownload"
    return "PodVolumeBackup", "DataUpload"


def labelled(
    kind: str, ref: ObjectRef, snapshot: Snapshot
) -> Iterator[tuple[ObjectRef, KubeObject]]:
    """Yield the objects of a kind that bear the label of the backup or restore."""
    label = f"velero.io/{ref.kind.lower()}-name"
    path = f'metadata.labels."{label}"'
    for (namespace, name), body in snapshot.tables.where(kind, path, label_value(ref.name)).items():
        # Of another Velero's backup of the same name it is none.
        if namespace == ref.namespace or kind == "VolumeSnapshot":
            yield ObjectRef(kind, namespace, name), body


_SEVERAL: Final = {
    "PodVolumeBackup": Text(en="${n} pod volumes", ja="Pod ボリュームのバックアップ ${n} 件"),
    "PodVolumeRestore": Text(en="${n} pod volumes", ja="Pod ボリュームの復元 ${n} 件"),
    "DataUpload": Text(en="${n} data uploads", ja="データのアップロード ${n} 件"),
    "DataDownload": Text(en="${n} data downloads", ja="データのダウンロード ${n} 件"),
    "VolumeSnapshot": Text(en="${n} volume snapshots", ja="ボリュームスナップショット ${n} 件"),
}  # fmt: skip


def _operation(ref: ObjectRef, body: KubeObject) -> Entry:
    phase = word(body, "status", "phase") or "New"
    begin = time(body, "metadata", "creationTimestamp")
    began = time(body, "status", "startTimestamp")
    end = time(body, "status", "completionTimestamp")
    ended = phase in {"Completed", "Failed", "Canceled"}
    return Entry(
        Sort.VOLUME if ref.kind.startswith("PodVolume") else Sort.MOVE,
        grade_of(phase),
        _what(ref, body),
        begin or began,
        end if ended else None,
        running=not ended,
        began=began,
        state=phase,
        note=_how(body),
        lead=ref,
    )


def _what(ref: ObjectRef, body: KubeObject) -> Text:
    if ref.kind.startswith("PodVolume"):
        volume = word(body, "spec", "volume")
        pod = f"{word(body, 'spec', 'pod', 'namespace')}/{word(body, 'spec', 'pod', 'name')}"
        return Text(en=f"Volume {volume} of pod {pod}", ja=f"Pod {pod} のボリューム {volume}")
    if ref.kind == "DataUpload":
        space, claim = word(body, "spec", "sourceNamespace"), word(body, "spec", "sourcePVC")
        return Text(en=f"Data of PVC {space}/{claim}", ja=f"PVC {space}/{claim} のデータ")
    space = word(body, "spec", "targetVolume", "namespace")
    claim = word(body, "spec", "targetVolume", "pvc")
    return Text(en=f"Data for PVC {space}/{claim}", ja=f"PVC {space}/{claim} へのデータ")


def _how(body: KubeObject) -> str:
    parts = [word(body, "status", "message")]
    done = number(body, "status", "progress", "bytesDone")
    total = number(body, "status", "progress", "totalBytes")
    if total:
        parts.append(f"{(done or 0) / _MIB:,.1f}/{total / _MIB:,.1f} MiB")
    parts.append(word(body, "status", "node") or word(body, "spec", "node"))
    return "  ".join(each for each in parts if each)


def of_snapshots(ref: ObjectRef, snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the volume snapshots that are still there."""
    entries = [_snapshot(each, body) for each, body in labelled("VolumeSnapshot", ref, snapshot)]
    yield from together(entries, _SEVERAL["VolumeSnapshot"])


def _snapshot(ref: ObjectRef, body: KubeObject) -> Entry:
    claim = word(body, "spec", "source", "persistentVolumeClaimName")
    what = f"{ref.namespace}/{claim or ref.name}"
    error = word(body, "status", "error", "message")
    ready = at(body, "status", "readyToUse") is True
    return Entry(
        Sort.SNAPSHOT,
        Grade.BAD if error else Grade.GOOD if ready else Grade.RUNNING,
        Text(en=f"Snapshot of PVC {what}", ja=f"PVC {what} のスナップショット"),
        time(body, "metadata", "creationTimestamp"),
        time(body, "status", "creationTime"),
        running=not ready and not error,
        state="ReadyToUse" if ready else "",
        note=error,
        lead=ref,
    )


# What belongs to it


def of_related(ref: ObjectRef, body: KubeObject, snapshot: Snapshot) -> Iterator[Entry]:
    """Yield restores of a backup, the backup of a restore, and deletions of a backup."""
    if ref.kind == "Restore":
        backup = word(body, "spec", "backupName")
        key = (ref.namespace, backup)
        if (source := snapshot.of("Backup").get(key)) is not None:
            ended = time(source, "status", "completionTimestamp")
            yield _related(
                ObjectRef("Backup", *key), source,
                Text(en=f"Its backup {backup}", ja=f"元のバックアップ {backup}"), ended,
            )  # fmt: skip
        return
    restores = [
        _related(
            ObjectRef("Restore", *key),
            restore,
            Text(en=f"Restored as {key[1]}", ja=f"{key[1]} として復元"),
            time(restore, "status", "startTimestamp"),
        )
        for key, restore in snapshot.tables.where("Restore", "spec.backupName", ref.name).items()
        if key[0] == ref.namespace
    ]
    yield from together(restores, Text(en="${n} restores of it", ja="復元 ${n} 件"))
    for key, request in snapshot.tables.where(
        "DeleteBackupRequest", "spec.backupName", ref.name
    ).items():
        if key[0] == ref.namespace:
            yield _related(
                ObjectRef("DeleteBackupRequest", *key),
                request,
                Text(en="Its deletion was requested", ja="削除の要求"),
                time(request, "metadata", "creationTimestamp"),
            )


def _related(ref: ObjectRef, body: KubeObject, says: Text, begin: datetime | None) -> Entry:
    phase = word(body, "status", "phase")
    return Entry(Sort.RELATED, grade_of(phase), says, begin, state=phase, lead=ref)
