"""What happened around a backup or restore: events of its objects, and pods that restarted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from knowledge.history import Entry, Grade, Sort, at, number, time, together, word
from knowledge.snapshot import KubeObject, ObjectRef, Snapshot
from knowledge.text import Text

_BEFORE: Final = timedelta(minutes=1)
_AFTER: Final = timedelta(minutes=5)
"""What happens soon after the end may still tell of it."""
_AGENTS: Final = frozenset({"node-agent", "node-agent-windows", "restic"})


def of_events(
    names: Collection[tuple[str, str]],
    snapshot: Snapshot,
    span: tuple[datetime, datetime] | None,
) -> Iterator[Entry]:
    """Yield events about objects of the work, and warnings about Velero's pods meanwhile.

    Args:
        names: namespace and name of the objects; pods of data movers are called like their work.
        snapshot: what was read.
        span: when the work was done; None: nobody knows.
    """
    velero = {ref.name for ref, _body, _agent in _pods(snapshot)}
    entries: list[Entry] = []
    kinds: dict[tuple[Grade, str], list[Entry]] = {}
    for (namespace, name), body in snapshot.of("Event").items():
        about = word(body, "involvedObject", "name")
        space = word(body, "involvedObject", "namespace")
        begin, end = _when(body)
        warning = word(body, "type") == "Warning"
        mine = (space, about) in names
        meanwhile = warning and about in velero and _within(end or begin, span)
        if mine or meanwhile:
            entry = _event(ObjectRef("Event", namespace, name), body, begin, end)
            sort = f"{word(body, 'reason')}: {word(body, 'involvedObject', 'kind')}"
            kinds.setdefault((entry.grade, sort), []).append(entry)
    for (_grade, sort), same in kinds.items():
        entries += together(same, Text(en=sort, ja=sort))
    yield from entries


def _event(ref: ObjectRef, body: KubeObject, begin: datetime | None, end: datetime | None) -> Entry:
    reason, kind = word(body, "reason"), word(body, "involvedObject", "kind")
    about = f"{kind} {word(body, 'involvedObject', 'name')}"
    count = number(body, "count") or number(body, "series", "count") or 1
    return Entry(
        Sort.EVENT,
        Grade.WARN if word(body, "type") == "Warning" else Grade.INFO,
        Text(en=f"{reason}: {about}", ja=f"{reason}: {about}"),
        begin,
        end if count > 1 and end != begin else None,
        note=word(body, "message"),
        lead=ref,
        count=max(1, count),
    )


def _when(body: KubeObject) -> tuple[datetime | None, datetime | None]:
    first = time(body, "firstTimestamp") or time(body, "eventTime")
    last = time(body, "lastTimestamp") or time(body, "series", "lastObservedTime")
    return first or last or time(body, "metadata", "creationTimestamp"), last


def of_restarts(snapshot: Snapshot, span: tuple[datetime, datetime] | None) -> Iterator[Entry]:
    """Yield restarts of Velero and its agents while the work was done: it fails by them."""
    for ref, body, agent in _pods(snapshot):
        grade = Grade.WARN if agent else Grade.BAD
        created = time(body, "metadata", "creationTimestamp")
        if _within(created, span, exact=True):
            yield Entry(
                Sort.RESTART,
                grade,
                Text(en=f"Pod {ref.name} was started", ja=f"Pod {ref.name} が起動"),
                created,
                lead=ref,
            )
        statuses = at(body, "status", "containerStatuses")
        for status in statuses if isinstance(statuses, list) else ():
            ended = time(status, "lastState", "terminated", "finishedAt")
            if not _within(ended, span):
                continue
            container = f"{ref.name}/{word(status, 'name')}"
            reason = word(status, "lastState", "terminated", "reason")
            code = number(status, "lastState", "terminated", "exitCode")
            yield Entry(
                Sort.RESTART,
                grade,
                Text(en=f"{container} ended and was restarted", ja=f"{container} が終了して再起動"),
                ended,
                note="  ".join((reason, f"exitCode={code}")).strip(),
                lead=ref,
            )


def _within(
    moment: datetime | None, span: tuple[datetime, datetime] | None, *, exact: bool = False
) -> bool:
    if moment is None or span is None:
        return False
    before, after = (timedelta(0), timedelta(0)) if exact else (_BEFORE, _AFTER)
    return span[0] - before <= moment <= span[1] + after


def _pods(snapshot: Snapshot) -> Iterator[tuple[ObjectRef, KubeObject, bool]]:
    """Yield the pods of Velero and its agents, and whether each is an agent's."""
    for (namespace, name), body in snapshot.of("Pod").items():
        if namespace != snapshot.source.namespace:
            continue
        labels = at(body, "metadata", "labels")
        labels = labels if isinstance(labels, dict) else {}
        agent = labels.get("name") in _AGENTS or labels.get("role") == "node-agent"
        if agent or labels.get("deploy") == "velero":
            yield ObjectRef("Pod", namespace, name), body, agent
