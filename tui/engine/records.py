"""The records of all sessions: a list that is quick however big they are, and their export."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from knowledge.redact import redact
from knowledge.text import Language, Text
from tui.engine.answer_json import anything, mapping
from tui.engine.journal import ID, SUFFIX, sessions_folder
from tui.engine.record import (
    BIGGEST,
    Attempt,
    Event,
    NoRecord,
    Record,
    opened,
    path_of,
    read_session,
    regular,
    unreadable,
)

__all__ = [
    "Attempt", "Event", "Format", "NoRecord", "Record", "Summary", "export", "list_sessions",
    "read_session",
]  # fmt: skip

_MOST: Final = 500
"""Sessions in a list."""
_PART: Final = 1 << 20
"""Bytes that are held while a record is looked through."""
_LONGEST: Final = 4 << 20
"""Bytes of a line that is taken apart; all the program writes but outputs are far shorter."""
_NAMED: Final = re.compile(rb'"event"\s*:\s*"([a-z-]+)"')
_TELLING: Final = frozenset(
    {b"opened", b"will-run", b"ran", b"settled", b"closed", b"continued", b"imported"}
)
"""Events that a summary is made of; the others, outputs above all, are not taken apart."""
_HEAD: Final = 600
"""Bytes of a line in which its event's name stands."""
_KNOWN: Final = "summaries.json"
"""What was found in records that have not changed since: their size and time, and the summary."""
_FORM: Final = 1
"""Raised whenever `Summary` or what it says changes, so that what was kept is not used."""

_UNTITLED: Final = Text(en="", ja="")

Format = Literal["markdown", "json"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A session in a list."""

    id: str
    started: str
    """RFC 3339, in UTC."""
    issue: str
    cause: str
    context: str
    practice: bool
    changes: int
    """Changes that were carried out; taking one back is none."""
    unknown: int
    """Changes of which nobody knows what came of them."""
    closed: bool
    """Whether it was closed, and not gone on with since."""
    title: Text = _UNTITLED
    mode: str = "live"
    """`live`, `dry-run` or `walkthrough`."""
    imported: bool = False
    """Whether it was brought here from another machine."""
    size: int = 0
    """Bytes of the record."""


def list_sessions(folder: Path | None = None) -> tuple[Summary, ...]:
    """Return the sessions of `folder` (default: `sessions_folder()`), newest first.

    A record is looked through once, and again only after it has grown.

    Raises:
        NoRecord: the folder cannot be read.
    """
    where = folder or sessions_folder()
    try:
        names = [each for each in os.listdir(where) if each.endswith(SUFFIX)]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise NoRecord(
            Text(
                en=f"The records in {where} cannot be read: {error.strerror}.",
                ja=f"{where} の記録を読み取れません: {error.strerror}",
            )
        ) from None
    ids = sorted((id for each in names if ID.fullmatch(id := each[: -len(SUFFIX)])), reverse=True)
    known = _known(where)
    now: dict[str, tuple[list[int], Summary]] = {}
    for id in ids[:_MOST]:
        with contextlib.suppress(NoRecord):
            now[id] = _summary(id, where, known.get(id))
    if now.keys() != known.keys() or any(now[id] != known[id] for id in now):
        _keep(where, now)
    return tuple(summary for _, summary in now.values())


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


def _summary(
    id: str, folder: Path, known: tuple[list[int], Summary] | None
) -> tuple[list[int], Summary]:
    """Return what a record says of itself, and by what it is known whether it still does.

    Raises:
        NoRecord: it cannot be read.
    """
    path = path_of(id, folder)
    try:
        with opened(path) as file:
            found = os.fstat(file.fileno())
            mark = [found.st_size, found.st_mtime_ns, found.st_ino]
            if known is not None and known[0] == mark:
                return known
            record = Record(id, tuple(_events(file)), 0)
    except OSError as error:
        raise unreadable(path, error) from None
    begun = record.first("opened")
    title = mapping(begun.get("title"))
    attempts = record.attempts
    return mark, Summary(
        id,
        _text(begun.get("time")),
        _text(begun.get("issue")),
        _text(begun.get("cause")),
        _text(mapping(begun.get("target")).get("context")),
        record.practice,
        sum(each.carried_out for each in attempts),
        sum(each.unknown for each in attempts),
        record.closed,
        Text(en=_text(title.get("en")), ja=_text(title.get("ja"))),
        record.mode,
        bool(record.first("imported")),
        mark[0],
    )


def _events(file: Any) -> Iterator[Event]:
    """Yield the telling events of a record, of which only their lines are ever held whole."""
    line = b""
    read = 0
    whole = True
    while (part := file.read(_PART)) and read < BIGGEST:
        read += len(part)
        *lines, rest = part.split(b"\n")
        for each in lines:
            if whole and (event := _telling(line + each)) is not None:
                yield event
            line, whole = b"", True
        whole = whole and len(line) + len(rest) <= _LONGEST
        line = line + rest if whole else b""
    if whole and (event := _telling(line)) is not None:
        yield event


def _telling(line: bytes) -> Event | None:
    name = _NAMED.search(line, 0, _HEAD)
    if name is not None and name[1] not in _TELLING:
        return None
    event = anything(line) if line.strip() else None
    return regular(event) if isinstance(event, dict) else None


def _text(value: Any) -> str:
    return redact(str(value))[:1_000] if isinstance(value, str | int) else ""


def _known(folder: Path) -> dict[str, tuple[list[int], Summary]]:
    """Return what was found before; a file that is missing, damaged or of old says nothing."""
    try:
        with opened(folder / _KNOWN) as file:
            kept = msgspec.json.decode(file.read(_LONGEST), type=_Kept)
    except (OSError, ValueError, RecursionError):
        return {}
    return kept.sessions if kept.form == _FORM else {}


def _keep(folder: Path, found: dict[str, tuple[list[int], Summary]]) -> None:
    """Write down what was found; where that cannot be, the next list takes longer."""
    data = msgspec.json.encode(_Kept(_FORM, found))
    new = folder / f".{_KNOWN}.{secrets.token_hex(4)}"
    with contextlib.suppress(OSError):
        try:
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(data)
            new.replace(folder / _KNOWN)
        finally:
            new.unlink(missing_ok=True)


class _Kept(msgspec.Struct):
    form: int
    sessions: dict[str, tuple[list[int], Summary]]
