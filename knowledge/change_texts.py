"""What follows other changes than deletions, for `knowledge.consequences`; `${name}` is the object.

Sources: Velero's controllers (backup_sync, backup_deletion, data mover, schedule) and the API of
its objects; predicates and reconcilers of the OADP Operator (predicate.go, bsl.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from knowledge.text import Text

AGENTS_STOP: Final = Text(
    en="Velero or its node agents go down: running backups, restores and data movements fail and "
    "cannot be resumed.",
    ja="実行中のバックアップ、復元、データ移動は失敗し、再開できません。"
    "Velero またはノードエージェントが停止するためです。",
)
AGENTS_RESTART: Final = Text(
    en="Velero or its node agents restart: running backups, restores and data movements fail and "
    "cannot be resumed.",
    ja="実行中のバックアップ、復元、データ移動は失敗し、再開できません。"
    "Velero またはノードエージェントが再起動するためです。",
)

DPA_SETS_BACK: Final = Text(
    en="The Operator may set this back: what should last belongs into the DPA.",
    ja="Operator が元に戻す可能性があります。永続的な変更は DPA で行ってください。",
)
OPERATOR_ONLY: Final = Text(
    en="Only the Operator restarts; Velero and running backups go on.",
    ja="再起動するのは Operator だけです。Velero と実行中のバックアップには影響しません。",
)
PODS_REPLACED: Final = Text(
    en="The Pods of ${name} are replaced by new ones.",
    ja="${name} の Pod は新しい Pod に置き換えられます。",
)
SCALED_TO_NOTHING: Final = Text(
    en="All Pods of ${name} stop, until it is scaled up again.",
    ja="再びスケールアップするまで、${name} の Pod はすべて停止します。",
)
SCALED: Final = Text(
    en="Pods of ${name} are started or stopped until the number is ${count}.",
    ja="${name} の Pod は、数が ${count} になるまで起動または停止されます。",
)
PAUSED_ROLLOUT: Final = Text(
    en="Changes to the Pods of ${name} take no effect until its rollout is resumed.",
    ja="ロールアウトを再開するまで、${name} の Pod への変更は反映されません。",
)
FINALIZERS: Final = Text(
    en="The finalizers of ${name} are changed: what its controller would still have cleaned up "
    "stays behind, and nobody does it later.",
    ja="${name} のファイナライザーが変更されます。コントローラーが行うはずの後始末は行われず、"
    "不要なものが残ったままになります。",
)
OWNERS: Final = Text(
    en="The owners of ${name} are changed: it may be deleted together with another object.",
    ja="${name} の所有者が変更され、別のオブジェクトと一緒に削除される可能性があります。",
)
REMOVED: Final = Text(
    en="Removed from ${name}: ${fields}.",
    ja="${name} から削除される項目: ${fields}。",
)
REPLACED: Final = Text(
    en="What the manifest does not name is gone from ${name} afterwards.",
    ja="マニフェストに書かれていない項目は、${name} から失われます。",
)
LABELS_ONLY: Final = Text(
    en="Nothing restarts: only labels of ${name} change.",
    ja="再起動は起きません。変わるのは ${name} のラベルだけです。",
)
POD_LABELS: Final = Text(
    en="A Pod that its workload no longer recognizes by its labels goes on alone, and a new one "
    "is started beside it.",
    ja="ラベルの変更によりワークロードの対象から外れた Pod は単独で動き続け、"
    "別に新しい Pod が起動します。",
)
ANNOTATIONS_ONLY: Final = Text(
    en="Nothing restarts: only annotations of ${name} change.",
    ja="再起動は起きません。変わるのは ${name} のアノテーションだけです。",
)
TAKEN_BY_OPERATOR: Final = Text(
    en="With all labels of the Operator the location counts as made by a DPA: the Operator deletes "
    "it if no DPA describes it.",
    ja="Operator のラベルがすべてそろうと、DPA が作成した保存場所とみなされます。"
    "DPA に定義がない場合、Operator はその保存場所を削除します。",
)
DELETE_BACKUP: Final = (
    Text(
        en="The data of backup ${backup} is deleted from object storage, with its volume snapshots "
        "and the restores made of it; nothing brings them back.",
        ja="バックアップ ${backup} のデータがオブジェクトストレージから削除されます。"
        "ボリュームスナップショットと、このバックアップからの復元の記録も削除され、"
        "元に戻せません。",
    ),
    Text(
        en="Objects that were restored from it stay in the cluster.",
        ja="このバックアップから復元されたオブジェクトはクラスターに残ります。",
    ),
)
CANCELLED: Final = Text(
    en="The data movement ${name} is cancelled and cannot be resumed: its backup or restore ends "
    "PartiallyFailed.",
    ja="データ移動 ${name} はキャンセルされ、再開できません。"
    "そのバックアップまたは復元は PartiallyFailed で終了します。",
)
PAUSED: Final = Text(
    en="${name} makes no new backups until it is resumed; its backups stay and still expire.",
    ja="再開するまで、${name} は新しいバックアップを作成しません。"
    "作成済みのバックアップは残り、期限が来れば削除されます。",
)
READ_ONLY: Final = Text(
    en="${name} takes no new backups, and none is deleted or expires, until it is ReadWrite again.",
    ja="ReadWrite に戻すまで、${name} では新しいバックアップを作成できず、"
    "既存のバックアップの削除や期限切れの処理も行われません。",
)
DATA_FATE: Final = Text(
    en="This decides whether the data behind ${name} goes when the object is deleted.",
    ja="${name} を削除したときに背後のデータも削除するかどうかが、これで決まります。",
)
CHANGED: Final[Mapping[str, tuple[Text, ...]]] = {
    "DataProtectionApplication": (
        Text(
            en="If this changes the Pods of Velero or of its node agents, they restart: running "
            "backups, restores and data movements fail.",
            ja="Velero やノードエージェントの Pod が変わる場合は再起動し、"
            "実行中のバックアップ、復元、データ移動は失敗します。",
        ),
        Text(
            en="The Operator reconciles ${name} at once; locations that it no longer describes are "
            "removed, their data stays in object storage.",
            ja="Operator はすぐに ${name} を調整します。定義から外れた保存場所は削除されますが、"
            "データはオブジェクトストレージに残ります。",
        ),
    ),
    "BackupStorageLocation": (
        Text(
            en="Velero checks ${name} again; nothing in object storage changes.",
            ja="Velero は ${name} を再度検証します。オブジェクトストレージの内容は変わりません。",
        ),
        Text(
            en="If a DPA describes it, the Operator sets it back to what the DPA says.",
            ja="DPA に定義されている場合、Operator が DPA の内容に戻します。",
        ),
    ),
}
"""Kind -> what follows when its `spec` changes."""

CREATED: Final[Mapping[str, tuple[Text, ...]]] = {
    "Backup": (
        Text(
            en="Velero writes ${name} to object storage, which takes space; hooks can pause "
            "applications while the backup runs.",
            ja="Velero が新しいバックアップ ${name} をオブジェクトストレージに書き込み、"
            "容量を使用します。"
            "実行中はフックによってアプリケーションが一時停止することがあります。",
        ),
    ),
    "Schedule": (
        Text(
            en="From now on ${name} makes backups by itself, each of which takes space in object "
            "storage until it expires.",
            ja="今後、${name} が自動的にバックアップを作成します。"
            "バックアップは期限が来るまでオブジェクトストレージの容量を使用します。",
        ),
    ),
    "BackupStorageLocation": (
        Text(
            en="Velero reads ${name} and makes Backup objects of the backups that it finds there.",
            ja="Velero は ${name} を読み取り、見つかったバックアップの Backup オブジェクトを"
            "作成します。",
        ),
    ),
    "ConfigMap": (
        Text(
            en="Nothing restarts; ${name} matters only to what reads it.",
            ja="再起動は起きません。${name} は、これを読み取るものにだけ影響します。",
        ),
    ),
    "DownloadRequest": (
        Text(
            en="Velero makes a temporary download link; whoever has it can read the data.",
            ja="Velero が一時的なダウンロードリンクを作成します。"
            "リンクを知っている人は誰でもデータを読み取れます。",
        ),
        Text(
            en="Nothing else changes; Velero deletes the request again when the link has expired.",
            ja="それ以外は変更されません。リンクの期限が切れると、Velero がこの要求を削除します。",
        ),
    ),
}
"""Kind -> what follows when a new object is made."""

RESTORED_OVER: Final = Text(
    en="Objects that exist already are changed to what the backup holds "
    "(existingResourcePolicy: update).",
    ja="既存のオブジェクトはバックアップの内容に変更されます（existingResourcePolicy: update）。",
)
RESTORED_BESIDE: Final = Text(
    en="Objects that exist already stay as they are; only missing ones are created.",
    ja="既存のオブジェクトは変更されません。存在しないものだけが作成されます。",
)
RESTORED_EVERYWHERE: Final = Text(
    en="Every namespace of the backup is restored, as includedNamespaces names none.",
    ja="includedNamespaces の指定がないため、"
    "バックアップに含まれるすべての namespace が復元されます。",
)
RESTORED_STAYS: Final = Text(
    en="Deleting the Restore later does not remove what it has created.",
    ja="後で Restore を削除しても、作成されたオブジェクトは残ります。",
)

VELERO_CALL: Final = Text(
    en="Velero's command line makes a DownloadRequest, which Velero deletes again after some "
    "minutes. Nothing else changes.",
    ja="Velero のコマンドラインが DownloadRequest を作成し、数分後に Velero が削除します。"
    "それ以外は変更されません。",
)
