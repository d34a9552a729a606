import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from fake_api import NS, FakeApi, respond, status, thing
from watching import Watching, choice

from knowledge.access import Access
from knowledge.kinds import KINDS
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.ports import Phase
from tui.engine.refusal import NO_KUBERNETES

VELERO = f"/apis/velero.io/v1/namespaces/{NS}"
BACKUPS = f"{VELERO}/backups"
PODS = f"/api/v1/namespaces/{NS}/pods"
DPAS = "/apis/oadp.openshift.io/v1alpha1/dataprotectionapplications"


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        api.lists[PODS] = []
        yield api


def names(source, kind: str = "Backup") -> list[str]:
    return sorted(name for _, name in source.snapshot().of(kind))


def test_reads_everything_once_and_is_ready(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = [thing("a", spec={"x": 1})]
    with Watching(choice(api, tmp_path)) as watching:
        source = watching.until_phase(Phase.READY)
        snapshot, connection = source.snapshot(), source.connection()
    assert snapshot.get("Backup", "a")["spec"] == {"x": 1}
    assert snapshot.get("Backup", "a")["kind"] == "The"
    assert "managedFields" not in snapshot.get("Backup", "a")["metadata"]
    assert "Restore" in snapshot.absent
    assert snapshot.why_unread("Restore") is None
    assert not snapshot.unread
    assert not snapshot.unread_logs
    assert connection.read == connection.expected == len(KINDS)
    assert connection.requests >= len(KINDS)
    assert (connection.context, connection.server) == ("lab", api.url)


def test_a_server_without_pods_is_no_kubernetes(api: FakeApi, tmp_path: Path) -> None:
    del api.lists[PODS]
    with Watching(choice(api, tmp_path)) as watching:
        source = watching.until_phase(Phase.FAILED)
        message = source.connection().message
    assert message is not None
    assert "no Kubernetes API" in message.en
    assert source.snapshot().unread["Pod"] == NO_KUBERNETES


def test_before_it_is_ready_nothing_counts_as_read(api: FakeApi, tmp_path: Path) -> None:
    with Watching(choice(api, tmp_path)) as watching:
        early = watching.source.snapshot()
    assert early.why_unread("Backup") is not None
    assert early.unread_logs


def test_pages_are_put_together(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = [thing(f"b{number:04}") for number in range(1201)]
    with Watching(choice(api, tmp_path)) as watching:
        assert len(names(watching.until_phase(Phase.READY))) == 1201
    assert len(api.lists_of(BACKUPS)) == 3


def test_of_the_applications_pods_only_restored_ones_are_asked_for(
    api: FakeApi, tmp_path: Path
) -> None:
    everywhere = "/api/v1/pods"
    api.lists[everywhere] = [thing("web", kind="Pod")]
    with Watching(choice(api, tmp_path)) as watching:
        source = watching.until_phase(Phase.READY)
        api.wait_for(lambda: bool(api.watches(everywhere)))
    assert names(source, "RestoredPod") == ["web"]
    asked = [*api.lists_of(everywhere), *api.watches(everywhere)]
    assert all("labelSelector=velero.io" in each for each in asked)
    assert not any("labelSelector" in each for each in api.lists_of(PODS))


def test_events_change_the_objects(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = [thing("a"), thing("b")]
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: bool(api.watches(BACKUPS)))
        before = watching.source.snapshot()
        api.emit(BACKUPS, {"type": "ADDED", "object": thing("c", version=101)})
        api.emit(
            BACKUPS, {"type": "MODIFIED", "object": thing("a", version=102, status={"phase": "X"})}
        )
        api.emit(BACKUPS, {"type": "DELETED", "object": thing("b", version=103)})
        watching.until(lambda source: names(source) == ["a", "c"])
        after = watching.source.snapshot()
    assert after.get("Backup", "a")["status"] == {"phase": "X"}
    assert names_of(before) == ["a", "b"]
    assert before.objects["Pod"] is after.objects["Pod"]


def names_of(snapshot) -> list[str]:
    return sorted(name for _, name in snapshot.of("Backup"))


def test_watch_resumes_from_the_last_bookmark(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = []
    with Watching(choice(api, tmp_path)):
        api.wait_for(lambda: len(api.watches(BACKUPS)) == 1)
        api.emit(BACKUPS, {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "777"}}})
        api.emit(BACKUPS, None)
        api.wait_for(lambda: len(api.watches(BACKUPS)) == 2)
    assert "resourceVersion=100" in api.watches(BACKUPS)[0]
    assert "resourceVersion=777" in api.watches(BACKUPS)[1]
    assert len(api.lists_of(BACKUPS)) == 1


def test_version_that_is_too_old_is_listed_anew(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = [thing("old")]
    with Watching(choice(api, tmp_path)) as watching:
        api.wait_for(lambda: bool(api.watches(BACKUPS)))
        api.lists[BACKUPS] = [thing("new")]
        gone = status(410, "Expired", "too old resource version: 1 (366)")
        api.emit(BACKUPS, {"type": "ERROR", "object": gone})
        watching.until(lambda source: names(source) == ["new"])


def test_forbidden_kind_is_unread_with_the_permission(api: FakeApi, tmp_path: Path) -> None:
    api.answers[BACKUPS] = (403, status(403, "Forbidden", "backups.velero.io is forbidden"))
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
        assert "list backups.velero.io" in snapshot.unread["Backup"].en
        assert "Backup" not in snapshot.objects
        del api.answers[BACKUPS]
        api.lists[BACKUPS] = [thing("a")]
        watching.until(lambda source: names(source) == ["a"])
        assert "Backup" not in watching.source.snapshot().unread


def test_early_refusals_are_not_final(api: FakeApi, tmp_path: Path) -> None:
    async def busy(_: web.Request) -> web.Response:
        api.answers[BACKUPS] = (403, status(403, "Forbidden", "not yet"))
        body = status(429, "TooManyRequests", "storage is (re)initializing")
        return respond(429, body, {"Retry-After": "0"})

    async def not_yet(_: web.Request) -> web.Response:
        api.answers.pop(RESTORES)
        return respond(403, status(403, "Forbidden", "not yet"))

    RESTORES = f"{VELERO}/restores"
    api.answers[BACKUPS] = busy
    api.answers[RESTORES] = not_yet
    api.lists[RESTORES] = [thing("r")]
    with Watching(choice(api, tmp_path)) as watching:
        watching.until(lambda source: names(source, "Restore") == ["r"])
        api.answers.pop(BACKUPS, None)
        api.lists[BACKUPS] = [thing("a")]
        watching.until(lambda source: names(source) == ["a"])


def test_kind_that_appears_later_is_read(api: FakeApi, tmp_path: Path) -> None:
    with Watching(choice(api, tmp_path)) as watching:
        assert "Backup" in watching.until_phase(Phase.READY).snapshot().absent
        api.lists[BACKUPS] = [thing("a")]
        watching.until(lambda source: names(source) == ["a"])
        assert "Backup" not in watching.source.snapshot().absent


def test_list_without_watch_permission_is_listed_again(api: FakeApi, tmp_path: Path) -> None:
    api.lists[BACKUPS] = [thing("a")]
    api.answers[f"WATCH {BACKUPS}"] = (403, status(403, "Forbidden", "cannot watch"))
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.lists[BACKUPS] = [thing("a"), thing("b")]
        watching.until(lambda source: names(source) == ["a", "b"])


def test_nobody_may_read_nothing(api: FakeApi, tmp_path: Path) -> None:
    api.default = (403, status(403, "Forbidden", "no"))
    del api.lists[PODS]
    with Watching(choice(api, tmp_path)) as watching:
        message = watching.until_phase(Phase.FAILED).connection().message
    assert "may not read anything" in message.en


def test_secret_data_is_neither_asked_for_nor_kept(api: FakeApi, tmp_path: Path) -> None:
    secrets = f"/api/v1/namespaces/{NS}/secrets"
    secret = thing("cloud-credentials", data={"cloud": "c2VjcmV0"})
    secret["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"cloud":"c2VjcmV0"}}',
        "kept": "yes",
    }
    api.lists[secrets] = [secret]
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert "c2VjcmV0" not in repr(snapshot)
    assert snapshot.get("Secret", "cloud-credentials")["metadata"]["annotations"] == {"kept": "yes"}
    assert snapshot.get("Secret", "cloud-credentials")["kind"] == "Secret"
    asked = [each for each in api.requests if each.path == secrets]
    assert asked
    assert all("PartialObjectMetadata" in each.headers["Accept"] for each in asked)


def test_other_kinds_of_rules_are_found_by_their_group(api: FakeApi, tmp_path: Path) -> None:
    api.answers["/apis/serving.knative.dev"] = (
        200,
        {"preferredVersion": {"groupVersion": "serving.knative.dev/v1", "version": "v1"}},
    )
    api.lists["/apis/serving.knative.dev/v1/services"] = [thing("web", namespace="shop")]
    kinds = ("services.serving.knative.dev", "things.not.installed")
    with Watching(choice(api, tmp_path), *kinds) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert snapshot.get("services.serving.knative.dev", "web", "shop")
    assert "things.not.installed" in snapshot.absent


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({DPAS: (200, {"items": [thing("dpa", namespace="backup-ns")]})}, "backup-ns"),
        (
            {"/apis/apps/v1/deployments": (200, {"items": [thing("velero", namespace="velero")]})},
            "velero",
        ),
        ({}, "openshift-adp"),
        ({DPAS: (403, status(403, "Forbidden", "no"))}, "mine"),
    ],
)
def test_namespace(api: FakeApi, tmp_path: Path, answers: dict, expected: str) -> None:
    api.answers |= answers
    path = api.kubeconfig(tmp_path, namespace="mine")
    with Watching(ClusterChoice(kubeconfig=str(path))) as watching:
        source = watching.until(lambda source: bool(source.snapshot().source.namespace))
        assert source.snapshot().source.namespace == expected


