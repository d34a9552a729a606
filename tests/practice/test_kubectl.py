"""A real kubectl, and the real Kubernetes client, work on the practice cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab import CORE, VELERO, Api, until

from tui.practice import PracticeCluster, load_scenario

KUBECTL = os.environ.get("OADP_DOCTOR_KUBECTL") or shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(not KUBECTL, reason="no kubectl on PATH")
_MANIFEST = """
apiVersion: velero.io/v1
kind: Backup
metadata: {name: NAME, namespace: openshift-adp}
spec: {includedNamespaces: [shop], storageLocation: custom}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[PracticeCluster]:
    scenario = load_scenario("imagestream-registry-secret-missing")
    with PracticeCluster(scenario, speed=20) as running:
        yield running


@pytest.fixture(scope="module")
def environment(
    cluster: PracticeCluster, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("kubectl")
    cluster.write_kubeconfig(folder / "admin")
    cluster.write_kubeconfig(folder / "viewer", user="viewer")
    cluster.write_kubeconfig(folder / "expired", user="expired")
    return {**os.environ, "KUBECONFIG": str(folder / "admin"), "HOME": str(folder),
            "KUBECACHEDIR": str(folder / "cache")}  # fmt: skip


@pytest.fixture
def kubectl(environment: dict[str, str]) -> Callable[..., Any]:
    def run(*argv: str, stdin: str = "", user: str = "admin", code: int = 0) -> str:
        folder = Path(environment["KUBECONFIG"]).parent
        done = subprocess.run(
            [str(KUBECTL), f"--kubeconfig={folder / user}", *argv], input=stdin, text=True,
            capture_output=True, timeout=60, check=False, env=environment,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


@needs_kubectl
def test_kubectl_reads(kubectl: Callable[..., str]) -> None:
    out = kubectl("get", "pods,bsl,backups.velero.io,dpa,csv,clusterversion")
    assert "velero-" in out
    assert "backupstoragelocation.velero.io/custom" in out
    backup = json.loads(kubectl("get", "backup", "shop-nightly", "-o", "json"))
    assert backup["status"]["phase"] == "PartiallyFailed"
    assert "not found" in kubectl("get", "backup", "nosuch", code=1)
    assert "practice" in kubectl("version")
    assert "velero.io" in kubectl("api-resources")
    assert kubectl("auth", "can-i", "patch", "bsl") == "yes\n"


@needs_kubectl
def test_kubectl_tries_without_changing(kubectl: Callable[..., str], cluster: Any) -> None:
    before = Api(cluster).get(f"{VELERO}/backupstoragelocations/custom")
    out = kubectl("label", "bsl", "custom", "a=b", "--dry-run=server")
    assert out.startswith("backupstoragelocation.velero.io/custom labeled")
    manifest = _MANIFEST.replace("NAME", "never")
    out = kubectl("create", "-f", "-", "--dry-run=server", stdin=manifest)
    assert out == "backup.velero.io/never created (server dry run)\n"
    patch = '{"spec":{"objectStorage":{"prefix":"x"}}}'
    kubectl("patch", "bsl", "custom", "--type=merge", "-p", patch, "--dry-run=server")
    after = Api(cluster).get(f"{VELERO}/backupstoragelocations/custom")
    assert before == after
    assert Api(cluster).get(f"{VELERO}/backups/never")["http"] == 404


@needs_kubectl
def test_kubectl_changes(kubectl: Callable[..., str]) -> None:
    assert kubectl("label", "bsl", "custom", "x=y").endswith("labeled\n")
    out = kubectl("get", "bsl", "custom", "-o", "jsonpath={.metadata.labels.x}")
    assert out == "y"
    kubectl("label", "bsl", "custom", "x-")
    manifest = _MANIFEST.replace("NAME", "by-kubectl")
    assert "created" in kubectl("create", "-f", "-", stdin=manifest)
    assert "already exists" in kubectl("create", "-f", "-", stdin=manifest, code=1)
    assert "configured" in kubectl("apply", "-f", "-", stdin=manifest.replace("shop", "payments"))
    patch = '{"spec":{"backupImages":"maybe"}}'
    refused = kubectl("patch", "dpa", "dpa-sample", "--type=merge", "-p", patch, code=1)
    assert "spec.backupImages in body must be of type boolean" in refused
    refused = kubectl("patch", "dpa", "dpa-sample", "-p", "{}", code=1)
    assert "application/strategic-merge-patch+json" in refused or "unknown format" in refused
    assert "deleted" in kubectl("delete", "backups.velero.io", "by-kubectl")


@needs_kubectl
def test_kubectl_shows_logs_and_waits(kubectl: Callable[..., str]) -> None:
    lines = kubectl("logs", "deploy/velero", "-c", "velero", "--tail=3").splitlines()
    assert len(lines) == 3
    kubectl("create", "-f", "-", stdin=_MANIFEST.replace("NAME", "waited"))
    kubectl("delete", "pod", "-l", "control-plane=controller-manager")
    kubectl("rollout", "restart", "deployment/velero")
    out = kubectl("rollout", "status", "deployment/velero", "--timeout=30s")
    assert "successfully rolled out" in out


@needs_kubectl
def test_kubectl_of_the_viewer_may_only_read(kubectl: Callable[..., str]) -> None:
    assert "velero-" in kubectl("get", "pods", user="viewer")
    refused = kubectl("get", "secrets", user="viewer", code=1)
    assert 'User "practice-viewer" cannot list resource "secrets"' in refused
    refused = kubectl("label", "bsl", "custom", "a=b", "--dry-run=server", user="viewer", code=1)
    assert 'cannot patch resource "backupstoragelocations"' in refused
    assert "logged in" in kubectl("get", "pods", user="expired", code=1)


@needs_kubectl
def test_kubectl_watches(environment: dict[str, str], cluster: PracticeCluster) -> None:
    command = [str(KUBECTL), "get", "configmaps", "-w", "-o", "name"]
    before = cluster.call(lambda: len(cluster.store.listeners))
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        try:
            until(lambda: cluster.call(lambda: len(cluster.store.listeners)) > before, "watch")
            body = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "seen"}}
            assert Api(cluster)("POST", f"{CORE}/configmaps", body)["http"] == 201
            assert watching.stdout.readline() == "configmap/seen\n"
        finally:
            watching.terminate()


