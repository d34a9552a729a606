"""Names resolved in daemon threads.

The standard way uses the event loop's thread pool, whose threads hold up the end of the program;
a name server that does not answer (VPN down) would hold it up for half a minute.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from kubernetes.aio.client.rest import RESTClientObject

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV if hasattr(socket, "AI_NUMERICHOST") else 0


class DaemonResolver(AbstractResolver):
    """Resolves names without holding up the end of the program."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host`.

        Raises:
            OSError: it has none.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()

        def give(found: list[Any] | OSError) -> None:
            if answer.done():
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def look_up() -> None:
            found: list[Any] | OSError
            try:
                found = socket.getaddrinfo(
                    host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
                )
            except OSError as error:
                found = error
            try:
                loop.call_soon_threadsafe(give, found)
            except RuntimeError:
                return  # the loop has ended meanwhile: nobody waits any more

        threading.Thread(target=look_up, name=f"resolve-{host}", daemon=True).start()
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=found_family,
                proto=protocol,
                flags=_NUMERIC,
            )
            for found_family, _, protocol, _, address in await answer
        ]

    async def close(self) -> None:
        """Nothing to close."""


class _Straight:
    """A session that takes a redirect for an answer."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def request(self, **rest: Any) -> aiohttp.ClientResponse:
        return await self._session.request(**rest, allow_redirects=False)

    async def close(self) -> None:
        await self._session.close()


class RestClient(RESTClientObject):
    """The client's HTTP layer, with our resolver, and staying on the server it was told."""

    def _create_connector(self) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            limit=self.maxsize, ssl=self.ssl_context, resolver=DaemonResolver()
        )

    def _create_pool_manager(self) -> Any:
        return _Straight(super()._create_pool_manager())
