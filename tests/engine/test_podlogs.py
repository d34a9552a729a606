from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from fake_api import NS, FakeApi, respond, status, thing
from watching import Watching, choice

from knowledge.snapshot import LogGroup
from tui.engine.podlogs import containers, group_of, work_of
from tui.engine.ports import Phase

PODS = f"/api/v1/namespaces/{NS}/pods"
FIRST = "2026-11-23T10:00:01.000000001Z boom one\n"
SECOND = "2026-11-23T10:00:01.000000002Z boom two\n"
THIRD = "2026-11-23T10:00:02.000000003Z boom three\n"


def pod(
    *, restarts: int = 0, waiting: bool = False, labels: dict[str, str] | None = None
) -> dict[str, Any]:
    body = thing("velero-1")
    body["metadata"] |= {"labels": labels or {"deploy": "velero"}, "uid": "uid-1"}
    last = {"terminated": {"exitCode": 2}} if restarts else {}
    state = {"waiting": {}} if waiting else {"running": {}}
    body["status"] = {
        "containerStatuses": [
            {"name": "main", "restartCount": restarts, "state": state, "lastState": last}
        ]
    }
    return body


class Logs:
    """Serves logs and keeps followers waiting until their log is set again."""

    def __init__(self, api: FakeApi) -> None:
        self.current: dict[str, str] = {}
        self.previous: dict[str, str] = {}
        self.api = api
        self.queries: list[dict[str, str]] = []

    def serve(self, name: str) -> None:
        self.api.answers[f"{PODS}/{name}/log"] = self.answer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.path.split("/")[-2]
        self.queries.append(dict(request.query))
        texts = self.previous if request.query.get("previous") == "true" else self.current
        if name not in texts:
            return respond(
                400, status(400, "BadRequest", "previous terminated container not found")
            )
        since = request.query.get("sinceTime", "")
        lines = texts[name].splitlines(keepends=True)
        return respond(200, "".join(line for line in lines if line[:19] >= since[:19]))


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture
def logs(api: FakeApi) -> Logs:
    return Logs(api)


def found(source) -> list[tuple[str, str]]:
    hits = source.snapshot().hits.get("issue/fact")
    return sorted((hit.log, hit.fields["what"]) for hit in hits.hits) if hits else []


def test_hits_are_there_when_it_is_ready(api: FakeApi, logs: Logs, tmp_path: Path) -> None:
    api.lists[PODS] = [pod()]
    logs.current["velero-1"] = FIRST + SECOND
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
        assert found(watching.source) == [("velero-1/main", "one"), ("velero-1/main", "two")]
    assert snapshot.unread_logs == {}
    assert [(each.log, each.group) for each in snapshot.logs] == [
        ("velero-1/main", LogGroup.VELERO)
    ]
    assert logs.queries[0]["tailLines"] == "20000"


def test_broken_off_log_is_resumed_without_doubled_lines(
    api: FakeApi, logs: Logs, tmp_path: Path
) -> None:
    api.lists[PODS] = [pod()]
    logs.current["velero-1"] = FIRST + SECOND
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        logs.current["velero-1"] += THIRD
        watching.until(lambda source: ("velero-1/main", "three") in found(source))
        hits = watching.source.snapshot().hits["issue/fact"]
    assert hits.count == 3
    assert [hit.line for hit in hits.hits] == [1, 2, 3]
    assert any(query.get("sinceTime") == "2026-11-23T10:00:00Z" for query in logs.queries)


def test_previous_log_of_a_restarted_container(api: FakeApi, logs: Logs, tmp_path: Path) -> None:
    api.lists[PODS] = [pod(restarts=2)]
    logs.current["velero-1"] = SECOND
    logs.previous["velero-1"] = FIRST.rstrip("\n")
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        assert found(watching.source) == [
            ("velero-1/main", "two"),
            ("velero-1/main (previous)", "one"),
        ]


def test_missing_previous_log_is_no_gap(api: FakeApi, logs: Logs, tmp_path: Path) -> None:
    api.lists[PODS] = [pod(restarts=1)]
    logs.current["velero-1"] = SECOND
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert snapshot.unread_logs == {}
    assert [each.log for each in snapshot.logs] == ["velero-1/main"]


