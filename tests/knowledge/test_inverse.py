import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.inverse import Inverse, inverse
from knowledge.lifecycle import KEPT, LEFT, LOST
from knowledge.quiet import LAST_APPLIED, MISSING, at, differs, fingerprint, quiet, same, written
from knowledge.risk import classify
from knowledge.secret_marks import REDACTED
from knowledge.text import Text
from knowledge.verbs import VERBS

NS = "openshift-adp"
BSL = {
    "apiVersion": "velero.io/v1",
    "kind": "BackupStorageLocation",
    "metadata": {
        "name": "custom",
        "namespace": NS,
        "uid": "u1",
        "resourceVersion": "7",
        "generation": 3,
        "labels": {"tier": "gold", "app": "x"},
    },
    "spec": {"provider": "aws", "accessMode": "ReadWrite"},
    "status": {"phase": "Available"},
}
VELERO = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "velero", "namespace": NS},
    "spec": {
        "replicas": 1,
        "template": {"spec": {"containers": [{"name": "velero", "image": "old"}]}},
    },
}


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386, section 2, word for word."""
    if isinstance(patch, dict):
        if not isinstance(target, dict):
            target = {}
        target = dict(target)
        for name, value in patch.items():
            if value is None:
                if name in target:
                    del target[name]
            else:
                target[name] = merged(target.get(name), value)
        return target
    return patch


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return value


def way(command: str, before: Any = BSL, after: Any = None, manifest: Any = None) -> Any:
    return inverse(command.split(), manifest, before, after, NS)


def made(command: str, **given: Any) -> Inverse:
    found = way(command, **given)
    assert isinstance(found, Inverse), found.en
    return found


def refused(command: str, **given: Any) -> str:
    found = way(command, **given)
    assert isinstance(found, Text), found.args
    assert found.ja
    return found.en


def changed(**spec: Any) -> dict[str, Any]:
    return {**BSL, "spec": {**BSL["spec"], **spec}}


PATCH = ["patch", "bsl", "custom", "--type=merge", "-p", '{"spec":{}}']


@pytest.mark.parametrize(
    ("command", "back"),
    [
        ("label bsl custom a=b", "label bsl custom a-"),
        ("label bsl custom tier=tin --overwrite", "label bsl custom tier=gold --overwrite"),
        ("label bsl custom tier-", "label bsl custom tier=gold --overwrite"),
        ("label bsl/custom tier- a=b app=x", "label bsl custom tier=gold a- --overwrite"),
        ("annotate backupstoragelocations.velero.io custom n=a=b-", None),
        ("annotate bsl custom n=a=b-", "annotate bsl custom n-"),
        ("rollout pause deploy/velero", "rollout resume deploy/velero"),
    ],
)
def test_the_way_back_of_one_field_names_it(command: str, back: str | None) -> None:
    wanted = back or "annotate backupstoragelocations.velero.io custom n-"
    before = VELERO if "velero" in command.split()[-1] else BSL
    found = made(command, before=before)
    assert found.args == tuple(wanted.split())
    assert found.exact
    assert found.manifest is None


def test_scaling_goes_back_to_the_number_before() -> None:
    found = made("scale deploy velero --replicas=0", before=VELERO)
    assert found.args == ("scale", "deploy/velero", "--replicas=1")
    assert "no difference" in refused("scale deploy velero --replicas=1", before=VELERO)
    no_count = {**VELERO, "spec": {}}
    assert "could not be read" in refused("scale deploy velero --replicas=0", before=no_count)
    odd = {**VELERO, "spec": {"replicas": True}}
    assert "could not be read" in refused("scale deploy velero --replicas=0", before=odd)


def test_resuming_a_rollout_is_not_taken_back_exactly() -> None:
    paused = {**VELERO, "spec": {**VELERO["spec"], "paused": True}}
    found = made("rollout resume deploy/velero", before=paused)
    assert found.args == ("rollout", "pause", "deploy/velero")
    assert not found.exact
    assert "no difference" in refused("rollout pause deploy/velero", before=paused)
    assert "no difference" in refused("rollout resume deploy/velero", before=VELERO)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("get pods", "changes nothing"),
        ("label bsl custom a=b --dry-run=server", "changes nothing"),
        ("label bsl custom a=b --list", "changes nothing"),
        ("label bsl -l a=b c=d", "several"),
        ("label bsl --all c=d", "several"),
        ("label bsl custom --all c=d", "several"),
        ("delete bsl custom -A", "several"),
        ("label bsl custom -l a=b c=d", "several"),
        ("delete pod a b", "several"),
        ("delete bsl,vsl custom", "several"),
        ("delete all custom", "several"),
        ("rollout restart deploy/velero", "replaced"),
        ("rollout undo deploy/velero", "revision"),
        ("frobnicate bsl custom", "table of known"),
        ("label bsl custom tier=gold", "no difference"),
        ("label bsl other a=b", "not the one"),
    ],
)
def test_where_there_is_no_way_back_the_reason_is_said(command: str, why: str) -> None:
    assert why in refused(command, before=VELERO if "velero" in command else BSL)


def test_an_unread_object_has_no_way_back() -> None:
    for command in (
        "label bsl custom a=b",
        "delete bsl custom",
        "scale deploy velero --replicas=0",
    ):
        assert "could not be read" in refused(command, before=None)
    assert isinstance(inverse(PATCH, None, None, BSL, NS), Text)


def test_an_object_of_another_namespace_is_not_the_one() -> None:
    assert isinstance(inverse(["delete", "bsl", "custom"], None, BSL, None, "elsewhere"), Text)
    assert isinstance(inverse(["delete", "bsl", "custom"], None, BSL, None, ""), Inverse)


def test_a_redacted_value_is_never_put_back() -> None:
    noted = {**BSL, "metadata": {**BSL["metadata"], "annotations": {"token": REDACTED}}}
    assert "redacted" in refused("annotate bsl custom token=new", before=noted)
    hidden = {**BSL, "spec": {"config": {"key": f"a {REDACTED}"}}}
    for after in (BSL, {**hidden, "spec": {}}):
        found = inverse(PATCH, None, hidden, after, NS)
        assert isinstance(found, Text)
        assert "redacted" in found.en
    # Nothing to be seen, but the values that cannot be seen may have changed.
    found = inverse(PATCH, None, hidden, hidden, NS)
    assert isinstance(found, Text)
    assert "redacted" in found.en
    assert "redacted" in refused("delete bsl custom", before=hidden)
    other = {**hidden, "spec": {**hidden["spec"], "added": 1}}
    found = inverse(PATCH, None, hidden, other, NS)
    assert isinstance(found, Inverse)
    assert not found.exact


def test_a_patch_goes_back_field_by_field() -> None:
    after = changed(accessMode="ReadOnly", config={"region": "x"})
    found = inverse(PATCH, None, BSL, after, NS)
    assert isinstance(found, Inverse)
    assert found.args[:4] == ("patch", "bsl", "custom", "--type=merge")
    assert json.loads(found.args[5]) == {"spec": {"accessMode": "ReadWrite", "config": None}}
    assert found.exact
    assert "spec.accessMode" in found.note.en
    assert isinstance(inverse(PATCH, None, BSL, BSL, NS), Text)


def test_without_a_dry_run_only_a_merge_patch_has_a_way_back() -> None:
    patch = [*PATCH[:-1], '{"spec":{"accessMode":"ReadOnly","x":{"y":1}}}']
    found = inverse(patch, None, BSL, None, NS)
    assert isinstance(found, Inverse)
    assert json.loads(found.args[5]) == {"spec": {"accessMode": "ReadWrite", "x": None}}
    assert not found.exact
    strategic = [each for each in patch if each != "--type=merge"]
    assert isinstance(inverse(strategic, None, BSL, None, NS), Text)
    assert "try the change out" in refused("set image deploy/velero velero=new", before=VELERO)


def test_a_list_goes_back_whole_and_the_note_says_so() -> None:
    spec = {"replicas": 1, "template": {"spec": {"containers": [{"name": "velero", "image": "n"}]}}}
    found = made(
        "set image deployments.apps/velero velero=n",
        before=VELERO,
        after={**VELERO, "spec": spec},
    )
    assert found.args[:3] == ("patch", "deployments.apps", "velero")
    assert json.loads(found.args[5]) == {"spec": {"template": VELERO["spec"]["template"]}}
    assert "as a whole" in found.note.en


@pytest.mark.parametrize(
    ("old", "exact"),
    [
        ({"a": None}, False),
        ({"a": {"b": None, "c": 1}}, False),
        ({"a": [{"b": None}]}, False),
        ({"a": [None]}, None),
        ({"a": [[1, None]]}, None),
        ({"a": {}}, True),
        ({"a": []}, True),
        ({"a": ""}, True),
        ({"a": False}, True),
        ({"a": 0}, True),
        ({"a": {"b": {}}}, True),
    ],
)
@pytest.mark.parametrize("new", [{"a": "scalar"}, {"a": {"z": 1}}, {"a": [3]}, {"q": 1}])
def test_what_a_merge_patch_cannot_bring_back_is_not_called_exact(
    old: dict[str, Any], exact: bool | None, new: dict[str, Any]
) -> None:
    found = inverse(PATCH, None, {**BSL, "spec": old}, {**BSL, "spec": new}, NS)
    if exact is None:
        assert isinstance(found, Text)
    else:
        assert isinstance(found, Inverse)
        assert found.exact is exact


def test_a_null_that_goes_makes_no_difference() -> None:
    found = inverse(PATCH, None, {**BSL, "spec": {"a": None}}, {**BSL, "spec": {}}, NS)
    assert isinstance(found, Text)


def test_true_is_not_one() -> None:
    found = inverse(PATCH, None, {**BSL, "spec": {"a": True}}, {**BSL, "spec": {"a": 1}}, NS)
    assert isinstance(found, Inverse)
    assert json.loads(found.args[5])["spec"]["a"] is True


@pytest.mark.parametrize(
    "patch",
    [
        ["--type=merge", "-p", '{"status":{"phase":"Failed"}}'],
        ["--type=json", "-p", '[{"op":"replace","path":"/status/phase","value":"x"}]'],
        ["--type=json", "-p", '[{"op":"move","from":"/status/a","path":"/spec/a"}]'],
        ["--subresource=status", "-p", '{"spec":{}}'],
    ],
)
def test_status_is_not_put_back(patch: list[str]) -> None:
    found = inverse(["patch", "bsl", "custom", *patch], None, BSL, changed(a=1), NS)
    assert isinstance(found, Text)
    assert "status" in found.en


def test_removing_the_last_finalizer_of_a_deleted_object_is_for_good() -> None:
    going = {
        **BSL,
        "metadata": {**BSL["metadata"], "deletionTimestamp": "x", "finalizers": ["a/b"]},
    }
    after = {**BSL, "metadata": {**BSL["metadata"], "deletionTimestamp": "x"}}
    found = inverse(PATCH, None, going, after, NS)
    assert isinstance(found, Text)
    assert "finalizers" in found.en
    assert "being deleted" in refused("delete bsl custom", before=going)


def test_another_api_version_is_not_compared() -> None:
    found = inverse(PATCH, None, BSL, {**BSL, "apiVersion": "velero.io/v2"}, NS)
    assert isinstance(found, Text)


def test_apply_goes_back_with_its_own_record() -> None:
    before = {**BSL, "metadata": {**BSL["metadata"], "annotations": {LAST_APPLIED: "old"}}}
    after = changed(accessMode="ReadOnly")
    after["metadata"] = {**BSL["metadata"], "annotations": {LAST_APPLIED: "new", "note": "n"}}
    found = made("apply -f -", before=before, after=after, manifest=after)
    assert found.args[:3] == ("patch", "backupstoragelocations.velero.io", "custom")
    assert json.loads(found.args[5]) == {
        "metadata": {"annotations": {LAST_APPLIED: "old", "note": None}},
        "spec": {"accessMode": "ReadWrite"},
    }


def test_apply_of_what_was_not_there_deletes_it_again() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {}}
    stored = {**config, "metadata": {"name": "x", "resourceVersion": "5"}}
    assert made("apply -f -", before=None, after=config, manifest=config).args[0] == "delete"
    # It was there, but could not be read: never delete it.
    assert isinstance(way("apply -f -", before=None, after=stored, manifest=config), Text)
    assert isinstance(way("apply -f -", before=None, after=None, manifest=config), Text)
    assert isinstance(way("replace -f -", before=None, after=config, manifest=config), Text)
    assert isinstance(
        way("replace -f - --force", before=config, after=config, manifest=config), Text
    )


def test_what_was_created_is_deleted_again() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    found = made("create -f -", before=None, manifest=config)
    assert found.args == ("delete", "configmaps", "x")
    assert found.exact
    assert "was there before" in refused("create -f -", before=config, manifest=config)
    knative = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "x"}}
    found = made("create -f -", before=None, manifest=knative)
    assert found.args == ("delete", "service.v1.serving.knative.dev", "x")
    unnamed = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "x-"}}
    assert "generateName" in refused("create -f -", before=None, manifest=unnamed)
    asked = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "metadata": {"name": "x"},
    }
    assert "question" in refused("create -f -", before=None, manifest=asked)
    many = {"apiVersion": "v1", "kind": "List", "items": [config]}
    assert "several" in refused("create -f -", before=None, manifest=many)


def body_of(named: str) -> dict[str, Any]:
    kind, _, group = named.partition(".")
    return {
        "apiVersion": f"{group}/v1" if group else "v1",
        "kind": kind,
        "metadata": {"name": "custom"},
    }


@pytest.mark.parametrize("name", ["--all", "-A", "a b", "a/b", "x\ny", "-l=a", "あ"])
@pytest.mark.parametrize("verb", ["create", "apply", "delete"])
def test_a_name_never_becomes_a_flag(name: str, verb: str) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    found = way(f"{verb} -f -", before=None, after=config, manifest=config)
    assert isinstance(found, Text)
    assert "none that the API allows" in found.en
    for command in (["label", f"bsl/{name}", "a=b"], ["scale", f"deploy/{name}", "--replicas=1"]):
        assert isinstance(inverse(command, None, config, None, ""), Text)


@pytest.mark.parametrize("kind", ["pod,secret", "--all", "Pod Secret", "all", ""])
def test_a_kind_never_becomes_several(kind: str) -> None:
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}}
    assert isinstance(way("create -f -", before=None, manifest=body), Text)


@pytest.mark.parametrize("kind", KEPT)
def test_what_would_take_more_with_it_is_not_deleted_again(kind: str) -> None:
    assert refused("create -f -", before=None, manifest=body_of(kind)) == KEPT[kind].en


@pytest.mark.parametrize("kind", LEFT)
def test_the_note_says_what_stays(kind: str) -> None:
    if kind in KEPT:
        return
    found = made("create -f -", before=None, manifest=body_of(kind))
    assert found.note == LEFT[kind]
    assert not found.exact


def test_deleting_a_created_backup_says_that_its_data_stays() -> None:
    found = made("create -f -", before=None, manifest=body_of("Backup.velero.io"))
    assert "DeleteBackupRequest" in found.note.en
    assert "stays in object storage" in found.note.en


@pytest.mark.parametrize("kind", LOST)
def test_what_cannot_be_made_anew_is_not_offered(kind: str) -> None:
    assert refused("delete x.y custom", before=body_of(kind)) == LOST[kind].en


def test_a_deleted_object_is_created_from_what_was_saved() -> None:
    before = {
        **BSL,
        "metadata": {
            **BSL["metadata"],
            "managedFields": [],
            "creationTimestamp": "x",
            "ownerReferences": [{"uid": "1", "controller": True}],
            "finalizers": ["a/b"],
        },
    }
    for command, manifest in (("delete bsl custom", None), ("delete -f -", BSL)):
        found = made(command, before=before, manifest=manifest)
        assert found.args == ("create", "-f", "-")
        assert found.manifest is not None
        assert set(found.manifest) == {"apiVersion", "kind", "metadata", "spec"}
        assert set(found.manifest["metadata"]) == {"name", "namespace", "labels", "finalizers"}
        assert not found.exact
        assert "owner" in found.note.en


def test_pods_come_back_by_themselves() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "ownerReferences": [{"kind": "ReplicaSet", "controller": True}]},
        "spec": {"nodeName": "n", "containers": []},
    }
    assert "by itself" in refused("delete pod p", before=pod)
    alone = {**pod, "metadata": {"name": "p"}}
    found = made("delete pod p", before=alone)
    assert found.manifest is not None
    assert found.manifest["spec"] == {"containers": []}


def test_what_is_too_large_for_an_argument_is_refused() -> None:
    found = inverse(PATCH, None, changed(a="あ" * 40_000), BSL, NS)
    assert isinstance(found, Text)
    assert "too large" in found.en


# What must never happen -------------------------------------------------------------------------

keys = st.one_of(
    st.sampled_from(["a", "b", "a.b", "example.com/x", "日本", "", "~1", "spec", "kind"]),
    st.text(max_size=5),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.just(REDACTED),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
maps = st.dictionaries(keys, values, max_size=4)
texts = st.dictionaries(keys, st.text(max_size=5), max_size=3)


@st.composite
def states(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two states of an object that share much."""
    pair = []
    spec = draw(maps)
    labels = draw(texts)
    for _ in range(2):
        spec = {**spec, **draw(maps)}
        for key in list(spec):
            if draw(st.booleans()) and draw(st.booleans()):
                del spec[key]
        metadata: dict[str, Any] = {"name": "custom", "uid": "u1"}
        if draw(st.booleans()):
            metadata["labels"] = {**labels, **draw(texts)}
        if draw(st.booleans()):
            metadata["annotations"] = {LAST_APPLIED: draw(st.text(max_size=3)), **draw(texts)}
        metadata["resourceVersion"] = draw(st.sampled_from(["1", "2"]))
        pair.append(
            {
                "apiVersion": "velero.io/v1",
                "kind": "BackupStorageLocation",
                "metadata": metadata,
                "spec": dict(spec),
                "status": draw(maps),
            }
        )
    return pair[0], pair[1]


