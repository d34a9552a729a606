"""Finds secrets in values that stand in another line than their name."""

from __future__ import annotations

import re
from typing import Final

from knowledge.secret_marks import REDACTED, SECRET_NAME

_NAME: Final = re.compile(
    r"^\s*(?:- )?\"?name\"?\s*:\s*\"?(?P<name>[A-Za-z0-9_.-]{1,120})\"?\s*,?\s*$"
)
_VALUE: Final = re.compile(r"^(?P<head>\s*\"?value\"?\s*:\s*)(?P<value>\S.*)$")
_BLOCK: Final = re.compile(
    r"^(?P<head>\s*(?:- )?\"?(?P<name>[A-Za-z0-9_.-]{1,120})\"?\s*:)\s*[|>][-+0-9]{0,2}\s*$"
)


class NamedValues:
    """A stream of lines without the values of variables and long texts that are secret by name.

    A variable is `name:`, then `value:`; a long text begins as in `password: |`.
    """

    def __init__(self) -> None:
        self._expected = False
        """The line before named a variable that is secret."""
        self._block: int | None = None
        """Column of a long text whose lines are left out."""

    def without(self, line: str) -> str | None:
        """Return the next line without the value in it; None: it is part of one."""
        indent = len(line) - len(line.lstrip())
        if self._block is not None:
            if not line.strip() or indent > self._block:
                return None
            self._block = None
        if self._expected:
            self._expected = False
            value = _VALUE.match(line)
            if value is not None:
                if value["value"].rstrip()[:1] in {"|", ">"}:
                    self._block = indent
                comma = "," if value["value"].rstrip().endswith(",") else ""
                return f'{value["head"]}"{REDACTED}"{comma}'
        named = _NAME.match(line)
        if named is not None:
            self._expected = SECRET_NAME.fullmatch(named["name"]) is not None
            return line
        block = _BLOCK.match(line)
        if block is not None and SECRET_NAME.fullmatch(block["name"]):
            self._block = indent
            return f'{block["head"]} "{REDACTED}"'
        return line
