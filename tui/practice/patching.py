"""Patches: JSON patch, merge patch and strategic merge patch."""

from __future__ import annotations

import copy
from typing import Any

from tui.practice.errors import rejected_patch
from tui.practice.objects import JsonObject

MAX_OPERATIONS = 10_000


def merge(target: Any, patch: Any) -> Any:
    """Applies a JSON merge patch (RFC 7386) and returns the result."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def json_patch(target: JsonObject, operations: list[JsonObject]) -> Any:
    """Applies a JSON patch (RFC 6902) to a copy and returns it.

    Raises:
        ApiError: 422 if an operation has no place to work on or a test fails.
    """
    document: Any = {"": copy.deepcopy(target)}
    for operation in operations:
        try:
            _operate(document, operation)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as problem:
            raise rejected_patch() from problem
    return document[""]


def _operate(document: JsonObject, operation: JsonObject) -> None:
    path = _pointer(operation["path"])
    match operation["op"]:
        case "add":
            _add(document, path, copy.deepcopy(operation["value"]))
        case "remove":
            _remove(document, path)
        case "replace":
            _read(document, path)
            _remove(document, path)
            _add(document, path, copy.deepcopy(operation["value"]))
        case "move":
            source = _pointer(operation["from"])
            value = _read(document, source)
            _remove(document, source)
            _add(document, path, value)
        case "copy":
            _add(document, path, copy.deepcopy(_read(document, _pointer(operation["from"]))))
        case "test":
            if _read(document, path) != operation["value"]:
                raise ValueError("test failed")
        case _:
            raise ValueError("unknown operation")


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise ValueError("not a pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")]


def _index(items: list[Any], step: str) -> int:
    if not step.isdigit() or int(step) >= len(items):
        raise IndexError(step)
    return int(step)


def _read(value: Any, path: list[str]) -> Any:
    for step in path:
        value = value[_index(value, step)] if isinstance(value, list) else value[step]
    return value


def _add(document: Any, path: list[str], value: Any) -> None:
    parent, last = _read(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        if last == "-" or last == str(len(parent)):
            parent.append(value)
        else:
            parent.insert(_index(parent, last), value)
    elif isinstance(parent, dict):
        parent[last] = value
    else:
        raise TypeError("no place to add to")


def _remove(document: Any, path: list[str]) -> None:
    parent, last = _read(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        del parent[_index(parent, last)]
    else:
        del parent[last]


# The list keys that strategic merge uses on the kinds served here; other lists are replaced.
_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "imagePullSecrets": "name",
    "conditions": "type",
    "ownerReferences": "uid",
    "secrets": "name",
    "webhooks": "name",
    "hostAliases": "ip",
}


def strategic(target: Any, patch: Any, key: str = "") -> Any:
    """Applies a strategic merge patch and returns the result."""
    if isinstance(patch, dict):
        if patch.get("$patch") == "replace":
            return {name: copy.deepcopy(value) for name, value in patch.items() if name != "$patch"}
        result = dict(target) if isinstance(target, dict) else {}
        for name, value in patch.items():
            if name.startswith(("$setElementOrder/", "$retainKeys")):
                continue
            if name.startswith("$deleteFromPrimitiveList/"):
                field = name.partition("/")[2]
                result[field] = [item for item in result.get(field, []) if item not in value]
            elif value is None:
                result.pop(name, None)
            else:
                result[name] = strategic(result.get(name), value, name)
        return result
    if isinstance(patch, list) and isinstance(target, list):
        if key == "finalizers":
            return target + [item for item in patch if item not in target]
        merge_key = _merge_key(key, target, patch)
        if merge_key and all(isinstance(item, dict) for item in patch):
            return _merge_list(target, patch, merge_key)
    return copy.deepcopy(patch)


def _merge_key(key: str, target: list[Any], patch: list[Any]) -> str:
    merge_key = _MERGE_KEYS.get(key, "")
    if key == "ports" and not any("containerPort" in item for item in [*target, *patch]):
        return "port"
    return merge_key


def _merge_list(target: list[Any], patch: list[JsonObject], key: str) -> list[Any]:
    if any(item.get("$patch") == "replace" for item in patch):
        return [copy.deepcopy(item) for item in patch if "$patch" not in item]
    result = list(target)
    for item in patch:
        places = [
            index
            for index, present in enumerate(result)
            if isinstance(present, dict) and present.get(key) == item.get(key)
        ]
        if item.get("$patch") == "delete":
            result = [value for index, value in enumerate(result) if index not in places]
        elif places:
            result[places[0]] = strategic(result[places[0]], item)
        else:
            result.append(copy.deepcopy(item))
    return result
