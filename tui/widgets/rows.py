"""Rows that details are made of: text, sections, links, a button."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.text import join
from tui.widgets.row_list import Row


def text_row(key: str, content: Content, indent: int = 0, hang: int = 0) -> Row:
    """Return a row that is read and not chosen."""
    return Row(key, content, indent=indent, hang=hang, lines=0, selectable=False)


def section(title: str) -> list[Row]:
    """Return the heading of a part, with room above it."""
    return [
        text_row(f"room:{title}", Content("")),
        text_row(f"section:{title}", join((title, "bold $text-primary"))),
    ]


def tight(rows: Sequence[Row]) -> list[Row]:
    """Return rows without the empty ones between parts, for terminals with few lines."""
    return [row for row in rows if not row.key.startswith("room:")]


def link(key: str, content: Content, right: Content | None = None) -> Row:
    """Return a row that leads somewhere."""
    mark = Content.styled("› ", "$text-accent")
    return Row(key, mark + content, right=right, hang=2, lines=0)


def button(key: str, words: str) -> Row:
    """Return a row that looks like what it is: the thing to press."""
    return Row(key, join((f" {words} ", "bold $text-accent")), lines=0)
