"""Where a line is that somebody knows by its number, its time or its text: evidence, mostly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from knowledge.redact import redact
from knowledge.secret_marks import REDACTED
from tui.engine.logs.index import LineIndex
from tui.engine.logs.lines import RawLine, blocks_back, forward, line_at, line_start
from tui.engine.logs.moment import moment
from tui.engine.logs.text import LogText

_SLACK: Final = 2_000_000_000
"""Nanoseconds that lines may stand out of order."""
_AROUND: Final = 16 << 20
"""Bytes after the time in which the line is looked for."""
_KNOWN: Final = 100
"""Characters of a line by which it is looked for."""
_LEAST: Final = 8
_NO_TIME: Final = 2_000
"""Lines without a time that are passed over."""
_STAMP: Final = re.compile(
    r"^(?:\[[^\]\s]{1,300}\] )?"
    r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d) )?"
)
_STAMP_ALONE: Final = re.compile(
    r"(?:\[[^\]\s]{1,300}\] )?"
    r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d) )"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line that is to be shown."""

    line: int = 0
    """Its number, from 1; 0: unknown, or counted from elsewhere."""
    time: str = ""
    """As its record gives it."""
    text: str = ""
    """The line as evidence shows it: redacted, its end perhaps cut off."""


def bare(text: str) -> str:
    """Return a line without what `oc logs --prefix --timestamps` puts before it."""
    return _STAMP.sub("", text, count=1)


def unstamped(text: str) -> str:
    """Return a line without the time that the node put before it, unless there is nothing else."""
    stamp = _STAMP_ALONE.match(text)
    if stamp is None or stamp.end() == len(text):
        return text
    return text[: stamp.start("stamp")] + text[stamp.end() :]


def same_text(shown: str, wanted: str) -> bool:
    """Return whether a redacted line is the one that evidence shows."""
    shown, wanted = bare(shown), bare(wanted)
    return bool(wanted) and (shown == wanted or (len(wanted) >= 200 and shown.startswith(wanted)))


def find(text: LogText, index: LineIndex, place: Place) -> int | None:
    """Return where the line begins; None: it cannot be told yet."""
    if place.line:
        start = index.offset(place.line)
        if start is not None and (not place.text or _is(text, start, place.text)):
            return start
    if place.text and (start := _by_time(text, place)) is not None:
        return start
    if not index.current or text.percent is not None:
        return None
    return _by_text(text, place.text) if place.text else index.offset(place.line)


def _is(text: LogText, start: int, wanted: str) -> bool:
    line = line_at(text, start)
    return line is not None and same_text(_shown(line), wanted)


def _shown(line: RawLine) -> str:
    return redact(line.data.decode(errors="replace"))


def _by_time(text: LogText, place: Place) -> int | None:
    """Return the line with this text at about its time; the times are taken to be in order."""
    stamp = _STAMP.match(place.text)
    own = moment(stamp[0].lstrip().encode() if stamp else b"")
    named = moment(place.time.encode()) if place.time else None
    for wanted in dict.fromkeys(each for each in (named, own) if each is not None):
        start = at_time(text, wanted - _SLACK)
        for line in forward(text, start):
            if line.start - start > _AROUND:
                break
            when = moment(line.data)
            if when is not None and when > wanted + 5 * _SLACK:
                break
            if same_text(_shown(line), place.text):
                return line.start
    return None


def _by_text(text: LogText, wanted: str) -> int | None:
    """Return the last line with this text, wherever it is: it may have no time."""
    known = bare(wanted).partition(REDACTED)[0][:_KNOWN].encode()
    if len(known) < _LEAST:
        return None
    for begin, data in blocks_back(text, line_start(text, text.size)):
        at = data.rfind(known)
        while at >= 0:
            start = line_start(text, begin + at)
            if _is(text, start, wanted):
                return start
            at = data.rfind(known, 0, at)
    return None


def at_time(text: LogText, wanted: int) -> int:
    """Return the first line that is not before a time, if the lines are in order."""
    low, high = text.start, text.size
    while low < high:
        middle = line_start(text, (low + high) // 2)
        when, start, end = _timed(text, middle)
        if when is None or start >= high:
            high = min(middle, high - 1)
        elif when < wanted:
            low = end
        else:
            high = middle
    return line_start(text, low)


def _timed(text: LogText, start: int) -> tuple[int | None, int, int]:
    """Return the time of the first line from `start` on that has one, and where that line is."""
    for number, line in enumerate(forward(text, start)):
        when = moment(line.data)
        if when is not None:
            return when, line.start, line.end
        if number > _NO_TIME:
            break
    return None, start, start
