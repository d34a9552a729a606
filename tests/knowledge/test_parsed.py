"""A knowledge base from an earlier run is the same, and what was wrong is wrong again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge import parsed
from knowledge.base import KnowledgeBase, load
from knowledge.example import snapshot_of
from knowledge.facts import Fact
from knowledge.prefilter import Prefilter
from knowledge.snapshot import LogGroup, LogRead, Snapshot, SourceInfo, SourceType
from knowledge.text import Text
from tests.fakes import Memory

NOT_YET = Text(en="not yet", ja="まだです")
NOTHING_READ = Snapshot(
    source=SourceInfo(SourceType.FILES, "log", "openshift-adp"),
    now=datetime(2025, 7, 1, tzinfo=UTC),
    unread={"*": Text(en="only a log was given", ja="ログのみです")},
    unread_logs=dict.fromkeys(LogGroup, NOT_YET),
)
ALONE = (LogRead("log", LogGroup.UNKNOWN, 9),)
LITTLE_READ = (
    NOTHING_READ,
    replace(NOTHING_READ, logs=ALONE),
    replace(NOTHING_READ, logs=ALONE, unread_logs={}),
    replace(NOTHING_READ, logs=(LogRead("velero", LogGroup.VELERO, 9),)),
    replace(NOTHING_READ, objects={"Backup": {}}, unread_logs={}),
)


@pytest.fixture(scope="module")
def known(base: KnowledgeBase) -> KnowledgeBase:
    memory = Memory()
    load(kept=memory)
    again = load(kept=memory)
    assert again.issues == base.issues
    return again


def outline(fact: Fact) -> tuple[object, ...]:
    return (
        *(fact.name, fact.says, fact.inputs, fact.outputs, fact.kinds, fact.symptom),
        *(fact.signature, fact.narrowing, fact.asked_by),
    )


def test_facts_read_and_bind_the_same(base: KnowledgeBase, known: KnowledgeBase) -> None:
    for id_, fresh in base.compiled.items():
        kept = known.compiled[id_]
        assert {n: outline(f) for n, f in kept.facts.items()} == {
            n: outline(f) for n, f in fresh.facts.items()
        }
    assert known.signatures == base.signatures
    assert known.kinds == base.kinds


@pytest.mark.parametrize("snapshot", LITTLE_READ)
def test_where_little_was_read_facts_answer_the_same(
    base: KnowledgeBase, known: KnowledgeBase, snapshot: Snapshot
) -> None:
    """Most are not even compiled for that."""
    for id_, fresh in base.compiled.items():
        for name, fact in fresh.facts.items():
            given = dict.fromkeys(fact.asked_by, "x")
            rows = known.compiled[id_].facts[name].primitive.rows(snapshot, given)
            wanted = fact.primitive.rows(snapshot, given)
            assert (tuple(rows.found), rows.unknown) == (tuple(wanted.found), wanted.unknown), name


def test_diagnoses_are_the_same(base: KnowledgeBase, known: KnowledgeBase) -> None:
    prefilter = Prefilter(base.signatures)
    for issue in base.issues.values():
        for example in issue.examples.positive[:1]:
            snapshot = snapshot_of(example, prefilter)
            assert known.diagnose(snapshot) == base.diagnose(snapshot), issue.id


def test_what_is_wrong_stays_wrong(tmp_path: Path) -> None:
    memory = Memory()
    (tmp_path / "bad.yaml").write_text("id: bad\nfacts: {x: {says: y}}\n")
    problems = [load([tmp_path], memory).problems for _ in range(3)]
    assert len(problems[0]) == 1
    assert problems[0] == problems[1] == problems[2]


def test_another_version_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    load(kept=memory)
    before = set(memory.data)
    monkeypatch.setattr(parsed, "_name", lambda: "knowledge-of-another-version")
    load(kept=memory)
    assert set(memory.data) - before == {"knowledge-of-another-version"}


def test_what_is_damaged_is_read_anew(base: KnowledgeBase) -> None:
    memory = Memory()
    load(kept=memory)
    for name, data in list(memory.data.items()):
        for damaged in (b"", data[:-9], b"\x81\xa1a\x92\xc4\x01\x80\xc4\x01\x80"):
            memory.data[name] = damaged
            assert load(kept=memory).issues == base.issues


def test_without_its_own_source_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions could not be told apart."""
    monkeypatch.setattr(parsed, "__file__", str(tmp_path / "parsed.pyc"))
    parsed._name.cache_clear()
    memory = Memory()
    try:
        assert parsed.Parsed(memory).load("a: 1") == {"a": 1}
        load([tmp_path], memory)
    finally:
        parsed._name.cache_clear()
    assert memory.data == {}
