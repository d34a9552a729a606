"""All signatures over log bytes, in one pass: chunks in, bounded hits with exact counts out.

A prefilter finds lines that hold a literal which some signature requires; only those are parsed
into records and tried against the signatures whose literal they hold.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import re2

from knowledge import literals, pattern, record, wrapped
from knowledge.redact import redact, redact_captured
from knowledge.snapshot import LogGroup, LogHit, LogRead, SignatureHits

_KEPT: Final = 2
"""Hits kept of each distinct set of fields in one log: the newest."""
_DISTINCT: Final = 200
"""Distinct sets of fields kept of a signature in one log."""
_SHOWN: Final = 2_000
"""Characters of a hit's text and of each of its fields."""
_BUFFER: Final = 1 << 20
"""Bytes of an unfinished line that are kept; the rest of such a line is passed over."""
NAMING: Final = ("backup", "restore", "name", "resource", "controller", "pluginName")
"""Fields of a record that are kept with a hit, since they name what it is about."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a `log` fact looks for."""

    key: str
    """`issue/fact`."""
    groups: frozenset[LogGroup]
    patterns: tuple[str, ...]
    """Regular expressions; one of them must be found in one of the fields in `among`."""
    among: tuple[str, ...] = ("msg", "error")
    levels: frozenset[str] = frozenset()
    """Empty: any level."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Field -> regular expression that must be found in it too."""

    def match(self, line: record.Record) -> dict[str, str] | None:
        """Return the named groups if `line` fits, else None."""
        if self.levels and line.level and line.level not in self.levels:
            return None
        found: dict[str, str] = {}
        for name, source in self.others.items():
            match = pattern.compiled(source).search(line.fields.get(name, ""))
            if match is None:
                return None
            found.update(_named(match))
        for source in self.patterns:
            expression = pattern.compiled(source)
            for name in self.among:
                match = expression.search(line.fields.get(name, ""))
                if match is not None:
                    found.update(_named(match))
                    return found
        return None


def _named(match: pattern.Match) -> dict[str, str]:
    return {name: value[:_SHOWN] for name, value in match.groupdict().items() if value is not None}


