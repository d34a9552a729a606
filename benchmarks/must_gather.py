"""`python -m benchmarks.must_gather`: how fast a must-gather is read, against `rg` and `tar | rg`.

Makes a must-gather by seed (logs mostly, as real ones are, with one hit in 10,000 lines), as folder
and as `.tar.gz`; reads it as `--must-gather` does, all hits attributed; searches the same with
`rg -n -f` for the same patterns, alternately. And objects: a YAML List against the C loader alone.
Prints JSON: seconds, peak memory (each reading runs in a process of its own), load of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

NS: Final = "openshift-adp"
_ISSUES: Final = (
    *("imagestream-", "plugin-", "dpa-cloudstorage", "knative-", "ibm-", "bsl-", "velero-oom"),
)
_RARE: Final = 10_000
_HIT: Final = (
    'level=error msg="Error backing up item" backup=openshift-adp/b{0} error="error executing '
    "custom action (groupResource=imagestreams.image.openshift.io, namespace=shop, name=web{0}): "
    "rpc error: code = Unknown desc = errors getting registryenv: secrets "
    '\\"oadp-x-aws-registry-secret\\" not found" logSource="pkg/backup/backup.go:724" name=web{0}'
)
_LINES: Final = (
    'level=info msg="Processing item" backup=openshift-adp/b{0} '
    'logSource="pkg/backup/backup.go:594" name=item-{1} namespace=shop resource=deployments.apps',
    'level=info msg="Backed up {0} items out of an estimated total of {1} (estimate will change '
    'throughout the backup)" backup=openshift-adp/b{0} logSource="pkg/backup/backup.go:579"',
    'level=info msg="Executing custom action" backup=openshift-adp/b{0} '
    'logSource="pkg/backup/item_backupper.go:327" name=item-{1} resource=persistentvolumeclaims',
)


def write_log(path: Path, size: int, chance: random.Random) -> None:
    """Write a log of about `size` bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = number = 0
    with path.open("wb") as file:
        while written < size:
            lines = []
            for _ in range(10_000):
                number += 1
                a, b = chance.randrange(400), chance.randrange(100_000)
                form = _HIT if chance.randrange(_RARE) == 0 else _LINES[number % len(_LINES)]
                second = number % 60
                stamp = f"2026-11-23T02:{number // 60 % 60:02}:{second:02}"
                lines.append(f'{stamp}.000000000Z time="{stamp}Z" {form.format(a, b)}\n')
            data = "".join(lines).encode()
            file.write(data)
            written += len(data)


def backups(count: int, chance: random.Random) -> bytes:
    """Return a List of Backups as `oc` writes it, about 2.5 KB each."""
    parts = ["---\napiVersion: v1\nitems:\n"]
    for number in range(count):
        parts.append(
            f"""- apiVersion: velero.io/v1
  kind: Backup
  metadata:
    annotations:
      velero.io/resource-timeout: 10m0s
      velero.io/source-cluster-k8s-gitversion: v1.29.10+67d3387
      velero.io/source-cluster-k8s-major-version: "1"
    creationTimestamp: "2026-11-23T02:00:00Z"
    generation: {chance.randrange(9)}
    labels:
      velero.io/schedule-name: daily
      velero.io/storage-location: dpa-sample-1
    managedFields:
    - apiVersion: velero.io/v1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:annotations:
            .: {{}}
            f:velero.io/resource-timeout: {{}}
            f:velero.io/source-cluster-k8s-gitversion: {{}}
          f:labels:
            .: {{}}
            f:velero.io/storage-location: {{}}
        f:spec:
          .: {{}}
          f:includedNamespaces: {{}}
          f:storageLocation: {{}}
        f:status:
          .: {{}}
          f:phase: {{}}
      manager: velero-server
      operation: Update
      time: "2026-11-23T02:00:00Z"
    name: daily-{number:06}
    namespace: {NS}
    resourceVersion: "{10_000 + number}"
    uid: 9f1c-{number:06}
  spec:
    csiSnapshotTimeout: 10m0s
    defaultVolumesToFsBackup: false
    hooks: {{}}
    includedNamespaces:
    - shop
    - payments
    itemOperationTimeout: 4h0m0s
    metadata: {{}}
    snapshotMoveData: false
    storageLocation: dpa-sample-1
    ttl: 720h0m0s
  status:
    completionTimestamp: "2026-11-23T02:05:00Z"
    expiration: "2026-12-23T02:00:00Z"
    formatVersion: 1.1.0
    hookStatus: {{}}
    phase: {chance.choice(("Completed", "PartiallyFailed"))}
    progress:
      itemsBackedUp: {chance.randrange(999)}
      totalItems: 999
    startTimestamp: "2026-11-23T02:00:00Z"
    version: 1
"""
        )
    parts.append('kind: List\nmetadata:\n  resourceVersion: ""\n')
    return "".join(parts).encode()


def make(folder: Path, size: int, seed: int) -> tuple[Path, Path]:
    """Make the must-gather; return its folder and its archive."""
    chance = random.Random(seed)
    root = folder / "must-gather.local.1" / "image" / "clusters" / "7d3c1b52" / "namespaces" / NS
    for part in range(4):
        pod = f"velero-5f6d8c9b7-{part}xkq2"
        write_log(
            root / "pods" / pod / "velero" / "velero" / "logs" / "current.log", size // 4, chance
        )
    where = root / "velero.io" / "backups" / "backups.yaml"
    where.parent.mkdir(parents=True)
    where.write_bytes(backups(200, chance))
    archive = folder / "must-gather.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        tar.add(folder / "must-gather.local.1", "must-gather.local.1")
    return folder / "must-gather.local.1", archive


