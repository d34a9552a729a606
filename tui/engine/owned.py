"""What goes with an object when it is deleted, as far as it was read."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text


@dataclass(frozen=True, slots=True)
class Owned:
    """Objects that go with another one."""

    objects: tuple[ObjectRef, ...] = ()
    """Nearest first; at most `MOST`."""
    more: int = 0
    """How many further ones were found and are not in `objects`."""
    unseen: Text | None = None
    """One sentence on what could not be seen from here; None if nothing is missing."""


def owned(snapshot: Snapshot, kind: str, namespace: str, name: str) -> Owned:
    """Return what goes with the object when it is deleted.

    Args:
        snapshot: what was read.
        kind: as in a snapshot: `Backup`, or `plural.group` for other kinds.
        namespace: empty for cluster-scoped objects.
        name: the object's name.
    """
    del snapshot, kind, namespace, name
    return Owned()
