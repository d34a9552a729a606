"""Failures of the way to the API server, as sentences for people."""

from __future__ import annotations

import os
import ssl

import aiohttp

from knowledge.text import Text

TRANSPORT_ERRORS = (aiohttp.ClientError, OSError, TimeoutError, ssl.SSLError)
"""What a request can raise when the server was not reached or stopped answering."""


class Unreachable(Exception):
    """The server was not reached, or the connection broke; trying again may help."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def unreachable(error: BaseException, server: str) -> Unreachable:
    """Return what `error` means for the way to `server`."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        cause = getattr(error, "certificate_error", error)
        why = getattr(cause, "verify_message", "") or str(cause)[:200]
        return Unreachable(
            Text(
                en=f"The certificate of {server} is not trusted: {why}. Check "
                "`certificate-authority-data` of the kubeconfig, or log in again with `oc login`.",
                ja=f"{server} の証明書を信頼できません: {why}。"
                "kubeconfig の `certificate-authority-data` を確認するか、"
                "`oc login` で再度ログインしてください。",
            )
        )
    if isinstance(error, aiohttp.ClientConnectorSSLError | aiohttp.ClientSSLError | ssl.SSLError):
        return Unreachable(
            Text(
                en=f"TLS with {server} failed: {_short(error)}. Check the address (http or https), "
                "proxies and the client certificate of the kubeconfig.",
                ja=f"{server} との TLS 接続に失敗しました: {_short(error)}。"
                "アドレス（http か https か）、プロキシー、"
                "kubeconfig のクライアント証明書を確認してください。",
            )
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(
            Text(
                en=f"The name of {server} cannot be resolved. Check the network, VPN and DNS.",
                ja=f"{server} の名前を解決できません。ネットワーク、VPN、DNS を確認してください。",
            )
        )
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return Unreachable(
            Text(
                en=f"The proxy to {server} does not work: {_short(error)}. "
                "Check `proxy-url` of the kubeconfig and HTTPS_PROXY.",
                ja=f"{server} へのプロキシーが機能しません: {_short(error)}。"
                "kubeconfig の `proxy-url` と HTTPS_PROXY を確認してください。",
            )
        )
    if isinstance(error, TimeoutError):
        return Unreachable(
            Text(
                en=f"{server} does not answer in time. Check the network and VPN.",
                ja=f"{server} が時間内に応答しません。ネットワークと VPN を確認してください。",
            )
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreachable(
            Text(
                en=f"{server} cannot be reached: {_short(error)}. Check the network and VPN.",
                ja=f"{server} に接続できません: {_short(error)}。"
                "ネットワークと VPN を確認してください。",
            )
        )
    return Unreachable(
        Text(
            en=f"The connection to {server} broke: {_short(error)}.",
            ja=f"{server} との接続が切れました: {_short(error)}。",
        )
    )


def _short(error: BaseException) -> str:
    cause = getattr(error, "os_error", error)
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    if isinstance(cause, ConnectionError) and cause.errno:
        # asyncio writes "Connect call failed ('192.0.2.1', 6443)" over what the system says.
        text = os.strerror(cause.errno)
    return " ".join(str(text).split())[:160]
