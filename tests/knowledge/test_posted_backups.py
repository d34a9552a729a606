"""Backups, schedules and deletions in the field: what is stuck, what failed, and what only looks so."""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from knowledge.base import KnowledgeBase, load
from tests.knowledge.incidents import Body, Incident, text
from tests.knowledge.posted import (
    DAY,
    agent,
    application,
    backup,
    body,
    confirmed,
    deployment,
    failed_item,
    location,
    says,
    server,
    whole,
)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """Return what is built in."""
    return load()


def schedule(cron: str, last: str = "", phase: str = "Enabled", **more: Any) -> Body:
    """Return the Schedule daily."""
    made = more.pop("made", "2026-01-10T08:00:00Z")
    status = {"phase": phase, **({"lastBackup": last} if last else {}), **more.pop("status", {})}
    spec = {"schedule": cron, "template": {"storageLocation": "dpa-1"}, **more}
    return body(
        "velero.io/v1",
        "Schedule",
        "daily",
        metadata={"creationTimestamp": made},
        spec=spec,
        status=status,
    )


def deletion(phase: str = "Processed", *errors: str, made: str = "05:00") -> Body:
    """Return a request to delete the backup b1."""
    return body(
        "velero.io/v1",
        "DeleteBackupRequest",
        "b1-58drs",
        metadata={
            "labels": {"velero.io/backup-name": "b1"},
            "creationTimestamp": f"{DAY}{made}:00Z",
        },
        spec={"backupName": "b1"},
        status={"phase": phase, **({"errors": list(errors)} if errors else {})},
    )


MARK = 'found a backup with status "InProgress" during the server starting, mark it as "Failed"'
OLD_MARK = 'get a backup with status "InProgress" during the server starting, mark it as "Failed"'
LIMIT = {"resources": {"limits": {"memory": "512Mi"}}}
KILLED = server(
    restarts=4, since=f"{DAY}02:11:40Z", ended=(137, "OOMKilled", f"{DAY}02:11:30Z"), spec=LIMIT
)
ERROR_137 = server(restarts=1, since=f"{DAY}02:11:40Z", ended=(137, "Error", f"{DAY}02:11:30Z"))
EXPIRED = {"start": "2026-01-10T02:00:00Z", "expiration": "2026-02-09T02:00:00Z"}
RUNNING = backup("b1", "InProgress", "19:00", progress={"totalItems": 9, "itemsBackedUp": 3})
TOMORROW = schedule("0 2 * * *", made=f"{DAY}22:00:00Z")
DOWN = location("Unavailable", "AccessDenied: Access Denied")

