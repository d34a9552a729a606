from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.kinds import KINDS
from knowledge.model import Risk
from knowledge.snapshot import ObjectRef
from tests.fakes import HEAD, TARGET, FakeRunner, body, snapshot
from tui.engine.gate import Gate
from tui.engine.object_commands import (
    FOLLOW_FOR,
    About,
    LogChoice,
    command,
    followed_logs,
    log_choices,
    logs,
)
from tui.engine.request import Request

NAMESPACE = "openshift-adp"
BACKUP = ObjectRef("Backup", NAMESPACE, "nightly")


def pod(name: str, *containers: str, restarts: int = 0, **rest: Any) -> dict[str, Any]:
    made = body("Pod", name)
    made["metadata"]["labels"] = rest.pop("labels", {})
    made["spec"] = {"containers": [{"name": each} for each in containers], **rest}
    made["status"] = {
        "containerStatuses": [{"name": each, "restartCount": restarts} for each in containers]
    }
    return made


def arguments(request: Request | None) -> str:
    assert request is not None
    assert request.argv[: len(HEAD)] == HEAD
    return " ".join(request.argv[len(HEAD) :])


def test_each_look_at_an_object_is_one_exact_read() -> None:
    assert (
        arguments(command(About.DESCRIBE, BACKUP, TARGET)) == "describe backups.velero.io nightly"
    )
    assert arguments(command(About.YAML, BACKUP, TARGET)) == "get backups.velero.io nightly -o yaml"
    assert arguments(command(About.EVENTS, BACKUP, TARGET)) == (
        "get events --field-selector involvedObject.kind=Backup,involvedObject.name=nightly"
        " --sort-by .lastTimestamp"
    )


def test_objects_without_a_namespace_have_their_events_in_default() -> None:
    ref = ObjectRef("StorageClass", "", "gp3")
    described = command(About.DESCRIBE, ref, TARGET)
    events = command(About.EVENTS, ref, TARGET)
    assert described is not None
    assert events is not None
    assert "-n" not in described.argv
    assert events.argv[len(TARGET.pinned) :][:2] == ("-n", "default")


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("about", [About.DESCRIBE, About.YAML, About.EVENTS])
def test_the_gate_lets_every_look_at_every_kind_through(kind: str, about: About) -> None:
    for namespace in (NAMESPACE, ""):
        if (KINDS[kind].scope == "cluster") is bool(namespace):
            continue
        request = command(about, ObjectRef(kind, namespace, "x"), TARGET)
        assert request is not None
        assert Gate(FakeRunner(), TARGET).judge(request)[1] is Risk.READ


def test_logs_can_be_followed_and_those_before_a_restart_read() -> None:
    choice = LogChoice(NAMESPACE, "pod/velero-1", "velero")
    assert arguments(logs(choice, TARGET)) == "logs pod/velero-1 -c velero --tail=10000"
    assert arguments(logs(choice, TARGET, follow=True)).endswith("--tail=10000 -f")
    assert arguments(logs(choice, TARGET, previous=True)).endswith("--tail=10000 -p")
    assert logs(choice, TARGET, follow=True).timeout == FOLLOW_FOR
    judged, risk = Gate(FakeRunner(), TARGET).judge(logs(choice, TARGET, follow=True))
    assert judged.follows
    assert risk is Risk.READ


def test_a_pod_has_the_logs_of_its_containers_the_restarted_ones_twice() -> None:
    made = pod("p", "main", "side", restarts=2)
    made["spec"]["initContainers"] = [{"name": "before"}]
    found = log_choices(ObjectRef("Pod", NAMESPACE, "p"), snapshot(made))
    assert [(each.container, each.previous) for each in found] == [
        ("main", True),
        ("side", True),
        ("before", False),
    ]
    assert {each.owner for each in found} == {"pod/p"}


def test_a_workload_has_the_logs_of_the_pods_that_it_selects() -> None:
    velero = body("Deployment", "velero", spec={"selector": {"matchLabels": {"a": "b"}}})
    facts = snapshot(
        velero,
        pod("velero-1", "velero", labels={"a": "b", "c": "d"}),
        pod("other", "main", labels={"a": "c"}),
    )
    found = log_choices(ObjectRef("Deployment", NAMESPACE, "velero"), facts)
    assert [each.owner for each in found] == ["pod/velero-1"]
    empty = snapshot(body("Deployment", "velero", spec={}), pod("other", "main"))
    assert log_choices(ObjectRef("Deployment", NAMESPACE, "velero"), empty) == ()


def test_what_velero_carries_out_has_veleros_log() -> None:
    facts = snapshot(
        pod("velero-1", "velero", labels={"deploy": "velero"}),
        pod("node-agent-1", "node-agent", labels={"name": "node-agent"}),
    )
    assert [each.owner for each in log_choices(BACKUP, facts)] == ["pod/velero-1"]
    assert log_choices(BACKUP, snapshot()) == (
        LogChoice(NAMESPACE, "deployment.apps/velero", "velero"),
    )


