"""One command being run for a step: recorded before it starts and after it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from knowledge.model import Risk
from knowledge.risk import Classification
from knowledge.text import Text
from tui.engine.carried import Carried, WayBack, way_back
from tui.engine.gate import Gate, manifest_of
from tui.engine.outcome import CUT_OFF, StepState, of_command
from tui.engine.ports import Clock, Ending, Exited, Line, RunEvent
from tui.engine.preview import Look, as_yaml, difference_of, live_object, seen_as
from tui.engine.request import Approval, Changed, Refused, Request
from tui.engine.steps import StepView

_RECORDED: Final = 500
"""Output lines that the record keeps: the first half and the last half."""
_JUDGED: Final = 2 << 20
"""Characters of output that expectations look at."""
_SAVED: Final = 60_000
"""Characters of an object that is saved."""
TYPED: Final = "typed-"
"""Beginning of the ids of commands that a person typed: no step of a procedure."""
AGAIN: Final = WayBack(
    Text(en="Carry the step out again.", ja="ステップをもう一度実行してください。")
)
_CHANGED: Final = Text(
    en="The object was changed since you looked at it. Look at the difference, then decide again.",
    ja="確認後にオブジェクトが変更されています。差分を確認し、もう一度判断してください。",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an attempt stands on besides the command itself."""

    gate: Gate
    log: Callable[..., Text | None]
    clock: Clock
    look: Look | None = None
    """What the person was shown before the approval; None if nothing was."""
    declared: WayBack | None = None
    """The way back that the step declares."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The values that the command was made with."""
    recheck: Callable[[], Text | None] = lambda: None
    """Tells, right before the start, which assumption does not hold any more."""


