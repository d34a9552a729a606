"""Who we are and what we may do, as the server says."""

from __future__ import annotations

from typing import Any

from knowledge.access import Access
from tui.engine.answer_json import anything
from tui.engine.client import Answer, Client
from tui.engine.problem import Problem
from tui.engine.unreachable import Unreachable


async def whoami(client: Client) -> str:
    """Return the user's name, or an empty string where the server does not say."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = await client.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", body)
        if name := _text(answer, "status", "userInfo", "username"):
            return name
        # OpenShift before 4.15 does not have the review, but has this.
        return _text(await client.get("/apis/user.openshift.io/v1/users/~"), "metadata", "name")
    except (Unreachable, Problem):
        return ""


async def may(client: Client, access: Access) -> bool | None:
    """Return whether we may do it; None where the server does not say."""
    attributes = {
        "verb": access.verb,
        "group": access.group,
        "resource": access.resource,
        "subresource": access.subresource,
        "namespace": access.namespace,
        "name": access.name,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    try:
        answer = await client.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body)
    except (Unreachable, Problem):
        return None
    allowed = _find(answer, "status", "allowed")
    return allowed if isinstance(allowed, bool) else None


def _text(answer: Answer, *keys: str) -> str:
    value = _find(answer, *keys)
    return value if isinstance(value, str) else ""


def _find(answer: Answer, *keys: str) -> Any:
    if answer.status not in (200, 201):
        return None
    value = anything(answer.body)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
