"""What objects of volumes and their movement said, in several versions of Velero."""

# ruff: noqa: E501

from __future__ import annotations

from tests.knowledge.incidents import Body
from tests.knowledge.posted import (
    DAY,
    agent,
    application,
    backup,
    repository,
    upload,
    volume,
    whole,
)

HURT = backup("b1", "PartiallyFailed", errors=1)
MOVED = backup("b1", "PartiallyFailed", errors=1, spec={"snapshotMoveData": True})
KOPIA = "data path backup failed: Failed to run kopia backup: "
UPLOADED = (
    KOPIA
    + "Failed to upload the kopia snapshot for si default@default:snapshot-pod-volume/kopia/x: "
)
CONNECT = "error to connect to backup repo: error to connect repo with storage: error to connect to repository: "
CANCELED = (
    'found a dataupload with status "InProgress" during the node-agent starting, mark it as cancel'
)
MARKED = 'found a podvolumebackup with status "InProgress" during the server starting, mark it as "Failed"'
NEW = agent("worker-1", "abcde", f"{DAY}02:04:10Z")
KILLED = agent(
    "worker-1",
    "abcde",
    restarts=3,
    since=f"{DAY}02:04:10Z",
    ended=(137, "OOMKilled", f"{DAY}02:04:00Z"),
)
NO_AGENTS: dict[str, Body | None] = {"agents": None, "agent1": None, "agent2": None}
OFF = {**NO_AGENTS, "application": application(configuration={})}

STATE: list[tuple[str, set[str], tuple[Body, ...]]] = [
    (
        "found existing data",
        {"repo-not-ready/leftover-data"},
        whole(
            HURT,
            repository(
                "NotReady",
                "error to ensure repository storage empty: found existing data in storage location",
            ),
        ),
    ),
    (
        "password",
        {"repo-not-ready/password-changed"},
        whole(HURT, repository("NotReady", CONNECT + "invalid repository password")),
    ),
    (
        "password without key is no matter of the storage",
        {"repo-not-ready/not-ready"},
        whole(
            HURT,
            repository(
                "NotReady",
                'error to get repo options: error to get repo password: "velero-repo-credentials" secret is missing data for key "repository-password"',
            ),
        ),
    ),
    (
        "blobs that do not decrypt",
        {"repo-not-ready/not-ready"},
        whole(
            HURT,
            repository(
                "NotReady",
                CONNECT
                + "unable to create shared content manager: error loading indexes: decrypt blob: unable to decrypt content: cipher: message authentication failed",
            ),
        ),
    ),
    (
        "read-only root",
        {"repo-not-ready/no-writable-directory"},
        whole(
            HURT,
            repository(
                "NotReady",
                CONNECT
                + "unable to write config file: unable to create config directory: mkdir /home/velero/udmrepo: read-only file system",
            ),
        ),
    ),
    (
        "stale NFS handle",
        {"pvb-failed/pod-volume-failed"},
        whole(
            HURT,
            volume(
                message=KOPIA
                + "Error when processing enterprise/index2/87747/rev/1: stale NFS file handle"
            ),
        ),
    ),
    (
        "files that vanish",
        {"pvb-failed/pod-volume-failed"},
        whole(
            HURT,
            volume(
                message=KOPIA
                + "Error when processing data/KCFMCWNE.cmt/r_2232_1: no such file or directory"
            ),
        ),
    ),
    ("canceled without a word", {"pvb-failed/pod-volume-failed"}, whole(HURT, volume("Canceled"))),
    (
        "NFS refuses root",
        {"nfs-root-squash/no-supplemental-groups"},
        whole(
            HURT,
            volume(
                message=UPLOADED
                + "unable to read dir: open /host_pods/8f9e/volumes/kubernetes.io~nfs/pv-nfs/data: permission denied"
            ),
        ),
    ),
    ("no permission, no NFS", set(), whole(HURT, volume(message=UPLOADED + "permission denied"))),
    (
        "no space of the cache",
        set(),
        whole(HURT, volume(message=UPLOADED + "unable to write to cache: no space left on device")),
    ),
    (
        "a volume cut off",
        {"velero-restart-inprogress/volume-cut-off"},
        whole(HURT, volume(message=MARKED), agent1=NEW),
    ),
    (
        "a volume cut off by memory",
        {"velero-restart-inprogress/volume-cut-off", "node-agent-oom/agent-killed"},
        whole(HURT, volume(message=MARKED), agent1=KILLED),
    ),
    (
        "preparing",
        {"du-prepare-timeout/not-told"},
        whole(
            MOVED,
            upload(message="timeout on preparing data upload", acceptedTimestamp=f"{DAY}02:01:00Z"),
        ),
    ),
    (
        "no node",
        {"du-expose-error/unschedulable"},
        whole(
            MOVED,
            upload(
                "Canceled",
                "found a dataupload openshift-adp/b1-n6r5q with expose error: Pod is unschedulable: 0/15 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/15 nodes are available: 15 Preemption is not helpful for scheduling... mark it as cancel",
            ),
        ),
    ),
    (
        "no image",
        {"du-expose-error/image-not-pulled"},
        whole(
            MOVED,
            upload(
                "Canceled",
                "Cancel dataupload because the exposing pod openshift-adp/b1-n6r5q is in abnormal status for reason Container  in Pod b1-n6r5q is in abnormal status ImagePullBackOff",
            ),
        ),
    ),
    (
        "pod failed",
        {"du-expose-error/pod-failed"},
        whole(
            HURT,
            volume(
                "Canceled",
                "found a PVB openshift-adp/b1-x7k2p with expose error: Pod is in abnormal state [Failed], message []. mark it as cancel",
            ),
        ),
    ),
    (
        "quota",
        {"du-expose-error/quota"},
        whole(
            MOVED,
            upload(
                message='error exposing snapshot: error to create backup pvc: error to create pvc: persistentvolumeclaims "b1-n6r5q" is forbidden: exceeded quota: storage, requested: requests.storage=100Gi'
            ),
        ),
    ),
    (
        "agent restarted",
        {"du-canceled-restart/agent-restarted"},
        whole(MOVED, upload("Canceled", CANCELED, node="worker-1"), agent1=NEW),
    ),
    (
        "deleted, Velero 1.12",
        {"du-deleted/object-deleted"},
        whole(
            MOVED,
            upload(
                "Canceling",
                "found a dataupload openshift-adp/b1-n6r5q is being deleted, mark it as cancel",
                metadata={"deletionTimestamp": f"{DAY}23:50:00Z"},
            ),
        ),
    ),
    (
        "driver's error",
        {"vs-not-ready/driver-error"},
        whole(
            MOVED,
            upload(
                message='error exposing snapshot: error wait volume snapshot ready: volume snapshot is not ready until timeout, errors: [Failed to check and update snapshot content: failed to take snapshot of the volume pvc-4b: "rpc error: code = Internal desc = could not backup to s3, missing [AWS_ACCESS_KEY_ID] in the secret"]'
            ),
        ),
    ),
    (
        "finalizer without agents",
        {"datamover-finalizer/no-agents"},
        whole(
            upload(
                "InProgress",
                metadata={
                    "deletionTimestamp": f"{DAY}10:00:00Z",
                    "finalizers": ["velero.io/data-upload-download-finalizer"],
                },
            ),
            **OFF,
        ),
    ),
]
