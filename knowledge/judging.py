"""Judging one snapshot after another: what cannot have changed is not judged again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from knowledge.base import KnowledgeBase
from knowledge.finding import Diagnosis, Finding, IssueState
from knowledge.judge import CompiledIssue
from knowledge.kinds import KINDS, name_of
from knowledge.snapshot import Snapshot

_AGES: Final = frozenset({"older", "newer"})
_SOON: Final = timedelta(seconds=10)
"""How old the judgement of a rule about ages may be."""


@dataclass(frozen=True, slots=True)
class _Reads:
    """What an issue's facts look at."""

    kinds: frozenset[str]
    signatures: frozenset[str]
    ages: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    findings: tuple[Finding, ...]
    state: IssueState
    at: datetime


class Judging:
    """The diagnosis of a source whose snapshots come one after another, from one thread."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._reads = {id_: _reads(each) for id_, each in base.compiled.items()}
        self._last: Snapshot | None = None
        self._judged: dict[str, _Judged] = {}

    def diagnose(self, snapshot: Snapshot) -> Diagnosis:
        """Return the same as `KnowledgeBase.diagnose`, but for ages up to ten seconds late."""
        changed = self._changed(snapshot)
        for id_, issue in self._base.compiled.items():
            known = self._judged.get(id_)
            if changed is None or known is None or self._stale(id_, known, changed, snapshot.now):
                findings, state = issue.judge(snapshot)
                self._judged[id_] = _Judged(findings, state, snapshot.now)
        self._last = snapshot
        judged = {id_: (each.findings, each.state) for id_, each in self._judged.items()}
        return self._base.ranked(judged, snapshot.partly)

    def _stale(self, id_: str, known: _Judged, changed: frozenset[str], now: datetime) -> bool:
        reads = self._reads[id_]
        return (
            not changed.isdisjoint(reads.kinds)
            or not changed.isdisjoint(reads.signatures)
            or (reads.ages and not timedelta(0) <= now - known.at < _SOON)
        )

    def _changed(self, now: Snapshot) -> frozenset[str] | None:
        """Return the kinds and signatures of which something has changed; None: anything may."""
        last = self._last
        if last is None:
            return None
        now.follow(last)
        if (last.source, last.unread_logs, last.unread.get("*")) != (
            now.source,
            now.unread_logs,
            now.unread.get("*"),
        ):
            return None
        kinds = {
            kind
            for kind in last.objects.keys()
            | now.objects.keys()
            | last.unread.keys()
            | now.unread.keys()
            if last.objects.get(kind) is not now.objects.get(kind)
            or last.unread.get(kind) != now.unread.get(kind)
        } | (last.absent ^ now.absent)
        # Kinds that stand for objects with a label may come from those of another name.
        kinds |= {
            known.name
            for known in KINDS.values()
            if known.label and name_of(known.group, known.plural) in kinds
        }
        hits = {
            key
            for key in last.hits.keys() | now.hits.keys()
            if last.hits.get(key) != now.hits.get(key)
        }
        if last.logs != now.logs and {each.group for each in last.logs} != {
            each.group for each in now.logs
        }:
            return None
        return frozenset(kinds | hits)


def _reads(issue: CompiledIssue) -> _Reads:
    facts = issue.facts.values()
    return _Reads(
        frozenset(kind for fact in facts for kind in fact.kinds),
        frozenset(fact.signature.key for fact in facts if fact.signature is not None),
        any(_about_ages(raw) for raw in issue.issue.facts.values()),
    )


def _about_ages(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return any(key in _AGES or _about_ages(value) for key, value in raw.items())
    return isinstance(raw, list | tuple) and any(map(_about_ages, raw))
