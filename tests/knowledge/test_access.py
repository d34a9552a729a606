from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.access import Access, needed
from knowledge.kinds import KINDS
from knowledge.resource_words import of_manifest, of_word
from knowledge.risk import classify
from knowledge.verbs import VERBS

NS = "openshift-adp"
BSL = "backupstoragelocations.velero.io"


def said(command: str, manifest: dict[str, Any] | None = None, namespace: str = NS) -> list[str]:
    found = needed(command.split(), manifest, namespace)
    assert found is not None
    return [str(each) for each in found]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("get bsl custom -o yaml", [f"get {BSL} custom ({NS})"]),
        (f"get {BSL} a b", [f"get {BSL} a ({NS})", f"get {BSL} b ({NS})"]),
        ("get pods,svc -A", ["list pods", "list services"]),
        ("get pod -l a=b", [f"list pods ({NS})"]),
        ("get deploy/velero", [f"get deployments.apps velero ({NS})"]),
        ("get bsl custom --subresource=status", [f"get {BSL}/status custom ({NS})"]),
        ("get clusterversion version", ["get clusterversions.config.openshift.io version"]),
        ("get pv", ["list persistentvolumes"]),
        ("get ns shop", ["get namespaces shop (shop)"]),
        ("get deployments.v1.apps velero", [f"get deployments.apps velero ({NS})"]),
        ("get pods.v1. velero-1", [f"get pods velero-1 ({NS})"]),
        ("describe bsl custom", [f"get {BSL} custom ({NS})"]),
        ("describe pods", [f"list pods ({NS})", f"get pods ({NS})"]),
        ("describe ds node-agent", [f"get daemonsets.apps node-agent ({NS})", f"list pods ({NS})"]),
        (
            "describe ns shop",
            ["get namespaces shop (shop)", "list resourcequotas (shop)", "list limitranges (shop)"],
        ),
        (
            "logs velero-1 velero --tail=5",
            [f"get pods velero-1 ({NS})", f"get pods/log velero-1 ({NS})"],
        ),
        (
            "logs deploy/velero -c velero --previous",
            [f"get deployments.apps velero ({NS})", f"list pods ({NS})", f"get pods/log ({NS})"],
        ),
        (
            "logs deploy/velero velero",
            [f"get deployments.apps velero ({NS})", f"list pods ({NS})", f"get pods/log ({NS})"],
        ),
        ("logs -l component=velero", [f"list pods ({NS})", f"get pods/log ({NS})"]),
        ("events", [f"list events ({NS})"]),
        (
            "wait pod/velero-1 --for=condition=Ready",
            [f"{verb} pods velero-1 ({NS})" for verb in ("get", "list", "watch")],
        ),
        (
            "rollout status deploy/velero",
            [f"{verb} deployments.apps velero ({NS})" for verb in ("get", "list", "watch")],
        ),
        ("label bsl custom a=b", [f"{verb} {BSL} custom ({NS})" for verb in ("get", "patch")]),
        ("label bsl custom --list", [f"get {BSL} custom ({NS})"]),
        ("label bsl --all a=b", [f"{verb} {BSL} ({NS})" for verb in ("list", "patch")]),
        ("annotate bsl custom a=b --dry-run=client", [f"get {BSL} custom ({NS})"]),
        (
            "annotate bsl custom a- --dry-run=server",
            [f"{verb} {BSL} custom ({NS})" for verb in ("get", "patch")],
        ),
        (
            "patch bsl custom --subresource=status --type=merge -p {}",
            [f"{verb} {BSL}/status custom ({NS})" for verb in ("get", "patch")],
        ),
        (
            "scale deploy/velero --replicas=0",
            [
                f"get deployments.apps velero ({NS})",
                f"patch deployments.apps/scale velero ({NS})",
            ],
        ),
        (
            "scale deploy velero --replicas=1 --current-replicas=0",
            [
                f"get deployments.apps velero ({NS})",
                f"get deployments.apps/scale velero ({NS})",
                f"update deployments.apps/scale velero ({NS})",
            ],
        ),
        *(
            (command, [f"{verb} deployments.apps velero ({NS})" for verb in ("get", "patch")])
            for command in (
                "set env deploy/velero A=B",
                "set image deploy/velero velero=example.com/velero:1",
                "set resources deploy/velero --limits=cpu=1",
                "rollout restart deploy/velero",
                "rollout pause deploy velero",
                "rollout resume deploy velero",
            )
        ),
        (
            "rollout undo deploy/velero",
            [
                f"get deployments.apps velero ({NS})",
                f"list replicasets.apps ({NS})",
                f"patch deployments.apps velero ({NS})",
            ],
        ),
        (
            "rollout history ds/node-agent",
            [f"get daemonsets.apps node-agent ({NS})", f"list controllerrevisions.apps ({NS})"],
        ),
        ("delete bsl custom", [f"delete {BSL} custom ({NS})"]),
        ("delete bsl custom --dry-run=server", [f"delete {BSL} custom ({NS})"]),
        ("delete bsl --all", [f"{verb} {BSL} ({NS})" for verb in ("list", "delete")]),
        ("delete pod -l a=b --wait=false", [f"list pods ({NS})", f"delete pods ({NS})"]),
        ("top pods", [f"list pods.metrics.k8s.io ({NS})"]),
        ("adm top nodes", ["list nodes.metrics.k8s.io", "list nodes"]),
        (
            "adm policy who-can get pods",
            [f"create localresourceaccessreviews.authorization.openshift.io ({NS})"],
        ),
        ("auth can-i get pods", []),
        ("version", []),
        ("whoami", []),
        ("api-resources", []),
    ],
)
def test_needs_what_kubectl_was_seen_to_ask_for(command: str, expected: list[str]) -> None:
    assert said(command) == expected


