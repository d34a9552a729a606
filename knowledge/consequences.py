"""What a command leads to, in plain words: what goes, restarts, stays, comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.text import Text


def consequences(
    args: Sequence[str], manifest: Mapping[str, Any] | None = None
) -> tuple[Text, ...]:
    """Return what follows from a command, the gravest first; empty where nothing is known.

    Args:
        args: the arguments of `oc`, the verb first, without the engine's own flags.
        manifest: what is on standard input for `-f -`.
    """
    del args, manifest
    return ()
