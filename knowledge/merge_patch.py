"""JSON merge patches (RFC 7386): applied, and made so that they lead back to an earlier state.

A merge patch is what every resource of the API takes, custom ones too. It has limits that decide
what can be brought back: `null` in it removes a key, so no `null` can be set, and a list goes as
a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.quiet import MISSING, KeyPath, at
from knowledge.secret_marks import REDACTED


@dataclass(frozen=True, slots=True)
class Back:
    """A patch that leads back, and what it cannot do."""

    patch: dict[str, Any]
    nulls: tuple[KeyPath, ...]
    """Where a field was `null` and will be missing."""
    broken: tuple[KeyPath, ...]
    """Where a list had `null` in it, which servers treat differently in a merge patch."""
    hidden: tuple[KeyPath, ...]
    """Where a value was redacted, so that it is not known."""
    lists: tuple[KeyPath, ...]
    """Lists that are put back as a whole."""


def apply(body: Any, patch: Any) -> Any:
    """Return `body` patched; neither argument is changed."""
    if not isinstance(patch, Mapping):
        return patch
    merged: dict[str, Any] = dict(body) if isinstance(body, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply(merged.get(key), value)
    return merged


def back(before: Mapping[str, Any], paths: Iterable[KeyPath]) -> Back:
    """Return the patch that makes every field at `paths` what it is in `before`.

    Args:
        before: the object as it was, without noise.
        paths: what has changed since; on both sides there are maps above each of them.
    """
    patch: dict[str, Any] = {}
    found: dict[str, list[KeyPath]] = {"nulls": [], "broken": [], "hidden": [], "lists": []}
    for path in paths:
        value = at(before, path)
        node = patch
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = None if value is MISSING else value
        for what in set(_traps(value)):
            found[what].append(path)
    return Back(patch, **{what: tuple(where) for what, where in found.items()})


def hides(value: Any) -> bool:
    """Return whether something in `value` is redacted."""
    return "hidden" in _traps(value)


def _traps(value: Any, *, listed: bool = False) -> Iterator[str]:
    """Yield what a merge patch cannot bring back of `value`, or only as a whole."""
    if value is None:
        yield "broken" if listed else "nulls"
    elif isinstance(value, str):
        if REDACTED in value:
            yield "hidden"
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if REDACTED in key:
                yield "hidden"
            yield from _traps(each)
    elif isinstance(value, list | tuple):
        yield "lists"
        for each in value:
            yield from _traps(each, listed=True)
