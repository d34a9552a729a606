"""The history of one backup or restore, put together from everything that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from knowledge.concern import works_of
from knowledge.finding import Diagnosis, Finding, LogEvidence, Verdict
from knowledge.history import Entry, Grade, History, OfFinding, Sort, in_order, number, time, word
from knowledge.history_around import of_events, of_restarts
from knowledge.history_logs import COLLECTED, COLLECTING, of_logs
from knowledge.history_work import (
    ENDED,
    items_of,
    labelled,
    of_related,
    of_snapshots,
    of_volumes,
    of_work,
    operations_of,
)
from knowledge.moment import parse_time
from knowledge.snapshot import KubeObject, LogGroup, ObjectRef, Snapshot
from knowledge.text import Text

_GRADES: Final = {
    Verdict.CONFIRMED: Grade.BAD,
    Verdict.LIKELY: Grade.WARN,
    Verdict.BENIGN: Grade.INFO,
}


def history(ref: ObjectRef, snapshot: Snapshot, diagnosis: Diagnosis) -> History | None:
    """Return what is known of a backup or restore; None if it is not there.

    Args:
        ref: the Backup or Restore.
        snapshot: everything that was read.
        diagnosis: the findings.
    """
    body = snapshot.of(ref.kind).get((ref.namespace, ref.name))
    if body is None:
        return None
    phase = word(body, "status", "phase")
    running = bool(phase) and phase not in ENDED
    begin = time(body, "status", "startTimestamp")
    end = time(body, "status", "completionTimestamp") if not running else None
    last = end or (snapshot.now if running else None)
    span = (begin, last) if begin is not None and last is not None else None
    operations = {
        kind: frozenset(each.name for each, _body in labelled(kind, ref, snapshot))
        for kind in operations_of(ref)
    }
    names = {(ref.namespace, name) for each in operations.values() for name in each}
    logs = list(_items(body, of_logs(ref, operations, snapshot)))
    entries = [
        *of_work(ref, body),
        *(_left_over(each, running=running) for each in of_volumes(ref, snapshot)),
        *of_snapshots(ref, snapshot),
        *logs,
        *of_events({*names, (ref.namespace, ref.name)}, snapshot, span),
        *of_restarts(snapshot, span),
        *_findings(ref, snapshot, diagnosis, end),
        *of_related(ref, body, snapshot),
    ]
    unknown = tuple(_unknown(ref, body, snapshot, logs))
    return History(ref, phase, begin, end, running, snapshot.now, in_order(entries), unknown)


def _left_over(entry: Entry, *, running: bool) -> Entry:
    """Return an operation; one that goes on although the work has ended is worth a look."""
    if running or not entry.running or entry.grade is not Grade.RUNNING:
        return entry
    return replace(entry, grade=Grade.WARN)


def _items(body: KubeObject, logs: Iterator[Entry]) -> Iterator[Entry]:
    """Yield what logs tell, the items as one entry from their beginning to their end."""
    first: Entry | None = None
    for entry in in_order(logs):
        if entry.says == COLLECTING and first is None:
            first = entry
        elif entry.says == COLLECTED and first is not None:
            yield replace(first, sort=Sort.ITEMS, end=entry.begin, note=items_of(body))
            first = None
        else:
            yield entry
    if first is not None:
        yield first


def _findings(
    ref: ObjectRef, snapshot: Snapshot, diagnosis: Diagnosis, end: datetime | None
) -> Iterator[Entry]:
    for finding in diagnosis.findings:
        if ref not in works_of(finding, snapshot):
            continue
        yield Entry(
            Sort.FINDING,
            _GRADES[finding.verdict],
            finding.title,
            _seen(finding, ref) or end,
            state=finding.verdict,
            lead=OfFinding(finding.key),
        )


def _seen(finding: Finding, ref: ObjectRef) -> datetime | None:
    """Return when the first line of a log that speaks for it was written about this work."""
    moments = [
        moment
        for evidence in finding.evidence
        if isinstance(evidence, LogEvidence)
        and evidence.hit.fields.get(ref.kind.lower(), "").rpartition("/")[2] in {"", ref.name}
        and (moment := parse_time(evidence.hit.time)) is not None
    ]
    return min(moments, default=None)


def _unknown(
    ref: ObjectRef, body: KubeObject, snapshot: Snapshot, logs: list[Entry]
) -> Iterator[Text]:
    for kind in (*operations_of(ref), "VolumeSnapshot", "Event", "Pod"):
        if (why := snapshot.why_unread(kind)) is not None:
            yield Text(en=f"{kind}: not read: {why.en}", ja=f"{kind}: 未読み取り: {why.ja}")
    if time(body, "status", "startTimestamp") is None:
        yield Text(en="When it began was not noted.", ja="開始時刻は記録されていません。")
    phase = word(body, "status", "phase")
    if phase in ENDED and time(body, "status", "completionTimestamp") is None:
        yield Text(en="When it ended was not noted.", ja="終了時刻は記録されていません。")
    if phase.startswith(("Waiting", "Finalizing")):
        yield Text(
            en=f"Since when it is {phase} was not noted.",
            ja=f"{phase} になった時刻は記録されていません。",
        )
    whole = LogGroup.RESTORE if ref.kind == "Restore" else LogGroup.BACKUP
    if any(each.group is whole and each.log == f"{whole} {ref.name}" for each in snapshot.logs):
        return
    yield Text(
        en="Its stored log was not read: of stages, hooks and messages only what the pods' logs "
        "still hold is here.",
        ja="保存されたログは読み取っていません。段階、フック、メッセージは、Pod のログに残っている"
        "ものだけを表示します。",
    )
    told = sum(each.count for each in logs if each.sort is Sort.PROBLEM)
    counted = (number(body, "status", "errors") or 0) + (number(body, "status", "warnings") or 0)
    if counted > told:
        yield Text(
            en=f"Velero counted {counted} errors and warnings, {told} of them are here.",
            ja=f"Velero が数えたエラーと警告は {counted} 件、ここにあるのは {told} 件です。",
        )
