"""Several problems at once, noise, and clusters that only sound ill.

What must come of each was written down before the rules were run. Names are ours, the lines' shapes are real.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.field import (
    KILLED,
    NO_OPERATOR,
    NO_VELERO,
    bsl,
    csv,
    dpa,
    operator_pod,
    primary,
    site,
    velero_pod,
)
from tests.knowledge.field_lines import (
    COMPLETED,
    FRAME,
    KYVERNO,
    SECCOMP,
    crash_log,
    failed_item,
    restore_line,
)
from tests.knowledge.field_restored import NIGHTLY, backup, restore, webhook
from tests.knowledge.incidents import NS, Incident, as_json, judge, make, text

INCIDENTS = (
    Incident(
        "healthy, debug JSON noise",
        (),
        site(add=(NIGHTLY, restore(phase="Completed"))),
        {
            "velero": as_json(
                "Waited for 1.198s due to client-side throttling, not priority and fairness, request: GET:https://172.30.0.1:443/apis/x",
                "info",
                "2026-02-28T03:00:00Z",
            )
            + restore_line(
                "received EOF, stopping recv loop",
                "debug",
                js=True,
                err="rpc error: code = Unimplemented desc = unknown service plugin.GRPCStdio",
                pluginName="stdio",
            )
            + restore_line(
                "Restored 3 items out of an estimated total of 40 (estimate will change throughout the restore)",
                "info",
                js=True,
                name="x509-certificate-signed-by-unknown-authority",
                resource="configmaps",
            )
            + restore_line(
                "Attempting to restore ConfigMap: oomkilled-signal-killed-panic.", "info", js=True
            )
            + COMPLETED
        },
    ),
    Incident(
        "healthy after a bad hour: location was down at night",
        (),
        site(add=(NIGHTLY,)),
        {
            "velero": text(
                "BackupStorageLocation is invalid, marking as unavailable",
                "info",
                "2026-02-28T01:00:00Z",
                **{
                    "backup-storage-location": f"{NS}/default",
                    "controller": "backup-storage-location",
                },
            )
            + text(
                'Current BackupStorageLocations available/unavailable/unknown: 0/1/0, BackupStorageLocation "default" is unavailable: dial tcp 10.0.0.1:443: i/o timeout)',
                "error",
                "2026-02-28T01:00:00Z",
            )
            + text(
                "BackupStorageLocations is valid, marking as available",
                "info",
                "2026-02-28T01:05:00Z",
                **{
                    "backup-storage-location": f"{NS}/default",
                    "controller": "backup-storage-location",
                },
            )
        },
    ),
    Incident(
        "an app's own log beside it",
        (),
        site(add=(NIGHTLY,)),
        {
            "velero": '[pod/billing-7d9/app] 2026-02-28T01:00:00Z ERROR x.y: admission webhook "a.b.c" denied the request: no\n[pod/billing-7d9/app] java.lang.OutOfMemoryError\n[pod/billing-7d9/app] exceeded quota of user 12\n'
        },
    ),
    Incident(
        "three at once: SCC, node port, kyverno",
        (
            "nodeport-conflict/fixed-port confirmed",
            "scc-denied/restore-helper-seccomp confirmed",
            "webhook-denied/policy confirmed",
        ),
        site(add=(NIGHTLY, restore(errors=3), webhook("validate.kyverno.svc-fail"))),
        {
            "velero": failed_item("pods/shop/pod-94ed0996", SECCOMP)
            + failed_item(
                "services/shop/web",
                'Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 31080: provided port is already allocated',
            )
            + failed_item("pods/shop/web-0", KYVERNO)
            + COMPLETED
        },
    ),
    Incident(
        "a route of another namespace is rejected, not restored by us",
        (),
        site(
            add=(
                NIGHTLY,
                restore(phase="Completed"),
                make(
                    "route.openshift.io/v1",
                    "Route",
                    "other",
                    "dev",
                    metadata={},
                    spec={"host": "x"},
                    status={
                        "ingress": [
                            {
                                "conditions": [
                                    {
                                        "type": "Admitted",
                                        "status": "False",
                                        "reason": "HostAlreadyClaimed",
                                    }
                                ]
                            }
                        ]
                    },
                ),
            )
        ),
        {},
    ),
    Incident(
        "healthy JSON with errors that never last",
        (),
        site(add=(NIGHTLY,)),
        {
            "velero": as_json(
                "Error patching backup location phase",
                "error",
                "2026-02-27T10:00:00Z",
                error='Operation cannot be fulfilled on backupstoragelocations.velero.io "default": the object has been modified; please apply your changes to the latest version and try again',
                controller="backup-storage-location",
            )
            + as_json("backup repository is not ready, requeue", "debug", "2026-02-27T10:00:00Z")
            + as_json(
                "unable to sync backup daily-x: context canceled", "warning", "2026-02-27T10:00:00Z"
            )
        },
    ),
    Incident(
        "two DPAs' worth of CSVs: ACM brings its own",
        (),
        site(
            add=(
                NIGHTLY,
                make(
                    "operators.coreos.com/v1alpha1",
                    "ClusterServiceVersion",
                    "oadp-operator.v1.5.1",
                    "open-cluster-management-backup",
                    metadata={"labels": {"olm.copiedFrom": NS}},
                    spec={"displayName": "OADP Operator", "version": "1.5.1"},
                    status={"phase": "Succeeded", "reason": "Copied"},
                ),
            )
        ),
        {},
    ),
    Incident(
        "a restore cannot be deleted as the location is away",
        ("s3-network/refused confirmed",),
        site(
            drop=("BackupStorageLocation",),
            add=(
                bsl(
                    phase="Unavailable",
                    message="dial tcp 10.0.0.1:443: connect: connection refused",
                ),
                NIGHTLY,
                make(
                    "velero.io/v1",
                    "Restore",
                    "old",
                    NS,
                    metadata={
                        "creationTimestamp": "2026-02-20T00:00:00Z",
                        "deletionTimestamp": "2026-02-28T20:00:00Z",
                        "finalizers": ["restores.velero.io/external-resources-finalizer"],
                    },
                    spec={"backupName": "daily-20260227"},
                    status={
                        "phase": "Completed",
                        "startTimestamp": "2026-02-20T00:00:00Z",
                        "progress": {"totalItems": 4},
                    },
                ),
            ),
        ),
        {
            "velero": text(
                "fail to delete external resources: bsl default is unavailable, cannot get the backup info",
                "error",
                "2026-02-28T20:01:00Z",
            )
        },
    ),
    Incident(
        "SCC; another application was restored since, not this one",
        ("scc-denied/restore-helper-seccomp confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(includedNamespaces=["shop"]),
                backup("hr-1"),
                restore(
                    "hr-r",
                    "Completed",
                    "2026-02-28T06:00:00Z",
                    "2026-02-28T06:02:00Z",
                    backup="hr-1",
                    includedNamespaces=["hr"],
                ),
            )
        ),
        {"velero": failed_item("pods/shop/pod-94ed0996", SECCOMP)},
    ),
    Incident(
        "denied twice, both restores failed",
        ("webhook-denied/policy confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(),
                restore(
                    "shop-r2", "PartiallyFailed", "2026-02-28T06:00:00Z", "2026-02-28T06:02:00Z"
                ),
                webhook("validate.kyverno.svc-fail"),
            )
        ),
        {
            "velero": failed_item("pods/shop/web-0", KYVERNO)
            + failed_item(
                "pods/shop/web-0", KYVERNO, restore=f"{NS}/shop-r2", t="2026-02-28T06:01:00Z"
            )
        },
    ),
    Incident(
        "denied; restored since without the pods only",
        ("webhook-denied/policy confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(),
                restore(
                    "shop-cm",
                    "Completed",
                    "2026-02-28T06:00:00Z",
                    "2026-02-28T06:02:00Z",
                    includedResources=["configmaps"],
                    items=3,
                ),
                webhook("validate.kyverno.svc-fail"),
            )
        ),
        {"velero": failed_item("pods/shop/web-0", KYVERNO)},
    ),
    Incident(
        "velero killed for memory, plug-in's EOF beside",
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
        {
            "velero": restore_line(
                "error preparing pods/shop/web",
                error="rpc error: code = Unavailable desc = error reading from server: EOF",
                t="2026-02-28T03:01:59Z",
            )
        },
    ),
    Incident(
        "1.3 crashed before, entry changed to velero, runs",
        (),
        site(
            "1.3.1",
            "4.14.9",
            drop=NO_OPERATOR[:1],
            add=(
                operator_pod(
                    restarts=7,
                    last={"exitCode": 2, "reason": "Error", "finishedAt": "2026-02-28T10:00:00Z"},
                    state={"running": {"startedAt": "2026-02-28T10:05:00Z"}},
                ),
            ),
        ),
        {"operator": crash_log(FRAME)},
    ),
    Incident(
        "must-gather with velero kinds only: PVC claims cannot be judged",
        (),
        (csv("1.4.1"), dpa(), bsl(), NIGHTLY, restore(phase="Completed")),
        {},
        unread=(
            "Pod",
            "RestoredPod",
            "RestoredVolumeClaim",
            "Deployment",
            "DaemonSet",
            "Secret",
            "CustomResourceDefinition",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "Event",
        ),
    ),
)


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert primary(judge(base, incident)) == sorted(incident.finds)
