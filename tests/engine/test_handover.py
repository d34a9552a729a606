import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.runbook_world import World, finish, labelled
from tests.engine.written import CLOSED, ID, OPENED, asked, findings, numbered, ran, write
from tests.fakes import TARGET, FakeClock
from tui.engine import handover
from tui.engine.event_form import TYPES
from tui.engine.handover import BadHandover, Imported, import_session
from tui.engine.record import read_session
from tui.engine.records import export, list_sessions
from tui.engine.reopen import reopen_runbook
from tui.engine.request import NotApproved

WHOLE = [OPENED, asked(), ran(), asked(2), findings(), CLOSED]


def exported(folder: Path, *events: dict[str, Any]) -> bytes:
    folder.mkdir(exist_ok=True)
    write(folder, *(events or WHOLE))
    return export(ID, "json", "en", folder).encode()


def taken(data: bytes, folder: Path, name: str = "/tmp/from-jo.json") -> Imported:
    return import_session(io.BytesIO(data), name, folder, clock=FakeClock())


def refused(data: bytes, folder: Path) -> str:
    with pytest.raises(BadHandover) as caught:
        taken(data, folder)
    message = caught.value.message
    assert message.ja
    assert "\n" not in message.en
    return message.en


def document(**changes: Any) -> dict[str, Any]:
    body = {"schema": "oadp-doctor/incident/v1", "id": ID, "events": numbered(WHOLE)}
    return body | changes


def as_bytes(body: Any) -> bytes:
    return json.dumps(body).encode()


def test_a_session_comes_over_whole_and_private(tmp_path: Path) -> None:
    data = exported(tmp_path / "here")
    there = tmp_path / "state" / "there"
    assert taken(data, there) == Imported(ID, 6, new=True)
    path = there / f"{ID}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(there.stat().st_mode) == 0o700
    assert [each.name for each in there.iterdir()] == [path.name]
    *events, last = read_session(ID, there).events
    here = read_session(ID, tmp_path / "here").events
    kept = [{k: v for k, v in each.items() if k != "approved"} for each in here]
    assert [{k: v for k, v in each.items() if k != "confirmed"} for each in events] == kept
    assert (last["event"], last["from"], last["number"]) == ("imported", "from-jo.json", 7)
    assert last["time"] == "2026-11-23T10:15:30.000+00:00"
    assert last["local"]
    (listed,) = list_sessions(there)
    assert (listed.imported, listed.changes, listed.unknown) == (True, 1, 1)
    assert "Brought here from another machine" in export(ID, "markdown", "en", there)


def test_an_approval_does_not_come_over_but_that_there_was_one_can_be_read(tmp_path: Path) -> None:
    taken(exported(tmp_path / "here"), tmp_path / "there")
    text = (tmp_path / "there" / f"{ID}.jsonl").read_text()
    assert "approved" not in text
    assert asked()["approved"] not in text
    assert "where it was recorded" in export(ID, "markdown", "en", tmp_path / "there")


async def test_a_session_goes_on_on_another_machine(tmp_path: Path) -> None:
    world = World(tmp_path / "here")
    runbook = await labelled(world)
    runbook.set_input("extra", "mine")
    runbook.close()
    there = tmp_path / "there"
    data = export(runbook.id, "json", "en", world.folder).encode()
    assert taken(data, there).new
    again = reopen_runbook(
        world.session, runbook.id, TARGET, there, runner=world.runner, clock=world.clock
    )
    try:
        assert [(each.step.id, each.state) for each in again.steps] == [
            (each.step.id, each.state) for each in runbook.steps
        ]
        assert again.undoable("label")
        # Nothing that was confirmed there is confirmed here.
        request = again.request("label", undo=True)
        with pytest.raises(NotApproved):
            await finish(again, request)
    finally:
        again.close()
    events = [each["event"] for each in read_session(runbook.id, there).events]
    assert events[events.index("imported") + 1] == "continued"


def test_the_same_session_again_changes_nothing(tmp_path: Path) -> None:
    data = exported(tmp_path / "here")
    there = tmp_path / "there"
    taken(data, there)
    before = (there / f"{ID}.jsonl").read_bytes()
    assert taken(data, there) == Imported(ID, 6, new=False)
    # Where it came from, and what came back from elsewhere, are the same session too.
    assert taken(data, tmp_path / "here") == Imported(ID, 6, new=False)
    assert not taken(export(ID, "json", "en", there).encode(), tmp_path / "here").new
    assert (there / f"{ID}.jsonl").read_bytes() == before


def test_another_session_of_the_same_id_is_refused(tmp_path: Path) -> None:
    data = exported(tmp_path / "here")
    there = tmp_path / "there"
    taken(data, there)
    before = (there / f"{ID}.jsonl").read_bytes()
    for other in (WHOLE[:-1], [*WHOLE, {"event": "note", "text": "x"}]):
        message = refused(exported(tmp_path / "here", *other), there)
        assert f"{ID}.jsonl" in message
    assert (there / f"{ID}.jsonl").read_bytes() == before


