"""Judging one snapshot after another gives what judging each anew gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge.base import KnowledgeBase
from knowledge.example import snapshot_of
from knowledge.judging import Judging
from knowledge.snapshot import Snapshot
from knowledge.text import Text

FORBIDDEN = Text(en="forbidden", ja="権限がありません")


def _snapshots(base: KnowledgeBase) -> list[Snapshot]:
    """Return every fortieth example, each followed by changes as a watch brings them."""
    found: list[Snapshot] = []
    examples = [
        example
        for issue in base.issues.values()
        for example in (*issue.examples.positive, *issue.examples.negative)
    ]
    for example in examples[::40]:
        made = snapshot_of(example, base.prefilter)
        found.append(made)
        for kind, objects in made.objects.items():
            fewer = dict(list(objects.items())[1:])
            found.append(replace(made, objects={**made.objects, kind: fewer}))
            found.append(replace(made, unread={**made.unread, kind: FORBIDDEN}, objects={}))
        found.append(replace(made, hits={}))
        found.append(replace(made, now=made.now + timedelta(days=400)))
        found.append(made)
    return found


def test_what_was_judged_before_changes_nothing(base: KnowledgeBase) -> None:
    judging = Judging(base)
    for snapshot in _snapshots(base):
        fresh = base.diagnose(replace(snapshot))
        kept = judging.diagnose(replace(snapshot))
        assert kept.findings == fresh.findings
        assert kept.issues == fresh.issues


def test_only_what_can_have_changed_is_judged_again(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge.judge import CompiledIssue

    judged: list[str] = []
    judge = CompiledIssue.judge

    def counted(self: CompiledIssue, snapshot: Snapshot):  # type: ignore[no-untyped-def]
        judged.append(self.issue.id)
        return judge(self, snapshot)

    monkeypatch.setattr(CompiledIssue, "judge", counted)
    example = base.issues["imagestream-registry-secret-missing"].examples.positive[0]
    first = snapshot_of(example, base.prefilter)
    judging = Judging(base)
    judging.diagnose(first)
    assert len(judged) == len(base.issues)
    judged.clear()
    judging.diagnose(replace(first))
    assert judged == []
    secrets = {("openshift-adp", "another"): {"kind": "Secret", "metadata": {"name": "another"}}}
    judging.diagnose(replace(first, objects={**first.objects, "Secret": secrets}))
    assert "imagestream-registry-secret-missing" in judged
    assert len(judged) < len(base.issues) / 2
