"""get and events."""

from __future__ import annotations

import json
from typing import Any

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.jsonpath import follow
from tui.practice.oc.kinds import Kind, Kinds, Target, targets
from tui.practice.oc.output import (
    formatted,
    table,
    warn,
    without_managed_fields,
    write,
)

JsonObject = dict[str, Any]
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
_PAGE = "500"


def query_of(arguments: Arguments) -> dict[str, str]:
    """Returns the selectors as query parameters."""
    query = {}
    if selector := arguments.value("selector"):
        query["labelSelector"] = selector
    if selector := arguments.value("field-selector"):
        query["fieldSelector"] = selector
    return query


def fetch(
    connection: Connection, target: Target, namespace: str, query: dict[str, str], accept: str = ""
) -> list[JsonObject]:
    """Gets the documents of a target: one for each name, or the pages of a list."""
    wanted = accept or "application/json"
    if target.names:
        return [
            connection.get(target.kind.path(namespace, name), accept=wanted)
            for name in target.names
        ]
    pages, token = [], ""
    while True:
        page = connection.get(
            target.kind.path(namespace),
            {**query, "limit": _PAGE, **({"continue": token} if token else {})},
            wanted,
        )
        pages.append(page)
        token = (page.get("metadata") or {}).get("continue", "")
        if not token:
            return pages


def objects_of(
    connection: Connection, target: Target, namespace: str, query: dict[str, str]
) -> list[JsonObject]:
    """Gets the objects of a target, each with its kind."""
    if target.names:
        return fetch(connection, target, namespace, query)
    return [
        {"apiVersion": target.kind.api_version, "kind": target.kind.kind, **item}
        for page in fetch(connection, target, namespace, query)
        for item in page["items"]
    ]


def get(arguments: Arguments) -> int:
    """Runs `oc get`."""
    connection = Connection(arguments)
    if path := arguments.value("raw"):
        place, _, query = path.partition("?")
        parameters = dict(part.partition("=")[::2] for part in query.split("&") if part)
        write(connection.text(place, parameters))
        return 0
    kinds = Kinds(connection)
    wanted = targets(kinds, arguments.words)
    namespace = "" if arguments.on("all-namespaces") else connection.namespace
    output = arguments.value("output")
    if arguments.on("watch") or arguments.on("watch-only"):
        return _watch(arguments, connection, wanted[0], namespace)
    if output in {"", "wide"}:
        return _tables(arguments, connection, wanted, namespace)
    found: list[JsonObject] = []
    names: list[str] = []
    code = 0
    for target in wanted:
        try:
            for obj in objects_of(connection, target, namespace, query_of(arguments)):
                keep = arguments.on("show-managed-fields")
                found.append(obj if keep else without_managed_fields(obj))
                names.append(f"{target.kind.qualified}/{obj['metadata']['name']}")
        except ServerFailure as failure:
            if failure.reason == "NotFound" and arguments.on("ignore-not-found"):
                continue
            if len(wanted) == 1:
                raise
            warn(str(failure))
            code = 1
    single = len(wanted) == 1 and len(wanted[0].names) == 1
    if single and not found:
        return code
    if sort := arguments.value("sort-by"):
        found.sort(key=lambda obj: _sortable(obj, sort))
    listing: JsonObject = {
        "apiVersion": "v1",
        "items": found,
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }
    value = found[0] if single else listing
    write(formatted(output, value, "".join(f"{name}\n" for name in names)))
    return code


def _sortable(obj: JsonObject, path: str) -> tuple[int, float, str]:
    found = follow(obj, path.strip("{}"))
    value = found[0] if found else ""
    number = isinstance(value, int | float)
    return (0, float(value), "") if number else (1, 0.0, str(value))


def _merged(pages: list[JsonObject]) -> JsonObject:
    return {**pages[0], "rows": [row for page in pages for row in page["rows"] or []]}


def _tables(
    arguments: Arguments, connection: Connection, wanted: list[Target], namespace: str
) -> int:
    printed, code = 0, 0
    query = query_of(arguments)
    sort = arguments.value("sort-by")
    several = len({target.kind for target in wanted}) > 1 or arguments.on("show-kind")
    for target in _by_kind(wanted):
        try:
            parameters = {**query, **({"includeObject": "Object"} if sort else {})}
            found = _merged(fetch(connection, target, namespace, parameters, _TABLE))
        except ServerFailure as failure:
            if failure.reason == "NotFound" and arguments.on("ignore-not-found"):
                continue
            if len(wanted) == 1:
                raise
            warn(str(failure))
            code = 1
            continue
        if not found["rows"]:
            continue
        if sort:
            found["rows"].sort(key=lambda row: _sortable(row.get("object") or {}, sort))
        if printed and several:
            write("\n")
        printed += 1
        write(
            table(
                found,
                wide=arguments.value("output") == "wide",
                show_labels=arguments.on("show-labels"),
                headings=not arguments.on("no-headers"),
                namespaces=not namespace and target.kind.namespaced,
                kind=target.kind.qualified if several else "",
            )
        )
    if not printed and code == 0 and not arguments.on("ignore-not-found"):
        scoped = namespace and any(target.kind.namespaced for target in wanted)
        warn(f"No resources found{f' in {namespace} namespace' if scoped else ''}.")
    return code


def _by_kind(wanted: list[Target]) -> list[Target]:
    names: dict[Kind, list[str]] = {}
    for target in wanted:
        names.setdefault(target.kind, []).extend(target.names)
    return [Target(kind, tuple(listed)) for kind, listed in names.items()]


def _watch(arguments: Arguments, connection: Connection, target: Target, namespace: str) -> int:
    query = query_of(arguments)
    if target.names:
        query["fieldSelector"] = f"metadata.name={target.names[0]}"
    options: dict[str, Any] = {
        "wide": arguments.value("output") == "wide",
        "show_labels": arguments.on("show-labels"),
        "namespaces": not namespace,
    }
    found = connection.get(target.kind.path(namespace), query, _TABLE)
    columns = found["columnDefinitions"]
    headings = not arguments.on("no-headers")
    if found["rows"] and not arguments.on("watch-only"):
        write(table(found, headings=headings, **options))
        headings = False
    version = (found.get("metadata") or {}).get("resourceVersion", "")
    path = target.kind.path(namespace)
    for line in connection.lines(
        path, {**query, "watch": "true", "resourceVersion": version}, _TABLE
    ):
        event = json.loads(line)
        if event["type"] == "BOOKMARK":
            continue
        if event["type"] == "ERROR":
            raise ServerFailure(event["object"])
        shown = {**event["object"], "columnDefinitions": columns}
        write(table(shown, headings=headings, **options))
        headings = False
    return 0


def events(arguments: Arguments) -> int:
    """Runs `oc events`: the events in order of time."""
    arguments.words = ["events"]
    if not arguments.value("output"):
        arguments.values["sort-by"] = "{.lastTimestamp}"
    return get(arguments)


def unknown(word: str) -> Failure:
    """Returns the failure for a word that is no sub-command."""
    return Failure(f'error: unknown command "{word}"')
