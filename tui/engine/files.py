"""Log files, folders of them and standard input as a source: read once; there are no objects."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from knowledge.prefilter import Prefilter
from knowledge.scan import BLOCK, Collector, Signature
from knowledge.snapshot import LogGroup, Snapshot, SourceInfo, SourceType
from knowledge.text import Text
from tui.engine.ahead import THREADS, Ahead, processors
from tui.engine.problem import Problem

STDIN: Final = "-"
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = 16 << 10
"""Bytes unpacked at once: so many are lost before a damaged place."""
_MOST_FILES: Final = 20_000
"""Files of a folder that are read."""
PARTLY: Final = "files"
"""What is not read, as the snapshot calls it, where a file was read in part only."""
_NO_OBJECTS: Final = Text(
    en="only log text was given",
    ja="ログのテキストのみが渡されました",
)

Progress = Callable[[str, int, int], None]
"""Takes the log's name, the bytes of all files that were read, and the bytes of all files."""


def _no_progress(_log: str, _done: int, _all: int) -> None:
    """Tell nobody."""


def _no_warning(_message: Text) -> None:
    """Tell nobody."""


def scan(
    files: Sequence[str],
    stdin: BinaryIO,
    signatures: Iterable[Signature] | Prefilter,
    now: datetime,
    *,
    progress: Progress = _no_progress,
    warn: Callable[[Text], None] = _no_warning,
    threads: int = 0,
) -> Snapshot:
    """Return what the signatures find in `files`; `-` is `stdin`.

    Folders are read with all that is in them, and what `gzip` has compressed as what it was.

    Args:
        files: paths.
        stdin: bytes, as they come.
        signatures: what is looked for; or what finds it, whose engine findings do not depend on.
        now: the time of the snapshot.
        progress: is told how far it is, some thousand times per gigabyte.
        warn: is told of what could be read in part only.
        threads: how many search; 0: as many as there are processors. Findings do not depend on it.

    Raises:
        Problem: a file that was named cannot be read.
    """
    collector = Collector(signatures)
    threads = threads or min(processors(), THREADS)
    partly: list[Text] = []

    def note(why: Text) -> None:
        partly.append(why)
        warn(why)

    with ThreadPoolExecutor(threads, "scan") as pool:
        reading = _Reading(collector, pool if threads > 1 else None, progress, note)
        reading.every(files, stdin)
    shown = ", ".join("(stdin)" if name == STDIN else name for name in files)
    return Snapshot(
        source=SourceInfo(SourceType.FILES, shown, ""),
        now=now,
        unread={"*": _NO_OBJECTS, **({PARTLY: _together(partly)} if partly else {})},
        hits=collector.hits(),
        logs=collector.logs(),
    )


def _together(reasons: Sequence[Text]) -> Text:
    more = len(reasons) - 1
    if not more:
        return reasons[0]
    return Text(en=f"{reasons[0].en} (and {more} more)", ja=f"{reasons[0].ja}（ほか {more} 件）")


