"""What making and deleting an object of a kind means beyond the object itself.

Sources: Velero's documentation ("Backup reference", "Delete backups", "Restore reference") and
its controllers (`backup_sync_controller.go`, `backup_deletion_controller.go`), the documentation
of OADP, of OLM and of Kubernetes (owners and dependents, CSI snapshots).
"""

from __future__ import annotations

from typing import Final

from knowledge.text import Text

_AGAIN: Final = Text(
    en="Its work was asked for by creating it: created anew it would be done again, and its "
    "status is lost.",
    ja="作成すると処理が始まる種類のオブジェクトです。作り直すと処理がもう一度実行され、"
    "以前の status は失われます。",
)
_DATA: Final = Text(
    en="The data behind it may be gone with it; the saved object cannot bring data back.",
    ja="背後のデータも一緒に失われた可能性があります。保存したオブジェクトからデータは戻せません。",
)
_ALL_WITHIN: Final = Text(
    en="Everything in it is deleted with it; the saved object cannot bring that back.",
    ja="中にあるものもすべて削除されます。保存したオブジェクトからは元に戻せません。",
)
_OLM: Final = Text(
    en="The Operator Lifecycle Manager makes it, so it cannot be created anew by hand.",
    ja="Operator Lifecycle Manager が作成するオブジェクトのため、手作業では作り直せません。",
)
LOST: Final = {
    "Backup.velero.io": Text(
        en="Created anew, the Backup would run again. What it saved stays in object storage; if "
        "the backup had finished, Velero makes the record anew from there within about a minute.",
        ja="作り直すとバックアップがもう一度実行されます。保存済みのデータはオブジェクトストレージに"
        "残り、バックアップが完了していれば、Velero が 1 分ほどでレコードを作り直します。",
    ),
    "Restore.velero.io": Text(
        en="Created anew, the Restore would run again. What it restored stays in the cluster.",
        ja="作り直すと復元がもう一度実行されます。復元済みのオブジェクトはクラスターに残ります。",
    ),
    "DeleteBackupRequest.velero.io": Text(
        en="Created anew, the request would delete the backup and its data.",
        ja="作り直すと、バックアップとそのデータが削除されます。",
    ),
    "BackupRepository.velero.io": Text(
        en="Velero makes it anew with the next backup or restore that needs it.",
        ja="次に必要とするバックアップまたは復元のときに、Velero が作り直します。",
    ),
    "DownloadRequest.velero.io": _AGAIN,
    "ServerStatusRequest.velero.io": _AGAIN,
    "PodVolumeBackup.velero.io": _AGAIN,
    "PodVolumeRestore.velero.io": _AGAIN,
    "DataUpload.velero.io": _AGAIN,
    "DataDownload.velero.io": _AGAIN,
    "NonAdminBackup.oadp.openshift.io": _AGAIN,
    "NonAdminRestore.oadp.openshift.io": _AGAIN,
    "NonAdminDownloadRequest.oadp.openshift.io": _AGAIN,
    "DataProtectionTest.oadp.openshift.io": _AGAIN,
    "CloudStorage.oadp.openshift.io": _DATA,
    "Job.batch": _AGAIN,
    "InstallPlan.operators.coreos.com": _OLM,
    "ClusterServiceVersion.operators.coreos.com": _OLM,
    "PersistentVolume": _DATA,
    "PersistentVolumeClaim": _DATA,
    "VolumeSnapshot.snapshot.storage.k8s.io": _DATA,
    "VolumeSnapshotContent.snapshot.storage.k8s.io": _DATA,
    "Namespace": _ALL_WITHIN,
    "Project.project.openshift.io": _ALL_WITHIN,
    "CustomResourceDefinition.apiextensions.k8s.io": Text(
        en="All objects of the kind are deleted with the definition; the saved object cannot "
        "bring them back.",
        ja="定義と一緒に、その種類のオブジェクトがすべて削除されます。"
        "保存したオブジェクトからは元に戻せません。",
    ),
    "Secret": Text(
        en="The values of a Secret are not in the record, so it cannot be created anew from there.",
        ja="シークレットの値は記録に含まれないため、記録から作り直すことはできません。",
    ),
}
"""`Kind.group` -> why one that was deleted cannot be brought back."""

