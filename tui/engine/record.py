"""One session as it was written: its events, its commands, and what came of each.

A record may be of an older format, cut off in the middle of a line, damaged, or brought from
elsewhere: what is read here never raises for what is in it, only for what cannot be opened.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final

from knowledge.text import Text
from tui.engine.answer_json import anything, mapping
from tui.engine.journal import ID, SUFFIX, sessions_folder

BIGGEST: Final = 64 << 20
"""Bytes of a record that are read."""
_CUT_OFF: Final = frozenset({"timeout", "cancelled"})
"""Endings that leave open what came of a change; records without states say no more."""
_WITHOUT_CHANGE: Final = frozenset({"dry-run", "walkthrough"})

Event = Mapping[str, Any]


class NoRecord(Exception):
    """A record that is not there or cannot be read, with the reason for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Attempt:
    """One command of a session: what was to run, and what came of it."""

    asked: Event
    """The `will-run` event."""
    output: tuple[Event, ...]
    outcome: Event | None
    """The `ran` event; None: the program ended first, nobody knows what came of it."""
    settled: Event | None = None
    """What decided an open outcome later: a `settled` event, or the `ran` of a later command of
    the same step."""
    pretended: bool = False
    """It ran in a dry run, so whatever it was, nothing was changed."""

    @property
    def changes(self) -> bool:
        """Return whether it is a change of the cluster."""
        asked = self.asked
        return asked.get("risk") != "read" and asked.get("purpose") != "preview" and not (
            self.pretended
        )  # fmt: skip

    @property
    def cut_off(self) -> bool:
        """Return whether its end left open what came of a change, whatever was found later."""
        if not self.changes:
            return False
        outcome = self.outcome
        if outcome is None or outcome.get("state") == "unknown":
            return True
        if "state" in outcome:
            return False
        code = outcome.get("code")
        by_signal = outcome.get("ending") == "exit" and (not isinstance(code, int) or code < 0)
        return outcome.get("ending") in _CUT_OFF or by_signal

    @property
    def unknown(self) -> bool:
        """Return whether a change may or may not have happened, up to the end of the record."""
        return self.cut_off and self.settled is None

    @property
    def carried_out(self) -> bool:
        """Return whether it is a change, not an undo, that certainly was made."""
        return self.asked.get("purpose") != "undo" and self._happened

    @property
    def taken_back(self) -> bool:
        """Return whether it is an undo that certainly was made."""
        return self.asked.get("purpose") == "undo" and self._happened

    @property
    def _happened(self) -> bool:
        if not self.changes or not self.cut_off:
            return self.changes and self.succeeded
        settled = self.settled or {}
        if settled.get("event") != "settled":
            return False
        return settled.get("outcome", settled.get("state")) in ("happened", "done")

    @property
    def succeeded(self) -> bool:
        """Return whether it ran to its end with exit code 0."""
        outcome = self.outcome
        return (
            outcome is not None
            and outcome.get("ending", "exit") == "exit"
            and outcome.get("code") == 0
            and outcome.get("state") != "unknown"
        )


