"""What the runbook screen shows: steps left, the step in the middle, command and output below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from knowledge.command import needs
from knowledge.finding import Finding
from knowledge.model import Step, StepKind
from knowledge.text import Text
from tui import keys
from tui.engine.mode import Mode
from tui.engine.request import Stopped
from tui.engine.runbook import InputView, Runbook, StepState, StepView
from tui.language import _, say
from tui.rows import plan, summary
from tui.rows import runbook as rows
from tui.rows.command import brief
from tui.screens.base import DoctorScreen, TooSmall
from tui.text import Tone, plain, state
from tui.widgets.key_bar import KeyBar
from tui.widgets.output import Output
from tui.widgets.row_list import Row, RowList
from tui.widgets.rows import text_row, tight
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.engine.permission import Permission
    from tui.engine.plan import Plan
    from tui.engine.session import Session, State

PLAN: Final = "plan"
SUMMARY: Final = "summary"
_UNTOUCHED: Final = frozenset({StepState.PENDING, StepState.NOT_NEEDED})
_CARRIED_OUT: Final = frozenset(
    {StepState.DONE, StepState.UNEXPECTED, StepState.FAILED, StepState.UNKNOWN}
)


class RunbookPages(DoctorScreen[Mode | None]):
    """Shows one runbook; what is done about it is in `tui.screens.runbook_work`."""

    BINDINGS: ClassVar[list[BindingType]] = keys.RUNBOOK
    status = query_one(StatusLine)
    steps = query_one("#steps", RowList)
    page = query_one("#step", RowList)
    output = query_one(Output)

    def __init__(self, runbook: Runbook, session: Session) -> None:
        super().__init__()
        self.runbook = runbook
        self.session = session
        self.plan: Plan | None = None
        self.last_change = ""
        """Id of the change that was just carried out: its way back is offered at once."""
        self._shown = ""
        """Id of the step in the middle, or PLAN, or SUMMARY."""
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

    @property
    def mode(self) -> Mode:
        """How the runbook is carried out; windows over it show it too."""
        return self.runbook.mode

    @property
    def untouched(self) -> bool:
        """Whether nothing was done yet."""
        return all(view.state in _UNTOUCHED for view in self.runbook.steps)

    def on_mount(self) -> None:
        """Begin with the plan; with the next step where something was done already."""
        self.page.click_chooses = True
        self.refresh_facts(self.session.state)
        if self.untouched or self.runbook.resumed is not None:
            self._show(PLAN)
        else:
            self._go_on()
        self.load_plan()
        self.page.focus()

    @work(exclusive=True, group="plan")
    async def load_plan(self) -> None:
        """Ask the engine what is ahead; the page shows it when it comes."""
        try:
            self.plan = await self.runbook.plan()
        except Stopped as stopped:
            self.say_why(stopped.message)
        self.render_rows()

    def say_why(self, message: Text) -> None:
        """Say why something does not go, beside the page."""
        self.app.notify(plain(say(message)).plain, severity="warning", markup=False)

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
        heading = self.query_one("#output-title", Static)
        if heading.content != (words := Content(_("Output"))):
            # Updating it lays the screen out anew, which a line of output should not wait for.
            heading.update(words)
        heading.display = self.output.display = bool(self.output.said)
        denied = [view.step.id for view in views if self._denied(view)]
        self.steps.set_rows(rows.steps(title, views, current, denied=denied, dense=narrow))
        if self._shown not in (PLAN, SUMMARY) and self.step_view() is None:
            # A choice took the step out of the procedure.
            self._shown = current.step.id if current is not None else SUMMARY
        self.steps.move_to(self._row_key(), announce=False)
        self._show_page(self._page(views, current), top=top)
        self.refresh_bindings()

    def _show_page(self, shown: list[Row], *, top: bool) -> None:
        dense = self.has_class("-short")
        above = plan.mode_rows(self.mode)
        if (problem := self.runbook.record_problem) is not None:
            above.append(text_row("record-problem", state(Tone.BAD, say(problem)), hang=2))
        above += self._way_back()
        if above and not dense:
            above.append(text_row("room:above", Content("")))
        shown = [*above, *(tight(shown) if dense else shown)]
        self.page.set_rows(shown, top=top)
        if top:
            _first = any(self.page.move_to(key) for key in ("onward", "go", "begin"))
            # What the page is comes first; `r` carries it out from anywhere.
            self.page.scroll_to(y=0, animate=False, immediate=True)

    def _page(self, views: tuple[StepView, ...], current: StepView | None) -> list[Row]:
        if self._shown == SUMMARY:
            return summary.summary(
                views,
                self._finding(),
                asked=self.runbook.finding is not None,
                record=self.runbook.record,
                id=self.runbook.id,
                mode=self.mode,
            )
        view = self.step_view()
        if view is None:
            return self._plan_page(views, current)
        number = [each.step.id for each in views].index(view.step.id) + 1
        onward = ""
        if current is not None and current.step.id != view.step.id:
            place = [each.step.id for each in views].index(current.step.id) + 1
            onward = f"{place} {say(current.title)}"
        return rows.step(
            view,
            number,
            len(views),
            self._inputs(view),
            self._command(view),
            self.runbook.target,
            current=current is not None and current.step.id == view.step.id,
            progress=self._progress if view.state is StepState.RUNNING else None,
            dense=self.has_class("-short"),
            onward=onward,
            mode=self.mode,
            permissions=self._permissions(view),
            undo=self._undo_command(view),
        )

    def _plan_page(self, views: tuple[StepView, ...], current: StepView | None) -> list[Row]:
        if (resumed := self.runbook.resumed) is not None and not self.untouched:
            same = resumed.same_procedure
            return summary.resumed(views, current, self.runbook.id, same_procedure=same)
        begin = ""
        if current is not None:
            begin = _("r  Begin") if self.untouched else _("r  To the next step")
        return plan.plan(
            views,
            self.plan,
            mode=self.mode,
            begin=begin,
            can_dry_run=self.can_switch_mode,
            own_tool=len(self.runbook.target.prefix) > 1,
            further=self._further(),
        )

    def _further(self) -> list[Step]:
        """Return all steps for this cause, also those that only a choice brings."""
        procedure, cause = self.runbook.issue.procedure, self.runbook.cause
        steps = procedure.steps if procedure is not None else ()
        return [step for step in steps if not step.causes or cause in step.causes]

    @property
    def can_switch_mode(self) -> bool:
        """Whether a dry run can be begun instead, or the real run after it."""
        if not self.runbook.target.can_run or self.mode is Mode.WALKTHROUGH:
            return False
        # What a dry run has done is nothing, so it can be left for the real run at any time.
        return self.mode is Mode.DRY_RUN or self.untouched

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new size, once the screen knows its class."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        if self.stands:
            self.render_rows()

    def step_view(self, id: str = "") -> StepView | None:
        """Return the step in the middle, or the one with that id."""
        wanted = id or self._shown
        return next((view for view in self.runbook.steps if view.step.id == wanted), None)

    def _row_key(self) -> str:
        return self._shown if self._shown in (PLAN, SUMMARY) else f"step:{self._shown}"

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

    def _permissions(self, view: StepView) -> tuple[Permission, ...]:
        planned = self.plan.steps if self.plan is not None else ()
        found = next((each for each in planned if each.view.step.id == view.step.id), None)
        return found.permissions or () if found is not None else ()

    def _denied(self, view: StepView) -> bool:
        return any(each.allowed is False for each in self._permissions(view))

    # The way back

    def undo_step(self) -> str:
        """Return the id of the change that `u` takes back: the one shown, or the last one."""
        view = self.step_view()
        for step in (view.step.id if view is not None else "", self.last_change):
            if step and self._undo_command(self.step_view(step)):
                return step
        return ""

    def _undo_command(self, view: StepView | None) -> str | None:
        """Return what takes a step back; empty: nothing can; None: there is nothing to take."""
        if (
            view is None
            or view.step.kind is not StepKind.CHANGE
            or view.state not in _CARRIED_OUT
            or not rows.runs_here(view, self.runbook.target, self.mode)
            or self.mode is not Mode.LIVE
        ):
            return None
        if not self.runbook.undoable(view.step.id):
            return "" if view.state is StepState.DONE else None
        try:
            shown = self.runbook.request(view.step.id, undo=True).shown
        except Stopped:
            return ""
        return brief(shown, self.runbook.target)

    def _way_back(self) -> list[Row]:
        """Return the change that was just made, and what takes it back, above the next step."""
        if not self.last_change or self._shown == self.last_change:
            return []
        view = self.step_view(self.last_change)
        command = self._undo_command(view)
        if view is None or command is None or view.state is not StepState.DONE:
            return []
        words = _("Done: {title}").format(title=say(view.title))
        return [text_row("last", state(Tone.OK, words), hang=2), *rows.take_back(command)]

    # Moving

    def _show(self, page: str) -> None:
        """Show a page from its top."""
        self._shown = page
        self.render_rows(top=True)

    def _go_on(self) -> None:
        """Show the step that is next, or the summary after the last one."""
        current = self.runbook.current
        self._following = True
        self._show(current.step.id if current is not None else SUMMARY)

    @on(RowList.Highlighted, "#steps")
    def _step_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        if event.row_list.has_focus and event.key != self._row_key():
            self._following = False
            self._show(event.key.removeprefix("step:"))
            if self._shown == PLAN:
                self.load_plan()

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
