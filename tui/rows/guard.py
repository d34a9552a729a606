"""What was looked at before a command: one line each with sign and word, details where needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from knowledge.text import Text
from tui.engine.guard import Guard, Guarded, Standing
from tui.language import _, say
from tui.text import Tone, plain
from tui.widgets.row_list import Row
from tui.widgets.rows import text_row

MOST_DETAILS: Final = 12
"""Lines of one guard's details that are shown."""


def guarded_word(about: Guarded) -> str:
    """Return what a guard looks at, in one word."""
    return {
        Guarded.PLACE: _("Place"),
        Guarded.PERMISSION: _("Permission"),
        Guarded.ASSUMPTIONS: _("Assumptions"),
        Guarded.UNCHANGED: _("Unchanged"),
        Guarded.IDLE: _("Idle"),
    }[about]


def standing_word(standing: Standing) -> str:
    """Return what came of a look, in one word."""
    return {
        Standing.CLEAR: _("clear"),
        Standing.WARNING: _("take care"),
        Standing.UNKNOWN: _("not known"),
        Standing.BLOCKED: _("blocked"),
    }[standing]


def standing_tone(standing: Standing) -> Tone:
    """Return how a standing looks."""
    return {
        Standing.CLEAR: Tone.OK,
        Standing.WARNING: Tone.WARN,
        Standing.UNKNOWN: Tone.UNKNOWN,
        Standing.BLOCKED: Tone.BAD,
    }[standing]


def guards(looks: Sequence[Guard], *, dense: bool = False) -> list[Row]:
    """Return one line for each guard, and its details below where it is not clear.

    Args:
        looks: what came of the looks.
        dense: whether those that are clear share one line, so that the preview has room.
    """
    rows: list[Row] = []
    if dense:
        clear = [look for look in looks if look.standing is Standing.CLEAR]
        looks = [look for look in looks if look.standing is not Standing.CLEAR]
        rows += _clear(clear)
    names = max((_cells(guarded_word(each)) for each in Guarded), default=0)
    words = max((_cells(standing_word(each)) for each in Standing), default=0)
    for number, look in enumerate(looks):
        tone = standing_tone(look.standing)
        head = Content.assemble(
            (f"{tone.sign} ", tone.style),
            padded(guarded_word(look.about), names + 2, "bold"),
            padded(standing_word(look.standing), words + 2, tone.style),
        )
        content = head + plain(say(look.message))
        key = f"guard:{number}:{look.about}"
        rows.append(text_row(key, content, hang=head.cell_length))
        if look.standing is not Standing.CLEAR:
            rows += _details(key, look.details)
    return rows


def _clear(looks: Sequence[Guard]) -> list[Row]:
    """Return one line for all guards that are clear."""
    if not looks:
        return []
    tone = standing_tone(Standing.CLEAR)
    names = Content(" · ").join(Content.styled(guarded_word(each.about), "bold") for each in looks)
    word = Content.styled(f"{tone.sign} {standing_word(Standing.CLEAR)}  ", tone.style)
    return [text_row("guards:clear", word + names, hang=2)]


def _details(key: str, details: Sequence[str | Text]) -> list[Row]:
    rows = []
    for number, each in enumerate(details[:MOST_DETAILS]):
        line = plain(say(each)) if isinstance(each, Text) else plain(each, line_style(each))
        rows.append(text_row(f"{key}:{number}", line, indent=4, hang=2))
    if len(details) > MOST_DETAILS:
        more = _("{n} more").format(n=len(details) - MOST_DETAILS)
        rows.append(text_row(f"{key}:more", Content.styled(more, "$text-muted"), indent=4))
    return rows


def line_style(line: str) -> str:
    """Return the style of a line of a difference; its sign says the same without colour."""
    return {"+": Tone.OK.style, "-": Tone.BAD.style}.get(line[:1], "$text-muted")


def padded(words: str, cells: int, style: str = "") -> Content:
    """Return words with blanks up to `cells`, by what they take on the screen."""
    content = Content.styled(words, style) if style else Content(words)
    return content + Content(" " * max(0, cells - content.cell_length))


def _cells(words: str) -> int:
    return Content(words).cell_length
