"""The newest lines of a stream without end: bounded, counted, filtered as they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

MOST_LINES: Final = 20_000
MOST_CHARACTERS: Final = 8_000_000
_SLACK: Final = 10
"""A tenth more than the bounds is kept, so that not each new line moves all others."""


class KeptLines:
    """Lines by their number since the beginning; old ones go when there are too many."""

    def __init__(
        self, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS
    ) -> None:
        """Take the bounds; they are kept to within a tenth."""
        self._most_lines = most_lines
        self._most_characters = most_characters
        self._texts: list[str] = []
        self._characters = 0
        self._needle = ""
        self._hits: list[int] | None = None
        """Numbers of the lines that the filter leaves; None without a filter."""
        self.dropped = 0
        """Lines that were left out at the beginning: also the number of the first one kept."""

    @property
    def total(self) -> int:
        """Return how many lines came in all."""
        return self.dropped + len(self._texts)

    @property
    def needle(self) -> str:
        """Return what is filtered for."""
        return self._needle

    @property
    def shown(self) -> Sequence[int]:
        """Return the numbers of the lines that the filter leaves, in order."""
        return self._hits if self._hits is not None else range(self.dropped, self.total)

    def text(self, number: int) -> str:
        """Return a line that is kept."""
        return self._texts[number - self.dropped]

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all lines that are kept."""
        return tuple(self._texts)

    def add(self, lines: Iterable[str]) -> int:
        """Add lines; return how many of those that are shown had to go."""
        for line in lines:
            if self._hits is not None and self._needle in line.casefold():
                self._hits.append(self.total)
            self._texts.append(line)
            self._characters += len(line) + 1
        return self._drop()

    def clear(self) -> None:
        """Forget all lines; the filter stays."""
        self._texts.clear()
        self._characters = 0
        self.dropped = 0
        if self._hits is not None:
            self._hits = []

    def filter(self, wanted: str) -> None:
        """Leave only lines with this text in them, whatever the case; empty: all."""
        self._needle = wanted.casefold()
        self._hits = (
            [
                number
                for number, line in enumerate(self._texts, start=self.dropped)
                if self._needle in line.casefold()
            ]
            if self._needle
            else None
        )

    def _drop(self) -> int:
        lines, characters = len(self._texts), self._characters
        slack_lines = self._most_lines + self._most_lines // _SLACK
        slack_characters = self._most_characters + self._most_characters // _SLACK
        if lines <= slack_lines and characters <= slack_characters:
            return 0
        gone = max(0, lines - self._most_lines)
        characters -= sum(len(line) + 1 for line in self._texts[:gone])
        while characters > self._most_characters and gone < lines - 1:
            characters -= len(self._texts[gone]) + 1
            gone += 1
        del self._texts[:gone]
        self._characters = characters
        self.dropped += gone
        if self._hits is None:
            return gone
        before = len(self._hits)
        self._hits = [number for number in self._hits if number >= self.dropped]
        return before - len(self._hits)
