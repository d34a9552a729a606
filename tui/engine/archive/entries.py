"""The files of a folder or archive, one after the other, archives within archives included.

Nothing is written; links are not followed out of the tree; names that lead out of it are ignored.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from knowledge.text import Text
from tui.engine.archive import tar
from tui.engine.archive.limits import Budget
from tui.engine.archive.streams import CHUNK, Damaged, Stream, decompressed, maker

_NESTED: Final = re.compile(r"\.(?:zip|tar|tgz|tbz2|txz|tar\.(?:gz|xz|bz2))$")
_COMPRESSED: Final = re.compile(r"\.(?:gz|xz|bz2)$")
_LONGEST_PATH: Final = 4096
_NAMES: Final = 10_000
"""Names of damaged and refused files that are kept."""


@dataclass(slots=True)
class Entry:
    """One file; its content must be taken before the next one is asked for."""

    parts: tuple[str, ...]
    """Its path from the root of the must-gather; never with `..`."""
    modified: float
    """Seconds since 1970."""
    content: Iterator[bytes]
    """Raises `Damaged` where it breaks off."""
    depth: int = 0
    """How many archives lie around it within the must-gather."""
    file: int | None = None
    """The handle, while its content is asked for, of a file on disk that is not compressed."""

    @property
    def path(self) -> str:
        """Return the path as it is shown."""
        return "/".join(self.parts)


@dataclass(slots=True)
class Trouble:
    """What could not be read, counted; the first few by name."""

    damaged: list[str] = field(default_factory=list)
    """Archives and files that break off or are not what they say."""
    refused: list[str] = field(default_factory=list)
    """Files that may not be read."""
    outside: int = 0
    """Names and links that lead out of the must-gather."""
    links: int = 0
    nested: int = 0
    """Archives too deep within others."""
    logs: int = 0
    """Logs that were not read, since there are so many."""
    enough: Text | None = None
    """The limit that ended the reading."""

    def damage(self, name: str) -> None:
        """Note a damaged file."""
        if len(self.damaged) < _NAMES:
            self.damaged.append(name)

    def refuse(self, name: str) -> None:
        """Note a file that may not be read."""
        if len(self.refused) < _NAMES:
            self.refused.append(name)


def files(
    path: Path, budget: Budget, trouble: Trouble, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Entry]:
    """Yield the files of `path`, a folder or an archive; `progress` hears of bytes as on disk.

    Raises:
        OSError: `path` itself cannot be opened.
        Damaged: `path` is a file, but no archive.
        Enough: a limit is reached.
    """
    if path.is_dir():
        os.scandir(path).close()
        yield from _folder(path, budget, trouble, progress)
        return
    if zipfile.is_zipfile(path):
        yield from _zip(path, (), path.name, budget, trouble, 0)
        return
    with path.open("rb") as file:
        chunks = _counted(_pieces(file), progress)
        yield from _archive(chunks, (), path.name, budget, trouble, 0)


def size_of(path: Path, budget: Budget) -> int:
    """Return how many bytes `path` has on disk, roughly; quick.

    Raises:
        Stopped: the source was told to stop.
    """
    if not path.is_dir():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        budget.check()
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _counted(chunks: Iterator[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        progress(len(chunk))
        yield chunk


def _folder(
    root: Path, budget: Budget, trouble: Trouble, progress: Callable[[int], None]
) -> Iterator[Entry]:
    real = os.path.realpath(root)

    def note(error: OSError) -> None:
        trouble.refuse(os.path.relpath(str(error.filename), root))

    for folder, subfolders, names in os.walk(root, onerror=note):
        subfolders.sort()
        for name in sorted(names):
            where = os.path.join(folder, name)
            shown = os.path.relpath(where, root)
            if os.path.islink(where):
                trouble.links += 1
                target = os.path.realpath(where)
                if os.path.commonpath((real, target)) != real:
                    trouble.outside += 1
                    continue
            if not os.path.isfile(where):
                continue  # sockets, pipes: reading one might never end
            budget.enter()
            try:
                with open(where, "rb") as file:
                    status = os.fstat(file.fileno())
                    chunks = _spent(_pieces(file), budget)
                    parts = tuple(shown.encode(errors="replace").decode().split(os.sep))
                    if name.endswith(".zip"):
                        yield from _zip(file, parts[:-1], name, budget, trouble, 1)
                        continue
                    entry = Entry(parts, status.st_mtime, chunks, file=file.fileno())
                    yield from _file(entry, budget, trouble, 0)
                    progress(status.st_size)
            except OSError:
                trouble.refuse(shown)


def _spent(chunks: Iterator[bytes], budget: Budget) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            budget.spend(len(chunk))
            yield chunk
    except OSError as error:
        raise Damaged(str(error)) from None


def _zip(
    file: Path | BinaryIO,
    above: tuple[str, ...],
    name: str,
    budget: Budget,
    trouble: Trouble,
    depth: int,
) -> Iterator[Entry]:
    """Yield the files of a zip; `above` is where it lies itself."""
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                budget.enter()
                if info.is_dir() or (parts := _safe(info.filename, trouble)) is None:
                    continue
                if (info.external_attr >> 16) & 0o170000 == 0o120000:
                    trouble.links += 1
                    continue
                content = _unzipped(archive, info, budget)
                entry = Entry((*above, *parts), 0.0, content, depth)
                yield from _file(entry, budget, trouble, depth)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        trouble.damage("/".join((*above, name)))


def _zip_within(entry: Entry, budget: Budget, trouble: Trouble, depth: int) -> Iterator[Entry]:
    """Yield the files of a zip in an archive: it tells at its end what it holds, so it is kept.

    Raises:
        Damaged: it breaks off, or is too large for that.
    """
    buffer = io.BytesIO()
    for chunk in entry.content:
        if buffer.tell() + len(chunk) > budget.limits.zip:
            raise Damaged("it is too large")
        buffer.write(chunk)
    yield from _zip(buffer, entry.parts[:-1], entry.parts[-1], budget, trouble, depth + 1)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    size = 0
    try:
        with archive.open(info) as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                budget.grown(info.compress_size, size)
                budget.spend(len(chunk))
                yield chunk
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Damaged(str(error)) from None


def _archive(
    chunks: Iterator[bytes],
    above: tuple[str, ...],
    name: str,
    budget: Budget,
    trouble: Trouble,
    depth: int,
) -> Iterator[Entry]:
    """Yield the files of a tar, compressed or not; `above` is where it lies itself.

    Raises:
        Damaged: it is no archive.
        Enough: a limit is reached.
    """
    stream = Stream(chunks)
    beginning = stream.take(tar.BLOCK)
    chunks = _joined(beginning, stream.rest())
    if (make := maker(beginning)) is not None:
        stream = Stream(decompressed(chunks, make, budget))
        try:
            beginning = stream.take(tar.BLOCK)
        except Damaged:
            beginning = b""
        chunks = _joined(beginning, stream.rest())
    if not tar.is_tar(beginning):
        raise Damaged("it is no archive")
    passed = tar.Passed()
    try:
        for member in tar.members(Stream(chunks), budget, passed):
            parts = _safe(member.name, trouble)
            if parts is not None:
                entry = Entry((*above, *parts), member.modified, member.content, depth)
                yield from _file(entry, budget, trouble, depth)
    except Damaged:
        trouble.damage("/".join((*above, name)))
    else:
        if passed.damage:
            trouble.damage("/".join((*above, name)))
    trouble.links += passed.links


def _joined(beginning: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if beginning:
        yield beginning
    yield from rest


def _file(entry: Entry, budget: Budget, trouble: Trouble, depth: int) -> Iterator[Entry]:
    """Yield `entry`, or what is in it where it is an archive itself."""
    name = entry.parts[-1]
    if _NESTED.search(name):
        if depth >= budget.limits.depth:
            trouble.nested += 1
            return
        try:
            if name.endswith(".zip"):
                yield from _zip_within(entry, budget, trouble, depth)
                return
            yield from _archive(entry.content, entry.parts[:-1], name, budget, trouble, depth + 1)
        except Damaged:
            trouble.damage(entry.path)
        return
    if (suffix := _COMPRESSED.search(name)) is not None:
        stream = Stream(entry.content)
        beginning = stream.take(16)
        make = maker(beginning)
        chunks = _joined(beginning, stream.rest())
        entry.file = None
        if make is not None:
            entry.parts = (*entry.parts[:-1], name[: suffix.start()])
            chunks = _spent(decompressed(chunks, make, budget), budget)
        entry.content = chunks
    yield entry


def _safe(name: str, trouble: Trouble) -> tuple[str, ...] | None:
    """Return the parts of a member's name; None if it leads out of the tree, or is none."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or re.match(r"[A-Za-z]:/", plain) or len(name) > _LONGEST_PATH:
        trouble.outside += 1
        return None
    parts = tuple(part for part in plain.split("/") if part not in {"", "."})
    if ".." in parts:
        trouble.outside += 1
        return None
    return parts or None
