"""Log files as a source: searched in a thread of their own, and again where they grow."""

from __future__ import annotations

import io
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from knowledge.prefilter import Prefilter
from knowledge.snapshot import LogGroup, LogRead, Snapshot, SourceInfo, SourceType
from knowledge.text import Text
from tui.engine import files
from tui.engine.board import Board
from tui.engine.ports import Clock, Connection, Phase, SystemClock
from tui.engine.problem import BadChoice, Problem
from tui.engine.store import NOT_YET

if TYPE_CHECKING:
    from tui.engine.logs.text import LogText

_log = logging.getLogger(__name__)
_STOP_SECONDS: Final = 0.9
_PERCENT: Final = 100
_TELL: Final = 5
"""Percent between two times of telling how far it is."""
_FOUND_SECONDS: Final = 0.8
"""Between two times of telling what was found so far."""
_EARLY_SECONDS: Final = 0.2
"""Until the first findings are made of what was read so far, if anything was found."""
_LOOK_SECONDS: Final = 1.0
"""Between two looks whether the files have grown."""


def _so_far(percent: int) -> Text:
    return Text(en=f"{percent} % read so far", ja=f"{percent} % まで読み取りました")


class _Stopped(Exception):
    """Nobody wants it any more."""


class FilesSource:
    """Log files and folders of them. There are no objects, and nothing can be run."""

    can_run = False

    def __init__(
        self,
        paths: Sequence[str],
        prefilter: Prefilter,
        clock: Clock | None = None,
    ) -> None:
        """Prepare; nothing is read before `start`.

        Args:
            paths: files and folders.
            prefilter: what is looked for.
            clock: the time.

        Raises:
            BadChoice: something that was named is not there.
        """
        for path in paths:
            if not os.path.exists(path):
                raise BadChoice(
                    Text(en=f"There is no file {path}.", ja=f"ファイル {path} はありません。")
                )
        self._paths = tuple(paths)
        self._clock = clock or SystemClock()
        self._board = Board(Connection(Phase.CONNECTING, expected=_PERCENT))
        self._stopped = threading.Event()
        self._on_change: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None
        self._told = 0
        self._found = self._began = 0.0
        self._scanning = files.Scanning(self._paths, prefilter, progress=self._progress)
        self._named = tuple(
            LogRead(path, LogGroup.UNKNOWN, 0) for path in paths if Path(path).is_file()
        )
        self._snapshot = Snapshot(
            source=SourceInfo(SourceType.FILES, ", ".join(paths), ""),
            now=self._clock.now(),
            unread={"*": NOT_YET},
            logs=self._named,
            unread_logs=dict.fromkeys(LogGroup, NOT_YET),
        )

    def start(self, on_change: Callable[[], None]) -> None:
        """Begin reading; `on_change` is called from the source's thread."""
        self._on_change = on_change
        self._thread = threading.Thread(target=self._run, name="files-source", daemon=True)
        self._thread.start()

    def snapshot(self) -> Snapshot:
        """Return what was found so far."""
        return self._snapshot

    def connection(self) -> Connection:
        """Return how far the reading is, in percent."""
        return self._board.connection()

    def open_log(self, log: str) -> LogText:
        """Return a file, from whatever line it is looked at."""
        from tui.engine.logs.gathered import open_file
        from tui.engine.logs.text import BytesText

        try:
            return open_file(log)
        except OSError as error:
            why = error.strerror or type(error).__name__
            return BytesText(
                log, b"", Text(en=f"it cannot be read: {why}", ja=f"読み取れません: {why}")
            )

    def stop(self) -> None:
        """Stop reading, within a second."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def _progress(self, _log: str, done: int, everything: int) -> None:
        if self._stopped.is_set():
            raise _Stopped
        percent = min(done * _PERCENT // max(1, everything), _PERCENT - 1)
        if percent >= self._told + _TELL:
            self._told = percent
            self._board.set(read=percent)
            if (now := time.monotonic()) >= self._found + _FOUND_SECONDS:
                self._found = now
                self._tell()
                if self._snapshot.hits and now - self._began > _EARLY_SECONDS:
                    # A large one: what was found can be judged, the rest counts as not read yet.
                    self._board.ready()
            self._on_change()

    def _tell(self) -> None:
        """Show what was found so far; logs that wait for their turn can be opened already."""
        found = self._scanning.snapshot(self._clock.now())
        read = {each.log for each in found.logs}
        waiting = tuple(each for each in self._named if each.log not in read)
        partly = _so_far(self._told) if found.unread_logs else None
        self._snapshot = replace(found, logs=(*found.logs, *waiting), partly=partly)

    def _run(self) -> None:
        try:
            self._read()
        except _Stopped:
            return
        except Problem as problem:
            self._board.fail(problem.message)
        except Exception:
            # The boundary of this thread: without it a bug would look like an endless reading.
            _log.exception("reading log files ended by a bug")
            self._board.fail(
                Text(
                    en="Reading the files ended by a bug in this program; see its log file.",
                    ja="このプログラムの不具合により、ファイルの読み取りが終了しました。"
                    "ログファイルを確認してください。",
                )
            )
        self._on_change()

    def _read(self) -> None:
        """Read everything, then what is written behind the ends, until nobody wants it any more."""
        self._began = time.monotonic()
        self._scanning.read(io.BytesIO())
        self._board.set(read=_PERCENT)
        self._board.ready()
        self._tell()
        self._on_change()
        while not self._stopped.wait(_LOOK_SECONDS):
            if self._scanning.more():
                self._tell()
                self._on_change()
        raise _Stopped
