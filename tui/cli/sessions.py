"""`sessions`: what was done in earlier sessions, from their journals."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from knowledge.text import Text
from tui.cli.exits import Exit
from tui.cli.words import complain, line, plain
from tui.engine.launch import Launch
from tui.engine.records import NoRecord, Summary, export, list_sessions

_NONE: Final = Text(en="There is no session yet.", ja="セッションはまだありません。")
_CHANGES: Final = Text(en="changes: ${count}", ja="変更 ${count} 件")
_UNKNOWN: Final = Text(en="of unknown outcome: ${count}", ja="結果不明 ${count} 件")


def sessions(options: argparse.Namespace, launch: Launch) -> int:
    """Run one of the verbs; return the exit code."""
    if options.verb == "list":
        return _list(launch)
    as_json = options.verb == "export" and options.output == "json"
    try:
        text = export(options.id, "json" if as_json else "markdown", launch.language)
    except NoRecord as problem:
        complain(problem.message, launch.language)
        return Exit.USAGE
    print(plain(text).rstrip("\n"))
    return Exit.NOTHING


def _list(launch: Launch) -> int:
    try:
        found = list_sessions()
    except NoRecord as problem:
        complain(problem.message, launch.language)
        return Exit.USAGE
    if not found:
        print(_NONE.to(launch.language), file=sys.stderr)
    for each in found:
        print(_summary(each, launch))
    return Exit.NOTHING


def _summary(each: Summary, launch: Launch) -> str:
    place = f"{each.context} (PRACTICE)" if each.practice else each.context
    started = each.started[:16].replace("T", " ") + " (UTC)"
    parts = [each.id, started, f"{each.issue}/{each.cause}", place]
    parts.append(_CHANGES.fill({"count": str(each.changes)}).to(launch.language))
    if each.unknown:
        parts.append(_UNKNOWN.fill({"count": str(each.unknown)}).to(launch.language))
    return "  ".join(line(part) for part in parts)
