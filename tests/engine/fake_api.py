"""A scripted API server on the loopback: answers by path, watches fed by the test."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Any]

NS = "openshift-adp"


class FakeApi:
    """Lists are scripted with `lists[path]`, everything else with `answers[path]`.

    A value of `answers` is `(status, body)`, a list of those (the last one stays), or a coroutine
    function of the request.
    """

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, Any] = {"/version": (200, {"major": "1"})}
        self.default: tuple[int, Any] = (404, "404 page not found\n")
        self.version = 100
        self.requests: list[web.Request] = []
        self.seen: list[str] = []
        """`METHOD path?query` of each request."""
        self._transports: set[asyncio.Transport] = set()
        self._queues: dict[str, list[asyncio.Queue[Any]]] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stop: asyncio.Event
        self.port = 0

    def __enter__(self) -> FakeApi:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kubeconfig(self, folder: Path, *, token: str = "t0k", namespace: str = "") -> Path:
        path = folder / "kubeconfig"
        context = {"cluster": "c", "user": "u", **({"namespace": namespace} if namespace else {})}
        path.write_text(
            json.dumps(
                {
                    "current-context": "lab",
                    "clusters": [{"name": "c", "cluster": {"server": self.url}}],
                    "users": [{"name": "u", "user": {"token": token}}],
                    "contexts": [{"name": "lab", "context": context}],
                }
            )
        )
        return path

    def emit(self, path: str, event: dict[str, Any] | None) -> None:
        """Send an event to the watchers of `path`; None ends their streams."""
        self._loop.call_soon_threadsafe(self._emit, path, event)

    def _emit(self, path: str, event: dict[str, Any] | None) -> None:
        for queue in self._queues.get(path, []):
            queue.put_nowait(event)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until `condition` holds; it is asked after each request."""
        with self._changed:
            assert self._changed.wait_for(condition, seconds), self.seen[-20:]

    def watches(self, path: str) -> list[str]:
        return [each for each in self.seen if each.startswith(f"GET {path}?watch=true")]

    def lists_of(self, path: str) -> list[str]:
        return [each for each in self.seen if each.startswith(f"GET {path}?limit")]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self._ready.set()
        await self._stop.wait()
        for queues in self._queues.values():
            for queue in queues:
                queue.put_nowait(None)
        # A connection that is being accepted when its server closes is closed by nobody
        # (asyncio asserts in the middle of making it): accept what is waiting first.
        await self._rounds()
        await runner.cleanup()
        for transport in self._transports:
            # A client that left in the middle of an answer leaves a transport that cannot flush.
            transport.abort()
        await self._rounds()

    async def _rounds(self) -> None:
        """Let connections that begin or end get there: they take a few rounds of the loop."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        with self._changed:
            self.requests.append(request)
            if isinstance(request.transport, asyncio.Transport):
                self._transports.add(request.transport)
            self.seen.append(f"{request.method} {request.path_qs}")
            self._changed.notify_all()
        answer = self.answers.get(f"{request.method} {request.path}")
        if answer is None:
            watching = request.query.get("watch") == "true"
            answer = self.answers.get(f"WATCH {request.path}") if watching else None
            if answer is None and not watching:
                answer = self.answers.get(request.path)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            return await answer(request)  # type: ignore[no-any-return]
        if answer is not None:
            return respond(*answer)
        if request.path in self.lists:
            if request.query.get("watch") == "true":
                return await self._watch(request)
            return self._list(request)
        return respond(*self.default)

    def _list(self, request: web.Request) -> web.Response:
        items = self.lists[request.path]
        limit = int(request.query.get("limit", "0")) or len(items) or 1
        start = int(request.query.get("continue", "0"))
        metadata: dict[str, Any] = {"resourceVersion": str(self.version)}
        if start + limit < len(items):
            metadata["continue"] = str(start + limit)
        return respond(
            200, {"kind": "TheList", "metadata": metadata, "items": items[start : start + limit]}
        )

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self._queues.setdefault(request.path, []).append(queue)
        try:
            await response.prepare(request)
            while (event := await queue.get()) is not None:
                await response.write(json.dumps(event).encode() + b"\n")
        except ConnectionError:
            pass
        finally:
            self._queues[request.path].remove(queue)
        return response


def respond(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    if isinstance(body, (str, bytes)):
        data = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=data, headers=headers)
    return web.json_response(body, status=status, headers=headers)


def status(code: int, reason: str, message: str) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


def thing(name: str, *, version: int = 1, namespace: str = NS, **more: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "resourceVersion": str(version),
            "managedFields": [{"manager": "x"}],
        },
        **more,
    }
