"""What a must-gather holds besides objects and logs of pods: descriptions, results, copies."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from gathers import NS, new_layout, old_layout, tarred, world, write_folder
from test_must_gather import Opened, found

from knowledge.base import KnowledgeBase, load
from knowledge.snapshot import LogGroup, LogHit, Snapshot
from tui.engine.archive import texts
from tui.engine.archive.layout import Content, place
from tui.engine.archive.limits import Limits

REAL = Path(__file__).parent / "data" / "oc-adm-inspect-healthy.tar.gz"
ERROR = (
    "error executing custom action (groupResource=imagestreams.image.openshift.io, namespace=db,"
    " name=pg): rpc error: code = Unknown desc = errors getting registryenv: secrets"
    ' "oadp-x-aws-registry-secret" not found'
)
DESCRIPTION = f"""Name:         b1
Namespace:    {NS}
Labels:       velero.io/storage-location=x
Annotations:  <none>

Phase:  PartiallyFailed (run `velero backup logs b1` for more information)

Errors:
  Velero:     name: /pg message: /Error backing up item error: /{ERROR}
  Cluster:    <none>
  Namespaces: <none>

Started:    2026-11-23 02:00:00 +0000 UTC
Completed:  2026-11-23 04:05:06 +0200 CEST
"""
RESULTS = json.dumps(
    {"errors": {"velero": [ERROR], "namespaces": {"shop": [ERROR.replace("pg", "web")]}}}
).encode()


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(())


def hits(snapshot: Snapshot, log: str) -> list[LogHit]:
    every = [hit for each in snapshot.hits.values() for hit in each.hits if hit.log == log]
    return sorted(every, key=lambda hit: hit.line)


def test_a_real_inspection_of_a_healthy_installation_alarms_nobody(base: KnowledgeBase) -> None:
    opened = Opened(REAL, base)
    snapshot = opened.snapshot
    assert snapshot.source.versions.oadp == "1.4.1"
    assert {each.group for each in snapshot.logs} == {
        LogGroup.VELERO, LogGroup.NODE_AGENT, LogGroup.OPERATOR,
    }  # fmt: skip
    assert len(snapshot.of("Backup")) == 2
    assert "files" not in snapshot.unread
    assert {each for each in found(base.diagnose(snapshot)) if each[2] != "benign"} == set()


def test_errors_of_a_description_are_of_its_backup_at_its_end(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    for layout, name in ((new_layout, "describe-b1.txt"), (old_layout, "backup-describe-b1.txt")):
        files = {} if layout is old_layout else dict(layout(world("healthy")))
        if layout is old_layout:
            files = dict(layout(world("healthy"), zipped=False))  # type: ignore[call-arg]
        root = next(path for path in files if f"namespaces/{NS}/" in path).partition(NS)[0] + NS
        folder = (
            "velero.io/backups" if layout is new_layout else "oadp.openshift.io/dpa-x/backup-b1"
        )
        files[f"{root}/{folder}/{name}"] = DESCRIPTION.encode()
        snapshot = Opened(write_folder(files, tmp_path / name), base).snapshot
        hit = hits(snapshot, "backup b1 (describe)")[0]
        assert (hit.line, hit.group, hit.fields["backup"]) == (9, LogGroup.BACKUP, "b1")
        assert hit.time == "2026-11-23T04:05:06+02:00"
        assert hit.text.startswith("  Velero:")


@pytest.mark.parametrize("packed", [True, False])
def test_a_copy_of_the_bucket_is_read(base: KnowledgeBase, tmp_path: Path, packed: bool) -> None:
    files = dict(new_layout(world("healthy")))
    log = f'time="2026-11-23T02:00:00Z" level=error msg="x" error={json.dumps(ERROR)}\n'.encode()
    ending, pack = (".gz", gzip.compress) if packed else ("", bytes)
    files[f"bucket/velero/backups/b1/b1-logs{ending}"] = pack(log)
    files[f"bucket/velero/backups/b1/b1-results{ending}"] = pack(RESULTS)
    files[f"bucket/velero/restores/r1/restore-r1-results{ending}"] = pack(RESULTS)
    files[f"bucket/velero/backups/b2/b2-results{ending}"] = pack(b"no JSON")
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    (logged,) = {(hit.line, hit.fields["backup"]) for hit in hits(snapshot, "backup b1")}
    assert logged == (1, "b1")
    results = hits(snapshot, "backup b1 (results)")
    assert {hit.line for hit in results} == {1, 2}
    assert {hit.fields["backup"] for hit in results} == {"b1"}
    assert {each.log for each in snapshot.logs if each.group is LogGroup.RESTORE} == {
        "restore r1 (results)"
    }
    assert "b2-results" in snapshot.unread["files"].en


def test_results_alone_are_worth_reading(base: KnowledgeBase, tmp_path: Path) -> None:
    files = {"backups/b1/b1-results.gz": gzip.compress(RESULTS)}
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert hits(snapshot, "backup b1 (results)")


def test_old_debug_info_tells_versions_and_subscriptions(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    files = {
        path: data
        for path, data in old_layout(world("healthy"), zipped=False).items()
        if "subscription" not in path and "clusterversion" not in path
    }
    path = next(path for path in files if path.endswith("oadp-debug-info"))
    files[path] = (
        b"***\n* OpenShift version information\nclientVersion:\n  major: '4'\n"
        b"openshiftVersion: 4.14.7\nserverVersion:\n  major: '1'\n\n\n\n"
        b"***\n* OADP version information in namespace openshift-adp\n"
        b"apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\n"
        b"metadata:\n  name: redhat-oadp-operator\n  namespace: openshift-adp\n"
        b"spec:\n  channel: stable-1.3\n\n\n\n"
        b"***\n* Volsync information\nvolsync-product operator not found\n\n\n"
    )
    snapshot = Opened(write_folder(files, tmp_path), base).snapshot
    assert snapshot.source.versions.openshift == "4.14.7"
    assert (NS, "redhat-oadp-operator") in snapshot.of("Subscription")


@pytest.mark.parametrize("around", ["folder", "tar", "zip"])
def test_a_zip_within_is_read(base: KnowledgeBase, tmp_path: Path, around: str) -> None:
    files = new_layout(world("imagestream-registry-secret-missing"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    outer = {"case/notes.txt": b"x", "case/gather.zip": buffer.getvalue()}
    if around == "folder":
        path = write_folder(outer, tmp_path / "f")
    elif around == "tar":
        path = tmp_path / "a.tgz"
        path.write_bytes(tarred(outer, "gz"))
    else:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in outer.items():
                archive.writestr(name, data)
    plain = Opened(write_folder(files, tmp_path / "plain"), base).snapshot
    packed = Opened(path, base).snapshot
    assert packed.objects == plain.objects
    assert packed.hits == plain.hits


def test_a_zip_within_an_archive_is_bounded(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tarred({**new_layout(world("healthy")), "x.zip": b"PK" + bytes(3 << 20)}))
    snapshot = Opened(path, base, Limits(zip=1 << 20)).snapshot
    assert "x.zip" in snapshot.unread["files"].en


@pytest.mark.parametrize(
    ("path", "content", "log"),
    [
        ("namespaces/n/velero.io/backups/b.log", Content.LOG, "backup b"),
        ("namespaces/n/velero.io/backups/describe-b.txt", Content.DESCRIPTION, "backup b (describe)"),
        ("namespaces/n/velero.io/restores/describe-r.txt", Content.DESCRIPTION, "restore r (describe)"),
        ("namespaces/n/oadp.openshift.io/dpa-d/backup-b/backup-b.log", Content.LOG, "backup b"),
        ("namespaces/n/oadp.openshift.io/dpa-d/restore-r/restore-describe-r.txt", Content.DESCRIPTION, "restore r (describe)"),
        ("namespaces/n/oadp.openshift.io/dpa-d/backup-b/other.log", Content.NOTHING, ""),
        ("namespaces/n/velero.io/backups/notes.txt", Content.NOTHING, ""),
        ("a/backups/b/b-logs.gz", Content.LOG, "backup b"),
        ("a/restores/r/restore-r-logs", Content.LOG, "restore r"),
        ("a/backups/b/c-logs", Content.NOTHING, ""),
        ("backups/b-logs", Content.NOTHING, ""),
    ],
)  # fmt: skip
def test_places(path: str, content: Content, log: str) -> None:
    found = place(tuple(path.split("/")))
    assert (found.content, found.log) == (content, log)


def test_no_time_is_better_than_a_wrong_one() -> None:
    for text in (b"", b"Completed:  <n/a>\n", b"Completed:  2026-13-45 00:00:00 +0000 UTC\n"):
        assert texts.completed(text) == ""
