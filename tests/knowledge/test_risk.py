from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.model import Risk
from knowledge.risk import Classification, Scope, classify
from knowledge.verbs import VERBS


def of(command: str, manifest: Mapping[str, object] | None = None) -> Classification:
    return classify(command.split(), manifest)


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        ("get backups.velero.io -o json", Risk.READ),
        ("get pods -A -ojson", Risk.READ),
        ("get backups -l=a=b", Risk.READ),
        ("get pods -Aojson", Risk.READ),
        ("get --raw /readyz?verbose", Risk.READ),
        ("logs deploy/velero -c velero --tail=100 -p", Risk.READ),
        ("describe bsl custom", Risk.READ),
        ("wait --for=condition=Ready pod/x --timeout=5s", Risk.READ),
        ("whoami --show-server", Risk.READ),
        ("auth can-i patch backupstoragelocations.velero.io -q", Risk.READ),
        ("config current-context", Risk.READ),
        ("rollout status deploy/velero --timeout=20s", Risk.READ),
        ("explain backups.velero.io.spec", Risk.READ),
        ("adm top pods", Risk.READ),
        ("label bsl custom a=b", Risk.CHANGE),
        ("label bsl custom a-", Risk.CHANGE),
        ("annotate backup x a=b --overwrite", Risk.CHANGE),
        ('patch dpa x --type=merge -p {"spec":{}}', Risk.CHANGE),
        ("scale deploy/openshift-adp-controller-manager --replicas=0", Risk.CHANGE),
        ("delete pod some-pod", Risk.CHANGE),
        ("delete pods -l control-plane=controller-manager", Risk.CHANGE),
        ("delete pod velero-7c5f", Risk.DISRUPTIVE),
        ("delete pod/node-agent-x", Risk.DISRUPTIVE),
        ("delete pod --all", Risk.DISRUPTIVE),
        ("delete po -l component=velero", Risk.DISRUPTIVE),
        ("delete po -l app!=x,control-plane!=controller-manager", Risk.DISRUPTIVE),
        ("rollout restart deploy/velero", Risk.DISRUPTIVE),
        ("rollout restart ds node-agent", Risk.DISRUPTIVE),
        ("rollout restart deploy", Risk.DISRUPTIVE),
        ("rollout restart deployment.apps/other", Risk.CHANGE),
        ("scale deploy velero --replicas 0", Risk.DISRUPTIVE),
        ("set env deploy/velero A=b", Risk.DISRUPTIVE),
        ('patch deployment velero -p {"spec":{}}', Risk.DISRUPTIVE),
        ("delete backup.velero.io x", Risk.DESTRUCTIVE),
        ("delete pod,backup x", Risk.DESTRUCTIVE),
        ("delete pod/x backup/y", Risk.DESTRUCTIVE),
        ("delete pod x --force", Risk.DESTRUCTIVE),
        ("delete pod x --force=false", Risk.DESTRUCTIVE),
        ("delete pod x --grace-period=0", Risk.DESTRUCTIVE),
        ('patch backup x --type=merge -p {"metadata":{"finalizers":null}}', Risk.DESTRUCTIVE),
        (
            'patch backup x --type=json -p [{"op":"remove","path":"/metadata/finalizers"}]',
            Risk.DESTRUCTIVE,
        ),
        (
            r'patch backup x --type=merge -p {"metadata":{"\u0066inalizers":null}}',
            Risk.DESTRUCTIVE,
        ),
        (
            'patch backup x --type=json -p [{"op":"move","from":"/metadata/finalizers"}]',
            Risk.DESTRUCTIVE,
        ),
        (
            'patch pod x -p {"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}',
            Risk.DESTRUCTIVE,
        ),
        ('patch pvc x -p {"metadata":{"$patch":"replace"}}', Risk.DESTRUCTIVE),
        ('patch backup x --type=merge -p {"metadata":null}', Risk.DESTRUCTIVE),
        ('patch backup x --type=merge -p {"metadata":{"ownerReferences":[]}}', Risk.DESTRUCTIVE),
        ('patch backup x --type=merge -p {"status":{"expiration":"2020"}}', Risk.DESTRUCTIVE),
        ('patch nab x --type=merge -p {"spec":{"deleteBackup":true}}', Risk.DESTRUCTIVE),
        ('patch pv x -p {"spec":{"persistentVolumeReclaimPolicy":"Delete"}}', Risk.DESTRUCTIVE),
        ("delete pod x --grace-period=00", Risk.DESTRUCTIVE),
        ("delete pods --all -A", Risk.DESTRUCTIVE),
        ("label pods --all -A a=b", Risk.DESTRUCTIVE),
        ("rollout restart all", Risk.DISRUPTIVE),
        ("set env all --all A=b", Risk.DISRUPTIVE),
        ("scale rc/velero --replicas=0", Risk.DISRUPTIVE),
        ("label pod velero-7c5f name-", Risk.DISRUPTIVE),
        ("label bsl custom a=b --dry-run=server", Risk.READ),
        ("delete backup.velero.io x --dry-run=client", Risk.READ),
    ],
)
def test_known_commands_have_their_risk(command: str, risk: Risk) -> None:
    judged = of(command)
    assert judged.refused is None, judged.refused
    assert judged.risk is risk


