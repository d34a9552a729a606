"""Where literals stand in a block of log bytes, and what an engine is that finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import re2

_MEMORY: Final = 64 << 20
"""Bytes that RE2 may use for all literals together."""
ODD: Final = -1
"""The id of an escape that may hide any literal."""
SOME: Final = -2
"""The id of an occurrence of a literal when the engine does not say of which."""


def _unlike(*beginnings: Sequence[bytes]) -> bytes:
    """Return what matches where none of `beginnings` follows.

    Each is a sequence of the insides of character classes; the first ones are all different.
    """
    ways = [b"[^" + b"".join(each[0] for each in beginnings) + b"]"]
    ways += [b"[" + each[0] + b"]" + _unlike(each[1:]) for each in beginnings if len(each) > 1]
    return b"(?:" + b"|".join(ways) + b")"


def _letters(word: bytes) -> list[bytes]:
    return [word[at : at + 1] for at in range(len(word))]


_D: Final = b"0-9"
_KNOWN: Final = (_letters(b"time="), _letters(b"level="), [b"{"], [b"IWEF", _D, _D, _D, _D, b" "])
_DAY: Final = [_D, _D, _D, _D, rb"\-", _D, _D, rb"\-", _D, _D]
_SECOND: Final = [*_DAY, b"T", _D, _D, b":", _D, _D, b":", _D, _D]
_FINER: Final = rb".0-9Z+:\-"
NO_BEGINNING: Final = (
    rb"^(?:"
    + _unlike(*_KNOWN, _SECOND)
    + rb"|"
    + b"".join(b"[" + each + b"]" for each in _SECOND)
    + rb"(?:[%b]{21}|[%b]{0,20}(?:[^%b \t]| %b)))" % (_FINER, _FINER, _FINER, _unlike(*_KNOWN))
)
"""A line that seems to begin no record: `knowledge.wrapped` looks closer at what holds one.

Every line that `wrapped` does not take for the beginning of a record is found, and a few that it
does (panics, lines with the name of a pod before them).
"""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where literals stand in a block."""

    found: tuple[tuple[int, int], ...]
    """Id (the literal's position in the engine's list) and offset of a byte of the occurrence, by
    offset. Of a line at least one of them; of an engine that gives real ids every one.
    """
    broken: bool
    """Whether some line begins no record."""
    flooded: bool = False
    """There are too many to tell them apart: any line may hold any literal."""


class Engine(Protocol):
    """Finds a set of literals. Safe to use from several threads."""

    name: str

    def find(self, data: bytes) -> Occurrences:
        """Return where the literals stand in `data`, which consists of whole lines."""


def linear(source: bytes) -> Any:
    """Return `source` compiled for bytes; whatever they are, the time is linear."""
    return re2.compile(source, _options())


def linear_set(sources: Sequence[bytes]) -> Any:
    """Return what tells which of `sources` are in bytes: `Match` gives their numbers, or None."""
    made = re2.Set.SearchSet(_options())
    for source in sources:
        made.Add(source)
    made.Compile()
    return made


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    return options
