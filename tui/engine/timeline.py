"""What was done in a session, event by event, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from knowledge.text import Language
from tui.engine.account import moment
from tui.engine.answer_json import mapping
from tui.engine.incident_words import (
    ENDINGS,
    EVENTS,
    PURPOSES,
    RISKS,
    STATES,
    duration,
    word,
)
from tui.engine.markup import code, fenced, folded, words
from tui.engine.record import Attempt, Event, Record

_LINES: Final = 200
"""Output lines of a command in the Markdown; the JSON has all that was kept."""
_UNFOLDED: Final = 10
"""Output lines that are shown at once; more are folded."""
_LONGEST: Final = 2_000
"""Characters of an output line."""
_PARTS: Final = frozenset({"output", "ran", "opened", "findings"})
"""Events that are shown with others."""
_NAMED: Final = {"step": "title", "option": "label"}
"""Names of the procedure's file -> what people read instead; older records have the names only."""
_FIELDS: Final = {
    "input": ("name", "value"),
    "chosen": ("step", "option"),
    "revealed": ("namespace", "secret", "key"),
    "imported": ("from",),
    "continued": ("operator",),
}
"""What of an event is shown, where it is not `step` and `text`."""


def timeline(record: Record, language: Language) -> Iterator[str]:
    """Yield the lines of what was done, in the order in which it was."""
    attempts = {each.asked.get("attempt"): each for each in record.attempts}
    beside: dict[Any, list[Event]] = {}
    """Attempt -> the object saved before it, and the differences it made."""
    for event in record.events:
        if event.get("event") in {"saved", "difference"} and event.get("attempt") in attempts:
            beside.setdefault(event.get("attempt"), []).append(event)
    by = ""
    for event in record.events:
        name = event.get("event")
        if name in {"opened", "continued"}:
            by = _plain(event.get("operator")) or by
        if name == "will-run":
            attempt = attempts[event.get("attempt")]
            others = beside.get(event.get("attempt"), ())
            yield from _command(event, attempt, others, by, language)
        elif name in {"saved", "difference"}:
            if event.get("attempt") not in attempts:
                yield from _beside((event,), language)
        elif name == "dry-ran":
            yield from _rehearsed(event, language)
        elif isinstance(name, str) and name not in _PARTS:
            yield from _small(name, event, language)


def local_times(event: Event, language: Language) -> str:
    """Return when an event was: in UTC, and in the local time of who did it."""
    utc = moment(event.get("time"))
    if utc is None:
        return code(str(event.get("time") or "?")[:40])
    shown = f"{utc:%Y-%m-%d %H:%M:%S} (UTC)"
    there = _local(event.get("local"))
    if there is None or not there.utcoffset():
        return shown
    offset = f"{there:%z}"
    comma = ", " if language == "en" else "、"
    return f"{shown}{comma}{there:%Y-%m-%d %H:%M:%S} ({offset[:3]}:{offset[3:5]})"


def _local(value: Any) -> datetime | None:
    if moment(value) is None:
        return None
    found = datetime.fromisoformat(value)
    return found if abs(found.utcoffset() or timedelta()) <= timedelta(hours=14) else None


def _command(
    event: Event, attempt: Attempt, others: Sequence[Event], by: str, language: Language
) -> Iterator[str]:
    yield f"### {local_times(event, language)} {_text(event.get('title'), language)}".rstrip()
    yield ""
    risk = event.get("risk")
    about = [
        RISKS[risk].to(language) if isinstance(risk, str) and risk in RISKS else code(risk or "")
    ]
    purpose = event.get("purpose")
    if isinstance(purpose, str) and purpose in PURPOSES:
        about.append(PURPOSES[purpose].to(language))
    if attempt.pretended and risk != "read":
        about.append(STATES["dry-run"].to(language))
    yield f"({', '.join(each for each in about if each)})"
    yield ""
    yield from _beside([each for each in others if each.get("event") == "saved"], language)
    yield from fenced(str(event.get("shown", "")), "sh")
    if attempt.changes:
        yield from (f"- {_confirmed(event, by, language)}", "")
    yield from _outcome(attempt, language)
    yield from _beside([each for each in others if each.get("event") == "difference"], language)
    undo = event.get("undo_command")
    if attempt.changes and undo:
        yield from (f"{word('undo', language)}:", "")
        yield from fenced(str(undo), "sh")


def _rehearsed(event: Event, language: Language) -> Iterator[str]:
    """Yield a change that only the server's dry run went through."""
    yield f"### {local_times(event, language)} {_text(event.get('title'), language)}".rstrip()
    yield from ("", f"({word('dry-run', language)})", "")
    yield from fenced(str(event.get("shown", "")), "sh")
    state = _state(event, language)
    if state:
        yield from (f"- {word('state', language)}: {state}", "")
    if event.get("lines"):
        yield from _beside((event,), language)


def _confirmed(event: Event, by: str, language: Language) -> str:
    if event.get("approved"):
        return (
            f"{word('confirmed-by', language)}: {code(by)}" if by else word("confirmed", language)
        )
    return word("confirmed-elsewhere" if event.get("confirmed") else "unconfirmed", language)