@pytest.mark.parametrize(
    "command",
    [
        "exec deploy/velero -- ls", "rsh x", "edit bsl x", "debug node/x", "proxy", "run x",
        "port-forward x 80", "cp a b", "adm must-gather", "adm inspect ns/x", "adm drain n",
        "login", "logout", "project x", "oadp backup create x", "rollout", "rollout explode x",
        "auth reconcile -f -", "config use-context x", "config view --raw", "whoami -t",
        "whoami --show-token", "get pods --context x", "get pods --context=x", "get pods -nfoo",
        "get pods -n foo", "get pods --namespace=foo", "get pods -s https://x", "get pods --as=x",
        "get pods --as_group=x", "get pods --kubeconfig=x", "get pods --token=x", "get pods -An x",
        "get pods --insecure-skip-tls-verify", "--context x get pods", "-n x get pods",
        "apply -f file.yaml", "apply -k dir", "apply -R -f -", "create -f https://x/y.yaml",
        "create -f", "create configmap x", "create token velero", "create -f - --raw /api",
        "create -f - --edit", "apply -f - --prune", "delete -f x.yaml", "delete -f - backup x",
        "get pods -f -", "get pods -w", "get pods --watch", "logs x -f -", "logs x -f=true",
        "logs x -f x -f", "logs x --follow=yes", "describe x -f", "get pods -l a=b -f",
        "label bsl x a=b --dry-run", "label bsl x a=b --dry-run server",
        "label bsl x a=b --dry-run=none", "label bsl x a=b --dry-run=server --dry-run=none",
        "label bsl x a=b --overwrite=maybe", "get pods -- x", "get pods -", "get pods -A=x",
        "get --raw /api/v1/namespaces/x/pods/y/proxy/z", "get --raw /api/v1/secrets",
        "get --raw /api/v1/namespaces/x/secrets/y", "get --raw /api/../x",
        "get --raw https://elsewhere", "get --raw /api/v1/pods?watch=true",
        "get secret x -o jsonpath={.data.key}", "get secret x -o jsonpath={.data}",
        "get secret x -o jsonpath={@}", "get secret/x -ojsonpath={..key}",
        "get secrets -o jsonpath={.items[*]}", "get pods,secrets -o custom-columns=A:.data.b",
        "get secret x -o go-template={{.data.key}}", "get secret x --template={{.}}",
        "get secret x -o jsonpath={.metadata.annotations}", "get secret x -o jsonpath-file=y",
        "get secret x -o go-template --template={{.data}}", "get pods -o custom-columns-file=x",
        "get pods -o templatefile=/etc/passwd", "wait secret/x --for=jsonpath={.data.a}=b",
        "get --raw /apis/oauth.openshift.io/v1/oauthaccesstokens",
        "get pods -l a=\u202eb", "label bsl x a=\u200bb", "label bsl x a=\u009bb",
        "patch dpa x -p spec:", "patch dpa x --patch-file=y", "top", "adm", "config", "auth",
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_a_reason(command: str) -> None:
    refused = of(command).refused
    assert refused is not None
    assert refused.en
    assert refused.ja


def test_reading_names_and_lengths_of_a_secret_is_fine() -> None:
    template = r'{{range $k,$v := .data}}{{$k}} {{len $v}}{{"\n"}}{{end}}'
    judged = classify(["get", "secret", "x", "-o", f"go-template={template}"])
    assert judged.refused is None
    assert of("get secret x -o jsonpath={.metadata.name}").refused is None
    assert of("get secret x -o yaml").refused is None
    assert of("get secrets -o custom-columns=N:.metadata.name,T:.type").refused is None


def test_a_manifest_may_raise_the_risk() -> None:
    delete = {"kind": "DeleteBackupRequest", "metadata": {"name": "x"}}
    velero = {"kind": "Deployment", "metadata": {"name": "velero"}}
    assert of("create -f -", {"kind": "Restore"}).risk is Risk.CHANGE
    assert of("create -f -", delete).risk is Risk.DESTRUCTIVE
    assert of("create -f -", {"kind": "List", "items": [delete]}).risk is Risk.DESTRUCTIVE
    assert of("apply -f -", velero).risk is Risk.DISRUPTIVE
    assert of("replace -f - --force", {"kind": "Restore"}).risk is Risk.DESTRUCTIVE
    assert of("label bsl x a=b", {"kind": "Restore"}).refused is not None
    assert of("replace -f -", {"kind": "Backup"}).risk is Risk.DESTRUCTIVE
    begun = {"kind": "ReplicaSet", "metadata": {"generateName": "velero-"}}
    assert of("apply -f -", begun).risk is Risk.DISRUPTIVE
    owned = {"kind": "Backup", "metadata": {"name": "x", "ownerReferences": [{"uid": "y"}]}}
    assert of("apply -f -", owned).risk is Risk.DESTRUCTIVE


def test_a_manifest_with_two_readings_is_refused() -> None:
    delete = {"kind": "DeleteBackupRequest", "metadata": {"name": "x"}}
    nested: Mapping[str, object] = delete
    for _ in range(6):
        nested = {"kind": "List", "items": [nested]}
    for manifest in (
        nested,
        {"kind": "List", "Items": [delete]},
        {"kind": "Restore", "items": [delete]},
        {"kind": "Restore", "Kind": "DeleteBackupRequest"},
        {"kind": "List", "items": "x"},
    ):
        assert of("create -f -", manifest).refused is not None


def test_templates_print_no_secret_that_a_manifest_names() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "x"}}
    for body in (secret, {"kind": "List", "items": [secret]}):
        judged = of("apply -f - --dry-run=server -o jsonpath={.data}", body)
        assert judged.refused is not None
    assert of("apply -f - --dry-run=server -o json", secret).refused is None


