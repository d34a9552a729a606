"""Waits until a rule holds, looking whenever facts change, for a bounded time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from knowledge.judge import Truth
from knowledge.model import Step
from knowledge.text import Text
from tui.engine.outcome import StepState

_LOOK: Final = 1.0
"""Seconds between two looks at the clock."""


async def until(
    step: Step,
    judge: Callable[[], Truth],
    elapsed: Callable[[], float],
    progress: Callable[[Truth, float], None],
    fresh: asyncio.Event,
) -> tuple[StepState, Text | None]:
    """Return what came of waiting for `step`, and what to say about it.

    Args:
        step: a step of kind `wait`.
        judge: tells whether its rule holds now.
        elapsed: seconds since it began.
        progress: called with what is known and the seconds so far.
        fresh: set when there are new facts.
    """
    while True:
        fresh.clear()
        truth, seconds = judge(), elapsed()
        progress(truth, seconds)
        if truth.value is True:
            return StepState.DONE, step.expect.good if step.expect else None
        if seconds >= step.within:
            late = Text(
                en=f"It did not happen within {step.within} s.",
                ja=f"{step.within} 秒以内に条件が満たされませんでした。",
            )
            return StepState.UNEXPECTED, (step.expect.bad if step.expect else None) or late
        # `wait_for` would lose a cancellation that comes at the moment of new facts (Python 3.11).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK):
                await fresh.wait()
