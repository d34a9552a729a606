"""A server (or a proxy before it) that answers nonsense: the source goes on, and says so."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from fake_api import NS, FakeApi, respond, thing
from watching import QUICK, Watching, choice

from knowledge.kinds import KINDS
from knowledge.redact import redact_object
from knowledge.snapshot import Snapshot
from tui.engine import follow
from tui.engine.ports import Phase

BACKUPS = f"/apis/velero.io/v1/namespaces/{NS}/backups"
BSLS = f"/apis/velero.io/v1/namespaces/{NS}/backupstoragelocations"
PODS = f"/api/v1/namespaces/{NS}/pods"
CANARY = "c4NaRyC4naRYc4nArY9d8f7e6a5b"


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        api.lists[PODS] = []
        yield api


def listed(*items: Any) -> str:
    return json.dumps({"metadata": {"resourceVersion": "1"}, "items": items})


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "{]"),
        (200, "<html>log in</html>"),
        (200, b'{"metadata":{},"items":[{"a":"\xff"}]}'),
        (200, '{"items":[' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "]}"),
        (200, listed(1, 2)),
        (500, b'{"message":"\xff"}'),
        (403, "[" * 100_000),
        (302, ""),
    ],
)
def test_nonsense_makes_one_kind_unread(
    api: FakeApi, tmp_path: Path, status: int, body: str | bytes
) -> None:
    api.answers[BACKUPS] = (status, body)
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert set(snapshot.unread) == {"Backup"}


@pytest.mark.parametrize(
    "pod",
    [
        {"metadata": "x"},
        {"metadata": [1]},
        {"metadata": None},
        {"metadata": {"name": {"a": 1}, "labels": ["x"], "annotations": "y"}, "spec": [1]},
        {"metadata": {"name": "a", "labels": {"deploy": ["x"], "name": {"a": 1}}}},
        *(
            {"metadata": {"name": "a", "labels": {"deploy": "velero"}}, "status": each}
            for each in (
                [1],
                {"containerStatuses": 5},
                {"containerStatuses": [5]},
                {"containerStatuses": [{"name": 1, "restartCount": "x", "state": [1]}]},
            )
        ),
    ],
)
def test_odd_objects_do_no_harm(api: FakeApi, tmp_path: Path, pod: dict[str, Any]) -> None:
    api.answers[PODS] = (200, listed(pod))
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert len(snapshot.of("Pod")) == 1
    assert not snapshot.unread


@pytest.mark.parametrize(
    "line",
    [
        b"junk",
        b'{"type":"ADDED","object":{"metadata":"x"}}',
        b'{"type":"ADDED","object":{"metadata":{"name":"\xff"}}}',
        b'{"type":"ADDED","object":' + b"[" * 50_000,
        b'{"type":"ERROR","object":{"code":"x"}}',
        b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":{"a":1}}}}',
    ],
)
def test_a_watch_that_sends_nonsense_is_begun_again(
    api: FakeApi, tmp_path: Path, line: bytes
) -> None:
    api.lists[BACKUPS] = [thing("a")]

    async def watch(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(line + b"\n")
        return response

    api.answers[f"WATCH {BACKUPS}"] = watch
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: len(api.watches(BACKUPS)) > 2)
        assert watching.source.connection().phase is Phase.READY
        assert ("openshift-adp", "a") in watching.source.snapshot().of("Backup")


def test_redirects_are_not_followed(api: FakeApi, tmp_path: Path) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        return respond(302, "", {"Location": f"{api.url}/elsewhere"})

    api.answers[BACKUPS] = elsewhere
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
    assert not [each for each in api.seen if "elsewhere" in each]


def test_a_list_without_an_end_is_given_up(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_MOST_OBJECTS", 50)

    async def page(request: web.Request) -> web.Response:
        at = int(request.query.get("continue", "0"))
        items = [thing(f"b{at}-{number}") for number in range(20)]
        return respond(200, {"metadata": {"continue": str(at + 1)}, "items": items})

    api.answers[BACKUPS] = page
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert "too long" in snapshot.unread["Backup"].en


def test_a_watch_that_adds_without_an_end_is_begun_again(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_MOST_BYTES", 10_000)
    api.lists[BACKUPS] = []

    async def watch(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for number in range(1_000):
            event = {"type": "ADDED", "object": thing(f"b{number}")}
            await response.write(json.dumps(event).encode() + b"\n")
            await asyncio.sleep(0)
        return response

    api.answers[f"WATCH {BACKUPS}"] = watch
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: len(api.lists_of(BACKUPS)) > 2)
        assert len(watching.source.snapshot().of("Backup")) < 1_000


def test_a_log_that_trickles_does_not_hold_up_the_rest(api: FakeApi, tmp_path: Path) -> None:
    pod = thing("velero-1", status={"containerStatuses": [{"name": "c", "restartCount": 0}]})
    pod["metadata"] |= {"labels": {"deploy": "velero"}, "uid": "u"}
    api.lists[PODS] = [pod]

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"2026-11-23T10:00:01.000000001Z boom one\n")
        await asyncio.sleep(600)
        return response

    api.answers[f"{PODS}/velero-1/log"] = trickle
    with Watching(choice(api, tmp_path), pace=replace(QUICK, log_reading=0.2)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert snapshot.hits["issue/fact"].count == 1


def test_a_watch_that_trickles_is_begun_again(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = []

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.01)
        return response

    api.answers[f"WATCH {BACKUPS}"] = trickle
    with Watching(choice(api, tmp_path), pace=replace(QUICK, watch=0, quiet=0.3)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: len(api.watches(BACKUPS)) > 2)


def test_an_odd_retry_after_is_no_number(api: FakeApi, tmp_path: Path) -> None:
    async def busy(request: web.Request) -> web.Response:
        return respond(503, "busy", {"Retry-After": "²"})

    api.answers[BACKUPS] = busy
    with Watching(choice(api, tmp_path)) as watching:
        assert "Backup" in watching.until_phase(Phase.READY).snapshot().unread


def test_secrets_in_objects_do_not_come_in(api: FakeApi, tmp_path: Path) -> None:
    url = f"https://s3.example.com/b?X-Amz-Signature={CANARY}&x=1"
    env = [{"name": "DB_PASSWORD", "value": CANARY}, {"name": "PLAIN", "value": "kept"}]
    api.lists[BACKUPS] = [thing("plain", spec={"ttl": "1h"}, status={"failureReason": "no"})]
    api.lists[BSLS] = [thing("a", status={"message": f"Get {url}: dial tcp", "phase": "x"})]
    api.lists[PODS] = [thing("p", spec={"containers": [{"name": "c", "env": env}]})]
    annotations = {"openshift.io/token-secret.value": CANARY, "b": f"Bearer {CANARY}"}
    secret = {"metadata": {"name": "s", "namespace": NS, "annotations": annotations}}
    api.lists[KINDS["Secret"].path(NS)] = [secret]
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert CANARY not in repr(snapshot)
    assert CANARY in repr(env)
    assert body(snapshot, "BackupStorageLocation", "a")["status"]["phase"] == "x"
    assert body(snapshot, "Pod", "p")["spec"]["containers"][0]["env"][1] == env[1]
    plain = body(snapshot, "Backup", "plain")
    assert redact_object(plain) == plain
    assert body(snapshot, "Secret", "s")["metadata"]["name"] == "s"


def body(snapshot: Snapshot, kind: str, name: str) -> Mapping[str, Any]:
    found = snapshot.get(kind, name)
    assert found is not None
    return found
