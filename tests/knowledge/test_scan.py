"""Signatures over log bytes: exact counts, right lines, bounded memory, cut anywhere."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from knowledge.scan import Collector, Signature
from knowledge.snapshot import LogGroup

VELERO = frozenset({LogGroup.VELERO})
MISSING = Signature("i/missing", VELERO, ('secrets "(?P<secret>[a-z-]+)" not found',))
DEBUG = Signature("i/eof", VELERO, ("received EOF",), levels=frozenset({"debug"}))


def line(message: str, level: str = "error") -> bytes:
    escaped = message.replace('"', '\\"')
    text = f'time="2025-07-01T02:00:0{len(message) % 10}Z" level={level} msg="{escaped}"'
    return f"{text} backup=ns/b\n".encode()


def test_a_hit_has_its_line_fields_and_names() -> None:
    collector = Collector([MISSING, DEBUG])
    reader = collector.open("velero", LogGroup.VELERO)
    reader.feed(line("all is well") * 3 + line('secrets "one" not found') + line("bye"))
    reader.close()
    (hit,) = collector.hits()["i/missing"].hits
    assert hit.line == 4
    assert dict(hit.fields) == {"secret": "one", "backup": "b"}
    assert collector.logs()[0].lines == 5


def test_level_and_group_narrow() -> None:
    collector = Collector([DEBUG])
    collector.open("velero", LogGroup.VELERO).feed(line("received EOF", "error"))
    collector.open("operator", LogGroup.OPERATOR).feed(line("received EOF", "debug"))
    assert collector.hits() == {}
    pasted = collector.open("any", LogGroup.UNKNOWN)
    pasted.feed(line("received EOF", "debug"))
    pasted.close()
    assert collector.hits()["i/eof"].count == 1


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(1, 50), max_size=60))
def test_cutting_the_bytes_anywhere_changes_nothing(kinds: list[int], cuts: list[int]) -> None:
    lines = [
        line('secrets "a" not found'),
        line("nothing"),
        line('secrets "b" not found'),
        b"secrets broken \xff\xfe\r\n",
    ]
    data = b"".join(lines[kind] for kind in kinds)
    collector = Collector([MISSING, DEBUG])
    reader = collector.open("velero", LogGroup.VELERO)
    at = 0
    for cut in cuts:
        reader.feed(data[at : at + cut])
        at += cut
    reader.feed(data[at:])
    reader.close()
    found = collector.hits().get("i/missing")
    wanted = [number for number, kind in enumerate(kinds, 1) if kind in {0, 2}]
    assert (found.count if found else 0) == len(wanted)
    assert {hit.line for hit in (found.hits if found else ())} <= set(wanted)
    assert reader.lines == len(kinds)


def test_a_line_repeated_very_often_keeps_few_hits_and_counts_all() -> None:
    collector = Collector([MISSING])
    reader = collector.open("velero", LogGroup.VELERO)
    reader.feed(line('secrets "a" not found') * 5_000)
    hits = collector.hits()["i/missing"]
    assert hits.count == 5_000
    assert [hit.line for hit in hits.hits] == [4_999, 5_000]


def test_a_giant_line_is_passed_over_without_growing() -> None:
    collector = Collector([MISSING])
    reader = collector.open("velero", LogGroup.VELERO)
    for _ in range(40):
        reader.feed(b"x" * 100_000)
    reader.feed(b"\n" + line('secrets "a" not found'))
    (hit,) = collector.hits()["i/missing"].hits
    assert hit.line == 2


def test_a_log_that_is_gone_takes_its_hits_with_it() -> None:
    collector = Collector([MISSING])
    collector.open("old", LogGroup.VELERO).feed(line('secrets "a" not found'))
    collector.forget("old")
    assert collector.hits() == {}
    assert collector.logs() == ()


def test_secrets_in_a_hit_are_redacted() -> None:
    collector = Collector([MISSING])
    url = "https://b.s3.amazonaws.com/x?X-Amz-Signature=0123456789abcdef0123456789abcdef"
    collector.open("velero", LogGroup.VELERO).feed(line(f'secrets "a" not found at {url}'))
    (hit,) = collector.hits()["i/missing"].hits
    assert not re.search("0123456789abcdef", hit.text)


def test_no_secret_is_kept_however_it_was_caught_or_cut_off() -> None:
    canary = "c4NaRyC4naRYc4nArY9d8f7e6a5b"
    secret = json.dumps({"data": {"a": canary, "b": "x" * 5_000}, "kind": "Secret"})
    collector = Collector(
        [
            Signature("i/named", frozenset(LogGroup), (r"failed .*password=(?P<what>\S+)",)),
            Signature("i/cut", frozenset(LogGroup), ("failed to apply",)),
        ]
    )
    reader = collector.open("log", LogGroup.VELERO)
    reader.feed(f"failed with password={canary} here\nfailed to apply {secret}\n".encode())
    reader.close()
    hits = collector.hits()
    assert set(hits) == {"i/named", "i/cut"}
    assert canary not in repr(hits)
