"""Kinds that stand for the objects of a resource with a label."""

from datetime import UTC, datetime

from knowledge.kinds import BY_RESOURCE, KINDS
from knowledge.snapshot import Snapshot, SourceInfo, SourceType, index


def body(name: str, **labels: str) -> dict[str, object]:
    return {"metadata": {"name": name, "namespace": "shop", "labels": labels}}


RESTORED = {"velero.io/restore-name": "r1"}


def snapshot(**objects: list[dict[str, object]]) -> Snapshot:
    source = SourceInfo(SourceType.FILES, "test", "openshift-adp")
    return Snapshot(
        source, datetime.now(UTC), {kind: index(all_) for kind, all_ in objects.items()}
    )


def test_they_are_found_among_all_objects_of_their_resource() -> None:
    pods = snapshot(Pod=[body("a", **RESTORED), body("b")])
    assert list(pods.of("RestoredPod")) == [("shop", "a")]
    claims = snapshot(persistentvolumeclaims=[body("c", **RESTORED), body("d", app="x")])
    assert list(claims.of("RestoredVolumeClaim")) == [("shop", "c")]
    assert not pods.of("RestoredRoute")


def test_what_the_source_asked_for_by_itself_counts() -> None:
    both = snapshot(Pod=[body("a", **RESTORED)], RestoredPod=[body("z", **RESTORED)])
    assert list(both.of("RestoredPod")) == [("shop", "z")]


def test_a_resource_is_known_by_its_kind_without_a_label() -> None:
    assert BY_RESOURCE["", "pods"].name == "Pod"
    assert KINDS["RestoredPod"].resource == "pods"
