"""Expressions over facts: how facts fit together, with what is unknown kept apart from false.

    when: [old-line, bsl-unlabelled, {not: secret-exists}]
    when: {any: [panic-line, clean-line]}
    unless: [later-restore, {later: [restored_at, failed_at]}]
    when: [crash, {maybe: cloud-storage}]
    likely: [{known: [crash, bucket]}, line]
    when: [killed, restarted, {near: [killed_at, restarted_at, 5m]}]

A list means all of it. Facts are joined on the names they bind: a fact that binds `bsl` and one
that binds `bsl` too must agree on it. Where a fact is unknown the row stays, with the reason.
So it does where two facts could share a name but do not: a log line that names no restore belongs
to no restore for certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any, Final, Protocol

from knowledge.condition import BadRule
from knowledge.facts import MOST_ROWS, Fact, Rows
from knowledge.finding import Evidence
from knowledge.moment import parse_duration, parse_time
from knowledge.snapshot import Snapshot
from knowledge.text import Text

_DEPTH: Final = 8
_MOST_EVIDENCE: Final = 40
_GIVEN: Final = frozenset({"namespace"})
"""What every row binds; it ties nothing together."""
_MOST_LOOKS: Final = 300_000
"""Ways that one question may look at, so that no rule takes for ever."""
_TOO_MANY: Final = Text(
    en="there are too many objects to compare each with each",
    ja="オブジェクトが多すぎるため、すべての組み合わせは確認していません",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One way in which facts fit together."""

    bindings: Mapping[str, str]
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Text, ...] = ()
    """Why it is not certain; empty when everything was read."""
    symptom: bool = False
    """Whether something that goes wrong was seen."""
    offered: frozenset[str] = frozenset()
    """Names that its facts can bind, whether they did or not."""


