"""What stands around the lines of a log: what is shown of it, how far counting is, one record."""

from __future__ import annotations

import json
from typing import Final

from textual.content import Content

from knowledge.text import Text
from tui.engine.logs.page import Page, ShownRecord, Standing
from tui.engine.logs.wanted import Level, Wanted
from tui.language import _, say
from tui.text import Tone, join, lines_counted, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import text_row

_FIRST: Final = ("time", "level", "msg", "error")
_LONGEST_JSON: Final = 64 << 10
_BEHIND: Final = 1_000
"""So many lines may be shown that the judgement has not reached yet."""


def heading(name: str, logs: int, wanted: Wanted) -> Content:
    """Return which log is shown, and what of it."""
    if logs > 1:
        parts = [one_line(_("{n} logs by time").format(n=logs), "bold")]
    else:
        parts = [one_line(name, "bold")]
    if wanted.level is not Level.ALL:
        parts.append(join((level_word(wanted.level), "$text-warning")))
    if wanted.run:
        parts.append(one_line(_("only {name}").format(name=wanted.run), "$text-warning"))
    if wanted.pod:
        parts.append(one_line(_("only {name}").format(name=wanted.pod), "$text-warning"))
    parts += [
        one_line(_("with “{text}”").format(text=each), "$text-warning") for each in wanted.texts
    ]
    return Content("  ").join(parts)


def level_word(level: Level) -> str:
    """Return which lines a level leaves."""
    return {
        Level.ALL: _("all levels"),
        Level.WARNING: _("warnings and errors"),
        Level.ERROR: _("errors only"),
    }[level]


def standing(now: Standing, page: Page, *, selected: int, judged: int | None = None) -> Content:
    """Return how far it is, in one line.

    Args:
        now: how far counting is.
        page: the lines in sight.
        selected: whether lines are being selected.
        judged: how many lines were looked at for known issues; None: all.
    """
    parts: list[Content] = []
    if now.trouble is not None:
        parts.append(state(Tone.WARN, say(now.trouble)))
    if now.percent is not None:
        words = _("reading, {n} %").format(n=now.percent) if now.percent else _("reading")
        parts.append(state(Tone.BUSY, words))
    elif page.unfinished or now.busy:
        parts.append(state(Tone.BUSY, _("searching")))
    elif page.at_end and now.growing:
        parts.append(state(Tone.OK, _("following")))
    if page.missed:
        parts.append(state(Tone.UNKNOWN, _("not found")))
    elif page.wrapped:
        parts.append(state(Tone.INFO, _("went on at the other end")))
    if now.matches is not None:
        parts.append(_matches(now))
    if now.shown is not None:
        count = _at_least(now.shown, exact=now.exact_shown)
        parts.append(join((_("{n} shown").format(n=count), "$text-warning")))
    count = _at_least(now.lines, exact=now.exact_lines)
    words = lines_counted(now.lines, count)
    if now.counted < 100 and now.percent is None:
        words += f" ({now.counted} %)"
    parts.append(join((words, "$text-muted")))
    if now.left_out:
        words = _("the first {n} MB left out").format(n=f"{now.left_out / 1e6:,.0f}")
        parts.append(state(Tone.WARN, words))
    if judged is not None and now.exact_lines and now.lines > judged + _BEHIND:
        words = _("known issues looked for in the last {n} lines only").format(n=f"{judged:,}")
        parts.append(state(Tone.UNKNOWN, words))
    if selected:
        parts.append(join((_("selecting"), "$text-accent")))
    return Content("  ").join(parts)


def _matches(now: Standing) -> Content:
    assert now.matches is not None  # noqa: S101
    count = _at_least(now.matches, exact=now.exact_matches)
    if now.rank is not None:
        words = _("match {k} of {n}").format(k=f"{now.rank:,}", n=count)
    else:
        words = _("{n} matches").format(n=count)
    return join((words, "$text-accent"))


def _at_least(count: int, *, exact: bool) -> str:
    return f"{count:,}" if exact else f"≥ {count:,}"


def record(shown: ShownRecord | None) -> list[Row]:
    """Return the fields of a record, unescaped; JSON in a value is set out."""
    if shown is None:
        return []
    rows: list[Row] = []
    if not shown.structured:
        words = _("No record of a known format begins with this line.")
        rows.append(text_row("unknown", state(Tone.OFF, words)))
    fields = dict(shown.fields)
    names: list[str] = [each for each in _FIRST if each in fields]
    names += [each for each in fields if each not in _FIRST]
    for name in names:
        if not fields[name] and name == "msg":
            continue
        content = join(one_line(name[:60], "$text-accent"), "  ", plain(_set_out(fields[name])))
        rows.append(text_row(f"field:{name}", content, hang=2))
    return rows


def _set_out(value: str) -> str:
    """Return a value on several lines if it is JSON."""
    if not value.startswith(("{", "[")) or len(value) > _LONGEST_JSON:
        return value
    try:
        return json.dumps(json.loads(value), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return value


def as_json(shown: ShownRecord) -> str:
    """Return the fields of a record as JSON, to be pasted elsewhere."""
    return json.dumps(dict(shown.fields), indent=2, ensure_ascii=False)


NO_LOGS: Final = Text(
    en="No log of this source can be opened in full.",
    ja="このソースには、全体を開けるログがありません。",
)
