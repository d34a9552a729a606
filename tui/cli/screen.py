"""No command: the terminal UI."""

from __future__ import annotations

import argparse
import gc
import os
import sys

from knowledge.text import Text
from tui.cli.exits import Exit
from tui.cli.words import complain
from tui.engine.launch import Launch


def screen(options: argparse.Namespace, launch: Launch) -> int:
    """Open the terminal UI; return its exit code."""
    del options
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain(
            Text(
                en="The terminal UI needs a terminal. Without one, use `oadp-doctor diagnose`.",
                ja="ターミナル UI にはターミナルが必要です。"
                "ターミナルがない場合は `oadp-doctor diagnose` を使用してください。",
            ),
            launch.language,
        )
        return Exit.USAGE
    if launch.oc and (problem := launch.program_problem()) is not None:
        complain(problem, launch.language)
        return Exit.USAGE
    # Collecting garbage during the imports delays the first paint; the UI turns it on again.
    gc.disable()
    # A frame that follows a key waits for a whole tick of Textual's clock: 17 to 33 ms at its
    # own rate. Nothing is painted more often than it changes.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    from tui.app import run_app

    return run_app(launch)
