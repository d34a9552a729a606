"""The question before a change: what it does, what was looked at, the command. Cancel is ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from knowledge.text import Text
from tui import keys
from tui.engine.request import Approval, Request, Stopped
from tui.engine.target import Target
from tui.language import _, say
from tui.rows import confirm
from tui.screens.base import DoctorModal, TooSmall
from tui.text import one_line, plain, visible
from tui.widgets.row_list import RowList
from tui.widgets.sure_button import SureButton

if TYPE_CHECKING:
    from tui.engine.inspection import Inspection
    from tui.engine.session import State

AGAIN: Final = 1.0
"""Seconds between two looks at the cluster while facts change all the time."""


class ConfirmScreen(DoctorModal[Approval | None]):
    """Shows one command in full; only the button runs it.

    `request` is, when it is answered, the command that the approval is for.
    """

    BINDINGS: ClassVar[list[BindingType]] = keys.QUESTION + keys.CONFIRM

    def __init__(
        self,
        request: Request,
        target: Target,
        inspect: Callable[[Request], Awaitable[Inspection]],
        *,
        title: Text | None = None,
        changed: Sequence[str] | None = None,
    ) -> None:
        """Prepare the question.

        Args:
            request: the command.
            target: where it goes.
            inspect: looks at the cluster: guards, preview, consequences. Raises `Stopped`.
            title: what the change is called; None: it has no name.
            changed: how the object differs from what was approved before; None: nothing was.
        """
        super().__init__()
        self.request = request
        self.target = target
        self.inspection: Inspection | None = None
        self._inspect = inspect
        self._title = title
        self._changed = changed
        self._looking = False
        self._look_again = False
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out facts, what has to be typed, and the buttons."""
        with Vertical(classes="window -large", id="confirm"):
            yield Static(Content(""), classes="window-title")
            facts = RowList(id="facts")
            facts.can_focus = False
            yield facts
            for id, wanted in self._wanted():
                with Horizontal(classes="type"):
                    yield Static(plain(wanted), id=f"type-{id}", classes="type-label")
                    yield Input(id=f"typed-{id}", select_on_focus=False, classes="typed")
            with Horizontal(classes="buttons"):
                yield Static(Content(""), id="how")
                yield SureButton(id="cancel")
                yield SureButton(id="run")
        yield TooSmall()

    def _wanted(self) -> list[tuple[str, str]]:
        """Return what has to be typed, by what it is."""
        both = (("context", self.request.confirm_context), ("name", self.request.confirm_name))
        return [(id, wanted) for id, wanted in both if wanted]

    def on_mount(self) -> None:
        """Show what is known; nothing can be pressed before the cluster was looked at."""
        self.query_one("#run", SureButton).disabled = True
        # Focused only later: Enter that was typed ahead answers nothing.
        self.query_one("#cancel", SureButton).can_focus = False
        self.translate()
        self._look()

    # Looking at the cluster

    def _look(self) -> None:
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        self._look_again = False
        self._load()

    @work(group="inspection")
    async def _load(self) -> None:
        try:
            inspection = await self._inspect(self.request)
        except Stopped as stopped:
            self.app.notify(visible(say(stopped.message)), severity="warning", markup=False)
            self.dismiss(None)
            return
        finally:
            self._looking = False
        if not self.is_attached:
            return
        first = self.inspection is None
        self.inspection = inspection
        self.request = inspection.request
        self._show_facts()
        self._allow()
        if first:
            self._ready()
        # Facts that came meanwhile may not be in what was found, so they are not forgotten.
        self._pause = self.set_timer(AGAIN, self._paused)

    def _ready(self) -> None:
        """Let the question be answered, from now on."""
        cancel = self.query_one("#cancel", SureButton)
        cancel.can_focus = True
        cancel.listen()
        if isinstance(self.focused, Input):
            return
        # What has to be typed comes first: letters would otherwise be taken for keys. Enter in
        # the box answers nothing.
        box = next(iter(self.query(".typed").results(Input)), None)
        if box is not None and self.inspection is not None and not self.inspection.blocked:
            box.focus()
        else:
            cancel.focus()

    def _paused(self) -> None:
        self._pause = None
        if self._look_again and self.is_attached and confirm.waits(self.inspection):
            self._look()

    def action_inspect(self) -> None:
        """Look at the cluster again."""
        if not self._looking:
            self.query_one("#run", SureButton).disabled = True
            self._look()

    def refresh_facts(self, new: State) -> None:
        """Look again while something has to end first: it may have ended."""
        self._look_again = True
        if not self._looking and self._pause is None and confirm.waits(self.inspection):
            self._look()

    # What is shown

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.query_one(".window-title", Static).update(plain(self._question()))
        self.query_one("#cancel", Button).label = Content(_("Cancel"))
        act = confirm.act(self.request, self.target)
        self.query_one("#run", Button).label = plain(_("Run: {act}").format(act=act))
        how = _("↑↓ scroll  a again  c copy")
        self.query_one("#how", Static).update(Content.styled(how, "$text-muted"))
        words = {
            "context": _("Type the context {name}:"),
            "name": _("Type the name {name}:"),
        }
        for id, wanted in self._wanted():
            label = one_line(words[id].format(name=wanted))
            self.query_one(f"#type-{id}", Static).update(label)
        self._show_facts()

    def _question(self) -> str:
        undoing = self.request.purpose == "undo"
        if self._title is None:
            return _("Take this change back?") if undoing else _("Run this change?")
        title = say(self._title).rstrip(".。")
        words = _("Take back “{title}”?") if undoing else _("{title}?")
        return words.format(title=title)

    def _show_facts(self) -> None:
        facts = next(iter(self.query("#facts").results(RowList)), None)
        if facts is None:
            # Answered before the screen was laid out anew, or before the cluster was looked at.
            return
        rows = confirm.rows(
            self.request, self.target, self.inspection, facts.size.width,
            changed=self._changed, dense=self.app.size.height < 30,
        )  # fmt: skip
        facts.set_rows(rows)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new size."""
        self.call_after_refresh(self._show_facts)

    # Answering

    def _allow(self) -> None:
        """Let the button be pressed once everything was looked at and typed."""
        run = self.query_one("#run", SureButton)
        allowed = (
            self.inspection is not None
            and not self.inspection.blocked
            and all(self._typed(id) == wanted for id, wanted in self._wanted())
        )
        run.disabled = not allowed
        if not allowed:
            run.ignore()
            if self.focused is run:
                self.query_one("#cancel", SureButton).focus()
        elif not run.listens:
            run.listen()

    def _typed(self, id: str) -> str:
        return "".join(box.value.strip() for box in self.query(f"#typed-{id}").results(Input))

    @on(Input.Changed, ".typed")
    def _typing(self) -> None:
        self._allow()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Go back; nothing was done."""
        self.dismiss(None)

    @on(Button.Pressed, "#run")
    def _run(self) -> None:
        inspection = self.inspection
        if inspection is None or self.query_one("#run", SureButton).disabled:
            return
        try:
            approval = inspection.approve(typed=self._typed("name"), context=self._typed("context"))
        except Stopped as stopped:
            self.app.notify(visible(say(stopped.message)), severity="warning", markup=False)
            return
        self.dismiss(approval)

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