PROVEN: list[tuple[str, set[str], tuple[Body, ...]]] = [
    (
        "both selectors",
        {"backup-failed-validation/filters"},
        whole(
            backup(
                "b1",
                "FailedValidation",
                validationErrors=[
                    "encountered labelSelector as well as orLabelSelectors in backup spec, only one can be specified"
                ],
            )
        ),
    ),
    (
        "included and excluded alike",
        {"backup-failed-validation/filters"},
        whole(
            backup(
                "b1",
                "FailedValidation",
                validationErrors=[
                    "Invalid included/excluded resource lists: excludes list cannot contain an item in the includes list: pods"
                ],
            )
        ),
    ),
    (
        "memory in a backup",
        {"velero-oom/limit-reached", "velero-restart-inprogress/backup-cut-off"},
        whole(backup("b1", "Failed", failureReason=MARK), server=KILLED),
    ),
    (
        "a rollout in a backup",
        {"velero-restart-inprogress/backup-cut-off"},
        whole(backup("b1", "Failed", failureReason=MARK), server=server(f"{DAY}02:11:00Z")),
    ),
    (
        "the words of Velero 1.9",
        {"velero-restart-inprogress/backup-cut-off"},
        whole(backup("b1", "Failed", failureReason=OLD_MARK), server=server(f"{DAY}02:11:00Z")),
    ),
    ("memory and nothing else", {"velero-oom/limit-reached"}, whole(server=KILLED)),
    (
        "nobody works on it",
        {"backup-stuck-inprogress/left-behind"},
        whole(backup("b1", "InProgress", "04:00"), server=server(f"{DAY}05:00:00Z")),
    ),
    (
        "a cron expression of four fields",
        {"schedule-problems/not-valid"},
        whole(
            schedule(
                "0 2 * *",
                phase="FailedValidation",
                status={
                    "validationErrors": [
                        'invalid schedule: expected exactly 5 fields, found 4: "0 2 * *"'
                    ]
                },
            )
        ),
    ),
    (
        "paused",
        {"schedule-problems/paused"},
        whole(schedule("0 2 * * *", "2026-02-01T02:00:00Z", paused=True)),
    ),
    (
        "expired, location down",
        {"expired-not-deleted/location-unavailable", "s3-access-denied/denied"},
        whole(
            backup("b1", labels={"velero.io/gc-failure": "BSLUnavailable"}, **EXPIRED),
            location=DOWN,
        ),
    ),
    (
        "expired, location gone",
        {"expired-not-deleted/location-gone", "orphan-backups-sync/location-gone"},
        whole(
            backup(
                "b1",
                labels={"velero.io/gc-failure": "BSLNotFound"},
                spec={"storageLocation": "old"},
                **EXPIRED,
            )
        ),
    ),
    (
        "deletion, snapshots",
        {"backup-deleting-stuck/snapshots"},
        whole(
            backup("b1", "Deleting"),
            deletion(
                "Processed",
                "error deleting snapshot snap-1: rpc error: code = Unknown desc = UnauthorizedOperation",
            ),
        ),
    ),
    (
        "deletion, repository",
        {"backup-deleting-stuck/repository"},
        whole(
            backup("b1", "Deleting"),
            deletion(
                "Processed",
                "error to ensure repo for backup: failed to wait BackupRepository: timed out waiting for the condition",
            ),
        ),
    ),
    (
        "deletion, still running",
        {"backup-deleting-stuck/still-running"},
        whole(
            backup("b1", "InProgress", "23:00"),
            deletion("Processed", "backup is still in progress", made="23:30"),
        ),
    ),
]


@pytest.mark.parametrize(("name", "causes", "objects"), PROVEN, ids=[each[0] for each in PROVEN])
def test_state_alone_proves_the_cause(
    base: KnowledgeBase, name: str, causes: set[str], objects: tuple[Body, ...]
) -> None:
    """And no other is said to be proven."""
    assert confirmed(says(base, Incident(name, (), objects))) == causes


