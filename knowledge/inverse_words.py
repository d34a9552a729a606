"""What `knowledge.inverse` says to people: what a way back does, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from knowledge.quiet import KeyPath, written
from knowledge.text import Text

_SHOWN: Final = 4
"""Paths that a note names before it counts."""

NOT_READ: Final = Text(
    en="The object could not be read before the change, so what it was is not known.",
    ja="変更前のオブジェクトを読み取れなかったため、元の内容がわかりません。",
)
NO_DIFFERENCE: Final = Text(
    en="The change makes no difference to the object, so there is nothing to take back.",
    ja="この変更ではオブジェクトに差分が生じないため、元に戻すものはありません。",
)
HIDDEN: Final = Text(
    en="What changes lies among values that are redacted: the record holds no secrets, so it "
    "cannot bring them back.",
    ja="変更される箇所に、伏せ字の値が含まれています。記録にはシークレットの値がないため、"
    "元に戻せません。",
)
NULL_IN_LIST: Final = Text(
    en="A list that changes has `null` in it, which a patch cannot bring back reliably; use the "
    "saved object.",
    ja="変更されるリストに `null` が含まれており、パッチでは確実に元に戻せません。"
    "保存したオブジェクトを使用してください。",
)
TOO_LARGE: Final = Text(
    en="What would have to be put back is too large for one command; use the saved object.",
    ja="元に戻す内容が 1 つのコマンドには大きすぎます。保存したオブジェクトを使用してください。",
)
OTHER: Final = Text(
    en="The object that was read is not the one that the command changes, or was read in another "
    "API version.",
    ja="読み取ったオブジェクトが、コマンドの変更対象と異なるか、別の API バージョンで"
    "読み取られています。",
)
STATUS: Final = Text(
    en="The change goes to `status`, which controllers write; putting old values back would "
    "mislead them.",
    ja="この変更の対象は、コントローラーが書き込む `status` です。古い値に戻すと、"
    "コントローラーの動作が狂います。",
)
WITHOUT_DRY_RUN: Final = Text(
    en="The server could not try the change out, so it is not known which fields it touches; "
    "use the saved object.",
    ja="サーバーがこの変更をドライランできなかったため、どのフィールドが変わるかわかりません。"
    "保存したオブジェクトを使用してください。",
)
GOING: Final = Text(
    en="The object was being deleted before already, so its deletion is not taken back.",
    ja="オブジェクトは以前からすでに削除中だったため、削除を元に戻すことはありません。",
)
UNFINALIZED: Final = Text(
    en="The object waits for its finalizers to be deleted: once they are removed it is gone, with "
    "no way back.",
    ja="オブジェクトは削除待ちで、finalizer だけが残っています。finalizer を削除すると"
    "オブジェクトは消え、元に戻せません。",
)
COMES_BACK: Final = Text(
    en="It comes back by itself: the controller that owns it makes a new one.",
    ja="自動的に戻ります。所有者のコントローラーが新しく作成します。",
)
WORDS: Final[Mapping[str, Text]] = {
    "rollout restart": Text(
        en="Nothing to take back: the pods were replaced by new ones with the same content.",
        ja="元に戻すものはありません。Pod は同じ内容の新しい Pod に置き換わりました。",
    ),
    "rollout undo": Text(
        en="It went back to an earlier revision; choose the one to return to with `oc rollout "
        "history`.",
        ja="以前のリビジョンに戻しました。戻り先は `oc rollout history` で確認して選んでください。",
    ),
    "replace --force": Text(
        en="The object was deleted and created anew, and what belonged to it is gone; use the "
        "saved object.",
        ja="オブジェクトは削除してから作り直されるため、付随するものは失われます。"
        "保存したオブジェクトを使用してください。",
    ),
    "existed": Text(
        en="The object was there before, so the command cannot have created it.",
        ja="オブジェクトは以前から存在したため、このコマンドで作成されたものではありません。",
    ),
    "unnamed": Text(
        en="The server chooses the name of the new object (`generateName`), so what to delete is "
        "known only afterwards.",
        ja="新しいオブジェクトの名前はサーバーが決めます（`generateName`）。"
        "何を削除すればよいかは、作成後にしかわかりません。",
    ),
    "unstored": Text(
        en="The object is a question to the server, which does not keep it.",
        ja="このオブジェクトはサーバーへの問い合わせで、サーバーには保存されません。",
    ),
    "resume": Text(
        en="The rollout goes on, with all that was changed while it was paused.",
        ja="ロールアウトを再開します。一時停止中に行われた変更もすべて反映されます。",
    ),
    "pause": Text(
        en="The rollout is paused again; what was rolled out in the meantime stays.",
        ja="ロールアウトを再び一時停止します。それまでに反映された変更は残ります。",
    ),
}


def no_way(verb: str) -> Text:
    """Return that there is no way back for `verb`."""
    return Text(
        en=f"No way back is known for `oc {verb}`.",
        ja=f"`oc {verb}` を元に戻す方法は用意されていません。",
    )


def deleted_again(name: str) -> Text:
    """Return what deleting an object does that a command has created."""
    return Text(en=f"This deletes {name} again.", ja=f"作成した {name} を削除します。")


def made_anew(kind: str, *, owned: bool) -> Text:
    """Return what creating an object from its saved form does.

    Args:
        kind: `Kind.group`.
        owned: whether it had owners.
    """
    note = Text(
        en="This creates the object anew from its saved form. Its status and what belonged to it "
        "are not in there.",
        ja="保存した内容からオブジェクトを作り直します。status と、付随していたオブジェクトは"
        "含まれません。",
    )
    if owned:
        note = _both(
            note,
            Text(
                en="Its owner is not set; a controller that owns it sets it again or makes its "
                "own object.",
                ja="所有者の参照は設定されません。所有者のコントローラーが再設定するか、"
                "自身でオブジェクトを作成します。",
            ),
        )
    more = _ANEW.get(kind)
    return note if more is None else _both(note, more)


_ANEW: Final = {
    "Schedule.velero.io": Text(
        en="Velero does not know any more when it ran last, and may start a backup at once.",
        ja="Velero は最後の実行日時を失うため、すぐにバックアップを開始する場合があります。",
    ),
    "DataProtectionApplication.oadp.openshift.io": Text(
        en="The Operator then installs Velero anew.",
        ja="その後、Operator が Velero を改めてインストールします。",
    ),
    "BackupStorageLocation.velero.io": Text(
        en="Velero then finds its backups in object storage again.",
        ja="その後、Velero がオブジェクトストレージのバックアップを再び検出します。",
    ),
}


def put_back(
    paths: Sequence[KeyPath],
    *,
    lists: Sequence[KeyPath] = (),
    nulls: Sequence[KeyPath] = (),
    guessed: bool = False,
    unseen: bool = False,
) -> Text:
    """Return what a way back does that puts single fields back.

    Args:
        paths: the fields.
        lists: those of them that are put back as a whole.
        nulls: those of them that were `null` and will be missing.
        guessed: whether the fields are known from the patch alone, not from a dry run.
        unseen: whether changes of redacted values could not be seen.
    """
    note = Text(
        en=f"This puts back {_named(paths, 'en')}.", ja=f"{_named(paths, 'ja')} を元に戻します。"
    )
    if lists:
        note = _both(
            note,
            Text(
                en="Lists are put back as a whole: what others changed in them since is lost.",
                ja="リストは全体を元に戻します。その後に他者が行ったリストの変更は失われます。",
            ),
        )
    if nulls:
        note = _both(
            note,
            Text(
                en=f"Fields that were `null` will be missing instead: {_named(nulls, 'en')}.",
                ja=f"`null` だったフィールドは、存在しない状態になります: {_named(nulls, 'ja')}",
            ),
        )
    if guessed:
        note = _both(
            note,
            Text(
                en="There was no dry run: what the server itself adds to the change stays.",
                ja="ドライランの結果がないため、サーバーが変更に付け加えた内容は残ります。",
            ),
        )
    if unseen:
        note = _both(
            note,
            Text(
                en="The object has redacted values; had the change touched them, they would stay "
                "changed.",
                ja="オブジェクトには伏せ字の値があります。その値が変更されていた場合、"
                "元には戻りません。",
            ),
        )
    return note


def _named(paths: Sequence[KeyPath], language: str) -> str:
    shown = [written(path) for path in paths[:_SHOWN]]
    rest = len(paths) - len(shown)
    if language == "ja":
        return "、".join(shown) + (f"、ほか {rest} 件" if rest else "")
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _both(one: Text, other: Text) -> Text:
    return Text(en=f"{one.en} {other.en}", ja=f"{one.ja}{other.ja}")
