"""Opens the logs of a must-gather: at once where it is known where they lie, else when found."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from knowledge.text import Text
from tui.engine.archive.limits import Budget, Enough, Limits, Stopped
from tui.engine.archive.streams import Damaged
from tui.engine.logs.members import Found, logs_of
from tui.engine.logs.text import LogText

_GONE = Text(
    en="this log is not in the must-gather any more, or cannot be read",
    ja="このログは must-gather に存在しないか、読み取れません",
)


class GatheredLogs:
    """The logs of one must-gather. What was found once is found at once later."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._known: dict[str, list[Callable[[], LogText]]] = {}
        self._open_texts: list[LogText] = []
        self._rest: Iterator[Found] | None = None
        self._done = False
        self.percent = 0

    def open(self, log: str) -> LogText:
        """Return a log of that name; it is empty until it is found."""
        return LateText(log, self)

    def close(self) -> None:
        """Close all files."""
        self._stop.set()
        with self._lock:
            for each in self._open_texts:
                each.close()
            self._known.clear()
            self._done = True

    def find(self, log: str) -> LogText | None:
        """Return the bytes of a log; looks for them as long as it takes. None: there are none."""
        with self._lock:
            if self._rest is None:
                self._rest = logs_of(self._path, Budget(Limits(), self._stop), self._report)
            for place in self._places(log):
                with contextlib.suppress(OSError):
                    text = place()
                    if not _is_empty(text):
                        self._open_texts.append(text)
                        self._known[log] = [partial(_given, text)]
                        return text
            return None

    def _places(self, log: str) -> Iterator[Callable[[], LogText]]:
        """Yield each way to a log: what is gathered twice may be empty once."""
        yield from self._known.get(log, ())
        while not self._done and self._rest is not None:
            try:
                name, place = next(self._rest)
            except (StopIteration, Damaged, Enough, Stopped, OSError):
                self._done = True
                return
            self._known.setdefault(name, []).append(place)
            if name == log:
                yield place

    def _report(self, percent: int) -> None:
        self.percent = percent


def _given(text: LogText) -> LogText:
    return text


def _is_empty(text: LogText) -> bool:
    while not text.size and not text.ended and text.grow():
        pass
    return not text.size


class LateText:
    """A log that is looked for by the first `grow`; closing it leaves the archive open."""

    edition = 0
    start = 0

    def __init__(self, name: str, logs: GatheredLogs) -> None:
        self.name = name
        self._logs = logs
        self._text: LogText | None = None
        self._missing = False
        self._closed = False

    @property
    def size(self) -> int:
        """What is known of it."""
        return self._text.size if self._text is not None and not self._closed else 0

    @property
    def ended(self) -> bool:
        """Whether it was found and is known in full, or does not exist."""
        return self._missing or (self._text is not None and self._text.ended)

    @property
    def percent(self) -> int | None:
        """How much was looked through, or unpacked."""
        if self._text is None:
            return None if self._missing else self._logs.percent
        return self._text.percent

    @property
    def trouble(self) -> Text | None:
        """Why it cannot be read, or not in full."""
        if self._text is not None:
            return self._text.trouble
        return _GONE if self._missing else None

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes from `at` on."""
        return self._text.read(at, size) if self._text is not None and not self._closed else b""

    def grow(self) -> bool:
        """Find it, then get to know more of it."""
        if self._closed or self._missing:
            return False
        if self._text is None:
            self._text = self._logs.find(self.name)
            self._missing = self._text is None
            return not self._missing
        return self._text.grow()

    def close(self) -> None:
        """Leave it; the archive stays open for the next look."""
        self._closed = True


def open_file(path: str, *, follows: bool = True) -> LogText:
    """Return a log file, packed or not.

    Raises:
        OSError: it cannot be opened.
    """
    from tui.engine.logs.packed import PackedText, is_packed
    from tui.engine.logs.text import FileText

    text = FileText(path, follows=follows)
    with contextlib.suppress(OSError):
        if is_packed(text.read(0, 16)):
            return PackedText(
                FileText(path, follows=False), Budget(Limits(), threading.Event()), name=path
            )
    return text
