"""Characters that hide, reorder or replace what a person sees, so that it is not what runs."""

from __future__ import annotations

import re
from typing import Final

CONTROLS: Final = "\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
"""Controls but for the tab, line ends included, and halves of characters."""
_INVISIBLE: Final = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
)
"""Of no width or of another direction: format characters, fillers, tags."""
UNSEEN: Final = re.compile(f"[{CONTROLS}{_INVISIBLE}]")
INVISIBLE: Final = re.compile(f"[{_INVISIBLE}]")
