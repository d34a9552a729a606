from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from watching import QUICK

from knowledge.access import Access, needed
from knowledge.scan import Collector
from tui.engine.guard import Guarded, Standing
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.live import LiveSource
from tui.engine.permission import Permission, Permissions, guard
from tui.practice import PracticeCluster, load_scenario

NS = "openshift-adp"
ACCESS = Access("patch", "velero.io", "backupstoragelocations", NS, "custom")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class Server:
    """Answers by verb, and counts."""

    def __init__(self, **answers: bool | None) -> None:
        self.answers = answers
        self.asked: list[Access] = []
        self.at_once = self.most = 0
        self.gate: asyncio.Event | None = None

    async def may(self, access: Access) -> bool | None:
        self.asked.append(access)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await (self.gate.wait() if self.gate else asyncio.sleep(0))
        self.at_once -= 1
        return self.answers.get(access.verb, True)


def many(count: int) -> list[Access]:
    return [Access("get", "", "pods", NS, f"p{at}") for at in range(count)]


async def test_answers_come_in_order_and_each_once() -> None:
    server = Server(patch=False, watch=None)
    accesses = [Access(verb, "", "pods", NS) for verb in ("get", "patch", "get", "watch")]
    found = await Permissions(server).ask(accesses)
    assert [(each.access.verb, each.allowed) for each in found] == [
        ("get", True),
        ("patch", False),
        ("watch", None),
    ]
    assert len(server.asked) == 3


async def test_answers_are_kept_for_a_minute_and_unknown_ones_not() -> None:
    server, clock = Server(patch=False, watch=None), Clock()
    permissions = Permissions(server, clock)
    accesses = [Access(verb, "", "pods", NS) for verb in ("get", "patch", "watch")]
    await permissions.ask(accesses)
    clock.seconds = 59.0
    found = await permissions.ask(accesses)
    assert [each.allowed for each in found] == [True, False, None]
    assert [each.verb for each in server.asked[3:]] == ["watch"]
    clock.seconds = 60.0
    await permissions.ask(accesses)
    assert len(server.asked) == 3 + 1 + 3


async def test_another_name_is_another_question() -> None:
    server = Server()
    permissions = Permissions(server)
    await permissions.ask([ACCESS])
    await permissions.ask([Access("patch", "velero.io", "backupstoragelocations", NS, "other")])
    await permissions.ask([Access("patch", "velero.io", "backupstoragelocations", NS)])
    assert len(server.asked) == 3


async def test_answers_that_come_after_clear_are_not_kept() -> None:
    server = Server()
    server.gate = asyncio.Event()
    permissions = Permissions(server)
    asking = asyncio.create_task(permissions.ask([ACCESS]))
    while not server.asked:
        await asyncio.sleep(0)
    permissions.clear()
    server.gate.set()
    await asking
    await permissions.ask([ACCESS])
    assert len(server.asked) == 2
    permissions.clear()
    await permissions.ask([ACCESS])
    assert len(server.asked) == 3


async def test_at_most_eight_questions_at_a_time() -> None:
    server = Server()
    found = await Permissions(server).ask(many(50))
    assert all(each.allowed for each in found)
    assert server.most == 8


async def test_a_server_that_does_not_answer_leaves_it_unknown() -> None:
    server = Server()
    server.gate = asyncio.Event()
    found = await Permissions(server, seconds=0.01).ask(many(20))
    assert {each.allowed for each in found} == {None}


async def test_cancelling_is_no_answer() -> None:
    server = Server()
    server.gate = asyncio.Event()
    asking = asyncio.create_task(Permissions(server).ask([ACCESS]))
    while not server.asked:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_source_that_cannot_be_asked_knows_nothing() -> None:
    assert await Permissions(object()).ask([ACCESS]) == (Permission(ACCESS, None),)


