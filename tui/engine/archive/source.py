"""A must-gather as a source: read once, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from knowledge.kinds import KINDS
from knowledge.scan import Collector
from knowledge.snapshot import Snapshot
from knowledge.text import Text
from tui.engine.archive import words
from tui.engine.archive.limits import Budget, Limits, Stopped
from tui.engine.archive.reading import ArchiveReading
from tui.engine.archive.streams import Damaged
from tui.engine.board import Board
from tui.engine.ports import Clock, Connection, Phase, SystemClock
from tui.engine.problem import BadChoice

if TYPE_CHECKING:
    from tui.engine.logs.gathered import GatheredLogs
    from tui.engine.logs.text import LogText

_log = logging.getLogger(__name__)
_STOP_SECONDS: Final = 0.9
_EARLY_SECONDS: Final = 0.7
"""Until the first findings are made of what was read so far."""
_FOUND_SECONDS: Final = 0.2
"""The same, if something was found in logs."""
_PERCENT: Final = 100


class ArchiveSource:
    """A must-gather: a folder or an archive. Commands cannot be run against it."""

    can_run = False

    def __init__(
        self,
        path: str,
        *,
        kinds: Collection[str],
        collector: Collector,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Prepare; nothing is read before `start`.

        Args:
            path: the folder or archive.
            kinds: kinds that rules read; those of `knowledge.kinds` are read in any case.
            collector: takes the logs.
            clock: the time, where the must-gather does not tell its own.
            limits: how much is read at most.

        Raises:
            BadChoice: there is nothing at `path`.
        """
        self._path = Path(path)
        if not _there(self._path):
            raise BadChoice(words.not_there(self._path))
        self._clock = clock or SystemClock()
        self._stop = threading.Event()
        every = (*KINDS, *sorted(kind for kind in kinds if kind not in KINDS))
        self._budget = Budget(limits or Limits(), self._stop)
        self._reading = ArchiveReading(self._path, every, collector, self._budget)
        self._board = Board(Connection(Phase.CONNECTING, expected=_PERCENT))
        self._snapshot = self._reading.snapshot(self._clock.now())
        self._on_change: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None
        self._began = 0.0
        self._logs: GatheredLogs | None = None
        """Opened when somebody looks at a log."""

    def start(self, on_change: Callable[[], None]) -> None:
        """Begin reading; `on_change` is called from the source's thread."""
        self._on_change = on_change
        self._thread = threading.Thread(target=self._run, name="archive-source", daemon=True)
        self._thread.start()

    def snapshot(self) -> Snapshot:
        """Return what was read so far."""
        return self._snapshot

    def connection(self) -> Connection:
        """Return how far the reading is, in percent; READY before its end if it takes long."""
        return self._board.connection()

    def open_log(self, log: str) -> LogText:
        """Return a log of the must-gather, read where it lies."""
        from tui.engine.logs.gathered import GatheredLogs

        if self._logs is None:
            self._logs = GatheredLogs(str(self._path))
        return self._logs.open(log)

    def stop(self) -> None:
        """Stop reading, within a second."""
        self._stop.set()
        if self._logs is not None:
            self._logs.close()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def _progress(self, percent: int) -> None:
        self._board.set(read=min(percent, _PERCENT - 1))
        self._snapshot = self._reading.snapshot(self._clock.now())
        passed = self._clock.monotonic() - self._began
        if (passed > _FOUND_SECONDS and self._snapshot.hits) or (
            passed > _EARLY_SECONDS and self._reading.useless is None
        ):
            # A large one: what is there can be judged, the rest counts as not read yet.
            self._board.ready()
        self._on_change()

    def _publish(self) -> None:
        self._snapshot = self._reading.snapshot(self._clock.now())
        self._on_change()

    def _run(self) -> None:
        self._began = self._clock.monotonic()
        try:
            self._reading.run(self._progress)
        except Stopped:
            return
        except OSError as error:
            self._fail(words.refused(self._path, error))
        except Damaged:
            self._fail(words.no_archive(self._path))
        except Exception:
            # The boundary of this thread: without it a bug would look like an endless reading.
            _log.exception("reading the must-gather ended by a bug")
            self._fail(
                Text(
                    en="Reading the must-gather ended by a bug in this program; see its log file.",
                    ja="このプログラムの不具合により、must-gather の読み取りが終了しました。"
                    "ログファイルを確認してください。",
                )
            )
        else:
            if (why := self._reading.useless) is not None:
                self._fail(why)
                return
            self._board.set(read=_PERCENT)
            self._board.ready()
            self._publish()

    def _fail(self, message: Text) -> None:
        self._board.fail(message)
        self._on_change()


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # it may not be looked at: reading says why
