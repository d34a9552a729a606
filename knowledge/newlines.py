"""How many lines bytes have: at the speed of memory where stringzilla loads, else by `bytes`."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, cast

_SHORT: Final = 2_048
"""Bytes in which newlines are counted before a view of them is made."""


def _zilla() -> Any:
    try:
        return import_module("stringzilla")
    except ImportError:  # no wheel for this machine: `bytes` counts the same
        return None


_fast: Final = _zilla()


def newlines(data: bytes, start: int = 0, end: int | None = None) -> int:
    """Return how many newlines stand in `data` from `start` to before `end`, its end if None."""
    end = len(data) if end is None else end
    if _fast is None or end - start < _SHORT:
        return data.count(b"\n", start, end)
    return cast("int", _fast.count(memoryview(data)[start:end], b"\n"))
