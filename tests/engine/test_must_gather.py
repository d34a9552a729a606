"""Must-gathers of every layout say the same as the cluster they were taken from."""

from __future__ import annotations

import json
import os
import tarfile
import threading
import time
import zipfile
import zlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from gathers import (
    LAYOUTS,
    NS,
    debug_bundle,
    inspected,
    new_layout,
    old_layout,
    tarred,
    world,
    write_folder,
)
from log_texts import looking

from knowledge.base import KnowledgeBase, load
from knowledge.finding import Diagnosis, Judgement
from knowledge.scan import BLOCK, Collector
from knowledge.snapshot import LogGroup, Snapshot, SourceType
from knowledge.text import Text
from tui.cli.run import run
from tui.engine.archive import reading, streams
from tui.engine.archive.limits import Limits
from tui.engine.archive.source import ArchiveSource
from tui.engine.logs.requests import Edge
from tui.engine.ports import Connection, Phase
from tui.engine.practice_source import PracticeSource
from tui.engine.problem import BadChoice
from tui.practice import list_scenarios

SCENARIOS = [info.id for info in list_scenarios()]
_IMAGES_OFF = "imagestream-registry-secret-missing/images-off"
_ON_AGAIN = "imagestream-registry-secret-missing/images-on-again"
UNKNOWABLE = {
    **dict.fromkeys(
        (
            (scenario, layout)
            for scenario in (_IMAGES_OFF, _ON_AGAIN)
            for layout in ("inspect", "new", "old")
        ),
        "oc get imagestreams.image.openshift.io -A",
    ),
    ("nab-backingoff", "inspect"): "oc get nonadminbackups.oadp.openshift.io -A",
    ("nab-backingoff/restricted", "inspect"): "oc get nonadminbackups.oadp.openshift.io -A",
    ("oadp-ocp-unsupported", "inspect"): "the version of OpenShift is not known",
    ("oadp-ocp-unsupported", "old"): "the version of OpenShift is not known",
    ("oadp-ocp-unsupported/too-new", "inspect"): "the version of OpenShift is not known",
    ("oadp-ocp-unsupported/too-new", "old"): "the version of OpenShift is not known",
    ("crd-missing-or-old", "new"): "oc get installplans.operators.coreos.com",
    ("crd-missing-or-old", "old"): "oc get installplans.operators.coreos.com",
}
"""What cannot be seen in a must-gather of a layout, and what would settle it."""
FIRST = {
    "healthy",
    "knative-admission-webhook",
    "ibm-appconnect-webhook",
    "imagestream-registry-secret-missing",
    "dpa-cloudstorage-segfault",
    "plugin-eof-benign",
    "velero-oom",
    *(scenario for scenario, _layout in UNKNOWABLE),
}
DEADLINE_SECONDS = 60.0


@cache
def known() -> KnowledgeBase:
    return load(())


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return known()


class Opened:
    """A source, read to its end."""

    def __init__(self, path: Path, base: KnowledgeBase, limits: Limits | None = None) -> None:
        collector = Collector(base.signatures)
        self.source = ArchiveSource(str(path), kinds=base.kinds, collector=collector, limits=limits)
        changed = threading.Event()
        self.source.start(changed.set)
        end = time.monotonic() + DEADLINE_SECONDS
        while not _ended(self.source.connection()):
            assert time.monotonic() < end, "it does not come to an end"
            changed.wait(0.2)
            changed.clear()
        self.phase = self.source.connection().phase
        self.source.stop()

    @property
    def snapshot(self) -> Snapshot:
        return self.source.snapshot()

    @property
    def message(self) -> Text | None:
        return self.source.connection().message


def _ended(connection: Connection) -> bool:
    whole = connection.read >= connection.expected
    return connection.phase is Phase.FAILED or (connection.phase is Phase.READY and whole)


def found(diagnosis: Diagnosis) -> set[tuple[str, str | None, str]]:
    return {(each.issue, each.cause, str(each.verdict)) for each in diagnosis.findings}


@cache
def live(scenario: str) -> set[tuple[str, str | None, str]]:
    base = known()
    source = PracticeSource(scenario, kinds=base.kinds, collector=Collector(base.signatures))
    changed = threading.Event()
    source.start(changed.set)
    try:
        while source.connection().phase is not Phase.READY:
            changed.wait(1)
            changed.clear()
        return found(base.diagnose(source.snapshot()))
    finally:
        source.stop()


