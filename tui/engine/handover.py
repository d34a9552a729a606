"""Takes a session over from another machine: its record, checked, and nothing else of it.

What comes in is a document that anybody may have written. It becomes a record that can be read,
and gone on with against a target that is chosen here; nothing in it can run or is approved.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from knowledge.text import Text
from tui.engine import incident
from tui.engine.answer_json import Garbled, decoded
from tui.engine.event_form import wrong_fields
from tui.engine.journal import ID, SCHEMA
from tui.engine.outgoing import redacted_events
from tui.engine.ports import Clock, SystemClock
from tui.engine.private_folder import make_private
from tui.engine.record import Event, NoRecord, path_of, read_session

BIGGEST: Final = 64 << 20
"""Bytes of a document that is taken."""
MOST: Final = 200_000
"""Events of a session that is taken."""
_BIGGEST_EVENT: Final = 16 << 20


class BadHandover(Exception):
    """A document that cannot be taken, with the reason for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Imported:
    """A session that was taken over."""

    id: str
    events: int
    new: bool
    """False: the very same record was here already, and nothing was written."""


class _Document(msgspec.Struct):
    schema: str
    id: str
    events: list[msgspec.Raw]


def import_session(
    source: BinaryIO,
    name: str,
    folder: Path | None = None,
    *,
    clock: Clock | None = None,
) -> Imported:
    """Write what `oadp-doctor sessions export ID -o json` gave elsewhere as a record here.

    Args:
        source: the document; read up to `BIGGEST` bytes.
        name: the file it is in, or what else to call it.
        folder: the folder of the records; default: `sessions_folder()`.
        clock: the time; default: the computer's.

    Raises:
        BadHandover: it is no such document, it is too big, another session of that id is here, or
            the record cannot be written.
    """
    label = Path(name).name[:200] or name[:200]
    try:
        data = source.read(BIGGEST + 1)
    except OSError as error:
        raise _unusable(label, _why(error)) from None
    id, events = _read(data, label)
    path = path_of(id, folder)
    if os.path.lexists(path):
        return _compared(id, events, folder, path)
    event = _imported(label, len(events), clock or SystemClock())
    try:
        _write(path, [*events, event])
    except FileExistsError:
        return _compared(id, events, folder, path)
    except OSError as error:
        raise BadHandover(
            Text(
                en=f"The record {path} cannot be written ({_why(error).en}). Make room, or set "
                "OADP_DOCTOR_STATE to another folder.",
                ja=f"記録 {path} に書き込めません（{_why(error).ja}）。空き容量を確保するか、"
                "OADP_DOCTOR_STATE に別のフォルダーを指定してください。",
            )
        ) from None
    return Imported(id, len(events), new=True)


def _read(data: bytes, name: str) -> tuple[str, list[Event]]:
    if len(data) > BIGGEST:
        big = BIGGEST >> 20
        raise _unusable(name, Text(en=f"it is bigger than {big} MB", ja=f"{big} MB を超えています"))
    try:
        document = decoded(msgspec.json.Decoder(_Document).decode, data)
    except Garbled:
        raise _unusable(name, _FORM) from None
    if document.schema != incident.SCHEMA or not ID.fullmatch(document.id):
        raise _unusable(name, _FORM)
    if len(document.events) > MOST:
        raise _unusable(
            name,
            Text(
                en=f"it has more than {MOST:,} events", ja=f"イベントが {MOST:,} 件を超えています"
            ),
        )
    events = [_event(raw, number, name) for number, raw in enumerate(document.events, 1)]
    first = events[0] if events else {}
    if first.get("event") != "opened" or not all(
        first.get(field) for field in ("issue", "cause", "target") if first.get("kind") != "prompt"
    ):
        raise _unusable(
            name,
            Text(
                en="its first event does not say what the session is about",
                ja="最初のイベントにセッションの対象がありません",
            ),
        )
    return document.id, redacted_events(_unapproved(each) for each in events)