def test_user_and_permissions_are_asked_from_the_server(api: FakeApi, tmp_path: Path) -> None:
    review = {"status": {"userInfo": {"username": "oadp-viewer"}}}
    api.answers["/apis/authentication.k8s.io/v1/selfsubjectreviews"] = (201, review)
    api.answers["/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"] = [
        (201, {"status": {"allowed": True}}),
        (201, {"status": {"allowed": False}}),
        (500, "broken"),
    ]
    with Watching(choice(api, tmp_path)) as watching:
        source = watching.until(lambda source: source.connection().user == "oadp-viewer")
        asked = Access("get", "", "pods", NS, "velero-1", "log")
        answers = [asyncio.run(source.may(asked)) for _ in range(3)]
    assert answers == [True, False, None]
    assert asyncio.run(source.may(asked)) is None


def test_expired_token(api: FakeApi, tmp_path: Path) -> None:
    api.answers["/version"] = (401, status(401, "Unauthorized", "Unauthorized"))
    with Watching(choice(api, tmp_path)) as watching:
        message = watching.until_phase(Phase.FAILED).connection().message
    assert "oc login" in message.en


def test_new_token_in_the_kubeconfig_is_taken(api: FakeApi, tmp_path: Path) -> None:
    async def version(request: web.Request) -> web.Response:
        if request.headers["Authorization"] == "Bearer new":
            return respond(200, {})
        api.kubeconfig(tmp_path, token="new")
        return respond(401, status(401, "Unauthorized", "Unauthorized"))

    api.answers["/version"] = version
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
    assert api.requests[-1].headers["Authorization"] == "Bearer new"


