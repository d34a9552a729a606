"""Exit codes."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code says."""

    NOTHING = 0
    """Nothing at or above `--fail-on`; or the command did what it should."""
    SOMETHING = 1
    """Something at or above `--fail-on`; or problems in knowledge files."""
    USAGE = 2
    """Bad usage or input."""
    NO_SOURCE = 3
    """The source could not be read at all."""
    INCOMPLETE = 4
    """Nothing found, but part of the source could not be read."""
    INTERRUPTED = 130
    """Ctrl-C."""
