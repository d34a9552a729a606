"""`python -m knowledge check` runs all checks; `schema` and `docs` write what is published."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from knowledge.article import pages
from knowledge.base import load
from knowledge.check import check
from knowledge.schema import schema

_SCHEMA = Path(__file__).parents[1] / "docs" / "knowledge.schema.json"
_DOCS = Path(__file__).parents[1] / "docs" / "knowledge"


def _write_docs() -> None:
    """Write the articles and their index, and remove those of issues that are gone."""
    wanted = pages(load())
    for path in _DOCS.rglob("*.md"):
        if str(path.relative_to(_DOCS)) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = _DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run one of them; return 0, or 1 where the check found problems."""
    if arguments == ["schema"]:
        _SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
        return 0
    if arguments == ["docs"]:
        _write_docs()
        return 0
    if arguments in (["check"], []):
        report = check(load())
        sys.stdout.writelines(f"{problem}\n" for problem in report.problems)
        return 1 if report.problems else 0
    sys.stderr.write("usage: python -m knowledge schema | docs | check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
