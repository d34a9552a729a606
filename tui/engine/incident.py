"""A session's record as something to hand on: Markdown for people, JSON for programs.

Both are redacted once more. In Markdown, whatever the record holds is text: it becomes no markup,
link or mention where it is pasted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from knowledge.redact import redact
from knowledge.text import Language
from tui.engine.account import Account, account, findings_of
from tui.engine.answer_json import mapping
from tui.engine.incident_words import COUNTS, OUTCOMES, VERDICTS, duration, word
from tui.engine.markup import code, fenced, words
from tui.engine.outgoing import redacted
from tui.engine.plain_line import plain_line
from tui.engine.record import Event, Record
from tui.engine.timeline import local_times, timeline

SCHEMA: Final = "oadp-doctor/incident/v1"
_EVIDENCE: Final = 20
"""Pieces of evidence in the Markdown; the JSON has all."""
_FINDINGS: Final = 50


def as_json(record: Record) -> str:
    """Return the record as one JSON object, its events as they were written."""
    record = redacted(record)
    came = account(record)
    body = {
        "schema": SCHEMA,
        "id": record.id,
        "broken": record.broken,
        "unknown": [each.asked.get("attempt") for each in came.open],
        "summary": {
            "outcome": came.outcome,
            "mode": record.mode,
            "practice": record.practice,
            "imported": bool(record.first("imported")),
            "closed": record.closed,
            "started": came.started,
            "ended": came.ended,
            "seconds": came.seconds,
            "changes": came.changes,
            "taken_back": came.taken_back,
            "unknown": len(came.open),
            "failed": came.failed,
        },
        "events": record.events,
    }
    text = msgspec.json.format(msgspec.json.encode(body), indent=2).decode()
    if not text.isascii():
        # What a terminal would act upon stays legible to programs only as JSON's own escapes.
        odd = (each for each in set(text) if not each.isprintable() and each != "\n")
        text = text.translate({ord(each): json.dumps(each)[1:-1] for each in odd})
    return text + "\n"


def as_markdown(record: Record, language: Language) -> str:
    """Return the record as a document in `language`, to be pasted into a ticket."""
    lines = _document(redacted(record), language)
    # Each line by itself: a key that was cut off in one value must not swallow the rest.
    return "\n".join(redact(plain_line(line)) for line in lines).rstrip("\n") + "\n"


def _document(record: Record, language: Language) -> Iterator[str]:
    came = account(record)
    yield f"# {word('record', language)}: {_text(record.first('opened').get('title'), language)}"
    yield ""
    loud = [record.mode] if record.mode != "live" else []
    loud += ["practice"] if record.practice else []
    loud += ["imported"] if record.first("imported") else []
    for name in loud:
        yield from (f"> **{word(name, language)}**", "")
    yield from _summary(record, came, language)
    yield from _seen(record, language)
    yield from (f"## {word('steps', language)}", "")
    yield from timeline(record, language)
    yield from _way_back(came, language)
    yield from _at_end(record, language)
    yield from (f"## {word('about', language)}", "")
    yield f"- {word('redacted', language)}"
    if record.broken:
        yield f"- {record.broken} {word('broken', language)}"
    if not record.closed:
        yield f"- {word('unclosed', language)}"


def _summary(record: Record, came: Account, language: Language) -> Iterator[str]:
    yield from (f"## {word('summary', language)}", "", OUTCOMES[came.outcome].to(language), "")
    counts = {
        "changes": came.changes,
        "taken_back": came.taken_back,
        "unknown": len(came.open),
        "failed": came.failed,
    }
    shown = [
        COUNTS[name].fill({"count": str(count)}).to(language)
        for name, count in counts.items()
        if count or name == "changes"
    ]
    yield from ((", " if language == "en" else "、").join(shown) + ".。"[language == "ja"], "")
    if came.open:
        yield from (f"**{word('check-first', language)}**", "")
        for each in came.open:
            yield f"- {_text(each.asked.get('title'), language)}: {code(each.asked.get('shown'))}"
        yield ""
    yield from _facts(record, came, language)
    yield ""


def _facts(record: Record, came: Account, language: Language) -> Iterator[str]:
    opened = record.first("opened")
    target = mapping(opened.get("target"))
    finding = mapping(opened.get("finding"))
    yield f"- {word('session', language)}: {code(record.id)}"
    yield f"- {word('started', language)}: {local_times(opened, language)}"
    last = record.last("closed")
    if last:
        yield f"- {word('ended', language)}: {local_times(last, language)}"
    if came.seconds is not None:
        yield f"- {word('duration', language)}: {duration(came.seconds, language)}"
    versions = mapping(opened.get("versions"))
    verdict = finding.get("verdict")
    rows = {
        "operator": ", ".join(dict.fromkeys(_operators(record))),
        "user": target.get("user"),
        "cluster": target.get("server"),
        "context": target.get("context"),
        "namespace": target.get("namespace"),
        "versions": ", ".join(f"{name} {value}" for name, value in versions.items() if value),
        "issue": opened.get("issue"),
        "cause": opened.get("cause"),
        "verdict": VERDICTS[verdict].to(language) if verdict in list(VERDICTS) else verdict,
    }
    for name, value in rows.items():
        if value:
            yield f"- {word(name, language)}: {code(value)}"


def _operators(record: Record) -> Iterator[str]:
    for event in record.events:
        if event.get("event") in {"opened", "continued"} and event.get("operator"):
            yield operator(event)


def operator(event: Event) -> str:
    """Return who carried a session out, as `user@host`; empty where that is not recorded."""
    given = event.get("operator")
    if isinstance(given, Mapping):
        return "@".join(str(given[part]) for part in ("user", "host") if given.get(part))
    return str(given or "")


def _seen(record: Record, language: Language) -> Iterator[str]:
    opened = record.first("opened")
    finding = mapping(opened.get("finding"))
    found = findings_of(opened)
    if not finding and not found:
        return
    yield from (f"## {word('seen', language)}", "")
    if finding:
        title = finding.get("title") or opened.get("title")
        yield from (f"**{_text(title, language)}**", "")
        yield from _evidence(finding, language)
    if found:
        yield from (f"{word('others', language)}:", "")
        yield from _list(found, language)


def _evidence(finding: Mapping[str, Any], language: Language) -> Iterator[str]:
    evidence = finding.get("evidence")
    if isinstance(evidence, list) and evidence:
        yield from (f"{word('evidence', language)}:", "")
        for each in evidence[:_EVIDENCE]:
            yield from _proof(mapping(each), language)
        if len(evidence) > _EVIDENCE:
            yield f"- … (+{len(evidence) - _EVIDENCE})"
        yield ""
    missing = finding.get("missing")
    if isinstance(missing, list) and missing:
        yield from (f"{word('missing', language)}:", "")
        yield from (f"- {_text(each, language)}" for each in missing[:_EVIDENCE])
        yield ""


def _proof(proof: Mapping[str, Any], language: Language) -> Iterator[str]:
    about = mapping(proof.get("object"))
    hit = mapping(proof.get("hit"))
    yield f"- {_text(proof.get('says'), language)}"
    if about:
        place = (str(about.get(part) or "") for part in ("namespace", "name"))
        subject = f"{about.get('kind')} {'/'.join(place).strip('/')}"
        value = redact(msgspec.json.encode(proof.get("value")).decode())[:300]
        shown = (code(each) for each in (subject, proof.get("path") or "", value))
        yield "  " + " ".join(each for each in shown if each)
    if hit:
        where = f"{hit.get('log')}:{hit.get('line')}"
        yield f"  {code(where)} {code(str(hit.get('text'))[:500])}"


def _way_back(came: Account, language: Language) -> Iterator[str]:
    """Yield the undo of each change that stands, the last change first."""
    standing = {
        (each.asked.get("step"), str(each.asked.get("undo_command"))): each
        for each in came.standing
    }
    if not standing:
        return
    yield from (f"## {word('way-back', language)}", "")
    yield from (word("way-back-order", language), "")
    for each in reversed(standing.values()):
        asked = each.asked
        yield from (f"- {_text(asked.get('title'), language)}", "")
        if asked.get("undo"):
            yield from (f"  {_text(asked.get('undo'), language)}", "")
        if asked.get("undo_command"):
            lines = fenced(str(asked["undo_command"]), "sh")
            yield from (f"  {line}".rstrip() for line in lines)
        else:
            yield from (f"  {word('no-way-back', language)}.", "")


def _at_end(record: Record, language: Language) -> Iterator[str]:
    yield from (f"## {word('at-end', language)}", "")
    last = record.last("findings")
    if not isinstance(last.get("findings"), list):
        yield from (word("not-recorded", language), "")
        return
    yield from (f"{local_times(last, language)}:", "")
    yield from _list(findings_of(last), language)


def _list(findings: tuple[Mapping[str, Any], ...], language: Language) -> Iterator[str]:
    for each in findings[:_FINDINGS]:
        verdict = str(each.get("verdict") or "")
        shown = VERDICTS[verdict].to(language) if verdict in VERDICTS else words(verdict)
        id = "/".join(str(each[part]) for part in ("issue", "cause") if each.get(part))
        yield f"- {shown}: {_text(each.get('title'), language)} {code(id)}".rstrip()
    if len(findings) > _FINDINGS:
        yield f"- … (+{len(findings) - _FINDINGS})"
    if not findings:
        yield f"- {word('none', language)}"
    yield ""


def _text(value: Any, language: Language) -> str:
    """Return a text of the record as one plain line."""
    chosen = mapping(value).get(language) if isinstance(value, Mapping) else value
    return words(chosen if isinstance(chosen, str) else "")