def test_a_record_that_was_damaged_here_is_not_taken_for_the_same(tmp_path: Path) -> None:
    data = exported(tmp_path / "here")
    with (tmp_path / "here" / f"{ID}.jsonl").open("a") as file:
        file.write("{cut")
    assert "differs" in refused(data, tmp_path / "here")


def test_a_link_in_the_place_of_the_record_is_not_followed(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o700)
    (there / f"{ID}.jsonl").symlink_to(tmp_path / "elsewhere")
    refused(exported(tmp_path / "here"), there)
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handover.os, "fsync", full)
    data = exported(tmp_path / "here")
    assert "No space left" in refused(data, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_another_program_that_is_first_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = exported(tmp_path / "here")
    there = tmp_path / "there"
    there.mkdir(mode=0o700)
    real = os.link

    def slow(source: Path, target: Path) -> None:
        write(there, OPENED)
        real(source, target)

    monkeypatch.setattr(handover.os, "link", slow)
    assert "differs" in refused(data, there)
    assert len(read_session(ID, there).events) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 100_000, b"[" * 100_000,
        as_bytes(document(schema="oadp-doctor/session/v1")),
        as_bytes(document(id="../../etc/passwd")),
        as_bytes(document(id=ID + "\n")),
        as_bytes(document(id=7)),
        as_bytes(document(events={})),
        as_bytes(document(events=[])),
        as_bytes(document(events=[1])),
        as_bytes(document(events=["x"])),
        as_bytes(document(events=numbered(WHOLE)[1:])),
        as_bytes(document(events=numbered([OPENED | {"issue": ""}]))),
        as_bytes(document(events=numbered([OPENED | {"target": {}}]))),
    ],
)  # fmt: skip
def test_what_is_no_session_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "from-jo.json cannot be imported" in refused(data, tmp_path / "there")
    assert not (tmp_path / "there").exists()


ODD: list[Any] = [True, 5, 1.5, "x", [], [[]], [1], {}, {"a": 1}, [["stdout"]], "\x1b"]
FIELDS = sorted(TYPES)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_fields_of_another_type_are_refused_by_name(tmp_path: Path, field: str, odd: Any) -> None:
    events = numbered(WHOLE)
    events[1][field] = odd
    data = as_bytes(document(events=events))
    problem = ""
    try:
        taken(data, tmp_path)
    except BadHandover as refusal:
        problem = refusal.message.en
    if problem:
        assert f"event 2 is not as it should be ({field})" in problem
        return
    # What was taken can be read by all who read records.
    assert export(ID, "json", "en", tmp_path)
    assert export(ID, "markdown", "ja", tmp_path)
    assert list_sessions(tmp_path)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("attempt", True), ("attempt", "1"), ("lines", [["stdout", 1]]), ("lines", "x"),
        ("argv", [1]), ("args", ["x", None]), ("values", {"a": 1}), ("title", 5), ("target", []),
        ("event", "No such"), ("event", 1), ("time", "yesterday"), ("time", "2026-11-23T10:15:30"),
        ("schema", "other"), ("undo_args", [{}]), ("manifest", "x"), ("code", "0"),
    ],
)  # fmt: skip
def test_types_that_readers_count_on(tmp_path: Path, field: str, odd: Any) -> None:
    events = numbered(WHOLE)
    events[1][field] = odd
    assert f"({field})" in refused(as_bytes(document(events=events)), tmp_path)


def test_null_is_as_good_as_no_value(tmp_path: Path) -> None:
    events = numbered([OPENED, asked(stdin=None, undo=None), ran(code=None, note=None)])
    assert taken(as_bytes(document(events=events)), tmp_path).new


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "BIGGEST", 2 << 20)
    assert "bigger than 2 MB" in refused(b" " * (3 << 20), tmp_path)
    monkeypatch.setattr(handover, "MOST", 5)
    assert "more than 5 events" in refused(as_bytes(document()), tmp_path)


def test_what_is_unknown_comes_over_too(tmp_path: Path) -> None:
    events = numbered([*WHOLE, {"event": "from-the-future", "more": {"deep": [1, 2]}}])
    taken(as_bytes(document(events=events, more=1)), tmp_path)
    assert read_session(ID, tmp_path).events[6]["more"] == {"deep": [1, 2]}


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_whatever_is_taken_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("taken")
    events = numbered(WHOLE)
    events[1] |= {name: value for name, value in fields.items() if name != "schema"}
    try:
        taken(as_bytes(document(events=events)), folder)
    except BadHandover:
        assert list(folder.iterdir()) == []
    else:
        assert export(ID, "markdown", "en", folder)
        assert export(ID, "json", "en", folder)
        assert list_sessions(folder)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    refused(data, tmp_path_factory.mktemp("bytes"))
