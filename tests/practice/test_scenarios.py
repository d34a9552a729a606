"""Every scenario loads, is valid, shows its problem, and can be walked to its end."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from lab import APPS, CORE, OADP, TESTS, VELERO, Api, until

from tui.practice import PracticeCluster, UnknownScenario, list_scenarios, load_scenario
from tui.practice.objects import at
from tui.practice.schema import check, compact_crd
from tui.practice.world import crds

SPEED = 20.0
ISSUE = "imagestream-registry-secret-missing"
IDS = [info.id for info in list_scenarios()]
LOCATION_MISSING = {
    "no-default-bsl", "orphan-backups-sync", "orphan-backups-sync/removed",
    "expired-not-deleted/location-gone",
    "expired-not-deleted/declared-again", "backup-failed-validation/location-missing",
    "no-default-bsl/name-unknown", "no-default-bsl/no-location",
}  # fmt: skip
"""Scenarios about backups of a storage location that is not there."""


@contextmanager
def running(scenario_id: str, speed: float = SPEED) -> Iterator[tuple[PracticeCluster, Api]]:
    with PracticeCluster(load_scenario(scenario_id), speed=speed) as cluster:
        yield cluster, Api(cluster)
        assert cluster.reactions.failures == []


def _crd_files() -> list[dict[str, Any]]:
    found = []
    for path in sorted((TESTS / "crds").glob("*.yaml")):
        documents = yaml.load_all(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        found += [document for document in documents if document]
    return found


@pytest.fixture(scope="module")
def schemas() -> dict[tuple[str, str], Any]:
    return {
        (crd["spec"]["group"], crd["spec"]["names"]["kind"]): jsonschema.Draft202012Validator(
            crd["spec"]["versions"][-1]["schema"]["openAPIV3Schema"]
        )
        for crd in _crd_files()
    }


def test_the_packaged_crds_are_the_published_ones() -> None:
    assert crds() == [compact_crd(crd) for crd in _crd_files()]


def test_healthy_comes_first_and_every_issue_is_there() -> None:
    assert IDS[0] == "healthy"
    wanted = {
        ISSUE, "knative-admission-webhook", "ibm-appconnect-webhook", "dpa-cloudstorage-segfault",
        "plugin-eof-benign",
    }  # fmt: skip
    assert wanted <= set(IDS)
    for info in list_scenarios():
        assert set(info.title) == set(info.summary) == {"en", "ja"}
        assert all([*info.title.values(), *info.summary.values()])


@pytest.mark.parametrize("name", ["nosuch", "../secrets", "_base", "", "healthy/x", "a/b/c", "A"])
def test_an_unknown_scenario_is_refused(name: str) -> None:
    with pytest.raises(UnknownScenario):
        load_scenario(name)


@pytest.mark.parametrize("scenario_id", IDS)
def test_the_objects_of_a_scenario_are_valid(
    scenario_id: str, schemas: dict[tuple[str, str], Any]
) -> None:
    with running(scenario_id, speed=1) as (cluster, _):

        def everything() -> list[tuple[Any, dict[str, Any]]]:
            return [
                (resource, copy.deepcopy(obj))
                for resource in cluster.store.registry
                for obj in cluster.store.objects(resource)
            ]

        problems = []
        for resource, obj in cluster.call(everything):
            checked, dropped = check(resource, copy.deepcopy(obj))
            problems += dropped
            validator = schemas.get((resource.group, resource.kind))
            if validator is not None:
                problems += [error.message for error in validator.iter_errors(checked)]
        assert problems == []


@pytest.mark.parametrize("scenario_id", IDS)
def test_references_inside_a_scenario_lead_somewhere(scenario_id: str) -> None:
    with running(scenario_id, speed=1) as (_, api):
        locations = {item["metadata"]["name"] for item in _items(api, "backupstoragelocations")}
        backups = {item["metadata"]["name"]: item for item in _items(api, "backups")}
        used = {item["spec"]["storageLocation"] for item in backups.values()}
        assert (used <= locations) is (scenario_id not in LOCATION_MISSING)
        assert {item["spec"]["backupName"] for item in _items(api, "restores")} <= set(backups)
        uids = {
            item["metadata"]["uid"]
            for item in api.get(f"{OADP}/dataprotectionapplications")["items"]
        }
        for item in api.get(f"{APPS}/deployments")["items"]:
            refs = item["metadata"].get("ownerReferences", [])
            assert {ref["uid"] for ref in refs if ref["kind"].startswith("Data")} <= uids


def test_naming_the_package_costs_nothing() -> None:
    code = (
        "import sys, tui.practice\n"
        "heavy = {'aiohttp', 'kubernetes', 'textual', 'yaml', 'msgspec'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False,
        cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_kubeconfig_is_for_its_owner_alone(tmp_path: Path) -> None:
    with running("healthy", speed=1) as (cluster, _):
        path = cluster.write_kubeconfig(tmp_path / "config")
        config = yaml.safe_load(path.read_text("utf-8"))
        cluster.write_kubeconfig(path, user="viewer")
    assert path.stat().st_mode & 0o777 == 0o600
    assert config["current-context"] == "practice"
    assert config["contexts"][0]["context"]["namespace"] == "openshift-adp"
    assert config["users"][0]["name"] == "practice-admin"


# -- helpers for walks ---------------------------------------------------------------------------


def _items(api: Api, plural: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{VELERO}/{plural}")["items"]
    return found


def _pod(api: Api, selector: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = until(
        lambda: api.get(f"{CORE}/pods?labelSelector={selector}")["items"], f"a pod of {selector}"
    )
    return found[0]


def _log(api: Api, selector: str, container: str, query: str = "") -> str:
    name = _pod(api, selector)["metadata"]["name"]
    return api.text(f"{CORE}/pods/{name}/log?container={container}{query}")


def _velero_log(api: Api) -> str:
    return _log(api, "deploy%3Dvelero", "velero")


def _operator_log(api: Api) -> str:
    return _log(api, "control-plane%3Dcontroller-manager", "manager")


def _finish(api: Api, plural: str, spec: dict[str, Any], name: str = "mine") -> dict[str, Any]:
    kind = {"backups": "Backup", "restores": "Restore"}[plural]
    body = {"apiVersion": "velero.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    made = api("POST", f"{VELERO}/{plural}", body)
    assert made["http"] == 201, made

    def done() -> dict[str, Any] | None:
        found = api.get(f"{VELERO}/{plural}/{name}")
        ended = at(found, "status.phase") in {
            "Completed", "PartiallyFailed", "Failed", "FailedValidation",
        }  # fmt: skip
        return found if ended else None

    found = until(done, f"{name} to finish")
    assert found is not None
    return found


def _reconciled(api: Api) -> dict[str, Any]:
    found = api.get(f"{OADP}/dataprotectionapplications/dpa-sample")
    condition = at(found, "status.conditions[type=Reconciled]")
    return condition if isinstance(condition, dict) else {}


def _label(api: Api, name: str) -> None:
    labels = {"app.kubernetes.io/component": "bsl"}
    path = f"{VELERO}/backupstoragelocations/{name}"
    assert api.merge(path, {"metadata": {"labels": labels}})["http"] == 200


def _secret_there(api: Api, name: str) -> Callable[[], bool]:
    return lambda: bool(api.get(f"{CORE}/secrets/{name}")["http"] == 200)


def _restart_operator(api: Api) -> None:
    found = api("DELETE", f"{CORE}/pods?labelSelector=control-plane%3Dcontroller-manager")
    assert found["http"] == 200


def _operator_ready(api: Api) -> bool:
    found = api.get(f"{APPS}/deployments/openshift-adp-controller-manager")
    return at(found, "status.readyReplicas") == 1


# -- the scenarios -------------------------------------------------------------------------------


def test_healthy_takes_backups_and_restores() -> None:
    with running("healthy") as (_, api):
        backup = _finish(api, "backups", {"includedNamespaces": ["shop"]})
        assert backup["status"]["phase"] == "Completed"
        assert backup["spec"]["storageLocation"] == "dpa-sample-1"
        assert backup["metadata"]["generation"] > 1, "Velero's CRDs have no status subresource"
        assert "Got udistribution transport" in _velero_log(api)
        restore = _finish(api, "restores", {"backupName": "mine"})
        assert restore["status"]["progress"] == {"totalItems": 24, "itemsRestored": 24}
        lost = _finish(api, "restores", {"backupName": "nosuch"}, "lost")
        assert lost["status"]["phase"] == "FailedValidation"
        nowhere = _finish(api, "backups", {"storageLocation": "nosuch"}, "nowhere")
        assert nowhere["status"]["phase"] == "FailedValidation"


def test_a_deleted_pod_comes_back_under_a_new_name() -> None:
    with running("healthy") as (_, api):
        old = _pod(api, "deploy%3Dvelero")["metadata"]["name"]
        api("DELETE", f"{CORE}/pods/{old}")
        until(
            lambda: [
                pod
                for pod in api.get(f"{CORE}/pods?labelSelector=deploy%3Dvelero")["items"]
                if pod["metadata"]["name"] != old
                and at(pod, "status.containerStatuses[0].ready") is True
            ],
            "a new velero pod",
        )
        assert api.get(f"{CORE}/pods/{old}/log")["http"] == 404


def test_a_new_daemon_set_gets_a_pod_on_each_node() -> None:
    with running("healthy") as (_, api):
        labels = {"name": "watcher"}
        container = {"name": "watcher", "image": "registry.example.com/watcher:v1"}
        body = {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "watcher"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
        }
        assert api("POST", f"{APPS}/daemonsets", body)["http"] == 201
        until(
            lambda: at(api.get(f"{APPS}/daemonsets/watcher"), "status.numberReady") == 2,
            "a pod on each node",
        )
        pods = api.get(f"{CORE}/pods?labelSelector=name%3Dwatcher")["items"]
        nodes = {pod["spec"]["nodeName"] for pod in pods}
        assert nodes == {"worker-0.practice.example.com", "worker-1.practice.example.com"}


def test_labelling_the_location_brings_the_secret_and_backups_work() -> None:
    with running(ISSUE) as (_, api):
        shown = api.get(f"{VELERO}/backups/shop-nightly")
        assert shown["status"]["phase"] == "PartiallyFailed"
        line = (
            r'msg="[is-backup] Error getting UdistributionTransportForLocation: errors getting '
            r'registryenv: secrets \"oadp-custom-aws-registry-secret\" not found"'
        )
        assert _velero_log(api).count(line) == 2
        spec = {"includedNamespaces": ["shop"], "storageLocation": "custom"}
        failed = _finish(api, "backups", spec, "before")
        assert (failed["status"]["phase"], failed["status"]["errors"]) == ("PartiallyFailed", 2)
        assert _velero_log(api).count(line) == 4

        before = api.get(f"{VELERO}/backupstoragelocations/custom")["metadata"]["generation"]
        _label(api, "custom")
        after = api.get(f"{VELERO}/backupstoragelocations/custom")["metadata"]["generation"]
        assert before == after, "a label does not change the generation"
        until(_secret_there(api, "oadp-custom-aws-registry-secret"), "the registry secret")
        secret = api.get(f"{CORE}/secrets/oadp-custom-aws-registry-secret")
        assert set(secret["data"]) == {"access_key", "secret_key"}
        assert secret["metadata"]["ownerReferences"][0]["kind"] == "DataProtectionApplication"
        assert _finish(api, "backups", spec, "after")["status"]["phase"] == "Completed"


def test_without_validation_a_label_alone_brings_nothing() -> None:
    with running(f"{ISSUE}/not-reconciled-by-itself", speed=100) as (cluster, api):
        _label(api, "custom")
        # Twice the time that it takes where it happens: a Backup runs for 5 s of the cluster's.
        for name in ("one", "two", "three", "four"):
            _finish(api, "backups", {"storageLocation": "custom"}, name)
        assert not _secret_there(api, "oadp-custom-aws-registry-secret")()
        _restart_operator(api)
        until(_secret_there(api, "oadp-custom-aws-registry-secret"), "the registry secret")
        assert cluster.port > 0


def test_a_nudged_dpa_brings_the_secret_too() -> None:
    with running(f"{ISSUE}/not-reconciled-by-itself") as (_, api):
        _label(api, "custom")
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        pod = _pod(api, "deploy%3Dvelero")["metadata"]["name"]
        api.merge(path, {"spec": {"unsupportedOverrides": {"reconcile-nudge": "1"}}})
        until(_secret_there(api, "oadp-custom-aws-registry-secret"), "the registry secret")
        assert _pod(api, "deploy%3Dvelero")["metadata"]["name"] == pod, "Velero is left alone"


def test_a_location_from_a_bucket_lacks_the_label() -> None:
    with running(f"{ISSUE}/bucket-unlabelled") as (_, api):
        location = api.get(f"{VELERO}/backupstoragelocations/dpa-sample-1")
        assert location["metadata"]["ownerReferences"][0]["kind"] == "DataProtectionApplication"
        assert "labels" not in location["metadata"]
        assert "oadp-dpa-sample-1-aws-registry-secret" in _velero_log(api)
        _label(api, "dpa-sample-1")
        _restart_operator(api)
        until(_secret_there(api, "oadp-dpa-sample-1-aws-registry-secret"), "the registry secret")
        after = api.get(f"{VELERO}/backupstoragelocations/dpa-sample-1")
        assert after["metadata"]["labels"] == {"app.kubernetes.io/component": "bsl"}
        assert after["spec"] == location["spec"]


def test_with_images_off_a_label_brings_nothing() -> None:
    with running(f"{ISSUE}/images-off") as (_, api):
        spec = {"includedNamespaces": ["shop"], "storageLocation": "custom"}
        assert _finish(api, "backups", spec)["status"]["phase"] == "Completed"
        assert "[is-backup]" not in _velero_log(api)
        _label(api, "custom")
        _restart_operator(api)
        until(lambda: "Reconcile complete" in _operator_log(api), "a reconcile")
        assert not _secret_there(api, "oadp-custom-aws-registry-secret")()


def test_a_wrong_provider_spelling_fails_in_its_own_words() -> None:
    with running(f"{ISSUE}/provider-spelling") as (_, api):
        spec = {"includedNamespaces": ["shop"], "storageLocation": "custom"}
        assert _finish(api, "backups", spec)["status"]["phase"] == "PartiallyFailed"
        log = _velero_log(api)
        assert "errors getting registry env vars: unsupported provider" in log
        assert "registryenv:" not in log


def test_the_old_plugin_panics() -> None:
    with running(f"{ISSUE}/old-panic") as (_, api):
        log = _velero_log(api)
        assert "plugin panicked: runtime error: index out of range [1] with length 1" in log
        assert "registryenv:" not in log


def test_knative_services_are_restored_before_the_rest() -> None:
    with running("knative-admission-webhook") as (_, api):
        shown = api.get(f"{VELERO}/restores/shop-restore")
        assert shown["status"]["phase"] == "PartiallyFailed"
        words = r"admission webhook \"validation.webhook.serving.knative.dev\" denied the request"
        assert words in _velero_log(api)
        whole = {"backupName": "shop-nightly", "includedNamespaces": ["shop"]}

        again = _finish(api, "restores", whole, "again")
        assert (again["status"]["phase"], again["status"]["errors"]) == ("PartiallyFailed", 4)
        typo = {**whole, "includedResources": ["service.serving.knavtive.dev"]}
        nothing = _finish(api, "restores", typo, "typo")
        assert nothing["status"]["phase"] == "Completed"
        assert nothing["status"]["progress"]["totalItems"] == 0
        kinds = ["namespaces", "serviceaccounts", "secrets", "configmaps", "persistentvolumeclaims"]
        needed = _finish(api, "restores", {**whole, "includedResources": kinds}, "needed")
        assert needed["status"]["phase"] == "Completed"
        only = {**whole, "includedResources": ["services.serving.knative.dev"]}
        assert _finish(api, "restores", only, "ksvc")["status"]["phase"] == "Completed"
        path = "/apis/serving.knative.dev/v1/namespaces/shop/services/storefront"
        until(
            lambda: at(api.get(path), "status.conditions[type=Ready].status") == "True",
            "the Knative Service to be ready",
        )
        children = [
            "services.serving.knative.dev", "configurations.serving.knative.dev",
            "revisions.serving.knative.dev", "routes.serving.knative.dev",
            "ingresses.networking.internal.knative.dev",
        ]  # fmt: skip
        without = {"key": "serving.knative.dev/service", "operator": "DoesNotExist"}
        rest = {
            **whole,
            "excludedResources": children,
            "labelSelector": {"matchExpressions": [without]},
        }
        done = _finish(api, "restores", rest, "rest")
        assert done["status"]["phase"] == "Completed"
        assert done["status"]["progress"]["totalItems"] > 0
        assert "errors" not in done["status"]


def test_a_typo_restored_nothing() -> None:
    with running("knative-admission-webhook/typo-restored-nothing") as (_, api):
        shown = api.get(f"{VELERO}/restores/shop-restore-ksvc")
        assert shown["status"]["phase"] == "Completed"
        assert shown["status"]["progress"] == {"totalItems": 0, "itemsRestored": 0}


def test_app_connect_is_restored_without_configurations_or_with_a_modifier() -> None:
    with running("ibm-appconnect-webhook") as (_, api):
        words = r"admission webhook \"mutate.configuration.upsert.appconnect.ibm.com\" denied"
        assert words in _velero_log(api)
        whole = {"backupName": "integration-nightly", "includedNamespaces": ["integration"]}
        assert _finish(api, "restores", whole, "again")["status"]["phase"] == "PartiallyFailed"
        without = {**whole, "excludedResources": ["configurations.appconnect.ibm.com"]}
        assert _finish(api, "restores", without, "without")["status"]["phase"] == "Completed"
        modifier = {**whole, "resourceModifier": {"kind": "ConfigMap", "name": "set-version"}}
        missing = _finish(api, "restores", modifier, "missing")
        assert missing["status"]["phase"] == "FailedValidation"
        rules = "version: v1\nresourceModifierRules: []\n"
        body = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "set-version"},
                "data": {"rules.yaml": rules}}  # fmt: skip
        assert api("POST", f"{CORE}/configmaps", body)["http"] == 201
        assert _finish(api, "restores", modifier, "modified")["status"]["phase"] == "Completed"
        path = "/apis/appconnect.ibm.com/v1beta1/namespaces/integration/configurations"
        names = {item["metadata"]["name"] for item in api.get(path)["items"]}
        assert {"orders-policy", "orders-accounts"} <= names


def test_the_operator_crashes_until_no_bucket_is_left() -> None:
    with running("dpa-cloudstorage-segfault") as (_, api):
        state = _pod(api, "control-plane%3Dcontroller-manager")["status"]["containerStatuses"][0]
        assert state["state"]["waiting"]["reason"] == "CrashLoopBackOff"
        assert state["lastState"]["terminated"]["exitCode"] == 2
        previous = _log(api, "control-plane%3Dcontroller-manager", "manager", "&previous=true")
        assert "[signal SIGSEGV: segmentation violation" in previous
        assert "credentials.AppendCloudProviderVolumes" in previous
        count = state["restartCount"]
        until(
            lambda: (
                _pod(api, "control-plane%3Dcontroller-manager")["status"]["containerStatuses"][0][
                    "restartCount"
                ]
                > count
            ),
            "another crash",
        )
        velero = {
            "provider": "aws", "default": True, "config": {"region": "us-east-2"},
            "objectStorage": {"bucket": "practice-oadp-backups", "prefix": "velero"},
            "credential": {"name": "cloud-credentials", "key": "cloud"},
        }  # fmt: skip
        patch = [
            {"op": "remove", "path": "/spec/backupLocations/0/bucket"},
            {"op": "add", "path": "/spec/backupLocations/0/velero", "value": velero},
        ]
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        assert api("PATCH", path, patch, "application/json-patch+json")["http"] == 200
        until(lambda: _operator_ready(api), "the operator to recover")
        until(lambda: _reconciled(api).get("status") == "True", "the DPA to be reconciled")
        location = api.get(f"{VELERO}/backupstoragelocations/dpa-sample-1")
        assert location["status"]["phase"] == "Available"


def test_the_operator_recovers_without_the_node_agent_once_its_pod_is_deleted() -> None:
    with running("dpa-cloudstorage-segfault") as (_, api):
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        api.merge(path, {"spec": {"configuration": {"nodeAgent": {"enable": False}}}})
        _restart_operator(api)
        until(lambda: _operator_ready(api), "the operator to recover")
        until(lambda: _reconciled(api).get("status") == "True", "the DPA to be reconciled")


@pytest.mark.parametrize(
    ("variant", "patch"),
    [
        ("both-defined", [{"op": "remove", "path": "/spec/backupLocations/0/bucket"}]),
        ("neither-defined", [{"op": "remove", "path": "/spec/backupLocations/1"}]),
    ],
)
def test_a_refused_entry_is_accepted_once_repaired(
    variant: str, patch: list[dict[str, Any]]
) -> None:
    with running(f"dpa-cloudstorage-segfault/{variant}") as (_, api):
        refused = _reconciled(api)
        assert (refused["status"], refused["reason"]) == ("False", "Error")
        assert "Reconciler error" in _operator_log(api)
        assert refused["message"] in _operator_log(api)
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        api("PATCH", path, patch, "application/json-patch+json")
        until(lambda: _reconciled(api)["message"] == "Reconcile complete", "a reconciled DPA")


def test_a_new_fault_in_the_dpa_is_refused() -> None:
    with running("healthy") as (_, api):
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        api.merge(path, {"spec": {"backupLocations": [{"name": "empty"}]}})
        until(lambda: _reconciled(api)["status"] == "False", "the DPA to be refused")
        message = _reconciled(api)["message"]
        assert message == "BackupLocation must have velero or bucket configuration"
        found = api.get(path)
        version = found["metadata"]["generation"]
        api.merge(f"{path}/status", {"status": {"conditions": []}})
        assert api.get(path)["metadata"]["generation"] == version, "it has a status subresource"


def test_a_bucket_first_with_non_admin_panics_until_it_stands_behind() -> None:
    with running("dpa-cloudstorage-segfault/non-admin-bucket") as (_, api):
        assert "Observed a panic" in _operator_log(api)
        assert _reconciled(api) == {}
        agent = _pod(api, "role%3Dnode-agent")
        assert agent["metadata"]["labels"]["name"] == "node-agent"
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        locations = api.get(path)["spec"]["backupLocations"]
        api.merge(path, {"spec": {"backupLocations": locations[::-1]}})
        until(lambda: _reconciled(api).get("status") == "True", "the DPA to be reconciled")


def test_setting_the_log_level_back_rolls_velero() -> None:
    with running("plugin-eof-benign") as (_, api):
        line = 'level=debug msg="received EOF, stopping recv loop"'
        assert line in _velero_log(api)
        assert "pluginName=stdio" in _velero_log(api)
        old = _pod(api, "deploy%3Dvelero")["metadata"]["name"]
        patch = [{"op": "remove", "path": "/spec/configuration/velero/logLevel"}]
        path = f"{OADP}/dataprotectionapplications/dpa-sample"
        api("PATCH", path, patch, "application/json-patch+json")

        def rolled() -> bool:
            pods = api.get(f"{CORE}/pods?labelSelector=deploy%3Dvelero")["items"]
            return len(pods) == 1 and pods[0]["metadata"]["name"] != old

        until(rolled, "a new velero pod")
        log = _velero_log(api)
        assert "setting log-level to INFO" in log
        assert "level=debug" not in log
        found = api.get(f"{APPS}/deployments/velero")
        assert "--log-level=debug" not in json.dumps(found)
