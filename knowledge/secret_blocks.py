"""Finds the values of Secrets in YAML and JSON that arrives line by line, in whatever layout.

`oc` prints an object's keys in alphabetical order: `data` comes before `kind`. A block of data is
therefore held back until its kind is known, and redacted if that does not come.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge.secret_lines import Nesting, apart, balance, indent, may_be_json, together
from knowledge.secret_marks import REDACTED

_HELD: Final = 2_000
"""Lines held back at most."""
_HELD_CHARACTERS: Final = 1 << 20
_LEVELS: Final = 4
"""Blocks of data within each other that are looked into; what is deeper is redacted."""
_SECRET: Final = "Secret"  # noqa: S105 - a kind
_START: Final = re.compile(
    r"^(?P<indent>\s*)(?P<item>- )?(?P<quote>[\"']?)(?P<key>data|stringData)(?P=quote)"
    r"\s*:\s*(?:[&!]\S+\s*)?(?P<rest>\{.*)?(?:#.*)?$"
)
_START_WITHIN: Final = re.compile(
    r"(?<![\w\\\"'])[\"']?(?:data|stringData)[\"']?\s*:\s*(?P<rest>\{.*)$"
)
"""The same behind other things, as in `{apiVersion: v1, data: {…`."""
_KIND: Final = re.compile(
    r"^(?P<indent>\s*)(?P<item>- )?[\"']?kind[\"']?\s*:\s*(?:!\S+\s+)?[\"']?(?P<kind>[A-Za-z]+)"
    r"[\"']?\s*,?\s*(?:#.*)?$"
)
_KIND_WITHIN: Final = re.compile(
    r"(?<![\w\\\"'])[\"']?kind[\"']?\s*:\s*[\"']?(?P<kind>[A-Za-z]+)[\"']?\s*(?:[,}].*)?$"
)
_ENTRY: Final = re.compile(r"^(?P<head>\s*[\"']?[-._A-Za-z0-9]+[\"']?\s*:)\s*(?P<value>.*)$")
_BRACKETS: Final = re.compile(r"^[\s{}\[\],]*$")
_CLOSING: Final = re.compile(r"[\"'\s]*\}")
_APPLIED: Final = re.compile(
    r"^(?P<head>\s*\"?kubectl\.kubernetes\.io/last-applied-configuration\"?\s*:)\s*(?P<value>.*)$"
)
"""The annotation that repeats the whole object, values and all."""
_OPEN_QUOTE: Final = re.compile(r"^(?:'(?:[^']|'')*|\"(?:[^\"\\]|\\.)*)$")
_NEW_DOCUMENT: Final = re.compile(r"^(---|\+\+\+ |@@ | ?apiVersion:|\{\s*$)")


class SecretBlocks:
    """A stream of lines in which the values of Secrets are replaced."""

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}
        """Column of an object's keys -> its kind, for the objects that are open in YAML."""
        self._json_kinds: dict[int, str] = {}
        """The same by depth, in JSON."""
        self._nesting = Nesting()
        self._before = Nesting()
        """Where the first line that is held back stands."""
        self._held: list[str] = []
        self._characters = 0
        self._level = 0
        """How often the lines that come now were held back before."""
        self._held_level = 0
        self._column = 0
        """Column of the keys of the object whose data is held back or redacted."""
        self._inside = False
        """In the lines of a data block."""
        self._braces = 0
        """Brackets of the block that are open; 0: its columns tell where it ends."""
        self._applied: int | None = None
        """Column of an annotation whose lines are left out."""

    def feed(self, line: str) -> list[str]:
        """Take the next line and return those that are ready."""
        before, body = apart(line)
        if self._held:
            return self._hold(line, before, body)
        if self._inside:
            braces = self._braces > 0
            if self._continues(body):
                self._nesting.step(body)
                return _value(before, body, braces=braces)
            self._inside = False
        return self._plain(line, before, body)

    def close(self) -> list[str]:
        """Return what is held back, redacted: its kind did not come."""
        ready: list[str] = []
        while self._held:
            ready += self._release(_SECRET)
        return ready

    def _plain(self, line: str, before: str, body: str, kind: str | None = None) -> list[str]:
        """Return a line outside of data; `kind`: that of the object whose data it begins."""
        if self._applied is not None:
            if not body.strip() or indent(body) > self._applied:
                return []
            self._applied = None
        nesting = self._nesting.copy()
        was_json = nesting.depth is not None
        column = self._nesting.step(body)
        json = self._nesting.depth is not None or was_json
        if json and not was_json:
            self._json_kinds.clear()
        kinds = self._json_kinds if json else self._kinds
        applied = _APPLIED.match(body)
        if applied is not None and (
            _SECRET in self._kinds.values()
            or _SECRET in self._json_kinds.values()
            or _OPEN_QUOTE.match(applied["value"])
        ):
            self._applied = None if json else indent(body)
            return [together(before, _replaced(applied))]
        self._note(body, column, kinds, sign=before.endswith("-"), json=json)
        start = _START.match(body)
        if start is None:
            return [self._within(line, before, body, nesting.depth)]
        self._column = column if json else _column(start)
        self._inside = True
        self._braces = 0
        inline = start["rest"] or ""
        if inline:
            if inline.strip(" ,\r") == "{}":
                self._inside = False
                return [line]
            self._braces = balance(inline)
            self._inside = self._braces > 0
        kind = kind or kinds.get(self._column)
        if kind is None:
            if self._level < _LEVELS:
                self._before = nesting
                self._held, self._characters = [line], len(line)
                self._held_level = self._level
                return []
            kind = _SECRET
        if not _is_secret(kind):
            self._inside = False
            return [line]
        if inline and inline.strip() != "{":
            comma = "," if inline.rstrip().endswith(",") else ""
            body = body[: start.start("rest")] + f'"{REDACTED}"{comma}'
            return [together(before, body)]
        return [line]

    def _within(self, line: str, before: str, body: str, depth: int | None) -> str:
        """Return a line in which data may begin behind other things; nothing waits for its kind.

        Args:
            line: the line.
            before: what stands before it.
            body: the rest.
            depth: the brackets that were open before it; None outside JSON.
        """
        found = _START_WITHIN.search(body) if "{" in body and "ata" in body else None
        if found is None:
            return line
        rest = found["rest"]
        unclosed = balance(rest)
        structured = depth is not None or body.lstrip()[:1] in {"{", "[", '"'} or '"' in found[0]
        if not structured or (unclosed <= 0 and balance(body) == 0):
            # Prose, or an object that is whole: the line says itself what it is.
            return line
        column = (depth or 0) + balance(body[: found.start()])
        # Of several objects in one line that is cut off, no kind tells what the last one is.
        several = unclosed > 0 and body.count("data") + body.count("stringData") > 1
        named = None if several else _KIND_WITHIN.search(body)
        kind = named["kind"] if named else self._json_kinds.get(column)
        if kind is not None and not several and not _is_secret(kind):
            return line
        head = body[: found.start("rest")]
        if unclosed <= 0:
            return together(before, f'{head}"{REDACTED}"')
        self._braces, self._inside, self._column = unclosed, True, column
        return together(before, f'{head}{{"{REDACTED}": ')

    def _hold(self, line: str, before: str, body: str) -> list[str]:
        nesting = self._nesting.copy()
        was_json = nesting.depth is not None
        column = self._nesting.step(body)
        if self._inside and not self._continues(body):
            self._inside = False
        self._held.append(line)
        self._characters += len(line)
        if not self._inside:
            kind = _KIND.match(body)
            if kind is not None and (column if was_json else _column(kind)) == self._column:
                return self._release(kind["kind"])
            if body.strip() and (
                column < self._column
                or (was_json and self._nesting.depth is None)
                or (not was_json and (body.lstrip().startswith("- ") or _is_new(body)))
            ):
                self._held.pop()
                self._nesting = nesting
                ready = self._release(_SECRET)
                return [*ready, *self.feed(line)]
        if len(self._held) > _HELD or self._characters > _HELD_CHARACTERS:
            return self._release(_SECRET)
        return []

    def _release(self, kind: str) -> list[str]:
        """Let the lines go that are held back, now that the kind of their object is known."""
        held, self._held, self._characters = self._held, [], 0
        self._inside = False
        self._nesting = self._before.copy()
        level, self._level = self._level, self._held_level + 1
        before, body = apart(held[0])
        ready = self._plain(held[0], before, body, kind)
        json = self._nesting.depth is not None
        (self._json_kinds if json else self._kinds)[self._column] = kind
        for line in held[1:]:
            ready += self.feed(line)
        self._level = level
        return ready

    def _continues(self, body: str) -> bool:
        """Return whether a line still belongs to the data block."""
        if self._braces > 0:
            if not may_be_json(body):
                self._braces = 0
                return False
            self._braces += balance(body)
            if self._braces <= 0:
                self._braces = 0
                self._inside = False
            return True
        return not body.strip() or indent(body) > self._column

    def _note(
        self, body: str, column: int, kinds: dict[int, str], *, sign: bool, json: bool
    ) -> None:
        """Keep track of which objects are open, and of their kinds."""
        text = body.lstrip()
        if not text:
            return
        if not json and _is_new(body):
            kinds.clear()
        for known in [each for each in kinds if each > column]:
            del kinds[known]
        kind = _KIND.match(body)
        if kind is not None:
            kinds[column if json else _column(kind)] = kind["kind"]
            return
        if json:
            within = _KIND_WITHIN.search(body) if balance(body) else None
            if within is not None:
                kinds[column] = within["kind"]
        elif text.startswith("- "):
            kinds.pop(column + 2, None)
        elif sign:
            # A dash with room behind it may begin an item too: of what kind is not known again.
            kinds.pop(column, None)


def _value(before: str, body: str, *, braces: bool) -> list[str]:
    """Return a line of a data block without its value; none for the inside of a long one."""
    if not body.strip() or _BRACKETS.match(body):
        return [together(before, body)]
    entry = _ENTRY.match(body)
    if entry is not None:
        return [together(before, _replaced(entry))]
    if not braces:
        return []
    closing = _CLOSING.search(body) is not None
    return [together(before, f'"{REDACTED}"' + ("}" if closing else ""))]


def _replaced(entry: re.Match[str]) -> str:
    # Quoted in YAML too, where a bracket would begin a list.
    json = entry["head"].lstrip().startswith('"')
    comma = "," if json and entry["value"].rstrip().endswith(",") else ""
    return f'{entry["head"]} "{REDACTED}"{comma}'


def _column(match: re.Match[str]) -> int:
    return len(match["indent"]) + len(match["item"] or "")


def _is_secret(kind: str) -> bool:
    return kind.lower() == "secret"


def _is_new(body: str) -> bool:
    return _NEW_DOCUMENT.match(body) is not None
