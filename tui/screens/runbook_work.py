"""Carrying out the steps of a runbook: checks at once, changes after their question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from textual import work
from textual.worker import Worker

from knowledge.model import Risk, StepKind
from tui.engine.mode import Mode
from tui.engine.ports import Exited, Line
from tui.engine.request import Approval, Changed, Request, Stopped
from tui.engine.runbook import Runbook, StepState
from tui.language import _, say
from tui.rows import runbook as rows
from tui.rows.command import brief
from tui.rows.ending import ended
from tui.screens.ask import ask
from tui.screens.confirm import ConfirmScreen
from tui.screens.runbook_pages import RunbookPages
from tui.text import Tone, state

if TYPE_CHECKING:
    from tui.engine.session import Session

_RUNNING_SHOWN: Final = 0.05
"""Seconds after which a step is shown as running."""
_WELL: Final[frozenset[StepState]] = frozenset({StepState.DONE, StepState.DRY_RUN})
"""Ends after which the next step is shown."""


class RunbookWork(RunbookPages):
    """What runs: one command or wait at a time, in one worker."""

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

    @property
    def busy(self) -> bool:
        """Whether a command or a wait is going on."""
        return self._work is not None and self._work.is_running

    @property
    def changing(self) -> bool:
        """Whether a command is running that changes the cluster."""
        return self.busy and self._changing

    def start(self, step: str) -> None:
        """Carry a step out in the way of its kind; a change is shown first."""
        view = self.step_view(step)
        if view is None or self.busy:
            return
        by_hand = view.step.kind in (StepKind.EXPLAIN, StepKind.MANUAL)
        if by_hand or self.mode is Mode.WALKTHROUGH:
            self.do(lambda: self.runbook.tick(step))
        elif view.step.kind is StepKind.WAIT:
            self._work = self._wait(step)
        else:
            self._work = self._carry_out(step, undo=False)

    def take_back(self, step: str) -> None:
        """Show what takes a change back, then decide."""
        if not self.busy:
            self._work = self._carry_out(step, undo=True)

    def settle(self, step: str) -> None:
        """Look at the object of a change that was cut off: did it take effect?"""
        if not self.busy:
            self._work = self._settle(step)

    def do(self, act: Callable[[], object]) -> None:
        """Do what needs no command, and go on."""
        try:
            act()
        except Stopped as stopped:
            self.say_why(stopped.message)
            return
        self.last_change = ""
        self._go_on()

    @work(exclusive=True, group="step")
    async def _carry_out(self, step: str, *, undo: bool) -> None:
        try:
            if not await self._confirmed(step, undo):
                return
        except Stopped as stopped:
            self.say_why(stopped.message)
        finally:
            self._changing = False
        self._after(step, undo)

    async def _confirmed(self, step: str, undo: bool) -> bool:
        """Run a command, a change after its question; return whether it ran."""
        changed: tuple[str, ...] | None = None
        while True:
            request = self.runbook.request(step, undo=undo)
            approval: Approval | None = None
            if request.risk is not Risk.READ and self.mode is Mode.LIVE:
                answer = await self._ask(request, changed)
                if answer is None:
                    return False
                request, approval = answer
            try:
                await self._run(request, approval)
            except Changed as news:
                # Another one changed the object meanwhile: the person has to look again.
                self.output.say(f"{Tone.WARN.sign} {say(news.message)}")
                self._changing = False
                changed = news.difference
            else:
                return True

    async def _ask(
        self, request: Request, changed: tuple[str, ...] | None
    ) -> tuple[Request, Approval] | None:
        view = self.step_view(request.step)
        title = view.title if view is not None else None
        screen = ConfirmScreen(
            request, self.runbook.target, self.runbook.inspect, title=title, changed=changed
        )
        self._asking = True
        try:
            approval = await ask(self.app, screen)
        finally:
            self._asking = False
        return None if approval is None else (screen.request, approval)

    def _after(self, step: str, undo: bool) -> None:
        """Say what came of a command, and go on if it went well."""
        view = self.step_view(step)
        if view is not None and view.note is not None:
            tone = rows.step_tone(view.state)
            self.output.say(f"{tone.sign} {say(view.note)}")
        if view is not None and view.state in _WELL and not undo:
            self.last_change = step if view.step.kind is StepKind.CHANGE else ""
            self._go_on()
        else:
            self.render_rows()

    async def _run(self, request: Request, approval: Approval | None) -> None:
        self._changing = request.risk is not Risk.READ and self.mode is Mode.LIVE
        self._stopped.clear()
        self.output.begin(brief(request.shown, self.runbook.target))
        # A quick command's first line has the first frame to itself.
        self.set_timer(_RUNNING_SHOWN, self._changed)
        try:
            events = self.runbook.run(request, approval)
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Line):
                        self.output.say(event.text)
                    elif isinstance(event, Exited):
                        self.output.say(ended(event))
                        # A line alone changes nothing but the output.
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
            self.say_why(stopped.message)
            return
        finally:
            self._progress = None
            self._changed()
        if outcome in _WELL:
            self.last_change = ""
            self._go_on()

    @work(exclusive=True, group="step")
    async def _settle(self, step: str) -> None:
        self.output.begin(_("look at what came of the change"), Tone.BUSY.sign)
        self._changed()
        try:
            await self.runbook.settle(step)
        except Stopped as stopped:
            self.say_why(stopped.message)
            return
        finally:
            self._changed()
        self._after(step, undo=False)
