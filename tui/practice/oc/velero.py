"""exec, as far as it goes here: Velero's own command line in its pod."""

from __future__ import annotations

import gzip
import http.client
import json
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection, path_part
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.output import write

JsonObject = dict[str, Any]
_PLURALS = {"backup": "backups", "restore": "restores"}
_ENDED = {"Completed", "PartiallyFailed", "Failed"}
_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.1
_NOTHING_ELSE = (
    "error: the practice cluster runs no containers; of what runs in them it knows "
    "`./velero backup|restore logs|describe NAME` only"
)


def exec_(arguments: Arguments) -> int:
    """Runs `oc exec deploy/velero -c velero -- ./velero backup logs NAME` and its like."""
    place, *inside = arguments.words or [""]
    kind, _, name = place.partition("/")
    if (kind, name) not in {("deploy", "velero"), ("deployment", "velero"),
                            ("deployment.apps", "velero")}:  # fmt: skip
        raise Failure(_NOTHING_ELSE)
    words = [word for word in inside if not word.startswith("--")]
    if len(words) != 4 or words[0] not in {"./velero", "/velero"} or words[1] not in _PLURALS:
        raise Failure(_NOTHING_ELSE)
    does = {"logs": _logs, "describe": _describe}.get(words[2])
    if does is None:
        raise Failure(_NOTHING_ELSE)
    connection = Connection(arguments)
    _running(connection)
    return does(connection, words[1], words[3])


def _running(connection: Connection) -> None:
    place = f"/apis/apps/v1/namespaces/{path_part(connection.namespace)}/deployments/velero"
    if not (connection.get(place).get("status") or {}).get("readyReplicas"):
        raise Failure(
            "error: cannot exec into a container in a completed pod; current phase is Failed"
        )


def _work(connection: Connection, of: str, name: str) -> JsonObject:
    path = f"{_root(connection)}/{_PLURALS[of]}/{path_part(name)}"
    try:
        return connection.get(path)
    except ServerFailure as failure:
        if failure.reason != "NotFound":
            raise
        raise Failure(_ended(f'{of.title()} "{name}" does not exist.')) from failure


def _logs(connection: Connection, of: str, name: str) -> int:
    work = _work(connection, of, name)
    if (work.get("status") or {}).get("phase") not in _ENDED:
        raise Failure(
            _ended(
                f'Logs for {of} "{name}" are not available until it\'s finished processing. Please '
                "wait until the phase is Completed or Failed and try again."
            )
        )
    write(_stored(connection, f"{of.title()}Log", name))
    return 0


def _describe(connection: Connection, of: str, name: str) -> int:
    work = _work(connection, of, name)
    status: JsonObject = work.get("status") or {}
    write(f"Name:         {name}\nNamespace:    {connection.namespace}\n\n")
    write(f"Phase:  {status.get('phase', 'New')}\n\n")
    found: JsonObject = json.loads(_stored(connection, f"{of.title()}Results", name))
    for part in ("errors", "warnings"):
        write(f"{part.title()}:\n" if found.get(part) else f"{part.title()}:  <none>\n")
        for source in ("velero", "cluster"):
            for each in found.get(part, {}).get(source) or ():
                write(f"  {source.title()}:  {each}\n")
        for namespace, texts in (found.get(part, {}).get("namespaces") or {}).items():
            write(f"  Namespaces:\n    {namespace}:  " + f"\n{' ' * 10}".join(texts) + "\n")
    write(f"\nStarted:    {status.get('startTimestamp', '<n/a>')}\n")
    write(f"Completed:  {status.get('completionTimestamp', '<n/a>')}\n")
    return 0


def _stored(connection: Connection, target: str, name: str) -> str:
    """Returns what is stored, by a DownloadRequest as Velero's command line makes one."""
    root = f"{_root(connection)}/downloadrequests"
    request = f"{name}-{uuid.uuid4()}"
    body = {
        "apiVersion": "velero.io/v1",
        "kind": "DownloadRequest",
        "metadata": {"name": request, "namespace": connection.namespace},
        "spec": {"target": {"kind": target, "name": name}},
    }
    connection.request("POST", root, body=body)

    def link() -> str:
        status = connection.get(f"{root}/{path_part(request)}").get("status") or {}
        return str(status.get("downloadURL") or "")

    parts = urlsplit(_until(link))
    # Whatever the storage is called in the cluster: a pod gets there.
    here = urlsplit(connection.context.server)
    made = http.client.HTTPConnection(str(here.hostname), here.port, timeout=_WAIT_SECONDS)
    try:
        made.request("GET", f"{parts.path}?{parts.query}")
        response = made.getresponse()
        content = response.read()
    finally:
        made.close()
    if response.status != 200:
        raise Failure(_ended("file not found" if response.status == 404 else "request failed"))
    return gzip.decompress(content).decode()


def _until(question: Callable[[], str]) -> str:
    end = time.monotonic() + _WAIT_SECONDS
    while not (answer := question()):
        if time.monotonic() > end:
            raise Failure(
                _ended("download request download url timeout, check velero server logs for errors")
            )
        time.sleep(_POLL_SECONDS)
    return answer


def _root(connection: Connection) -> str:
    return f"/apis/velero.io/v1/namespaces/{path_part(connection.namespace)}"


def _ended(said: str) -> str:
    return f"An error occurred: {said}\ncommand terminated with exit code 1"
