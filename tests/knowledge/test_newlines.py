"""Lines are counted the same, whatever counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import newlines as module
from knowledge.newlines import newlines

pieces = st.sampled_from([b"\n", b"\r\n", b"x", b"\x00", b"y" * 3_000, b"\n" * 3_000])


@given(st.lists(pieces, max_size=8).map(b"".join), st.integers(0, 9_000), st.integers(0, 9_000))
def test_newlines_are_those_of_bytes(data: bytes, start: int, length: int) -> None:
    assert newlines(data) == data.count(b"\n")
    assert newlines(data, start, start + length) == data.count(b"\n", start, start + length)
    assert newlines(data, start) == data.count(b"\n", start)


def test_without_the_wheel_they_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_fast", None)
    assert newlines(b"x\n" * 5_000, 1, 9_999) == 4_999
