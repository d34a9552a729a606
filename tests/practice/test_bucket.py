"""The practice cluster's object storage: links that hold for a while, and what they lead to."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from lab import VELERO, Api, until

from tui.practice import PracticeCluster, load_scenario

REQUESTS = f"{VELERO}/downloadrequests"


@pytest.fixture(scope="module")
def cluster() -> Iterator[PracticeCluster]:
    with PracticeCluster(load_scenario("imagestream-registry-secret-missing"), speed=50) as cluster:
        yield cluster


def asked(cluster: PracticeCluster, kind: str, name: str, request: str) -> dict[str, Any]:
    api = Api(cluster)
    body = {
        "apiVersion": "velero.io/v1",
        "kind": "DownloadRequest",
        "metadata": {"name": request},
        "spec": {"target": {"kind": kind, "name": name}},
    }
    assert api("POST", REQUESTS, body)["http"] == 201
    found: dict[str, Any] = until(
        lambda: api.get(f"{REQUESTS}/{request}").get("status"), "the link"
    )
    return found


def got(link: str) -> tuple[int, bytes]:
    parts = urlsplit(link)
    made = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        made.request("GET", f"{parts.path}?{parts.query}")
        answer = made.getresponse()
        return answer.status, answer.read()
    finally:
        made.close()


def test_a_link_leads_to_the_log_and_knows_no_login(cluster: PracticeCluster) -> None:
    status = asked(cluster, "BackupLog", "shop-nightly", "r1")
    assert status["phase"] == "Processed"
    code, data = got(status["downloadURL"])
    assert code == 200
    lines = gzip.decompress(data).decode().splitlines()
    assert lines
    assert all("backup=openshift-adp/shop-nightly" in line for line in lines)


def test_results_hold_the_errors_of_the_log(cluster: PracticeCluster) -> None:
    status = asked(cluster, "BackupResults", "shop-nightly", "r2")
    found = json.loads(gzip.decompress(got(status["downloadURL"])[1]))
    assert len(found["errors"]["velero"]) == 4
    assert "name: /checkout message: /Error backing up item error: /" in str(found)
    assert found["warnings"] == {}


def test_a_backup_of_long_ago_has_a_short_log(cluster: PracticeCluster) -> None:
    status = asked(cluster, "BackupLog", "shop-before-upgrade", "r3")
    text = gzip.decompress(got(status["downloadURL"])[1]).decode()
    assert "Backup completed" in text


def test_a_changed_link_leads_nowhere(cluster: PracticeCluster) -> None:
    link = asked(cluster, "BackupLog", "shop-nightly", "r4")["downloadURL"]
    assert got(link[:-4] + "0000")[0] == 403
    assert got(link.replace("shop-nightly-logs", "shop-nightly-results"))[0] == 403
    assert got(link.partition("?")[0])[0] == 403


def test_of_an_unknown_backup_there_is_no_link(cluster: PracticeCluster) -> None:
    api = Api(cluster)
    body = {
        "apiVersion": "velero.io/v1",
        "kind": "DownloadRequest",
        "metadata": {"name": "r5"},
        "spec": {"target": {"kind": "BackupLog", "name": "nobody"}},
    }
    api("POST", REQUESTS, body)
    asked(cluster, "BackupLog", "shop-nightly", "r6")
    assert "downloadURL" not in (api.get(f"{REQUESTS}/r5").get("status") or {})


def test_who_may_only_read_makes_no_request(cluster: PracticeCluster) -> None:
    api = Api(cluster, "viewer")
    answer = api("POST", REQUESTS, {"metadata": {"name": "r7"}})
    assert answer["http"] == 403


def test_requests_go_when_their_links_have_expired() -> None:
    with PracticeCluster(load_scenario("healthy"), speed=2000) as cluster:
        asked(cluster, "BackupLog", "shop-before-upgrade", "r1")
        api = Api(cluster)
        until(lambda: api.get(f"{REQUESTS}/r1")["http"] == 404, "the end of the request")
