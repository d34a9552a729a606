"""What lines are looked for: a text, a level, a backup or restore, a pod; and finding them."""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import import_module
from typing import Any, Final

import re2

from knowledge import record
from knowledge.redact import redact
from knowledge.secret_marks import HINT, may_hold_secrets
from tui.engine.logs.lines import HEAD

LONGEST: Final = 500
"""Characters of a text that is looked for."""
_MANY: Final = 200
"""Candidates in a block from which on it pays to see first where secrets may be at all."""
_DENSE: Final = 8_192
"""Matches in a block with which they are looked for line by line."""
_HEAD_BYTES: Final = 4_096
_NAMING: Final = ("backup", "restore", "name", "backupName", "restoreName")


class Level(StrEnum):
    """How bad a line must be to be shown."""

    ALL = "all"
    WARNING = "warning"
    ERROR = "error"

    @property
    def names(self) -> frozenset[str]:
        """Return the levels of records that are shown."""
        worst = {"error", "fatal", "panic", "critical"}
        return frozenset(worst | ({"warning"} if self is Level.WARNING else set()))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are meant; empty: all."""

    texts: tuple[str, ...] = ()
    """All of them must stand in the line; capital letters count if there are any."""
    level: Level = Level.ALL
    run: str = ""
    """A backup or restore that the record names."""
    pod: str = ""
    """In a merged log: only lines of this one, by its label there."""

    @property
    def everything(self) -> bool:
        """Whether no line is left out."""
        return not (self.texts or self.run or self.pod or self.level is not Level.ALL)

    def with_text(self, text: str) -> Wanted:
        """Return the same with one more text."""
        return replace(self, texts=(*self.texts, text)) if text else self


def expression(text: str) -> str:
    """Return what finds `text` as it is shown or as it is escaped in a record."""
    parts = [r"\\*" + '"' if sign == '"' else re.escape(sign) for sign in text[:LONGEST]]
    return "".join(parts)


def pattern(text: str) -> re.Pattern[str]:
    """Return what finds `text` in a line that is shown."""
    return re.compile(expression(text), 0 if _has_capital(text) else re.IGNORECASE)


def _has_capital(text: str) -> bool:
    return any(sign.isupper() for sign in text)


def _bytes(text: str) -> bytes:
    """Return the expression of at least the lines that hold `text`, over UTF-8."""
    exact = _has_capital(text)
    parts: list[bytes] = []
    for sign in text[:LONGEST]:
        if sign == '"':
            parts.append(rb"\\*" + b'"')
            continue
        forms = {sign} if exact else {sign, sign.lower(), sign.upper(), sign.swapcase()}
        ways = sorted({re.escape(form.encode(errors="replace")) for form in forms})
        parts.append(ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")")
    return b"".join(parts)


class Finder:
    """Finds the lines that are wanted in blocks of whole lines. One for each thread."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._patterns = [pattern(each) for each in wanted.texts]
        self._by_record = wanted.level is not Level.ALL or bool(wanted.run)
        # One of the conditions finds candidates; the others are asked of these only.
        if wanted.texts:
            candidates = _bytes(max(wanted.texts, key=len))
        elif wanted.run:
            candidates = _bytes(_bare(wanted.run))
        elif wanted.pod:
            candidates = _bytes(_mark(wanted.pod))
        else:
            candidates = _LEVELS[wanted.level]
        self._engine = _Engine(candidates)
        # Then the bytes tell all there is to tell, but for what is redacted.
        one = len(wanted.texts) == 1 and wanted.texts[0].isascii() and len(candidates) < 4_000
        self._exact = one and not wanted.pod and not self._by_record

    def starts(self, data: bytes) -> array[int]:
        """Return where in `data`, whole lines, those begin that are wanted."""
        found = array("Q")
        seen = -1
        candidates = self._engine.find(data)
        if self._exact and len(candidates) > _MANY:
            return self._many(data, candidates)
        for at in candidates:
            start = data.rfind(b"\n", 0, at) + 1
            if start <= seen:
                continue
            end = self._end(data, start)
            seen = start
            if not self._fits(data, start, end):
                continue
            found.append(start)
            if self._by_record and not self.wanted.texts:
                # What follows a record without one of its own belongs to it.
                while end < len(data) and not HEAD.match(data, end):
                    start, seen = end, end
                    end = self._end(data, start)
                    if self._rest_fits(data, start, end):
                        found.append(start)
        return found

    def _many(self, data: bytes, candidates: Sequence[int]) -> array[int]:
        """Return the same as `starts`, where a line of most is wanted."""
        found = array("Q")
        hints = {data.rfind(b"\n", 0, at) + 1 for at in _hints().find(data)}
        end = 0
        for at in candidates:
            if at < end:
                continue
            start = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at) + 1 or len(data)
            if start not in hints or self._rest_fits(data, start, end):
                found.append(start)
        return found

    @staticmethod
    def _end(data: bytes, start: int) -> int:
        return data.find(b"\n", start) + 1 or len(data)

    def _fits(self, data: bytes, start: int, end: int) -> bool:
        if not self._rest_fits(data, start, end):
            return False
        if not self._by_record:
            return True
        head = start
        while head > 0 and not HEAD.match(data, head):
            head = data.rfind(b"\n", 0, head - 1) + 1
        line = data[head : self._end(data, head)] if head != start else data[start:end]
        return _level_fits(line, self.wanted.level) and _run_fits(line, self.wanted.run)

    def _rest_fits(self, data: bytes, start: int, end: int) -> bool:
        """Return whether text and pod fit, which are asked of each line."""
        wanted = self.wanted
        if not wanted.texts and not wanted.pod:
            return True
        # All of it, also what of a giant line has no room on the screen.
        line = data[start:end].rstrip(b"\r\n")
        if wanted.pod and not line.startswith(_mark(wanted.pod).encode()):
            return False
        if not self._patterns:
            return True
        text = line.decode(errors="replace")
        if may_hold_secrets(text):
            # What is not shown is not found either.
            text = redact(text)
        return all(each.search(text) for each in self._patterns)

    def fits(self, line: bytes) -> bool:
        """Return whether one line, the beginning of a record, is wanted."""
        return self.wanted.everything or bool(self.starts(line + b"\n"))


