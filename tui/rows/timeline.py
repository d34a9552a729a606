"""The rows of a timeline: each entry with its place on one axis, and one entry in full."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from textual.content import Content

from knowledge.finding import Verdict
from knowledge.history import Entry, Grade, History, Sort
from tui.language import _, say
from tui.rows.finding import verdict_word
from tui.rows.phase import PHASES
from tui.text import Tone, age, join, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import section, text_row

TONES: Final = {
    Grade.BAD: Tone.BAD,
    Grade.WARN: Tone.WARN,
    Grade.UNKNOWN: Tone.UNKNOWN,
    Grade.RUNNING: Tone.BUSY,
    Grade.INFO: Tone.INFO,
    Grade.GOOD: Tone.OK,
}
MOST: Final = 400
"""Entries that are shown at once; of one that is spread out, as many again."""
_OFFSET: Final = 9
_DAY: Final = 86_400


def heading(history: History) -> Content:
    """Return of what it is, how that ended and how long it took."""
    parts = [one_line(history.ref, "bold")]
    if history.phase:
        parts.append(state(PHASES.get(history.phase, Tone.UNKNOWN), history.phase))
    last = history.end or (history.now if history.running else None)
    if history.begin is not None and last is not None:
        took = lasted(last - history.begin)
        words = _("{time} so far") if history.running else _("took {time}")
        parts.append(join((words.format(time=took), "$text-muted")))
    return Content("  ").join(parts)


def axis(history: History, width: int, *, clock: bool) -> Content:
    """Return the line above the bars: where they begin and end."""
    span = history.span()
    if span is None:
        return join((_("No time of it is known."), "$text-muted"))
    begin, end = (f"{moment:%H:%M:%S}" for moment in span)
    room = max(1, width - len(begin) - len(end))
    line = " " * (_left(clock=clock)) + begin + " " * room + end
    return join((line, "$text-muted"), (f"  {span[0]:%Y-%m-%d} UTC", "$text-muted"))


def rows(history: History, opened: Collection[str], width: int, *, clock: bool) -> list[Row]:
    """Return all entries, those of unknown moments and what is not known last.

    Args:
        history: what is known.
        opened: keys of the entries that are spread out.
        width: cells of the bars.
        clock: whether the time of day has room too.
    """
    found: list[Row] = []
    timed = [each for each in history.entries if each.begin is not None]
    rest = [each for each in history.entries if each.begin is None]
    for key, entry in keyed(timed):
        found += _rows(key, entry, history, opened, width, clock=clock)
    if len(timed) > MOST:
        words = _("{n} more").format(n=len(timed) - MOST)
        found.append(text_row("more", join((words, "$text-muted"))))
    if rest:
        found += section(_("At an unknown moment"))
        for key, entry in keyed(rest, "untimed"):
            found += _rows(key, entry, history, opened, width, clock=clock)
    if history.unknown:
        found += section(_("What is not known"))
        found += [
            text_row(f"unknown:{number}", state(Tone.UNKNOWN, say(text)), hang=2)
            for number, text in enumerate(history.unknown)
        ]
    return found


def keyed(entries: Collection[Entry], begin: str = "entry") -> Iterator[tuple[str, Entry]]:
    """Yield entries with keys that stay the same from one state to the next."""
    seen: dict[str, int] = {}
    for entry in list(entries)[:MOST]:
        key = f"{begin}:{entry.sort}:{entry.begin}:{entry.says.en}:{entry.lead}"
        seen[key] = seen.get(key, 0) + 1
        yield f"{key}:{seen[key]}", entry


def every(history: History) -> Iterator[tuple[str, Entry]]:
    """Yield every entry by its key, the parts of those put together too."""
    timed = [each for each in history.entries if each.begin is not None]
    rest = [each for each in history.entries if each.begin is None]
    for key, entry in (*keyed(timed), *keyed(rest, "untimed")):
        yield key, entry
        yield from keyed(entry.parts, f"{key}/")


def _rows(
    key: str,
    entry: Entry,
    history: History,
    opened: Collection[str],
    width: int,
    *,
    clock: bool,
) -> Iterator[Row]:
    yield _row(key, entry, history, width, clock=clock, is_open=key in opened)
    if key in opened:
        for inner, part in keyed(entry.parts, f"{key}/"):
            yield _row(inner, part, history, width, clock=clock, inside=True)
        if len(entry.parts) > MOST or entry.count > len(entry.parts):
            words = _("{n} more").format(n=entry.count - min(MOST, len(entry.parts)))
            yield text_row(f"{key}/more", join((words, "$text-muted")), indent=_left(clock=clock))


def _row(
    key: str,
    entry: Entry,
    history: History,
    width: int,
    *,
    clock: bool,
    is_open: bool = False,
    inside: bool = False,
) -> Row:
    tone = TONES[entry.grade]
    fold = "" if not entry.parts else "▾ " if is_open else "▸ "
    text = Content.assemble(
        (f"{tone.sign} ", tone.style), fold, one_line(("  " if inside else "") + say(entry.says))
    )
    content = Content.assemble(
        (_offset(entry, history).rjust(_OFFSET - 1) + " ", "$text-muted"),
        (_clock(entry) if clock else "", "$text-muted"),
        bar(entry, history, width),
        " ",
        text,
    )
    return Row(key, content, right=_right(entry, history))


def _left(*, clock: bool) -> int:
    return _OFFSET + (9 if clock else 0)


def _offset(entry: Entry, history: History) -> str:
    """Return how long after the beginning of the axis an entry begins."""
    span = history.span()
    if entry.begin is None or span is None:
        return "?"
    seconds = (entry.begin - span[0]).total_seconds()
    sign = "-" if seconds < 0 else "+"
    whole = int(abs(seconds))
    if whole >= 100 * 3600:
        return f"{sign}{whole // _DAY}d"
    hours, rest = divmod(whole, 3600)
    return (
        f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"
        if hours
        else (f"{sign}{rest // 60:02}:{rest % 60:02}")
    )


def _clock(entry: Entry) -> str:
    return f"{entry.begin:%H:%M:%S} " if entry.begin is not None else " " * 9


def bar(entry: Entry, history: History, width: int) -> Content:
    """Return where on the axis an entry is: a point, or a line that may have waited first."""
    span = history.span()
    tone = TONES[entry.grade]
    if entry.begin is None or span is None:
        return Content(" " * width)
    begin, end = span
    cells = [" "] * width
    first = _cell(entry.begin, begin, end, width)
    if entry.begin < begin and (entry.end or entry.begin) < begin and not entry.running:
        cells[0] = "‹"
        return Content.styled("".join(cells), "$text-muted")
    if entry.begin > end:
        cells[-1] = "›"
        return Content.styled("".join(cells), "$text-muted")
    last_moment = history.now if entry.running else entry.end
    if last_moment is None:
        cells[first] = "●"
        return Content.styled("".join(cells), tone.style)
    last = _cell(last_moment, begin, end, width)
    waited = _cell(entry.began, begin, end, width) if entry.began is not None else first
    for at in range(first, last + 1):
        cells[at] = "·" if at < waited else "━"
    if entry.running and entry.began is None and entry.sort in {Sort.VOLUME, Sort.MOVE}:
        cells[first : last + 1] = "·" * (last + 1 - first)
    if entry.running:
        cells[last] = "▸"
    return Content.styled("".join(cells), tone.style)


def _cell(moment: datetime, begin: datetime, end: datetime, width: int) -> int:
    whole = (end - begin).total_seconds()
    part = (moment - begin).total_seconds() / whole if whole > 0 else 0.0
    return min(width - 1, max(0, int(part * width)))


def _right(entry: Entry, history: History) -> Content:
    if entry.sort is Sort.FINDING:
        return join((verdict_word(Verdict(entry.state)), "$text-muted"))
    if entry.count > 1 and entry.sort in {Sort.PROBLEM, Sort.EVENT}:
        return join((_("{n} times").format(n=entry.count), "$text-muted"))
    if entry.begin is None:
        return Content("")
    last = history.now if entry.running else entry.end
    return join((lasted(last - entry.begin), "$text-muted")) if last is not None else Content("")


def detail(entry: Entry, history: History) -> Content:
    """Return one entry in full: what, when, how long, and what was said."""
    tone = TONES[entry.grade]
    if entry.sort is Sort.PROBLEM:
        # What stands in the list is its beginning.
        when = join((_when(entry, history), "$text-muted"))
        return Content("\n").join([when, state(tone, " ".join(entry.note.split()))])
    what = state(tone, say(entry.says))
    if entry.state and entry.sort is not Sort.FINDING:
        what = Content.assemble(what, "  ", one_line(entry.state, tone.style))
    lines = [what, join((_when(entry, history), "$text-muted"))]
    if entry.note:
        lines.append(plain(" ".join(entry.note.split())))
    return Content("\n").join(lines)


def _when(entry: Entry, history: History) -> str:
    if entry.begin is None:
        return _("When it was is not known.")
    parts = [f"{entry.begin:%Y-%m-%d %H:%M:%S}"]
    last = history.now if entry.running else entry.end
    if last is not None and last != entry.begin:
        same = last.date() == entry.begin.date()
        parts[0] += f" – {last:%H:%M:%S}" if same else f" – {last:%Y-%m-%d %H:%M:%S}"
    parts[0] += " UTC"
    if last is not None and last != entry.begin:
        words = _("{time} so far") if entry.running else _("took {time}")
        parts.append(words.format(time=lasted(last - entry.begin)))
    if entry.began is not None and entry.began > entry.begin:
        parts.append(_("began after {time}").format(time=lasted(entry.began - entry.begin)))
    if passed := age(history.now, entry.begin):
        parts.append(_("{age} ago").format(age=passed))
    return "  ".join(parts)


def lasted(span: timedelta) -> str:
    """Return a length of time, as exact as it matters."""
    whole = max(0, int(span.total_seconds()))
    if whole < 60:
        return _("{n}s").format(n=whole)
    if whole < 3600:
        return _("{m}m {s}s").format(m=whole // 60, s=whole % 60)
    if whole < _DAY:
        return _("{h}h {m}m").format(h=whole // 3600, m=whole % 3600 // 60)
    return _("{d}d {h}h").format(d=whole // _DAY, h=whole % _DAY // 3600)
