"""An object: its state, its findings, the fields that matter; or why it is not there."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from textual.content import Content

from knowledge.concern import WORKS
from knowledge.finding import Diagnosis, ObjectEvidence
from knowledge.kinds import resource_of
from knowledge.snapshot import KubeObject, ObjectRef, Snapshot
from tui.language import _, say
from tui.rows.finding import finding_key, verdict_tone, verdict_word
from tui.rows.group import line_of
from tui.rows.reading import at, items, word
from tui.rows.value import short
from tui.text import Tone, age, join, moment, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import link, section, text_row


def rows(
    ref: ObjectRef,
    body: KubeObject | None,
    snapshot: Snapshot,
    diagnosis: Diagnosis,
    *,
    can_run: bool = False,
) -> list[Row]:
    """Return an object: its state, its findings, the fields that matter.

    Args:
        ref: The object.
        body: What was read of it; None: nothing.
        snapshot: Everything that was read.
        diagnosis: The findings.
        can_run: Whether commands can be run, which show more of it.
    """
    found = [text_row("title", one_line(ref.name, "bold"))]
    where = f"{ref.kind}" + (f"  {ref.namespace}" if ref.namespace else "")
    found.append(text_row("where", one_line(where, "$text-muted")))
    if body is None:
        why = snapshot.why_unread(ref.kind)
        words = _("not read: {why}").format(why=say(why)) if why else _("It does not exist.")
        return [*found, text_row("state", state(Tone.UNKNOWN if why else Tone.OFF, words), hang=2)]
    line = line_of(ref, body)
    found.append(text_row("state", state(line.tone, one_line(line.word).plain)))
    if line.note:
        found.append(text_row("note", plain(line.note), indent=2))
    related = [
        each
        for each in diagnosis.findings
        if ref in each.subjects
        or any(
            isinstance(evidence, ObjectEvidence) and evidence.object == ref
            for evidence in each.evidence
        )
    ]
    if related:
        found += section(_("Findings"))
        found += [
            link(
                finding_key(each),
                plain(say(each.title)),
                one_line(verdict_word(each.verdict), verdict_tone(each).style),
            )
            for each in related
        ]
    found += _fields(body, snapshot.now)
    found += [
        *section(_("More")),
        link("yaml", join(_("y  YAML as it was read"))),
        link("logs", join(_("l  Log lines that name it"))),
    ]
    if ref.kind in WORKS:
        found.append(link("timeline", join(_("t  Timeline"))))
    if can_run:
        found += [
            *section(_("Ask the cluster now")),
            link("ask:describe", join(_("Description"))),
            link("ask:yaml", join(_("YAML, whole"))),
            link("ask:events", join(_("Events"))),
            link("ask:logs", join(_("Log, following it"))),
        ]
        if ref.kind in WORKS:
            found.append(link("fetch", join(_("f  Log or results from its storage…"))))
        if ref.kind == "Secret":
            found.append(link("reveal", join(_("One value, for a short time…"))))
    return found


_FIELDS: Final[tuple[tuple[str, ...], ...]] = (
    ("spec", "backupName"),
    ("spec", "storageLocation"),
    ("spec", "provider"),
    ("spec", "objectStorage", "bucket"),
    ("spec", "objectStorage", "prefix"),
    ("spec", "accessMode"),
    ("spec", "schedule"),
    ("spec", "paused"),
    ("spec", "includedNamespaces"),
    ("spec", "excludedNamespaces"),
    ("spec", "includedResources"),
    ("spec", "excludedResources"),
    ("spec", "snapshotMoveData"),
    ("spec", "defaultVolumesToFsBackup"),
    ("spec", "version"),
    ("status", "startTimestamp"),
    ("status", "completionTimestamp"),
    ("status", "expiration"),
    ("status", "lastBackup"),
    ("status", "lastValidationTime"),
    ("status", "progress"),
    ("status", "errors"),
    ("status", "warnings"),
    ("status", "failureReason"),
    ("status", "validationErrors"),
    ("status", "message"),
)


def _fields(body: KubeObject, now: datetime) -> list[Row]:
    found = section(_("Fields"))
    for path in _FIELDS:
        value = at(body, *path)
        if value is None or value in ([], {}, ""):
            continue
        name = ".".join(path)
        shown = plain(short(value))
        then = moment(value)
        if then is not None and then > now:
            # Such as when a backup expires.
            ahead = _("  (in {age})").format(age=age(then, now))
            shown = shown + Content.styled(ahead, "$text-muted")
        elif passed := age(now, then):
            shown = shown + Content.styled(_("  ({age} ago)").format(age=passed), "$text-muted")
        found.append(text_row(f"field:{name}", join((f"{name}  ", "$text-muted"), shown), hang=2))
    for number, each in enumerate(items(body, "status", "conditions")[:20]):
        name = f"{word(each, 'type')}={word(each, 'status')}"
        detail = " ".join(part for part in (word(each, "reason"), word(each, "message")) if part)
        found.append(
            text_row(
                f"condition:{number}",
                Content.assemble(one_line(name), "  ", plain(detail, "$text-muted")),
                hang=2,
            )
        )
    labels = at(body, "metadata", "labels")
    if isinstance(labels, dict):
        for name, value in list(labels.items())[:40]:
            found.append(
                text_row(f"label:{name}", one_line(f"{name}={value}", "$text-muted"), hang=2)
            )
    return found


def gap(kind: str, snapshot: Snapshot) -> list[Row]:
    """Return why nothing of a kind is shown, and what that means."""
    found = [text_row("title", one_line(kind, "bold"))]
    why = snapshot.why_unread(kind)
    if why is None:
        found.append(text_row("state", state(Tone.OFF, _("not installed"))))
        words = _("The cluster does not have this kind of object. It counts as read and empty.")
        return [*found, text_row("about", join((words, "$text-muted")))]
    words = _("not read: {why}").format(why=say(why))
    found.append(text_row("state", state(Tone.UNKNOWN, words), hang=2))
    words = _("What depends on it is not evaluated: it may be well or not.")
    found.append(text_row("about", join((words, "$text-muted"))))
    words = _("To let it be read, grant list and watch on {resource}.")
    found.append(text_row("how", plain(words.format(resource=resource_of(kind)))))
    return found
