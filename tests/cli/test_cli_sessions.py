import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.written import CLOSED, ID, OPENED, asked, findings, ran, write
from tui.engine.journal import Journal

ROOT = Path(__file__).parents[2]
ISSUE = "imagestream-registry-secret-missing"


def run(state: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        env=kept
        | {
            "HOME": str(state),
            "XDG_CONFIG_HOME": str(state / "config"),
            "OADP_DOCTOR_STATE": str(state),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
        },
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "sessions"
    folder.mkdir(parents=True, mode=0o700)
    write(folder, OPENED, asked(), ran(), asked(2), findings(), CLOSED)
    return folder.parent


def test_the_list_says_what_needs_a_look(state: Path) -> None:
    done = run(state, "sessions", "list")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        f"{ID}  2026-11-23 10:15 (UTC)  label-missing/by-hand  lab  closed  changes: 1  "
        "! of UNKNOWN outcome: 1\n"
    )
    assert "結果不明 1 件" in run(state, "--lang", "ja", "sessions", "list").stdout


def test_the_list_tells_practice_dry_runs_and_imports(state: Path) -> None:
    tried = OPENED | {"mode": "dry-run", "target": {"context": "p", "practice": True}}
    other = ID[:-1] + "f"
    write(state / "sessions", tried, {"event": "imported", "from": "x"}, id=other)
    newest, _ = run(state, "sessions", "list").stdout.splitlines()
    assert "p (PRACTICE, DRY RUN, imported)  open  changes: 0" in newest


def test_a_session_goes_to_another_machine(state: Path, tmp_path: Path) -> None:
    exported = run(state, "sessions", "export", ID, "-o", "json")
    assert exported.returncode == 0
    there = tmp_path / "there"
    done = run(there, "sessions", "import", "-", stdin=exported.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{ID} is here now: 6 events" in done.stdout
    assert "imported" in run(there, "sessions", "list").stdout
    file = tmp_path / "session.json"
    file.write_text(exported.stdout)
    again = run(there, "sessions", "import", str(file))
    assert again.returncode == 0
    assert "same content" in again.stdout
    document = json.loads(exported.stdout)
    document["events"].pop()
    file.write_text(json.dumps(document))
    other = run(there, "sessions", "import", str(file))
    assert (other.returncode, other.stdout) == (2, "")
    assert "it differs" in other.stderr
    assert len(other.stderr.splitlines()) == 1
    assert "**Brought here" in run(there, "sessions", "show", ID).stdout


@pytest.mark.parametrize("content", ["", "{}", "x", '{"schema": "x"}'])
def test_what_is_no_session_is_one_line_and_2(tmp_path: Path, content: str) -> None:
    done = run(tmp_path, "sessions", "import", "-", stdin=content)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "no-such-file"],
        ["import", "."],
        ["note", "no-such-session", "x"],
        ["note", "20261123T101530Z-aaaaaaaaaaaa", "x"],
        ["note", ID, " "],
        ["note", ID, "x" * 5_000],
    ],
)
def test_bad_usage_is_2_and_one_line(state: Path, arguments: list[str]) -> None:
    done = run(state, "sessions", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_note_is_added_to_a_session_that_is_not_open(state: Path) -> None:
    done = run(state, "sessions", "note", ID, "called", "the", "owner")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Note: `called the owner`" in run(state, "sessions", "show", ID).stdout
    assert "closed" in run(state, "sessions", "list").stdout


def test_no_note_is_written_into_a_session_that_is_open(state: Path) -> None:
    journal = Journal.reopen(ID, state / "sessions")
    try:
        done = run(state, "sessions", "note", ID, "x")
    finally:
        journal.close()
    assert (done.returncode, done.stdout) == (2, "")
    assert "Another program" in done.stderr


def test_a_runbook_can_be_read_without_a_cluster(tmp_path: Path) -> None:
    text = run(tmp_path, "knowledge", "walkthrough", ISSUE, "--cause", "bsl-unlabelled")
    assert text.returncode == 0, text.stderr
    assert text.stdout.startswith("WALKTHROUGH: ")
    assert "<bsl>" in text.stdout
    japanese = run(tmp_path, "--lang", "ja", "knowledge", "walkthrough", ISSUE, "-o", "markdown")
    assert japanese.stdout.startswith("# ウォークスルー: ")


@pytest.mark.parametrize("arguments", [["no-such-issue"], [ISSUE, "--cause", "no-such-cause"]])
def test_what_cannot_be_walked_through_is_2(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, "knowledge", "walkthrough", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such" in done.stderr
