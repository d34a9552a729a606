"""`python -m benchmarks.log_view`: how fast a log of gigabytes is open, and what memory it takes.

The log is made by seed in a temporary folder and removed afterwards. The screens run headless, at
120x36. Prints JSON:

- `open`: milliseconds from the wish to see the log at its last line (at a line of evidence: by its
  time, before lines are counted) to the frame that shows it, of several times the median;
- `keys`: milliseconds from a key to its frame while lines are being counted;
- `lag`: milliseconds that the event loop was late at most meanwhile;
- `count`, `search`: seconds until line numbers and the number of matches are exact, and GB/s;
- `peak_mb`: the most memory that the process had, and what it had before the log was opened.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from knowledge.finding import Diagnosis
from knowledge.snapshot import LogGroup, LogHit, Snapshot, SourceInfo, SourceType
from tui import app as program
from tui.app import DoctorApp
from tui.engine.launch import Launch
from tui.engine.logs.text import FileText
from tui.engine.logs.viewer import Viewer
from tui.engine.ports import Connection, Phase
from tui.engine.session import State
from tui.screens.log import LogScreen

BEGAN: Final = datetime(2025, 7, 1, tzinfo=UTC)
LIMIT_SECONDS: Final = 120.0
RARE: Final = "connection to the moon"
LINES_A_BLOCK: Final = 5_000
_TIME: Final = b"2025-01-01T00:00:00Z"


def line(number: int) -> bytes:
    """Return one line of a block; its time is put in later."""
    level = b"error" if number % 97 == 5 else b"info"
    return (
        b'time="%b" level=%b msg="Backing up item pod-%05d" backup=openshift-adp/nightly-%d '
        b'logSource="/remote-source/velero/app/pkg/backup/backup.go:%d" namespace=shop '
        b"name=pod-%05d resource=pods progress=\n"
        % (_TIME, level, number, number % 30, number % 900, number)
    )


def write(path: Path, size: int) -> tuple[bytes, int]:
    """Write a log of `size` bytes; return a line that comes once, and its number."""
    block = b"".join(line(number) for number in range(LINES_A_BLOCK))
    count = max(2, size // len(block))
    special, number = b"", 0
    with path.open("wb") as file:
        for each in range(count):
            moment = (BEGAN + timedelta(seconds=7 * each)).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            data = block.replace(_TIME, moment)
            if each == count * 9 // 10:
                special = b'time="%b" level=error msg="no %b" name=x' % (moment, RARE.encode())
                number = each * LINES_A_BLOCK + 1
                data = special + b"\n" + data
            file.write(data)
    return special, number


def a_state() -> State:
    """Return a state without anything in it."""
    source = SourceInfo(SourceType.FILES, "benchmark", "openshift-adp")
    snapshot = Snapshot(source=source, now=BEGAN)
    return State(1, Connection(Phase.READY), snapshot, Diagnosis((), {}), True)


class Quiet(DoctorApp):
    """The program without a source."""

    CSS_PATH = [str(Path(program.__file__).parent / each) for each in DoctorApp.CSS_PATH]

    def reopen(self, choice: Any = None) -> None:
        """Open nothing."""


async def until(holds: Callable[[], object]) -> float:
    """Wait until something holds; return when."""
    end = time.perf_counter() + LIMIT_SECONDS
    while not holds():
        if time.perf_counter() > end:
            raise TimeoutError
        await asyncio.sleep(0.001)
    return time.perf_counter()


class Lag:
    """How late the event loop is."""

    def __init__(self) -> None:
        self.most = 0.0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.most = max(self.most, time.perf_counter() - began - 0.005)

    def stop(self) -> float:
        """Return the most, in milliseconds."""
        self._task.cancel()
        return self.most * 1000


class Window:
    """The log view, headless."""

    def __init__(self, pilot: Any, path: Path, hit: LogHit | None) -> None:
        self.pilot = pilot
        self.began = time.perf_counter()
        self.screen = LogScreen(FileText(str(path)), ("log",), hit, a_state())
        pilot.app.push_screen(self.screen)

    def painted(self) -> str:
        """Return what is on the screen."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def first(self, wanted: str) -> float:
        """Return milliseconds until the screen shows a text."""

        def there() -> bool:
            # Painting costs time too: look only when there is a page.
            ready = self.screen.stands and self.screen.lines.page.lines
            return bool(ready) and wanted in self.painted()

        return (await until(there) - self.began) * 1000

    async def close(self) -> None:
        """Leave."""
        self.screen.dismiss(None)
        await self.pilot.pause()


