"""The changes that a session made: which can be taken back, and whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.settle import Outcome, settle
from knowledge.text import Text
from tui.engine.attempt import Attempt
from tui.engine.carried import Carried
from tui.engine.gate import Gate
from tui.engine.outcome import StepState
from tui.engine.preview import live_object
from tui.engine.step_request import make
from tui.engine.target import Target


class Changes:
    """The last change of each step, as long as it is not taken back."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: dict[str, Carried] = {}
        self._undoing: dict[str, Carried] = {}
        """Step -> the undo whose outcome is unknown."""

    def __bool__(self) -> bool:
        return bool(self._made)

    def __getitem__(self, step: str) -> Carried | None:
        """Return the change of a step that may have to be taken back."""
        return self._made.get(step)

    def take_over(self, made: Mapping[str, Carried], undoing: Mapping[str, Carried]) -> None:
        """Take over the changes of an earlier run."""
        self._made.update(made)
        self._undoing.update(undoing)

    def began(self, attempt: Attempt) -> None:
        """Note that a change is about to run."""
        if attempt.carried is None:
            return
        step = attempt.request.step
        if attempt.request.purpose == "run":
            self._made[step] = attempt.carried
            self._undoing.pop(step, None)
        else:
            self._undoing[step] = attempt.carried

    def ended(self, attempt: Attempt) -> None:
        """Note what came of a change."""
        step = attempt.request.step
        if attempt.request.purpose == "undo" and attempt.state is not StepState.UNKNOWN:
            self._undoing.pop(step, None)
            if attempt.state is StepState.PENDING:
                self._made.pop(step, None)

    async def settle(
        self, step: str, gate: Gate, target: Target
    ) -> tuple[Outcome, StepState, Text] | None:
        """Read the object of a change of unknown outcome; return what came of it.

        Returns:
            What the object says, the state of the step, and why; None if no change is known.

        Raises:
            Refused: nothing can be read here.
        """
        undo = self._undoing.get(step)
        carried = undo or self._made.get(step)
        if carried is None:
            return None
        looks = make(step, "preview", target, carried.namespace, carried.args, carried.manifest, ())
        now, found = await live_object(gate, looks, gate.judge(looks)[0])
        known = carried.found is not None and found is not None
        outcome, why = settle(
            carried.args, carried.manifest, carried.before, carried.after, now, known
        )
        if outcome is Outcome.UNCLEAR:
            return outcome, StepState.UNKNOWN, why
        done, not_done = StepState.DONE, StepState.PENDING
        if undo is not None:
            done, not_done = not_done, done
        state = done if outcome is Outcome.HAPPENED else not_done
        self._undoing.pop(step, None)
        if state is StepState.PENDING:
            self._made.pop(step, None)
        return outcome, state, why
