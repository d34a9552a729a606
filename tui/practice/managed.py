"""Who set which field: managedFields, and the conflicts of server-side apply."""

from __future__ import annotations

from typing import Any

from tui.practice import errors
from tui.practice.objects import JsonObject, metadata, timestamp
from tui.practice.patching import merge
from tui.practice.resources import Resource

Path = tuple[str, ...]
_IGNORED_META = frozenset(
    {
        "managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "name",
        "namespace", "deletionTimestamp",
    }
)  # fmt: skip
_MAX_MANAGERS = 20


def _leaves(value: Any, prefix: Path = ()) -> dict[Path, Any]:
    if isinstance(value, dict) and value:
        found: dict[Path, Any] = {}
        for key, part in value.items():
            found.update(_leaves(part, (*prefix, str(key))))
        return found
    return {prefix: value}


def owned(obj: JsonObject) -> dict[Path, Any]:
    """Returns the fields of an object that somebody can own, lists as a whole."""
    body = {key: value for key, value in obj.items() if key not in {"apiVersion", "kind"}}
    meta = {key: value for key, value in metadata(obj).items() if key not in _IGNORED_META}
    body["metadata"] = meta
    if not meta:
        del body["metadata"]
    return {path: value for path, value in _leaves(body).items() if path}


def _to_fields(paths: set[Path]) -> JsonObject:
    tree: JsonObject = {}
    for path in sorted(paths):
        place = tree
        for step in path:
            place = place.setdefault(f"f:{step}", {})
    return tree


def _from_fields(fields: JsonObject, prefix: Path = ()) -> set[Path]:
    found: set[Path] = set()
    for key, part in fields.items():
        if key == ".":
            continue
        path = (*prefix, key.removeprefix("f:"))
        found |= _from_fields(part, path) if part else {path}
    return found


def track(
    new: JsonObject,
    old: JsonObject | None,
    manager: str,
    *,
    operation: str = "Update",
    claimed: set[Path] | None = None,
    subresource: str = "",
) -> None:
    """Writes into an object who owns what after this change.

    Args:
        new: The object after the change; its managedFields are replaced.
        old: The object before it, None if it is new.
        manager: Who made the change.
        operation: `Update` or `Apply`.
        claimed: The fields that an apply claims, also where it changed nothing.
        subresource: Set to `status` for a write to the status.
    """
    now_fields = owned(new)
    before = owned(old) if old else {}
    changed = {path for path, value in now_fields.items() if before.get(path, _NOTHING) != value}
    if claimed is not None:
        changed = claimed
    entries: list[JsonObject] = []
    mine: set[Path] = set() if claimed is not None else set(changed)
    for entry in metadata(old or {}).get("managedFields") or []:
        paths = _from_fields(entry.get("fieldsV1") or {})
        same = entry["manager"] == manager and entry["operation"] == operation
        if same and entry.get("subresource", "") == subresource:
            mine |= paths if claimed is None else set()
            continue
        stolen = changed if operation == "Update" else set()
        left = {path for path in paths if path not in stolen and path in now_fields}
        if left:
            entries.append({**entry, "fieldsV1": _to_fields(left)})
    mine = {path for path in mine | changed if path in now_fields}
    if mine:
        entry = {
            "manager": manager,
            "operation": operation,
            "apiVersion": new.get("apiVersion", "v1"),
            "time": timestamp(),
            "fieldsType": "FieldsV1",
            "fieldsV1": _to_fields(mine),
        }
        if subresource:
            entry["subresource"] = subresource
        entries.append(entry)
    new["metadata"]["managedFields"] = entries[-_MAX_MANAGERS:]


_NOTHING = object()


def apply(
    resource: Resource, live: JsonObject | None, config: JsonObject, manager: str, *, force: bool
) -> JsonObject:
    """Applies a configuration as its field manager.

    Args:
        resource: What it is.
        live: The object as it is, None if there is none.
        config: The fields that the manager wants.
        manager: Who applies.
        force: Take over fields that others own.

    Returns:
        The new object, with managedFields.

    Raises:
        ApiError: 409 if another manager owns a field that would change.
    """
    wanted = owned(config)
    if live is None:
        new = merge({}, config)
        new.setdefault("metadata", {})
        track(new, None, manager, operation="Apply", claimed=set(wanted))
        return dict(new)
    present = owned(live)
    given_up: set[Path] = set()
    for entry in metadata(live).get("managedFields") or []:
        paths = _from_fields(entry.get("fieldsV1") or {})
        if entry["manager"] == manager and entry["operation"] == "Apply":
            given_up = paths - set(wanted)
            continue
        clashes = sorted(
            path for path in paths & set(wanted) if wanted[path] != present.get(path, _NOTHING)
        )
        if clashes and not force:
            raise errors.apply_conflict(entry["manager"], ["." + ".".join(p) for p in clashes])
    others = {
        path
        for entry in metadata(live).get("managedFields") or []
        if not (entry["manager"] == manager and entry["operation"] == "Apply")
        for path in _from_fields(entry.get("fieldsV1") or {})
    }
    new = merge(live, {key: value for key, value in config.items() if key != "managedFields"})
    for path in given_up - others:
        new = merge(new, _nothing_at(path))
    new["metadata"] = dict(new["metadata"])
    if force:
        changed = {path for path in wanted if wanted[path] != present.get(path, _NOTHING)}
        _take(new, live, changed)
    track(new, {**live, "metadata": new["metadata"]} if force else live, manager,
          operation="Apply", claimed=set(wanted))  # fmt: skip
    return dict(new)


def _take(new: JsonObject, live: JsonObject, paths: set[Path]) -> None:
    entries = []
    for entry in metadata(live).get("managedFields") or []:
        left = _from_fields(entry.get("fieldsV1") or {}) - paths
        if left:
            entries.append({**entry, "fieldsV1": _to_fields(left)})
    new["metadata"]["managedFields"] = entries


def _nothing_at(path: Path) -> JsonObject:
    patch: Any = None
    for step in reversed(path):
        patch = {step: patch}
    return dict(patch)
