"""Prints objects and tables as oc does."""

from __future__ import annotations

import json
import sys
from typing import Any

import yaml

from tui.practice.oc.failures import Failure
from tui.practice.oc.jsonpath import follow, go_template, render
from tui.practice.oc.jsonpath import text_of as plain

JsonObject = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    """Writes YAML as Kubernetes tools do."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    tag = "tag:yaml.org,2002:str"
    if "\n" in text:
        return dumper.represent_scalar(tag, text, style="|")
    implied = dumper.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    style = '"' if implied != tag or text == "" else None
    return dumper.represent_scalar(tag, text, style=style)


_Dumper.add_representer(str, _write_text)


def write(text: str) -> None:
    """Writes to stdout."""
    sys.stdout.write(text)


def warn(text: str) -> None:
    """Writes a line to stderr."""
    sys.stderr.write(f"{text}\n")


def without_managed_fields(obj: JsonObject) -> JsonObject:
    """Returns an object without what oc hides by default."""
    meta = dict(obj.get("metadata") or {})
    meta.pop("managedFields", None)
    return {**obj, "metadata": meta}


def as_json(value: Any) -> str:
    """Returns JSON as oc prints it."""
    return json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False) + "\n"


def as_yaml(value: Any) -> str:
    """Returns YAML as oc prints it."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=True, width=10**9, allow_unicode=True))


def formatted(output: str, value: JsonObject, name: str) -> str:
    """Returns an object or a List in an output format other than a table.

    Args:
        output: The value of `-o`.
        value: The object or List.
        name: What `-o name` prints.

    Raises:
        Failure: If the format is unknown.
    """
    kind, _, template = output.partition("=")
    match kind:
        case "json":
            return as_json(value)
        case "yaml":
            return as_yaml(value)
        case "name":
            return name
        case "jsonpath":
            return render(template, value)
        case "go-template":
            return go_template(template, value)
        case "custom-columns":
            return custom_columns(template, value)
        case _:
            raise Failure(
                f'error: unable to match a printer suitable for the output format "{output}", '
                "allowed formats are: custom-columns,go-template,json,jsonpath,name,wide,yaml"
            )


def custom_columns(template: str, value: JsonObject) -> str:
    """Prints `NAME:.path,...` columns."""
    columns = [part.partition(":") for part in template.split(",")]
    if not all(marker for _, marker, _ in columns):
        raise Failure(f"error: unexpected custom-columns spec: {template}")
    objects = value.get("items", [value])
    rows = [[heading for heading, _, _ in columns]]
    for obj in objects:
        cells = []
        for _, _, path in columns:
            found = follow(obj, path.strip("{}"))
            cells.append(",".join(plain(item) for item in found) if found else "<none>")
        rows.append(cells)
    return aligned(rows)


def aligned(rows: list[list[str]]) -> str:
    """Prints rows in columns, three spaces apart."""
    if not rows:
        return ""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("   ".join([*cells, row[-1]]))
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def table(
    found: JsonObject,
    *,
    wide: bool = False,
    show_labels: bool = False,
    headings: bool = True,
    namespaces: bool = False,
    kind: str = "",
) -> str:
    """Prints a Table of the API.

    Args:
        found: The Table.
        wide: With the columns of lower priority.
        show_labels: With a column of labels.
        headings: With a line of headings.
        namespaces: With a column of namespaces.
        kind: What to put before names, such as `backup.velero.io`.
    """
    shown = [
        index
        for index, column in enumerate(found["columnDefinitions"] or [])
        if wide or column["priority"] == 0
    ]
    columns = [found["columnDefinitions"][index]["name"].upper() for index in shown]
    rows = []
    for row in found["rows"]:
        meta = (row.get("object") or {}).get("metadata") or {}
        cells = [_cell(row["cells"][index]) for index in shown]
        if kind and columns and columns[0] == "NAME":
            cells[0] = f"{kind}/{cells[0]}"
        if namespaces:
            cells.insert(0, str(meta.get("namespace", "")))
        if show_labels:
            labels = meta.get("labels") or {}
            listing = ",".join(sorted(f"{key}={value}" for key, value in labels.items()))
            cells.append(listing or "<none>")
        rows.append(cells)
    if namespaces:
        columns.insert(0, "NAMESPACE")
    if show_labels:
        columns.append("LABELS")
    return aligned([columns, *rows] if headings else rows)
