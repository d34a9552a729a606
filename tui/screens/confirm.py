"""The question before a change: what, where, what it would do, how to undo it. Cancel is ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui import keys
from tui.engine.request import Approval, Request
from tui.engine.runbook import Preview
from tui.engine.target import Target
from tui.language import _, say
from tui.rows.command import command
from tui.rows.step import consequence, risk_state
from tui.screens.base import DoctorModal, TooSmall
from tui.text import Tone, join, one_line, plain, state, visible
from tui.widgets.row_list import Row, RowList
from tui.widgets.rows import section, text_row, tight

MOST_DIFFERENCE = 400
"""Lines of the preview that are shown."""


class ConfirmScreen(DoctorModal[Approval | None]):
    """Shows one command in full; only the button runs it."""

    BINDINGS: ClassVar[list[BindingType]] = keys.QUESTION + keys.CONFIRM

    def __init__(
        self,
        request: Request,
        target: Target,
        preview: Callable[[Request], Awaitable[Preview]],
    ) -> None:
        super().__init__()
        self.request = request
        self.target = target
        self._make_preview = preview
        self._preview: Preview | None = None

    def compose(self) -> ComposeResult:
        """Lay out facts, the name to type if there is one, and the buttons."""
        with Vertical(classes="window -large", id="confirm"):
            yield Static(Content(""), classes="window-title")
            facts = RowList(id="facts")
            facts.can_focus = False
            yield facts
            if self.request.confirm_name:
                yield Static(Content(""), id="type-name")
                yield Input(id="typed", select_on_focus=False)
            with Horizontal(classes="buttons"):
                yield Static(Content(""), id="how")
                yield Button(Content(""), id="cancel", compact=True)
                yield Button(Content(""), id="run", compact=True)
        yield TooSmall()

    def on_mount(self) -> None:
        """Focus Cancel, then look what the command would do."""
        self.translate()
        self.query_one("#cancel", Button).focus()
        self.query_one("#run", Button).disabled = self._blocked or bool(self.request.confirm_name)
        self._load_preview()

    @property
    def _blocked(self) -> bool:
        """Whether something is running that the change would break."""
        return bool(self.request.busy)

    @work(exclusive=True, group="preview")
    async def _load_preview(self) -> None:
        self._preview = await self._make_preview(self.request)
        self._show_facts()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        title = (
            _("Take this change back?") if self.request.purpose == "undo" else _("Run this change?")
        )
        self.query_one(".window-title", Static).update(Content(title))
        self.query_one("#cancel", Button).label = Content(_("Cancel"))
        self.query_one("#run", Button).label = Content(_("Run this command"))
        how = _("↑↓ scroll   c copy   esc cancel")
        self.query_one("#how", Static).update(Content.styled(how, "$text-muted"))
        for label in self.query("#type-name").results(Static):
            words = _("Type {name} to allow it:")
            label.update(plain(words.format(name=self.request.confirm_name)))
        self._show_facts()

    def _show_facts(self) -> None:
        facts = next(iter(self.query("#facts").results(RowList)), None)
        if facts is None:
            # Answered before the screen was laid out anew, or before the preview came.
            return
        rows = [
            *self._where(),
            *self._risk(),
            *self._answer(),
            *self._command(),
            *self._undo(),
            *self._difference(),
            *self._undo_command(),
        ]
        facts.set_rows(tight(rows) if self._short else rows)

    @property
    def _short(self) -> bool:
        return self.app.size.height < 30

    def _where(self) -> list[Row]:
        target = self.target
        named = (
            (_("Cluster"), _("PRACTICE") if target.practice else target.server),
            (_("Context"), target.context),
            (_("User"), target.user),
            (_("Namespace"), target.namespace),
        )
        room = max(Content(name).cell_length for name, _value in named) + 2
        cells = [
            join((name, "$text-muted"), " " * (room - Content(name).cell_length))
            + one_line(value or "-", "bold")
            for name, value in named
        ]
        half = self._half
        rows = []
        while cells:
            first = cells.pop(0)
            # Two side by side where both fit.
            paired = bool(cells) and max(first.cell_length, cells[0].cell_length) < half - 1
            if paired:
                first = first + Content(" " * (half - first.cell_length)) + cells.pop(0)
            rows.append(text_row(f"where:{len(cells)}", first, hang=0 if paired else room))
        return rows

    @property
    def _half(self) -> int:
        """Cells of half a line."""
        return max(10, self.query_one("#facts", RowList).size.width // 2)

    def _risk(self) -> list[Row]:
        request = self.request
        word = risk_state(request.risk).stylize("bold")
        rows = [
            text_row("room:risk", Content("")),
            text_row("risk", word),
            text_row("consequence", Content(consequence(request.risk)), indent=2),
        ]
        if request.busy:
            rows.append(
                text_row(
                    "busy",
                    state(Tone.BAD, _("Running now, and would fail. Wait until it has ended:")),
                    hang=2,
                )
            )
            rows += [
                text_row(f"busy:{ref}", one_line(ref), indent=2, hang=2)
                for ref in request.busy[:20]
            ]
            if len(request.busy) > 20:
                more = _("{n} more").format(n=len(request.busy) - 20)
                rows.append(text_row("busy:more", Content(more), indent=2))
        return rows

    def _answer(self) -> list[Row]:
        """What the server says of it, before a long command has all the room."""
        preview = self._preview
        if preview is None:
            return [text_row("answer", state(Tone.BUSY, _("asking the server")), hang=2)]
        tone = Tone.INFO if preview.supported else Tone.UNKNOWN
        if preview.refused:
            tone = Tone.BAD
        return [text_row("answer", state(tone, say(preview.message)), hang=2)]

    def _command(self) -> list[Row]:
        shown = command(self.request.shown, self.target)
        return [*section(_("Command (c copies it)")), text_row("command", shown, 2, 2)]

    def _undo(self) -> list[Row]:
        request = self.request
        rows = section(_("How to undo it"))
        if request.purpose == "undo":
            words = _("Carry the step out again.")
            return [*rows, text_row("undo-note", Content(words), indent=2)]
        if request.undo is None and not request.undo_command:
            rows.append(text_row("undo", state(Tone.WARN, _("There is no way back."))))
        if request.undo is not None:
            rows.append(text_row("undo-note", plain(say(request.undo)), indent=2))
        elif request.undo_command:
            rows.append(text_row("undo-note", Content(_("With the command below.")), indent=2))
        return rows

    def _undo_command(self) -> list[Row]:
        if not self.request.undo_command:
            return []
        shown = command(self.request.undo_command, self.target, "")
        return [*section(_("The command that undoes it")), text_row("undo-command", shown, 2, 2)]

    def _difference(self) -> list[Row]:
        if self._preview is None or not self._preview.difference:
            return []
        rows = section(_("Preview: what the server says it would do"))
        for number, line in enumerate(self._preview.difference[:MOST_DIFFERENCE]):
            if line.startswith("@@"):
                # Line numbers of a manifest that nobody sees; only the gap is worth a sign.
                if number:
                    rows.append(text_row(f"gap:{number}", Content.styled("…", "$text-muted"), 2))
                continue
            style = {"+": Tone.OK.style, "-": Tone.BAD.style}.get(line[:1], "$text-muted")
            rows.append(text_row(f"difference:{number}", plain(line, style), indent=2, hang=2))
        return rows

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new size."""
        self.call_after_refresh(self._show_facts)

    @on(Input.Changed, "#typed")
    def _typed(self, event: Input.Changed) -> None:
        fits = event.value.strip() == self.request.confirm_name
        self.query_one("#run", Button).disabled = self._blocked or not fits

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Go back; nothing was done."""
        self.dismiss(None)

    @on(Button.Pressed, "#run")
    def _run(self) -> None:
        typed = "".join(box.value.strip() for box in self.query("#typed").results(Input))
        self.dismiss(self.request.approve(typed))

    def action_copy_command(self) -> None:
        """Copy the exact command."""
        self.app.copy_to_clipboard(self.request.shown)
        self.app.notify(_("Command copied."), markup=False, timeout=2)

    def action_scroll_facts(self, lines: int) -> None:
        """Scroll the facts while a button has the focus."""
        self.query_one("#facts", RowList).scroll_relative(y=lines, animate=False, immediate=True)

    def shown_text(self) -> str:
        """Return everything that is shown, for tests."""
        rows = self.query_one("#facts", RowList).rows
        return "\n".join(visible(row.content.plain) for row in rows)
