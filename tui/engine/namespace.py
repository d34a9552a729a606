"""The namespace of OADP: where a DataProtectionApplication or a Velero Deployment lives."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from tui.engine.answer_json import Garbled, decoded
from tui.engine.client import Client
from tui.engine.refusal import Meaning, meaning

DEFAULT: Final = "openshift-adp"
_DPA: Final = "/apis/oadp.openshift.io/v1alpha1{}/dataprotectionapplications"
_DEPLOYMENTS: Final = "/apis/apps/v1{}/deployments"
_SELECTORS: Final = ((_DPA, ""), (_DEPLOYMENTS, "component=velero"))
_ATTEMPTS: Final = 3


class _List(msgspec.Struct):
    items: list[dict[str, Any]] | None = None


_decode: Final = msgspec.json.Decoder(_List).decode


async def detect(client: Client, context_namespace: str) -> str:
    """Return the namespace of OADP on this cluster.

    Raises:
        Unreachable: the server stopped answering.
        Problem: the credentials became unusable.
    """
    preferred = [name for name in (context_namespace, DEFAULT) if name]
    forbidden = False
    for path, selector in _SELECTORS:
        found = await _namespaces(client, path.format(""), selector)
        if found is None:
            forbidden = True
        elif found:
            return next((name for name in preferred if name in found), min(found))
    if forbidden:
        for name in preferred:
            for path, selector in _SELECTORS:
                if await _namespaces(client, path.format(f"/namespaces/{name}"), selector):
                    return name
        # A context that was made for a namespace says more than our guess.
        return next((name for name in preferred if name != "default"), DEFAULT)
    return DEFAULT


async def _namespaces(client: Client, path: str, selector: str) -> set[str] | None:
    """Return the namespaces that hold such objects; None: not allowed to look."""
    query = [("limit", "100"), *([("labelSelector", selector)] if selector else [])]
    for attempt in range(_ATTEMPTS):
        answer = await client.get(path, query, seconds=5)
        if answer.status == 200:
            try:
                listed = decoded(_decode, answer.body)
            except Garbled:
                return set()
            return {_namespace(item) for item in listed.items or ()} - {""}
        match meaning(answer.status):
            case Meaning.BUSY:
                await asyncio.sleep(min(answer.retry_after or 0.5, 2))
            case Meaning.FORBIDDEN if attempt == 0:
                # A server that has just started refuses everybody for a moment.
                await asyncio.sleep(0.3)
            case Meaning.FORBIDDEN | Meaning.LOGIN:
                return None
            case _:
                return set()
    return None


def _namespace(item: dict[str, Any]) -> str:
    metadata = item.get("metadata")
    value = metadata.get("namespace") if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else ""
