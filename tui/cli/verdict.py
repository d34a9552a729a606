"""The exit code of a diagnosis, and what could not be read."""

from __future__ import annotations

from typing import Final

from knowledge.finding import Diagnosis, Verdict
from knowledge.kinds import KINDS
from knowledge.snapshot import Snapshot, SourceType, Unread
from knowledge.text import Text
from tui.cli.exits import Exit

_COUNTS: Final = {
    "confirmed": frozenset({Verdict.CONFIRMED}),
    "likely": frozenset({Verdict.CONFIRMED, Verdict.LIKELY}),
    "never": frozenset[Verdict](),
}


def unread(snapshot: Snapshot) -> tuple[Unread, ...]:
    """Return everything that could not be read, by name; damaged files before all else."""
    if snapshot.source.type is SourceType.FILES:
        # The files are the whole source; that they hold no objects is no gap in them.
        return tuple(Unread(what, why) for what, why in snapshot.unread.items() if what != "*")
    kinds = [Unread(_named(kind), why) for kind, why in snapshot.unread.items()]
    logs = [Unread(f"logs of {group}", why) for group, why in snapshot.unread_logs.items()]
    return tuple(sorted((*kinds, *logs), key=lambda each: (each.what != "files", each.what)))


def _named(kind: str) -> str:
    if kind == "*":
        return "objects"
    return KINDS[kind].plural if kind in KINDS else kind


def exit_code(diagnosis: Diagnosis, fail_on: str, *, complete: bool) -> Exit:
    """Return the exit code, by the contract."""
    if any(finding.verdict in _COUNTS[fail_on] for finding in diagnosis.findings):
        return Exit.SOMETHING
    found = any(finding.verdict is not Verdict.BENIGN for finding in diagnosis.findings)
    return Exit.NOTHING if complete or found else Exit.INCOMPLETE


def shown_unread(each: Unread) -> Text:
    """Return one line on what could not be read."""
    return Text(en=f"{each.what}: {each.why.en}", ja=f"{each.what}: {each.why.ja}")
