"""The lines of a page of a log: numbers, marks of evidence, matches, what is selected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len, chop_cells
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from tui import keys
from tui.engine.logs.page import Page, ShownLine
from tui.engine.logs.requests import Edge, Move, Point, Share, Turn, Wish
from tui.text import Tone, visible
from tui.widgets.survivor import Survivor

_SIDEWAYS: Final = 8
_WHEEL: Final = 3
_LEAST_DIGITS: Final = 5
_LONGEST: Final = 80_000
"""Signs of a line: more than the log view gives of one."""
_BEHIND: Final = 500
"""Signs behind the edge of the screen in which a match may end that begins on it."""
_MATCHES: Final = 200
"""Matches that are marked in one line."""
_LEVELS: Final = {
    "error": "$text-error",
    "fatal": "$text-error",
    "panic": "$text-error",
    "warning": "$text-warning",
    "debug": "$text-muted",
    "trace": "$text-muted",
}
CURRENT: Final = "›"
SELECTED: Final = "│"
EVIDENCE: Final = "◆"


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the screen."""

    line: int
    """Which line of the page."""
    offset: int
    """Which row of that line."""


def rows_of(text: str, width: int) -> int:
    """Return how many rows a line takes where lines wrap; safe from any thread."""
    return len(_chopped(visible(text, _LONGEST), width))


def _chopped(text: str, width: int) -> list[str]:
    if cell_len(text) <= width:
        return [text]
    if text.isascii():
        return [text[at : at + width] for at in range(0, len(text), width)]
    return chop_cells(text, width)