def _mark(pod: str) -> str:
    return f"[{pod}] "


def _bare(run: str) -> str:
    return run.rsplit("/", 1)[-1]


_LEVELS: Final = {
    Level.ALL: b"",
    Level.ERROR: (
        rb"(?:level\\*\"?[=:] ?\\*\"?|\t)(?i:error|fatal|panic|dpanic|critical)"
        rb"|(?:^|\n| |\])[EF][0-9]{4} [0-9]{2}:"
    ),
    Level.WARNING: (
        rb"(?:level\\*\"?[=:] ?\\*\"?|\t)(?i:warn|error|fatal|panic|dpanic|critical)"
        rb"|(?:^|\n| |\])[WEF][0-9]{4} [0-9]{2}:"
    ),
}
_QUICK_LEVEL: Final = re.compile(
    rb"[^\"{]{0,400}time=\"[^\"]{19,40}\" level=\"?(?P<text>[A-Za-z]+)"
    rb"|[^\"{\t]{0,400}\t(?P<zap>DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)\t"
)


def level_of(line: bytes) -> str:
    """Return the level of a record as `knowledge.record` names it; empty: it has none."""
    quick = _QUICK_LEVEL.match(line, 0, _HEAD_BYTES)
    if quick is not None:
        word = (quick["text"] or quick["zap"]).decode().lower()
        return {"warn": "warning", "dpanic": "panic"}.get(word, word)
    return record.parse(line.decode(errors="replace")).level


def _level_fits(line: bytes, level: Level) -> bool:
    return level is Level.ALL or level_of(line) in level.names


def _run_fits(line: bytes, run: str) -> bool:
    if not run:
        return True
    if _bare(run).encode() not in line:
        return False
    fields = record.parse(line.decode(errors="replace")).fields
    return any(_bare(fields.get(name, "")) == _bare(run) for name in _NAMING)


class _Engine:
    """Finds one expression in blocks: Hyperscan where it loads, else RE2."""

    def __init__(self, source: bytes) -> None:
        options = re2.Options()
        options.log_errors = False
        options.encoding = re2.Options.Encoding.LATIN1
        # One match a line: with many of them this is the quicker way.
        self._by_line = re2.compile(b"(?:" + source + rb")[^\n]*", options)
        self._database: Any = None
        try:
            self._hyperscan: Any = import_module("hyperscan")
            self._database = self._hyperscan.Database()
            self._database.compile(expressions=[source], ids=[0], flags=[0])
            self._scratch = self._hyperscan.Scratch(self._database)
        except Exception:  # no wheel for this machine, or a processor it refuses: RE2 is there
            self._database = None

    def find(self, data: bytes) -> Sequence[int]:
        """Return a place in each line that holds the expression, in their order."""
        if self._database is None:
            return self._lines(data)
        found: list[int] = []

        def note(_id: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            found.append(end - 1)
            return len(found) > _DENSE

        try:
            self._database.scan(data, match_event_handler=note, scratch=self._scratch)
        except self._hyperscan.ScanTerminated:
            return self._lines(data)
        found.sort()
        return found

    def _lines(self, data: bytes) -> Sequence[int]:
        return [max(match.start(), match.end() - 1) for match in self._by_line.finditer(data)]


_mine: Final = threading.local()


def _hints() -> _Engine:
    """Return what finds the lines that may hold secrets; one for each thread."""
    engine: _Engine | None = getattr(_mine, "hints", None)
    if engine is None:
        engine = _mine.hints = _Engine(HINT.encode())
    return engine
