"""Installations from the field: crashes, memory, upgrades, images, non-admin; most are near misses, or over.

What must come of each was written down before the rules were run. Names are ours, the lines' shapes are real.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.field import (
    BUCKET,
    CLOUD_STORAGE,
    HAND_MADE,
    KILLED,
    LOW_ON_DISK,
    NO_OPERATOR,
    NO_VELERO,
    VELERO_LABELS,
    condition,
    deployment,
    dpa,
    non_admin,
    non_admin_site,
    operator_pod,
    pod,
    primary,
    secret,
    site,
    velero_pod,
)
from tests.knowledge.field_lines import (
    COMPLETED,
    FRAME,
    crash_log,
    failed_item,
    images_log,
    restore_line,
)
from tests.knowledge.field_restored import (
    NIGHTLY,
    OPERATION_FAILED,
    backup,
    cannot_pull,
    download,
    restore,
)
from tests.knowledge.incidents import NS, Incident, judge, stamped, text

INCIDENTS = (
    Incident(
        "node port outside the range: another cause",
        ("restore-partially-failed/partially-failed likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": failed_item(
                "services/shop/web",
                'Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 31536: provided port is not in the valid range. The range of valid ports is 20000-22767',
            )
        },
    ),
    Incident(
        "registry secret: made since, later backup completed",
        (),
        site(
            add=(
                HAND_MADE,
                secret("oadp-minio-aws-registry-secret"),
                backup(
                    "shop-1",
                    "PartiallyFailed",
                    "2026-02-28T02:00:00Z",
                    "2026-02-28T02:02:00Z",
                    bsl="minio",
                    status={"errors": 1},
                ),
                backup(
                    "shop-2",
                    "Completed",
                    "2026-02-28T12:00:00Z",
                    "2026-02-28T12:02:00Z",
                    bsl="minio",
                ),
            )
        ),
        {"velero": images_log("oadp-minio-aws-registry-secret")},
    ),
    Incident(
        "image streams panic of 1.2",
        ("imagestream-registry-secret-missing/bsl-unlabelled confirmed",),
        site(
            "1.2.4",
            "4.14.11",
            add=(
                HAND_MADE,
                backup(
                    "shop-1",
                    "PartiallyFailed",
                    "2026-02-28T02:00:00Z",
                    "2026-02-28T02:02:00Z",
                    bsl="minio",
                    status={"errors": 1},
                ),
            ),
        ),
        {
            "velero": stamped(
                text(
                    "Error backing up item",
                    "error",
                    "2026-02-28T02:01:00Z",
                    backup=f"{NS}/shop-1",
                    error="error executing custom action (groupResource=imagestreams.image.openshift.io, namespace=shop, name=postgres): rpc error: code = Aborted desc = plugin panicked: runtime error: index out of range [1] with length 1, stack trace: goroutine 94 [running]:\nruntime/debug.Stack()\n",
                    name="postgres",
                )
            )
        },
    ),
    Incident(
        "restored pod wants an image of a foreign registry that is down",
        ("restore-image-pull/outside-registry likely",),
        site(
            add=(
                NIGHTLY,
                restore(phase="Completed"),
                cannot_pull(
                    "nexus.corp.example:5000/locator@sha256:726f",
                    'Back-off pulling image "nexus.corp.example:5000/locator@sha256:726f": pinging container registry nexus.corp.example:5000: Get "https://nexus.corp.example:5000/v2/": dial tcp 10.1.1.1:5000: i/o timeout',
                ),
            )
        ),
        {"velero": COMPLETED},
    ),
    Incident(
        "1.3: operator lost its lease, bucket entry without node-agent",
        (),
        site(
            "1.3.1",
            "4.14.9",
            drop=NO_OPERATOR,
            agents=0,
            add=(
                deployment(
                    "openshift-adp-controller-manager",
                    {"control-plane": "controller-manager"},
                    container="manager",
                ),
                operator_pod(
                    restarts=2,
                    last={"exitCode": 1, "reason": "Error", "finishedAt": "2026-02-27T23:40:05Z"},
                ),
                CLOUD_STORAGE,
                dpa([BUCKET], conf={"velero": {"defaultPlugins": ["aws", "openshift"]}}),
            ),
        ),
        {
            "operator": 'E0227 23:40:04.000000       1 leaderelection.go:332] error retrieving resource lock openshift-adp/oadp.openshift.io: Get "https://172.30.0.1:443/": context deadline exceeded\n2026-02-27T23:40:05Z\tERROR\tsetup\tproblem running manager\t{"error": "leader election lost"}\n'
        },
    ),
    Incident(
        "1.5: non-admin and a bucket entry first",
        (
            "dpa-cloudstorage-segfault/bucket-before-default confirmed",
            "dpa-not-reconciled/other-message likely",
        ),
        site(
            "1.5.1",
            drop=("DataProtectionApplication",),
            add=(
                CLOUD_STORAGE,
                dpa(
                    [
                        {
                            "name": "cs",
                            "bucket": {"cloudStorageRef": {"name": "store"}, "prefix": "cs"},
                        },
                        {
                            "name": "default",
                            "velero": {
                                "provider": "aws",
                                "default": True,
                                "objectStorage": {"bucket": "b", "prefix": "p"},
                            },
                        },
                    ],
                    nonAdmin={"enable": True},
                    cond=False,
                ),
            ),
        ),
        {
            "operator": '2026-02-28T23:50:00Z\tERROR\tObserved a panic\t{"controller": "dataprotectionapplication", "panic": "runtime error: invalid memory address or nil pointer dereference", "panicGoValue": "\\"invalid memory address or nil pointer dereference\\""}\n2026-02-28T23:50:00Z\tERROR\tReconciler error\t{"controller": "dataprotectionapplication", "error": "panic: runtime error: invalid memory address or nil pointer dereference [recovered]"}\n'
        },
    ),
    Incident(
        "1.3: crashed last week, upgraded to 1.4 since, runs",
        (),
        site(
            "1.4.4",
            "4.16.9",
            drop=("DataProtectionApplication",),
            add=(CLOUD_STORAGE, dpa([BUCKET])),
        ),
        {"operator": crash_log(FRAME)},
    ),
    Incident(
        "non-admin backup fine but Velero's partially failed",
        ("backup-partially-failed/partially-failed likely",),
        non_admin_site(
            non_admin(
                "NonAdminBackup",
                "nb3",
                "Created",
                [
                    condition("Accepted", "True", "BackupAccepted", "backup accepted"),
                    condition("Queued", "True", "BackupScheduled", "Created Velero Backup object"),
                ],
                status={
                    "veleroBackup": {
                        "name": "shop-nb3-x",
                        "status": {"phase": "PartiallyFailed", "errors": 1},
                    }
                },
            ),
            backup(
                "shop-nb3-x",
                "PartiallyFailed",
                "2026-02-28T20:00:10Z",
                "2026-02-28T20:02:00Z",
                status={"errors": 1},
            ),
        ),
        {},
    ),
    Incident(
        "velero killed for memory during a restore",
        ("velero-oom/node-out-of-memory confirmed",),
        site(
            drop=NO_VELERO,
            add=(
                NIGHTLY,
                restore(
                    phase="Failed",
                    status={
                        "failureReason": 'found a restore with status "InProgress" during the server starting, mark it as "Failed"'
                    },
                ),
                velero_pod(
                    restarts=4,
                    last=KILLED,
                    state={"running": {"startedAt": "2026-02-28T03:02:10Z"}},
                ),
            ),
        ),
        {"velero": text("Server starting", "info", "2026-02-28T03:02:11Z")},
    ),
    Incident(
        "velero evicted for disk, not memory",
        (),
        site(
            add=(
                velero_pod(
                    "velero-5f7c9d8b6-old11",
                    phase="Failed",
                    ready=False,
                    reason="Evicted",
                    message=LOW_ON_DISK.replace("node-agent", "velero"),
                ),
                NIGHTLY,
                restore(phase="Completed"),
            )
        ),
        {},
    ),
    Incident(
        "velero exit 137 at a node drain, not OOM",
        (),
        site(
            drop=NO_VELERO,
            add=(
                NIGHTLY,
                velero_pod(
                    restarts=1,
                    last={"exitCode": 137, "reason": "Error", "finishedAt": "2026-02-28T03:02:00Z"},
                    state={"running": {"startedAt": "2026-02-28T03:05:00Z"}},
                ),
            ),
        ),
        {},
    ),
    Incident(
        "plug-in panicked under 1.4.0, restore completed since",
        (),
        site(
            add=(
                NIGHTLY,
                restore(),
                restore("shop-r2", "Completed", "2026-02-28T06:00:00Z", "2026-02-28T06:02:00Z"),
            )
        ),
        {
            "velero": restore_line(
                "Namespace shop, resource restore error: error preparing routes.route.openshift.io/shop/web: rpc error: code = Aborted desc = plugin panicked: runtime error: invalid memory address or nil pointer dereference, stack trace: goroutine 57 [running]:"
            )
        },
    ),
    Incident(
        "data mover pod killed for memory",
        (
            "node-agent-oom/mover-killed confirmed",
            "restore-partially-failed/partially-failed likely",
        ),
        site(
            add=(
                NIGHTLY,
                restore(**OPERATION_FAILED),
                download(
                    phase="Failed",
                    message="data path restore failed: data mover pod terminated",
                    node="worker-1",
                    start="2026-02-28T03:01:00Z",
                    end="2026-02-28T03:04:00Z",
                ),
                pod(
                    "shop-r1-x7k2p",
                    {"velero.io/data-download": "shop-r1-x7k2p"},
                    start="2026-02-28T03:00:40Z",
                    phase="Running",
                    ready=False,
                    state={"terminated": KILLED},
                ),
            )
        ),
        {},
    ),
    Incident(
        "velero's new pod hangs in Init",
        ("velero-not-running/plugin-fails confirmed",),
        site(
            drop=(*NO_VELERO, "Deployment/velero"),
            add=(
                deployment("velero", VELERO_LABELS, ready=0),
                velero_pod(
                    "velero-57cfdf6bc5-8m9ts",
                    phase="Pending",
                    ready=False,
                    state={"waiting": {"reason": "PodInitializing"}},
                    start="2026-02-28T23:00:00Z",
                    init=[
                        {
                            "name": "hypershift-oadp-plugin-main",
                            "image": "quay.io/x",
                            "ready": False,
                            "restartCount": 9,
                            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                            "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
                        }
                    ],
                ),
            ),
        ),
        {},
    ),
)


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert primary(judge(base, incident)) == sorted(incident.finds)
