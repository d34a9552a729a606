"""What the three panes have in common: a title, a filter that appears on demand, a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from tui import keys
from tui.language import _
from tui.text import join
from tui.widgets.row_list import RowList
from tui.widgets.survivor import Survivor

if TYPE_CHECKING:
    from tui.engine.session import State


class FilterInput(Survivor, Input):
    """Where a filter is typed or an error text is pasted."""

    BINDINGS: ClassVar[list[BindingType]] = keys.FILTER

    def __init__(self) -> None:
        super().__init__(classes="filter", select_on_focus=False)
        self._pasted: dict[str, str] = {}
        """What was pasted: as it is shown in one line -> with its lines."""

    @property
    def searched(self) -> str:
        """What is filtered for, with the lines of what was pasted: a log is read by the line."""
        text = self.value
        for shown, lines in self._pasted.items():
            text = text.replace(shown, lines)
        return text

    def _on_paste(self, event: events.Paste) -> None:
        """Take all lines of what is pasted, not only the first."""
        event.prevent_default()
        event.stop()
        text = event.text[:20_000].strip()
        shown = " ".join(text.split())
        if "\n" in text.replace("\r", "\n"):
            self._pasted = {shown: text.replace("\r\n", "\n").replace("\r", "\n")}
        self.insert_text_at_cursor(shown)

    def action_close_filter(self) -> None:
        """Clear the filter and go back to the list."""
        self.query_ancestor(Pane).close_filter()

    def action_leave_filter(self) -> None:
        """Keep the filter and go on in the list."""
        self.query_ancestor(Pane).list.focus()


class Pane(Survivor, Vertical):
    """A pane of the main screen."""

    title = query_one(".pane-title", Static)
    filter = query_one(FilterInput)
    list = query_one(RowList)

    def __init__(self, id: str) -> None:
        super().__init__(id=id, classes="pane")
        self.state: State | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, filter and list."""
        yield Static(Content(""), classes="pane-title", markup=False)
        yield FilterInput()
        yield RowList(id=f"{self.id}-list")

    def on_mount(self) -> None:
        """Show the filter only when it is used."""
        self.filter.display = False

    @property
    def wanted(self) -> str:
        """What is filtered for."""
        return self.filter.value if self.filter.display else ""

    def show(self, state: State) -> None:
        """Show a new state."""
        self.state = state
        self.render_rows()

    def render_rows(self) -> None:
        """Make the rows anew, in the language of the moment."""
        self.title.update(join((self.heading(), "")))
        self.filter.placeholder = self.filter_hint()

    def heading(self) -> str:
        """Return the pane's title."""
        return ""

    def filter_hint(self) -> str:
        """Return what can be typed into the filter."""
        return _("Filter")

    def open_filter(self) -> None:
        """Show the filter and go there."""
        self.filter.display = True
        self.filter.focus()

    def close_filter(self) -> None:
        """Clear the filter."""
        had = bool(self.filter.value)
        self.filter.value = ""
        self.filter.display = False
        self.list.focus()
        if not had:
            self.filter_changed()

    def filter_changed(self) -> None:
        """Show what the filter leaves."""
        self.render_rows()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.filter_changed()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.list.focus()
