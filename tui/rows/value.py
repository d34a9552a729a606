"""A value of an object, short enough for one line."""

from __future__ import annotations

import json
from typing import Any, Final

_LONGEST: Final = 160


def short(value: Any) -> str:
    """Return a value as text, cut to a line or two."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
