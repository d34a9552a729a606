"""A virtual list of rows: one line or wrapped, any number, drawn only where it is seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from tui import keys
from tui.widgets.row import Row, unmuted, wrapped

__all__ = ["Row", "RowList"]


class RowList(ScrollView, can_focus=True):
    """Rows with a cursor; wrapped text scrolls, selectable rows are stopped at."""

    BINDINGS: ClassVar[list[BindingType]] = keys.ROW_LIST
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--cursor",
        "row-list--cursor-blurred",
        "row-list--heading",
    }
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    ALLOW_SELECT = True

    @dataclass
    class Highlighted(Message):
        """The cursor came to a row."""

        row_list: RowList
        key: str

        @property
        def control(self) -> RowList:
            """Return the list, for selectors."""
            return self.row_list

    @dataclass
    class Chosen(Message):
        """A row was chosen, by Enter or a click on the row under the cursor."""

        row_list: RowList
        key: str

        @property
        def control(self) -> RowList:
            """Return the list, for selectors."""
            return self.row_list

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()
        self._tops: list[int] = []
        self._lines: list[list[Content] | None] = []
        self._height = 0
        self._laid_width = -1
        self._cursor = -1
        self.click_chooses = False
        """Whether one click is enough; otherwise the first only moves the cursor."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they were set."""
        return self._rows

    @property
    def cursor(self) -> str:
        """The key of the row under the cursor; empty if there is none."""
        return self._rows[self._cursor].key if 0 <= self._cursor < len(self._rows) else ""

    def set_rows(self, rows: Sequence[Row], *, top: bool = False) -> None:
        """Show `rows`; the cursor stays on its key, or as near to its place as it can.

        Args:
            rows: All rows.
            top: Whether to begin at the top, with the cursor on the first row to choose.
        """
        new = tuple(rows)
        if new == self._rows and not top:
            return
        old_key, old_cursor = self.cursor, self._cursor
        self._rows = new
        self._laid_width = -1
        if top:
            self._cursor = self._next_selectable(-1, 1)
        else:
            found = next((i for i, row in enumerate(new) if row.key == old_key), None)
            if found is None or not new[found].selectable:
                near = min(max(old_cursor, 0), len(new) - 1)
                found = self._next_selectable(near - 1, 1)
                if found < 0:
                    found = self._next_selectable(near, -1)
            self._cursor = found
        self._lay_out()
        if top:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()
        if self.cursor and self.cursor != old_key:
            self.post_message(self.Highlighted(self, self.cursor))

    def move_to(self, key: str, *, announce: bool = True) -> bool:
        """Put the cursor on the row with that key; return whether there is one."""
        for index, row in enumerate(self._rows):
            if row.key == key and row.selectable:
                self._set_cursor(index, announce=announce)
                return True
        return False

    def _next_selectable(self, start: int, step: int) -> int:
        index = start + step
        while 0 <= index < len(self._rows):
            if self._rows[index].selectable:
                return index
            index += step
        return -1

    def _set_cursor(self, index: int, *, announce: bool = True) -> None:
        if not 0 <= index < len(self._rows):
            return
        changed = index != self._cursor
        self._cursor = index
        self._lay_out()
        if self._tops:
            last = self._tops[index + 1] if index + 1 < len(self._tops) else self._height
            top = self._tops[index]
            if self._next_selectable(index, -1) < 0 and top < self.size.height:
                top = 0
            self.scroll_to_region(
                Region(0, top, 1, max(1, min(last - top, self.size.height))),
                animate=False,
                immediate=True,
                spacing=Spacing(),
            )
        self.refresh()
        if changed and announce:
            self.post_message(self.Highlighted(self, self.cursor))

    # Layout: heights are known without wrapping for one-line rows, so 50,000 of them cost little.

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width == self._laid_width or width <= 0:
            return
        self._laid_width = width
        self._tops, self._lines = [], []
        height = 0
        for row in self._rows:
            self._tops.append(height)
            lines = None if row.lines == 1 else wrapped(row, width)
            self._lines.append(lines)
            height += 1 if lines is None else len(lines)
        self._height = height
        self.virtual_size = Size(width, height)

    def _line(self, y: int) -> tuple[int, Content]:
        index = bisect_right(self._tops, y) - 1
        row = self._rows[index]
        offset = y - self._tops[index]
        lines = self._lines[index]
        width = self._laid_width
        right = row.right if offset == 0 else None
        indent = row.indent + (row.hang if offset else 0)
        if right is not None and row.brief is not None and lines is None:
            needed = indent + row.content.cell_length + 1 + right.cell_length
            right = right if needed <= width else row.brief
        room = width - indent - (right.cell_length + 1 if right is not None else 0)
        content = row.content if lines is None else lines[offset]
        if lines is None and content.cell_length > room:
            content = content.truncate(max(1, room), ellipsis=True)
        if indent:
            content = Content(" " * indent) + content
        if right is not None:
            gap = width - content.cell_length - right.cell_length
            content = content + Content(" " * max(1, gap)) + right
        return index, content

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew for the new width, with the cursor still in sight."""
        self._laid_width = -1
        self._lay_out()
        if self._cursor >= 0:
            self._set_cursor(self._cursor)

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is in sight."""
        self._lay_out()
        width = self.size.width
        line = y + self.scroll_offset.y
        style = self.visual_style
        if line >= self._height:
            return Strip.blank(width, style.rich_style)
        index, content = self._line(line)
        row = self._rows[index]
        if row.heading:
            style = self.get_visual_style("row-list--heading")
        if index == self._cursor and row.selectable:
            name = "row-list--cursor" if self.has_focus else "row-list--cursor-blurred"
            style = self.get_visual_style(name)
            if self.has_focus:
                content = unmuted(content)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(line)) is not None:
            start, end = span
            chosen = self.screen.get_visual_style("screen--selection")
            content = content.stylize(chosen, start, len(content) if end == -1 else end)
        strips = Visual.to_strips(self, content, width, 1, style, apply_selection=False, pad=True)
        strip = strips[0] if strips else Strip.blank(width, style.rich_style)
        return strip.adjust_cell_length(width, style.rich_style).apply_offsets(0, line)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, as it is shown."""
        text = "\n".join(self._line(y)[1].plain.rstrip() for y in range(self._height))
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def on_focus(self) -> None:
        """Draw the cursor as the active one."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor as a resting one."""
        self.refresh()

    # Moving

    def action_move(self, step: int) -> None:
        """Go to the next row to choose; through text in between, line by line."""
        target = self._next_selectable(self._cursor, step)
        if target < 0:
            self.scroll_relative(y=step, animate=False, immediate=True)
            return
        top = self._tops[target] if target < len(self._tops) else 0
        view_top = self.scroll_offset.y
        view_end = view_top + self.size.height
        if view_top - self.size.height // 2 <= top < view_end + self.size.height // 2:
            self._set_cursor(target)
        else:
            self.scroll_relative(y=step, animate=False, immediate=True)

    def action_page(self, pages: int) -> None:
        """Go a page up or down."""
        if not any(row.selectable for row in self._rows):
            self.scroll_relative(y=pages * self.size.height, animate=False, immediate=True)
            return
        self._lay_out()
        here = self._tops[self._cursor] if 0 <= self._cursor < len(self._tops) else 0
        wanted = min(max(0, here + pages * max(1, self.size.height - 1)), self._height - 1)
        index = bisect_right(self._tops, wanted) - 1
        step = 1 if pages > 0 else -1
        target = index if self._rows[index].selectable else self._next_selectable(index, step)
        if target >= 0 and target != self._cursor:
            self._set_cursor(target)
        else:
            self.scroll_relative(y=pages * self.size.height, animate=False, immediate=True)

    def action_edge(self, end: bool) -> None:
        """Go to the first or the last row."""
        step = -1 if end else 1
        target = self._next_selectable(len(self._rows) if end else -1, step)
        if target >= 0:
            self._set_cursor(target)
        self.scroll_to(y=self._height if end else 0, animate=False, immediate=True)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.cursor:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row that was clicked; choose it if it was there already."""
        line = event.y + self.scroll_offset.y
        if not 0 <= line < self._height or self.text_selection is not None:
            return
        index = bisect_right(self._tops, line) - 1
        if not self._rows[index].selectable:
            return
        there = index == self._cursor
        self._set_cursor(index)
        if there or self.click_chooses:
            self.action_choose()
