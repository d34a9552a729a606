"""A few of the kills of `benchmarks.kills`, which does hundreds: nothing lost, nothing repeated."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def kills(*arguments: str) -> tuple[int, dict[str, Any], str]:
    # In a program of its own: it forks, which a process with threads must not.
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "--jobs", "2", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout), run.stderr


def test_procedures_survive_kills_at_any_instant() -> None:
    code, result, failures = kills("--count", "12", "--every", "16", "--seed", "3")
    assert code == 0, failures
    assert result["kills"] >= 12
    assert result["survived"] == result["kills"]
    assert result["seen"]["changes carried out"] > 0


@pytest.mark.parametrize(
    ("bug", "found"),
    [("sync", "announced, but not on the disk"), ("late", "not announced")],
)
def test_the_trials_find_a_record_that_comes_too_late(bug: str, found: str) -> None:
    code, result, _ = kills("--count", "1", "--every", "17", "--broken", bug)
    assert code == 1
    assert found in result["failures"]
