"""describe."""

from __future__ import annotations

from typing import Any

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection
from tui.practice.oc.failures import ServerFailure
from tui.practice.oc.kinds import Kind, Kinds, targets
from tui.practice.oc.output import warn, write
from tui.practice.oc.reads import objects_of, query_of

JsonObject = dict[str, Any]


def describe(arguments: Arguments) -> int:
    """Runs `oc describe`: all fields of an object, and its events."""
    connection = Connection(arguments)
    kinds = Kinds(connection)
    namespace = "" if arguments.on("all-namespaces") else connection.namespace
    printed = 0
    for target in targets(kinds, arguments.words):
        for obj in objects_of(connection, target, namespace, query_of(arguments)):
            if printed:
                write("\n\n")
            printed += 1
            write(_described(connection, target.kind, obj))
    if not printed:
        warn(f"No resources found in {namespace} namespace.")
    return 0


def _described(connection: Connection, kind: Kind, obj: JsonObject) -> str:
    meta: JsonObject = obj.get("metadata") or {}
    rows: list[tuple[int, str, str | None]] = [(0, "Name", str(meta.get("name")))]
    if kind.namespaced:
        rows.append((0, "Namespace", str(meta.get("namespace"))))
    for label in ("labels", "annotations"):
        values = [f"{key}={value}" for key, value in sorted((meta.get(label) or {}).items())]
        rows.append((0, label.title(), values[0] if values else "<none>"))
        rows += [(0, "", value) for value in values[1:]]
    rows += [(0, "API Version", kind.api_version), (0, "Kind", kind.kind)]
    hidden = {"name", "namespace", "labels", "annotations", "managedFields"}
    shown = {key: value for key, value in meta.items() if key not in hidden}
    body = {key: value for key, value in obj.items() if key not in {"apiVersion", "kind"}}
    if kind.plural == "secrets":
        for field in ("data", "stringData"):
            if field in body:
                body[field] = {
                    key: f"{len(str(value))} bytes in base64" for key, value in body[field].items()
                }
    _rows({**body, "metadata": shown}, 0, rows)
    rows += _events(connection, obj)
    return _laid_out(rows)


def _title(key: str) -> str:
    out = ""
    for index, letter in enumerate(key):
        if index and letter.isupper() and not key[index - 1].isupper():
            out += " "
        out += letter
    return {"uid": "UID", "apiVersion": "API Version"}.get(key, out[:1].upper() + out[1:])


def _rows(value: JsonObject, depth: int, rows: list[tuple[int, str, str | None]]) -> None:
    for key in sorted(value, key=_title):
        item = value[key]
        if isinstance(item, dict) and item:
            rows.append((depth, _title(key), None))
            _rows(item, depth + 1, rows)
        elif isinstance(item, list) and item:
            rows.append((depth, _title(key), None))
            for part in item:
                if isinstance(part, dict):
                    _rows(part, depth + 1, rows)
                else:
                    rows.append((depth + 1, "", str(part)))
        else:
            text = "" if item in (None, {}, []) else item
            shown = str(text).lower() if isinstance(text, bool) else str(text)
            rows.append((depth, _title(key), shown))


def _events(connection: Connection, obj: JsonObject) -> list[tuple[int, str, str | None]]:
    meta = obj.get("metadata") or {}
    namespace = str(meta.get("namespace") or "default")
    query = {"fieldSelector": f"involvedObject.uid={meta.get('uid', '')}"}
    try:
        found = connection.get(f"/api/v1/namespaces/{namespace}/events", query)["items"]
    except ServerFailure:
        found = []
    if not found:
        return [(0, "Events", "<none>")]
    lines: list[tuple[int, str, str | None]] = [(0, "Events", None)]
    lines += [
        (1, "", f"{item.get('type')}  {item.get('reason')}  {item.get('message')}")
        for item in found
    ]
    return lines


def _laid_out(rows: list[tuple[int, str, str | None]]) -> str:
    """Aligns the values of neighbouring lines, as oc's tab writer does."""
    out: list[str] = []
    block: list[tuple[str, str]] = []

    def flush() -> None:
        width = max((len(head) for head, _ in block), default=0) + 2
        out.extend(f"{head.ljust(width)}{text}" for head, text in block)
        block.clear()

    for depth, key, text in rows:
        head = "  " * depth + (f"{key}:" if key else "")
        if text is None:
            flush()
            out.append(head)
        elif not key and depth:
            flush()
            out.append(f"{head}{text}")
        else:
            block.append((head, text))
    flush()
    return "\n".join(out) + "\n"
