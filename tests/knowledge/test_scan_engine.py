"""Nothing is missing and nothing is added, whichever engine, cut and escape there is."""

import json
import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge import hyperscan_engine, literal_engine, record, wrapped
from knowledge.base import load
from knowledge.hyperscan_engine import HyperscanEngine
from knowledge.kept import NOTHING
from knowledge.literal_engine import Re2Engine
from knowledge.literals import Literal, required
from knowledge.pattern import compiled
from knowledge.prefilter import Prefilter, literals_of
from knowledge.scan import BLOCK, Collector, LogReader, Signature
from knowledge.sighting import Sightings
from knowledge.snapshot import LogGroup

VELERO = frozenset({LogGroup.VELERO})
SOURCES = (
    'secrets "(?P<secret>[a-z-]+)" not found',
    r"(?i)task failed(?P<why>.{0,20})",
    r"(?s:plugin .*panicked)",
    r"[^a-z]+\d{3}[^\s]*end$",
    r"a\\b or C:\\\\dir",
    r"<nil> & (?:failed|stopped) 'now'",
    r"[[:alpha:]]+word of (?:one|two)",
    r"^\W*\d\d$",
    r"1000\.0|\[1,2,3\]|null",
    r"日本.*not found",
    r"Kelvin(?i:sky)",
    "pkg/backup/item",
)
SIGNATURES = [
    *(Signature(f"i/{at}", VELERO, (source,)) for at, source in enumerate(SOURCES)),
    Signature("i/several", VELERO, ("not found", "timed out waiting"), levels=frozenset({"error"})),
    Signature("i/field", VELERO, ("",), others={"controller": "^backup-deletion"}),
    Signature("i/when", VELERO, ("^2025-07-01T02",), among=("time",)),
    Signature("i/other", VELERO, ("not found",), among=("stack", "obj")),
]
ENGINES = [HyperscanEngine, Re2Engine]
WORDS = (
    'secrets "one" not found',
    "TaSK failed: x",
    "tas\u212a failed",
    "ta\u017fK failed",
    "plugin\nhas panicked",
    "plugin x",
    " panicked",
    "--123--end",
    "12",
    "a\\b or C:\\\\dir",
    "<nil> & failed 'now'",
    "sword of two",
    "日本 not found",
    "Kelvin\u017f\u212aY",
    "pkg/backup/item",
    "not found",
    "not ",
    "found",
    "timed out waiting",
    'he said "x"',
    "\x00\x01\x7f",
    "\u2028",
    "[1,2,3]",
    "null",
    "\t",
    "/",
    "\\/",
)


def go_quoted(text: str) -> str:
    """Return `text` as Go's %q writes it."""
    simple = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\x00": "\\x00", "\x7f": "\\x7f"}
    return "".join(simple.get(each, each) for each in text).replace("\x01", "\\x01")


messages = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join)
times = st.sampled_from(["2025-07-01T02:00:00Z", "2025-07-02T02:00:01.5+02:00", "x"])
levels = st.sampled_from(["error", "warning", "info"])
controllers = st.sampled_from(["backup-deletion", "restore"])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    message, time, level = draw(messages), draw(times), draw(levels)
    match draw(st.integers(0, 7)):
        case 0 | 1:
            text = (
                f'time="{time}" level={level} msg="{go_quoted(message)}"'
                f" controller={draw(controllers)}"
            )
        case 2:
            values = {"level": level, "msg": message, "time": time, "stack": draw(messages)}
            text = json.dumps(values, ensure_ascii=draw(st.booleans()))
        case 3:
            # What no logger writes, and every reader must take.
            hidden = draw(st.sets(st.sampled_from(message)))
            escaped = "".join(
                f"\\u{ord(each):04X}" if each in hidden else json.dumps(each)[1:-1]
                for each in message
            )
            text = f'{{"msg":"{escaped}","obj":{{"a" : [1, 2, 3], "b": 1e3, "c":null}}}}'
        case 4:
            hidden = draw(st.sets(st.sampled_from(message)))
            hexed = "".join(
                f"\\x{ord(each):02x}" if each in hidden and ord(each) < 128 else go_quoted(each)
                for each in message
            )
            text = f'time="{time}" level=error msg="{hexed}"'
        case 5:
            inner = json.dumps({"msg": message, "level": level})
            text = json.dumps({"log": inner, "stream": "stderr"}).replace("/", "\\/")
        case 6:
            attached = json.dumps({"error": message, "controller": draw(controllers)})
            text = f"{time}\tERROR\tcontrollers\tReconciler error\t{attached}"
        case _:
            text = message
    prefix = draw(st.sampled_from(["", "", "2025-07-01T02:00:09.123Z ", "[pod/velero-1/velero] "]))
    raw = (prefix + text).replace("\n", " ").encode()
    if draw(st.integers(0, 5)) == 0:
        raw = raw[: draw(st.integers(0, len(raw)))] + draw(st.sampled_from([b"\xff", b"\r", b""]))
    return raw