class _Reading:
    def __init__(
        self,
        collector: Collector,
        pool: ThreadPoolExecutor | None,
        progress: Progress,
        warn: Callable[[Text], None],
    ) -> None:
        self._collector = collector
        self._pool = pool
        self._progress = progress
        self._warn = warn
        self._done = self._all = 0

    def every(self, files: Sequence[str], stdin: BinaryIO) -> None:
        """Read `files` in their order."""
        listed: list[tuple[str, bool]] = []
        for name in files:
            if name != STDIN and Path(name).is_dir():
                listed += [(path, False) for path in self._below(name)]
            else:
                listed.append((name, True))
        self._all = sum(_size(name) for name, _ in listed if name != STDIN)
        for name, named in listed:
            if name == STDIN:
                # A log that is followed has no end: ctrl+c is the end, and tells what was found.
                piped = _plain(stdin) is None
                self._take("(stdin)", cast("BinaryIO", _Piped(stdin)) if piped else stdin)
                continue
            try:
                with Path(name).open("rb", buffering=0) as file:
                    self._take(name, cast("BinaryIO", file))
            except OSError as error:
                message = _unreadable(name, error)
                if named:
                    raise Problem(message) from None
                self._warn(message)
            self._done += _size(name)

    def _below(self, folder: str) -> list[str]:
        """Return the files in `folder`, at any depth, by name."""
        found: list[str] = []

        def tell(error: OSError) -> None:
            self._warn(_unreadable(str(error.filename or folder), error))

        for at, folders, names in os.walk(folder, onerror=tell):
            folders.sort()
            paths = (Path(at, name) for name in sorted(names))
            # Neither a link out of the folder nor a pipe that nobody writes to.
            found += [str(path) for path in paths if path.is_file() and not path.is_symlink()]
            if len(found) > _MOST_FILES:
                self._warn(
                    Text(
                        en=f"{folder} has more than {_MOST_FILES} files; the others are not read:"
                        " name the folders that matter",
                        ja=f"{folder} には {_MOST_FILES} 個を超えるファイルがあるため、残りは"
                        "読み取りません。必要なフォルダーを指定してください",
                    )
                )
                return found[:_MOST_FILES]
        return found

    def _take(self, log: str, file: BinaryIO) -> None:
        ahead = Ahead(reader := self._collector.open(log, LogGroup.UNKNOWN), self._pool)
        try:
            if (handle := _plain(file)) is not None:
                for read in ahead.file(handle):
                    self._progress(log, self._done + read, self._all)
                return
            for chunk in self._chunks(log, file):
                for block in reader.cut(chunk):
                    ahead.add(block)
        finally:
            ahead.finish()

    def _chunks(self, log: str, file: BinaryIO) -> Iterator[bytes]:
        first = file.read(BLOCK)
        if not first.startswith(_GZIP):
            read = len(first)
            while first:
                yield first
                self._progress(log, self._done + read, self._all)
                first = file.read(BLOCK)
                read += len(first)
            return
        source = _Pushed(first, file)
        try:
            for chunk in _unpacked(source):
                yield chunk
                self._progress(log, self._done + source.taken, self._all)
        except (EOFError, zlib.error):
            self._warn(
                Text(
                    en=f"{log} is damaged or cut off; what could be unpacked was read",
                    ja=f"{log} は破損しているか、途中で切れています。展開できた部分のみを"
                    "読み取りました",
                )
            )


class _Piped:
    """A stream that ends when the person at the terminal says so."""

    def __init__(self, stream: BinaryIO) -> None:
        self._read1 = getattr(stream, "read1", stream.read)
        self._ended = False

    def fileno(self) -> int:
        """Raise: it can only be read through.

        Raises:
            OSError: always.
        """
        raise OSError

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        try:
            while size > 0 and not self._ended and (part := self._read1(size)):
                parts.append(part)
                size -= len(part)
        except KeyboardInterrupt:
            self._ended = True
        return b"".join(parts)


class _Pushed:
    """A stream whose beginning was read already."""

    def __init__(self, first: bytes, file: BinaryIO) -> None:
        self._first = first
        self._file = file
        self.taken = 0

    def read(self, size: int) -> bytes:
        if self._first:
            part, self._first = self._first[:size], self._first[size:]
        else:
            part = self._file.read(size)
        self.taken += len(part)
        return part


def _unpacked(source: _Pushed) -> Iterator[bytes]:
    """Yield what `gzip` packed, up to the very place where it is damaged.

    Raises:
        EOFError: it is cut off.
        zlib.error: it is damaged.
    """
    packed = source.read(_PACKED)
    while packed:
        # 31: with the header and the checksum of gzip
        inflater = zlib.decompressobj(31)
        while not inflater.eof:
            part = inflater.decompress(packed, BLOCK)
            if part:
                yield part
            packed = inflater.unconsumed_tail
            if not packed and not inflater.eof:
                packed = source.read(_PACKED)
                if not packed and not part:
                    raise EOFError
        # Several may follow each other; some writers fill up with zeros.
        packed = inflater.unused_data.lstrip(b"\0") or source.read(_PACKED).lstrip(b"\0")


def _unreadable(name: str, error: OSError) -> Text:
    why = error.strerror or type(error).__name__
    return Text(en=f"{name} cannot be read: {why}", ja=f"{name} を読み取れません: {why}")


def _size(name: str) -> int:
    try:
        return Path(name).stat().st_size
    except OSError:
        return 0


def _plain(file: BinaryIO) -> int | None:
    """Return the handle of a file that can be read anywhere and is not compressed."""
    try:
        handle = file.fileno()
        # At its beginning: somebody may have read a part of standard input.
        if hasattr(os, "pread") and stat.S_ISREG(os.fstat(handle).st_mode) and not file.tell():
            return None if os.pread(handle, len(_GZIP), 0) == _GZIP else handle
    except (OSError, ValueError):
        pass
    return None
