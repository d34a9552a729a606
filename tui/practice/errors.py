"""Answers that are not what was asked for, as Kubernetes Status objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.practice.objects import JsonObject

if TYPE_CHECKING:
    from tui.practice.resources import Resource


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that was refused, and why."""

    reason: str
    message: str
    field: str


@dataclass
class ApiError(Exception):
    """An answer with an error code and a Status body."""

    code: int
    reason: str
    message: str
    details: JsonObject | None = None
    meta: JsonObject = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def status(self) -> JsonObject:
        """Returns the Status object."""
        body: JsonObject = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.meta,
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        }
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return body


def _details(resource: Resource, name: str = "") -> JsonObject:
    details: JsonObject = {}
    if name:
        details["name"] = name
    if resource.group:
        details["group"] = resource.group
    details["kind"] = resource.plural
    return details


def not_found(resource: Resource, name: str) -> ApiError:
    """Says that there is no such object."""
    message = f'{resource.qualified} "{name}" not found'
    return ApiError(404, "NotFound", message, _details(resource, name))


def namespace_not_found(name: str) -> ApiError:
    """Says that there is no such namespace."""
    details = {"name": name, "kind": "namespaces"}
    return ApiError(404, "NotFound", f'namespaces "{name}" not found', details)


def already_exists(resource: Resource, name: str) -> ApiError:
    """Says that the name is taken."""
    message = f'{resource.qualified} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, _details(resource, name))


def conflict(resource: Resource, name: str) -> ApiError:
    """Says that the object changed since it was read."""
    message = (
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": the object has been '
        "modified; please apply your changes to the latest version and try again"
    )
    return ApiError(409, "Conflict", message, _details(resource, name))


def precondition_failed(resource: Resource, name: str, wanted: str, found: str) -> ApiError:
    """Says that the object isn't the one the caller meant."""
    message = (
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": Precondition failed: '
        f"UID in precondition: {wanted}, UID in object meta: {found}"
    )
    return ApiError(409, "Conflict", message, _details(resource, name))


def apply_conflict(manager: str, fields: list[str]) -> ApiError:
    """Says that another field manager owns what is being applied."""
    why = f'conflict with "{manager}"'
    count = f"{len(fields)} conflict{'s' if len(fields) > 1 else ''}"
    listing = fields[0] if len(fields) == 1 else "\n- ".join(["", *fields])
    causes = [{"reason": "FieldManagerConflict", "message": why, "field": item} for item in fields]
    message = f"Apply failed with {count}: {why}: {listing}"
    return ApiError(409, "Conflict", message, {"causes": causes})


def forbidden(
    user: str, verb: str, resource: Resource, namespace: str, name: str, subresource: str = ""
) -> ApiError:
    """Says that this user may not do it, in the words of RBAC."""
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    plural = f"{resource.plural}/{subresource}" if subresource else resource.plural
    message = (
        f'{subject} is forbidden: User "{user}" cannot {verb} resource "{plural}" '
        f'in API group "{resource.group}" {where}'
    )
    return ApiError(403, "Forbidden", message, _details(resource, name))


def unauthorized() -> ApiError:
    """Says that the token is missing, wrong or expired."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> ApiError:
    """Says that the request makes no sense."""
    return ApiError(400, "BadRequest", message)


def too_large() -> ApiError:
    """Says that the body is over the limit."""
    message = "Request entity too large: limit is 3145728"
    return ApiError(413, "RequestEntityTooLarge", message)


def method_not_allowed() -> ApiError:
    """Says that the resource has no such verb."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, {})


def rejected_patch() -> ApiError:
    """Says that a JSON patch could not be carried out."""
    message = "the server rejected our request due to an error in our request"
    return ApiError(422, "Invalid", message, {})


def unsupported_media(accepted: list[str]) -> ApiError:
    """Says which kinds of patch this resource takes."""
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
    return ApiError(415, "UnsupportedMediaType", message)


def not_acceptable(accepted: str) -> ApiError:
    """Says which formats could be answered."""
    message = f"only the following media types are accepted: {accepted}"
    return ApiError(406, "NotAcceptable", message)


def invalid(resource: Resource, name: str, causes: list[Cause]) -> ApiError:
    """Says which fields of an object were refused."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    texts = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes))
    listing = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details: JsonObject = {"name": name}
    if resource.group:
        details["group"] = resource.group
    details["kind"] = resource.kind
    details["causes"] = [
        {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes
    ]
    return ApiError(422, "Invalid", f'{kind} "{name}" is invalid: {listing}', details)


def too_old(wanted: int, oldest: int) -> ApiError:
    """Says that a watch starts before what is remembered."""
    return ApiError(410, "Expired", f"too old resource version: {wanted} ({oldest})")


def list_too_old() -> ApiError:
    """Says that an exact list version is no longer remembered."""
    message = "The resourceVersion for the provided list is too old."
    return ApiError(410, "Expired", message)


def continue_expired(fresh: str) -> ApiError:
    """Says that a page token has expired, and gives one that still works."""
    message = (
        "The provided continue parameter is too old to display a consistent list result. You can "
        "start a new list without the continue parameter, or use the continue token in this "
        "response to retrieve the remainder of the results. Continuing with the provided token "
        "results in an inconsistent list - objects that were created, modified, or deleted "
        "between the time the first chunk was returned and now may show up in the list."
    )
    return ApiError(410, "Expired", message, meta={"continue": fresh})


def version_in_future(wanted: int, current: int) -> ApiError:
    """Says that the wanted resource version has not happened yet."""
    details: JsonObject = {
        "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
        "retryAfterSeconds": 1,
    }
    message = f"Timeout: Too large resource version: {wanted}, current: {current}"
    return ApiError(504, "Timeout", message, details, headers={"Retry-After": "1"})
