"""Who may do what in the practice cluster.

Three identities: the administrator may do everything, the viewer may read all but secrets, and
the expired one is nobody any more. client-go sends no bearer token over plain HTTP, so a token is
also accepted as the first element of the path: http://127.0.0.1:PORT/TOKEN.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from tui.practice import errors
from tui.practice.objects import JsonObject, timestamp
from tui.practice.resources import Resource

READ_VERBS = ("get", "list", "watch")
_REVIEWS = {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"}
_OPEN_PATHS = [
    "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
    "/readyz", "/version", "/version/",
]  # fmt: skip
_CORE_READABLE = [
    "pods", "pods/log", "pods/status", "services", "endpoints", "events", "configmaps",
    "namespaces", "nodes", "persistentvolumes", "persistentvolumeclaims", "serviceaccounts",
    "replicationcontrollers", "limitranges", "resourcequotas",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who can call the API."""

    role: str
    name: str
    groups: tuple[str, ...]
    token: str = field(repr=False)
    read_only: bool = False
    expired: bool = False


def make_identities() -> dict[str, Identity]:
    """Makes the identities with fresh random tokens, by role."""

    def token() -> str:
        return secrets.token_urlsafe(24)

    everyone = "system:authenticated"
    return {
        "admin": Identity("admin", "practice-admin", ("system:cluster-admins", everyone), token()),
        "viewer": Identity(
            "viewer", "practice-viewer", ("oadp-viewers", everyone), token(), read_only=True
        ),
        "expired": Identity("expired", "practice-expired", (), token(), expired=True),
    }


def identify(identities: dict[str, Identity], token: str) -> Identity | None:
    """Finds whose token this is, in constant time."""
    found = None
    for identity in identities.values():
        if hmac.compare_digest(identity.token.encode(), token.encode()):
            found = identity
    return found


def allowed(identity: Identity, verb: str, group: str, plural: str) -> bool:
    """Says whether an identity may use a verb on a resource."""
    if not identity.read_only:
        return True
    if plural in _REVIEWS and verb == "create":
        return True
    if verb not in READ_VERBS:
        return False
    if group == "":
        return plural in {item.partition("/")[0] for item in _CORE_READABLE}
    return True


def require(
    identity: Identity,
    verb: str,
    resource: Resource,
    namespace: str,
    name: str = "",
    subresource: str = "",
) -> None:
    """Lets a permitted request pass.

    Raises:
        ApiError: 403 in the words of RBAC.
    """
    if resource.plural == "users" and name == "~":
        return
    if not allowed(identity, verb, resource.group, resource.plural):
        raise errors.forbidden(identity.name, verb, resource, namespace, name, subresource)


def access_review(identity: Identity, body: JsonObject) -> JsonObject:
    """Answers a SelfSubjectAccessReview."""
    spec: JsonObject = body.get("spec") or {}
    asked: JsonObject = spec.get("resourceAttributes") or {}
    status: JsonObject = {"allowed": True}
    if asked:
        verb, group = str(asked.get("verb", "")), str(asked.get("group") or "")
        plural = str(asked.get("resource", "")).partition("/")[0]
        status["allowed"] = allowed(identity, verb, group, plural)
    if identity.read_only and status["allowed"]:
        status["reason"] = (
            'RBAC: allowed by ClusterRoleBinding "oadp-viewers" of ClusterRole "oadp-viewer" '
            'to Group "oadp-viewers"'
        )
    return {
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": spec,
        "status": status,
    }


def rules_review(identity: Identity, groups: list[str]) -> JsonObject:
    """Answers a SelfSubjectRulesReview."""
    reviews: list[JsonObject] = [
        {
            "verbs": ["create"],
            "apiGroups": ["authorization.k8s.io"],
            "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        },
        {
            "verbs": ["create"],
            "apiGroups": ["authentication.k8s.io"],
            "resources": ["selfsubjectreviews"],
        },
    ]
    urls: list[JsonObject] = [{"verbs": ["get"], "nonResourceURLs": _OPEN_PATHS}]
    if identity.read_only:
        read = list(READ_VERBS)
        rules = [
            *reviews,
            {"verbs": read, "apiGroups": [""], "resources": _CORE_READABLE},
            {"verbs": read, "apiGroups": groups, "resources": ["*"]},
        ]
    else:
        rules = [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, *reviews]
        urls.insert(0, {"verbs": ["*"], "nonResourceURLs": ["*"]})
    return {
        "kind": "SelfSubjectRulesReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": {},
        "status": {"resourceRules": rules, "nonResourceRules": urls, "incomplete": False},
    }


def self_review(identity: Identity) -> JsonObject:
    """Answers a SelfSubjectReview: who am I."""
    return {
        "kind": "SelfSubjectReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"creationTimestamp": timestamp()},
        "status": {
            "userInfo": {
                "username": identity.name,
                "uid": f"uid-{identity.name}",
                "groups": list(identity.groups),
            }
        },
    }


def user(identity: Identity) -> JsonObject:
    """Answers `users/~`, which `oc whoami` asks for."""
    return {
        "kind": "User",
        "apiVersion": "user.openshift.io/v1",
        "metadata": {"name": identity.name, "uid": f"uid-{identity.name}"},
        "identities": None,
        "groups": list(identity.groups),
    }
