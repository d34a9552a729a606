"""One procedure being carried out: its steps, values, commands, and the record of it all.

Nothing here starts a process; that is the gate's, which does not trust what it is handed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from knowledge.finding import Finding
from knowledge.judge import Truth
from knowledge.model import Issue, Risk, StepKind
from knowledge.snapshot import Snapshot
from knowledge.text import Text
from tui.engine import step_request
from tui.engine.assumption import assumption, finding_is_there
from tui.engine.attempt import Attempt
from tui.engine.bench import Bench
from tui.engine.carried import Carried
from tui.engine.changes import Changes
from tui.engine.environment import of_target
from tui.engine.facts import Facts, judged
from tui.engine.guard import Guard, Standing
from tui.engine.inputs import Inputs, InputView
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
from tui.engine.session_record import SessionRecord, digest_of, findings_of, operator
from tui.engine.steps import NotReady, OptionView, Steps, StepView
from tui.engine.target import Target
from tui.engine.waiting import until

if TYPE_CHECKING:
    from tui.engine.reopen import Past

__all__ = [
    "Approval", "Changed", "InputView", "Inspection", "Mode", "NotApproved", "NotReady",
    "OptionView", "Plan", "Preview", "Refused", "Request", "Resumed", "Runbook", "StepState",
    "StepView", "Target", "open_runbook",
]  # fmt: skip

_UNDOABLE: Final = frozenset({StepState.DONE, StepState.UNEXPECTED, StepState.FAILED})
"""States in which a change may have to be taken back. One of unknown outcome is settled first."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an earlier run left."""

    done: tuple[str, ...]
    """Steps that are done."""
    unknown: tuple[str, ...]
    """Steps with a change of which nobody knows what came of it: `Runbook.settle` looks."""
    same_procedure: bool
    """False: the runbook's file is another one now; its steps may differ."""


