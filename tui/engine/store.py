"""What was read so far: the latest object per kind, namespace and name, and what could not be read.

Written by the source's thread, read from any thread. A snapshot shares the dictionaries of kinds
that did not change since the one before.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

import msgspec

from knowledge.kinds import Kind
from knowledge.redact import redact_object
from knowledge.secret_marks import shows_secrets
from knowledge.snapshot import (
    KubeObject,
    LogGroup,
    LogRead,
    ObjectKey,
    SignatureHits,
    Snapshot,
    SourceInfo,
    SourceType,
    Versions,
)
from knowledge.text import Text
from knowledge.versions import READ_FROM, versions

NOT_YET: Final = Text(en="not read yet", ja="まだ読み取っていません")
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SENSITIVE: Final = frozenset({"Secret", "secrets"})


class LogHits(Protocol):
    """Where the hits of logs are: `knowledge.scan.Collector`."""

    def hits(self) -> Mapping[str, SignatureHits]:
        """Return all hits by signature key."""

    def logs(self) -> tuple[LogRead, ...]:
        """Return what was read so far."""


class Store:
    """Objects, hits and gaps of one source. Safe to use from several threads."""

    def __init__(
        self,
        kinds: Collection[str],
        groups: Collection[LogGroup],
        logs: LogHits,
        source_type: SourceType,
        name: str,
    ) -> None:
        self._lock = threading.Lock()
        self._logs = logs
        self._type = source_type
        self._name = name
        self._namespace = ""
        self._expected = frozenset(kinds)
        self._answered: set[str] = set()
        self._live: dict[str, dict[ObjectKey, KubeObject]] = {}
        self._shared: dict[str, Mapping[ObjectKey, KubeObject]] = {}
        self._changed: set[str] = set()
        self._unread: dict[str, Text] = {}
        self._absent: set[str] = set()
        self._unread_logs: dict[LogGroup, Text] = dict.fromkeys(groups, NOT_YET)
        self._versions = Versions()

    def describe(self, name: str, namespace: str) -> None:
        """Say what the source is."""
        with self._lock:
            self._name = self._name or name
            self._namespace = namespace

    @property
    def namespace(self) -> str:
        """Return the namespace of OADP; empty until it is known."""
        return self._namespace

    def replace(self, kind: Kind, objects: Iterable[dict[str, Any]]) -> None:
        """Take the whole list of a kind."""
        fresh = dict(_entry(kind, body) for body in objects)
        with self._lock:
            self._live[kind.name] = fresh
            self._changed.add(kind.name)
            self._read(kind.name)

    def put(self, kind: Kind, body: dict[str, Any]) -> None:
        """Take the newest form of one object."""
        key, entry = _entry(kind, body)
        with self._lock:
            self._live.setdefault(kind.name, {})[key] = entry
            self._changed.add(kind.name)

    def remove(self, kind: Kind, body: dict[str, Any]) -> None:
        """Drop an object that was deleted."""
        key, _ = _entry(kind, body)
        with self._lock:
            self._live.get(kind.name, {}).pop(key, None)
            self._changed.add(kind.name)

    def absent(self, kind: Kind) -> None:
        """Note that the cluster does not have this kind."""
        with self._lock:
            self._live.pop(kind.name, None)
            self._changed.add(kind.name)
            self._read(kind.name)
            self._absent.add(kind.name)

    def unread(self, kind: Kind, why: Text) -> None:
        """Note that a kind cannot be read; what was read of it before is out of date and goes."""
        with self._lock:
            self._live.pop(kind.name, None)
            self._changed.add(kind.name)
            self._read(kind.name)
            self._unread[kind.name] = why

    def unread_log(self, group: LogGroup, why: Text | None) -> None:
        """Note why nothing of a log group can be read; None: it was read."""
        with self._lock:
            if why is None:
                self._unread_logs.pop(group, None)
            else:
                self._unread_logs[group] = why

    def _read(self, kind: str) -> None:
        self._answered.add(kind)
        self._absent.discard(kind)
        self._unread.pop(kind, None)

    def progress(self) -> tuple[int, int]:
        """Return how many kinds answered (read, absent or refused), of how many."""
        with self._lock:
            return len(self._answered & self._expected), len(self._expected)

    def nothing_readable(self) -> Text | None:
        """Return the first reason if every kind that exists was refused, else None."""
        with self._lock:
            readable = self._expected - self._absent
            if readable and readable <= set(self._unread):
                return next(iter(self._unread.values()))
            return None

    def why_unread(self, kind: str) -> Text | None:
        """Return why a kind cannot be read, or None."""
        with self._lock:
            return self._unread.get(kind)

    def objects(self, kind: str) -> Mapping[ObjectKey, KubeObject]:
        """Return the objects of a kind as they are now."""
        with self._lock:
            return self._publish().get(kind, MappingProxyType({}))

    def _publish(self) -> dict[str, Mapping[ObjectKey, KubeObject]]:
        if self._changed:
            shared = dict(self._shared)
            for kind in self._changed:
                if kind in self._live:
                    shared[kind] = MappingProxyType(dict(self._live[kind]))
                else:
                    shared.pop(kind, None)
            if self._changed & READ_FROM:
                self._versions = versions(shared)
            self._shared = shared
            self._changed.clear()
        return self._shared

    def snapshot(self, now: datetime) -> Snapshot:
        """Return everything that was read so far."""
        hits, logs = self._logs.hits(), self._logs.logs()
        with self._lock:
            objects = self._publish()
            unread = dict(self._unread)
            if not self._expected <= self._answered:
                unread["*"] = NOT_YET
            return Snapshot(
                source=SourceInfo(self._type, self._name, self._namespace, self._versions),
                now=now,
                objects=MappingProxyType(objects),
                unread=MappingProxyType(unread),
                absent=frozenset(self._absent),
                hits=hits,
                logs=logs,
                unread_logs=MappingProxyType(dict(self._unread_logs)),
            )


def _entry(kind: Kind, body: dict[str, Any]) -> tuple[ObjectKey, KubeObject]:
    """Return key and object, without what is noise and without secrets."""
    metadata = _regular(body)
    metadata.pop("managedFields", None)
    if kind.names_only:
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            # Holds the whole object, for Secrets too.
            annotations.pop(_LAST_APPLIED, None)
        body = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}
    key = (str(metadata.get("namespace", "")), str(metadata.get("name", "")))
    if kind.plural in _SENSITIVE or shows_secrets(msgspec.json.encode(body).decode()):
        body = redact_object(body)
    return key, body


def _regular(body: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of `body`; drops fields of it that are not what every object has."""
    for name in ("metadata", "spec", "status"):
        if name in body and not isinstance(body[name], dict):
            del body[name]
    metadata: dict[str, Any] = body.setdefault("metadata", {})
    for name in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp"):
        if name in metadata and not isinstance(metadata[name], str):
            del metadata[name]
    for name in ("labels", "annotations"):
        texts = metadata.get(name)
        if isinstance(texts, dict):
            metadata[name] = {key: each for key, each in texts.items() if isinstance(each, str)}
        else:
            metadata.pop(name, None)
    return metadata
