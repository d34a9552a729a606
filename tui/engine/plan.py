"""What is ahead in a runbook: every step with its command, its risk, its time and what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from knowledge.model import Risk, Step, StepKind
from knowledge.text import Language, Text
from tui.engine.bench import Bench
from tui.engine.outcome import StepState
from tui.engine.permission import Permission
from tui.engine.request import Request, Stopped
from tui.engine.steps import Judge, StepView

if TYPE_CHECKING:
    from tui.engine.runbook import Runbook

_USUALLY: Final = {
    StepKind.EXPLAIN: 20,
    StepKind.CHOOSE: 30,
    StepKind.CHECK: 5,
    StepKind.CHANGE: 20,
    StepKind.WAIT: 60,
    StepKind.MANUAL: 300,
}
"""Seconds that a step of a kind takes where its file does not say, with reading and deciding."""
_OVER: Final = frozenset({StepState.DONE, StepState.SKIPPED, StepState.NOT_NEEDED})


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step that applies as things are."""

    view: StepView
    number: int
    command: str | None
    """As it can be pasted; None if the step has none, or a value is still missing."""
    missing: Text | None
    """Why there is no command yet."""
    risk: Risk
    seconds: int
    """How long it usually takes."""
    permissions: tuple[Permission, ...] | None
    """What it needs of the server; None: that could not be told."""
    undo: Text | None
    """How it is taken back; None for what changes nothing."""
    undoable: bool
    """Whether there is a command that takes it back."""

    @property
    def allowed(self) -> bool | None:
        """Return whether the server lets this user do it; None: unknown."""
        if self.permissions is None:
            return None if self.command or self.missing else True
        answers = {each.allowed for each in self.permissions}
        return False if False in answers else None if None in answers else True


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, and what they add up to."""

    steps: tuple[PlannedStep, ...]
    permissions: tuple[Permission, ...]
    """What all of it needs, each once; what is refused comes first."""
    tool: str
    """The program that runs commands; empty if there is none."""
    unread: tuple[Text, ...]
    """What could not be read, so that some rule of the runbook cannot be judged."""
    runbook: Runbook

    @property
    def reads(self) -> int:
        """Return how many commands only read."""
        return self._count(Risk.READ)

    @property
    def changes(self) -> int:
        """Return how many commands change something, without restarting or deleting."""
        return self._count(Risk.CHANGE)

    @property
    def disruptive(self) -> int:
        """Return how many commands restart Velero or its agents."""
        return self._count(Risk.DISRUPTIVE)

    @property
    def destructive(self) -> int:
        """Return how many commands delete something."""
        return self._count(Risk.DESTRUCTIVE)

    @property
    def seconds(self) -> int:
        """Return how long what is left usually takes."""
        return sum(each.seconds for each in self.steps if each.view.state not in _OVER)

    def script(self, language: Language) -> str:
        """Return all commands as a shell script with comments, to read, copy or review."""
        from tui.engine.plan_script import script

        return script(self, language)

    def _count(self, risk: Risk) -> int:
        return sum(
            bool(each.view.step.run) and each.risk is risk and each.view.state not in _OVER
            for each in self.steps
        )


async def make_plan(runbook: Runbook, bench: Bench, judge: Judge) -> Plan:
    """Return the plan of a runbook as it stands, asking the server what this user may do."""
    views = runbook.steps
    requests = [_request(runbook, view) for view in views]
    needs = [bench.needs(each) if isinstance(each, Request) else None for each in requests]
    for each in requests:
        if isinstance(each, Request) and each.risk is not Risk.READ:
            bench.planned(each)
    # All at once: a plan must not take a round trip for each of its steps.
    asked = await bench.permissions.ask(access for each in needs for access in each or ())
    every = {each.access: each for each in asked}
    steps = [
        _planned(
            view,
            number,
            made,
            None if need is None else tuple(every[access] for access in need),
        )
        for number, (view, made, need) in enumerate(zip(views, requests, needs, strict=True), 1)
    ]
    ordered = sorted(every.values(), key=lambda each: (each.allowed is True, each.allowed is None))
    return Plan(
        tuple(steps),
        tuple(ordered),
        runbook.target.program,
        tuple(dict.fromkeys(_unread((view.step for view in views), judge)))[:10],
        runbook,
    )


def _request(runbook: Runbook, view: StepView) -> Request | Text | None:
    if not view.step.run:
        return None
    try:
        return runbook.request(view.step.id)
    except Stopped as stopped:
        return stopped.message


def _planned(
    view: StepView,
    number: int,
    made: Request | Text | None,
    permissions: tuple[Permission, ...] | None,
) -> PlannedStep:
    step = view.step
    request = made if isinstance(made, Request) else None
    risk = request.risk if request is not None else view.risk
    changes = bool(step.run) and risk is not Risk.READ
    undo = request.undo if request is not None else None
    return PlannedStep(
        view,
        number,
        request.shown if request is not None else None,
        made if isinstance(made, Text) else None,
        risk,
        step.usually if step.usually is not None else _usual(step),
        permissions,
        (undo or _NO_UNDO) if changes else None,
        changes and request is not None and request.undo_command is not None,
    )


_NO_UNDO: Final = Text(
    en="The way back is worked out from the object before it is changed.",
    ja="元に戻す方法は、変更前のオブジェクトから求めます。",
)


def _usual(step: Step) -> int:
    return min(_USUALLY[step.kind], step.within if step.kind is StepKind.WAIT else 86_400)


def _unread(steps: Iterable[Step], judge: Judge) -> Iterable[Text]:
    for step in steps:
        rules: list[Any] = [step.skip, step.assumes]
        rules += [option.when for option in step.options]
        for rule in rules:
            if rule is not None and (truth := judge(rule)).value is None:
                yield from truth.missing