_FORM: Final = Text(
    en="it is no session as `oadp-doctor sessions export ID -o json` prints it",
    ja="`oadp-doctor sessions export ID -o json` が出力したセッションではありません",
)


def _event(raw: msgspec.Raw, number: int, name: str) -> Event:
    """Return an event whose fields are what readers count on.

    Raises:
        BadHandover: they are not.
    """
    where = Text(en=f"event {number}", ja=f"イベント {number}")
    try:
        if len(bytes(raw)) > _BIGGEST_EVENT:
            raise Garbled("too big")
        event = decoded(msgspec.json.decode, bytes(raw))
    except Garbled:
        event = None
    problem = "" if isinstance(event, dict) else "JSON"
    if isinstance(event, dict):
        problem = problem or next(wrong_fields(event), "")
    if problem:
        raise _unusable(
            name,
            Text(
                en=f"{where.en} is not as it should be ({problem})",
                ja=f"{where.ja} が正しくありません（{problem}）",
            ),
        )
    known: Event = event
    return known


def _unapproved(event: Event) -> Event:
    """Return `event` without its approval: that it was confirmed stays to be read."""
    if "approved" not in event:
        return event
    rest = {name: value for name, value in event.items() if name != "approved"}
    return {**rest, "confirmed": True} if event["approved"] else rest


def _imported(name: str, count: int, clock: Clock) -> Event:
    now = clock.now()
    return {
        "schema": SCHEMA,
        "number": count + 1,
        "time": now.isoformat(timespec="milliseconds"),
        "local": now.astimezone().isoformat(timespec="seconds"),
        "event": "imported",
        "from": name,
    }


def _compared(id: str, events: Sequence[Event], folder: Path | None, path: Path) -> Imported:
    """Return that the same record is here already.

    Raises:
        BadHandover: the record that is here says something else, or cannot be read.
    """
    try:
        here = read_session(id, folder)
    except NoRecord as problem:
        raise BadHandover(problem.message) from None
    known = _content(redacted_events(_unapproved(each) for each in here.events))
    if not here.broken and known == _content(events):
        return Imported(id, len(events), new=False)
    raise BadHandover(
        Text(
            en=f"Another record of the session {id} is here already, and it differs. Look at both, "
            f"move {path} away if the new one is right, then import it again.",
            ja=f"セッション {id} の別の記録がすでにあり、内容が異なります。両方を確認してください。"
            f"新しい方が正しい場合は、{path} を移動してから、もう一度取り込んでください。",
        )
    )


def _content(events: Sequence[Event]) -> list[Mapping[str, Any]]:
    """Return what tells two records of a session apart: not that and when one was handed over."""
    return [
        {name: value for name, value in each.items() if name != "number"}
        for each in events
        if each.get("event") != "imported"
    ]


def _write(path: Path, events: Sequence[Event]) -> None:
    """Write a record whole or not at all, for this user alone.

    Raises:
        FileExistsError: there is one.
        OSError: it cannot be written.
    """
    make_private(path.parent)
    part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as stream:
            for event in events:
                stream.write(msgspec.json.encode(event) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        # A link is made only where there is nothing, in one step.
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)


def _unusable(name: str, why: Text) -> BadHandover:
    return BadHandover(
        Text(
            en=f"{name} cannot be imported: {why.en}.",
            ja=f"{name} を取り込めません: {why.ja}。",
        )
    )


def _why(error: OSError) -> Text:
    reason = error.strerror or str(error)
    return Text(en=reason, ja=reason)


def open_document(name: str) -> BinaryIO:
    """Open a file to import, or standard input for `-`.

    Raises:
        BadHandover: it is no file that could be read.
    """
    if name == "-":
        return sys.stdin.buffer
    try:
        number = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if stat.S_ISDIR(os.fstat(number).st_mode):
            os.close(number)
            raise IsADirectoryError(21, "Is a directory")
        return os.fdopen(number, "rb")
    except OSError as error:
        raise _unusable(name, _why(error)) from None
