"""`python -m benchmarks.logs`: signatures over logs, beside `rg -n -f` and `wc -l`.

Logs are made from a seed: text and JSON, rare hits and one line in a hundred. Each program is a
process of its own on the same file, start and all; they take turns. Prints JSON: medians of wall
and processor seconds, peak memory, hits, and the load of the machine before each case; what is
measured is told on the way. `rg` (several, with `--rg`: the fastest one counts) gets the patterns
as they stand in a raw line (escaped quotes), finds lines, and attributes nothing. With all patterns
of the knowledge base it takes minutes for some megabytes: it gets the beginning of the log then.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from benchmarks import log_data
from knowledge import literal_engine
from knowledge.base import load
from knowledge.known_literals import KnownLiterals
from knowledge.prefilter import Prefilter
from knowledge.scan import Collector, Signature
from knowledge.sighting import Sightings
from knowledge.snapshot import LogGroup
from tui.engine import files
from tui.engine.cache import Cache

_LIMIT: Final = 120.0
"""Seconds that one program may take."""
_BEGINNING: Final = 20_000_000
"""Bytes of a log that `rg` gets with all patterns."""
_HIT: Final = "imagestream-registry-secret-missing"
_CHILD: Final = "import sys; from benchmarks.logs import child; child(*sys.argv[1:])"


def signatures(count: int) -> list[Signature]:
    """Return `count` of the knowledge base, filled up with made up ones; 0: just all it has."""
    # First those that the data has hits of.
    ours = sorted(load(kept=Cache()).signatures, key=lambda each: not each.key.startswith(_HIT))
    if not count:
        return ours
    return ours[:count] + log_data.made_up(max(count - len(ours), 0), seed=1)


def child(path: str, count: str, threads: str, engine: str) -> None:
    """Scan `path` as `oadp-doctor scan` does; print hits and peak memory as JSON."""
    snapshot = files.scan(
        [path],
        BytesIO(),
        Prefilter(
            signatures(int(count)),
            literal_engine.Re2Engine if engine == "re2" else literal_engine.best_kept(Cache()),
            KnownLiterals(Cache()).of,
        ),
        datetime.now(UTC),
        threads=int(threads),
    )
    hits = sum(each.count for each in snapshot.hits.values())
    # What `getrusage` says begins with the memory of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0])
    print(json.dumps({"hits": hits, "lines": snapshot.logs[0].lines, "peak_mb": peak / 1024}))


def raw_pattern(source: str) -> str:
    """Return `source` as it must be for a line whose quotation marks are escaped."""
    # One group may not have the name of another, and a class needs no escapes.
    source = re.sub(r"\(\?P<\w+>", "(?:", source)
    return re.sub(r'(\[\^?)?"', lambda found: found[0] if found[1] else r'\\?"', source)


def run(command: Sequence[str], limit: float = _LIMIT) -> tuple[dict[str, float], bytes]:
    """Run `command`; return wall and processor seconds, and what it printed.

    Raises:
        RuntimeError: it failed.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        watch = threading.Timer(limit, process.kill)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        watch.cancel()
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode > 1:  # 1: rg found nothing; below 0: it was ended
            raise RuntimeError(f"{command[0]} failed with {process.returncode}")
        output.seek(0)
        printed = output.read(64 << 20)
    numbers = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "rss_mb": used.ru_maxrss / 1024}
    return numbers, printed


