"""Restores from the field: webhooks, admission, kinds, validation, hooks; most are near misses, or over.

What must come of each was written down before the rules were run. Names are ours, the lines' shapes are real.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.field import crd, daemon_set, pod, primary, site
from tests.knowledge.field_lines import (
    COMPLETED,
    CONNECT_HOOK,
    CONNECT_LOG,
    KNATIVE,
    OTHER_UIDS,
    POD_SECURITY,
    TERMINATING,
    failed_item,
    hook_line,
    knative_log,
    restore_line,
)
from tests.knowledge.field_restored import (
    NIGHTLY,
    RESTORE,
    STARTED,
    backup,
    event,
    live_namespace,
    restore,
    restored_pod,
    volume_restore,
    waiting_pod,
    webhook,
)
from tests.knowledge.incidents import NS, Incident, judge, make, stamped, text

INCIDENTS = (
    Incident(
        "knative: the same backup was restored since and completed",
        (),
        site(
            add=(
                NIGHTLY,
                restore(errors=2),
                restore("shop-r2", "Completed", "2026-02-28T05:00:00Z", "2026-02-28T05:06:00Z"),
                *KNATIVE,
            )
        ),
        {"velero": knative_log()},
    ),
    Incident(
        "knative, must-gather without webhooks",
        ("knative-admission-webhook/children-refused likely",),
        site(add=(NIGHTLY, restore(errors=2), crd("services.serving.knative.dev"))),
        {"velero": stamped(knative_log())},
        unread=("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    ),
    Incident(
        "App Connect, oc logs --prefix --timestamps",
        ("ibm-appconnect-webhook/version-not-supported confirmed",),
        site(
            "1.4.1",
            "4.16.20",
            add=(
                NIGHTLY,
                restore(errors=2),
                webhook(
                    CONNECT_HOOK,
                    "Mutating",
                    "ibm-appconnect-mutating-webhook-shop",
                    ("appconnect.ibm.com",),
                    ("configurations",),
                ),
            ),
        ),
        {
            "velero": stamped(
                CONNECT_LOG, "[pod/velero-5f7c9d8b6-abcde/velero] 2026-02-28T03:01:00.028951744Z "
            )
        },
    ),
    Incident(
        "gatekeeper denial, policy changed, restored again since",
        (),
        site(
            add=(
                NIGHTLY,
                restore(),
                restore("shop-r2", "Completed", "2026-02-28T06:00:00Z", "2026-02-28T06:02:00Z"),
                webhook("validation.gatekeeper.sh"),
            )
        ),
        {
            "velero": failed_item(
                "deployments.apps/shop/web",
                'admission webhook "validation.gatekeeper.sh" denied the request: [must-have-owner] you must provide labels: {"owner"}',
            )
        },
    ),
    Incident(
        "cert-manager webhook has no endpoints",
        ("webhook-unreachable/no-backend confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(errors=2),
                webhook(
                    "webhook.cert-manager.io",
                    "Mutating",
                    "cert-manager-webhook",
                    ("cert-manager.io",),
                    svc=("cert-manager", "cert-manager-webhook"),
                ),
            )
        ),
        {
            "velero": "".join(
                failed_item(
                    f"issuers.cert-manager.io/shop/{n}",
                    'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": no endpoints available for service "cert-manager-webhook"',
                )
                for n in ("le-prod", "le-staging")
            )
        },
    ),
    Incident(
        "webhook with a certificate of another cluster (not the store's)",
        ("webhook-unreachable/certificate confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(),
                webhook(
                    "validate.nginx.ingress.kubernetes.io",
                    svc=("ingress-nginx", "ingress-nginx-controller-admission"),
                ),
            )
        ),
        {
            "velero": failed_item(
                "ingresses.networking.k8s.io/shop/web",
                'Internal error occurred: failed calling webhook "validate.nginx.ingress.kubernetes.io": failed to call webhook: Post "https://ingress-nginx-controller-admission.ingress-nginx.svc:443/networking/v1/ingresses?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
            )
        },
    ),
    Incident(
        "namespace was terminating; gone, restored since",
        (),
        site(
            add=(
                NIGHTLY,
                restore(),
                restore("shop-r2", "Completed", "2026-02-28T06:00:00Z", "2026-02-28T06:02:00Z"),
                live_namespace(),
            )
        ),
        {"velero": restore_line(f"Velero restore error: {TERMINATING}")},
    ),
    Incident(
        "pod security violated, old restore of that backup completed since",
        (),
        site(
            add=(
                NIGHTLY,
                restore(),
                restore("shop-r2", "Completed", "2026-02-28T06:00:00Z", "2026-02-28T06:02:00Z"),
            )
        ),
        {"velero": failed_item("pods/shop/mysql-869f9f44f6-tp5lv", POD_SECURITY)},
    ),
    Incident(
        "uid of the other cluster",
        ("uid-range/outside confirmed",),
        site(add=(NIGHTLY, restore())),
        {"velero": failed_item("pods/shop/pg-0", OTHER_UIDS)},
    ),
    Incident(
        "node-agent may not use hostPath",
        ("node-agent-not-on-node/pods-refused confirmed",),
        site(
            drop=("DaemonSet",),
            agents=0,
            add=(
                daemon_set(3, 0),
                event(
                    "FailedCreate",
                    'Error creating: pods "node-agent-" is forbidden: unable to validate against any security context constraint: [provider "restricted-v2": Forbidden: not usable by user or serviceaccount, spec.volumes[1]: Invalid value: "hostPath": hostPath volumes are not allowed to be used]',
                    "node-agent",
                    "DaemonSet",
                    time="2026-02-28T23:50:00Z",
                ),
            ),
        ),
        {},
    ),
    Incident(
        "pod forbidden for a priority class: none of these",
        ("restore-partially-failed/partially-failed likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": failed_item(
                "pods/shop/web-0",
                'pods "web-0" is forbidden: no PriorityClass with name tier1 was found',
            )
        },
    ),
    Incident(
        "snapshot CRDs missing",
        ("csi-snapshot-crd-missing/crd-missing confirmed",),
        site(
            drop=(
                "VolumeSnapshotClass",
                "CustomResourceDefinition/volumesnapshots.snapshot.storage.k8s.io",
                "CustomResourceDefinition/volumesnapshotclasses.snapshot.storage.k8s.io",
            ),
            add=(NIGHTLY, restore()),
        ),
        {
            "velero": failed_item(
                "persistentvolumeclaims/shop/data",
                'no matches for kind "VolumeSnapshot" in version "snapshot.storage.k8s.io/v1"',
            )
        },
    ),
    Incident(
        "hooks ran, they print alarming things",
        (),
        site(
            add=(
                NIGHTLY,
                restore(
                    phase="Completed",
                    status={"hookStatus": {"hooksAttempted": 1, "hooksFailed": 0}},
                ),
            )
        ),
        {
            "velero": hook_line("running exec hook", "info", hookCommand="[sh -c /restore.sh]")
            + hook_line(
                "stdout: panic: runtime error: index out of range\nWARN: connection refused, retrying\n",
                "info",
            )
            + hook_line(
                "stderr: command terminated with exit code 1 (ignored)\nx509: certificate signed by unknown authority\n",
                "info",
            )
            + COMPLETED
        },
    ),
    Incident(
        "resource modifier's path is not in the object",
        ("restore-partially-failed/partially-failed likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": restore_line(
                "Namespace shop, resource restore error: error in applying JSON Patch: replace operation does not apply: doc is missing path: /metadata/labels/environment: missing value"
            )
        },
    ),
    Incident(
        "restore queued behind another for some minutes",
        ("restore-stuck/behind-another confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", start="2026-02-28T23:50:00Z", end=None),
                restore("shop-r2", phase="New", items=None, start=None, end=None),
            )
        ),
        {},
    ),
    Incident(
        "failed validation, made right and restored since",
        (),
        site(
            add=(
                NIGHTLY,
                restore(
                    phase="FailedValidation",
                    items=None,
                    end=None,
                    status={
                        "validationErrors": [
                            'Error retrieving backup: backup.velero.io "daily-20260227" not found'
                        ]
                    },
                ),
                restore("shop-r2", "Completed", "2026-02-28T05:00:00Z", "2026-02-28T05:05:00Z"),
            )
        ),
        {},
    ),
    Incident(
        "restore never ends: the CRD does not know Finalizing",
        ("crd-missing-or-old/crds-of-another-version likely",),
        site(
            "1.4.0",
            "4.15.20",
            add=(
                NIGHTLY,
                restore(phase="InProgress", end=None, errors=0, start="2026-02-28T14:20:00Z"),
            ),
        ),
        {
            "velero": text(
                "Error updating restore's final status",
                "info",
                "2026-02-28T14:21:34Z",
                Restore=RESTORE,
                error='Restore.velero.io "shop-r1" is invalid: status.phase: Unsupported value: "Finalizing": supported values: "New", "FailedValidation", "InProgress", "WaitingForPluginOperations", "Completed", "PartiallyFailed", "Failed"',
                logSource="pkg/controller/restore_controller.go:301",
            )
        },
    ),
    Incident(
        "a restore waits in New for an hour, velero idle",
        ("restore-stuck/not-taken-up likely",),
        site(
            add=(
                NIGHTLY,
                make(
                    "velero.io/v1",
                    "Restore",
                    "r-new",
                    NS,
                    metadata={"creationTimestamp": "2026-02-28T22:00:00Z"},
                    spec={"backupName": "daily-20260227"},
                    status={},
                ),
            )
        ),
        {},
    ),
    Incident(
        "volume snapshot in the backup that was never ready",
        ("restore-partially-failed/partially-failed likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": restore_line(
                "Namespace shop, resource restore error: error preparing volumesnapshots.snapshot.storage.k8s.io/shop/cephfs-pvc-snapshot: rpc error: code = Unknown desc = VolumeSnapshot shop/cephfs-pvc-snapshot does not have a velero.io/csi-volumesnapshot-handle annotation"
            )
        },
    ),
    Incident(
        "PVR on another cluster: kopia snapshot not found",
        (
            "pvb-failed/pod-volume-restore-failed confirmed",
            "restore-partially-failed/partially-failed likely",
        ),
        site(
            add=(
                NIGHTLY,
                restore(),
                volume_restore(
                    message="data path restore failed: Failed to run Kopia restore: Unable to load snapshot 2e97d1c5b03468f979e3143149d46239: snapshot not found",
                    end="2026-02-28T03:02:00Z",
                    node="worker-1",
                ),
            )
        ),
        {
            "velero": restore_line(
                "Velero restore error: pod volume restore failed: data path restore failed: Failed to run Kopia restore: Unable to load snapshot 2e97d1c5b03468f979e3143149d46239: snapshot not found"
            )
        },
    ),
    Incident(
        "image without the restore helper",
        ("pod-stuck-restore-wait/helper-cannot-start confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(phase="InProgress", end=None, errors=0, start="2026-02-28T20:00:00Z"),
                volume_restore(phase="New", start=None),
                waiting_pod(
                    {
                        "waiting": {
                            "reason": "CrashLoopBackOff",
                            "message": 'back-off 5m0s restarting failed container=restore-wait: exec: "/velero-restore-helper": stat /velero-restore-helper: no such file or directory',
                        }
                    }
                ),
            )
        ),
        {},
    ),
    Incident(
        "backup not found then, synced meanwhile",
        ("restore-failed-validation/not-there-yet confirmed",),
        site(
            add=(
                backup("cmp-1", start="2026-02-28T03:00:00Z", end="2026-02-28T03:01:00Z"),
                restore(
                    "cmp-r",
                    phase="FailedValidation",
                    items=None,
                    end=None,
                    start=None,
                    backup="cmp-1",
                    status={
                        "validationErrors": [
                            'Error retrieving backup: backup.velero.io "cmp-1" not found'
                        ]
                    },
                ),
            )
        ),
        {},
    ),
    Incident(
        "restic of 0.4: pod waits, PVR New, agent there",
        ("pod-stuck-restore-wait/not-taken-up likely",),
        site(
            "1.0.5",
            "4.8.20",
            agents=0,
            add=(
                NIGHTLY,
                restore(
                    phase="InProgress", end=None, errors=0, start="2026-02-28T20:00:00Z", items=52
                ),
                volume_restore(phase="New", start=None),
                make(
                    "apps/v1",
                    "DaemonSet",
                    "restic",
                    NS,
                    status={"desiredNumberScheduled": 1, "numberReady": 1},
                ),
                pod("restic-x1", {"name": "restic", "component": "velero"}),
                restored_pod(
                    "pg-0",
                    phase="Pending",
                    ready=False,
                    state={"waiting": {"reason": "PodInitializing"}},
                    init=[
                        {
                            "name": "restic-wait",
                            "ready": False,
                            "restartCount": 0,
                            "state": {"running": {"startedAt": STARTED}},
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
