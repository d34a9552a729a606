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
from tui.engine import file_words as words
from tui.engine.ahead import THREADS, Ahead, processors
from tui.engine.appended import Appended
from tui.engine.file_streams import Piped, Pushed, unpacked
from tui.engine.problem import Problem
from tui.engine.store import NOT_YET

STDIN: Final = "-"
_GZIP: Final = b"\x1f\x8b"
_MOST_FOLLOWED: Final = 500
"""Files that are looked at for what is written behind their end."""
_MOST_FILES: Final = 20_000
"""Files of a folder that are read."""
PARTLY: Final = "files"
"""What is not read, as the snapshot calls it, where a file was read in part only."""
_NO_OBJECTS: Final = Text(
    en="only log text was given",
    ja="ログのテキストのみが渡されました",
)

Progress = Callable[[str, int, int], None]
"""Takes the log's name, the bytes of all files that were read, and the bytes of all files; of
standard input the bytes that came, and 0: nobody knows how many will."""


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
    scanning = Scanning(files, signatures, progress=progress, warn=warn)
    scanning.read(stdin, threads)
    return scanning.snapshot(now)


class Scanning:
    """Files that are read once, and again where they grow; what is found can be asked at any time.

    One thread reads; any may ask.
    """

    def __init__(
        self,
        files: Sequence[str],
        signatures: Iterable[Signature] | Prefilter,
        *,
        progress: Progress = _no_progress,
        warn: Callable[[Text], None] = _no_warning,
    ) -> None:
        """Prepare; the arguments are those of `scan`."""
        self._files = tuple(files)
        self._name = ", ".join("(stdin)" if name == STDIN else name for name in files)
        self._collector = Collector(signatures)
        self._progress = progress
        self._warn = warn
        self._partly: list[Text] = []
        self._ends: list[Appended] = []
        self._read = False

    def read(self, stdin: BinaryIO, threads: int = 0) -> None:
        """Read everything; Ctrl+C ends it with what was found until then.

        Raises:
            Problem: a file that was named cannot be read.
        """
        threads = threads or min(processors(), THREADS)
        # The thread that reads searches too.
        with ThreadPoolExecutor(max(threads - 1, 1), "scan") as pool:
            ahead = pool if threads > 1 else None
            reading = _Reading(self._collector, ahead, self._progress, self._note)
            try:
                reading.every(self._files, stdin)
            except KeyboardInterrupt:
                self._note(words.stopped(reading.percent))
        self._ends = reading.ends
        self._read = True
        if self._is_empty:
            self._warn(words.empty(self._name))

    @property
    def _is_empty(self) -> bool:
        """Whether there is nothing in what was read, so that finding nothing says nothing."""
        nothing = not any(each.lines for each in self._collector.logs())
        return self._read and not self._partly and nothing

    def more(self) -> bool:
        """Read what was written behind the end of the files; return whether there was any."""
        came = [each.more() for each in self._ends]
        return any(came)

    def snapshot(self, now: datetime) -> Snapshot:
        """Return what was found so far."""
        reasons = [words.empty(self._name)] if self._is_empty else self._partly
        partly = {PARTLY: words.together(reasons)} if reasons else {}
        return Snapshot(
            source=SourceInfo(SourceType.FILES, self._name, ""),
            now=now,
            unread={"*": _NO_OBJECTS, **partly} if self._read else {"*": NOT_YET},
            hits=self._collector.hits(),
            logs=self._collector.logs(),
            unread_logs={} if self._read else dict.fromkeys(LogGroup, NOT_YET),
        )

    def _note(self, why: Text) -> None:
        self._partly.append(why)
        self._warn(why)


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
        self._now = 0
        """Bytes that were read so far."""
        self.ends: list[Appended] = []
        """Where the files ended that may grow."""

    @property
    def percent(self) -> int:
        """How much of the files was read."""
        return min(self._now * 100 // self._all, 99) if self._all else 0

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
                stream = Piped(stdin, self._came) if piped else stdin
                self._take("(stdin)", cast("BinaryIO", stream))
                continue
            try:
                with Path(name).open("rb", buffering=0) as file:
                    self._take(name, cast("BinaryIO", file))
            except OSError as error:
                message = words.unreadable(name, error)
                if named:
                    raise Problem(message) from None
                self._warn(message)
            self._done += _size(name)

    def _below(self, folder: str) -> list[str]:
        """Return the files in `folder`, at any depth, by name."""
        found: list[str] = []

        def tell(error: OSError) -> None:
            self._warn(words.unreadable(str(error.filename or folder), error))

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
        read = 0
        try:
            if (handle := _plain(file)) is not None:
                for read in ahead.file(handle):
                    self._tell(log, read)
            else:
                for chunk in self._chunks(log, file):
                    for block in reader.cut(chunk):
                        ahead.add(block)
        except KeyboardInterrupt:
            # In the middle of anything: what waits has no line numbers any more.
            raise
        except BaseException:
            ahead.finish()
            raise
        ahead.finish()
        if handle is not None and len(self.ends) < _MOST_FOLLOWED:
            self.ends.append(Appended(self._collector, reader, handle, read))

    def _came(self, read: int) -> None:
        self._progress("(stdin)", read, 0)

    def _tell(self, log: str, read: int) -> None:
        self._now = self._done + read
        # Of standard input alone, what comes is told where it comes.
        if self._all:
            self._progress(log, self._now, self._all)

    def _chunks(self, log: str, file: BinaryIO) -> Iterator[bytes]:
        first = file.read(BLOCK)
        if not first.startswith(_GZIP):
            read = len(first)
            while first:
                yield first
                self._tell(log, read)
                first = file.read(BLOCK)
                read += len(first)
            return
        source = Pushed(first, file)
        try:
            for chunk in unpacked(source):
                yield chunk
                self._tell(log, source.taken)
        except (EOFError, zlib.error):
            self._warn(
                Text(
                    en=f"{log} is damaged or cut off; what could be unpacked was read",
                    ja=f"{log} は破損しているか、途中で切れています。展開できた部分のみを"
                    "読み取りました",
                )
            )


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
