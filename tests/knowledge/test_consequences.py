from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import change_texts, deletion_texts
from knowledge.consequences import consequences
from knowledge.kinds import KINDS
from knowledge.model import Risk
from knowledge.resource_words import of_word
from knowledge.risk import classify
from knowledge.text import PLACEHOLDER, Text
from knowledge.verbs import VERBS


def said(command: str, manifest: dict[str, Any] | None = None) -> list[str]:
    return [each.en for each in consequences(command.split(), manifest)]


def patched(target: str, patch: Any, type: str = "merge") -> list[str]:
    args = ["patch", *target.split(), f"--type={type}", "-p", json.dumps(patch)]
    return [each.en for each in consequences(args)]


FAIL = "running backups, restores and data movements fail"


@pytest.mark.parametrize(
    ("command", "first", "also"),
    [
        ("delete backups.velero.io b1", "data stays in object storage", "makes the object again"),
        ("delete backup --all", "every matching object", "makes the object again"),
        ("delete restores.velero.io r1", "What r1 has restored stays", "logs and results go"),
        ("delete bsl custom", "data stays in object storage", "stay in the cluster"),
        ("delete dpa sample", FAIL, "data in object storage stays"),
        ("delete secret cloud-credentials", "keys and passwords", "Unavailable"),
        ("delete secret oadp-custom-aws-registry-secret", "keys", "Operator makes this registry"),
        ("delete pvc data", "reclaim policy Delete", "only waits"),
        ("delete pv pv1", "reclaim policy", "no claim finds it"),
        ("delete vs s1", "deletionPolicy Delete", "can then no longer restore"),
        ("delete volumesnapshotcontents.snapshot.storage.k8s.io c", "deletionPolicy Delete", ""),
        ("delete pod velero-7d", FAIL, "velero-7d stops"),
        ("delete pod node-agent-x", FAIL, "makes a new one"),
        ("delete pod shop-1", "shop-1 stops", ""),
        ("delete pod -l control-plane=controller-manager", "Only the Operator restarts", ""),
        ("delete pod openshift-adp-controller-manager-1", "Only the Operator restarts", ""),
        ("delete deploy velero", FAIL, "Operator makes it again"),
        ("delete ns openshift-adp", "Everything in openshift-adp goes", "Only a backup"),
        ("delete crd backups.velero.io", "every object of that kind", ""),
        ("delete backuprepositories.velero.io r", "data of the repository stays", "again"),
        ("delete datauploads.velero.io d", "cancelled", "already moved stays"),
        ("delete podvolumebackups.velero.io p", "cancelled", "leave the volume out"),
        ("delete validatingwebhookconfigurations w", "no longer checked", "usually makes it again"),
        ("delete services.serving.knative.dev app", "app (Knative Service) stops", "Pods go"),
        ("delete service.serving.knative.dev app", "app (Knative Service) stops", ""),
        ("delete schedules.velero.io nightly", "no more backups", "useOwnerReferencesInBackup"),
        ("delete deploy shop --cascade=orphan", "All Pods", "stays (--cascade=orphan)"),
        ("rollout restart deploy/velero", FAIL, ""),
        ("rollout restart ds node-agent", FAIL, ""),
        ("rollout undo deploy/velero", FAIL, ""),
        ("rollout restart deploy/shop", "Pods of shop are replaced", ""),
        ("rollout restart deploy/openshift-adp-controller-manager", "Only the Operator", ""),
        ("rollout pause deploy/velero", "take no effect until", ""),
        ("scale deploy/velero --replicas=0", FAIL, "Operator may set this back"),
        ("scale deploy/shop --replicas=0", "All Pods of shop stop", ""),
        ("scale deploy/shop --replicas=3", "number is 3", ""),
        ("set env deploy/velero A=B", FAIL, "belongs into the DPA"),
        ("set image deploy/velero velero=example.com/v:1", FAIL, "belongs into the DPA"),
        ("set resources ds/node-agent --limits=cpu=1", FAIL, "belongs into the DPA"),
        ("label bsl custom app.kubernetes.io/component=bsl", "Nothing restarts", ""),
        ("label bsl x app.kubernetes.io/managed-by=oadp-operator", "the Operator deletes it", ""),
        ("label pod velero-1 a=b", FAIL, "no longer recognizes"),
        ("annotate deploy velero a=b", "Nothing restarts", ""),
    ],
)
def test_the_consequence_comes_first(command: str, first: str, also: str) -> None:
    found = said(command)
    assert first in found[0]
    assert any(also in each for each in found)