@settings(max_examples=600, deadline=None)
@given(states())
def test_an_exact_way_back_leads_back(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    found = inverse(PATCH, None, before, after, NS)
    if isinstance(found, Text):
        return
    assert classify(found.args).refused is None
    patch = json.loads(found.args[5])
    assert REDACTED not in json.dumps(patch)
    assert "status" not in patch
    result = merged(after, patch)
    for path in differs(before, after):
        old, new = at(quiet(before), path), at(quiet(result), path)
        if found.exact:
            assert same(old, new), path
        else:
            assert same(without_nulls(old), without_nulls(new)) or (old is None and new is MISSING)
    if found.exact:
        assert differs(before, result) == ()
    # What the change did not touch stays: the record of `oc apply` too.
    untouched = at(after, ("metadata", "annotations", LAST_APPLIED))
    assert same(at(result, ("metadata", "annotations", LAST_APPLIED)), untouched)


label_values = st.text(alphabet="abc-=.", max_size=5)
names = st.text(alphabet="abc/.", min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(names, label_values, max_size=4),
    st.dictionaries(names, st.one_of(st.none(), label_values), min_size=1, max_size=4),
    st.sampled_from(["label", "annotate"]),
)
def test_labels_go_back_through_the_parser_of_oc(
    old: dict[str, str], asked: dict[str, str | None], verb: str
) -> None:
    field = "labels" if verb == "label" else "annotations"
    before = {**BSL, "metadata": {"name": "custom", field: old}}
    words = [f"{key}-" if value is None else f"{key}={value}" for key, value in asked.items()]
    found = inverse([verb, "bsl", "custom", *words, "--overwrite"], None, before, None, NS)
    current = performed(old, words)
    if isinstance(found, Text):
        assert current == old
        return
    assert classify(found.args).refused is None
    back = [word for word in found.args[3:] if not word.startswith("--")]
    assert performed(current, back) == old


def performed(labels: Mapping[str, str], words: list[str]) -> dict[str, str]:
    """What `oc label` makes of labels (`kubectl`, `cmd/label/label.go`, `parseLabels`)."""
    result = dict(labels)
    for word in words:
        if "=" in word:
            key, _, value = word.partition("=")
            result[key] = value
        else:
            result.pop(word.removesuffix("-"), None)
    return result


COMMANDS = [
    "label bsl custom a=b",
    "annotate bsl custom a-",
    "scale bsl custom --replicas=3",
    "rollout pause bsl custom",
    "rollout resume bsl/custom",
    "delete bsl custom",
    "delete -f -",
    "create -f -",
    "apply -f -",
    "replace -f -",
    "set env bsl/custom A=b",
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(COMMANDS), states(), st.booleans(), st.booleans())
def test_every_way_back_may_run_and_holds_no_secret(
    command: str, pair: tuple[dict[str, Any], dict[str, Any]], read: bool, tried: bool
) -> None:
    before, after = pair
    manifest = after if "-f" in command else None
    found = inverse(
        command.split(), manifest, before if read else None, after if tried else None, NS
    )
    if isinstance(found, Text):
        assert found.en
        assert found.ja
        return
    assert classify(found.args, found.manifest).refused is None
    assert REDACTED not in " ".join(found.args)
    assert REDACTED not in json.dumps(found.manifest, ensure_ascii=False)


def test_every_change_of_the_table_has_a_way_back_or_a_reason() -> None:
    for name, verb in VERBS.items():
        args = [*name, "-f", "-"] if verb.manifest else [*name, "bsl", "custom"]
        if name == ("patch",):
            args += ["-p", "{}"]
        found = inverse(args, BSL if verb.manifest else None, BSL, None, NS)
        reason = found.en if isinstance(found, Text) else found.note.en
        assert "No way back is known" not in reason, name


# Objects without noise --------------------------------------------------------------------------


def test_noise_does_not_count() -> None:
    noisy = {
        **BSL,
        "metadata": {
            **BSL["metadata"],
            "resourceVersion": "8",
            "generation": 4,
            "managedFields": [1],
            "annotations": {LAST_APPLIED: "x"},
        },
        "status": {"phase": "Unavailable"},
    }
    assert fingerprint(noisy) == fingerprint(BSL)
    assert differs(noisy, BSL) == ()
    assert differs(noisy, BSL, status=True) == (("status", "phase"),)
    assert "annotations" not in quiet(noisy)["metadata"]
    assert noisy["metadata"]["annotations"]
    assert fingerprint(changed(a=1)) != fingerprint(BSL)
    assert len(fingerprint(BSL)) == 64
    assert fingerprint(changed(a=[1.0])) == fingerprint(changed(a=[1]))
    assert fingerprint(changed(a=[True])) != fingerprint(changed(a=[1]))


@settings(max_examples=300, deadline=None)
@given(states())
def test_two_states_have_one_fingerprint_if_they_do_not_differ(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    before, after = pair
    assert (fingerprint(before) == fingerprint(after)) == (differs(before, after) == ())
    assert differs(before, json.loads(json.dumps(before))) == ()


def test_paths_are_written_as_rules_write_them() -> None:
    assert written(("metadata", "labels", "a.b/c")) == 'metadata.labels."a.b/c"'
    assert len(written(("x" * 500,))) == 80
    assert written(("a\n\u202eb",)) == '"a\ufffd\ufffdb"'
