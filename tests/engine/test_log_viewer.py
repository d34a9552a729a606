"""A log as it is looked at: any line at once, filters, searches, evidence, copies."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_texts import line, log, looking

from knowledge.secret_marks import REDACTED
from knowledge.snapshot import LogGroup, LogHit
from tui.engine.logs.index import LineIndex
from tui.engine.logs.lines import GIANT, backward, forward, line_start
from tui.engine.logs.marks import Mark, Marks
from tui.engine.logs.place import Place, at_time, find
from tui.engine.logs.requests import (
    Copy,
    Edge,
    Fit,
    Move,
    Narrow,
    Next,
    NextMark,
    Search,
    Share,
    Show,
    Turn,
)
from tui.engine.logs.text import FileText, MemoryText
from tui.engine.logs.wanted import Finder, Level, Wanted


def in_memory(data: bytes) -> MemoryText:
    return MemoryText("velero/velero", data, ended=True)


def hit(text: str, number: int = 0, time: str = "") -> LogHit:
    return LogHit("velero/velero", LogGroup.VELERO, number, time, text, {})


# Where we are


def test_it_begins_at_the_last_line() -> None:
    with looking(in_memory(log(100))) as it:
        it.wish(Edge(True))
        assert it.current == 100
        assert it.numbers == list(range(91, 101))
        assert it.page.at_end


def test_lines_and_pages_are_gone_through() -> None:
    with looking(in_memory(log(100))) as it:
        it.wish(Edge(False))
        assert (it.current, it.numbers) == (1, list(range(1, 11)))
        it.wish(Move(10))
        assert (it.current, it.numbers[-1]) == (11, 11)
        it.wish(Turn(1), Turn(-1), Move(-100))
        assert it.current == 1
        it.wish(Share(0.5))
        assert it.current in range(45, 56)
        it.wish(Turn(100))
        assert it.current == 100
        assert it.page.at_end


def test_any_line_is_shown_by_its_number() -> None:
    with looking(in_memory(log(500))) as it:
        it.wish(Show(Place(line=321)))
        assert it.current == 321
        assert 321 in it.numbers


def test_a_line_that_does_not_exist_is_not_found() -> None:
    with looking(in_memory(log(5))) as it:
        it.wish(Show(Place(line=9)))
        assert it.page.missed


def test_evidence_is_found_by_time_before_lines_are_counted() -> None:
    text = in_memory(log(20_000))
    shown = line(15_000)
    time = shown.split('"')[1]
    index = LineIndex(text)  # nothing counted
    start = find(text, index, Place(999, time, shown))
    assert start is not None
    assert text.read(start, len(shown)).decode() == shown


def test_the_first_line_at_a_time_is_found() -> None:
    text = in_memory(log(1_000))
    for number in (1, 2, 500, 999, 1_000):
        moment = 1_751_328_000_000_000_000 + number * 1_000_000_000
        assert (
            text.read(at_time(text, moment), len(line(number))).decode()[:28] == (line(number)[:28])
        )


def test_evidence_without_a_time_is_found_by_its_text() -> None:
    panic = "panic: runtime error: index out of range"
    data = log(300) + f"{panic}\n".encode() + log(300)
    with looking(in_memory(data)) as it:
        it.wish(Show(Place(7, "", panic)))
        assert it.current == 301
        it.wish(Show(Place(7, "", "panic: another one")))
        assert it.page.missed
        assert it.current == 301


def test_long_lines_wrap_and_the_current_one_is_always_in_sight_in_full() -> None:
    width = 40
    with looking(in_memory(log(30)), measure=lambda text, width: -(-len(text) // width)) as it:
        each = -(-len(line(1)) // width)
        it.wish(Fit(2 * each + 1, width), Edge(False))
        assert it.numbers == [1, 2, 3]
        it.wish(Move(1))
        assert (it.current, it.numbers) == (2, [1, 2, 3])
        it.wish(Move(1))
        assert (it.current, it.numbers) == (3, [2, 3])


# What is shown


def test_levels_stay_with_their_stack_traces() -> None:
    data = (
        line(1) + "\n" + line(2, "error") + "\n\tgoroutine 1\n\tmain.go\n" + line(3) + "\n"
    ).encode()
    with looking(in_memory(data)) as it:
        it.wish(Narrow(Wanted(level=Level.ERROR)))
        assert it.numbers == [2, 3, 4]
        assert it.viewer.standing().shown == 3
        it.wish(Narrow(Wanted()))
        assert it.numbers == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (line(1, "warning"), Level.WARNING),
        ('{"level":"error","msg":"x","time":"2025-07-01T00:00:01Z"}', Level.ERROR),
        ("2025-07-01T00:00:01Z\tERROR\tcontroller\tno", Level.ERROR),
        ("E0701 00:00:01.000000       1 reflector.go:1] no", Level.ERROR),
        ("W0701 00:00:01.000000       1 reflector.go:1] no", Level.WARNING),
        ("2025-07-01T00:00:01.1Z E0701 00:00:01.000000       1 reflector.go:1] no", Level.ERROR),
        ("[pod/velero-1/velero] " + line(1, "panic"), Level.ERROR),
    ],
)
def test_levels_are_known_in_every_format(text: str, level: Level) -> None:
    assert Finder(Wanted(level=level)).fits(text.encode())
    assert not Finder(Wanted(level=Level.ERROR)).fits(line(1, "warning").encode())


def test_only_what_one_backup_is_about() -> None:
    data = log(10) + log(5, backup="nightly-2")
    with looking(in_memory(data)) as it:
        it.wish(Narrow(Wanted(run="nightly-2")))
        assert it.viewer.standing().shown == 5
        it.wish(Narrow(Wanted(run="nightly-2", level=Level.ERROR)))
        assert it.viewer.standing().shown == 0
        assert it.page.lines == ()


def test_text_is_found_escaped_or_not_and_in_any_case_unless_it_has_capitals() -> None:
    said = line(1, message='secrets \\"custom\\" Not found')
    for wanted, there in (
        ('secrets "custom"', True),
        ('SECRETS "custom"', False),
        ("not found", True),
        ("Not found", True),
        ("Not Found", False),
    ):
        assert Finder(Wanted(texts=(wanted,))).fits(said.encode()) is there, wanted


def test_japanese_and_accents_are_found() -> None:
    for wanted in ("バックアップ", "école"):
        said = line(1, message="バックアップ École")
        assert Finder(Wanted(texts=(wanted,))).fits(said.encode())


def test_a_search_goes_on_at_the_other_end() -> None:
    with looking(in_memory(log(100))) as it:
        it.wish(Edge(False), Search("item 5", 0))
        assert it.current == 5
        assert it.viewer.standing().matches == 11
        assert it.viewer.standing().rank == 1
        it.wish(Next(1))
        assert it.current == 50
        it.wish(Next(-1), Next(-1))
        assert it.current == 59
        assert it.page.wrapped
        it.wish(Search("nothing like it", 0))
        assert it.page.missed
        assert it.viewer.standing().matches == 0


def test_a_search_finds_only_what_the_filter_leaves() -> None:
    with looking(in_memory(log(100))) as it:
        it.wish(Narrow(Wanted(level=Level.ERROR)), Edge(False), Search("item 5", 0))
        assert it.current == 57
        assert it.viewer.standing().matches == 1


def test_counts_hold_for_many_matches_too() -> None:
    with looking(in_memory(log(30_000))) as it:
        it.wish(Search("a", 0))
        standing = it.viewer.standing()
        assert (standing.matches, standing.exact_matches) == (30_000, True)
        assert (standing.lines, standing.exact_lines) == (30_000, True)


def test_evidence_is_marked_and_gone_to() -> None:
    marks = Marks([Mark(hit(line(30), 30), ("a",)), Mark(hit(line(70), 70), ("a", "b"))])
    with looking(in_memory(log(100)), marks=marks) as it:
        it.wish(Edge(False), NextMark(1))
        assert it.current == 30
        it.wish(NextMark(1))
        assert it.page.current is not None
        assert it.page.current.findings == ("a", "b")
        it.wish(NextMark(1))
        assert (it.current, it.page.wrapped) == (30, True)


def test_evidence_of_a_live_log_is_known_by_its_text() -> None:
    stamped = "2025-07-01T00:00:30.5Z " + line(30)
    marks = Marks([Mark(hit(stamped, 3), ("a",))])
    with looking(in_memory(log(100)), marks=marks) as it:
        it.wish(Show(Place(3, "2025-07-01T00:00:30Z", stamped)))
        assert it.current == 30
        assert it.page.current is not None
        assert it.page.current.findings == ("a",)


def test_the_fields_of_the_record_are_unescaped() -> None:
    said = line(1, message='a \\"quoted\\" word')
    with looking(in_memory(said.encode() + b"\n")) as it:
        assert it.page.record is not None
        assert it.page.record.fields["msg"] == 'a "quoted" word'


# Secrets


SECRET = "AKIAIOSFODNN7EXAMPLE"


def test_no_secret_is_shown_copied_or_found() -> None:
    said = line(1, message=f"aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY {SECRET}")
    key = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *(["MIIEpAIBAAKCAQEA" * 4] * 20)])
    data = f"{said}\n{key}\n-----END RSA PRIVATE KEY-----\n{line(2)}\n".encode()
    with looking(in_memory(data), rows=30) as it:
        it.wish(Edge(False))
        assert len(it.page.lines) == 24
        shown = "\n".join(each.text for each in it.page.lines)
        record = it.page.record
        wish = Copy(0, len(data))
        it.wish(wish)
        fields = " ".join(record.fields.values()) if record is not None else ""
        for text in (shown, wish.answer.result(5).text, fields):
            assert "wJalrXUtn" not in text
            assert "MIIEpAIBA" not in text
        assert REDACTED in shown
        assert it.page.lines[-1].text == line(2)
        it.wish(Search("wJalrXUtn", 0))
        assert it.viewer.standing().matches == 0


def test_a_page_that_begins_within_a_key_shows_nothing_of_it() -> None:
    key = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *(["MIIEpAIBAAKCAQEA" * 4] * 20)])
    with looking(in_memory(f"{line(1)}\n{key}\n".encode()), rows=3) as it:
        it.wish(Edge(True))
        assert all("MIIEp" not in each.text for each in it.page.lines)


# Bad input


def test_broken_text_is_shown() -> None:
    data = b"\xff\xfe broken\r\n" + b"\x1b[31mred\n" + b"x" * 3_000_000 + b"\nlast"
    with looking(in_memory(data)) as it:
        it.wish(Edge(False))
        assert it.numbers == [1, 2, 3, 4]
        assert it.page.lines[0].text == "\ufffd\ufffd broken"
        assert len(it.page.lines[2].text) <= 64 * 1024 + len(" …")
        assert it.page.lines[3].text == "last"


@pytest.mark.parametrize("dense", [False, True])
def test_giant_lines_are_searched_to_their_end(dense: bool) -> None:
    """Where the screen shows their beginning only, the part with the match is shown instead."""
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
    tail = f"token: {secret} needle {'y' * 200_000}"
    giant = f'time="2025-07-01T00:00:09Z" level=info msg="{"x" * 300_000} {tail}"\n'
    others = f"{line(1, message='needle')}\n" * (500 if dense else 0)
    data = (others + f"{line(1)}\n" + giant + f"{line(2)}\n").encode()
    with looking(in_memory(data)) as it:
        it.wish(Edge(False), Search("needle", 0))
        count = others.count("\n")
        assert it.viewer.standing().matches == count + 1
        it.wish(Edge(True), Next(-1))
        shown = it.page.current
        assert shown is not None
        assert shown.number == count + 2
        assert "needle" in shown.text
        assert shown.text.startswith("…")
        assert shown.text.endswith("…")
        assert secret not in shown.text
        it.wish(Search("dozjgNry", 0))
        assert it.viewer.standing().matches == 0
        it.wish(Search("", 0), Narrow(Wanted(texts=("needle",))))
        assert it.viewer.standing().shown == count + 1
        it.wish(Edge(True))
        assert it.page.current is not None
        assert "needle" in it.page.current.text
        it.wish(Narrow(Wanted()))
        assert it.page.lines[-2].text.startswith("time=")


def test_an_empty_log_is_one() -> None:
    with looking(in_memory(b"")) as it:
        it.wish(Edge(False), Move(1), Turn(-1), Search("x", 0), Next(1), Show(Place(line=1)))
        assert it.page.lines == ()
        assert it.viewer.standing().lines == 0
        assert it.viewer.standing().counted == 100


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3_000), st.integers(0, 3_000))
def test_lines_forward_and_back_are_the_same(data: bytes, at: int) -> None:
    text = MemoryText("x", data, ended=True)
    start = line_start(text, min(at, len(data)))
    before, after = list(backward(text, start)), list(forward(text, start))
    lines = [*reversed(before), *after]
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert [each.data for each in lines] == [each.rstrip(b"\r") for each in expected]
    assert all(a.end == b.start for a, b in pairwise(lines))


def test_a_giant_line_is_cut_at_the_same_places_from_both_sides() -> None:
    text = MemoryText("x", b"first\n" + b"y" * (GIANT * 3) + b"\nlast\n", ended=True)
    ahead = [(each.start, each.end) for each in forward(text, 0)]
    back = [(each.start, each.end) for each in backward(text, text.size)]
    assert ahead == back[::-1]
    assert max(end - start for start, end in ahead) < 2 * GIANT


# What grows


def test_a_growing_file_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "velero.log"
    path.write_bytes(log(20))
    with looking(FileText(str(path))) as it:
        it.wish(Edge(True))
        with path.open("ab") as file:
            file.write((line(21) + "\n" + line(22, "error")).encode())
        it.viewer.poke()
        it.until(lambda: it.page.lines[-1].number == 22)
        assert it.page.at_end
        it.wish(Move(-5))
        with path.open("ab") as file:
            file.write(b"\n" + line(23).encode() + b"\n")
        it.viewer.poke()
        it.until(lambda: it.viewer.standing().lines == 23)
        assert it.current == 17


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be replaced there")
def test_a_rotated_file_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "velero.log"
    path.write_bytes(log(200))
    with looking(FileText(str(path))) as it:
        it.wish(Edge(True))
        path.rename(tmp_path / "velero.log.1")
        path.write_bytes(log(3))
        it.viewer.poke()
        it.until(lambda: it.numbers == [1, 2, 3])
        assert it.viewer.standing().lines == 3


def test_memory_is_bounded_and_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.logs.text._KEPT", 40_000)
    text = MemoryText("x")
    for _ in range(40):
        text.append(os.urandom(20_000).hex().encode() + b"\n")
    text.append(b"last\n")
    text.finish()
    with looking(text) as it:
        it.wish(Edge(True))
        assert it.page.lines[-1].text == "last"
        assert it.page.lines[-1].number == 41
        assert it.viewer.standing().left_out > 0
