"""Which issues a pasted error belongs to: log lines as people copy them, or any other text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from knowledge import pattern, record, wrapped
from knowledge.base import KnowledgeBase
from knowledge.literals import required

_MOST_LINES: Final = 200
_SHORTEST: Final = 10
"""Characters that a pattern must have matched to say anything about a text."""
_ESCAPED: Final = re.compile(r'\\["nt\\/]')
_MARKS: Final = ("matches", "message")
"""Where rules about objects have regular expressions over texts of the cluster."""


class Patterns:
    """All regular expressions of a knowledge base, over logs and over texts in objects."""

    def __init__(self, base: KnowledgeBase) -> None:
        found: dict[tuple[str, str], None] = {}
        for signature in base.signatures:
            issue = signature.key.partition("/")[0]
            found.update(dict.fromkeys((issue, source) for source in signature.patterns))
        for issue, each in base.compiled.items():
            for raw in each.issue.facts.values():
                found.update(dict.fromkeys((issue, source) for source in _sources(raw)))
        self._all = [
            (issue, source, tuple(each.text for each in literals if not each.folded))
            for issue, source in found
            if (literals := required(source))
        ]

    def find(self, text: str) -> Mapping[str, str]:
        """Return issue -> the part of `text` that one of its expressions matched, the longest."""
        best: dict[str, str] = {}
        for value in dict.fromkeys(_values(text)):
            for issue, source, needed in self._all:
                if needed and not any(each in value for each in needed):
                    continue
                match = pattern.compiled(source).search(value)
                if match is None:
                    continue
                matched = value[match.start() : match.end()].strip()
                if len(matched) >= _SHORTEST and len(matched) > len(best.get(issue, "")):
                    best[issue] = matched
        return best


def _sources(raw: Any) -> Iterator[str]:
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            if key in _MARKS and isinstance(value, str):
                yield value
            elif key != "says":
                yield from _sources(value)
    elif isinstance(raw, list | tuple):
        for each in raw:
            yield from _sources(each)


def _values(text: str) -> Iterator[str]:
    """Yield the texts to look at: each line's message and error, as they are and unescaped."""
    lines = [line for line in text.splitlines() if line.strip()][:_MOST_LINES]
    data = ("\n".join(lines) + "\n").encode()
    whole: list[str] = []
    for part in wrapped.parts(data):
        if part.broken:
            whole += [each.decode(errors="replace") for each in part.joined()]
        else:
            whole += part.data.decode(errors="replace").splitlines()
    if len(lines) > 1:
        whole.append(" ".join(line.strip() for line in lines))
    for line in whole:
        fields = record.parse(line).fields
        for value in (line, fields.get("msg", ""), fields.get("error", "")):
            if value:
                yield value
                if _ESCAPED.search(value):
                    yield record.unquote(value)
