"""`python -m knowledge schema` writes the published JSON Schema; `check` runs all checks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from knowledge.base import load
from knowledge.check import check
from knowledge.schema import schema

_SCHEMA = Path(__file__).parents[1] / "docs" / "knowledge.schema.json"


def main(arguments: list[str]) -> int:
    """Run one of the two; return 0, or 1 where the check found problems."""
    if arguments == ["schema"]:
        _SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
        return 0
    if arguments in (["check"], []):
        report = check(load())
        sys.stdout.writelines(f"{problem}\n" for problem in report.problems)
        return 1 if report.problems else 0
    sys.stderr.write("usage: python -m knowledge schema | check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