def issues(found: set[tuple[str, str | None, str]]) -> set[tuple[str, str]]:
    benign = {(issue, verdict) for issue, _, verdict in found if verdict == "benign"}
    return benign | {(issue, "found") for issue, _, verdict in found if verdict != "benign"}


def _gathers() -> list[tuple[str, str]]:
    """Return every scenario as OADP gathers it now; some of them in the other layouts too."""
    few = [each for each in SCENARIOS if each.partition("/")[0] in FIRST]
    few += [each for each in SCENARIOS[::6] if each not in few]
    others = [(layout, each) for layout in ("inspect", "old") for each in few]
    return [*(("new", each) for each in SCENARIOS), *others]


@pytest.mark.parametrize(("layout", "scenario"), _gathers())
def test_the_same_issues_as_on_the_cluster(
    base: KnowledgeBase, tmp_path: Path, scenario: str, layout: str
) -> None:
    write_folder(LAYOUTS[layout](world(scenario)), tmp_path)
    opened = Opened(tmp_path, base)
    assert opened.phase is Phase.READY, opened.message
    diagnosis = base.diagnose(opened.snapshot)
    mine = found(diagnosis)
    if (scenario, layout) in UNKNOWABLE:
        assert not any(verdict != "benign" for _, _, verdict in mine)
        ((issue, _),) = (each for each in issues(live(scenario)) if each[1] != "benign")
        state = diagnosis.issues[issue]
        assert state.judgement is Judgement.NOT_EVALUATED
        assert any(UNKNOWABLE[scenario, layout] in reason.en for reason in state.reasons)
        return
    if scenario.partition("/")[0] == "vm-datamover-scc":
        # OADP's gatherers write no CRDs but their own, so KubeVirt counts as not installed.
        return
    if scenario.partition("/")[0] not in FIRST:
        _nothing_is_denied(diagnosis, live(scenario))
        return
    assert issues(mine) == issues(live(scenario))
    if layout != "inspect" and "webhook" not in scenario:
        # The gatherers of OADP hold all that proves it, but for webhooks.
        assert mine == live(scenario)


def _nothing_is_denied(diagnosis: Diagnosis, on_cluster: set[tuple[str, str | None, str]]) -> None:
    """Whatever a gather lacks, it never says of an issue of the cluster that it is not there."""
    for issue, _cause, verdict in on_cluster:
        if verdict != "benign":
            known = diagnosis.issues[issue].judgement
            explained = bool(diagnosis.findings) and known is Judgement.FOUND
            assert explained or known is Judgement.NOT_EVALUATED, (issue, known)


@pytest.mark.parametrize("packed", ["tar", "tgz", "tar.xz", "zip", "gnu", "twice"])
@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_packed_is_as_unpacked(
    base: KnowledgeBase, tmp_path: Path, layout: str, packed: str
) -> None:
    files = LAYOUTS[layout](world("imagestream-registry-secret-missing"))
    folder = write_folder(files, tmp_path / "folder")
    path = tmp_path / f"packed.{packed}"
    if packed == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    elif packed == "twice":
        path.write_bytes(tarred({"a/b/inner.tgz": tarred(files, "gz")}))
    elif packed == "gnu":
        path.write_bytes(tarred({f"{'x' * 120}/{k}": v for k, v in files.items()},
                                form=tarfile.GNU_FORMAT))  # fmt: skip
    else:
        path.write_bytes(tarred(files, {"tar": "", "tgz": "gz", "tar.xz": "xz"}[packed]))
    one, other = Opened(folder, base).snapshot, Opened(path, base).snapshot
    assert one.objects == other.objects
    assert one.hits == other.hits
    assert dict(one.unread_logs) == dict(other.unread_logs)
    assert one.now == other.now
    if not (packed == "twice" and layout == "old-unzipped"):
        # There the archive around it looks like the one that the gatherer makes when it is done.
        assert dict(one.unread) == dict(other.unread)
        assert found(base.diagnose(one)) == found(base.diagnose(other))


