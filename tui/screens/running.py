"""A screen that runs commands and shows what they say, however much and however fast it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import ClassVar, Final

from textual.worker import Worker

from tui.engine.ports import Exited, Line, RunEvent
from tui.engine.request import Stopped
from tui.language import _, say
from tui.rows.ending import ended
from tui.screens.base import DoctorScreen
from tui.text import Tone
from tui.widgets.stream import Stream

_BATCH: Final = 500
"""Lines that are shown at once; in between, keys are heard."""
_PAUSE: Final = 0.05
"""Seconds between two times of showing lines: nobody reads faster."""
STOPPED_WITHIN: Final = 10.0
"""Seconds that leaving waits for a running command to end."""


class RunningScreen(DoctorScreen[None]):
    """Runs one command at a time into a `Stream`; leaving it stops the command."""

    CSS_PATH: ClassVar[str] = "../styles/commands.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.ending = ""
        """How the last command ended, as a line; empty before."""
        self._work: Worker[None] | None = None
        self._stopped = asyncio.Event()
        """Set while no process is there."""
        self._stopped.set()
        self._waiting: list[str] = []
        """Lines that are not shown yet."""
        self._shown_at = 0.0

    @property
    def busy(self) -> bool:
        """Whether a command is running, or is being stopped."""
        return not self._stopped.is_set()

    @property
    def stream(self) -> Stream:
        """Return where lines are shown."""
        return self.query_one(Stream)

    def on_mount(self) -> None:
        """Show what comes, now and then."""
        self.set_interval(_PAUSE, self._show)

    def begun(self) -> None:
        """Show that a command begins, or has ended."""

    async def take(self, events: AsyncGenerator[RunEvent, None]) -> None:
        """Show all that a command says, and its end.

        Raises:
            Stopped: it does not run, or not to its end.
        """
        self._stopped.clear()
        self.ending = ""
        self.begun()
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Line):
                        await self._say(event.text)
                    elif isinstance(event, Exited):
                        self.ending = ended(event)
        except asyncio.CancelledError:
            self.ending = f"{Tone.UNKNOWN.sign} {_('stopped by you')}"
            raise
        except Stopped as stopped:
            self.ending = f"{Tone.BAD.sign} {say(stopped.message)}"
            raise
        finally:
            self._stopped.set()
            self._show()
            if self.is_attached:
                self.begun()

    async def _say(self, line: str) -> None:
        self._waiting.append(line)
        now = asyncio.get_running_loop().time()
        if now - self._shown_at >= _PAUSE:
            # The first line after a silence is seen at once.
            self._show()
        if len(self._waiting) >= _BATCH:
            self._show()
            await asyncio.sleep(0)

    def _show(self) -> None:
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        self._shown_at = asyncio.get_running_loop().time()
        for stream in self.query(Stream):
            stream.say(lines)

    # Stopping and leaving

    def action_stop(self) -> None:
        """Stop what runs, at once."""
        if self._work is not None:
            self._work.cancel()

    async def on_unmount(self) -> None:
        """However the screen goes, its command goes with it."""
        await self.stop()

    async def stop(self) -> None:
        """Stop what runs and wait until it is gone."""
        self.action_stop()
        with suppress(TimeoutError):
            # Some commands take their time to end; none may go on without us.
            await asyncio.wait_for(self._stopped.wait(), STOPPED_WITHIN)
