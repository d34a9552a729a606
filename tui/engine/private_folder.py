"""A folder that nobody else can look into."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def make_private(folder: Path) -> None:
    """Make `folder`, and what is missing above it, for this user alone.

    Raises:
        OSError: it cannot be made, or somebody else decides what is in it.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        # A link would let somebody else choose where the records go, and what is made private.
        raise OSError(errno.ENOTDIR, f"{folder} is not a folder of its own")
    owner = getattr(os, "geteuid", lambda: found.st_uid)()
    if found.st_uid != owner:
        raise OSError(errno.EPERM, f"{folder} belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)
