"""Paths into Kubernetes objects: `status.conditions[type=Reconciled].status`.

Segments are separated by dots; a segment with dots in it is quoted
(`metadata.labels."app.kubernetes.io/component"`). In brackets: `[*]` every element, `[0]` one,
`[key=value]` the elements whose field equals a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"""(?P<dot>\.)?
        (?:"(?P<quoted>[^"\n]+)"
          |(?P<bare>[A-Za-z0-9_\-/]+)
          |\[(?P<every>\*)\]
          |\[(?P<position>\d+)\]
          |\[(?P<key>[A-Za-z0-9_]+)=(?P<value>[^\]\n]+)\])""",
    re.VERBOSE,
)
_DEPTH: Final = 24


class BadPath(ValueError):
    """A path that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str


@dataclass(frozen=True, slots=True)
class _Every:
    pass


@dataclass(frozen=True, slots=True)
class _Position:
    at: int


@dataclass(frozen=True, slots=True)
class _Where:
    key: str
    value: str


_Step = _Field | _Every | _Position | _Where


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path."""

    source: str
    steps: tuple[_Step, ...]
    names: tuple[str, ...]
    """The fields that the path begins with."""

    def find(self, body: Any) -> Iterator[tuple[str, Any]]:
        """Yield `(concrete path, value)` of everything the path leads to in `body`."""
        yield from _walk(body, self.steps, "")

    def values(self, body: Any) -> list[Any]:
        """Return the values the path leads to; empty where the path does not exist."""
        node = body
        for name in self.names:
            # A `dict` nearly always; asking for a Mapping takes ten times as long.
            if not (type(node) is dict or isinstance(node, Mapping)) or name not in node:
                return []
            node = node[name]
        if len(self.names) == len(self.steps):
            return [node]
        return [value for _, value in _walk(node, self.steps[len(self.names) :], "")]


def _walk(node: Any, steps: tuple[_Step, ...], so_far: str) -> Iterator[tuple[str, Any]]:
    if not steps:
        yield so_far, node
        return
    step, rest = steps[0], steps[1:]
    match step:
        case _Field(name):
            if isinstance(node, Mapping) and name in node:
                shown = f'"{name}"' if "." in name or "/" in name else name
                yield from _walk(node[name], rest, f"{so_far}.{shown}" if so_far else shown)
        case _Position(at):
            if isinstance(node, list) and at < len(node):
                yield from _walk(node[at], rest, f"{so_far}[{at}]")
        case _Every():
            if isinstance(node, list):
                for at, item in enumerate(node):
                    yield from _walk(item, rest, f"{so_far}[{at}]")
        case _Where(key, value):
            if isinstance(node, list):
                for item in node:
                    if isinstance(item, Mapping) and as_text(item.get(key)) == value:
                        yield from _walk(item, rest, f"{so_far}[{key}={value}]")


@lru_cache(maxsize=4096)
def parse(source: str) -> Path:
    """Return the compiled form of `source`.

    Raises:
        BadPath: the path is not of the form that the module describes.
    """
    steps: list[_Step] = []
    at = 0
    while at < len(source):
        token = _TOKEN.match(source, at)
        named = token is not None and (token["quoted"] or token["bare"]) is not None
        if token is None or (named and bool(token["dot"]) == (at == 0)):
            raise BadPath(f"path {source!r}: cannot read it from character {at + 1}")
        if token["every"]:
            steps.append(_Every())
        elif token["position"]:
            steps.append(_Position(int(token["position"])))
        elif token["key"]:
            steps.append(_Where(token["key"], token["value"]))
        else:
            steps.append(_Field(token["quoted"] or token["bare"]))
        at = token.end()
    if not steps or len(steps) > _DEPTH:
        raise BadPath(f"path {source!r}: it must have 1 to {_DEPTH} segments")
    names = takewhile(lambda step: isinstance(step, _Field), steps)
    return Path(
        source, tuple(steps), tuple(step.name for step in names if isinstance(step, _Field))
    )


def get(path: str, body: Any) -> list[Any]:
    """Return the values that `path` leads to in `body`."""
    return parse(path).values(body)


def as_text(value: Any) -> str:
    """Return a scalar as it stands in JSON and in commands: `true`, `3`, `text`; else empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    return ""
