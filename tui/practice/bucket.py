"""The object storage of the practice cluster: logs and results of backups and restores, by link.

Velero answers a DownloadRequest with a link that holds for ten minutes; this does so too, and
serves what the link leads to. The content comes from what Velero's pods have written about the
backup or restore, as it does in truth.
"""

from __future__ import annotations

import gzip
import hmac
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from tui.practice.loglines import velero_line
from tui.practice.logs import LogStore
from tui.practice.objects import JsonObject, at, epoch, name_of, namespace_of, timestamp
from tui.practice.store import Change, Store

PATH = "/storage/"
_EXPIRES_SECONDS = 600
_ENDED = {"Completed", "PartiallyFailed", "Failed"}
_KEYS = {
    "BackupLog": ("Backup", "backups/{name}/{name}-logs.gz"),
    "BackupResults": ("Backup", "backups/{name}/{name}-results.gz"),
    "RestoreLog": ("Restore", "restores/{name}/restore-{name}-logs.gz"),
    "RestoreResults": ("Restore", "restores/{name}/restore-{name}-results.gz"),
}
_INSIDE = re.compile(r"https?://[a-z0-9.-]+\.svc(\.cluster\.local)?(:\d+)?/?$")
_FIELD = re.compile(r' (level|msg|error|name)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_NAMESPACE = re.compile(r"Namespace ([a-z0-9-]+), resource restore error: (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Link:
    target: str
    """`BackupLog` and so on."""
    name: str
    path: str
    until: float


class Bucket:
    """Makes links for DownloadRequests and serves what they lead to."""

    def __init__(
        self,
        store: Store,
        logs: LogStore,
        *,
        address: Callable[[], str],
        spawn: Callable[[Awaitable[None]], None],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Take where objects and logs are.

        Args:
            store: the objects.
            logs: what the pods have written.
            address: tells where the server listens.
            spawn: runs something beside everything else.
            sleep: waits in seconds of the cluster.
        """
        self._store, self._logs, self._address = store, logs, address
        self._spawn, self._sleep = spawn, sleep
        self._links: dict[str, _Link] = {}

    def on_change(self, change: Change) -> None:
        """Answers a new DownloadRequest."""
        if change.type == "ADDED" and change.resource.kind == "DownloadRequest":
            self._spawn(self._process(change.obj))

    async def _process(self, request: JsonObject) -> None:
        await self._sleep(1)
        velero = self._object("Deployment", "apps/v1", namespace_of(request), "velero")
        target = str(at(request, "spec.target.kind") or "")
        name = str(at(request, "spec.target.name") or "")
        if not at(velero or {}, "status.readyReplicas") or target not in _KEYS:
            return
        kind, key = _KEYS[target]
        if self._object(kind, "velero.io/v1", namespace_of(request), name) is None:
            return
        resource = self._store.registry.of(request)
        live = self._store.get(resource, namespace_of(request), name_of(request))
        if live is None:
            return
        until = time.time() + _EXPIRES_SECONDS
        path = f"{PATH}practice-oadp-backups/velero/{key.format(name=name)}"
        link = self._link(self._host(kind, namespace_of(request), name), target, name, path, until)
        status = {"phase": "Processed", "downloadURL": link, "expiration": timestamp(until)}
        self._store.replace(resource, {**live, "status": status})
        await self._sleep(_EXPIRES_SECONDS)
        if self._store.get(resource, namespace_of(request), name_of(request)) is not None:
            self._store.remove(resource, namespace_of(request), name_of(request))

    def _host(self, kind: str, namespace: str, name: str) -> str:
        """Returns where the link leads: as Velero does, by the storage location's own address.

        An address inside the cluster is one that only pods know; any other one is this server.
        """
        work = self._object(kind, "velero.io/v1", namespace, name)
        if kind == "Restore":
            backup = str(at(work or {}, "spec.backupName") or "")
            work = self._object("Backup", "velero.io/v1", namespace, backup)
        location = str(at(work or {}, "spec.storageLocation") or "")
        bsl = self._object("BackupStorageLocation", "velero.io/v1", namespace, location) or {}
        url = at(bsl, "spec.config.publicUrl") or at(bsl, "spec.config.s3Url") or ""
        return url.rstrip("/") if _INSIDE.match(str(url)) else self._address()

    def _link(self, host: str, target: str, name: str, path: str, until: float) -> str:
        signature = secrets.token_hex(32)
        self._links[signature] = _Link(target, name, path, until)
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": "practice/us-east-2/s3/aws4_request",
            "X-Amz-Expires": str(_EXPIRES_SECONDS),
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": signature,
        }
        return f"{host}{path}?{urlencode(query)}"

    def _object(self, kind: str, version: str, namespace: str, name: str) -> JsonObject | None:
        return self._store.get(self._store.registry.by_kind(kind, version), namespace, name)

    # What a link leads to

    def answer(self, request: web.Request) -> web.Response:
        """Returns what the storage says to a request."""
        given = request.query.get("X-Amz-Signature", "")
        found = None
        for signature, link in self._links.items():
            if hmac.compare_digest(signature.encode(), given.encode()):
                found = link
        if found is None or found.path != request.path or request.method not in {"GET", "HEAD"}:
            return _error(403, "SignatureDoesNotMatch")
        if found.until < time.time():
            return _error(403, "AccessDenied")
        content = self.content(found.target, found.name)
        if content is None:
            return _error(404, "NoSuchKey")
        return web.Response(body=gzip.compress(content), content_type="application/x-gzip")

    def content(self, target: str, name: str, namespace: str = "openshift-adp") -> bytes | None:
        """Returns what is stored of a backup or restore, unpacked; None: nothing (yet)."""
        kind, _key = _KEYS[target]
        work = self._object(kind, "velero.io/v1", namespace, name)
        if work is None or at(work, "status.phase") not in _ENDED:
            return None
        if at(work, "status.failureReason"):
            # It failed before anything was stored.
            return None
        lines = list(self._lines(kind, work))
        if target.endswith("Log"):
            return "".join(f"{line}\n" for line in lines).encode()
        return json.dumps(_results(kind, lines)).encode()

    def _lines(self, kind: str, work: JsonObject) -> Iterator[str]:
        mark = f"{kind.lower()}={namespace_of(work)}/{name_of(work)}"
        of_it = re.compile(rf" {re.escape(mark)}(?: |$)")
        found = [line for line in self._logs.of_container("velero") if of_it.search(line.text)]
        if found:
            yield from (line.text for line in sorted(found, key=lambda line: line.moment))
            return
        # Of long ago: nothing is left of it but how it began and ended.
        about = {kind.lower(): f"{namespace_of(work)}/{name_of(work)}"}
        for moment, message in (
            ("startTimestamp", f"Setting up {kind.lower()} temp file"),
            ("completionTimestamp", f"{kind} completed"),
        ):
            written = epoch(str(at(work, f"status.{moment}") or "")) or 0.0
            yield velero_line({"level": "info", "msg": message, **about}, written)


def _results(kind: str, lines: list[str]) -> JsonObject:
    found: JsonObject = {"errors": {}, "warnings": {}}
    for line in lines:
        fields = {
            key: json.loads(f'"{quoted}"') if quoted else bare
            for key, quoted, bare in _FIELD.findall(line)
        }
        part = {"error": "errors", "warning": "warnings"}.get(fields.get("level", ""))
        if part is None:
            continue
        message = fields.get("msg", "")
        if kind == "Backup":
            told = [
                f"{key}: /{fields[field]}"
                for key, field in (("name", "name"), ("message", "msg"), ("error", "error"))
                if fields.get(field)
            ]
            found[part].setdefault("velero", []).append(" ".join(told))
        elif inner := _NAMESPACE.fullmatch(message):
            namespaces = found[part].setdefault("namespaces", {})
            namespaces.setdefault(inner[1], []).append(inner[2])
    return found


def _error(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")
