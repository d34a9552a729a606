"""Literals that must stand one after the other: the rarest of them stand for all.

To look for all of them everywhere takes an engine twice as long as to look for a few that are
rare; whether the others are there is seen in the lines where those are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from knowledge.literals import Literal
from knowledge.ordinary import abundance, commonness

_CROWDED: Final = 8_192
"""Bytes to a line with the rare part of a sequence: in fewer it is not rare, and whole sequences
are looked for sooner than such lines are looked at."""
_FEW: Final = 8
"""Such lines that a block may have, however short it is."""
_PATIENCE: Final = 64
"""Blocks in which whole sequences are looked for then."""
_KELVIN: Final = "\u212a".encode()
_LONG_S: Final = "\u017f".encode()
"""What RE2 takes for `k` and `s` of the other case, and `bytes.lower` leaves as it is."""


class Sought:
    """What an engine is to look for in place of literals: themselves, or the rarest of a sequence.

    Positions are those in `expressions`, ids those in the literals.
    """

    def __init__(self, literals: Sequence[Literal]) -> None:
        """Choose; the order of the literals gives their ids."""
        self.plain = [number for number, each in enumerate(literals) if not each.after]
        """By position: the literals that are looked for themselves. After them come the rarest."""
        rare: dict[Literal, list[Rest]] = {}
        for number, each in enumerate(literals):
            if each.after:
                known = rarest(each)
                for key in known:
                    rare.setdefault(key, []).append(Rest(number, each, known))
        self.rests = list(rare.values())
        """By position after the plain ones: the sequences that it stands for."""
        self.expressions = [
            *(literals[number].expression for number in self.plain),
            *(each.expression for each in rare),
        ]

    def within(self, position: int, line: bytes) -> list[int]:
        """Return the ids of what may be in `line`, where the expression at `position` is."""
        if position < len(self.plain):
            return [self.plain[position]]
        rests = self.rests[position - len(self.plain)]
        return [each.number for each in rests if each.may_be_in(line)]


class Crowd:
    """Whether what is rare elsewhere is everywhere in this log, so that it tells nothing."""

    def __init__(self) -> None:
        self._left = 0

    @property
    def here(self) -> bool:
        """Whether it was so a while ago."""
        return self._left > 0

    def passed(self) -> None:
        """Note that a block was searched for whole sequences."""
        self._left -= 1

    def saw(self, lines: int, size: int) -> None:
        """Note that a block of `size` bytes has so many lines with what should be rare."""
        if lines * _CROWDED > max(size, _FEW * _CROWDED):
            self._left = _PATIENCE


class Rest:
    """What of a literal and those after it a line must hold, beside those of the rarest place."""

    def __init__(self, number: int, literal: Literal, known: Sequence[Literal]) -> None:
        self.number = number
        others = [some for some in _places(literal) if some is not known and some != known]
        self._folded = [
            [each.text.lower().encode() for each in some]
            for some in others
            if any(each.folded for each in some)
        ]
        self._plain = [
            [each.text.encode() for each in some]
            for some in others
            if not any(each.folded for each in some)
        ]

    def may_be_in(self, line: bytes) -> bool:
        """Return whether all its literals are in `line`; in which order does not matter here."""
        # Loops, for this is asked of every such line: `all` and `any` take five times as long.
        for some in self._plain:
            for text in some:
                if text in line:
                    break
            else:
                return False
        if self._folded:
            lowered = line.lower()
            if _KELVIN in line or _LONG_S in line:
                return True
            for some in self._folded:
                for text in some:
                    if text in lowered:
                        break
                else:
                    return False
        return True


def _places(literal: Literal) -> list[Sequence[Literal]]:
    return [(replace(literal, after=()),), *literal.after]


def rarest(literal: Literal) -> Sequence[Literal]:
    """Return literals of which one stands where `literal` and what is after it do: the rarest."""
    return min(_places(literal), key=_expected)


def _expected(some: Sequence[Literal]) -> tuple[float, float]:
    """Return how much work it is to look for `some`: how often they are there, or seem to be."""
    texts = [each.text for each in some]
    return sum(map(abundance, texts)), max(map(commonness, texts))
