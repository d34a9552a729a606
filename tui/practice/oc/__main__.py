"""Runs the stand-in for `oc`."""

from __future__ import annotations

import sys


def main(argv: list[str]) -> int:
    """Runs one command.

    Args:
        argv: The arguments after `oc`.

    Returns:
        The exit code.
    """
    from tui.practice.oc.failures import Failure
    from tui.practice.oc.run import run

    try:
        return run(argv)
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.code
    except BrokenPipeError:
        return 141
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