@pytest.mark.parametrize(
    "command",
    [
        "get pods",
        "logs deploy/velero",
        "delete backup b1 --dry-run=server",
        "delete backup b1 --as=root",
        "delete widgets.example.com w",
        "exec velero-1",
    ],
)
def test_nothing_is_said_where_nothing_changes_or_is_known(command: str) -> None:
    assert consequences(command.split()) == ()


def test_a_backup_of_another_group_is_not_veleros() -> None:
    assert said("delete backups.postgresql.cnpg.io b1") == []


def test_patches() -> None:
    assert "finalizers of b are changed" in patched("backup b", {"metadata": {"finalizers": []}})[0]
    remove = [{"op": "remove", "path": "/metadata/finalizers/0"}]
    found = patched("restore r", remove, "json")
    assert "finalizers of r are changed" in found[0]
    assert found[-1] == "Removed from r: metadata.finalizers.0."
    cancel = {"spec": {"cancel": True}}
    assert "is cancelled and cannot be resumed" in patched("datauploads.velero.io d", cancel)[0]
    assert patched("datauploads.velero.io d", {"spec": {"cancel": False}}) == []
    assert patched("cm c", cancel) == []
    assert "no new backups until" in patched("schedules.velero.io s", {"spec": {"paused": True}})[0]
    replace = [{"op": "replace", "path": "/spec/paused", "value": True}]
    assert "no new backups until" in patched("schedules.velero.io s", replace, "json")[0]
    test = [{"op": "test", "path": "/spec/paused", "value": True}]
    assert patched("schedules.velero.io s", test, "json") == []
    move = [{"op": "move", "from": "/data/a", "path": "/data/b"}]
    assert patched("cm c", move, "json") == ["Removed from c: data.a."]
    read_only = {"spec": {"accessMode": "ReadOnly"}}
    assert "takes no new backups" in patched("bsl custom", read_only)[0]
    fate = patched("vsc c", {"spec": {"deletionPolicy": "Delete"}})
    assert "data behind c goes" in fate[0]
    assert FAIL in patched("deploy velero", {"spec": {"replicas": 1}})[0]
    dpa = patched("dpa d", {"spec": {"configuration": {"restic": None, "velero": {"a": None}}}})
    assert FAIL in dpa[0]
    assert dpa[-1] == "Removed from d: spec.configuration.restic, spec.configuration.velero.a."
    escaped = [{"op": "remove", "path": "/metadata/annotations/a~1b~01"}]
    assert patched("cm c", escaped, "json") == ["Removed from c: metadata.annotations.a/b~1."]


def test_many_removed_fields_are_cut() -> None:
    found = patched("cm c", {"data": {f"k{at}" * 100: None for at in range(50)}})
    assert len(found[0]) < 800
    assert found[0].endswith(", ….")


