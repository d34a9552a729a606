"""What is said of files that were not read, or not to their end."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.text import Text


def stopped(percent: int) -> Text:
    """Return that a person ended the reading before its end."""
    return Text(
        en=f"stopped by you after {percent} %; what was read until then was judged",
        ja=f"{percent} % まで読み取った時点で停止しました。そこまでの内容を判定しました",
    )


def empty(shown: str) -> Text:
    """Return that there was nothing to judge: finding nothing says nothing then."""
    return Text(
        en=f"there is no line of a log in {shown}; nothing was judged",
        ja=f"{shown} にログの行がないため、何も判定していません",
    )


def together(reasons: Sequence[Text]) -> Text:
    """Return several reasons as one."""
    more = len(reasons) - 1
    if not more:
        return reasons[0]
    return Text(en=f"{reasons[0].en} (and {more} more)", ja=f"{reasons[0].ja}（ほか {more} 件）")


def unreadable(name: str, error: OSError) -> Text:
    """Return why a file cannot be read."""
    why = error.strerror or type(error).__name__
    return Text(en=f"{name} cannot be read: {why}", ja=f"{name} を読み取れません: {why}")
