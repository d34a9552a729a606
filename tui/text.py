"""The only door for foreign text: plain content, signs for states, wrapping by cells, ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from rich.cells import cell_len, get_character_cell_size
from textual.content import Content

from tui.engine.line_breaks import may_break
from tui.language import _

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, text direction overrides, zero-width signs, lone surrogates: shown, never obeyed."""

LONGEST: Final = 20_000
"""Signs of one foreign text that are shown at most."""


class Tone(StrEnum):
    """How something is, worst first; each has a sign, so that colour is never needed."""

    BAD = "bad"
    WARN = "warn"
    UNKNOWN = "unknown"
    BUSY = "busy"
    OK = "ok"
    INFO = "info"
    OFF = "off"

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return _RANKS[self]

    @property
    def sign(self) -> str:
        """Return one cell that stands for the tone in any terminal, with or without colour."""
        return _SIGNS[self]

    @property
    def style(self) -> str:
        """Return the theme's style for the tone."""
        return _STYLES[self]


_RANKS: Final = {tone: rank for rank, tone in enumerate(Tone)}
_SIGNS: Final = {
    Tone.BAD: "✗",
    Tone.WARN: "!",
    Tone.UNKNOWN: "?",
    Tone.BUSY: "~",
    Tone.INFO: "i",
    Tone.OK: "✓",
    Tone.OFF: "-",
}
_STYLES: Final = {
    Tone.BAD: "$text-error",
    Tone.WARN: "$text-warning",
    Tone.UNKNOWN: "$text-warning",
    Tone.BUSY: "$text-accent",
    Tone.INFO: "$text-muted",
    Tone.OK: "$text-success",
    Tone.OFF: "$text-muted",
}


def visible(foreign: object, longest: int = LONGEST) -> str:
    """Return text from anywhere with everything that a terminal would obey made visible.

    Args:
        foreign: the text.
        longest: signs of it that are shown at most.
    """
    text = str(foreign)
    if len(text) > longest:
        text = text[:longest] + " …"
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return _INVISIBLE.sub(_show, text)


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def plain(foreign: object, style: str = "") -> Content:
    """Return text from a cluster, a log, a file or a person as content, never as markup."""
    text = visible(foreign)
    return Content.styled(text, style) if style else Content(text)


def one_line(foreign: object, style: str = "") -> Content:
    """Return foreign text as one line of content."""
    return plain(" ".join(str(foreign)[:LONGEST].split()), style)


def state(tone: Tone, word: object) -> Content:
    """Return sign and word of a state, in its colour."""
    return Content.assemble((f"{tone.sign} ", tone.style), plain(word, tone.style))


def join(*parts: Content | str | tuple[str, str]) -> Content:
    """Return the parts as one content; strings are our own words, never foreign ones."""
    return Content.assemble(*parts)


def lines_counted(count: int, shown: str = "") -> str:
    """Return a number of lines in words.

    Args:
        count: how many.
        shown: the number as it is written; default: with separators.
    """
    shown = shown or f"{count:,}"
    return _("1 line") if shown == "1" else _("{n} lines").format(n=shown)


def age(now: datetime, then: datetime | None) -> str:
    """Return how long ago something was, in one word."""
    if then is None:
        return ""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((86_400, _("{n}d")), (3_600, _("{n}h")), (60, _("{n}m"))):
        if seconds >= size:
            return unit.format(n=seconds // size)
    return _("{n}s").format(n=seconds)


def moment(value: object) -> datetime | None:
    """Return an RFC 3339 time, or None if `value` is none."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def wrap(content: Content, width: int, extra: int = 0) -> list[Content]:
    """Return `content` in lines of at most `width` cells, by the rules of both languages.

    Latin words stay whole where they fit; between Japanese signs a line may end anywhere but
    before 、。） and after （「.

    Args:
        content: What to wrap.
        width: Cells of a line.
        extra: Cells that the very first line has besides, as where the others hang.
    """
    lines: list[Content] = []
    for line in content.split("\n", allow_blank=True):
        more = extra if not lines else 0
        if line.cell_length <= width + more:
            lines.append(line)
            continue
        parts = line.divide(list(_breaks(line.plain, max(2, width), more)))
        lines.extend(part.rstrip() for part in parts)
    return lines


def _breaks(text: str, width: int, extra: int = 0) -> Iterator[int]:
    start = 0
    column = -extra
    allowed = -1
    before = ""
    for position, sign in enumerate(text):
        cells = get_character_cell_size(sign)
        if position > start and may_break(before, sign):
            allowed = position
        while column + cells > width and sign != " " and position > start:
            start = allowed if allowed > start else position
            yield start
            column = cell_len(text[start:position])
        column += cells
        before = sign
