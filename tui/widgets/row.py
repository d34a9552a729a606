"""One row of a list, and how it is laid out in a width."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from tui.text import wrap


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a list."""

    key: str
    """What it is, from one refresh to the next; the cursor stays on it."""
    content: Content
    right: Content | None = None
    """Stands at the right edge of the first line, and is never cut."""
    brief: Content | None = None
    """Stands there instead where both have no room."""
    indent: int = 0
    hang: int = 0
    """Cells that the following lines stand further in."""
    selectable: bool = True
    lines: int = 1
    """Lines at most; more text is cut with an ellipsis. 0: as many as it takes."""
    heading: bool = False


def wrapped(row: Row, width: int) -> list[Content]:
    """Return the lines of a row, without its indents."""
    room = max(4, width - row.indent - row.hang)
    right = row.right.cell_length + 1 if row.right is not None else 0
    lines = wrap(row.content, max(4, room - right), row.hang)
    if row.lines and len(lines) > row.lines:
        kept = lines[: row.lines]
        last = room - right - 1 + (row.hang if len(kept) == 1 else 0)
        kept[-1] = kept[-1].truncate(max(1, last)).rstrip() + Content("…")
        return kept
    return lines


def unmuted(content: Content) -> Content:
    """Return `content` without muted parts: they could not be read on the cursor's colour."""
    spans = [span for span in content.spans if span.style != "$text-muted"]
    return Content(content.plain, spans)
