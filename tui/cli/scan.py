"""`scan`: findings from log text alone."""

from __future__ import annotations

import argparse
import io
import sys
import time
from datetime import UTC, datetime
from typing import Final

from knowledge.text import Language, Text
from tui.cli.exits import Exit
from tui.cli.result import Result, write
from tui.cli.verdict import exit_code
from tui.cli.words import complain, line, tell
from tui.engine import files
from tui.engine.launch import Launch
from tui.engine.problem import Problem

_PAUSE: Final = 0.2
"""Seconds between two lines of progress."""
_CLEAR: Final = "\r\x1b[K"
_WIDTH: Final = 40
"""Characters of a file's name in a line of progress: its end says most."""


def scan(options: argparse.Namespace, launch: Launch) -> int:
    """Scan the files, print the findings; return the exit code."""
    tell(launch.base.problems)
    shown = _Progress(launch.language)
    warnings: list[Text] = []
    try:
        snapshot = files.scan(
            options.files,
            sys.stdin.buffer if sys.stdin is not None else io.BytesIO(),
            launch.prefilter(),
            datetime.now(UTC),
            progress=shown.update,
            warn=warnings.append,
        )
    except Problem as problem:
        shown.clear()
        complain(problem.message, launch.language)
        return Exit.USAGE
    shown.clear()
    for message in warnings:
        complain(message, launch.language)
    diagnosis = launch.base.diagnose(snapshot)
    result = Result(snapshot, diagnosis, launch.language, launch.base)
    write(result, options.output, sys.stdout)
    return exit_code(diagnosis, options.fail_on, complete=result.complete)


class _Progress:
    """One line on the error output that says how far it is; nothing where nobody looks."""

    def __init__(self, language: Language) -> None:
        self._language = language
        # Who closed the error output wants to see nothing there.
        self._seen = sys.stderr is not None and sys.stderr.isatty()
        self._next = time.monotonic() + _PAUSE
        self._shown = False

    def update(self, log: str, done: int, everything: int) -> None:
        """Show that `done` of `everything` (bytes) were read; `log` is being read."""
        if not self._seen:
            return
        if not everything:
            # It pauses, perhaps for long: whoever sees nothing thinks that it hangs.
            self._show(
                Text(
                    en=f"{done // 1024} KB read so far. Ctrl+C prints what was found.",
                    ja=f"{done // 1024} KB 読み取り済み。Ctrl+C で検出結果を表示します。",
                )
            )
            return
        if (now := time.monotonic()) < self._next:
            return
        self._next = now + _PAUSE
        percent = min(done * 100 // everything, 100)
        name = line(log)[-_WIDTH:]
        self._show(Text(en=f"{percent} % read: {name}", ja=f"{percent} % 読み取り済み: {name}"))

    def _show(self, message: Text) -> None:
        self._write(_CLEAR + message.to(self._language))
        self._shown = True

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # the terminal is gone; what was found is printed elsewhere
            self._seen = self._shown = False
