"""A document of the knowledge base's own texts, as Markdown or as text to print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.text import PLACEHOLDER
from tui.engine.line_breaks import cells, may_break

WIDTH: Final = 100
"""Cells of a printed line."""
_ITEM: Final = re.compile(r"^(\s*)([-*]|\d{1,3}\.)\s+(.*)$")
_SPAN: Final = re.compile(r"(`+[^`]*`+)")
_LINK: Final = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_WIDE: Final = "[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]"
_GAP: Final = re.compile(f"(?<={_WIDE}) (?={_WIDE})")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the document's title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs and lists in the Markdown of knowledge files, with `${name}` in them."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be copied as they are."""

    text: str
    language: str = ""


Block = Heading | Prose | Code


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return the document as Markdown."""
    return "\n".join(line for block in blocks for line in _marked(block)).rstrip("\n") + "\n"


def to_text(blocks: Iterable[Block], width: int = WIDTH) -> str:
    """Return the document as lines of at most `width` cells, Japanese signs counting two.

    Code is not broken here, nor moved to the right: it must work where it is pasted.
    """
    return (
        "\n".join(line for block in blocks for line in _printed(block, width)).rstrip("\n") + "\n"
    )


def _marked(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {_with_names(text)}"
        case Prose(text):
            yield from _with_names(text.strip()).split("\n")
        case Code(text, language):
            fence = "`" * max(3, max((len(run) + 1 for run in re.findall("`+", text)), default=0))
            yield from (f"{fence}{language}", *text.rstrip("\n").split("\n"), fence)
    yield ""


def _with_names(text: str) -> str:
    """Return Markdown with each `${name}` readable as `<name>`, which else would be HTML."""
    parts = _SPAN.split(text)
    return "".join(
        PLACEHOLDER.sub(r"<\1>", part) if number % 2 else PLACEHOLDER.sub(r"`<\1>`", part)
        for number, part in enumerate(parts)
    )


def _printed(block: Block, width: int) -> Iterator[str]:
    match block:
        case Heading(level, text):
            lines = list(_wrapped(_plain(text), width, 0))
            yield from lines
            if level < 3:
                yield ("=" if level == 1 else "-") * max(map(cells, lines))
        case Prose(text):
            for mark, piece in _pieces(text):
                if not piece:
                    yield ""
                    continue
                first, *rest = _wrapped(_plain(piece), width - len(mark), 0)
                yield f"{mark}{first}"
                yield from (f"{' ' * len(mark)}{line}" for line in rest)
        case Code(text, _):
            yield from text.rstrip("\n").split("\n")
    yield ""


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield paragraphs and list items as mark and text; an empty text between paragraphs."""
    mark, held = "", ""
    for line in text.strip().split("\n"):
        item = _ITEM.match(line)
        if item is None and line.strip():
            held = f"{held} {line.strip()}".strip()
            continue
        if held:
            yield mark, held
        mark, held = "", ""
        if item is None:
            yield "", ""
        else:
            mark, held = f"{item[1]}{item[2]} ", item[3]
    if held:
        yield mark, held


def _plain(text: str) -> str:
    """Return one paragraph of Markdown without its marks; what is code stays as it is."""
    parts = _SPAN.split(" ".join(text.split()))
    shown = "".join(
        part.strip("`") if number % 2 else _LINK.sub(r"\1 (\2)", part).replace("**", "")
        for number, part in enumerate(parts)
    )
    # Where bold words begin and end, Japanese has no space.
    return PLACEHOLDER.sub(r"<\1>", _GAP.sub("", shown))


def _wrapped(text: str, width: int, column: int) -> Iterator[str]:
    """Yield `text` in lines of at most `width` cells, by the rules of both languages."""
    start = allowed = 0
    for position, sign in enumerate(text):
        if position > start and may_break(text[position - 1], sign):
            allowed = position
        size = cells(sign)
        if column + size > width and sign != " " and position > start:
            cut = allowed if allowed > start else position
            yield text[start:cut].rstrip()
            start = cut
            column = cells(text[start:position])
        column += size
    yield text[start:].rstrip()