def brute_force(
    data: bytes, signatures: Iterable[Signature], group: LogGroup = LogGroup.VELERO
) -> Counter[tuple[str, int]]:
    """Return key and line of every hit, by trying everything on every line."""
    found: Counter[tuple[str, int]] = Counter()
    for number, raw in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
        text = raw[: record.LONGEST].decode(errors="replace").rstrip("\r\n")
        parsed = record.parse(text)
        for each in signatures:
            if group not in each.groups or (
                each.levels and parsed.level and parsed.level not in each.levels
            ):
                continue
            among = [parsed.fields.get(name, "") for name in each.among]
            if all(
                compiled(source).search(parsed.fields.get(name, ""))
                for name, source in each.others.items()
            ) and any(compiled(s).search(value) for s in each.patterns for value in among):
                found[each.key, number] += 1
    return found


class Listening(LogReader):
    """Tells every hit, also those that are not kept."""

    def heard(self) -> Counter[tuple[str, int]]:
        self.found: Counter[tuple[str, int]] = Counter()
        return self.found

    def _note(self, sighting, raw, number, after, without=frozenset()):  # type: ignore[no-untyped-def]
        more = self._collector.with_more
        self.found.update(
            (key, number)
            for key, _ in sighting.body.found
            if key not in without and key not in more
        )
        super()._note(sighting, raw, number, after, without)

    def _note_head(self, head, fields):  # type: ignore[no-untyped-def]
        self.found[head.signature.key, head.number] += 1
        super()._note_head(head, fields)


def scanned(
    data: bytes,
    signatures: Iterable[Signature],
    engine: type = HyperscanEngine,
    cuts: Iterable[int] = (),
    group: LogGroup = LogGroup.VELERO,
) -> tuple[Counter[tuple[str, int]], Collector]:
    collector = Collector(signatures, engine)
    reader = Listening(collector, "log", group, {}, "")
    collector._readers["log"] = reader
    found = reader.heard()
    at = 0
    for cut in cuts:
        reader.feed(data[at : at + cut])
        at += cut
    reader.feed(data[at:])
    reader.close()
    return found, collector


# With and without one that has no literal: then every line is tried anyway.
FILTERED = [each for each in SIGNATURES if not Prefilter([each]).always]
# Without the one that looks at times: then lines that differ in their times only are read once.
TIMELESS = [each for each in FILTERED if each.key != "i/when"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("signatures", [SIGNATURES, FILTERED, TIMELESS])
@settings(max_examples=150, deadline=None)
@given(data=st.lists(lines(), min_size=1, max_size=12), cuts=st.lists(st.integers(1, 90)))
def test_the_hits_are_those_of_brute_force(
    engine: type, signatures: list[Signature], data: list[bytes], cuts: list[int]
) -> None:
    text = b"\n".join(data) + b"\n"
    found, collector = scanned(text, signatures, engine, cuts)
    assert found == brute_force(text, signatures)
    hits = collector.hits()
    assert {key: each.count for key, each in hits.items()} == Counter(key for key, _ in found)
    assert collector.logs()[0].lines == len(data)


def test_signatures_without_a_literal_are_few_and_known() -> None:
    assert 5 <= len(FILTERED) < len(SIGNATURES)
    assert required("[[:alpha:]]foobar") == {Literal("foobar")}
    assert required("(?i)abcd") == {Literal("abcd", folded=True)}
    assert required("[1,2,3]{9}") == frozenset()
    assert not required("1000|true,")


@given(st.lists(st.one_of(lines(), st.binary(max_size=60)), min_size=1, max_size=8))
@example([b"2025-07-01T02:00:00.123456789012345678901Z time=", b"2025-07-01T02:00:00Z\ttime="])
@example([b"2025-07-01T02:00:00Zxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx time=", b"E12 x", b"levex"])
def test_a_line_that_begins_no_record_is_always_noticed(data: list[bytes]) -> None:
    text = b"\n".join(each.replace(b"\n", b"") for each in data) + b"\n"
    whole = all(wrapped._NEW.match(each) for each in text.removesuffix(b"\n").split(b"\n"))
    noticed = [engine([]).find(text).broken for engine in ENGINES]
    assert noticed[0] == noticed[1]
    assert whole or noticed[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=12), st.lists(st.integers(1, 200)))
