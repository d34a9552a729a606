"""The stand-in for oc says and does what the recorded oc did."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab import CORE, Api, recorded_scenario, recording

from tui.practice import PracticeCluster, load_scenario
from tui.practice.oc.__main__ import main

# What differs for good reasons: versions, addresses, pods of another name, TLS, other programs.
_APART = {
    "version", "version-json", "whoami", "whoami-show-server", "describe-pod", "get-raw",
    "can-i-list", "server-unreachable", "server-dns-fails", "wrong-ca", "config-view",
    "config-current-context", "explain-bsl", "adm-must-gather-forbidden", "get-timeout-0",
    "rollout-restart", "rollout-restart-too-soon", "rollout-status", "events", "logs-forbidden",
    "forbidden-namespaces",
}  # fmt: skip
_LOG = ("logs-container-tail", "logs-selector")


def _names() -> list[str]:
    folder = Path(__file__).parent.parent / "recordings" / "oc"
    index = json.loads((folder / "INDEX.json").read_text("utf-8"))
    names = [entry["file"].removesuffix(".json") for entry in index]
    return [name for name in names if name not in _APART]


def _recorded_with_few_backups() -> Any:
    scenario = recorded_scenario()
    objects = [
        item for item in scenario.objects if not item["metadata"]["name"].startswith("scale-")
    ]
    return dataclasses.replace(scenario, objects=objects)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PracticeCluster, Path]]:
    folder = tmp_path_factory.mktemp("kubeconfigs")
    with PracticeCluster(_recorded_with_few_backups()) as cluster:
        for user in ("admin", "viewer", "expired"):
            cluster.write_kubeconfig(folder / user, user=user)
        (folder / "garbage").write_text("a: b: c\n")
        lines = recording("oc/logs-selector")["stdout"].splitlines()
        lines += recording("oc/logs-container-tail")["stdout"].splitlines()[:1]
        for pod in Api(cluster).get(f"{CORE}/pods")["items"]:
            name, container = pod["metadata"]["name"], pod["spec"]["containers"][0]["name"]
            own = [line.split("] ", 1)[1] for line in lines if f"/{container}] " in line]
            if container == "velero":
                own.insert(0, lines[-1])
            cluster.append_log(name, container, *own)
        yield cluster, folder


@pytest.fixture
def oc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    def run(argv: list[str], kubeconfig: Path, stdin: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin or ""))
        capsys.readouterr()
        code = main(argv)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run  # type: ignore[return-value]


def _same(text: str) -> list[str]:
    """Returns the words of an output without what changes from run to run."""
    text = text.replace("oadp-viewer", "practice-viewer").replace("/home/sre/kc.garbage", "FILE")
    text = re.sub(r"\b(velero|openshift-adp-controller-manager)-[a-z0-9]{6,10}-[a-z0-9]{5}\b",
                  r"\1-POD", text)  # fmt: skip
    text = re.sub(r"\bnode-agent-[a-z0-9]{5}\b", "node-agent-POD", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)
    text = re.sub(r"\b\d+(s|m|h|d)(\d+(s|m|h))?\b", "AGE", text)
    text = re.sub(r"\b10\.128\.\d+\.\d+\b", "IP", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID", text)
    text = re.sub(r"(resourceVersion\W+|Resource Version:\s+)\"?\d+\"?", r"\1N", text)
    return text.split()


# One test after the other: the recordings build on each other.
@pytest.mark.parametrize("name", _names())
def test_recorded_command_gets_the_recorded_output(
    lab: tuple[PracticeCluster, Path], oc: Any, name: str
) -> None:
    _, folder = lab
    found = recording(f"oc/{name}")
    users = {"kubeconfig": "admin", "kubeconfig.readonly": "viewer", "run/kc.expired": "expired",
             "run/kc.garbage": "garbage"}  # fmt: skip
    path = folder / users.get(found["kubeconfig"], "nosuch")
    code, out, err = oc(found["argv"][1:], path, found["stdin"])
    assert code == found["exit_code"], err
    assert _same(out) == _same(found["stdout"])
    assert _same(err.replace(str(path), "FILE")) == _same(found["stderr"])


def test_a_table_is_aligned_as_recorded(lab: tuple[PracticeCluster, Path], oc: Any) -> None:
    _, out, _ = oc(["get", "bsl", "-n", "openshift-adp"], lab[1] / "admin")
    recorded = recording("oc/get-multi")["stdout"].split("\n\n")[1].splitlines()
    # The same columns; only the prefix of names, which a table of one kind lacks, is gone.
    assert out.splitlines()[0].split() == recorded[0].split()
    assert out.splitlines()[1].endswith("   ")


@pytest.mark.parametrize(
    "argv",
    [
        ["frobnicate"],
        ["get", "pods", "--nosuch"],
        ["get", "pods", "-Z"],
        ["get", "pods", "-n"],
        ["get", "pods", "-o", "frob"],
        ["get", "pods", "-o", "jsonpath={.items[?(@.a=~b)]}"],
        ["get", "pods", "-o", "jsonpath={range .items[*]}{.a}"],
        ["get", "secrets", "-o", "go-template={{printf .}}"],
        ["delete", "pods"],
        ["label", "pods", "x"],
        ["patch", "dpa", "dpa-sample", "--type=odd", "-p", "{}"],
        ["wait", "pod/x", "--for=odd"],
        ["create", "configmap", "x"],
        ["rollout", "undo", "deploy/velero"],
        ["exec", "deploy/velero", "--", "ls"],
        ["get"],
        [],
    ],
)
def test_what_it_does_not_know_it_refuses(
    lab: tuple[PracticeCluster, Path], oc: Any, argv: list[str]
) -> None:
    code, out, err = oc(argv, lab[1] / "admin")
    assert code == 1
    assert out == ""
    assert "rror" in err


def test_create_by_names_is_refused_whatever_else_is_given(
    lab: tuple[PracticeCluster, Path], oc: Any
) -> None:
    code, out, err = oc(["create", "configmap", "x", "-f", "-"], lab[1] / "admin", "{}")
    assert (code, out) == (1, "")
    assert "creates from files only, not `create configmap`" in err


def test_it_refuses_any_other_cluster(oc: Any, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_text(
        json.dumps(
            {
                "current-context": "prod",
                "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
                "clusters": [{"name": "c", "cluster": {"server": "https://api.example.com:6443"}}],
                "users": [{"name": "u", "user": {"token": "t"}}],
            }
        )
    )
    code, _, err = oc(["get", "pods"], path)
    assert code == 1
    assert "practice cluster only" in err


def test_custom_columns_and_wide_and_name(lab: tuple[PracticeCluster, Path], oc: Any) -> None:
    kubeconfig = lab[1] / "admin"
    columns = "NAME:.metadata.name,PHASE:.status.phase,NO:.spec.nothing"
    _, out, _ = oc(["get", "bsl", "-o", f"custom-columns={columns}"], kubeconfig)
    assert out.splitlines()[0].split() == ["NAME", "PHASE", "NO"]
    assert out.splitlines()[1].split() == ["custom-bsl", "Available", "<none>"]
    _, out, _ = oc(["get", "deploy", "-o", "wide"], kubeconfig)
    assert "SELECTOR" in out.splitlines()[0]
    template = '{{range $k,$v := .data}}{{$k}} {{len $v}}{{"\\n"}}{{end}}'
    _, out, _ = oc(["get", "secret", "cloud-credentials", "-o", f"go-template={template}"],
                   kubeconfig)  # fmt: skip
    assert re.fullmatch(r"cloud \d+\n", out)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("healthy") / "kubeconfig"
    with PracticeCluster(load_scenario("healthy"), speed=20) as cluster:
        cluster.write_kubeconfig(path)
        yield path


def test_a_restarted_deployment_rolls_its_pod(healthy: Path, oc: Any) -> None:
    _, before, _ = oc(["get", "pods", "-l", "deploy=velero", "-o", "name"], healthy)
    code, out, _ = oc(["rollout", "restart", "deployment/velero"], healthy)
    assert (code, out) == (0, "deployment.apps/velero restarted\n")
    code, out, _ = oc(["rollout", "status", "deployment/velero", "--timeout=20s"], healthy)
    assert code == 0
    assert out.endswith('deployment "velero" successfully rolled out\n')
    _, after, _ = oc(["get", "pods", "-l", "deploy=velero", "-o", "name"], healthy)
    assert before != after
    assert len(after.splitlines()) == 1


def test_it_applies_and_deletes_what_a_file_says(healthy: Path, oc: Any) -> None:
    manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: b, c: d}}"
    assert oc(["apply", "-f", "-"], healthy, manifest)[1] == "configmap/m created\n"
    assert oc(["apply", "-f", "-"], healthy, manifest)[1] == "configmap/m unchanged\n"
    less = manifest.replace(", c: d", "")
    assert oc(["apply", "-f", "-"], healthy, less)[1] == "configmap/m configured\n"
    _, out, _ = oc(["get", "cm", "m", "-o", "jsonpath={.data}"], healthy)
    assert json.loads(out) == {"a": "b"}
    message = 'configmap "m" deleted from openshift-adp namespace\n'
    assert oc(["delete", "cm", "-f", "-"], healthy, manifest)[1] == message
    assert oc(["delete", "cm", "m", "--ignore-not-found"], healthy) == (0, "", "")


def test_it_runs_as_a_program_and_starts_quickly(healthy: Path) -> None:
    environment = {**os.environ, "KUBECONFIG": str(healthy)}
    command = [sys.executable, "-m", "tui.practice.oc", "whoami"]
    times = []
    for _ in range(3):
        began = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30,
                              cwd=Path(__file__).parent.parent.parent, check=False)  # fmt: skip
        times.append(time.perf_counter() - began)
        assert (done.returncode, done.stdout, done.stderr) == (0, "practice-admin\n", "")
    # 0.09 s where this was written; the limit leaves room for slow machines.
    assert min(times) < 1.0


def test_it_needs_nothing_heavy(healthy: Path) -> None:
    code = (
        "import sys\n"
        "from tui.practice.oc.__main__ import main\n"
        "main(['get', 'pods', '-o', 'name'])\n"
        "heavy = {'aiohttp', 'kubernetes', 'textual', 'msgspec', 'jsonschema'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "KUBECONFIG": str(healthy)},
        capture_output=True, text=True, timeout=30, check=False,
        cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