class Runbook:
    """One procedure, for one cause of one issue, against one target."""

    def __init__(
        self,
        session: Facts,
        issue: Issue,
        cause: str,
        finding: Finding | None,
        target: Target,
        runner: Runner,
        journal: Journal,
        clock: Clock,
        moved: Callable[[], Text | None],
        mode: Mode = Mode.LIVE,
    ) -> None:
        """Use `open_runbook`, which checks that there is a procedure."""
        assert issue.procedure is not None  # noqa: S101 - `open_runbook` looked
        self.issue = issue
        self.cause = cause
        self.finding = finding
        self.target = target
        self.mode = mode
        self.journal = journal
        self._session = session
        self._knowledge = session.knowledge
        self._clock = clock
        self._record = SessionRecord(journal, self._about)
        self._bench = Bench(
            session, target, runner, self._record.write, clock, moved,
            mode=mode, spared=lambda: self.finding.subjects if self.finding else (),
        )  # fmt: skip
        self._inputs = Inputs(
            issue.procedure.inputs,
            finding.bindings if finding is not None else (),
            self._snapshot,
            {"namespace": target.namespace, "stamp": f"{clock.now():%Y%m%d%H%M%S}"},
        )
        self._steps = Steps(issue.procedure, cause, self._inputs, self._judge, mode=mode)
        self._values: dict[str, dict[str, str]] = {}
        """Digest of a request -> the values in it."""
        self._changes = Changes()
        self._active = ""
        """The step whose command or wait goes on."""
        self.resumed: Resumed | None = None
        """What an earlier run left, if this one goes on with it."""
        self._fresh = asyncio.Event()
        self._unsubscribe = session.subscribe(lambda state: self.refresh(state.snapshot))

    @property
    def _snapshot(self) -> Snapshot:
        return self._bench.snapshot

    @property
    def id(self) -> str:
        """Return the id of the session's record."""
        return self.journal.id

    @property
    def record(self) -> str:
        """Return the file of the record; empty until there is something in it."""
        return str(self.journal.path) if self.journal.begun else ""

    @property
    def record_problem(self) -> Text | None:
        """Return why the record cannot be written; no change runs then."""
        return self.journal.problem

    # What is shown

    @property
    def steps(self) -> tuple[StepView, ...]:
        """Return the steps that apply, in order."""
        return self._steps.views

    @property
    def current(self) -> StepView | None:
        """Return the first step that is not over; None after the last."""
        return self._steps.current

    @property
    def finished(self) -> bool:
        """Return whether every step is over."""
        return self.current is None

    @property
    def inputs(self) -> tuple[InputView, ...]:
        """Return the inputs that the commands of the steps use."""
        return self._inputs.views(self._steps.used())

    def refresh(self, snapshot: Snapshot) -> None:
        """Take new facts: rules of steps and waits are judged anew."""
        if snapshot is self._snapshot:
            return
        self._bench.snapshot = snapshot
        self._inputs.refresh(snapshot)
        self._steps.changed()
        self._fresh.set()

    # What a person does

    def set_input(self, name: str, value: str) -> Text | None:
        """Set a value by hand; return what is wrong with it."""
        if name not in self._inputs:
            return Text(en=f"There is no input {name!r}.", ja=f"入力 {name!r} はありません。")
        problem = self._inputs.set(name, value)
        self._steps.changed()
        self._log("input", name=name, value=value, ok=problem is None)
        return problem

    def choose(self, step: str, option: str) -> None:
        """Take an option of a choice.

        Raises:
            NotReady: an earlier step comes first, or there is no such option.
        """
        view = self._steps.check_turn(step)
        if not any(each.option.id == option and each.offered for each in view.options):
            raise NotReady(
                Text(
                    en=f"{option!r} is not offered here.",
                    ja=f"{option!r} はここでは選択できません。",
                )
            )
        self._steps.take(step, option)
        self._log("chosen", step=step, option=option)

    def tick(self, step: str) -> None:
        """Say that an explanation was read, or that something was done by hand.

        Where commands cannot run, those that were copied are ticked off like that too.

        Raises:
            NotReady: an earlier step comes first, or the step is done by a command.
        """
        view = self._steps.check_turn(step)
        if not self.by_hand(view):
            raise NotReady(
                Text(
                    en="This step is not done by hand.", ja="手動で完了するステップではありません。"
                )
            )
        self._steps.mark(step, StepState.DONE)
        self._log("ticked", step=step, kind=view.step.kind)

    def by_hand(self, view: StepView) -> bool:
        """Return whether a step is ticked off by a person."""
        if view.step.kind in {StepKind.EXPLAIN, StepKind.MANUAL}:
            return True
        if self.mode is Mode.WALKTHROUGH:
            return view.step.kind is not StepKind.CHOOSE
        if view.step.kind not in {StepKind.CHECK, StepKind.CHANGE}:
            return False
        return not self.target.can_run or (self.target.read_only and view.risk is not Risk.READ)

    def skip(self, step: str) -> None:
        """Leave a step out; what came of it so far stays in the record.

        Raises:
            NotReady: an earlier step comes first, or it is going on.
        """
        view = self._steps.check_turn(step)
        self._check_idle()
        self._steps.mark(step, StepState.SKIPPED)
        self._log("skipped", step=step, state=view.state)

    def go_on(self, past: Past, *, same_procedure: bool) -> None:
        """Take over what the record of an earlier run says.

        Args:
            past: what it says.
            same_procedure: whether the procedure is still the one that was begun.
        """
        self.resumed = Resumed(past.done, past.unknown, same_procedure)
        for name, value in past.typed.items():
            if name in self._inputs:
                self._inputs.set(name, value)
        self._inputs.settle({k: v for k, v in past.values.items() if k in self._inputs})
        for step, option in past.taken.items():
            if self._steps.declared(step) is not None:
                self._steps.take(step, option)
        for step, (state, note) in past.states.items():
            if self._steps.declared(step) is not None:
                self._steps.mark(step, state, note)
        self._changes.take_over(past.carried, past.undoing)
        self._bench.continue_after(past.attempts)
        findings = findings_of(self._session.state)
        self._log("continued", target=self.target, findings=findings, **operator())

    def note(self, text: str) -> None:
        """Write a remark into the record."""
        self._log("note", text=text)

    def close(self) -> None:
        """End the session; its record stays."""
        self._unsubscribe()
        if self.journal.begun:
            states = {view.step.id: view.state for view in self.steps}
            self._log("findings", when="closed", findings=findings_of(self._session.state))
            self._log("closed", finished=self.finished, steps=states)
        self.journal.close()

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
        if self.mode is Mode.WALKTHROUGH:
            # What a finding would give is shown by its name.
            values = {name: f"<{name}>" for name in self._inputs.names} | values
        made = step_request.build(view.step, self.target, self._inputs, values, busy)
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
        if request.purpose != "run":
            return await self._bench.inspect(request)
        extra: list[Guard] = []
        changed = bool(self._changes)
        for guard in (
            assumption(view.step, self._judge),
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
        outcome, state, why = settled
        self._steps.mark(step, state, why)
        self._log("settled", step=step, outcome=outcome, state=state, note=why)
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
            self._log("waited", step=step, state=outcome, seconds=seconds)
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
                self._bench.done(attempt)
                self._changes.ended(attempt)

    def _recheck(self, view: StepView) -> Text | None:
        """Return which assumption of a step does not hold any more."""
        guard = assumption(view.step, self._judge)
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
        self._log("waited", step=view.step.id, state=state, seconds=0)
        return state

    def _check_idle(self) -> None:
        if self._active:
            raise NotReady(
                Text(
                    en="Another command or wait is going on. Wait for it, or stop it.",
                    ja="ほかのコマンドまたは待機が実行中です。終了を待つか、中止してください。",
                )
            )

    def _judge(self, expression: Any) -> Truth:
        bindings = self._inputs.bindings()
        return judged(self._knowledge, self.issue.id, expression, self._snapshot, bindings)

    def _log(self, event: str, **data: Any) -> Text | None:
        if self.mode is Mode.WALKTHROUGH:
            return None
        return self._record.write(event, **data)

    def _about(self) -> Mapping[str, Any]:
        """Return what the record begins with."""
        return {
            "issue": self.issue.id,
            "cause": self.cause,
            "title": self.issue.title,
            "finding": self.finding,
            "findings": findings_of(self._session.state),
            "target": self.target,
            "mode": self.mode,
            "source": self._snapshot.source,
            "versions": self._snapshot.source.versions,
            "values": self._inputs.values(),
            "procedure": digest_of(self.issue),
        }


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
