"""Finding issues by words, also misspelt ones, or by a pasted error, in English and Japanese."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from knowledge.base import KnowledgeBase
from knowledge.model import Issue
from knowledge.pasted import Patterns
from knowledge.text import LANGUAGES, Language

_LONGEST: Final = 20_000
_TITLE, _ID, _KEYWORD, _BODY, _SIGNATURE = 8, 10, 8, 1, 100
_PASTED: Final = 12
"""Characters from which on a text may be an error that was pasted."""
_MOST_WORDS: Final = 12
_CLOSE: Final = 0.78
"""How alike two words are, of 1, for one to be a typing error of the other."""
_LONGEST_WORD: Final = 40
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9.:/_-]*|[^\x00-\x7f\s]+")
_VOCABULARY: Final = re.compile(r"[a-z][a-z0-9]{2,}")
_JAPANESE: Final = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Match:
    """An issue that a search found."""

    issue: str
    score: float
    signature: str = ""
    """The part of the pasted text that a signature matched; empty for words."""


@dataclass(frozen=True, slots=True)
class _Article:
    """An issue as it is searched: texts with what a word in them is worth, in each language."""

    issue: str
    texts: tuple[tuple[Mapping[Language, int], str], ...]

    def worth(self, word: str, language: Language) -> float:
        """Return what `word` is worth here; 0: it is not there."""
        return max((weight[language] for weight, text in self.texts if word in text), default=0)


class Index:
    """Everything that is searched, folded once."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.articles = tuple(_article(issue) for issue in base.issues.values())
        self.patterns = Patterns(base)
        self._words = sorted(
            {
                word
                for article in self.articles
                for _weight, text in article.texts
                for word in _VOCABULARY.findall(text)
            }
        )

    @lru_cache(maxsize=512)  # noqa: B019 - one index lives as long as its knowledge base
    def closest(self, word: str) -> str:
        """Return the word of some article that is most like `word`; empty if none is."""
        if len(word) < 4 or _JAPANESE.search(word):
            return ""
        found = difflib.get_close_matches(word[:_LONGEST_WORD], self._words, 1, _CLOSE)
        return found[0] if found else ""


def search(base: KnowledgeBase, text: str, language: Language) -> list[Match]:
    """Return the issues that fit `text`, best first; everything if it is empty.

    A pasted error (also several lines, with prefixes and escapes) finds issues by their signatures.
    Words may stand anywhere in the article, in either language; issues with all of them come
    before, and without them those with the most.
    """
    index: Index = base.made(Index)
    text = text[:_LONGEST]
    words = list(dict.fromkeys(_WORD.findall(_fold(text))))
    if not words:
        return [Match(id_, 0) for id_ in base.issues]
    pasted = index.patterns.find(text) if len(text.strip()) >= _PASTED else {}
    scores = _scores(index, words, language) if len(words) <= _MOST_WORDS else {}
    found = [
        Match(
            id_,
            scores.get(id_, 0)
            + (_SIGNATURE + min(len(pasted[id_]), _SIGNATURE) if id_ in pasted else 0),
            pasted.get(id_, ""),
        )
        for id_ in base.issues
        if id_ in pasted or scores.get(id_)
    ]
    return sorted(found, key=lambda match: -match.score)


def _scores(index: Index, words: list[str], language: Language) -> Mapping[str, float]:
    """Return what the words are worth for each issue that has all of them, or else the most."""
    worth: dict[str, list[float]] = {}
    for word in words:
        column = [article.worth(word, language) for article in index.articles]
        if not any(column) and _JAPANESE.search(word):
            column = [_partly(article, word, language) for article in index.articles]
        elif not any(column) and (instead := index.closest(word)):
            column = [article.worth(instead, language) * 0.8 for article in index.articles]
        for article, value in zip(index.articles, column, strict=True):
            worth.setdefault(article.issue, []).append(value)
    most = max((sum(map(bool, values)) for values in worth.values()), default=0)
    if not most or most * 2 < len(words):
        return {}
    return {id_: sum(values) for id_, values in worth.items() if sum(map(bool, values)) == most}


def _partly(article: _Article, word: str, language: Language) -> float:
    """Return what a Japanese phrase is worth by its pairs of letters: words stand unseparated."""
    pairs = {word[at : at + 2] for at in range(len(word) - 1)}
    if not pairs:
        return 0
    values = [article.worth(pair, language) for pair in pairs]
    there = sum(map(bool, values)) / len(values)
    return sum(values) / len(values) * there if there >= 0.6 else 0


def _article(issue: Issue) -> _Article:
    same = dict.fromkeys(LANGUAGES, 1)
    texts: dict[tuple[int, Language | None], list[str]] = {
        (_ID, None): [issue.id, issue.id.replace("-", " ")],
        (_KEYWORD, None): list(issue.keywords),
    }
    for each in LANGUAGES:
        body = texts.setdefault((_BODY, each), [])
        body += [t.to(each) for t in (issue.summary, issue.cause, issue.notes) if t is not None]
        body += [cause.explain.to(each) for cause in issue.causes]
        texts[_TITLE, each] = [issue.title.to(each)]
        texts[_TITLE // 2, each] = [cause.title.to(each) for cause in issue.causes]
    return _Article(
        issue.id,
        tuple(
            (
                {
                    spoken: weight * factor * (2 if language in {None, spoken} else 1)
                    for spoken, factor in same.items()
                },
                _fold("\n".join(parts)),
            )
            for (weight, language), parts in texts.items()
        ),
    )


def _fold(text: str) -> str:
    """Return `text` so that width and case do not matter (ＢＳＬ finds bsl)."""
    return unicodedata.normalize("NFKC", text).casefold()