def test_the_python_client_lists_watches_and_writes(
    cluster: PracticeCluster, environment: dict[str, str]
) -> None:
    from kubernetes import client, config, watch

    folder = Path(environment["KUBECONFIG"]).parent
    api_client = config.new_client_from_config(str(folder / "admin"))
    try:
        core, custom = client.CoreV1Api(api_client), client.CustomObjectsApi(api_client)
        pods = core.list_namespaced_pod("openshift-adp", limit=2)
        assert len(pods.items) == 2
        assert pods.metadata._continue
        place = ("velero.io", "v1", "openshift-adp", "backups")
        body = {"apiVersion": "velero.io/v1", "kind": "Backup",
                "metadata": {"generateName": "py-"}, "spec": {}}  # fmt: skip
        made = custom.create_namespaced_custom_object(*place, body)
        name = made["metadata"]["name"]
        phases = []
        stream = watch.Watch()
        end = time.monotonic() + 30
        for event in stream.stream(
            custom.list_namespaced_custom_object, *place, timeout_seconds=30
        ):
            if event["object"]["metadata"]["name"] == name:
                phases.append((event["object"].get("status") or {}).get("phase"))
            if "PartiallyFailed" in phases or "Completed" in phases or time.monotonic() > end:
                stream.stop()
        assert phases[-1] in {"Completed", "PartiallyFailed"}
        review = client.AuthorizationV1Api(api_client).create_self_subject_access_review(
            {"spec": {"resourceAttributes": {"verb": "delete", "resource": "pods"}}}
        )
        assert review.status.allowed
        with pytest.raises(client.ApiException) as refused:
            core.read_namespaced_pod("nosuch", "openshift-adp")
        assert refused.value.status == 404
    finally:
        api_client.close()
