"""Which backups and restores a finding is about, by its subjects and its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from knowledge.finding import Finding, LogEvidence
from knowledge.snapshot import ObjectRef, Snapshot

WORKS: Final = ("Backup", "Restore")
"""The kinds of which Velero stores a log."""


def works_of(finding: Finding, snapshot: Snapshot) -> tuple[ObjectRef, ...]:
    """Return the backups and restores that `finding` is about and that exist, the surest first."""
    found: dict[ObjectRef, None] = {}
    for ref in _named(finding, snapshot):
        if ref.kind in WORKS and (ref.namespace, ref.name) in snapshot.of(ref.kind):
            found[ref] = None
    return tuple(found)


def _named(finding: Finding, snapshot: Snapshot) -> Iterator[ObjectRef]:
    yield from finding.subjects
    namespace = snapshot.source.namespace
    for evidence in finding.evidence:
        if isinstance(evidence, LogEvidence):
            for kind in WORKS:
                if name := evidence.hit.fields.get(kind.lower()):
                    # Some programs write the namespace too.
                    yield ObjectRef(kind, namespace, name.rpartition("/")[2])
        else:
            yield evidence.object
    for names in finding.bindings:
        for kind in WORKS:
            if name := names.get(kind.lower()):
                yield ObjectRef(kind, namespace, name)
