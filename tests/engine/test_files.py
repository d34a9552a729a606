"""Files, folders, `.gz` and standard input: every line once, with its number."""

import gzip
import io
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.prefilter import Prefilter
from knowledge.scan import BLOCK, Signature
from knowledge.snapshot import LogGroup, Snapshot
from knowledge.text import Text
from tests.knowledge.test_scan_engine import FILTERED, VELERO, generated
from tui.cli.verdict import unread
from tui.engine import files, files_source
from tui.engine.files_source import FilesSource
from tui.engine.problem import Problem

SIGNATURE = Signature("i/f", frozenset({LogGroup.VELERO}), ("plugin (?P<name>[a-z]+) panicked",))
HIT = b'time="2025-07-01T02:00:00Z" level=error msg="plugin aws panicked"\n'
OTHER = b'time="2025-07-01T02:00:00Z" level=info msg="all is well with it"\n'


def scan(
    *names: str, stdin: bytes = b"", warnings: list[Text] | None = None, threads: int = 0
) -> Snapshot:
    return files.scan(
        names,
        io.BytesIO(stdin),
        [SIGNATURE],
        datetime(2025, 7, 1, tzinfo=UTC),
        warn=(warnings if warnings is not None else []).append,
        threads=threads,
    )


def lines(snapshot: Snapshot) -> list[tuple[str, int]]:
    found = snapshot.hits.get("i/f")
    return [(hit.log, hit.line) for hit in found.hits] if found else []


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_number_of_threads_changes_nothing(tmp_path: Path, threads: int) -> None:
    text = (OTHER * 50_000 + HIT + OTHER * 20_000) * 3 + b"the end"
    assert len(text) > 20 * BLOCK
    (tmp_path / "log").write_bytes(text)
    snapshot = scan(str(tmp_path / "log"), threads=threads)
    assert snapshot.hits["i/f"].count == 3
    assert [line for _, line in lines(snapshot)] == [120_002, 190_003]
    assert snapshot.logs[0].lines == text.count(b"\n") + 1


def test_standard_input_and_files_may_be_compressed(tmp_path: Path) -> None:
    packed = gzip.compress(OTHER * 40_000 + HIT) + gzip.compress(HIT)
    (tmp_path / "a.log").write_bytes(packed)
    name = str(tmp_path / "a.log")
    snapshot = scan(name, "-", stdin=packed)
    assert set(lines(snapshot)) == {
        (log, line) for log in (name, "(stdin)") for line in (40_001, 40_002)
    }


def test_what_is_there_of_a_damaged_file_is_read_and_said(tmp_path: Path) -> None:
    packed = gzip.compress(HIT + os.urandom(200_000) + b"\n" + HIT)
    (tmp_path / "cut.gz").write_bytes(packed[:100_000])
    (tmp_path / "bad.gz").write_bytes(packed[:90_000] + bytes(5_000) + packed[95_000:])
    (tmp_path / "none.gz").write_bytes(b"\x1f\x8bno such thing")
    (tmp_path / "whole.log").write_bytes(HIT)
    warnings: list[Text] = []
    snapshot = scan(str(tmp_path), warnings=warnings)
    assert {(Path(log).name, line) for log, line in lines(snapshot)} >= {("cut.gz", 1)}
    assert len(warnings) == 3
    assert all("damaged" in each.en and "破損" in each.ja for each in warnings)
    assert "and 2 more" in snapshot.unread[files.PARTLY].en
    assert [each.what for each in unread(snapshot)] == [files.PARTLY]
    assert not unread(scan(str(tmp_path / "whole.log")))


def test_a_folder_is_read_with_all_that_is_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "pods" / "velero"
    inner.mkdir(parents=True)
    (inner / "current.log").write_bytes(OTHER + HIT)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "link").symlink_to(inner / "current.log")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    snapshot = scan(str(tmp_path))
    assert lines(snapshot) == [(str(inner / "current.log"), 2)]
    assert len(snapshot.logs) == 2


def test_a_folder_with_very_many_files_is_read_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MOST_FILES", 3)
    for number in range(5):
        (tmp_path / str(number)).write_bytes(HIT)
    warnings: list[Text] = []
    assert len(scan(str(tmp_path), warnings=warnings).logs) == 3
    assert len(warnings) == 1


def test_a_file_that_was_named_and_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        scan(str(tmp_path / "none"))
    assert "none" in caught.value.message.en


