from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tui.text import Tone, age, moment, one_line, plain, visible, wrap


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("[red]x[/red] [/velero]", "[red]x[/red] [/velero]"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("a\u202eb", "a\\u202eb"),
        ("bad \udc80", "bad \\udc80"),
        ("a\tb", "a    b"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_foreign_text_is_shown_and_not_obeyed(foreign: str, shown: str) -> None:
    assert plain(foreign).plain == shown
    assert plain(foreign).spans == []


def test_one_line_has_one_line() -> None:
    assert one_line(" a \n\n b\r\nc ").plain == "a b c"


def test_long_text_is_cut() -> None:
    assert len(visible("x" * 1_000_000)) < 30_000


@given(st.text())
def test_whatever_is_shown_can_be_written_to_a_terminal(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(ord(sign) < 32 and sign != "\n" for sign in shown)


@given(st.text(alphabet="ab Ｗ語、。（）「」ー-/.\n", max_size=200), st.integers(4, 40))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(Content(text), width)
    assert all(cell_len(line.plain.rstrip()) <= width for line in lines)
    joined = "".join(line.plain for line in lines)
    assert joined.replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_japanese_lines_do_not_begin_with_a_comma() -> None:
    text = "保存場所にラベルがないため、Operator がシークレットを作成しません。"
    for width in range(8, 40):
        for line in wrap(Content(text), width):
            assert line.plain[:1] not in ("、", "。")


def test_latin_words_stay_whole() -> None:
    lines = wrap(Content("the quick brown fox"), 10)
    assert [line.plain for line in lines] == ["the quick", "brown fox"]


def test_every_tone_has_a_sign_of_one_cell_of_its_own() -> None:
    signs = [tone.sign for tone in Tone]
    assert len(set(signs)) == len(signs)
    assert all(cell_len(sign) == 1 for sign in signs)


def test_ages_are_short() -> None:
    now = datetime(2025, 7, 1, tzinfo=UTC)
    ages = [age(now, now - timedelta(seconds=s)) for s in (5, 90, 7_300, 200_000, -9)]
    assert ages == ["5s", "1m", "2h", "2d", "0s"]


@pytest.mark.parametrize("value", [None, 5, "", "yesterday", "2025-07-01T12:00:00", "x" * 99])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert moment(value) is None