def test_pasted_text_gives_the_same_however_it_is_cut(data: list[bytes], cuts: list[int]) -> None:
    text = b"\n".join(data)
    signatures = [Signature(e.key, VELERO, e.patterns, e.among, e.levels) for e in FILTERED]
    found = [
        scanned(text, signatures, engine, each, LogGroup.UNKNOWN)[0]
        for engine in ENGINES
        for each in (cuts, ())
    ]
    assert found[0] == found[1] == found[2] == found[3]


def generated(count: int, seed: int) -> bytes:
    """Return a log in which records are whole, broken, giant and of no known format."""
    dice = random.Random(seed)
    text = bytearray()
    for number in range(count):
        message = go_quoted("".join(dice.choices(WORDS, k=dice.randint(1, 3))))
        filler = "x" * dice.choice([10, 100, 300, 2_000])
        line = f'time="2025-07-01T02:00:00Z" level=error msg="{message} {filler}" backup=b{number}'
        match dice.randint(0, 30):
            case 0:
                line = line.replace(" ", "\n", 7)
            case 1:
                line = f"goroutine 1\n\t/{filler}\n{message}"
            case 2 if dice.random() < 0.1:
                line += "y" * dice.choice([70_000, BLOCK, 2 * BLOCK, 3 * BLOCK])
        text += line.encode() + dice.choice([b"\n", b"\r\n"])
    return bytes(text)


def test_edges_of_blocks_change_nothing() -> None:
    text = generated(6_000, 7)
    assert len(text) > 5 * BLOCK
    ways = [(), [BLOCK] * 40, [700_001] * 40, [4_097] * 4_000, [len(text) - 1]]
    first, collector = scanned(text, FILTERED, Re2Engine, (), LogGroup.UNKNOWN)
    assert collector.logs()[0].lines == text.count(b"\n")
    assert sum(first.values()) > 2_000
    for cuts in ways:
        found, collector = scanned(text, FILTERED, HyperscanEngine, cuts, LogGroup.UNKNOWN)
        assert found == first
        assert collector.logs()[0].lines == text.count(b"\n")


def test_known_logs_are_brute_force_on_a_generated_corpus() -> None:
    text = generated(3_000, 11)
    for signatures in (FILTERED, TIMELESS):
        wanted = brute_force(text, signatures)
        for engine in ENGINES:
            assert scanned(text, signatures, engine, [BLOCK] * 20)[0] == wanted


SEQUENCES = [
    Signature("i/two", VELERO, ("error (?P<why>.*) not found",)),
    Signature("i/three", VELERO, ("(?:restoring|preparing) .*(?:pod|volume) .*not found",)),
    Signature("i/folded", VELERO, ("(?i)secret (?P<secret>.*) not found",)),
    Signature("i/rare", VELERO, ("namespace .*oadp-doctor-rare",)),
]
PIECES = (
    *("error ", "restoring ", "preparing ", "pod ", "volume ", "SECRET ", "\u017fecret ", "x"),
    *(" not found", "namespace ", "oadp-doctor-rare", "nothing "),
)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=12))
def test_what_stands_for_a_sequence_hides_nothing(said: list[str]) -> None:
    text = "".join(f'time="2025-07-01T02:00:00Z" level=info msg="{each}"\n' for each in said)
    wanted = brute_force(text.encode(), SEQUENCES)
    assert any(each.after for one in SEQUENCES for each in literals_of(one))
    for engine in ENGINES:
        assert scanned(text.encode(), SEQUENCES, engine)[0] == wanted


def test_where_the_rare_part_of_sequences_is_everywhere_nothing_changes() -> None:
    """The engine looks for whole sequences then, and goes back when it is rare again."""
    everywhere = b'time="2025-07-01T02:00:00Z" level=info msg="pod not found"\n' * 20_000
    quiet = b'time="2025-07-01T02:00:00Z" level=info msg="all is well with everything"\n' * 500_000
    hit = b'time="2025-07-01T02:00:00Z" level=error msg="error x not found"\n'
    text = hit + everywhere + hit + quiet + hit + everywhere + hit
    engine = HyperscanEngine(sorted({each for one in SEQUENCES for each in literals_of(one)}))
    collector = Collector(Prefilter(SEQUENCES, lambda _literals: engine))
    reader = collector.open("log", LogGroup.VELERO)
    whole: list[bool] = []
    for at in range(0, len(text), BLOCK):
        reader.feed(text[at : at + BLOCK])
        whole.append(engine.looks_for_whole_sequences)
    reader.close()
    assert collector.hits()["i/two"].count == 4
    assert (whole[0], whole[-1]) == (True, True)
    assert False in whole