BACKUP = {"apiVersion": "velero.io/v1", "kind": "Backup", "metadata": {"name": "b1"}}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("create -f -", ["create backups.velero.io"]),
        ("create -f - --dry-run=client", []),
        ("apply -f -", ["get backups.velero.io b1", "patch backups.velero.io b1"]),
        ("replace -f -", ["get backups.velero.io b1", "update backups.velero.io b1"]),
        ("replace --force -f -", ["delete backups.velero.io b1", "create backups.velero.io"]),
        ("delete -f -", ["delete backups.velero.io b1"]),
    ],
)
def test_needs_of_a_manifest(command: str, expected: list[str]) -> None:
    found = said(command, BACKUP)
    wanted = [f"{each} ({NS})" for each in expected]
    assert found == wanted + ([f"create backups.velero.io ({NS})"] if "apply" in command else [])


def test_a_list_needs_each_of_its_objects_in_its_own_namespace() -> None:
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "x"}}
    manifest = {"apiVersion": "v1", "kind": "List", "items": [BACKUP, other]}
    assert said("delete -f -", manifest) == [
        f"delete backups.velero.io b1 ({NS})",
        "delete configmaps c (x)",
    ]


@pytest.mark.parametrize(
    "command", ["get all", "get frobs x", "get --raw /healthz", "exec velero-1", "get .velero.io x"]
)
def test_what_cannot_be_told_is_not_guessed(command: str) -> None:
    assert needed(command.split(), None, NS) is None


@pytest.mark.parametrize(
    ("word", "resource"),
    [
        ("broker.eventing.knative.dev", "brokers.eventing.knative.dev"),
        ("brokers.v1.eventing.knative.dev", "brokers.eventing.knative.dev"),
        ("ingress.networking.internal.knative.dev", "ingresses.networking.internal.knative.dev"),
        ("policy.example.com", "policies.example.com"),
        ("backup", "backups.velero.io"),
        ("sub", "subscriptions.operators.coreos.com"),
    ],
)
def test_a_plural_that_was_formed_or_a_shared_word_says_so(word: str, resource: str) -> None:
    found = needed(["get", word, "x"], None, NS)
    assert found is not None
    assert str(found[0]) == f"get {resource} x ({NS})"
    assert found[0].guessed


def test_words_of_our_own_tables_are_certain() -> None:
    for kind in KINDS.values():
        if kind.label:
            continue  # no kind of the API: objects of one with a label
        body = {"apiVersion": kind.api_version, "kind": kind.name}
        for found in (of_word(kind.resource), of_word(kind.resource.upper()), of_manifest(body)):
            assert found is not None
            assert (found.group, found.plural, found.guessed) == (kind.group, kind.plural, False)


@pytest.mark.parametrize("word", ["service.serving.knative.dev", "services.v1.serving.knative.dev"])
def test_kinds_of_procedures_are_certain_but_their_bare_words_belong_to_others(word: str) -> None:
    found = of_word(word)
    assert found is not None
    assert (found.kind, found.guessed) == ("services.serving.knative.dev", False)
    core = of_word("service")
    assert core is not None
    assert (core.kind, core.group) == ("Service", "")


def test_a_kind_of_another_group_is_another_resource() -> None:
    found = of_manifest({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Backup"})
    assert found is not None
    assert (found.kind, found.plural, found.guessed) == (
        "backups.postgresql.cnpg.io",
        "backups",
        True,
    )


@given(
    st.sampled_from(sorted(VERBS)),
    st.lists(
        st.sampled_from(
            [
                "bsl",
                "custom",
                "deploy/velero",
                "pods",
                "--all",
                "-A",
                "-l",
                "a=b",
                "--dry-run=client",
            ]
        )
        | st.text(max_size=8),
        max_size=5,
    ),
    st.sampled_from([None, {}, BACKUP, {"kind": "List", "items": [BACKUP]}, {"kind": 5}]),
)
def test_never_fails_and_knows_nothing_of_what_is_refused(
    verb: tuple[str, ...], rest: list[str], manifest: dict[str, Any] | None
) -> None:
    args = [*verb, *rest]
    found = needed(args, manifest, NS)
    judged = classify(args, manifest)
    if judged.refused is not None:
        assert found is None
    elif found is not None and not any(each.verb not in READING for each in found):
        # Whatever only reads may be without a writing verb, a change never is.
        assert judged.risk.rank == 0 or "-f" in args or "--list" in args


READING = {"get", "list", "watch"}


def test_the_guess_is_no_part_of_what_is_asked() -> None:
    assert Access("get", "", "pods", NS) == Access("get", "", "pods", NS, guessed=True)
