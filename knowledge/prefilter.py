"""Finds the lines of a block of log bytes in which some signature may match.

It may find too many lines and never too few: each is then read as a record and matched in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from knowledge import literal_engine
from knowledge.literals import ODD_ESCAPE, Alternatives, Literal, quick, required
from knowledge.newlines import newlines
from knowledge.occurrences import ODD, SOME, Engine, linear_set
from knowledge.sequences import Sought
from knowledge.signature import Signature

_COMBINATIONS: Final = 4_096
"""Sets of literals in one line whose signatures are remembered."""
_odd_escape: Final = re.compile(ODD_ESCAPE)

Build = Callable[[tuple[Literal, ...]], Engine]
LiteralsOf = Callable[[Sequence[Signature]], Sequence[Alternatives]]


class Candidate(NamedTuple):
    """A line in which some signature may match."""

    start: int
    end: int
    """Its bytes in the block, without the newline."""
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is worth a look in a block."""

    candidates: Sequence[Candidate]
    lines: int
    broken: bool
    """Whether some line begins no record, so that a record may be broken into lines."""


def literals_of(signature: Signature) -> Alternatives:
    """Return literals of which one stands in every line that `signature` matches; or none."""
    needed = [required(each) for each in signature.patterns]
    if needed and all(needed):
        return frozenset(quick(each) for some in needed for each in some)
    others = [required(each) for each in signature.others.values()]
    return frozenset(map(quick, next((each for each in others if each), frozenset())))


def each_by_itself(signatures: Sequence[Signature]) -> list[Alternatives]:
    """Return `literals_of` each signature."""
    return [literals_of(each) for each in signatures]


class Prefilter:
    """The literals of all signatures. Safe to use from several threads."""

    def __init__(
        self,
        signatures: Sequence[Signature],
        build: Build = literal_engine.best,
        literals_of: LiteralsOf = each_by_itself,
    ) -> None:
        """Find out what lines must hold.

        Args:
            signatures: what is looked for.
            build: makes the engine that looks for the literals.
            literals_of: for signatures, of each the literals of which lines must hold one.
        """
        self.signatures = tuple(signatures)
        self._build = build
        needed = literals_of(self.signatures)
        self.always = tuple(
            each for each, literals in zip(self.signatures, needed, strict=True) if not literals
        )
        """Signatures without a literal: every line is tried against them."""
        self._literals = tuple(sorted(frozenset[Literal]().union(*needed)))
        wanting: dict[Literal, set[int]] = {each: set() for each in self._literals}
        for number, literals in enumerate(needed):
            for each in literals:
                wanting[each].add(number)
        self._wanting = tuple(frozenset(wanting[each]) for each in self._literals)
        """By literal: which signatures may match where it stands."""
        self._with_literals = frozenset[int]().union(*self._wanting)
        self._combinations: dict[frozenset[int], tuple[Signature, ...]] = {}

    @cached_property
    def engine(self) -> Engine:
        """Return what finds the literals; made when it is needed first."""
        return self._build(self._literals)

    @cached_property
    def _in_line(self) -> tuple[Sought, Any]:
        """What tells all literals of one line at once."""
        sought = Sought(self._literals)
        return sought, linear_set(sought.expressions) if sought.expressions else None

    def sift(self, data: bytes) -> Sifted:
        """Return the lines of `data`, which ends with a newline, that are worth a look."""
        occurrences = self.engine.find(data)
        if self.always or occurrences.flooded:
            return self._every_line(data, occurrences.broken)
        candidates: list[Candidate] = []
        found = occurrences.found
        at = 0
        while at < len(found):
            offset = found[at][1]
            start = data.rfind(b"\n", 0, offset) + 1
            end = data.find(b"\n", offset)
            ids: set[int] = set()
            while at < len(found) and found[at][1] < end:
                ids.add(found[at][0])
                at += 1
            wanted = (
                self.wanted(data[start:end]) if SOME in ids else self._signatures(frozenset(ids))
            )
            if wanted:
                candidates.append(Candidate(start, end, wanted))
        return Sifted(candidates, newlines(data), occurrences.broken)

    def _every_line(self, data: bytes, broken: bool) -> Sifted:
        candidates: list[Candidate] = []
        start = 0
        for line in data.split(b"\n")[:-1]:
            end = start + len(line)
            wanted = self.wanted(line)
            if wanted:
                candidates.append(Candidate(start, end, wanted))
            start = end + 1
        return Sifted(candidates, newlines(data), broken)

    def _signatures(self, ids: frozenset[int]) -> tuple[Signature, ...]:
        """Return the signatures that may match a line in which these literals stand."""
        known = self._combinations.get(ids)
        if known is None:
            numbers = frozenset[int]().union(*(self._wanting[each] for each in ids - {ODD}))
            known = tuple(
                each
                for number, each in enumerate(self.signatures)
                if ODD in ids or number in numbers or number not in self._with_literals
            )
            if len(self._combinations) >= _COMBINATIONS:
                self._combinations.clear()
            self._combinations[ids] = known
        return known

    def wanted(self, line: bytes) -> tuple[Signature, ...]:
        """Return the signatures that may match `line`."""
        if _odd_escape.search(line):
            return self.signatures
        sought, every = self._in_line
        found: set[int] = set()
        for position in (every and every.Match(line)) or ():
            found.update(sought.within(position, line))
        return self._signatures(frozenset(found))
