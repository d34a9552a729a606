"""Which objects can fulfil conditions at all, found without looking at each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from knowledge.path import as_text
from knowledge.snapshot import KubeObject, ObjectKey, Snapshot
from knowledge.text import PLACEHOLDER, fill

Objects = Mapping[ObjectKey, KubeObject]
_NONE: Final[Objects] = {}
_NEEDS_SOMETHING: Final = ("matches", "above", "below", "older", "newer", "after", "before")
_ENOUGH: Final = 50
"""So few objects are looked at, rather than a table made that might leave fewer."""


@dataclass(frozen=True, slots=True)
class _Alternative:
    path: str
    values: tuple[str, ...] | bool
    """Texts, with `${binding}`, of which one must be there; True: anything; False: nothing."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One condition that leaves only objects that one of its alternatives allows."""

    alternatives: tuple[_Alternative, ...]
    loose: bool = field(init=False)
    """Whether it only asks for something to be there."""
    asks: bool = field(init=False)
    """Whether it asks for values that are given with the question: the sharpest there is."""

    def __post_init__(self) -> None:
        """Work out what does not change."""
        values = [each.values for each in self.alternatives]
        texts = [text for each in values if not isinstance(each, bool) for text in each]
        object.__setattr__(self, "loose", any(isinstance(each, bool) for each in values))
        object.__setattr__(self, "asks", any("${" in text for text in texts))

    def ready(self, snapshot: Snapshot, kind: str) -> bool:
        """Return whether the tables that it needs are there."""
        return all(snapshot.tables.ready(kind, each.path) for each in self.alternatives)

    def objects(
        self, snapshot: Snapshot, kind: str, bindings: Mapping[str, str]
    ) -> list[Objects] | None:
        """Return the objects that are left, in parts that may overlap; None: all of them."""
        parts: list[Objects] = []
        for each in self.alternatives:
            if isinstance(each.values, bool):
                tables = snapshot.tables
                ask = tables.having if each.values else tables.lacking
                parts.append(ask(kind, each.path))
                continue
            for value in each.values:
                filled = fill(value, bindings) if "${" in value else value
                if "${" in filled and PLACEHOLDER.search(filled):
                    return None
                parts.append(snapshot.tables.where(kind, each.path, filled))
        return parts


def narrowings(
    where: Sequence[Mapping[str, Any]], each: str = "", bind: Mapping[str, str] | None = None
) -> tuple[Narrowing, ...]:
    """Return what narrows the objects that conditions can hold for, the sharpest first.

    Args:
        where: conditions as they stand in a file; all must hold.
        each: the path of the list whose elements are looked at; `item.…` says nothing then.
        bind: binding -> path whose value it must have, where it is given.
    """
    found = [made for raw in where if (made := _narrowing(raw, items=bool(each)))]
    found += [(_Alternative(path, (f"${{{name}}}",)),) for name, path in (bind or {}).items()]
    if each:
        found.append((_Alternative(each, True),))
    narrowed = [Narrowing(alternatives) for alternatives in found]
    return tuple(sorted(narrowed, key=lambda each: (not each.asks, each.loose)))


def _narrowing(raw: Mapping[str, Any], *, items: bool) -> tuple[_Alternative, ...]:
    """Return the alternatives of a condition; empty: it leaves all objects."""
    if "any" in raw:
        parts = [_narrowing(each, items=items) for each in raw["any"] or ()]
        return tuple(chain.from_iterable(parts)) if all(parts) else ()
    if "all" in raw:
        return next((p for each in raw["all"] if (p := _narrowing(each, items=items))), ())
    path = raw.get("path", "")
    if not isinstance(path, str) or not path or (items and path.split(".")[0].startswith("item")):
        return ()
    values = [raw["equals"]] if "equals" in raw else raw.get("in")
    if isinstance(values, list):
        # Numbers have several spellings; null is also where there is nothing.
        usable = all(isinstance(value, str | bool) for value in values)
        return (_Alternative(path, tuple(map(as_text, values))),) if usable else ()
    if isinstance(raw.get("exists"), bool):
        return (_Alternative(path, raw["exists"]),)
    return (_Alternative(path, True),) if any(each in raw for each in _NEEDS_SOMETHING) else ()


def candidates(
    snapshot: Snapshot,
    kind: str,
    narrowed: Sequence[Narrowing],
    bindings: Mapping[str, str],
    name: str = "",
    namespace: str = "",
) -> Objects:
    """Return objects of `kind` among which are all that fulfil what `narrowed` was made of.

    `name` and `namespace`, where not empty, are what the objects have exactly.
    """
    everything = snapshot.of(kind)
    if name and namespace:
        found = everything.get((namespace, name))
        return _NONE if found is None else {(namespace, name): found}
    if name:
        return snapshot.tables.where(kind, "metadata.name", name)
    best: list[Objects] = [everything]
    least = len(everything)
    for narrowing in _cheapest_first(snapshot, kind, narrowed):
        if least <= _ENOUGH:
            break
        parts = narrowing.objects(snapshot, kind, bindings)
        if parts is not None and (size := sum(map(len, parts))) < least:
            best, least = parts, size
    chosen = best[0] if len(best) == 1 else {k: v for part in best for k, v in part.items()}
    if not namespace:
        return chosen
    return {key: body for key, body in chosen.items() if key[0] == namespace}


def _cheapest_first(
    snapshot: Snapshot, kind: str, narrowed: Sequence[Narrowing]
) -> Iterator[Narrowing]:
    """Yield those that ask for given values, then those whose tables are there, then the rest."""
    others = [each for each in narrowed if not each.asks]
    yield from narrowed[: len(narrowed) - len(others)]
    yield from sorted(others, key=lambda each: not each.ready(snapshot, kind))
