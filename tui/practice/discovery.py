"""What the API offers: versions, groups, resources, and an OpenAPI that clients accept.

The OpenAPI documents hold only what kubectl looks for before it writes: that PATCH on a kind
takes `dryRun` and `fieldValidation`. Old kubectl wants that as protobuf, so a few messages of
gnostic's openapi_v2 are encoded here by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tui.practice.objects import JsonObject
from tui.practice.resources import Registry, Resource

VERSION: JsonObject = {
    "major": "1",
    "minor": "29",
    "gitVersion": "v1.29.10+practice",
    "gitCommit": "0000000000000000000000000000000000000000",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.21.13",
    "compiler": "gc",
    "platform": "linux/amd64",
}
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
_SUB_VERBS = ["get", "patch", "update"]


def _hash(resource: Resource) -> str:
    digest = hashlib.sha256(f"{resource.api_version}/{resource.kind}".encode()).digest()
    return base64.b64encode(digest[:8]).decode()


def api_versions(address: str) -> JsonObject:
    """Answers `/api`."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def _group(name: str, versions: list[str]) -> JsonObject:
    entries = [{"groupVersion": f"{name}/{item}", "version": item} for item in versions]
    return {"name": name, "versions": entries, "preferredVersion": entries[0]}


def group_list(registry: Registry) -> JsonObject:
    """Answers `/apis`."""
    groups = [_group(name, versions) for name, versions in registry.groups().items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(registry: Registry, name: str) -> JsonObject | None:
    """Answers `/apis/GROUP`."""
    versions = registry.groups().get(name)
    if versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def _of(registry: Registry, group: str, version: str) -> list[Resource]:
    found = [item for item in registry if (item.group, item.version) == (group, version)]
    return sorted(found, key=lambda item: item.plural)


def resource_list(registry: Registry, group: str, version: str) -> JsonObject | None:
    """Answers `/api/v1` and `/apis/GROUP/VERSION`."""
    resources = _of(registry, group, version)
    if not resources:
        return None
    entries: list[JsonObject] = []
    for item in resources:
        entry: JsonObject = {
            "name": item.plural,
            "singularName": item.singular_name,
            "namespaced": item.namespaced,
            "kind": item.kind,
            "verbs": list(item.verbs),
        }
        if item.short_names:
            entry["shortNames"] = list(item.short_names)
        if item.categories:
            entry["categories"] = list(item.categories)
        if "list" in item.verbs:
            entry["storageVersionHash"] = _hash(item)
        entries.append(entry)
        for sub, verbs in _subresources(item):
            entries.append(
                {
                    "name": f"{item.plural}/{sub}",
                    "singularName": "",
                    "namespaced": item.namespaced,
                    "kind": item.kind,
                    "verbs": verbs,
                }
            )
    answer: JsonObject = {"kind": "APIResourceList"}
    if group:
        answer["apiVersion"] = "v1"
    return {
        **answer,
        "groupVersion": f"{group}/{version}" if group else version,
        "resources": entries,
    }


def _subresources(item: Resource) -> list[tuple[str, list[str]]]:
    found = [(sub, ["get"]) for sub in item.subresources]
    return [*found, ("status", _SUB_VERBS)] if item.status_subresource else found


def aggregated(registry: Registry, *, legacy: bool, version: str) -> JsonObject:
    """Answers `/api` and `/apis` in the aggregated form that new clients prefer."""
    groups = {"": ["v1"]} if legacy else registry.groups()
    items = []
    for name, versions in groups.items():
        entry: JsonObject = {"metadata": {"name": name} if name else {}}
        entry["versions"] = [
            {
                "version": item,
                "resources": [_aggregated(found) for found in _of(registry, name, item)],
                "freshness": "Current",
            }
            for item in versions
        ]
        items.append(entry)
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def _aggregated(item: Resource) -> JsonObject:
    kind = {"group": item.group, "version": item.version, "kind": item.kind}
    entry: JsonObject = {
        "resource": item.plural,
        "responseKind": kind,
        "scope": "Namespaced" if item.namespaced else "Cluster",
        "singularResource": item.singular_name,
        "verbs": list(item.verbs),
    }
    if item.short_names:
        entry["shortNames"] = list(item.short_names)
    if item.categories:
        entry["categories"] = list(item.categories)
    subs = _subresources(item)
    if subs:
        entry["subresources"] = [
            {"subresource": sub, "responseKind": kind, "verbs": verbs} for sub, verbs in subs
        ]
    return entry


def _item_path(item: Resource) -> str:
    root = f"/apis/{item.group}/{item.version}" if item.group else f"/api/{item.version}"
    scope = "/namespaces/{namespace}" if item.namespaced else ""
    return f"{root}{scope}/{item.plural}/{{name}}"


def _writable(registry: Registry) -> list[Resource]:
    return [item for item in registry if "patch" in item.verbs]


_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force")


def _patch(item: Resource, *, v3: bool) -> JsonObject:
    parameters: list[JsonObject] = []
    for name in _PARAMETERS:
        shape: JsonObject = {"schema": {"type": "string"}} if v3 else {"type": "string"}
        parameters.append({"name": name, "in": "query", **shape})
    return {
        "patch": {
            "parameters": parameters,
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": {
                "group": item.group, "version": item.version, "kind": item.kind,
            },
        }
    }  # fmt: skip


def openapi_v3_index(registry: Registry) -> JsonObject:
    """Answers `/openapi/v3`."""
    paths: JsonObject = {}
    for item in _writable(registry):
        place = f"apis/{item.api_version}" if item.group else "api/v1"
        digest = hashlib.sha256(place.encode()).hexdigest().upper()
        paths[place] = {"serverRelativeURL": f"/openapi/v3/{place}?hash={digest}"}
    return {"paths": paths}


def openapi_v3(registry: Registry, place: str) -> JsonObject | None:
    """Answers `/openapi/v3/apis/GROUP/VERSION` and `/openapi/v3/api/v1`."""
    paths = {
        _item_path(item): _patch(item, v3=True)
        for item in _writable(registry)
        if place == (f"apis/{item.api_version}" if item.group else "api/v1")
    }
    if not paths:
        return None
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": VERSION["gitVersion"]},
        "paths": paths,
        "components": {"schemas": {}},
    }


def openapi_v2(registry: Registry) -> JsonObject:
    """Answers `/openapi/v2` as JSON."""
    paths = {_item_path(item): _patch(item, v3=False) for item in _writable(registry)}
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": VERSION["gitVersion"]},
        "paths": paths,
        "definitions": {},
    }


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def openapi_v2_protobuf(registry: Registry) -> bytes:
    """Answers `/openapi/v2` as protobuf, as kubectl before 1.27 wants it."""
    document: dict[str, Any] = openapi_v2(registry)
    paths = b""
    for path, item in document["paths"].items():
        operation = item["patch"]
        encoded = b""
        for parameter in operation["parameters"]:
            query = _field(2, "query") + _field(4, parameter["name"]) + _field(6, "string")
            encoded += _field(8, _field(1, _field(2, _field(3, query))))
        kind = json.dumps(operation["x-kubernetes-group-version-kind"])
        extension = _field(1, "x-kubernetes-group-version-kind") + _field(2, _field(2, kind))
        encoded += _field(13, extension)
        paths += _field(2, _field(1, path) + _field(2, _field(8, encoded)))
    info = _field(1, document["info"]["title"]) + _field(2, document["info"]["version"])
    return _field(1, "2.0") + _field(2, info) + _field(8, paths) + _field(9, b"")
