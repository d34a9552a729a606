"""One command being run for a step: recorded before it starts and after it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final

from knowledge.model import Risk
from knowledge.risk import Classification
from knowledge.text import Text
from tui.engine.gate import Gate
from tui.engine.outcome import CUT_OFF, StepState, of_command
from tui.engine.ports import Clock, Ending, Exited, Line, RunEvent
from tui.engine.preview import as_yaml, live_object
from tui.engine.request import Approval, Refused, Request
from tui.engine.steps import StepView

_RECORDED: Final = 500
"""Output lines that the record keeps: the first half and the last half."""
_JUDGED: Final = 2 << 20
"""Characters of output that expectations look at."""
_SAVED: Final = 60_000
"""Characters of an object that is saved."""


class Attempt:
    """One run of one command, and what came of it."""

    def __init__(
        self,
        gate: Gate,
        log: Callable[..., Text | None],
        view: StepView,
        request: Request,
        approval: Approval | None,
        number: int,
        clock: Clock,
    ) -> None:
        """Take the step as it was before, the command, and who said yes to it."""
        self._gate = gate
        self._log = log
        self._before = view
        self.request = request
        self._approval = approval
        self._number = number
        self._clock = clock
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
                elsewhere, or break what has begun since.
        """
        assert self._events is not None  # noqa: S101 - `check` comes first
        assert self._judged is not None  # noqa: S101
        await self._gate.check_place()
        if self.changes:
            await self._save(self._judged)
            # Saving takes a moment: a backup may have begun meanwhile.
            self._gate.check_calm(self.request)
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
                    yield event
        finally:
            if self.state is None:
                self._cut_off()

    def _cut_off(self) -> None:
        """It was left before its end: what came of a change, nobody knows."""
        seconds = self._clock.monotonic() - self._began
        self._report(Exited(Ending.CANCELLED, None, seconds))
        if self.changes:
            self.state, self.note = StepState.UNKNOWN, CUT_OFF
        else:
            self.state, self.note = StepState.PENDING, None

    def _end(self, exited: Exited) -> None:
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

    async def _save(self, judged: Classification) -> None:
        """Write the object as it is into the record, before it is changed."""
        if judged.verb == "create":
            return
        body = await live_object(self._gate, self.request, judged)
        if body is not None:
            self._log(
                "saved",
                attempt=self._number,
                step=self.request.step,
                object=judged.objects[0],
                yaml=_saved(as_yaml(body)),
            )

    def _announce(self) -> Text | None:
        request = self.request
        return self._log(
            "will-run",
            attempt=self._number,
            step=request.step,
            title=self._before.title,
            purpose=request.purpose,
            argv=request.argv,
            stdin=request.stdin,
            shown=request.shown,
            risk=request.risk,
            approved=request.digest if self.changes else None,
            undo=request.undo,
            undo_command=request.undo_command,
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
            seconds=round(exited.seconds, 3),
            message=exited.message,
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
