"""`object`: objects of a kind that fulfil conditions; each one is a row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from knowledge import condition
from knowledge.condition import BadRule
from knowledge.facts import (
    Arguments,
    Found,
    Made,
    Naming,
    OnDemand,
    Rows,
    primitive,
    template_inputs,
    unread,
)
from knowledge.finding import ObjectEvidence
from knowledge.narrowing import Narrowing, candidates, narrowings
from knowledge.path import Path, as_text, parse
from knowledge.snapshot import KubeObject, ObjectKey, ObjectRef, Snapshot
from knowledge.text import PLACEHOLDER, Text, fill

_LONGEST_LABEL: Final = 63
_LABEL: Final = re.compile(r"label\((?P<path>[^()]+)\)")


class ObjectArguments(Arguments, frozen=True):
    """Objects of `kind`, narrowed by `name`, `namespace` and `where`.

    Without `namespace`, kinds of OADP and Velero are looked for in the namespace of OADP alone.

    With `each`, every element of a list is looked at by itself: its fields are `item.…` in
    `where` and `bind`, its position `item-index`.
    """

    kind: str | list[str]
    name: str = ""
    namespace: str = ""
    where: list[dict[str, Any]] = []
    each: str = ""
    bind: dict[str, str] = {}
    """Binding -> path, `path | default` (a default may be empty), or a text with `${binding}`.

    `label(path)` gives the value that Velero writes into a label for a name: the name itself up to
    63 characters, else cut to 57 with the first 6 of its SHA-256 (`pkg/label`, `GetValidName`).
    """
    distinct: bool = False
    """One row for each value of the one binding in `bind`, from an object that has it: asks which
    storage locations are used, not which of ten thousand backups use them."""
    show: str = ""
    """The path shown as evidence; default: the first path in `where`."""


@dataclass(frozen=True, slots=True)
class _Bind:
    """How one binding gets its value; with neither path nor default it is a template."""

    name: str
    source: str
    path: Path | None
    default: str | None
    as_label: bool = False

    @property
    def narrows(self) -> bool:
        """Whether objects can be found by the value it must have."""
        return self.path is not None and self.default is None and not self.as_label

    def value(self, view: Mapping[str, Any], bindings: Mapping[str, str]) -> str | None:
        """Return the value, or None where there is none: then the row does not exist."""
        if self.path is None:
            filled = fill(self.source, bindings)
            return None if PLACEHOLDER.search(filled) else filled
        found = next((text for each in self.path.values(view) if (text := as_text(each))), None)
        if found is None:
            return self.default
        return _label_value(found) if self.as_label else found


def _compile_bind(name: str, source: str) -> _Bind:
    if PLACEHOLDER.search(source):
        return _Bind(name, source, None, None)
    path, bar, default = source.partition("|")
    label = _LABEL.fullmatch(path.strip())
    compiled = parse(label["path"] if label else path.strip())
    return _Bind(name, source, compiled, default.strip() if bar else None, label is not None)


def _label_value(name: str) -> str:
    if len(name) <= _LONGEST_LABEL:
        return name
    return name[: _LONGEST_LABEL - 6] + hashlib.sha256(name.encode()).hexdigest()[:6]


@dataclass(frozen=True, slots=True)
class _Objects:
    kinds: tuple[str, ...]
    name: str
    namespace: str
    test: condition.Test
    each: Path | None
    bind: tuple[_Bind, ...]
    narrowed: tuple[Narrowing, ...]
    show: Path | None
    distinct: bool
    says: Text
    fact: str

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        unknown: Text | None = None
        for kind in self.kinds:
            why = snapshot.why_unread(kind)
            if why is not None:
                unknown = unread(kind, why)
        return Rows(OnDemand(self._found(snapshot, bindings)), unknown)

    def _found(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Iterator[Found]:
        name, namespace = fill(self.name, bindings), fill(self.namespace, bindings)
        for kind in self.kinds:
            few = candidates(snapshot, kind, self.narrowed, bindings, name, namespace)
            if not self.distinct:
                yield from self._among(few, kind, namespace, snapshot, bindings)
                continue
            asked = self.bind[0]
            for value, having in snapshot.tables.values(kind, asked.source.strip()):
                if bindings.get(asked.name, value) == value:
                    some = {key: body for key, body in having.items() if key in few}
                    found = self._among(some, kind, namespace, snapshot, bindings)
                    yield from islice(found, 1)

    def _among(
        self,
        few: Mapping[ObjectKey, KubeObject],
        kind: str,
        namespace: str,
        snapshot: Snapshot,
        bindings: Mapping[str, str],
    ) -> Iterator[Found]:
        for key, body in few.items():
            if not namespace and not snapshot.ours(kind, key[0]):
                continue
            ref = ObjectRef(kind, *key)
            for view, prefix in self._views(body):
                row = self._row(ref, view, prefix, bindings, snapshot)
                if row is not None:
                    yield row

    def _views(self, body: KubeObject) -> Iterator[tuple[Mapping[str, Any], str]]:
        if self.each is None:
            yield body, ""
            return
        for where, items in self.each.find(body):
            if isinstance(items, list):
                for index, item in enumerate(items):
                    yield {**body, "item": item, "item-index": index}, f"{where}[{index}]"

    def _row(
        self,
        ref: ObjectRef,
        view: Mapping[str, Any],
        prefix: str,
        bindings: Mapping[str, str],
        snapshot: Snapshot,
    ) -> Found | None:
        captures = self.test(view, bindings, snapshot.now)
        if captures is None:
            return None
        new = dict(captures)
        for bind in self.bind:
            value = bind.value(view, {**bindings, **new})
            if value is None:
                return None
            new[bind.name] = value
        at, shown = "", None
        if self.show is not None:
            at, shown = next(self.show.find(view), (self.show.source, None))
            at = at.replace("item", prefix, 1) if prefix and at.split(".")[0] == "item" else at
        # What it says is filled in with all that the whole row binds, once it is evidence.
        evidence = ObjectEvidence(ref, at, shown, self.says, self.fact)
        return Found(new, (evidence,))


def _narrowing_binds(bind: tuple[_Bind, ...], each: str) -> dict[str, str]:
    """Return binding -> path for those by whose value objects can be found."""
    return {made.name: made.source.strip() for made in bind if made.narrows and not each}


def _first_path(where: list[dict[str, Any]]) -> str:
    return next((each["path"] for each in where if isinstance(each.get("path"), str)), "")


@primitive("object", ObjectArguments)
def make_object(arguments: ObjectArguments, naming: Naming) -> Made:
    """Return the compiled fact.

    Raises:
        BadRule: a path, a pattern or a condition is wrong.
    """
    kinds = (arguments.kind,) if isinstance(arguments.kind, str) else tuple(arguments.kind)
    try:
        bind = tuple(_compile_bind(name, value) for name, value in arguments.bind.items())
        if arguments.distinct and (arguments.each or len(bind) != 1 or not bind[0].narrows):
            raise BadRule("distinct: give one binding that is a path, without default, and no each")
        show = arguments.show or _first_path(arguments.where)
        objects = _Objects(
            kinds,
            arguments.name,
            arguments.namespace,
            condition.compile_all(arguments.where),
            parse(arguments.each) if arguments.each else None,
            bind,
            narrowings(arguments.where, arguments.each, _narrowing_binds(bind, arguments.each)),
            parse(show) if show else None,
            arguments.distinct,
            naming.says,
            naming.fact,
        )
    except ValueError as error:
        raise BadRule(str(error)) from None
    captured = condition.captures_of(arguments.where)
    circular = sorted((condition.inputs_of(arguments.where) & set(arguments.bind)) - {*captured})
    if circular:
        raise BadRule(
            f"a condition uses ${{{circular[0]}}}, which this fact binds itself; leave it out: "
            "facts that bind the same name are joined on it"
        )
    own = {*arguments.bind, *captured}
    templates = template_inputs(arguments.name, arguments.namespace, *arguments.bind.values())
    return Made(
        objects,
        inputs=(condition.inputs_of(arguments.where) | templates) - own,
        outputs=frozenset(own),
        kinds=frozenset(kinds),
        narrowing=frozenset(each.name for each in bind if each.narrows)
        if not (arguments.each or arguments.name)
        else frozenset(),
        needs=kinds[0] if len(kinds) == 1 else "",
    )
