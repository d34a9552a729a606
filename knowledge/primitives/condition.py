"""`condition`: an object's `status.conditions` has an entry of a type and status."""

from __future__ import annotations

from typing import Any

from knowledge.facts import Arguments, Made, Naming, primitive
from knowledge.primitives.object import ObjectArguments, make_object


class ConditionArguments(Arguments, frozen=True):
    """`status.conditions[type=…]` of objects of `kind` is `status`, its message as `message` says.

    Named groups of `message` become bindings.
    """

    kind: str
    type: str
    status: str
    name: str = ""
    reason: str = ""
    message: str = ""
    """A regular expression."""
    where: list[dict[str, Any]] = []
    bind: dict[str, str] = {}


@primitive("condition", ConditionArguments)
def make_condition(arguments: ConditionArguments, naming: Naming) -> Made:
    """Return the compiled fact: an `object` fact with the paths written out.

    Raises:
        BadRule: a pattern or a path is wrong.
    """
    entry = f"status.conditions[type={arguments.type}]"
    where: list[dict[str, Any]] = [{"path": f"{entry}.status", "equals": arguments.status}]
    if arguments.reason:
        where.append({"path": f"{entry}.reason", "equals": arguments.reason})
    if arguments.message:
        where.append({"path": f"{entry}.message", "matches": arguments.message})
    made = make_object(
        ObjectArguments(
            kind=arguments.kind,
            name=arguments.name,
            where=[*where, *arguments.where],
            bind=arguments.bind,
            show=f"{entry}.message" if arguments.message else f"{entry}.status",
        ),
        naming,
    )
    return Made(
        made.primitive,
        made.inputs,
        made.outputs,
        made.kinds,
        needs=made.needs,
        symptom=arguments.status == "False",
    )
