"""What all screens share: they survive bugs, speak the language of the moment, need some room."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual import events
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from tui.language import _
from tui.widgets.status_line import marks
from tui.widgets.survivor import Survivor

if TYPE_CHECKING:
    from tui.engine.session import State

Result = TypeVar("Result")

WIDTHS: list[tuple[int, str]] | None = [
    (0, "-tiny"),
    (60, "-narrow"),
    (100, "-medium"),
    (120, "-wide"),
]
HEIGHTS: list[tuple[int, str]] | None = [(0, "-flat"), (16, "-short"), (30, "-tall")]


class TooSmall(Widget):
    """Covers everything while the terminal is too small; what is below stays as it is."""

    def render(self) -> Content:
        """Return what to do."""
        size = self.app.size
        words = _("The terminal is {width}x{height}. Please make it at least 60x16.")
        return Content(words.format(width=size.width, height=size.height))


class DoctorScreen(Survivor, Screen[Result]):
    """A screen of the program."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = ""

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        for widget in self.query("StatusLine, KeyBar, TooSmall"):
            widget.refresh(layout=True)

    @property
    def stands(self) -> bool:
        """Whether all its parts are there: not before it is laid out, nor while it goes."""
        return self.is_mounted

    def refresh_facts(self, new: State) -> None:
        """Take a new state of the session; called only while the screen stands."""

    async def may_leave(self) -> bool:
        """Return whether the program may end; may ask."""
        return True


class DoctorModal(Survivor, ModalScreen[Result]):
    """A question or a window over a screen."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = ""

    def _on_mount(self, event: events.Mount) -> None:
        """Name in the border what the status line below names: it may be covered."""
        # Textual calls the handler of each class, so the base class is not called here.
        self._mark()

    def _mark(self) -> None:
        read_only = bool(getattr(self.app, "read_only", False))
        practice = bool(getattr(self.app, "practice", False))
        words = marks(self, read_only=read_only, practice=practice)
        for window in self.query(".window"):
            window.border_title = Content(" ").join(words)

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        self._mark()
        for widget in self.query("StatusLine, KeyBar, TooSmall"):
            widget.refresh(layout=True)

    @property
    def stands(self) -> bool:
        """Whether all its parts are there: not before it is laid out, nor while it goes."""
        return self.is_mounted

    def refresh_facts(self, new: State) -> None:
        """Take a new state of the session; called only while the window stands."""
