"""`log`: lines of a log that a pattern matches. Patterns see unescaped field values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from knowledge import pattern
from knowledge.condition import BadRule
from knowledge.facts import Arguments, Found, Made, Naming, Rows, primitive, unread_log
from knowledge.finding import LogEvidence
from knowledge.scan import Signature
from knowledge.snapshot import LogGroup, LogHit, Snapshot

_ALWAYS = frozenset({"backup", "restore"})
_RESERVED = frozenset({"namespace", "stamp"})
_MOST_THEN = 10


class LogArguments(Arguments, frozen=True):
    """Lines of the logs `in` where one of `pattern` is found in one of `fields`.

    Named groups, and the record's `backup` and `restore`, become bindings.
    """

    pattern: str | list[str]
    in_: list[LogGroup] = msgspec.field(name="in")
    fields: tuple[str, ...] = ("msg", "error")
    level: list[str] = []
    with_: dict[str, str] = msgspec.field(default_factory=dict, name="with")
    """Field -> pattern that must be found in it as well."""
    then: list[str] = []
    """Patterns that must be found after it, in this order, each in a line of its own, among the
    next lines that begin no record (panics, stack traces) or are of the same plug-in."""
    bind: dict[str, str] = {}
    """Binding -> a field of the record that is kept, or `log`, `time`; of `a | b` the first."""


@dataclass(frozen=True, slots=True)
class _Lines:
    signature: Signature
    bind: Mapping[str, str]
    bound: frozenset[str]
    naming: Naming

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        hits = snapshot.hits.get(self.signature.key)
        if hits is None or not hits.hits:
            return Rows((), unread_log(self.signature, snapshot))
        by_bindings: dict[tuple[tuple[str, str], ...], Found] = {}
        for hit in hits.hits:
            new = self._bindings(hit)
            if new is None:
                continue
            says = self.naming.says.fill({**bindings, **new})
            evidence = LogEvidence(hit, says, self.naming.fact, hits.count)
            key = tuple(
                sorted((name, value) for name, value in new.items() if name not in self._times)
            )
            # Hits come oldest first: the newest of equal ones stays.
            by_bindings.pop(key, None)
            by_bindings[key] = Found(new, (evidence,))
        # The line of another backup says nothing about one whose line may not be read yet.
        return Rows(tuple(reversed(by_bindings.values())), unread_log(self.signature, snapshot))

    @property
    def _times(self) -> frozenset[str]:
        return frozenset(name for name, source in self.bind.items() if source == "time")

    def _bindings(self, hit: LogHit) -> dict[str, str] | None:
        new = {name: value for name, value in hit.fields.items() if name in self.bound and value}
        for name, source in self.bind.items():
            known = {**hit.fields, "log": hit.log, "time": hit.time}
            value = next(filter(None, (known.get(e.strip()) for e in source.split("|"))), "")
            if value:
                new[name] = value
        return new


@primitive("log", LogArguments)
def make_log(arguments: LogArguments, naming: Naming) -> Made:
    """Return the compiled fact and its signature.

    Raises:
        BadRule: a pattern is not RE2, or binds a reserved name.
    """
    patterns = (
        (arguments.pattern,) if isinstance(arguments.pattern, str) else tuple(arguments.pattern)
    )
    sources = (*patterns, *arguments.with_.values(), *arguments.then)
    groups = frozenset(name for source in sources for name in pattern.group_names(source))
    if reserved := (groups | frozenset(arguments.bind)) & _RESERVED:
        raise BadRule(f"log: the name {min(reserved)!r} is taken; choose another for the group")
    if len(arguments.then) > _MOST_THEN:
        raise BadRule(f"log: `then` has at most {_MOST_THEN} patterns")
    try:
        for source in sources:
            pattern.compiled(source)
    except pattern.BadPattern as error:
        raise BadRule(f"log: {error}") from None
    signature = Signature(
        f"{naming.issue}/{naming.fact}",
        frozenset(arguments.in_),
        patterns,
        arguments.fields,
        frozenset(arguments.level),
        arguments.with_,
        tuple(arguments.then),
    )
    bound = groups | _ALWAYS
    return Made(
        _Lines(signature, arguments.bind, bound, naming),
        outputs=bound | frozenset(arguments.bind),
        symptom=True,
        signature=signature,
    )
