"""What must never happen, whatever is typed, filled in or written by the other side."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import hostile
from tui.engine.gate import Gate
from tui.engine.request import Approval


async def driven(numbers: range) -> hostile.Tally:
    folder = Path(tempfile.mkdtemp())
    try:
        return await hostile.run(numbers, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**40))
async def test_no_hostile_command_does_what_was_not_approved(first: int) -> None:
    tally = await driven(range(first, first + 16))
    assert tally.violations == []


async def test_real_processes_get_exactly_what_was_shown() -> None:
    every = hostile.REAL_EVERY
    tally = await driven(range(0, every * 40, every))
    assert tally.violations == []
    assert tally.counts["processes started"] > 10


async def test_the_cases_reach_what_they_are_for() -> None:
    tally = await driven(range(200, 500))
    for name in ("changes", "reads", "Refused", "NotApproved", "records", "tampered"):
        assert tally.counts[name] > 5, name


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ("tui.engine.gate.Gate._use", "nobody approved"),
        ("tui.engine.journal.redact", "in the record"),
        ("tui.text.visible", "control character"),
    ],
)
async def test_a_broken_guard_is_noticed(broken: str, found: str) -> None:
    def through(*args: object) -> object:
        return args[0]

    with patch(broken, through):
        tally = await driven(range(1_000, 1_400))
    assert any(found in each for each in tally.violations), tally.violations[:3]


async def test_a_shell_would_be_noticed() -> None:
    """A script that evaluates its arguments leaves the tripwire behind."""
    script = '#!/bin/sh\neval "$*" >/dev/null 2>&1\nexit 0\n'
    with patch("benchmarks.hostile_runners._SCRIPT", script):
        tally = await driven(range(0, 20 * 300, 20))
    assert any("shell" in each for each in tally.violations)
    assert any("did not start" in each for each in tally.violations)


def test_the_gate_is_the_one_under_test() -> None:
    assert Gate.__module__ == "tui.engine.gate"
    assert Approval.__module__ == "tui.engine.request"
