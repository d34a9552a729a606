"""Commands of a procedure as they are written down: on short lines, placeholders as `<name>`.

Every form is one that a shell takes: long JSON goes over several lines inside its quotes, other
long words are put together by the shell from pieces.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from knowledge import command
from knowledge.text import PLACEHOLDER
from tui.engine.document import WIDTH
from tui.engine.line_breaks import cells
from tui.engine.yaml_text import to_yaml

_SHOWN: Final = re.compile(r"<[A-Za-z_][A-Za-z0-9_-]*>")
_SHORT: Final = 60
"""Cells up to which JSON stays on one line."""


def written(
    run: Sequence[Any], stdin: Mapping[str, Any] | None, namespace: str, width: int = WIDTH
) -> str:
    """Return the `oc` command of a step, each `${name}` as `<name>`.

    Args:
        run: arguments as in a knowledge file.
        stdin: the manifest for `-f -`.
        namespace: the namespace, with its placeholders; empty for cluster-wide commands.
        width: cells of a line.

    Raises:
        CommandProblem: it is not what a knowledge file may hold.
    """
    values = _Shown()
    words = ["oc"]
    if namespace:
        words += ["-n", _readable(PLACEHOLDER.sub(r"<\1>", namespace))]
    for template, argument in zip(run, command.arguments(run, values), strict=True):
        structured = isinstance(template, Mapping | list | tuple)
        words.append(_json(argument) if structured else _readable(argument))
    text = _broken(words, width)
    if stdin is None:
        return text
    place = PLACEHOLDER.sub(r"<\1>", namespace)
    body = to_yaml(command.manifest(stdin, values, place))
    end = "EOF"
    while end in body.split("\n"):
        end += "_"
    return f"{text} <<'{end}'\n{body.rstrip()}\n{end}"


class _Shown(dict[str, str]):
    """Every name has the value `<name>`."""

    def get(self, name: str, default: Any = None) -> Any:
        return f"<{name}>"

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def _readable(word: str) -> str:
    """Return a word quoted if need be; a placeholder alone needs no quotes, it is replaced."""
    bare = _SHOWN.sub("x", word)
    return word if shlex.quote(bare) == bare else shlex.quote(word)


def _json(argument: str) -> str:
    if cells(argument) <= _SHORT:
        return shlex.quote(argument)
    return shlex.quote(msgspec.json.format(argument, indent=2))


def _broken(words: Sequence[str], width: int) -> str:
    """Return the words on lines of at most `width` cells, as far as words can be broken."""
    lines = [""]
    for word in words:
        first, *more = word.split("\n")
        room = width - 2 - cells(lines[-1]) - 1
        if lines[-1] and cells(first) > room:
            lines[-1] += " \\"
            lines.append("   ")
        space = " " if lines[-1] else ""
        if not more and cells(first) > width - 2 - cells(lines[-1]) - len(space):
            pieces = _pieces(word, width - 10)
            lines[-1] += space + pieces[0]
            for piece in pieces[1:]:
                # Without a space before it, the shell joins it to what stands before.
                lines[-1] += "\\"
                lines.append(piece)
            continue
        lines[-1] += space + first
        lines += more
    return "\n".join(lines)


def _pieces(word: str, size: int) -> list[str]:
    """Return a quoted word in quoted pieces of about `size` cells."""
    text = "".join(shlex.split(word)) if word.startswith("'") else word
    pieces, start = [], 0
    for end in range(1, len(text) + 1):
        if cells(text[start:end]) >= size or end == len(text):
            pieces.append(shlex.quote(text[start:end]))
            start = end
    return pieces or [word]
