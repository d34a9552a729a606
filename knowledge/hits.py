"""The hits of one signature in one log: exact counts, and few of each sort of hit."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from knowledge.sighting import Fields, Sighting
from knowledge.snapshot import LogGroup, LogHit

_KEPT: Final = 2
"""Hits kept of each distinct set of fields in one log: the newest."""
_DISTINCT: Final = 200
"""Distinct sets of fields kept of a signature in one log."""


@dataclass(slots=True)
class _Kept:
    line: int
    sighting: Sighting
    fields: Fields
    hit: LogHit | None = None
    """Made when it is asked for: most that is kept for a while is never shown."""

    def shown(self, log: str, group: LogGroup) -> LogHit:
        if self.hit is None:
            self.hit = self.sighting.hit(log, group, self.line, self.fields)
        return self.hit


def _line(kept: _Kept) -> int:
    return kept.line


@dataclass(slots=True)
class Hits:
    """What a signature found in one log."""

    count: int = 0
    first: _Kept | None = None
    last: _Kept | None = None
    kept: dict[tuple[str, ...], OrderedDict[Fields, deque[_Kept]]] = field(default_factory=dict)
    """By the names of the fields, then by the fields: a flood of one sort leaves the others."""
    _distinct: int = 0

    def add(self, line: int, fields: Fields, sighting: Sighting) -> None:
        """Count a hit in `line`, and keep it while it is one of the newest of its sort."""
        self.count += 1
        mine = _Kept(line, sighting, fields)
        if self.first is None or line < self.first.line:
            self.first = mine
        if self.last is None or line >= self.last.line:
            self.last = mine
        names = tuple([name for name, _ in fields])
        same = self.kept.get(names)
        if same is None:
            same = self.kept[names] = OrderedDict()
        known = same.get(fields)
        if known is None:
            if self._distinct < _DISTINCT:
                self._distinct += 1
            else:
                max(self.kept.values(), key=len).popitem(last=False)
            known = same[fields] = deque(maxlen=_KEPT)
        else:
            same.move_to_end(fields)
        if known and line < known[-1].line:
            # One that had to wait for more lines than the one before.
            same[fields] = deque(sorted([*known, mine], key=_line), maxlen=_KEPT)
        else:
            known.append(mine)

    def newest(self, log: str, group: LogGroup) -> Iterator[LogHit]:
        """Yield the hits that were kept, as hits of `log`."""
        for same in self.kept.values():
            for queue in same.values():
                yield from (each.shown(log, group) for each in queue)

    def ends(self, log: str, group: LogGroup) -> Iterator[LogHit]:
        """Yield the first and the last hit, in the order of lines."""
        yield from (each.shown(log, group) for each in (self.first, self.last) if each is not None)
