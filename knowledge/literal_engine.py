"""Finds literals in blocks of log bytes: Hyperscan where it loads, else RE2.

Both only say which lines deserve a look; what a line means is decided elsewhere, so that findings
never depend on which of them was there.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Protocol, cast

import re2

from knowledge.kept import NOTHING, Kept
from knowledge.literals import ODD_ESCAPE, Literal

_MEMORY: Final = 64 << 20
"""Bytes that RE2 may use for all literals together."""
_MOST: Final = 100_000
"""Occurrences in one block that are told apart: more are a flood made on purpose."""
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


class Re2Engine:
    """What everybody has."""

    name = "re2"

    def __init__(self, literals: Sequence[Literal]) -> None:
        self._any = linear(b"|".join([*(each.expression for each in literals), ODD_ESCAPE]))
        self._no_beginning = linear(b"(?m)" + NO_BEGINNING)

    def find(self, data: bytes) -> Occurrences:
        """Return one occurrence in each line that has one."""
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(data) and (match := self._any.search(data, at)) is not None:
            start = cast("int", match.start())
            found.append((SOME, start))
            at = data.find(b"\n", start) + 1 or len(data)
        return Occurrences(tuple(found), self._no_beginning.search(data) is not None)


class HyperscanEngine:
    """Finds all literals at once, at the speed of memory; lets other threads run meanwhile."""

    name = "hyperscan"

    def __init__(self, literals: Sequence[Literal], kept: Kept = NOTHING) -> None:
        """Compile `literals`, unless that was `kept`.

        Raises:
            ImportError: there is no Hyperscan for this machine.
            Exception: the library's own error, when the processor is too old for it.
        """
        self._hyperscan: Any = import_module("hyperscan")
        self._no_beginning = len(literals)
        expressions = [each.expression for each in literals] + [NO_BEGINNING, ODD_ESCAPE]
        once = self._hyperscan.HS_FLAG_MULTILINE | self._hyperscan.HS_FLAG_SINGLEMATCH
        flags = [0] * len(literals) + [once, 0]
        name = f"literals-{self._digest(expressions, flags)}"
        self._database = self._loaded(kept.read(name))
        if self._database is None:
            self._database = self._hyperscan.Database()
            self._database.compile(
                expressions=expressions, ids=list(range(len(expressions))), flags=flags
            )
            kept.write(name, bytes(self._hyperscan.dumpb(self._database)))
        self._mine = threading.local()

    def _digest(self, expressions: list[bytes], flags: list[int]) -> str:
        text = repr((self._hyperscan.__version__, expressions, flags))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _loaded(self, data: bytes | None) -> Any:
        if data is None:
            return None
        try:
            return self._hyperscan.loadb(data, self._hyperscan.HS_MODE_BLOCK)
        except Exception:  # of another version, or of a processor that can do more: made anew
            return None

    def find(self, data: bytes) -> Occurrences:
        """Return every occurrence."""
        # A scratch space serves one thread at a time.
        scratch = getattr(self._mine, "scratch", None)
        if scratch is None:
            scratch = self._mine.scratch = self._hyperscan.Scratch(self._database)
        found: list[tuple[int, int]] = []
        broken = False
        last = self._no_beginning

        def note(id_: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            nonlocal broken
            if id_ == last:
                broken = True
                return False
            found.append((id_ if id_ < last else ODD, end - 1))
            return len(found) > _MOST

        try:
            self._database.scan(data, match_event_handler=note, scratch=scratch)
        except self._hyperscan.ScanTerminated:
            return Occurrences((), broken=True, flooded=True)
        found.sort(key=_offset)
        return Occurrences(tuple(found), broken)


def _offset(occurrence: tuple[int, int]) -> int:
    return occurrence[1]


def linear(source: bytes) -> Any:
    """Return `source` compiled for bytes; whatever they are, the time is linear."""
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(source, options)


def best_kept(kept: Kept) -> Callable[[tuple[Literal, ...]], Engine]:
    """Return what makes the fastest engine that works here, from what was `kept` if it can."""

    @lru_cache(maxsize=8)
    def make(literals: tuple[Literal, ...]) -> Engine:
        try:
            return HyperscanEngine(literals, kept)
        except Exception:  # no wheel for this machine, or a processor it refuses: RE2 is there
            return Re2Engine(literals)

    return make


best: Final = best_kept(NOTHING)
"""Returns the fastest engine that works here."""
