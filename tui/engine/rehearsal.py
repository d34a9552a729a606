"""A change gone through without changing anything: the server's dry run stands for it."""

from __future__ import annotations

from knowledge.text import Text
from tui.engine.inspection import Inspection
from tui.engine.outcome import StepState
from tui.engine.ports import Ending, Exited, Line, RunEvent


def rehearse(inspection: Inspection) -> tuple[StepState, Text, tuple[RunEvent, ...]]:
    """Return state and note of the step, and what stands for the command's output and end."""
    preview = inspection.preview
    lines: list[RunEvent] = [Line("stdout", line) for line in preview.difference]
    lines += [Line("stdout", f"- {each}") for each in preview.goes_with]
    if preview.refused:
        lines.append(Exited(Ending.EXIT, 1, 0.0))
        return StepState.FAILED, preview.message, tuple(lines)
    lines.append(Exited(Ending.EXIT, 0, 0.0))
    words = preview.message
    return (
        StepState.DRY_RUN,
        Text(
            en=f"Dry run: nothing was changed. {words.en}",
            ja=f"ドライラン: 何も変更していません。{words.ja}",
        ),
        tuple(lines),
    )
