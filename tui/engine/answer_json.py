"""JSON of servers and plugins, of which nothing is certain: every way to be wrong is one error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")


class Garbled(Exception):
    """It is not what was asked for: not JSON, not of that form, too deep, too much."""


def decoded(decode: Callable[[bytes], _T], data: bytes) -> _T:
    """Return `data` decoded.

    Raises:
        Garbled: it cannot be; letters that are no text and endless nesting have errors of their
            own in the decoder.
    """
    try:
        return decode(data)
    except (ValueError, RecursionError) as error:
        raise Garbled(f"{type(error).__name__}: {error}"[:200]) from None


def anything(data: bytes) -> Any:
    """Return the JSON in `data`, or None."""
    try:
        return decoded(msgspec.json.decode, data)
    except Garbled:
        return None


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
