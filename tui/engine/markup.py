"""Foreign text in a Markdown document: shown as it is, and never as markup, link or mention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tui.engine.plain_line import plain_line

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_ACTIVE: Final = re.compile(
    r"[@#!~%$&](?=\w)|://|\bwww\.|\b(?:mailto|javascript|data|xmpp|ftp):|\bGH-\d|\S@\S", re.I
)
"""What trackers turn into mentions, links to issues, and links of their own accord; a backslash
does not keep them from it, a code span does."""
_OPENING: Final = re.compile(r"^(?:[-+=]|\d{1,9}[.)])")
"""What makes a list or an underline of a line that begins with it."""


def words(value: Any) -> str:
    """Return foreign text as one line of words; as a code span where it would come alive."""
    text = _one_line(value)
    if _ACTIVE.search(text):
        return code(text)
    escaped = _SPECIAL.sub(r"\\\1", text)
    opening = _OPENING.match(escaped)
    if opening is None:
        return escaped
    return f"{escaped[: opening.end() - 1]}\\{escaped[opening.end() - 1 :]}"


def code(value: Any) -> str:
    """Return foreign text as one line of code, whatever backticks are in it."""
    text = _one_line(value)
    if not text:
        return ""
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def fenced(text: str, language: str = "") -> Iterator[str]:
    """Yield the lines of a block of code, whatever backticks are in it.

    Args:
        text: foreign text.
        language: what it is written in, a word of our own.
    """
    fence = "`" * max(3, _longest_run(text) + 1)
    yield f"{fence}{language}"
    yield from (plain_line(line) for line in text.rstrip("\n").split("\n"))
    yield fence
    yield ""


def folded(title: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a block that is closed at first; `title` is text of our own."""
    yield "<details>"
    yield f"<summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def _one_line(value: Any) -> str:
    return plain_line(" ".join(str(value).split()))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
