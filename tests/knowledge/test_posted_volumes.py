"""Volumes in the field: pod volume backups, repositories, CSI snapshots and their movement."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase, load
from tests.knowledge.incidents import Body, Incident, as_json, text
from tests.knowledge.posted import (
    DAY,
    agent,
    agents,
    application,
    backup,
    confirmed,
    container,
    csv,
    failed_item,
    pod,
    repository,
    says,
    snapshot_class,
    upload,
    volume,
    whole,
)
from tests.knowledge.posted_volumes import CONNECT, HURT, OFF, STATE


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """Return what is built in."""
    return load()


@pytest.mark.parametrize(("name", "causes", "objects"), STATE, ids=[each[0] for each in STATE])
def test_what_the_objects_say(
    base: KnowledgeBase, name: str, causes: set[str], objects: tuple[Body, ...]
) -> None:
    """Something is always shown; only what the message proves is said to be proven."""
    found = says(base, Incident(name, (), objects))
    assert confirmed(found) == causes
    assert found


WORDS = "failed to get VolumeSnapshotClass for provisioner ebs.csi.aws.com: ensure that the desired VolumeSnapshotClass has the velero.io/csi-volumesnapshot-class label"
CLAIM = "error executing custom action (groupResource=persistentvolumeclaims, namespace=shop, name=data): rpc error: code = Unknown desc = "
OLD_WORDS = "failed to get volumesnapshotclass for storageclass gp3-csi: failed to get volumesnapshotclass for provisioner ebs.csi.aws.com, ensure that the desired volumesnapshot class has the velero.io/csi-volumesnapshot-class label"
ABSENT = failed_item("daemonset pod not found in running state in node infra-1")
DECLARED = text(
    "volume var-files is declared in pod argocd/argocd-repo-server-b865cd5db-92s5l but not mounted by any container, skipping",
    "warning",
    backup="openshift-adp/b1",
)
HOST_PATH = text(
    "Volume cache in pod shop/web-1 is a hostPath volume which is not supported for pod volume backup, skipping",
    "warning",
    backup="openshift-adp/b1",
)
PENDING = text(
    "Skip pod volume data",
    "warning",
    backup="openshift-adp/b1",
    error="pod is not in the expected status, name=web-1, namespace=shop, phase=Pending: pod is not running",
)

LINES: list[tuple[str, set[str], tuple[Body, ...], str]] = [
    (
        "class without label",
        {"vsclass-label-missing/label-missing"},
        whole(HURT, snapshots=snapshot_class(labelled=False)),
        failed_item(CLAIM + WORDS),
    ),
    (
        "class, words of 2022",
        {"vsclass-label-missing/label-missing"},
        whole(HURT, snapshots=snapshot_class(labelled=False)),
        failed_item(CLAIM + OLD_WORDS),
    ),
    (
        "class of another driver",
        {"vsclass-label-missing/no-class"},
        whole(HURT, snapshots=snapshot_class("openshift-storage.rbd.csi.ceph.com")),
        failed_item(CLAIM + WORDS),
    ),
    (
        "no class can be made",
        {"csi-snapshot-crd-missing/crd-missing"},
        whole(HURT, snapshots=None),
        failed_item(
            CLAIM
            + 'error listing VolumeSnapshotClass: no matches for kind "VolumeSnapshotClass" in version "snapshot.storage.k8s.io/v1"'
        ),
    ),
    ("no agent on a node", {"node-agent-not-on-node/no-pod-on-node"}, whole(HURT), ABSENT),
    ("no agents at all", {"node-agent-not-on-node/no-daemonset"}, whole(HURT, **OFF), ABSENT),
    (
        "an agent that came later",
        {"node-agent-not-on-node/came-later"},
        whole(HURT, agent1=agent("infra-1", "abcde", f"{DAY}03:00:00Z")),
        ABSENT,
    ),
    (
        "the time for volumes",
        {"pvb-timeout/data-not-done"},
        whole(
            HURT,
            volume("InProgress", progress={"totalBytes": 900000000000, "bytesDone": 300000000000}),
        ),
        text(
            "timed out waiting for all PodVolumeBackups to complete",
            backup="openshift-adp/b1",
            time=f"{DAY}06:00:30Z",
        ),
    ),
    ("a hostPath volume", {"volume-skipped/host-path"}, whole(backup()), HOST_PATH),
    ("a volume that nobody mounts", {"volume-skipped/not-mounted"}, whole(backup()), DECLARED),
    ("a pending pod", {"volume-skipped/pod-not-running"}, whole(backup()), PENDING),
    (
        "the path on the host",
        set(),
        whole(
            HURT,
            volume(
                message="error getting host pod path from node-agent: expected one matching path: /host_pods/8f9e/volumes/*/pvc-1, got 0"
            ),
        ),
        failed_item(
            "pod volume backup failed: expected one matching path: /host_pods/8f9e/volumes/*/pvc-1, got 0"
        ),
    ),
    (
        "a volume of another region",
        set(),
        whole(HURT),
        failed_item(
            "error taking snapshot of volume: rpc error: code = Unknown desc = InvalidVolume.NotFound: The volume 'vol-0123456789abcdef0' does not exist.\n\tstatus code: 400, request id: r"
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "causes", "objects", "log"), LINES, ids=[each[0] for each in LINES]
)
def test_lines_with_the_state_that_fits(
    base: KnowledgeBase, name: str, causes: set[str], objects: tuple[Body, ...], log: str
) -> None:
    """The state tells the cause apart."""
    found = says(base, Incident(name, (), objects, {"velero": log}))
    assert confirmed(found) == causes
    assert found


@pytest.mark.parametrize("each", LINES, ids=[each[0] for each in LINES])
def test_lines_alone_prove_nothing(
    base: KnowledgeBase, each: tuple[str, set[str], tuple[Body, ...], str]
) -> None:
    """But they are enough for a likely one."""
    found = says(base, Incident("", (), None, {"velero": each[3]}))
    assert found
    assert not confirmed(found)


def test_a_must_gather_has_no_snapshot_classes(base: KnowledgeBase) -> None:
    """What was not collected is not taken for absent."""
    log = {"backup": failed_item(CLAIM + WORDS)}
    found = says(base, Incident("", (), (csv(), HURT, application()), log, unread=("*",)))
    assert found["vsclass-label-missing/label-missing"] == "likely"
    assert not confirmed(found)


AGENT_LOG = [
    (
        "du-prepare-timeout/not-told",
        text(
            "Timeout happened for preparing dataupload",
            "info",
            Dataupload="b1-n6r5q",
            controller="dataupload",
        ),
    ),
    (
        "pod-volume-path/wrong-root",
        "An error occurred: unexpected directory structure for host-pods volume, ensure that the host-pods volume corresponds to the pods subdirectory of the kubelet root directory\n",
    ),
]


@pytest.mark.parametrize(("cause", "line"), AGENT_LOG)
def test_the_log_of_a_node_agent_alone(base: KnowledgeBase, cause: str, line: str) -> None:
    """It says what happened, not why."""
    assert says(base, Incident("", (), None, {"node-agent": line})) == {cause: "likely"}


def test_what_describe_prints_is_read_too(base: KnowledgeBase) -> None:
    """People paste it where the log was asked for."""
    pasted = (
        "Errors:\n  Velero:    name: /mongodb-0 message: /Error backing up item error: /failed to wait BackupRepository: backup repository is not ready: "
        + CONNECT
        + "repository not initialized in the provided storage\n  Cluster:    <none>\n"
    )
    found = says(base, Incident("", (), None, {"backup": pasted}))
    assert found["repo-not-ready/data-gone"] == "likely"
    as_log = as_json(
        "timed out waiting for all PodVolumeBackups to complete", backup="openshift-adp/b1"
    )
    assert "pvb-timeout/limit-reached" in says(base, Incident("", (), None, {"velero": as_log}))


SUCCEEDED = {
    "result": "Succeeded",
    "startTimestamp": f"{DAY}23:30:00Z",
    "completeTimestamp": f"{DAY}23:30:30Z",
}
FAILED = {
    "result": "Failed",
    "startTimestamp": f"{DAY}18:00:00Z",
    "completeTimestamp": f"{DAY}18:05:00Z",
    "message": "x",
}
RUNNING = backup(
    "b1",
    "WaitingForPluginOperations",
    f"{DAY}23:50:00Z",
    backupItemOperationsAttempted=2,
    spec={"snapshotMoveData": True},
)

QUIET: list[tuple[str, tuple[Body, ...], str]] = [
    (
        "empty volume",
        whole(backup(), volume("Completed", "volume was empty so no snapshot was taken")),
        "",
    ),
    ("maintenance failed once", whole(repository(recentMaintenance=[FAILED, SUCCEEDED])), ""),
    (
        "class without label that nobody needs",
        whole(backup(), snapshots=snapshot_class(labelled=False)),
        "",
    ),
    (
        "labelled since, and a later backup",
        whole(HURT, backup("b2", start="08:00")),
        failed_item(CLAIM + WORDS),
    ),
    (
        "repository ready again",
        whole(repository(), HURT, backup("b2", start="08:00")),
        failed_item(
            "failed to wait BackupRepository: backup repository is not ready: "
            + CONNECT
            + "dial tcp 1.2.3.4:443: i/o timeout"
        ),
    ),
    (
        "movements five minutes in",
        whole(
            RUNNING, upload("Accepted", made=f"{DAY}23:55:00Z", acceptedTimestamp=f"{DAY}23:55:00Z")
        ),
        "",
    ),
    (
        "no earlier snapshot, the first upload",
        whole(backup(), upload("Completed")),
        text(
            "Failed to find previous kopia snapshot manifests",
            "info",
            dataupload="openshift-adp/b1-n6r5q",
        ),
    ),
    (
        "kopia's maintenance waits",
        whole(repository()),
        text(
            "not due for full maintenance cycle until 2026-03-01 10:00:00",
            "info",
            logModule="kopia/maintenance",
        ),
    ),
    ("a pod of another job", whole(pod("web-1", {"app": "web"}, container("web"))), ""),
]


@pytest.mark.parametrize(("name", "objects", "log"), QUIET, ids=[each[0] for each in QUIET])
def test_what_is_as_it_should_be_is_no_finding(
    base: KnowledgeBase, name: str, objects: tuple[Body, ...], log: str
) -> None:
    """Old lines and half-done work are no findings."""
    assert says(base, Incident(name, (), objects, {"velero": log} if log else {})) == {}


def test_movements_that_wait(base: KnowledgeBase) -> None:
    """For a node that takes their pod, or for a place beside the one that runs."""
    unschedulable = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/3 nodes are available: 1 node(s) had volume node affinity conflict.",
    }
    pending = pod(
        "b1-n6r5q",
        {"velero.io/data-upload": "b1-n6r5q"},
        container("b1", ready=False, waiting="ContainerCreating"),
        "",
        start=f"{DAY}22:32:00Z",
        phase="Pending",
        conditions=[unschedulable],
    )
    since = backup(
        "b1", "WaitingForPluginOperations", f"{DAY}22:30:00Z", backupItemOperationsAttempted=1
    )
    accepted = upload("Accepted", made=f"{DAY}22:31:00Z", acceptedTimestamp=f"{DAY}22:31:00Z")
    found = says(base, Incident("", (), whole(since, accepted, pending)))
    assert confirmed(found) == {"du-stuck-accepted-prepared/pod-pending"}


def test_agents_that_end_at_once(base: KnowledgeBase) -> None:
    """Their log tells of a directory; that they do not run is proven."""
    line = AGENT_LOG[1][1]
    ending = agent(
        "worker-1",
        "abcde",
        ready=False,
        restarts=9,
        waiting="CrashLoopBackOff",
        ended=(1, "Error", f"{DAY}23:50:00Z"),
    )
    found = says(
        base,
        Incident(
            "", (), whole(agents=agents(1, 0), agent1=ending, agent2=None), {"node-agent": line}
        ),
    )
    assert confirmed(found) == {"node-agent-not-on-node/pod-not-running"}
    assert "pod-volume-path/wrong-root" in found


def test_a_maintenance_job_without_memory(base: KnowledgeBase) -> None:
    """By its pod alone, and not by that of anything else."""
    job = {"velero.io/repo-name": "shop-dpa-1-kopia-4f2vx"}
    status = container("velero-repo-maintenance-container", ready=False)
    status["state"] = {
        "terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": f"{DAY}22:05:00Z"}
    }
    ended = pod("shop-maintain-job-1733-x", job, status, start=f"{DAY}22:00:00Z", phase="Failed")
    found = says(
        base, Incident("", (), whole(repository(lastMaintenanceTime=f"{DAY}20:00:00Z"), ended))
    )
    assert confirmed(found) == {"repo-maintenance-failing/out-of-memory"}
