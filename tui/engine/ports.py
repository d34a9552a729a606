"""The seams: what a source, a runner and a clock are, whichever is behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from knowledge.snapshot import Snapshot
from knowledge.text import Text

if TYPE_CHECKING:
    from tui.engine.logs.text import LogText


class Phase(StrEnum):
    """How the connection to a source is."""

    CONNECTING = "connecting"
    READY = "ready"
    """Everything that can be read was read once."""
    LOST = "lost"
    """It worked, and does not at the moment; it is tried again."""
    FAILED = "failed"
    """It cannot work without a person: bad kubeconfig, expired token, unreachable server."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The connection to a source, as the status line shows it."""

    phase: Phase
    message: Text | None = None
    """One sentence on what is wrong and what to do; None while all is well."""
    context: str = ""
    server: str = ""
    user: str = ""
    """Who the server says we are; empty while unknown."""
    requests: int = 0
    """Requests made so far: what we cost."""
    read: int = 0
    """Kinds read so far."""
    expected: int = 0
    """Kinds to read."""


class Source(Protocol):
    """Where facts come from. Its threads, if any, are its own; `on_change` may come from one."""

    can_run: bool
    """Whether commands can be run against it (False for archives and files)."""

    def start(self, on_change: Callable[[], None]) -> None:
        """Begin reading; call `on_change` whenever `snapshot` or `connection` changed."""

    def snapshot(self) -> Snapshot:
        """Return what was read so far; cheap, safe from any thread."""

    def connection(self) -> Connection:
        """Return how the connection is; cheap, safe from any thread."""

    def stop(self) -> None:
        """Stop reading, within a second."""


@runtime_checkable
class LogSource(Protocol):
    """A source whose logs can be read in full, at any line."""

    def open_log(self, log: str) -> LogText:
        """Return a log by its name in findings; it fills in the background, trouble included."""


class Clock(Protocol):
    """The time; tests bring their own."""

    def now(self) -> datetime:
        """Return the current time, time zone aware."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        import time

        return time.monotonic()


LONGEST_LINE: Final = 16_384
"""Characters of an output line that are kept for people."""


@dataclass(frozen=True, slots=True)
class Command:
    """One process to run: complete, nothing left to fill in."""

    argv: tuple[str, ...]
    """The whole command line, the program first."""
    stdin: str | None = None
    timeout: float = 120.0
    """Seconds until it is stopped."""
    longest_line: int = LONGEST_LINE
    """Characters of a line that are kept."""
    redacted: bool = True
    """False only to reveal one value that a person asked to see: lines come as they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output, without its end; redacted."""

    stream: str
    """`stdout` or `stderr`."""
    text: str


class Ending(StrEnum):
    """Why a process ended."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    MISSING = "missing"
    """The program was not found or could not be started; nothing ran."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The end of a process; always the last event of a run."""

    ending: Ending
    code: int | None
    """Exit code; negative for a signal, as in `subprocess`; None if it never started."""
    seconds: float
    message: str = ""
    """One sentence, for `MISSING`."""
    signal: str = ""
    """Name of the signal that ended it, such as `SIGKILL`; empty if none did."""


RunEvent = Line | Exited


class Runner(Protocol):
    """What starts processes. Only `tui.engine.gate` holds one."""

    def run(self, command: Command) -> AsyncIterator[RunEvent]:
        """Run `command`, yielding its lines and, last, its end."""
