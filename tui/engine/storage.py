"""Fetching what a DownloadRequest leads to, straight from the storage location.

The link is a secret while it lives: it stays in here. No message, log or exception holds more of
it than its scheme and host.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

from knowledge.kinds import KINDS
from knowledge.text import Text
from tui.engine import refusal
from tui.engine.answer_json import anything, mapping
from tui.engine.client import Client
from tui.engine.configuration import proxy_of
from tui.engine.stored import LARGEST_PACKED, Fetched, Unusable, Wanted, results_as_lines
from tui.engine.unreachable import TRANSPORT_ERRORS

LINK_SECONDS: Final = 30.0
"""Until Velero must have made the link: it polls nothing, it watches."""
FETCH_SECONDS: Final = 400.0
"""For all of it."""
_GET_SECONDS: Final = 300.0
_QUIET_SECONDS: Final = 30.0
_REACH_SECONDS: Final = 10.0
_AGAIN: Final = 0.4
_REDIRECTS: Final = 3
_LONGEST_LINK: Final = 16 << 10


async def fetch(
    client: Client,
    request: str,
    wanted: Wanted,
    location: Mapping[str, Any],
    environ: Mapping[str, str],
    resolver: AbstractResolver | None = None,
) -> Fetched:
    """Wait for the link of a DownloadRequest and return what it leads to.

    Args:
        client: talks to the cluster.
        request: the name of the DownloadRequest.
        wanted: what it is about.
        location: the BackupStorageLocation, for its CA; empty if it is not known.
        environ: says which proxy to use.
        resolver: finds the address of a host; default: as this machine does.

    Raises:
        Unusable: there is no link, the storage cannot be reached from here, or has something else.
        Unreachable: the cluster cannot be reached.
        Problem: the login does not work any more.
    """
    link = await _link(client, request, wanted.namespace)
    try:
        data, whole = await _get(link, _trust(location), environ, resolver)
    except (*TRANSPORT_ERRORS, ValueError) as error:
        # Without the chain: what aiohttp raises may hold the whole link.
        raise _failed(error, _host(link)) from None
    if wanted.what.results:
        return Fetched(wanted, results_as_lines(data, wanted))
    return Fetched(wanted, data, None if whole else _CUT)


async def _link(client: Client, request: str, namespace: str) -> str:
    path = f"{KINDS['DownloadRequest'].path(namespace)}/{quote(request, safe='')}"
    clock = asyncio.get_running_loop().time
    until = clock() + LINK_SECONDS
    while True:
        answer = await client.get(path, seconds=10)
        if answer.status != 200:
            raise Unusable(refusal.why(answer, "get downloadrequests.velero.io"))
        status = mapping(mapping(anything(answer.body)).get("status"))
        link = status.get("downloadURL")
        if isinstance(link, str) and link:
            return link
        if clock() > until:
            raise Unusable(_NO_ANSWER)
        await asyncio.sleep(_AGAIN)


async def _get(
    link: str,
    trust: ssl.SSLContext | bool,
    environ: Mapping[str, str],
    resolver: AbstractResolver | None,
) -> tuple[bytes, bool]:
    """Return what the link leads to, and whether that is all of it.

    Raises:
        ValueError: it is no link.
        Unusable: the storage answers something else.
    """
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(link) > _LONGEST_LINK:
        raise ValueError
    timeout = aiohttp.ClientTimeout(
        total=_GET_SECONDS,
        connect=_REACH_SECONDS,
        sock_connect=_REACH_SECONDS,
        sock_read=_QUIET_SECONDS,
    )
    # Not `trust_env`: it would send what ~/.netrc holds along with a link that is signed.
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver),
            timeout=timeout,
            auto_decompress=False,
        ) as session,
        session.get(
            _encoded(link),
            ssl=trust,
            proxy=proxy_of(f"{parts.scheme}://{parts.netloc}", environ),
            max_redirects=_REDIRECTS,
            headers={"Accept-Encoding": "identity", "User-Agent": "oadp-doctor"},
        ) as response,
    ):
        if response.status != 200:
            because = NOT_STORED if response.status == 404 else ""
            raise Unusable(_refused(response.status, _host(link)), because)
        data = bytearray()
        async for chunk in response.content.iter_any():
            data += chunk
            if len(data) > LARGEST_PACKED:
                return bytes(data[:LARGEST_PACKED]), False
        return bytes(data), True


def _encoded(link: str) -> Any:
    from yarl import URL

    # As it is: a signature holds for these very characters.
    return URL(link, encoded=True)


def _trust(location: Mapping[str, Any]) -> ssl.SSLContext | bool:
    """Return whom to trust: the system's CAs, and that of the storage location if it has one.

    Raises:
        Unusable: the CA in the storage location is none.
    """
    given = mapping(mapping(location.get("spec")).get("objectStorage")).get("caCert")
    if not isinstance(given, str) or not given:
        return True
    try:
        pem = base64.b64decode(given, validate=True).decode("ascii")
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=pem)
    except (binascii.Error, UnicodeDecodeError, ssl.SSLError, ValueError):
        raise Unusable(
            Text(
                en="`spec.objectStorage.caCert` of the storage location is no certificate.",
                ja="バックアップ保存場所の `spec.objectStorage.caCert` が証明書ではありません。",
            )
        ) from None
    return context


def _host(link: str) -> str:
    """Return of a link what may be shown."""
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "?"
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _failed(error: BaseException, host: str) -> Unusable:
    """Return why nothing came; of the error only what cannot hold the link."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        cause = getattr(error, "certificate_error", error)
        told = str(getattr(cause, "verify_message", "") or "TLS")[:200]
        message = Text(
            en=f"The certificate of {host} is not trusted here: {told}. Give its CA in "
            "`spec.objectStorage.caCert` of the storage location, or ask through the Velero pod.",
            ja=f"{host} の証明書をこの端末では信頼できません: {told}。バックアップ保存場所の "
            "`spec.objectStorage.caCert` に CA を設定するか、Velero Pod 経由で取得してください。",
        )
        return Unusable(message, f"the certificate of {host} is not trusted here: {told}")
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        return Unusable(_NO_LINK)
    if isinstance(error, TimeoutError):
        why = Text(en="it does not answer in time", ja="時間内に応答がありません")
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        why = Text(en="its name is not known here", ja="ホスト名を解決できません")
    else:
        system = getattr(getattr(error, "os_error", error), "errno", None)
        said = os.strerror(system) if isinstance(system, int) and system > 0 else ""
        said = said or type(error).__name__
        why = Text(en=said, ja=said)
    message = Text(
        en=f"{host} cannot be reached from here: {why.en}. Its address may be one of the cluster's "
        "own network, or a proxy is missing (HTTPS_PROXY). Ask through the Velero pod instead.",
        ja=f"{host} にこの端末から接続できません: {why.ja}。クラスター内部のアドレスであるか、"
        "プロキシー（HTTPS_PROXY）の設定が不足している可能性があります。代わりに Velero Pod 経由で"
        "取得してください。",
    )
    return Unusable(message, f"{host} cannot be reached from here: {why.en}")


