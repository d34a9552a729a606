"""Where an issue comes from."""

from enum import StrEnum


class Origin(StrEnum):
    """Where an issue comes from."""

    BUILT_IN = "built-in"
    ADDED = "added"
    """From a folder of the user's."""
    REPLACED = "replaced"
    """From a folder of the user's, in place of one that is built in."""