class LogLines(Survivor, Widget, can_focus=True):
    """Draws the page of the moment; keys and clicks become wishes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in keys.ROW_LIST if isinstance(each, Binding) and each.id != "row-choose"
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-lines--current",
        "log-lines--found",
        "log-lines--selected",
        "log-lines--margin",
    }
    DEFAULT_CSS = """
    LogLines { height: 1fr; width: 1fr; }
    """

    @dataclass
    class Wished(Message):
        """Somebody wants to be elsewhere in the log."""

        wish: Wish

    @dataclass
    class Fits(Message):
        """There is room for so many rows, of so many cells."""

        rows: int
        width: int

        def can_replace(self, message: Message) -> bool:
            """Only the newest matters."""
            return isinstance(message, LogLines.Fits)

    def __init__(self) -> None:
        super().__init__(id="log-lines")
        self.page = Page()
        self.wraps = False
        self.found: re.Pattern[str] | None = None
        """What is marked in the lines."""
        self.selected_from: int | None = None
        """The offset of the line at which the selection begins."""
        self.reveals = False
        """Whether a match in the current line is brought into sight, however far to the right."""
        self.share = (0.0, 1.0)
        """Which part of the log is in sight, 0 to 1."""
        self._aside = 0
        self._fitted = (0, 0)
        """The room that was told last."""
        self._rows: list[_Row] = []
        self._texts: list[str] = []

    # What is shown

    def show(self, page: Page, size: int) -> None:
        """Show a page of a log that has `size` bytes."""
        self.page = page
        if page.lines and size:
            self.share = (page.lines[0].start / size, min(1.0, page.lines[-1].end / size))
        else:
            self.share = (0.0, 1.0)
        if self.wraps and self._fitted != self._room:
            # Longer numbers leave less room for the lines.
            self.fit()
        self._lay_out()
        if self.reveals and not self.wraps and 0 <= page.cursor < len(self._texts):
            self._reveal(self._texts[page.cursor])

    def _lay_out(self) -> None:
        self._texts = [visible(each.text, _LONGEST) for each in self.page.lines]
        self._rows = []
        for number, text in enumerate(self._texts):
            count = len(_chopped(text, self.room)) if self.wraps else 1
            self._rows += [_Row(number, offset) for offset in range(count)]
        self.refresh()

    def _reveal(self, text: str) -> None:
        match = self.found.search(text) if self.found is not None else None
        if match is None:
            # Nowhere to go: the line is seen from its beginning.
            self._aside = 0
            return
        begin, end = cell_len(text[: match.start()]), cell_len(text[: match.end()])
        if end <= self.room:
            self._aside = 0
        elif not self._aside <= begin <= end <= self._aside + self.room:
            self._aside = max(0, begin - self.room // 3)

    @property
    def digits(self) -> int:
        """How many cells line numbers take."""
        numbers = [each.number for each in self.page.lines if each.number is not None]
        return max(_LEAST_DIGITS, len(str(max(numbers, default=0))))

    @property
    def room(self) -> int:
        """How many cells there are for the text of a line."""
        return max(10, self.size.width - self.digits - 5)

    def on_resize(self, event: events.Resize) -> None:
        """Ask for as many lines as there is room for."""
        self.fit()

    def fit(self) -> None:
        """Ask for as many lines as there is room for."""
        self._fitted = self._room
        self.post_message(self.Fits(*self._fitted))

    @property
    def _room(self) -> tuple[int, int]:
        """Rows, and cells of each if lines wrap."""
        return self.size.height, self.room if self.wraps else 0

    def wrap(self, wanted: bool) -> None:
        """Break long lines, or let them run out of sight to the right."""
        self.wraps = wanted
        self._aside = 0
        self.fit()
        self._lay_out()

    def aside(self, steps: int) -> None:
        """Go to the side in long lines."""
        self._aside = max(0, self._aside + steps * _SIDEWAYS)
        self.refresh()

    def selects(self, line: ShownLine) -> bool:
        """Return whether a line is selected."""
        current = self.page.current
        if self.selected_from is None or current is None:
            return False
        first, last = sorted((self.selected_from, current.start))
        return first <= line.start <= last

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.size.width
        base = self.visual_style
        content = self._content(self._rows[y]) if y < len(self._rows) else Content("")
        bar = self._bar(y)
        content = content.truncate(width - 1, pad=True) + bar
        strips = Visual.to_strips(self, content, width, 1, base, apply_selection=False, pad=True)
        strip = strips[0] if strips else Strip.blank(width, base.rich_style)
        return strip.adjust_cell_length(width, base.rich_style)

    def _bar(self, y: int) -> Content:
        """Return the part of the scroll bar beside a row."""
        first, last = self.share
        height = self.size.height
        top = min(int(first * height), height - 1)
        end = max(top + 1, round(last * height))
        if first <= 0 and last >= 1:
            return Content(" ")
        return Content.styled("┃" if top <= y < end else " ", "$primary")

    def _content(self, row: _Row) -> Content:
        line, text = self.page.lines[row.line], self._texts[row.line]
        if self.wraps:
            parts = _chopped(text, self.room)
            text = parts[row.offset] if row.offset < len(parts) else ""
        elif self._aside:
            text = _from_cell(text, self._aside)
        text = text[: self.room + _BEHIND]
        margin = self._margin(line, row, current=row.line == self.page.cursor)
        body = Content.styled(text, _LEVELS.get(line.level, ""))
        if self.found is not None:
            style = self.get_visual_style("log-lines--found")
            for number, match in enumerate(self.found.finditer(text)):
                if number >= _MATCHES or match.end() == match.start():
                    break
                body = body.stylize(style, match.start(), match.end())
        if row.line == self.page.cursor:
            style = self.get_visual_style("log-lines--current")
            body = body.truncate(self.size.width, pad=True).stylize_before(style)
        elif self.selects(line):
            style = self.get_visual_style("log-lines--selected")
            body = body.truncate(self.size.width, pad=True).stylize_before(style)
        return margin + body

    def _margin(self, line: ShownLine, row: _Row, *, current: bool) -> Content:
        first = row.offset == 0
        sign = CURRENT if current and first else (SELECTED if self.selects(line) else " ")
        mark = EVIDENCE if line.findings and first else " "
        number = "" if line.number is None or not first else str(line.number)
        return Content.assemble(
            (sign, "bold $text-accent"),
            (mark, f"bold {Tone.BAD.style}"),
            (f"{number:>{self.digits}} ", "$text-accent" if current else "$text-muted"),
        )

    # Moving

    def _wish(self, wish: Wish) -> None:
        self.reveals = False
        self.post_message(self.Wished(wish))

    def action_move(self, step: int) -> None:
        """Go a line up or down."""
        self._wish(Move(step))

    def action_page(self, pages: int) -> None:
        """Go a page up or down."""
        self._wish(Turn(pages))

    def action_edge(self, end: bool) -> None:
        """Go to the first or the last line."""
        self._aside = 0
        self._wish(Edge(end))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go some lines down."""
        event.stop()
        self._wish(Move(_WHEEL))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go some lines up."""
        event.stop()
        self._wish(Move(-_WHEEL))

    def on_click(self, event: events.Click) -> None:
        """Go to the line that was clicked, or to a place in the scroll bar."""
        if event.x >= self.size.width - 1 and self.share != (0.0, 1.0):
            self._wish(Share(event.y / max(1, self.size.height - 1)))
        elif event.y < len(self._rows):
            self._wish(Point(self.page.lines[self._rows[event.y].line].start))


def _from_cell(text: str, cells: int) -> str:
    """Return `text` without its first `cells` cells."""
    if text.isascii():
        return text[cells:]
    for place, sign in enumerate(text):
        if cells <= 0:
            # Of a wide sign that is cut in two the second half is a space.
            return " " * -cells + text[place:]
        cells -= cell_len(sign)
    return ""