def test_nothing_denied_is_clear() -> None:
    for permissions in ([], [Permission(ACCESS, True)]):
        found = guard(permissions)
        assert (found.about, found.standing) == (Guarded.PERMISSION, Standing.CLEAR)
        assert found.details == ()


def test_one_refusal_blocks_and_says_what_to_ask_for() -> None:
    other = Access("get", "", "pods", NS)
    cluster = Access("delete", "", "nodes", "", "n1")
    scale = Access("patch", "apps", "deployments", NS, "velero", "scale")
    found = guard([Permission(other, True), Permission(ACCESS, False), Permission(cluster, False)])
    assert found.standing is Standing.BLOCKED
    for text in (found.message.en, found.message.ja):
        assert "patch" in text
        assert "backupstoragelocations.velero.io" in text
        assert NS in text
        assert "Role" in text
        assert "1" in text
    assert found.details == (
        f"patch backupstoragelocations.velero.io custom ({NS})",
        "delete nodes n1",
    )
    assert "ClusterRole" in guard([Permission(cluster, False)]).message.en
    assert "deployments.apps/scale" in guard([Permission(scale, False)]).message.ja


def test_unknown_is_left_to_the_person() -> None:
    found = guard([Permission(ACCESS, None)])
    assert found.standing is Standing.UNKNOWN
    assert found.details == (str(ACCESS),)
    assert guard(None).standing is Standing.UNKNOWN
    mixed = guard([Permission(ACCESS, None), Permission(Access("get", "", "pods", NS), False)])
    assert mixed.standing is Standing.BLOCKED


def test_a_refusal_of_a_guessed_resource_does_not_block() -> None:
    guessed = Access("get", "example.com", "prometheus", NS, "x", guessed=True)
    found = guard([Permission(guessed, False)])
    assert found.standing is Standing.UNKNOWN
    assert found.details == (str(guessed),)


@pytest.fixture(scope="module")
def cluster() -> Iterator[PracticeCluster]:
    with PracticeCluster(load_scenario("imagestream-registry-secret-missing")) as running:
        yield running