@pytest.mark.parametrize(
    ("command", "scope", "objects"),
    [
        ("get pods -A", Scope.ALL, (("pods", ""),)),
        ("get clusterversions.config.openshift.io version", Scope.CLUSTER, None),
        ("version", Scope.NONE, ()),
        ("label deploy x a=b c-", Scope.NAMESPACED, (("deploy", "x"),)),
        ("delete backup/a restore/b", Scope.NAMESPACED, (("backup", "a"), ("restore", "b"))),
        ("get backups,restores x", Scope.NAMESPACED, (("backups", "x"), ("restores", "x"))),
        ("get knativeservings.operator.knative.dev", Scope.UNKNOWN, None),
        ("logs velero-1", Scope.NAMESPACED, (("pod", "velero-1"),)),
    ],
)
def test_scope_and_objects_are_read(
    command: str, scope: Scope, objects: tuple[tuple[str, str], ...] | None
) -> None:
    judged = of(command)
    assert judged.scope is scope
    assert objects is None or judged.objects == objects


WORDS = [
    "pod",
    "velero",
    "deploy/velero",
    "backup",
    "x",
    "a=b",
    "a-",
    "--force",
    "--all",
    "-A",
    "-n",
    "-nfoo",
    "-o",
    "json",
    "-ojson",
    "--dry-run=server",
    "--dry-run=none",
    "--dry-run",
    "-f",
    "-",
    "-f",
    "-",
    "--context",
    "--context=x",
    "-p",
    "{}",
    "--as=x",
    "-l",
    "a=b",
    "--overwrite",
    "--grace-period=0",
    "--",
]


