"""The logs in a must-gather, at their places: found by headers alone, read where they lie."""

from __future__ import annotations

import contextlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final, cast

from tui.engine.archive import tar
from tui.engine.archive.layout import Content, Place
from tui.engine.archive.layout import place as place_of
from tui.engine.archive.limits import Budget
from tui.engine.archive.streams import Damaged, Stream
from tui.engine.archive.texts import results
from tui.engine.logs.packed import PackedText, is_packed
from tui.engine.logs.text import BytesText, FileText, LogText, PartText

_NESTED: Final = re.compile(r"\.(?:tar|tgz|tbz2|txz|tar\.(?:gz|xz|bz2))$")
_PACKED: Final = re.compile(r"\.(?:gz|xz|bz2)$")
_LOGS: Final = frozenset({Content.LOG, Content.DESCRIPTION, Content.RESULTS})
_LARGEST_RESULTS: Final = 64 << 20
_DEPTH: Final = 3
_LOCAL_HEADER: Final = 30
_MAGIC: Final = 16
"""Bytes that tell how something is packed."""

Found = tuple[str, Callable[[], LogText]]
"""A log's name, as findings have it, and what opens it."""
Report = Callable[[int], None]
"""Hears how many percent were looked through."""


def logs_of(root: Path, budget: Budget, report: Report) -> Iterator[Found]:
    """Yield the logs of a must-gather, one after the other.

    Raises:
        OSError: it cannot be opened.
        Damaged: it is no archive, or ends early.
        Enough: a limit is reached.
        Stopped: nobody wants it any more.
    """
    if root.is_dir():
        yield from _folder(root, budget)
    elif zipfile.is_zipfile(root):
        yield from _zip(root, budget)
    else:
        yield from _archive(FileText(str(root), follows=False), (), budget, report, 0)


def _folder(root: Path, budget: Budget) -> Iterator[Found]:
    real = os.path.realpath(root)
    for folder, subfolders, names in os.walk(root):
        subfolders.sort()
        for name in sorted(names):
            budget.check()
            where = os.path.join(folder, name)
            if not os.path.isfile(where):
                continue
            if os.path.commonpath((real, os.path.realpath(where))) != real:
                continue
            parts = tuple(os.path.relpath(where, root).split(os.sep))
            with contextlib.suppress(OSError):
                if _NESTED.search(name):
                    text = FileText(where, follows=False)
                    yield from _file(text, parts, budget, lambda _: None, 0)
                elif (place := _place(parts)) is not None:
                    yield place.log, partial(_open, where, place, budget)


def _open(path: str, where: Place, budget: Budget) -> LogText:
    """Open a file only when somebody looks at it: there may be more than can be open."""
    return _as_log(FileText(path, follows=False), where, budget)


def _as_log(text: LogText, where: Place, budget: Budget) -> LogText:
    """Return what lies at a place as a log: unpacked, results made lines."""
    if is_packed(_beginning(text)):
        text = PackedText(text, budget)
    if where.content is Content.RESULTS:
        while not text.ended and text.size < _LARGEST_RESULTS and text.grow():
            pass
        try:
            lines = b"".join(results(iter((text.read(0, _LARGEST_RESULTS),)), where))
        except Damaged:
            lines = b""
        return BytesText(where.log, lines, text.trouble)
    text.name = where.log
    return text


def _file(
    text: LogText, parts: tuple[str, ...], budget: Budget, report: Report, depth: int
) -> Iterator[Found]:
    """Yield a file if it is a log, or the logs in it if it is an archive."""
    name = parts[-1]
    if _NESTED.search(name):
        if depth < _DEPTH:
            try:
                yield from _archive(text, parts[:-1], budget, report, depth + 1)
            except Damaged:
                return
        return
    if (where := _place(parts)) is not None:
        yield where.log, partial(_as_log, text, where, budget)


def _beginning(text: LogText) -> bytes:
    while text.size < _MAGIC and not text.ended and text.grow():
        pass
    return text.read(0, _MAGIC)


def _place(parts: tuple[str, ...]) -> Place | None:
    """Return what log lies there; None: none does."""
    where = place_of((*parts[:-1], _PACKED.sub("", parts[-1])))
    return where if where.content in _LOGS else None


def _archive(
    text: LogText, above: tuple[str, ...], budget: Budget, report: Report, depth: int
) -> Iterator[Found]:
    if is_packed(_beginning(text)):
        text = PackedText(text, budget)
    stream = _Places(text, report)
    if not tar.is_tar(stream.peek(tar.BLOCK)):
        raise Damaged("it is no archive")
    for member in tar.members(stream, budget, tar.Passed()):
        parts = _safe(member.name)
        if parts is not None:
            part = PartText(text, stream.at, member.size)
            yield from _file(part, (*above, *parts), budget, report, depth)


def _safe(name: str) -> tuple[str, ...] | None:
    plain = name.replace("\\", "/")
    parts = tuple(part for part in plain.split("/") if part not in {"", "."})
    return None if plain.startswith("/") or ".." in parts else parts or None


class _Span:
    """So many bytes that nobody reads."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size


class _Places(Stream):
    """A tar whose headers are read and whose contents are passed over."""

    def __init__(self, text: LogText, report: Report) -> None:
        super().__init__(iter(()))
        self.at = 0
        self._text = text
        self._report = report

    def peek(self, size: int) -> bytes:
        """Return the next bytes without going on."""
        self._reach(self.at + size)
        return self._text.read(self.at, size)

    def take(self, size: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        found = self.peek(size)
        self.at += len(found)
        return found

    def pieces(self, size: int) -> Iterator[bytes]:
        """Pass over bytes, telling how many there were."""
        passed = self.skip(size)
        if passed:
            yield cast("bytes", _Span(passed))

    def skip(self, size: int) -> int:
        """Pass over bytes; return how many there were."""
        self._reach(self.at + size)
        passed = max(0, min(size, self._text.size - self.at))
        self.at += passed
        return passed

    def _reach(self, end: int) -> None:
        while self._text.size < end and not self._text.ended and self._text.grow():
            self._report(self._text.percent or 0)


def _zip(root: Path, budget: Budget) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(root) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise Damaged(str(error)) from None
    for entry in entries:
        budget.enter()
        parts = _safe(entry.filename)
        if parts is None or not (_place(parts) or _NESTED.search(parts[-1])):
            continue
        whole = FileText(str(root), follows=False)
        header = whole.read(entry.header_offset, _LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or entry.flag_bits & 1:
            whole.close()
            continue
        name_size, extra_size = struct.unpack("<HH", header[26:30])
        begin = entry.header_offset + _LOCAL_HEADER + name_size + extra_size
        text: LogText = PartText(whole, begin, entry.compress_size)
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            text = PackedText(text, budget, make=lambda: zlib.decompressobj(-15))
        elif entry.compress_type != zipfile.ZIP_STORED:
            whole.close()
            continue
        yield from _file(text, parts, budget, lambda _: None, 0)
