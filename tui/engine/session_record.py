"""Writes what happens in one session, beginning with what the session is about."""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from knowledge.finding import Judgement
from knowledge.model import Issue
from knowledge.text import Text
from tui.engine.journal import Journal
from tui.engine.ports import Phase

_FINDINGS: Final = 100
"""Findings that are recorded."""


class SessionRecord:
    """The record of a session: nothing is written before something is done."""

    def __init__(self, journal: Journal, about: Callable[[], Mapping[str, Any]]) -> None:
        """Take the journal, and what its first line says.

        Args:
            journal: where it is written.
            about: the fields of the `opened` event, asked when it is written.
        """
        self._journal = journal
        self._about = about

    def write(self, event: str, **data: Any) -> Text | None:
        """Write an event; return what is wrong if it could not be written."""
        if not self._journal.begun and not self._journal.waiting:
            # On a full disk the journal keeps it, and writes nothing else before it: a record that
            # does not say what it is about cannot be gone on with.
            self._journal.write("opened", **self._about(), **operator())
        return self._journal.write(event, **data)


def operator() -> dict[str, Any]:
    """Return who sits at this program: the account on this machine, not the cluster's user."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "?"
    return {"operator": f"{name}@{socket.gethostname()}", "pid": os.getpid()}


def digest_of(issue: Issue) -> str:
    """Return what tells this state of a procedure from others: 16 characters."""
    return hashlib.sha256(msgspec.json.encode(issue.procedure)).hexdigest()[:16]


def findings_of(state: Any) -> dict[str, Any]:
    """Return the findings of a session's state as they are recorded: names, no evidence.

    `findings` is None where nothing is known: a cluster that does not answer has none, which is
    not the same as being well. `not_evaluated` names the issues that could not be judged.
    """
    diagnosis = getattr(state, "diagnosis", None)
    connection = getattr(state, "connection", None)
    lost = connection is not None and connection.phase in {Phase.LOST, Phase.FAILED}
    if diagnosis is None or not getattr(state, "diagnosed", True) or lost:
        return {"findings": None}
    unjudged = [
        issue
        for issue, each in diagnosis.issues.items()
        if each.judgement is Judgement.NOT_EVALUATED
    ]
    return {
        "findings": [
            {
                "issue": each.issue,
                "cause": each.cause,
                "verdict": each.verdict,
                "severity": each.severity,
                "title": each.title,
                "subjects": [str(subject) for subject in each.subjects],
            }
            for each in diagnosis.findings[:_FINDINGS]
        ],
        "not_evaluated": unjudged,
    }
