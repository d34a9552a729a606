"""Kubernetes objects as plain JSON, and the paths that point into them."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

JsonObject = dict[str, Any]

_STEP = re.compile(r'"([^"]*)"|\[(\d+)\]|\[([A-Za-z0-9]+)=([^\]]*)\]|([^.\["]+)|\.')


class Missing:
    """The value of a path that leads nowhere."""

    def __bool__(self) -> bool:
        """Says that nothing is there."""
        return False

    def __repr__(self) -> str:
        return "<missing>"


MISSING = Missing()


@lru_cache(maxsize=4096)
def parse_path(path: str) -> tuple[str | int | tuple[str, str], ...]:
    """Reads `spec.a."key.with/dots"[0].containers[name=velero]` into steps.

    Args:
        path: Dotted path; a key holding dots stands in double quotes.

    Returns:
        Keys, list indexes and (key, value) selections of list items.
    """
    steps: list[str | int | tuple[str, str]] = []
    position = 0
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise ValueError(f"bad path: {path}")
        quoted, index, key, value, plain = found.groups()
        if quoted is not None:
            steps.append(quoted)
        elif index is not None:
            steps.append(int(index))
        elif key is not None:
            steps.append((key, value))
        elif plain is not None:
            steps.append(plain)
        position = found.end()
    return tuple(steps)


def at(value: Any, path: str) -> Any:
    """Follows a path into an object.

    Returns:
        The value, or `MISSING`.
    """
    for step in parse_path(path):
        if isinstance(step, tuple):
            if not isinstance(value, list):
                return MISSING
            for item in value:
                if isinstance(item, dict) and str(item.get(step[0])) == step[1]:
                    value = item
                    break
            else:
                return MISSING
        elif isinstance(value, dict):
            if str(step) not in value:
                return MISSING
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int):
            if step >= len(value):
                return MISSING
            value = value[step]
        else:
            return MISSING
    return value


def metadata(obj: JsonObject) -> JsonObject:
    """Returns the metadata of an object, never None."""
    meta = obj.get("metadata")
    return meta if isinstance(meta, dict) else {}


def name_of(obj: JsonObject) -> str:
    """Returns the object's name."""
    return str(metadata(obj).get("name") or "")


def namespace_of(obj: JsonObject) -> str:
    """Returns the object's namespace, empty for cluster scope."""
    return str(metadata(obj).get("namespace") or "")


def labels_of(obj: JsonObject) -> dict[str, str]:
    """Returns the object's labels, never None."""
    return metadata(obj).get("labels") or {}


def timestamp(moment: float | None = None) -> str:
    """Writes a moment (epoch seconds, default now) as Kubernetes does."""
    value = time.time() if moment is None else moment
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> float | None:
    """Reads a Kubernetes timestamp; None if it isn't one."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, AttributeError):
        return None


_DURATION = re.compile(r"^([+-]?)((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)$")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def seconds(text: str | float) -> float:
    """Reads a duration such as `-3h`, `1m30s` or `8` (seconds).

    Raises:
        ValueError: If the text is no duration.
    """
    if isinstance(text, int | float):
        return float(text)
    found = _DURATION.match(text.strip())
    if found is None:
        return float(text)
    total = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(found[2]))
    return -total if found[1] == "-" else total


def age(since: str, now: float | None = None) -> str:
    """Writes the age of a timestamp as kubectl does: 45s, 5m12s, 3h20m, 2d4h, 40d."""
    moment = epoch(since)
    if moment is None:
        return "<unknown>"
    span = timedelta(seconds=max(0, int((time.time() if now is None else now) - moment)))
    total = int(span.total_seconds())
    if total < 120:
        return f"{total}s"
    minutes, rest = divmod(total, 60)
    if minutes < 10:
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    hours, rest = divmod(minutes, 60)
    if hours < 8:
        return f"{hours}h{rest}m" if rest else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    days, rest = divmod(hours, 24)
    if days < 8:
        return f"{days}d{rest}h" if rest else f"{days}d"
    if days < 365 * 2:
        return f"{days}d"
    return f"{days // 365}y"
