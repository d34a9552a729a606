"""Objects whose state is a phase: backups, restores, storage locations, data movements."""

from __future__ import annotations

from typing import Final

from knowledge.snapshot import KubeObject, ObjectRef
from tui.language import _
from tui.rows.line import Line
from tui.rows.reading import at, items, number, since, word
from tui.text import Tone

PHASES: Final[dict[str, Tone]] = {
    "Available": Tone.OK,
    "Completed": Tone.OK,
    "Created": Tone.OK,
    "Complete": Tone.OK,
    "Enabled": Tone.OK,
    "Processed": Tone.OK,
    "Ready": Tone.OK,
    "Running": Tone.OK,
    "Succeeded": Tone.OK,
    "Accepted": Tone.BUSY,
    "BackingUp": Tone.BUSY,
    "Deleting": Tone.BUSY,
    "Finalizing": Tone.BUSY,
    "InProgress": Tone.BUSY,
    "New": Tone.BUSY,
    "Prepared": Tone.BUSY,
    "Queued": Tone.BUSY,
    "ReadyToStart": Tone.BUSY,
    "WaitingForPluginOperations": Tone.BUSY,
    "Pending": Tone.BUSY,
    "Canceling": Tone.WARN,
    "Canceled": Tone.WARN,
    "FinalizingPartiallyFailed": Tone.WARN,
    "WaitingForPluginOperationsPartiallyFailed": Tone.WARN,
    "Failed": Tone.BAD,
    "FailedValidation": Tone.BAD,
    "NotReady": Tone.BAD,
    "PartiallyFailed": Tone.BAD,
    "Unavailable": Tone.BAD,
    "BackingOff": Tone.BAD,
}

_MAY_LACK_PHASE: Final = frozenset({"VolumeSnapshotLocation"})
"""Kinds whose objects never get a phase on many clusters, without anything being wrong."""


def line(ref: ObjectRef, body: KubeObject) -> Line:
    """Return an object with `status.phase` as a line."""
    phase = word(body, "status", "phase")
    tone = PHASES.get(phase, Tone.UNKNOWN) if phase else Tone.UNKNOWN
    note = _note(ref, body, phase)
    if ref.kind == "Restore" and phase == "Completed" and _nothing_restored(body):
        tone, note = Tone.WARN, _("restored 0 items")
    if ref.kind == "Schedule" and at(body, "spec", "paused") is True:
        return Line(ref, Tone.OFF, _("paused"), note, since(body))
    if not phase and ref.kind in _MAY_LACK_PHASE:
        return Line(ref, Tone.INFO, _("there"), note, since(body))
    if not phase:
        return Line(ref, Tone.UNKNOWN, _("no phase yet"), note, since(body))
    return Line(ref, tone, phase, note, since(body))


def _nothing_restored(body: KubeObject) -> bool:
    progress = at(body, "status", "progress")
    return isinstance(progress, dict) and number(progress, "totalItems") == 0


def _note(ref: ObjectRef, body: KubeObject, phase: str) -> str:
    if ref.kind in ("Backup", "Restore"):
        return _counts(body, phase)
    if ref.kind == "Schedule":
        return word(body, "spec", "schedule")
    if ref.kind == "BackupStorageLocation":
        default = _("default") if at(body, "spec", "default") is True else ""
        return word(body, "status", "message") or default
    progress = at(body, "status", "progress")
    if PHASES.get(phase) is Tone.BUSY and isinstance(progress, dict):
        return _percent(number(progress, "bytesDone"), number(progress, "totalBytes"))
    return word(body, "status", "message")


def _counts(body: KubeObject, phase: str) -> str:
    parts = []
    if errors := number(body, "status", "errors"):
        parts.append(_("errors: {n}").format(n=errors))
    if warnings := number(body, "status", "warnings"):
        parts.append(_("warnings: {n}").format(n=warnings))
    if PHASES.get(phase) is Tone.BUSY:
        done = number(body, "status", "progress", "itemsBackedUp")
        done = done or number(body, "status", "progress", "itemsRestored")
        parts.append(_percent(done, number(body, "status", "progress", "totalItems")))
    if reason := word(body, "status", "failureReason"):
        parts.append(reason)
    parts.extend(str(error) for error in items(body, "status", "validationErrors")[:1])
    return ", ".join(part for part in parts if part)


def _percent(done: int, total: int) -> str:
    return f"{min(100, 100 * done // total)} %" if total > 0 else ""
