"""A timeline says the same of a must-gather as of the cluster it was taken from."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from gathers import LAYOUTS, NS, world, write_folder

from knowledge.base import load
from knowledge.history import Grade, History, Sort
from knowledge.history_of import history
from knowledge.snapshot import ObjectRef
from tui.engine.launch import Launch, MustGatherChoice, PracticeChoice, SourceChoice
from tui.engine.ports import Connection, Phase

SCENARIO = "imagestream-registry-secret-missing"
REF = ObjectRef("Backup", NS, "shop-nightly")
DEADLINE_SECONDS = 60.0


def timeline(choice: SourceChoice, ref: ObjectRef = REF) -> History:
    launch = Launch(choice=choice)
    source = launch.source(timelines=True)
    changed = threading.Event()
    source.start(changed.set)
    end = time.monotonic() + DEADLINE_SECONDS
    try:
        while not _read(source.connection()):
            assert time.monotonic() < end, source.connection()
            changed.wait(0.2)
            changed.clear()
        facts = source.snapshot()
    finally:
        source.stop()
    found = history(ref, facts, load(()).diagnose(facts))
    assert found is not None
    return found


def _read(connection: Connection) -> bool:
    return connection.phase is Phase.READY and connection.read >= connection.expected


@pytest.mark.parametrize("layout", ["inspect", "new", "old"])
def test_it_is_the_same_from_whatever_source(tmp_path: Path, layout: str) -> None:
    write_folder(LAYOUTS[layout](world(SCENARIO)), tmp_path)
    gathered = timeline(MustGatherChoice(str(tmp_path)))
    live = timeline(PracticeChoice(SCENARIO))
    for found in (gathered, live):
        words = [(each.sort, each.grade, each.says.en) for each in found.entries]
        assert (Sort.PHASE, Grade.BAD, "Ended: PartiallyFailed") in words
        assert (Sort.ITEMS, Grade.INFO, "Items") in words
        assert len([each for each in found.entries if each.sort is Sort.PROBLEM]) == 4
        assert [each for each in found.entries if each.sort is Sort.FINDING]
    # How sure a finding is differs: a must-gather may lack what proves it.
    same = [
        [(each.sort, each.says.en) for each in found.entries if each.sort is not Sort.FINDING]
        for found in (gathered, live)
    ]
    assert same[0] == same[1]
