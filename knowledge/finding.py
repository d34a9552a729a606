"""Findings: what was judged, with the evidence a person can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from knowledge.snapshot import LogHit, ObjectRef
from knowledge.text import Text


class Verdict(StrEnum):
    """How sure a finding is."""

    CONFIRMED = "confirmed"
    """The cause is proven by facts that were read."""
    LIKELY = "likely"
    """A signature fits; `missing` says what would prove the cause."""
    BENIGN = "benign"
    """Known noise, explained."""


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class ObjectEvidence:
    """A value (or its absence) in an object."""

    object: ObjectRef
    path: str
    """In dots, as `oc explain` writes it; empty for the object as a whole."""
    value: Any
    """The value as JSON; None when the field or the object does not exist."""
    says: Text
    fact: str
    """The fact's name in the knowledge file."""


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """A line of a log."""

    hit: LogHit
    says: Text
    fact: str
    count: int
    """How many lines matched in all."""


Evidence = ObjectEvidence | LogEvidence


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause of one issue, found on one subject."""

    issue: str
    cause: str
    verdict: Verdict
    severity: Severity
    title: Text
    subjects: tuple[ObjectRef, ...]
    evidence: tuple[Evidence, ...]
    missing: tuple[Text, ...]
    """What would turn likely into confirmed, and why it could not be read. Empty if confirmed."""
    bindings: tuple[Mapping[str, str], ...]
    """Each way the facts fit together: names found on the way, such as `bsl` and `provider`.
    The first is the one that a procedure starts from."""
    procedure: bool
    """Whether the issue has a procedure for this cause."""
    consequence_of: str = ""
    """The `key` of the finding that this one follows from; empty: of none that was found."""
    about: tuple[str, ...] = ()
    """The values for which its cause has findings of their own (`per`), such as the BSL's name."""

    @property
    def key(self) -> str:
        """Return what identifies this finding from one evaluation to the next."""
        about = self.about or tuple(str(subject) for subject in self.subjects[:1])
        return "|".join((self.issue, self.cause, *about))


class Judgement(StrEnum):
    """What is known about an issue on this source."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    NOT_EVALUATED = "not-evaluated"
    """Something that its rules need could not be read: never shown as healthy."""


@dataclass(frozen=True, slots=True)
class IssueState:
    """The judgement of one issue, with the reasons where it could not be evaluated."""

    judgement: Judgement
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings of one snapshot, and the state of every issue.

    Surest and worst first, consequences below their roots.
    """

    findings: tuple[Finding, ...]
    issues: Mapping[str, IssueState]
