"""What a line says, whatever stands before it: the sign of a difference, a time, colours.

Copies, `diff` and `oc logs --timestamps` put something before each line. Where the values of
Secrets are looked for, that is taken off, and the columns of the rest stay comparable.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge.unseen import INVISIBLE

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*\x07?|[^\[\]])?")
"""Sequences that colour text or talk to the terminal."""
_BEFORE: Final = re.compile(
    r"(?:\[pod/[^\]\s]{1,300}\] |\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,20} |[>│|] ?){1,4}"
)
_SIGN: Final = re.compile(r"\+(?!\+\+)|-(?! ?[^ \s]|$)|-(?=[A-Za-z\"'}\]{])")
"""A sign of a difference; `- x` is an item of a list, and `---` a new document."""
_ODD_FIRST: Final = frozenset("+->│|[0123456789")
_STRINGS: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"?")
_JSON: Final = re.compile(
    r"\s*(?:[\"{}\[\],]|-?\d|true\b|false\b|null\b|$|[-.\w/']+\s*:\s.*[,{}\]]\s*$)"
)


def uncoloured(text: str) -> str:
    """Return `text` without what colours it and without characters that nobody sees."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if not text.isascii():
        text = INVISIBLE.sub("", text).replace("\xa0", " ")
    return text


def apart(line: str) -> tuple[str, str]:
    """Return what stands before a line, and the line.

    A sign of a difference leaves a blank in the rest, as the lines beside it have one there.
    """
    if line[:1] not in _ODD_FIRST and "\x1b" not in line and line.isascii():
        return "", line
    body = uncoloured(line)
    before = ""
    if (found := _BEFORE.match(body)) is not None:
        before, body = found[0], body[found.end() :]
    if _SIGN.match(body):
        before, body = before + body[0], " " + body[1:]
    return before, body


def together(before: str, body: str) -> str:
    """Return the line that `apart` took apart."""
    return before + (body[1:] if before[-1:] in {"+", "-"} else body)


def indent(body: str) -> int:
    """Return the column in which the text of a line begins."""
    return len(body) - len(body.lstrip(" \t"))


def balance(text: str) -> int:
    """Return how many brackets `text` opens more than it closes, outside strings."""
    if not ("{" in text or "}" in text or "[" in text or "]" in text):
        return 0
    if '"' in text:
        text = _STRINGS.sub("", text)
    return text.count("{") + text.count("[") - text.count("}") - text.count("]")


def may_be_json(body: str) -> bool:
    """Return whether a line can stand in JSON or in YAML with brackets."""
    return _JSON.match(body) is not None


class Nesting:
    """How deep in JSON a line stands; its layout does not matter.

    Outside JSON it is the column that counts, as in YAML.
    """

    def __init__(self, depth: int | None = None) -> None:
        """Begin at `depth`; None: not in JSON."""
        self.depth = depth
        """Brackets that are open after the last line; None outside JSON."""

    def copy(self) -> Nesting:
        """Return another one that stands where this one does."""
        return Nesting(self.depth)

    def step(self, body: str) -> int:
        """Take the next line; return the column of its keys, or in JSON their depth."""
        text = body.strip()
        if self.depth is not None and not may_be_json(body):
            self.depth = None
        if self.depth is None:
            opened = balance(text) if text[:1] in {"{", "["} else 0
            if opened <= 0:
                return indent(body)
            self.depth = 0
        lead = len(text) - len(text.lstrip("{}[], \t"))
        column = max(0, self.depth + balance(text[:lead]))
        self.depth += balance(text)
        if self.depth <= 0:
            self.depth = None
        return column
