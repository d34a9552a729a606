"""The values that a procedure's commands use: from evidence, from the cluster, or typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge import command, condition, path
from knowledge.model import Choose, Input
from knowledge.snapshot import KubeObject, Snapshot
from knowledge.text import Text, fill, names

_MOST = 500
"""Candidates of one input."""
_NAME = "metadata.name"


@dataclass(frozen=True, slots=True)
class InputView:
    """One input as it stands now."""

    name: str
    title: Text
    value: str
    candidates: tuple[str, ...]
    """Values that were found for it."""
    problem: Text | None
    """What is wrong with the value, or that there is none; None if it can be used."""


class Inputs:
    """The inputs of one procedure and how they hang together.

    What a person sets stays. The rest follows it: of the findings' bindings, the first that
    agrees with what was set gives the other values.
    """

    def __init__(
        self,
        declared: Mapping[str, Input],
        bindings: tuple[Mapping[str, str], ...],
        snapshot: Snapshot,
        given: Mapping[str, str],
    ) -> None:
        """Take the inputs, what the finding binds, and what every procedure has.

        Args:
            declared: the inputs by name.
            bindings: what the facts of the finding bind, best first.
            snapshot: where objects to choose from are looked for.
            given: `namespace` and `stamp`.
        """
        self._declared = declared
        self._bindings = bindings
        self._given = dict(given)
        self._set: dict[str, str] = {}
        self._settled: dict[str, str] = {}
        """Values that a command has used: they stay, though the cluster now offers others."""
        self._snapshot = snapshot
        self._values: dict[str, str] | None = None

    def refresh(self, snapshot: Snapshot) -> None:
        """Look for objects to choose from in a newer snapshot."""
        self._snapshot = snapshot
        self._values = None

    def __contains__(self, name: str) -> bool:
        return name in self._declared

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all inputs."""
        return tuple(self._declared)

    def declared(self, name: str) -> Input | None:
        """Return the input of that name, if there is one."""
        return self._declared.get(name)

    def set(self, name: str, value: str) -> Text | None:
        """Set a value by hand and return what is wrong with it; a wrong one is kept, to be seen."""
        self._set[name] = value
        self._settled.clear()
        self._values = None
        return command.check_value(self._declared[name], value)

    def settle(self, values: Mapping[str, str]) -> None:
        """Keep `values`, until a person sets one by hand."""
        self._settled.update(values)
        self._values = None

    def go_on(self, stamp: str) -> None:
        """Name objects as an earlier run of the same session did."""
        self._given["stamp"] = stamp
        self._values = None

    def values(self) -> dict[str, str]:
        """Return every value that can be used, by input name, with those that are always there."""
        if self._values is None:
            raw = self._raw()
            self._values = {
                name: raw[name]
                for name, entry in self._declared.items()
                if raw[name] and command.check_value(entry, raw[name]) is None
            } | self._given
        return dict(self._values)

    def bindings(self) -> dict[str, str]:
        """Return the values by the names that rules know them by."""
        values = self.values()
        named = {
            (entry.binding or name): values[name]
            for name, entry in self._declared.items()
            if name in values
        }
        return {**self._row(), **values, **named}

    def views(self, only: frozenset[str] | None = None) -> tuple[InputView, ...]:
        """Return the inputs, or those in `only` and what their defaults use."""
        raw = self._raw()
        shown = set(self._declared if only is None else only)
        pending = list(shown)
        while pending:
            entry = self._declared.get(pending.pop())
            for each in names(entry.default) if entry else ():
                if each not in shown:
                    shown.add(each)
                    pending.append(each)
        return tuple(
            InputView(
                name,
                entry.title,
                raw[name],
                self._candidates(name, entry, raw),
                command.check_value(entry, raw[name]),
            )
            for name, entry in self._declared.items()
            if name in shown
        )

    def _row(self) -> Mapping[str, str]:
        """Return the first bindings that agree with everything that was set by hand."""
        for row in self._bindings:
            if all(
                row.get(self._declared[name].binding or name, value) == value
                for name, value in self._set.items()
            ):
                return row
        return {}

    def _raw(self) -> dict[str, str]:
        row = self._row()
        raw: dict[str, str] = {}
        for name, entry in self._declared.items():
            found = row.get(entry.binding or name) or self._settled.get(name, "")
            raw[name] = self._set.get(name, found)
        # Names first: other fields are then read from the very object that was named.
        chosen = sorted(self._declared, key=lambda name: not _by_name(self._declared[name]))
        for name in chosen:
            entry = self._declared[name]
            if not raw[name] and name not in self._set and entry.choose is not None:
                offered = self._choices(name, entry.choose, raw)
                raw[name] = offered[0] if len(offered) == 1 else ""
        for name, entry in self._declared.items():
            if not raw[name] and name not in self._set and entry.default:
                raw[name] = self._default(name, raw, frozenset())
        return raw

    def _default(self, name: str, raw: Mapping[str, str], above: frozenset[str]) -> str:
        """Return the filled default of an input, or nothing if a value it uses is not there."""
        values = dict(self._given)
        for each in names(self._declared[name].default):
            if each in values:
                continue
            value = raw.get(each, "")
            circular = each in above or each == name
            if not value and each in self._declared and each not in self._set and not circular:
                value = self._default(each, raw, above | {name})
            if not value:
                return ""
            values[each] = value
        return fill(self._declared[name].default, values)

    def _candidates(self, name: str, entry: Input, raw: Mapping[str, str]) -> tuple[str, ...]:
        bound = (row.get(entry.binding or name, "") for row in self._bindings)
        objects = self._choices(name, entry.choose, raw) if entry.choose is not None else ()
        return _distinct((*bound, *objects))

    def _choices(self, name: str, choose: Choose, raw: Mapping[str, str]) -> tuple[str, ...]:
        """Return the values that the objects of the cluster offer."""
        objects: Iterable[KubeObject] = self._snapshot.of(choose.kind).values()
        if choose.path != _NAME:
            named = self._named(choose.kind, raw)
            same = [each for each in objects if path.get(_NAME, each) == [named]] if named else []
            objects = same or self._snapshot.of(choose.kind).values()
        known = {**self._row(), **{key: value for key, value in raw.items() if value}}
        try:
            test = condition.compile_all(choose.where)
            return _distinct(
                path.as_text(value)
                for each in objects
                if test(each, {**known, **self._given}, self._snapshot.now) is not None
                for value in path.get(choose.path, each)
            )
        except (condition.BadRule, path.BadPath):
            return ()

    def _named(self, kind: str, raw: Mapping[str, str]) -> str:
        """Return the name of the object of `kind` that another input has settled on."""
        for name, entry in self._declared.items():
            if entry.choose is not None and entry.choose.kind == kind and _by_name(entry):
                return raw[name]
        return ""


def _by_name(entry: Input) -> bool:
    return entry.choose is not None and entry.choose.path == _NAME


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:_MOST]
