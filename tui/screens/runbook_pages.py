"""What the runbook screen shows: steps left, the step in the middle, command and output below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from knowledge.command import needs
from knowledge.finding import Finding
from knowledge.text import Text
from tui import keys
from tui.engine.request import Stopped
from tui.engine.runbook import InputView, Runbook, StepState, StepView
from tui.language import _, say
from tui.rows import runbook as rows
from tui.screens.base import DoctorScreen, TooSmall
from tui.text import Tone, state
from tui.widgets.key_bar import KeyBar
from tui.widgets.output import Output
from tui.widgets.row_list import RowList
from tui.widgets.rows import text_row
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.engine.session import Session, State

SUMMARY = "summary"


class RunbookPages(DoctorScreen[None]):
    """Shows one runbook; what is done about it is in `tui.screens.runbook`."""

    BINDINGS: ClassVar[list[BindingType]] = keys.RUNBOOK
    status = query_one(StatusLine)
    steps = query_one("#steps", RowList)
    page = query_one("#step", RowList)
    output = query_one(Output)

    def __init__(self, runbook: Runbook, session: Session) -> None:
        super().__init__()
        self.runbook = runbook
        self.session = session
        self._shown = ""
        """Id of the step in the middle, or SUMMARY."""
        self._progress: Content | None = None
        self._following = True
        """Whether the step in the middle is the one to do next, not one that was looked up."""

    def compose(self) -> ComposeResult:
        """Lay out steps, step and output."""
        yield StatusLine()
        with Horizontal(id="runbook"):
            with Vertical(id="steps-side"):
                yield RowList(id="steps")
            with Vertical(id="step-side"):
                yield RowList(id="step")
                yield Static(Content(""), id="output-title")
                yield Output()
        yield KeyBar()
        yield TooSmall()

    @property
    def stands(self) -> bool:
        """Whether all its parts are there."""
        return len(self.query("StatusLine, #steps, #step, #output-title, Output")) == 5

    def on_mount(self) -> None:
        """Begin at the step that is next."""
        self.page.click_chooses = True
        self.refresh_facts(self.session.state)
        self._go_on()
        self.page.focus()

    # What is shown

    def refresh_facts(self, new: State) -> None:
        """Take new facts: rules of steps are judged anew."""
        self.runbook.refresh(new.snapshot)
        if not self.stands:
            return
        self.status.show(new, read_only=self.runbook.target.read_only)
        view = self.step_view()
        if self._following and view is not None and view.state is StepState.NOT_NEEDED:
            # A change has just made the next step needless.
            self._go_on()
        self.render_rows()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.render_rows()

    def render_rows(self, *, top: bool = False) -> None:
        """Show steps and step as they are now."""
        if not self.stands:
            return
        views, current = self.runbook.steps, self.runbook.current
        narrow = self.has_class("-narrow")
        title = None if narrow else self.runbook.issue.title
        self.query_one("#output-title", Static).update(Content(_("Output")))
        self.query_one("#output-title").display = self.output.display = bool(self.output.said)
        self.steps.set_rows(rows.steps(title, views, current, dense=narrow))
        if self._shown != SUMMARY and self.step_view() is None:
            # A choice took the step out of the procedure.
            self._shown = current.step.id if current is not None else SUMMARY
        self.steps.move_to(self._row_key(), announce=False)
        if self._shown == SUMMARY:
            shown = rows.summary(
                views,
                self._finding(),
                asked=self.runbook.finding is not None,
                record=self.runbook.record,
                id=self.runbook.id,
            )
            self.page.set_rows(shown, top=top)
        elif (view := self.step_view()) is not None:
            onward = ""
            if current is not None and current.step.id != view.step.id:
                number = [each.step.id for each in views].index(current.step.id) + 1
                onward = f"{number} {say(current.title)}"
            shown = rows.step(
                view,
                [each.step.id for each in views].index(view.step.id) + 1,
                len(views),
                self._inputs(view),
                self._command(view),
                self.runbook.target,
                current=current is not None and current.step.id == view.step.id,
                progress=self._progress if view.state is StepState.RUNNING else None,
                dense=self.has_class("-short"),
                onward=onward,
            )
            if (problem := self.runbook.record_problem) is not None:
                content = state(Tone.BAD, say(problem))
                shown = [text_row("record-problem", content, hang=2), *shown]
            self.page.set_rows(shown, top=top)
            if top:
                self.page.move_to("onward" if onward else "go")
                # What the step is comes first; `r` carries it out from anywhere.
                self.page.scroll_to(y=0, animate=False, immediate=True)
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new size, once the screen knows its class."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        if self.stands:
            self.render_rows()

    def step_view(self) -> StepView | None:
        """Return the step in the middle."""
        return next((view for view in self.runbook.steps if view.step.id == self._shown), None)

    def _row_key(self) -> str:
        return SUMMARY if self._shown == SUMMARY else f"step:{self._shown}"

    def _finding(self) -> Finding | None:
        begun = self.runbook.finding
        if begun is None:
            return None
        findings = self.session.state.diagnosis.findings
        return next((each for each in findings if each.key == begun.key), None)

    def _inputs(self, view: StepView) -> list[InputView]:
        used = needs(view.step)
        return [each for each in self.runbook.inputs if each.name in used]

    def _command(self, view: StepView) -> str | Text | None:
        if not view.step.run:
            return None
        try:
            return self.runbook.request(view.step.id).shown
        except Stopped as stopped:
            return stopped.message

    def _go_on(self) -> None:
        """Show the step that is next, or the summary after the last one."""
        current = self.runbook.current
        self._shown = current.step.id if current is not None else SUMMARY
        self._following = True
        self.render_rows(top=True)

    # Moving

    @on(RowList.Highlighted, "#steps")
    def _step_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        if event.row_list.has_focus and event.key != self._row_key():
            self._shown = event.key.removeprefix("step:")
            self._following = False
            self.render_rows(top=True)

    @on(RowList.Chosen, "#steps")
    def _step_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.page.focus()

    def action_steps(self) -> None:
        """Go to the list of steps."""
        self.steps.focus()

    def action_page(self) -> None:
        """Go to the step in the middle."""
        self.page.focus()

    @on(RowList.Highlighted, "#step")
    def _row_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
