"""`count`: how many objects of a kind fulfil conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge import condition
from knowledge.condition import BadRule
from knowledge.facts import Arguments, Found, Made, Naming, Rows, primitive, unread
from knowledge.finding import ObjectEvidence
from knowledge.narrowing import Narrowing, candidates, narrowings
from knowledge.snapshot import ObjectRef, Snapshot


class CountArguments(Arguments, frozen=True):
    """There are more than `above` (and fewer than `below`) such objects; binds `count`."""

    kind: str
    where: list[dict[str, Any]] = []
    above: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class _Count:
    arguments: CountArguments
    test: condition.Test
    narrowed: tuple[Narrowing, ...]
    naming: Naming

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        kind, above, below = self.arguments.kind, self.arguments.above, self.arguments.below
        why = snapshot.why_unread(kind)
        number = sum(
            self.test(body, bindings, snapshot.now) is not None
            for key, body in candidates(snapshot, kind, self.narrowed, bindings).items()
            if snapshot.ours(kind, key[0])
        )
        # More than that is certain from what was read; fewer is not.
        if why is not None and (below is not None or above is None or number <= above):
            return Rows((), unread(kind, why))
        if (above is not None and number <= above) or (below is not None and number >= below):
            return Rows()
        new = {"count": str(number)}
        says = self.naming.says.fill({**bindings, **new})
        ref = ObjectRef(kind, snapshot.source.namespace, "*")
        return Rows((Found(new, (ObjectEvidence(ref, "", number, says, self.naming.fact),)),))


@primitive("count", CountArguments)
def make_count(arguments: CountArguments, naming: Naming) -> Made:
    """Return the compiled fact.

    Raises:
        BadRule: a condition is wrong, or no limit is given.
    """
    if arguments.above is None and arguments.below is None:
        raise BadRule("count: give `above`, `below` or both")
    try:
        test = condition.compile_all(arguments.where)
    except ValueError as error:
        raise BadRule(str(error)) from None
    return Made(
        _Count(arguments, test, narrowings(arguments.where), naming),
        inputs=condition.inputs_of(arguments.where),
        outputs=frozenset({"count"}),
        kinds=frozenset({arguments.kind}),
        needs=arguments.kind if (arguments.above or 0) >= 0 else "",
    )