def memory() -> float:
    """Return the most memory so far, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 if sys.platform != "darwin" else 1 << 20)


async def measure(path: Path, special: bytes, number: int, runs: int) -> dict[str, Any]:
    """Measure one log."""
    size = os.stat(path).st_size
    app = Quiet(Launch(), strict=True)
    hit = LogHit("log", LogGroup.VELERO, number, special.decode()[6:26], special.decode(), {})
    found: dict[str, Any] = {"bytes": size}
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        found["memory_before_mb"] = round(memory())
        last = f"pod-{LINES_A_BLOCK - 1:05}"
        times: dict[str, list[float]] = {"last_line": [], "evidence": []}
        for _ in range(runs):
            window = Window(pilot, path, None)
            times["last_line"].append(await window.first(last))
            await window.close()
            window = Window(pilot, path, hit)
            times["evidence"].append(await window.first(RARE))
            await window.close()
        found["open_ms"] = {name: _spread(each) for name, each in times.items()}
        found |= await _count(pilot, path, size)
        found["peak_mb"] = round(memory())
    return found


async def _count(pilot: Any, path: Path, size: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    window = Window(pilot, path, None)
    viewer = window.screen.viewer
    await until(lambda: viewer.page.lines)
    lag = Lag()
    keys = []
    for _ in range(20):
        before, began = viewer.page.number, time.perf_counter()
        window.screen.lines.action_move(-1)
        await until(partial(_newer, viewer, before))
        keys.append((time.perf_counter() - began) * 1000)
    done = await until(lambda: viewer.standing().exact_lines)
    found["keys_ms"] = _spread(keys)
    found["lag_ms"] = round(lag.stop(), 1)
    found["count"] = _speed(done - window.began, size) | {"lines": viewer.standing().lines}
    found["search"] = {}
    for text in (RARE, "Pod-00077", "name=pod-00077", "level=error", "item"):
        window.screen._origin = 0
        began = time.perf_counter()
        window.screen._search(text)
        await until(lambda: viewer.idle)
        took = time.perf_counter() - began
        matches = viewer.standing().matches
        found["search"][text] = _speed(took, size) | {"matches": matches}
    await window.close()
    return found


def _newer(viewer: Viewer, than: int) -> bool:
    return viewer.page.number > than


def _speed(seconds: float, size: int) -> dict[str, float]:
    return {"seconds": round(seconds, 2), "gb_s": round(size / 1e9 / seconds, 2)}


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 1), "most": round(max(values), 1)}


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMG]?)", text)
    if found is None:
        raise argparse.ArgumentTypeError("a size is a number with K, M or G")
    return int(float(found[1]) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[found[2]])


def _folder(where: str | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="log-view-", dir=where) as folder:
        yield Path(folder)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="How fast a log of gigabytes is open.")
    parser.add_argument("--size", type=_size, default=5_000_000_000, help="default: 5G")
    parser.add_argument("--runs", type=int, default=5, help="default: 5")
    parser.add_argument("--folder", help="where to write the log; default: for temporary files")
    options = parser.parse_args()
    for folder in _folder(options.folder):
        path = folder / "velero.log"
        special, number = write(path, options.size)
        print(json.dumps(asyncio.run(measure(path, special, number, options.runs)), indent=2))


if __name__ == "__main__":
    main()
