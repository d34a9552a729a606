"""Fetching by the link of a DownloadRequest: bounds, failures, and no word of the link itself."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import shutil
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web

from tests.engine.fake_api import FakeApi
from tui.engine import storage
from tui.engine.client import Answer, Client
from tui.engine.storage import fetch
from tui.engine.stored import Fetched, Stored, Unusable, Wanted

LOG = Wanted(Stored.BACKUP_LOG, "openshift-adp", "nightly")
SIGNED = "X-Amz-Signature=0a1b2c3d4e5f"
TEXT = b'time="2025-07-01T02:00:00Z" level=info msg="hello"\n' * 3


class Requests:
    """A cluster whose DownloadRequest gets its link at the third look."""

    def __init__(self, link: str | None, status: int = 200) -> None:
        self.link = link
        self.status = status
        self.asked: list[str] = []

    async def get(self, path: str, **_: Any) -> Answer:
        self.asked.append(path)
        done = self.link is not None and len(self.asked) > 2
        body: dict[str, Any] = {"status": {"downloadURL": self.link}} if done else {"status": {}}
        if self.status != 200:
            body = {"message": "no", "kind": "Status"}
        return Answer(self.status, json.dumps(body).encode())


async def got(
    requests: Requests,
    location: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Fetched:
    return await fetch(cast("Client", requests), "req-1", LOG, location or {}, environ or {})


async def why(requests: Requests, location: Mapping[str, Any] | None = None) -> str:
    """Return why nothing came; no part of the link is in it, nor in what it came from."""
    with pytest.raises(Unusable) as raised:
        await got(requests, location)
    error: BaseException | None = raised.value
    while error is not None:
        assert "0a1b2c3d4e5f" not in repr(error)
        assert "/b/log" not in repr(error)
        error = error.__cause__
    assert "0a1b2c3d4e5f" not in raised.value.message.ja
    return raised.value.message.en


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_AGAIN", 0.01)
    monkeypatch.setattr(storage, "LINK_SECONDS", 0.5)


async def served(api: FakeApi, status: int, body: Any) -> Requests:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    api.answers["/b/log"] = handler
    return Requests(f"{api.url}/b/log?{SIGNED}")


async def test_what_the_link_leads_to_comes_as_it_is() -> None:
    with FakeApi() as api:
        packed = gzip.compress(TEXT)
        requests = await served(api, 200, packed)
        fetched = await got(requests)
    assert fetched.data == packed
    assert fetched.cut is None
    assert b"".join(fetched.blocks()) == TEXT
    assert requests.asked[0] == (
        "/apis/velero.io/v1/namespaces/openshift-adp/downloadrequests/req-1"
    )
    # The signature holds for these very characters.
    assert api.seen == [f"GET /b/log?{SIGNED}"]
    assert "Authorization" not in api.requests[0].headers


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "not in the storage"), (403, "refuses the link"), (503, "answers HTTP 503")],
)
async def test_each_refusal_of_the_storage_is_one_sentence(status: int, said: str) -> None:
    with FakeApi() as api:
        assert said in await why(await served(api, status, b"<Error/>"))


async def test_a_log_that_is_too_large_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "LARGEST_PACKED", 1000)
    with FakeApi() as api:
        fetched = await got(await served(api, 200, b"x" * 5000))
    assert len(fetched.data) == 1000
    assert fetched.cut is not None


async def test_a_storage_that_cannot_be_reached_names_the_other_way() -> None:
    said = await why(Requests(f"http://127.0.0.1:1/b/log?{SIGNED}"))
    assert said.startswith("http://127.0.0.1:1 cannot be reached from here")
    assert "Velero pod" in said
    inside = await why(Requests(f"http://s3.openshift-storage.svc.invalid/b/log?{SIGNED}"))
    assert inside.startswith("http://s3.openshift-storage.svc.invalid cannot be reached")


async def test_a_circle_of_redirects_ends() -> None:
    with FakeApi() as api:

        async def around(_: web.Request) -> web.Response:
            raise web.HTTPFound(f"/b/log?{SIGNED}")

        api.answers["/b/log"] = around
        assert "no link" in await why(Requests(f"{api.url}/b/log?{SIGNED}"))


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "https://", "s3://b/log", "http://[::1/b/log", "x" * 20_000]
)
async def test_something_else_than_a_link_is_not_followed(link: str) -> None:
    assert "no link" in await why(Requests(link))


async def test_velero_that_makes_no_link_is_named() -> None:
    assert "made no link" in await why(Requests(None))


async def test_a_request_that_cannot_be_read_says_which_permission_is_missing() -> None:
    assert "get downloadrequests.velero.io" in await why(Requests(None, 403))


@pytest.mark.parametrize("given", ["!!!", base64.b64encode(b"no certificate").decode()])
async def test_a_ca_that_is_none_is_said(given: str) -> None:
    location = {"spec": {"objectStorage": {"bucket": "b", "caCert": given}}}
    said = await why(Requests(f"https://127.0.0.1:1/b/log?{SIGNED}"), location)
    assert "caCert" in said


async def test_the_proxy_of_the_environment_is_used_but_not_for_the_loopback() -> None:
    seen: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    environ = {"HTTP_PROXY": f"http://127.0.0.1:{port}", "NO_PROXY": "quiet.invalid"}
    async with server:
        fetched = await got(Requests(f"http://s3.invalid/b/log?{SIGNED}"), environ=environ)
        assert fetched.data == b"yes"
        assert seen[0].startswith(b"GET http://s3.invalid/b/log?")
        with FakeApi() as api:
            requests = await served(api, 200, TEXT)
            assert (await got(requests, environ=environ)).data == TEXT
        with pytest.raises(Unusable, match=r"quiet\.invalid cannot be reached"):
            await got(Requests(f"http://quiet.invalid/b/log?{SIGNED}"), environ=environ)
    assert len(seen) == 1


OPENSSL = shutil.which("openssl")


@pytest.mark.skipif(OPENSSL is None, reason="no openssl to make a certificate with")
async def test_the_ca_of_the_storage_location_is_trusted_beside_those_of_the_system(
    tmp_path: Path,
) -> None:
    assert OPENSSL is not None
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = await asyncio.create_subprocess_exec(
        OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=storage", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(key), "-out", str(certificate),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await made.wait() == 0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=TEXT)

    app = web.Application()
    app.router.add_get("/b/log", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = runner.addresses[0][1]
        link = f"https://127.0.0.1:{port}/b/log?{SIGNED}"
        said = await why(Requests(link))
        assert said.startswith(f"The certificate of https://127.0.0.1:{port} is not trusted here")
        assert "caCert" in said
        given = base64.b64encode(certificate.read_bytes()).decode()
        location = {"spec": {"objectStorage": {"bucket": "b", "caCert": given}}}
        assert (await got(Requests(link), location)).data == TEXT
    finally:
        await runner.cleanup()
