"""What is quick to have from an earlier run: compiled signatures, knowledge files taken apart.

Nothing in here matters: a file that is missing, cut off or of another version is made anew, and
where nothing can be written nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

import platformdirs

from tui.engine.private_folder import make_private

_MOST_FILES: Final = 16
_LARGEST: Final = 256 << 20
_SUM: Final = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Return the folder: `OADP_DOCTOR_CACHE`, else the platform's cache folder."""
    given = os.environ.get("OADP_DOCTOR_CACHE")
    return Path(given).expanduser() if given else platformdirs.user_cache_path("oadp-doctor")


class Cache:
    """A folder of files that several programs may read and write at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder()

    def read(self, name: str) -> bytes | None:
        """Return what was written under `name`, whole and unchanged, or None."""
        try:
            with (self._folder / name).open("rb") as file:
                data = file.read(_LARGEST + 1)
        except (OSError, ValueError):
            return None
        kept = data[_SUM:]
        return kept if data[:_SUM] == hashlib.sha256(kept).digest() else None

    def write(self, name: str, data: bytes) -> None:
        """Keep `data` under `name`, if that is possible."""
        if len(data) > _LARGEST:
            return
        part = self._folder / f".{secrets.token_hex(8)}"
        try:
            make_private(self._folder)
            file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as opened:
                opened.write(hashlib.sha256(data).digest() + data)
            # Who reads meanwhile has the old file or the new one, never a part.
            part.replace(self._folder / name)
            self._forget()
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _forget(self) -> None:
        """Remove the oldest files of many: other versions, other knowledge."""
        files = sorted(self._folder.iterdir(), key=lambda each: each.lstat().st_mtime)
        for old in files[:-_MOST_FILES]:
            old.unlink(missing_ok=True)
