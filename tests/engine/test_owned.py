from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.snapshot import ObjectRef, Snapshot, SourceInfo, SourceType, index
from knowledge.text import Text
from tui.engine.owned import MOST, owned
from tui.engine.practice_source import PracticeSource

NS = "openshift-adp"


def thing(name: str, *owners: str, namespace: str = NS, **metadata: Any) -> dict[str, Any]:
    """An object whose uid is `u-NAME`, owned by `owners`."""
    refs = [{"uid": f"u-{each}", "name": each, "kind": "X"} for each in owners]
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"u-{name}",
            **({"ownerReferences": refs} if refs else {}),
            **metadata,
        }
    }


def snapshot(unread: dict[str, Text] | None = None, **objects: list[dict[str, Any]]) -> Snapshot:
    return Snapshot(
        SourceInfo(SourceType.CLUSTER, "lab", NS),
        datetime(2026, 1, 1, tzinfo=UTC),
        {kind: index(found) for kind, found in objects.items()},
        unread or {},
    )


def found(taken: Snapshot, kind: str, name: str, namespace: str = NS) -> list[str]:
    return [each.name for each in owned(taken, kind, namespace, name).objects]


def test_what_is_owned_goes_and_what_that_owns() -> None:
    taken = snapshot(
        Backup=[thing("b"), thing("other")],
        DataUpload=[thing("d", "b"), thing("e", "other")],
        Secret=[thing("s", "d"), thing("free")],
    )
    assert found(taken, "Backup", "b") == ["d", "s"]
    assert owned(taken, "Backup", NS, "b").objects[0] == ObjectRef("DataUpload", NS, "d")
    assert found(taken, "Secret", "free") == []


def test_another_owner_that_stays_holds_an_object() -> None:
    taken = snapshot(Backup=[thing("a"), thing("b")], Secret=[thing("s", "a", "b")])
    assert found(taken, "Backup", "a") == []


def test_an_object_goes_when_all_its_owners_go() -> None:
    taken = snapshot(
        DataProtectionApplication=[thing("dpa")],
        BackupStorageLocation=[thing("left", "dpa"), thing("right", "dpa")],
        Secret=[thing("s", "left", "right")],
    )
    assert found(taken, "DataProtectionApplication", "dpa") == ["left", "right", "s"]


def test_an_owner_that_was_not_read_does_not_hold_an_object() -> None:
    taken = snapshot(Backup=[thing("a")], Secret=[thing("s", "a", "nobody")])
    assert found(taken, "Backup", "a") == ["s"]


def test_circles_end() -> None:
    taken = snapshot(Backup=[thing("a", "b")], Secret=[thing("b", "a"), thing("c", "c", "b")])
    assert found(taken, "Backup", "a") == ["b"]


def test_pods_are_found_behind_a_replica_set_that_was_not_read() -> None:
    pod = thing("velero-7d9-x", labels={"pod-template-hash": "7d9"})
    pod["metadata"]["ownerReferences"] = [
        {"uid": "u-rs", "kind": "ReplicaSet", "name": "velero-7d9"}
    ]
    other = thing("shop-7d9-x", labels={"pod-template-hash": "7d9"})
    other["metadata"]["ownerReferences"] = [
        {"uid": "u-r2", "kind": "ReplicaSet", "name": "shop-7d9"}
    ]
    taken = snapshot(Deployment=[thing("velero")], Pod=[pod, other])
    assert found(taken, "Deployment", "velero") == ["velero-7d9-x"]


def test_a_namespace_takes_everything_in_it() -> None:
    taken = snapshot(
        Pod=[thing("p"), thing("q", namespace="shop")],
        VolumeSnapshotContent=[thing("c", "p", namespace="")],
    )
    assert found(taken, "Namespace", NS, "") == ["p", "c"]


def test_a_definition_takes_every_object_of_its_kind() -> None:
    taken = snapshot(
        Backup=[thing("a"), thing("b", namespace="shop")], DataUpload=[thing("d", "a")]
    )
    assert found(taken, "CustomResourceDefinition", "backups.velero.io", "") == ["a", "b", "d"]


def test_no_more_than_500_are_listed_and_the_rest_counted() -> None:
    taken = snapshot(Schedule=[thing("s")], Backup=[thing(f"b{at}", "s") for at in range(700)])
    answer = owned(taken, "Schedule", NS, "s")
    assert (len(answer.objects), answer.more) == (MOST, 200)


def test_what_cannot_be_seen_is_said() -> None:
    denied = Text(en="denied", ja="拒否")
    taken = snapshot(
        {"Secret": denied}, Backup=[thing("b")], Event=[thing("e")], VolumeSnapshot=[
            thing("v", namespace="shop")
        ]
    )  # fmt: skip
    assert "not read" in owned(taken, "Backup", NS, "none").unseen.en
    assert "Secret" in owned(taken, "Backup", NS, "b").unseen.ja
    assert "Secret" not in owned(snapshot(Backup=[thing("b")]), "Backup", NS, "b").unseen.en
    elsewhere = owned(taken, "VolumeSnapshot", "shop", "v").unseen
    assert "more" in elsewhere.en
    assert owned(taken, "Event", NS, "e").unseen is None


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        [],
        {"ownerReferences": {}},
        {"ownerReferences": [1, {"uid": 5}, {}]},
        {"ownerReferences": [{"uid": "u-a", "kind": "ReplicaSet"}], "labels": 5},
    ],
)
def test_odd_objects_do_no_harm(metadata: Any) -> None:
    taken = Snapshot(
        SourceInfo(SourceType.CLUSTER, "lab", NS),
        datetime(2026, 1, 1, tzinfo=UTC),
        {"Backup": {(NS, "a"): thing("a")}, "Secret": {(NS, "s"): {"metadata": metadata}}},
    )
    assert len(owned(taken, "Backup", NS, "a").objects) <= 1


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=3)), max_size=12))
def test_what_goes_is_what_no_longer_has_an_owner(edges: list[tuple[int, list[int]]]) -> None:
    owners = {str(each): [str(up) for up in above] for each, above in edges}
    objects = [thing(name, *above) for name, above in owners.items()]
    taken = snapshot(Backup=objects)
    for name in owners:
        gone = {name, *found(taken, "Backup", name)}
        for each, above in owners.items():
            held = [up for up in above if up in owners and up not in gone]
            if each in gone and each != name:
                assert above
                assert not held
            elif each not in gone and any(up in gone for up in above):
                assert held


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeSource]:
    import threading

    from watching import QUICK

    from knowledge.scan import Collector
    from tui.engine.ports import Phase

    source = PracticeSource(
        "imagestream-registry-secret-missing", kinds=(), collector=Collector([])
    )
    source._pace = QUICK
    changed = threading.Event()
    source.start(changed.set)
    try:
        for _ in range(200):
            if source.connection().phase is Phase.READY:
                break
            changed.wait(0.1)
            changed.clear()
        yield source
    finally:
        source.stop()


def test_a_dpa_of_the_practice_cluster_takes_velero_with_it(practice: PracticeSource) -> None:
    taken = practice.snapshot()
    ((namespace, name),) = taken.of("DataProtectionApplication")
    kinds = {str(each).split()[0] for each in owned(taken, "DataProtectionApplication", namespace,
                                                    name).objects}  # fmt: skip
    assert {"BackupStorageLocation", "Deployment", "Pod"} <= kinds
    assert "Backup" not in kinds
