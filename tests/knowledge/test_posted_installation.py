"""Installations in the field that did not come up, or only seemed not to."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase, load
from tests.knowledge.incidents import Body, Incident, text
from tests.knowledge.posted import (
    DAY,
    ENTRY,
    NOTHING_MADE,
    OPERATOR,
    agents,
    application,
    backup,
    body,
    confirmed,
    csv,
    deployment,
    event,
    invalid,
    location,
    manager,
    openshift,
    refused,
    says,
    server,
    valid,
    whole,
)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """Return what is built in."""
    return load()


NO_SECRET = 'Secret "cloud-credentials" not found'
REFUSED: list[tuple[str, Body]] = [
    (
        "creds-malformed/aws-profile",
        application("error finding AWS Profile for the supplied AWS credential"),
    ),
    ("creds-malformed/aws-keys", application("secret parsing error in key aws_access_key_id")),
    (
        "creds-secret-key-mismatch/key-absent",
        application("Secret name cloud-credentials is missing data for key cloud"),
    ),
    (
        "region-missing/location-region-absent",
        application(
            "region for AWS backupstoragelocation not automatically discoverable. Please set the region in the backupstoragelocation config",
            {
                "velero": {
                    **ENTRY,
                    "config": {"s3ForcePathStyle": "true", "s3Url": "https://minio.example.com"},
                }
            },
        ),
    ),
    (
        "dpa-prefix-missing/no-prefix",
        application(
            "BackupLocation must have velero prefix when backupImages is not set to false",
            {"velero": {**ENTRY, "objectStorage": {"bucket": "b"}}},
        ),
    ),
    (
        "upgrade-restic-field/restic-field",
        application(
            "Delete restic object from spec.configuration, use spec.configuration.nodeAgent instead",
            configuration={"restic": {"enable": True}},
        ),
    ),
    ("dpa-not-reconciled/provider-wrong", application("invalid provider")),
    (
        "dpa-not-reconciled/no-default-location",
        application(
            "no default backupstoragelocations configured, ensure that one backupstoragelocation has been configured as the default location",
            {"velero": {**ENTRY, "default": False}},
        ),
    ),
    (
        "dpa-not-reconciled/images-with-no-default",
        application(
            "backupImages needs to be set to false when noDefaultBackupLocation is set",
            velero={"noDefaultBackupLocation": True},
        ),
    ),
    (
        "dpa-not-reconciled/other-message",
        application(
            'Operation cannot be fulfilled on deployments.apps "velero": unable to do this'
        ),
    ),
]


@pytest.mark.parametrize(("cause", "refusal"), REFUSED)
def test_the_message_of_the_dpa_with_its_spec_proves_the_cause(
    base: KnowledgeBase, cause: str, refusal: Body
) -> None:
    """The operator's condition is of now; the field that it complains about is as it says."""
    version = csv("1.5.1") if cause.startswith("upgrade") else csv()
    parts = {
        **NOTHING_MADE,
        "application": refusal,
        "csv": version,
        "openshift": openshift("4.19.3"),
    }
    if not cause.startswith("upgrade"):
        parts["openshift"] = openshift("4.16.20")
    assert confirmed(says(base, Incident("", (), whole(**parts)))) == {cause}


def test_a_secret_that_was_never_made(base: KnowledgeBase) -> None:
    """By the DPA, by the log alone, with Secrets unread, and once it is there."""
    message = application(NO_SECRET)
    log = {"operator": refused(NO_SECRET)}
    parts = {**NOTHING_MADE, "application": message, "secret": None}
    absent = "creds-secret-missing/absent"
    assert confirmed(says(base, Incident("", (), whole(**parts), log))) == {absent}
    assert says(base, Incident("", (), None, log)) == {absent: "likely"}
    assert absent in says(base, Incident("", (), whole(**parts), unread=("Secret",)))
    assert not confirmed(says(base, Incident("", (), whole(**parts), unread=("Secret",))))
    old = {"operator": refused(NO_SECRET, "2026-02-20T07:50:00Z")}
    assert says(base, Incident("", (), whole(), old)) == {}


