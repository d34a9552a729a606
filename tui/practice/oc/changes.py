"""label, annotate and patch."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.kinds import Kind, Kinds, Target, targets
from tui.practice.oc.output import formatted, without_managed_fields, write
from tui.practice.oc.reads import objects_of, query_of
from tui.practice.yamltext import load

JsonObject = dict[str, Any]
MERGE = "application/merge-patch+json"
_TYPES = {
    "json": "application/json-patch+json",
    "merge": MERGE,
    "strategic": "application/strategic-merge-patch+json",
}
_LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or"
    " '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def dry_query(arguments: Arguments, manager: str) -> dict[str, str]:
    """Returns the query parameters of a write."""
    query = {"fieldManager": arguments.value("field-manager") or manager}
    if arguments.dry_run == "server":
        query["dryRun"] = "All"
    return query


def suffix(arguments: Arguments) -> str:
    """Returns what oc adds to a message when nothing was stored."""
    return {"": "", "client": " (dry run)", "server": " (server dry run)"}[arguments.dry_run]


def show(arguments: Arguments, kind: Kind, obj: JsonObject, message: str) -> None:
    """Prints the result of a write: as asked for, or what was done."""
    name = f"{kind.qualified}/{obj['metadata']['name']}"
    if output := arguments.value("output"):
        write(formatted(output, without_managed_fields(obj), f"{name}\n"))
        if output.startswith(("jsonpath", "go-template")):
            return
    else:
        write(f"{name} {message}\n")


def _split(words: list[str]) -> tuple[list[str], dict[str, str], list[str]]:
    """Takes apart `TYPE NAME key=value key-`."""
    first = next(
        (
            index
            for index, word in enumerate(words)
            if "=" in word or (index > 0 and word.endswith("-"))
        ),
        len(words),
    )
    added, removed = {}, []
    for word in words[first:]:
        key, marker, value = word.partition("=")
        if marker:
            added[key] = value
        elif word.endswith("-"):
            removed.append(word[:-1])
        else:
            raise Failure("error: all resources must be specified before label changes: " + word)
    return words[:first], added, removed


def label(arguments: Arguments) -> int:
    """Runs `oc label`."""
    for word in arguments.words:
        key, marker, value = word.partition("=")
        if marker and (len(value) > 63 or not _LABEL.fullmatch(value)):
            raise Failure(f'error: invalid label value: "{key}={value}": {_LABEL_RULE}')
    return _mark(arguments, "labels")


def annotate(arguments: Arguments) -> int:
    """Runs `oc annotate`."""
    return _mark(arguments, "annotations")


def _mark(arguments: Arguments, field: str) -> int:
    connection = Connection(arguments)
    names, added, removed = _split(arguments.words)
    if not added and not removed:
        raise Failure(f"error: at least one {field[:-1]} update is required")
    namespace = "" if arguments.on("all-namespaces") else connection.namespace
    for target in targets(Kinds(connection), names):
        if not target.names and not arguments.value("selector") and not arguments.on("all"):
            raise Failure("error: resource(s) were provided, but no name was specified")
        for obj in objects_of(connection, target, namespace, query_of(arguments)):
            _mark_one(arguments, connection, target, obj, field, added, removed)
    return 0


def _mark_one(
    arguments: Arguments,
    connection: Connection,
    target: Target,
    obj: JsonObject,
    field: str,
    added: dict[str, str],
    removed: list[str],
) -> None:
    meta = obj["metadata"]
    present: dict[str, str] = meta.get(field) or {}
    taken = {
        key: present[key]
        for key, value in added.items()
        if key in present and (present[key] != value or field == "annotations")
    }
    if taken and not arguments.on("overwrite"):
        raise _taken(field, taken)
    if arguments.on("local"):
        raise Failure("error: --local is not supported by the stand-in for oc")
    for key in removed:
        if key not in present:
            write(f'{field[:-1]} "{key}" not found.\n')
    change: JsonObject = {field: {**added, **dict.fromkeys(removed)}}
    if version := arguments.value("resource-version"):
        change["resourceVersion"] = version
    path = target.kind.path(str(meta.get("namespace", "")), meta["name"])
    after: JsonObject = obj
    if arguments.dry_run == "client":
        marks = {key: value for key, value in {**present, **added}.items() if key not in removed}
        after = {**obj, "metadata": {**meta, field: marks}}
    else:
        after = connection.request(
            "PATCH",
            path,
            dry_query(arguments, "kubectl-label" if field == "labels" else "kubectl-annotate"),
            {"metadata": change},
            content_type=MERGE,
        )
    same = ((after["metadata"].get(field) or {}) == present) and not removed
    word = "labeled" if field == "labels" else "annotated"
    gone = bool(removed) and not added and all(key in present for key in removed)
    if field == "labels":
        word = "not labeled" if same else "unlabeled" if gone else word
    show(arguments, target.kind, after, word + suffix(arguments))


def _taken(field: str, taken: dict[str, str]) -> Failure:
    if field == "labels":
        texts = [f"'{key}' already has a value ({value})" for key, value in taken.items()]
        return Failure(f"error: {texts[0]}, and --overwrite is false")
    texts = [f"'{key}' already has a value ({value})" for key, value in sorted(taken.items())]
    return Failure(
        "error: --overwrite is false but found the following declared annotation(s): "
        + "; ".join(texts)
    )


def _patch_body(arguments: Arguments) -> bytes:
    text = arguments.value("patch")
    if path := arguments.value("patch-file"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    if not text:
        raise Failure("error: Must specify --patch or --patch-file containing the contents")
    try:
        json.loads(text)
    except ValueError:
        try:
            return json.dumps(load(text)).encode()
        except (yaml.YAMLError, TypeError):
            return text.encode()
    return text.encode()


def patch(arguments: Arguments) -> int:
    """Runs `oc patch`."""
    kind_of_patch = arguments.value("type", "strategic")
    if kind_of_patch not in _TYPES:
        raise Failure(
            f"error: --type must be one of [json merge strategic], not {json.dumps(kind_of_patch)}"
        )
    body = _patch_body(arguments)
    connection = Connection(arguments)
    for target in targets(Kinds(connection), arguments.words):
        if not target.names:
            raise Failure("error: resource(s) were provided, but no name was specified")
        for name in target.names:
            _patch_one(arguments, connection, target.kind, name, _TYPES[kind_of_patch], body)
    return 0


def _patch_one(
    arguments: Arguments, connection: Connection, kind: Kind, name: str, media: str, body: bytes
) -> None:
    path = kind.path(connection.namespace, name)
    before = connection.get(path)
    if sub := arguments.value("subresource"):
        path += f"/{sub}"
    if arguments.dry_run == "client":
        show(arguments, kind, before, "patched")
        return
    try:
        after = connection.request(
            "PATCH", path, dry_query(arguments, "kubectl-patch"), body, content_type=media
        )
    except ServerFailure as failure:
        if failure.reason == "UnsupportedMediaType":
            raise Failure(
                f"error: {media} is not supported by {kind.api_version}, Kind={kind.kind}: "
                f"{failure.status.get('message')}"
            ) from failure
        raise
    same = without_managed_fields(after) == without_managed_fields(before)
    show(arguments, kind, after, "patched (no change)" if same else "patched")
