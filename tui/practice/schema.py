"""What the API server checks in an object before it stores it."""

from __future__ import annotations

import copy
import json
import re
import sys
from typing import Any

from tui.practice import errors, yamltext
from tui.practice.errors import Cause
from tui.practice.objects import JsonObject, metadata, name_of
from tui.practice.resources import Resource

_LABEL_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or"
    " '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
    " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used"
    " for validation is"
    " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MAX_DEPTH = 60


def check(resource: Resource, obj: JsonObject) -> tuple[JsonObject, list[str]]:
    """Checks an object, fills in defaults and drops unknown fields.

    Args:
        resource: What it is.
        obj: The object as sent.

    Returns:
        The object to store, and the paths of dropped fields.

    Raises:
        ApiError: 422 naming every field that is wrong.
    """
    causes = _metadata_causes(obj)
    dropped: list[str] = []
    if resource.schema is not None:
        obj = copy.deepcopy(obj)
        properties = resource.schema.get("properties") or {}
        known = {"apiVersion", "kind", "metadata"}
        if not resource.schema.get("x-kubernetes-preserve-unknown-fields"):
            for key in [key for key in obj if key not in properties and key not in known]:
                dropped.append(key)
                del obj[key]
        for key, schema in properties.items():
            if key in known:
                continue
            if key in obj:
                _walk(schema, obj[key], key, causes, dropped)
            elif key in (resource.schema.get("required") or []):
                causes.append(_required(key))
    if causes:
        raise errors.invalid(resource, name_of(obj), causes)
    return obj, dropped


def _metadata_causes(obj: JsonObject) -> list[Cause]:
    causes = []
    name = name_of(obj)
    # RBAC names may hold colons.
    if name and ":" not in name and (len(name) > 253 or not _NAME.fullmatch(name)):
        why = f'Invalid value: "{name}": {_NAME_RULE}'
        causes.append(Cause("FieldValueInvalid", why, "metadata.name"))
    for value in (metadata(obj).get("labels") or {}).values():
        if not isinstance(value, str) or len(value) > 63 or not _LABEL.fullmatch(value):
            why = f'Invalid value: "{value}": {_LABEL_RULE}'
            causes.append(Cause("FieldValueInvalid", why, "metadata.labels"))
    return causes


def _required(path: str) -> Cause:
    return Cause("FieldValueRequired", "Required value", path)


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "null"


def _fits(kind: str, schema: JsonObject) -> bool:
    wanted = schema.get("type")
    if schema.get("x-kubernetes-int-or-string"):
        return kind in {"integer", "string"}
    if wanted is None or kind == wanted or (wanted == "number" and kind == "integer"):
        return True
    return kind == "null" and bool(schema.get("nullable"))


def _walk(
    schema: JsonObject, value: Any, path: str, causes: list[Cause], dropped: list[str]
) -> None:
    kind = _kind(value)
    if path.count(".") + path.count("[") > _MAX_DEPTH:
        causes.append(Cause("FieldValueInvalid", "Invalid value: nested too deeply", path))
        return
    if not _fits(kind, schema):
        wanted = schema.get("type")
        why = f'Invalid value: "{kind}": {path} in body must be of type {wanted}: "{kind}"'
        causes.append(Cause("FieldValueTypeInvalid", why, path))
        return
    choices = schema.get("enum")
    if choices and value not in choices:
        listing = ", ".join(f'"{item}"' for item in choices)
        why = f'Unsupported value: "{value}": supported values: {listing}'
        causes.append(Cause("FieldValueNotSupported", why, path))
    pattern = schema.get("pattern")
    if pattern and isinstance(value, str) and len(value) < 4096 and not _matches(pattern, value):
        why = f"Invalid value: \"{value}\": {path} in body should match '{pattern}'"
        causes.append(Cause("FieldValueInvalid", why, path))
    if isinstance(value, dict):
        _walk_object(schema, value, path, causes, dropped)
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            _walk(schema["items"], item, f"{path}[{index}]", causes, dropped)


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def _walk_object(
    schema: JsonObject, value: JsonObject, path: str, causes: list[Cause], dropped: list[str]
) -> None:
    properties: JsonObject = schema.get("properties") or {}
    extra = schema.get("additionalProperties")
    keep = schema.get("x-kubernetes-preserve-unknown-fields") or extra is True
    for key, part in properties.items():
        if "default" in part and key not in value:
            value[key] = copy.deepcopy(part["default"])
    required = [key for key in schema.get("required") or [] if key not in value]
    for key in sorted({*value, *required}):
        where = f"{path}.{key}"
        if key not in value:
            causes.append(_required(where))
        elif key in properties:
            if value[key] is None and not properties[key].get("nullable"):
                del value[key]
            else:
                _walk(properties[key], value[key], where, causes, dropped)
        elif isinstance(extra, dict):
            _walk(extra, value[key], where, causes, dropped)
        elif not keep and (properties or schema.get("type") == "object"):
            dropped.append(where)
            del value[key]


def compact(schema: Any) -> Any:
    """Drops from a schema what only people read: the descriptions of fields."""
    if isinstance(schema, dict):
        return {
            key: compact(value)
            for key, value in schema.items()
            if not (key == "description" and isinstance(value, str))
        }
    return [compact(item) for item in schema] if isinstance(schema, list) else schema


def compact_crd(crd: JsonObject) -> JsonObject:
    """Shortens a CustomResourceDefinition to what the practice cluster needs of it."""
    spec = crd["spec"]
    versions = [
        {
            **{key: value for key, value in version.items() if key != "schema"},
            "schema": {"openAPIV3Schema": compact(version["schema"]["openAPIV3Schema"])},
        }
        for version in spec["versions"]
    ]
    return {
        "apiVersion": crd["apiVersion"],
        "kind": crd["kind"],
        "metadata": {"name": crd["metadata"]["name"]},
        "spec": {**spec, "versions": versions},
    }


def main(folder: str) -> None:
    """Writes `crds.json` from a folder of CustomResourceDefinitions."""
    from pathlib import Path

    found: list[JsonObject] = []
    for path in sorted(Path(folder).glob("*.yaml")):
        documents = path.read_text("utf-8").split("\n---\n")
        found += [crd for crd in map(yamltext.load, documents) if crd]
    crds = [compact_crd(crd) for crd in found]
    text = json.dumps(crds, separators=(",", ":"), ensure_ascii=False)
    Path(__file__).with_name("crds.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
