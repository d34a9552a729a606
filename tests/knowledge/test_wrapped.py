"""Pasted log lines that were broken into several are read as one; others stay as they are."""

# ruff: noqa: E501

import pytest

from knowledge.scan import Collector, Signature
from knowledge.snapshot import LogGroup, LogHit
from knowledge.wrapped import parts

SIGNATURE = Signature("i/f", frozenset({LogGroup.VELERO}), ("plugin panicked: it broke",))
LINE = 'time="2025-07-01T02:00:00Z" level=error msg="Error backing up item" backup=ns/b1 error="plugin panicked: it broke" name=x'


def hits(text: str, group: LogGroup = LogGroup.UNKNOWN) -> tuple[LogHit, ...]:
    collector = Collector([SIGNATURE])
    reader = collector.open("a", group)
    reader.feed(text.encode())
    reader.close()
    found = collector.hits()
    return found["i/f"].hits if found else ()


@pytest.mark.parametrize(
    "pasted",
    [
        LINE.replace("panicked: ", "panicked:\n"),
        LINE.replace("item backup", "item\nbackup").replace("panicked: ", "panicked:\n"),
        LINE.replace('item" ', 'item"\n').replace("panicked: ", "panicked:\r\n"),
        LINE.replace("panicked", "pani\ncked"),
        f"some words\n\n{LINE.replace('plugin ', 'plugin' + chr(10))}\n{LINE[:70]}",
    ],
)
def test_a_broken_line_is_read_as_one(pasted: str) -> None:
    (hit,) = hits(pasted)
    assert hit.fields["backup"] == "b1"


def test_lines_keep_their_numbers_around_a_broken_one() -> None:
    broken = LINE.replace("plugin ", "plugin\n")
    found = hits(f"{LINE}\n{broken}\n{LINE.replace('b1', 'b2')}\n")
    assert [hit.line for hit in found] == [1, 2, 4]


def test_prose_after_a_broken_line_is_still_looked_at() -> None:
    other = Signature("i/other", frozenset({LogGroup.VELERO}), ("something else broke",))
    collector = Collector([SIGNATURE, other])
    reader = collector.open("a", LogGroup.UNKNOWN)
    reader.feed(
        f"{LINE[:-8].replace('plugin ', 'plugin' + chr(10))}\nsomething else broke\n".encode()
    )
    reader.close()
    assert set(collector.hits()) == {"i/f", "i/other"}


def test_a_line_that_was_cut_off_does_not_swallow_the_next() -> None:
    (hit,) = hits(f'time="2025-07-01T02:00:00Z" level=info msg="cut of\n{LINE}\n')
    assert hit.line == 2
    assert hit.fields["backup"] == "b1"


def test_it_does_not_matter_how_much_is_read_at_once() -> None:
    broken = LINE.replace("plugin ", "plugin\n")
    text = "".join(f"{broken.replace('b1', f'b{number}')}\n" for number in range(12_000)).encode()
    collector = Collector([SIGNATURE])
    reader = collector.open("a", LogGroup.UNKNOWN)
    for at in range(0, len(text), 700_001):
        reader.feed(text[at : at + 700_001])
    reader.close()
    assert collector.hits()["i/f"].count == 12_000
    assert collector.logs()[0].lines == 24_000


def test_only_pasted_text_is_put_together() -> None:
    assert hits(LINE.replace("panicked: ", "panicked:\n"), LogGroup.VELERO) == ()


@pytest.mark.parametrize("text", ['"\n' * 500, 'time="\n' * 500, '{"a\n\n' * 99, "\\\n" * 99, "\n"])
def test_nothing_is_lost_or_repeated(text: str) -> None:
    assert b"".join(part.data for part in parts(text.encode())) == text.encode()
