"""Log lines that a page, a ticket or a terminal has broken into several: whole again.

No logger writes a line with an open quotation mark; so a line that has one was broken, or cut off.
What follows it, up to the next record, belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import re2

_MOST_LINES: Final = 40
_MOST_BYTES: Final = 64 * 1024
_BEFORE: Final = 8
"""Lines before the open one in which the beginning of its record is looked for."""

_OPEN: Final = (
    rb'^(?:[^"\\\n]|\\.)*"(?:[^"\\\n]|\\.)*(?:"(?:[^"\\\n]|\\.)*"(?:[^"\\\n]|\\.)*)*(?:\\\r?)?$'
    rb"|^[^\n]*\\\r?$"
)
"""A line with an odd number of quotation marks that are not escaped, or broken in an escape."""
_FOREIGN: Final = rb"^[^\[0-9tl{IWEFpg>\s\xef]"
"""The beginning of a line that begins no record."""
_PREFIX: Final = (
    rb"(?:\xef\xbb\xbf)?(?:\[(?:pod/)?[^\]\s]{1,300}\] )?(?:\d{1,4}-\d\d-\d\dT\S{5,32} )?"
    rb"(?:(?:stdout|stderr) [FP] )?"
)
_NEW: Final = re.compile(
    _PREFIX + rb"(?:time=|level=|\{|[IWEF]\d{4} )"
    rb"|\d{4}-\d\d-\d\dT\S+\t|\d\.\d+e\+\d\d\t|panic: |\[signal |goroutine \d"
)
_RECORD: Final = re.compile(_PREFIX + rb"(?:time=|level=|\{)")


def _compiled(source: bytes) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(rb"(?m)" + source, options)


_open: Final = _compiled(_OPEN)
_suspect: Final = _compiled(_OPEN + rb"|" + _FOREIGN)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a log: lines as they are, or one line that was broken into these."""

    data: bytes
    broken: bool

    def joined(self) -> tuple[bytes, bytes]:
        """Return the line as it may have been, likelier first: broken at blanks, or anywhere."""
        lines = [line.rstrip(b"\r") for line in self.data.split(b"\n") if line]
        ways = b" ".join(lines), b"".join(lines)
        # Terminals break at one width, pages at blanks.
        one_width = len(lines) > 2 and len({len(line) for line in lines[:-1]}) == 1
        return (ways[1], ways[0]) if one_width else ways


def parts(data: bytes) -> Iterator[Part]:
    """Yield `data`, which ends with a newline, in parts."""
    done = at = 0
    while (found := _search(data, at)) >= 0:
        start = _beginning(data, done, found)
        record = _RECORD.match(data, start) is not None or _open.match(data, found) is not None
        end = _end(data, found) if record else start
        if data.count(b"\n", start, end) < 2:  # no record at all; or cut off, not broken
            at = data.find(b"\n", found) + 1
            continue
        if start > done:
            yield Part(data[done:start], broken=False)
        yield Part(data[start:end], broken=True)
        done = at = end
    if done < len(data):
        yield Part(data[done:], broken=False)


def complete(data: bytes, end: int) -> int:
    """Return up to where the lines of `data` before `end` can be judged without what follows."""
    at = end
    for _ in range(_MOST_LINES):
        at = data.rfind(b"\n", 0, max(at - 1, 0)) + 1
        if _NEW.match(data, at) or not at:
            break
    else:
        return end
    return at if end - at <= _MOST_BYTES else end


def _search(data: bytes, at: int) -> int:
    if at >= len(data):
        return -1
    found = _suspect.search(data, at)
    return -1 if found is None else cast("int", found.start())


def _beginning(data: bytes, least: int, at: int) -> int:
    """Return where the record that the line at `at` belongs to begins, not before `least`."""
    if _NEW.match(data, at):
        return at
    start = at
    for _ in range(_BEFORE):
        if start <= least:
            break
        start = data.rfind(b"\n", least, start - 1) + 1 or least
        if data[start : start + 1] in {b"\n", b"\r"}:
            break
        if _NEW.match(data, start):
            return start
    return at


def _end(data: bytes, at: int) -> int:
    """Return the end of the record that the open line at `at` belongs to."""
    end = data.find(b"\n", at) + 1
    for _ in range(_MOST_LINES):
        if end >= len(data) or end - at > _MOST_BYTES or _NEW.match(data, end):
            break
        following = data.find(b"\n", end) + 1
        if not data[end:following].strip():
            break
        end = following
    return end
