"""What may be kept from one run to the next, so that a start is quick. Where is not said here."""

from __future__ import annotations

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
