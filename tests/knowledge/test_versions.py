import pytest

from knowledge.snapshot import Versions, index
from knowledge.versions import versions


def csv(name: str, version: str = "", *, display: str = "OADP Operator", phase: str = "Succeeded"):
    return {
        "metadata": {"name": name, "namespace": "openshift-adp"},
        "spec": {"displayName": display, **({"version": version} if version else {})},
        "status": {"phase": phase},
    }


def deployment(image: str):
    containers = [{"name": "velero", "image": image}]
    return {
        "metadata": {"name": "velero", "namespace": "openshift-adp"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


def of(**kinds) -> Versions:
    return versions({kind: index(objects) for kind, objects in kinds.items()})


def test_nothing_is_known_of_nothing() -> None:
    assert of() == Versions(None, None, None)


def test_oadp_from_its_csv() -> None:
    other = csv("other.v9.9.9", "9.9.9", display="Other")
    assert of(ClusterServiceVersion=[other, csv("oadp-operator.v1.4.1", "1.4.1")]).oadp == "1.4.1"
    assert of(ClusterServiceVersion=[csv("oadp-operator.v1.3.0", display="Mine")]).oadp == "1.3.0"


def test_the_csv_that_is_in_place_counts_during_an_upgrade() -> None:
    old = csv("oadp-operator.v1.4.9", "1.4.9")
    new = csv("oadp-operator.v1.5.0", "1.5.0", phase="Installing")
    assert of(ClusterServiceVersion=[new, old]).oadp == "1.4.9"
    replaced = csv("oadp-operator.v1.4.10", "1.4.10")
    assert of(ClusterServiceVersion=[old, replaced]).oadp == "1.4.10"


def test_which_csv_runs_is_not_known_while_neither_is_in_place() -> None:
    old = csv("oadp-operator.v1.3.9", "1.3.9", phase="Replacing")
    new = csv("oadp-operator.v1.4.0", "1.4.0", phase="Installing")
    assert of(ClusterServiceVersion=[new, old]).oadp is None
    assert of(ClusterServiceVersion=[old]).oadp == "1.3.9"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("docker.io/velero/velero:v1.14.1", "1.14.1"),
        ("localhost:5000/velero/velero:v1.14.1@sha256:00", "1.14.1"),
        ("velero/velero:main", None),
        ("velero/velero@sha256:00", None),
        # The tag is OADP's version, not Velero's.
        ("registry.example.com/oadp/oadp-velero-rhel9:1.4.1", None),
    ],
)
def test_velero_from_its_image(image: str, expected: str | None) -> None:
    assert of(Deployment=[deployment(image)]).velero == expected


def test_velero_says_itself() -> None:
    def answer(name: str, version: str, time: str):
        status = {"serverVersion": version, "processedTimestamp": time}
        return {"metadata": {"name": name, "namespace": "n"}, "status": status}

    found = of(
        Deployment=[deployment("velero/velero:v1.0.0")],
        ServerStatusRequest=[
            answer("new", "v1.14.1-OADP", "2026-11-23T10:00:00Z"),
            answer("old", "v1.12.0", "2026-11-22T10:00:00Z"),
        ],
    )
    assert found.velero == "1.14.1-OADP"


def test_openshift_is_the_last_completed_update() -> None:
    history = [
        {"state": "Partial", "version": "4.17.0"},
        {"state": "Completed", "version": "4.16.19"},
    ]
    body = {"metadata": {"name": "version"}, "status": {"history": history}}
    assert of(ClusterVersion=[body]).openshift == "4.16.19"


def test_nonsense_is_no_version() -> None:
    assert (
        of(ClusterServiceVersion=[{"metadata": {"name": "oadp-operator.v"}, "spec": []}]).oadp
        is None
    )
    assert of(Deployment=[deployment(None)]).velero is None  # type: ignore[arg-type]