def test_two_dpas_and_only_the_lines_of_the_second(base: KnowledgeBase) -> None:
    """Whoever deleted the second one has mended it."""
    why = "only one DPA CR can exist per OADP installation namespace"
    both = whole(application(why, name="second"), application=application(why))
    assert confirmed(says(base, Incident("", (), both))) == {"multiple-dpa/several"}
    assert says(base, Incident("", (), whole(), {"operator": refused(why)})) == {}


CRASH = "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n\ngoroutine 77 [running]:\ngithub.com/openshift/oadp-operator/controllers.(*DPAReconciler).ReconcileVeleroMetricsSVC(0xc0)\n"
BACK_OFF = {"ready": False, "restarts": 9, "waiting": "CrashLoopBackOff"}


def test_an_operator_that_ends_again_and_again(base: KnowledgeBase) -> None:
    """For memory, in code that nobody knows, or once for its lease, which is nothing."""
    down = {"operator": deployment(OPERATOR, 0)}
    oom = manager(**BACK_OFF, ended=(137, "OOMKilled", f"{DAY}23:55:00Z"))
    crash = manager(**BACK_OFF, ended=(2, "Error", f"{DAY}23:50:00Z"))
    lease = manager(restarts=3, ended=(1, "Error", "2026-02-25T03:00:00Z"))
    log = {"operator": CRASH}
    assert confirmed(says(base, Incident("", (), whole(manager=oom, **down)))) == {
        "operator-oom/killed"
    }
    assert confirmed(says(base, Incident("", (), whole(manager=crash, **down), log))) == {
        "operator-not-running/crashes"
    }
    assert says(base, Incident("", (), whole(manager=lease))) == {}


def test_a_dpa_that_nobody_has_looked_at(base: KnowledgeBase) -> None:
    """No operator, an operator that is well, a DPA that was made ten seconds ago."""
    waiting = application(silent=True, made=f"{DAY}20:00:00Z")
    parts = {**NOTHING_MADE, "application": waiting}
    no_operator = {**parts, "csv": None, "manager": None, "operator": None}
    new = {**NOTHING_MADE, "application": application(silent=True, made=f"{DAY}23:59:50Z")}
    assert confirmed(says(base, Incident("", (), whole(**no_operator)))) == {
        "dpa-no-status/no-operator"
    }
    assert says(base, Incident("", (), whole(**parts))) == {"dpa-no-status/not-looked-at": "likely"}
    assert says(base, Incident("", (), whole(**new))) == {}


def test_what_olm_says(base: KnowledgeBase) -> None:
    """A channel that does not exist is a finding; an approval that is waited for is not."""
    why = "constraints not satisfiable: no operators found in channel stable-1.9 of package redhat-oadp-operator"
    spec = {"name": "redhat-oadp-operator", "channel": "stable-1.9", "source": "redhat-operators"}
    api = "operators.coreos.com/v1alpha1"
    failed = body(
        api,
        "Subscription",
        "oadp",
        spec=spec,
        status={"conditions": [{"type": "ResolutionFailed", "status": "True", "message": why}]},
    )
    pending = body(api, "Subscription", "oadp", spec=spec, status={"state": "UpgradePending"})
    plan = body(
        api,
        "InstallPlan",
        "install-x",
        spec={"approved": False, "clusterServiceVersionNames": ["oadp-operator.v1.4.5"]},
        status={"phase": "RequiresApproval"},
    )
    assert confirmed(says(base, Incident("", (), (failed,)))) == {
        "operator-not-running/not-resolved"
    }
    assert says(base, Incident("", (), whole(pending, plan))) == {}
    replacing = whole(csv("1.4.5", "Installing"), csv=csv("1.4.4", "Replacing"))
    assert says(base, Incident("", (), replacing)) == {}


@pytest.mark.parametrize(
    ("oadp", "ocp", "supported"),
    [("1.4.5", "4.19.2", False), ("1.4.5", "4.18.12", True), ("1.5.3", "4.20.1", True)],
)
def test_which_oadp_goes_with_which_openshift(
    base: KnowledgeBase, oadp: str, ocp: str, supported: bool
) -> None:
    """1.4 ends at 4.18."""
    found = says(base, Incident("", (), whole(csv=csv(oadp), openshift=openshift(ocp))))
    assert found == ({} if supported else {"oadp-ocp-unsupported/oadp-too-old": "confirmed"})