class Attempt:
    """One run of one command, and what came of it."""

    def __init__(
        self,
        ground: Ground,
        view: StepView,
        request: Request,
        approval: Approval | None,
        number: int,
    ) -> None:
        """Take the step as it was before, the command, and who said yes to it."""
        self._ground = ground
        self._gate = ground.gate
        self._log = ground.log
        self._before = view
        self.request = request
        self._approval = approval
        self._number = number
        self._clock = ground.clock
        self.carried: Carried | None = None
        """The change, once it is about to run; None for reads."""
        self.now: Look | None = None
        """The object after the change; None as long as it was not looked at."""
        self._judged: Classification | None = None
        self._events: AsyncIterator[RunEvent] | None = None
        self._first: list[Line] = []
        self._last: list[Line] = []
        self._left_out = 0
        self._output: list[str] = []
        self._size = 0
        self._began = 0.0
        self.changes = False
        """Whether it is anything but a read."""
        self.started = False
        self.missing = False
        """Whether there was no program to run it with, so that nothing ran."""
        self.state: StepState | None = None
        """What it made of the step; None until it ended."""
        self.note: Text | None = None
        self.settled = False
        """Whether the runbook keeps the values that it ran with."""
        self.taken = False
        """Whether the runbook has taken the state over."""

    def check(self) -> None:
        """Pass the gate, which uses the approval up; nothing has started yet.

        Raises:
            Refused: it must not run here.
            NotApproved: it changes something, and this very command was not approved.
        """
        self._judged, risk = self._gate.judge(self.request)
        self._events = self._gate.run(self.request, self._approval)
        self.changes = risk is not Risk.READ

    async def run(self) -> AsyncGenerator[RunEvent, None]:
        """Run the command, yielding its lines and, last, its end.

        Raises:
            Refused: the record cannot be written, so a change does not start; or it would go
                elsewhere, or break what has begun since, or what it assumes does not hold.
            Changed: the object is not as it was shown when the change was approved.
        """
        assert self._events is not None  # noqa: S101 - `check` comes first
        assert self._judged is not None  # noqa: S101
        await self._gate.check_place()
        if self.changes:
            before = await self._save(self._judged)
            # Saving takes a moment: a backup may have begun meanwhile.
            self._gate.check_calm(self.request)
            if (why := self._ground.recheck()) is not None:
                raise Refused(why)
            self.carried = self._carried(before)
        problem = await asyncio.to_thread(self._announce)
        if problem is not None and self.changes:
            raise Refused(problem)
        self._began = self._clock.monotonic()
        self.started = True
        try:
            async with contextlib.aclosing(self._events) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, Line):
                        self._keep(event)
                    else:
                        self._end(event)
                        await asyncio.to_thread(self._report, event)
                        if self.changes and event.ending is not Ending.MISSING:
                            await self._compare(self._judged)
                    yield event
        finally:
            if self.state is None:
                self._cut_off()

    def _cut_off(self) -> None:
        """It was left before its end: what came of a change, nobody knows."""
        if self.changes:
            self.state, self.note = StepState.UNKNOWN, CUT_OFF
        else:
            self.state, self.note = StepState.PENDING, None
        seconds = self._clock.monotonic() - self._began
        self._report(Exited(Ending.CANCELLED, None, seconds))

    def _end(self, exited: Exited) -> None:
        self.missing = exited.ending is Ending.MISSING
        state, note = of_command(
            self._before.step, exited, "\n".join(self._output), changes=self.changes
        )
        if self.request.purpose == "undo":
            if state is StepState.FAILED:
                # The change is still there, and so is what came of it.
                state = self._before.state
            elif state is not StepState.UNKNOWN:
                state = StepState.PENDING
                note = Text(en="It was taken back.", ja="元に戻しました。")
        self.state, self.note = state, note

    async def _save(self, judged: Classification) -> Look:
        """Write the object as it is into the record, before it is changed.

        Raises:
            Changed: it is not as it was shown.
        """
        shown = self._ground.look
        body, found = await live_object(self._gate, self.request, judged)
        seen = self._approval.seen if self._approval is not None else ""
        if seen and seen_as(body, found) != seen:
            before = shown.before if shown is not None else None
            lines = await asyncio.to_thread(difference_of, before or {}, body or {})
            raise Changed(_CHANGED, lines)
        if body is not None:
            self._log(
                "saved",
                attempt=self._number,
                step=self.request.step,
                object=judged.objects[0],
                yaml=_saved(as_yaml(body)),
            )
        preview = shown.preview if shown is not None else None
        after = shown.after if shown is not None and seen else None
        return Look(preview, body, found, after)

    def _carried(self, before: Look) -> Carried:
        namespace, args = self._gate.unpinned(self.request.argv)
        manifest = manifest_of(self.request.stdin)
        step = None if self.request.step.startswith(TYPED) else self._before.step
        back = (
            way_back(step, self._ground.declared, args, manifest, namespace, before)
            if self.request.purpose == "run"
            else AGAIN
        )
        return Carried(
            self.request.purpose, args, manifest, namespace,
            before.found, before.before, before.after, back, self._ground.values,
        )  # fmt: skip

    async def _compare(self, judged: Classification) -> None:
        """Write what the change made of the object into the record."""
        body, found = await live_object(self._gate, self.request, judged)
        self.now = Look(None, body, found)
        before = self.carried.before if self.carried is not None else None
        if found is None or (body is None and before is None):
            return
        lines = await asyncio.to_thread(difference_of, before or {}, body or {})
        if lines:
            self._log("difference", attempt=self._number, step=self.request.step, lines=lines)

    def _announce(self) -> Text | None:
        request = self.request
        about = (
            self.carried.recorded()
            if self.carried is not None
            else {"purpose": request.purpose, "undo": request.undo}
        )
        return self._log(
            "will-run",
            attempt=self._number,
            step=request.step,
            title=self._before.title,
            argv=request.argv,
            stdin=request.stdin,
            shown=request.shown,
            risk=request.risk,
            approved=request.digest if self.changes else None,
            undo_command=request.undo_command,
            **about,
        )

    def _report(self, exited: Exited) -> None:
        if self._first or self._last:
            lines = [[line.stream, line.text] for line in (*self._first, *self._last)]
            self._log(
                "output",
                attempt=self._number,
                step=self.request.step,
                lines=lines,
                omitted=self._left_out,
            )
        self._log(
            "ran",
            attempt=self._number,
            step=self.request.step,
            ending=exited.ending,
            code=exited.code,
            signal=exited.signal,
            seconds=round(exited.seconds, 3),
            message=exited.message,
            state=self.state,
            note=self.note,
        )

    def _keep(self, line: Line) -> None:
        if len(self._first) < _RECORDED // 2:
            self._first.append(line)
        else:
            self._last.append(line)
            if len(self._last) > _RECORDED // 2:
                del self._last[0]
                self._left_out += 1
        if self._size < _JUDGED:
            self._size += len(line.text) + 1
            self._output.append(line.text)


def _saved(text: str) -> str:
    """Return an object's YAML as it is recorded; one that is cut off says so itself."""
    left_out = len(text) - _SAVED
    return text if left_out <= 0 else f"{text[:_SAVED]}\n# {left_out} characters were left out"
