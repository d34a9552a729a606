"""Makes a line of foreign output harmless: what would move a cursor or hide text is shown."""

from __future__ import annotations

import re

from knowledge.unseen import UNSEEN


def plain_line(text: str) -> str:
    """Return `text` with each control, escape and direction character made visible."""
    return UNSEEN.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<{code:02x}>"
