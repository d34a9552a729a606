"""Makes the command of a step, or of its undo, into a request that can be shown and approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge import command
from knowledge.model import Risk, Step
from knowledge.risk import classify
from knowledge.snapshot import ObjectRef
from knowledge.text import Text, fill
from tui.engine.gate import confirm_name
from tui.engine.inputs import Inputs
from tui.engine.request import Purpose, Request
from tui.engine.steps import NotReady
from tui.engine.target import NAMESPACE, Target


def build(
    step: Step,
    purpose: Purpose,
    target: Target,
    inputs: Inputs,
    values: Mapping[str, str],
    busy: tuple[ObjectRef, ...],
) -> Request:
    """Return the request for the command of `step`, or for its undo.

    Args:
        step: the step.
        purpose: `run` or `undo`.
        target: where it goes.
        inputs: what the values are called, for messages.
        values: the values to fill in.
        busy: what is running at the moment.

    Raises:
        NotReady: it has no command, or a value is missing, or the command does not run here.
    """
    undoing = purpose == "undo"
    run, stdin = (
        (step.undo.run, step.undo.stdin) if undoing and step.undo else (step.run, step.stdin)
    )
    if not run or (undoing and step.undo is None):
        raise NotReady(
            step.undo.note.fill(values)
            if undoing and step.undo is not None
            else Text(en="There is no command for that.", ja="該当するコマンドはありません。")
        )
    try:
        argv, body, judged = _command(step, run, stdin, target, values)
        text = None if body is None else command.manifest_text(body)
    except command.MissingValue as missing:
        raise NotReady(_missing(missing.name, inputs)) from None
    except command.CommandProblem as problem:
        raise NotReady(problem.message) from None
    if judged.refused is not None:
        raise NotReady(judged.refused)
    # Taking a disruptive change back disrupts as much; bringing back what was deleted does not.
    claimed = min(step.risk, Risk.DISRUPTIVE, key=_rank) if undoing else step.risk
    risk = max(claimed, judged.risk, key=_rank)
    return Request(
        step.id,
        purpose,
        argv,
        text,
        risk,
        undo=step.undo.note.fill(values) if step.undo is not None and not undoing else None,
        undo_command=None if undoing else _undo_command(step, target, values),
        busy=busy if risk is Risk.DISRUPTIVE or judged.restarts else (),
        confirm_name=confirm_name(judged, risk),
        confirm_context=target.confirm_context if risk is not Risk.READ else "",
        timeout=float(step.within),
    )


def _rank(risk: Risk) -> int:
    return risk.rank


def _command(
    step: Step,
    run: Sequence[Any],
    stdin: Mapping[str, Any] | None,
    target: Target,
    values: Mapping[str, str],
) -> tuple[tuple[str, ...], dict[str, Any] | None, Any]:
    namespace = fill(step.namespace, values)
    if namespace and not NAMESPACE.fullmatch(namespace):
        raise command.CommandProblem(
            Text(
                en=f"{namespace!r} is no name of a namespace.",
                ja=f"{namespace!r} は namespace の名前として正しくありません。",
            )
        )
    arguments = command.arguments(run, values)
    body = None if stdin is None else command.manifest(stdin, values, namespace)
    return target.argv(namespace, arguments), body, classify(arguments, body)


def _undo_command(step: Step, target: Target, values: Mapping[str, str]) -> str | None:
    if step.undo is None or not step.undo.run:
        return None
    try:
        argv, body, _ = _command(step, step.undo.run, step.undo.stdin, target, values)
        return command.shown(argv, None if body is None else command.manifest_text(body))
    except command.CommandProblem:
        return None


def _missing(name: str, inputs: Inputs) -> Text:
    entry = inputs.declared(name)
    if entry is None:
        return Text(
            en=f"The step uses `{name}`, which the procedure does not have.",
            ja=f"ステップで使われている `{name}` が手順に定義されていません。",
        )
    return Text(
        en=f"“{entry.title.en}” needs a value first.",
        ja=f"先に「{entry.title.ja}」の値を指定してください。",
    )
