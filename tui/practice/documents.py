"""Answers about the API itself: discovery, versions, health, OpenAPI."""

from __future__ import annotations

import msgspec
from aiohttp import web

from tui.practice import discovery
from tui.practice.objects import JsonObject
from tui.practice.resources import Registry

# Asked for with an @; answered with a dot, as an @ is no valid media type.
_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
NOT_FOUND = "404 page not found\n"


def document(registry: Registry, request: web.Request, path: str) -> web.Response:
    """Answers a request that is for no object.

    Args:
        registry: What is served.
        request: The request.
        path: Its path without the token.

    Returns:
        The document, or a plain 404.
    """
    if request.method not in {"GET", "HEAD"}:
        return web.Response(text=NOT_FOUND, status=404)
    accept = request.headers.get("Accept", "")
    if path in {"/api", "/apis"} and "APIGroupDiscoveryList" in accept:
        version = "v2" if "v=v2;" in f"{accept};" else "v2beta1"
        body = discovery.aggregated(registry, legacy=path == "/api", version=version)
        media = discovery.AGGREGATED.format(version)
        return web.Response(body=msgspec.json.encode(body), headers={"Content-Type": media})
    if path in {"/readyz", "/healthz", "/livez"}:
        return web.Response(text=_health(path, verbose="verbose" in request.query))
    if path == "/openapi/v2":
        if "protobuf" in accept:
            data = discovery.openapi_v2_protobuf(registry)
            return web.Response(body=data, headers={"Content-Type": _PROTOBUF})
        return json_answer(discovery.openapi_v2(registry))
    found = _found(registry, path, request.host)
    return web.Response(text=NOT_FOUND, status=404) if found is None else json_answer(found)


def _found(registry: Registry, path: str, host: str) -> JsonObject | None:
    match path.strip("/").split("/"):
        case ["version"]:
            return discovery.VERSION
        case ["api"]:
            return discovery.api_versions(host)
        case ["apis"]:
            return discovery.group_list(registry)
        case ["api", "v1"]:
            return discovery.resource_list(registry, "", "v1")
        case ["apis", group]:
            return discovery.group(registry, group)
        case ["apis", group, version]:
            return discovery.resource_list(registry, group, version)
        case ["openapi", "v3"]:
            return discovery.openapi_v3_index(registry)
        case ["openapi", "v3", *place]:
            return discovery.openapi_v3(registry, "/".join(place))
        case _:
            return None


def _health(path: str, *, verbose: bool) -> str:
    if not verbose:
        return "ok"
    return f"[+]ping ok\n[+]log ok\n{path.strip('/')} check passed\n"


def json_answer(
    body: JsonObject, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Returns an object as an HTTP answer."""
    data = msgspec.json.encode(body) + b"\n"
    return web.Response(body=data, status=status, headers=headers, content_type="application/json")