@pytest.mark.parametrize(
    ("command", "follows"),
    [
        ("logs velero-1 -f", True),
        ("logs -f velero-1 -c velero", True),
        ("logs -fp velero-1", True),
        ("logs pod/velero-1 --follow=true --tail=10", True),
        ("logs velero-1 --follow=false", False),
        ("logs velero-1 -l follow=true", False),
    ],
)
def test_following_a_log_is_a_read_without_end(command: str, follows: bool) -> None:
    judged = of(command)
    assert judged.refused is None
    assert judged.risk is Risk.READ
    assert judged.follows is follows
    assert not judged.reads_input


def test_a_restart_is_told_whatever_else_a_command_does() -> None:
    assert of("delete pod velero-1 --force").restarts
    assert of("delete deployment velero").restarts
    assert of("delete namespace openshift-adp").restarts
    assert of("delete dpa x").restarts
    assert not of("delete backup x").restarts
    assert not of("rollout restart deploy/velero --dry-run=server").restarts
    assert not of("label deploy velero a=b").restarts


ANY = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(WORDS),
    ),
    max_size=8,
)


@given(st.sampled_from(sorted(VERBS)), ANY)
def test_no_command_is_judged_below_its_verb(verb: tuple[str, ...], rest: list[str]) -> None:
    judged = classify([*verb, *rest])
    if judged.refused is None and not judged.dry_run:
        assert judged.risk.rank >= VERBS[verb].risk.rank
    if judged.dry_run:
        written = [each for each in rest if each.startswith("--dry-run")]
        assert written in (["--dry-run=server"], ["--dry-run=client"])


@given(ANY)
def test_unknown_verbs_are_refused(args: list[str]) -> None:
    known = {name[0] for name in VERBS}
    judged = classify(args)
    if not args or args[0] not in known:
        assert judged.refused is not None


@given(st.sampled_from(sorted(VERBS)), ANY)
def test_nothing_that_leads_elsewhere_gets_through(verb: tuple[str, ...], rest: list[str]) -> None:
    hostile = {"-n", "-nfoo", "--context", "--context=x", "--as=x", "--"}
    judged = classify([*verb, *rest])
    # A hostile word may only stand as the value of a flag that takes one.
    values = {rest[at + 1] for at, word in enumerate(rest[:-1]) if word.startswith("-")}
    if judged.refused is None:
        assert not (set(rest) & hostile) - values


@given(st.lists(st.text(max_size=20), max_size=5))
def test_classifying_never_raises(args: list[str]) -> None:
    assert classify(args).verb is not None


def test_items_without_a_kind_are_what_their_list_holds() -> None:
    secrets = {"kind": "SecretList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]}
    printed = classify(("apply", "-f", "-", "-o", "jsonpath={.items[0].data}"), secrets)
    assert printed.refused is not None
    requests = {
        "kind": "DeleteBackupRequestList",
        "apiVersion": "velero.io/v1",
        "items": [{"metadata": {"name": "a"}, "spec": {"backupName": "nightly"}}],
    }
    assert classify(("create", "-f", "-"), requests).risk is Risk.DESTRUCTIVE
    nothing = {"kind": "List", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]}
    assert classify(("create", "-f", "-"), nothing).refused is not None


@pytest.mark.parametrize(
    "output",
    ["jsonpath={.data.password}", "jsonpath={.items[*].secret}", "jsonpath={..env[*].value}"],
)
def test_no_output_may_print_what_its_field_calls_secret(output: str) -> None:
    assert classify(("get", "configmaps", "x", "-o", output)).refused is not None
