"""logs."""

from __future__ import annotations

import sys
import threading
from typing import Any

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection, duration, path_part
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.kinds import Kinds
from tui.practice.oc.output import warn, write

JsonObject = dict[str, Any]
_SELECTOR_TAIL = "10"


def logs(arguments: Arguments) -> int:
    """Runs `oc logs`."""
    connection = Connection(arguments)
    pods = _pods(arguments, connection)
    query = _query(arguments, by_selector=bool(arguments.value("selector")))
    wanted: list[tuple[JsonObject, str]] = []
    for pod in pods:
        wanted += [(pod, name) for name in _containers(arguments, pod)]
    if not arguments.on("follow"):
        for pod, container in wanted:
            _print(connection, pod, container, query, prefix=arguments.on("prefix"))
        return 0
    threads = [
        threading.Thread(
            target=_follow,
            args=(Connection(arguments), pod, container, query, arguments.on("prefix")),
            daemon=True,
        )
        for pod, container in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


def _pods(arguments: Arguments, connection: Connection) -> list[JsonObject]:
    root = f"/api/v1/namespaces/{path_part(connection.namespace)}/pods"
    if selector := arguments.value("selector"):
        found: list[JsonObject] = connection.get(root, {"labelSelector": selector})["items"]
        if not found:
            warn(f"No resources found in {connection.namespace} namespace.")
        return found
    if not arguments.words:
        raise Failure(
            "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
            "POD or TYPE/NAME is a required argument for the logs command"
        )
    kind, slash, name = arguments.words[0].partition("/")
    if not slash or kind in {"pod", "pods", "po"}:
        name = name or kind
        try:
            return [connection.get(f"{root}/{path_part(name)}")]
        except ServerFailure as failure:
            if failure.reason != "NotFound" or slash:
                raise
            raise Failure(
                f'error: error from server (NotFound): pods "{name}" not found in namespace '
                f'"{connection.namespace}"'
            ) from failure
    owner = connection.get(Kinds(connection).find(kind).path(connection.namespace, name))
    labels = ((owner.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    if not labels:
        raise Failure(f"error: cannot get the logs from {arguments.words[0]}")
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    found = connection.get(root, {"labelSelector": selector})["items"]
    if not found:
        raise Failure(f"error: timed out waiting for the condition: no pods of {kind}/{name}")
    ready = [pod for pod in found if (pod.get("status") or {}).get("phase") == "Running"]
    chosen = (ready or found)[0]
    if len(found) > 1:
        warn(f"Found {len(found)} pods, using pod/{chosen['metadata']['name']}")
    return [chosen]


def _containers(arguments: Arguments, pod: JsonObject) -> list[str]:
    spec, name = pod["spec"], pod["metadata"]["name"]
    own = [item["name"] for item in spec.get("containers") or []]
    first = [item["name"] for item in spec.get("initContainers") or []]
    if wanted := arguments.value("container"):
        if wanted not in own + first:
            raise Failure(f"error: container {wanted} is not valid for pod {name}")
        return [wanted]
    if arguments.on("all-containers"):
        return own
    if len(own) + len(first) > 1:
        listing = ", ".join([*own, *(f"{item} (init)" for item in first)])
        warn(f'Defaulted container "{own[0]}" out of: {listing}')
    return own[:1]


def _query(arguments: Arguments, *, by_selector: bool) -> dict[str, str]:
    query = {}
    tail = arguments.value("tail", _SELECTOR_TAIL if by_selector else "-1")
    if not tail.startswith("-"):
        query["tailLines"] = tail
    if since := arguments.value("since"):
        query["sinceSeconds"] = str(max(1, int(duration(since))))
    if since := arguments.value("since-time"):
        query["sinceTime"] = since
    if limit := arguments.value("limit-bytes"):
        query["limitBytes"] = limit
    for switch in ("previous", "timestamps", "follow"):
        if arguments.on(switch):
            query[switch] = "true"
    return query


def _path(pod: JsonObject) -> str:
    meta = pod["metadata"]
    return f"/api/v1/namespaces/{path_part(meta['namespace'])}/pods/{path_part(meta['name'])}/log"


def _mark(pod: JsonObject, container: str) -> str:
    return f"[pod/{pod['metadata']['name']}/{container}] "


def _print(
    connection: Connection, pod: JsonObject, container: str, query: dict[str, str], *, prefix: bool
) -> None:
    try:
        text = connection.text(_path(pod), {**query, "container": container})
    except ServerFailure as failure:
        status = {**failure.status, "message": str(failure.status.get("message", "")).rstrip()}
        raise ServerFailure(status) from failure
    if prefix:
        text = "".join(_mark(pod, container) + line for line in text.splitlines(keepends=True))
    write(text)


def _follow(
    connection: Connection, pod: JsonObject, container: str, query: dict[str, str], prefix: bool
) -> None:
    mark = _mark(pod, container) if prefix else ""
    try:
        for line in connection.lines(_path(pod), {**query, "container": container}):
            write(mark + line.decode(errors="replace"))
            sys.stdout.flush()
    except Failure as failure:
        warn(str(failure))