class _Prefilter:
    """Finds the lines in which some signature may match."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._required: list[tuple[Signature, tuple[bytes, ...]]] = []
        texts: set[str] = set()
        self.everything = False
        for signature in signatures:
            needed: set[str] = set()
            for source in signature.patterns:
                alternatives = literals.required(source)
                if not alternatives:
                    needed = set()
                    break
                needed |= alternatives
            self.everything = self.everything or not needed
            texts |= needed
            self._required.append((signature, tuple(text.encode() for text in sorted(needed))))
        source = "|".join(re.escape(text) for text in sorted(texts)) or r"[^\x00-\xff]"
        options = re2.Options()
        options.max_mem = 64 << 20
        options.log_errors = False
        options.encoding = re2.Options.Encoding.LATIN1
        self._any = cast("Any", re2.compile(source.encode(), options))

    def search(self, data: bytes, at: int) -> int:
        """Return where in `data` from `at` a literal stands, or -1."""
        match = self._any.search(data, at)
        return -1 if match is None else cast("int", match.start())

    def candidates(self, line: bytes) -> list[Signature]:
        """Return the signatures that may match `line`."""
        return [
            signature
            for signature, needed in self._required
            if not needed or any(text in line for text in needed)
        ]


@dataclass(slots=True)
class _Hits:
    """The hits of one signature in one log."""

    count: int = 0
    kept: dict[frozenset[str], dict[tuple[tuple[str, str], ...], deque[LogHit]]] = field(
        default_factory=dict
    )
    """By the names of the fields, then by the fields: a flood of one sort leaves the others."""

    def add(self, hit: LogHit) -> None:
        self.count += 1
        same = self.kept.setdefault(frozenset(hit.fields), {})
        key = tuple(sorted(hit.fields.items()))
        known = same.pop(key, None)
        if known is None:
            if sum(map(len, self.kept.values())) >= _DISTINCT:
                largest = max(self.kept.values(), key=len)
                largest.pop(next(iter(largest)))
            known = deque(maxlen=_KEPT)
        known.append(hit)
        same[key] = known

    def newest(self) -> Iterator[LogHit]:
        """Yield the hits that were kept."""
        for same in self.kept.values():
            for queue in same.values():
                yield from queue


class LogReader:
    """Reads one log; made by `Collector.open`."""

    def __init__(self, collector: Collector, log: str, group: LogGroup) -> None:
        self.log = log
        self.group = group
        self.lines = 0
        self.hits: dict[str, _Hits] = {}
        self._collector = collector
        self._rest = b""
        self._passing_over = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the log, cut anywhere."""
        data = self._rest + chunk
        end = data.rfind(b"\n") + 1
        if self.group is LogGroup.UNKNOWN:
            # The lines that a broken one consists of must come together.
            end = wrapped.complete(data, end)
        self._rest = data[end:]
        if end:
            self._lines(data[:end])
        if len(self._rest) > _BUFFER:
            # The beginning of a giant line is enough to judge it.
            if not self._passing_over:
                self._try(self._rest[: record.LONGEST], self.lines + 1)
            self._passing_over = True
            self._rest = b""

    def close(self) -> None:
        """Take what is left as the last line."""
        if self._rest:
            self._lines(self._rest if self._rest.endswith(b"\n") else self._rest + b"\n")
            self._rest = b""

    def _lines(self, data: bytes) -> None:
        if self._passing_over:
            end = data.find(b"\n") + 1
            data, self._passing_over = data[end:], False
            self.lines += 1
        if self.group is not LogGroup.UNKNOWN:
            self._whole_lines(data)
            return
        # Text that somebody pasted; a log that was read from where it was written is whole.
        for part in wrapped.parts(data):
            if part.broken:
                first = self.lines + 1
                whole = max(part.joined(), key=lambda line: len(self._found(line, 0)))
                self._try(whole, first)
                seen = frozenset(key for key, _ in self._found(whole, first))
                # Prose after it has no record of its own to be a part of.
                for number, line in enumerate(part.data.split(b"\n")[:-1], first):
                    self._try(line, number, without=seen)
                self.lines += part.data.count(b"\n")
            else:
                self._whole_lines(part.data)

    def _whole_lines(self, data: bytes) -> None:
        first = self.lines + 1
        if self._collector.prefilter.everything:
            for number, line in enumerate(data.split(b"\n")[:-1], first):
                self._try(line, number)
        else:
            at = counted = 0
            number = first
            while (found := self._collector.prefilter.search(data, at)) >= 0:
                start = data.rfind(b"\n", 0, found) + 1
                end = data.find(b"\n", found)
                number += data.count(b"\n", counted, start)
                counted = start
                self._try(data[start:end], number)
                at = end + 1
        self.lines += data.count(b"\n")

    def _try(self, raw: bytes, number: int, without: frozenset[str] = frozenset()) -> None:
        """Note what the signatures but those in `without` find in one line."""
        for key, hit in self._found(raw, number):
            if key not in without:
                with self._collector.lock:
                    self.hits.setdefault(key, _Hits()).add(hit)

    def _found(self, raw: bytes, number: int) -> list[tuple[str, LogHit]]:
        """Return the hits of all signatures in one line."""
        candidates = self._collector.prefilter.candidates(raw)
        if not candidates:
            return []
        hits: list[tuple[str, LogHit]] = []
        text = raw[: record.LONGEST].decode("utf-8", errors="replace").rstrip("\r\n")
        line = record.parse(text)
        # Redacted as a whole: what is cut off may be what tells that the rest is secret.
        cleaned = redact(text)
        for signature in candidates:
            if self.group is not LogGroup.UNKNOWN and self.group not in signature.groups:
                continue
            found = signature.match(line)
            if found is None:
                continue
            for name in NAMING:
                if name in line.fields and name not in found:
                    found[name] = _bare(name, line.fields[name])[:_SHOWN]
            hit = LogHit(
                self.log,
                self.group,
                number,
                line.time,
                cleaned[:_SHOWN],
                redact_captured(text, cleaned, found),
            )
            hits.append((signature.key, hit))
        return hits


def _bare(name: str, value: str) -> str:
    """Return a backup's or restore's name without its namespace (`backup=openshift-adp/daily`)."""
    return value.rsplit("/", 1)[-1] if name in {"backup", "restore"} else value


class Collector:
    """The hits of all logs of a source. Safe to use from several threads, one for each log."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self.prefilter = _Prefilter(tuple(signatures))
        self.lock = threading.Lock()
        self._readers: dict[str, LogReader] = {}

    def open(self, log: str, group: LogGroup) -> LogReader:
        """Return a reader for `log`; what was read under the same name before is dropped."""
        reader = LogReader(self, log, group)
        with self.lock:
            self._readers[log] = reader
        return reader

    def forget(self, log: str) -> None:
        """Drop `log` and its hits: it does not exist any more."""
        with self.lock:
            self._readers.pop(log, None)

    def logs(self) -> tuple[LogRead, ...]:
        """Return what was read so far."""
        with self.lock:
            return tuple(
                LogRead(each.log, each.group, each.lines) for each in self._readers.values()
            )

    def hits(self) -> dict[str, SignatureHits]:
        """Return all hits by signature key."""
        counts: dict[str, int] = {}
        kept: dict[str, list[LogHit]] = {}
        with self.lock:
            for reader in self._readers.values():
                for key, hits in reader.hits.items():
                    counts[key] = counts.get(key, 0) + hits.count
                    kept.setdefault(key, []).extend(hits.newest())
        return {
            key: SignatureHits(
                count, tuple(sorted(kept[key], key=lambda hit: (hit.time, hit.log, hit.line)))
            )
            for key, count in counts.items()
        }
