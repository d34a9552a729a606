"""The runbook screen: what its keys do; it can be left and opened again at any point."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from textual import on, work

from knowledge.text import Text
from tui.engine.mode import Mode
from tui.engine.runbook import StepState, StepView
from tui.language import _, language
from tui.rows import runbook as rows
from tui.screens.ask import ask
from tui.screens.question import AskScreen, QuestionScreen
from tui.screens.runbook_pages import PLAN
from tui.screens.runbook_work import RunbookWork
from tui.screens.texts import LEAVE_RUNBOOK, NOTE, STOP_CHANGE
from tui.widgets.row_list import RowList

STOPPED_WITHIN: Final = 10.0
"""Seconds that leaving waits for a running command to end."""


class RunbookScreen(RunbookWork):
    """Walks through one runbook; answers how it wants to be opened anew, or None."""

    @on(RowList.Chosen, "#step")
    def _row_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        kind, _colon, name = event.key.partition(":")
        if kind == "option":
            self._choose(name)
        elif kind == "input":
            self._ask_input(name)
        else:
            self._button(kind)

    def _button(self, key: str) -> None:
        view = self.step_view()
        if key == "go":
            self._go()
        elif key == "begin":
            self.action_begin()
        elif key == "onward":
            self._go_on()
        elif key == "again" and view is not None:
            self.start(view.step.id)
        elif key == "tick":
            self.action_tick()
        elif key == "undo":
            self.action_undo()
        elif key == "script":
            self.action_copy_command()
        elif key == "dry-run":
            self.action_dry_run()

    # Carrying out

    def _go(self) -> None:
        """Do what the step's button says."""
        view = self.step_view()
        if view is None:
            return
        if rows.unsettled(view, self.runbook.target, self.mode):
            self.action_settle()
        elif self._to_copy(view):
            self.action_copy_to_do()
        else:
            self.action_go()

    def action_begin(self) -> None:
        """Leave the plan for the first step; for what is unknown, if there is something."""
        if self.busy or self._shown != PLAN:
            return
        unknown = [each for each in self.runbook.steps if each.state is StepState.UNKNOWN]
        self._go_on()
        if unknown and self.runbook.resumed is not None:
            self._show(unknown[0].step.id)
            self.action_settle()

    def action_go(self) -> None:
        """Carry the step out; a change is shown first."""
        view = self.step_view()
        if view is None or self.busy or self._to_copy(view):
            return
        if not rows.button_words(view, self.runbook.target, self.mode):
            return
        current = self.runbook.current
        next_one = current is not None and current.step.id == view.step.id
        if view.state is StepState.PENDING and not next_one:
            return
        wrong = next((each for each in self._inputs(view) if each.problem is not None), None)
        if wrong is not None and self.mode is not Mode.WALKTHROUGH:
            # Without it there is no command: it is asked for, instead of saying so only.
            self._ask_input(wrong.name)
        else:
            self.start(view.step.id)

    def action_settle(self) -> None:
        """Look at the object of a change that was cut off."""
        view = self.step_view()
        if view is not None and rows.unsettled(view, self.runbook.target, self.mode):
            self.settle(view.step.id)

    def action_tick(self) -> None:
        """Say that the command was carried out by hand, elsewhere."""
        view = self.step_view()
        if view is not None and not self.busy and self._to_copy(view):
            self.do(lambda: self.runbook.tick(view.step.id))

    def action_dry_run(self) -> None:
        """Open the runbook anew: as a dry run, or after one for real."""
        if self.can_switch_mode and not self.busy:
            self.dismiss(Mode.LIVE if self.mode is Mode.DRY_RUN else Mode.DRY_RUN)

    def _to_copy(self, view: StepView) -> bool:
        """Return whether a step's command can only be copied from here."""
        return rows.to_copy(view, self.runbook.target, self.mode)

    def _choose(self, option: str) -> None:
        view = self.step_view()
        if view is not None and not self.busy:
            self.do(lambda: self.runbook.choose(view.step.id, option))
            self.load_plan()

    # The other keys

    def action_skip(self) -> None:
        """Leave the step out."""
        view = self.step_view()
        if view is not None and not self.busy:
            self.do(lambda: self.runbook.skip(view.step.id))

    def action_undo(self) -> None:
        """Show how to take a change back, then decide."""
        step = self.undo_step()
        if step:
            self.take_back(step)

    def action_copy_command(self) -> None:
        """Copy the exact command; on the plan's page all of them, as a script."""
        view = self.step_view()
        if view is None:
            if self._shown == PLAN and self.plan is not None:
                self.app.copy_to_clipboard(self.plan.script(language()))
                self.app.notify(_("All commands copied, as a script."), markup=False, timeout=4)
            return
        command = self._command(view)
        if isinstance(command, str):
            self.app.copy_to_clipboard(command)
            words = _("Command copied.")
            if self._to_copy(view):
                words = _("Command copied. When it is done, t goes on to the next step.")
            self.app.notify(words, markup=False, timeout=4)

    def action_copy_to_do(self) -> None:
        """Copy the command, to carry it out elsewhere; then it can be ticked."""
        self.action_copy_command()
        self.page.move_to("tick")

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
        self.load_plan()

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
        if action in ("begin", "dry_run", "undo") and self.busy:
            return False
        if action == "begin":
            return self._shown == PLAN and self.runbook.current is not None
        if action == "dry_run":
            return self.can_switch_mode
        if action == "undo":
            return bool(self.undo_step())
        if action == "copy_command":
            whole = self._shown == PLAN and self.plan is not None
            return True if whole or (view is not None and view.step.run) else None
        if view is None:
            return None if action == "skip" else action not in _OF_A_STEP
        return self._check_step(action, view)

    def _check_step(self, action: str, view: StepView) -> bool | None:
        """Return what can be done about a step; False leaves the key to another action."""
        unsettled = rows.unsettled(view, self.runbook.target, self.mode)
        to_copy = self._to_copy(view)
        if action == "skip":
            return True if not self.busy and _open(view) else None
        if action == "inputs":
            return bool(self._inputs(view))
        if action == "settle":
            return unsettled and not self.busy
        if action == "copy_to_do":
            return to_copy and not self.busy
        if action == "tick":
            return to_copy and not self.busy and view.state is StepState.PENDING
        if action == "go":
            if unsettled or to_copy:
                return False
            words = rows.button_words(view, self.runbook.target, self.mode)
            return True if words and not self.busy else None
        return True


_OF_A_STEP: Final = frozenset({"go", "settle", "copy_to_do", "tick", "inputs"})


def _open(view: StepView) -> bool:
    return view.state in (
        StepState.PENDING,
        StepState.UNEXPECTED,
        StepState.FAILED,
        StepState.UNKNOWN,
    )
