"""From the command line to the command, and from its end to the exit code."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from typing import TYPE_CHECKING

from tui import __version__
from tui.cli.exits import Exit
from tui.cli.options import parse

if TYPE_CHECKING:
    from knowledge.text import Language
    from tui.engine.launch import Launch


def run(arguments: list[str]) -> int:
    """Run the command that `arguments` name; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a sign shows its code; that must not end the program.
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parse(arguments, __version__)
        if options.command in {"diagnose", "practice"}:
            # Leave as by Ctrl-C, so that the practice cluster's kubeconfig is removed.
            signal.signal(signal.SIGTERM, _interrupt)
        code = int(_dispatch(options))
        # What is still buffered may meet a closed pipe; that must not become a traceback at exit.
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _silence_stdout()
        return 128 + getattr(signal, "SIGPIPE", 13)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _dispatch(options: argparse.Namespace) -> int:
    for folder in options.knowledge:
        if not os.path.isdir(folder):
            return _no_folder(folder, options)
    match options.command:
        case "diagnose":
            from tui.cli.diagnose import diagnose

            return diagnose(options, launch(options))
        case "scan":
            from tui.cli.scan import scan

            return scan(options, launch(options))
        case "knowledge":
            from tui.cli.knowledge import knowledge

            return knowledge(options, launch(options))
        case "sessions":
            from tui.cli.sessions import sessions

            return sessions(options, launch(options))
        case "practice":
            from tui.cli.practice import practice

            return practice(options, launch(options))
        case _:
            from tui.cli.screen import screen

            return screen(options, launch(options))


def _no_folder(folder: str, options: argparse.Namespace) -> int:
    from knowledge.text import Text
    from tui.cli.words import complain

    message = Text(
        en=f"{folder} is not a folder. Give one with knowledge files to --knowledge.",
        ja=f"{folder} はフォルダーではありません。"
        "--knowledge にはナレッジファイルのフォルダーを指定してください。",
    )
    complain(message, options.lang or default_language())
    return Exit.USAGE


def launch(options: argparse.Namespace) -> Launch:
    """Return how to begin, from the options."""
    from pathlib import Path

    from tui.engine.kubeconfig import ClusterChoice
    from tui.engine.launch import (
        FilesChoice,
        Launch,
        MustGatherChoice,
        PracticeChoice,
        SourceChoice,
    )

    choice: SourceChoice
    if options.must_gather:
        choice = MustGatherChoice(options.must_gather)
    elif options.logs:
        choice = FilesChoice(tuple(options.logs))
    elif options.practice:
        choice = PracticeChoice(options.practice)
    else:
        choice = ClusterChoice(
            options.kubeconfig or "", options.context or "", options.namespace or ""
        )
    return Launch(
        choice=choice,
        language=options.lang or default_language(),
        read_only=options.read_only,
        dry_run=options.dry_run,
        oc=options.oc or "",
        knowledge=tuple(Path(each) for each in options.knowledge),
    )


def default_language() -> Language:
    """Return the language of the settings, else of the locale."""
    if (preferred := _preferred()) is not None:
        return preferred
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"


def _preferred() -> Language | None:
    """Return the language of the settings file, if it names one.

    `tui.settings` would do, but it knows themes and so takes Textual along: 0.1 s for a pipe.
    """
    import tomllib

    from platformdirs import user_config_path

    try:
        with (user_config_path("oadp-doctor") / "settings.toml").open("rb") as file:
            wanted = tomllib.load(file).get("language")
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    return wanted if wanted in ("en", "ja") else None


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _silence_stdout() -> None:
    """Give the interpreter something to flush into at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
