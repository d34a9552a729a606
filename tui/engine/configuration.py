"""From a login to the kubernetes client: addresses, certificates and tokens in its own form."""

from __future__ import annotations

import base64
import binascii
import os
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import (
    ConfigException,
    load_incluster_config,
    load_kube_config_from_dict,
)
from kubernetes.client.rest import should_bypass_proxies

from knowledge.text import Text
from tui.engine import credentials
from tui.engine.kubeconfig import Login
from tui.engine.problem import Problem
from tui.engine.resolver import RestClient

_POOL: Final = 400
_WRONG: Final = (ConfigException, OSError, ValueError, KeyError, TypeError)


async def connect(login: Login) -> tuple[ApiClient, dict[str, str]]:
    """Return a client for `login`, and headers for all its requests.

    Raises:
        Problem: the credentials cannot be used.
    """
    user = await credentials.user_entry(login)
    configuration = Configuration()
    configuration.retries = None
    configuration.connection_pool_maxsize = _POOL
    # `oc` does not insist on RFC 5280 extensions that older cluster CAs lack; Python 3.13 does.
    configuration.disable_strict_ssl_verification = True
    # Else ~/.netrc is taken as a second login, which ends every request with a ValueError.
    configuration.client_session_kwargs = {"trust_env": False}
    # Certificates and keys are read while the client is made; their files are gone after it.
    with tempfile.TemporaryDirectory(prefix="oadp-doctor-") as folder:
        try:
            if login.in_cluster:
                load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
            else:
                await load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                    _document(login, user, Path(folder)), client_configuration=configuration
                )
            configuration.proxy = configuration.proxy or proxy_of(login.server, os.environ)
            api = ApiClient(configuration=configuration)
            api.rest_client = RestClient(configuration)
        except (*_WRONG, ssl.SSLError) as error:
            raise _unusable(login, error) from None
    api.user_agent = "oadp-doctor"
    return api, _impersonation(user)


def proxy_of(server: str, environ: Mapping[str, str]) -> str | None:
    """Return the proxy of the environment, by the rules of `oc`: never for the loopback."""
    parts = urlsplit(server)
    host = parts.hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return None

    def value(name: str) -> str:
        return environ.get(name) or environ.get(name.lower()) or ""

    proxy = value("HTTPS_PROXY" if parts.scheme == "https" else "HTTP_PROXY")
    if not proxy or should_bypass_proxies(server, value("NO_PROXY")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _document(login: Login, user: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a kubeconfig of this one context, with inline data in files of `folder`.

    Left to itself, the client keeps the private key in a file until the program's exit.
    """
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": login.context,
        "contexts": [{"name": login.context, "context": {"cluster": "cluster", "user": "user"}}],
        "clusters": [
            {
                "name": "cluster",
                "cluster": {**_filed(login.cluster_entry, folder), "server": login.server},
            }
        ],
        "users": [{"name": "user", "user": _filed(user, folder)}],
    }


def _filed(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    filed = dict(entry)
    for key in ("certificate-authority", "client-certificate", "client-key"):
        data = filed.pop(f"{key}-data", None)
        if isinstance(data, str) and data:
            path = folder / key
            try:
                path.write_bytes(base64.standard_b64decode(data))
            except binascii.Error:
                raise ValueError(f"{key}-data is not base64") from None
            filed[key] = str(path)
    return filed


def _impersonation(user: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers for `as` of the kubeconfig's user."""
    name = user.get("as")
    return {"Impersonate-User": name} if isinstance(name, str) and name else {}


def _unusable(login: Login, error: BaseException) -> Problem:
    why = " ".join(str(error).split())[:300] or type(error).__name__
    return Problem(
        Text(
            en=f"The credentials of context {login.context!r} cannot be used: {why}. "
            "Log in again with `oc login`.",
            ja=f"コンテキスト {login.context!r} の認証情報を使用できません: {why}。"
            "`oc login` で再度ログインしてください。",
        )
    )
