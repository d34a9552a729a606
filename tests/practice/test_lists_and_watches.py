"""Pages, versions, watches and followed logs of the practice cluster."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from lab import CORE, VELERO, Api, exchange, recorded_scenario, recording, until, write_recorded_log

from tui.practice import PracticeCluster


@pytest.fixture
def lab() -> Iterator[PracticeCluster]:
    with PracticeCluster(recorded_scenario()) as cluster:
        write_recorded_log(cluster)
        yield cluster


@pytest.fixture
def api(lab: PracticeCluster) -> Api:
    return Api(lab)


def _watch(api: Api, path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in api.text(path).splitlines()]


def test_pages_hold_every_object_once(api: Api) -> None:
    whole = [item["metadata"]["name"] for item in api.get(f"{VELERO}/backups")["items"]]
    names, token = [], ""
    while True:
        page = api.get(f"{VELERO}/backups?limit=5&continue={token}")
        names += [item["metadata"]["name"] for item in page["items"]]
        assert page["kind"] == "BackupList"
        token = page["metadata"]["continue"]
        if not token:
            break
        assert page["metadata"]["remainingItemCount"] == len(whole) - len(names)
    assert names == whole


def test_a_page_shows_the_list_as_it_was(api: Api) -> None:
    first = api.get(f"{VELERO}/backups?limit=5")
    last = api.get(f"{VELERO}/backups")["items"][-1]["metadata"]["name"]
    assert api("DELETE", f"{VELERO}/backups/{last}")["http"] == 200
    rest = api.get(f"{VELERO}/backups?limit=500&continue={first['metadata']['continue']}")
    assert last in [item["metadata"]["name"] for item in rest["items"]]


def test_an_expired_page_answers_410_with_a_fresh_token(lab: PracticeCluster, api: Api) -> None:
    recorded = json.loads(recording("list-continue-expired-410")["response_body"])
    first = api.get(f"{VELERO}/backups?limit=5")
    lab.expire_history()
    refused = api.get(f"{VELERO}/backups?limit=5&continue={first['metadata']['continue']}")
    assert refused["http"] == 410
    assert refused["message"] == recorded["message"]
    assert refused["reason"] == recorded["reason"]
    fresh = api.get(f"{VELERO}/backups?limit=500&continue={refused['metadata']['continue']}")
    assert len(fresh["items"]) == len(api.get(f"{VELERO}/backups")["items"]) - 5


def test_a_page_token_of_rubbish_answers_400(api: Api) -> None:
    refused = api.get(f"{VELERO}/backups?limit=5&continue=not-a-token")
    assert refused["http"] == 400
    assert refused["message"].startswith("invalid continue token: continue key is not valid")


def test_a_version_in_the_future_answers_504(api: Api) -> None:
    refused = api.get(f"{VELERO}/backups?resourceVersion=99999999")
    recorded = json.loads(recording("list-resourceversion-future-504")["response_body"])
    assert refused["http"] == refused["code"] == 504
    assert refused["details"] == recorded["details"]


def test_an_exact_version_too_old_answers_410(api: Api) -> None:
    recorded = json.loads(recording("list-resourceversion-exact-too-old-410")["response_body"])
    refused = api.get(f"{VELERO}/backups?resourceVersion=2&resourceVersionMatch=Exact")
    assert refused.pop("http") == 410
    assert refused == recorded


def test_a_watch_from_too_old_a_version_says_so_in_an_event(api: Api) -> None:
    events = _watch(api, f"{VELERO}/backups?watch=true&resourceVersion=1&timeoutSeconds=5")
    assert [event["type"] for event in events] == ["ERROR"]
    assert events[0]["object"]["code"] == 410
    assert events[0]["object"]["message"].startswith("too old resource version: 1 (")


def test_a_watch_sends_what_happens_after_its_version(api: Api) -> None:
    version = api.get(f"{VELERO}/restores")["metadata"]["resourceVersion"]
    body = {"apiVersion": "velero.io/v1", "kind": "Restore", "metadata": {"name": "watched"},
            "spec": {"backupName": "b"}}  # fmt: skip
    assert api("POST", f"{VELERO}/restores", body)["http"] == 201
    assert api.merge(f"{VELERO}/restores/watched", {"status": {"phase": "New"}})["http"] == 200
    assert api("DELETE", f"{VELERO}/restores/watched")["http"] == 200
    events = _watch(api, f"{VELERO}/restores?watch=1&resourceVersion={version}&timeoutSeconds=1")
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    generations = [event["object"]["metadata"]["generation"] for event in events]
    assert generations == [1, 2, 2]


def test_a_watch_with_initial_events_ends_them_with_a_bookmark(api: Api) -> None:
    events = _watch(
        api,
        f"{VELERO}/backups?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
        "&resourceVersionMatch=NotOlderThan&timeoutSeconds=1",
    )
    listed = api.get(f"{VELERO}/backups")["items"]
    assert [event["type"] for event in events[: len(listed)]] == ["ADDED"] * len(listed)
    end = events[len(listed)]
    assert end["type"] == "BOOKMARK"
    annotations = end["object"]["metadata"]["annotations"]
    assert annotations == {"k8s.io/initial-events-end": "true"}


def test_an_object_leaving_a_selector_is_deleted_from_its_watch(api: Api) -> None:
    version = api.get(f"{VELERO}/backups")["metadata"]["resourceVersion"]
    name = "postgres-backup-1"
    api.merge(f"{VELERO}/backups/{name}", {"metadata": {"labels": {"team": "a"}}})
    api.merge(f"{VELERO}/backups/{name}", {"metadata": {"labels": {"team": "b"}}})
    query = f"watch=1&resourceVersion={version}&timeoutSeconds=1&labelSelector=team%3Da"
    events = _watch(api, f"{VELERO}/backups?{query}")
    assert [event["type"] for event in events] == ["ADDED", "DELETED"]


def test_an_open_watch_ends_when_the_cluster_stops() -> None:
    cluster = PracticeCluster(recorded_scenario())
    cluster.start()
    api, done = Api(cluster), threading.Event()
    before = cluster.call(lambda: len(cluster.store.listeners))

    def watch() -> None:
        _watch(api, f"{VELERO}/backups?watch=true&timeoutSeconds=60")
        done.set()

    thread = threading.Thread(target=watch)
    thread.start()
    until(lambda: cluster.call(lambda: len(cluster.store.listeners)) > before, "the watch to open")
    cluster.stop()
    assert done.wait(10)
    thread.join(10)


def test_a_followed_log_sends_new_lines(lab: PracticeCluster, api: Api) -> None:
    pod = recording("podlog-default-container")["path"].split("/")[6]
    got: list[str] = []

    def follow() -> None:
        query = "container=velero&tailLines=2&follow=true&limitBytes=700"
        got.extend(api.text(f"{CORE}/pods/{pod}/log?{query}").splitlines())

    thread = threading.Thread(target=follow)
    thread.start()
    while thread.is_alive():
        lab.append_log(pod, "velero", "x" * 60)
        thread.join(0.05)
    assert got[0].startswith("time=")
    assert "x" * 60 in got


def test_the_log_of_a_time_shows_later_lines_only(lab: PracticeCluster, api: Api) -> None:
    pod = recording("podlog-default-container")["path"].split("/")[6]
    lab.append_log(pod, "velero", "just now")
    assert api.text(f"{CORE}/pods/{pod}/log?sinceSeconds=600") == "just now\n"


def test_nobody_gets_in_without_a_token(lab: PracticeCluster) -> None:
    recorded = json.loads(recording("unauthorized-401")["response_body"])
    for url, headers in (
        (lab.address, {}),
        (lab.address, {"Authorization": "Bearer wrong"}),
        (f"{lab.address}/wrong", {}),
        (lab.url_for("expired"), {}),
    ):
        status, text, _ = exchange(url, "GET", f"{VELERO}/backups", headers=headers)
        assert (status, json.loads(text)) == (401, recorded)


def test_a_bearer_token_is_as_good_as_one_in_the_path(lab: PracticeCluster) -> None:
    headers = {"Authorization": f"Bearer {lab.token()}"}
    assert exchange(lab.address, "GET", f"{VELERO}/backups", headers=headers)[0] == 200


def test_a_body_over_the_limit_is_refused(api: Api) -> None:
    assert api("POST", f"{VELERO}/backups", " " * (4 * 1024 * 1024))["http"] == 413


def test_a_request_for_nothing_known_answers_plain_404(lab: PracticeCluster) -> None:
    for path in ("/nosuch/path", f"{VELERO}/nosuchthings", "/apis/nosuch.example.com/v1", "/"):
        status, text, _ = exchange(lab.url, "GET", path)
        assert (status, text) == (404, "404 page not found\n")


def test_a_verb_that_the_resource_lacks_answers_405(api: Api) -> None:
    recorded = json.loads(recording("method-not-allowed-405")["response_body"])
    refused = api("POST", "/api/v1/componentstatuses", {})
    assert refused.pop("http") == 405
    assert refused == recorded
