"""Which contexts are protected: each change there needs the context's name typed."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

DEFAULT: Final = ("*prod*", "!*nonprod*", "!*non-prod*", "!*preprod*")
"""What holds as long as the settings say nothing."""


def is_protected(context: str, patterns: Sequence[str]) -> bool:
    """Return whether `context` is protected.

    Args:
        context: the name of the context in the kubeconfig; upper and lower case are the same.
        patterns: with `*`, `?` and `[…]`; one with `!` in front takes out again. Later ones win.
    """
    lowered = context.lower()
    protected = False
    for pattern in patterns:
        wanted = pattern.lower()
        taken_out = wanted.startswith("!")
        if fnmatchcase(lowered, wanted.removeprefix("!")):
            protected = not taken_out
    return protected
