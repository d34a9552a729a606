"""Signatures over several lines: a line that fits, and what must stand in the lines after it.

Go writes a panic as a line, a signal, and the frames of goroutines; zap writes a stack trace below
a record. What belongs to a line are the lines after it that begin no record. A plug-in that crashes
has its lines written as records of their own by Velero, which name the plug-in: these belong to
its first one, whatever others write in between. So do lines of the same pod where a log mixes
several (`oc logs --prefix`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge import record
from knowledge.newlines import newlines
from knowledge.redact import redact, redact_captured
from knowledge.sighting import Fields, Sighting, decoded
from knowledge.signature import Signature

LINES: Final = 200
"""Lines after a line that may belong to it."""
_SPEAKER: Final = re.compile(rb"\[(?:pod/)?[^\]\s]{1,300}\] ")


@dataclass(frozen=True, slots=True)
class Head:
    """A line in which a signature's first part was found."""

    number: int
    after: int
    """Where the line after it begins in the block."""
    raw: bytes
    signature: Signature
    fields: Fields
    sighting: Sighting


@dataclass(slots=True)
class _Waiting:
    head: Head
    last: int
    """Number of the last line that may belong to it."""
    fields: Fields


_Place = tuple[str, bytes, str, int]
"""Signature, speaker, plug-in and step: heads in the same place need the same of the next line."""

Note = Callable[[Head, Fields], None]


class Following:
    """The heads in one log that wait for what must follow them; bounded."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._waiting: dict[_Place, deque[_Waiting]] = {}

    def take(self, data: bytes, first: int, heads: Sequence[Head]) -> None:
        """Go on through a block whose first line has the number `first`, and has these heads."""
        if not heads and not self._waiting:
            return
        new = deque(sorted(heads, key=lambda each: each.after))
        at = 0
        number = first
        while new or self._waiting:
            if not self._waiting:
                number += newlines(data, at, new[0].after)
                at = new[0].after
            while new and new[0].after <= at:
                self._begin(new.popleft(), number - 1 + LINES)
            end = data.find(b"\n", at)
            if end < 0:
                return
            self._line(data[at:end], number)
            number += 1
            at = end + 1

    def _begin(self, head: Head, last: int) -> None:
        plugin = dict(head.fields).get("pluginName", "")
        place = (head.signature.key, _speaker(head.raw), plugin, 0)
        self._waiting.setdefault(place, deque()).append(_Waiting(head, last, head.fields))

    def _line(self, raw: bytes, number: int) -> None:
        speaker = _speaker(raw)
        text = decoded(raw)
        line = record.parse(text)
        naming = line.fields.get("pluginName", "")
        # The furthest first, so that one line is one step.
        for place in sorted(self._waiting, key=_step, reverse=True):
            _, mine, plugin, step = place
            queue = self._waiting[place]
            while queue and queue[0].last < number:
                queue.popleft()
            if not queue:
                del self._waiting[place]
            elif mine != speaker:
                continue
            elif line.structured and not (plugin and plugin == naming):
                if not plugin:
                    del self._waiting[place]
            else:
                signature = queue[0].head.signature
                found = signature.match_after(step, line)
                if found is not None:
                    del self._waiting[place]
                    self._forward(place, queue, _clean(text, found), step + 1)

    def _forward(
        self, place: _Place, queue: deque[_Waiting], found: dict[str, str], step: int
    ) -> None:
        done = step == len(queue[0].head.signature.then)
        for each in queue:
            if found:
                each.fields = tuple(sorted({**found, **dict(each.fields)}.items()))
            if done:
                self._note(each.head, each.fields)
        if not done:
            self._waiting.setdefault((*place[:3], step), deque()).extend(queue)


def _step(place: _Place) -> int:
    return place[3]


def _speaker(raw: bytes) -> bytes:
    match = _SPEAKER.match(raw)
    return match.group() if match else b""


def _clean(text: str, found: dict[str, str]) -> dict[str, str]:
    return redact_captured(text, redact(text), found) if found else found
