"""Where a line may end, by the rules of both languages, and how wide it is in a terminal."""

from __future__ import annotations

import unicodedata
from typing import Final

_NO_LINE_START: Final = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝〕〉》」』】〙〗〟’”ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%,.:;!?)]}"
)
_NO_LINE_END: Final = frozenset("（［｛〔〈《「『【〘〖〝‘“([{")


def may_break(before: str, sign: str) -> bool:
    """Return whether a line may end between two signs.

    Latin words stay whole; between Japanese signs a line may end anywhere but before 、。） and
    after （「 (the rule that Japanese typesetting calls kinsoku).
    """
    if sign == " ":
        return False
    if before == " ":
        return True
    if sign in _NO_LINE_START or before in _NO_LINE_END:
        return False
    return _width(sign) == 2 or _width(before) == 2


def cells(text: str) -> int:
    """Return how many cells of a terminal `text` takes, Japanese signs counting two."""
    return sum(map(_width, text))


def _width(sign: str) -> int:
    if sign.isascii():
        return 1
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
