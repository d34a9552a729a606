"""A button that hears only what was pressed while it could be seen what it does."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Button


class SureButton(Button):
    """Deaf until `listen`, and deaf to keys and clicks that were made before it.

    Keys wait in queues: one that was pressed before the question could be read may arrive after.
    """

    def __init__(self, id: str) -> None:
        super().__init__("", id=id, compact=True)
        self._since: float | None = None
        """When it began to listen, by the clock of messages."""

    @property
    def listens(self) -> bool:
        """Whether a key or a click of now would be heard."""
        return self._since is not None

    def listen(self) -> None:
        """Hear what is pressed from now on."""
        self._since = Message().time

    def ignore(self) -> None:
        """Hear nothing."""
        self._since = None

    def _early(self, event: events.Event) -> bool:
        return self._since is None or event.time <= self._since

    def on_key(self, event: events.Key) -> None:
        """Drop what was pressed too early; Escape and keys that only look go on."""
        if event.key in ("enter", "space") and self._early(event):
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Drop a click that was made too early."""
        if self._early(event):
            event.stop()
            event.prevent_default()