def _outcome(attempt: Attempt, language: Language) -> Iterator[str]:
    yield from _output(attempt, language)
    outcome = attempt.outcome
    if attempt.unknown:
        yield f"**{word('unknown', language)}**"
    elif attempt.cut_off:
        settled = attempt.settled or {}
        when = local_times(settled, language)
        yield f"- {word('was-unknown', language)}: {when} {_state(settled, language)}".rstrip()
    if outcome is not None:
        yield from (f"- {line}" for line in _end(outcome, language))
    yield ""


def _end(outcome: Event, language: Language) -> Iterator[str]:
    ending = outcome.get("ending")
    seconds = outcome.get("seconds")
    took = (
        f" ({duration(seconds, language)})"
        if isinstance(seconds, int | float) and 0 <= seconds < 10**9
        else ""
    )
    if ending == "missing":
        yield f"{word('cannot-start', language)}: {code(outcome.get('message') or '')}"
    elif ending in ENDINGS:
        yield f"{word('ending', language)}: {ENDINGS[ending].to(language)}{took}"
    if outcome.get("code") is not None:
        told = "" if ending in ENDINGS else took
        yield f"{word('code', language)}: {words(outcome['code'])}{told}"
    if outcome.get("signal"):
        yield f"{word('signal', language)}: {code(outcome['signal'])}"
    state = _state(outcome, language)
    if state:
        yield f"{word('state', language)}: {state}"


def _output(attempt: Attempt, language: Language) -> Iterator[str]:
    lines = [
        str(line[1])
        for event in attempt.output
        for line in event.get("lines", ())
        if isinstance(line, list) and len(line) == 2
    ]
    omitted = sum(event.get("omitted", 0) for event in attempt.output)
    omitted += max(len(lines) - _LINES, 0)
    # The end of an output tells more than its middle.
    kept = lines if len(lines) <= _LINES else lines[: _LINES // 2] + lines[-_LINES // 2 :]
    block = fenced("\n".join(each[:_LONGEST] for each in kept))
    if len(kept) > _UNFOLDED:
        yield from folded(f"{word('output', language)} ({len(lines)})", block)
    elif kept:
        yield from block
    if omitted > 0:
        yield from (f"({omitted} {word('omitted', language)})", "")


def _beside(events: Sequence[Event], language: Language) -> Iterator[str]:
    for event in events:
        if event.get("event") == "saved":
            block = fenced(str(event.get("yaml", "")), "yaml")
            yield from folded(word("saved", language), block)
        else:
            lines = event.get("lines")
            shown = [str(each)[:_LONGEST] for each in lines] if isinstance(lines, list) else []
            yield from (f"{word('difference', language)}:", "")
            yield from fenced("\n".join(shown[:_LINES]), "diff")
            if len(shown) > _LINES:
                yield from (f"({len(shown) - _LINES} {word('omitted', language)})", "")


def _small(name: str, event: Event, language: Language) -> Iterator[str]:
    title = EVENTS[name].to(language) if name in EVENTS else code(name)
    fields = _FIELDS.get(name, ("step", "text"))
    values = (_said(event, field, language) for field in fields)
    about = " ".join(value for value in values if value)
    if name == "continued":
        about = " ".join((about, _place(event))).strip()
    state = _state(event, language)
    seconds = event.get("seconds")
    took = f" ({duration(seconds, language)})" if isinstance(seconds, int | float) else ""
    text = event.get("text")
    if name == "note" and isinstance(text, str) and "\n" in text.strip():
        yield from (f"- {local_times(event, language)} {title}:", "")
        yield from (f"  {line}" for line in fenced(text.strip()))
        return
    parts = [part for part in (about, state) if part]
    shown = f": {' – '.join(parts)}" if parts else ""
    yield from (f"- {local_times(event, language)} {title}{shown}{took}", "")


def _said(event: Event, field: str, language: Language) -> str:
    """Return a field for people: the title of what it names, as a quotation, else as it is."""
    if title := _text(event.get(_NAMED.get(field, "")), language):
        return f"“{title}”" if language == "en" else f"「{title}」"
    value = _plain(event.get(field))
    return code(value) if value else ""


def _place(event: Event) -> str:
    target = mapping(event.get("target"))
    found = [target.get(part) for part in ("user", "server", "context")]
    return " ".join(code(each) for each in found if each)


def _state(event: Event, language: Language) -> str:
    """Return what became of a step, in words, and what there is to say about it."""
    state = event.get("state")
    shown = [STATES[state].to(language) if isinstance(state, str) and state in STATES else ""]
    note = event.get("note")
    shown.append(_text(note, language) if note else "")
    return ": ".join(each for each in shown if each)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "@".join(str(value[part]) for part in ("user", "host") if value.get(part))
    return str(value) if isinstance(value, str | int | float) else ""


def _text(value: Any, language: Language) -> str:
    chosen = value.get(language) if isinstance(value, Mapping) else value
    return words(chosen if isinstance(chosen, str) else "")
