"""Conditions on one object: a path, and what the values there must be.

    - path: spec.provider
      in: [aws, azure]
    - path: metadata.labels."app.kubernetes.io/component"
      not-equals: bsl
    - any:
        - {path: spec.credential, exists: false}
        - {path: status.message, matches: "(?P<reason>AccessDenied)"}

A path that leads to several values holds when one of them does; `not-equals` and `not-in` hold
when none of them is equal, so also when the path does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from knowledge import pattern
from knowledge.moment import parse_duration, parse_time
from knowledge.path import Path, as_text, parse
from knowledge.text import fill, names

Captures = dict[str, str]
Test = Callable[[Any, Mapping[str, str], datetime], "Captures | None"]
"""`(object, bindings, now)` -> named groups that matched (often none), or None: does not hold."""


class BadRule(ValueError):
    """A rule that cannot be compiled; the message says which part and why."""


class Condition(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One condition, as in a file: `path` with exactly one operator, or one of `any all not`."""

    path: str = ""
    equals: Any = msgspec.UNSET
    not_equals: Any = msgspec.UNSET
    in_: list[Any] | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="in")
    not_in: list[Any] | msgspec.UnsetType = msgspec.UNSET
    exists: bool | msgspec.UnsetType = msgspec.UNSET
    matches: str | msgspec.UnsetType = msgspec.UNSET
    above: float | msgspec.UnsetType = msgspec.UNSET
    below: float | msgspec.UnsetType = msgspec.UNSET
    older: Annotated[str, Meta(pattern=r"^\d+[smhd]$")] | msgspec.UnsetType = msgspec.UNSET
    newer: Annotated[str, Meta(pattern=r"^\d+[smhd]$")] | msgspec.UnsetType = msgspec.UNSET
    after: str | msgspec.UnsetType = msgspec.UNSET
    before: str | msgspec.UnsetType = msgspec.UNSET
    any_: list[dict[str, Any]] | msgspec.UnsetType = msgspec.field(
        default=msgspec.UNSET, name="any"
    )
    all_: list[dict[str, Any]] | msgspec.UnsetType = msgspec.field(
        default=msgspec.UNSET, name="all"
    )
    not_: dict[str, Any] | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="not")


_OPERATORS = (
    "equals",
    "not_equals",
    "in_",
    "not_in",
    "exists",
    "matches",
    "above",
    "below",
    "older",
    "newer",
    "after",
    "before",
)
_GROUPS = ("any_", "all_", "not_")


def _conditions(raw: Sequence[Mapping[str, Any]]) -> list[Condition]:
    try:
        return [msgspec.convert(each, Condition) for each in raw]
    except msgspec.ValidationError as error:
        raise BadRule(f"condition: {error}") from None


def compile_all(raw: Sequence[Mapping[str, Any]]) -> Test:
    """Return a test that holds when all of `raw` do.

    Raises:
        BadRule: a condition has no operator, several, or one that cannot be compiled.
    """
    tests = [_compile(condition) for condition in _conditions(raw)]

    def test(body: Any, bindings: Mapping[str, str], now: datetime) -> Captures | None:
        captures: Captures = {}
        for each in tests:
            found = each(body, bindings, now)
            if found is None:
                return None
            captures.update(found)
        return captures

    return test


