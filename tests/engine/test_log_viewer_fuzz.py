"""Whatever is wished of whatever text: pages stay whole, and nothing goes wrong in silence."""

from __future__ import annotations

import logging
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_texts import line, looking

from knowledge.snapshot import LogGroup, LogHit
from tui.engine.logs.marks import Mark, Marks
from tui.engine.logs.place import Place
from tui.engine.logs.requests import (
    Again,
    Copy,
    Edge,
    Fit,
    Move,
    Narrow,
    Next,
    NextMark,
    Point,
    Search,
    Share,
    Show,
    Turn,
    Wish,
)
from tui.engine.logs.text import MemoryText
from tui.engine.logs.wanted import Finder, Level, Wanted

LINES = st.one_of(
    st.builds(
        lambda n, level: line(n, level).encode(),
        st.integers(1, 99),
        st.sampled_from(["info", "error"]),
    ),
    st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")),
    st.sampled_from([b"", b"\tgoroutine 1 [running]:", b"x" * 300, b"password: hunter2"]),
    st.just("日本語".encode()),
)
TEXTS = st.sampled_from(["", "item", "e", "日", 'a"b', "\\", "[", "Item", "\x00", "hunter2"])
WANTED = st.builds(
    Wanted,
    texts=TEXTS.map(lambda text: (text,) if text else ()),
    level=st.sampled_from(Level),
    run=st.sampled_from(["", "nightly", "nobody"]),
)
OFFSETS = st.integers(0, 3_000)
WISHES = st.one_of(
    st.builds(Fit, st.integers(1, 12), st.sampled_from([0, 20])),
    st.builds(Move, st.integers(-30, 30)),
    st.builds(Turn, st.integers(-3, 3)),
    st.builds(Edge, st.booleans()),
    st.builds(
        Show, st.builds(Place, st.integers(0, 40), st.just(""), st.sampled_from(["", line(7)]))
    ),
    st.builds(Share, st.floats(-1, 2)),
    st.builds(Narrow, WANTED),
    st.builds(Search, TEXTS, st.none()),
    st.builds(Next, st.sampled_from([1, -1])),
    st.builds(NextMark, st.sampled_from([1, -1])),
    st.builds(Again, st.booleans()),
    st.builds(Copy, OFFSETS, OFFSETS),
)
MARKS = Marks([Mark(LogHit("x", LogGroup.VELERO, 7, "", line(7), {}), ("a",))])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(LINES, max_size=40), st.booleans(), st.lists(WISHES, max_size=12))
def test_any_wishes_of_any_text(
    caplog: pytest.LogCaptureFixture, lines: list[bytes], ended: bool, wishes: list[Wish]
) -> None:
    caplog.clear()
    data = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    wanted = Wanted()
    measure = lambda text, width: max(1, -(-len(text) // width))  # noqa: E731
    with (
        caplog.at_level(logging.ERROR),
        looking(MemoryText("x", data, ended=True), marks=MARKS, measure=measure) as it,
    ):
        for wish in wishes:
            if isinstance(wish, Narrow):
                wanted = wish.wanted
            current = it.page.current
            if isinstance(wish, Search) and current is not None:
                wish = Search(wish.text, current.start)
            it.wish(wish)
            if isinstance(wish, Search) and current is not None:
                it.wish(Point(current.start))
            page = it.page
            assert (page.cursor >= 0) is bool(page.lines)
            assert len(page.lines) <= 13
            starts = [each.start for each in page.lines]
            assert starts == sorted(set(starts))
            if wanted.everything:
                assert all(a.end == b.start for a, b in pairwise(page.lines))
                assert bool(page.lines) is bool(data)
            for each in page.lines:
                before = data[: each.start]
                assert each.number == before.count(b"\n") + 1
                assert "hunter2" not in each.text
        expected = len(Finder(wanted).starts(data)) if not wanted.everything else None
        if expected is not None:
            assert it.viewer.standing().shown == expected
    assert caplog.records == []
