"""What storages answer, as it stands in clusters and logs, and what must come of it.

The answers are those of AWS, Azure, Google and S3-compatible storages, from public reports; the
names are made up.
"""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.incidents import NS, Incident, judge

Body = dict[str, Any]


def location(message: str = "", phase: str = "Unavailable", **spec: Any) -> Body:
    status = {"phase": phase, "lastValidationTime": "2026-02-28T23:59:30Z"}
    if message:
        status["message"] = (
            f'BackupStorageLocation "default" is unavailable: rpc error: code = Unknown desc = {message}'
        )
    return {
        "apiVersion": "velero.io/v1",
        "kind": "BackupStorageLocation",
        "metadata": {"name": "default", "namespace": NS},
        "spec": {
            "provider": "aws",
            "default": True,
            "objectStorage": {"bucket": "b", "prefix": "v"},
            **spec,
        },
        "status": status,
    }


def work(kind: str, name: str, phase: str, at: str, reason: str = "", **spec: Any) -> Body:
    status = {"phase": phase, "startTimestamp": at, "completionTimestamp": at}
    if reason:
        status["failureReason"] = reason
    return {
        "apiVersion": "velero.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NS},
        "spec": spec,
        "status": status,
    }


def backup(name: str, phase: str, at: str, reason: str = "") -> Body:
    return work("Backup", name, phase, at, reason, storageLocation="default")


PUT = "rpc error: code = Unknown desc = error putting object backups/b1/velero-backup.json: operation error S3: PutObject, https response error StatusCode: {}, RequestID: 1, HostID: 2, api error {}"
MORNING, NOON = "2026-02-28T02:00:00Z", "2026-02-28T12:00:00Z"

ANSWERS = [
    (
        "azure.BearerAuthorizer#WithAuthorization: Failed to refresh the Token for request to https://management.azure.com/x: StatusCode=400 -- Original Error: adal: Refresh request failed.",
        "s3-access-denied/azure-credentials",
    ),
    (
        "GET https://x.blob.core.windows.net/velero\n---\nRESPONSE 403: 403 This request is not authorized to perform this operation.\nERROR CODE: AuthorizationFailure\n",
        "s3-access-denied/azure-denied",
    ),
    (
        "googleapi: Error 404: The specified bucket does not exist., notFound",
        "s3-access-denied/bucket-missing",
    ),
    (
        'Get "https://storage.googleapis.com/storage/v1/b/x/o": oauth2: "invalid_grant" "Invalid JWT Signature."',
        "s3-access-denied/gcp-credentials",
    ),
    (
        "operation error S3: ListObjectsV2, exceeded maximum number of attempts, 3, https response error StatusCode: 503, RequestID: x, HostID: y, api error ServiceUnavailable: Reduce your request rate.",
        "s3-network/busy",
    ),
    (
        'operation error S3: ListObjectsV2, request send failed, Get "https://s3.corp.example/b": dial tcp: lookup s3.corp.example on 172.30.0.10:53: read udp 10.1.1.1:4->172.30.0.10:53: i/o timeout',
        "s3-network/dns",
    ),
    (
        'operation error S3: ListObjectsV2, request send failed, Get "https://s3.corp.example/b": net/http: TLS handshake timeout',
        "s3-network/no-answer",
    ),
    (
        'operation error S3: ListObjectsV2, request send failed, Get "https://s3.corp.example/b": tls: failed to verify certificate: x509: certificate is valid for minio.corp.example, not s3.corp.example',
        "bsl-x509/server-name",
    ),
    (
        "operation error S3: ListObjectsV2, https response error StatusCode: 418, api error Teapot: x",
        "bsl-unavailable/unavailable",
    ),
]


def named(base: KnowledgeBase, incident: Incident, verdict: str) -> set[str]:
    return {
        f"{each.issue}/{each.cause}"
        for each in judge(base, incident).findings
        if each.verdict == verdict
    }


@pytest.mark.parametrize(("answer", "cause"), ANSWERS)
def test_the_answer_of_the_storage_tells_the_cause(
    base: KnowledgeBase, answer: str, cause: str
) -> None:
    incident = Incident("an answer", objects=(location(answer),))
    assert named(base, incident, "confirmed") == {cause}
    assert named(base, incident, "likely") == set()


@pytest.mark.parametrize(("answer", "cause"), ANSWERS)
def test_once_available_and_backed_up_nothing_is_left(
    base: KnowledgeBase, answer: str, cause: str
) -> None:
    line = f'time="{MORNING}" level=error msg="Error listing backups in backup store" backupLocation={NS}/default controller=backup-sync error={_quoted(answer)}\n'
    incident = Incident(
        "an old answer",
        objects=(location(phase="Available"), backup("b2", "Completed", NOON)),
        logs={"velero": line},
    )
    assert judge(base, incident).findings == ()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def test_a_refused_upload_is_told_from_a_full_storage(base: KnowledgeBase) -> None:
    for code, error, cause in (
        (403, "AccessDenied: Access Denied", "s3-access-denied/write-denied"),
        (403, "QuotaExceeded: Bucket quota exceeded", "s3-storage-full/full"),
        (507, "XMinioStorageFull: Storage backend is full", "s3-storage-full/full"),
        (
            400,
            "BadRequest: trailing checksum is not supported",
            "s3-checksum-unsupported/checksum-not-off",
        ),
    ):
        failed = backup("b1", "Failed", MORNING, PUT.format(code, error))
        healthy = location(phase="Available")
        assert named(base, Incident("x", objects=(healthy, failed)), "confirmed") == {cause}
        later = backup("b2", "Completed", NOON)
        assert named(base, Incident("x", objects=(healthy, failed, later)), "confirmed") == set()


def test_a_restore_that_may_not_read_is_not_cured_by_a_backup_that_may_write(
    base: KnowledgeBase,
) -> None:
    reason = "error downloading backup: rpc error: code = Unknown desc = error getting object backups/b1/b1.tar.gz: operation error S3: GetObject, https response error StatusCode: 403, api error AccessDenied: Access Denied"
    objects = (
        location(phase="Available"),
        backup("b1", "Completed", MORNING),
        backup("b2", "Completed", NOON),
        work("Restore", "r1", "Failed", MORNING, reason, backupName="b1"),
    )
    assert "s3-access-denied/denied" in named(base, Incident("x", objects=objects), "confirmed")
    later = work("Restore", "r2", "Completed", NOON, backupName="b1")
    assert named(base, Incident("x", objects=(*objects, later)), "confirmed") == set()


def test_a_location_of_another_velero_is_none_of_our_business(base: KnowledgeBase) -> None:
    theirs = location("AccessDenied: Access Denied")
    theirs["metadata"]["namespace"] = "velero-two"
    assert judge(base, Incident("x", objects=(theirs,))).findings == ()
