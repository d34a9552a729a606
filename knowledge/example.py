"""Examples of knowledge files as snapshots, so that a file tests itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from knowledge.kinds import kind_of
from knowledge.model import Example
from knowledge.moment import parse_time
from knowledge.prefilter import Prefilter
from knowledge.scan import Collector, Signature
from knowledge.snapshot import (
    KubeObject,
    LogGroup,
    Snapshot,
    SourceInfo,
    SourceType,
    index,
)
from knowledge.text import Text
from knowledge.versions import versions

NAMESPACE: Final = "openshift-adp"
NOW: Final = datetime(2025, 7, 1, 12, tzinfo=UTC)

_NOT_GIVEN: Final = Text(en="not part of the example", ja="例に含まれていません")


def snapshot_of(example: Example, signatures: Iterable[Signature] | Prefilter) -> Snapshot:
    """Return what `example` describes, as if it had been read from a source.

    Raises:
        ValueError: a log group that does not exist, or an object without kind or name.
    """
    collector = Collector(signatures)
    for group, text in example.logs.items():
        reader = collector.open(f"example/{group}", LogGroup(group))
        reader.feed(text.encode())
        reader.close()
    by_kind: dict[str, list[KubeObject]] = {}
    for body in example.objects or ():
        if not body.get("kind") or not body.get("metadata", {}).get("name"):
            raise ValueError("an object of an example needs kind and metadata.name")
        by_kind.setdefault(kind_of(body.get("apiVersion", ""), body["kind"]), []).append(body)
    objects = {kind: index(bodies) for kind, bodies in by_kind.items()}
    unread = dict.fromkeys(example.unread, _NOT_GIVEN)
    if example.objects is None:
        unread["*"] = _NOT_GIVEN
    without_logs = {
        group: _NOT_GIVEN
        for group in LogGroup
        if group not in example.logs and example.objects is None
    }
    return Snapshot(
        source=SourceInfo(SourceType.FILES, "example", NAMESPACE, versions(objects)),
        now=parse_time(example.now) or NOW,
        objects=objects,
        unread=unread,
        hits=collector.hits(),
        logs=collector.logs(),
        unread_logs=without_logs,
    )
