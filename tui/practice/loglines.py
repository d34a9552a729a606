"""Writes log lines as Velero and the operator do, from scenario data.

A line is a string (as it is), or a mapping:

{level: info, msg: TEXT, key: value...}     a line of Velero: time="..." level=... msg="..." key=...
{operator: TEXT, level: INFO, logger: L, data: {...}}     a line of the operator (zap, console)
{plain: TEXT}                               a line without a time of its own
{use: STORY, with: {...}}                   the lines of a story
{each: [...], as: NAME, lines: [...]}       lines for every item of a list

`at: -3h` sets the moment of the first line, relative to now; `spread: 40s` spreads the lines of a
story or of an `each` evenly over a span.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tui.practice.logs import LogLine
from tui.practice.objects import MISSING, JsonObject, seconds, timestamp
from tui.practice.templating import Scope, fill

_BARE = re.compile(r"[A-Za-z0-9\-._/@^+]*")
_OWN_KEYS = {"level", "msg", "at", "spread"}
_MAX_LINES = 100_000


class Stories:
    """Named groups of log lines."""

    def __init__(self, stories: Mapping[str, list[Any]]) -> None:
        self._stories = stories

    def lines(self, entries: list[Any], scope: Scope, now: float | None = None) -> list[LogLine]:
        """Writes entries as log lines, in the order of their moments.

        Args:
            entries: Scenario data as described at the top of this module.
            scope: The variables.
            now: The moment that `at` counts from.

        Returns:
            The lines.
        """
        moment = time.time() if now is None else now
        written = list(self._write(entries, dict(scope), moment, 0))
        if len(written) > _MAX_LINES:
            raise ValueError("a scenario writes too many log lines")
        return sorted(written, key=lambda line: line.moment)

    def _write(
        self, entries: list[Any], scope: dict[str, Any], moment: float, depth: int
    ) -> Iterator[LogLine]:
        if depth > 12:
            raise ValueError("stories use each other in a circle")
        for entry in entries:
            if isinstance(entry, str):
                yield LogLine(moment, str(fill(entry, {**scope, "now": moment})))
                continue
            if "at" in entry:
                moment = float(scope.get("base") or time.time()) + seconds(fill(entry["at"], scope))
            if "use" in entry or "each" in entry:
                group = list(self._group(entry, scope, moment, depth))
                span = seconds(entry.get("spread", 0))
                step = span / max(1, len(group) - 1)
                for index, (single, variables) in enumerate(group):
                    yield self._single(single, variables, moment + step * index)
                moment += span
            else:
                yield self._single(entry, scope, moment)

    def _group(
        self, entry: JsonObject, scope: dict[str, Any], moment: float, depth: int
    ) -> Iterator[tuple[Any, dict[str, Any]]]:
        if depth > 12:
            raise ValueError("stories use each other in a circle")
        if "use" in entry:
            inner = {**scope, **fill(entry.get("with") or {}, scope)}
            yield from self._flat(self._stories[entry["use"]], inner, moment, depth)
            return
        items = fill(entry["each"], scope)
        for number, item in enumerate(items if isinstance(items, list) else [], 1):
            inner = {**scope, entry.get("as", "item"): item, "number": number}
            yield from self._flat(entry["lines"], inner, moment, depth)

    def _flat(
        self, entries: list[Any], scope: dict[str, Any], moment: float, depth: int
    ) -> Iterator[tuple[Any, dict[str, Any]]]:
        for entry in entries:
            if isinstance(entry, dict) and ("use" in entry or "each" in entry):
                yield from self._group(entry, scope, moment, depth + 1)
            else:
                yield entry, scope

    def _single(self, entry: Any, scope: dict[str, Any], moment: float) -> LogLine:
        filled = fill(entry, {**scope, "now": moment})
        if isinstance(filled, str):
            return LogLine(moment, filled)
        if "plain" in filled:
            return LogLine(moment, str(filled["plain"]))
        if "operator" in filled:
            return LogLine(moment, _zap(filled, moment))
        return LogLine(moment, velero_line(filled, moment))


def velero_line(entry: JsonObject, moment: float) -> str:
    """Returns a line as Velero writes it."""
    parts = [f'time="{timestamp(moment)}"', f"level={entry.get('level', 'info')}"]
    parts.append(f"msg={_quoted(entry.get('msg', ''), always=True)}")
    parts += [
        f"{key}={_quoted(value)}"
        for key, value in sorted(entry.items())
        if key not in _OWN_KEYS and value is not MISSING
    ]
    return " ".join(parts)


def _quoted(value: Any, *, always: bool = False) -> str:
    text = str(value)
    if not always and _BARE.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _zap(entry: JsonObject, moment: float) -> str:
    parts = [timestamp(moment), str(entry.get("level", "INFO"))]
    if "logger" in entry:
        parts.append(str(entry["logger"]))
    parts.append(str(entry["operator"]))
    if "data" in entry:
        parts.append(json.dumps(entry["data"]))
    return "\t".join(parts)
