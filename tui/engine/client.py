"""Requests to the API server: raw bytes, time limits, a count, and one way to log in again.

Imports the kubernetes client (0.3 s), so it is itself imported by the source's own thread only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from kubernetes.aio.client import ApiClient

from knowledge.text import Text
from tui.engine.answer_json import anything, mapping
from tui.engine.configuration import connect
from tui.engine.kubeconfig import Login, shown
from tui.engine.problem import Problem
from tui.engine.unreachable import TRANSPORT_ERRORS, Unreachable, unreachable

JSON: Final = "application/json"
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
_REACH_SECONDS: Final = 8.0
"""For name and connection together, over all addresses of the name."""
_LARGEST: Final = 128 << 20
_LOGIN_AGAIN_SECONDS: Final = 5.0

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to a request."""

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def reason(self) -> str:
        """Return the message of the Status object in the body, or the body's beginning."""
        message = mapping(anything(self.body)).get("message")
        text = (
            message
            if isinstance(message, str) and message
            else self.body[:300].decode(errors="replace")
        )
        return " ".join(text.split())[:500] or f"HTTP {self.status}"


class Client:
    """Talks to one API server, as one context of the kubeconfig."""

    def __init__(self, resolve: Callable[[], Login]) -> None:
        self._resolve = resolve
        self._api: ApiClient | None = None
        self._retired: list[ApiClient] = []
        self._headers: dict[str, str] = {}
        self._renewing = asyncio.Lock()
        self._renewed_at = float("-inf")
        self.server = ""
        self.shown = ""
        """The server as it may stand in messages."""
        self.requests = 0

    async def open(self) -> None:
        """Log in.

        Raises:
            Problem: the credentials of the kubeconfig cannot be used.
        """
        login = self._resolve()
        self.server = login.server
        self.shown = shown(login.server)
        await self._use(login)

    async def close(self) -> None:
        """Close all connections."""
        for api in (*self._retired, *((self._api,) if self._api else ())):
            await api.close()
        self._api, self._retired = None, []

    async def get(
        self, path: str, query: Query = (), *, accept: str = JSON, seconds: float = READ_SECONDS
    ) -> Answer:
        """Return the answer to a GET.

        Raises:
            Unreachable: there was no answer.
            Problem: the credentials became unusable.
        """
        return await self._request("GET", path, query, accept=accept, seconds=seconds)

    async def post(self, path: str, body: Mapping[str, Any], *, seconds: float = 10.0) -> Answer:
        """Return the answer to a POST of `body`; for reviews only, which change nothing.

        Raises:
            Unreachable: there was no answer.
            Problem: the credentials became unusable.
        """
        return await self._request("POST", path, (), body=body, seconds=seconds)

    @asynccontextmanager
    async def stream(
        self, path: str, query: Query = (), *, accept: str = JSON, quiet_seconds: float
    ) -> AsyncIterator[Stream]:
        """Give the answer to a GET in pieces, as they come.

        Raises:
            Unreachable: there was no answer, or the connection broke.
            Problem: the credentials became unusable.
        """
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=_REACH_SECONDS,
            sock_connect=CONNECT_SECONDS,
            sock_read=quiet_seconds,
        )
        response = await self._send("GET", path, query, accept, None, timeout)
        try:
            yield Stream(response, self.shown)
        finally:
            response.close()

    async def _request(
        self,
        method: str,
        path: str,
        query: Query,
        *,
        accept: str = JSON,
        body: Mapping[str, Any] | None = None,
        seconds: float,
    ) -> Answer:
        timeout = aiohttp.ClientTimeout(
            total=seconds * 2,
            connect=_REACH_SECONDS,
            sock_connect=CONNECT_SECONDS,
            sock_read=seconds,
        )
        response = await self._send(method, path, query, accept, body, timeout)
        try:
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > _LARGEST:
                    raise OSError("the answer is too large")
        except TRANSPORT_ERRORS as error:
            raise unreachable(error, self.shown) from error
        finally:
            response.release()
        return Answer(response.status, bytes(content), _retry_after(response.headers))

    async def _send(
        self,
        method: str,
        path: str,
        query: Query,
        accept: str,
        body: Mapping[str, Any] | None,
        timeout: aiohttp.ClientTimeout,
    ) -> aiohttp.ClientResponse:
        before = self._renewed_at
        response = await self._send_once(method, path, query, accept, body, timeout)
        if response.status == 401 and await self._renew(before):
            response.release()
            response = await self._send_once(method, path, query, accept, body, timeout)
        return response

    async def _send_once(
        self,
        method: str,
        path: str,
        query: Query,
        accept: str,
        body: Mapping[str, Any] | None,
        timeout: aiohttp.ClientTimeout,
    ) -> aiohttp.ClientResponse:
        if self._api is None:
            raise Unreachable(Text(en="The connection is closed.", ja="接続は閉じられています。"))
        method, url, headers, content, _ = await self._api.param_serialize(
            method=method,
            resource_path=path,
            query_params=list(query),
            header_params={"Accept": accept, **self._headers},
            body=dict(body) if body is not None else None,
            auth_settings=["BearerToken"],
        )
        self.requests += 1
        try:
            answer = await self._api.call_api(
                method, url, headers, content, _request_timeout=timeout
            )
        except TRANSPORT_ERRORS as error:
            raise unreachable(error, self.shown) from error
        response: aiohttp.ClientResponse = answer.response
        return response

    async def _renew(self, before: float) -> bool:
        """Read the kubeconfig again after a 401; return whether a retry makes sense."""
        async with self._renewing:
            if self._renewed_at != before:
                return True
            if time.monotonic() - self._renewed_at < _LOGIN_AGAIN_SECONDS:
                return False
            self._renewed_at = time.monotonic()
            login = self._resolve()
            if login.server != self.server:
                raise Problem(
                    Text(
                        en=f"Context {login.context!r} now points to {shown(login.server)} "
                        f"instead of {self.shown}. Start again to use it.",
                        ja=f"コンテキスト {login.context!r} の接続先が {self.shown} から "
                        f"{shown(login.server)} に変わりました。使用するには再起動してください。",
                    )
                )
            await self._use(login)
            return True

    async def _use(self, login: Login) -> None:
        api, headers = await connect(login)
        if self._api is not None:
            # Streams that are open go on with it; it is closed with them at the end.
            self._retired.append(self._api)
        self._api, self._headers = api, headers


class Stream:
    """An answer that comes in pieces."""

    def __init__(self, response: aiohttp.ClientResponse, shown: str) -> None:
        self._response = response
        self._shown = shown
        self.status = response.status

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes as they come."""
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except TRANSPORT_ERRORS as error:
            raise unreachable(error, self._shown) from error

    async def refusal(self) -> Answer:
        """Return the whole answer, for a status that is not 200."""
        try:
            content = await self._response.content.read(1 << 20)
        except TRANSPORT_ERRORS as error:
            raise unreachable(error, self._shown) from error
        return Answer(self.status, content, _retry_after(self._response.headers))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "")
    return min(float(value), 60.0) if value.isascii() and value.isdigit() else None
