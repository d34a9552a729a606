"""Where knowledge files of the user's own lie, and whether they were saved since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from knowledge.kept import NOTHING, Kept

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase

_MOST_FILES: Final = 2_000

Stamp = frozenset[tuple[str, int, int]]
"""Path, time of the last change in ns, and size in bytes of each file."""


def user_folder() -> Path:
    """Return the folder whose knowledge files are always used: `knowledge` beside the settings."""
    from platformdirs import user_config_path

    return user_config_path("oadp-doctor") / "knowledge"


def folders(given: Sequence[Path]) -> tuple[Path, ...]:
    """Return all folders to read, the user's own first; later ones replace earlier ones."""
    own = user_folder()
    return (*((own,) if own.is_dir() else ()), *given)


def stamp(directories: Sequence[Path]) -> Stamp:
    """Return what changes when a file in one of `directories` is saved, added or removed."""
    found: set[tuple[str, int, int]] = set()
    for directory in directories:
        try:
            for path in sorted(directory.iterdir())[:_MOST_FILES]:
                if path.suffix in {".yaml", ".yml"}:
                    status = path.stat()
                    found.add((str(path), status.st_mtime_ns, status.st_size))
        except OSError:
            continue  # a folder that comes and goes is read again when it is there
    return frozenset(found)


class KnowledgeFiles:
    """All knowledge files, read again when one of the user's own was saved.

    Call it in a thread.
    """

    def __init__(self, given: Sequence[Path], kept: Kept = NOTHING) -> None:
        """Prepare to read the built-in files, the user's folder, and those of `--knowledge`."""
        self._given = tuple(given)
        self._kept = kept
        self._seen: Stamp = frozenset()

    def load(self) -> KnowledgeBase:
        """Return everything that is known."""
        from knowledge.base import load

        # Looked at before they are read: what is saved in between is read once more.
        self._seen = stamp(folders(self._given))
        return load(folders(self._given), self._kept)

    def reread(self, before: KnowledgeBase) -> KnowledgeBase | None:
        """Return everything that is known now, or None if no file has changed since last time.

        A file that has become unusable leaves its issue as it was in `before`, and is among the
        problems.
        """
        now = stamp(folders(self._given))
        if now == self._seen:
            return None
        from knowledge.base import load

        self._seen = now
        return load(folders(self._given), self._kept, before)
