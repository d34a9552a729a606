"""What `knowledge.settle` says to people: one sentence that they can check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from knowledge.quiet import KeyPath, written
from knowledge.text import Text

_SHOWN: Final = 3
"""Paths that a sentence names before it counts."""

NOT_READ: Final = Text(
    en="The object could not be read, so it is not known whether the change took effect.",
    ja="オブジェクトを読み取れなかったため、変更が反映されたかどうかは不明です。",
)
BEFORE_UNKNOWN: Final = Text(
    en="What the object was before the change is not known; look at it yourself.",
    ja="変更前のオブジェクトの内容が不明です。ご自身で確認してください。",
)
UNNAMED: Final = Text(
    en="The server chose the name of the new object, so look whether there is a new one.",
    ja="新しいオブジェクトの名前はサーバーが決めます。新しいものがあるかどうか確認してください。",
)
OTHER: Final = Text(
    en="The object that was read is not the one that the command changes.",
    ja="読み取ったオブジェクトは、コマンドの変更対象ではありません。",
)


def gone(name: str) -> Text:
    """Return that the object is not there any more."""
    return Text(en=f"{name} is not there any more.", ja=f"{name} は存在しません。")


def not_there(name: str) -> Text:
    """Return that an object was not created."""
    return Text(
        en=f"{name} is not there, so it was not created.",
        ja=f"{name} は存在しないため、作成されていません。",
    )


def may_have_gone(name: str) -> Text:
    """Return that an object is not there, which proves nothing for its kind."""
    return Text(
        en=f"{name} is not there, but objects of its kind are deleted when they are done.",
        ja=f"{name} は存在しませんが、この種類のオブジェクトは処理が終わると削除されます。",
    )


def another(name: str) -> Text:
    """Return that there is another object of the same name."""
    return Text(
        en=f"{name} is another object than before: it was deleted and made anew (its uid differs).",
        ja=f"{name} は以前とは別のオブジェクトです。削除された後に作り直されています"
        "（uid が異なります）。",
    )


def going(name: str) -> Text:
    """Return that the object is being deleted."""
    return Text(
        en=f"{name} is being deleted (it has a deletionTimestamp).",
        ja=f"{name} は削除中です（deletionTimestamp があります）。",
    )


def still_there(name: str) -> Text:
    """Return that the object from before is there, and stays."""
    return Text(
        en=f"{name} is still there, the same object as before (its uid is the same), and is not "
        "being deleted.",
        ja=f"{name} は以前と同じオブジェクトのまま存在し（uid が同じです）、削除中でもありません。",
    )


def nameless_twin(name: str) -> Text:
    """Return that it is not known whether the object is the one from before."""
    return Text(
        en=f"{name} is there, but whether it is the same object as before is not known.",
        ja=f"{name} は存在しますが、以前と同じオブジェクトかどうかは不明です。",
    )


def was_there(name: str) -> Text:
    """Return that the object was there before the command."""
    return Text(
        en=f"{name} is the object that was there before (its uid is the same), so it was not "
        "created by the command.",
        ja=f"{name} は以前から存在したオブジェクトです（uid が同じです）。"
        "このコマンドで作成されたものではありません。",
    )


def there(name: str) -> Text:
    """Return that the object is there as wanted."""
    return Text(
        en=f"{name} is there, with all that the manifest says.",
        ja=f"{name} は存在し、マニフェストの内容をすべて備えています。",
    )


def there_but_different(name: str) -> Text:
    """Return that an object is there that is not the wanted one."""
    return Text(
        en=f"{name} is there, but differs from the manifest; look who made it.",
        ja=f"{name} は存在しますが、マニフェストと内容が異なります。"
        "誰が作成したものか確認してください。",
    )


def restarted(name: str, when: str) -> Text:
    """Return that the pods were restarted."""
    return Text(
        en=f"{name} was restarted at {when[:40]}, and nothing else of its pods was changed.",
        ja=f"{name} は {when[:40]} に再起動されました。Pod のほかの内容は変わっていません。",
    )


def idle(name: str) -> Text:
    """Return that the change makes no difference."""
    return Text(
        en=f"The change makes no difference to {name}: it is as wanted anyway.",
        ja=f"この変更では {name} に差分が生じません。すでに変更後の内容になっています。",
    )


def as_wanted(name: str, paths: Sequence[KeyPath]) -> Text:
    """Return that the touched fields are as the change leaves them."""
    return Text(
        en=f"{name} is as the change leaves it: {_named(paths, 'en')}.",
        ja=f"{name} は変更後の内容になっています: {_named(paths, 'ja')}",
    )


def as_asked(name: str) -> Text:
    """Return that the object holds what the manifest says, and did not before."""
    return Text(
        en=f"{name} holds all that the manifest says, which it did not before.",
        ja=f"{name} は、以前とは異なり、マニフェストの内容をすべて備えています。",
    )


def as_before(name: str, paths: Sequence[KeyPath]) -> Text:
    """Return that the touched fields are as they were."""
    return Text(
        en=f"{name} is as it was before: {_named(paths, 'en')}.",
        ja=f"{name} は変更前の内容のままです: {_named(paths, 'ja')}",
    )


def untouched(name: str) -> Text:
    """Return that the object was not written."""
    return Text(
        en=f"{name} is as it was before, in all of its fields but its status.",
        ja=f"{name} は、status を除くすべてのフィールドが変更前のままです。",
    )


def neither(name: str, paths: Sequence[KeyPath]) -> Text:
    """Return that the touched fields are neither as before nor as wanted."""
    return Text(
        en=f"{name} is neither as it was before nor as the change leaves it; look at "
        f"{_named(paths, 'en')}.",
        ja=f"{name} は変更前とも変更後とも異なります。{_named(paths, 'ja')} を確認してください。",
    )


def no_dry_run(name: str) -> Text:
    """Return that it is not known which fields the change touches."""
    return Text(
        en=f"Which fields of {name} the change touches is not known, so compare it with the saved "
        "object yourself.",
        ja=f"{name} のどのフィールドが変更対象か不明です。保存したオブジェクトと比較してください。",
    )


def _named(paths: Sequence[KeyPath], language: str) -> str:
    shown = [written(path) for path in paths[:_SHOWN]]
    rest = len(paths) - len(shown)
    if language == "ja":
        return "、".join(shown) + (f"、ほか {rest} 件" if rest else "")
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
