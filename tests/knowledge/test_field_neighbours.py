"""Neighbours of the known signatures, and states that only look like trouble.

What must come of each was written down before the rules were run. Names are ours, the lines' shapes are real.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.field import NO_VELERO, agent_pod, daemon_set, primary, site, velero_pod
from tests.knowledge.field_lines import COMPLETED, KYVERNO, failed_item, restore_line
from tests.knowledge.field_restored import (
    NIGHTLY,
    RESTORED_SINCE,
    backup,
    cannot_pull,
    download,
    restore,
    restored_claim,
    volume_restore,
    webhook,
)
from tests.knowledge.incidents import Incident, judge, make, text

INCIDENTS = (
    Incident(
        "ebs snapshot gone",
        ("restore-partially-failed/partially-failed likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": restore_line(
                "Cluster resource restore error: error executing PVAction for persistentvolumes/pvc-1: rpc error: code = Unknown desc = operation error EC2: CreateVolume, https response error StatusCode: 400, api error InvalidSnapshot.NotFound: The snapshot 'snap-0ab' does not exist."
            )
        },
    ),
    Incident(
        "volume snapshotter missing",
        ("plugin-missing/restored-snapshots confirmed",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": restore_line(
                'Cluster resource restore error: error executing PVAction for persistentvolumes/pvc-1: unable to get valid VolumeSnapshotter for "velero.io/gcp": plugin: "velero.io/gcp", kind: VolumeSnapshotter was not found'
            )
        },
    ),
    Incident(
        "namespace refused by a validating admission policy",
        ("webhook-denied/admission-policy confirmed",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": failed_item(
                "deployments.apps/shop/web",
                "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: replicas must be no greater than 5",
            )
        },
    ),
    Incident(
        "deprecated API warnings",
        (),
        site(add=(NIGHTLY, restore(phase="Completed"))),
        {
            "velero": "W0228 03:00:59.990000       1 warnings.go:70] apps.openshift.io/v1 DeploymentConfig is deprecated in v4.14+, unavailable in v4.10000+\n"
            + COMPLETED
        },
    ),
    Incident(
        "PVR: NFS does not let root write",
        ("nfs-root-squash/no-supplemental-groups confirmed",),
        site(
            "1.4.1",
            "4.15.1",
            add=(
                NIGHTLY,
                restore(),
                volume_restore(
                    message="data path restore failed: Failed to run kopia restore: restore error: error copying: chown /host_pods/421f/volumes/kubernetes.io~nfs/pvc-634f/f: operation not permitted",
                    end="2026-02-28T03:02:00Z",
                    node="worker-1",
                ),
            ),
        ),
        {},
    ),
    Incident(
        "PVR: the store's certificate",
        ("bsl-x509/server-authority confirmed",),
        site(
            "1.4.1",
            "4.15.1",
            add=(
                NIGHTLY,
                restore(),
                volume_restore(
                    message='data path restore failed: error to initialize data path: error to boost backup repository connection default-shop-kopia: error to connect backup repo: error to connect repo with storage: error to connect to repository: unable to read format blob: error reading format: Get "https://minio.example/oadp": tls: failed to verify certificate: x509: certificate signed by unknown authority',
                    end="2026-02-28T03:02:00Z",
                    node="worker-1",
                ),
            ),
        ),
        {},
    ),
    Incident(
        "claim restored long ago, still without a pod",
        ("restore-pvc-pending/waits-for-pod likely",),
        site(
            add=(
                NIGHTLY,
                restore("old", "Completed", "2026-01-28T03:00:00Z", "2026-01-28T03:04:00Z"),
                make(
                    "v1",
                    "PersistentVolumeClaim",
                    "d",
                    "shop",
                    metadata={
                        "creationTimestamp": "2026-01-28T03:00:30Z",
                        "labels": {"velero.io/restore-name": "old"},
                    },
                    spec={"storageClassName": "gp3-csi"},
                    status={"phase": "Pending"},
                ),
            )
        ),
        {},
    ),
    Incident(
        "restored pod: pull secret missing",
        ("restore-image-pull/pull-refused likely",),
        site(
            add=(
                NIGHTLY,
                restore(phase="Completed"),
                cannot_pull(
                    "image-registry.openshift-image-registry.svc:5000/base/web:latest",
                    'Failed to pull image "image-registry.openshift-image-registry.svc:5000/base/web:latest": unauthorized: authentication required',
                ),
            )
        ),
        {"velero": COMPLETED},
    ),
    Incident(
        "node-agent being created for ten seconds",
        (),
        site(
            drop=("Pod/node-agent-cx2", "DaemonSet"),
            add=(
                NIGHTLY,
                daemon_set(3, 2),
                agent_pod(
                    2,
                    ready=False,
                    phase="Pending",
                    state={"waiting": {"reason": "ContainerCreating"}},
                    start="2026-02-28T23:59:50Z",
                ),
            ),
        ),
        {},
    ),
    Incident(
        "velero OOM 20 days ago, all backups fine since",
        (),
        site(
            drop=NO_VELERO,
            add=(
                NIGHTLY,
                velero_pod(
                    restarts=1,
                    last={
                        "exitCode": 137,
                        "reason": "OOMKilled",
                        "finishedAt": "2026-02-08T03:02:00Z",
                    },
                    state={"running": {"startedAt": "2026-02-08T03:02:10Z"}},
                ),
            ),
        ),
        {},
    ),
    Incident(
        "two restores at a time, both go on",
        (),
        site(
            "1.6.0",
            "4.22.0",
            add=(
                NIGHTLY,
                restore("a", "InProgress", "2026-02-28T23:50:00Z", None, errors=0),
                restore(
                    "b",
                    "WaitingForPluginOperations",
                    "2026-02-28T23:40:00Z",
                    None,
                    errors=0,
                    status={"restoreItemOperationsAttempted": 1},
                ),
                download(
                    "b-1",
                    "InProgress",
                    restore="b",
                    node="worker-1",
                    start="2026-02-28T23:41:00Z",
                    accepted="2026-02-28T23:40:20Z",
                ),
            ),
        ),
        {},
    ),
    Incident(
        "a restore waits for big volumes for six hours, it moves",
        ("waiting-for-plugin-ops/restore-waits likely",),
        site(
            add=(
                NIGHTLY,
                restore(
                    phase="WaitingForPluginOperations",
                    start="2026-02-28T18:00:00Z",
                    end=None,
                    errors=0,
                    status={"restoreItemOperationsAttempted": 1},
                ),
                download(
                    phase="InProgress",
                    node="worker-1",
                    start="2026-02-28T18:01:00Z",
                    accepted="2026-02-28T18:00:20Z",
                ),
            )
        ),
        {},
    ),
    Incident(
        "webhook without backend, nothing was restored",
        (),
        site(
            add=(
                NIGHTLY,
                webhook("webhook.cert-manager.io", svc=("cert-manager", "cert-manager-webhook")),
            )
        ),
        {},
    ),
    Incident(
        "zero items: the backup is empty",
        ("restore-zero-items/empty-backup confirmed",),
        site(
            add=(
                backup(status={"progress": {"totalItems": 0, "itemsBackedUp": 0}}),
                restore(phase="Completed", items=0),
            )
        ),
        {"velero": COMPLETED},
    ),
    Incident(
        "zero items, restored properly since",
        (),
        site(
            add=(
                NIGHTLY,
                restore(phase="Completed", items=0, includedNamespaces=["shpo"]),
                RESTORED_SINCE,
            )
        ),
        {},
    ),
    Incident(
        "restore operation timed out after 4 hours",
        ("waiting-for-plugin-ops/timed-out confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(
                    phase="PartiallyFailed",
                    end="2026-02-28T07:05:00Z",
                    status={"restoreItemOperationsAttempted": 1, "restoreItemOperationsFailed": 1},
                ),
                download(
                    phase="Canceled",
                    cancel=True,
                    node="worker-1",
                    start="2026-02-28T03:01:00Z",
                    end="2026-02-28T07:04:00Z",
                ),
            )
        ),
        {
            "velero": restore_line(
                "Async restore operation failed",
                level="warning",
                t="2026-02-28T07:00:00Z",
                error="Asynchronous action timed out",
            )
        },
    ),
    Incident(
        "VM restore: PVC pending, its class waits, DV imports",
        ("restore-pvc-pending/waits-for-pod likely",),
        site(
            add=(NIGHTLY, restore(phase="Completed"), restored_claim("rhel9-disk", scn="gp3-csi"))
        ),
        {
            "velero": restore_line(
                "Skipping VirtualMachineInstance shop/rhel9 as it is owned by a VirtualMachine",
                "info",
                cmd="/plugins/kubevirt-velero-plugin",
                pluginName="kubevirt-velero-plugin",
            )
            + COMPLETED
        },
    ),
    Incident(
        "VM's DataVolume refused by CDI",
        ("webhook-denied/denied confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(),
                webhook("datavolume-validate.cdi.kubevirt.io", groups=("cdi.kubevirt.io",)),
            )
        ),
        {
            "velero": failed_item(
                "datavolumes.cdi.kubevirt.io/shop/rhel9-disk",
                'admission webhook "datavolume-validate.cdi.kubevirt.io" denied the request:  Destination PVC shop/rhel9-disk already exists',
            )
        },
    ),
    Incident(
        "hosted cluster: nodepool webhook away",
        ("webhook-unreachable/no-backend confirmed",),
        site(
            add=(
                NIGHTLY,
                restore(),
                webhook("nodepools.hypershift.openshift.io", svc=("hypershift", "operator")),
            )
        ),
        {
            "velero": failed_item(
                "nodepools.hypershift.openshift.io/clusters/np",
                'Internal error occurred: failed calling webhook "nodepools.hypershift.openshift.io": failed to call webhook: Post "https://operator.hypershift.svc:443/validate?timeout=10s": no endpoints available for service "operator"',
            )
        },
    ),
    Incident(
        "plug-in exits with status 2",
        ("plugin-panic/process-died likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": text(
                "plugin process exited",
                "error",
                "2026-02-28T03:01:00Z",
                cmd="/plugins/velero-plugins",
                error="exit status 2",
                id="77",
                pluginName="",
            )
            + restore_line(
                "Namespace shop, resource restore error: error preparing pods/shop/web: rpc error: code = Unavailable desc = error reading from server: EOF"
            )
        },
    ),
    Incident(
        "plug-in exits normally at debug",
        (),
        site(add=(NIGHTLY, restore(phase="Completed"))),
        {
            "velero": text(
                "plugin process exited",
                "info",
                "2026-02-28T03:01:00Z",
                cmd="/plugins/velero-plugins",
                id="77",
                plugin="/plugins/velero-plugins",
            )
            + text("plugin exited", "debug", "2026-02-28T03:01:00Z", cmd="/plugins/velero-plugins")
        },
    ),
    Incident(
        "restore: registry env vars: region not found",
        ("restore-partially-failed/partially-failed likely",),
        site(add=(NIGHTLY, restore())),
        {
            "velero": restore_line(
                "Namespace shop, resource restore error: error preparing imagestreams.image.openshift.io/shop/web: rpc error: code = Unknown desc = errors getting registry env vars: region not found in backupstoragelocation spec"
            )
        },
    ),
    Incident(
        "restore into a namespace with another PSA level by label sync",
        ("psa-violation/level confirmed",),
        site("1.5.1", "4.19.8", add=(NIGHTLY, restore())),
        {
            "restore": failed_item(
                "pods/shop/priv",
                'pods "priv" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
                js=True,
            )
        },
    ),
    Incident(
        "two webhooks, one denied one unreachable",
        ("webhook-denied/policy confirmed", "webhook-unreachable/no-backend confirmed"),
        site(
            add=(
                NIGHTLY,
                restore(errors=2),
                webhook("validate.kyverno.svc-fail"),
                webhook("webhook.cert-manager.io", svc=("cert-manager", "cert-manager-webhook")),
            )
        ),
        {
            "velero": failed_item("pods/shop/web-0", KYVERNO)
            + failed_item(
                "issuers.cert-manager.io/shop/a",
                'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": dial tcp 172.30.1.1:443: connect: connection refused',
            )
        },
    ),
    Incident(
        "webhook unreachable for the proxy: 503",
        ("webhook-unreachable/answered-otherwise confirmed",),
        site(add=(NIGHTLY, restore(), webhook("vault.hashicorp.com", "Mutating"))),
        {
            "velero": failed_item(
                "pods/shop/web-0",
                'Internal error occurred: failed calling webhook "vault.hashicorp.com": failed to call webhook: an error on the server ("") has prevented the request from succeeding',
            )
        },
    ),
    Incident(
        "webhook path not found: other version",
        ("webhook-unreachable/answered-otherwise confirmed",),
        site(add=(NIGHTLY, restore(), webhook("validate.x.y.io"))),
        {
            "velero": failed_item(
                "foos.y.io/shop/a",
                'Internal error occurred: failed calling webhook "validate.x.y.io": the server could not find the requested resource',
            )
        },
    ),
    Incident(
        "API answers 429",
        ("api-timeouts-throttle/server-slow likely",),
        site(add=(NIGHTLY, restore())),
        {"velero": failed_item("pods/shop/a", "Too many requests, please try again later.")},
    ),
)


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert primary(judge(base, incident)) == sorted(incident.finds)