def test_progress_ends_with_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(OTHER * 30_000)
    (tmp_path / "b").write_bytes(gzip.compress(OTHER * 30_000))
    size = sum(each.stat().st_size for each in tmp_path.iterdir())
    seen: list[tuple[int, int]] = []
    files.scan(
        [str(tmp_path)],
        io.BytesIO(),
        [SIGNATURE],
        datetime(2025, 7, 1, tzinfo=UTC),
        progress=lambda _log, done, everything: seen.append((done, everything)),
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (size, size)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("threads", [1, 3])
def test_reading_anywhere_in_a_file_finds_what_reading_it_through_does(
    tmp_path: Path, seed: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken records, lines longer than blocks, panics across the edges of blocks."""
    signatures = [*FILTERED, Signature("i/then", VELERO, ("^goroutine 1",), then=("xxxxx",))]
    text = generated(6_000, seed) + b"the end"
    assert len(text) > 5 * BLOCK
    path = tmp_path / "log"
    path.write_bytes(text)
    moment = datetime(2025, 7, 1, tzinfo=UTC)

    def found() -> tuple[object, object]:
        snapshot = files.scan([str(path)], io.BytesIO(), signatures, moment, threads=threads)
        return snapshot.hits, snapshot.logs

    anywhere = found()
    monkeypatch.setattr(files, "_plain", lambda _file: None)
    assert anywhere == found()
    hits, _ = anywhere
    assert hits["i/then"].count > 50  # type: ignore[index]


def test_a_file_that_is_cut_off_or_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(OTHER * 30_000)
    real = os.fstat

    class Larger:
        def __init__(self, result: os.stat_result) -> None:
            self.st_mode, self.st_size = result.st_mode, result.st_size * 2

    class Smaller(Larger):
        def __init__(self, result: os.stat_result) -> None:
            self.st_mode, self.st_size = result.st_mode, result.st_size // 2

    for lie in (Larger, Smaller):
        monkeypatch.setattr(os, "fstat", lambda handle, lie=lie: lie(real(handle)))
        assert scan(str(path)).logs[0].lines == 30_000


def test_interrupting_a_pipe_ends_it_with_what_was_found() -> None:
    class Followed(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            found = super().read1(min(size or 0, 1_000))
            if not found:
                raise KeyboardInterrupt
            return found

    text = OTHER * 20_000 + HIT + OTHER
    snapshot = files.scan(
        ["-"], Followed(text), [SIGNATURE], datetime(2025, 7, 1, tzinfo=UTC), threads=2
    )
    assert lines(snapshot) == [("(stdin)", 20_001)]
    assert snapshot.logs[0].lines == 20_002


def test_interrupting_files_keeps_what_was_found_and_says_how_far_it_was(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.log").write_bytes(OTHER * 20_000 + HIT)
    warnings: list[Text] = []

    def interrupted(log: str, _done: int, _everything: int) -> None:
        if log.endswith("1.log"):
            raise KeyboardInterrupt

    snapshot = files.scan(
        [str(tmp_path)],
        io.BytesIO(),
        [SIGNATURE],
        datetime(2025, 7, 1, tzinfo=UTC),
        progress=interrupted,
        warn=warnings.append,
        threads=2,
    )
    assert lines(snapshot) == [(str(tmp_path / "0.log"), 20_001)]
    assert "stopped by you after" in warnings[0].en
    assert [each.what for each in unread(snapshot)] == [files.PARTLY]


def test_nothing_to_judge_is_not_the_same_as_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    for names in (["-"], [str(tmp_path)], [str(tmp_path / "empty.log")]):
        warnings: list[Text] = []
        snapshot = scan(*names, warnings=warnings)
        assert ["no line" in each.en for each in warnings] == [True]
        assert [each.what for each in unread(snapshot)] == [files.PARTLY]


def _growing(path: Path) -> files.Scanning:
    scanning = files.Scanning([str(path)], [SIGNATURE])
    scanning.read(io.BytesIO())
    return scanning


def _found(scanning: files.Scanning) -> tuple[int, list[int], int]:
    snapshot = scanning.snapshot(datetime(2025, 7, 1, tzinfo=UTC))
    hits = snapshot.hits.get("i/f")
    count = hits.count if hits else 0
    return count, [line for _, line in lines(snapshot)], snapshot.logs[0].lines


def test_what_is_written_behind_the_end_is_judged_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"")
    scanning = _growing(path)
    assert _found(scanning) == (0, [], 0)
    assert not scanning.more()
    with path.open("ab", buffering=0) as file:
        file.write(OTHER + HIT)
        assert scanning.more()
        assert _found(scanning) == (1, [2], 2)
        file.write(OTHER * 40_000 + HIT + HIT[:30])
        assert scanning.more()
        assert _found(scanning) == (2, [2, 40_003], 40_003)
        # The rest of a line may take its time; it is one line in the end.
        file.write(HIT[30:] + OTHER)
        assert scanning.more()
        assert _found(scanning) == (3, [40_003, 40_004], 40_005)
        assert not scanning.more()
    assert not scanning.snapshot(datetime(2025, 7, 1, tzinfo=UTC)).unread.get(files.PARTLY)


def test_a_last_line_without_an_end_is_judged_and_again_when_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(OTHER + HIT[:60])
    scanning = _growing(path)
    assert _found(scanning) == (0, [], 2)
    with path.open("ab", buffering=0) as file:
        file.write(HIT[60:])
        assert scanning.more()
        assert _found(scanning) == (1, [2], 2)
        file.write(HIT.rstrip(b"\n"))
        assert not scanning.more()
        assert scanning.more()
        assert _found(scanning) == (2, [2, 3], 3)
        file.write(b"\n" + HIT)
        assert scanning.more()
        assert _found(scanning)[1:] == ([3, 4], 4)


def test_a_file_that_was_replaced_or_cut_is_another_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(OTHER * 5 + HIT)
    scanning = _growing(path)
    path.write_bytes(HIT)
    assert scanning.more()
    assert _found(scanning) == (1, [1], 1)
    (tmp_path / "new").write_bytes(OTHER + HIT + OTHER * 20)
    path.unlink()
    assert not scanning.more()
    (tmp_path / "new").rename(path)
    assert scanning.more()
    assert _found(scanning) == (1, [2], 22)


def test_a_giant_line_that_comes_later_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(OTHER)
    scanning = _growing(path)
    with path.open("ab") as file:
        file.write(b"x" * (3 * BLOCK + 10) + b"\n" + HIT)
    assert scanning.more()
    assert _found(scanning) == (1, [3], 3)


def test_the_source_tells_what_it_finds_and_goes_on_with_files_that_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_source, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(files_source, "_FOUND_SECONDS", 0.0)
    path = tmp_path / "log"
    path.write_bytes(HIT + OTHER * 200_000)
    source = FilesSource([str(path)], Prefilter((SIGNATURE,)))
    told: list[tuple[bool, int]] = []
    more = threading.Event()

    def changed() -> None:
        snapshot = source.snapshot()
        told.append((not snapshot.unread_logs, len(lines(snapshot))))
        more.set()

    def until(what: tuple[bool, int]) -> None:
        end = time.monotonic() + 20
        while what not in told:
            assert time.monotonic() < end, told
            more.wait(0.05)
            more.clear()

    source.start(changed)
    try:
        until((True, 1))
        # Found long before everything was read, and what is not read yet is not absent.
        assert (False, 1) in told
        with path.open("ab") as file:
            file.write(HIT)
        until((True, 2))
    finally:
        source.stop()


def test_a_pipe_that_pauses_tells_what_came() -> None:
    reading, writing = os.pipe()
    told: list[tuple[str, int, int]] = []
    came = threading.Event()

    def progress(log: str, done: int, everything: int) -> None:
        told.append((log, done, everything))
        if done:
            came.set()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(b"all is well\n" * 100)
            pipe.flush()
            assert came.wait(20)
            pipe.write(HIT)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        now = datetime(2025, 7, 1, tzinfo=UTC)
        snapshot = files.scan(["-"], pipe, [SIGNATURE], now, progress=progress)
    writer.join()
    assert lines(snapshot) == [("(stdin)", 101)]
    assert ("(stdin)", 1_200, 0) in told


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("bad", [0, 1, 3])
def test_what_cannot_be_read_leaves_no_wrong_line_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int, bad: int
) -> None:
    """A block of a damaged disk: lines behind it have numbers that nobody knows."""
    path = tmp_path / "velero.log"
    text = (OTHER * 999 + HIT) * 100
    path.write_bytes(text)
    real = os.pread

    def damaged(handle: int, size: int, at: int) -> bytes:
        # Whole blocks only, not the looks for their ends.
        if size > 100_000 and bad * BLOCK <= at < (bad + 1) * BLOCK:
            raise OSError(5, "Input/output error")
        return real(handle, size, at)

    monkeypatch.setattr(os, "pread", damaged)
    warnings: list[Text] = []
    snapshot = scan(str(tmp_path), warnings=warnings, threads=threads)
    numbers = [line for _, line in lines(snapshot)]
    assert all(number % 1_000 == 0 for number in numbers)
    assert snapshot.logs[0].lines <= (bad + 1) * BLOCK // len(OTHER)
    assert ["cannot be read" in each.en for each in warnings] == [True]
