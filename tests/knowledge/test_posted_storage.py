"""What storages answered in the field, of several vendors, SDKs and versions of Velero."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase, load
from tests.knowledge.incidents import Body, Incident, as_json, stamped, text
from tests.knowledge.posted import (
    DAY,
    backup,
    body,
    confirmed,
    deployment,
    invalid,
    location,
    repository,
    says,
    server,
    valid,
    whole,
)
from tests.knowledge.posted_answers import LOCATIONS, UNCLEAR, UPLOADS


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """Return what is built in."""
    return load()


@pytest.mark.parametrize(("cause", "answer", "spec"), LOCATIONS)
def test_the_answer_in_the_status_of_a_location_proves_the_cause(
    base: KnowledgeBase, cause: str, answer: str, spec: Body
) -> None:
    """The location is Unavailable now; its lines are there too, and nothing else is blamed."""
    down = location(
        "Unavailable", f'BackupStorageLocation "dpa-1" is unavailable: {answer}', **spec
    )
    with_lines = Incident("", (), whole(location=down), {"velero": invalid(answer)})
    assert confirmed(says(base, Incident("", (), whole(location=down)))) == {cause}
    assert confirmed(says(base, with_lines)) == {cause}


@pytest.mark.parametrize(("cause", "answer", "spec"), LOCATIONS)
def test_lines_alone_make_it_likely(
    base: KnowledgeBase, cause: str, answer: str, spec: Body
) -> None:
    """A log does not tell whether it still is so; both formats say the same."""
    for line in (text, as_json):
        found = says(base, Incident("", (), None, {"velero": invalid(answer, line=line)}))
        assert cause.partition("/")[0] in {each.partition("/")[0] for each in found}
        assert not confirmed(found)


@pytest.mark.parametrize(("cause", "answer", "spec"), LOCATIONS)
def test_a_location_that_is_well_again_is_no_finding(
    base: KnowledgeBase, cause: str, answer: str, spec: Body
) -> None:
    """Old lines stay in the log."""
    log = invalid(answer, f"{DAY}03:00:00Z") + valid()
    assert says(base, Incident("", (), whole(location=location(**spec)), {"velero": log})) == {}


@pytest.mark.parametrize(("cause", "reason"), UPLOADS)
def test_the_reason_of_a_failed_backup_proves_the_cause(
    base: KnowledgeBase, cause: str, reason: str
) -> None:
    """Validation only lists, so the location is Available all the time."""
    failed = backup("b1", "Failed", failureReason=reason)
    assert confirmed(says(base, Incident("", (), whole(failed)))) == {cause}


@pytest.mark.parametrize(("cause", "reason"), UPLOADS[:-1])
def test_a_later_backup_that_is_complete_ends_it(
    base: KnowledgeBase, cause: str, reason: str
) -> None:
    """The failed one stays where it is."""
    failed = backup("b1", "Failed", failureReason=reason)
    assert says(base, Incident("", (), whole(failed, backup("b2", start="08:00")))) == {}


@pytest.mark.parametrize("reason", UNCLEAR)
def test_an_answer_that_can_mean_several_things_proves_nothing(
    base: KnowledgeBase, reason: str
) -> None:
    """It is said that the backup failed, no more."""
    failed = backup("b1", "Failed", failureReason=reason)
    found = says(base, Incident("", (), whole(failed)))
    assert found == {"backup-partially-failed/failed": "likely"}


NOT_THE_STORAGE = [
    text(
        "error retrieving resource lock openshift-adp/velero",
        error='Get "https://172.30.0.1:443/api/v1/namespaces/openshift-adp": dial tcp 172.30.0.1:443: connect: connection refused',
    ),
    text(
        "couldn't get resource list for custom.metrics.k8s.io/v1beta1",
        error='Get "https://172.30.0.1:443/apis/custom.metrics.k8s.io/v1beta1": x509: certificate signed by unknown authority',
    ),
    text(
        "failed to retrieve the storage account properties: GET https://management.azure.com/subscriptions/s/providers/Microsoft.Storage/storageAccounts/sa\nRESPONSE 403: 403 Forbidden\nERROR CODE: AuthorizationFailed\n",
        "info",
        pluginName="velero-plugin-for-microsoft-azure",
    ),
    text(
        "Current BackupStorageLocations available/unavailable/unknown: 0/0/1)",
        controller="backup-storage-location",
    ),
    text(
        "There is no existing BackupStorageLocation set as default. Please see `velero backup-location -h` for options.",
        "warning",
    ),
    text("schedule not found", error='Schedule.velero.io "old" not found'),
    'W0228 08:00:01.000000       1 reflector.go:547] client-go/tools/cache/reflector.go:229: failed to list *v1.Backup: Get "https://172.30.0.1:443/apis/velero.io/v1/backups": dial tcp 172.30.0.1:443: connect: connection refused\n',
]


@pytest.mark.parametrize("line", NOT_THE_STORAGE)
def test_alarming_lines_of_a_healthy_cluster_are_no_finding(base: KnowledgeBase, line: str) -> None:
    """They speak of the API server, of starting, of a second way that was taken."""
    assert says(base, Incident("", (), whole(backup()), {"velero": line})) == {}


def test_lines_are_read_whatever_stands_before_them(base: KnowledgeBase) -> None:
    """As stern, a log collector and a terminal write them."""
    answer = LOCATIONS[0][1]
    for prefix in (
        "[pod/velero-6d7d5f9c8b-kq4zt/velero] 2026-02-28T23:50:10.028951744Z ",
        "velero-64b9cb7bf7-w4vql velero ",
        "2024-01-11 00:12:46.776071-05:00",
    ):
        log = stamped(invalid(answer), prefix)
        found = says(base, Incident("", (), None, {"velero": log}))
        assert found["s3-access-denied/key-unknown"] == "likely"
    terminal = 'ERRO[0021] Error getting backup store for this location  backupLocation=default controller=backup-sync error="unable to locate ObjectStore plugin named velero.io/aws"\n'
    found = says(base, Incident("", (), None, {"velero": terminal}))
    assert found == {"plugin-missing/provider-plugin": "likely"}


def test_a_library_without_region_is_told_from_dns(base: KnowledgeBase) -> None:
    """The host has two dots where the region belongs."""
    said = 'error to get repo options: error to get repo credentials: error get s3 credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts..amazonaws.com/": dial tcp: lookup sts..amazonaws.com: no such host'
    found = confirmed(says(base, Incident("", (), whole(repository("NotReady", said)))))
    assert found == {"region-missing/library-region-absent", "repo-not-ready/storage-refuses"}


SNAPSHOTS = [
    (
        "s3-access-denied/snapshot-denied",
        "error getting volume info: rpc error: code = Unknown desc = googleapi: Error 403: Required 'compute.disks.get' permission for 'projects/p/zones/z/disks/pv-1', forbidden",
    ),
    (
        "s3-access-denied/snapshot-denied",
        "error getting volume info: rpc error: code = Unknown desc = compute.DisksClient#Get: StatusCode=403 -- Original Error: Code=\"AuthorizationFailed\" Message=\"The client 'c' does not have authorization to perform action 'Microsoft.Compute/disks/read' over scope '/subscriptions/s'\"",
    ),
    (
        "",
        "error getting volume info: rpc error: code = Unknown desc = compute.DisksClient#Get: StatusCode=404 -- Original Error: Code=\"ResourceNotFound\" Message=\"The Resource 'Microsoft.Compute/disks/pvc-1' under resource group 'rg1' was not found.\"",
    ),
]


@pytest.mark.parametrize(("cause", "error"), SNAPSHOTS)
def test_disks_are_told_from_buckets(base: KnowledgeBase, cause: str, error: str) -> None:
    """A right on volumes that is missing says nothing about the object storage."""
    line = text("Error backing up item", backup="openshift-adp/b1", error=error)
    found = says(base, Incident("", (), whole(backup("b1", "PartiallyFailed")), {"velero": line}))
    assert confirmed(found) == ({cause} if cause else set())
    assert "s3-access-denied/azure-denied" not in found
    assert "s3-access-denied/gcp-denied" not in found


def test_read_only_on_purpose_is_no_finding(base: KnowledgeBase) -> None:
    """Only a backup that was refused for it is, while it lasts."""
    refusal = "backup can't be created because backup storage location dpa-1 is currently in read-only mode"
    asked = backup("b1", "FailedValidation", validationErrors=[refusal])
    closed = location(accessMode="ReadOnly")
    second = body(
        "velero.io/v1",
        "BackupStorageLocation",
        "dr",
        spec={"accessMode": "ReadOnly", "provider": "aws"},
        status={"phase": "Available", "lastValidationTime": f"{DAY}23:59:00Z"},
    )
    assert says(base, Incident("", (), whole(second))) == {}
    assert "bsl-readonly/read-only" in confirmed(
        says(base, Incident("", (), whole(asked, location=closed)))
    )
    assert says(base, Incident("", (), whole(asked, backup("b2", start="06:00")))) == {}


def test_a_location_that_nobody_validates(base: KnowledgeBase) -> None:
    """Velero is down, or hangs; or validation was switched off, which is meant so."""
    old = location(validated="2026-02-24T10:00:00Z")
    off = location(validated="2026-02-24T10:00:00Z", validationFrequency="0s")
    gone = {"server": None, "velero": deployment("velero", 0)}
    assert says(base, Incident("", (), whole(location=off))) == {}
    assert says(base, Incident("", (), whole(location=old))) == {
        "bsl-stale-validation/controller-stuck": "likely"
    }
    assert confirmed(says(base, Incident("", (), whole(location=old, **gone)))) == {
        "bsl-stale-validation/velero-down",
        "velero-not-running/no-pod",
    }


def test_several_problems_are_all_found(base: KnowledgeBase) -> None:
    """A paused schedule, a Velero that ran out of memory, and a storage out of reach."""
    killed = server(
        restarts=4,
        ended=(137, "OOMKilled", f"{DAY}02:11:30Z"),
        since=f"{DAY}02:11:40Z",
        spec={"resources": {"limits": {"memory": "256Mi"}}},
    )
    paused = body(
        "velero.io/v1",
        "Schedule",
        "daily",
        spec={"schedule": "0 2 * * *", "paused": True},
        status={"phase": "Enabled"},
    )
    down = location("Unavailable", "request send failed: dial tcp 10.0.0.9:443: i/o timeout")
    found = says(base, Incident("", (), whole(paused, server=killed, location=down)))
    assert confirmed(found) == {
        "s3-network/no-answer",
        "schedule-problems/paused",
        "velero-oom/limit-reached",
    }
