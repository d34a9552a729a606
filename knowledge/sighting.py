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
from knowledge.snapshot import LogGroup, LogHit

NAMING: Final = (
    *("backup", "restore", "name", "resource", "controller", "pluginName"),
    # Each of Velero's controllers writes them its own way.
    *("dataupload", "Dataupload", "datadownload", "DataDownload", "pvb", "PVB", "pvr", "PVR"),
    *("backupRepo", "repo name", "owner"),
    *("backup-storage-location", "backupLocation"),
)
"""Fields of a record that are kept with a hit, since they name what it is about."""
_REQUESTS: Final = ("backuprequest", "key")
"""How the backup controller, old and new, calls a backup that failed as a whole."""
_QUALIFIED: Final = frozenset(NAMING) - {"name", "resource", "controller", "pluginName"}
"""Those that may come with a namespace before the name."""
_REMEMBERED: Final = 4 << 20
"""Bytes of lines that are remembered: some ten thousand of them."""
_LONGEST: Final = 4_096
"""Bytes of a line that is remembered."""
_TIMES: Final = frozenset({"time", "ts"})
_STAMP: Final = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,24}(?:Z|[+-][0-9]{2}:[0-9]{2})"
_HEAD: Final = re.compile(rb"(?:\[[^\]\s]{1,300}\] )?(?:(?P<stamp>" + _STAMP + rb") )?")
_TIME: Final = re.compile(rb'time"?[=:]"(?P<time>' + _STAMP + rb')"')

_OF_GROUP: Final = {each: each.value.encode() for each in LogGroup}

Fields = tuple[tuple[str, str], ...]
"""Names and values, by name."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a line says, whenever it was written."""

    found: tuple[tuple[str, Fields], ...]
    """Key and fields of each signature that matched."""
    time: str | None
    """The record's time; None: the last of the times that were cut out."""


@dataclass(slots=True)
class Sighting:
    """One line in which something was found. What it holds is for `hit` only: it has secrets."""

    # Not frozen: of a flood one is made for every line, and that would take four times as long.

    body: Body
    time: str
    """The record's time; empty when it has none."""
    raw: bytes
    clean: str | None = None
    """The line and its fields are redacted already, and this is the line."""

    def hit(self, log: str, group: LogGroup, line: int, fields: Fields) -> LogHit:
        """Return it as a hit with `fields`, without the secrets in it."""
        if self.clean is not None:
            return LogHit(log, group, line, self.time, self.clean, dict(fields))
        text = decoded(self.raw)
        # Redacted as a whole: what is cut off may be what tells that the rest is secret.
        cleaned = redact(text)
        kept = redact_captured(text, cleaned, dict(fields))
        return LogHit(log, group, line, self.time, cleaned[:SHOWN], kept)


_NOTHING: Final = Sighting(Body((), None), "", b"")
"""Of a line in which nothing was found, whatever its time."""


def _without_times(raw: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """Return `raw` with newlines in place of when it was written, and where that stood."""
    # Nearly every line that is judged comes through here: what logrus writes itself goes first.
    if raw.startswith((b"time=", b"{")):
        time = _TIME.search(raw)
        if time is None:
            return raw, []
        start, stop = time.span("time")
        return raw[:start] + b"\n" + raw[stop:], [(start, stop)]
    head = _HEAD.match(raw)
    time = _TIME.search(raw, head.end() if head else 0)
    cuts = [
        match.span(name)
        for match, name in ((head, "stamp"), (time, "time"))
        if match is not None and match[name] is not None
    ]
    parts: list[bytes] = []
    at = 0
    for start, stop in cuts:
        parts.append(raw[at:start])
        at = stop
    return b"\n".join([*parts, raw[at:]]), cuts


class Sightings:
    """Judges lines. Safe to use from several threads."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        # Whoever looks for a time sees each line for himself.
        self._remembers = not any(_TIMES & {*each.among, *each.others} for each in signatures)
        self._known: dict[bytes, Body] = {}
        """By what a line says, and the group of its log."""
        self._bytes = 0

    def of(self, raw: bytes, wanted: Iterable[Signature], group: LogGroup) -> Sighting:
        """Return what of `wanted` is in `raw`, a line of a log of `group`."""
        if not self._remembers or len(raw) > _LONGEST:
            sighting = _read(raw, wanted, group, ())
            return sighting if sighting.body.found else _NOTHING
        said, cuts = _without_times(raw)
        key = said + b"\n" + _OF_GROUP[group]
        body = self._known.get(key)
        if body is None:
            times = tuple(raw[start:stop].decode() for start, stop in cuts)
            sighting = _read(raw, wanted, group, times)
            if not times or sighting.body.time is None:
                # What is known of a line takes more than the line, of a short one most.
                self._bytes += len(raw) + 200
                if self._bytes > _REMEMBERED:
                    self._known.clear()
                    self._bytes = len(raw) + 200
                self._known[key] = sighting.body
            return sighting if sighting.body.found else _NOTHING
        if not body.found:
            return _NOTHING
        if body.time is not None:
            return Sighting(body, body.time, raw)
        start, stop = cuts[-1]
        return Sighting(body, raw[start:stop].decode(), raw)


def _read(
    raw: bytes, wanted: Iterable[Signature], group: LogGroup, times: tuple[str, ...]
) -> Sighting:
    """Return what is in `raw`; its time is None if nothing else in it shows `times`."""
    text = decoded(raw)
    line = record.parse(text)
    found: list[tuple[str, dict[str, str]]] = []
    for signature in wanted:
        if group is not LogGroup.UNKNOWN and group not in signature.groups:
            continue
        values = signature.match(line)
        if values is None:
            continue
        for name in NAMING:
            if name in line.fields and name not in values:
                values[name] = _bare(name, line.fields[name])[:SHOWN]
        if "backup" not in values and line.fields.get("controller") == "backup":
            for name in _REQUESTS:
                if name in line.fields:
                    values["backup"] = _bare("backup", line.fields[name])[:SHOWN]
                    break
        found.append((signature.key, values))
    clean = None
    if found and len(raw) > _LONGEST:
        # Many of these would need much memory.
        cleaned = redact(text)
        found = [(key, redact_captured(text, cleaned, values)) for key, values in found]
        raw, clean = b"", cleaned[:SHOWN]
    fields = tuple((key, tuple(sorted(values.items()))) for key, values in found)
    time = None if _alone(line, times) else line.time
    return Sighting(Body(fields, time), line.time, raw, clean)


def _alone(line: record.Record, times: tuple[str, ...]) -> bool:
    """Return whether `times`, of which the last is the record's, show nowhere else."""
    return (
        bool(times)
        and line.time == times[-1]
        and not any(
            time in value for name, value in line.fields.items() if name != "time" for time in times
        )
    )


def decoded(raw: bytes) -> str:
    """Return what of the line `raw` is looked at, as text."""
    return raw[: record.LONGEST].decode("utf-8", errors="replace").rstrip("\r\n")


def _bare(name: str, value: str) -> str:
    """Return an object's name without its namespace (`backup=openshift-adp/daily`)."""
    return value.rsplit("/", 1)[-1] if name in _QUALIFIED else value
