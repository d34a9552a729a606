"""Writes lines that were copied out of a log into a file of their own."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 120
_TRIES: Final = 1_000


def save(text: str, log: str, folder: Path) -> Path:
    """Write redacted lines into a new file in `folder`; return its path.

    Args:
        text: the lines.
        log: what the log is called; the file is named after it.
        folder: where to write.

    Raises:
        OSError: it cannot be written.
    """
    stem = _ODD.sub("-", log).strip("-.")[-_LONGEST:] or "log"
    for number in range(_TRIES):
        path = folder / (f"{stem}.txt" if not number else f"{stem}-{number}.txt")
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(file, "w", encoding="utf-8", errors="replace") as writer:
            writer.write(text + "\n")
        return path
    raise FileExistsError(str(folder / stem))
