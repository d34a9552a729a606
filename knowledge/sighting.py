"""Whether a line is what signatures look for: the record is read and every pattern is tried.

Lines that differ in their times only are read once, so that a flood costs little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from knowledge import record
from knowledge.redact import redact, redact_captured
from knowledge.signature import SHOWN, Signature
from knowledge.snapshot import LogGroup

NAMING: Final = ("backup", "restore", "name", "resource", "controller", "pluginName")
"""Fields of a record that are kept with a hit, since they name what it is about."""
_REMEMBERED: Final = 1_024
"""Lines that are remembered."""
_LONGEST: Final = 4_096
"""Bytes of a line that is remembered."""
_TIMES: Final = frozenset({"time", "ts"})
_STAMP: Final = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,24}(?:Z|[+-][0-9]{2}:[0-9]{2})"
_HEAD: Final = re.compile(rb"(?:\[[^\]\s]{1,300}\] )?(?:(?P<stamp>" + _STAMP + rb") )?")
_TIME: Final = re.compile(rb'time"?[=:]"(?P<time>' + _STAMP + rb')"')

Fields = tuple[tuple[str, str], ...]
"""Names and redacted values, by name."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a line says, whenever it was written."""

    found: tuple[tuple[str, Fields], ...]
    """Key and fields of each signature that matched."""
    text: tuple[str, ...]
    """The redacted line, cut where its times stood."""
    time: str
    """The record's time if it is none of those that were cut out."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One line in which something was found."""

    body: Body
    times: tuple[str, ...]
    """What stood between the parts of the body's text; the last one is the record's time."""

    @property
    def time(self) -> str:
        """Return the record's time; empty when it has none."""
        return self.times[-1] if self.times else self.body.time

    @property
    def text(self) -> str:
        """Return the line, redacted and cut."""
        first, *others = self.body.text
        for time, part in zip(self.times, others, strict=True):
            first += time + part
        return first[:SHOWN]


class Sightings:
    """Judges lines. Safe to use from several threads."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        # Whoever looks for a time sees each line for himself.
        self._remembers = not any(_TIMES & {*each.among, *each.others} for each in signatures)
        self._known: dict[tuple[LogGroup, bytes], Body] = {}

    def of(self, raw: bytes, wanted: Iterable[Signature], group: LogGroup) -> Sighting:
        """Return what of `wanted` is in `raw`, a line of a log of `group`."""
        if not self._remembers or len(raw) > _LONGEST:
            return _read(raw, wanted, group, ())
        head = _HEAD.match(raw)
        end = head.end() if head else 0
        time = _TIME.search(raw, end)
        cuts = [
            match.span(name)
            for match, name in ((head, "stamp"), (time, "time"))
            if match is not None and match[name] is not None
        ]
        at = 0
        parts: list[bytes] = []
        for start, stop in cuts:
            parts.append(raw[at:start])
            at = stop
        parts.append(raw[at:])
        times = tuple(raw[start:stop].decode() for start, stop in cuts)
        key = (group, b"\n".join(parts))
        known = self._known.get(key)
        if known is not None:
            return Sighting(known, times)
        sighting = _read(raw, wanted, group, times)
        if len(sighting.times) == len(times):
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = sighting.body
        return sighting


def _read(
    raw: bytes, wanted: Iterable[Signature], group: LogGroup, times: tuple[str, ...]
) -> Sighting:
    """Return what is in `raw`, with `times` cut out if nothing but the record's time shows them."""
    text = raw[: record.LONGEST].decode("utf-8", errors="replace").rstrip("\r\n")
    line = record.parse(text)
    matches: list[tuple[str, dict[str, str]]] = []
    for signature in wanted:
        if group is not LogGroup.UNKNOWN and group not in signature.groups:
            continue
        values = signature.match(line)
        if values is None:
            continue
        for name in NAMING:
            if name in line.fields and name not in values:
                values[name] = _bare(name, line.fields[name])[:SHOWN]
        matches.append((signature.key, values))
    if times and not _alone(line, times):
        times = ()
    if not matches:
        return Sighting(Body((), ("",) * (len(times) + 1), line.time), times)
    # Redacted as a whole: what is cut off may be what tells that the rest is secret.
    cleaned = redact(text)
    found = tuple(
        (key, tuple(sorted(redact_captured(text, cleaned, values).items())))
        for key, values in matches
    )
    parts = _cut(cleaned, times)
    if parts is None:
        return Sighting(Body(found, (cleaned[:SHOWN],), line.time), ())
    return Sighting(Body(found, parts, line.time), times)


def _alone(line: record.Record, times: tuple[str, ...]) -> bool:
    """Return whether only the record's time shows `times`, of which it is the last."""
    return line.time == times[-1] and not any(
        time in value for name, value in line.fields.items() if name != "time" for time in times
    )


def _cut(text: str, times: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return `text` in parts around `times`; None: they do not stand there once each, in order."""
    parts: list[str] = []
    for time in times:
        before, found, text = text.partition(time)
        if not found or time in text:
            return None
        parts.append(before[:SHOWN])
    return (*parts, text[:SHOWN])


def _bare(name: str, value: str) -> str:
    """Return a backup's or restore's name without its namespace (`backup=openshift-adp/daily`)."""
    return value.rsplit("/", 1)[-1] if name in {"backup", "restore"} else value
