"""`absent`: no object of a kind fulfils the conditions. Unread is unknown, not absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge import condition
from knowledge.condition import BadRule
from knowledge.facts import (
    Arguments,
    Found,
    Made,
    Naming,
    Rows,
    primitive,
    template_inputs,
    unread,
)
from knowledge.finding import ObjectEvidence
from knowledge.narrowing import Narrowing, candidates, narrowings
from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text, fill


class AbsentArguments(Arguments, frozen=True):
    """No object of `kind` with that `name` (and `namespace`) for which `where` holds."""

    kind: str
    name: str = ""
    namespace: str = ""
    where: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class _Absent:
    arguments: AbsentArguments
    test: condition.Test
    narrowed: tuple[Narrowing, ...]
    naming: Naming

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        kind = self.arguments.kind
        name, namespace = (
            fill(self.arguments.name, bindings),
            fill(self.arguments.namespace, bindings),
        )
        why: Text | None = snapshot.why_unread(kind)
        if why is not None:
            return Rows((), unread(kind, why))
        few = candidates(snapshot, kind, self.narrowed, bindings, name, namespace)
        for key, body in few.items():
            if not namespace and not snapshot.ours(kind, key[0]):
                continue
            if self.test(body, bindings, snapshot.now) is not None:
                return Rows()
        ref = ObjectRef(kind, namespace or snapshot.source.namespace, name or "*")
        evidence = ObjectEvidence(ref, "", None, self.naming.says.fill(bindings), self.naming.fact)
        return Rows((Found({}, (evidence,)),))


@primitive("absent", AbsentArguments)
def make_absent(arguments: AbsentArguments, naming: Naming) -> Made:
    """Return the compiled fact.

    Raises:
        BadRule: a condition is wrong.
    """
    try:
        test = condition.compile_all(arguments.where)
    except ValueError as error:
        raise BadRule(str(error)) from None
    return Made(
        _Absent(arguments, test, narrowings(arguments.where), naming),
        inputs=condition.inputs_of(arguments.where)
        | template_inputs(arguments.name, arguments.namespace),
        kinds=frozenset((arguments.kind,)),
        needs=arguments.kind,
    )
