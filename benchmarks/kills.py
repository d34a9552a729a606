"""`python -m benchmarks.kills`: procedures whose walkers are killed again and again.

Each trial carries one procedure out on the practice cluster, over real HTTP and with real
processes, and kills what carries it out, mostly with SIGKILL, at random times and at chosen
instants: before, in the middle of and after a line of the record, around the start and the end of
a command, and just before and after the server carries a change out. What is left is gone on with,
to the end. Then the record is compared with what the server did. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

BROKEN = ("sync", "settle", "late", "watcher")


def at_once(jobs: int, works: Iterator[Callable[[], Any]], folder: Path) -> Iterator[Any]:
    """Yield what `works` return, each done in a process of its own, so many at once."""
    from tests.walk.surviving import forked

    running: dict[int, Path] = {}
    made = 0
    while True:
        while len(running) < jobs and (work := next(works, None)) is not None:
            made += 1
            path = folder / f"{made}"
            running[forked(partial(_write, path, work))] = path
        if not running:
            return
        pid, status = os.wait()
        path = running.pop(pid)
        if not path.exists():
            raise SystemExit(f"A trial ended by itself with status {status}.")
        yield pickle.loads(path.read_bytes())


def _write(path: Path, work: Callable[[], Any]) -> int:
    path.write_bytes(pickle.dumps(work()))
    return 0


def measure(
    count: int, seed: int, jobs: int, every: int, broken: str, only: int = 0, first: int = 0
) -> dict[str, Any]:
    """Kill so many times; return what came of it.

    Args:
        count: lives to end before their time, at least.
        seed: the same seed chooses the same instants.
        jobs: trials at once.
        every: of the walks, take each `every`-th only.
        broken: a bug to put in, one of `BROKEN`; empty: none.
        only: the number of the only trial to run, to look at it again; 0: all.
        first: the number of the first walk to take; with `every`, so many runs cover all walks.
    """
    from tests.walk.comparing import Result
    from tests.walk.surviving import Trial, prepare, walks

    began = time.monotonic()
    launch = prepare()
    chosen = walks()[first::every]
    results: list[tuple[str, Result]] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        normal = {}
        calm = (
            lambda walk=walk: (walk, Trial(walk, launch, random.Random(0)).run(0, None))
            for walk in chosen
        )
        left_out = []
        for walk, result in at_once(jobs, calm, folder):
            if result.failures:
                left_out.append(result.walk)
                why = f"{result.walk} fails without any kill: {result.failures}"
                print(why, file=sys.stderr, flush=True)
                continue
            normal[walk.scenario, walk.cause, str(walk.choices)] = result.normal
        chosen = [w for w in chosen if (w.scenario, w.cause, str(w.choices)) in normal]
        if not chosen:
            raise SystemExit("No walk comes to its end even without a kill.")

        killed = 0

        def trials() -> Iterator[Callable[[], tuple[str, Result]]]:
            number = 0
            while killed < count:
                rng = random.Random(f"{seed}:{number}")
                walk = chosen[number % len(chosen)]
                kills = rng.randint(3, 6)
                usual = normal[walk.scenario, walk.cause, str(walk.choices)]
                number += 1
                if only and number > only:
                    return
                if only and number < only:
                    continue

                def run(walk=walk, rng=rng, kills=kills, usual=usual, n=number):  # type: ignore[no-untyped-def]
                    return f"{walk.issue}#{n}", Trial(walk, launch, rng, broken).run(kills, usual)

                yield run

        for name, result in at_once(jobs, trials(), folder):
            results.append((name, result))
            killed += sum(result.kills.values())
            for failure in result.failures:
                print(f"{name} {result.walk}: {failure}", file=sys.stderr, flush=True)
    return {**_summary(results, time.monotonic() - began), "walks_left_out": left_out}


def _summary(results: Sequence[tuple[str, Any]], seconds: float) -> dict[str, Any]:
    ways: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    issues: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    for name, result in results:
        for each, many in result.kills.items():
            way, _, kind = each.partition(": ")
            ways[way] += many
            kinds[kind] += many
            issues[name.partition("#")[0]] += many
        settled.update(result.settled)
        seen.update(result.seen)
        failures.update(each.partition(":")[0][:60] for each in result.failures)
    return {
        "kills": sum(ways.values()),
        "survived": sum(sum(r.kills.values()) for _, r in results if not r.failures),
        "trials": len(results),
        "failed_trials": sum(bool(r.failures) for _, r in results),
        "failures": dict(failures),
        "by_way": dict(ways.most_common()),
        "by_instant": dict(kinds.most_common()),
        "by_procedure": dict(issues.most_common()),
        "settled": dict(settled.most_common()),
        "seen": dict(seen.most_common()),
        "slowest_orphan_seconds": round(max((r.slowest_orphan for _, r in results), default=0), 2),
        "seconds": round(seconds),
    }


def main() -> int:
    """Kill, and print the result; the exit code is 1 if anything was lost or repeated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--every", type=int, default=1, help="take each n-th walk only")
    parser.add_argument("--first", type=int, default=0, help="number of the first walk to take")
    parser.add_argument("--broken", choices=BROKEN, default="", help="put a bug in, to be found")
    parser.add_argument("--only", type=int, default=0, help="run the trial of this number only")
    chosen = parser.parse_args()
    # Only the stand-in for `oc`, whatever this machine has.
    os.environ["PATH"] = ""
    result = measure(
        chosen.count,
        chosen.seed,
        chosen.jobs,
        chosen.every,
        chosen.broken,
        chosen.only,
        chosen.first,
    )
    print(json.dumps(result, indent=2))
    return 1 if result["failed_trials"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