def _refused(status: int, host: str) -> Text:
    if status == 404:
        return Text(
            en="It is not in the storage: the work failed before Velero stored it. Read the log "
            "of the Velero pod instead.",
            ja="ストレージに存在しません。Velero が保存する前に処理が失敗しています。"
            "代わりに Velero Pod のログを確認してください。",
        )
    if status in {401, 403}:
        return Text(
            en=f"{host} refuses the link (HTTP {status}): it has expired, the clocks differ, or "
            "a policy of the bucket forbids it from here. Ask through the Velero pod instead.",
            ja=f"{host} がリンクを拒否しました（HTTP {status}）。期限切れ、時刻のずれ、または"
            "バケットのポリシーが原因です。代わりに Velero Pod 経由で取得してください。",
        )
    return Text(
        en=f"{host} answers HTTP {status}.",
        ja=f"{host} が HTTP {status} を返しました。",
    )


NOT_STORED: Final = "it is not in the storage"
"""What a signature sees of a file that the storage does not have."""
_NO_LINK: Final = Text(
    en="Velero's answer is no link that could be followed.",
    ja="Velero の応答が、使用できるリンクではありません。",
)
_NO_ANSWER: Final = Text(
    en=f"Velero made no link within {LINK_SECONDS:.0f} seconds. See in its log whether the storage "
    "location can be used.",
    ja=f"{LINK_SECONDS:.0f} 秒以内に Velero がリンクを作成しませんでした。バックアップ保存場所を"
    "使用できるか、Velero のログで確認してください。",
)
_CUT: Final = Text(
    en=f"Only the first {LARGEST_PACKED >> 20} MiB (packed) were fetched.",
    ja=f"先頭の {LARGEST_PACKED >> 20} MiB（圧縮時）だけを取得しました。",
)
