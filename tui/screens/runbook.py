"""The runbook screen: carries steps out, asks before changes, can be left at any point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.worker import Worker

from knowledge.model import Risk, StepKind
from knowledge.text import Text
from tui.engine.ports import Exited, Line
from tui.engine.request import Approval, Request, Stopped
from tui.engine.runbook import Runbook, StepState, StepView
from tui.language import _, say
from tui.rows import runbook as rows
from tui.rows.command import brief
from tui.rows.ending import ended
from tui.screens.ask import ask
from tui.screens.confirm import ConfirmScreen
from tui.screens.question import AskScreen, QuestionScreen
from tui.screens.runbook_pages import RunbookPages
from tui.screens.texts import LEAVE_RUNBOOK, NOTE, STOP_CHANGE
from tui.text import Tone, state, visible
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from tui.engine.session import Session

STOPPED_WITHIN: Final = 10.0
"""Seconds that leaving waits for a running command to end."""


class RunbookScreen(RunbookPages):
    """Walks through one runbook; can be left and opened again at any point."""

    def __init__(self, runbook: Runbook, session: Session) -> None:
        super().__init__(runbook, session)
        self._work: Worker[None] | None = None
        self._changing = False
        """Whether what runs changes the cluster."""
        self._asking = False
        """Whether the question before a change is open: nothing runs yet."""
        self._stopped = asyncio.Event()
        """Set while no process is there."""
        self._stopped.set()

    @on(RowList.Chosen, "#step")
    def _row_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        kind, _colon, name = event.key.partition(":")
        if kind == "go":
            self.action_go()
        elif kind == "onward":
            self._go_on()
        elif kind == "option":
            self._choose(name)
        elif kind == "input":
            self._ask_input(name)

    # Carrying out

    @property
    def busy(self) -> bool:
        """Whether a command or a wait is going on."""
        return self._work is not None and self._work.is_running

    @property
    def changing(self) -> bool:
        """Whether a command is running that changes the cluster."""
        return self.busy and self._changing

    def action_go(self) -> None:
        """Carry the step out; a change is shown first."""
        view = self.step_view()
        if view is None or self.busy:
            return
        words = rows.button_words(view, self.runbook.target)
        current = self.runbook.current
        next_one = current is not None and current.step.id == view.step.id
        if not words or (view.state is StepState.PENDING and not next_one):
            return
        kind = view.step.kind
        if kind in (StepKind.EXPLAIN, StepKind.MANUAL):
            self._do(lambda: self.runbook.tick(view.step.id))
        elif kind is StepKind.WAIT:
            self._work = self._wait(view.step.id)
        elif words.startswith("c"):
            self.action_copy_command()
        else:
            self._work = self._carry_out(view.step.id, undo=False)

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Stopped as stopped:
            self._say(stopped.message)
            return
        self._go_on()

    def _choose(self, option: str) -> None:
        view = self.step_view()
        if view is not None and not self.busy:
            self._do(lambda: self.runbook.choose(view.step.id, option))

    @work(exclusive=True, group="step")
    async def _carry_out(self, step: str, *, undo: bool) -> None:
        try:
            request = self.runbook.request(step, undo=undo)
            approval = None
            if request.risk is not Risk.READ:
                approval = await self._ask(request)
                if approval is None:
                    return
            await self._run(request, approval)
        except Stopped as stopped:
            self._say(stopped.message)
        finally:
            self._changing = False
        self._after(step, undo)

    async def _ask(self, request: Request) -> Approval | None:
        self._asking = True
        try:
            target, preview = self.runbook.target, self.runbook.preview
            return await ask(self.app, ConfirmScreen(request, target, preview))
        finally:
            self._asking = False

    def _after(self, step: str, undo: bool) -> None:
        """Say what came of a command, and go on if it went well."""
        view = next((each for each in self.runbook.steps if each.step.id == step), None)
        if view is not None and view.note is not None:
            tone = rows.step_tone(view.state)
            self.output.say(f"{tone.sign} {say(view.note)}")
        if view is not None and view.state is StepState.DONE and not undo:
            self._go_on()
        else:
            self.render_rows()

    async def _run(self, request: Request, approval: Approval | None) -> None:
        self._changing = request.risk is not Risk.READ
        self._stopped.clear()
        self.output.begin(brief(request.shown, self.runbook.target))
        self._changed()
        try:
            events = self.runbook.run(request, approval)
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Line):
                        self.output.say(event.text)
                    elif isinstance(event, Exited):
                        self.output.say(ended(event))
                    self._changed()
        except asyncio.CancelledError:
            self.output.say(f"{Tone.UNKNOWN.sign} {_('stopped by you')}")
            raise
        finally:
            self._stopped.set()
            self._changed()

    def _changed(self) -> None:
        if self.is_attached:
            self.call_later(self.render_rows)

    @work(exclusive=True, group="step")
    async def _wait(self, step: str) -> None:
        def progress(truth: object, seconds: float) -> None:
            self._progress = rows.waiting(truth, seconds)
            self._changed()

        self._progress = state(Tone.BUSY, _("waiting"))
        self.call_later(self.render_rows)
        try:
            outcome = await self.runbook.wait(step, progress)
        except Stopped as stopped:
            self._say(stopped.message)
            return
        finally:
            self._progress = None
            self._changed()
        if outcome is StepState.DONE:
            self._go_on()

    def _say(self, message: Text) -> None:
        self.app.notify(visible(say(message)), severity="warning", markup=False)

    # The other keys

    def action_skip(self) -> None:
        """Leave the step out."""
        view = self.step_view()
        if view is not None and not self.busy:
            self._do(lambda: self.runbook.skip(view.step.id))

    def action_undo(self) -> None:
        """Show how to take a change back, then decide."""
        view = self.step_view()
        if view is not None and not self.busy:
            self._work = self._carry_out(view.step.id, undo=True)

    def action_copy_command(self) -> None:
        """Copy the exact command."""
        view = self.step_view()
        command = self._command(view) if view is not None else None
        if isinstance(command, str):
            self.app.copy_to_clipboard(command)
            words = _("Command copied.")
            if not self.runbook.target.can_run or self.runbook.target.read_only:
                words = _("Command copied. When it is done, s goes on to the next step.")
            self.app.notify(words, markup=False, timeout=4)

    def action_inputs(self) -> None:
        """Go to the values that the command uses, first to one that is wrong."""
        self.page.focus()
        view = self.step_view()
        if view is not None:
            inputs = sorted(self._inputs(view), key=lambda each: each.problem is None)
            for each in inputs:
                if self.page.move_to(f"input:{each.name}"):
                    return

    @work(exclusive=True, group="question")
    async def _ask_input(self, name: str) -> None:
        view = next((each for each in self.runbook.inputs if each.name == name), None)
        if view is None or self.busy:
            return
        tried: list[str] = []

        def take(value: str) -> Text | None:
            tried.append(value)
            return self.runbook.set_input(name, value)

        taken = await ask(self.app, AskScreen(view.title, view.value, view.candidates, take))
        if taken is None and tried:
            # Wrong values were tried, then none was wanted: nothing is changed.
            self.runbook.set_input(name, view.value)
        self.render_rows()

    @work(exclusive=True, group="question")
    async def action_note(self) -> None:
        """Write a note into the record."""
        text = await ask(self.app, AskScreen(NOTE))
        if text:
            self.runbook.note(text)
            self.app.notify(_("Noted."), markup=False, timeout=2)

    # Stopping and leaving

    def action_stop(self) -> None:
        """Stop what runs, at once."""
        if self._work is not None:
            self._work.cancel()

    @work(exclusive=True, group="question")
    async def action_leave_runbook(self) -> None:
        """Stop what runs; if nothing does, go back to the findings."""
        if self.changing:
            if await ask(self.app, QuestionScreen(*STOP_CHANGE)):
                self.action_stop()
        elif self.busy:
            self.action_stop()
        else:
            self.dismiss(None)

    async def may_leave(self) -> bool:
        """Return whether the program may end; asks if a command is running."""
        if not self.busy or self._asking:
            return True
        if not await ask(self.app, QuestionScreen(*LEAVE_RUNBOOK)):
            return False
        self.action_stop()
        with suppress(TimeoutError):
            # Some commands take their time to end; none may go on without us.
            await asyncio.wait_for(self._stopped.wait(), STOPPED_WITHIN)
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if not self.is_mounted:
            return True
        view = self.step_view()
        if action == "stop":
            return self.busy
        if action == "skip":
            return True if view is not None and not self.busy and _open(view) else None
        if action == "undo":
            return _can_undo(view) and not self.busy and self.runbook.target.can_run
        if action == "go":
            return self._can_go(view)
        if action == "copy_command":
            return True if view is not None and view.step.run else None
        if action == "inputs":
            return bool(view is not None and self._inputs(view))
        return True

    def _can_go(self, view: StepView | None) -> bool | None:
        if view is None or self.busy:
            return None
        return True if rows.button_words(view, self.runbook.target) else None


def _open(view: StepView) -> bool:
    return view.state in (
        StepState.PENDING,
        StepState.UNEXPECTED,
        StepState.FAILED,
        StepState.UNKNOWN,
    )


def _can_undo(view: StepView | None) -> bool:
    return (
        view is not None
        and view.step.kind is StepKind.CHANGE
        and view.step.undo is not None
        and bool(view.step.undo.run)
        and view.state in (StepState.DONE, StepState.UNKNOWN, StepState.FAILED)
    )