NO_IMAGE = server(f"{DAY}20:00:00Z", ready=False, phase="Pending", waiting="ImagePullBackOff")
NO_ROOM = server(
    f"{DAY}20:00:00Z",
    ready=False,
    phase="Pending",
    waiting="ContainerCreating",
    node="",
    conditions=[
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/6 nodes are available: 3 Insufficient memory.",
        }
    ],
)
NOT_STARTED = [
    ("velero-not-running/image-pull", NO_IMAGE),
    ("velero-not-running/no-node", NO_ROOM),
    (
        "velero-not-running/server-crashes",
        server(**BACK_OFF, ended=(1, "Error", f"{DAY}23:55:00Z")),
    ),
]


@pytest.mark.parametrize(("cause", "pod"), NOT_STARTED)
def test_a_velero_that_does_not_start(base: KnowledgeBase, cause: str, pod: Body) -> None:
    """What follows from it, a location that nobody validates, stands below it."""
    parts = {"server": pod, "velero": deployment("velero", 0)}
    stale = location(validated=f"{DAY}19:00:00Z")
    found = confirmed(says(base, Incident("", (), whole(**parts, location=stale))))
    assert found == {cause, "bsl-stale-validation/velero-down"}


def test_pods_that_the_cluster_refuses(base: KnowledgeBase) -> None:
    """A quota refuses Velero, an SCC the node agents; once they run, the events are old."""
    quota = (
        'pods "velero-6d7d" is forbidden: exceeded quota: compute, requested: requests.memory=128Mi'
    )
    failure = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": quota,
    }
    refused_server = {"server": None, "velero": deployment("velero", 0, conditions=[failure])}
    why = 'Error creating: pods "node-agent-" is forbidden: unable to validate against any security context constraint: [provider "restricted-v2": Forbidden: not usable by user or serviceaccount]'
    said = event("FailedCreate", why, "DaemonSet", "node-agent")
    none = {"agents": agents(2, 0), "agent1": None, "agent2": None}
    assert "velero-not-running/refused" in confirmed(
        says(base, Incident("", (), whole(**refused_server)))
    )
    assert confirmed(says(base, Incident("", (), whole(said, **none)))) == {
        "node-agent-not-on-node/pods-refused"
    }
    assert says(base, Incident("", (), whole(said))) == {}


def test_a_plug_in_that_is_not_there(base: KnowledgeBase) -> None:
    """Of today's Velero and of an old one."""
    azure = {"provider": "azure", "config": {"resourceGroup": "rg", "storageAccount": "sa"}}
    missing = (
        "unable to get valid ObjectStore for velero.io/azure: plugin: velero.io/azure was not found"
    )
    parts = {
        "application": application("", {"velero": {**ENTRY, **azure}}),
        "location": location("Unavailable", missing, **azure),
    }
    found = says(base, Incident("", (), whole(**parts), {"velero": invalid(missing)}))
    assert confirmed(found) == {"plugin-missing/provider-plugin"}
    old = "unable to locate ObjectStore plugin named velero.io/aws"
    found = says(base, Incident("", (), (location("Unavailable", old),), {"velero": invalid(old)}))
    assert "plugin-missing/provider-plugin" in found


