"""One procedure being carried out: its steps, values, commands, and the record of it all.

Nothing here starts a process; that is the gate's, which does not trust what it is handed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from knowledge.finding import Finding
from knowledge.judge import Truth
from knowledge.model import Issue, StepKind
from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text
from tui.engine import step_request
from tui.engine.attempt import Attempt
from tui.engine.environment import of_target
from tui.engine.facts import Facts, judged
from tui.engine.gate import Gate
from tui.engine.idle import running
from tui.engine.inputs import Inputs, InputView
from tui.engine.journal import Journal
from tui.engine.oc import OcRunner
from tui.engine.outcome import StepState
from tui.engine.pin import Pin
from tui.engine.ports import Clock, RunEvent, Runner, SystemClock
from tui.engine.preview import Preview, make_preview
from tui.engine.request import Approval, NotApproved, Refused, Request
from tui.engine.steps import NotReady, OptionView, Steps, StepView
from tui.engine.target import Target
from tui.engine.waiting import until

__all__ = [
    "Approval", "InputView", "NotApproved", "NotReady", "OptionView", "Preview", "Refused",
    "Request", "Runbook", "StepState", "StepView", "Target", "open_runbook",
]  # fmt: skip

_UNDOABLE: Final = frozenset(
    {StepState.DONE, StepState.UNKNOWN, StepState.UNEXPECTED, StepState.FAILED}
)


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
    ) -> None:
        """Use `open_runbook`, which checks that there is a procedure."""
        assert issue.procedure is not None  # noqa: S101 - `open_runbook` looked
        self.issue = issue
        self.cause = cause
        self.finding = finding
        self.target = target
        self.journal = journal
        self._session = session
        self._knowledge = session.knowledge
        self._clock = clock
        self._snapshot = session.state.snapshot
        self._inputs = Inputs(
            issue.procedure.inputs,
            finding.bindings if finding is not None else (),
            self._snapshot,
            {"namespace": target.namespace, "stamp": f"{clock.now():%Y%m%d%H%M%S}"},
        )
        self._steps = Steps(issue.procedure, cause, self._inputs, self._judge)
        self._gate = Gate(runner, target, self._busy, moved)
        self._values: dict[str, dict[str, str]] = {}
        """Digest of a request -> the values in it."""
        self._ran_with: dict[str, dict[str, str]] = {}
        """Step -> the values that its command ran with: its undo uses the same."""
        self._active = ""
        """The step whose command or wait goes on."""
        self._attempts = 0
        self._fresh = asyncio.Event()
        self._unsubscribe = session.subscribe(lambda state: self.refresh(state.snapshot))

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
        self._snapshot = snapshot
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

        Raises:
            NotReady: an earlier step comes first, or the step is done by a command.
        """
        view = self._steps.check_turn(step)
        if view.step.kind not in {StepKind.EXPLAIN, StepKind.MANUAL}:
            raise NotReady(
                Text(
                    en="This step is not done by hand.", ja="手動で完了するステップではありません。"
                )
            )
        self._steps.mark(step, StepState.DONE)
        self._log("ticked", step=step)

    def skip(self, step: str) -> None:
        """Leave a step out; what came of it so far stays in the record.

        Raises:
            NotReady: an earlier step comes first, or it is going on.
        """
        view = self._steps.check_turn(step)
        self._check_idle()
        self._steps.mark(step, StepState.SKIPPED)
        self._log("skipped", step=step, state=view.state)

    def note(self, text: str) -> None:
        """Write a remark into the record."""
        self._log("note", text=text)

    def close(self) -> None:
        """End the session; its record stays."""
        self._unsubscribe()
        if self.journal.begun:
            states = {view.step.id: view.state for view in self.steps}
            self._log("closed", finished=self.finished, steps=states)
        self.journal.close()

    # Commands

    def request(self, step: str, *, undo: bool = False) -> Request:
        """Return the command of a step, or of its undo, as it would run now.

        Raises:
            NotReady: it has no command, or a value is missing, or the command does not run here.
        """
        view = self._steps.view(step)
        values = self._inputs.values()
        if undo:
            if view.state not in _UNDOABLE or step not in self._ran_with:
                raise NotReady(
                    Text(en="There is nothing to take back.", ja="元に戻す変更はありません。")
                )
            values = self._ran_with[step]
        made = step_request.build(
            view.step, "undo" if undo else "run", self.target, self._inputs, values, self._busy()
        )
        self._values[made.digest] = values
        return made

    async def preview(self, request: Request) -> Preview:
        """Ask the server what a change would do; nothing is changed by it."""
        return await make_preview(self._gate, request)

    async def run(
        self, request: Request, approval: Approval | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """Run a command, yielding its lines and, last, its end.

        A change that is left before its end is unknown afterwards, and stays so until a person
        runs it again or skips it.

        Raises:
            NotReady: an earlier step comes first, or a command is running.
            NotApproved: it changes something, and this very command was not approved.
            Refused: it must not run here, or the record cannot be written.
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
        self._attempts += 1
        attempt = Attempt(
            self._gate, self._log, view, request, approval, self._attempts, self._clock
        )
        attempt.check()
        values = self._values.get(request.digest)
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

    def _conclude(self, attempt: Attempt, values: dict[str, str] | None) -> None:
        """Take over what came of an attempt, once."""
        if attempt.started and values is not None and not attempt.settled:
            attempt.settled = True
            self._inputs.settle({name: values[name] for name in values if name in self._inputs})
            if attempt.request.purpose == "run" and attempt.changes:
                self._ran_with[attempt.request.step] = values
        if attempt.state is not None and not attempt.taken:
            attempt.taken = True
            self._steps.mark(attempt.request.step, attempt.state, attempt.note)

    def _check_idle(self) -> None:
        if self._active:
            raise NotReady(
                Text(
                    en="Another command or wait is going on. Wait for it, or stop it.",
                    ja="ほかのコマンドまたは待機が実行中です。終了を待つか、中止してください。",
                )
            )

    def _busy(self) -> tuple[ObjectRef, ...]:
        subjects = self.finding.subjects if self.finding is not None else ()
        return running(self._snapshot, subjects, getattr(self._session.state, "connection", None))

    def _judge(self, expression: Any) -> Truth:
        bindings = self._inputs.bindings()
        return judged(self._knowledge, self.issue.id, expression, self._snapshot, bindings)

    def _log(self, event: str, **data: Any) -> Text | None:
        """Write an event; the first one is preceded by what the session is about."""
        if not self.journal.begun:
            self.journal.write(
                "opened",
                issue=self.issue.id,
                cause=self.cause,
                title=self.issue.title,
                finding=self.finding,
                target=self.target,
                source=self._snapshot.source,
                versions=self._snapshot.source.versions,
                values=self._inputs.values(),
            )
        return self.journal.write(event, **data)


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
    )
