"""What is looked at before a command runs, and what came of each look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.text import Text


class Guarded(StrEnum):
    """What a guard looks at, in the order in which they are shown."""

    PLACE = "place"
    """Whether the context still means the cluster and the user that it meant at the start."""
    PERMISSION = "permission"
    """Whether this user may do it, as the server says."""
    ASSUMPTIONS = "assumptions"
    """Whether what the step assumes still holds, by rules over the live objects."""
    UNCHANGED = "unchanged"
    """Whether the object is still as it was when the plan was made."""
    IDLE = "idle"
    """Whether nothing runs that the command would break."""


class Standing(StrEnum):
    """What came of a look."""

    CLEAR = "clear"
    WARNING = "warning"
    """The command can run; the person should read why it perhaps should not."""
    UNKNOWN = "unknown"
    """It could not be told; the person decides."""
    BLOCKED = "blocked"
    """The command does not run as long as this is so."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One look and what came of it."""

    about: Guarded
    standing: Standing
    message: Text
    """One sentence."""
    details: tuple[str | Text, ...] = ()
    """Names of what is running, permissions, the lines of a difference; sentences as `Text`."""
