import json
import os
import stat
from pathlib import Path

import pytest

from knowledge.model import Risk
from knowledge.text import Text
from tests.fakes import TARGET, FakeClock
from tui.cli.words import plain
from tui.engine import journal as journal_module
from tui.engine.journal import ID, Journal, sessions_folder
from tui.engine.records import NoRecord, export, list_sessions, read_session
from tui.engine.session_record import SessionRecord

SECRET = "sha256~abcdefghijklmnopqrstuvwxyz0123456789"


def write_session(folder: Path, *, clock: FakeClock | None = None, end: bool = True) -> str:
    journal = Journal(folder, clock=clock or FakeClock())
    journal.write(
        "opened",
        issue="label-missing",
        cause="by-hand",
        title=Text(en="Label | *missing*", ja="ラベルがありません"),
        target=TARGET,
        versions={"oadp": "1.4.1", "velero": None},
        finding={
            "verdict": "confirmed",
            "evidence": [
                {
                    "says": Text(en="no label", ja="ラベルなし"),
                    "object": {"kind": "Backup", "namespace": "ns", "name": "b"},
                    "path": "metadata.labels",
                    "value": None,
                },
                {"says": Text(en="a line", ja="行"), "hit": {"log": "x", "line": 7, "text": "a`b"}},
            ],
        },
    )
    journal.write("note", text=f"used {SECRET}")
    journal.write("saved", attempt=1, yaml="kind: Secret\ndata:\n  a: c2VjcmV0\n")
    journal.write(
        "will-run",
        attempt=1,
        step="label",
        title=Text(en="Label it", ja="ラベルを付ける"),
        argv=("oc", "label"),
        shown="oc label x a=b",
        risk=Risk.CHANGE,
        undo_command="oc label x a-",
    )
    if end:
        lines = [["stdout", "labeled ```"]]
        journal.write("output", attempt=1, lines=lines, omitted=3)
        journal.write("ran", attempt=1, ending="exit", code=0, seconds=0.1)
        journal.write("closed", finished=True)
    journal.close()
    return journal.id


