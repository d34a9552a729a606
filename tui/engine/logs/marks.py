"""Which lines of a log are evidence, and of which findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from knowledge.finding import Finding, LogEvidence
from knowledge.snapshot import LogHit, SignatureHits, Snapshot
from tui.engine.logs.place import Place, bare, same_text

_NONE: Final = SignatureHits(0, ())
_MOST: Final = 20_000
"""Lines that are marked."""


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A line that is evidence."""

    hit: LogHit
    findings: tuple[str, ...]
    """Keys of findings."""

    @property
    def place(self) -> Place:
        """Where the line is."""
        return Place(self.hit.line, self.hit.time, self.hit.text)


class Marks:
    """The evidence in one log, or in several that are merged."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self.marks = tuple(sorted(marks, key=lambda each: (each.hit.time, each.hit.line)))[:_MOST]
        self._by_beginning: dict[str, list[Mark]] = {}
        for each in self.marks:
            self._by_beginning.setdefault(_beginning(each.hit.text), []).append(each)

    def of(self, text: str) -> tuple[str, ...]:
        """Return the keys of the findings that a line, redacted, is evidence of."""
        if not self.marks:
            return ()
        found: dict[str, None] = {}
        for mark in self._by_beginning.get(_beginning(text), ()):
            if same_text(text, mark.hit.text):
                found.update(dict.fromkeys(mark.findings))
        return tuple(found)


def _beginning(text: str) -> str:
    return bare(text)[:120]


def marks(findings: Iterable[Finding], snapshot: Snapshot, logs: Iterable[str]) -> Marks:
    """Return the evidence in `logs`: what findings show, and more that the same rules found."""
    wanted = set(logs)
    findings_of: dict[tuple[str, int, str], tuple[LogHit, dict[str, None]]] = {}

    def note(hit: LogHit, finding: str) -> None:
        key = (hit.log, hit.line, hit.text)
        findings_of.setdefault(key, (hit, {}))[1][finding] = None

    for finding in findings:
        for evidence in finding.evidence:
            if not isinstance(evidence, LogEvidence):
                continue
            if evidence.hit.log in wanted:
                note(evidence.hit, finding.key)
            for hit in snapshot.hits.get(f"{finding.issue}/{evidence.fact}", _NONE).hits:
                if hit.log in wanted and _alike(hit, evidence.hit):
                    note(hit, finding.key)
    return Marks(Mark(hit, tuple(keys)) for hit, keys in findings_of.values())


def _alike(hit: LogHit, evidence: LogHit) -> bool:
    """Return whether two hits of one rule tell the same: all that both name is equal."""
    return all(hit.fields.get(name, value) == value for name, value in evidence.fields.items())
