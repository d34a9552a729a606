"""Knowledge texts as rows: the little Markdown that they use, without a Markdown widget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from textual.content import Content

from tui.text import plain, visible
from tui.widgets.row_list import Row

_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]+)`|\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<link>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
)
_WIDE: Final = "\u3000-\u30ff\u3400-\u9fff\uff01-\uff60"
_ONLY_FOR_MARKUP: Final = re.compile(
    rf"(?<=[{_WIDE}]) (?=\*\*[{_WIDE}])|(?<=[{_WIDE}]\*\*) (?=[{_WIDE}])"
)
"""Spaces that Markdown needs around `**` in Japanese, where words have none between them."""
_ITEM: Final = re.compile(r"^(?P<indent> *)(?P<mark>[-*]|\d{1,2}[.)])\s+(?P<text>.*)$")
_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<text>.*)$")


def inline(text: str) -> Content:
    """Return one paragraph with `code`, **bold** and links."""
    parts: list[Content] = []
    done = 0
    text = _ONLY_FOR_MARKUP.sub("", text)
    for match in _INLINE.finditer(text):
        parts.append(plain(text[done : match.start()]))
        if code := match["code"]:
            parts.append(plain(code, "$text-accent"))
        elif bold := match["bold"]:
            parts.append(plain(bold, "bold"))
        else:
            parts.append(plain(match["link"], "underline"))
            parts.append(plain(f" ({match['url']})", "$text-muted"))
        done = match.end()
    parts.append(plain(text[done:]))
    return Content("").join(parts)


def paragraphs(text: str, key: str, *, indent: int = 0) -> list[Row]:
    """Return a Markdown text as rows that are read and not chosen."""
    return [
        Row(
            f"{key}:{number}",
            content,
            indent=indent + further,
            hang=hang,
            lines=0,
            selectable=False,
        )
        for number, (content, further, hang) in enumerate(_blocks(visible(text)))
    ]


def _blocks(text: str) -> Iterator[tuple[Content, int, int]]:
    paragraph: list[str] = []
    item: tuple[str, int, int] | None = None
    fenced = False

    def finish() -> Iterator[tuple[Content, int, int]]:
        nonlocal item
        if paragraph:
            words = _joined(paragraph)
            if item is not None:
                mark, indent, hang = item
                yield Content.styled(mark, "$text-muted") + inline(words), indent, hang
            else:
                yield inline(words), 0, 0
        paragraph.clear()
        item = None

    for line in text.splitlines():
        if line.strip().startswith("```"):
            yield from finish()
            fenced = not fenced
        elif fenced:
            yield plain(line, "$text-accent"), 2, 2
        elif not line.strip():
            yield from finish()
            yield Content(""), 0, 0
        elif heading := _HEADING.match(line):
            yield from finish()
            yield plain(heading["text"], "bold"), 0, 0
        elif found := _ITEM.match(line):
            yield from finish()
            mark = "- " if found["mark"] in "-*" else f"{found['mark']} "
            item = (mark, len(found["indent"]), len(mark))
            paragraph.append(found["text"])
        else:
            paragraph.append(line.strip())
    yield from finish()


def _joined(lines: list[str]) -> str:
    """Join the lines of a paragraph: with a space, but not between Japanese signs."""
    text = lines[0]
    for line in lines[1:]:
        both_wide = text[-1:] > "\u2e80" and line[:1] > "\u2e80"
        text += line if both_wide else f" {line}"
    return text