@pytest.fixture(params=["admin", "viewer", "expired"])
def user(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_the_server_is_asked_over_http(
    cluster: PracticeCluster, tmp_path: Path, user: str
) -> None:
    config = cluster.write_kubeconfig(tmp_path / "kubeconfig", user=user)
    source = LiveSource(
        ClusterChoice(kubeconfig=str(config)), kinds=(), collector=Collector([]), pace=QUICK
    )
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    source.start(lambda: loop.call_soon_threadsafe(changed.set) and None)
    try:
        permissions = Permissions(source)
        await asyncio.wait_for(changed.wait(), 20)
        change = ["label", "backupstoragelocations.velero.io", "custom", "a=b"]
        reading = ["logs", "deploy/velero"]
        standings = []
        for args in (change, reading):
            accesses = needed(args, None, NS)
            assert accesses
            standings.append(guard(await permissions.ask(accesses)).standing)
    finally:
        source.stop()
    expected = {
        "admin": [Standing.CLEAR, Standing.CLEAR],
        "viewer": [Standing.BLOCKED, Standing.CLEAR],
        "expired": [Standing.UNKNOWN, Standing.UNKNOWN],
    }
    assert standings == expected[user]
    assert (await permissions.ask([Access("get", "", "nodes", "")]))[0].allowed is None


async def test_the_review_names_object_and_subresource(tmp_path: Path) -> None:
    from fake_api import FakeApi, respond, status
    from watching import Watching, choice

    asked: list[dict[str, str]] = []
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    with FakeApi() as api:
        api.lists[f"/api/v1/namespaces/{NS}/pods"] = []

        async def review(request):  # type: ignore[no-untyped-def]
            asked.append((await request.json())["spec"]["resourceAttributes"])
            return respond(201, {"status": {"allowed": True}})

        api.answers[path] = review
        with Watching(choice(api, tmp_path)) as watching:
            source = await asyncio.to_thread(
                watching.until, lambda source: bool(source.connection().requests)
            )
            log = Access("get", "", "pods", NS, "velero-1", "log")
            assert (await Permissions(source).ask([log]))[0].allowed is True
            api.answers[path] = (403, status(403, "Forbidden", "no"))
            assert (await Permissions(source).ask([log]))[0].allowed is None
    assert asked == [
        {
            "verb": "get",
            "resource": "pods",
            "subresource": "log",
            "namespace": NS,
            "name": "velero-1",
        }
    ]


KUBECTL = os.environ.get("OADP_DOCTOR_KUBECTL") or shutil.which("kubectl")
_REQUEST = re.compile(
    r"\b(?:(GET|POST|PUT|PATCH|DELETE) |verb=\"(\w+)\" url=\")http://[^/]+/[^/]+/(apis?/[^\s\"]+)"
)
_PATH = re.compile(
    r"(?:api/v1|apis/(?P<group>[^/]+)/[^/]+)/(?:namespaces/openshift-adp/)?"
    r"(?P<resource>[a-z]+)(?:/(?P<name>[^/?]+))?(?:/(?P<sub>[a-z]+))?(?:\?(?P<query>.*))?"
)
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def requests_of(log: str) -> set[str]:
    """What kubectl asked for with `-v=8`, as `verb resource.group/subresource`."""
    found = set()
    for old, new, path in _REQUEST.findall(log):
        match = _PATH.fullmatch(path)
        if match is None:
            continue
        name, query = match["name"] or "", match["query"] or ""
        reads = "get" if name else "watch" if "watch=" in query.lower() else "list"
        reads = "watch" if "allowWatchBookmarks" in query else reads
        resource = f"{match['resource']}.{match['group']}" if match["group"] else match["resource"]
        sub = f"/{match['sub']}" if match["sub"] else ""
        found.add(f"{_VERBS.get(old or new, reads)} {resource}{sub}")
    return found


@pytest.mark.skipif(not KUBECTL, reason="no kubectl on PATH")
@pytest.mark.parametrize(
    "command",
    [
        "get bsl custom",
        "get pods,svc",
        "get backups.velero.io -A",
        "describe bsl custom",
        "describe ds node-agent",
        "logs deploy/velero --tail=1",
        "logs -l component=velero --tail=1",
        "label bsl custom h=1 --overwrite",
        "label bsl custom h=2 --overwrite --dry-run=server",
        "label bsl custom h=2 --overwrite --dry-run=client",
        "annotate bsl --all h=1 --overwrite",
        'patch bsl custom --type=merge -p {"spec":{"default":false}}',
        "scale deploy velero --replicas=1",
        "set env deploy/velero H=1",
        "rollout pause deploy/velero",
        "rollout history deploy/velero",
        "wait deploy/velero --for=condition=Available --timeout=5s",
        "delete backups.velero.io shop-nightly --dry-run=server",
        "delete configmaps -l none=here",
    ],
)
def test_kubectl_asks_for_what_we_say_it_needs(
    cluster: PracticeCluster, tmp_path: Path, command: str
) -> None:
    config = cluster.write_kubeconfig(tmp_path / "kubeconfig")
    environment = {**os.environ, "HOME": str(tmp_path), "KUBECONFIG": str(config)}
    done = subprocess.run(
        [str(KUBECTL), "-v=8", f"--namespace={NS}", *command.split()],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    asked = requests_of(done.stderr)
    wanted = needed(command.split(), None, NS)
    assert wanted
    said = {f"{each.verb} {str(each).split()[1]}" for each in wanted}
    # Nothing is there to be deleted in the last one, and what is there already may not be waited
    # for; nothing else is left out.
    assert said - asked <= {"delete configmaps", "watch deployments.apps"}
    writes = {each for each in asked if each.split()[0] not in {"get", "list", "watch"}}
    assert writes <= said