def test_installations_beside_each_other(base: KnowledgeBase) -> None:
    """Two of one version are supported, two versions are not, nor community beside product."""

    def operator(namespace: str, version: str) -> Body:
        reference = {
            "kind": "ClusterServiceVersion",
            "name": f"oadp-operator.v{version}",
            "namespace": namespace,
        }
        return body(
            "operators.coreos.com/v1",
            "Operator",
            f"redhat-oadp-operator.{namespace}",
            "",
            status={"components": {"refs": [reference]}},
        )

    def subscription(package: str) -> Body:
        return body(
            "operators.coreos.com/v1alpha1", "Subscription", package, spec={"name": package}
        )

    own = operator("openshift-adp", "1.4.4")
    same = whole(own, operator("open-cluster-management-backup", "1.4.4"))
    older = whole(own, operator("open-cluster-management-backup", "1.3.1"))
    mixed = whole(subscription("oadp-operator"), subscription("redhat-oadp-operator"))
    assert says(base, Incident("", (), same)) == {}
    assert confirmed(says(base, Incident("", (), older))) == {"duplicate-operators/versions-differ"}
    assert confirmed(says(base, Incident("", (), mixed))) == {
        "duplicate-operators/community-and-product"
    }


def test_a_healthy_installation_with_old_lines(base: KnowledgeBase) -> None:
    """Conflicts, retries and the start of a new pod belong to every day."""
    conflict = 'Operation cannot be fulfilled on dataprotectionapplications.oadp.openshift.io "dpa": the object has been modified; please apply your changes to the latest version and try again'
    starting = server(f"{DAY}23:59:50Z", ready=False, phase="Pending", waiting="ContainerCreating")
    starting["metadata"]["name"] = "velero-77f-zzzzz"
    log = {"operator": refused(conflict), "velero": valid() + text("Backup completed", "info")}
    assert says(base, Incident("", (), whole(), log)) == {}
    assert says(base, Incident("", (), whole(starting))) == {}
    assert says(base, Incident("", (), None, log, unread=("*",))) == {}


EVERY_DAY = [
    ("node-agent", text("Data path instance is concurrent limited requeue later", "debug")),
    (
        "node-agent",
        text(
            "active indexes [xn0_00] deletion watermark 0001-01-01",
            "warning",
            logModule="kopia/kopia/format",
            sublevel="error",
        ),
    ),
    ("node-agent", text("Error getting pod volume stats", error="context canceled")),
    (
        "node-agent",
        'W0228 02:01:10.429277       1 warnings.go:70] would violate PodSecurity "restricted:latest": privileged (container "x" must not set securityContext.privileged=true)\n',
    ),
    (
        "operator",
        '2026-02-28T10:00:00Z\tERROR\tcontroller-runtime.source.EventHandler\tif kind is a CRD, it should be installed before calling Start\t{"kind": "Route.route.openshift.io", "error": "no matches for kind"}\n',
    ),
    (
        "operator",
        'E0228 10:00:00.000000       1 leaderelection.go:332] error retrieving resource lock openshift-adp/oadp: Get "https://172.30.0.1:443/apis/coordination.k8s.io/v1/leases/oadp": context deadline exceeded\n',
    ),
    (
        "velero",
        text(
            "Error updating backup",
            error='Operation cannot be fulfilled on backups.velero.io "b1": the object has been modified',
            controller="backup-operations",
        ),
    ),
    (
        "velero",
        text("plugin process exited", "info", cmd="/plugins/velero-plugin-for-aws", pid="77"),
    ),
    (
        "velero",
        text(
            "Got error trying to update restore's status.progress",
            "warning",
            error="context canceled",
        ),
    ),
    (
        "velero",
        text(
            "Persistent volume is not a supported volume type for Velero-native volumeSnapshotter snapshots, skipping.",
            "info",
            backup="openshift-adp/b1",
        ),
    ),
    (
        "velero",
        text(
            "Resource not found",
            "warning",
            backup="openshift-adp/b1",
            error="the server could not find the requested resource",
        ),
    ),
    (
        "velero",
        text(
            "Error patching download request", error='downloadrequests.velero.io "b1-1" not found'
        ),
    ),
    (
        "velero",
        text(
            'found a backup with status "InProgress" during the server starting, mark it as "Failed"',
            "warning",
            backup="b0",
        ),
    ),
]


@pytest.mark.parametrize(("group", "line"), EVERY_DAY)
def test_lines_of_every_day(base: KnowledgeBase, group: str, line: str) -> None:
    """Where all is well they are no finding, of whatever level they are."""
    assert (
        says(base, Incident("", (), whole(backup(), backup("b2", start="12:00")), {group: line}))
        == {}
    )
