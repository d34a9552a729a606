"""What stands around a command's output: the command, how it is going, how much there is."""

from __future__ import annotations

from textual.content import Content

from tui.engine.object_commands import LogChoice
from tui.engine.target import Target
from tui.language import _
from tui.rows.command import brief, command
from tui.text import Tone, join, lines_counted, one_line, plain, state, wrap
from tui.widgets.kept_lines import KeptLines


def heading(title: str, choice: LogChoice | None, *, previous: bool) -> Content:
    """Return what is shown: of which object, of which container."""
    parts = [one_line(title, "bold")]
    if choice is not None:
        parts.append(one_line(choice, "$text-accent"))
    if previous:
        parts.append(Content.styled(_("before the last restart"), "$text-warning"))
    return Content("  ").join(parts)


def command_line(shown: str, target: Target, width: int, most: int) -> Content:
    """Return the exact command; what has no room is left out at its beginning, which is pinned.

    Args:
        shown: the command as it can be pasted.
        target: where it goes.
        width: cells of a line.
        most: lines at most.
    """
    whole = wrap(command(shown, target, ""), max(10, width))
    if len(whole) <= most:
        return Content("\n").join(whole)
    short = wrap(plain(brief(shown, target)), max(10, width))
    return Content("\n").join(short[:most])


def counts(lines: KeptLines) -> list[Content]:
    """Return how many lines there are, how many were left out, how many the filter leaves."""
    parts = [join((lines_counted(lines.total), "$text-muted"))]
    if lines.dropped:
        words = _("the first {n} left out").format(n=f"{lines.dropped:,}")
        parts.append(state(Tone.WARN, words))
    if lines.needle:
        words = _("{n} match").format(n=f"{len(lines.shown):,}")
        parts.append(state(Tone.INFO, words))
    return parts


def standing(
    ending: str, lines: KeptLines, *, running: bool, following: bool, at_end: bool
) -> Content:
    """Return how the command is going, in one line.

    Args:
        ending: how it ended, as a line; empty while it runs.
        lines: what it said.
        running: whether it is running.
        following: whether it goes on until it is stopped.
        at_end: whether the newest line is in sight.
    """
    if running:
        parts = [state(Tone.BUSY, _("following") if following else _("running"))]
    else:
        parts = [plain(ending)] if ending else []
    parts += counts(lines)
    if not at_end:
        parts.append(Content.styled(_("G: to the newest"), "$text-muted"))
    return Content("  ").join(parts)