QUIET: list[tuple[str, tuple[Body, ...]]] = [
    (
        "the next run was well",
        whole(
            backup(
                "daily-1",
                "Failed",
                "2026-02-26T02:00:00Z",
                labels={"velero.io/schedule-name": "daily"},
                failureReason=MARK,
            ),
            backup("daily-2", labels={"velero.io/schedule-name": "daily"}),
        ),
    ),
    ("completed in spite of a restart", whole(backup("b1", failureReason=MARK))),
    ("ended by a probe or with its node", whole(server=ERROR_137)),
    (
        "runs for half an hour",
        whole(
            backup("b1", "InProgress", "23:30", progress={"totalItems": 900, "itemsBackedUp": 450})
        ),
    ),
    ("made ten seconds ago", whole(backup("b1", "New", f"{DAY}23:59:50Z"))),
    ("weekly, five days ago", whole(schedule("0 2 * * 1", "2026-02-23T02:00:00Z"))),
    ("its first run is tomorrow", whole(TOMORROW)),
    (
        "expired twenty minutes ago",
        whole(backup("b1", start="2026-01-29T23:00:00Z", expiration=f"{DAY}23:40:00Z")),
    ),
    (
        "deletion asked for a minute ago",
        whole(backup("b1", "Deleting"), deletion("InProgress", made="23:59")),
    ),
    ("deletion done", whole(deletion(made="10:00"))),
    ("warnings only", whole(backup("b1", warnings=4))),
    (
        "a node agent killed three weeks ago",
        whole(
            backup(),
            agent1=agent(
                "worker-1",
                "abcde",
                "2026-02-01T08:00:00Z",
                restarts=1,
                ended=(137, "OOMKilled", "2026-02-08T02:04:00Z"),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("name", "objects"), QUIET, ids=[each[0] for each in QUIET])
def test_what_is_as_it_should_be_is_no_finding(
    base: KnowledgeBase, name: str, objects: tuple[Body, ...]
) -> None:
    """Not even a likely one."""
    assert says(base, Incident(name, (), objects)) == {}


LITTLE = [each for each in QUIET if "deletion asked" not in each[0] and "killed" not in each[0]]


@pytest.mark.parametrize(("name", "objects"), LITTLE, ids=[each[0] for each in LITTLE])
def test_nor_where_only_one_kind_could_be_read(
    base: KnowledgeBase, name: str, objects: tuple[Body, ...]
) -> None:
    """What was not read raises no suspicion by itself."""
    for kind in {each["kind"] for each in objects}:
        read = tuple(each for each in objects if each["kind"] == kind)
        assert says(base, Incident(name, (), read, unread=("*",))) == {}, kind


OPEN: list[tuple[str, str, tuple[Body, ...]]] = [
    (
        "twenty hours",
        "backup-stuck-inprogress/long",
        whole(
            backup("b1", "InProgress", "04:00", progress={"totalItems": 900, "itemsBackedUp": 450})
        ),
    ),
    (
        "errors that nobody has read",
        "backup-partially-failed/partially-failed",
        whole(backup("b1", "PartiallyFailed", errors=3)),
    ),
    (
        "a reason that nobody knows",
        "backup-partially-failed/failed",
        whole(
            backup(
                "b1",
                "Failed",
                failureReason="error creating backup tarball: no space left on device",
            )
        ),
    ),
    (
        "a deletion that takes long",
        "backup-deleting-stuck/takes-long",
        whole(backup("b1", "Deleting"), deletion("InProgress", made="13:00")),
    ),
]


@pytest.mark.parametrize(("name", "cause", "objects"), OPEN, ids=[each[0] for each in OPEN])
def test_what_can_have_several_reasons_is_likely(
    base: KnowledgeBase, name: str, cause: str, objects: tuple[Body, ...]
) -> None:
    """It is shown, and nothing is said to be proven."""
    assert says(base, Incident(name, (), objects)) == {cause: "likely"}


def test_backups_that_wait(base: KnowledgeBase) -> None:
    """Behind another, or for a Velero that is not there."""
    waiting = backup("b2", "New", "20:00")
    gone = {"server": None, "velero": deployment("velero", 0)}
    found = says(base, Incident("", (), whole(RUNNING, waiting)))
    assert confirmed(found) == {"backup-stuck-new/behind-another"}
    assert {"backup-stuck-new/velero-down", "velero-not-running/no-pod"} <= confirmed(
        says(base, Incident("", (), whole(waiting, **gone)))
    )


HURT = backup("b1", "PartiallyFailed", errors=1)
HOOK = backup("b1", "PartiallyFailed", errors=1, hookStatus={"hooksAttempted": 1, "hooksFailed": 1})
WEB = "error executing custom action (groupResource=%s, namespace=shop, name=web): "
METRICS = body(
    "apiregistration.k8s.io/v1",
    "APIService",
    "v1beta1.metrics.k8s.io",
    "",
    spec={"group": "metrics.k8s.io", "version": "v1beta1"},
    status={
        "conditions": [{"type": "Available", "status": "False", "reason": "FailedDiscoveryCheck"}]
    },
)
DISCOVERY = text(
    "Error getting server preferred resources",
    backup="openshift-adp/b1",
    error="unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: the server is currently unable to handle the request",
)
SKIPPED = text(
    "Skip action velero.io/csi-pvc-backupper for resource persistentvolumeclaims:shop/data, because the CSI feature is not enabled. Feature setting is ",
    "warning",
    backup="openshift-adp/b1",
)

WITH_LINES: list[tuple[str, set[str], tuple[Body, ...], str]] = [
    (
        "hook",
        {"hook-failed/command-failed"},
        whole(HOOK),
        text(
            "Error executing hook",
            backup="openshift-adp/b1",
            error="command terminated with exit code 1",
            hookPhase="pre",
            hookType="exec",
        ),
    ),
    (
        "hook, the item's line only",
        {"hook-failed/command-failed"},
        whole(HOOK),
        failed_item("command terminated with exit code 1"),
    ),
    (
        "hook, no such container",
        {"hook-failed/no-container"},
        whole(HOOK),
        failed_item('no such container: "mysql"'),
    ),
    (
        "hook, time is up",
        {"hook-failed/timed-out"},
        whole(HOOK),
        failed_item("timed out after 30s"),
    ),
    (
        "no hook: restic's exit status",
        set(),
        whole(HURT),
        failed_item(
            "pod volume backup failed: error running restic backup, stderr=Fatal: unable to save snapshot: exit status 1"
        ),
    ),
    (
        "plug-in",
        {"plugin-panic/panicked"},
        whole(HURT),
        failed_item(
            WEB % "replicasets.apps"
            + "rpc error: code = Aborted desc = plugin panicked: runtime error: invalid memory address or nil pointer dereference, stack trace: goroutine 55 [running]:\nruntime/debug.Stack()\n"
        ),
    ),
    (
        "plug-in given up",
        {"plugin-restart-exhausted/given-up"},
        whole(HURT),
        failed_item(
            WEB % "pods"
            + "unable to restart plugin process: exceeded maximum number of reset failures"
        ),
    ),
    ("an API that is down", {"apiservice-unavailable/api-down"}, whole(HURT, METRICS), DISCOVERY),
    (
        "an API that was down",
        set(),
        whole(
            HURT, {**METRICS, "status": {"conditions": [{"type": "Available", "status": "True"}]}}
        ),
        DISCOVERY,
    ),
    (
        "CSI is off",
        {"csi-plugin-not-enabled/csi-off"},
        whole(
            backup(),
            application=application(plugins=["openshift", "aws"], configuration={}),
            agents=None,
            agent1=None,
            agent2=None,
        ),
        SKIPPED,
    ),
    (
        "an error of no known kind",
        set(),
        whole(HURT),
        failed_item("error listing items in additional resource: the widget service said no"),
    ),
    (
        "RBAC of the API server",
        set(),
        whole(HURT),
        failed_item(
            'pods is forbidden: User "system:serviceaccount:openshift-adp:velero" cannot list resource "pods" in API group "" at the cluster scope'
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "causes", "objects", "log"), WITH_LINES, ids=[each[0] for each in WITH_LINES]
)
def test_lines_with_the_state_that_fits(
    base: KnowledgeBase, name: str, causes: set[str], objects: tuple[Body, ...], log: str
) -> None:
    """Something is always shown for a backup that failed."""
    found = says(base, Incident(name, (), objects, {"velero": log}))
    assert confirmed(found) == causes
    assert found


@pytest.mark.parametrize("each", WITH_LINES, ids=[each[0] for each in WITH_LINES])
def test_lines_alone_prove_nothing(
    base: KnowledgeBase, each: tuple[str, set[str], tuple[Body, ...], str]
) -> None:
    """The same log without the cluster."""
    assert not confirmed(says(base, Incident("", (), None, {"velero": each[3]})))


NOISE = [
    text(
        "received EOF, stopping recv loop",
        "debug",
        err="rpc error: code = Unavailable desc = error reading from server: EOF",
        pluginName="stdio",
        backup="openshift-adp/b1",
    ),
    "I0228 02:01:10.429277       1 request.go:690] Waited for 1.045s due to client-side throttling, not priority and fairness, request: GET:https://172.30.0.1:443/apis/apps/v1?timeout=32s\n",
    text(
        "Found 12 backups in the backup location that do not exist in the cluster and need to be synced",
        "info",
        controller="backup-sync",
    ),
    text(
        'Summary for skipped PVs: [{"name":"pvc-1","reasons":[{"approach":"podvolume","reason":"matched action is skip in chosen resource policies"}]}]',
        "info",
        backup="openshift-adp/b1",
    ),
    text(
        "No Schedule.template.metadata.labels set - using Schedule.labels for backup object",
        "info",
        backup="openshift-adp/b1",
    ),
    text(
        'pod has no such container: "sidecar" (application log)', "info", backup="openshift-adp/b1"
    ),
    DISCOVERY.replace("b1", "b0"),
]


@pytest.mark.parametrize("line", NOISE)
def test_noise_of_a_healthy_cluster_is_no_finding(base: KnowledgeBase, line: str) -> None:
    """All backups are complete."""
    healthy = {**METRICS, "status": {"conditions": [{"type": "Available", "status": "True"}]}}
    assert says(base, Incident("", (), whole(backup(), healthy), {"velero": line})) == {}