@dataclass(frozen=True)
class Record:
    """One session as it was written."""

    id: str
    events: tuple[Event, ...]
    broken: int
    """Lines that could not be read: cut off, or damaged."""

    def first(self, event: str) -> Event:
        """Return the first event of that name, or an empty one."""
        return next((each for each in self.events if each.get("event") == event), {})

    def last(self, event: str) -> Event:
        """Return the last event of that name, or an empty one."""
        return next((each for each in reversed(self.events) if each.get("event") == event), {})

    @property
    def mode(self) -> str:
        """Return `live`, `dry-run` or `walkthrough`; records of before there were modes: `live`."""
        mode = self.first("opened").get("mode")
        return mode if isinstance(mode, str) and mode in _WITHOUT_CHANGE else "live"

    @property
    def practice(self) -> bool:
        """Return whether it ran against the practice cluster."""
        return bool(mapping(self.first("opened").get("target")).get("practice"))

    @property
    def closed(self) -> bool:
        """Return whether it was closed, and not gone on with since."""
        after = [
            each.get("event")
            for each in self.events
            if each.get("event") in {"closed", "continued", "will-run"}
        ]
        return bool(after) and after[-1] == "closed"

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return the commands in the order in which they were to run."""
        return self._attempts

    @cached_property
    def _attempts(self) -> tuple[Attempt, ...]:
        return attempts(self.events, pretended=self.mode in _WITHOUT_CHANGE)


def attempts(events: Iterable[Event], *, pretended: bool = False) -> tuple[Attempt, ...]:
    """Return the commands among `events`, in the order in which they were to run.

    Args:
        events: events in the order in which they were written; `output` may be missing.
        pretended: whether nothing was changed by them, as in a dry run.
    """
    outcomes: dict[Any, Event] = {}
    outputs: dict[Any, list[Event]] = {}
    settled: dict[Any, Event] = {}
    asked: dict[Any, Event] = {}
    for event in events:
        number = event.get("attempt")
        match event.get("event"):
            case "will-run":
                asked.setdefault(number, event)
            case "output":
                outputs.setdefault(number, []).append(event)
            case "ran":
                outcomes.setdefault(number, event)
                for earlier in _settles(event, asked):
                    settled.setdefault(earlier, event)
            case "settled" if event.get("state") != "unknown":
                for earlier in _meant(event, asked):
                    settled.setdefault(earlier, event)
    return tuple(
        Attempt(
            event,
            tuple(outputs.get(event.get("attempt"), ())),
            outcomes.get(event.get("attempt")),
            settled.get(event.get("attempt")),
            pretended,
        )
        for event in asked.values()
    )


def _meant(settled: Event, asked: Mapping[Any, Event]) -> list[Any]:
    """Return the attempts that a `settled` event is about: one, or all of its step so far."""
    if "attempt" in settled:
        return [settled["attempt"]]
    return [number for number, each in asked.items() if each.get("step") == settled.get("step")]


def _settles(ran: Event, asked: Mapping[Any, Event]) -> list[Any]:
    """Return the earlier attempts whose outcome does not matter any more after `ran`.

    The same change, run again to its end, or its undo: then it is known how the object is.
    """
    this = asked.get(ran.get("attempt"), {})
    certain = ran.get("ending", "exit") == "exit" and ran.get("code") == 0
    if not certain or ran.get("state") == "unknown" or this.get("risk") == "read":
        return []
    return [
        number
        for number, each in asked.items()
        if number != ran.get("attempt")
        and each.get("step") == this.get("step")
        and (
            this.get("purpose") == "undo"
            or (each.get("argv"), each.get("stdin")) == (this.get("argv"), this.get("stdin"))
        )
    ]


def read_session(id: str, folder: Path | None = None) -> Record:
    """Return the record of a session; lines that are cut off or damaged are counted.

    Raises:
        NoRecord: there is no such session, or it cannot be read.
    """
    path = path_of(id, folder)
    try:
        with opened(path) as file:
            data = file.read(BIGGEST)
    except OSError as error:
        raise unreadable(path, error) from None
    events: list[Event] = []
    broken = 0
    last = b""
    for line in data.split(b"\n"):
        # A line that was written but not synced is written again, word for word.
        if not line.strip() or line == last:
            continue
        last = line
        event = anything(line)
        if isinstance(event, dict):
            events.append(regular(event))
        else:
            broken += 1
    return Record(id, tuple(events), broken)


def path_of(id: str, folder: Path | None = None) -> Path:
    """Return the file of a session's record, whether it exists or not.

    Raises:
        NoRecord: `id` is no session id; it could lead out of the folder.
    """
    if not ID.fullmatch(id):
        raise NoRecord(
            Text(
                en=f"{id[:80]!r} is no session id. `oadp-doctor sessions list` shows all.",
                ja=f"{id[:80]!r} はセッション ID ではありません。"
                "`oadp-doctor sessions list` で一覧を表示できます。",
            )
        )
    return (folder or sessions_folder()) / f"{id}{SUFFIX}"


def unreadable(path: Path, error: OSError) -> NoRecord:
    """Return that `path` cannot be read."""
    return NoRecord(
        Text(
            en=f"The record {path} cannot be read: {error.strerror}.",
            ja=f"記録 {path} を読み取れません: {error.strerror}",
        )
    )


def opened(path: Path) -> BinaryIO:
    """Open a record: a file, never a link, nor something that would be waited for.

    Raises:
        OSError: there is no such file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "not a file")
    return os.fdopen(number, "rb")


def regular(event: dict[str, Any]) -> dict[str, Any]:
    """Return a damaged or foreign event with the types that all who read it count on."""
    for name, kind in FIELDS.items():
        if name in event and not isinstance(event[name], kind):
            del event[name]
    return event


FIELDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "event": str,
    "attempt": int,
    "omitted": int,
    "lines": list,
    "step": str,
    "risk": str,
    "purpose": str,
    "ending": str,
    "mode": str,
}
"""Fields of events that are looked things up by, and their types."""
