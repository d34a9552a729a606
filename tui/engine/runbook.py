"""One procedure being carried out: its commands, and what came of them.

Nothing here starts a process; that is the gate's, which does not trust what it is handed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Final

from knowledge.finding import Finding
from knowledge.judge import Truth
from knowledge.model import Risk, StepKind
from knowledge.text import Text
from tui.engine import step_request
from tui.engine.assumption import assumption, finding_is_there, out_of_date, run_before
from tui.engine.attempt import Attempt
from tui.engine.carried import Carried
from tui.engine.changes import still_there
from tui.engine.environment import of_target
from tui.engine.facts import Facts
from tui.engine.guard import Guard, Standing
from tui.engine.inputs import InputView
from tui.engine.inspection import Inspection
from tui.engine.journal import Journal
from tui.engine.mode import Mode
from tui.engine.oc import OcRunner
from tui.engine.outcome import StepState
from tui.engine.pin import Pin
from tui.engine.plan import Plan, make_plan
from tui.engine.ports import Clock, RunEvent, Runner, SystemClock
from tui.engine.preview import Preview, make_preview
from tui.engine.rehearsal import rehearse
from tui.engine.request import Approval, Changed, NotApproved, Refused, Request
from tui.engine.runbook_state import Resumed, RunbookState
from tui.engine.steps import NotReady, OptionView, StepView
from tui.engine.target import Target
from tui.engine.waiting import until

__all__ = [
    "Approval", "Changed", "InputView", "Inspection", "Mode", "NotApproved", "NotReady",
    "OptionView", "Plan", "Preview", "Refused", "Request", "Resumed", "Runbook", "StepState",
    "StepView", "Target", "open_runbook",
]  # fmt: skip

_SETTLES: Final = 1.0
"""Seconds after a change before what was read is taken for what came of it."""
_UNDOABLE: Final = frozenset(
    {StepState.DONE, StepState.UNEXPECTED, StepState.FAILED, StepState.SKIPPED}
)
"""States in which a change may have to be taken back: skipping a step leaves what it did. One of
unknown outcome is settled first."""


class Runbook(RunbookState):
    """A procedure whose commands are looked at, run, taken back and settled. See `open_runbook`."""

    # Commands

    def request(self, step: str, *, undo: bool = False) -> Request:
        """Return the command of a step, or of its undo, as it would run now.

        Raises:
            NotReady: it has no command, or a value is missing, or the command does not run here.
        """
        view = self._steps.view(step)
        busy = self._bench.busy()
        if undo:
            carried = self._changes[step]
            if carried is None or view.state not in _UNDOABLE:
                raise NotReady(
                    Text(en="There is nothing to take back.", ja="元に戻す変更はありません。")
                )
            made = step_request.take_back(view.step, carried, self.target, busy, step)
            self._values[made.digest] = dict(carried.values)
            return made
        values = self._inputs.values()
        unknown: dict[str, str] = {}
        if self.mode is Mode.WALKTHROUGH:
            # What a finding would give is shown by its name.
            unknown = {name: f"<{name}>" for name in self._inputs.names if name not in values}
            values |= unknown
        made = step_request.build(
            view.step, self.target, self._inputs, values, busy, frozenset(unknown.values())
        )
        self._values[made.digest] = values
        return made

    def undoable(self, step: str) -> bool:
        """Return whether there is a command that takes a step's change back."""
        carried = self._changes[step]
        view = next((each for each in self.steps if each.step.id == step), None)
        if view is None or carried is None or not carried.way_back.args:
            return False
        return view.state in _UNDOABLE and self.target.can_run

    def carried(self, step: str) -> Carried | None:
        """Return the change that a step made, as long as it is not taken back."""
        return self._changes[step]

    async def plan(self) -> Plan:
        """Return everything that is ahead, with what it needs; asks the server what we may do."""
        return await make_plan(self, self._bench, self._judge)

    async def inspect(self, request: Request) -> Inspection:
        """Look at a change, and at what it aims at, before anybody may approve it."""
        view = self._steps.view(request.step)
        extra: list[Guard] = []
        if request.purpose != "run":
            carried = self._changes[request.step]
            if request.purpose == "undo" and carried is not None:
                against = await still_there(request.step, carried, self._bench.gate, self.target)
                extra += [against] if against is not None else []
            return await self._bench.inspect(request, extra)
        changed = bool(self._changes)
        for guard in (
            run_before(view.state),
            out_of_date(assumption(view.step, self._judge, self._inputs.values()), self._session),
            None if changed else finding_is_there(self.finding, self._session),
        ):
            if guard is not None:
                extra.append(guard)
        values = self._values.get(request.digest, {})
        declared = step_request.declared_way_back(view.step, values)
        return await self._bench.inspect(request, extra, declared, step=view.step)

    async def preview(self, request: Request) -> Preview:
        """Ask the server what a change would do; nothing is changed by it."""
        return await make_preview(self._bench.gate, request)

    async def run(
        self, request: Request, approval: Approval | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """Run a command, yielding its lines and, last, its end.

        A change that is left before its end is unknown afterwards, and stays so until `settle`
        tells, or a person runs it again or skips it.

        Raises:
            NotReady: an earlier step comes first, or a command is running.
            NotApproved: it changes something, and this very command was not approved.
            Refused: it must not run here, or the record cannot be written.
            Changed: the object is not as it was when the change was approved.
        """
        self._check_idle()
        if self.mode is Mode.WALKTHROUGH:
            raise Refused(
                Text(
                    en="This is a walkthrough: nothing runs.",
                    ja="ウォークスルーのため、何も実行しません。",
                )
            )
        if request.purpose == "preview" or request.digest not in self._values:
            raise NotReady(
                Text(
                    en="This command was not made for a step of this runbook.",
                    ja="このランブックのステップのコマンドではありません。",
                )
            )
        if request.purpose == "run":
            view = self._steps.check_turn(request.step)
        else:
            view = self._steps.view(request.step)
        values = self._values[request.digest]
        if self.mode is Mode.DRY_RUN and request.risk is not Risk.READ:
            async with contextlib.aclosing(self._rehearse(view, request)) as rehearsed:
                async for event in rehearsed:
                    yield event
            return
        running = request.purpose == "run"
        ground = self._bench.ground(
            declared=step_request.declared_way_back(view.step, values) if running else None,
            values=values,
            recheck=lambda: self._recheck(view) if running else None,
        )
        attempt = self._bench.attempt(view, request, approval, ground)
        self._active = request.step
        self._steps.mark(request.step, StepState.RUNNING)
        try:
            async with contextlib.aclosing(attempt.run()) as events:
                async for event in events:
                    self._conclude(attempt, values)
                    yield event
        finally:
            self._active = ""
            self._conclude(attempt, values)
            if self._steps.view(request.step).state is StepState.RUNNING:
                self._steps.mark(request.step, view.state, view.note)

    async def settle(self, step: str) -> StepState:
        """Read the object of a change of unknown outcome, and say what came of it.

        Raises:
            NotReady: its outcome is not unknown.
            Refused: nothing can be read here.
        """
        self._check_idle()
        view = self._steps.view(step)
        settled = (
            await self._changes.settle(step, self._bench.gate, self.target)
            if view.state is StepState.UNKNOWN
            else None
        )
        if settled is None:
            raise NotReady(Text(en="Its outcome is not unknown.", ja="結果は不明ではありません。"))
        found, state = settled
        self._steps.mark(step, state, found.why)
        how = {"outcome": found.outcome, "state": state, "note": found.why}
        self._log("settled", step=step, title=view.title, **how)
        if state is not StepState.UNKNOWN:
            # What was ours to change is no change by somebody else.
            self._bench.seen(found.request, found.look)
        return state

    async def wait(self, step: str, progress: Callable[[Truth, float], None]) -> StepState:
        """Wait until a step's rule holds, or its time is over.

        Args:
            step: a step of kind `wait`.
            progress: called with what is known and the seconds so far, whenever facts change.

        Raises:
            NotReady: an earlier step comes first, or it is no wait.
        """
        self._check_idle()
        view = self._steps.check_turn(step)
        if view.step.kind is not StepKind.WAIT:
            raise NotReady(
                Text(en="This step waits for nothing.", ja="待機するステップではありません。")
            )
        if self.mode is not Mode.LIVE:
            return self._without_waiting(view)
        self._active = step
        self._steps.mark(step, StepState.RUNNING)
        started = self._clock.monotonic()
        outcome, note = StepState.PENDING, view.note
        try:
            # A pod that was just deleted is still there, and ready, until the watch tells.
            await asyncio.sleep(min(self._changed_at + _SETTLES - started, _SETTLES))
            outcome, note = await until(
                view.step,
                lambda: self._judge(view.step.until),
                lambda: self._clock.monotonic() - started,
                progress,
                self._fresh,
            )
        finally:
            self._active = ""
            self._steps.mark(step, outcome, note)
            seconds = round(self._clock.monotonic() - started, 1)
            self._log("waited", step=step, title=view.title, state=outcome, seconds=seconds)
        return outcome

    # Inside

    def _conclude(self, attempt: Attempt, values: dict[str, str]) -> None:
        """Take over what came of an attempt, once."""
        step = attempt.request.step
        if attempt.started and not attempt.settled:
            attempt.settled = True
            self._inputs.settle({name: values[name] for name in values if name in self._inputs})
            self._changes.began(attempt)
        if attempt.state is not None and not attempt.taken:
            attempt.taken = True
            self._steps.mark(step, attempt.state, attempt.note)
            if attempt.carried is not None:
                self._changed_at = self._clock.monotonic()
                self._bench.done(attempt)
                self._changes.ended(attempt)

    def _recheck(self, view: StepView) -> Text | None:
        """Return which assumption of a step does not hold any more."""
        guard = assumption(view.step, self._judge, self._inputs.values())
        return guard.message if guard is not None and guard.standing is Standing.BLOCKED else None

    async def _rehearse(self, view: StepView, request: Request) -> AsyncGenerator[RunEvent, None]:
        self._active = request.step
        self._steps.mark(request.step, StepState.RUNNING)
        state, note = view.state, view.note
        try:
            inspection = await self.inspect(request)
            state, note, events = rehearse(inspection)
            self._log("dry-ran", step=request.step, title=view.title, shown=request.shown,
                      state=state, note=note, lines=inspection.preview.difference)  # fmt: skip
            for event in events:
                yield event
        finally:
            self._active = ""
            self._steps.mark(request.step, state, note)

    def _without_waiting(self, view: StepView) -> StepState:
        holds = self.mode is Mode.DRY_RUN and self._judge(view.step.until).value is True
        state = StepState.DONE if holds else StepState.DRY_RUN
        note = (
            None
            if holds
            else Text(en="A dry run waits for nothing.", ja="ドライランでは待機しません。")
        )
        self._steps.mark(view.step.id, state, note)
        self._log("waited", step=view.step.id, title=view.title, state=state, seconds=0)
        return state


def open_runbook(
    session: Facts,
    issue: str,
    cause: str,
    finding: Finding | None,
    target: Target,
    *,
    runner: Runner | None = None,
    journal: Journal | None = None,
    clock: Clock | None = None,
    moved: Callable[[], Text | None] | None = None,
    mode: Mode = Mode.LIVE,
) -> Runbook:
    """Return the runbook of an issue for one of its causes.

    Args:
        session: where facts and knowledge come from.
        issue: the issue's id.
        cause: the cause's id.
        finding: what was found; its bindings fill the inputs. None to follow it anyway.
        target: where commands go.
        runner: what starts processes; default: the real one.
        journal: the record; default: a new one in the state folder.
        clock: the time; default: the computer's.
        moved: tells what is wrong if the target is another place now; default: by the kubeconfig
            where commands are real.
        mode: for real, without changing anything, or only read.

    Raises:
        NotReady: there is no procedure for that.
    """
    known = session.knowledge.issues.get(issue)
    if known is None or not known.has_procedure(cause):
        raise NotReady(
            Text(en="There is no procedure for this.", ja="これに対する手順はありません。")
        )
    clock = clock or SystemClock()
    return Runbook(
        session,
        known,
        cause,
        finding,
        target,
        runner or OcRunner(of_target(target)),
        journal or Journal(clock=clock),
        clock,
        moved or (Pin(target).moved if runner is None else lambda: None),
        mode,
    )
