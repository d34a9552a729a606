"""Text as it streams in: virtual, bounded, wrapped or not, the end in sight until scrolled away."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import ClassVar, Final

from rich.cells import cell_len, chop_cells
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from tui import keys
from tui.text import visible
from tui.widgets.kept_lines import KeptLines

_SIDEWAYS: Final = 8
"""Cells of one step to the side."""


class Stream(ScrollView, can_focus=True):
    """Lines of a process, drawn only where they are seen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in keys.ROW_LIST if isinstance(each, Binding) and each.id != "row-choose"
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"stream--found"}
    DEFAULT_CSS = """
    Stream {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    ALLOW_SELECT = True

    class Changed(Message):
        """Lines came or went, or others are shown."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest matters."""
            return isinstance(message, Stream.Changed)

    def __init__(
        self,
        *,
        id: str | None = None,
        lines: KeptLines | None = None,
        from_start: bool = False,
    ) -> None:
        """Prepare an empty stream.

        Args:
            id: the widget's id.
            lines: where lines are kept; default: with the usual bounds.
            from_start: whether the beginning is what is read, as in a description, not the end.
        """
        super().__init__(id=id)
        self._from_start = from_start
        self.lines = lines or KeptLines()
        self.wraps = False
        self._ends: list[int] = []
        """How many rows there are up to each shown line; only while lines wrap."""
        self._sticks = not from_start
        """Whether the end stays in sight: kept, since a new layout comes before the new place."""
        self._aside = 0
        """Cells that lie out of sight to the left."""
        self._laid = (-1, False, "", -1)
        """Width, wrapping, filter and first line that the layout is for."""

    # What is shown

    def say(self, lines: Iterable[object]) -> None:
        """Add foreign lines, as text; the end stays in sight if it was."""
        at_end, ends = self.at_end, self._ends
        gone = self.lines.add([visible(each) for each in lines])
        if self.wraps and gone:
            gone = ends[min(gone, len(ends)) - 1] if ends else 0
        self._lay_out()
        if at_end:
            self.to_end()
        elif gone:
            # What is being read stays where it is, as long as it is kept.
            self.scroll_to(y=max(0, self.scroll_offset.y - gone), animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Changed())

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()
        self._sticks = not self._from_start
        self._again()

    def filter(self, wanted: str) -> None:
        """Show only lines with this text."""
        self.lines.filter(wanted)
        self._again()
        if self._from_start:
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
        else:
            self.to_end()

    def wrap(self, wanted: bool) -> None:
        """Break long lines, or let them run out of sight to the right."""
        at_end = self.at_end
        self.wraps = wanted
        self._aside = 0
        self._again()
        if at_end:
            self.to_end()

    @property
    def at_end(self) -> bool:
        """Return whether the newest line is in sight, so that newer ones will be."""
        return self._sticks

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note whether a person went away from the end, or back to it."""
        super().watch_scroll_y(old_value, new_value)
        was = self._sticks
        self._sticks = new_value >= self.max_scroll_y or (was and new_value > old_value)
        if was is not self._sticks:
            self.post_message(self.Changed())

    def to_end(self) -> None:
        """Show the newest lines."""
        self._sticks = True
        # The scroll bar may not be there yet.
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    def _again(self) -> None:
        self._laid = (-1, False, "", -1)
        self._lay_out()
        self.refresh()
        self.post_message(self.Changed())

    # Layout

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        lines = self.lines
        wanted = (width, self.wraps, lines.needle, lines.dropped)
        if wanted != self._laid:
            self._laid = wanted
            self._ends = []
        shown = lines.shown
        if self.wraps:
            rows = self._ends[-1] if self._ends else 0
            for at in range(len(self._ends), len(shown)):
                rows += _height(lines.text(shown[at]), width)
                self._ends.append(rows)
            height = rows
        else:
            height = len(shown)
        self.virtual_size = Size(width, height)

    def _row(self, y: int) -> str:
        """Return what stands in row `y`, from where it is scrolled to."""
        lines, shown = self.lines, self.lines.shown
        if not self.wraps:
            return lines.text(shown[y]) if y < len(shown) else ""
        at = bisect_right(self._ends, y)
        if at >= len(self._ends):
            return ""
        offset = y - (self._ends[at - 1] if at else 0)
        text, width = lines.text(shown[at]), self._laid[0]
        if text.isascii():
            return text[offset * width : (offset + 1) * width]
        parts = chop_cells(text, width)
        return parts[offset] if offset < len(parts) else ""

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new width; the end stays in sight if it was."""
        at_end = self.at_end
        self._again()
        if at_end:
            self.call_after_refresh(self.to_end)

    def render_line(self, y: int) -> Strip:
        """Draw one row of what is in sight."""
        width = self.size.width
        base = self.visual_style
        line = y + self.scroll_offset.y
        if line >= self.virtual_size.height:
            return Strip.blank(width, base.rich_style)
        text = self._row(line)
        if not self.wraps and self._aside:
            text = _from_cell(text, self._aside)
        content = Content(text)
        if self.lines.needle:
            content = self._marked(content)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(line)) is not None:
            start, end = span
            chosen = self.screen.get_visual_style("screen--selection")
            content = content.stylize(chosen, start, len(content) if end == -1 else end)
        if content.cell_length > width:
            content = content.truncate(width, ellipsis=True)
        strips = Visual.to_strips(self, content, width, 1, base, apply_selection=False, pad=True)
        strip = strips[0] if strips else Strip.blank(width, base.rich_style)
        return strip.adjust_cell_length(width, base.rich_style).apply_offsets(0, line)

    def _marked(self, content: Content) -> Content:
        """Return `content` with what is filtered for in another style."""
        style, needle = self.get_visual_style("stream--found"), self.lines.needle
        plain = content.plain.casefold()
        if len(plain) != len(content.plain):
            # Some letters are two when folded: places would not fit.
            return content
        at = plain.find(needle)
        while at >= 0:
            content = content.stylize(style, at, at + len(needle))
            at = plain.find(needle, at + len(needle))
        return content

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, as it is shown."""
        text = "\n".join(self._row(y).rstrip() for y in range(self.virtual_size.height))
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    # Moving

    def action_move(self, step: int) -> None:
        """Go a line up or down."""
        self.scroll_relative(y=step, animate=False, immediate=True)

    def action_page(self, pages: int) -> None:
        """Go a page up or down."""
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False, immediate=True)

    def action_edge(self, end: bool) -> None:
        """Go to the first or the last line."""
        self.scroll_to(y=self.max_scroll_y if end else 0, animate=False, immediate=True)

    def aside(self, steps: int) -> None:
        """Go to the side, where lines are longer than the screen is wide."""
        if not self.wraps:
            self._aside = max(0, self._aside + steps * _SIDEWAYS)
            self.refresh()


def _height(text: str, width: int) -> int:
    """Return how many rows a line takes."""
    if text.isascii():
        return max(1, -(-len(text) // width))
    return max(1, len(chop_cells(text, width))) if cell_len(text) > width else 1


def _from_cell(text: str, cells: int) -> str:
    """Return `text` without its first `cells` cells."""
    if text.isascii():
        return text[cells:]
    return "".join(chop_cells(text, cells)[1:]) if cell_len(text) > cells else ""
