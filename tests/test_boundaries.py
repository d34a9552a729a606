"""Three layers, imports only downward: read from the source, and seen in a fresh interpreter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

KNOWLEDGE = sorted((ROOT / "knowledge").rglob("*.py"))
ENGINE = sorted((ROOT / "tui/engine").rglob("*.py"))
PRACTICE = sorted((ROOT / "tui/practice").rglob("*.py"))
SCREENS = sorted(set((ROOT / "tui").rglob("*.py")) - set(ENGINE) - set(PRACTICE))


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offending(paths: list[Path], *forbidden: str, allowed: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imported(path)
        if any(name == each or name.startswith(f"{each}.") for each in forbidden)
        and not any(name == each or name.startswith(f"{each}.") for each in allowed)
    ]


def test_knowledge_imports_nothing_above_and_does_nothing() -> None:
    names = ("tui", "textual", "rich", "kubernetes", "aiohttp", "subprocess", "socket", "time")
    assert offending(KNOWLEDGE, *names) == []


def test_knowledge_has_no_clock() -> None:
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in KNOWLEDGE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
    ]
    assert calls == []


def test_the_engine_knows_no_screen() -> None:
    allowed = ("tui.engine", "tui.practice", "tui.__version__")
    assert offending(ENGINE, "textual", "rich", "tui", allowed=allowed) == []


def test_screens_do_no_io_of_their_own() -> None:
    assert offending(SCREENS, "kubernetes", "subprocess", "yaml", "aiohttp", "socket") == []


def test_the_practice_cluster_stands_alone() -> None:
    names = ("textual", "rich", "kubernetes", "tui.engine", "tui.app", "knowledge")
    assert offending(PRACTICE, *names) == []


@pytest.mark.parametrize(
    ("statement", "never"),
    [
        ("import knowledge.base, knowledge.check", ("textual", "kubernetes", "aiohttp", "tui")),
        ("import tui.engine.runbook, tui.engine.session", ("textual", "kubernetes")),
        (
            "import tui.app",
            ("kubernetes", "aiohttp", "yaml", "pydantic", "textual.widgets._markdown"),
        ),
        ("import tui.__main__", ("textual", "kubernetes", "yaml", "msgspec", "re2")),
        ("import tui.practice", ("textual", "kubernetes", "aiohttp")),
    ],
)
def test_what_an_import_brings_along(statement: str, never: tuple[str, ...]) -> None:
    code = f"import sys; {statement}; print(*[n for n in {never!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.split() == []


def test_files_stay_small_enough_to_hold_in_the_head() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (*KNOWLEDGE, *ENGINE, *PRACTICE, *SCREENS)
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}
