"""One request as the API understands it: who wants what from which resource."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import msgspec
import yaml

from tui.practice import errors, yamltext
from tui.practice.access import Identity
from tui.practice.objects import JsonObject
from tui.practice.resources import Registry, Resource

MAX_BODY_BYTES = 3 * 1024 * 1024
_TRUE = {"true", "1", "True"}


@dataclass(frozen=True, slots=True)
class Form:
    """In which form an answer is wanted."""

    kind: str = ""
    version: str = "v1"
    include: str = "Metadata"


@dataclass(frozen=True, slots=True)
class Call:
    """A request for a resource."""

    identity: Identity
    method: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    query: dict[str, str] = field(default_factory=dict)
    accept: str = ""
    content_type: str = ""
    agent: str = ""
    body: bytes = b""

    @property
    def dry_run(self) -> bool:
        """Says whether nothing may be stored.

        Raises:
            ApiError: For a value other than `All`.
        """
        wanted = self.query.get("dryRun", "")
        if wanted not in {"", "All"}:
            raise errors.bad_request(f"invalid dryRun value: {wanted}")
        return wanted == "All"

    def flag(self, name: str) -> bool:
        """Reads a yes/no parameter."""
        return self.query.get(name, "") in _TRUE

    def number(self, name: str) -> int | None:
        """Reads a number; None if absent.

        Raises:
            ApiError: 400 if it is no number.
        """
        text = self.query.get(name, "")
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,15}", text):
            raise errors.bad_request(f'strconv.ParseInt: parsing "{text[:64]}": invalid syntax')
        return int(text)

    @property
    def manager(self) -> str:
        """Returns the field manager: as given, or the caller's program name."""
        default = self.agent.partition("/")[0] or "unknown"
        return self.query.get("fieldManager", default)[:128]

    def json_body(self, what: str = "") -> JsonObject:
        """Reads the body as a JSON or YAML object.

        Raises:
            ApiError: 400 if it is neither.
        """
        found = self.any_body(what)
        if not isinstance(found, dict):
            raise errors.bad_request("the request body is not an object")
        return found

    def any_body(self, what: str = "") -> Any:
        """Reads the body as JSON or YAML, whatever it holds.

        Raises:
            ApiError: 400 if it is neither.
        """
        try:
            if "yaml" in self.content_type:
                return yamltext.load(self.body)
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
            why = str(error)
            if "truncated" in why or not self.body:
                why = "unexpected end of JSON input"
            prefix = f"error decoding {what}: " if what else ""
            raise errors.bad_request(f"{prefix}{why}") from error

    def form(self) -> Form:
        """Returns the wanted form of the answer: Table, partial metadata, or plain ("").

        Raises:
            ApiError: 406 if nothing that can be answered is accepted.
        """
        clauses = [item.strip() for item in self.accept.split(",") if item.strip()]
        for clause in clauses:
            media, *parameters = [part.strip() for part in clause.split(";")]
            options = dict(item.split("=", 1) for item in parameters if "=" in item)
            if media not in {"application/json", "application/*", "*/*"}:
                continue
            wanted = options.get("as", "")
            if wanted in {"Table", "PartialObjectMetadata", "PartialObjectMetadataList"}:
                version = options.get("v", "v1")
                return Form(wanted, version, self.query.get("includeObject") or "Metadata")
            if not wanted:
                return Form()
        if clauses:
            raise errors.not_acceptable("application/json, application/yaml")
        return Form()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the API a path points."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def locate(registry: Registry, path: str) -> Place | None:
    """Finds the resource that a path names.

    Args:
        registry: What is served.
        path: The path without the token prefix, still percent-encoded.

    Returns:
        The place, or None if the path names no resource.
    """
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[:1] == ["api"] and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in {"status", "finalize"}:
        namespace, rest = rest[1], rest[2:]
    resource = registry.find(group, version, rest[0])
    if resource is None or (namespace and not resource.namespaced) or len(rest) > 3:
        return None
    return Place(resource, namespace, *rest[1:3])
