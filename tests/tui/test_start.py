"""What the first frame costs: nothing heavy is imported and nothing is read before it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_FIRST_FRAME = """
import sys, threading
sys.path.insert(0, {tests!r})
from screen_fakes import FakeLaunch, FakeSession
from tui.app import DoctorApp

gate = threading.Event()

class Slow(FakeLaunch):
    def open(self, choice):
        gate.wait(30)
        return super().open(choice)

async def main():
    app = DoctorApp(Slow(), strict=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        heavy = ("kubernetes", "pydantic", "textual.widgets._markdown",
                 "textual.widgets._text_area", "yaml", "aiohttp", "re2", "knowledge.base")
        print([name for name in heavy if name in sys.modules])
        print("tui.screens.runbook" in sys.modules)
        gate.set()

import asyncio
asyncio.run(main())
"""


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    code = _FIRST_FRAME.format(tests=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "False"]


def test_screens_import_no_cluster_no_processes_and_no_yaml() -> None:
    """Only the engine may; the screens ask it."""
    import ast

    root = Path(__file__).parents[2] / "tui"
    forbidden = {"kubernetes", "subprocess", "yaml", "urllib3", "requests"}
    for path in root.rglob("*.py"):
        if path.relative_to(root).parts[0] in ("engine", "practice", "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not forbidden & {name.split(".")[0] for name in names}, path
