"""The tabs of a narrow terminal: which panes there are, which one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.text import join


class TabBar(Widget):
    """One line of numbered names."""

    DEFAULT_CSS = """
    TabBar { height: 1; }
    """

    @dataclass
    class Clicked(Message):
        """A tab was clicked."""

        id: str

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._tabs: list[tuple[str, str]] = []
        self._current = ""
        self._places: list[tuple[int, int, str]] = []

    def show(self, tabs: Sequence[tuple[str, str]], current: str) -> None:
        """Show `tabs` as (id, name), with one of them as the current one."""
        self._tabs = list(tabs)
        self._current = current
        self.refresh()

    def render(self) -> Content:
        """Return the names with the keys that lead to them."""
        parts: list[Content] = []
        self._places = []
        column = 0
        for number, (id, name) in enumerate(self._tabs, 1):
            style = "bold $block-cursor-foreground on $block-cursor-background"
            part = join((f" {number} {name} ", style if id == self._current else "$text-muted"))
            self._places.append((column, column + part.cell_length, id))
            column += part.cell_length + 1
            parts.append(part)
        return Content(" ").join(parts)

    def on_click(self, event: events.Click) -> None:
        """Tell which tab was clicked."""
        for start, end, id in self._places:
            if start <= event.x < end:
                self.post_message(self.Clicked(id))
