"""`python -m benchmarks.start`: time to the first paint and to findings on the practice cluster.

Runs the program on a pseudo-terminal of 120x40, as a person would start it, and reads what it
paints. Prints JSON: medians and all runs, in milliseconds from the start of the process.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time

SCENARIO = "imagestream-registry-secret-missing"
FIRST_PAINT = b"Cluster"
FINDINGS = b"confirmed"
LIMIT_SECONDS = 30.0


def measure(scenario: str) -> dict[str, float]:
    """Start the program once; return milliseconds until each mark was painted."""
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
        os.execv(
            sys.executable,
            [sys.executable, "-m", "tui", "--practice", scenario, "--lang", "en"],
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen: dict[str, float] = {}
    painted = b""
    try:
        while time.perf_counter() - began < LIMIT_SECONDS and len(seen) < 2:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            painted += os.read(terminal, 65_536)
            now = (time.perf_counter() - began) * 1000
            if FIRST_PAINT in painted:
                seen.setdefault("first_paint_ms", now)
            if FINDINGS in painted:
                seen.setdefault("findings_ms", now)
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        os.close(terminal)
    return seen


def main() -> None:
    """Measure several times and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scenario", default=SCENARIO)
    chosen = parser.parse_args()
    runs = [measure(chosen.scenario) for _ in range(chosen.runs)]
    medians = {
        name: round(statistics.median(run[name] for run in runs if name in run))
        for name in ("first_paint_ms", "findings_ms")
        if any(name in run for run in runs)
    }
    print(json.dumps({"scenario": chosen.scenario, "median": medians, "runs": runs}, indent=2))


if __name__ == "__main__":
    main()
