"""Reading fields of objects that may be anything: wrong types give nothing, never an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tui.text import moment


def at(body: Any, *path: str | int) -> Any:
    """Return what stands at `path`, or None."""
    here = body
    for part in path:
        if isinstance(part, str) and isinstance(here, Mapping):
            here = here.get(part)
        elif isinstance(part, int) and isinstance(here, Sequence) and not isinstance(here, str):
            here = here[part] if -len(here) <= part < len(here) else None
        else:
            return None
    return here


def word(body: Any, *path: str | int) -> str:
    """Return a field as text; empty if it is missing or not a scalar."""
    value = at(body, *path)
    return str(value) if isinstance(value, str | int | float) else ""


def number(body: Any, *path: str | int) -> int:
    """Return a field as a whole number; 0 if it is none."""
    value = at(body, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def items(body: Any, *path: str | int) -> list[Any]:
    """Return a field as a list; empty if it is none."""
    value = at(body, *path)
    return list(value) if isinstance(value, list | tuple) else []


def since(body: Any) -> datetime | None:
    """Return when an object began: its start, or else its creation."""
    return (
        moment(at(body, "status", "startTimestamp"))
        or moment(at(body, "status", "lastBackup"))
        or moment(at(body, "metadata", "creationTimestamp"))
    )
