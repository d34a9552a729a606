"""Create, replace, patch and delete."""

from __future__ import annotations

import random
from typing import Any

from tui.practice import errors, managed, schema
from tui.practice.calls import Call
from tui.practice.objects import JsonObject, metadata, name_of
from tui.practice.patching import MAX_OPERATIONS, json_patch, merge, strategic
from tui.practice.reading import matcher
from tui.practice.resources import Resource
from tui.practice.store import Store

_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
_MAX_OBJECTS = 100_000
_JSON = "application/json-patch+json"
_MERGE = "application/merge-patch+json"
_STRATEGIC = "application/strategic-merge-patch+json"
_APPLY = "application/apply-patch+yaml"

Answer = tuple[int, JsonObject, dict[str, str]]


def random_suffix(length: int = 5) -> str:
    """Returns a random name ending in the alphabet that Kubernetes uses."""
    return "".join(random.choices(_SUFFIX, k=length))  # noqa: S311 - a name, not a secret


class Writer:
    """Carries writes out on the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, call: Call) -> Answer:
        """Adds the object in the body."""
        obj = self._incoming(call)
        if call.resource.namespaced:
            self._check_namespace(call)
        meta = obj["metadata"]
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = f"{str(meta['generateName'])[:58]}{random_suffix()}"
        if not meta.get("name"):
            cause = errors.Cause(
                "FieldValueRequired", "Required value: name or generateName is required",
                "metadata.name",
            )  # fmt: skip
            raise errors.invalid(call.resource, "", [cause])
        if len(self._store.objects(call.resource)) >= _MAX_OBJECTS:
            raise errors.ApiError(429, "TooManyRequests", "the practice cluster is full")
        obj, headers = self._checked(call, obj)
        for key in ("uid", "creationTimestamp", "generation", "deletionTimestamp"):
            obj["metadata"].pop(key, None)
        if call.resource.status_subresource:
            obj.pop("status", None)
        if obj.get("kind") == "Secret":
            obj = _encode_string_data(obj)
        managed.track(obj, None, call.manager)
        return 201, self._store.add(call.resource, obj, dry_run=call.dry_run), headers

    def replace(self, call: Call) -> Answer:
        """Puts the body in the place of the object."""
        obj = self._incoming(call)
        if name_of(obj) not in {"", call.name}:
            raise errors.bad_request(
                f"the name of the object ({name_of(obj)}) does not match the name on the URL "
                f"({call.name})"
            )
        obj["metadata"]["name"] = call.name
        live = self._live(call)
        return self._store_new(call, live, obj)

    def patch(self, call: Call) -> Answer:
        """Changes the object by the patch in the body."""
        media = call.content_type.partition(";")[0].strip()
        accepted = [_JSON, _MERGE, *([] if call.resource.custom else [_STRATEGIC]), _APPLY]
        if media not in accepted:
            raise errors.unsupported_media(accepted)
        if media == _APPLY:
            return self._apply(call)
        body = call.any_body("patch")
        live = self._live(call)
        if media == _JSON:
            if not isinstance(body, list) or len(body) > MAX_OPERATIONS:
                raise errors.bad_request("error decoding patch: json: cannot unmarshal into patch")
            new: Any = json_patch(live, body)
        elif not isinstance(body, dict):
            raise errors.bad_request("error decoding patch: json: cannot unmarshal into an object")
        elif media == _MERGE:
            new = merge(live, body)
        else:
            new = strategic(live, body)
        if not isinstance(new, dict) or not isinstance(new.get("metadata"), dict):
            raise errors.rejected_patch()
        if name_of(new) != call.name:
            raise errors.bad_request("the name of the object does not match the name on the URL")
        return self._store_new(call, live, new)

    def delete(self, call: Call) -> Answer:
        """Removes the object."""
        options = call.json_body() if call.body.strip() else {}
        dry_run = call.dry_run or options.get("dryRun") == ["All"]
        live = self._live(call)
        wanted: JsonObject = options.get("preconditions") or {}
        uid = wanted.get("uid")
        if uid and uid != metadata(live).get("uid"):
            raise errors.precondition_failed(
                call.resource, call.name, str(uid), str(metadata(live).get("uid"))
            )
        version = wanted.get("resourceVersion")
        if version and version != metadata(live).get("resourceVersion"):
            raise errors.conflict(call.resource, call.name)
        policy = options.get("propagationPolicy") or call.query.get("propagationPolicy")
        last = self.remove(
            call.resource, call.namespace, call.name, dry_run=dry_run, orphan=policy == "Orphan"
        )
        if call.resource.plural in {"pods", "namespaces"} or metadata(last).get("finalizers"):
            return 200, last, {}
        details: JsonObject = {"name": call.name}
        if call.resource.group:
            details["group"] = call.resource.group
        details["kind"] = call.resource.plural
        details["uid"] = metadata(last).get("uid")
        status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Success",
            "details": details,
        }
        return 200, status, {}

    def delete_collection(self, call: Call) -> Answer:
        """Removes every object that the selectors fit."""
        options = call.json_body() if call.body.strip() else {}
        dry_run = call.dry_run or options.get("dryRun") == ["All"]
        fits = matcher(call)
        gone = [obj for obj in self._store.objects(call.resource, call.namespace) if fits(obj)]
        for obj in gone:
            namespace = str(metadata(obj).get("namespace") or "")
            self.remove(call.resource, namespace, name_of(obj), dry_run=dry_run)
        answer = {
            "kind": f"{call.resource.kind}List",
            "apiVersion": call.resource.api_version,
            "metadata": {"resourceVersion": str(self._store.version)},
            "items": gone,
        }
        return 200, answer, {}

    def remove(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        *,
        dry_run: bool = False,
        orphan: bool = False,
    ) -> JsonObject:
        """Removes an object and, as the garbage collector would, what it owns."""
        last = self._store.remove(resource, namespace, name, dry_run=dry_run)
        if dry_run or metadata(last).get("finalizers"):
            return last
        if not orphan:
            for owned, obj in self._store.owned_by(str(metadata(last).get("uid"))):
                space = str(metadata(obj).get("namespace") or "")
                if self._store.get(owned, space, name_of(obj)) is not None:
                    self.remove(owned, space, name_of(obj))
        if resource.plural == "namespaces":
            for held in [item for item in self._store.registry if item.namespaced]:
                for obj in self._store.objects(held, name):
                    if self._store.get(held, name, name_of(obj)) is not None:
                        self.remove(held, name, name_of(obj))
        return last

    def _apply(self, call: Call) -> Answer:
        config = self._incoming(call)
        config["metadata"]["name"] = call.name
        live = self._store.get(call.resource, call.namespace, call.name)
        if live is None and call.resource.namespaced:
            self._check_namespace(call)
        new = managed.apply(call.resource, live, config, call.manager, force=call.flag("force"))
        if live is None:
            new, headers = self._checked(call, new)
            return 201, self._store.add(call.resource, new, dry_run=call.dry_run), headers
        new, headers = self._checked(call, new)
        return 200, self._store.replace(call.resource, new, dry_run=call.dry_run), headers

    def _live(self, call: Call) -> JsonObject:
        live = self._store.get(call.resource, call.namespace, call.name)
        if live is None:
            raise errors.not_found(call.resource, call.name)
        return live

    def _store_new(self, call: Call, live: JsonObject, new: JsonObject) -> Answer:
        version = metadata(new).get("resourceVersion")
        if version and version != metadata(live).get("resourceVersion"):
            raise errors.conflict(call.resource, call.name)
        new, headers = self._checked(call, new)
        if new.get("kind") == "Secret":
            new = _encode_string_data(new)
        sub = call.subresource
        new = {**new, "metadata": dict(new["metadata"])}
        managed.track(new, live, call.manager, subresource=sub)
        stored = self._store.replace(
            call.resource, new, status_only=sub == "status", dry_run=call.dry_run
        )
        return 200, stored, headers

    def _incoming(self, call: Call) -> JsonObject:
        obj = call.json_body()
        resource = call.resource
        kind, version = obj.get("kind"), obj.get("apiVersion")
        if (kind, version) != (resource.kind, resource.api_version) and (kind or version):
            raise errors.bad_request(
                f"{kind} in version {version!r} cannot be handled as a {resource.kind}: no kind "
                f'"{kind}" is registered for version "{version}"'
            )
        obj["kind"], obj["apiVersion"] = resource.kind, resource.api_version
        meta = obj.get("metadata")
        meta = dict(meta) if isinstance(meta, dict) else {}
        if resource.namespaced:
            if meta.get("namespace") not in {None, "", call.namespace}:
                raise errors.bad_request(
                    "the namespace of the provided object does not match the namespace sent on "
                    "the request"
                )
            meta["namespace"] = call.namespace
        obj["metadata"] = meta
        return obj

    def _check_namespace(self, call: Call) -> None:
        if self._store.get(_namespaces(self._store), "", call.namespace) is None:
            raise errors.namespace_not_found(call.namespace)

    def _checked(self, call: Call, obj: JsonObject) -> tuple[JsonObject, dict[str, str]]:
        checked, dropped = schema.check(call.resource, obj)
        validation = call.query.get("fieldValidation", "")
        if not dropped or validation in {"", "Ignore"}:
            return checked, {}
        unknown = [f'unknown field "{path}"' for path in dropped]
        if validation == "Strict":
            kind, version = call.resource.kind, call.resource.version
            raise errors.bad_request(
                f'{kind} in version "{version}" cannot be handled as a {kind}: strict decoding '
                f"error: {', '.join(unknown)}"
            )
        warnings = ", ".join('299 - "' + text.replace('"', '\\"') + '"' for text in unknown[:20])
        return checked, {"Warning": warnings}


def _namespaces(store: Store) -> Resource:
    return store.registry.by_kind("Namespace", "v1")


def _encode_string_data(secret: JsonObject) -> JsonObject:
    import base64

    plain = secret.get("stringData")
    if not isinstance(plain, dict):
        return secret
    data = dict(secret.get("data") or {})
    data.update({key: base64.b64encode(str(text).encode()).decode() for key, text in plain.items()})
    return {**{key: value for key, value in secret.items() if key != "stringData"}, "data": data}
