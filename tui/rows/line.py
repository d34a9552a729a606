"""One object as one line: its state as a tone and a word, what to know, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from knowledge.snapshot import ObjectRef
from tui.text import Tone


@dataclass(frozen=True, slots=True)
class Line:
    """What a pane shows of one object."""

    ref: ObjectRef
    tone: Tone
    word: str
    """The phase as the object gives it, or our own word; foreign until it is drawn."""
    note: str = ""
    """What else to know, foreign."""
    since: datetime | None = None