def test_restart_reads_both_logs_anew(api: FakeApi, logs: Logs, tmp_path: Path) -> None:
    api.lists[PODS] = [pod()]
    logs.current["velero-1"] = FIRST
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: bool(api.watches(PODS)))
        logs.previous["velero-1"], logs.current["velero-1"] = FIRST, THIRD
        api.emit(PODS, {"type": "MODIFIED", "object": pod(restarts=1)})
        watching.until(
            lambda source: (
                found(source) == [("velero-1/main", "three"), ("velero-1/main (previous)", "one")]
            )
        )


def test_logs_of_a_deleted_pod_are_forgotten(api: FakeApi, logs: Logs, tmp_path: Path) -> None:
    api.lists[PODS] = [pod()]
    logs.current["velero-1"] = FIRST
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: bool(api.watches(PODS)))
        api.emit(PODS, {"type": "DELETED", "object": pod()})
        watching.until(lambda source: not source.snapshot().logs and not found(source))


def test_forbidden_logs_are_unread(api: FakeApi, tmp_path: Path) -> None:
    api.lists[PODS] = [pod()]
    forbidden = status(403, "Forbidden", 'cannot get resource "pods/log"')
    api.answers[f"{PODS}/velero-1/log"] = (403, forbidden)
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert set(snapshot.unread_logs) == {LogGroup.VELERO}
    assert "pods/log" in snapshot.unread_logs[LogGroup.VELERO].en


def test_forbidden_pods_leave_all_logs_unread(api: FakeApi, tmp_path: Path) -> None:
    api.answers[PODS] = (403, status(403, "Forbidden", "no"))
    api.lists[f"/apis/velero.io/v1/namespaces/{NS}/backups"] = []
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert set(snapshot.unread_logs) == {LogGroup.VELERO, LogGroup.NODE_AGENT, LogGroup.OPERATOR}


@pytest.mark.parametrize(
    ("labels", "group"),
    [
        ({"deploy": "velero", "component": "velero"}, LogGroup.VELERO),
        ({"component": "velero", "name": "node-agent"}, LogGroup.NODE_AGENT),
        ({"component": "velero", "name": "restic"}, LogGroup.NODE_AGENT),
        ({"role": "node-agent"}, LogGroup.NODE_AGENT),
        ({"control-plane": "controller-manager"}, LogGroup.OPERATOR),
        ({"control-plane": "non-admin-controller"}, LogGroup.OPERATOR),
        ({"velero.io/data-upload": "daily-1-x7k2p"}, LogGroup.NODE_AGENT),
        ({"velero.io/data-download": "r1-x7k2p"}, LogGroup.NODE_AGENT),
        ({"velero.io/pod-volume-backup": "daily-1-abcde"}, LogGroup.NODE_AGENT),
        ({"velero.io/pod-volume-restore": "r1-abcde"}, LogGroup.NODE_AGENT),
        ({"velero.io/repo-name": "shop-default-kopia"}, LogGroup.VELERO),
        ({"app": "minio"}, None),
    ],
)
def test_groups(labels: dict[str, str], group: LogGroup | None) -> None:
    assert group_of(pod(labels=labels)) == group


def test_container_that_waits_for_its_next_start_has_one_log() -> None:
    assert [each.previous for each in containers(pod(restarts=3, waiting=True))] == [False]


def test_container_that_never_started_has_no_log() -> None:
    assert list(containers(pod(waiting=True))) == []


MOVER = {"velero.io/data-upload": "daily-1-x7k2p"}


def test_what_a_short_lived_pod_said_outlives_it(api: FakeApi, logs: Logs, tmp_path: Path) -> None:
    api.lists[PODS] = [pod(labels=MOVER)]
    logs.current["velero-1"] = FIRST
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: bool(api.watches(PODS)))
        api.emit(PODS, {"type": "DELETED", "object": pod(labels=MOVER)})
        watching.until(lambda source: not source.snapshot().of("Pod"))
        assert found(watching.source) == [("velero-1/main", "one")]


def test_a_short_lived_pod_that_succeeded_is_not_read() -> None:
    done = pod(labels={"velero.io/repo-name": "shop-default-kopia"})
    done["status"]["phase"] = "Succeeded"
    assert list(containers(done)) == []
    done["status"]["phase"] = "Failed"
    assert [each.short_lived for each in containers(done)] == [True]
    assert work_of(done) == ("BackupRepository", "shop-default-kopia")
