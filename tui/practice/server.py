"""The HTTP side of the practice cluster: from a request to an answer.

Every request ends here: it is authenticated, its path is read, and the answer (or the Status
that says why not) is written. What the verbs do is in `reading` and `writing`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from aiohttp import web

from tui.practice import access, errors
from tui.practice.access import Identity
from tui.practice.bucket import PATH as STORAGE
from tui.practice.bucket import Bucket
from tui.practice.calls import MAX_BODY_BYTES, Call, Place, locate
from tui.practice.documents import NOT_FOUND, document, json_answer
from tui.practice.errors import ApiError
from tui.practice.logs import LogQuery, LogStore
from tui.practice.objects import JsonObject, at, epoch, name_of
from tui.practice.reading import Reader, render
from tui.practice.writing import Writer

if TYPE_CHECKING:
    from tui.practice.store import Store

_LOG = logging.getLogger(__name__)


class Server:
    """Answers HTTP requests from the store."""

    def __init__(
        self,
        store: Store,
        logs: LogStore,
        identities: dict[str, Identity],
        writer: Writer,
        bucket: Bucket,
    ) -> None:
        self.reader = Reader(store)
        self.stopping = asyncio.Event()
        self._store = store
        self._logs = logs
        self._identities = identities
        self._writer = writer
        self._bucket = bucket

    def application(self) -> web.Application:
        """Returns the aiohttp application."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.path.startswith(STORAGE):
                # The storage knows nobody: the signature in the link is what counts.
                return self._bucket.answer(request)
            identity, path = self._authenticate(request)
            return await self._answer(request, identity, path)
        except ApiError as error:
            return json_answer(error.status(), error.code, error.headers)
        except web.HTTPRequestEntityTooLarge:
            refusal = errors.too_large()
            return json_answer(refusal.status(), refusal.code)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            _LOG.exception("practice cluster failed on %s", request.method)
            failure = ApiError(500, "InternalError", "an error on the practice cluster")
            return json_answer(failure.status(), failure.code)

    def _authenticate(self, request: web.Request) -> tuple[Identity, str]:
        path = request.rel_url.raw_path
        first, _, rest = path.lstrip("/").partition("/")
        identity = access.identify(self._identities, first)
        if identity is not None:
            path = f"/{rest}"
        else:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() == "bearer":
                identity = access.identify(self._identities, token.strip())
        if identity is None or identity.expired:
            raise errors.unauthorized()
        return identity, path

    async def _answer(
        self, request: web.Request, identity: Identity, path: str
    ) -> web.StreamResponse:
        place = locate(self._store.registry, path)
        if place is None:
            return document(self._store.registry, request, path.rstrip("/") or "/")
        call = Call(
            identity,
            request.method,
            place.resource,
            place.namespace,
            place.name,
            place.subresource,
            dict(request.query),
            request.headers.get("Accept", ""),
            request.headers.get("Content-Type", ""),
            request.headers.get("User-Agent", ""),
            await request.read(),
        )
        if place.resource.plural.startswith("selfsubject"):
            return self._review(call)
        verb = _verb(call)
        if verb not in place.resource.verbs and place.subresource != "log":
            raise errors.method_not_allowed()
        access.require(
            identity, verb, place.resource, place.namespace, place.name, place.subresource
        )
        if place.subresource:
            return await self._subresource(request, call, place)
        if verb == "watch":
            return await self._stream(
                request, self.reader.watch(call, self.stopping), "application/json"
            )
        return self._verb(call, verb)

    def _verb(self, call: Call, verb: str) -> web.Response:
        match verb:
            case "get" if call.resource.plural == "users":
                return json_answer(access.user(call.identity))
            case "get":
                return json_answer(self.reader.get(call))
            case "list":
                return json_answer(self.reader.list_all(call))
            case "create":
                code, obj, headers = self._writer.create(call)
            case "update":
                code, obj, headers = self._writer.replace(call)
            case "patch":
                code, obj, headers = self._writer.patch(call)
            case "delete":
                code, obj, headers = self._writer.delete(call)
            case _:
                code, obj, headers = self._writer.delete_collection(call)
        if "items" not in obj and obj.get("kind") != "Status":
            obj = render(call.resource, obj, call.form())
        return json_answer(obj, code, headers)

    async def _subresource(
        self, request: web.Request, call: Call, place: Place
    ) -> web.StreamResponse:
        if place.subresource == "status" and place.resource.status_subresource:
            return self._verb(call, _verb(call))
        if place.subresource == "log" and place.resource.plural == "pods":
            return await self._log(request, call)
        if place.resource.plural == "pods" and place.subresource in {"exec", "attach"}:
            raise ApiError(
                400, "BadRequest", f"the practice cluster runs no containers: "
                f"{place.subresource} is not supported"
            )  # fmt: skip
        return web.Response(text=NOT_FOUND, status=404)

    async def _log(self, request: web.Request, call: Call) -> web.StreamResponse:
        pod = self._store.get(call.resource, call.namespace, call.name)
        if pod is None:
            raise errors.not_found(call.resource, call.name)
        container = _container(pod, call.query.get("container", ""))
        log = self._logs.get(call.namespace, call.name, container)
        since = None
        if text := call.query.get("sinceTime"):
            since = epoch(text)
        elif (span := call.number("sinceSeconds")) is not None:
            since = time.time() - span
        query = LogQuery(
            call.flag("previous"), call.number("tailLines"), call.number("limitBytes"), since,
            call.flag("timestamps"),
        )  # fmt: skip
        if query.previous and log.previous is None:
            raise errors.bad_request(
                f'previous terminated container "{container}" in pod "{call.name}" not found\n'
            )
        if call.flag("follow") and not query.previous:
            return await self._stream(request, self._logs.follow(log, query), "text/plain")
        return web.Response(body=self._logs.read(log, query), content_type="text/plain")

    async def _stream(
        self, request: web.Request, chunks: AsyncIterator[bytes], content_type: str
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        response.enable_chunked_encoding()
        try:
            await response.prepare(request)
            async for chunk in self._until_stopped(chunks):
                await response.write(chunk)
            await response.write_eof()
        except (ConnectionError, TimeoutError):
            pass  # The reader went away: nothing to tell it.
        return response

    async def _until_stopped(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Passes chunks on until there are no more or the server stops."""
        stopped = asyncio.ensure_future(self.stopping.wait())
        step: asyncio.Future[bytes | None] | None = None
        try:
            while True:
                step = asyncio.ensure_future(_next(chunks))
                await asyncio.wait({step, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not step.done() or (chunk := step.result()) is None:
                    return
                yield chunk
        finally:
            stopped.cancel()
            if step is not None:
                step.cancel()
                await asyncio.gather(step, return_exceptions=True)
            close = getattr(chunks, "aclose", None)
            if close is not None:
                await close()

    def _review(self, call: Call) -> web.Response:
        if call.method != "POST":
            raise errors.method_not_allowed()
        match call.resource.plural:
            case "selfsubjectaccessreviews":
                return json_answer(access.access_review(call.identity, call.json_body()), 201)
            case "selfsubjectrulesreviews":
                groups = sorted(self._store.registry.groups())
                return json_answer(access.rules_review(call.identity, groups), 201)
            case _:
                return json_answer(access.self_review(call.identity), 201)


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    return await anext(chunks, None)


def _verb(call: Call) -> str:
    match call.method:
        case "GET" | "HEAD":
            if call.flag("watch"):
                return "watch"
            return "get" if call.name else "list"
        case "POST":
            return "create" if not call.name else "unknown"
        case "PUT":
            return "update" if call.name else "unknown"
        case "PATCH":
            return "patch" if call.name else "unknown"
        case "DELETE":
            return "delete" if call.name else "deletecollection"
        case _:
            return "unknown"


def _container(pod: JsonObject, wanted: str) -> str:
    names = [str(item.get("name")) for item in at(pod, "spec.containers") or []]
    start = [str(item.get("name")) for item in at(pod, "spec.initContainers") or []]
    if wanted:
        if wanted not in names + start:
            raise errors.bad_request(f"container {wanted} is not valid for pod {name_of(pod)}")
        return wanted
    if len(names) == 1:
        return names[0]
    raise errors.bad_request(
        f"a container name must be specified for pod {name_of(pod)}, choose one of: "
        f"[{' '.join(names)}]"
    )
