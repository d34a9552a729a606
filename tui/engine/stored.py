"""Logs and results that Velero keeps in the storage location: what can be asked for, and what came.

Both are gzip in the bucket. Results are JSON there; here each error and warning is made a line of
a log, so that signatures and people read them like one.
"""

from __future__ import annotations

import asyncio
import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from knowledge.redact import Redactor
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup
from knowledge.text import Text
from tui.engine.answer_json import anything, mapping
from tui.engine.request import Stopped

LARGEST: Final = 1 << 30
"""Bytes of one log, unpacked, that are read."""
LARGEST_PACKED: Final = 64 << 20
"""Bytes of one log, as it is stored, that are fetched."""
_LARGEST_RESULTS: Final = 64 << 20
_KEPT: Final = 96 << 20
"""Bytes of all fetched logs, packed, that are kept to be looked at; the newest stay."""
_BLOCK: Final = 256 << 10
_LONGEST: Final = 1 << 20
"""Bytes of a line that are shown."""


class Stored(StrEnum):
    """What Velero stores of a backup or restore, by the names of DownloadRequests."""

    BACKUP_LOG = "BackupLog"
    BACKUP_RESULTS = "BackupResults"
    RESTORE_LOG = "RestoreLog"
    RESTORE_RESULTS = "RestoreResults"

    @property
    def group(self) -> LogGroup:
        """Return which program's lines they are."""
        return LogGroup.RESTORE if self.value.startswith("Restore") else LogGroup.BACKUP

    @property
    def results(self) -> bool:
        """Return whether it is the list of errors and warnings, not the log."""
        return self.value.endswith("Results")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One log, or one list of results."""

    what: Stored
    namespace: str
    name: str
    """Of the Backup or Restore."""
    time: str = ""
    """When the work ended, which is when its results were written."""
    failed: bool = False
    """It is what was said when it could not be had."""

    @property
    def log(self) -> str:
        """Return the log's name in findings."""
        results = " (results)" if self.what.results else ""
        return f"{self.what.group} {self.name}{results}{' (not fetched)' if self.failed else ''}"

    def attempt(self) -> Wanted:
        """Return the attempt to get it, as a log of its own."""
        return replace(self, failed=True)


class Unusable(Stopped):
    """What was asked for cannot be had, with the reason for people."""

    def __init__(self, message: Text, because: str = "") -> None:
        """Take the reason.

        Args:
            message: for people.
            because: for signatures, if one of the known issues may be behind it.
        """
        super().__init__(message)
        self.because = because


def attempted(wanted: Wanted, because: str, time: str = "") -> Fetched:
    """Return why something could not be had as a log of one line, for signatures and people."""
    message = f"oadp-doctor could not fetch {wanted.what}: {because}"
    failed = replace(wanted.attempt(), time=time)
    return Fetched(failed, _line("error", message, "", failed).encode())


@dataclass(frozen=True, slots=True)
class Fetched:
    """A log that was fetched; results are lines already."""

    wanted: Wanted
    data: bytes
    """As it is kept: gzip, or plain text."""
    cut: Text | None = None
    """Why it is not whole."""

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in blocks cut anywhere; a damaged end is left out."""
        left = LARGEST
        for block in unpacked(self.data):
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return

    def lines(self) -> Iterator[str]:
        """Yield the lines for people, without secrets."""
        redactor = Redactor()
        rest = b""
        for block in self.blocks():
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield from redactor.feed(_text(line))
            rest = rest[:_LONGEST]
        if rest:
            yield from redactor.feed(_text(rest))
        yield from redactor.close()


class Shelf:
    """Fetched logs by name, bounded; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, Fetched] = {}

    def put(self, fetched: Fetched) -> None:
        """Keep a log; the oldest ones go where there is no room."""
        with self._lock:
            self._logs.pop(fetched.wanted.log, None)
            self._logs[fetched.wanted.log] = fetched
            while len(self._logs) > 1 and self._size() > _KEPT:
                del self._logs[next(iter(self._logs))]

    def _size(self) -> int:
        return sum(len(each.data) for each in self._logs.values())

    def get(self, log: str) -> Fetched | None:
        """Return the log that findings call so, if it is kept."""
        with self._lock:
            return self._logs.get(log)


async def read_in(fetched: Fetched, collector: Collector) -> None:
    """Search a log for signatures; others of the event loop have their turns."""
    reader = collector.open(fetched.wanted.log, fetched.wanted.what.group)
    for block in fetched.blocks():
        reader.feed(block)
        await asyncio.sleep(0)
    reader.close()


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield the text of `data`, which is gzip or plain; stop quietly where it is damaged."""
    if not data.startswith(b"\x1f\x8b"):
        yield data
        return
    packed = data
    while packed:
        # 31: with the header and the checksum of gzip
        inflater = zlib.decompressobj(31)
        while not inflater.eof:
            try:
                part = inflater.decompress(packed, _BLOCK)
            except zlib.error:
                return
            if part:
                yield part
            elif not inflater.unconsumed_tail and not inflater.eof:
                return
            packed = inflater.unconsumed_tail
        # Several may follow each other.
        packed = inflater.unused_data


def results_as_lines(data: bytes, wanted: Wanted) -> bytes:
    """Return the results of a backup or restore as lines of a log, errors first.

    Raises:
        Unusable: it is not what Velero writes as results.
    """
    text = bytearray()
    for block in unpacked(data):
        text += block
        if len(text) > _LARGEST_RESULTS:
            break
    body = anything(bytes(text))
    if not isinstance(body, Mapping):
        raise Unusable(
            Text(
                en="What is stored as results is not JSON, or is cut off.",
                ja="結果として保存されている内容が JSON ではないか、途中で切れています。",
            )
        )
    lines = [
        _line(level, message, namespace, wanted)
        for level, part in (("error", "errors"), ("warning", "warnings"))
        for namespace, message in _messages(mapping(body.get(part)))
    ]
    return "".join(lines).encode()


def _messages(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield namespace (empty: none) and text of each message.

    Source: velero pkg/util/results/result.go (`velero`, `cluster`, `namespaces`).
    """
    for name in ("velero", "cluster"):
        yield from (("", each) for each in _texts(part.get(name)))
    for namespace, each in mapping(part.get("namespaces")).items():
        yield from ((str(namespace), text) for text in _texts(each))


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _line(level: str, message: str, namespace: str, wanted: Wanted) -> str:
    # Quoted as JSON, which Go's %q escapes are a superset of.
    parts = [f'time="{wanted.time}"'] if wanted.time else []
    parts += [f"level={level}", f"msg={json.dumps(message, ensure_ascii=False)}"]
    parts.append(f"{wanted.what.group}={wanted.namespace}/{wanted.name}")
    if namespace:
        parts.append(f"namespace={json.dumps(namespace, ensure_ascii=False)}")
    return " ".join(parts) + "\n"


def _text(line: bytes) -> str:
    return line[:_LONGEST].decode(errors="replace").rstrip("\r")
