"""Finds literals in blocks of log bytes: Hyperscan where it loads, else RE2.

Both only say which lines deserve a look; what a line means is decided elsewhere, so that findings
never depend on which of them was there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, cast

from knowledge.hyperscan_engine import HyperscanEngine
from knowledge.kept import NOTHING, Kept
from knowledge.literals import ODD_ESCAPE, Literal
from knowledge.occurrences import NO_BEGINNING, SOME, Engine, Occurrences, linear
from knowledge.sequences import Crowd, Sought


class Re2Engine:
    """What everybody has."""

    name = "re2"

    def __init__(self, literals: Sequence[Literal]) -> None:
        self._rare = _any_of(Sought(literals).expressions)
        self._literals = literals
        self._no_beginning = linear(b"(?m)" + NO_BEGINNING)

        self._crowd = Crowd()

    @cached_property
    def _whole(self) -> Any:
        return _any_of([each.expression for each in self._literals])

    def find(self, data: bytes) -> Occurrences:
        """Return one occurrence in each line that may have one."""
        found: list[tuple[int, int]] = []
        whole = self._crowd.here
        some = self._whole if whole else self._rare
        at = 0
        while at < len(data) and (match := some.search(data, at)) is not None:
            start = cast("int", match.start())
            found.append((SOME, start))
            at = data.find(b"\n", start) + 1 or len(data)
        if whole:
            self._crowd.passed()
        else:
            self._crowd.saw(len(found), len(data))
        return Occurrences(tuple(found), self._no_beginning.search(data) is not None)


def _any_of(expressions: Sequence[bytes]) -> Any:
    return linear(b"|".join([*expressions, ODD_ESCAPE]))


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
