"""What a person does with the record of an earlier session: a note into it, a file out of it."""

from __future__ import annotations

import os
from pathlib import Path

from knowledge.text import Language, Text
from tui.engine.journal import Journal
from tui.engine.record import NoRecord, read_session
from tui.engine.records import export


def write_note(id: str, text: str, folder: Path | None = None) -> None:
    """Add a note to a record that no program has open.

    Args:
        id: the session's id.
        text: the note.
        folder: where records are; default: the state folder.

    Raises:
        NoRecord: it is not there, or cannot be read or written.
        InUse: a program has it open.
    """
    # Looked at first: what is damaged beyond reading gets no note.
    read_session(id, folder)
    try:
        journal = Journal.reopen(id, folder)
    except OSError as error:
        raise _unwritable(id, error) from None
    try:
        problem = journal.write("note", text=text)
    finally:
        journal.close()
    if problem is not None:
        raise NoRecord(problem)


def export_file(id: str, language: Language, where: Path, folder: Path | None = None) -> Path:
    """Write the incident record as Markdown into a new file that only its owner can read.

    Args:
        id: the session's id.
        language: of the record's own words.
        where: the folder of the new file; a file that is there already is left alone.
        folder: where records are; default: the state folder.

    Returns:
        The file: `incident-ID.md`, or `incident-ID-2.md` and so on.

    Raises:
        NoRecord: there is no such session, or the file cannot be written.
    """
    text = export(id, "markdown", language, folder)
    for number in range(1, 100):
        path = where / (f"incident-{id}.md" if number == 1 else f"incident-{id}-{number}.md")
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(str(path), error) from None
        try:
            with os.fdopen(file, "w", encoding="utf-8") as out:
                out.write(text)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise _unwritable(str(path), error) from None
        return path
    raise NoRecord(
        Text(
            en=f"{where} holds 99 exports of this session already; remove some.",
            ja=f"{where} にはこのセッションのエクスポートがすでに 99 件あります。"
            "不要なものを削除してください。",
        )
    )


def _unwritable(what: str, error: OSError) -> NoRecord:
    why = error.strerror or str(error)
    return NoRecord(
        Text(en=f"{what} cannot be written: {why}.", ja=f"{what} に書き込めません: {why}")
    )
