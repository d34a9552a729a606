"""`event`: an Event of the OADP namespace."""

from __future__ import annotations

from typing import Any

from knowledge.facts import Arguments, Made, Naming, primitive
from knowledge.primitives.object import ObjectArguments, make_object


class EventArguments(Arguments, frozen=True):
    """Events with that `reason`, whose message matches `message`, about an object of `about`.

    Binds `about` to the object's name; named groups of `message` become bindings.
    """

    reason: str = ""
    message: str = ""
    about: str = ""
    newer: str = ""
    """Only if last seen within this time (`1h`)."""


@primitive("event", EventArguments)
def make_event(arguments: EventArguments, naming: Naming) -> Made:
    """Return the compiled fact: an `object` fact over Events.

    Raises:
        BadRule: the pattern is wrong.
    """
    where: list[dict[str, Any]] = []
    if arguments.reason:
        where.append({"path": "reason", "equals": arguments.reason})
    if arguments.message:
        where.append({"path": "message", "matches": arguments.message})
    if arguments.about:
        where.append({"path": "involvedObject.kind", "equals": arguments.about})
    if arguments.newer:
        where.append({"path": "lastTimestamp", "newer": arguments.newer})
    made = make_object(
        ObjectArguments(
            kind="Event", where=where, bind={"about": "involvedObject.name"}, show="message"
        ),
        naming,
    )
    return Made(
        made.primitive, made.inputs, made.outputs, made.kinds, needs=made.needs, symptom=True
    )
