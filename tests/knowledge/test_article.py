"""Articles and their published index."""

import re
from pathlib import Path

from knowledge.article import pages, text
from knowledge.base import KnowledgeBase

DOCS = Path(__file__).parents[2] / "docs" / "knowledge"


def test_the_published_articles_are_current(base: KnowledgeBase) -> None:
    wanted = pages(base)
    published = {str(path.relative_to(DOCS)): path for path in DOCS.rglob("*.md")}
    assert set(published) == set(wanted), "run: python -m knowledge docs"
    for name, content in wanted.items():
        assert published[name].read_text(encoding="utf-8") == content, f"{name} is out of date"


def test_links_lead_to_pages(base: KnowledgeBase) -> None:
    made = pages(base)
    for name, content in made.items():
        folder = name.rpartition("/")[0]
        for target in re.findall(r"\]\((?!https:)([^)]+)\)", content):
            assert (f"{folder}/{target}" if folder else target) in made


def test_text_has_no_marks(base: KnowledgeBase) -> None:
    for issue in base.issues.values():
        for language in ("en", "ja"):
            shown = text(base, issue, language)
            assert "**" not in shown
            assert not re.search(r"(?m)^#+ ", shown)
