"""What a `log` fact looks for in the lines of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from knowledge import pattern, record
from knowledge.literals import required
from knowledge.snapshot import LogGroup

SHOWN: Final = 2_000
"""Characters of a hit's text and of each of its fields."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a `log` fact looks for."""

    key: str
    """`issue/fact`."""
    groups: frozenset[LogGroup]
    patterns: tuple[str, ...]
    """Regular expressions; one of them must be found in one of the fields in `among`."""
    among: tuple[str, ...] = ("msg", "error")
    levels: frozenset[str] = frozenset()
    """Empty: any level."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Field -> regular expression that must be found in it too."""
    then: tuple[str, ...] = ()
    """Regular expressions that must be found after it, in this order, each in a line of its own
    among those that belong to it: see `knowledge.following`."""

    def match(self, line: record.Record) -> dict[str, str] | None:
        """Return the named groups if `line` fits, else None."""
        if self.levels and line.level and line.level not in self.levels:
            return None
        found: dict[str, str] = {}
        for name, source in self.others.items():
            match = _search(source, line.fields.get(name, ""))
            if match is None:
                return None
            found.update(_named(match))
        for source in self.patterns:
            for name in self.among:
                match = _search(source, line.fields.get(name, ""))
                if match is not None:
                    found.update(_named(match))
                    return found
        return None

    def match_after(self, step: int, line: record.Record) -> dict[str, str] | None:
        """Return the named groups if `line` is what comes at `step` of `then`, else None."""
        match = _search(self.then[step], line.fields["msg"])
        return None if match is None else _named(match)


@lru_cache(maxsize=4096)
def _needed(source: str) -> tuple[str, ...]:
    """Return texts of which one stands in whatever `source` matches; none: not known."""
    literals = required(source)
    return () if any(each.folded for each in literals) else tuple(each.text for each in literals)


def _search(source: str, text: str) -> pattern.Match | None:
    """Return where `source` is found in `text`."""
    needed = _needed(source)
    # A call of RE2 costs as much as a hundred of these.
    if needed and not any(each in text for each in needed):
        return None
    return pattern.compiled(source).search(text)


def _named(match: pattern.Match) -> dict[str, str]:
    return {name: value[:SHOWN] for name, value in match.groupdict().items() if value is not None}
