"""Log lines that rules matched, as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from knowledge.finding import Evidence, LogEvidence
from knowledge.history import OWN
from knowledge.snapshot import LogHit, ObjectRef, Snapshot
from tui.language import _, say
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import section, text_row


def hits_of(ref: ObjectRef, snapshot: Snapshot) -> list[LogHit]:
    """Return the log lines that name an object, or that its pod wrote."""
    found = []
    for hits in snapshot.hits.values():
        for hit in hits.hits:
            named = any(
                value in (ref.name, f"{ref.namespace}/{ref.name}") for value in hit.fields.values()
            )
            if named or hit.log.startswith(f"{ref.name}/") or ref.name in hit.text:
                found.append(hit)
    return _in_time(found)


def hits_in(evidence: Sequence[Evidence], snapshot: Snapshot) -> list[LogHit]:
    """Return the log lines of evidence, with those that the same rule found in the same log."""
    wanted = [each.hit for each in evidence if isinstance(each, LogEvidence)]
    found = list(wanted)
    for key, hits in snapshot.hits.items():
        if not key.startswith(OWN) and any(hit in hits.hits for hit in wanted):
            found += [hit for hit in hits.hits if hit not in found]
    return _in_time(found)


def _in_time(hits: Iterable[LogHit]) -> list[LogHit]:
    unique = {(hit.log, hit.line): hit for hit in hits}
    return sorted(unique.values(), key=lambda hit: (hit.time, hit.log, hit.line))


def rows(
    title: str, hits: Sequence[LogHit], snapshot: Snapshot, *, opens: bool = False
) -> list[Row]:
    """Return log lines as they were written, by log; `opens`: a line leads into its log."""
    found = [text_row("title", one_line(title, "bold"))]
    words = _("Lines that a rule matched; the whole log is in the source.")
    if opens:
        words = _("Lines that a rule matched; Enter shows the line in its log.")
    found.append(text_row("about", join((words, "$text-muted"))))
    for group, why in snapshot.unread_logs.items():
        words = _("Logs of {group} not read: {why}").format(group=group.value, why=say(why))
        found.append(text_row(f"unread:{group}", state(Tone.UNKNOWN, words), hang=2))
    if not hits:
        found.append(text_row("none", state(Tone.OFF, _("No log line names it."))))
    before = ""
    for number, hit in enumerate(hits):
        if hit.log != before:
            found += section(hit.log)
            before = hit.log
        content = Content.styled(f"{hit.line:>6} ", "$text-muted") + plain(hit.text)
        found.append(Row(f"hit:{number}", content, hang=7, lines=0))
    return found
