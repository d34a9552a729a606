"""The rows of earlier sessions: the list, and the record of one to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from tui.engine.mode import Mode
from tui.language import _, say
from tui.rows.guard import line_style
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import button, text_row
from tui.widgets.status_line import mode_word

if TYPE_CHECKING:
    from tui.engine.records import Summary

MOST_LINES: Final = 5_000
"""Lines of one record that are shown; the export has all of them."""


def sessions(found: Sequence[Summary] | None) -> list[Row]:
    """Return the list, newest first.

    Args:
        found: The sessions; None while they are being read.
    """
    if found is None:
        return [text_row("reading", state(Tone.BUSY, _("reading the records")))]
    if not found:
        words = _("There is no session yet: a record begins with the first step of a runbook.")
        return [text_row("none", state(Tone.OFF, words), hang=2)]
    return [_session(each) for each in found]


def can_go_on(session: Summary) -> bool:
    """Return whether a session is a runbook that may have something left to do."""
    return bool(session.issue) and session.mode == Mode.LIVE


def record(session: Summary, text: str | None) -> list[Row]:
    """Return the record of one session, line by line.

    Args:
        session: The session.
        text: Its record in Markdown; None while it is being read.
    """
    rows = []
    if can_go_on(session):
        rows += [button("resume", _("g  Go on with this session")), text_row("room", Content(""))]
    if text is None:
        return [*rows, text_row("reading", state(Tone.BUSY, _("reading the record")))]
    lines = text.splitlines()
    fenced = False
    for number, line in enumerate(lines[:MOST_LINES]):
        fence = line.startswith("```")
        rows.append(text_row(f"line:{number}", _line(line, fenced=fenced and not fence), hang=2))
        fenced = fenced != fence
    if len(lines) > MOST_LINES:
        words = _("{n} more lines; e writes all of them into a file.")
        more = words.format(n=len(lines) - MOST_LINES)
        rows.append(text_row("more", state(Tone.INFO, more), hang=2))
    return rows


def _line(line: str, *, fenced: bool) -> Content:
    if fenced:
        return plain(line, line_style(line))
    if line.startswith("#"):
        return plain(line.lstrip("# "), "bold $text-primary")
    return plain(line, "$text-muted" if line.startswith("```") else "")


def _session(each: Summary) -> Row:
    tone, word = _standing(each)
    title = say(each.title) or each.issue or each.id
    head = join((f"{tone.sign} ", tone.style)) + one_line(title, "bold")
    begun = each.started[:16].replace("T", " ") + " (UTC)"
    about = [begun, one_line(each.context).plain, _("changes: {n}").format(n=each.changes)]
    below = Content.styled("  ".join(part for part in about if part), "$text-muted")
    for mark, style in _marks(each):
        below = below + Content("  ") + Content.styled(mark, style)
    return Row(
        f"session:{each.id}",
        head + Content("\n") + below,
        right=one_line(word, tone.style),
        lines=4,
        hang=2,
    )


def _standing(each: Summary) -> tuple[Tone, str]:
    if each.unknown:
        return Tone.UNKNOWN, _("outcome unknown")
    if not each.closed:
        return Tone.BUSY, _("open")
    return Tone.OK, _("closed")


def _marks(each: Summary) -> list[tuple[str, str]]:
    marks = []
    if each.practice:
        marks.append((_("PRACTICE"), "bold $text-accent"))
    if each.mode in (Mode.DRY_RUN, Mode.WALKTHROUGH):
        marks.append((mode_word(Mode(each.mode)), "bold $text-success"))
    if each.imported:
        marks.append((_("imported"), "$text-secondary"))
    return marks
