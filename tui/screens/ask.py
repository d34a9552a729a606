"""Asking from a worker: whatever ends the worker, its question leaves the screen too."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from textual.app import App
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


async def ask(app: App[Any], screen: ModalScreen[Answer]) -> Answer | None:
    """Show `screen` and return its answer; None if it was closed without one.

    A cancelled worker leaves its modal screen standing in Textual; here it is taken down.
    """
    try:
        return await app.push_screen_wait(screen)
    except asyncio.CancelledError:
        if screen.is_attached:
            if screen.is_current:
                screen.dismiss(None)
            else:
                screen.remove()
        raise
