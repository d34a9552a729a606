"""Where the bytes of a log come from: packed, in must-gathers, merged, poured from a pod."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_api import FakeApi
from gathers import LAYOUTS, tarred, world, write_folder
from log_texts import LIMIT_SECONDS, line, log, looking
from test_podlogs import FIRST, PODS, SECOND, THIRD, Logs, pod
from watching import Watching, choice

from knowledge.text import Text
from tui.engine.archive.limits import Budget, Limits
from tui.engine.archive.source import ArchiveSource
from tui.engine.launch import FilesChoice, Launch
from tui.engine.logs.gathered import GatheredLogs, open_file
from tui.engine.logs.merged import MergedText, labels
from tui.engine.logs.opening import MOST, available, open_logs
from tui.engine.logs.packed import PackedText
from tui.engine.logs.place import Place
from tui.engine.logs.pods import PodLog
from tui.engine.logs.requests import Edge, Narrow, Search, Show
from tui.engine.logs.text import FileText, LogText, MemoryText, PartText
from tui.engine.logs.wanted import Wanted
from tui.engine.ports import LogSource, Phase
from tui.engine.problem import BadChoice

SCENARIO = "imagestream-registry-secret-missing"


def budget(**limits: int) -> Budget:
    return Budget(Limits(**limits), threading.Event())


def grown(text: LogText) -> LogText:
    end = time.monotonic() + LIMIT_SECONDS
    while not text.ended and time.monotonic() < end:
        text.grow()
    return text


def noise(size: int) -> bytes:
    dice = random.Random(1)
    return b"".join(b"%032x some words\n" % dice.getrandbits(128) for _ in range(size // 44))


# Packed


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_text_is_read_at_any_place(pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.logs.packed._FIRST_STEP", 1 << 20)
    monkeypatch.setattr("tui.engine.logs.packed._OUT", 64 << 10)
    monkeypatch.setattr("tui.engine.logs.packed._PLACES", 8)
    data = noise(5 << 20)
    half = len(data) // 2
    packed = MemoryText("x", pack(data[:half]) + pack(data[half:]) + bytes(100), ended=True)
    text = grown(PackedText(packed, budget()))
    assert (text.size, text.trouble) == (len(data), None)
    dice = random.Random(2)
    for _ in range(40):
        at, size = dice.randrange(len(data)), dice.choice((10, 5_000, 300_000))
        assert text.read(at, size) == data[at : at + size]


def test_what_comes_before_a_damage_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "velero.log.gz"
    path.write_bytes(gzip.compress(noise(3 << 20))[:-500_000])
    with looking(open_file(str(path))) as it:
        it.wish(Edge(True))
        assert it.viewer.standing().lines > 20_000
        assert it.viewer.standing().trouble is not None


def test_a_bomb_does_not_explode() -> None:
    bomb = MemoryText("x", gzip.compress(bytes(8 << 20)), ended=True)
    text = grown(PackedText(bomb, budget(ratio=50, ratio_from=1 << 20)))
    assert text.size < 4 << 20
    assert text.trouble is not None
    assert "50 times" in text.trouble.en


def test_a_part_of_something_packed_is_a_text() -> None:
    data = noise(1 << 20)
    whole = PackedText(MemoryText("x", gzip.compress(data), ended=True), budget())
    part = grown(PartText(whole, 100_000, 50_000))
    assert part.size == 50_000
    assert part.read(49_990, 100) == data[149_990:150_000]
    assert part.read(-5, 3) == b""


# Must-gathers


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz", "tar.xz", "zip"])
def test_logs_are_found_in_every_layout(layout: str, kind: str, tmp_path: Path) -> None:
    lab = world(SCENARIO)
    files = LAYOUTS[layout](lab)
    path = tmp_path / f"gather.{kind}"
    if kind == "folder":
        write_folder(files, path)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        path.write_bytes(tarred(files, kind.partition(".")[2]))
    logs = GatheredLogs(str(path))
    wanted = {f"{pod}/{name}": current for (pod, name), (current, _) in lab.logs.items() if current}
    for name, expected in [*wanted.items(), *wanted.items()]:
        if "plugin" in name:
            continue
        text = grown(logs.open(name))
        assert text.trouble is None, name
        assert text.read(0, text.size) == expected
    missing = grown(logs.open("nobody/none"))
    assert (missing.size, missing.ended) == (0, True)
    assert missing.trouble is not None
    logs.close()


def test_what_velero_stores_of_a_backup_is_shown_as_lines(tmp_path: Path) -> None:
    results = b'{"errors":{"namespaces":{"shop":["it failed"]}},"warnings":{"velero":["careful"]}}'
    described = "must-gather/namespaces/openshift-adp/velero.io/backups/describe-nightly.txt"
    files = {
        "backups/nightly/nightly-logs.gz": gzip.compress(log(3)),
        "backups/nightly/nightly-results.gz": gzip.compress(results),
        described: b"Name:  nightly\nPhase: Failed\n",
    }
    for path in (tmp_path / "bucket.tar", write_folder(files, tmp_path / "bucket")):
        if path.suffix:
            path.write_bytes(tarred(files))
        logs = GatheredLogs(str(path))
        text = grown(logs.open("backup nightly"))
        assert text.read(0, text.size) == log(3)
        text = grown(logs.open("backup nightly (results)"))
        assert b"it failed" in text.read(0, text.size).splitlines()[0]
        text = grown(logs.open("backup nightly (describe)"))
        assert text.read(0, 14) == b"Name:  nightly"


def test_names_that_lead_out_are_no_logs(tmp_path: Path) -> None:
    name = "../namespaces/openshift-adp/pods/velero-1/velero/velero/logs/current.log"
    path = tmp_path / "gather.tar"
    path.write_bytes(tarred({name: b"x\n", "/" + name[3:]: b"x\n"}))
    assert grown(GatheredLogs(str(path)).open("velero-1/velero")).size == 0


def test_a_truncated_archive_gives_what_it_has(tmp_path: Path) -> None:
    files = LAYOUTS["inspect"](world(SCENARIO))
    path = tmp_path / "gather.tar.gz"
    whole = tarred(files, "gz")
    path.write_bytes(whole[: len(whole) * 3 // 4])
    logs = GatheredLogs(str(path))
    for name, container in world(SCENARIO).logs:
        assert grown(logs.open(f"{name}/{container}")).ended


def test_evidence_of_a_must_gather_is_shown_in_its_log(tmp_path: Path) -> None:
    from knowledge.base import load
    from knowledge.scan import Collector

    base = load(())
    path = tmp_path / "gather.tar.gz"
    path.write_bytes(tarred(LAYOUTS["new"](world(SCENARIO)), "gz"))
    source = ArchiveSource(str(path), kinds=base.kinds, collector=Collector(base.signatures))
    assert isinstance(source, LogSource)
    done = threading.Event()
    source.start(lambda: done.set() if source.connection().phase is Phase.READY else None)
    assert done.wait(LIMIT_SECONDS)
    hits = [hit for each in source.snapshot().hits.values() for hit in each.hits]
    assert hits
    for hit in hits[:5]:
        with looking(source.open_log(hit.log)) as it:
            it.viewer.wish(Show(Place(hit.line, hit.time, hit.text)))
            it.until(lambda: it.page.current is not None and not it.page.unfinished)
            assert it.current == hit.line
    source.stop()


# Merged


def two(first: str, second: str) -> MergedText:
    texts = [
        MemoryText("a/x", first.encode(), ended=True),
        MemoryText("b/y", second.encode(), ended=True),
    ]
    return MergedText(texts, "both")


def test_logs_are_merged_by_time_and_records_stay_whole() -> None:
    text = grown(
        two(
            f"{line(1)}\n\ttrace 1\n{line(4)}\n{line(3)}\n",
            f"no time\n2025-07-01T00:00:02.5Z\tINFO\tx\tsecond\n{line(5)}",
        )
    )
    lines = text.read(0, text.size).decode().splitlines()
    assert lines == [
        "[y] no time",
        f"[x] {line(1)}",
        "[x] \ttrace 1",
        "[y] 2025-07-01T00:00:02.5Z\tINFO\tx\tsecond",
        f"[x] {line(4)}",
        f"[x] {line(3)}",
        f"[y] {line(5)}",
    ]


def test_logs_have_short_names_that_tell_them_apart() -> None:
    names = ["velero-1/velero", "velero-1/velero (previous)", "agent-a/agent", "agent-b/agent"]
    assert labels([*names, "backup nightly"]) == (
        "velero",
        "velero:previous",
        "agent-a",
        "agent-b",
        "backup:nightly",
    )


def test_time_zones_and_fractions_are_understood() -> None:
    text = grown(
        two(
            '{"time":"2025-07-01T02:00:00.5+02:00","msg":"second"}\n',
            '{"time":"2025-07-01T00:00:00.25Z","msg":"first"}\n',
        )
    )
    assert [each[:3] for each in text.read(0, 999).decode().splitlines()] == ["[y]", "[x]"]


def test_a_merged_log_reads_the_same_wherever_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.logs.merged._PIECE", 10_000)
    monkeypatch.setattr("tui.engine.logs.merged._KEPT", 2)
    dice = random.Random(3)
    logs = ["", "", ""]
    for number in range(3_000):
        logs[dice.randrange(3)] += line(number) + "\n"
    texts = [MemoryText(str(n), each.encode(), ended=True) for n, each in enumerate(logs)]
    text = grown(MergedText(texts, "all"))
    whole = b"".join(text.read(at, 1_000) for at in range(0, text.size, 1_000))
    numbers = [int(each.split(b"item ")[1].split(b'"')[0]) for each in whole.splitlines()]
    assert numbers == list(range(3_000))
    for _ in range(50):
        at = dice.randrange(text.size)
        assert text.read(at, 7_000) == whole[at : at + 7_000]


def test_what_comes_late_does_not_change_what_was_merged() -> None:
    first, second = MemoryText("a/x"), MemoryText("b/y")
    text = MergedText([first, second], "both")
    first.append(f"{line(1)}\n{line(5)}\n".encode())
    while text.grow():
        pass
    before = text.read(0, text.size)
    second.append(f"{line(2)}\n{line(6)}\n".encode())
    while text.grow():
        pass
    text._pieces.clear()
    assert text.read(0, len(before)) == before
    assert text.read(0, text.size).count(b"\n") == 4


def test_a_merged_log_is_filtered_by_pod_and_searched() -> None:
    with looking(two(log(50).decode(), log(60).decode())) as it:
        it.wish(Narrow(Wanted(pod="x")))
        assert it.viewer.standing().shown == 50
        it.wish(Search("item 5", 0))
        assert it.viewer.standing().matches == 2
        it.wish(Narrow(Wanted()))
        assert it.viewer.standing().lines == 110


# Pods


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


def test_the_log_of_a_pod_is_poured_without_a_gap(api: FakeApi, tmp_path: Path) -> None:
    logs = Logs(api)
    api.lists[PODS] = [pod()]
    logs.current["velero-1"] = FIRST + SECOND
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        text = watching.source.open_log("velero-1/main")
        with looking(text) as it:
            it.until(lambda: it.viewer.standing().lines == 2)
            assert it.page.lines[0].text == "boom one"
            logs.current["velero-1"] += THIRD
            it.until(lambda: it.viewer.standing().lines == 3)
            assert [each.text for each in it.page.lines] == ["boom one", "boom two", "boom three"]


def test_a_log_that_may_not_be_read_says_why(api: FakeApi, tmp_path: Path) -> None:
    logs = Logs(api)
    api.lists[PODS] = [pod()]
    logs.serve("velero-1")
    with Watching(choice(api, tmp_path)) as watching:
        watching.until_phase(Phase.READY)
        with looking(watching.source.open_log("velero-1/main (previous)")) as it:
            it.until(lambda: it.viewer.standing().trouble is not None)
            assert not it.viewer.standing().growing


def test_names_of_logs_are_taken_apart() -> None:
    found = PodLog.named("ns", "velero-1/velero (previous)")
    assert (found.pod, found.container, found.previous) == ("velero-1", "velero", True)
    assert found.name == "velero-1/velero (previous)"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        FileText(str(tmp_path / "nothing"))


def test_log_files_are_a_source_with_findings_and_lines(tmp_path: Path) -> None:
    lab = world(SCENARIO)
    (current,) = [log for (pod, name), (log, _) in lab.logs.items() if name == "velero"]
    path = tmp_path / "velero.log.gz"
    path.write_bytes(gzip.compress(current))
    source = Launch(FilesChoice((str(path),))).source()
    assert isinstance(source, LogSource)
    done = threading.Event()
    source.start(lambda: done.set() if source.connection().phase is Phase.READY else None)
    assert done.wait(LIMIT_SECONDS)
    snapshot = source.snapshot()
    assert [each.log for each in available(snapshot)] == [str(path)]
    hit = next(hit for each in snapshot.hits.values() for hit in each.hits)
    with looking(source.open_log(hit.log)) as it:
        it.wish(Show(Place(hit.line, hit.time, hit.text)))
        assert it.current == hit.line
    source.stop()


def test_log_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadChoice):
        Launch(FilesChoice((str(tmp_path / "none"),))).source()
    gone = tmp_path / "gone"
    gone.write_bytes(b"x")
    source = Launch(FilesChoice((str(gone),))).source()
    gone.unlink()
    failed = threading.Event()
    source.start(lambda: failed.set() if source.connection().phase is Phase.FAILED else None)
    assert failed.wait(LIMIT_SECONDS)
    assert isinstance(source, LogSource)
    assert source.open_log(str(gone)).trouble is not None


async def test_only_so_many_logs_are_merged() -> None:
    class Source:
        def open_log(self, log: str) -> LogText:
            return MemoryText(log, b"x\n", ended=True)

    names = tuple(str(number) for number in range(MOST + 1))
    assert isinstance(await open_logs(Source(), names), Text)
    merged = await open_logs(Source(), names[1:])
    assert isinstance(merged, MergedText)
    assert [each.name for each in merged.texts] == list(names[1:])
    assert isinstance(await open_logs(object(), names), Text)
    assert isinstance(await open_logs(object(), (), "/none/at/all"), Text)