def inputs_of(raw: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of the bindings that the values in `raw` use."""
    found: set[str] = set()
    for key, text in _texts(raw):
        found.update((text,) if key in {"after", "before"} else names(text))
    return frozenset(found)


def captures_of(raw: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the named groups that `matches` in `raw` may bind."""
    return tuple(
        name for key, text in _texts(raw) if key == "matches" for name in pattern.group_names(text)
    )


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in `value` with the key that it stands under; in a list it has none."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, name)


def _compile(condition: Condition) -> Test:
    used = [name for name in _OPERATORS if getattr(condition, name) is not msgspec.UNSET]
    groups = [name for name in _GROUPS if getattr(condition, name) is not msgspec.UNSET]
    if len(used) + len(groups) != 1 or bool(condition.path) != bool(used):
        raise BadRule("a condition has a path and one operator, or one of: any, all, not")
    if groups:
        return _group(condition, groups[0])
    return _operator(condition, used[0], parse(condition.path))


def _group(condition: Condition, group: str) -> Test:
    if group == "all_":
        return compile_all(condition.all_ or [])
    if group == "not_":
        inner = compile_all([condition.not_ or {}])
        return lambda body, bindings, now: {} if inner(body, bindings, now) is None else None
    tests = [_compile(each) for each in _conditions(condition.any_ or [])]

    def test(body: Any, bindings: Mapping[str, str], now: datetime) -> Captures | None:
        return next(
            (found for each in tests if (found := each(body, bindings, now)) is not None), None
        )

    return test


def _exists(path: Path, body: Any) -> bool:
    """Return whether the path leads to something; null is nothing, as for the API server."""
    return any(value is not None for value in path.values(body))


def _operator(condition: Condition, operator: str, path: Path) -> Test:
    wanted = getattr(condition, operator)
    match operator:
        case "exists":
            return lambda body, _bindings, _now: {} if _exists(path, body) is wanted else None
        case "equals" | "in_":
            return _equal(path, [wanted] if operator == "equals" else wanted, expected=True)
        case "not_equals" | "not_in":
            return _equal(path, [wanted] if operator == "not_equals" else wanted, expected=False)
        case "matches":
            return _matches(path, pattern.compiled(wanted))
        case "above":
            return _number(path, lambda value: value > wanted)
        case "below":
            return _number(path, lambda value: value < wanted)
        case "older" | "newer":
            return _age(path, parse_duration(wanted), older=operator == "older")
        case _:
            return _order(path, wanted, after=operator == "after")


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return as_text(value) == wanted
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    return bool(value == wanted)


def _equal(path: Path, wanted: list[Any], *, expected: bool) -> Test:
    if all(isinstance(each, str) and "${" not in each for each in wanted):
        return _one_of(path, frozenset(wanted), expected=expected)

    # Thousands of objects are tested under the same bindings, one after another.
    last: tuple[Mapping[str, str] | None, list[Any]] = (None, [])

    def test(body: Any, bindings: Mapping[str, str], _now: datetime) -> Captures | None:
        nonlocal last
        known, values = last
        if known is not bindings:
            values = [fill(each, bindings) if isinstance(each, str) else each for each in wanted]
            last = (bindings, values)
        equal = any(_same(value, each) for value in path.values(body) for each in values)
        return {} if equal is expected else None

    return test


def _one_of(path: Path, wanted: frozenset[str], *, expected: bool) -> Test:
    """Return the test for texts without bindings: the common case, and much quicker."""

    def test(body: Any, _bindings: Mapping[str, str], _now: datetime) -> Captures | None:
        equal = any(as_text(value) in wanted for value in path.values(body))
        return {} if equal is expected else None

    return test


def _matches(path: Path, expression: pattern.Pattern) -> Test:
    def test(body: Any, _bindings: Mapping[str, str], _now: datetime) -> Captures | None:
        for value in path.values(body):
            match = expression.search(as_text(value))
            if match is not None:
                return {name: text for name, text in match.groupdict().items() if text is not None}
        return None

    return test


def _number(path: Path, holds: Callable[[float], bool]) -> Test:
    def test(body: Any, _bindings: Mapping[str, str], _now: datetime) -> Captures | None:
        for value in path.values(body):
            if isinstance(value, int | float) and not isinstance(value, bool) and holds(value):
                return {}
        return None

    return test


def _age(path: Path, limit: timedelta, *, older: bool) -> Test:
    def test(body: Any, _bindings: Mapping[str, str], now: datetime) -> Captures | None:
        for value in path.values(body):
            moment = parse_time(as_text(value))
            if moment is not None and (now - moment > limit) is older:
                return {}
        return None

    return test


def _order(path: Path, name: str, *, after: bool) -> Test:
    def test(body: Any, bindings: Mapping[str, str], _now: datetime) -> Captures | None:
        other = parse_time(bindings.get(name, ""))
        for value in path.values(body):
            moment = parse_time(as_text(value))
            if (
                moment is not None
                and other is not None
                and moment != other
                and (moment > other) is after
            ):
                return {}
        return None

    return test
