"""Keeps a widget alive when one of its handlers has a bug: the person is told, work goes on."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.message import Message
from textual.message_pump import MessagePump


@runtime_checkable
class Survives(Protocol):
    """An app that can show an unexpected error and go on."""

    def survive(self, error: Exception) -> None:
        """Record `error` and show it."""


class Survivor(MessagePump):
    """Mixed into apps, screens and widgets, before Textual's own class."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            app = self.app
            if not isinstance(app, Survives):
                raise
            app.survive(error)