def test_what_the_snapshot_says_of_itself(base: KnowledgeBase, tmp_path: Path) -> None:
    snapshot = Opened(write_folder(new_layout(world("healthy")), tmp_path / "mg"), base).snapshot
    assert snapshot.source.type is SourceType.MUST_GATHER
    assert (snapshot.source.name, snapshot.source.namespace) == ("mg", NS)
    assert snapshot.source.versions.oadp == "1.4.3"
    assert snapshot.source.versions.openshift == "4.16.19"
    assert snapshot.now == world("healthy").taken
    assert {log.group for log in snapshot.logs} == {
        LogGroup.VELERO, LogGroup.NODE_AGENT, LogGroup.OPERATOR,
    }  # fmt: skip
    assert "managedFields" not in str(snapshot.objects)


def test_what_it_may_not_hold_is_unknown_and_says_how_to_know(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    snapshot = Opened(write_folder(new_layout(world("healthy")), tmp_path), base).snapshot
    for kind, command in {
        "ValidatingWebhookConfiguration": "oc get validatingwebhookconfigurations.admission",
        "InstallPlan": f"oc get installplans.operators.coreos.com -n {NS}",
        "VolumeSnapshot": "oc get volumesnapshots.snapshot.storage.k8s.io -A",
        "CustomResourceDefinition": "oc get customresourcedefinitions.apiextensions.k8s.io",
        "ImageStream": "oc get imagestreams.image.openshift.io -A",
    }.items():
        why = snapshot.why_unread(kind)
        assert why is not None, kind
        assert command in why.en, kind
        assert command in why.ja, kind


def test_what_a_finished_gatherer_lists_is_known_to_be_absent(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    files = {p: d for p, d in new_layout(world("healthy")).items() if "/restores/" not in p}
    whole = Opened(write_folder(files, tmp_path / "a"), base).snapshot
    cut = {path: data for path, data in files.items() if "summary" not in path}
    unfinished = Opened(write_folder(cut, tmp_path / "b"), base).snapshot
    for kind in ("Restore", "DataUpload", "NonAdminBackup", "DeleteBackupRequest"):
        assert whole.why_unread(kind) is None, kind
        if not unfinished.of(kind):
            assert unfinished.why_unread(kind) is not None, kind
    for kind in ("Secret", "Pod", "Job", "StorageClass", "ClusterVersion", "Backup"):
        assert whole.why_unread(kind) is None, kind
        assert unfinished.why_unread(kind) is None, kind


def test_nothing_is_absent_where_something_is_damaged(base: KnowledgeBase, tmp_path: Path) -> None:
    files = {p: d for p, d in new_layout(world("healthy")).items() if "/restores/" not in p}
    files["must-gather.local.123/broken.tar.gz"] = tarred({"a": os.urandom(9000)}, "gz")[:4000]
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert snapshot.why_unread("Restore") is not None
    assert snapshot.why_unread("Backup") is None, "its List was read whole"


def test_single_files_may_be_a_choice_but_lists_are_complete(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    snapshot = Opened(write_folder(inspected(world("healthy")), tmp_path), base).snapshot
    assert snapshot.of("Backup")
    why = snapshot.why_unread("Backup")
    assert why is not None
    assert "may hold only some" in why.en
    assert snapshot.why_unread("Secret") is None
    assert snapshot.why_unread("Job") is None, "an empty List says that there is none"


def test_discovery_tells_what_the_cluster_does_not_have(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    files = inspected(world("healthy"))
    files["aggregated-discovery-apis.yaml"] = (
        b"apiVersion: apidiscovery.k8s.io/v2\nitems:\n"
        b"- metadata:\n    name: velero.io\n  versions:\n  - freshness: Current\n"
        b"    resources:\n    - resource: backups\n    version: v1\n"
        b"- metadata:\n    name: storage.k8s.io\n  versions:\n  - freshness: Stale\n"
        b"kind: APIGroupDiscoveryList\n"
    )
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert "Restore" in snapshot.absent
    assert snapshot.why_unread("Restore") is None
    assert snapshot.why_unread("Backup") is not None
    assert snapshot.why_unread("StorageClass") is not None, "its server did not answer"


def test_secrets_do_not_come_in(base: KnowledgeBase, tmp_path: Path) -> None:
    files = inspected(world("healthy"))
    path = f"namespaces/{NS}/core/secrets.yaml"
    marker = "c3VwZXJzZWNyZXQtbWFya2Vy"
    files[path] = (
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n"
        f"    cloud: {marker}\n  kind: Secret\n  metadata:\n    annotations:\n"
        f'      kubectl.kubernetes.io/last-applied-configuration: \'{{"data":"{marker}"}}\'\n'
        f"    name: cloud-credentials\n    namespace: {NS}\nkind: SecretList\n"
    ).encode()
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert list(snapshot.of("Secret")) == [(NS, "cloud-credentials")]
    assert marker not in str(snapshot)


def test_logs_of_backups_are_logs_of_their_own_group(base: KnowledgeBase, tmp_path: Path) -> None:
    files = new_layout(world("healthy"))
    root = next(path for path in files if path.endswith("backups.yaml")).rpartition("/")[0]
    line = (
        b'time="2026-11-23T02:00:03Z" level=error msg="Error backing up item" '
        b'backup=openshift-adp/b1 error="error executing custom action '
        b"(groupResource=imagestreams.image.openshift.io, namespace=db, name=pg): rpc error: "
        b"code = Unknown desc = errors getting registryenv: secrets "
        b'\\"oadp-x-aws-registry-secret\\" not found"\n'
    )
    files[f"{root}/b1.log"] = line
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert ("backup b1", LogGroup.BACKUP, 1) in [(e.log, e.group, e.lines) for e in snapshot.logs]
    assert any(hit.log == "backup b1" for each in snapshot.hits.values() for hit in each.hits)


@pytest.mark.parametrize("lists", [True, False])
def test_a_bundle_of_velero_debug_is_read_too(
    base: KnowledgeBase, tmp_path: Path, lists: bool
) -> None:
    lab = world("imagestream-registry-secret-missing")
    files = debug_bundle(lab, lists=lists)
    write_folder(files, tmp_path / "folder")
    (tmp_path / "bundle-2026.tar.gz").write_bytes(tarred(files, "gz"))
    paths = (
        tmp_path / "folder",
        tmp_path / "folder" / "velero-bundle",
        tmp_path / "bundle-2026.tar.gz",
    )
    for path in paths:
        opened = Opened(path, base)
        snapshot = opened.snapshot
        assert snapshot.source.namespace == NS
        assert len(snapshot.of("Backup")) == len(lab.of("velero.io", "backups", NS))
        assert ("Backup" in snapshot.unread) is not lists
        logs = {each.log: each.group for each in snapshot.logs}
        velero = next(log for log in logs if log.startswith("velero-"))
        assert velero.endswith("/velero")
        assert logs[velero] is LogGroup.VELERO
        assert logs["backup shop-nightly"] is LogGroup.BACKUP
        assert not any("plugin" in log for log in logs)
        causes = {each.cause for each in base.diagnose(snapshot).findings}
        assert "bsl-unlabelled" in causes
        with looking(opened.source.open_log(velero)) as it:
            it.wish(Edge(False))
            it.until(lambda: it.page.lines)
            assert "level=" in it.page.lines[0].text


def test_lines_are_counted_once_however_often_they_were_collected(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    scenario = world("imagestream-registry-secret-missing")
    one = Opened(write_folder(inspected(scenario), tmp_path / "a"), base).snapshot
    both = Opened(write_folder(old_layout(scenario), tmp_path / "b"), base).snapshot
    assert {key: each.count for key, each in one.hits.items()} == {
        key: each.count for key, each in both.hits.items()
    }
    assert not any("*" in log.log for log in both.logs)


def test_another_namespace_with_a_velero_does_not_mix(base: KnowledgeBase, tmp_path: Path) -> None:
    files = inspected(world("imagestream-registry-secret-missing"))
    healthy = inspected(world("healthy"))
    for path, data in files.items():
        if "/pods/" in path:
            healthy[path.replace(f"namespaces/{NS}", "namespaces/other")] = data
    snapshot = Opened(write_folder(healthy, tmp_path), base).snapshot
    assert snapshot.source.namespace == NS
    assert found(base.diagnose(snapshot)) == set()


def test_two_clusters_in_one_do_not_mix(base: KnowledgeBase, tmp_path: Path) -> None:
    files = new_layout(world("healthy"))
    other = new_layout(world("imagestream-registry-secret-missing"))
    mixed = {path.replace("7d3c1b52", "aaaaaaaa"): data for path, data in other.items()}
    few = {path: data for path, data in mixed.items() if "/pods/" in path or "/backups" in path}
    snapshot = Opened(write_folder({**few, **files}, tmp_path), base).snapshot
    assert "aaaaaaaa" in snapshot.unread["clusters"].en
    assert found(base.diagnose(snapshot)) == set()


def test_the_time_is_that_of_the_events_where_none_is_written(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    files = inspected(world("healthy"))
    del files["timestamp"]
    files[f"namespaces/{NS}/core/events.yaml"] = (
        b"apiVersion: v1\nitems:\n- kind: Event\n  apiVersion: v1\n"
        b'  lastTimestamp: "2025-01-02T03:04:05Z"\n  metadata: {name: e}\n'
    )
    assert Opened(write_folder(files, tmp_path / "a"), base).snapshot.now == datetime(
        2025, 1, 2, 3, 4, 5, tzinfo=UTC
    )
    files[f"namespaces/{NS}/core/events.yaml"] = b"items: []\nkind: EventList\n"
    path = tmp_path / "b.tar"
    path.write_bytes(tarred(files))
    assert Opened(path, base).snapshot.now == datetime.fromtimestamp(1_790_000_000, UTC)


# -- what is no must-gather, or not all of one ---------------------------------------------------


def test_what_is_not_there_is_a_bad_choice(base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match="There is no"):
        Opened(tmp_path / "nothing", base)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.mkdir(), "is empty"),
        (lambda path: path.write_bytes(b""), "is no must-gather"),
        (lambda path: path.write_bytes(b"hello" * 1000), "is no must-gather"),
        (lambda path: path.write_bytes(tarred({"a/b.txt": b"x"})), "holds nothing of OADP"),
        (lambda path: path.write_bytes(tarred(inspected(world("healthy")), "gz")[:60]),
         "no must-gather"),
        (lambda path: path.write_bytes(tarred({"a": os.urandom(9000)}, "gz")[:4000]),
         "is damaged or cut off"),
        (lambda path: path.write_bytes(tarred({"../../namespaces/a.log": b"x"}, "gz")),
         "lead out of it"),
        (lambda path: write_folder({"velero.log": b"x"}, path), "Open them with `--logs"),
    ],
)  # fmt: skip
def test_one_clear_line_for_what_cannot_be_used(
    base: KnowledgeBase, tmp_path: Path, make, says: str
) -> None:
    path = tmp_path / "thing"
    make(path)
    opened = Opened(path, base)
    assert opened.phase is Phase.FAILED
    assert opened.message is not None
    assert says in opened.message.en
    assert str(path) in opened.message.ja
    assert "\n" not in opened.message.en


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_without_permission(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "mg.tar"
    path.write_bytes(b"")
    path.chmod(0)
    opened = Opened(path, base)
    assert opened.phase is Phase.FAILED
    assert opened.message is not None
    assert "Permission denied" in opened.message.en


def test_a_truncated_archive_is_used_as_far_as_it_goes(base: KnowledgeBase, tmp_path: Path) -> None:
    files = new_layout(world("healthy"))
    whole = tarred(files, "gz")
    path = tmp_path / "mg.tar.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    opened = Opened(path, base)
    assert opened.phase is Phase.READY
    snapshot = opened.snapshot
    assert "cut off" in snapshot.unread["files"].en
    assert snapshot.objects
    assert snapshot.why_unread("Restore") is not None, "what is missing may be in the lost part"


def test_an_object_that_is_cut_off_is_not_taken_for_whole(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    half = b"apiVersion: velero.io/v1\nkind: Backup\nmetadata:\n  name: half\n"
    where = f"namespaces/{NS}/velero.io/backups/half.yaml"
    files = {**inspected(world("healthy")), where: half + b"status: {phase: Completed}\n"}
    data = tarred(files)
    path = tmp_path / "mg.tar"
    path.write_bytes(data[: data.rindex(b"status: {phase: Completed}")])
    snapshot = Opened(path, base).snapshot
    assert snapshot.of("Backup")
    assert "half" not in {name for _, name in snapshot.of("Backup")}
    assert "cut off" in snapshot.unread["files"].en


def test_an_object_that_is_no_yaml_makes_its_kind_unknown(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    files = old_layout(world("healthy"), zipped=False)
    path = next(path for path in files if "/backups.velero.io/" in path)
    files[path] = b'Error from server (NotFound): backups.velero.io "x" not found\n'
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    why = snapshot.why_unread("Backup")
    assert why is not None
    assert "could not be read" in why.en
    assert snapshot.of("Backup")


def test_links_and_names_that_lead_out_are_ignored(base: KnowledgeBase, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("apiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: stolen}\n")
    folder = write_folder(inspected(world("healthy")), tmp_path / "mg")
    backups = folder / "namespaces" / NS / "velero.io" / "backups"
    (backups / "stolen.yaml").symlink_to(secret)
    (backups / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    (folder / "namespaces" / "loop").symlink_to(folder)
    os.mkfifo(folder / "namespaces" / NS / "velero.io" / "pipe.yaml")
    snapshot = Opened(folder, base).snapshot
    assert "stolen" not in {name for _, name in snapshot.of("Backup")}
    assert "lead out" in snapshot.unread["files"].en

    data = secret.read_bytes()
    files = inspected(world("healthy"))
    for prefix in ("/", "../../", "a/../../", "C:\\"):
        files[f"{prefix}namespaces/{NS}/velero.io/backups/stolen.yaml"] = data
    path = tmp_path / "mg.tar"
    path.write_bytes(tarred(files))
    with tarfile.open(path, "a") as archive:
        info = tarfile.TarInfo(f"namespaces/{NS}/velero.io/backups/linked.yaml")
        info.type, info.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(info)
    snapshot = Opened(path, base).snapshot
    assert {"stolen", "linked"}.isdisjoint({name for _, name in snapshot.of("Backup")})
    assert snapshot.unread["files"].en.startswith("4 with names")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(total=50_000), "GiB"),
        (Limits(entries=5), "files"),
        (Limits(ratio=2, ratio_from=1000), "grows more than 2 times"),
        (Limits(depth=0), "too deep"),
        (Limits(objects=20), "more than 20 objects"),
        (Limits(object_bytes=50_000), "objects or"),
        (Limits(logs=1), "logs too many"),
    ],
)
def test_bombs_are_bounded_with_one_message(
    base: KnowledgeBase, tmp_path: Path, limits: Limits, says: str
) -> None:
    inner = tarred(inspected(world("healthy")), "gz")
    path = tmp_path / "mg.tar"
    path.write_bytes(tarred({**inspected(world("healthy")), "x/inner.tar.gz": inner}))
    opened = Opened(path, base, limits)
    text = opened.message or opened.snapshot.unread["files"]
    assert says in text.en


def test_stop_is_quick(base: KnowledgeBase, tmp_path: Path) -> None:
    backup = b"- apiVersion: velero.io/v1\n  kind: Backup\n  metadata:\n    name: b%d\n"
    many = b"items:\n" + b"".join(backup % number for number in range(200_000))
    path = f"namespaces/{NS}/velero.io/backups/backups.yaml"
    source = ArchiveSource(
        str(write_folder({path: many}, tmp_path)),
        kinds=base.kinds,
        collector=Collector(base.signatures),
    )
    source.start(lambda: None)
    source.stop()
    assert source._thread is not None
    assert not source._thread.is_alive()
    assert source.connection().phase is Phase.CONNECTING


# -- while it is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["inspect", "new", "old"])
@pytest.mark.parametrize(
    "scenario", ["imagestream-registry-secret-missing", "dpa-cloudstorage-segfault", "healthy"]
)
def test_what_is_not_read_yet_is_unknown_at_every_moment(
    base: KnowledgeBase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    layout: str,
    scenario: str,
) -> None:
    monkeypatch.setattr(reading, "_TELL_SECONDS", 0.0)
    monkeypatch.setattr(reading, "_REST", 0)
    monkeypatch.setattr("tui.engine.archive.source._EARLY_SECONDS", -1.0)
    files = LAYOUTS[layout](world(scenario))
    path = tmp_path / "mg.tar"
    path.write_bytes(tarred(dict(reversed(files.items()))))
    source = ArchiveSource(str(path), kinds=base.kinds, collector=Collector(base.signatures))
    moments: list[tuple[Phase, Diagnosis]] = []

    def look() -> None:
        moments.append((source.connection().phase, base.diagnose(source.snapshot())))

    source.start(look)
    assert source._thread is not None
    source._thread.join(DEADLINE_SECONDS)
    _, last = moments[-1]
    assert len(moments) > 5
    assert any(phase is Phase.READY for phase, _ in moments[:-1]), "not judged before its end"
    # What steps back before what explains it comes and goes with that.
    catch_all = {id for id, each in base.issues.items() if any(c.unexplained for c in each.causes)}
    for _, diagnosis in moments:
        for issue, state in diagnosis.issues.items():
            if issue in catch_all:
                continue
            if last.issues[issue].judgement is Judgement.FOUND:
                assert state.judgement is not Judgement.NOT_FOUND
            elif last.issues[issue].judgement is Judgement.NOT_FOUND:
                assert state.judgement is not Judgement.FOUND


def test_without_the_wheel_it_is_the_same(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mg.tgz"
    path.write_bytes(tarred(new_layout(world("healthy")), "gz"))
    fast = Opened(path, base).snapshot
    monkeypatch.setattr(streams, "_zlib", zlib)
    slow = Opened(path, base).snapshot
    assert (fast.objects, fast.logs, fast.unread) == (slow.objects, slow.logs, slow.unread)
    assert "files" not in slow.unread


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, 2),
        (lambda path: path.write_bytes(b"hello"), 3),
        (lambda path: path.mkdir(), 3),
        (lambda path: write_folder(new_layout(world("healthy")), path), 4),
        (lambda path: write_folder(
            new_layout(world("imagestream-registry-secret-missing")), path), 1),
    ],
)  # fmt: skip
def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str], make, code: int) -> None:
    path = tmp_path / "mg"
    make(path)
    assert run(["diagnose", "--must-gather", str(path), "-o", "json", "--lang", "ja"]) == code
    out, errors = capsys.readouterr()
    if code in {2, 3}:
        assert out == ""
        assert errors.count("\n") == 1
    else:
        document = json.loads(out)
        assert document["source"]["type"] == "must-gather"
        assert document["complete"] is False


def test_what_a_restore_made_is_known_by_its_label(base: KnowledgeBase, tmp_path: Path) -> None:
    def claim(name: str, labels: str) -> bytes:
        head = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  namespace: shop\n"
        return f"{head}  name: {name}\n  labels: {{{labels}}}\n".encode()

    files = inspected(world("healthy"))
    base_path = "namespaces/shop/core/persistentvolumeclaims"
    files[f"{base_path}/data.yaml"] = claim("data", "velero.io/restore-name: r1")
    files[f"{base_path}/other.yaml"] = claim("other", "app: shop")
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert list(snapshot.of("RestoredVolumeClaim")) == [("shop", "data")]


@pytest.mark.parametrize("processors", [1, 2, 4])
def test_a_log_on_a_damaged_disk_leaves_the_rest(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    root = tmp_path / "must-gather"
    write_folder(new_layout(world("imagestream-registry-secret-missing")), root)
    wanted = Opened(root, base).snapshot
    log = root / "namespaces/openshift-adp/pods/velero-0/velero/velero/logs/current.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b'time="2025-07-01T02:00:00Z" level=info msg="nothing"\n' * 120_000)
    real = os.pread

    def damaged(handle: int, size: int, at: int) -> bytes:
        if size > 100_000 and at > 2 * BLOCK:
            raise OSError(5, "Input/output error")
        return real(handle, size, at)

    monkeypatch.setattr(os, "pread", damaged)
    monkeypatch.setattr(reading, "processors", lambda: processors)
    monkeypatch.setattr("tui.engine.ahead.processors", lambda: processors)
    opened = Opened(root, base)
    assert opened.phase is Phase.READY
    assert opened.snapshot.objects.keys() == wanted.objects.keys()
    assert "velero-0" in opened.snapshot.unread["files"].en