def test_token_of_an_exec_plugin(api: FakeApi, tmp_path: Path) -> None:
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "from-plugin"},
    }
    code = f"import sys; assert not sys.stdin.read(); print({json.dumps(json.dumps(credential))})"
    watching = Watching(plugin(api, tmp_path, sys.executable, "-c", code))
    with watching:
        watching.until_phase(Phase.READY)
    assert api.requests[-1].headers["Authorization"] == "Bearer from-plugin"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("no-such-plugin-at-all",), "cannot be started"),
        ((sys.executable, "-c", "raise SystemExit(7)"), "exit code 7"),
        ((sys.executable, "-c", "print('hello')"), "not an ExecCredential"),
        ((sys.executable, "-c", "print('[' * 100_000)"), "not an ExecCredential"),
        # More than it could ever have to say, without an end.
        ((sys.executable, "-c", "while True: print('x' * 9999)"), "exit code -9"),
        # No terminal to ask on.
        ((sys.executable, "-c", "open('/dev/tty')"), "exit code 1"),
    ],
)
def test_failing_exec_plugin(
    api: FakeApi, tmp_path: Path, command: tuple[str, ...], says: str
) -> None:
    with Watching(plugin(api, tmp_path, *command)) as watching:
        assert says in watching.until_phase(Phase.FAILED).connection().message.en
    assert not api.requests


