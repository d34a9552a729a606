"""The rows of the Cluster pane: groups worst first inside, counts for the many, gaps by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from knowledge.snapshot import ObjectRef
from tui.language import _, say
from tui.rows.group import Gap, GroupView
from tui.rows.line import Line
from tui.text import Tone, age, join, one_line, state
from tui.widgets.row_list import Row

FEW: Final = 4
"""Healthy lines that an open group shows before it counts the rest."""
MANY: Final = 500
"""Lines of a group that are shown at once; more are a key away."""
_LONGEST_WORD: Final = 32
_TOLD_BY_NAME: Final = frozenset({"Pod", "Deployment", "DaemonSet"})
"""Kinds that need not be named in a line: everybody knows them by their names."""
_SHORT: Final = {
    "BackupStorageLocation": "BSL",
    "VolumeSnapshotLocation": "VSL",
    "ClusterServiceVersion": "CSV",
}
"""Names of kinds as people write them where there is little room."""


def object_key(ref: ObjectRef) -> str:
    """Return the row key of an object."""
    return f"object:{ref.kind}|{ref.namespace}|{ref.name}"


def object_of(key: str) -> ObjectRef | None:
    """Return the object that a row key stands for, if it stands for one."""
    if not key.startswith("object:"):
        return None
    kind, namespace, name = key.removeprefix("object:").split("|", 2)
    return ObjectRef(kind, namespace, name)


def opens_itself(view: GroupView) -> bool:
    """Return whether a group is open until a person closes it: something in it needs a look."""
    return view.tone.rank <= Tone.WARN.rank or (view.tone is Tone.UNKNOWN and bool(view.lines))


def rows(
    views: Iterable[GroupView],
    *,
    now: datetime,
    closed: Collection[str],
    opened: Collection[str],
    unfolded: Mapping[str, int],
    wanted: str = "",
    reading: bool = False,
) -> list[Row]:
    """Return the rows of the pane.

    Args:
        views: The groups.
        now: The moment of the snapshot, for ages.
        closed: Ids of groups that a person closed.
        opened: Ids of groups that a person opened.
        unfolded: How many lines a person asked for, by group.
        wanted: Only lines with this in their name, state or note; all groups are open then.
        reading: Whether the source is still being read for the first time.
    """
    found: list[Row] = []
    wanted = wanted.casefold().strip()
    for view in views:
        group = view.group
        lines: Sequence[Line] = view.lines
        if wanted:
            lines = [line for line in lines if _matches(line, wanted)]
        if wanted and not lines:
            continue
        if group.shy and not lines and not view.gaps:
            continue
        is_open = (
            bool(wanted) or group.id in opened or (opens_itself(view) and group.id not in closed)
        )
        found.append(_heading(view, is_open, reading))
        if is_open:
            found.extend(_gap(group.id, gap) for gap in view.gaps)
            most = unfolded.get(group.id, 0)
            if wanted:
                most = max(most, MANY)
            elif not most:
                few = view.attention + FEW
                most = few if len(lines) > few + 2 else len(lines)
            found.extend(_lines(view, lines, now, min(most, max(MANY, unfolded.get(group.id, 0)))))
    if wanted and not found:
        found.append(
            Row(
                "none",
                join((_("Nothing matches the filter."), "$text-muted")),
                indent=2,
                selectable=False,
            )
        )
    return found


def _matches(line: Line, wanted: str) -> bool:
    text = f"{line.ref.kind} {line.ref.namespace}/{line.ref.name} {line.word} {line.note}"
    return wanted in text.casefold()


def _heading(view: GroupView, is_open: bool, reading: bool) -> Row:
    fold = "▾ " if is_open else "▸ "
    title = Content.assemble((fold, "$text-muted"), (_(view.group.title), "bold"))
    right = _summary(view, reading)
    brief = None
    if view.lines:
        # A word from the cluster may be too long to stand beside the group's name.
        tone = view.counts[0][0]
        brief = state(tone, f"{len(view.lines)} {_tone_word(tone)}")
    return Row(f"group:{view.group.id}", title, right=right, brief=brief, heading=True)


def _summary(view: GroupView, reading: bool) -> Content:
    unread = [gap for gap in view.gaps if gap.why is not None]
    if not view.lines:
        if unread and reading:
            return state(Tone.BUSY, _("reading"))
        if unread:
            return state(Tone.UNKNOWN, _("not read"))
        if view.gaps and len(view.gaps) == len(view.group.kinds):
            return state(Tone.OFF, _("not installed"))
        if reading:
            return state(Tone.BUSY, _("reading"))
        return state(Tone.OFF if view.group.optional else Tone.WARN, _("none"))
    counts = view.counts
    tone, word, count = counts[0]
    total = len(view.lines)
    worst = sum(each[2] for each in counts if each[0] is tone)
    words = word if worst == count else _tone_word(tone)
    if total == 1:
        shown = state(tone, one_line(words[:_LONGEST_WORD]).plain)
    elif tone.rank >= Tone.OK.rank:
        words = word if len(counts) == 1 else _tone_word(tone)
        shown = state(tone, _counted(total, words, tone))
    elif worst == total:
        shown = state(tone, _counted(total, words, tone))
    else:
        shown = state(tone, one_line(f"{worst}/{total} {words[:_LONGEST_WORD]}").plain)
    if unread:
        return shown + Content.styled(" ?", Tone.UNKNOWN.style)
    return shown


def _counted(total: int, words: str, tone: Tone) -> str:
    if tone is Tone.INFO and words == _tone_word(tone):
        return _("{n} there").format(n=total)
    return one_line(f"{total} {words[:_LONGEST_WORD]}").plain


def _tone_word(tone: Tone) -> str:
    return {
        Tone.BAD: _("failed"),
        Tone.WARN: _("to look at"),
        Tone.UNKNOWN: _("unknown"),
        Tone.BUSY: _("running"),
        Tone.INFO: _("there"),
        Tone.OK: _("good"),
        Tone.OFF: _("off"),
    }[tone]


def _gap(group: str, gap: Gap) -> Row:
    if gap.why is None:
        words = state(Tone.OFF, _("not installed"))
    else:
        words = state(Tone.UNKNOWN, _("not read: {why}").format(why=say(gap.why)))
    return Row(
        f"gap:{group}|{gap.kind}",
        join(one_line(gap.kind), "  ", words),
        indent=2,
        hang=2,
        lines=3,
    )


def _lines(view: GroupView, lines: Sequence[Line], now: datetime, most: int) -> Iterator[Row]:
    several = len(set(view.group.kinds) - _TOLD_BY_NAME) > 1
    for line in lines[:most]:
        yield _line(line, now, several)
    if len(lines) > most:
        more = _("{n} more").format(n=len(lines) - most)
        yield Row(f"more:{view.group.id}", join((more, "$text-muted")), indent=4)


def _line(line: Line, now: datetime, several: bool) -> Row:
    content = Content.assemble((f"{line.tone.sign} ", line.tone.style), one_line(line.ref.name))
    if several and line.ref.kind not in _TOLD_BY_NAME:
        content = (
            content
            + Content("  ")
            + one_line(_SHORT.get(line.ref.kind, line.ref.kind), "$text-muted")
        )
    if line.note:
        content = content + Content("  ") + one_line(line.note, "$text-muted")
    right = brief = one_line(line.word[:_LONGEST_WORD], line.tone.style)
    if passed := age(now, line.since):
        # The column is as wide as the hours of the language, with a blank before them.
        column = max(5, Content(_("{n}h").format(n=9)).cell_length + 1)
        room = " " * max(1, column - Content(passed).cell_length)
        right = right + Content.styled(room + passed, "$text-muted")
    return Row(object_key(line.ref), content, right=right, brief=brief, indent=2)
