"""What may be kept from one run to the next, so that a start is quick. Where is not said here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol


class Kept(Protocol):
    """Bytes by name. What is read is what was written; anything may be gone at any time."""

    def read(self, name: str) -> bytes | None:
        """Return what was written under `name`, or None."""

    def write(self, name: str, data: bytes) -> None:
        """Keep `data` under `name`, if that is possible."""


class Nothing:
    """Keeps nothing."""

    def read(self, _name: str) -> bytes | None:
        """Return None."""
        return None

    def write(self, _name: str, _data: bytes) -> None:
        """Keep nothing."""


NOTHING = Nothing()


def name_by_source(name: str, sources: Iterable[Path]) -> str:
    """Return `name` for what the code in `sources` makes: another one for every version of it.

    Raises:
        OSError: without its source, versions of it can't be told apart.
    """
    found = sorted(sources)
    if not found:
        raise FileNotFoundError(f"there is no source of {name}")
    made = hashlib.sha256()
    for path in found:
        made.update(path.read_bytes())
    return f"{name}-{made.hexdigest()[:16]}"
