"""`diagnose`: judge a source once."""

from __future__ import annotations

import argparse
import math
import sys
import threading
import time
from typing import Final

from knowledge.text import Text
from tui.cli.exits import Exit
from tui.cli.result import Result, write
from tui.cli.verdict import exit_code
from tui.cli.words import complain, tell
from tui.engine.launch import Launch
from tui.engine.ports import Phase, Source
from tui.engine.presence import oadp_missing
from tui.engine.problem import BadChoice, Problem

LONGEST_SECONDS: Final = 120.0
"""Until the diagnosis is made of what was read so far."""
_LOST_SECONDS: Final = 20.0
"""Until a connection that was lost while reading counts as failed."""


def diagnose(options: argparse.Namespace, launch: Launch) -> int:
    """Read the source, judge it, print the findings; return the exit code."""
    try:
        source = launch.source()
    except Problem as problem:
        complain(problem.message, launch.language)
        return Exit.USAGE if isinstance(problem, BadChoice) else Exit.NO_SOURCE
    tell(launch.base.problems)
    try:
        # A must-gather is there as a whole, however large; a cluster may never answer.
        if (why := read(source, LONGEST_SECONDS if source.can_run else math.inf)) is not None:
            complain(why, launch.language)
            return Exit.NO_SOURCE
        snapshot = source.snapshot()
    finally:
        source.stop()
    if (missing := oadp_missing(snapshot)) is not None:
        complain(missing, launch.language)
    diagnosis = launch.base.diagnose(snapshot)
    result = Result(snapshot, diagnosis, launch.language, launch.base)
    write(result, options.output, sys.stdout)
    return exit_code(diagnosis, options.fail_on, complete=result.complete)


def read(source: Source, longest: float = LONGEST_SECONDS) -> Text | None:
    """Start `source` and wait until it was read once; return why it could not be, or None."""
    changed = threading.Event()
    source.start(changed.set)
    end = time.monotonic() + longest
    lost_since: float | None = None
    while True:
        connection = source.connection()
        now = time.monotonic()
        if connection.phase is Phase.READY and connection.read >= connection.expected:
            return None
        if connection.phase is Phase.FAILED:
            return connection.message
        lost_since = (lost_since or now) if connection.phase is Phase.LOST else None
        if lost_since is not None and now - lost_since > _LOST_SECONDS:
            return connection.message
        if now >= end:
            # What is missing is in the snapshot as unread; some findings are better than none.
            return None if connection.read else connection.message or _NOTHING_IN_TIME
        changed.wait(min(1.0, end - now))
        changed.clear()


_NOTHING_IN_TIME: Final = Text(
    en=f"Nothing could be read within {LONGEST_SECONDS:.0f} seconds.",
    ja=f"{LONGEST_SECONDS:.0f} 秒以内に何も読み取れませんでした。",
)
