"""Finds the values of Secrets in YAML and indented JSON that arrives line by line.

`oc` prints an object's keys in alphabetical order: `data` comes before `kind`. A block of data is
therefore held back until its kind is known, and redacted if that does not come.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge.secret_marks import REDACTED

_HELD: Final = 2_000
"""Lines held back at most."""
_HELD_CHARACTERS: Final = 1 << 20
_START: Final = re.compile(
    r"^(?P<indent>\s*)(?P<item>- )?(?P<quote>[\"']?)(?P<key>data|stringData)(?P=quote)"
    r"\s*:\s*(?P<rest>\{.*)?(?:#.*)?$"
)
_KIND: Final = re.compile(
    r"^(?P<indent>\s*)(?P<item>- )?[\"']?kind[\"']?\s*:\s*[\"']?(?P<kind>[A-Za-z]+)[\"']?\s*,?"
    r"\s*(?:#.*)?$"
)
_ENTRY: Final = re.compile(r"^(?P<head>\s*[\"']?[-._A-Za-z0-9]+[\"']?\s*:)\s*(?P<value>.*)$")
_APPLIED: Final = re.compile(
    r"^(?P<head>\s*\"?kubectl\.kubernetes\.io/last-applied-configuration\"?\s*:)\s*(?P<value>.*)$"
)
"""The annotation that repeats the whole object, values and all."""
_NEW_DOCUMENT: Final = re.compile(r"^(---|apiVersion:|\{\s*$)")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


class SecretBlocks:
    """A stream of lines in which the values of Secrets are replaced."""

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}
        """Column of an object's keys -> its kind, for the objects that are open."""
        self._held: list[str] = []
        self._characters = 0
        self._column = 0
        """Column of the keys of the object whose data is held back or redacted."""
        self._inside = False
        """In the lines of a data block."""
        self._applied: int | None = None
        """Column of an annotation whose lines are left out."""

    def feed(self, line: str) -> list[str]:
        """Take the next line and return those that are ready."""
        if self._held:
            return self._hold(line)
        if self._inside:
            if self._continues(line):
                return self._redacted([line])
            self._inside = False
        return self._plain(line)

    def close(self) -> list[str]:
        """Return what is held back, redacted: its kind did not come."""
        return self._release(secret=True)

    def _plain(self, line: str) -> list[str]:
        if self._applied is not None:
            if not line.strip() or _indent(line) > self._applied:
                return []
            self._applied = None
        applied = _APPLIED.match(line)
        if applied is not None and "Secret" in self._kinds.values():
            self._applied = _indent(line)
            return [_replaced(applied)]
        start = _START.match(line)
        self._note(line)
        if start is None:
            return [line]
        self._column = len(start["indent"]) + len(start["item"] or "")
        kind = self._kinds.get(self._column)
        inline = start["rest"] or ""
        if inline and inline.rstrip(" ,").endswith("}"):
            if inline.strip(" ,") == "{}":
                return [line]
            self._inside = False
        else:
            self._inside = True
        if kind is None:
            self._held, self._characters = [line], len(line)
            return []
        if kind != "Secret":
            self._inside = False
            return [line]
        return self._redacted([line])

    def _hold(self, line: str) -> list[str]:
        if self._inside and not self._continues(line):
            self._inside = False
        self._held.append(line)
        self._characters += len(line)
        if not self._inside:
            kind = _KIND.match(line)
            if kind is not None and _column(kind) == self._column:
                self._kinds[self._column] = kind["kind"]
                return self._release(secret=kind["kind"] == "Secret")
            if line.strip() and (
                _indent(line) < self._column or line.lstrip().startswith("- ") or _is_new(line)
            ):
                self._held.pop()
                return [*self._release(secret=True), *self._plain(line)]
        if len(self._held) > _HELD or self._characters > _HELD_CHARACTERS:
            still_inside = self._inside
            ready = self._release(secret=True)
            self._inside = still_inside
            return ready
        return []

    def _release(self, *, secret: bool) -> list[str]:
        held, self._held, self._characters = self._held, [], 0
        self._inside = False
        return self._redacted(held) if secret else held

    def _continues(self, line: str) -> bool:
        """Return whether `line` still belongs to the data block."""
        return not line.strip() or _indent(line) > self._column

    def _redacted(self, lines: list[str]) -> list[str]:
        ready = []
        for line in lines:
            start = _START.match(line)
            if start is not None and _column(start) == self._column:
                inline = start["rest"]
                if inline and inline.strip() != "{":
                    comma = "," if inline.rstrip().endswith(",") else ""
                    line = line[: start.start("rest")] + f'"{REDACTED}"{comma}'
                ready.append(line)
                continue
            if not line.strip() or _indent(line) <= self._column:
                ready.append(line)
                continue
            entry = _ENTRY.match(line)
            if entry is None:
                # The inside of a value that spans lines.
                continue
            ready.append(_replaced(entry))
        return ready

    def _note(self, line: str) -> None:
        """Keep track of which objects are open, and of their kinds."""
        if not line.strip():
            return
        if _is_new(line):
            self._kinds.clear()
        column = _indent(line)
        item = line.lstrip().startswith("- ")
        for known in [each for each in self._kinds if each > column]:
            del self._kinds[known]
        kind = _KIND.match(line)
        if kind is not None:
            self._kinds[_column(kind)] = kind["kind"]
        elif item:
            self._kinds.pop(column + 2, None)


def _replaced(entry: re.Match[str]) -> str:
    # Quoted in YAML too, where a bracket would begin a list.
    json = entry["head"].lstrip().startswith('"')
    comma = "," if json and entry["value"].rstrip().endswith(",") else ""
    return f'{entry["head"]} "{REDACTED}"{comma}'


def _column(match: re.Match[str]) -> int:
    return len(match["indent"]) + len(match["item"] or "")


def _is_new(line: str) -> bool:
    return _NEW_DOCUMENT.match(line) is not None
