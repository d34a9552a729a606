"""Texts of a must-gather that are neither logs nor objects, made into such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from knowledge.snapshot import LogGroup
from tui.engine.answer_json import Garbled
from tui.engine.archive.layout import Place
from tui.engine.archive.streams import Damaged
from tui.engine.stored import Stored, Unusable, Wanted, results_as_lines

_LARGEST: Final = 64 << 20
_LARGEST_INFO: Final = 4 << 20
_BEGINNING: Final = 256 << 10
_COMPLETED: Final = re.compile(
    rb"^Completed: +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4}) ", re.MULTILINE
)
_BLOCK: Final = re.compile(rb"^\*\*\*\n\* [^\n]*\n", re.MULTILINE)
_RESULTS: Final = {
    LogGroup.BACKUP: Stored.BACKUP_RESULTS,
    LogGroup.RESTORE: Stored.RESTORE_RESULTS,
}


def results(content: Iterator[bytes], place: Place) -> Iterator[bytes]:
    """Yield results as Velero stores them, as lines of a log.

    Raises:
        Damaged: it is something else.
    """
    wanted = Wanted(_RESULTS[place.log_group], place.namespace, place.name)
    try:
        yield results_as_lines(_read(content, _LARGEST), wanted)
    except (Unusable, Garbled) as error:
        raise Damaged(str(error)) from None


def beginning(content: Iterator[bytes]) -> bytes:
    """Return enough of a text to see when its work was completed."""
    return _read(content, _BEGINNING)


def completed(text: bytes) -> str:
    """Return when the work was completed that `velero … describe` tells of; empty: not said."""
    found = _COMPLETED.search(text)
    if found is None:
        return ""
    try:
        return datetime.strptime(
            b" ".join(found.groups()).decode(), "%Y-%m-%d %H:%M:%S %z"
        ).isoformat()
    except ValueError:
        return ""


def debug_info(content: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the documents in what the old gatherer writes of versions."""
    for block in _BLOCK.split(_read(content, _LARGEST_INFO)):
        if block.strip():
            yield block.strip() + b"\n"


def _read(content: Iterator[bytes], most: int) -> bytes:
    parts: list[bytes] = []
    for chunk in content:
        parts.append(chunk)
        most -= len(chunk)
        if most <= 0:
            break
    return b"".join(parts)
