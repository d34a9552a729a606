"""What is known of one backup or restore, on one time axis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.finding import Diagnosis, Finding, LogEvidence, Severity, Verdict
from knowledge.history import Entry, Grade, History, OfFinding, Sort
from knowledge.history_logs import SIGNATURES
from knowledge.history_of import history
from knowledge.history_work import label_value
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, LogHit, ObjectRef, Snapshot
from knowledge.text import Text
from tests.fakes import NOW, body, snapshot

BACKUP = ObjectRef("Backup", "openshift-adp", "nightly")
RESTORE = ObjectRef("Restore", "openshift-adp", "r1")
BEGIN = NOW - timedelta(hours=1)
NONE = Diagnosis((), {})


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(seconds: float) -> datetime:
    return datetime.fromisoformat(at(seconds))


def labelled(kind: str, name: str, work: ObjectRef = BACKUP, **rest: Any) -> dict[str, Any]:
    made = body(kind, name, **rest)
    label = f"velero.io/{work.kind.lower()}-name"
    made["metadata"] |= {"labels": {label: label_value(work.name)}}
    return made


def backup(phase: str = "PartiallyFailed", **status: Any) -> dict[str, Any]:
    made = body("Backup", BACKUP.name)
    made["metadata"]["creationTimestamp"] = at(-5)
    made["status"] = {"phase": phase, "startTimestamp": at(0), **status}
    return made


def pvb(name: str, phase: str, begin: float, end: float | None = None, **status: Any) -> Any:
    made = labelled("PodVolumeBackup", name)
    made["metadata"]["creationTimestamp"] = at(begin)
    made["spec"] = {"volume": "data", "pod": {"namespace": "shop", "name": f"pod-{name}"}}
    made["status"] = {"phase": phase, "startTimestamp": at(begin + 2), **status}
    if end is not None:
        made["status"]["completionTimestamp"] = at(end)
    return made


def logs(*lines: str, log: str = "velero-1/velero", group: LogGroup = LogGroup.VELERO) -> Any:
    collector = Collector(SIGNATURES)
    reader = collector.open(log, group)
    reader.feed("".join(f"{line}\n" for line in lines).encode())
    reader.close()
    return {"hits": collector.hits(), "logs": collector.logs()}


def of(facts: Snapshot, ref: ObjectRef = BACKUP, diagnosis: Diagnosis = NONE) -> History:
    found = history(ref, facts, diagnosis)
    assert found is not None
    return found


def entries(found: History, sort: Sort) -> list[Entry]:
    return [each for each in found.entries if each.sort is sort]


def test_a_backup_that_is_not_there_has_no_history() -> None:
    assert history(BACKUP, snapshot(), NONE) is None


def test_creation_beginning_and_end_are_on_the_axis() -> None:
    done = backup(
        completionTimestamp=at(60), errors=2, progress={"totalItems": 26, "itemsBackedUp": 25}
    )
    done["metadata"]["labels"] = {"velero.io/schedule-name": "daily"}
    found = of(snapshot(done))
    assert found.span() == (moment(0), moment(60))
    assert not found.running
    created, began, ended = entries(found, Sort.PHASE)
    assert created.says.en == "Created by schedule daily"
    assert (created.begin, began.begin, ended.begin) == (moment(-5), moment(0), moment(60))
    assert (ended.grade, ended.state) == (Grade.BAD, "PartiallyFailed")
    assert ended.note == "errors=2  items=25/26"


def test_what_runs_goes_on_until_now() -> None:
    found = of(snapshot(backup("InProgress")))
    assert found.running
    assert found.span() == (moment(0), NOW)
    still = entries(found, Sort.PHASE)[-1]
    assert still.running
    assert still.grade is Grade.RUNNING


def test_a_phase_in_between_has_no_time_and_that_is_said() -> None:
    found = of(snapshot(backup("WaitingForPluginOperations")))
    assert any("WaitingForPluginOperations was not noted" in each.en for each in found.unknown)


def test_volumes_wait_begin_and_end() -> None:
    moved = labelled("DataUpload", "nightly-x")
    moved["metadata"]["creationTimestamp"] = at(10)
    moved["spec"] = {"sourceNamespace": "shop", "sourcePVC": "data"}
    moved["status"] = {
        "phase": "Failed",
        "message": "timeout on preparing data upload",
        "completionTimestamp": at(1900),
        "node": "worker-1",
    }
    facts = snapshot(
        backup(completionTimestamp=at(2000)),
        pvb("a", "Completed", 10, 40, progress={"bytesDone": 3 << 20, "totalBytes": 3 << 20}),
        moved,
    )
    (volume,) = entries(of(facts), Sort.VOLUME)
    assert (volume.begin, volume.began, volume.end) == (moment(10), moment(12), moment(40))
    assert volume.says.en == "Volume data of pod shop/pod-a"
    assert volume.note == "3.0/3.0 MiB"
    assert volume.lead == ObjectRef("PodVolumeBackup", "openshift-adp", "a")
    (upload,) = entries(of(facts), Sort.MOVE)
    assert upload.grade is Grade.BAD
    assert upload.began is None
    assert upload.note == "timeout on preparing data upload  worker-1"


def test_a_volume_that_goes_on_when_the_backup_has_ended_is_worth_a_look() -> None:
    volume = pvb("a", "InProgress", 10)
    (entry,) = entries(of(snapshot(backup("InProgress"), volume)), Sort.VOLUME)
    assert (entry.grade, entry.running) == (Grade.RUNNING, True)
    (entry,) = entries(of(snapshot(backup(completionTimestamp=at(60)), volume)), Sort.VOLUME)
    assert (entry.grade, entry.running) == (Grade.WARN, True)


def test_hundreds_of_volumes_are_put_together_and_failed_ones_stand_out() -> None:
    good = [pvb(f"g{n}", "Completed", n, n + 10) for n in range(300)]
    bad = [pvb(f"b{n}", "Failed", n, n + 5, message="denied") for n in range(3)]
    found = of(snapshot(backup(completionTimestamp=at(400)), *good, *bad))
    volumes = entries(found, Sort.VOLUME)
    assert sorted(each.grade for each in volumes) == [Grade.BAD] * 3 + [Grade.GOOD]
    (group,) = [each for each in volumes if each.parts]
    assert group.says.en == "300 pod volumes"
    assert (group.begin, group.end, group.count) == (moment(0), moment(309), 300)
    assert len(group.parts) == 300


def test_volumes_of_a_long_name_are_found_by_the_label_that_velero_cuts() -> None:
    name = "n" * 70
    ref = ObjectRef("Backup", "openshift-adp", name)
    made = backup()
    made["metadata"]["name"] = name
    assert len(label_value(name)) == 63
    volume = labelled("PodVolumeBackup", "a", ref, status={"phase": "Completed"})
    assert len(entries(of(snapshot(made, volume), ref), Sort.VOLUME)) == 1


def test_volumes_of_another_velero_are_none_of_its() -> None:
    other = pvb("a", "Completed", 1, 2)
    other["metadata"]["namespace"] = "velero"
    assert entries(of(snapshot(backup(), other)), Sort.VOLUME) == []


def test_stages_hooks_and_problems_come_from_logs() -> None:
    who = "backup=openshift-adp/nightly"
    facts = snapshot(
        backup(completionTimestamp=at(60), errors=1),
        **logs(
            f'time="{at(0)}" level=info msg="Setting up backup temp file" {who}',
            f'time="{at(3)}" level=info msg="running exec hook" {who} hookCommand="[-psecret]"'
            " hookContainer=mysql hookPhase=pre name=mysql-0 namespace=shop resource=pods",
            f'time="{at(5)}" level=error msg="Error backing up item" {who} error="denied" name=a',
            f'time="{at(6)}" level=warning msg="slow" {who}',
            f'time="{at(7)}" level=error msg="of another" backup=openshift-adp/other',
            f'time="{at(9)}" level=info msg="Backed up a total of 26 items" {who}',
            f'time="{at(9)}" level=info msg="Processing item" {who}',
        ),
    )
    found = of(facts)
    (items,) = entries(found, Sort.ITEMS)
    assert (items.begin, items.end) == (moment(0), moment(9))
    assert entries(found, Sort.STAGE) == []
    (hook,) = entries(found, Sort.HOOK)
    assert hook.says.en == "Hook (pre) in shop/mysql-0"
    assert "secret" not in hook.note
    problems = entries(found, Sort.PROBLEM)
    assert [(each.grade, each.note) for each in problems] == [
        (Grade.BAD, "Error backing up item: denied"),
        (Grade.WARN, "slow"),
    ]
    assert isinstance(problems[0].lead, LogHit)
    assert problems[0].lead.line == 3
    assert any("stored log was not read" in each.en for each in found.unknown)


def test_the_same_line_in_the_pods_and_in_the_stored_log_is_one() -> None:
    line = f'time="{at(5)}" level=error msg="no" backup=openshift-adp/nightly'
    collector = Collector(SIGNATURES)
    for log, group, text in (
        ("velero-1/velero", LogGroup.VELERO, f"{at(5)[:-1]}.123456789Z {line}"),
        ("backup nightly", LogGroup.BACKUP, line),
        ("backup nightly (results)", LogGroup.BACKUP, line.replace(at(5), at(60))),
    ):
        reader = collector.open(log, group)
        reader.feed(f"{text}\n".encode())
    facts = snapshot(
        backup(completionTimestamp=at(60)), hits=collector.hits(), logs=collector.logs()
    )
    found = of(facts)
    (problem,) = entries(found, Sort.PROBLEM)
    assert isinstance(problem.lead, LogHit)
    assert problem.lead.log == "backup nightly"
    assert not any("stored log" in each.en for each in found.unknown)


def test_results_alone_stand_at_the_end() -> None:
    line = f'time="{at(60)}" level=error msg="no" backup=openshift-adp/nightly'
    facts = snapshot(
        backup(completionTimestamp=at(60), errors=3),
        **logs(line, log="backup nightly (results)", group=LogGroup.BACKUP),
    )
    found = of(facts)
    assert [each.begin for each in entries(found, Sort.PROBLEM)] == [moment(60)]
    assert any("counted 3 errors and warnings, 1 of them" in each.en for each in found.unknown)


def test_a_flood_of_one_message_is_one_entry() -> None:
    lines = [
        f'time="{at(n)}" level=error msg="item {n} failed" backup=openshift-adp/nightly name=i{n}'
        for n in range(50)
    ]
    found = of(snapshot(backup(completionTimestamp=at(60)), **logs(*lines)))
    (problem,) = entries(found, Sort.PROBLEM)
    assert problem.count == 50
    assert (problem.begin, problem.end, len(problem.parts)) == (moment(0), moment(49), 50)


def event(name: str, about: Mapping[str, str], seconds: float, **rest: Any) -> dict[str, Any]:
    return body(
        "Event",
        name,
        involvedObject={"namespace": "openshift-adp", **about},
        reason="FailedMount",
        message="no",
        firstTimestamp=at(seconds),
        lastTimestamp=at(seconds),
        **rest,
    )


def test_events_of_its_volumes_and_of_velero_meanwhile() -> None:
    velero = body("Pod", "velero-1")
    velero["metadata"] |= {"labels": {"deploy": "velero"}, "creationTimestamp": at(-9999)}
    facts = snapshot(
        backup(completionTimestamp=at(60)),
        pvb("a", "Failed", 1, 50),
        velero,
        event("e1", {"kind": "Pod", "name": "a"}, 5, type="Warning"),
        event("e2", {"kind": "Pod", "name": "velero-1"}, 6, type="Warning"),
        event("e3", {"kind": "Pod", "name": "velero-1"}, 6, type="Normal"),
        event("e4", {"kind": "Pod", "name": "velero-1"}, 4000, type="Warning"),
        event("e5", {"kind": "Pod", "name": "stranger"}, 5, type="Warning"),
    )
    found = entries(of(facts), Sort.EVENT)
    assert [each.lead.name for each in found if isinstance(each.lead, ObjectRef)] == ["e1", "e2"]
    assert {each.grade for each in found} == {Grade.WARN}


def test_velero_that_restarted_meanwhile_is_seen() -> None:
    velero = body("Pod", "velero-1")
    velero["metadata"] |= {"labels": {"deploy": "velero"}, "creationTimestamp": at(-9999)}
    terminated = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": at(30)}
    velero["status"] = {
        "containerStatuses": [{"name": "velero", "lastState": {"terminated": terminated}}]
    }
    agent = body("Pod", "node-agent-1")
    agent["metadata"] |= {"labels": {"name": "node-agent"}, "creationTimestamp": at(20)}
    found = entries(of(snapshot(backup("InProgress"), velero, agent)), Sort.RESTART)
    assert [(each.grade, each.note) for each in found] == [
        (Grade.WARN, ""),
        (Grade.BAD, "OOMKilled  exitCode=137"),
    ]


def test_findings_stand_where_their_first_line_does() -> None:
    hit = LogHit("velero-1/velero", LogGroup.VELERO, 3, at(7), "x", {"backup": "nightly"})
    title = Text(en="A cause", ja="原因")
    finding = Finding(
        "issue", "cause", Verdict.LIKELY, Severity.ERROR, title, (),
        (LogEvidence(hit, title, "fact", 1),), (), (), False,
    )  # fmt: skip
    facts = snapshot(backup(completionTimestamp=at(60)))
    (entry,) = entries(of(facts, diagnosis=Diagnosis((finding,), {})), Sort.FINDING)
    assert entry.begin == moment(7)
    assert entry.lead == OfFinding(finding.key)
    assert entry.grade is Grade.WARN


def test_a_restore_knows_its_backup_and_a_backup_its_restores() -> None:
    restore = body("Restore", "r1", spec={"backupName": "nightly"})
    restore["status"] = {"phase": "Completed", "startTimestamp": at(100)}
    wish = body("DeleteBackupRequest", "d1", spec={"backupName": "nightly"})
    wish["metadata"]["creationTimestamp"] = at(200)
    facts = snapshot(backup("Completed", completionTimestamp=at(60)), restore, wish)
    related = entries(of(facts), Sort.RELATED)
    assert [each.says.en for each in related] == ["Restored as r1", "Its deletion was requested"]
    assert of(facts).span() == (moment(0), moment(60))
    (source,) = entries(of(facts, RESTORE), Sort.RELATED)
    assert source.lead == BACKUP


def test_what_could_not_be_read_is_unknown() -> None:
    why = Text(en="forbidden", ja="権限がありません")
    found = of(snapshot(backup(), unread={"DataUpload": why}))
    assert any(each.en == "DataUpload: not read: forbidden" for each in found.unknown)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(at(3)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["phase", "startTimestamp", "completionTimestamp", "progress", "totalItems", "message",
             "pod", "name", "namespace", "labels", "velero.io/backup-name", "terminated",
             "lastState", "finishedAt", "hookStatus", "hooksAttempted", "validationErrors"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=10,
)  # fmt: skip


@pytest.mark.parametrize("kind", ["Backup", "PodVolumeBackup", "DataUpload", "Event", "Pod"])
@given(status=ODD, spec=ODD, more=ODD)
def test_odd_objects_never_fail(kind: str, status: Any, spec: Any, more: Any) -> None:
    made = labelled(kind, "nightly" if kind == "Backup" else "x")
    made |= {"status": status, "spec": spec, "involvedObject": more, "lastTimestamp": more}
    others = () if kind == "Backup" else (backup(completionTimestamp=at(60)),)
    found = of(snapshot(made, *others))
    for each in found.entries:
        assert each.says.en
        assert each.says.ja
