"""Lines as they are shown: redacted in their context, with number, level and evidence."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from knowledge import record
from knowledge.redact import redact_captured
from tui.engine.logs.clean import clean
from tui.engine.logs.index import LineIndex
from tui.engine.logs.lines import GIANT, HEAD, RawLine
from tui.engine.logs.marks import Marks
from tui.engine.logs.moment import moment
from tui.engine.logs.page import ShownLine, ShownRecord
from tui.engine.logs.place import unstamped
from tui.engine.logs.text import LogText
from tui.engine.logs.wanted import level_of, pattern

_KEPT: Final = 2_000
"""Redacted lines that are kept."""
_KEPT_CHARACTERS: Final = 8 << 20
_NEAR: Final = 400
"""Characters of a line in which its time stands."""
_CONTEXT: Final = 16 << 10
"""Bytes before a line in which a secret may begin that goes on in it."""
_BEFORE: Final = 200
"""Characters that are shown before a match far behind in a giant line."""
CUT: Final = "…"
"""Stands where a part of a line is left out."""


def is_giant(line: RawLine) -> bool:
    """Return whether only a part of a line is shown."""
    return line.end - line.start > record.LONGEST + 2


class Showing:
    """Makes lines ready to be seen. For one thread."""

    def __init__(self, text: LogText, index: LineIndex) -> None:
        self.marks = Marks()
        self._text = text
        self._index = index
        self._clean: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._characters = 0
        self._stamped = bool(getattr(text, "stamped", False))
        self._part: tuple[int, int, str, str] = (-1, -1, "", "")
        """The last part of a giant line that was shown: where, for what, and the part."""

    def forget(self) -> None:
        """Forget all lines: they are others now."""
        self._clean.clear()
        self._characters = 0
        self._part = (-1, -1, "", "")

    def text(self, line: RawLine) -> str:
        """Return one line as it is shown."""
        return self._cut(self._cleaned([line])[0])

    def texts(self, lines: Sequence[RawLine]) -> list[str]:
        """Return lines as they are shown."""
        return [self._cut(each) for each in self._cleaned(lines)]

    def _cut(self, text: str) -> str:
        """Return a line without the time that the node put before it, if its record has one."""
        bare = unstamped(text)
        if bare is text or self._stamped:
            return bare
        return bare if moment(bare[:_NEAR].encode()) is not None else text

    def _cleaned(self, lines: Sequence[RawLine]) -> list[str]:
        found: dict[tuple[int, int], str] = {}
        run: list[RawLine] = []
        for line in (*lines, None):
            if line is not None and (known := self._clean.get((line.start, line.end))) is not None:
                found[line.start, line.end] = known
                continue
            if run and (line is None or line.start != run[-1].end):
                for each, text in zip(run, self._fresh(run), strict=True):
                    found[each.start, each.end] = text
                    self._keep(each, text)
                run = []
            if line is not None:
                run.append(line)
        return [found[line.start, line.end] for line in lines]

    def _fresh(self, run: Sequence[RawLine]) -> list[str]:
        context = self._context(run[0].start)
        return clean([each.data.decode(errors="replace") for each in run], context)

    def _context(self, start: int) -> list[str]:
        """Return the lines before one in which a secret may begin that goes on in it."""
        at = max(self._text.start, start - _CONTEXT)
        before = self._text.read(at, start - at)
        context = [each.decode(errors="replace").rstrip("\r") for each in before.split(b"\n")[:-1]]
        return context[1:] if at > self._text.start else context

    def _keep(self, line: RawLine, text: str) -> None:
        self._clean[line.start, line.end] = text
        self._characters += len(text)
        while len(self._clean) > _KEPT or self._characters > _KEPT_CHARACTERS:
            _, gone = self._clean.popitem(last=False)
            self._characters -= len(gone)

    def lines(self, lines: Sequence[RawLine]) -> list[ShownLine]:
        """Return lines with all that is shown of them."""
        shown: list[ShownLine] = []
        last: tuple[int, int] | None = None
        for line, text in zip(lines, self._cleaned(lines), strict=True):
            # The next line has the next number.
            number = last[1] + 1 if last and last[0] == line.start else self._number(line)
            whole = line.end - line.start < GIANT
            last = (line.end, number) if number is not None and whole else None
            level = level_of(line.data) if HEAD.match(line.data) else ""
            findings = self.marks.of(text)
            seen = self._cut(text)
            if is_giant(line):
                seen = f"{seen} {CUT}"
            shown.append(ShownLine(line.start, line.end, number, seen, level, findings))
        return shown

    def part(self, line: RawLine, wanted: str) -> str | None:
        """Return the part of a giant line around a text; None: its beginning has it."""
        if self._part[:3] == (line.start, line.end, wanted):
            return self._part[3] or None
        searched = pattern(wanted)
        part = ""
        if searched.search(self._cleaned([line])[0]) is None:
            raw = self._text.read(line.start, min(line.end - line.start, GIANT))
            text = raw.decode(errors="replace").rstrip("\r\n")
            whole = clean([text], self._context(line.start))[0]
            if (match := searched.search(whole)) is not None:
                at = max(0, match.start() - _BEFORE)
                more = f" {CUT}" if at + record.LONGEST < len(whole) else ""
                part = f"{CUT} {whole[at : at + record.LONGEST]}{more}"
        self._part = (line.start, line.end, wanted, part)
        return part or None

    def _number(self, line: RawLine) -> int | None:
        return self._index.number(line.start)

    def record(self, line: RawLine) -> ShownRecord:
        """Return the record of a line, its values unescaped and redacted."""
        raw = line.data.decode(errors="replace")
        found = record.parse(raw)
        fields = redact_captured(raw, self._cleaned([line])[0], found.fields)
        return ShownRecord(line.start, found.structured, MappingProxyType(fields))
