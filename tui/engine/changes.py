"""The changes that a session made: which can be taken back, and whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from knowledge.settle import Outcome, settle
from knowledge.text import Text
from tui.engine.attempt import Attempt
from tui.engine.carried import Carried
from tui.engine.gate import Gate
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.outcome import StepState
from tui.engine.preview import Look, live_object
from tui.engine.request import Request
from tui.engine.step_request import make
from tui.engine.target import Target


@dataclass(frozen=True, slots=True)
class Settled:
    """What an object says about a change."""

    outcome: Outcome
    why: Text
    request: Request
    """The command of the change, made anew to look at its object."""
    look: Look
    """The object as it is now."""


class Changes:
    """The last change of each step, as long as it is not taken back."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: dict[str, Carried] = {}
        self._undoing: dict[str, Carried] = {}
        """Step -> the undo whose outcome is unknown."""
        self._earlier: dict[str, Carried | None] = {}
        """Step -> its change before the last one began."""

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
            self._earlier[step] = self._made.get(step)
            self._made[step] = repeated(self._earlier[step], attempt.carried)
            self._undoing.pop(step, None)
        else:
            self._undoing[step] = attempt.carried

    def ended(self, attempt: Attempt) -> None:
        """Note what came of a change."""
        step = attempt.request.step
        if attempt.request.purpose == "undo":
            if attempt.state is not StepState.UNKNOWN:
                self._undoing.pop(step, None)
            if attempt.state is StepState.PENDING:
                self._made.pop(step, None)
        elif attempt.missing:
            # Nothing ran: what there is to take back is what there was before.
            earlier = self._earlier.pop(step, None)
            if earlier is None:
                self._made.pop(step, None)
            else:
                self._made[step] = earlier

    async def settle(
        self, step: str, gate: Gate, target: Target
    ) -> tuple[Settled, StepState] | None:
        """Read the object of a change of unknown outcome; return what came of it.

        Returns:
            What the object says, and the state of the step; None if no change is known.

        Raises:
            Refused: nothing can be read here.
        """
        undo = self._undoing.get(step)
        carried = undo or self._made.get(step)
        if carried is None:
            return None
        settled = await _settled(step, carried, gate, target)
        if settled.outcome is Outcome.UNCLEAR:
            return settled, StepState.UNKNOWN
        done, not_done = StepState.DONE, StepState.PENDING
        if undo is not None:
            done, not_done = not_done, done
        state = done if settled.outcome is Outcome.HAPPENED else not_done
        self._undoing.pop(step, None)
        if state is StepState.PENDING:
            self._made.pop(step, None)
        return settled, state


def repeated(earlier: Carried | None, now: Carried) -> Carried:
    """Return a change as it is to be taken back, if the same command ran before.

    A repetition that finds its work done has no way back of its own. What the first run made is
    still there, and so is the way back from it.

    Args:
        earlier: the last change of the step that was not taken back.
        now: the change that is about to run.
    """
    if (
        earlier is None
        or now.way_back.args
        or (now.args, now.manifest, now.namespace)
        != (earlier.args, earlier.manifest, earlier.namespace)
    ):
        return now
    return replace(
        now,
        found=earlier.found,
        before=earlier.before,
        after=earlier.after,
        way_back=earlier.way_back,
    )


async def still_there(step: str, carried: Carried, gate: Gate, target: Target) -> Guard | None:
    """Return what speaks against taking a change back: None if it is there as it was left.

    Args:
        step: the step's id.
        carried: the change.
        gate: what reads the object.
        target: where it is.

    Raises:
        Refused: nothing can be read here.
    """
    settled = await _settled(step, carried, gate, target)
    if settled.outcome is Outcome.HAPPENED:
        return None
    why = settled.why
    if settled.outcome is Outcome.NOT_HAPPENED:
        return Guard(
            Guarded.UNCHANGED,
            Standing.BLOCKED,
            Text(
                en=f"There is nothing to take back. {why.en}",
                ja=f"元に戻す変更はありません。{why.ja}",
            ),
        )
    return Guard(
        Guarded.UNCHANGED,
        Standing.UNKNOWN if settled.look.found is None else Standing.WARNING,
        Text(
            en="The object does not show the change as it was left, so taking it back may undo "
            f"somebody else's work. {why.en}",
            ja="オブジェクトがこの変更の直後の状態と一致しません。元に戻すと、ほかの人の変更が"
            f"失われる可能性があります。{why.ja}",
        ),
    )


async def _settled(step: str, carried: Carried, gate: Gate, target: Target) -> Settled:
    looks = make(step, "preview", target, carried.namespace, carried.args, carried.manifest, ())
    now, found = await live_object(gate, looks, gate.judge(looks)[0])
    # An object that was too big for the record is not known, though it was there.
    lost = carried.found is True and carried.before is None
    known = carried.found is not None and found is not None and not lost
    outcome, why = settle(carried.args, carried.manifest, carried.before, carried.after, now, known)
    return Settled(outcome, why, looks, Look(None, now, found))
