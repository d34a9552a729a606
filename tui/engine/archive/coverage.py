"""What a must-gather holds completely, so that absence is a fact, and what it does not.

What it may hold in part stays *unread* with a reason, and the reason names the command that would
settle it on the cluster. `oc adm inspect` writes one List for a resource that it collects with a
namespace: complete. Single files may be a choice that somebody made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from knowledge.kinds import KINDS, Scope, group_and_plural
from knowledge.snapshot import LogGroup
from knowledge.text import Text
from tui.engine.archive.entries import Trouble
from tui.engine.archive.gathered import Gathered
from tui.engine.archive.layout import group_of

NEW_GATHERER: Final = frozenset(
    {
        "DataProtectionApplication",
        "CloudStorage",
        "BackupStorageLocation",
        "VolumeSnapshotLocation",
        "Backup",
        "Restore",
        "Schedule",
        "BackupRepository",
        "DataUpload",
        "DataDownload",
        "PodVolumeBackup",
        "PodVolumeRestore",
        "DownloadRequest",
        "DeleteBackupRequest",
        "ServerStatusRequest",
        "NonAdminBackupStorageLocationRequest",
        "NonAdminBackupStorageLocation",
        "NonAdminBackup",
        "NonAdminRestore",
        "NonAdminDownloadRequest",
        "StorageClass",
        "VolumeSnapshotClass",
        "CSIDriver",
    }
)
"""What OADP's gatherer (1.4.5 and newer) lists on the whole cluster; a file is written only where
there are objects. Source: openshift/oadp-operator, must-gather/pkg/cli.go."""
_OLD_GROUPS: Final = frozenset({"velero.io", "oadp.openshift.io"})
"""Of these the gatherer before that writes every object of every CRD (gather_crs)."""
_SINGLE: Final = frozenset({"ClusterVersion", "Infrastructure"})
"""There is one object of these."""
_LOG_COMMANDS: Final = {
    LogGroup.VELERO: "deploy/velero -c velero",
    LogGroup.NODE_AGENT: "ds/node-agent",
    LogGroup.OPERATOR: "deploy/openshift-adp-controller-manager",
}


def absent(gathered: Gathered, kinds: Collection[str]) -> frozenset[str]:
    """Return the kinds that the API server did not have, as its discovery document says."""
    known = gathered.resources
    if known is None:
        return frozenset()
    return frozenset(
        kind
        for kind in kinds
        if (resource := group_and_plural(kind)) not in known and (resource[0], "*") not in known
    )


def unread(
    gathered: Gathered, kinds: Collection[str], namespace: str, trouble: Trouble
) -> dict[str, Text]:
    """Return why a kind is not read, or not completely, for each that is so."""
    missing = absent(gathered, kinds)
    intact = not trouble.damaged and not trouble.refused and trouble.enough is None
    return {
        kind: why
        for kind in kinds
        if kind not in missing
        and (why := _why(gathered, kind, namespace, intact=intact)) is not None
    }


def complete(gathered: Gathered, kind: str, namespace: str) -> bool:
    """Return whether a List of all objects of `kind` was read already."""
    known = KINDS.get(kind)
    if known is None or known.scope is Scope.ALL or kind in gathered.bad:
        return False
    if kind in _SINGLE and gathered.store.objects(kind):
        return True
    return (kind, namespace if known.scope is Scope.OADP else "") in gathered.whole


def _why(gathered: Gathered, kind: str, namespace: str, *, intact: bool) -> Text | None:
    command = _command(kind, namespace)
    if (bad := gathered.bad.get(kind)) is not None:
        return Text(
            en=f"{bad} of them in this must-gather could not be read; on the cluster: {command}",
            ja=f"この must-gather 内の {bad} 件を読み取れませんでした。"
            f"クラスターでの確認: {command}",
        )
    if complete(gathered, kind, namespace):
        return None
    if intact and gathered.summary and kind in NEW_GATHERER:
        return None
    if intact and gathered.old_archive and group_and_plural(kind)[0] in _OLD_GROUPS:
        return None
    if gathered.store.objects(kind):
        return Text(
            en=f"this must-gather may hold only some of them; on the cluster: {command}",
            ja=f"この must-gather には一部しか含まれていない可能性があります。"
            f"クラスターでの確認: {command}",
        )
    return Text(
        en=f"not in this must-gather; on the cluster: {command}",
        ja=f"この must-gather に含まれていません。クラスターでの確認: {command}",
    )


def _command(kind: str, namespace: str) -> str:
    group, plural = group_and_plural(kind)
    resource = f"{plural}.{group}" if group else plural
    scope = KINDS[kind].scope if kind in KINDS else Scope.ALL
    where = {Scope.OADP: f" -n {namespace}", Scope.ALL: " -A", Scope.CLUSTER: ""}[scope]
    return f"oc get {resource}{where}"


def unread_logs(
    gathered: Gathered, read: Collection[LogGroup], namespace: str
) -> Mapping[LogGroup, Text]:
    """Return why nothing of a program's log was read, for each program where that is so.

    Args:
        gathered: the objects; complete Pods without one of a program mean that it does not run.
        read: programs of which some log was read.
        namespace: of OADP.
    """
    running = {
        group_of(name, "") for where, name in gathered.store.objects("Pod") if where == namespace
    }
    pods_known = complete(gathered, "Pod", namespace)
    found: dict[LogGroup, Text] = {}
    for group, target in _LOG_COMMANDS.items():
        if group in read or (pods_known and group not in running):
            continue
        command = f"oc logs -n {namespace} {target}"
        found[group] = Text(
            en=f"not in this must-gather; on the cluster: {command}",
            ja=f"この must-gather に含まれていません。クラスターでの確認: {command}",
        )
    return found


def unread_files(trouble: Trouble) -> Text | None:
    """Return what of the files themselves could not be read; None: nothing."""
    en: list[str] = []
    ja: list[str] = []
    if trouble.enough is not None:
        en.append(trouble.enough.en)
        ja.append(trouble.enough.ja)
    if trouble.damaged:
        shown = _first(trouble.damaged)
        en.append(f"{len(trouble.damaged)} damaged or cut off ({shown})")
        ja.append(f"破損または途中で切れたもの {len(trouble.damaged)} 件（{shown}）")
    if trouble.refused:
        shown = _first(trouble.refused)
        en.append(f"{len(trouble.refused)} may not be read by this user ({shown})")
        ja.append(f"読み取り権限がないもの {len(trouble.refused)} 件（{shown}）")
    if trouble.outside:
        en.append(f"{trouble.outside} with names that lead out of the must-gather, ignored")
        ja.append(f"must-gather の外を指す名前のため無視したもの {trouble.outside} 件")
    if trouble.nested:
        en.append(f"{trouble.nested} archives too deep within others")
        ja.append(f"入れ子が深すぎるアーカイブ {trouble.nested} 件")
    if trouble.logs:
        en.append(f"{trouble.logs} logs too many")
        ja.append(f"多すぎるため読み取らなかったログ {trouble.logs} 件")
    return Text(en="; ".join(en), ja="、".join(ja)) if en else None


def _first(names: list[str]) -> str:
    printable = "".join(each if each.isprintable() else "?" for each in names[0][-120:])
    return printable + (", …" if len(names) > 1 else "")