_FOR_GOOD: Final = Text(
    en="Deleting it again could take data or other objects with it that were not there before; "
    "decide by hand.",
    ja="削除すると、作成後に加わったデータやオブジェクトまで失われる可能性があります。"
    "手作業で判断してください。",
)
KEPT: Final = {
    "DeleteBackupRequest.velero.io": Text(
        en="Velero deletes the backup and its data as soon as the request is there; this cannot "
        "be undone.",
        ja="リクエストが作成されると、Velero はすぐにバックアップとそのデータを削除します。"
        "元に戻すことはできません。",
    ),
    "Namespace": _FOR_GOOD,
    "ProjectRequest.project.openshift.io": _FOR_GOOD,
    "Project.project.openshift.io": _FOR_GOOD,
    "CustomResourceDefinition.apiextensions.k8s.io": _FOR_GOOD,
    "PersistentVolume": _FOR_GOOD,
    "PersistentVolumeClaim": _FOR_GOOD,
    "VolumeSnapshot.snapshot.storage.k8s.io": _FOR_GOOD,
    "VolumeSnapshotContent.snapshot.storage.k8s.io": _FOR_GOOD,
    "CloudStorage.oadp.openshift.io": _FOR_GOOD,
}
"""`Kind.group` -> why one that was created is not deleted again."""

_RAN: Final = Text(
    en="This deletes the object; what was done for it in the meantime stays.",
    ja="オブジェクトを削除します。それまでに実行された処理の結果は残ります。",
)
LEFT: Final = {
    "Backup.velero.io": Text(
        en="This deletes only the record in the cluster: what was saved stays in object storage, "
        "and Velero makes the record anew from there if the backup had finished. Only a "
        "DeleteBackupRequest removes the data.",
        ja="削除されるのはクラスター内のレコードだけです。保存済みのデータはオブジェクトストレージに"
        "残り、バックアップが完了していれば Velero がレコードを作り直します。"
        "データを削除するには DeleteBackupRequest が必要です。",
    ),
    "Restore.velero.io": Text(
        en="This deletes only the Restore: everything that it has restored stays in the cluster.",
        ja="削除されるのは Restore だけです。復元済みのオブジェクトはすべてクラスターに残ります。",
    ),
    "Schedule.velero.io": Text(
        en="This deletes the Schedule; the backups that it has made stay.",
        ja="Schedule を削除します。作成済みのバックアップは残ります。",
    ),
    "BackupStorageLocation.velero.io": Text(
        en="This deletes the location, and the records of backups that were found in it; the data "
        "in object storage stays.",
        ja="保存場所と、そこで見つかったバックアップのレコードを削除します。"
        "オブジェクトストレージのデータは残ります。",
    ),
    "DataProtectionApplication.oadp.openshift.io": Text(
        en="This deletes the Data Protection Application, and the Operator removes Velero: running "
        "backups fail. The data in object storage stays.",
        ja="実行中のバックアップは失敗します。Data Protection Application を削除すると、"
        "Operator が Velero を削除します。オブジェクトストレージのデータは残ります。",
    ),
    "NonAdminBackup.oadp.openshift.io": _RAN,
    "NonAdminRestore.oadp.openshift.io": _RAN,
    "DataProtectionTest.oadp.openshift.io": _RAN,
    "PodVolumeBackup.velero.io": _RAN,
    "PodVolumeRestore.velero.io": _RAN,
    "DataUpload.velero.io": _RAN,
    "DataDownload.velero.io": _RAN,
    "Job.batch": _RAN,
    "Pod": _RAN,
    "Subscription.operators.coreos.com": _RAN,
    "InstallPlan.operators.coreos.com": _RAN,
}
"""`Kind.group` -> what deleting one that was created leaves behind."""

REMADE: Final = frozenset(
    {"Pod", "ReplicaSet.apps", "ReplicationController", "ControllerRevision.apps"}
)
"""Kinds that their controller replaces when one is deleted."""

VANISHING: Final = frozenset(
    {
        "DeleteBackupRequest.velero.io",
        "DownloadRequest.velero.io",
        "ServerStatusRequest.velero.io",
        "NonAdminDownloadRequest.oadp.openshift.io",
        "Job.batch",
    }
)
"""Kinds whose objects a controller deletes when they are done: absence proves nothing."""

UNSTORED: Final = ("authorization.k8s.io/", "authentication.k8s.io/", "authorization.openshift.io/")
"""API groups (as `apiVersion` begins) whose objects are questions that no server keeps."""
