"""The catalogues: extracted from the source, translated by hand, compiled.

`python tests/tui/catalogue.py` brings the Japanese catalogue up to date and compiles it; texts
without a translation are listed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PO = ROOT / "tui/locale/ja/LC_MESSAGES/oadp-doctor.po"
MO = PO.with_suffix(".mo")
_KEYWORDS = {"_": None, "N_": None}


def sources() -> Iterator[Path]:
    """Yield every file that speaks on the screen."""
    for path in sorted((ROOT / "tui").rglob("*.py")):
        if path.relative_to(ROOT).parts[1] not in ("engine", "practice", "cli"):
            yield path


def extracted() -> dict[str, str]:
    """Return every text, with the file that it stands in first."""
    found: dict[str, str] = {}
    for path in sources():
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract("python", file, keywords=_KEYWORDS):
                if isinstance(message, str) and message:
                    found.setdefault(message, path.relative_to(ROOT).as_posix())
    return found


def read() -> Catalog:
    """Return the Japanese catalogue."""
    if not PO.exists():
        return Catalog(locale="ja", domain="oadp-doctor")
    with PO.open("rb") as file:
        return read_po(file, locale="ja", domain="oadp-doctor")


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update() -> list[str]:
    """Bring both files up to date; return what has no translation."""
    old = read()
    new = Catalog(
        locale="ja",
        domain="oadp-doctor",
        project="oadp-doctor",
        fuzzy=False,
        header_comment="# Japanese texts of oadp-doctor.",
    )
    new.creation_date = new.revision_date = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
    for message, place in extracted().items():
        known = old.get(message)
        translated = known.string if known is not None else ""
        new.add(message, translated, locations=[(place, 0)])
    PO.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, new, omit_header=False, include_lineno=False, width=100)
    PO.write_bytes(buffer.getvalue())
    MO.write_bytes(compiled(read()))
    return [each.id for each in new if each.id and not each.string]


if __name__ == "__main__":
    for missing in update():
        sys.stdout.write(f"not translated: {missing!r}\n")