def test_sequences_that_are_too_long_for_the_library_are_found_all_the_same() -> None:
    words = "|".join("".join(random.Random(at).choices("sk", k=30)) for at in range(40))
    source = f"(?i)error getting .*(?:backup|{words}).*existing"
    line = 'time="2025-07-01T02:00:00Z" level=info msg="{}"\n'
    crowded = line.format("an existing thing") * 30_000
    text = (crowded + line.format("Error getting BACKUP existing")).encode()
    signature = Signature("i/long", VELERO, (source,))
    engine = HyperscanEngine(sorted(literals_of(signature)))
    collector = Collector(Prefilter([signature], lambda _literals: engine))
    reader = collector.open("log", LogGroup.VELERO)
    for at in range(0, len(text), BLOCK):
        reader.feed(text[at : at + BLOCK])
    reader.close()
    assert engine.looks_for_whole_sequences, "the rare part is not everywhere"
    assert [hit.line for hit in collector.hits()["i/long"].hits] == [30_001]


def test_a_flood_of_literals_in_one_line_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hyperscan_engine, "_MOST", 50)
    text = b"not found " * 100 + b"\nnothing\n" + b"timed out waiting\n"
    found = [scanned(text, FILTERED, engine)[0] for engine in ENGINES]
    assert found[0] == found[1] == brute_force(text, FILTERED)


def test_lines_alike_have_their_own_times_and_no_secret() -> None:
    signature = Signature("i/f", VELERO, ("failed",))
    canary = "c4NaRyC4naRYc4nArY9d8f7e6a5b"
    line = 'time="2025-07-01T02:00:0%dZ" level=error msg="failed with password=%s" backup=ns/b\n'
    text = "".join(line % (second, canary) for second in range(9)).encode()
    _, collector = scanned(text, [signature])
    hits = collector.hits()["i/f"]
    assert [(each.line, each.time[-2:-1]) for each in hits.hits] == [(8, "7"), (9, "8")]
    assert all(f'time="{each.time}"' in each.text for each in hits.hits)
    assert canary not in repr(hits)


@given(lines(), lines())
def test_what_is_remembered_is_what_would_be_read(one: bytes, other: bytes) -> None:
    """A line is judged the same after any other line."""
    sightings = Sightings(TIMELESS)
    signatures = Prefilter(TIMELESS).signatures
    for time in (b"2025-07-01T02:00:00Z", b"2026-01-01T00:00:00.25Z"):
        for raw in (one, other):
            again = raw.replace(b"2025-07-01T02:00:00Z", time)
            fresh = Sightings(TIMELESS).of(again, signatures, LogGroup.VELERO)
            kept = sightings.of(again, signatures, LogGroup.VELERO)
            assert (kept.body.found, kept.time) == (fresh.body.found, fresh.time)
            for _, fields in kept.body.found:
                mine = kept.hit("x", LogGroup.VELERO, 1, fields)
                assert mine == fresh.hit("x", LogGroup.VELERO, 1, fields)


def test_without_the_wheel_there_is_still_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(hyperscan_engine, "import_module", missing)
    assert literal_engine.best_kept(NOTHING)((Literal("abcd"),)).name == "re2"
    monkeypatch.undo()
    assert literal_engine.best_kept(NOTHING)((Literal("abcd"),)).name in {"hyperscan", "re2"}


def test_every_signature_of_ours_has_a_literal() -> None:
    assert Prefilter(load().signatures).always == ()


def test_memory_stays_small_when_a_line_repeats() -> None:
    collector = Collector([Signature("i/f", VELERO, ("not found",))])
    reader = collector.open("log", LogGroup.VELERO)
    block = b"".join(
        f'time="2025-07-01T02:{at // 60 % 60:02d}:{at % 60:02d}Z" msg="not found"\n'.encode()
        for at in range(5_000)
    )
    for _ in range(20):
        reader.feed(block)
    hits = collector.hits()["i/f"]
    assert hits.count == 100_000
    assert [each.line for each in hits.hits] == [99_999, 100_000]
    assert len(collector.sightings._known) == 1


def test_the_first_and_the_last_hit_are_known_of_any_number() -> None:
    collector = Collector([Signature("i/f", VELERO, ("not found (?P<what>.+)",))])
    for log, hour in (("new", 5), ("old", 2)):
        reader = collector.open(log, LogGroup.VELERO)
        reader.feed(
            b"".join(
                f'time="2025-07-01T{hour + at // 600:02d}:00:00Z" msg="not found {at}"\n'.encode()
                for at in range(1_000)
            )
        )
    first, last = collector.ends()["i/f"]
    assert (first.log, first.line, dict(first.fields)) == ("old", 1, {"what": "0"})
    assert (last.log, last.line, dict(last.fields)) == ("new", 1_000, {"what": "999"})
