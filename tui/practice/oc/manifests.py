"""create, apply, replace and delete."""

from __future__ import annotations

import copy
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.changes import MERGE, dry_query, show, suffix
from tui.practice.oc.connection import Connection, duration
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.kinds import Kind, Kinds, Target, targets
from tui.practice.oc.output import warn, write
from tui.practice.oc.reads import objects_of, query_of

JsonObject = dict[str, Any]
_LAST = "kubectl.kubernetes.io/last-applied-configuration"
_MAX_BYTES = 3 * 1024 * 1024
_POLL_SECONDS = 0.1


def _documents(arguments: Arguments) -> tuple[str, list[JsonObject]]:
    """Reads the objects of `-f`.

    Returns:
        What oc calls the source, and the objects.
    """
    path = arguments.value("filename")
    if not path:
        raise Failure("error: must specify one of -f and -k")
    source = "STDIN" if path == "-" else path
    try:
        raw = sys.stdin.read(_MAX_BYTES) if path == "-" else Path(path).read_text("utf-8")
    except FileNotFoundError as error:
        raise Failure(f'error: the path "{path}" does not exist') from error
    try:
        found = [item for item in yaml.safe_load_all(raw) if item is not None]
    except yaml.YAMLError as error:
        problem = str(getattr(error, "problem", error)).replace("here", "in this context")
        raise Failure(
            f"error: error parsing {source}: error converting YAML to JSON: yaml: {problem}"
        ) from error
    objects: list[JsonObject] = []
    for item in json.loads(json.dumps(found, default=_timestamp)):
        objects += item["items"] if item.get("kind") == "List" else [item]
    if not objects:
        raise Failure(f"error: no objects passed to {arguments.verb}")
    return source, objects


def _timestamp(value: Any) -> str:
    """Writes a date that YAML understood as one."""
    return f"{value.isoformat()}Z" if not value.tzinfo else value.isoformat().replace("+00:00", "Z")


def _place(
    connection: Connection, arguments: Arguments, kind: Kind, obj: JsonObject
) -> tuple[JsonObject, str]:
    obj = copy.deepcopy(obj)
    meta: JsonObject = obj.setdefault("metadata", {})
    if not kind.namespaced:
        return obj, ""
    given, wanted = meta.get("namespace"), arguments.value("namespace")
    if given and wanted and given != wanted:
        raise Failure(
            f'error: the namespace from the provided object "{given}" does not match the '
            f"namespace \"{wanted}\". You must pass '--namespace={given}' "
            "to perform this operation."
        )
    meta["namespace"] = given or connection.namespace
    return obj, str(meta["namespace"])


def _validation(arguments: Arguments) -> dict[str, str]:
    word = arguments.value("validate", "ignore" if arguments.verb == "create" else "strict")
    name = {"true": "Strict", "strict": "Strict", "warn": "Warn"}.get(word, "Ignore")
    return {"fieldValidation": name}


_Act = Callable[[Arguments, Connection, Kind, str, JsonObject], None]
"""Does one object of a manifest; takes its kind, its namespace and the object."""


def _each_object(arguments: Arguments, doing: str, act: _Act) -> int:
    """Does each object of `-f`; one that fails is told of and does not stop the others."""
    source, objects = _documents(arguments)
    connection = Connection(arguments)
    kinds, code = Kinds(connection), 0
    for document in objects:
        kind = kinds.of(document, source)
        obj, namespace = _place(connection, arguments, kind, document)
        try:
            act(arguments, connection, kind, namespace, obj)
        except ServerFailure as failure:
            warn(str(failure.when(f'error when {doing} "{source}": ')))
            code = 1
    return code


def create(arguments: Arguments) -> int:
    """Runs `oc create -f`."""
    if arguments.words:
        raise Failure(
            f"error: the stand-in for oc creates from files only, not `create {arguments.words[0]}`"
        )
    return _each_object(arguments, "creating", _create)


def replace(arguments: Arguments) -> int:
    """Runs `oc replace -f`."""
    return _each_object(arguments, "replacing", _replace)


def apply(arguments: Arguments) -> int:
    """Runs `oc apply -f`."""
    act = _apply_there if arguments.on("server-side") else _apply_here
    return _each_object(arguments, "applying patch from", act)


def _create(
    arguments: Arguments, connection: Connection, kind: Kind, namespace: str, obj: JsonObject
) -> None:
    made = obj
    if arguments.dry_run != "client":
        query = {**dry_query(arguments, "kubectl-create"), **_validation(arguments)}
        made = connection.request("POST", kind.path(namespace), query, obj)
    show(arguments, kind, made, f"created{suffix(arguments)}")


def _replace(
    arguments: Arguments, connection: Connection, kind: Kind, namespace: str, obj: JsonObject
) -> None:
    path = kind.path(namespace, str(obj["metadata"].get("name", "")))
    query = {**dry_query(arguments, "kubectl-replace"), **_validation(arguments)}
    made = connection.request("PUT", path, query, obj)
    show(arguments, kind, made, f"replaced{suffix(arguments)}")


