"""Clients find out what the practice cluster serves."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from lab import Api, exchange, recording

from tui.practice import PracticeCluster, load_scenario

_V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@pytest.fixture(scope="module")
def cluster() -> Iterator[PracticeCluster]:
    with PracticeCluster(load_scenario("healthy")) as running:
        yield running


@pytest.mark.parametrize("name", ["velero-v1", "velero-v2alpha1", "oadp-v1alpha1", "velero-group"])
def test_custom_resources_are_listed_as_recorded(cluster: PracticeCluster, name: str) -> None:
    found = recording(f"discovery-{name}")
    theirs, ours = json.loads(found["response_body"]), Api(cluster).get(found["path"])
    assert ours.pop("http") == 200
    for listing in (ours, theirs):
        for item in listing.get("resources", []):
            item.pop("storageVersionHash", None)
            item["verbs"] = sorted(item["verbs"])
        if "resources" in listing:
            listing["resources"].sort(key=lambda item: item["name"])
    assert ours == theirs


def test_aggregated_discovery_names_the_same_kinds(cluster: PracticeCluster) -> None:
    status, text, headers = exchange(cluster.url, "GET", "/apis", headers={"Accept": _V2})
    assert (status, headers["Content-Type"]) == (200, _V2)
    groups = {item["metadata"]["name"]: item for item in json.loads(text)["items"]}
    plain = Api(cluster).get("/apis")["groups"]
    assert set(groups) == {group["name"] for group in plain}
    velero = {item["resource"] for item in groups["velero.io"]["versions"][0]["resources"]}
    assert {"backups", "restores", "backupstoragelocations"} <= velero


def test_the_version_says_that_this_is_a_practice_cluster(cluster: PracticeCluster) -> None:
    found = Api(cluster).get("/version")
    recorded = json.loads(recording("discovery-version")["response_body"])
    assert "practice" in found["gitVersion"]
    assert set(found) - {"http"} <= set(recorded)


def test_health_answers_ok(cluster: PracticeCluster) -> None:
    assert [Api(cluster).text(path) for path in ("/readyz", "/livez", "/healthz")] == ["ok"] * 3


def test_rules_of_the_viewer_leave_out_secrets(cluster: PracticeCluster) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    found = Api(cluster, "viewer")("POST", path, {"spec": {"namespace": "openshift-adp"}})
    rules = found["status"]["resourceRules"]
    core = next(rule for rule in rules if rule["apiGroups"] == [""])
    assert "secrets" not in core["resources"]
    assert "pods/log" in core["resources"]
    assert core["verbs"] == ["get", "list", "watch"]


def test_everybody_may_ask_who_they_are(cluster: PracticeCluster) -> None:
    for user in ("admin", "viewer"):
        found = Api(cluster, user).get("/apis/user.openshift.io/v1/users/~")
        assert found["metadata"]["name"] == f"practice-{user}"
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        review = Api(cluster, user)("POST", path, {})
        assert review["status"]["userInfo"]["username"] == f"practice-{user}"


def test_openapi_says_that_writes_take_a_dry_run(cluster: PracticeCluster) -> None:
    index = Api(cluster).get("/openapi/v3")["paths"]
    found = Api(cluster).get(index["apis/velero.io/v1"]["serverRelativeURL"])
    place = "/apis/velero.io/v1/namespaces/{namespace}/backups/{name}"
    names = [item["name"] for item in found["paths"][place]["patch"]["parameters"]]
    assert {"dryRun", "fieldValidation"} <= set(names)
    status, _, headers = exchange(
        cluster.url, "GET", "/openapi/v2", headers={"Accept": "application/json"}
    )
    assert (status, headers["Content-Type"]) == (200, "application/json")
