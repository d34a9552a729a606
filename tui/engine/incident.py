"""A session's record as something to hand on: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from knowledge.redact import redact
from knowledge.text import Language, Text
from tui.engine.records import Attempt, Event, Record

_LINES: Final = 200
"""Output lines of a command in the Markdown; the JSON has all that was kept."""

_WORDS: Final = {
    "record": Text(en="Incident record", ja="インシデント記録"),
    "practice": Text(
        en="PRACTICE: this was not a real cluster", ja="練習: 実際のクラスターではありません"
    ),
    "session": Text(en="Session", ja="セッション"),
    "issue": Text(en="Known issue", ja="既知の問題"),
    "cause": Text(en="Cause", ja="原因"),
    "verdict": Text(en="Verdict", ja="判定"),
    "cluster": Text(en="Cluster", ja="クラスター"),
    "context": Text(en="Context", ja="コンテキスト"),
    "user": Text(en="User", ja="ユーザー"),
    "namespace": Text(en="Namespace", ja="Namespace"),
    "versions": Text(en="Versions", ja="バージョン"),
    "evidence": Text(en="Evidence", ja="根拠"),
    "steps": Text(en="What was done", ja="実施内容"),
    "unknown": Text(
        en="UNKNOWN: it was cut off; check whether it took effect",
        ja="不明: 途中で終了しました。反映されたかどうかを確認してください",
    ),
    "ended": Text(en="Exit code", ja="終了コード"),
    "missing": Text(en="It could not be started", ja="起動できませんでした"),
    "undo": Text(en="To undo", ja="元に戻す方法"),
    "saved": Text(en="The object before the change", ja="変更前のオブジェクト"),
    "omitted": Text(en="lines left out", ja="行を省略"),
    "broken": Text(en="damaged lines in the record", ja="行が破損しています"),
    "unclosed": Text(
        en="The program ended before the session was closed.",
        ja="セッションを閉じる前にプログラムが終了しました。",
    ),
}
_EVENTS: Final = {
    "input": Text(en="Input", ja="入力"),
    "chosen": Text(en="Chosen", ja="選択"),
    "ticked": Text(en="Done by hand", ja="手動で完了"),
    "skipped": Text(en="Skipped", ja="スキップ"),
    "note": Text(en="Note", ja="メモ"),
    "waited": Text(en="Waited", ja="待機"),
    "closed": Text(en="Closed", ja="終了"),
}


def as_json(record: Record) -> str:
    """Return the record as one JSON object."""
    body = {
        "schema": "oadp-doctor/incident/v1",
        "id": record.id,
        "broken": record.broken,
        "unknown": [each.asked.get("attempt") for each in record.attempts if each.unknown],
        "events": record.events,
    }
    text = msgspec.json.format(msgspec.json.encode(body), indent=2).decode()
    if not text.isascii():
        # What a terminal would act upon stays legible to programs only as JSON's own escapes.
        text = "".join(
            each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text
        )
    return text + "\n"


def as_markdown(record: Record, language: Language) -> str:
    """Return the record as a document in `language`."""
    return redact("\n".join(_document(record, language))) + "\n"


def _document(record: Record, language: Language) -> Iterator[str]:
    opened = record.first("opened")
    target = _mapping(opened.get("target"))
    yield f"# {_word('record', language)}: {_text(opened.get('title'), language)}"
    yield ""
    if target.get("practice"):
        yield f"**{_word('practice', language)}**"
        yield ""
    rows = {
        "session": record.id,
        "issue": opened.get("issue"),
        "cause": opened.get("cause"),
        "verdict": _mapping(opened.get("finding")).get("verdict"),
        "cluster": target.get("server"),
        "context": target.get("context"),
        "user": target.get("user"),
        "namespace": target.get("namespace"),
        "versions": ", ".join(
            f"{name} {value}" for name, value in _mapping(opened.get("versions")).items() if value
        ),
    }
    yield from (
        f"- {_word(name, language)}: {_code(value)}" for name, value in rows.items() if value
    )
    yield ""
    yield from _evidence(opened, language)
    yield f"## {_word('steps', language)}"
    yield ""
    attempts = {each.asked.get("attempt"): each for each in record.attempts}
    for event in record.events:
        yield from _event(event, attempts, language)
    if record.broken:
        yield f"{record.broken} {_word('broken', language)}"
    if not record.first("closed"):
        yield _word("unclosed", language)


def _evidence(opened: Event, language: Language) -> Iterator[str]:
    evidence = _mapping(opened.get("finding")).get("evidence")
    if not isinstance(evidence, list) or not evidence:
        return
    yield f"## {_word('evidence', language)}"
    yield ""
    for each in evidence[:20]:
        proof = _mapping(each)
        about = _mapping(proof.get("object"))
        hit = _mapping(proof.get("hit"))
        yield f"- {_text(proof.get('says'), language)}"
        if about:
            place = (str(about.get(part) or "") for part in ("namespace", "name"))
            subject = f"{about.get('kind')} {'/'.join(place).strip('/')}"
            value = msgspec.json.encode(proof.get("value")).decode()[:300]
            yield f"  {_code(subject)} {_code(proof.get('path') or '')} {_code(value)}"
        if hit:
            where = f"{hit.get('log')}:{hit.get('line')}"
            yield f"  {_code(where)} {_code(str(hit.get('text'))[:500])}"
    yield ""


def _event(event: Event, attempts: Mapping[Any, Attempt], language: Language) -> Iterator[str]:
    name = str(event.get("event"))
    time = str(event.get("time", ""))[:19].replace("T", " ") + " (UTC)"
    if name == "will-run":
        attempt = attempts[event.get("attempt")]
        yield f"### {time} {_text(event.get('title'), language)}"
        yield ""
        yield from _fenced(str(event.get("shown", "")), "sh")
        yield from _outcome(attempt, language)
        undo = event.get("undo_command")
        if event.get("risk") != "read" and undo:
            yield f"{_word('undo', language)}:"
            yield ""
            yield from _fenced(str(undo), "sh")
    elif name == "saved":
        yield f"{_word('saved', language)}:"
        yield ""
        yield from _fenced(str(event.get("yaml", "")), "yaml")
    elif name in _EVENTS:
        parts = [
            str(event[key])
            for key in ("step", "name", "value", "option", "state", "text")
            if event.get(key)
        ]
        shown = f": {_code(' '.join(parts))}" if parts else ""
        yield f"- {time} {_EVENTS[name].to(language)}{shown}"
        yield ""


def _outcome(attempt: Attempt, language: Language) -> Iterator[str]:
    lines = [
        str(line[1])
        for event in attempt.output
        for line in event.get("lines", ())
        if isinstance(line, list) and len(line) == 2
    ]
    omitted = sum(int(event.get("omitted", 0)) for event in attempt.output)
    if lines:
        yield from _fenced("\n".join(lines[:_LINES]), "")
    omitted += max(len(lines) - _LINES, 0)
    if omitted:
        yield f"({omitted} {_word('omitted', language)})"
        yield ""
    if attempt.unknown:
        yield f"**{_word('unknown', language)}**"
    elif attempt.outcome is not None and attempt.outcome.get("ending") == "missing":
        yield f"{_word('missing', language)}: {_code(attempt.outcome.get('message'))}"
    elif attempt.outcome is not None:
        yield f"{_word('ended', language)}: {attempt.outcome.get('code')}"
    yield ""


def _word(name: str, language: Language) -> str:
    return _WORDS[name].to(language)


def _text(value: Any, language: Language) -> str:
    """Return a text of the record as one plain line."""
    chosen = _mapping(value).get(language)
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(str(chosen or "").split()))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _code(value: Any) -> str:
    text = " ".join(str(value).split())
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _fenced(text: str, language: str) -> Iterator[str]:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    yield f"{fence}{language}"
    yield text.rstrip("\n")
    yield fence
    yield ""
