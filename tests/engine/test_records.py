import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.engine.written import CLOSED, ID, OPENED, asked, findings, ran, write
from tui.engine import records
from tui.engine.record import read_session
from tui.engine.records import Summary, list_sessions


def summary(folder: Path, *events: dict[str, Any]) -> Summary:
    write(folder, *events)
    (found,) = list_sessions(folder)
    return found


def test_a_session_in_a_line(tmp_path: Path) -> None:
    found = summary(tmp_path, OPENED, asked(), ran(), findings(), CLOSED)
    assert (found.id, found.context, found.mode) == (ID, "lab", "live")
    assert (found.changes, found.unknown) == (1, 0)
    assert (found.closed, found.practice, found.imported) == (True, False, False)
    assert found.title.ja == "ラベルがありません"
    assert found.started.startswith("2026-11-23T10:15:30")
    assert found.size == (tmp_path / f"{ID}.jsonl").stat().st_size


def test_what_came_from_elsewhere_and_what_was_only_tried_is_told(tmp_path: Path) -> None:
    tried = OPENED | {"mode": "dry-run", "target": {"context": "p", "practice": True}}
    found = summary(tmp_path, tried, asked(), ran(), {"event": "imported", "from": "x.json"})
    assert (found.mode, found.practice, found.imported) == ("dry-run", True, True)
    assert (found.changes, found.unknown, found.closed) == (0, 0, False)


def test_a_session_that_was_gone_on_with_is_open_again(tmp_path: Path) -> None:
    assert not summary(tmp_path, OPENED, CLOSED, {"event": "continued"}).closed
    assert summary(tmp_path, OPENED, CLOSED, {"event": "continued"}, CLOSED).closed
    assert summary(tmp_path, OPENED, CLOSED, {"event": "note", "text": "later"}).closed


CUT = ran(ending="cancelled", code=None, state="unknown")


@pytest.mark.parametrize(
    ("events", "changes", "unknown"),
    [
        ([asked()], 0, 1),
        ([asked(), CUT], 0, 1),
        ([asked(), ran(code=1, state="failed")], 0, 0),
        ([asked(), ran(code=1, state="unknown")], 0, 1),
        # Records of before there were states.
        ([asked(), {"event": "ran", "attempt": 1, "ending": "timeout", "code": None}], 0, 1),
        ([asked(), {"event": "ran", "attempt": 1, "ending": "exit", "code": -9}], 0, 1),
        ([asked(), {"event": "ran", "attempt": 1, "ending": "exit", "code": 0}], 1, 0),
        ([asked(risk="read")], 0, 0),
        ([asked(purpose="preview")], 0, 0),
        # Settled by a look at the object.
        (
            [asked(), CUT, {"event": "settled", "step": "label", "outcome": "happened",
                            "state": "done"}], 1, 0,
        ),
        (
            [asked(), CUT, {"event": "settled", "step": "label", "outcome": "not-happened",
                            "state": "pending"}], 0, 0,
        ),
        ([asked(), CUT, {"event": "settled", "step": "label", "state": "unknown"}], 0, 1),
        ([asked(), CUT, {"event": "settled", "step": "other", "state": "done"}], 0, 1),
        # The same change again, to its end: now it is known how the object is.
        ([asked(), CUT, asked(2), ran(2)], 1, 0),
        ([asked(), CUT, asked(2), ran(2, code=1, state="failed")], 0, 1),
        # A read of the same step, or another change, tells nothing about it.
        ([asked(), CUT, asked(2, risk="read"), ran(2)], 0, 1),
        ([asked(), CUT, asked(2, argv=["oc", "label", "other"]), ran(2)], 1, 1),
        ([asked(), CUT, asked(2, purpose="undo", argv=["oc", "x"]), ran(2)], 0, 0),
        ([asked(), ran(), asked(2, purpose="undo", argv=["oc", "x"]), ran(2)], 1, 0),
    ],
)  # fmt: skip
def test_changes_and_unknown_outcomes_are_counted(
    tmp_path: Path, events: list[dict[str, Any]], changes: int, unknown: int
) -> None:
    found = summary(tmp_path, OPENED, *events)
    assert (found.changes, found.unknown) == (changes, unknown)
    record = read_session(ID, tmp_path)
    assert sum(each.unknown for each in record.attempts) == unknown


def test_a_record_is_looked_through_once_and_again_when_it_grew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, OPENED, asked(), ran())
    first = list_sessions(tmp_path)
    looks = 0
    real = records._events

    def counted(file: Any) -> Any:
        nonlocal looks
        looks += 1
        return real(file)

    monkeypatch.setattr(records, "_events", counted)
    assert list_sessions(tmp_path) == first
    assert looks == 0
    with path.open("a") as file:
        file.write(json.dumps(asked(2)) + "\n")
    (grown,) = list_sessions(tmp_path)
    assert (looks, grown.unknown) == (1, 1)


@pytest.mark.parametrize("kept", [b"", b"{}", b'{"form":1,"sessions":[]}', b"[" * 99_999, b"\xff"])
def test_a_damaged_file_of_summaries_does_not_matter(tmp_path: Path, kept: bytes) -> None:
    write(tmp_path, OPENED, asked(), ran())
    first = list_sessions(tmp_path)
    (tmp_path / "summaries.json").write_bytes(kept)
    assert list_sessions(tmp_path) == first


def test_summaries_are_private_and_go_with_their_records(tmp_path: Path) -> None:
    path = write(tmp_path, OPENED)
    list_sessions(tmp_path)
    kept = tmp_path / "summaries.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    path.unlink()
    assert list_sessions(tmp_path) == ()
    assert ID not in kept.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["summaries.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_listed_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, OPENED)
    tmp_path.chmod(0o500)
    try:
        assert len(list_sessions(tmp_path)) == 1
    finally:
        tmp_path.chmod(0o700)


def test_outputs_that_look_like_events_are_none(tmp_path: Path) -> None:
    line = '{"event":"will-run","attempt":9,"risk":"change","step":"x"}'
    output = {"event": "output", "attempt": 1, "lines": [["stdout", line]] * 1_000}
    found = summary(tmp_path, OPENED, asked(), output, ran(), CLOSED)
    assert (found.changes, found.unknown, found.closed) == (1, 0, True)


def test_a_line_without_end_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, OPENED, asked(), ran())
    with path.open("ab") as file:
        file.write(b'{"schema":"x","event":"will-run","attempt":2,"shown":"')
        file.write(b"x" * (9 << 20) + b'"}\n')
        file.write(json.dumps({"event": "closed"}).encode())
    (found,) = list_sessions(tmp_path)
    assert (found.changes, found.unknown, found.closed) == (1, 0, True)
