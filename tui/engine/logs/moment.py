"""The time of a line, as a number that can be compared, read from its first bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_NEAR: Final = 400
"""Bytes of a line in which its time is looked for."""
_TIME: Final = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d):(\d\d)(?:[.,](\d{1,9}))?\d*(Z|[+-]\d\d:?\d\d)"
)
_EPOCH: Final = re.compile(rb"(\d\.\d{6,18})e\+09\t|(\d{10})\.(\d{1,9})\t")
_HEAD: Final = re.compile(
    rb"(?:\[[^\]\s]{1,300}\] )?(?:\d{4}-|time=|level=|\{|[IWEF]\d{4} |\d\.|\d{10}\.)"
)
"""What a line with a time of its own begins with: a time within a stack trace is none."""
_SECOND: Final = 1_000_000_000


def moment(line: bytes) -> int | None:
    """Return nanoseconds since 1970; None: the line has no time of its own."""
    if _HEAD.match(line) is None:
        return None
    found = _TIME.search(line, 0, _NEAR)
    if found is not None:
        minute = _minute(found[1], found[4])
        if minute is None:
            return None
        fraction = int(found[3].ljust(9, b"0")) if found[3] else 0
        return (minute + int(found[2])) * _SECOND + fraction
    epoch = _EPOCH.match(line)
    if epoch is None:
        return None
    if epoch[1]:
        return int(float(epoch[1]) * _SECOND) * _SECOND
    return int(epoch[2]) * _SECOND + int(epoch[3].ljust(9, b"0"))


@lru_cache(maxsize=1024)
def _minute(text: bytes, zone: bytes) -> int | None:
    try:
        moment = datetime.fromisoformat((text + b":00" + zone).decode())
    except ValueError:
        return None
    return int(moment.astimezone(UTC).timestamp())
