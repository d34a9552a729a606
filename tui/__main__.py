"""The command `oadp-doctor`, also as `python -m tui`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui.cli.run import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    return run(sys.argv[1:] if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
