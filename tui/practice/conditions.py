"""Conditions of scenarios: what must hold for something to happen.

A condition is a mapping. With `path` it looks at a value, relative to its subject: the object in
`where`, `becomes` and `some`; the variables in `when` and `if`. With `find` it looks at other
objects. Tests on what is there:

exists: true|false    equals: V    not: V    in: [V...]    contains: V    matches: REGEX
over: NUMBER          some: [conditions on a list's item]    none: [...]    every: [...]

`any: [conditions]` and `unless: [conditions]` combine; a list of conditions must hold as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tui.practice.objects import MISSING, JsonObject, at, labels_of, name_of
from tui.practice.store import Store
from tui.practice.templating import Scope, fill

KEYS = frozenset(
    {
        "path", "find", "exists", "equals", "not", "in", "contains", "matches", "over", "some",
        "none", "every", "any", "unless",
    }
)  # fmt: skip


def find(store: Store, query: JsonObject, scope: Scope) -> list[JsonObject]:
    """Finds objects by kind, name, namespace, labels and conditions.

    Args:
        store: Where to look.
        query: `kind`, and any of `apiVersion`, `name`, `namespace`, `labels`, `where`.
        scope: The variables for templates in the query.

    Returns:
        The objects, by namespace and name; none if the kind is not served.
    """
    where = query.get("where") or []
    wanted = fill({key: part for key, part in query.items() if key != "where"}, scope)
    if any(key in query and key not in wanted for key in ("name", "namespace")):
        return []
    try:
        resource = store.registry.by_kind(wanted["kind"], wanted.get("apiVersion", ""))
    except KeyError:
        return []
    name, labels = wanted.get("name"), wanted.get("labels") or {}
    return [
        obj
        for obj in store.objects(resource, wanted.get("namespace", ""))
        if (name is None or name_of(obj) == name)
        and all(labels_of(obj).get(key) == value for key, value in labels.items())
        and holds(store, where, obj, scope)
    ]


def holds(store: Store, conditions: list[JsonObject], subject: Any, scope: Scope) -> bool:
    """Says whether all conditions hold for a subject."""
    return all(_one(store, condition, subject, scope) for condition in conditions)


def _one(store: Store, condition: JsonObject, subject: Any, scope: Scope) -> bool:
    if "any" in condition:
        return any(_one(store, item, subject, scope) for item in condition["any"])
    if "unless" in condition:
        return not holds(store, condition["unless"], subject, scope)
    if "find" in condition:
        found = find(store, condition["find"], scope)
        if "over" in condition:
            return len(found) > int(condition["over"])
        return bool(found) is bool(condition.get("exists", True))
    value = at(subject, str(fill(condition["path"], scope)))
    return all(
        _test(store, test, expected, value, scope)
        for test, expected in condition.items()
        if test != "path"
    )


def _test(store: Store, test: str, expected: Any, value: Any, scope: Scope) -> bool:
    if test in {"some", "none", "every"}:
        items = value if isinstance(value, list) else []
        fits = [holds(store, expected, item, scope) for item in items]
        return any(fits) if test == "some" else all(fits) if test == "every" else not any(fits)
    expected = fill(expected, scope)
    match test:
        case "exists":
            return (value is not MISSING and value is not None) is bool(expected)
        case "equals":
            return bool(value == expected)
        case "not":
            return bool(value != expected)
        case "in":
            return value in expected
        case "contains":
            return isinstance(value, list | str | Mapping) and expected in value
        case "matches":
            return isinstance(value, str) and re.search(expected, value) is not None
        case "over":
            return isinstance(value, int | float) and value > expected
        case _:
            raise ValueError(f"unknown test in a condition: {test}")
