"""`sessions`: what was done in earlier sessions, from their journals."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from knowledge.text import Text
from tui.cli.exits import Exit
from tui.cli.words import complain, line, plain
from tui.engine.handover import BadHandover, import_session, open_document
from tui.engine.journal import InUse
from tui.engine.launch import Launch
from tui.engine.records import NoRecord, Summary, export, list_sessions
from tui.engine.session_files import write_note

_NONE: Final = Text(en="There is no session yet.", ja="セッションはまだありません。")
_CHANGES: Final = Text(en="changes: ${count}", ja="変更 ${count} 件")
_UNKNOWN: Final = Text(en="! of UNKNOWN outcome: ${count}", ja="! 結果不明 ${count} 件")
_PRACTICE: Final = Text(en="PRACTICE", ja="練習用")
_MODES: Final = {
    "dry-run": Text(en="DRY RUN", ja="ドライラン"),
    "walkthrough": Text(en="WALKTHROUGH", ja="ウォークスルー"),
}
_IMPORTED: Final = Text(en="imported", ja="取り込み済み")
_CLOSED: Final = Text(en="closed", ja="終了")
_OPEN: Final = Text(en="open", ja="未終了")
_TAKEN: Final = Text(
    en="The session ${id} is here now: ${count} events. `oadp-doctor sessions show ${id}` prints "
    "what was done; in the program it can be gone on with.",
    ja="セッション ${id} を取り込みました（イベント ${count} 件）。"
    "`oadp-doctor sessions show ${id}` で実施内容を表示できます。プログラムで再開できます。",
)
_SAME: Final = Text(
    en="The session ${id} is here already, with the same content. Nothing was changed.",
    ja="セッション ${id} は同じ内容ですでに存在します。何も変更していません。",
)
_NOTED: Final = Text(en="The note was added to ${id}.", ja="${id} にメモを追加しました。")
_LONGEST_NOTE: Final = 4_096


def sessions(options: argparse.Namespace, launch: Launch) -> int:
    """Run one of the verbs; return the exit code."""
    try:
        match options.verb:
            case "list":
                return _list(launch)
            case "import":
                return _import(options.file, launch)
            case "note":
                return _note(options.id, " ".join(options.text), launch)
            case _:
                return _export(options, launch)
    except (NoRecord, BadHandover, InUse) as problem:
        complain(problem.message, launch.language)
        return Exit.USAGE


def _export(options: argparse.Namespace, launch: Launch) -> int:
    as_json = options.verb == "export" and options.output == "json"
    text = export(options.id, "json" if as_json else "markdown", launch.language)
    print(plain(text).rstrip("\n"))
    return Exit.NOTHING


def _list(launch: Launch) -> int:
    found = list_sessions()
    if not found:
        print(_NONE.to(launch.language), file=sys.stderr)
    for each in found:
        print(_summary(each, launch))
    return Exit.NOTHING


def _summary(each: Summary, launch: Launch) -> str:
    language = launch.language
    marks = [_PRACTICE] if each.practice else []
    marks += [_MODES[each.mode]] if each.mode in _MODES else []
    marks += [_IMPORTED] if each.imported else []
    place = each.context
    if marks:
        place = f"{place} ({', '.join(mark.to(language) for mark in marks)})".strip()
    started = each.started[:16].replace("T", " ") + " (UTC)"
    about = f"{each.issue}/{each.cause}" if each.issue else each.title.to(language)
    parts = [each.id, started, about, place]
    parts.append((_CLOSED if each.closed else _OPEN).to(language))
    parts.append(_CHANGES.fill({"count": str(each.changes)}).to(language))
    if each.unknown:
        parts.append(_UNKNOWN.fill({"count": str(each.unknown)}).to(language))
    return "  ".join(line(part) for part in parts)


def _import(name: str, launch: Launch) -> int:
    source = open_document(name)
    try:
        taken = import_session(source, "standard input" if name == "-" else name)
    finally:
        if name != "-":
            source.close()
    said = (_TAKEN if taken.new else _SAME).fill({"id": taken.id, "count": str(taken.events)})
    print(line(said.to(launch.language)))
    return Exit.NOTHING


def _note(id: str, text: str, launch: Launch) -> int:
    text = text.strip()
    if not text or len(text) > _LONGEST_NOTE:
        complain(
            Text(
                en=f"A note has 1 to {_LONGEST_NOTE:,} characters.",
                ja=f"メモは 1 文字以上 {_LONGEST_NOTE:,} 文字以下で指定してください。",
            ),
            launch.language,
        )
        return Exit.USAGE
    write_note(id, text)
    print(line(_NOTED.fill({"id": id}).to(launch.language)))
    return Exit.NOTHING
