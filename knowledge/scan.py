"""All signatures over log bytes, in one pass: chunks in, bounded hits with exact counts out.

A prefilter finds lines that hold a literal which some signature requires; only those are parsed
into records and tried against the signatures whose literal they hold. The bytes are cut into
blocks of whole lines; blocks may be searched by several threads, and are taken in their order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from knowledge import literal_engine, record, wrapped
from knowledge.following import Following, Head
from knowledge.hits import Hits
from knowledge.newlines import newlines
from knowledge.prefilter import Build, Prefilter, Sifted
from knowledge.sighting import NAMING, Fields, Sighting, Sightings
from knowledge.signature import Signature
from knowledge.snapshot import LogGroup, LogHit, LogRead, SignatureHits

__all__ = ["BLOCK", "NAMING", "Collector", "LogReader", "Searched", "Signature"]

NO_FIELDS: Final[Mapping[str, str]] = MappingProxyType({})
BLOCK: Final = 512 << 10
"""Bytes of a block of a log of unknown origin, and what is best read at once of any: what fits
into the processor's cache together with the engine."""
_BUFFER: Final = 1 << 20
"""Bytes of an unfinished line that are kept; the rest of such a line is passed over."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A block of whole lines, and what is worth a look in it."""

    data: bytes
    sifted: Sifted
    parts: tuple[wrapped.Part, ...] = ()
    """The same in parts, if some of its records are broken into lines."""