def plugin(api: FakeApi, folder: Path, command: str, *arguments: str) -> ClusterChoice:
    path = api.kubeconfig(folder)
    config = json.loads(path.read_text())
    config["users"][0]["user"] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": command,
            "args": list(arguments),
        }
    }
    path.write_text(json.dumps(config))
    return ClusterChoice(kubeconfig=str(path), namespace=NS)


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with Watching(pointing_to(server, tmp_path)) as watching:
        message = watching.until_phase(Phase.FAILED).connection().message
    assert server in message.en
    assert "cannot be reached" in message.en


def test_plain_http_where_tls_is_expected(api: FakeApi, tmp_path: Path) -> None:
    with Watching(pointing_to(api.url.replace("http:", "https:"), tmp_path)) as watching:
        assert "TLS" in watching.until_phase(Phase.FAILED).connection().message.en


def test_name_that_does_not_resolve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with Watching(pointing_to("https://no-such-host.invalid:6443", tmp_path)) as watching:
        assert "resolved" in watching.until_phase(Phase.FAILED).connection().message.en


def test_other_logins_on_this_computer_are_left_out(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
    assert api.requests[-1].headers["Authorization"] == "Bearer t0k"


def test_proxy_that_does_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:9")
    with Watching(pointing_to("https://api.example.invalid:6443", tmp_path)) as watching:
        assert "proxy" in watching.until_phase(Phase.FAILED).connection().message.en


def pointing_to(server: str, folder: Path) -> ClusterChoice:
    path = folder / "config"
    path.write_text(
        json.dumps(
            {
                "current-context": "x",
                "clusters": [{"name": "x", "cluster": {"server": server}}],
                "contexts": [{"name": "x", "context": {"cluster": "x"}}],
            }
        )
    )
    return ClusterChoice(kubeconfig=str(path), namespace=NS)


def test_lost_server_comes_back(api: FakeApi, tmp_path: Path) -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return respond(500, "")

    api.lists[BACKUPS] = [thing("a")]
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        api.wait_for(lambda: bool(api.watches(BACKUPS)))
        api.answers |= {"/version": cut, f"WATCH {BACKUPS}": cut, BACKUPS: cut}
        api.emit(BACKUPS, None)
        source = watching.until_phase(Phase.LOST)
        assert names(source) == ["a"]
        for path in ("/version", f"WATCH {BACKUPS}", BACKUPS):
            del api.answers[path]
        api.answers["/version"] = (200, {})
        watching.until_phase(Phase.READY)


def test_garbage_is_not_a_list(api: FakeApi, tmp_path: Path) -> None:
    api.answers[BACKUPS] = (200, "<html>a login page</html>")
    with Watching(choice(api, tmp_path)) as watching:
        snapshot = watching.until_phase(Phase.READY).snapshot()
    assert "Kubernetes API" in snapshot.unread["Backup"].en
