"""`scan`: findings from log text alone."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from tui.cli.exits import Exit
from tui.cli.result import Result, write
from tui.cli.verdict import exit_code
from tui.cli.words import complain, tell
from tui.engine import files
from tui.engine.launch import Launch
from tui.engine.problem import Problem


def scan(options: argparse.Namespace, launch: Launch) -> int:
    """Scan the files, print the findings; return the exit code."""
    tell(launch.base.problems)
    try:
        snapshot = files.scan(
            options.files, sys.stdin.buffer, launch.base.signatures, datetime.now(UTC)
        )
    except Problem as problem:
        complain(problem.message, launch.language)
        return Exit.USAGE
    diagnosis = launch.base.diagnose(snapshot)
    result = Result(snapshot, diagnosis, launch.language, launch.base)
    write(result, options.output, sys.stdout)
    return exit_code(diagnosis, options.fail_on, complete=result.complete)
