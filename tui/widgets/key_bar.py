"""The footer: as many keys as fit, the most telling first; a click does what the key does."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui.language import _
from tui.text import join

_LAST: Final = ("help", "quit")
"""Bindings that always stay, whatever else has no room."""


class KeyBar(Widget):
    """One line of keys, made from the bindings that work at the moment."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        """Return the keys that fit."""
        shown: dict[str, tuple[str, str, str, bool]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.id is not None and binding.id not in shown:
                key = self.app.get_key_display(binding)
                shown[binding.id] = (key, _(binding.description), binding.action, active.enabled)
        last = [shown.pop(id) for id in _LAST if id in shown]
        room = self.size.width - sum(_width(each) for each in last)
        kept = set()
        # What works at the moment has the room first.
        for id, each in sorted(shown.items(), key=lambda item: not item[1][3]):
            if _width(each) <= room:
                kept.add(id)
                room -= _width(each)
        return self._draw([*(each for id, each in shown.items() if id in kept), *last])

    def _draw(self, entries: list[tuple[str, str, str, bool]]) -> Content:
        parts: list[Content] = []
        self._places = []
        column = 0
        for key, words, action, enabled in entries:
            style = "" if enabled else "$text-disabled"
            part = join(
                " ", (key, "bold $footer-key-foreground" if enabled else style), " ", (words, style)
            )
            part = part + Content("  ")
            width = part.cell_length
            if enabled:
                self._places.append((column, column + width, action))
            column += width
            parts.append(part)
        return Content("").join(parts)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, action in self._places:
            if start <= event.x < end:
                focused = self.screen.focused
                await self._run(action, focused)
                return

    async def _run(self, action: str, focused: Widget | None) -> None:
        for active in self.screen.active_bindings.values():
            if active.binding.action == action:
                await self.app.run_action(action, default_namespace=active.node)
                return


def _width(entry: tuple[str, str, str, bool]) -> int:
    return Content(f" {entry[0]} {entry[1]}  ").cell_length
