"""Times and durations as objects, logs and knowledge files write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FRACTION: Final = re.compile(r"\.(\d{1,6})\d*")


@lru_cache(maxsize=16_384)
def parse_time(text: str) -> datetime | None:
    """Return an RFC 3339 time, or None where `text` is none. Nanoseconds are cut."""
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r".\1", text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_duration(text: str) -> timedelta:
    """Return `90s`, `10m`, `4h` or `30d` as a duration.

    Raises:
        ValueError: `text` is not of that form.
    """
    return timedelta(**{_UNITS[text[-1:]]: int(text[:-1])}) if text[-1:] in _UNITS else _bad(text)


def _bad(text: str) -> timedelta:
    raise ValueError(f"duration {text!r}: write a number and s, m, h or d")
