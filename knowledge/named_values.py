"""Finds secrets in values that stand in another line than their name."""

from __future__ import annotations

import re
from typing import Final

from knowledge.secret_lines import apart, indent, together
from knowledge.secret_marks import REDACTED, SECRET_NAME

_WORD: Final = r"[A-Za-z0-9_.-]{1,120}"
_NAME: Final = re.compile(rf"^\s*(?:- )?\"?name\"?\s*:\s*[\"']?(?P<name>{_WORD})[\"']?\s*,?\s*$")
_VALUE: Final = re.compile(r"^(?P<head>\s*(?:- )?\"?value\"?\s*:\s*)(?P<value>\S.*)$")
_BETWEEN: Final = re.compile(r"^\s*(?:#.*|\"?valueFrom\"?\s*:\s*null\s*,?)?$")
"""What may stand between a name and its value."""
_BLOCK: Final = re.compile(
    rf"^(?P<head>\s*(?:- )?[\"']?(?P<name>{_WORD})[\"']?\s*:)\s*(?:!\S+\s*)?[|>][-+0-9]{{0,2}}\s*$"
)
_OPEN: Final = re.compile(rf"^\s*(?:- )?[\"']?(?P<name>{_WORD})[\"']?\s*:\s*$")
_BELOW: Final = re.compile(r"^(?P<head>\s*(?:- )?)(?![^\s:]{1,120}:(?:\s|$))[^\s\[{].*$")
"""A plain value below its name; a mapping is none."""
_RULE: Final = re.compile(r"^-{3,}\s*$")
"""What `oc describe` writes between a key of a ConfigMap and its text."""


class NamedValues:
    """A stream of lines without the values of variables and long texts that are secret by name.

    A variable is `name:`, then `value:`, or the other way round; a long text begins as in
    `password: |`. One line is held back at most.
    """

    def __init__(self) -> None:
        self._expected = False
        """A line before named a variable that is secret."""
        self._block: int | None = None
        """Column of a long text whose lines are left out."""
        self._open: int | None = None
        """Column of a secret name whose value may stand below."""
        self._described = ""
        """In what `oc describe` shows below a secret name: `name`, `rule`, then `text`."""
        self._held: str | None = None
        """A value whose name may follow."""

    def feed(self, line: str) -> list[str]:
        """Take the next line and return those that are ready."""
        before, body = apart(line)
        held, self._held = self._held, None
        ready = []
        if held is not None:
            named = _NAME.match(body)
            secret = named is not None and SECRET_NAME.fullmatch(named["name"])
            ready = [_without_value(held) if secret else held]
        if held is None and self._may_precede(body):
            self._held = line
            return ready
        without = self._without(line, before, body)
        return ready if without is None else [*ready, without]

    def close(self) -> list[str]:
        """Return what is held back."""
        held, self._held = self._held, None
        return [] if held is None else [held]

    def _may_precede(self, body: str) -> bool:
        if self._expected or self._block is not None or self._open is not None:
            return False
        value = _VALUE.match(body)
        return value is not None and value["value"][:1] not in {"|", ">", "{", "["}

    def _without(self, line: str, before: str, body: str) -> str | None:
        """Return a line without the value in it; None: it is part of one."""
        column = indent(body)
        if self._block is not None:
            if not body.strip() or column > self._block:
                return None
            self._block = None
        if self._open is not None:
            opened, self._open = self._open, None
            below = _BELOW.match(body)
            if below is not None and (column > opened or body.lstrip().startswith("- ")):
                self._block = opened
                return together(before, f'{below["head"]}"{REDACTED}"')
        if self._described and (shown := self._section(body)) is not None:
            return shown or None
        if self._expected and _BETWEEN.match(body):
            return line
        if self._expected:
            self._expected = False
            if (value := _VALUE.match(body)) is not None:
                if value["value"].rstrip()[:1] in {"|", ">"}:
                    self._block = column
                return _without_value(line)
        return self._begin(line, before, body, column)

    def _begin(self, line: str, before: str, body: str, column: int) -> str:
        """Return a line, noting what it says of those after it."""
        if ":" not in body:
            return line
        named = _NAME.match(body)
        if named is not None:
            self._expected = SECRET_NAME.fullmatch(named["name"]) is not None
            return line
        block = _BLOCK.match(body)
        if block is not None and SECRET_NAME.fullmatch(block["name"]):
            self._block = column
            return together(before, f'{block["head"]} "{REDACTED}"')
        opened = _OPEN.match(body)
        if opened is not None and SECRET_NAME.fullmatch(opened["name"]):
            self._open = column
            self._described = "" if column else "name"
        return line

    def _section(self, body: str) -> str | None:
        """Return what is shown of a line of `oc describe`; empty: nothing; None: it is no such."""
        if self._described == "name":
            if _RULE.match(body):
                self._described = "rule"
                return body
            self._described = ""
            return None
        if not body.strip():
            self._described = ""
            return None
        first, self._described = self._described == "rule", "text"
        return REDACTED if first else ""


def _without_value(line: str) -> str:
    before, body = apart(line)
    value = _VALUE.match(body)
    if value is None:
        return line
    comma = "," if value["value"].rstrip().endswith(",") else ""
    return together(before, f'{value["head"]}"{REDACTED}"{comma}')