def made(kind: str, spec: dict[str, Any], verb: str = "create", **metadata: str) -> list[str]:
    group = KINDS[kind].api_version
    manifest = {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": spec}
    return said(f"{verb} -f -", manifest)


def test_manifests() -> None:
    deleting = made("DeleteBackupRequest", {"backupName": "b1"}, generateName="b1-")
    assert "data of backup b1 is deleted from object storage" in deleting[0]
    assert "stay in the cluster" in deleting[1]
    assert "takes space" in made("Backup", {}, name="b1")[0]
    assert "b1-*" in made("Backup", {}, generateName="b1-")[0]
    beside = made("Restore", {"includedNamespaces": ["shop"]}, name="r")
    assert "already stay as they are" in beside[0]
    assert not any("Every namespace" in each for each in beside)
    over = made("Restore", {"existingResourcePolicy": "update"}, name="r")
    assert "already are changed" in over[0]
    assert "Every namespace" in over[1]
    assert "makes Backup objects" in made("BackupStorageLocation", {}, name="x")[0]
    assert "checks x again" in made("BackupStorageLocation", {}, "apply", name="x")[0]
    assert FAIL in made("DataProtectionApplication", {}, "apply", name="x")[0]
    assert "does not name is gone" in made("ConfigMap", {}, "replace", name="x")[0]


def test_lists_and_deletions_by_manifest() -> None:
    bodies = [
        {"apiVersion": "velero.io/v1", "kind": kind, "metadata": {"name": name}}
        for kind, name in (("Backup", "b"), ("Restore", "r"))
    ]
    found = said("delete -f -", {"apiVersion": "v1", "kind": "List", "items": bodies})
    assert "(b)" in found[0]
    assert any("What r has restored" in each for each in found)


def test_names_are_filled_once_and_never_read_as_templates() -> None:
    manifest = {
        "apiVersion": "velero.io/v1",
        "kind": "DeleteBackupRequest",
        "spec": {"backupName": "${name}"},
    }
    assert "backup ${name} is deleted" in said("create -f -", manifest)[0]


def texts_of(module: Any) -> list[Text]:
    found: list[Text] = []
    for value in vars(module).values():
        for each in value.values() if isinstance(value, dict) else [value]:
            found += [text for text in (each if isinstance(each, tuple) else [each])
                      if isinstance(text, Text)]  # fmt: skip
    return found


@pytest.mark.parametrize("module", [deletion_texts, change_texts])
def test_both_languages_name_the_same(module: Any) -> None:
    texts = texts_of(module)
    assert len(texts) > 20
    for text in texts:
        assert set(PLACEHOLDER.findall(text.en)) == set(PLACEHOLDER.findall(text.ja)), text.en
        assert text.en.endswith(".")
        assert text.ja.endswith("。")


def test_the_tables_name_kinds_as_snapshots_do() -> None:
    for table in (deletion_texts.DELETED, change_texts.CHANGED, change_texts.CREATED):
        for kind in table:
            found = of_word(kind)
            assert found is not None, kind
            assert found.kind == kind


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["spec", "metadata", "finalizers", "op", "path", "value", "cancel"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
_MANIFEST = st.none() | st.dictionaries(
    st.sampled_from(["kind", "apiVersion", "metadata", "spec", "items"]),
    st.sampled_from(["Restore", "velero.io/v1", "List"]) | _JSON,
)


@given(
    st.sampled_from(sorted(VERBS)),
    st.lists(
        st.sampled_from(["bsl", "custom", "deploy/velero", "pods", "--all", "-f", "-", "a=b"])
        | st.text(max_size=6),
        max_size=4,
    ),
    _MANIFEST,
    _JSON,
)
def test_never_fails_and_leaves_nothing_unfilled(
    verb: tuple[str, ...], rest: list[str], manifest: dict[str, Any] | None, patch: Any
) -> None:
    args = [*verb, *rest]
    if verb == ("patch",):
        args = ["patch", "bsl", "custom", "--type=json", "-p", json.dumps(patch)]
        manifest = None
    found = consequences(args, manifest)
    judged = classify(args, manifest)
    if judged.refused is not None or judged.risk is Risk.READ:
        assert found == ()
    for text in found:
        assert not PLACEHOLDER.search(text.en) or "${" in " ".join(args) + str(manifest)
