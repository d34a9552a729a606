"""The form of events that come from elsewhere: which fields there are, and of which types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tui.engine.account import moment
from tui.engine.journal import SCHEMA
from tui.engine.record import FIELDS

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_NUMBER: Final = (int, float)
_OPTIONAL_TEXT: Final = (str, Mapping)
"""A text in both languages, or in one, as older programs wrote it."""
TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    **FIELDS,
    "schema": str,
    "time": str,
    "local": str,
    "number": int,
    "issue": str,
    "cause": str,
    "title": _OPTIONAL_TEXT,
    "target": Mapping,
    "finding": Mapping,
    "findings": list,
    "values": Mapping,
    "operator": _OPTIONAL_TEXT,
    "name": str,
    "value": str,
    "option": str,
    "text": str,
    "state": str,
    "note": _OPTIONAL_TEXT,
    "object": (Mapping, str, list),
    "kind": str,
    "outcome": str,
    "found": bool,
    "ok": bool,
    "manifest": Mapping,
    "before": Mapping,
    "after": Mapping,
    "undo_args": list,
    "undo_manifest": Mapping,
    "procedure": str,
    "yaml": str,
    "args": list,
    "argv": list,
    "namespace": str,
    "stdin": str,
    "shown": str,
    "undo": _OPTIONAL_TEXT,
    "undo_command": str,
    "code": int,
    "signal": str,
    "seconds": _NUMBER,
    "message": str,
    "from": str,
    "secret": str,
    "key": str,
    "steps": Mapping,
}
"""Fields of events that readers count on, and their types; null is everywhere as good as none."""


def wrong_fields(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the fields that are not what readers count on."""
    if event.get("schema") != SCHEMA:
        yield "schema"
    kind = event.get("event")
    if not isinstance(kind, str) or not _NAME.fullmatch(kind):
        yield "event"
    if moment(event.get("time")) is None:
        yield "time"
    for name, types in TYPES.items():
        value = event.get(name)
        if value is None:
            continue
        # To Python, true is a number too.
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            yield name
    for name in ("args", "argv", "undo_args"):
        if not _are_words(event.get(name)):
            yield name
    if not all(_is_line(each) for each in event.get("lines") or ()):
        yield "lines"
    for name in ("values", "steps"):
        if not all(isinstance(each, str) for each in (event.get(name) or {}).values()):
            yield name


def _are_words(value: Any) -> bool:
    return not isinstance(value, list) or all(isinstance(each, str) for each in value)


def _is_line(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(isinstance(each, str) for each in value)
    return isinstance(value, str)
