"""Finds literals with Hyperscan: all at once, at the speed of memory, other threads beside it.

Of literals that must stand one after the other it is given only those of one place, the rarest:
to look for all of them everywhere takes it nearly twice as long. Whether the others stand where
they must is seen in the lines where those are found. Where these turn out to be everywhere, it is
given the whole sequences for a while.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from knowledge.kept import NOTHING, Kept
from knowledge.literals import ODD_ESCAPE, Literal
from knowledge.occurrences import NO_BEGINNING, ODD, Occurrences
from knowledge.sequences import Crowd, Sought

_MOST: Final = 100_000
"""Occurrences in one block that are told apart: more are a flood made on purpose."""
_Found = list[tuple[int, int]]


class _Database:
    """Expressions, compiled or as an earlier run left them. Safe to use from several threads."""

    def __init__(self, expressions: Sequence[bytes], kept: Kept) -> None:
        """Compile `expressions`, unless that was `kept`.

        Raises:
            ImportError: there is no Hyperscan for this machine.
            Exception: the library's own error, when the processor is too old for it.
        """
        self._hyperscan: Any = import_module("hyperscan")
        self._odd = len(expressions)
        every = [*expressions, ODD_ESCAPE, NO_BEGINNING]
        once = self._hyperscan.HS_FLAG_MULTILINE | self._hyperscan.HS_FLAG_SINGLEMATCH
        flags = [0] * (len(every) - 1) + [once]
        text = repr((self._hyperscan.__version__, every, flags))
        name = f"literals-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        self._database = self._loaded(kept.read(name))
        if self._database is None:
            self._database = self._hyperscan.Database()
            self._database.compile(expressions=every, ids=list(range(len(every))), flags=flags)
            kept.write(name, bytes(self._hyperscan.dumpb(self._database)))
        self._mine = threading.local()

    def _loaded(self, data: bytes | None) -> Any:
        if data is None:
            return None
        try:
            return self._hyperscan.loadb(data, self._hyperscan.HS_MODE_BLOCK)
        except Exception:  # of another version, or of a processor that can do more: made anew
            return None

    def scan(self, data: bytes) -> tuple[_Found, bool] | None:
        """Return the expressions' numbers and places in their order, and whether a line is broken.

        None: there are too many to tell them apart.
        """
        # A scratch space serves one thread at a time.
        scratch = getattr(self._mine, "scratch", None)
        if scratch is None:
            scratch = self._mine.scratch = self._hyperscan.Scratch(self._database)
        found: _Found = []
        broken = False
        odd = self._odd

        def note(id_: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            nonlocal broken
            if id_ > odd:
                broken = True
                return False
            found.append((id_ if id_ < odd else ODD, end - 1))
            return len(found) > _MOST

        try:
            self._database.scan(data, match_event_handler=note, scratch=scratch)
        except self._hyperscan.ScanTerminated:
            return None
        found.sort(key=_offset)
        return found, broken


class HyperscanEngine:
    """Finds every occurrence of all literals."""

    name = "hyperscan"

    def __init__(self, literals: Sequence[Literal], kept: Kept = NOTHING) -> None:
        """Compile `literals`, unless that was `kept`.

        Raises:
            ImportError: there is no Hyperscan for this machine.
            Exception: the library's own error, when the processor is too old for it.
        """
        self._whole_expressions = [each.expression for each in literals]
        self._kept = kept
        self._sought = Sought(literals)
        self._quick = _Database(self._sought.expressions, kept)
        self._whole: _Database | None = None
        self._refused = False
        """Whether whole sequences are more than the library takes."""
        self._lock = threading.Lock()
        self._crowd = Crowd()

    @property
    def looks_for_whole_sequences(self) -> bool:
        """Whether the rare part of some sequence was found to be everywhere, a while ago."""
        return self._crowd.here

    def find(self, data: bytes) -> Occurrences:
        """Return every occurrence."""
        quick = not self.looks_for_whole_sequences
        if not quick:
            self._crowd.passed()
        whole = None if quick else self._all_of_it()
        quick = whole is None
        found = (whole or self._quick).scan(data)
        if found is None:
            return Occurrences((), broken=True, flooded=True)
        places, broken = found
        return Occurrences(tuple(self._checked(data, places) if quick else places), broken)

    def _all_of_it(self) -> _Database | None:
        """Return what finds whole sequences, made when it is needed first; None: it can't be."""
        with self._lock:
            if self._whole is None and not self._refused:
                try:
                    self._whole = _Database(self._whole_expressions, self._kept)
                except Exception:  # too long an expression, say: slower, and the same result
                    self._refused = True
            return self._whole

    def _checked(self, data: bytes, places: _Found) -> _Found:
        """Return `places` with literals in place of what stands for sequences of them."""
        checked: _Found = []
        plain = self._sought.plain
        lines = end = 0
        done: set[int] = set()
        line = b""
        for id_, offset in places:
            if id_ < len(plain):
                checked.append((id_ if id_ < 0 else plain[id_], offset))
                continue
            if offset >= end:
                start = data.rfind(b"\n", 0, offset) + 1
                end = data.find(b"\n", offset)
                line = data[start:end]
                lines += 1
                done.clear()
            if id_ in done:
                continue
            done.add(id_)
            checked += [(number, offset) for number in self._sought.within(id_, line)]
        self._crowd.saw(lines, len(data))
        return checked


def _offset(occurrence: tuple[int, int]) -> int:
    return occurrence[1]
