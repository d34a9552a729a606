"""What is said of a must-gather that cannot be used."""

from __future__ import annotations

from pathlib import Path

from knowledge.text import Text
from tui.engine.archive.entries import Trouble

_COLLECT = "oc adm must-gather --image=registry.redhat.io/oadp/oadp-mustgather-rhel9:v1.5"


def not_there(path: Path) -> Text:
    """Return that there is no such file or folder."""
    return Text(
        en=f"There is no {path}. Give the folder or archive of a must-gather to --must-gather.",
        ja=f"{path} がありません。--must-gather には must-gather のフォルダーまたは"
        "アーカイブを指定してください。",
    )


def refused(path: Path, error: OSError) -> Text:
    """Return that it cannot be opened."""
    why = error.strerror or type(error).__name__
    return Text(
        en=f"{path} cannot be read: {why}. Check its permissions.",
        ja=f"{path} を読み取れません: {why}。アクセス権を確認してください。",
    )


def no_archive(path: Path) -> Text:
    """Return that the file is none that could be a must-gather."""
    return Text(
        en=f"{path} is no must-gather: give a folder, .tar, .tar.gz, .tgz, .tar.xz or .zip.",
        ja=f"{path} は must-gather ではありません。"
        "フォルダー、.tar、.tar.gz、.tgz、.tar.xz、.zip のいずれかを指定してください。",
    )


def nothing(path: Path, trouble: Trouble, files: int, *, loose: bool = False) -> Text:
    """Return that nothing of OADP was found, and the likeliest reason.

    Args:
        path: what was read.
        trouble: what was not read.
        files: how many were.
        loose: whether logs are among them that lie in no must-gather's place.
    """
    if trouble.enough is not None:
        return Text(
            en=f"{path} holds nothing of OADP as far as it was read: {trouble.enough.en}.",
            ja=f"{path} の読み取れた範囲に OADP のデータがありません: {trouble.enough.ja}。",
        )
    if trouble.damaged:
        return Text(
            en=f"{path} is damaged or cut off before anything of OADP could be read. "
            "Copy it again from where it comes from.",
            ja=f"{path} は破損しているか途中で切れており、OADP のデータを読み取れませんでした。"
            "取得元からもう一度コピーしてください。",
        )
    if trouble.refused:
        return Text(
            en=f"{len(trouble.refused)} files or folders in {path} may not be read by this user, "
            "and the rest holds nothing of OADP. Check their permissions.",
            ja=f"{path} 内の {len(trouble.refused)} 件に読み取り権限がなく、残りに OADP のデータは"
            "ありません。アクセス権を確認してください。",
        )
    if trouble.outside and not files:
        return Text(
            en=f"All names in {path} lead out of it, so nothing of it was read. "
            "Pack the folder of the must-gather anew, from within the folder above it.",
            ja=f"{path} 内の名前がすべてアーカイブの外を指しているため、何も読み取りませんでした。"
            "1 つ上のフォルダーに移動して、must-gather のフォルダーを圧縮し直してください。",
        )
    if not files:
        return Text(
            en=f"{path} is empty. Give the folder or archive that `oc adm must-gather` wrote.",
            ja=f"{path} は空です。`oc adm must-gather` が書き込んだフォルダーまたは"
            "アーカイブを指定してください。",
        )
    if loose and path.is_dir():
        return Text(
            en=f"{path} is no must-gather, but holds log files. Open them with `--logs {path}`, "
            f"or search them with `scan {path}`.",
            ja=f"{path} は must-gather ではありませんが、ログファイルがあります。"
            f"`--logs {path}` で開くか、`scan {path}` で検索してください。",
        )
    return Text(
        en=f"{path} holds nothing of OADP or Velero. Collect it with `{_COLLECT}`.",
        ja=f"{path} に OADP や Velero のデータがありません。`{_COLLECT}` で収集してください。",
    )
