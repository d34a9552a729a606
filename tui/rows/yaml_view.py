"""An object as it was read, in the layout of YAML, with one field marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from textual.content import Content

from tui.language import _
from tui.text import one_line, plain
from tui.widgets.row_list import Row

MOST_LINES: Final = 5_000
_DEEPEST: Final = 40
_BARE: Final = re.compile(r"[A-Za-z/_][A-Za-z0-9 ./_@%+=-]*(:[A-Za-z0-9./_@-]+)*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})

MARKED: Final = "marked"
"""The row key of the marked field."""


def rows(body: Any, path: str = "") -> list[Row]:
    """Return the lines of an object.

    Args:
        body: The object.
        path: The field to mark, in dots; if it does not exist, its nearest parent is marked.
    """
    lines: list[tuple[tuple[str, ...], int, Content]] = []
    for number, (where, depth, content) in enumerate(_lines(body, (), 0)):
        if number >= MOST_LINES:
            lines.append(((), 0, Content.styled(_("… cut here"), "$text-muted")))
            break
        lines.append((where, depth, content))
    marked = _nearest([where for where, _depth, _content in lines], _parts(path))
    found = []
    for number, (_where, depth, content) in enumerate(lines):
        key = MARKED if number == marked else f"line:{number}"
        if number == marked:
            content = content.stylize("bold $text-warning")
        found.append(
            Row(key, content, indent=depth * 2, hang=2, lines=0, selectable=number == marked)
        )
    return found


def _parts(path: str) -> tuple[str, ...]:
    found = re.findall(r'"([^"]+)"|\[(\d+)\]|\[([^\]]*)\]|([^.\[\]"]+)', path)
    return tuple(next(part for part in match if part) for match in found if any(match))


def _nearest(places: list[tuple[str, ...]], wanted: tuple[str, ...]) -> int:
    while wanted:
        if wanted in places:
            return places.index(wanted)
        wanted = wanted[:-1]
    return -1


def _lines(
    value: Any, where: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], int, Content]]:
    if depth > _DEEPEST:
        yield where, depth, Content.styled("…", "$text-muted")
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            here = (*where, str(name))
            label = one_line(_scalar(str(name)), "$text-primary") + Content(":")
            yield from _field(label, inner, here, depth)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, inner in enumerate(value):
            yield from _field(Content("-"), inner, (*where, str(number)), depth)
    else:
        yield where, depth, plain(_scalar(value))


def _field(
    label: Content, inner: Any, where: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], int, Content]]:
    if isinstance(inner, Mapping | list | tuple) and inner:
        yield where, depth, label
        yield from _lines(inner, where, depth + 1)
    elif isinstance(inner, str) and "\n" in inner:
        yield where, depth, label + Content(" |")
        for line in inner.splitlines():
            yield where, depth + 1, plain(line)
    else:
        yield where, depth, label + Content(" ") + plain(_scalar(inner))


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    if isinstance(value, str):
        bare = _BARE.fullmatch(value) and value.casefold() not in _WORDS and value == value.strip()
        return value if bare else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, default=str)
