"""Helps the tests of the practice cluster: recordings, a cluster made of them, HTTP, deadlines."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tui.practice import PracticeCluster, Scenario
from tui.practice.logs import LogLine
from tui.practice.objects import epoch

TESTS = Path(__file__).parent.parent
RECORDINGS = TESTS / "recordings"
DEADLINE_SECONDS = 30.0
_T = TypeVar("_T")
_LISTS = ("pods", "deployments", "bsl", "backups", "restores", "dpa", "secrets", "events", "csv",
          "clusterversion")  # fmt: skip


def recording(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return found


def recorded_objects() -> list[dict[str, Any]]:
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in ("openshift-adp", "default")
    ]
    for name in _LISTS:
        body = json.loads(recording(f"list-{name}")["response_body"])
        kind = {"kind": body["kind"].removesuffix("List"), "apiVersion": body["apiVersion"]}
        objects += [{**kind, **item} for item in body["items"]]
    return objects


def recorded_scenario() -> Scenario:
    from tui.practice import load_scenario

    text = {"en": "recorded", "ja": "記録"}
    healthy = load_scenario("healthy")
    return Scenario("recorded", text, text, objects=recorded_objects(),
                    customresources=healthy.customresources)  # fmt: skip


def write_recorded_log(cluster: PracticeCluster) -> None:
    found = recording("podlog-default-container")
    pod = found["path"].split("/")[6]
    lines = [
        LogLine(epoch(line.split('"')[1]) or 0.0, line)
        for line in found["response_body"].splitlines()
    ]
    cluster.call(lambda: cluster.logs.append("openshift-adp", pod, "velero", lines))


def exchange(
    url: str,
    method: str,
    path: str,
    *,
    headers: dict[str, str] | None = None,
    body: Any = None,
    timeout: float = DEADLINE_SECONDS,
) -> tuple[int, str, dict[str, str]]:
    """Makes one request; the url may carry a token as its path."""
    address = urlsplit(url)
    made = http.client.HTTPConnection(str(address.hostname), address.port, timeout=timeout)
    try:
        data = body if isinstance(body, str | bytes | None) else json.dumps(body)
        made.request(method, address.path + path, data, headers or {})
        answer = made.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)
    finally:
        made.close()


class Api:
    """The API of a practice cluster, as JSON."""

    def __init__(self, cluster: PracticeCluster, user: str = "admin") -> None:
        self.url = cluster.url_for(user)

    def __call__(
        self, method: str, path: str, body: Any = None, media: str = "application/json"
    ) -> dict[str, Any]:
        headers = {"Content-Type": media, "Accept": "application/json"}
        status, text, _ = exchange(self.url, method, path, headers=headers, body=body)
        found: dict[str, Any] = json.loads(text) if text.startswith("{") else {"text": text}
        return {**found, "http": status}

    def get(self, path: str) -> dict[str, Any]:
        return self("GET", path)

    def merge(self, path: str, body: Any) -> dict[str, Any]:
        return self("PATCH", path, body, "application/merge-patch+json")

    def text(self, path: str) -> str:
        return exchange(self.url, "GET", path)[1]


def until(question: Callable[[], _T], what: str = "", seconds: float = DEADLINE_SECONDS) -> _T:
    """Asks again until the answer is true."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited too long: {what}")
        time.sleep(0.02)


OADP = "/apis/oadp.openshift.io/v1alpha1/namespaces/openshift-adp"
VELERO = "/apis/velero.io/v1/namespaces/openshift-adp"
CORE = "/api/v1/namespaces/openshift-adp"
APPS = "/apis/apps/v1/namespaces/openshift-adp"
