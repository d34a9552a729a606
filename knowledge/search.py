"""Finding issues by words or by a pasted error, in English and Japanese."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.base import KnowledgeBase
from knowledge.model import Issue
from knowledge.record import parse
from knowledge.text import LANGUAGES, Language

_LONGEST: Final = 20_000
_TITLE, _ID, _KEYWORD, _BODY, _SIGNATURE = 8, 10, 8, 1, 100


@dataclass(frozen=True, slots=True)
class Match:
    """An issue that a search found."""

    issue: str
    score: int
    signature: str = ""
    """The part of the pasted text that a signature matched; empty for words."""


def search(base: KnowledgeBase, text: str, language: Language) -> list[Match]:
    """Return the issues that fit `text`, best first; everything if it is empty.

    A pasted log line (also several, with prefixes and escapes) finds issues by their signatures;
    words must all stand somewhere in the article, in either language.
    """
    text = text[:_LONGEST]
    words = _fold(text).split()
    signatures = dict(_signatures(base, text))
    found: list[Match] = []
    for id_, issue in base.issues.items():
        score = _words(issue, words, language)
        if id_ in signatures:
            found.append(Match(id_, score + _SIGNATURE, signatures[id_]))
        elif score or not words:
            found.append(Match(id_, score))
    return sorted(found, key=lambda match: -match.score)


def _signatures(base: KnowledgeBase, text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines()[:200]
    for line in (*lines, " ".join(lines)) if len(lines) > 1 else lines:
        record = parse(line)
        for signature in base.signatures:
            if signature.match(record) is not None:
                yield signature.key.partition("/")[0], line.strip()[:500]


def _words(issue: Issue, words: list[str], language: Language) -> int:
    fields = [(_ID, issue.id), *((_KEYWORD, word) for word in issue.keywords)]
    for each in LANGUAGES:
        own = 2 if each == language else 1
        fields.append((_TITLE * own, issue.title.to(each)))
        for body in (issue.summary, issue.cause, issue.notes):
            if body is not None:
                fields.append((_BODY * own, body.to(each)))
        for cause in issue.causes:
            fields.append((_TITLE // 2 * own, cause.title.to(each)))
            fields.append((_BODY * own, cause.explain.to(each)))
    folded = [(weight, _fold(text)) for weight, text in fields]
    total = 0
    for word in words:
        best = max((weight for weight, text in folded if word in text), default=0)
        if not best:
            return 0
        total += best
    return total


def _fold(text: str) -> str:
    """Return `text` so that width and case do not matter (ＢＳＬ finds bsl)."""
    return unicodedata.normalize("NFKC", text).casefold()
