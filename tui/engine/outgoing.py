"""Records on their way out: redacted once more, whole outputs at a time.

What was written was redacted on its way in, string by string. A record may have been written by an
older program, by hand, or elsewhere, and a secret may be spread over the lines of an output.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from knowledge.redact import redact
from knowledge.secret_marks import REDACTED, SECRET_NAME
from tui.engine.journal import cleaned
from tui.engine.record import Event, Record

_SECRETIVE: Final = frozenset({"argv", "args"})
"""Fields with command lines, where a flag gives the next word away."""


def redacted(record: Record) -> Record:
    """Return `record` without the secrets in it; one that holds none comes back as it was."""
    return replace(record, events=tuple(redacted_events(record.events)))


def redacted_events(events: Iterable[Event]) -> list[Event]:
    """Return `events` without the secrets in them, as JSON of bounded size."""
    clean: list[Event] = [cleaned(_without_arguments(each)) for each in events]
    outputs: dict[tuple[Any, str], list[tuple[int, int]]] = {}
    """Attempt and stream -> where its lines stand: event and line."""
    for place, event in enumerate(clean):
        lines = event.get("lines")
        if not isinstance(lines, list):
            continue
        for number, line in enumerate(lines):
            if isinstance(line, str):
                outputs.setdefault((place, ""), []).append((place, number))
            elif _is_line(line):
                # One stream of one attempt is one text, over however many events it is spread.
                key = (event.get("attempt"), line[0])
                outputs.setdefault(key, []).append((place, number))
    for places in outputs.values():
        _redact_together(clean, places)
    return clean


def _redact_together(events: list[Event], places: Sequence[tuple[int, int]]) -> None:
    """Redact the lines at `places` as one text."""
    old = [_line(events[place], number) for place, number in places]
    new = redact("\n".join(old)).split("\n")
    if new == old:
        return
    # The inside of a key goes without a trace: the lines that are left move up.
    new += [""] * (len(old) - len(new))
    for (place, number), text in zip(places, new, strict=False):
        line = events[place]["lines"][number]
        if isinstance(line, str):
            events[place]["lines"][number] = text
        else:
            line[1] = text


def _line(event: Event, number: int) -> str:
    line = event["lines"][number]
    # A line is one line, whatever was written; else what is put back would not fit.
    return str(line if isinstance(line, str) else line[1]).replace("\n", " ")


def _is_line(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], str)
    )


def _without_arguments(event: Event) -> Event:
    """Return `event` with the values of secret flags taken out of its command lines."""
    return {
        name: _arguments(value) if name in _SECRETIVE and isinstance(value, list) else value
        for name, value in event.items()
    }


def _arguments(words: Sequence[Any]) -> list[Any]:
    return [
        REDACTED if number and isinstance(word, str) and _gives_away(words[number - 1]) else word
        for number, word in enumerate(words)
    ]


def _gives_away(word: Any) -> bool:
    return (
        isinstance(word, str)
        and word.startswith("--")
        and SECRET_NAME.fullmatch(word.removeprefix("--")) is not None
    )
