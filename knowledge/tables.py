"""Objects by the values that they have at a path, so that rules look at a few and not at all.

Tables are made when they are first asked for, and carried from one snapshot to the next: what
changed is looked at, the rest stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from knowledge.path import Path, as_text, parse

Key = tuple[str, str]
"""`(namespace, name)`."""
Objects = Mapping[Key, Mapping[str, Any]]
_Value = str | bool
_Table = dict[_Value, dict[Key, Mapping[str, Any]]]
"""Value -> objects that have it; under True those that have anything at the path, be it null,
under False those that have nothing there but null."""

_FEW: Final = 20
"""A table is carried on while at most one in so many objects has changed."""
_NO_OBJECTS: Final[Objects] = {}


class Tables:
    """The tables of one snapshot's objects."""

    def __init__(self, of: Callable[[str], Objects]) -> None:
        """Prepare tables over the objects that `of` gives for a kind."""
        self._of = of
        self._objects: dict[str, Objects] = {}
        self._tables: dict[tuple[str, str], _Table] = {}

    def having(self, kind: str, path: str) -> Objects:
        """Return the objects of `kind` in which `path` leads to something, be it null."""
        return self._table(kind, path).get(True, _NO_OBJECTS)

    def lacking(self, kind: str, path: str) -> Objects:
        """Return the objects of `kind` in which `path` leads to nothing but null."""
        return self._table(kind, path).get(False, _NO_OBJECTS)

    def where(self, kind: str, path: str, value: str) -> Objects:
        """Return the objects of `kind` that have `value`, as text, at `path`."""
        return self._table(kind, path).get(value, _NO_OBJECTS)

    def values(self, kind: str, path: str) -> list[tuple[str, Objects]]:
        """Return each value, as text, that objects of `kind` have at `path`, with these objects."""
        table = self._table(kind, path)
        return [(value, table[value]) for value in table if isinstance(value, str) and value]

    def ready(self, kind: str, path: str) -> bool:
        """Return whether asking about this path costs nothing."""
        return (kind, path) in self._tables

    def _table(self, kind: str, path: str) -> _Table:
        table = self._tables.get((kind, path))
        if table is None:
            table, compiled = {}, parse(path)
            for key, body in self._all(kind).items():
                for value in _values(compiled, body):
                    table.setdefault(value, {})[key] = body
            self._tables[kind, path] = table
        return table

    def _all(self, kind: str) -> Objects:
        if kind not in self._objects:
            self._objects[kind] = self._of(kind)
        return self._objects[kind]

    def carried(self, of: Callable[[str], Objects]) -> Tables:
        """Return tables over what `of` gives, with what is the same taken over from here."""
        new = Tables(of)
        changes: dict[str, list[Key] | None] = {}
        for (kind, path), table in list(self._tables.items()):
            before, now = self._all(kind), new._all(kind)
            if before is now:
                new._tables[kind, path] = table
                continue
            if kind not in changes:
                changes[kind] = _changed(before, now)
            changed = changes[kind]
            if changed is not None:
                new._tables[kind, path] = _updated(table, parse(path), before, now, changed)
        return new


def _values(path: Path, body: Mapping[str, Any]) -> Iterable[_Value]:
    values = path.values(body)
    if not values:
        return (False,)
    found: set[_Value] = {True, *map(as_text, values)}
    if all(value is None for value in values):
        found.add(False)
    return found


def _changed(before: Objects, now: Objects) -> list[Key] | None:
    """Return the keys of objects that came, went or changed; None: too many."""
    most = max(len(now) // _FEW, 1)
    changed = [key for key, body in now.items() if before.get(key) is not body]
    if len(changed) <= most and len(now) != len(before) + sum(k not in before for k in changed):
        changed += [key for key in before if key not in now]
    return changed if len(changed) <= most else None


def _updated(
    table: _Table, path: Path, before: Objects, now: Objects, changed: Iterable[Key]
) -> _Table:
    """Return `table` with `changed` moved; what others may still be reading is not touched."""
    new, own = dict(table), set[_Value]()

    def objects(value: _Value) -> dict[Key, Mapping[str, Any]]:
        if value not in own:
            own.add(value)
            new[value] = dict(new.get(value, ()))
        return new[value]

    for key in changed:
        if key in before:
            for value in _values(path, before[key]):
                objects(value).pop(key, None)
        if key in now:
            for value in _values(path, now[key]):
                objects(value)[key] = now[key]
    return new