def case(
    path: Path, count: int, rounds: int, folder: Path, truth: int, rgs: Sequence[str]
) -> dict[str, Any]:
    """Return what each program needed for `path` with `count` signatures."""
    patterns = folder / f"patterns-{count}"
    patterns.write_text(
        "".join(f"{raw_pattern(p)}\n" for each in signatures(count) for p in each.patterns)
    )
    ours = [sys.executable, "-c", _CHILD, str(path), str(count)]
    commands: dict[str, list[str]] = {
        "two_threads": [*ours, "2", "best"],
        "one_thread": [*ours, "1", "best"],
        "two_threads_re2": [*ours, "2", "re2"],
        "wc": ["wc", "-l", str(path)],
    }
    for number, rg in enumerate(rgs if count else ()):
        commands[f"rg{number}"] = [rg, "-n", "-f", str(patterns), str(path)]
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    result: dict[str, Any] = {"load": round(os.getloadavg()[0], 2), "hits_written": truth}
    for turn in range(rounds):
        # Neither always has the warmer machine.
        for name in list(commands) if turn % 2 else list(commands)[::-1]:
            if turn and name == "two_threads_re2":
                continue  # what who has no wheel gets: several times as long, once tells it
            numbers, printed = run(commands[name])
            measured[name].append(numbers)
            if name.startswith("rg"):
                result.setdefault("hits", {})[name] = printed.count(b"\n")
            elif name != "wc":
                told = json.loads(printed)
                numbers["peak_mb"] = told["peak_mb"]
                result.setdefault("hits", {})[name] = told["hits"]
    for name, runs in measured.items():
        result[name] = {
            key: round(statistics.median(each[key] for each in runs), 3) for key in runs[0]
        }
    if count and rgs:
        best = min((result[f"rg{number}"] for number in range(len(rgs))), key=lambda r: r["wall"])
        result["of_rg_wall"] = round(result["two_threads"]["wall"] / best["wall"], 2)
        result["of_rg_wall_one_thread"] = round(result["one_thread"]["wall"] / best["wall"], 2)
    elif rgs:
        result["rg_beginning"] = _beginning(path, patterns, rgs[0], folder)
    result["of_wc_wall"] = round(result["two_threads"]["wall"] / result["wc"]["wall"], 2)
    return result


def _beginning(path: Path, patterns: Path, rg: str, folder: Path) -> dict[str, float]:
    part = folder / "beginning"
    with path.open("rb") as file:
        part.write_bytes(file.read(_BEGINNING))
    limit = _LIMIT / 4
    numbers, _ = run([rg, "-n", "-f", str(patterns), str(part)], limit)
    ended = numbers["wall"] < limit
    return {"mb": _BEGINNING / 1e6, "limit": limit, "ended": ended, "wall": numbers["wall"]}


def differences(path: Path, count: int, megabytes: int) -> dict[str, int]:
    """Return hits that are missing or too many against trying everything on every line."""
    chosen = signatures(count)
    with path.open("rb") as file:
        data = file.read(megabytes << 20)
    data = data[: data.rfind(b"\n") + 1]
    collector = Collector(chosen)
    reader = collector.open("log", LogGroup.UNKNOWN)
    reader.feed(data)
    reader.close()
    judge = Sightings(chosen)
    wanted: Counter[str] = Counter()
    for line in data.split(b"\n")[:-1]:
        for key, _ in judge.of(line, chosen, LogGroup.UNKNOWN).body.found:
            wanted[key] += 1
    found = Counter({key: each.count for key, each in collector.hits().items()})
    return {
        "lines": data.count(b"\n"),
        "hits": wanted.total(),
        "missing": (wanted - found).total(),
        "extra": (found - wanted).total(),
    }


def main() -> None:
    """Measure all cases and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--size-mb", type=int, default=1_000, help="of each log (default 1000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--rg", action="append", help="more than once: several; default: on PATH")
    parser.add_argument("--folder", help="where the logs are written; default: a temporary folder")
    options = parser.parse_args()
    on_path = shutil.which("rg")
    rgs = options.rg or ([on_path] if on_path else [])
    report: dict[str, Any] = {
        "size_mb": options.size_mb,
        "rounds": options.rounds,
        "engine": Collector(load().signatures).prefilter.engine.name,
        "processors": os.cpu_count(),
        "cases": {},
    }
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        folder = Path(temporary)
        for as_json in (False, True):
            for rate in (0.0001, 0.01):
                path = folder / "log"
                hits = log_data.write(
                    path, options.size_mb * 1_000_000, as_json=as_json, rate=rate, seed=options.seed
                )
                title = f"{'json' if as_json else 'text'}, {rate:.2%} hits"
                for count in (60, 200, 0):
                    result = case(path, count, options.rounds, folder, hits, rgs)
                    if not count:
                        result["brute_force"] = differences(path, 0, megabytes=4)
                    name = f"{title}, {count or 'all'} signatures"
                    report["cases"][name] = result
                    print(name, json.dumps(result), file=sys.stderr, flush=True)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