def test_a_data_movement_has_the_log_of_the_agent_on_its_node() -> None:
    upload = body("DataUpload", "du", status={"node": "two"})
    agents = [
        pod(f"node-agent-{node}", "node-agent", labels={"name": "node-agent"}, nodeName=node)
        for node in ("one", "two")
    ]
    ref = ObjectRef("DataUpload", NAMESPACE, "du")
    found = log_choices(ref, snapshot(upload, *agents))
    assert [each.owner for each in found] == ["pod/node-agent-two"]
    waiting = snapshot(body("DataUpload", "du"), *agents)
    assert len(log_choices(ref, waiting)) == 2


def test_storage_classes_have_no_log() -> None:
    assert log_choices(ObjectRef("StorageClass", "", "gp3"), snapshot()) == ()


ODD = ["--all", "-A", "-n", "x,y", "x/y", "x y", "x=y", "--context=y", "x\n", "", "ｘ", "x\u202ey"]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("about", list(About))
def test_what_is_no_name_is_not_asked_for(name: str, about: About) -> None:
    assert command(about, ObjectRef("Backup", NAMESPACE, name), TARGET) is None
    assert command(about, ObjectRef(name, NAMESPACE, "x"), TARGET) is None
    assert name == "" or command(about, ObjectRef("Backup", name, "x"), TARGET) is None
    assert log_choices(ObjectRef("Backup", NAMESPACE, name), snapshot()) == ()
    assert log_choices(ObjectRef("Pod", NAMESPACE, "p"), snapshot(pod("p", name))) == ()


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.sampled_from(About))
def test_no_name_becomes_a_flag_or_another_place(
    kind: str, namespace: str, name: str, about: About
) -> None:
    ref = ObjectRef(kind, namespace, name)
    request = command(about, ref, TARGET)
    if request is not None:
        rest = request.argv[len(TARGET.pinned) :]
        asked = [each for each in rest if each.startswith("-")]
        assert set(asked) <= {"-n", "-o", "--field-selector", "--sort-by"}
        Gate(FakeRunner(), TARGET).judge(request)
    made = pod(name, name)
    for choice in log_choices(ObjectRef("Pod", namespace, name), snapshot(made)):
        Gate(FakeRunner(), TARGET).judge(logs(choice, replace(TARGET)))


def test_the_pod_that_moves_the_data_comes_before_the_agent_of_its_node() -> None:
    upload = body("DataUpload", "daily-1-x7k2p", status={"node": "worker-1"})
    mover = pod("daily-1-x7k2p", "mover", labels={"velero.io/data-upload": "daily-1-x7k2p"})
    other = pod("daily-1-other", "mover", labels={"velero.io/data-upload": "daily-1-other"})
    agent = pod("node-agent-a", "node-agent", labels={"name": "node-agent"}, nodeName="worker-1")
    ref = ObjectRef("DataUpload", NAMESPACE, "daily-1-x7k2p")
    choices = log_choices(ref, snapshot(upload, agent, mover, other))
    assert [each.owner for each in choices] == ["pod/daily-1-x7k2p", "pod/node-agent-a"]


def test_the_log_for_a_backup_is_not_that_of_a_repositorys_maintenance() -> None:
    job = pod("r-maintain-job-1-x", "m", labels={"velero.io/repo-name": "shop-default-kopia"})
    velero = pod("velero-1", "velero", labels={"deploy": "velero"})
    facts = snapshot(body("Backup", "nightly"), job, velero)
    assert [each.owner for each in log_choices(BACKUP, facts)] == ["pod/velero-1"]
    repository = ObjectRef("BackupRepository", NAMESPACE, "shop-default-kopia")
    owners = [each.owner for each in log_choices(repository, facts)]
    assert owners == ["pod/r-maintain-job-1-x", "pod/velero-1"]


def test_logs_of_an_object_are_followed_in_full_where_pods_are_known() -> None:
    ref = ObjectRef("Pod", NAMESPACE, "p")
    made = pod("p", "main", restarts=2)
    made["spec"]["initContainers"] = [
        {"name": "before"},
        {"name": "beside", "restartPolicy": "Always"},
    ]
    waiting = ("p/main", "p/main (previous)", "p/before", "p/beside")
    assert followed_logs(ref, snapshot(made)) == waiting
    made["status"]["phase"] = "Running"
    assert followed_logs(ref, snapshot(made)) == ("p/main", "p/main (previous)", "p/beside")
    # Only a command can tell which pod of the Deployment it is.
    assert followed_logs(BACKUP, snapshot()) == ()
    assert followed_logs(ObjectRef("StorageClass", "", "gp3"), snapshot()) == ()
    elsewhere = body("Pod", "p", "shop", spec=made["spec"])
    assert followed_logs(ObjectRef("Pod", "shop", "p"), snapshot(elsewhere)) == ()
