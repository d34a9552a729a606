"""Makes the command of a step, or of its undo, into a request that can be shown and approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from knowledge import command
from knowledge.model import Risk, Step
from knowledge.risk import classify
from knowledge.snapshot import ObjectRef
from knowledge.text import Text, fill
from tui.engine.carried import Carried, WayBack
from tui.engine.gate import confirm_name
from tui.engine.inputs import Inputs
from tui.engine.request import Purpose, Request
from tui.engine.steps import NotReady
from tui.engine.target import NAMESPACE, Target


def build(
    step: Step,
    target: Target,
    inputs: Inputs,
    values: Mapping[str, str],
    busy: tuple[ObjectRef, ...],
    shown: Collection[str] = (),
) -> Request:
    """Return the request for the command of `step`.

    Args:
        step: the step.
        target: where it goes.
        inputs: what the values are called, for messages.
        values: the values to fill in.
        busy: what is running at the moment.
        shown: what stands for a value that is not known, in a command that is only read.

    Raises:
        NotReady: it has no command, or a value is missing, or the command does not run here.
    """
    if not step.run:
        raise NotReady(
            Text(en="There is no command for that.", ja="該当するコマンドはありません。")
        )
    try:
        namespace, args, body = _command(step, step.run, step.stdin, values, shown)
        declared = declared_way_back(step, values, shown)
        back = (
            _shown(target, namespace, declared.args, declared.manifest)
            if declared is not None and declared.args
            else None
        )
        # What stands for a value is no number where a number belongs: judged as if it were one.
        known = {name: "1" if value in shown else value for name, value in values.items()}
        return make(
            step.id, "run", target, namespace, args, body, busy,
            judged_as=command.arguments(step.run, known) if shown else args,
            claimed=step.risk, undo=declared.note if declared is not None else None,
            undo_command=back, timeout=float(step.within),
        )  # fmt: skip
    except command.MissingValue as missing:
        raise NotReady(_missing(missing.name, inputs)) from None
    except command.CommandProblem as problem:
        raise NotReady(problem.message) from None


def make(
    step: str,
    purpose: Purpose,
    target: Target,
    namespace: str,
    args: tuple[str, ...],
    body: Mapping[str, Any] | None,
    busy: tuple[ObjectRef, ...],
    *,
    judged_as: tuple[str, ...] = (),
    claimed: Risk = Risk.READ,
    undo: Text | None = None,
    undo_command: str | None = None,
    timeout: float = 120.0,
) -> Request:
    """Return a request for any command, pinned and judged.

    Args:
        step: the step that it is for.
        purpose: what it is for.
        target: where it goes.
        namespace: its namespace; empty for cluster scope and all namespaces.
        args: the arguments of `oc`.
        body: the manifest on standard input.
        busy: what is running at the moment.
        judged_as: arguments to judge it by, where `args` are only read and never run.
        claimed: the least risk that it has, whatever the table of verbs says.
        undo: how it is taken back, in words.
        undo_command: the command that takes it back, as it can be pasted.
        timeout: seconds until it is stopped.

    Raises:
        NotReady: it does not run here.
        CommandProblem: the manifest cannot be written.
    """
    judged = classify(judged_as or args, body)
    if judged.refused is not None:
        raise NotReady(judged.refused)
    risk = max(claimed, judged.risk, key=_rank)
    return Request(
        step,
        purpose,
        target.argv(namespace, args),
        None if body is None else command.manifest_text(dict(body)),
        risk,
        undo=undo,
        undo_command=undo_command,
        busy=busy if risk is Risk.DISRUPTIVE or judged.restarts else (),
        confirm_name=confirm_name(judged, risk),
        confirm_context=target.confirm_context if risk is not Risk.READ else "",
        timeout=timeout,
    )


def take_back(
    step: Step | None,
    carried: Carried,
    target: Target,
    busy: tuple[ObjectRef, ...],
    id: str,
) -> Request:
    """Return the request that takes a change back.

    Args:
        step: the step that made the change; None for a command that a person typed.
        carried: the change as it was carried out.
        target: where it goes.
        busy: what is running at the moment.
        id: the step's id.

    Raises:
        NotReady: there is no command that takes it back.
    """
    back = carried.way_back
    if not back.args:
        raise NotReady(back.note)
    # Taking a disruptive change back disrupts as much; bringing back what was deleted does not.
    disrupts = step is not None and step.risk is Risk.DISRUPTIVE
    claimed = Risk.DISRUPTIVE if disrupts else Risk.CHANGE
    return make(
        id, "undo", target, carried.namespace, back.args, back.manifest, busy,
        claimed=claimed, undo=back.note,
    )  # fmt: skip


def declared_way_back(
    step: Step, values: Mapping[str, str], shown: Collection[str] = ()
) -> WayBack | None:
    """Return the way back that a step declares, filled with its values; None if it declares none.

    A command for it that cannot be made is left out; the words stay.
    """
    if step.undo is None:
        return None
    note = step.undo.note.fill(values)
    if not step.undo.run:
        return WayBack(note)
    try:
        _namespace, args, body = _command(step, step.undo.run, step.undo.stdin, values, shown)
    except command.CommandProblem:
        return WayBack(note)
    return WayBack(note, args, body)


def _rank(risk: Risk) -> int:
    return risk.rank


def _command(
    step: Step,
    run: Sequence[Any],
    stdin: Mapping[str, Any] | None,
    values: Mapping[str, str],
    shown: Collection[str] = (),
) -> tuple[str, tuple[str, ...], dict[str, Any] | None]:
    """Return namespace, arguments and manifest, filled.

    A namespace in `shown` stands for one that is not known; a command with it never runs.
    """
    namespace = fill(step.namespace, values)
    if namespace and namespace not in shown and not NAMESPACE.fullmatch(namespace):
        raise command.CommandProblem(
            Text(
                en=f"{namespace!r} is no name of a namespace.",
                ja=f"{namespace!r} は namespace の名前として正しくありません。",
            )
        )
    arguments = command.arguments(run, values)
    body = None if stdin is None else command.manifest(stdin, values, namespace)
    return namespace, arguments, body


def _shown(
    target: Target, namespace: str, args: tuple[str, ...], body: Mapping[str, Any] | None
) -> str:
    text = None if body is None else command.manifest_text(dict(body))
    return command.shown(target.argv(namespace, args), text)


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