def test_only_the_owner_can_read_the_records(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "sessions"
    id_ = write_session(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{id_}.jsonl").stat().st_mode) == 0o600


def test_every_event_is_one_json_line_and_redacted(tmp_path: Path) -> None:
    id_ = write_session(tmp_path)
    text = (tmp_path / f"{id_}.jsonl").read_text()
    events = [json.loads(line) for line in text.splitlines()]
    assert [each["number"] for each in events] == list(range(1, 8))
    assert {each["schema"] for each in events} == {"oadp-doctor/session/v1"}
    assert events[0]["time"] == "2026-11-23T10:15:30.000+00:00"
    assert SECRET not in text
    assert "c2VjcmV0" not in text


def test_ids_sort_by_time_and_differ(tmp_path: Path) -> None:
    clock = FakeClock()
    ids = []
    for _ in range(3):
        ids.append(write_session(tmp_path, clock=clock))
        clock.seconds += 60
    assert ids == sorted(ids)
    assert all(ID.fullmatch(each) for each in ids)
    assert Journal(tmp_path, clock=clock).id != Journal(tmp_path, clock=clock).id


def test_an_event_is_on_the_disk_before_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(file: int) -> None:
        synced.append(file)
        real(file)

    monkeypatch.setattr(journal_module.os, "fsync", fsync)
    journal = Journal(tmp_path, clock=FakeClock())
    journal.write("note", text="one")
    before = len(synced)
    journal.write("note", text="two")
    assert len(synced) == before + 1
    journal.close()


def test_a_full_disk_is_told_once_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    assert journal.write("note", text="one") is None
    real = os.write
    full = True

    def write(file: int, data: memoryview) -> int:
        if full:
            real(file, bytes(data)[:10])
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(journal_module.os, "write", write)
    problem = journal.write("note", text="two")
    assert problem is not None
    assert "No space left" in problem.en
    assert str(journal.path) in problem.ja
    assert journal.problem == problem
    full = False
    assert journal.write("note", text="three") is None
    assert journal.problem is None
    journal.close()
    record = read_session(journal.id, tmp_path)
    assert [each["text"] for each in record.events] == ["one", "two", "three"]
    assert [each["number"] for each in record.events] == [1, 2, 3]
    assert record.broken == 1


def test_a_command_that_was_refused_on_a_full_disk_is_not_announced_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    full = True
    real = os.write

    def write(file: int, data: memoryview) -> int:
        if full:
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(journal_module.os, "write", write)
    for event in ("ticked", "will-run", "ran"):
        assert journal.write(event) is not None
    full = False
    # There is room again only when the record is closed.
    journal.close()
    events = read_session(journal.id, tmp_path).events
    assert [each["event"] for each in events] == ["ticked", "ran"]


def test_what_waits_for_room_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    monkeypatch.setattr(journal_module, "_OWED", 1_000)

    def full(file: int, data: memoryview) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(journal_module.os, "write", full)
        for number in range(50):
            journal.write("note", text=f"{number:05}" * 20)
        journal.write("ran")
    journal.close()
    events = read_session(journal.id, tmp_path).events
    assert 1 < len(events) < 10
    assert events[0]["text"].startswith("00000")


@pytest.mark.parametrize("room", [0, 10])
def test_nothing_is_written_before_what_the_session_is_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    record = SessionRecord(journal, lambda: {"issue": "label-missing"})
    real = os.write
    full = True

    def write(file: int, data: memoryview) -> int:
        nonlocal full
        if full:
            full = False
            real(file, bytes(data)[:room])
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(journal_module.os, "write", write)
    assert record.write("ticked", step="read") is None
    assert record.write("skipped", step="look") is None
    journal.close()
    events = read_session(journal.id, tmp_path).events
    assert [each["event"] for each in events] == ["opened", "ticked", "skipped"]
    assert events[0]["issue"] == "label-missing"


def test_a_line_that_was_not_synced_is_written_again_and_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    assert journal.write("note", text="one") is None
    broken = True
    real = os.fsync

    def fsync(file: int) -> None:
        if broken:
            raise OSError(5, "Input/output error")
        real(file)

    monkeypatch.setattr(journal_module.os, "fsync", fsync)
    for text in ("two", "three"):
        problem = journal.write("note", text=text)
        assert problem is not None
        assert "Input/output error" in problem.en
    broken = False
    assert journal.write("note", text="four") is None
    journal.close()
    assert journal.path.read_bytes().count(b'"two"') == 3
    record = read_session(journal.id, tmp_path)
    assert [each["text"] for each in record.events] == ["one", "two", "three", "four"]
    assert record.broken == 0


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    journal.path.symlink_to(tmp_path / "elsewhere")
    assert journal.write("note", text="x") is not None
    assert not (tmp_path / "elsewhere").exists()


def test_cut_and_damaged_lines_are_counted_not_fatal(tmp_path: Path) -> None:
    id_ = write_session(tmp_path)
    path = tmp_path / f"{id_}.jsonl"
    data = path.read_bytes()
    path.write_bytes(b"\xff\n[1]\n" + data[:-20])
    record = read_session(id_, tmp_path)
    assert record.broken == 3
    assert record.events[0]["event"] == "opened"
    assert "3 damaged" in export(id_, "markdown", "en", tmp_path)


@pytest.mark.parametrize("end", range(0, 2_000, 37))
def test_a_record_cut_anywhere_can_be_read(tmp_path: Path, end: int) -> None:
    id_ = write_session(tmp_path)
    path = tmp_path / f"{id_}.jsonl"
    path.write_bytes(path.read_bytes()[:end])
    for form in ("markdown", "json"):
        assert export(id_, form, "ja", tmp_path)  # type: ignore[arg-type]
    assert len(list_sessions(tmp_path)) == 1


def test_a_change_without_an_outcome_is_unknown(tmp_path: Path) -> None:
    id_ = write_session(tmp_path, end=False)
    attempt = read_session(id_, tmp_path).attempts[0]
    assert attempt.unknown
    assert attempt.outcome is None
    summary = list_sessions(tmp_path)[0]
    assert (summary.changes, summary.unknown, summary.closed) == (0, 1, False)
    assert "UNKNOWN" in export(id_, "markdown", "en", tmp_path)
    assert "不明" in export(id_, "markdown", "ja", tmp_path)
    assert json.loads(export(id_, "json", "en", tmp_path))["unknown"] == [1]


def test_sessions_are_listed_newest_first(tmp_path: Path) -> None:
    clock = FakeClock()
    first = write_session(tmp_path, clock=clock)
    clock.seconds = 3_600
    second = write_session(tmp_path, clock=clock)
    (tmp_path / "other.jsonl").write_text("{}")
    (tmp_path / "notes.txt").write_text("x")
    listed = list_sessions(tmp_path)
    assert [each.id for each in listed] == [second, first]
    assert (listed[0].issue, listed[0].context, listed[0].changes) == ("label-missing", "lab", 1)
    assert list_sessions(tmp_path / "nothing") == ()


@pytest.mark.parametrize(
    "id_",
    ["", "..", "../../etc/passwd", "20261123T101530Z-../../x", "20261123T101530Z-0000000g0000"],
)
def test_ids_from_outside_cannot_leave_the_folder(tmp_path: Path, id_: str) -> None:
    with pytest.raises(NoRecord) as caught:
        read_session(id_, tmp_path)
    assert caught.value.message.ja


def test_a_missing_session_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoRecord):
        export("20261123T101530Z-0123456789ab", "json", "en", tmp_path)


def test_the_incident_record_in_both_languages(tmp_path: Path) -> None:
    id_ = write_session(tmp_path)
    english = export(id_, "markdown", "en", tmp_path)
    assert english.startswith("# Incident record: Label \\| \\*missing\\*\n")
    assert "- Versions: `oadp 1.4.1`" in english
    assert "Backup ns/b" in english
    assert "``a`b``" in english
    assert "````\nlabeled ```\n````" in english
    assert "(3 lines left out)" in english
    assert "oc label x a-" in english
    japanese = export(id_, "markdown", "ja", tmp_path)
    assert "インシデント記録" in japanese
    assert "ラベルを付ける" in japanese
    assert SECRET not in english + japanese


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OADP_DOCTOR_STATE", str(tmp_path))
    assert sessions_folder() == tmp_path / "sessions"
    monkeypatch.delenv("OADP_DOCTOR_STATE")
    assert sessions_folder().name == "sessions"
    assert "oadp-doctor" in str(sessions_folder())


def test_every_folder_that_is_made_is_private(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        journal = Journal(tmp_path / "state" / "app" / "sessions")
        assert journal.write("note", text="x") is None
        journal.close()
    finally:
        os.umask(old)
    folder = journal.path.parent
    for each in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(each.stat().st_mode) == 0o700
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (tmp_path / "sessions").symlink_to(elsewhere)
    journal = Journal(tmp_path / "sessions")
    problem = journal.write("note", text="x")
    assert problem is not None
    assert "not a folder of its own" in problem.en
    assert not list(elsewhere.iterdir())
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755


def test_what_is_no_text_is_written_all_the_same(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    odd = {"\ud800": 1, 2: float("inf"), "big": 10**40, "long" * 50_000: "x"}
    assert journal.write("note", odd=odd, raw=b"abc") is None
    journal.close()
    assert read_session(journal.id, tmp_path).broken == 0


def test_values_whose_name_is_secret_are_not_recorded(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write("input", name="s3-secret-key", value="c4NaRy")
    journal.write("opened", values={"password": "c4NaRy", "bsl": "kept"})
    journal.close()
    text = journal.path.read_text()
    assert "c4NaRy" not in text
    assert "kept" in text


ODD: list[object] = [
    None,
    [],
    {},
    "x",
    5,
    [[]],
    {"a": 1},
    [1, 2],
    [["stdout"]],
    [["stdout", {"a": 1}]],
    "\x1b",
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "field",
    ["event", "attempt", "risk", "shown", "title", "lines", "omitted", "ending", "code", "time",
     "target", "finding", "versions", "yaml", "undo_command", "step", "text"],
)  # fmt: skip
def test_damaged_events_are_shown_as_far_as_they_go(
    tmp_path: Path, field: str, odd: object
) -> None:
    id = write_session(tmp_path)
    path = tmp_path / f"{id}.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()]
    for event in events:
        event[field] = odd
    path.write_text("\n".join(map(json.dumps, events)))
    assert list_sessions(tmp_path)
    assert export(id, "json", "en", tmp_path)
    assert export(id, "markdown", "ja", tmp_path)


@pytest.mark.parametrize("raw", [b'{"event":"\xff"}', b"[" * 100_000, b"\0" * 9, b'{"a":' * 9_999])
def test_lines_that_are_no_json_are_counted(tmp_path: Path, raw: bytes) -> None:
    id = write_session(tmp_path)
    (tmp_path / f"{id}.jsonl").write_bytes(raw)
    assert read_session(id, tmp_path).broken == 1


def test_only_files_are_records(tmp_path: Path) -> None:
    id = write_session(tmp_path)
    path = tmp_path / f"{id}.jsonl"
    kept = path.rename(tmp_path / "kept")
    path.symlink_to(kept)
    with pytest.raises(NoRecord):
        read_session(id, tmp_path)
    path.unlink()
    # A pipe that nobody writes to would be waited for without end.
    os.mkfifo(path)
    with pytest.raises(NoRecord):
        read_session(id, tmp_path)
    assert list_sessions(tmp_path) == ()


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(NoRecord):
        list_sessions(file)


def test_the_json_of_a_record_stays_json_whatever_is_in_it(tmp_path: Path) -> None:
    odd = "a\x1b[31m\x9b\u202e\U000e0041日本語"
    journal = Journal(tmp_path)
    journal.write("note", text=odd)
    journal.close()
    text = export(journal.id, "json", "en", tmp_path)
    assert plain(text) == text
    assert json.loads(text)["events"][0]["text"] == odd
    assert "日本語" in text


@pytest.mark.parametrize("reopened", [False, True])
def test_what_ends_after_the_closing_is_written_and_holds_nothing(
    tmp_path: Path, reopened: bool
) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    journal.write("opened")
    if reopened:
        journal.close()
        journal = Journal.reopen(journal.id, tmp_path)
    journal.close()
    assert journal.write("ran", code=0) is None
    other = Journal.reopen(journal.id, tmp_path)
    # Another program has it by now: it is told, and nothing is mixed up.
    assert journal.write("ran", code=1) is not None
    other.write("note", text="x")
    other.close()
    assert journal.write("ran", code=2) is None
    assert journal.write("will-run", argv=["oc"]) is not None
    events = [json.loads(line) for line in journal.path.read_text().splitlines()]
    assert [each["event"] for each in events] == ["opened", "ran", "note", "ran"]
    assert [each["number"] for each in events] == [1, 2, 3, 4]