class Evaluation:
    """The facts of one issue over one snapshot; each is judged once for the same inputs."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[str, tuple[tuple[str, str], ...]], Rows] = {}
        self._left = 0

    def rows(self, fact: Fact, bindings: Mapping[str, str]) -> Rows:
        """Return the rows of `fact` under `bindings`."""
        used = tuple((name, bindings[name]) for name in fact.asked_by if name in bindings)
        known = self._known.get((fact.name, used))
        if known is None:
            known = fact.primitive.rows(self._snapshot, dict(used))
            self._known[fact.name, used] = known
        return known

    def holding(self) -> frozenset[str]:
        """Return the names of the facts that were asked for and hold."""
        return frozenset(name for (name, _used), rows in self._known.items() if rows.found)

    def extended(self, expression: Expression, rows: Iterable[Row]) -> list[Row]:
        """Return each of `rows` extended in every way in which `expression` holds, bounded."""
        self._left = _MOST_LOOKS
        return list(islice((way for row in rows for way in expression.ways(row, self)), MOST_ROWS))

    def goes_on(self) -> bool:
        """Return whether another way may be looked at, and count it."""
        self._left -= 1
        return self._left >= 0


class Expression(Protocol):
    """A compiled expression."""

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        """Yield `row` extended in each way in which the expression holds, as they are found."""

    def facts(self) -> frozenset[str]:
        """Return the names of the facts it uses."""


@dataclass(frozen=True, slots=True)
class _Always:
    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        yield row

    def facts(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class _Fact:
    fact: Fact

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        fact, bound = self.fact, row.bindings
        if not fact.inputs <= bound.keys():
            # What would have bound them is unknown, so this is too; else the rule never applies.
            if row.missing:
                yield row
            return
        rows = evaluation.rows(fact, bound)
        offered = row.offered | fact.outputs
        shared = () if fact.inputs - _GIVEN else tuple(sorted(fact.outputs & row.offered))
        fits = False
        for found in rows.found:
            if not evaluation.goes_on():
                yield replace(row, missing=_joined(row.missing, (_TOO_MANY,)))
                return
            new = found.bindings
            if any(bound.get(name, value) != value for name, value in new.items()):
                continue
            fits = True
            yield Row(
                {**bound, **new},
                (row.evidence + found.evidence)[:_MOST_EVIDENCE],
                _joined(row.missing, _apart(shared, bound, new)) if shared else row.missing,
                row.symptom or fact.symptom,
                offered,
            )
        if not fits and rows.unknown is not None:
            yield replace(row, missing=_joined(row.missing, (rows.unknown,)))

    def facts(self) -> frozenset[str]:
        return frozenset({self.fact.name})


def _apart(
    shared: tuple[str, ...], bound: Mapping[str, str], new: Mapping[str, str]
) -> tuple[Text, ...]:
    """Return that nothing ties what was found to a row, where a name that both can bind should.

    Where neither binds such a name there is nothing to tie: lines of the operator's log never
    name a backup.
    """
    if any(name in bound and name in new for name in shared):
        return ()
    if not any(name in bound or name in new for name in shared):
        return ()
    names = " / ".join(shared)
    return (
        Text(
            en=f"nothing that was read says that both concern the same {names}",
            ja=f"読み取った内容からは、同じ {names} に関するものかどうかを確認できません",
        ),
    )


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple[Expression, ...]

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        return self._from(0, row, evaluation)

    def _from(self, place: int, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        if place == len(self.parts):
            yield row
            return
        for way in self.parts[place].ways(row, evaluation):
            yield from self._from(place + 1, way, evaluation)

    def facts(self) -> frozenset[str]:
        return frozenset().union(*(part.facts() for part in self.parts))


def _certain(part: Expression, row: Row, evaluation: Evaluation) -> Iterator[Row]:
    """Yield `row` extended in the ways that add no doubt to what is missing already."""
    for way in part.ways(replace(row, missing=()), evaluation):
        if not way.missing:
            yield replace(way, missing=row.missing)


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple[Expression, ...]

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        # One certain way is enough; uncertain ones matter only where there is none.
        certain = False
        for part in self.parts:
            for way in _certain(part, row, evaluation):
                certain = True
                yield way
        if not certain:
            for part in self.parts:
                yield from part.ways(row, evaluation)

    def facts(self) -> frozenset[str]:
        return frozenset().union(*(part.facts() for part in self.parts))


@dataclass(frozen=True, slots=True)
class _Not:
    part: Expression

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        missing = row.missing
        for way in self.part.ways(Row(row.bindings, offered=row.offered), evaluation):
            if not way.missing:
                return
            missing = _joined(missing, way.missing)
        yield replace(row, missing=missing)

    def facts(self) -> frozenset[str]:
        return self.part.facts()


@dataclass(frozen=True, slots=True)
class _Maybe:
    """Adds bindings and evidence where it holds; proves and disproves nothing."""

    part: Expression

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        holds = False
        for way in _certain(self.part, row, evaluation):
            holds = True
            yield way
        if not holds:
            yield row

    def facts(self) -> frozenset[str]:
        return self.part.facts()


@dataclass(frozen=True, slots=True)
class _Known:
    """Holds only where everything in it was read: the unknown counts as false here."""

    part: Expression

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        return _certain(self.part, row, evaluation)

    def facts(self) -> frozenset[str]:
        return self.part.facts()


@dataclass(frozen=True, slots=True)
class _Near:
    """Two times are at most so far apart; unknown where one of them is not bound."""

    first: str
    second: str
    most: timedelta

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        if self._holds(row):
            yield row

    def _holds(self, row: Row) -> bool:
        if self.first not in row.bindings or self.second not in row.bindings:
            return bool(row.missing)
        first, second = (parse_time(row.bindings[each]) for each in (self.first, self.second))
        return first is not None and second is not None and abs(first - second) <= self.most

    def facts(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class _Compare:
    left: str
    right: str
    holds: Callable[[str, str], bool]

    def ways(self, row: Row, evaluation: Evaluation) -> Iterator[Row]:
        if self._holds(row):
            yield row

    def _holds(self, row: Row) -> bool:
        if self.left not in row.bindings or self.right not in row.bindings:
            return bool(row.missing)
        return self.holds(row.bindings[self.left], row.bindings[self.right])

    def facts(self) -> frozenset[str]:
        return frozenset()


def _later(left: str, right: str) -> bool:
    first, second = parse_time(left), parse_time(right)
    return first is not None and second is not None and first > second


def _less(left: str, right: str) -> bool:
    try:
        return float(left) < float(right)
    except ValueError:
        return False


_COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "later": _later,
    "less": _less,
    "equal": lambda left, right: left == right,
    "differ": lambda left, right: left != right,
}


def _joined(first: tuple[Text, ...], *others: tuple[Text, ...]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys((*first, *(text for other in others for text in other))))


def negated(expression: Expression) -> Expression:
    """Return the expression that holds where `expression` does not."""
    return _Not(expression)


def compile_expression(raw: Any, facts: Mapping[str, Fact], depth: int = 0) -> Expression:
    """Return `raw` compiled.

    Raises:
        BadRule: it names a fact that does not exist, or is not of the form the module describes.
    """
    if depth > _DEPTH:
        raise BadRule(f"expression: nested more than {_DEPTH} deep")
    if raw is True:
        return _Always()
    if isinstance(raw, str):
        if raw not in facts:
            raise BadRule(f"expression: there is no fact {raw!r}")
        return _Fact(facts[raw])
    if isinstance(raw, list | tuple):
        return _All(tuple(compile_expression(each, facts, depth + 1) for each in raw))
    if isinstance(raw, Mapping) and len(raw) == 1:
        (key, value), *_ = raw.items()
        if key in {"all", "any"} and isinstance(value, list | tuple) and value:
            parts = tuple(compile_expression(each, facts, depth + 1) for each in value)
            return _All(parts) if key == "all" else _Any(parts)
        if key == "not":
            return _Not(compile_expression(value, facts, depth + 1))
        if key == "maybe":
            return _Maybe(compile_expression(value, facts, depth + 1))
        if key == "known":
            return _Known(compile_expression(value, facts, depth + 1))
        if key in _COMPARISONS and isinstance(value, list | tuple) and len(value) == 2:
            return _Compare(str(value[0]), str(value[1]), _COMPARISONS[key])
        if key == "near" and isinstance(value, list | tuple) and len(value) == 3:
            try:
                return _Near(str(value[0]), str(value[1]), parse_duration(str(value[2])))
            except ValueError as error:
                raise BadRule(f"near: {error}") from None
    raise BadRule(
        "expression: write a fact's name, a list, or one of: all, any, not, maybe, "
        "known, later, near, less, equal, differ"
    )
