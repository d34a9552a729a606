"""How fast and how exact the knowledge base is: `python -m benchmarks.knowledge`; JSON on stdout.

Precision and recall come from every example of every issue, judged by all issues together.
Times are medians of `ROUNDS`, over objects made by seed.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from knowledge.base import KnowledgeBase, load
from knowledge.example import snapshot_of
from knowledge.finding import Verdict
from knowledge.judging import Judging
from knowledge.search import search
from knowledge.snapshot import KubeObject, Snapshot, SourceInfo, SourceType, index
from tui.engine.cache import Cache

ROUNDS = 5
OBJECTS = 50_000
NAMESPACE = "openshift-adp"
NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)
WORDS = (
    *("b", "ba", "backup", "backup stuck", "レ", "レジストリー", "バックアップが終わらない"),
    *("kopia mantenance", "AccessDenied", "vsclas label"),
    'error="timed out waiting for all PodVolumeBackups to complete"',
)


def exactness(base: KnowledgeBase) -> dict[str, Any]:
    """Return precision and recall over all examples, all issues judging each."""
    wanted: Counter[tuple[str, str]] = Counter()
    hit: Counter[tuple[str, str]] = Counter()
    strange: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    examples = 0
    for issue in base.issues.values():
        for example in (*issue.examples.positive, *issue.examples.negative):
            examples += 1
            found = base.diagnose(snapshot_of(example, base.prefilter)).findings
            ours = {(f.issue, f.cause, str(f.verdict)) for f in found}
            for each in example.finds:
                wanted[issue.id, each.cause] += 1
                hit[issue.id, each.cause] += (issue.id, each.cause, each.verdict) in ours
            named = {(issue.id, each.cause) for each in example.finds}
            named |= {tuple(each.split("/", 1)) for each in example.also}  # type: ignore[misc]
            for finding in found:
                if (finding.issue, finding.cause) in named or finding.verdict is Verdict.BENIGN:
                    continue
                place = strange if finding.verdict is Verdict.CONFIRMED else beside
                place[f"{finding.issue}/{finding.cause}"] += 1
    all_wanted, all_hit = sum(wanted.values()), sum(hit.values())
    return {
        "examples": examples,
        "positive findings wanted": all_wanted,
        "found": all_hit,
        "recall": all_hit / all_wanted,
        "confirmed but wrong": dict(strange),
        "precision of confirmed": all_hit / (all_hit + sum(strange.values())),
        "likely beside what was wanted": sum(beside.values()),
        "causes below full recall": [
            f"{issue}/{cause}" for (issue, cause), n in wanted.items() if hit[issue, cause] < n
        ],
    }


def _stamp(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def objects(number: int, seed: int = 7) -> dict[str, list[KubeObject]]:
    """Return `number` objects of a busy installation, some of them failed."""
    chance = random.Random(seed)
    made: dict[str, list[KubeObject]] = {}

    def add(kind: str, name: str, spec: Any, status: Any, backup: str = "") -> None:
        group = "velero.io/v2alpha1" if kind.startswith("Data") else "velero.io/v1"
        meta = {
            "name": name,
            "namespace": NAMESPACE,
            "uid": name,
            "resourceVersion": str(chance.randrange(10**8)),
            "creationTimestamp": status.get("startTimestamp", _stamp(9000)),
            "labels": {"velero.io/backup-name": backup} if backup else {},
        }
        body = {"apiVersion": group, "kind": kind, "metadata": meta, "spec": spec, "status": status}
        made.setdefault(kind, []).append(body)

    for location in ("default", "second"):
        spec = {"provider": "aws", "default": location == "default", "config": {"region": "x"}}
        status = {"phase": "Available", "lastValidationTime": _stamp(0.5)}
        add("BackupStorageLocation", location, spec, status)
    while sum(map(len, made.values())) < number:
        at = len(made.get("Backup", ()))
        name, minutes = f"backup-{at:06}", chance.uniform(60, 40_000)
        phase = chance.choices(
            ["Completed", "PartiallyFailed", "Failed", "FailedValidation"], [97, 2, 0.5, 0.5]
        )[0]
        times = {"startTimestamp": _stamp(minutes), "completionTimestamp": _stamp(minutes - 20)}
        spec = {"storageLocation": "default", "includedNamespaces": [f"app-{at % 300}"]}
        add("Backup", name, spec, {"phase": phase, "progress": {"itemsBackedUp": 9}, **times})
        for volume in range(chance.randrange(3)):
            status = {"phase": "Completed", "node": f"n{volume}", **times}
            add("PodVolumeBackup", f"{name}-{volume}", {"node": f"n{volume}"}, status, name)
        if chance.random() < 0.5:
            status = {"phase": "Completed", **times}
            add("DataUpload", f"{name}-du", {"sourceNamespace": "a"}, status, name)
        if chance.random() < 0.2:
            ended = {"phase": phase, "progress": {"itemsRestored": 9, "totalItems": 9}, **times}
            add("Restore", f"restore-{at:06}", {"backupName": name}, ended)
    return made


def snapshot(made: dict[str, list[KubeObject]]) -> Snapshot:
    """Return everything in `made` as read, all logs empty."""
    return Snapshot(
        source=SourceInfo(SourceType.CLUSTER, "benchmark", NAMESPACE),
        now=NOW,
        objects={kind: index(bodies) for kind, bodies in made.items()},
    )


def median_ms(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of `run` in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(times), 2)


def times(base: KnowledgeBase) -> dict[str, Any]:
    """Return how long diagnosis, a change, a search and loading take."""
    made = objects(OBJECTS)
    full = median_ms(lambda: base.diagnose(snapshot(made)), 3)
    before = snapshot(made)
    judging = Judging(base)
    judging.diagnose(before)

    def changed(round_: int) -> Snapshot:
        backups = dict(before.objects["Backup"])
        key = next(iter(backups))
        backups[key] = {**backups[key], "status": {"phase": "InProgress", "n": round_}}
        return Snapshot(before.source, before.now, {**before.objects, "Backup": backups})

    after = [changed(number) for number in range(ROUNDS)]
    change = median_ms(lambda: judging.diagnose(after.pop(0)))
    searches = {}
    search(base, "x", "en")
    for words in WORDS:
        searches[words] = median_ms(partial(search, base, words, "ja"))
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        cold = median_ms(load, 3)
        load(kept=cache)
        warm = median_ms(lambda: load(kept=cache))
    return {
        f"full diagnosis of {OBJECTS} objects, ms": full,
        "diagnosis after one object changed, ms": change,
        "search, ms by words": searches,
        "search, worst ms": max(searches.values()),
        "loading, nothing kept, ms": cold,
        "loading from what was kept, ms": warm,
    }


def main() -> int:
    """Print all numbers as JSON."""
    base = load()
    facts = [fact for each in base.compiled.values() for fact in each.facts.values()]
    counts = {
        "issues": len(base.issues),
        "causes": sum(len(issue.causes) for issue in base.issues.values()),
        "signatures": len(base.signatures),
        "state rules": sum(fact.signature is None for fact in facts),
        "procedures": sum(issue.procedure is not None for issue in base.issues.values()),
    }
    result = {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        **counts,
        **exactness(base),
        **times(base),
    }
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
