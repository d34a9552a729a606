"""Reads the records of sessions: lists, single ones, and what may have been cut off."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from knowledge.text import Language, Text
from tui.engine.answer_json import anything
from tui.engine.journal import ID, SUFFIX, sessions_folder

_MOST: Final = 500
"""Sessions in a list."""
_BIGGEST: Final = 64 << 20
"""Bytes of a record that are read."""

Event = Mapping[str, Any]
Format = Literal["markdown", "json"]


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

    @property
    def unknown(self) -> bool:
        """Return whether a change may or may not have happened."""
        changes = self.asked.get("risk") != "read"
        if self.outcome is None:
            return changes
        return changes and self.outcome.get("ending") in ("timeout", "cancelled")


@dataclass(frozen=True, slots=True)
class Record:
    """One session as it was written."""

    id: str
    events: tuple[Event, ...]
    broken: int
    """Lines that could not be read: cut off, or damaged."""

    def first(self, event: str) -> Event:
        """Return the first event of that name, or an empty one."""
        return next((each for each in self.events if each.get("event") == event), {})

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return the commands in the order in which they were to run."""
        outcomes: dict[Any, Event] = {}
        outputs: dict[Any, list[Event]] = {}
        for event in self.events:
            if event.get("event") == "ran":
                outcomes[event.get("attempt")] = event
            elif event.get("event") == "output":
                outputs.setdefault(event.get("attempt"), []).append(event)
        return tuple(
            Attempt(
                event,
                tuple(outputs.get(event.get("attempt"), ())),
                outcomes.get(event.get("attempt")),
            )
            for event in self.events
            if event.get("event") == "will-run"
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A session in a list."""

    id: str
    started: str
    """RFC 3339."""
    issue: str
    cause: str
    context: str
    practice: bool
    changes: int
    """Changes that ran to their end."""
    unknown: int
    """Changes of which nobody knows what came of them."""
    closed: bool


def list_sessions(folder: Path | None = None) -> tuple[Summary, ...]:
    """Return the sessions of `folder` (default: `sessions_folder()`), newest first.

    Raises:
        NoRecord: the folder cannot be read.
    """
    where = folder or sessions_folder()
    try:
        files = [each for each in where.iterdir() if each.suffix == SUFFIX]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise NoRecord(
            Text(
                en=f"The records in {where} cannot be read: {error.strerror}.",
                ja=f"{where} の記録を読み取れません: {error.strerror}",
            )
        ) from None
    ids = sorted((each.stem for each in files if ID.fullmatch(each.stem)), reverse=True)
    summaries = []
    for each in ids[:_MOST]:
        try:
            summaries.append(_summary(read_session(each, where)))
        except NoRecord:
            continue
    return tuple(summaries)


def read_session(id: str, folder: Path | None = None) -> Record:
    """Return the record of a session; lines that are cut off or damaged are counted.

    Raises:
        NoRecord: there is no such session, or it cannot be read.
    """
    if not ID.fullmatch(id):
        raise NoRecord(
            Text(
                en=f"{id[:80]!r} is no session id.",
                ja=f"{id[:80]!r} はセッション ID ではありません。",
            )
        )
    path = (folder or sessions_folder()) / f"{id}{SUFFIX}"
    try:
        with _opened(path) as file:
            data = file.read(_BIGGEST)
    except OSError as error:
        raise NoRecord(
            Text(
                en=f"The record {path} cannot be read: {error.strerror}.",
                ja=f"記録 {path} を読み取れません: {error.strerror}",
            )
        ) from None
    events: list[Event] = []
    broken = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        event = anything(line)
        if isinstance(event, dict):
            events.append(_regular(event))
        else:
            broken += 1
    return Record(id, tuple(events), broken)


def _opened(path: Path) -> BinaryIO:
    """Open a record: a file, never a link, nor something that would be waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "not a file")
    return os.fdopen(number, "rb")


def _regular(event: dict[str, Any]) -> dict[str, Any]:
    """Return a damaged or foreign event with the types that all who read it count on."""
    for name, kind in (("attempt", int), ("omitted", int), ("lines", list), ("event", str)):
        if name in event and not isinstance(event[name], kind):
            del event[name]
    return event


def export(
    id: str,
    format: Format,
    language: Language,
    folder: Path | None = None,
) -> str:
    """Return a session as an incident record in Markdown, or as JSON.

    Raises:
        NoRecord: there is no such session, or it cannot be read.
    """
    from tui.engine.incident import as_json, as_markdown

    record = read_session(id, folder)
    return as_json(record) if format == "json" else as_markdown(record, language)


def _summary(record: Record) -> Summary:
    opened = record.first("opened")
    target = opened.get("target")
    target = target if isinstance(target, Mapping) else {}
    attempts = record.attempts
    return Summary(
        record.id,
        str(opened.get("time", "")),
        str(opened.get("issue", "")),
        str(opened.get("cause", "")),
        str(target.get("context", "")),
        bool(target.get("practice")),
        sum(
            each.asked.get("risk") != "read" and each.outcome is not None and not each.unknown
            for each in attempts
        ),
        sum(each.unknown for each in attempts),
        bool(record.first("closed")),
    )
