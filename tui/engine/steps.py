"""The steps of a procedure as they stand: which apply, how far each is, which one is next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from knowledge.command import needs
from knowledge.judge import Truth
from knowledge.model import Option, Procedure, Risk, Step, StepKind
from knowledge.text import Text
from tui.engine.inputs import Inputs
from tui.engine.mode import Mode
from tui.engine.outcome import StepState
from tui.engine.request import Stopped

Judge = Callable[[Any], Truth]
"""Tells whether an expression over facts holds now."""
_OVER: Final = frozenset(
    {StepState.DONE, StepState.SKIPPED, StepState.NOT_NEEDED, StepState.DRY_RUN}
)
_LEFT_SOMETHING: Final = frozenset(
    {
        StepState.RUNNING,
        StepState.DONE,
        StepState.UNEXPECTED,
        StepState.FAILED,
        StepState.UNKNOWN,
    }
)
"""States of a change that may have left something on the cluster."""


class NotReady(Stopped):
    """Something else must come first: a value, an earlier step, a choice."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option of a choice as it stands now."""

    option: Option
    offered: bool
    recommended: bool
    reason: Text | None
    """Why it is not offered, or what could not be read to tell."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it stands now."""

    step: Step
    title: Text
    why: Text
    state: StepState
    note: Text | None
    """What came of it, or why it is not needed."""
    risk: Risk
    options: tuple[OptionView, ...]
    taken: str
    """The option taken, in a choice."""


class Steps:
    """The steps of one procedure for one cause."""

    def __init__(
        self,
        procedure: Procedure,
        cause: str,
        inputs: Inputs,
        judge: Judge,
        *,
        mode: Mode = Mode.LIVE,
    ) -> None:
        """Take the procedure, the cause it is for, its values, and what judges its rules.

        Args:
            procedure: the procedure.
            cause: the cause it is for.
            inputs: its values.
            judge: judges its rules.
            mode: where nothing is changed, nothing that a change would bring is insisted on; a
                walkthrough shows every step.
        """
        self._steps = tuple(
            step for step in procedure.steps if not step.causes or cause in step.causes
        )
        self._inputs = inputs
        self._judge = judge
        self._mode = mode
        self._states: dict[str, StepState] = {}
        self._notes: dict[str, Text | None] = {}
        self._taken: dict[str, str] = {}
        self._views: tuple[StepView, ...] | None = None

    def changed(self) -> None:
        """Forget what was judged: facts, values or states are different now."""
        self._views = None

    def mark(self, step: str, state: StepState, note: Text | None = None) -> None:
        """Set how far a step is."""
        self._states[step] = state
        self._notes[step] = note
        self.changed()

    def take(self, step: str, option: str) -> None:
        """Take an option of a choice."""
        self._taken[step] = option
        self.mark(step, StepState.DONE)

    def declared(self, step: str) -> Step | None:
        """Return a step as the procedure has it, whether it applies at the moment or not."""
        return next((each for each in self._steps if each.id == step), None)

    def used(self) -> frozenset[str]:
        """Return the names of the values that the commands of the steps use."""
        return frozenset(name for view in self.views for name in needs(view.step))

    @property
    def views(self) -> tuple[StepView, ...]:
        """Return the steps that apply, in order."""
        if self._views is None:
            self._views = tuple(self._view(step) for step in self._steps if self._applies(step))
        return self._views

    @property
    def current(self) -> StepView | None:
        """Return the first step that is not over."""
        return next((view for view in self.views if not self._is_over(view)), None)

    def view(self, step: str) -> StepView:
        """Return one step.

        Raises:
            NotReady: it is not, or not yet, a step of this procedure.
        """
        for view in self.views:
            if view.step.id == step:
                return view
        raise NotReady(
            Text(
                en=f"The step {step!r} does not apply here.",
                ja=f"ステップ {step!r} は、ここでは対象外です。",
            )
        )

    def check_turn(self, step: str) -> StepView:
        """Return one step, if every step before it is over.

        Raises:
            NotReady: an earlier step comes first.
        """
        wanted = self.view(step)
        for view in self.views:
            if view.step.id == step:
                break
            if not self._is_over(view):
                raise NotReady(
                    Text(
                        en=f"First comes: {view.title.en}. Do it, or skip it.",
                        ja=f"先に「{view.title.ja}」を実行するか、スキップしてください。",
                    )
                )
        return wanted

    def _applies(self, step: Step) -> bool:
        if (
            self._mode is Mode.LIVE
            and step.kind is StepKind.CHANGE
            and self._states.get(step.id) in _LEFT_SOMETHING
        ):
            # Another choice does not take back what was changed for the first one.
            return True
        return all(
            self._taken.get(earlier) in options
            and self._states.get(earlier) is not StepState.SKIPPED
            for earlier, options in step.chosen.items()
        )

    def _view(self, step: Step) -> StepView:
        state = self._states.get(step.id, StepState.PENDING)
        note = self._notes.get(step.id)
        if state is StepState.PENDING and (why := self._not_needed(step)) is not None:
            state, note = StepState.NOT_NEEDED, why
        values = self._inputs.values()
        return StepView(
            step,
            step.title.fill(values),
            step.why.fill(values),
            state,
            note.fill(values) if note is not None else None,
            step.risk,
            tuple(self._option(each) for each in step.options),
            self._taken.get(step.id, ""),
        )

    def _not_needed(self, step: Step) -> Text | None:
        """Return why a step is not needed, or None if it is."""
        if self._mode is Mode.WALKTHROUGH:
            return None
        if step.skip is not None and self._judge(step.skip).value is True:
            return step.skipped or Text(
                en="What it is for holds already.", ja="目的の状態にすでになっています。"
            )
        if step.kind not in {StepKind.CHECK, StepKind.CHANGE}:
            return None
        values = self._inputs.values()
        for name in sorted(needs(step)):
            entry = self._inputs.declared(name)
            if entry is not None and entry.optional and name not in values:
                return Text(
                    en=f"“{entry.title.en}” is empty.", ja=f"「{entry.title.ja}」が空です。"
                )
        return None

    def _option(self, option: Option) -> OptionView:
        if self._mode is Mode.WALKTHROUGH:
            # Whoever reads wants to see every way, whatever the cluster behind it is like.
            return OptionView(option, True, False, None)
        offered = Truth(True) if option.when is None else self._judge(option.when)
        recommended = option.recommended is not None and (
            self._judge(option.recommended).value is True
        )
        reason: Text | None = None
        if offered.value is False:
            reason = Text(
                en="It does not fit what was read from the cluster.",
                ja="クラスターから読み取った内容に当てはまりません。",
            )
        elif offered.value is None:
            reason = next(iter(offered.missing), None)
        return OptionView(
            option, offered.value is not False, recommended and offered.value is not False, reason
        )

    def _is_over(self, view: StepView) -> bool:
        """Return whether the steps after this one may go on."""
        if view.state is StepState.UNEXPECTED:
            stops = view.step.expect is not None and view.step.expect.stop
            return self._mode is not Mode.LIVE or not stops
        return view.state in _OVER
