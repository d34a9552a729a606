"""Waiting for a rule to hold, and being stopped while doing so."""

import asyncio

import msgspec
import pytest

from knowledge.judge import Truth
from knowledge.model import Step
from tui.engine.waiting import until

STEP = msgspec.convert(
    {
        "id": "arrives",
        "kind": "wait",
        "title": {"en": "x", "ja": "x"},
        "why": {"en": "x", "ja": "x"},
        "until": ["labelled"],
        "within": 3600,
    },
    Step,
)


async def test_a_wait_ends_when_it_is_stopped_though_facts_change_at_the_same_moment() -> None:
    fresh, looked = asyncio.Event(), asyncio.Event()
    wait = until(
        STEP, lambda: Truth(False, ()), lambda: 0.0, lambda truth, seconds: looked.set(), fresh
    )
    task = asyncio.create_task(wait)
    await looked.wait()
    await asyncio.sleep(0)
    fresh.set()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done, "it went on waiting"
    with pytest.raises(asyncio.CancelledError):
        await task
