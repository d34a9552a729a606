"""What was read from a source at one moment: objects, log hits, and what could not be read.

A snapshot is immutable and complete in itself; rules see nothing else. Kinds are named by the
short names of `knowledge.kinds` (`Backup`, `BackupStorageLocation`) or, for kinds that are not in
that table, by `plural.group` (`services.serving.knative.dev`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from knowledge.kinds import KINDS, Scope, is_labelled, name_of
from knowledge.tables import Tables
from knowledge.text import Text

KubeObject = Mapping[str, Any]
"""A Kubernetes object as decoded JSON, without `metadata.managedFields`."""

ObjectKey = tuple[str, str]
"""`(namespace, name)`; the namespace of cluster-scoped objects is the empty string."""

_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


class SourceType(StrEnum):
    """Where a snapshot comes from; the values stand in the JSON output."""

    CLUSTER = "cluster"
    MUST_GATHER = "must-gather"
    PRACTICE = "practice"
    FILES = "files"


class LogGroup(StrEnum):
    """Which program wrote a log; signatures name one or more of these."""

    VELERO = "velero"
    NODE_AGENT = "node-agent"
    OPERATOR = "operator"
    BACKUP = "backup"
    RESTORE = "restore"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions found on the source; None is unknown."""

    oadp: str | None = None
    velero: str | None = None
    openshift: str | None = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What the source is, for people and for the JSON output."""

    type: SourceType
    name: str
    """The context, path or scenario."""
    namespace: str
    """The namespace of OADP (or plain Velero)."""
    versions: Versions = Versions()


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """One object by kind, namespace (empty: cluster-scoped) and name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return `kind namespace/name`, as it stands in texts."""
        return (
            f"{self.kind} {self.namespace}/{self.name}"
            if self.namespace
            else f"{self.kind} {self.name}"
        )


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, and why."""

    what: str
    """A kind in lower case and plural (`secrets`) or a log (`log velero-7c…/velero`)."""
    why: Text


@dataclass(frozen=True, slots=True)
class LogHit:
    """One line (or several, for a panic) that a signature matched."""

    log: str
    """`pod/container`, `pod/container (previous)`, or a file's path."""
    group: LogGroup
    line: int
    """1-based, in what was read of that log."""
    time: str
    """RFC 3339 as the record gives it; empty when the record has none."""
    text: str
    """The raw line, redacted and cut to a bounded length."""
    fields: Mapping[str, str]
    """Named groups of the pattern, and the record's own fields that name objects."""


@dataclass(frozen=True, slots=True)
class SignatureHits:
    """All hits of one signature: the count is exact, the hits kept are bounded."""

    count: int
    hits: tuple[LogHit, ...]
    """The newest hits of each distinct set of fields, oldest first."""


@dataclass(frozen=True, slots=True)
class LogRead:
    """A log that was read, with how much of it."""

    log: str
    group: LogGroup
    lines: int


@dataclass(frozen=True)
class Snapshot:
    """Everything that rules may look at."""

    source: SourceInfo
    now: datetime
    """The moment of reading (of collection, for an archive); time zone aware."""
    objects: Mapping[str, Mapping[ObjectKey, KubeObject]] = field(default_factory=dict)
    """Kind -> objects. A kind that was read and has no objects may be missing here."""
    unread: Mapping[str, Text] = field(default_factory=dict)
    """Kind -> why it could not be read. `*` stands for every kind that is not in `objects`."""
    absent: frozenset[str] = frozenset()
    """Kinds whose resource is not installed on the cluster; they count as read and empty."""
    hits: Mapping[str, SignatureHits] = field(default_factory=dict)
    """Signature key (see `knowledge.scan`) -> hits."""
    logs: tuple[LogRead, ...] = ()
    unread_logs: Mapping[LogGroup, Text] = field(default_factory=dict)
    """Log group -> why nothing of it could be read."""
    partly: Text | None = None
    """How much of the source was read so far; None: all of it. Nothing is certain before."""

    @cached_property
    def tables(self) -> Tables:
        """Return the objects by the values that they have at paths."""
        return Tables(self.of)

    def follow(self, before: Snapshot) -> None:
        """Take over from `before`, which was read earlier, the tables of what has not changed."""
        if "tables" in before.__dict__ and "tables" not in self.__dict__:
            self.__dict__["tables"] = before.tables.carried(self.of)

    def of(self, kind: str) -> Mapping[ObjectKey, KubeObject]:
        """Return all objects of `kind`, by `(namespace, name)`.

        A kind that stands for objects with a label is found among the others of its resource where
        the source did not ask for it by itself.
        """
        found = self.objects.get(kind)
        known = KINDS.get(kind)
        if found is not None or known is None or not known.label:
            return _NOTHING if found is None else found
        others = self.objects.get(name_of(known.group, known.plural), _NOTHING)
        return {key: body for key, body in others.items() if is_labelled(known, body)}

    def ours(self, kind: str, namespace: str) -> bool:
        """Return whether an object of `kind` in `namespace` belongs to this OADP.

        An archive may hold other namespaces with a Velero of their own.
        """
        known = KINDS.get(kind)
        if known is None or known.scope is not Scope.OADP or not self.source.namespace:
            return True
        return namespace in {"", self.source.namespace}

    def get(self, kind: str, name: str, namespace: str | None = None) -> KubeObject | None:
        """Return one object; without `namespace`, of the OADP namespace or else cluster-scoped."""
        found = self.of(kind)
        if namespace is not None:
            return found.get((namespace, name))
        return found.get((self.source.namespace, name)) or found.get(("", name))

    def why_unread(self, kind: str) -> Text | None:
        """Return why `kind` could not be read, or None if it was."""
        if kind in self.unread:
            return self.unread[kind]
        if kind in self.objects or kind in self.absent:
            return None
        return self.unread.get("*")

    def everything(self) -> Iterator[tuple[ObjectRef, KubeObject]]:
        """Yield every object with its reference."""
        for kind, objects in self.objects.items():
            for (namespace, name), body in objects.items():
                yield ObjectRef(kind, namespace, name), body


def index(objects: Iterable[KubeObject]) -> dict[ObjectKey, KubeObject]:
    """Return `objects` by `(namespace, name)`."""
    return {
        (
            body.get("metadata", {}).get("namespace", ""),
            body.get("metadata", {}).get("name", ""),
        ): body
        for body in objects
    }
