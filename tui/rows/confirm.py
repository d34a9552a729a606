"""The rows of the question before a change: consequences first, then guards, command, preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
from textual.content import Content

from knowledge.risk import classify
from tui.engine.guard import Guarded, Standing
from tui.language import _, say
from tui.rows.command import command
from tui.rows.guard import guards, line_style, padded
from tui.rows.step import consequence, risk_state
from tui.text import Tone, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import section, text_row, tight

if TYPE_CHECKING:
    from tui.engine.inspection import Inspection
    from tui.engine.preview import Preview
    from tui.engine.request import Request
    from tui.engine.target import Target

MOST_DIFFERENCE: Final = 400
"""Lines of the preview that are shown."""
_LONGEST_ACT: Final = 30
_PASSING: Final = frozenset({Guarded.IDLE, Guarded.ASSUMPTIONS})
"""What the course of things may clear, without anybody doing anything here."""


def act(request: Request, target: Target) -> str:
    """Return verb and name of a command, short enough for a button: `label custom`.

    Args:
        request: the command.
        target: what stands in front of its arguments.
    """
    words = list(request.argv[len(target.pinned) :])
    if words[:1] == ["-n"]:
        words = words[2:]
    judged = classify(words, _manifest(request.stdin))
    name = next((name for _kind, name in judged.objects if name), "")
    if not name and request.confirm_name:
        name = request.confirm_name
    shown = one_line(f"{judged.verb} {name}".strip()).plain
    return shown if len(shown) <= _LONGEST_ACT else shown[: _LONGEST_ACT - 1] + "…"


def _manifest(stdin: str | None) -> Mapping[str, Any] | None:
    if stdin is None:
        return None
    try:
        body = msgspec.json.decode(stdin)
    except (msgspec.DecodeError, RecursionError):
        return None
    return body if isinstance(body, Mapping) else None


def rows(
    request: Request,
    target: Target,
    inspection: Inspection | None,
    width: int,
    *,
    changed: Sequence[str] | None = None,
    dense: bool = False,
) -> list[Row]:
    """Return everything that is to be known before the command runs.

    Args:
        request: the command.
        target: where it goes.
        inspection: what was looked at; None while it is being looked at.
        width: cells of a line.
        changed: the lines in which the object differs from what was approved before; None: nothing
            was approved before.
        dense: whether lines are few: no empty ones, and one for all guards that are clear.
    """
    if inspection is not None:
        request = inspection.request
    found = [
        *_changed(changed),
        *_consequences(request, inspection),
        text_row("room:where", Content("")),
        *_where(target, width),
        text_row("room:guards", Content("")),
        *_guards(inspection, dense),
        *_command(request, target),
        *_preview(inspection.preview if inspection is not None else None),
        *_undo(request, target),
    ]
    return tight(found) if dense else found


def waits(inspection: Inspection | None) -> bool:
    """Return whether new facts may clear what stands in the way: running work, an assumption."""
    return inspection is not None and any(
        look.about in _PASSING and look.standing is Standing.BLOCKED for look in inspection.guards
    )


def _changed(difference: Sequence[str] | None) -> list[Row]:
    if difference is None:
        return []
    words = _("The object is another one than you looked at. Nothing has run. It differs in:")
    found = [text_row("changed", state(Tone.WARN, words), hang=2)]
    if not difference:
        words = _("The difference could not be read.")
        found.append(text_row("changed:none", Content.styled(words, "$text-muted"), indent=2))
    found += _lines("changed", difference[:MOST_DIFFERENCE])
    found.append(text_row("room:changed", Content("")))
    return found


def _consequences(request: Request, inspection: Inspection | None) -> list[Row]:
    found = [text_row("risk", risk_state(request.risk).stylize("bold"))]
    told = inspection.consequences if inspection is not None else ()
    if not told:
        words = consequence(request.risk)
        found.append(text_row("consequence", Content(words), indent=2))
    for number, each in enumerate(told):
        mark = Content("- ") if len(told) > 1 else Content("")
        content = mark + plain(say(each))
        found.append(text_row(f"consequence:{number}", content, indent=2, hang=mark.cell_length))
    return found


def _where(target: Target, width: int) -> list[Row]:
    named = (
        (_("Cluster"), _("PRACTICE") if target.practice else target.server),
        (_("Context"), target.context),
        (_("User"), target.user),
        (_("Namespace"), target.namespace),
    )
    room = max(Content(name).cell_length for name, _value in named) + 2
    cells = [
        padded(name, room, "$text-muted") + one_line(value or "-", "bold") for name, value in named
    ]
    half = max(10, width // 2)
    found = []
    while cells:
        first = cells.pop(0)
        # Two side by side where both fit.
        paired = bool(cells) and max(first.cell_length, cells[0].cell_length) < half - 1
        if paired:
            first = first + Content(" " * (half - first.cell_length)) + cells.pop(0)
        found.append(text_row(f"where:{len(cells)}", first, hang=0 if paired else room))
    return found


def _guards(inspection: Inspection | None, dense: bool) -> list[Row]:
    if inspection is None:
        words = _("looking at permission, object and running work")
        return [text_row("looking", state(Tone.BUSY, words), hang=2)]
    found = guards(inspection.guards, dense=dense)
    if inspection.preview.refused:
        # Said before a long command has all the room.
        refused = state(Tone.BAD, say(inspection.preview.message))
        found.append(text_row("refused", refused, hang=2))
    if waits(inspection):
        words = _("Waiting until that has passed; it is looked at again by itself. esc cancels.")
        found.append(text_row("waiting", state(Tone.BUSY, words), hang=2))
    return found


def _command(request: Request, target: Target) -> list[Row]:
    shown = command(request.shown, target)
    return [*section(_("Command (c copies it)")), text_row("command", shown, 2, 2)]


def _preview(preview: Preview | None) -> list[Row]:
    found = section(_("Preview: what the server says it would do"))
    if preview is None:
        return [*found, text_row("answer", state(Tone.BUSY, _("asking the server")), 2, 2)]
    if preview.refused:
        return []
    tone = Tone.INFO if preview.supported else Tone.UNKNOWN
    found.append(text_row("answer", state(tone, say(preview.message)), indent=2, hang=2))
    found += _goes_with(preview)
    return found + _lines("difference", preview.difference[:MOST_DIFFERENCE])


def _goes_with(preview: Preview) -> list[Row]:
    """Return what is deleted along with an object, before its own lines."""
    found = []
    if preview.goes_with:
        words = _("It takes with it:")
        found.append(text_row("with", state(Tone.WARN, words), indent=2, hang=2))
    for number, each in enumerate(preview.goes_with):
        found.append(text_row(f"with:{number}", one_line(each), indent=4, hang=2))
    if preview.more:
        more = _("{n} more").format(n=preview.more)
        found.append(text_row("with:more", Content.styled(more, "$text-muted"), indent=4))
    if preview.unseen is not None:
        content = state(Tone.UNKNOWN, say(preview.unseen))
        found.append(text_row("unseen", content, indent=2, hang=2))
    return found


def _lines(key: str, difference: Sequence[str]) -> list[Row]:
    found = []
    for number, line in enumerate(difference):
        if line.startswith("@@"):
            # Line numbers of a manifest that nobody sees; only the gap is worth a sign.
            if number:
                found.append(text_row(f"{key}-gap:{number}", Content.styled("…", "$text-muted"), 2))
            continue
        content = plain(line, line_style(line))
        found.append(text_row(f"{key}:{number}", content, indent=2, hang=2))
    return found


def _undo(request: Request, target: Target) -> list[Row]:
    found = section(_("How to undo it"))
    if request.purpose == "undo":
        words = _("Carry the step out again.")
        return [*found, text_row("undo-note", Content(words), indent=2)]
    if request.undo is None and not request.undo_command:
        words = _("This cannot be undone.")
        sign = f"{Tone.WARN.sign} {words}"
        return [*found, text_row("undo", Content.styled(sign, f"bold {Tone.BAD.style}"), 2, 2)]
    if not request.undo_command:
        found.append(text_row("undo", state(Tone.WARN, _("No command takes it back.")), 2, 2))
    if request.undo is not None:
        found.append(text_row("undo-note", plain(say(request.undo)), indent=2))
    if request.undo_command:
        shown = command(request.undo_command, target, "")
        found.append(text_row("undo-command", shown, 2, 2))
    return found
