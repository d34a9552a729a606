"""What commands said: in lines that fit, the newest in sight."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from textual import events
from textual.widgets import Log

from tui.text import plain, visible, wrap

MOST_LINES: Final = 5_000
"""Lines that the screen keeps; the record has the rest."""


class Output(Log):
    """A log that wraps, since the end of an error's line is often what it is about."""

    def __init__(self) -> None:
        super().__init__(id="output", max_lines=MOST_LINES, highlight=False)
        self._said: deque[str] = deque(maxlen=MOST_LINES)
        self._room = 0

    @property
    def said(self) -> tuple[str, ...]:
        """Everything that was said, unwrapped."""
        return tuple(self._said)

    def begin(self, command: str, sign: str = "$") -> None:
        """Begin the output of another command, with a line that tells which.

        Args:
            command: The command, as short as it can be told apart; or what is done in words.
            sign: What stands before it.
        """
        if self._said:
            self.say("")
        self.say(f"{sign} {command}")

    def say(self, text: object) -> None:
        """Add foreign text, as text; the end stays in sight."""
        line = visible(text)
        self._said.append(line)
        if self._room and self.is_attached:
            self.write_lines(self._wrapped(line), scroll_end=True)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap everything anew where the width is another one."""
        room = self.scrollable_content_region.width
        if room == self._room:
            self.call_after_refresh(self.scroll_end, animate=False)
            return
        self._room = room
        self.clear()
        self.write_lines(
            [part for line in self._said for part in self._wrapped(line)], scroll_end=True
        )
        self.call_after_refresh(self.scroll_end, animate=False)

    def _wrapped(self, line: str) -> Iterable[str]:
        lines = wrap(plain(line), max(20, self._room - 2))
        return [("  " if number else "") + part.plain for number, part in enumerate(lines)]
