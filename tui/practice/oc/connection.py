"""Finds the practice cluster by the kubeconfig and talks HTTP to it."""

from __future__ import annotations

import http.client
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import yaml

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.yamltext import load

_NO_CONFIG = """error: Missing or incomplete configuration info.  \
Please point to an existing, complete config file:


  1. Via the command-line flag --kubeconfig
  2. Via the KUBECONFIG environment variable
  3. In your home directory as ~/.kube/config

To view or setup config directly use the 'config' command."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def duration(text: str) -> float:
    """Reads `1m30s`, `5s` or `20` as seconds.

    Raises:
        Failure: If it is no duration.
    """
    position, total = 0, 0.0
    text = text.removeprefix("-")
    while position < len(text):
        found = _DURATION.match(text, position)
        if found is None:
            raise Failure(f'error: time: invalid duration "{text}"')
        total += float(found[1]) * _UNITS[found[2] or "s"]
        position = found.end()
    return total


@dataclass(frozen=True, slots=True)
class Context:
    """What the kubeconfig says."""

    name: str
    server: str
    token: str
    namespace: str


def read_context(arguments: Arguments) -> Context:
    """Reads the kubeconfig.

    Raises:
        Failure: In oc's words, if there is none or it lacks something.
    """
    config = _read_config(arguments)
    name = arguments.value("context") or config.get("current-context") or ""
    contexts = {item["name"]: item.get("context") or {} for item in config.get("contexts") or []}
    if not name:
        raise Failure(_NO_CONFIG)
    if name not in contexts:
        raise Failure(f'error: context "{name}" does not exist')
    context = contexts[name]
    clusters = {item["name"]: item.get("cluster") or {} for item in config.get("clusters") or []}
    users = {item["name"]: item.get("user") or {} for item in config.get("users") or []}
    return Context(
        name,
        str(clusters.get(context.get("cluster"), {}).get("server", "")).rstrip("/"),
        str(users.get(context.get("user"), {}).get("token", "")),
        str(context.get("namespace") or "default"),
    )


def _read_config(arguments: Arguments) -> dict[str, Any]:
    given = arguments.value("kubeconfig")
    if given and not Path(given).exists():
        raise Failure(f"error: stat {given}: no such file or directory")
    paths = [given] if given else os.environ.get("KUBECONFIG", "").split(os.pathsep)
    found = next((Path(path) for path in paths if path and Path(path).exists()), None)
    if found is None and not any(paths):
        home = Path.home() / ".kube" / "config"
        found = home if home.exists() else None
    if found is None:
        raise Failure(_NO_CONFIG)
    try:
        config = load(found.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        problem = str(getattr(error, "problem", error)).replace("here", "in this context")
        raise Failure(f'error: error loading config file "{found}": yaml: {problem}') from error
    if not isinstance(config, dict):
        raise Failure(_NO_CONFIG)
    return config


class Connection:
    """Talks to the practice cluster."""

    def __init__(self, arguments: Arguments) -> None:
        self.context = read_context(arguments)
        self.namespace = arguments.value("namespace") or self.context.namespace
        address = urlsplit(self.context.server)
        if address.scheme != "http" or address.hostname not in {"127.0.0.1", "localhost"}:
            raise Failure(_REFUSAL)
        self._host, self._port = str(address.hostname), address.port or 80
        self._prefix = address.path.rstrip("/")
        limit = arguments.value("request-timeout", "0")
        self.limit_seconds = duration(limit) if limit not in {"", "0"} else None
        self._http: http.client.HTTPConnection | None = None
        self._closing = arguments.closing
        version = self.get("/version")
        if "practice" not in str(version.get("gitVersion", "")):
            raise Failure(_REFUSAL)
        self.version = version

    def _headers(self, accept: str, content_type: str) -> dict[str, str]:
        headers = {"Accept": accept, "User-Agent": "oc/practice (stand-in)"}
        if content_type:
            headers["Content-Type"] = content_type
        if self.context.token:
            headers["Authorization"] = f"Bearer {self.context.token}"
        return headers

    def _send(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        *,
        accept: str = "application/json",
        content_type: str = "",
        own: bool = False,
    ) -> http.client.HTTPResponse:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        target = self._prefix + path + (f"?{urlencode(query)}" if query else "")
        kind = content_type or ("application/json" if data is not None else "")
        if own or self._http is None:
            made = http.client.HTTPConnection(self._host, self._port, timeout=self.limit_seconds)
            self._closing.callback(made.close)
            if not own:
                self._http = made
        else:
            made = self._http
        try:
            made.request(method, target, data, self._headers(accept, kind))
            response = made.getresponse()
        except TimeoutError as error:
            raise Failure(
                "Unable to connect to the server: net/http: request canceled while waiting for "
                "connection (Client.Timeout exceeded while awaiting headers)"
            ) from error
        except OSError as error:
            raise Failure(
                f"The connection to the server {self._host}:{self._port} was refused - did you "
                "specify the right host or port?"
            ) from error
        if response.status >= 400:
            raise ServerFailure(_status(response))
        return response

    def request(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        *,
        accept: str = "application/json",
        content_type: str = "",
    ) -> dict[str, Any]:
        """Makes a request and returns the JSON of its answer.

        Raises:
            Failure: If the server can't be reached.
            ServerFailure: If it refuses.
        """
        response = self._send(method, path, query, body, accept=accept, content_type=content_type)
        found: dict[str, Any] = json.loads(response.read())
        return found

    def get(
        self, path: str, query: dict[str, str] | None = None, accept: str = "application/json"
    ) -> dict[str, Any]:
        """Gets a document."""
        return self.request("GET", path, query, accept=accept)

    def text(self, path: str, query: dict[str, str] | None = None) -> str:
        """Gets a text."""
        return self._send("GET", path, query, accept="*/*").read().decode(errors="replace")

    def lines(self, path: str, query: dict[str, str], accept: str = "*/*") -> Iterator[bytes]:
        """Gets lines as they come; a time limit ends them quietly."""
        response = self._send("GET", path, query, accept=accept, own=True)
        try:
            while line := response.readline():
                yield line
        except TimeoutError:
            return
        finally:
            response.close()


_REFUSAL = (
    "error: this stand-in for oc talks to the practice cluster only; install oc or kubectl for "
    "other clusters"
)


def _status(response: http.client.HTTPResponse) -> dict[str, Any]:
    raw = response.read()
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if isinstance(found, dict) and found.get("kind") == "Status":
        return found
    return {
        "code": response.status,
        "reason": "NotFound" if response.status == 404 else "Unknown",
        "message": "the server could not find the requested resource"
        if response.status == 404
        else raw.decode(errors="replace").strip(),
    }


def path_part(text: str) -> str:
    """Quotes a name for use in a path."""
    return quote(text, safe="")
