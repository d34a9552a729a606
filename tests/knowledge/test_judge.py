"""Findings: proven, likely with what is missing, or not evaluated; never a guess."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from knowledge.condition import BadRule
from knowledge.finding import Judgement, Verdict
from knowledge.judge import compile_issue
from knowledge.model import Issue
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, Snapshot, SourceInfo, SourceType, index
from knowledge.text import Text

BOTH = {"en": "x", "ja": "あ"}
FORBIDDEN = Text(en="forbidden", ja="権限がありません")


def issue(facts: Mapping[str, Any], *causes: Mapping[str, Any]) -> Any:
    raw = {
        "id": "i",
        "title": BOTH,
        "summary": BOTH,
        "cause": BOTH,
        "severity": "error",
        "sources": [],
        "facts": {name: {"says": BOTH, **fact} for name, fact in facts.items()},
        "causes": [{"title": BOTH, "explain": BOTH, **cause} for cause in causes],
        "examples": {"positive": [], "negative": []},
    }
    return compile_issue(msgspec.convert(raw, Issue))


FACTS = {
    "line": {"log": {"in": ["velero"], "pattern": 'secrets "(?P<secret>[a-z-]+)" not found'}},
    "bsl": {
        "object": {
            "kind": "BackupStorageLocation",
            "where": [{"path": "spec.provider", "equals": "aws"}],
            "bind": {"bsl": "metadata.name", "secret": "oadp-${bsl}"},
        }
    },
    "secret-absent": {"absent": {"kind": "Secret", "name": "${secret}"}},
    "secret-there": {"object": {"kind": "Secret", "name": "${secret}"}},
}
CAUSE = {"id": "c", "when": ["line", "bsl", "secret-absent"], "per": ["bsl"]}


def snapshot(
    *objects: dict[str, Any],
    log: str = "",
    facts: Any = None,
    unread: Mapping[str, Text] | None = None,
    unread_logs: Mapping[LogGroup, Text] | None = None,
) -> Snapshot:
    collector = Collector(fact.signature for fact in facts.facts.values() if fact.signature)
    if log:
        reader = collector.open("velero", LogGroup.VELERO)
        reader.feed(log.encode())
        reader.close()
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for body in objects:
        by_kind.setdefault(body["kind"], []).append(body)
    return Snapshot(
        source=SourceInfo(SourceType.CLUSTER, "test", "ns"),
        now=datetime(2025, 7, 1, tzinfo=UTC),
        objects={kind: index(bodies) for kind, bodies in by_kind.items()},
        unread=unread or {},
        hits=collector.hits(),
        logs=collector.logs(),
        unread_logs=unread_logs or {},
    )


def bsl(name: str, provider: str = "aws") -> dict[str, Any]:
    return {
        "kind": "BackupStorageLocation",
        "metadata": {"name": name, "namespace": "ns"},
        "spec": {"provider": provider},
    }


LINE = 'time="t" level=error msg="secrets \\"oadp-one\\" not found"\n'


def test_facts_are_joined_on_the_names_they_bind() -> None:
    ours = issue(FACTS, CAUSE)
    (finding,), state = ours.judge(snapshot(bsl("one"), bsl("two"), log=LINE, facts=ours))
    assert finding.verdict is Verdict.CONFIRMED
    assert finding.bindings[0]["bsl"] == "one"
    assert finding.missing == ()
    assert state.judgement is Judgement.FOUND


def test_what_facts_rule_out_is_not_reported() -> None:
    ours = issue(FACTS, CAUSE)
    secret = {"kind": "Secret", "metadata": {"name": "oadp-one", "namespace": "ns"}}
    findings, state = ours.judge(snapshot(bsl("one"), secret, log=LINE, facts=ours))
    assert findings == ()
    assert state.judgement is Judgement.NOT_FOUND


def test_unread_is_unknown_and_says_what_is_missing() -> None:
    ours = issue(FACTS, CAUSE)
    facts = snapshot(bsl("one"), log=LINE, facts=ours, unread={"Secret": FORBIDDEN})
    (finding,), _ = ours.judge(facts)
    assert finding.verdict is Verdict.LIKELY
    assert "Secret" in finding.missing[0].en
    assert "forbidden" in finding.missing[0].en


def test_without_any_symptom_the_unknown_is_no_finding_but_not_healthy_either() -> None:
    ours = issue(FACTS, CAUSE)
    unread_logs = {LogGroup.VELERO: FORBIDDEN}
    findings, state = ours.judge(snapshot(bsl("one"), facts=ours, unread_logs=unread_logs))
    assert findings == ()
    assert state.judgement is Judgement.NOT_EVALUATED
    assert "velero" in state.reasons[0].en


def test_what_is_not_known_is_said_in_words_not_as_a_placeholder() -> None:
    title = {"en": "The BSL ${bsl} lacks it", "ja": "BSL ${bsl} にない"}
    ours = issue(FACTS, {**CAUSE, "title": title})
    facts = snapshot(log=LINE, facts=ours, unread={"*": FORBIDDEN})
    (finding,), _ = ours.judge(facts)
    assert finding.title == Text(en="The BSL (unknown) lacks it", ja="BSL（不明）にない")


def test_not_keeps_what_is_unknown_apart_from_false() -> None:
    ours = issue(FACTS, {"id": "c", "when": ["line", {"not": "secret-there"}]})
    (proven,), _ = ours.judge(snapshot(log=LINE, facts=ours))
    assert proven.verdict is Verdict.CONFIRMED
    (unsure,), _ = ours.judge(snapshot(log=LINE, facts=ours, unread={"Secret": FORBIDDEN}))
    assert unsure.verdict is Verdict.LIKELY


def test_any_takes_the_certain_way() -> None:
    ours = issue(FACTS, {"id": "c", "when": ["line", {"any": ["secret-there", "bsl"]}]})
    facts = snapshot(bsl("one"), log=LINE, facts=ours, unread={"Secret": FORBIDDEN})
    (finding,), _ = ours.judge(facts)
    assert finding.verdict is Verdict.CONFIRMED


def test_maybe_adds_bindings_and_proves_nothing() -> None:
    ours = issue(FACTS, {"id": "c", "when": ["line", {"maybe": "bsl"}]})
    (without,), _ = ours.judge(snapshot(log=LINE, facts=ours))
    assert "bsl" not in without.bindings[0]
    (with_,), _ = ours.judge(snapshot(bsl("one"), log=LINE, facts=ours))
    assert with_.bindings[0]["bsl"] == "one"


def test_what_could_share_a_name_and_does_not_is_not_joined_for_certain() -> None:
    facts = {
        "refused": {"log": {"in": ["velero"], "pattern": "refused the object"}},
        "restore": {"object": {"kind": "Restore", "bind": {"restore": "metadata.name"}}},
    }
    ours = issue(facts, {"id": "c", "when": ["refused", "restore"]})
    restore = {"kind": "Restore", "metadata": {"name": "r1"}}
    named = 'level=error msg="refused the object" restore=ns/r1\n'
    (proven,), _ = ours.judge(snapshot(restore, log=named, facts=ours))
    assert proven.verdict is Verdict.CONFIRMED
    (unsure,), _ = ours.judge(
        snapshot(restore, log='level=error msg="refused the object"\n', facts=ours)
    )
    assert unsure.verdict is Verdict.LIKELY
    assert "restore" in unsure.missing[0].en


def test_known_holds_only_for_what_was_read() -> None:
    ours = issue(FACTS, {"id": "c", "likely": [{"known": ["bsl"]}, "line"]})
    (finding,), _ = ours.judge(snapshot(bsl("one"), log=LINE, facts=ours))
    assert finding.verdict is Verdict.LIKELY
    unread = {"BackupStorageLocation": FORBIDDEN}
    assert ours.judge(snapshot(log=LINE, facts=ours, unread=unread))[0] == ()


def test_a_doubt_that_is_there_already_makes_no_way_certain() -> None:
    facts = {**FACTS, "seen": {**FACTS["bsl"], "symptom": True}}
    cause = {"id": "c", "when": ["secret-there", {"maybe": ["seen", "secret-there"]}]}
    ours = issue({**facts, "secret-there": {"object": {"kind": "Secret"}}}, cause)
    unread = snapshot(bsl("one"), facts=ours, unread={"Secret": FORBIDDEN})
    assert ours.judge(unread)[0] == ()


def test_null_is_nothing() -> None:
    facts = {"x": {"object": {"kind": "Pod", "where": [{"path": "spec.x", "exists": False}]}}}
    ours = issue(facts, {"id": "c", "when": ["x"]})
    pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"x": None}}
    assert len(ours.judge(snapshot(pod, facts=ours))[0]) == 1


def test_the_row_that_says_most_comes_first() -> None:
    facts = {
        "line": {
            "log": {
                "in": ["velero"],
                "pattern": ["failed in (?P<place>[a-z]+): no secret", "no secret"],
            }
        }
    }
    ours = issue(facts, {"id": "c", "when": ["line"]})
    log = "failed in old: no secret\nfailed in new: no secret\nno secret\n"
    (finding,), _ = ours.judge(snapshot(log=log, facts=ours))
    assert [row.get("place", "") for row in finding.bindings] == ["new", "old", ""]


def test_one_finding_for_each_subject() -> None:
    ours = issue(FACTS, {"id": "c", "when": ["bsl"], "per": ["bsl"]})
    findings, _ = ours.judge(snapshot(bsl("one"), bsl("two"), bsl("x", "gcp"), facts=ours))
    assert {finding.bindings[0]["bsl"] for finding in findings} == {"one", "two"}
    assert len({finding.key for finding in findings}) == 2


def test_later_and_less_compare() -> None:
    facts = {
        "restore": {
            "object": {
                "kind": "Restore",
                "bind": {"at": "status.at", "n": "status.n"},
            }
        },
        "other": {"object": {"kind": "Backup", "bind": {"then": "status.at", "m": "status.n"}}},
    }
    restore = {
        "kind": "Restore",
        "metadata": {"name": "r"},
        "status": {"at": "2025-07-01T03:00:00Z", "n": 9},
    }
    backup = {
        "kind": "Backup",
        "metadata": {"name": "b"},
        "status": {"at": "2025-07-01T02:00:00+00:00", "n": 10},
    }
    ours = issue(
        facts,
        {"id": "c", "when": ["restore", "other", {"later": ["at", "then"]}, {"less": ["n", "m"]}]},
    )
    assert len(ours.judge(snapshot(restore, backup, facts=ours))[0]) == 1
    ours = issue(facts, {"id": "c", "when": ["restore", "other", {"later": ["then", "at"]}]})
    assert ours.judge(snapshot(restore, backup, facts=ours))[0] == ()


def test_holds_answers_for_the_runbook() -> None:
    ours = issue(FACTS, CAUSE)
    facts = snapshot(bsl("one"), facts=ours)
    assert ours.holds(["secret-absent"], facts, {"secret": "oadp-one"}).value is True
    assert ours.holds(["secret-there"], facts, {"secret": "oadp-one"}).value is False
    unread = snapshot(facts=ours, unread={"Secret": FORBIDDEN})
    truth = ours.holds(["secret-there"], unread, {"secret": "oadp-one"})
    assert truth.value is None
    assert truth.missing


@pytest.mark.parametrize("raw", ["nobody", {"all": []}, {"what": ["line"]}, 3, [[["x"]]]])
def test_a_wrong_expression_is_an_error_of_the_file(raw: Any) -> None:
    with pytest.raises(BadRule):
        issue(FACTS, {"id": "c", "when": raw})


def test_the_right_object_is_found_among_more_than_a_rule_may_list() -> None:
    facts = {
        "line": {
            "log": {"in": ["velero"], "pattern": 'secrets "(?P<bsl>[a-z0-9-]+)" not found'},
        },
        "aws": {
            "object": {
                "kind": "BackupStorageLocation",
                "where": [{"path": "spec.provider", "equals": "aws"}],
                "bind": {"bsl": "metadata.name"},
            }
        },
        "same-bucket": {
            "object": {
                "kind": "BackupStorageLocation",
                "where": [{"path": "metadata.name", "equals": "${bsl}"}],
            }
        },
    }
    ours = issue(facts, {"id": "c", "when": ["line", "aws", "same-bucket"], "per": ["bsl"]})
    many = [bsl(f"bsl-{number}") for number in range(2_000)]
    line = 'time="t" level=error msg="secrets \\"bsl-1999\\" not found"\n'
    (finding,), _ = ours.judge(snapshot(*many, log=line, facts=ours))
    assert finding.verdict is Verdict.CONFIRMED
    assert finding.bindings[0]["bsl"] == "bsl-1999"


def test_near_compares_two_times() -> None:
    facts = {
        "one": {"object": {"kind": "Backup", "bind": {"at": "status.at"}}},
        "two": {"object": {"kind": "Restore", "bind": {"then": "status.at"}}},
    }
    ours = issue(facts, {"id": "c", "when": ["one", "two", {"near": ["at", "then", "5m"]}]})

    def found(then: str) -> bool:
        objects = [
            {"kind": kind, "metadata": {"name": "x", "namespace": "ns"}, "status": {"at": at}}
            for kind, at in (("Backup", "2025-07-01T02:00:00Z"), ("Restore", then))
        ]
        return bool(ours.judge(snapshot(*objects, facts=ours))[0])

    assert found("2025-07-01T02:05:00Z")
    assert found("2025-07-01T01:55:00Z")
    assert not found("2025-07-01T02:05:01Z")
    assert not found("soon")
    with pytest.raises(BadRule, match="near"):
        issue(facts, {"id": "c", "when": ["one", {"near": ["at", "then", "soon"]}]})


def test_a_label_holds_the_name_that_velero_cut() -> None:
    long = "a" * 70
    cut = "a" * 57 + "6bd5e5"
    facts = {
        "backup": {
            "object": {
                "kind": "Backup",
                "bind": {"backup": "metadata.name", "value": "label(metadata.name)"},
            }
        },
        "upload": {
            "object": {
                "kind": "DataUpload",
                "where": [
                    {"path": 'metadata.labels."velero.io/backup-name"', "equals": "${value}"}
                ],
            }
        },
    }
    ours = issue(facts, {"id": "c", "when": ["backup", "upload"], "per": ["backup"]})
    objects = [
        *({"kind": "Backup", "metadata": {"name": n, "namespace": "ns"}} for n in (long, "b")),
        *(
            {
                "kind": "DataUpload",
                "metadata": {
                    "name": name,
                    "namespace": "ns",
                    "labels": {"velero.io/backup-name": value},
                },
            }
            for name, value in (("u", cut), ("v", "b"))
        ),
    ]
    findings, _ = ours.judge(snapshot(*objects, facts=ours))
    assert {finding.about for finding in findings} == {(long,), ("b",)}


def test_a_line_binds_the_first_of_several_fields_without_its_namespace() -> None:
    facts = {
        "slow": {
            "log": {
                "in": ["velero"],
                "pattern": "Timeout happened",
                "bind": {"mover": "Dataupload | dataupload"},
            }
        }
    }
    compiled = issue(facts, {"id": "c", "when": ["slow"], "per": ["mover"]})
    log = (
        'time="2025-07-01T02:00:00Z" level=info msg="Timeout happened" Dataupload=a\n'
        'time="2025-07-01T02:00:01Z" level=info msg="Timeout happened" dataupload=ns/b\n'
    )
    findings, _ = compiled.judge(snapshot(log=log, facts=compiled))
    assert {each.bindings[0]["mover"] for each in findings} == {"a", "b"}


@pytest.mark.parametrize("name", ["backuprequest", "key"])
def test_a_line_of_the_backup_controller_names_its_backup_as_a_request(name: str) -> None:
    facts = {"failed": {"log": {"in": ["velero"], "pattern": "backup failed"}}}
    compiled = issue(facts, {"id": "c", "when": ["failed"], "per": ["backup"]})
    start = 'time="2025-07-01T02:00:00Z" level=error msg="backup failed"'
    log = f"{start} controller=backup {name}=ns/b\n"
    findings, _ = compiled.judge(snapshot(log=log, facts=compiled))
    assert findings[0].bindings[0]["backup"] == "b"
    other = log.replace("controller=backup ", "controller=gc ")
    findings, _ = compiled.judge(snapshot(log=other, facts=compiled))
    assert "backup" not in findings[0].bindings[0]


@pytest.mark.parametrize(
    "fact",
    [
        {"webhook": {"named": "${webhook}"}},
        {"object": {"kind": "Backup", "where": [{"path": "metadata.name", "equals": "${backup}"}],
                    "bind": {"backup": "metadata.name"}}},
    ],
)  # fmt: skip
def test_a_fact_that_waits_for_what_it_binds_itself_is_refused(fact: dict[str, Any]) -> None:
    """It would never hold: facts are joined on the names they bind, without a condition."""
    with pytest.raises(BadRule, match="binds itself"):
        issue({"it": fact}, {"id": "c", "when": "it"})
