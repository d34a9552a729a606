"""Restored volumes from the field: claims, downloads, pod volumes and the node agents; most are near misses, or over.

What must come of each was written down before the rules were run. Names are ours, the lines' shapes are real.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.field import LOW_ON_DISK, agent_pod, daemon_set, pod, primary, site
from tests.knowledge.field_lines import COMPLETED, mover_line, restore_line
from tests.knowledge.field_restored import (
    NIGHTLY,
    OPERATION_FAILED,
    download,
    restore,
    restored_claim,
    restored_pod,
    volume_restore,
    waiting_pod,
)
from tests.knowledge.incidents import Incident, judge, make, text

INCIDENTS = (
    Incident(
        "old PV still there",
        ("pv-still-exists/was-there confirmed",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": restore_line(
                "timeout reached waiting for persistent volume to delete",
                "warning",
                pvName="pvc-1418",
            )
            + restore_line(
                "Cluster resource restore error: error waiting on in-cluster persistentvolume pvc-1418: timed out waiting for the condition"
            )
        },
    ),
    Incident(
        "kubevirt: CDI clone source is gone, claim pending",
        ("restore-pvc-pending/waits-for-pod likely",),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", end=None, errors=0, start="2026-02-28T20:00:00Z"),
                restored_claim("test-pvc-dv", scn="gp3-csi"),
            )
        ),
        {},
    ),
    Incident(
        "node-agent evicted, download cancelled at its start",
        ("du-canceled-restart/agent-restarted confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(**OPERATION_FAILED),
                download(
                    phase="Canceled",
                    node="worker-2",
                    message='found a datadownload with status "InProgress" during the node-agent starting, mark it as cancel',
                    start="2026-02-28T03:01:00Z",
                    end="2026-02-28T03:20:00Z",
                ),
                agent_pod(
                    2,
                    name="node-agent-old22",
                    phase="Failed",
                    ready=False,
                    reason="Evicted",
                    message=LOW_ON_DISK,
                ),
            )
        ),
        {
            "node-agent": text(
                "Datadownload openshift-adp/shop-r1-x7k2p is canceled",
                "warning",
                "2026-02-28T03:20:00Z",
            )
        },
    ),
    Incident(
        "snapshot gone from the repository",
        (
            "pvb-failed/data-download-failed confirmed",
            "restore-partially-failed/partially-failed likely",
        ),
        site(
            "1.3.0",
            "4.14.1",
            add=(
                NIGHTLY,
                restore(**OPERATION_FAILED),
                download(
                    message="data path restore failed: Failed to run kopia restore: Unable to load snapshot 205a1973ad2e3a1cf44b03c2e4a5feb7: snapshot not found",
                    node="worker-1",
                    start="2026-02-28T03:01:00Z",
                    end="2026-02-28T03:01:10Z",
                ),
            ),
        ),
        {
            "node-agent": mover_line(
                "data path restore failed: Failed to run kopia restore: Unable to load snapshot 205a1973ad2e3a1cf44b03c2e4a5feb7: snapshot not found"
            )
        },
    ),
    Incident(
        "download runs, progress",
        (),
        site(
            add=(
                NIGHTLY,
                restore(
                    phase="WaitingForPluginOperations",
                    start="2026-02-28T23:50:00Z",
                    end=None,
                    errors=0,
                    status={"restoreItemOperationsAttempted": 1},
                ),
                download(
                    phase="InProgress",
                    node="worker-1",
                    start="2026-02-28T23:51:00Z",
                    accepted="2026-02-28T23:50:20Z",
                    message="",
                ),
                pod(
                    "shop-r1-x7k2p",
                    {"velero.io/data-download": "shop-r1-x7k2p"},
                    start="2026-02-28T23:50:30Z",
                ),
            )
        ),
        {
            "node-agent": mover_line(
                "Data download is in progress", level="info", t="2026-02-28T23:51:00Z"
            )
            + mover_line(
                "Data path instance is concurrent limited requeue later",
                level="debug",
                t="2026-02-28T23:50:30Z",
            )
        },
    ),
    Incident(
        "failed download; the next restore's completed",
        (),
        site(
            add=(
                NIGHTLY,
                restore(**OPERATION_FAILED),
                download(message="Target PVC shop/data-pg-0 has already been bound, abort"),
                restore("shop-r2", "Completed", "2026-02-28T08:00:00Z", "2026-02-28T08:20:00Z"),
                download(
                    "shop-r2-aaaaa",
                    "Completed",
                    restore="shop-r2",
                    node="worker-1",
                    start="2026-02-28T08:01:00Z",
                    end="2026-02-28T08:15:00Z",
                ),
            )
        ),
        {
            "node-agent": mover_line(
                "Error to expose restore",
                error="Target PVC shop/data-pg-0 has already been bound, abort",
            )
        },
    ),
    Incident(
        "download cancelled by somebody",
        ("pvb-failed/canceled confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(**OPERATION_FAILED),
                download(
                    phase="Canceled",
                    message="",
                    cancel=True,
                    node="worker-1",
                    start="2026-02-28T03:01:00Z",
                    end="2026-02-28T03:06:00Z",
                ),
            )
        ),
        {"node-agent": mover_line("Data download is being canceled", level="info")},
    ),
    Incident(
        "node-agent killed for memory during a restore",
        ("node-agent-oom/agent-killed confirmed",),
        site(
            "1.4.1",
            "4.15.1",
            drop=("Pod/node-agent-cx2",),
            add=(
                NIGHTLY,
                restore(),
                volume_restore(
                    message='get a podvolumerestore with status "InProgress" during the server starting, mark it as "Failed"',
                    node="worker-2",
                    end="2026-02-28T03:04:30Z",
                ),
                agent_pod(
                    2,
                    restarts=3,
                    last={
                        "exitCode": 137,
                        "reason": "OOMKilled",
                        "startedAt": "2026-02-28T02:00:00Z",
                        "finishedAt": "2026-02-28T03:04:00Z",
                    },
                    state={"running": {"startedAt": "2026-02-28T03:04:10Z"}},
                ),
            ),
        ),
        {
            "velero": restore_line(
                'Velero restore error: pod volume restore failed: get a podvolumerestore with status "InProgress" during the server starting, mark it as "Failed"'
            )
        },
    ),
    Incident(
        "pod stuck in restore-wait, PVR never taken up",
        ("pod-stuck-restore-wait/not-taken-up likely",),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", end=None, errors=0, start="2026-02-28T20:00:00Z"),
                volume_restore(phase="New", start=None),
                waiting_pod({"running": {"startedAt": "2026-02-28T20:01:00Z"}}),
            )
        ),
        {},
    ),
    Incident(
        "restore-wait may not run: non-numeric user",
        ("pod-stuck-restore-wait/helper-cannot-start confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", end=None, errors=0, start="2026-02-28T20:00:00Z"),
                volume_restore(phase="New", start=None),
                waiting_pod(
                    {
                        "waiting": {
                            "reason": "CreateContainerConfigError",
                            "message": 'container has runAsNonRoot and image has non-numeric user (nonroot), cannot verify user is non-root (pod: "pg-0_shop(x)", container: restore-wait)',
                        }
                    }
                ),
            )
        ),
        {},
    ),
    Incident(
        "restore helper's image cannot be pulled",
        ("pod-stuck-restore-wait/helper-cannot-start confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", end=None, errors=0, start="2026-02-28T20:00:00Z"),
                volume_restore(phase="New", start=None),
                waiting_pod(
                    {
                        "waiting": {
                            "reason": "ImagePullBackOff",
                            "message": 'Back-off pulling image "registry.redhat.io/oadp/oadp-velero-restore-helper-rhel9@sha256:bb"',
                        }
                    }
                ),
            )
        ),
        {},
    ),
    Incident(
        "no node-agent on the node of the restored pod",
        (
            "node-agent-not-on-node/pod-not-running confirmed",
            "pod-stuck-restore-wait/not-taken-up likely",
        ),
        site(
            drop=("Pod/node-agent-cx2", "DaemonSet"),
            add=(
                NIGHTLY,
                restore(),
                daemon_set(3, 2),
                volume_restore(phase="New", start=None),
                waiting_pod({"running": {}}),
                agent_pod(
                    2,
                    ready=False,
                    phase="Pending",
                    state={"waiting": {"reason": "ContainerCreating"}},
                ),
            ),
        ),
        {
            "velero": restore_line(
                "node-agent pod is not running in node, abort the restore",
                error="daemonset pod not found in running state in node worker-2",
                node="worker-2",
                logSource="pkg/podvolume/restorer.go:215",
            )
            + restore_line(
                "Velero restore error: node-agent pod is not running in node worker-2: daemonset pod not found in running state in node worker-2"
            )
        },
    ),
    Incident(
        "storage class of the data mover is missing: restore says Completed",
        (
            "dd-target-pvc/storage-class-missing confirmed",
            "restore-pvc-pending/class-missing confirmed",
        ),
        site(
            "1.3.0",
            "4.14.3",
            add=(
                NIGHTLY,
                restore(phase="Completed"),
                download(
                    message='error to expose restore: error to wait target PVC consumed, shop/data-pg-0: error to get storage class test: storageclasses.storage.k8s.io "test" not found'
                ),
                restored_claim(scn="test"),
            ),
        ),
        {},
    ),
    Incident(
        "claim pending, restore began 30 seconds ago",
        (),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", start="2026-02-28T23:59:30Z", end=None, errors=0),
                make(
                    "v1",
                    "PersistentVolumeClaim",
                    "d",
                    "shop",
                    metadata={
                        "creationTimestamp": "2026-02-28T23:59:40Z",
                        "labels": {"velero.io/restore-name": "shop-r1"},
                    },
                    spec={"storageClassName": "gp3-csi"},
                    status={"phase": "Pending"},
                ),
            )
        ),
        {},
    ),
    Incident(
        "restored pod cannot be placed: zone",
        (),
        site(
            add=(
                NIGHTLY,
                restore(phase="Completed"),
                restored_claim(phase="Bound", volume="pvc-1"),
                restored_pod(
                    phase="Pending", ready=False, node="", state={"waiting": {"reason": "Pending"}}
                ),
            )
        ),
        {"velero": COMPLETED},
    ),
    Incident(
        "pod volume restore cancelled since 1.17",
        (
            "pvb-failed/pod-volume-restore-failed confirmed",
            "restore-partially-failed/partially-failed likely",
        ),
        site(
            "1.6.0",
            "4.22.1",
            add=(
                NIGHTLY,
                restore(),
                volume_restore(
                    phase="Canceled",
                    message="found a PVR shop-r1-pvr1 with expose error: Pod is unschedulable: 0/5 nodes are available: 5 Insufficient memory.. mark it as cancel",
                    end="2026-02-28T03:31:00Z",
                ),
            ),
        ),
        {
            "velero": restore_line(
                "Velero restore error: pod volume restore canceled: found a PVR shop-r1-pvr1 with expose error: Pod is unschedulable: 0/5 nodes are available: 5 Insufficient memory.. mark it as cancel"
            )
        },
    ),
    Incident(
        "node-agent evicted, none in its place",
        ("node-agent-not-on-node/pod-not-running confirmed",),
        site(
            drop=("Pod/node-agent-cx2", "DaemonSet"),
            add=(
                NIGHTLY,
                daemon_set(3, 2),
                agent_pod(
                    2,
                    name="node-agent-old22",
                    phase="Failed",
                    ready=False,
                    reason="Evicted",
                    message=LOW_ON_DISK,
                ),
            ),
        ),
        {},
    ),
    Incident(
        "DataDownload Accepted five minutes ago",
        (),
        site(
            add=(
                NIGHTLY,
                restore(
                    phase="WaitingForPluginOperations",
                    start="2026-02-28T23:55:00Z",
                    end=None,
                    errors=0,
                    status={"restoreItemOperationsAttempted": 1},
                ),
                download(phase="Accepted", accepted="2026-02-28T23:55:20Z", start=None),
            )
        ),
        {},
    ),
    Incident(
        "node-agent restarted by hand during a download",
        ("du-canceled-restart/agent-restarted confirmed",),
        site(
            drop=("Pod/node-agent-bx1",),
            add=(
                NIGHTLY,
                restore(**OPERATION_FAILED),
                download(
                    phase="Canceled",
                    node="worker-1",
                    message="Resume InProgress datadownload failed with error data path is not found, mark it as cancel",
                    start="2026-02-28T03:01:00Z",
                    end="2026-02-28T03:03:00Z",
                ),
                agent_pod(1, start="2026-02-28T03:02:00Z"),
            ),
        ),
        {},
    ),
)


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert primary(judge(base, incident)) == sorted(incident.finds)
