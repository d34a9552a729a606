"""What follows a deletion, by kind, for `knowledge.consequences`; `${name}` is the object.

Sources: Velero's controllers (backup_sync, backup_deletion, restore finalizer of velero#6479,
velero#8661 for storage locations, `useOwnerReferencesInBackup`), the OADP Operator (bsl.go,
registry.go, cloudstorage_controller.go), reclaim and deletion policies of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from knowledge.text import Text

_COMES_BACK_FROM_DPA: Final = Text(
    en="If a DPA describes it, the Operator makes it again.",
    ja="DPA に定義されていれば、Operator が作り直します。",
)
_MOVED_DATA_STAYS: Final = Text(
    en="Data that was already moved stays in object storage until its backup is deleted.",
    ja="すでに移動したデータは、そのバックアップが削除されるまでオブジェクトストレージに残ります。",
)
_MOVEMENT: Final = (
    Text(
        en="If ${name} is still running, the data movement is cancelled and cannot be resumed.",
        ja="${name} が実行中の場合、データ移動はキャンセルされ、再開できません。",
    ),
    _MOVED_DATA_STAYS,
)
_SNAPSHOT: Final = (
    Text(
        en="With deletionPolicy Delete the snapshot of ${name} in the storage goes too, and "
        "nothing brings it back; with Retain it stays there.",
        ja="deletionPolicy が Delete の場合、${name} のストレージ上のスナップショットも削除され、"
        "元に戻せません。Retain の場合は残ります。",
    ),
    Text(
        en="A backup that relies on this snapshot can then no longer restore the volume.",
        ja="このスナップショットを使うバックアップからは、ボリュームを復元できなくなります。",
    ),
)
_WEBHOOKS: Final = (
    Text(
        en="Requests are no longer checked or changed by the webhooks of ${name}: invalid objects "
        "can get into the cluster.",
        ja="${name} の Webhook による検査や変更が行われなくなり、"
        "不正なオブジェクトが作成される可能性があります。",
    ),
    Text(
        en="The operator that it belongs to usually makes it again.",
        ja="通常は、所有する Operator が作り直します。",
    ),
)
DELETED: Final[Mapping[str, tuple[Text, ...]]] = {
    "Backup": (
        Text(
            en="Only the object in the cluster goes (${name}); the backup's data stays in object "
            "storage. To delete the data too, a DeleteBackupRequest is needed.",
            ja="クラスターから削除されるのはオブジェクト（${name}）だけです。"
            "バックアップのデータはオブジェクトストレージに残ります。"
            "データも削除するには DeleteBackupRequest が必要です。",
        ),
        Text(
            en="If it had been uploaded, Velero makes the object again from there, usually within "
            "a minute.",
            ja="アップロード済みの場合、Velero は通常 1 分以内に"
            "オブジェクトストレージからこのオブジェクトを作り直します。",
        ),
    ),
    "Restore": (
        Text(
            en="What ${name} has restored stays as it is.",
            ja="${name} が復元したオブジェクトはそのまま残ります。",
        ),
        Text(
            en="The restore's logs and results go, on Velero 1.12 and later from object storage "
            "too; nothing brings them back.",
            ja="復元のログと結果は失われ、元に戻せません。"
            "Velero 1.12 以降ではオブジェクトストレージからも削除されます。",
        ),
    ),
    "BackupStorageLocation": (
        Text(
            en="New backups to ${name} are no longer possible; its data stays in object storage.",
            ja="${name} への新しいバックアップはできなくなります。"
            "データはオブジェクトストレージに残ります。",
        ),
        Text(
            en="The Backup objects of this location stay in the cluster, but can neither be "
            "restored nor deleted nor expire until a location of this name exists again.",
            ja="この保存場所の Backup オブジェクトはクラスターに残りますが、同じ名前の保存場所が"
            "再び作られるまで、復元、削除、期限切れの処理はできません。",
        ),
        _COMES_BACK_FROM_DPA,
    ),
    "VolumeSnapshotLocation": (
        Text(
            en="The snapshots stay, but Velero can neither restore nor delete those of ${name} "
            "without it.",
            ja="スナップショットは残りますが、${name} のスナップショットを Velero は"
            "復元も削除もできなくなります。",
        ),
        _COMES_BACK_FROM_DPA,
    ),
    "DataProtectionApplication": (
        Text(
            en="Velero, its node agents and the storage locations that ${name} describes are "
            "removed: running backups, restores and data movements fail, schedules stop.",
            ja="実行中のバックアップ、復元、データ移動は失敗し、スケジュールも止まります。"
            "${name} が定義する Velero、ノードエージェント、バックアップ保存場所が"
            "削除されるためです。",
        ),
        Text(
            en="The data in object storage stays; Velero comes back only with a new DPA.",
            ja="オブジェクトストレージのデータは残ります。Velero は DPA を作り直すまで戻りません。",
        ),
    ),
    "CloudStorage": (
        Text(
            en="If ${name} has the annotation oadp.openshift.io/cloudstorage-delete: true, the "
            "bucket goes with every backup in it, and nothing brings them back. OADP 1.1 deletes "
            "the bucket in any case (OADP-1055).",
            ja="${name} にアノテーション oadp.openshift.io/cloudstorage-delete: true がある場合、"
            "バケットは中のすべてのバックアップとともに削除され、元に戻せません。"
            "OADP 1.1 では常にバケットが削除されます（OADP-1055）。",
        ),
    ),
    "Secret": (
        Text(
            en="The keys and passwords in ${name} are gone; nothing brings them back unless they "
            "are kept elsewhere or a program makes them.",
            ja="${name} の鍵やパスワードは失われます。別の場所に保管されているか、"
            "プログラムが作成するものでない限り、元に戻せません。",
        ),
        Text(
            en="What reads this Secret fails from then on: a storage location becomes Unavailable, "
            "a Pod does not start.",
            ja="このシークレットを使うものは失敗するようになります。"
            "たとえば、保存場所が Unavailable になる、Pod が起動しない、などです。",
        ),
    ),
    "ConfigMap": (
        Text(
            en="The settings in ${name} are gone; who reads them falls back to defaults or fails.",
            ja="${name} の設定は失われます。"
            "これを使うものは、既定値に戻るか失敗するようになります。",
        ),
    ),
    "PersistentVolumeClaim": (
        Text(
            en="With reclaim policy Delete the volume of ${name} and the data in it go too, and "
            "nothing brings them back; with Retain they stay.",
            ja="回収ポリシーが Delete の場合、${name} のボリュームとデータも削除され、"
            "元に戻せません。Retain の場合は残ります。",
        ),
        Text(
            en="As long as a Pod uses the claim, it only waits to be deleted.",
            ja="Pod が使用している間、PVC は削除待ちのままになります。",
        ),
    ),
    "PersistentVolume": (
        Text(
            en="With reclaim policy Delete the data of ${name} may go with it; with Retain it "
            "stays, but no claim finds it any more.",
            ja="回収ポリシーが Delete の場合、${name} のデータも失われる可能性があります。"
            "Retain の場合データは残りますが、PVC からは使えなくなります。",
        ),
    ),
    "VolumeSnapshot": _SNAPSHOT,
    "VolumeSnapshotContent": _SNAPSHOT,
    "Namespace": (
        Text(
            en="Everything in ${name} goes: workloads, Secrets, volume claims and, by their "
            "reclaim policy, the data in the volumes.",
            ja="${name} 内のすべてが削除されます。ワークロード、シークレット、PVC に加え、"
            "回収ポリシーによってはボリュームのデータも失われます。",
        ),
        Text(
            en="Only a backup brings it back. If OADP is in there, all running backups and "
            "restores fail; the data in object storage stays.",
            ja="元に戻すにはバックアップが必要です。OADP がある namespace の場合、"
            "実行中のバックアップと復元はすべて失敗します。"
            "オブジェクトストレージのデータは残ります。",
        ),
    ),
    "CustomResourceDefinition": (
        Text(
            en="With ${name} goes every object of that kind, in all namespaces.",
            ja="すべての namespace で、${name} のオブジェクトがすべて削除されます。",
        ),
    ),
    "BackupRepository": (
        Text(
            en="Only the object in the cluster goes (${name}); the data of the repository stays in "
            "object storage.",
            ja="クラスターから削除されるのはオブジェクト（${name}）だけです。"
            "リポジトリーのデータはオブジェクトストレージに残ります。",
        ),
        Text(
            en="Velero makes the object again with the next backup or restore of its volumes.",
            ja="次にそのボリュームをバックアップまたは復元するとき、Velero が作り直します。",
        ),
    ),
    "DataUpload": _MOVEMENT,
    "DataDownload": _MOVEMENT,
    "PodVolumeRestore": _MOVEMENT,
    "PodVolumeBackup": (
        *_MOVEMENT,
        Text(
            en="Velero finds a volume's data by this object: restores leave the volume out as long "
            "as it is missing.",
            ja="Velero はこのオブジェクトからボリュームのデータを見つけます。"
            "存在しない間、復元ではそのボリュームが対象になりません。",
        ),
    ),
    "Schedule": (
        Text(
            en="${name} makes no more backups.",
            ja="${name} による新しいバックアップは作成されなくなります。",
        ),
        Text(
            en="Its backups stay; only with useOwnerReferencesInBackup do the Backup objects go "
            "too. Their data stays in object storage.",
            ja="作成済みのバックアップは残ります。useOwnerReferencesInBackup を使っている場合だけ、"
            "Backup オブジェクトも削除されます。データはオブジェクトストレージに残ります。",
        ),
    ),
    "DeleteBackupRequest": (
        Text(
            en="A deletion of backup data that has begun is not undone by this.",
            ja="すでに始まったバックアップデータの削除は取り消されません。",
        ),
    ),
    "DownloadRequest": (
        Text(
            en="Only a temporary download link goes; the data stays in object storage.",
            ja="一時的なダウンロードリンクだけが削除されます。"
            "データはオブジェクトストレージに残ります。",
        ),
    ),
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
    "services.serving.knative.dev": (
        Text(
            en="The application of ${name} (Knative Service) stops: its Configuration, Revisions, "
            "Route and Pods go with it.",
            ja="${name}（Knative Service）のアプリケーションは停止します。"
            "Configuration、Revision、Route、Pod も一緒に削除されます。",
        ),
    ),
    "Pod": (
        Text(
            en="${name} stops; if a workload owns it, that makes a new one at once.",
            ja="${name} は停止します。ワークロードに属する Pod は、すぐに作り直されます。",
        ),
    ),
    "Deployment": (
        Text(
            en="All Pods of ${name} stop and go with it.",
            ja="${name} のすべての Pod が停止し、一緒に削除されます。",
        ),
    ),
    "DaemonSet": (
        Text(
            en="All Pods of ${name} stop and go with it, on every node.",
            ja="すべてのノードで、${name} の Pod が停止し、一緒に削除されます。",
        ),
    ),
    "ClusterServiceVersion": (
        Text(
            en="The operator that ${name} installed stops and nothing is reconciled any more; "
            "Velero and the objects of the operator stay.",
            ja="${name} でインストールされた Operator は停止し、調整は行われなくなります。"
            "Velero と Operator のオブジェクトは残ります。",
        ),
    ),
    "Subscription": (
        Text(
            en="The operator of ${name} stays installed, but gets no more updates.",
            ja="${name} の Operator はインストールされたままですが、更新を受け取れなくなります。",
        ),
    ),
}
"""Kind (as in a snapshot) -> what follows when such an object is deleted, the gravest first."""

REGISTRY_SECRET: Final = Text(
    en="The Operator makes this registry Secret again as soon as it reconciles, for every storage "
    "location that carries its label.",
    ja="このレジストリーのシークレットは、ラベルのある保存場所であれば、"
    "Operator が次の調整時に作り直します。",
)
DPA_AGAIN: Final = Text(
    en="As long as there is a DPA, the Operator makes it again.",
    ja="DPA がある限り、Operator が作り直します。",
)
ORPHANS: Final = Text(
    en="What belongs to it stays (--cascade=orphan).",
    ja="所有されているオブジェクトは残ります（--cascade=orphan）。",
)