def read(path: str) -> dict[str, Any]:
    """Read a must-gather in this process; return what it took."""
    from knowledge.base import load
    from knowledge.known_literals import KnownLiterals
    from knowledge.literal_engine import best_kept
    from knowledge.prefilter import Prefilter
    from knowledge.scan import Collector
    from tui.engine.archive.source import ArchiveSource
    from tui.engine.cache import Cache

    kept = Cache()
    base = load(kept=kept)
    prefilter = Prefilter(base.signatures, best_kept(kept), KnownLiterals(kept).of)
    collector = Collector(prefilter)
    # Of an earlier run, as it nearly always is.
    assert prefilter.engine
    source = ArchiveSource(path, kinds=base.kinds, collector=collector)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = threading.Event()
    began, cpu = time.perf_counter(), time.process_time()
    first: list[float] = []

    def changed() -> None:
        if not first and collector.hits():
            first.append(time.perf_counter() - began)
        connection = source.connection()
        if connection.phase == "failed" or connection.read >= connection.expected:
            done.set()

    source.start(changed)
    done.wait()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    hits = sum(each.count for each in source.snapshot().hits.values())
    source.stop()
    return {
        "seconds": took,
        "cpu_seconds": used,
        "first_hit_seconds": first[0] if first else None,
        "hits": hits,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_before_mb": before / 1024,
    }


def _child(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.must_gather", *arguments],
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _timed(command: str) -> dict[str, Any]:
    began = time.perf_counter()
    # `rg` may take minutes with hundreds of real patterns.
    done = subprocess.run(
        ["sh", "-c", f"timeout 120 sh -c '{command}'"], capture_output=True, check=False
    )
    return {"seconds": time.perf_counter() - began, "lines": done.stdout.count(b"\n")}


def objects(count: int) -> dict[str, Any]:
    """Read `count` objects of one YAML List, and the same with the C loader alone."""
    import yaml

    from tui.engine.archive.documents import Read
    from tui.engine.archive.documents import objects as taken_apart
    from tui.engine.archive.limits import Limits

    text = backups(count, random.Random(7))
    pieces = (text[at : at + (1 << 20)] for at in range(0, len(text), 1 << 20))
    began = time.process_time()
    found = sum(1 for _ in taken_apart(pieces, Limits(), Read()))
    ours = time.process_time() - began
    # The bare loader takes minutes for all: a tenth of it, so that memory does not decide.
    part = backups(max(count // 10, 1), random.Random(7))
    began = time.process_time()
    bare = yaml.load(part, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    theirs = (time.process_time() - began) * len(text) / len(part)
    assert found == count
    assert len(bare["items"]) == max(count // 10, 1)
    return {
        "objects": count,
        "mb": round(len(text) / 1e6, 1),
        "ours_cpu_seconds": round(ours, 2),
        "c_loader_cpu_seconds_scaled_from_a_tenth": round(theirs, 2),
        "ratio": round(ours / theirs, 3),
    }


def main() -> None:
    """Measure and print the result."""
    parser = argparse.ArgumentParser(description="How fast a must-gather is read.")
    parser.add_argument("--size", type=int, default=100, help="MB of logs (real: 2000)")
    parser.add_argument("--objects", type=int, default=5_000, help="50000 for the real number")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", default=None, help="where to put the data; default: temporary")
    parser.add_argument("--read", default=None, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        print(json.dumps(read(chosen.read)))
        return
    report: dict[str, Any] = {"size_mb": chosen.size, "load_before": os.getloadavg()}
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder, archive = make(Path(name), chosen.size * 1_000_000, chosen.seed)
        report["archive_mb"] = round(archive.stat().st_size / 1e6, 1)
        patterns = Path(name) / "patterns"
        patterns.write_text(_patterns())
        ways = {
            "folder": lambda: _child("--read", str(folder)),
            "rg_folder": lambda: _timed(f"rg -n -f {patterns} {folder}"),
            "tar_gz": lambda: _child("--read", str(archive)),
            "tar_rg": lambda: _timed(f"tar xzOf {archive} | rg -n -f {patterns}"),
            "igzip": lambda: _timed(f"igzip -dc {archive} | cat > /dev/null"),
        }
        if shutil.which("igzip") is None:
            del ways["igzip"]
        if shutil.which("rg") is None:
            ways = {key: way for key, way in ways.items() if "rg" not in key}
        runs: dict[str, list[dict[str, Any]]] = {key: [] for key in ways}
        for turn in range(chosen.runs):
            for key in ways if turn % 2 == 0 else reversed(ways):
                runs[key].append(ways[key]())
    report["median_seconds"] = {
        key: round(statistics.median(each["seconds"] for each in some), 3)
        for key, some in runs.items()
    }
    report["runs"] = runs
    report["yaml"] = objects(chosen.objects)
    report["load_after"] = os.getloadavg()
    print(json.dumps(report, indent=1))


def _patterns() -> str:
    """Return patterns of a few issues as `rg` takes them; quotes stand escaped in the logs.

    Those of all issues take it minutes and gigabytes: it does far less than what it is compared to.
    """
    from knowledge.base import load

    found = set()
    some = [each for each in load(()).signatures if each.key.startswith(_ISSUES)]
    for pattern in {pattern for each in some for pattern in each.patterns}:
        plain = re.sub(r"\(\?P<\w+>", "(?:", pattern).replace(r"[^\n]", ".")
        found.add(plain.replace("(?s:.*)", ".*").replace('"', '\\\\?"'))
    return "\n".join(sorted(found)) + "\n"


if __name__ == "__main__":
    main()
