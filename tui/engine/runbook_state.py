"""One procedure as it stands: its steps, values and record, and what a person does about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.finding import Finding
from knowledge.judge import Truth
from knowledge.model import Issue, Risk, StepKind
from knowledge.snapshot import Snapshot
from knowledge.text import Text
from tui.engine.bench import Bench
from tui.engine.changes import Changes
from tui.engine.facts import Facts, judged
from tui.engine.inputs import Inputs, InputView
from tui.engine.journal import Journal
from tui.engine.mode import Mode
from tui.engine.outcome import StepState
from tui.engine.ports import Clock, Runner
from tui.engine.session_record import SessionRecord, digest_of, findings_of, operator
from tui.engine.steps import NotReady, Steps, StepView
from tui.engine.target import Target

if TYPE_CHECKING:
    from tui.engine.reopen import Past


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an earlier run left."""

    done: tuple[str, ...]
    """Steps that are done."""
    unknown: tuple[str, ...]
    """Steps with a change of which nobody knows what came of it: `Runbook.settle` looks."""
    same_procedure: bool
    """False: the runbook's file is another one now; its steps may differ."""


class RunbookState:
    """One procedure, for one cause of one issue, against one target; runs nothing."""

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
        self._changed_at = float("-inf")
        """When the last change ended, on the clock."""
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
        taken = [each for each in view.options if each.option.id == option and each.offered]
        if not taken:
            raise NotReady(
                Text(
                    en=f"{option!r} is not offered here.",
                    ja=f"{option!r} はここでは選択できません。",
                )
            )
        self._steps.take(step, option)
        label = taken[0].option.title
        self._log("chosen", step=step, title=view.title, option=option, label=label)

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
        self._log("ticked", step=step, title=view.title, kind=view.step.kind)

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
        self._log("skipped", step=step, title=view.title, state=view.state)

    def go_on(self, past: Past, *, same_procedure: bool) -> None:
        """Take over what the record of an earlier run says.

        Args:
            past: what it says.
            same_procedure: whether the procedure is still the one that was begun.
        """
        self.resumed = Resumed(past.done, past.unknown, same_procedure)
        if past.stamp:
            self._inputs.go_on(past.stamp)
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
        self._log("continued", target=self.target, **findings, **operator())

    def note(self, text: str) -> None:
        """Write a remark into the record."""
        self._log("note", text=text)

    def close(self) -> None:
        """End the session; its record stays."""
        self._unsubscribe()
        if self.journal.begun:
            states = {view.step.id: view.state for view in self.steps}
            self._log("findings", when="closed", **findings_of(self._session.state))
            self._log("closed", finished=self.finished, steps=states)
        self.journal.close()

    # Inside

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
            **findings_of(self._session.state),
            "target": self.target,
            "mode": self.mode,
            "source": self._snapshot.source,
            "versions": self._snapshot.source.versions,
            "values": self._inputs.values(),
            "procedure": digest_of(self.issue),
        }
