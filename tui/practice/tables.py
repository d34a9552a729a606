"""The Table form of lists, and objects reduced to their metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tui.practice.columns import AGE, AGE_TEXT, BUILTIN, NAME, Cell
from tui.practice.objects import MISSING, JsonObject, age, at, metadata
from tui.practice.resources import Column, Resource


def _custom_value(column: Column) -> Callable[[JsonObject], Any]:
    read = _json_path(column.path)

    def value(obj: JsonObject) -> Any:
        found = read(obj)
        if found is MISSING:
            return None
        return age(str(found)) if column.type == "date" else found

    return value


def _json_path(path: str) -> Callable[[JsonObject], Any]:
    """Reads the JSONPath of a printer column: keys and one equality filter."""
    head, marker, rest = path.lstrip(".").partition("[?(@.")
    if not marker:
        return lambda obj: at(obj, head.replace("\\.", "."))
    condition, _, tail = rest.partition(")]")
    key, _, wanted = condition.partition("==")
    wanted = wanted.strip().strip('"').strip("'")

    def read(obj: JsonObject) -> Any:
        for item in at(obj, head) or []:
            if str(item.get(key.strip())) == wanted:
                return at(item, tail.lstrip("."))
        return MISSING

    return read


def cells_of(resource: Resource) -> tuple[Cell, ...]:
    """Returns the columns of a resource."""
    if not resource.custom:
        return BUILTIN.get(resource.plural, (NAME, AGE))
    own = [
        Cell(item.name, _custom_value(item), item.type, "", item.priority,
             item.description or (AGE_TEXT if item.path == ".metadata.creationTimestamp"
                                  and len(resource.columns) == 1
                                  else "Custom resource definition column (in JSONPath format): "
                                  + item.path))
        for item in resource.columns
    ]  # fmt: skip
    return (NAME, *own)


def partial(obj: JsonObject) -> JsonObject:
    """Returns the metadata of an object as a PartialObjectMetadata."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata(obj),
    }


def table(
    resource: Resource,
    objects: Iterable[JsonObject],
    list_meta: JsonObject,
    *,
    include: str = "Metadata",
    version: str = "v1",
    headings: bool = True,
) -> JsonObject:
    """Builds a Table.

    Args:
        resource: What is listed.
        objects: The rows.
        list_meta: Metadata of the list.
        include: How much of each object comes with its row: None, Metadata or Object.
        version: Version of meta.k8s.io that was asked for.
        headings: Whether to send the column definitions; a watch sends them once.

    Returns:
        The Table object.
    """
    cells = cells_of(resource)
    rows = []
    for obj in objects:
        row: JsonObject = {"cells": [cell.read(obj) for cell in cells]}
        if include != "None":
            row["object"] = obj if include == "Object" else partial(obj)
        rows.append(row)
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": list_meta,
        "columnDefinitions": [cell.definition() for cell in cells] if headings else None,
        "rows": rows,
    }
