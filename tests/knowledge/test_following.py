"""Signatures over several lines are what looking at every line after every line would give."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import following, record
from knowledge.condition import BadRule
from knowledge.facts import Fact, compile_fact
from knowledge.hyperscan_engine import HyperscanEngine
from knowledge.literal_engine import Re2Engine
from knowledge.pattern import compiled
from knowledge.scan import BLOCK, Collector, Signature
from knowledge.snapshot import LogGroup, SignatureHits
from tests.knowledge.test_scan_engine import ENGINES, generated, scanned

OPERATOR = frozenset({LogGroup.VELERO, LogGroup.OPERATOR})
SIGNATURES = [
    Signature("i/panic", OPERATOR, ("^panic: runtime error",), then=(r"^\[signal SIGSEGV",)),
    Signature(
        "i/frame",
        OPERATOR,
        ("^panic: runtime error: (?P<why>.+)",),
        then=(r"^goroutine \d+ \[running", r"(?P<package>[a-z.]+)\.Append(?P<what>[A-Za-z]+)\("),
    ),
    Signature("i/twice", OPERATOR, ("panic: ",), then=("panic: ", "panic: ")),
    Signature("i/zap", OPERATOR, ("Reconciler error",), then=(r"\(\*Controller\)",)),
    Signature("i/single", OPERATOR, ("goroutine",)),
]
LINES = (
    "panic: runtime error: invalid memory address or nil pointer dereference",
    "panic: runtime error: index out of range [recovered]",
    "\tpanic: runtime error: index out of range",
    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x28 pc=0x1a2b3c4]",
    "",
    "goroutine 912 [running]:",
    "example.io/credentials.AppendProviders(0xc000, 0x1)",
    "example.io/controller.(*Controller).Reconcile.func1()",
    "\t/remote-source/app/controller.go:116 +0x1e5",
    'time="2025-07-01T02:00:00Z" level=info msg="all is well"',
    '{"level":"info","msg":"all is well"}',
    "I0701 10:00:00.000001       1 x.go:1] all is well",
    '2025-07-01T10:00:00Z\tERROR\tReconciler error\t{"controller": "dpa"}',
    'time="2025-07-01T02:00:00Z" level=error msg="panic: runtime error: x" pluginName=one',
    'time="2025-07-01T02:00:00Z" level=error msg="[signal SIGSEGV: x" pluginName=one',
    'time="2025-07-01T02:00:00Z" level=error msg="[signal SIGSEGV: x" pluginName=other',
    'time="2025-07-01T02:00:00Z" level=error msg="goroutine 1 [running]:" pluginName=one',
    '{"msg":"a.b.AppendX(\\"y\\")","pluginName":"one"}',
)
PREFIXES = ("", "2025-07-01T02:00:09.123Z ", "[pod/a-1/velero] ", "[pod/b-2/velero] ")


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    prefix = draw(st.sampled_from([*PREFIXES, None]))
    lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=25))
    each = [
        (draw(st.sampled_from(PREFIXES)) if prefix is None else prefix) + line for line in lines
    ]
    return ("\n".join(each) + "\n").encode()


def speaker(line: str) -> str:
    return line.split("] ")[0] if line.startswith("[pod/") else ""


def belonging(lines: list[str], at: int) -> Iterator[record.Record]:
    """Yield the lines that belong to the line at `at`."""
    head = record.parse(lines[at])
    plugin = head.fields.get("pluginName", "")
    for line in lines[at + 1 : at + 1 + following.LINES]:
        if speaker(line) != speaker(lines[at]):
            continue
        parsed = record.parse(line)
        if not parsed.structured or (plugin and parsed.fields.get("pluginName") == plugin):
            yield parsed
        elif not plugin:
            return


def brute_force(data: bytes, signatures: list[Signature]) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    lines = data.decode(errors="replace").removesuffix("\n").split("\n")
    for at, line in enumerate(lines):
        for each in signatures:
            if each.match(record.parse(line)) is None:
                continue
            wanted = list(each.then)
            for parsed in belonging(lines, at):
                if wanted and compiled(wanted[0]).search(parsed.fields["msg"]):
                    wanted.pop(0)
            if not wanted:
                found[each.key, at + 1] += 1
    return found


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=300, deadline=None)
@given(data=logs(), cuts=st.lists(st.integers(1, 200)))
def test_the_hits_are_those_of_brute_force(engine: type, data: bytes, cuts: list[int]) -> None:
    found, collector = scanned(data, SIGNATURES, engine, cuts)
    assert found == brute_force(data, SIGNATURES)
    hits = collector.hits()
    assert {key: each.count for key, each in hits.items()} == Counter(key for key, _ in found)
    for key, mine in collector._readers["log"].hits.items():
        lines = [number for other, number in found if other == key]
        assert mine.first is not None
        assert mine.last is not None
        assert (mine.first.line, mine.last.line) == (min(lines), max(lines))


PANIC = f"{LINES[0]}\n{LINES[3]}\n\n{LINES[5]}\n{LINES[8]}\n{LINES[6]}\n"


def hits(text: str, group: LogGroup = LogGroup.OPERATOR) -> dict[str, SignatureHits]:
    collector = Collector(SIGNATURES)
    reader = collector.open("log", group)
    reader.feed(text.encode())
    reader.close()
    return collector.hits()


@pytest.mark.parametrize("group", [LogGroup.OPERATOR, LogGroup.UNKNOWN])
def test_a_panic_is_one_hit_at_its_first_line_with_fields_of_all_lines(group: LogGroup) -> None:
    found = hits(f"{LINES[9]}\n{PANIC}{LINES[9]}\n", group)
    assert {key: each.count for key, each in found.items()} == {
        "i/panic": 1,
        "i/frame": 1,
        "i/single": 1,
    }
    (hit,) = found["i/frame"].hits
    assert hit.line == 2
    assert hit.text == LINES[0]
    assert dict(hit.fields) == {
        "why": "invalid memory address or nil pointer dereference",
        "package": "credentials",
        "what": "Providers",
    }


def test_a_record_ends_what_belongs_to_a_line() -> None:
    assert "i/panic" not in hits(f"{LINES[0]}\n{LINES[9]}\n{LINES[3]}\n")


def test_a_panic_as_records_of_a_plugin_is_followed_through_other_records() -> None:
    text = "\n".join((LINES[13], LINES[9], LINES[15], LINES[14], LINES[9], LINES[16], LINES[17]))
    found = hits(f"{text}\n")
    assert (found["i/panic"].count, found["i/frame"].count) == (1, 1)
    assert found["i/frame"].hits[0].fields["pluginName"] == "one"
    assert "i/panic" not in hits(f"{LINES[13]}\n{LINES[15]}\n")


def test_the_last_lines_of_a_log_that_goes_on_are_found_when_they_come() -> None:
    collector = Collector(SIGNATURES)
    reader = collector.open("log", LogGroup.OPERATOR)
    for line in PANIC.splitlines():
        assert "i/frame" not in collector.hits()
        reader.feed(f"{line}\n".encode())
    assert collector.hits()["i/frame"].count == 1


def test_what_comes_too_late_does_not_belong_to_it() -> None:
    for between, count in ((following.LINES - 1, 1), (following.LINES, 0)):
        found = hits(f"{LINES[0]}\n" + f"{LINES[8]}\n" * between + f"{LINES[3]}\n")
        assert (found["i/panic"].count if "i/panic" in found else 0) == count


@pytest.mark.parametrize("engine", [HyperscanEngine, Re2Engine])
def test_edges_of_blocks_change_nothing(engine: type) -> None:
    filler = generated(1_500, 3)
    data = b"".join(
        filler[at : at + 40_000].rpartition(b"\n")[0] + b"\n" + PANIC.encode()
        for at in range(0, len(filler), 40_000)
    )
    wanted = brute_force(data, SIGNATURES)
    assert sum(key == "i/frame" for key, _ in wanted) > 10
    for cuts in ((), [BLOCK] * 9, [40_001] * 99, [997] * 9_999):
        assert scanned(data, SIGNATURES, engine, cuts)[0] == wanted


def test_a_flood_is_survived_in_little_memory() -> None:
    collector = Collector(SIGNATURES)
    reader = collector.open("log", LogGroup.OPERATOR)
    for _ in range(10):
        reader.feed(f"{LINES[0]}\n".encode() * 3_000)
    queues = reader._following._waiting.values()
    assert sum(map(len, queues)) <= len(SIGNATURES) * (following.LINES + 1)
    reader.feed(PANIC.encode())
    # Those of the last lines, and the one that really has what follows.
    assert collector.hits()["i/panic"].count == following.LINES
    assert collector.hits()["i/twice"].count == 29_999


def test_no_secret_of_a_following_line_is_kept() -> None:
    canary = "c4NaRyC4naRYc4nArY9d8f7e6a5b"
    signature = Signature("i/f", OPERATOR, ("^panic: x",), then=(r"failed .*password=(?P<w>\S+)",))
    collector = Collector([signature])
    collector.open("log", LogGroup.OPERATOR).feed(
        f"panic: x\nfailed with password={canary} here\n".encode()
    )
    assert collector.hits()["i/f"].count == 1
    assert canary not in repr(collector.hits())


def fact(then: list[str]) -> Fact:
    says = {"en": "${why} in ${package}", "ja": "${package} で ${why}"}
    log = {"in": ["operator"], "pattern": "^panic: runtime error: (?P<why>.+)", "then": then}
    return compile_fact("i", "crash", {"says": says, "log": log})


def test_a_fact_binds_the_names_of_all_lines() -> None:
    made = fact([r"(?P<package>[a-z.]+)\.Append"])
    assert {"why", "package"} <= made.outputs
    assert made.signature is not None
    collector = Collector([made.signature])
    reader = collector.open("log", LogGroup.OPERATOR)
    reader.feed(PANIC.encode())
    assert collector.hits()["i/crash"].hits[0].fields["package"] == "credentials"


@pytest.mark.parametrize("then", [["(?=x)"], ["x"] * 11, ["(?P<namespace>x)"]])
def test_bad_patterns_are_refused(then: list[str]) -> None:
    with pytest.raises(BadRule):
        fact(then)
