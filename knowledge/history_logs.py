"""What logs tell of a backup or restore: its stages, hooks, errors and warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from knowledge import record
from knowledge.history import OWN, Entry, Grade, Sort, alike
from knowledge.moment import parse_time
from knowledge.signature import Signature
from knowledge.snapshot import LogGroup, LogHit, ObjectRef, Snapshot
from knowledge.text import Text

_GROUPS: Final = frozenset(
    {LogGroup.VELERO, LogGroup.NODE_AGENT, LogGroup.BACKUP, LogGroup.RESTORE}
)
COLLECTING: Final = Text(en="Items", ja="項目の処理")
COLLECTED: Final = Text(en="All items done", ja="全項目の処理が完了")
_STAGES: Final = {
    "Setting up backup temp file": COLLECTING,
    "Backed up a total of": COLLECTED,
    "Setting up backup store to persist": Text(en="Storing the backup", ja="バックアップを保存"),
    "Initial backup processing complete": Text(
        en="Items done; operations may go on", ja="項目の処理が完了（操作は継続の可能性）"
    ),
    "Waiting for all pod volume restores": Text(
        en="Waiting for pod volumes", ja="Pod ボリュームの完了待ち"
    ),
    "Starting restore of backup": COLLECTING,
    "restore completed": COLLECTED,
}
"""Beginning of what Velero writes -> what that means.

Source: velero pkg/controller/{backup,restore}_controller.go, pkg/backup/backup.go,
pkg/restore/restore.go.
"""
_LEVELS: Final = "^(error|warning|fatal|panic)$"
_SAID: Final = {"msg": "^(?P<history_said>.{0,120})"}
"""Few lines with the same fields are kept: what is said tells them apart."""
SIGNATURES: Final = (
    Signature(
        f"{OWN}stage",
        _GROUPS,
        tuple(f"^(?P<history_stage>{each})" for each in _STAGES),
        among=("msg",),
    ),
    Signature(
        f"{OWN}hook",
        _GROUPS,
        ("^running exec hook$",),
        among=("msg",),
        others={
            "hookPhase": "^(?P<hook_phase>[a-z]{1,20})$",
            "hookContainer": "^(?P<hook_container>.{1,253})$",
            "namespace": "^(?P<hook_namespace>.{1,253})$",
        },
    ),
    Signature(
        f"{OWN}backup", _GROUPS, (_LEVELS,), among=("level",), others={"backup": ".", **_SAID}
    ),
    Signature(
        f"{OWN}restore", _GROUPS, (_LEVELS,), among=("level",), others={"restore": ".", **_SAID}
    ),
)
"""What is looked for in logs besides what rules look for."""
_FIELDS: Final = {
    "DataUpload": ("dataupload", "Dataupload"),
    "DataDownload": ("datadownload", "DataDownload"),
    "PodVolumeBackup": ("pvb", "PVB"),
    "PodVolumeRestore": ("pvr", "PVR"),
}
"""Kind -> fields in which Velero's controllers name an object of it."""
_SHOWN: Final = 300
_VARIES: Final = re.compile(r"[0-9a-f]{8,}|\d+")


def of_logs(
    ref: ObjectRef, operations: Mapping[str, frozenset[str]], snapshot: Snapshot
) -> Iterator[Entry]:
    """Yield stages, hooks, errors and warnings.

    Args:
        ref: the backup or restore.
        operations: kind -> names of what moves its data.
        snapshot: what was read.
    """
    seen: dict[tuple[str, str, str], LogHit] = {}
    stored = False
    for key, hits in snapshot.hits.items():
        for hit in hits.hits:
            if not _about(hit, ref, operations):
                continue
            results = hit.log.endswith(" (results)")
            stored = stored or (hit.group in {LogGroup.BACKUP, LogGroup.RESTORE} and not results)
            if results and not key.startswith(OWN):
                continue
            line = record.parse(hit.text)
            told = (hit.time if results else line.time or hit.time, _message(line), line.level)
            known = seen.get(told)
            # The same line in the stored log is whole, and stays.
            if known is None or (_own(key) and hit.group is not LogGroup.VELERO):
                seen[told] = hit
    entries = []
    for hit in seen.values():
        if stored and hit.log.endswith(" (results)"):
            # The log has the same, each with its time.
            continue
        if (entry := _entry(hit, record.parse(hit.text))) is not None:
            entries.append(entry)
    yield from alike(entries)


def _own(key: str) -> bool:
    return key.startswith(OWN)


def _about(hit: LogHit, ref: ObjectRef, operations: Mapping[str, frozenset[str]]) -> bool:
    if hit.fields.get(ref.kind.lower(), "").rpartition("/")[2] == ref.name:
        return True
    return any(
        hit.fields.get(field, "").rpartition("/")[2] in names
        for kind, names in operations.items()
        for field in _FIELDS.get(kind, ())
    )


def _entry(hit: LogHit, line: record.Record) -> Entry | None:
    moment = _moment(line, hit)
    message = line.fields.get("msg", "")
    if (phase := hit.fields.get("hook_phase")) is not None:
        where = f"{hit.fields.get('hook_namespace', '')}/{hit.fields.get('name', '')}"
        container = hit.fields.get("hook_container", "")
        return Entry(
            Sort.HOOK,
            Grade.INFO,
            Text(en=f"Hook ({phase}) in {where}", ja=f"フック（{phase}）: {where}"),
            moment,
            note=container,
            lead=hit,
        )
    for begins, says in _STAGES.items():
        if message.startswith(begins):
            return Entry(Sort.STAGE, Grade.INFO, says, moment, note=message[:_SHOWN], lead=hit)
    grade = {
        "error": Grade.BAD, "fatal": Grade.BAD, "panic": Grade.BAD, "warning": Grade.WARN
    }.get(line.level)  # fmt: skip
    if grade is None:
        return None
    words = _VARIES.sub("…", _message(line))[:_SHOWN]
    return Entry(
        Sort.PROBLEM,
        grade,
        Text(en=words, ja=words),
        moment,
        note=_message(line)[: 4 * _SHOWN],
        lead=hit,
    )


def _message(line: record.Record) -> str:
    parts = [line.fields.get("msg", ""), line.fields.get("error", "")]
    return " ".join(": ".join(each for each in parts if each).split())


def _moment(line: record.Record, hit: LogHit) -> datetime | None:
    return parse_time(line.time) or parse_time(hit.time)
