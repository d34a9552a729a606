"""What holds for ten objects holds for ten thousand: what was not looked at decides nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from knowledge.condition import BadRule
from knowledge.finding import Finding, Verdict
from knowledge.judge import compile_issue
from knowledge.model import Issue
from knowledge.snapshot import Snapshot, SourceInfo, SourceType, index

BOTH = {"en": "x", "ja": "あ"}
START = datetime(2025, 1, 1, tzinfo=UTC)
FAILED = {
    "kind": "Backup",
    "where": [{"path": "status.phase", "equals": "Failed"}],
    "bind": {"backup": "metadata.name", "failed_at": "status.startTimestamp"},
}
COMPLETED = {
    "kind": "Backup",
    "where": [{"path": "status.phase", "equals": "Completed"}],
    "bind": {"later_at": "status.startTimestamp"},
}


def judged(
    facts: dict[str, Any], cause: dict[str, Any], backups: list[dict[str, Any]]
) -> tuple[Finding, ...]:
    raw = {
        "id": "i",
        "title": BOTH,
        "summary": BOTH,
        "cause": BOTH,
        "severity": "error",
        "sources": [],
        "facts": {name: {"says": BOTH, **fact} for name, fact in facts.items()},
        "causes": [{"id": "c", "title": BOTH, "explain": BOTH, **cause}],
        "examples": {"positive": [], "negative": []},
    }
    snapshot = Snapshot(
        SourceInfo(SourceType.CLUSTER, "test", "ns"), START, {"Backup": index(backups)}
    )
    return compile_issue(msgspec.convert(raw, Issue)).judge(snapshot)[0]


def backup(name: str, phase: str, minutes: int, bsl: str = "default") -> dict[str, Any]:
    return {
        "kind": "Backup",
        "metadata": {"name": name, "namespace": "ns"},
        "spec": {"storageLocation": bsl},
        "status": {
            "phase": phase,
            "startTimestamp": (START + timedelta(minutes=minutes)).isoformat(),
        },
    }


def test_what_rules_a_cause_out_is_found_behind_thousands_of_others() -> None:
    facts: dict[str, Any] = {"failed": {"object": FAILED}, "completed": {"object": COMPLETED}}
    cause = {
        "when": "failed",
        "unless": ["completed", {"later": ["later_at", "failed_at"]}],
        "per": ["backup"],
    }
    before = [backup(f"b-{at:05}", "Completed", at) for at in range(3000)]
    failed, after = backup("c", "Failed", 5000), backup("d", "Completed", 6000)
    assert len(judged(facts, cause, [*before, failed])) == 1
    assert judged(facts, cause, [*before, failed, after]) == ()


def test_too_many_to_compare_is_not_proof() -> None:
    facts: dict[str, Any] = {"failed": {"object": FAILED}, "completed": {"object": COMPLETED}}
    cause = {
        "when": ["failed", {"not": ["completed", {"later": ["later_at", "failed_at"]}]}],
        "per": ["backup"],
    }
    completed = [backup(f"b-{at:05}", "Completed", at) for at in range(4000)]
    failed = [backup(f"c-{at:05}", "Failed", 9000) for at in range(100)]
    facts["failed"]["symptom"] = True
    *certain, unsure = judged(facts, cause, completed + failed)
    # What was compared is certain; of the rest it says why it is not.
    assert 0 < len(certain) < 100
    assert {each.verdict for each in certain} == {Verdict.CONFIRMED}
    assert unsure.verdict is Verdict.LIKELY
    assert "too many objects" in unsure.missing[0].en


def test_distinct_asks_which_values_there_are() -> None:
    used = {
        "kind": "Backup",
        "where": [{"path": "status.phase", "equals": "Completed"}],
        "bind": {"bsl": "spec.storageLocation"},
        "distinct": True,
    }
    backups = [
        *(backup(f"b-{at}", "Completed", at, f"store-{at % 3}") for at in range(900)),
        backup("x", "Failed", 1, "only-failed"),
    ]
    found = judged({"used": {"object": used}}, {"when": "used", "per": ["bsl"]}, backups)
    assert [each.bindings[0]["bsl"] for each in found] == ["store-0", "store-1", "store-2"]
    assert [each.subjects[0].name for each in found] == ["b-0", "b-1", "b-2"]


def test_distinct_needs_one_path() -> None:
    used = {"kind": "Backup", "bind": {"bsl": "spec.storageLocation | default"}, "distinct": True}
    with pytest.raises(BadRule, match="distinct: give one binding"):
        judged({"used": {"object": used}}, {"when": "used"}, [])
