"""A window with a list to choose one thing from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from knowledge.text import Text
from tui import keys
from tui.language import say
from tui.screens.base import DoctorModal
from tui.text import one_line
from tui.widgets.row_list import Row, RowList

_MOST: Final = 12
"""Rows of the list that are in sight."""


class ChoiceScreen(DoctorModal[int | None]):
    """Asks for one of several; the answer is its place, None if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = keys.CLOSE

    def __init__(self, title: Text, choices: Sequence[str], present: int = 0) -> None:
        """Take what there is to choose from, foreign text, and which one is it now."""
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._present = present

    def compose(self) -> ComposeResult:
        """Lay out title and list."""
        with Vertical(classes="window"):
            yield Static(Content(""), classes="window-title")
            yield RowList(id="choices")

    def on_mount(self) -> None:
        """Begin at the present one."""
        rows = [Row(str(number), one_line(each)) for number, each in enumerate(self._choices)]
        choices = self.query_one("#choices", RowList)
        choices.click_chooses = True
        choices.styles.height = min(len(rows), _MOST) or 1
        choices.set_rows(rows)
        choices.move_to(str(self._present))
        choices.focus()
        self.translate()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.query_one(".window-title", Static).update(one_line(say(self._title)))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.dismiss(int(event.key))

    def action_close(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
