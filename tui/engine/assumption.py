"""Whether what a step assumes still holds: rules over the live objects, judged when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge.finding import Finding
from knowledge.model import Step
from knowledge.text import Text
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.outcome import StepState
from tui.engine.ports import Phase
from tui.engine.steps import Judge


def assumption(step: Step, judge: Judge, values: Mapping[str, str]) -> Guard | None:
    """Return whether the assumption of a step holds; None if it makes none.

    A step that is not needed any more is one whose assumption does not hold.

    Args:
        step: the step.
        judge: judges its rules as things are now.
        values: what its words are filled with.
    """
    said = step.assumption.fill(values) if step.assumption is not None else None
    if step.skip is not None and judge(step.skip).value is True:
        return Guard(
            Guarded.ASSUMPTIONS,
            Standing.BLOCKED,
            step.skipped.fill(values)
            if step.skipped is not None
            else Text(en="What it is for holds already.", ja="目的の状態にすでになっています。"),
        )
    if step.assumes is None:
        return None
    truth = judge(step.assumes)
    if truth.value is True:
        return Guard(
            Guarded.ASSUMPTIONS,
            Standing.CLEAR,
            said or Text(en="What it assumes holds.", ja="前提条件を満たしています。"),
        )
    if truth.value is None:
        return Guard(
            Guarded.ASSUMPTIONS,
            Standing.UNKNOWN,
            Text(
                en="Whether what it assumes holds could not be read.",
                ja="前提条件を満たしているかどうかを読み取れませんでした。",
            ),
            truth.missing[:5],
        )
    return Guard(
        Guarded.ASSUMPTIONS,
        Standing.BLOCKED,
        Text(
            en=f"It does not hold any more: {said.en}"
            if said
            else "What it assumes does not hold any more.",
            ja=f"次の前提条件を満たさなくなりました: {said.ja}"
            if said
            else "前提条件を満たさなくなりました。",
        ),
    )


def run_before(state: StepState) -> Guard | None:
    """Return a warning if a step is run again of which nobody knows whether it took effect."""
    if state is not StepState.UNKNOWN:
        return None
    return Guard(
        Guarded.ASSUMPTIONS,
        Standing.WARNING,
        Text(
            en="It ran before, and nobody knows whether it took effect: it may happen twice. Let "
            "the outcome be checked first.",
            ja="このステップは以前に実行され、反映されたかどうかは不明です。もう一度実行すると、"
            "同じ変更が二重に行われる可能性があります。先に結果を確認してください。",
        ),
    )


def out_of_date(guard: Guard | None, session: Any) -> Guard | None:
    """Return `guard`, but nothing clear as long as the cluster does not answer.

    What was read before is what rules are judged by, and nobody knows whether it still holds.
    """
    connection = getattr(session.state, "connection", None)
    lost = connection is not None and connection.phase in {Phase.LOST, Phase.FAILED}
    if guard is None or guard.standing is not Standing.CLEAR or not lost:
        return guard
    return Guard(
        Guarded.ASSUMPTIONS,
        Standing.UNKNOWN,
        Text(
            en=f"The cluster does not answer at the moment. When it last did: {guard.message.en}",
            ja=f"現在、クラスターから応答がありません。最後に読み取った時点: {guard.message.ja}",
        ),
    )


def finding_is_there(finding: Finding | None, session: Any) -> Guard | None:
    """Return a warning if the finding that led to a runbook is gone before anything was changed."""
    diagnosis = getattr(session.state, "diagnosis", None)
    if finding is None or diagnosis is None:
        return None
    if any(each.key == finding.key for each in diagnosis.findings):
        return None
    return Guard(
        Guarded.ASSUMPTIONS,
        Standing.WARNING,
        Text(
            en="The finding that led here is gone by itself. The change may not be needed.",
            ja="このランブックのきっかけとなった検出結果はすでに消えています。"
            "変更は不要かもしれません。",
        ),
    )