class LogReader:
    """Reads one log; made by `Collector.open`.

    `feed` and `close` do all there is to do. Who has several threads calls `cut` and `rest` for
    blocks, `search` for each of them anywhere, and `take` in the order of the blocks.
    """

    def __init__(
        self, collector: Collector, log: str, group: LogGroup, about: Mapping[str, str], time: str
    ) -> None:
        self.log = log
        self.group = group
        self.lines = 0
        self.hits: dict[str, Hits] = {}
        self._collector = collector
        self._about = dict(about)
        self._time = time
        self._following = Following(self._note_head)
        self._heads: list[Head] = []
        """Lines of the block at hand whose signatures look at the lines after them too."""
        self._rest = b""
        self._passing_over = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the log, cut anywhere."""
        for block in self.cut(chunk):
            self.take(self.search(block))

    def close(self) -> None:
        """Take what is left as the last line."""
        for block in self.rest():
            self.take(self.search(block))

    def cut(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the blocks of whole lines that are complete with the next bytes of the log."""
        data, self._rest = self._rest + chunk, b""
        at = 0
        while True:
            if self._passing_over:
                at = data.find(b"\n", at) + 1
                if not at:
                    return
                self._passing_over = False
            end = self._end(data, at)
            if end > at:
                yield data[at:end]
                at = end
            elif len(data) - at > _BUFFER:
                # The beginning of a giant line is enough to judge it.
                yield data[at : at + record.LONGEST] + b"\n"
                self._passing_over = True
            else:
                self._rest = data[at:]
                return

    def _end(self, data: bytes, at: int) -> int:
        """Return where the block at `at` ends; `at`: not in `data`, or its line is a giant.

        Of a log of unknown origin, the lines of a broken one stand together, and the end depends
        on the text alone, not on how much of it was read at once.
        """
        if self.group is not LogGroup.UNKNOWN:
            return max(data.rfind(b"\n", at) + 1, at)
        if len(data) - at < BLOCK:
            return at
        window = data[at : at + BLOCK]
        if newline := window.rfind(b"\n") + 1:
            return at + (wrapped.complete(window, newline) or newline)
        return max(data.find(b"\n", at + BLOCK, at + _BUFFER) + 1, at)

    def end_of(self, tail: bytes) -> int:
        """Return where the lines of a block end whose last bytes are `tail`; 0: not known.

        The block is the next `BLOCK` bytes of the log. It is the end that `cut` would find, for who
        can read anywhere in a log, in several threads.
        """
        end = tail.rfind(b"\n") + 1
        return end if self.group is not LogGroup.UNKNOWN else wrapped.complete(tail, end)

    def give_back(self) -> int | None:
        """Return how many bytes wait for the end of a block, and forget them; None: it can't."""
        if self._passing_over:
            return None
        count, self._rest = len(self._rest), b""
        return count

    def rest(self) -> Iterator[bytes]:
        """Yield what is left, as whole lines: the log has ended."""
        block, self._rest = self._rest, b""
        if block:
            yield block if block.endswith(b"\n") else block + b"\n"

    def search(self, block: bytes) -> Searched:
        """Return what is worth a look in `block`. Safe to call from several threads."""
        sifted = self._collector.prefilter.sift(block)
        if self.group is LogGroup.UNKNOWN and sifted.broken:
            # Text that somebody pasted; a log that was read from where it was written is whole.
            parts = tuple(wrapped.parts(block))
            if any(part.broken for part in parts):
                return Searched(block, sifted, parts)
        return Searched(block, sifted)

    def take(self, searched: Searched) -> None:
        """Judge the lines of a block that are worth it, and note what is found in them."""
        first = self.lines + 1
        if not searched.parts:
            self._whole_lines(searched.data, searched.sifted, 0)
        at = 0
        for part in searched.parts:
            if part.broken:
                self._broken_line(part, at)
            else:
                self._whole_lines(part.data, self._collector.prefilter.sift(part.data), at)
            at += len(part.data)
        self._following.take(searched.data, first, self._heads)
        self._heads = []

    def _broken_line(self, part: wrapped.Part, at: int) -> None:
        first = self.lines + 1
        whole = max(
            ((self._judged(each), each) for each in part.joined()),
            key=lambda each: len(each[0].body.found),
        )
        lines = part.data.split(b"\n")[:-1]
        self._note(*whole, first, at + len(lines[0]) + 1)
        seen = frozenset(key for key, _ in whole[0].body.found)
        # Prose after it has no record of its own to be a part of.
        for number, line in enumerate(lines, first):
            at += len(line) + 1
            self._note(self._judged(line), line, number, at, without=seen)
        self.lines += len(lines)

    def _whole_lines(self, data: bytes, sifted: Sifted, at: int) -> None:
        """Note what is in the lines `data`, which stand at `at` in their block."""
        number = self.lines + 1
        counted = 0
        sightings = self._collector.sightings
        for start, end, signatures in sifted.candidates:
            raw = data[start:end]
            sighting = sightings.of(raw, signatures, self.group)
            # Most lines that are worth a look are no hits: theirs is the number nobody needs.
            if sighting.body.found:
                number += newlines(data, counted, start)
                counted = start
                self._note(sighting, raw, number, at + end + 1)
        self.lines += sifted.lines

    def _judged(self, raw: bytes) -> Sighting:
        wanted = self._collector.prefilter.wanted(raw)
        return self._collector.sightings.of(raw, wanted, self.group)

    def _note(
        self,
        sighting: Sighting,
        raw: bytes,
        number: int,
        after: int,
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Note the hits of all signatures but those in `without` in the line `raw`.

        The next line begins at `after` in the block.
        """
        if not sighting.body.found:
            return
        if self._time and not sighting.time:
            sighting = replace(sighting, time=self._time)
        with self._collector.lock:
            for key, found in sighting.body.found:
                fields = found
                if key in without:
                    continue
                if self._about:
                    fields = tuple(sorted({**self._about, **dict(fields)}.items()))
                if (signature := self._collector.with_more.get(key)) is not None:
                    self._heads.append(Head(number, after, raw, signature, fields, sighting))
                else:
                    self.hits.setdefault(key, Hits()).add(number, fields, sighting)

    def _note_head(self, head: Head, fields: Fields) -> None:
        with self._collector.lock:
            hits = self.hits.setdefault(head.signature.key, Hits())
            hits.add(head.number, fields, head.sighting)


class Collector:
    """The hits of all logs of a source. Safe to use from several threads, one for each log."""

    def __init__(
        self, signatures: Iterable[Signature] | Prefilter, engine: Build = literal_engine.best
    ) -> None:
        self.prefilter = (
            signatures
            if isinstance(signatures, Prefilter)
            else Prefilter(tuple(signatures), engine)
        )
        self.sightings = Sightings(self.prefilter.signatures)
        self.with_more = {each.key: each for each in self.prefilter.signatures if each.then}
        """By key: signatures over several lines."""
        self.lock = threading.Lock()
        self._readers: dict[str, LogReader] = {}

    def open(
        self, log: str, group: LogGroup, about: Mapping[str, str] = NO_FIELDS, time: str = ""
    ) -> LogReader:
        """Return a reader for `log`; what was read under the same name before is dropped.

        Args:
            log: its name in findings.
            group: which program writes it.
            about: fields that hold for each line which does not say otherwise.
            time: when lines were written that do not say it.
        """
        reader = LogReader(self, log, group, about, time)
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

    def ends(self) -> dict[str, tuple[LogHit, LogHit]]:
        """Return the first and the last hit by signature key: by time, then log and line.

        Lines of one log count as written in their order, whatever their times say.
        """
        every: dict[str, list[LogHit]] = {}
        with self.lock:
            for reader in self._readers.values():
                for key, hits in reader.hits.items():
                    every.setdefault(key, []).extend(hits.ends(reader.log, reader.group))
        return {
            key: (min(ends, key=_moment), max(ends, key=_moment)) for key, ends in every.items()
        }

    def hits(self) -> dict[str, SignatureHits]:
        """Return all hits by signature key."""
        counts: dict[str, int] = {}
        kept: dict[str, list[LogHit]] = {}
        with self.lock:
            for reader in self._readers.values():
                for key, hits in reader.hits.items():
                    counts[key] = counts.get(key, 0) + hits.count
                    kept.setdefault(key, []).extend(hits.newest(reader.log, reader.group))
        return {
            key: SignatureHits(count, tuple(sorted(kept[key], key=_moment)))
            for key, count in counts.items()
        }


def _moment(hit: LogHit) -> tuple[str, str, int]:
    return hit.time, hit.log, hit.line
