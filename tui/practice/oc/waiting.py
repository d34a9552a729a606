"""wait and rollout."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection, duration
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.jsonpath import follow
from tui.practice.oc.jsonpath import text_of as plain
from tui.practice.oc.kinds import Kind, Kinds, targets
from tui.practice.oc.output import warn, write
from tui.practice.oc.reads import objects_of, query_of, unknown

JsonObject = dict[str, Any]
_POLL_SECONDS = 0.15
_STRATEGIC = "application/strategic-merge-patch+json"


def wait(arguments: Arguments) -> int:
    """Runs `oc wait`."""
    connection = Connection(arguments)
    condition = arguments.value("for")
    if not condition:
        raise Failure("error: you must specify a --for condition")
    met = _condition(condition)
    limit = duration(arguments.value("timeout", "30s"))
    end, code = time.monotonic() + limit, 0
    for target in targets(Kinds(connection), arguments.words):
        names = list(target.names)
        if not names:
            found = objects_of(connection, target, connection.namespace, query_of(arguments))
            names = [obj["metadata"]["name"] for obj in found]
            if not names and condition != "delete":
                raise Failure("error: no matching resources found")
        for name in names:
            code |= _wait_one(connection, target.kind, name, condition, met, end)
    return code


def _wait_one(
    connection: Connection,
    kind: Kind,
    name: str,
    condition: str,
    met: Callable[[JsonObject | None], bool],
    end: float,
) -> int:
    path, uid = kind.path(connection.namespace, name), ""
    patient = condition in {"delete", "create"}
    while True:
        obj: JsonObject | None
        try:
            obj = connection.get(path)
        except ServerFailure as failure:
            if failure.reason != "NotFound" or not patient:
                raise
            obj = None
        if obj is not None and condition == "delete":
            uid = uid or obj["metadata"]["uid"]
            obj = obj if obj["metadata"]["uid"] == uid else None
        if met(obj):
            write(f"{kind.qualified}/{name} condition met\n")
            return 0
        if time.monotonic() >= end:
            warn(f"error: timed out waiting for the condition on {kind.plural}/{name}")
            return 1
        time.sleep(_POLL_SECONDS)


def _condition(text: str) -> Callable[[JsonObject | None], bool]:
    if text == "delete":
        return lambda obj: obj is None
    if text == "create":
        return lambda obj: obj is not None
    kind, _, rest = text.partition("=")
    if kind == "condition":
        name, marker, wanted = rest.partition("=")
        value = wanted if marker else "True"
        return lambda obj: _has_condition(obj or {}, name, value)
    if kind == "jsonpath" and rest.startswith(("{", "'{")):
        path, marker, wanted = rest.strip("'").partition("}=")
        path = path.strip("'{}")
        expected = wanted.strip("'\"") if marker else None
        return lambda obj: _has_value(obj or {}, path, expected)
    raise Failure(f"error: unrecognized condition: {text!r}")


def _has_condition(obj: JsonObject, name: str, value: str) -> bool:
    conditions = (obj.get("status") or {}).get("conditions") or []
    return any(
        str(item.get("type", "")).lower() == name.lower()
        and str(item.get("status", "")).lower() == value.lower()
        for item in conditions
    )


def _has_value(obj: JsonObject, path: str, expected: str | None) -> bool:
    found = follow(obj, path)
    if expected is None:
        return bool(found)
    return len(found) == 1 and plain(found[0]) == expected


def rollout(arguments: Arguments) -> int:
    """Runs `oc rollout restart` and `oc rollout status`."""
    if not arguments.words:
        raise unknown("rollout")
    action = arguments.words.pop(0)
    if action not in {"restart", "status"}:
        raise unknown(f"rollout {action}")
    connection = Connection(arguments)
    for target in targets(Kinds(connection), arguments.words):
        for name in target.names:
            if action == "restart":
                _restart(connection, target.kind, name)
            else:
                limit = duration(arguments.value("timeout", "0")) or 600.0
                _status(connection, target.kind, name, limit)
    return 0


def _restart(connection: Connection, kind: Kind, name: str) -> None:
    path = kind.path(connection.namespace, name)
    connection.get(path)
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    notes = {"kubectl.kubernetes.io/restartedAt": moment}
    body = {"spec": {"template": {"metadata": {"annotations": notes}}}}
    try:
        query = {"fieldManager": "kubectl-rollout"}
        connection.request("PATCH", path, query, body, content_type=_STRATEGIC)
    except ServerFailure as failure:
        raise Failure(f"error: failed to patch: {failure.status.get('message')}") from failure
    write(f"{kind.qualified}/{name} restarted\n")


def _status(connection: Connection, kind: Kind, name: str, limit: float) -> None:
    end, said = time.monotonic() + limit, ""
    while True:
        obj = connection.get(kind.path(connection.namespace, name))
        line, done = _progress(kind, name, obj)
        if done:
            write(f"{line}\n")
            return
        if line != said:
            write(f"{line}\n")
            said = line
        if time.monotonic() >= end:
            raise Failure("error: timed out waiting for the condition")
        time.sleep(_POLL_SECONDS)


def _progress(kind: Kind, name: str, obj: JsonObject) -> tuple[str, bool]:
    status: JsonObject = obj.get("status") or {}
    waiting = f'Waiting for {kind.singular} "{name}" rollout to finish: '
    if kind.plural == "daemonsets":
        wanted = int(status.get("desiredNumberScheduled", 0))
        updated, ready = status.get("updatedNumberScheduled", 0), status.get("numberReady", 0)
        if updated < wanted:
            return f"{waiting}{updated} out of {wanted} new pods have been updated...", False
        if ready < wanted:
            return f"{waiting}{ready} of {wanted} updated pods are available...", False
        return f'daemon set "{name}" successfully rolled out', True
    wanted = int(obj["spec"].get("replicas", 1))
    updated = int(status.get("updatedReplicas", 0))
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...", False
    surplus = int(status.get("replicas", 0)) - updated
    if surplus > 0:
        return f"{waiting}{surplus} old replicas are pending termination...", False
    ready = int(status.get("availableReplicas", 0))
    if ready < updated:
        return f"{waiting}{ready} of {updated} updated replicas are available...", False
    return f'{kind.singular} "{name}" successfully rolled out', True