def _apply_there(
    arguments: Arguments, connection: Connection, kind: Kind, namespace: str, obj: JsonObject
) -> None:
    query = dry_query(arguments, "kubectl")
    query["force"] = "true" if arguments.on("force-conflicts") else "false"
    path = kind.path(namespace, str(obj["metadata"]["name"]))
    made = connection.request(
        "PATCH", path, query, obj, content_type="application/apply-patch+yaml"
    )
    show(arguments, kind, made, f"serverside-applied{suffix(arguments)}")


def _apply_here(
    arguments: Arguments, connection: Connection, kind: Kind, namespace: str, obj: JsonObject
) -> None:
    name = str(obj["metadata"].get("name", ""))
    plain = copy.deepcopy(obj)
    (plain["metadata"].get("annotations") or {}).pop(_LAST, None)
    last = json.dumps(plain, separators=(",", ":"), sort_keys=True) + "\n"
    obj["metadata"].setdefault("annotations", {})[_LAST] = last
    query = {**dry_query(arguments, "kubectl-client-side-apply"), **_validation(arguments)}
    try:
        live = connection.get(kind.path(namespace, name))
    except ServerFailure as failure:
        if failure.reason != "NotFound":
            raise
        made = obj
        if arguments.dry_run != "client":
            made = connection.request("POST", kind.path(namespace), query, obj)
        show(arguments, kind, made, f"created{suffix(arguments)}")
        return
    before = (live["metadata"].get("annotations") or {}).get(_LAST)
    if before is None:
        warn(
            f"Warning: resource {kind.plural}/{name} is missing the {_LAST} annotation which is "
            "required by oc apply. oc apply should only be used on resources created "
            "declaratively by either oc create --save-config or oc apply. The missing annotation "
            "will be patched automatically."
        )
    change = _difference(live, obj, json.loads(before or "{}"))
    if not change:
        show(arguments, kind, live, f"unchanged{suffix(arguments)}")
        return
    made = live
    if arguments.dry_run != "client":
        path = kind.path(namespace, name)
        made = connection.request("PATCH", path, query, change, content_type=MERGE)
    show(arguments, kind, made, f"configured{suffix(arguments)}")


def _difference(live: JsonObject, wanted: JsonObject, before: JsonObject) -> JsonObject:
    """Returns the merge patch from what is to what is wanted, removing what was wanted before."""
    change: JsonObject = {}
    for key, value in wanted.items():
        there = live.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            inner = _difference(there, value, before.get(key) or {})
            if inner:
                change[key] = inner
        elif there != value:
            change[key] = value
    for key in before:
        if key not in wanted and key in live:
            change[key] = None
    return change


def delete(arguments: Arguments) -> int:
    """Runs `oc delete`."""
    connection = Connection(arguments)
    kinds = Kinds(connection)
    namespace = "" if arguments.on("all-namespaces") else connection.namespace
    wanted: list[Target] = []
    if arguments.value("filename"):
        source, objects = _documents(arguments)
        for document in objects:
            kind = kinds.of(document, source)
            wanted.append(Target(kind, (str(document["metadata"]["name"]),)))
    else:
        wanted = targets(kinds, arguments.words)
    found, code = 0, 0
    for target in wanted:
        for name, where in _doomed(arguments, connection, target, namespace):
            found += 1
            code |= _delete_one(arguments, connection, target.kind, name, where)
    if not found:
        write("No resources found\n")
    return code


def _doomed(
    arguments: Arguments, connection: Connection, target: Target, namespace: str
) -> list[tuple[str, str]]:
    if target.names:
        return [(name, namespace) for name in target.names]
    if not arguments.value("selector") and not arguments.on("all"):
        raise Failure("error: resource(s) were provided, but no name was specified")
    objects = objects_of(connection, target, namespace, query_of(arguments))
    return [(obj["metadata"]["name"], str(obj["metadata"].get("namespace", ""))) for obj in objects]


def _delete_one(
    arguments: Arguments, connection: Connection, kind: Kind, name: str, namespace: str
) -> int:
    where = f" from {namespace} namespace" if kind.namespaced and namespace else ""
    message = f'{kind.qualified} "{name}" deleted{where}{suffix(arguments)}\n'
    path = kind.path(namespace, name)
    options: JsonObject = {"propagationPolicy": "Background"}
    if arguments.dry_run == "server":
        options["dryRun"] = ["All"]
    if grace := arguments.value("grace-period"):
        options["gracePeriodSeconds"] = int(grace)
    try:
        before = connection.get(path)
        if arguments.dry_run != "client":
            connection.request("DELETE", path, None, options)
    except ServerFailure as failure:
        if failure.reason == "NotFound" and arguments.on("ignore-not-found"):
            return 0
        warn(str(failure))
        return 1
    write(message)
    if arguments.on("wait", default=True) and not arguments.dry_run:
        limit = duration(arguments.value("timeout", "0")) or None
        return _wait_gone(connection, path, str(before["metadata"]["uid"]), kind, name, limit)
    return 0


def _wait_gone(
    connection: Connection, path: str, uid: str, kind: Kind, name: str, limit: float | None
) -> int:
    end = None if limit is None else time.monotonic() + limit
    while True:
        try:
            if connection.get(path)["metadata"]["uid"] != uid:
                return 0
        except ServerFailure as failure:
            return 0 if failure.reason == "NotFound" else 1
        if end is not None and time.monotonic() > end:
            warn(f"error: timed out waiting for the condition on {kind.plural}/{name}")
            return 1
        time.sleep(_POLL_SECONDS)
