"""What was kept of an earlier run makes a start quick, and changes nothing."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import base, yaml_file
from knowledge.hyperscan_engine import HyperscanEngine
from knowledge.literal_engine import best_kept
from knowledge.literals import Literal
from knowledge.parsed import Parsed
from tests.fakes import Memory
from tui.engine.cache import Cache

LITERALS = tuple(Literal(f"made up text {at}", folded=at % 3 == 0) for at in range(300))
DATA = b"nothing\nMade Up Text 12 \n made up text 13\nMADE UP TEXT 14\n"


def compiled(patch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with each compilation."""
    import hyperscan

    calls: list[object] = []
    real = hyperscan.Database

    def counted(*arguments: Any) -> object:
        calls.append(arguments)
        return real(*arguments)

    patch.setattr(hyperscan, "Database", counted)
    return calls


def test_literals_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = compiled(monkeypatch)
    found = [HyperscanEngine(LITERALS, Cache(tmp_path)).find(DATA) for _ in range(3)]
    assert len(calls) == 1
    assert found[0] == found[1] == found[2] == HyperscanEngine(LITERALS).find(DATA)
    assert {id_ for id_, _ in found[0].found} >= {12, 13}
    HyperscanEngine(LITERALS[1:], Cache(tmp_path))
    assert len(calls) == 3, "other literals are another database"


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "sum only"])
def test_a_damaged_file_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    calls = compiled(monkeypatch)
    HyperscanEngine(LITERALS, Cache(tmp_path))
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "cut": data[:middle],
            "changed": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "emptied": b"",
            "sum only": data[:32],
        }[damage]
    )
    assert HyperscanEngine(LITERALS, Cache(tmp_path)).find(DATA).found
    HyperscanEngine(LITERALS, Cache(tmp_path))
    assert len(calls) == 2


def test_what_is_no_database_is_not_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    HyperscanEngine(LITERALS, cache)
    (path,) = tmp_path.iterdir()
    for data in (b"", b"x" * 5_000, cache.read(path.name)[:-9]):  # type: ignore[index]
        cache.write(path.name, data)
        assert HyperscanEngine(LITERALS, cache).find(DATA).found


def test_several_programs_and_threads_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tui.engine.cache import Cache;"
        "from knowledge import base; from knowledge.prefilter import Prefilter;"
        "from knowledge.literal_engine import best_kept; kept = Cache(Path(sys.argv[1]));"
        "found = base.load(kept=kept);"
        "engine = Prefilter(found.signatures, best_kept(kept)).engine;"
        "print(len(found.issues), engine.find(b'received EOF, stopping recv loop\\n').found)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate(timeout=60)[0] for process in running}
    assert len(said) == 1
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout in said
    assert sorted(path.name.partition("-")[0] for path in tmp_path.iterdir()) == [
        "knowledge", "literals",
    ]  # fmt: skip
    engine = best_kept(Cache(tmp_path / "threads"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: engine(LITERALS).find(DATA).found, range(24)))
    assert all(each == found[0] for each in found)


def test_knowledge_is_the_same_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = base.load(kept=Cache(tmp_path))

    def never(_text: str) -> object:
        raise AssertionError("YAML is read again")

    monkeypatch.setattr(yaml_file, "load", never)
    again = base.load(kept=Cache(tmp_path))
    assert dict(again.issues) == dict(fresh.issues) == dict(base_without_cache(monkeypatch))
    assert again.problems == fresh.problems == ()


def base_without_cache(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.undo()
    return base.load().issues


TEXTS = st.sampled_from(
    ["a: 1", "a: [1, 2.5, true, null, .nan, .inf]", "a: !!binary aGk=", "a: !!set {b, c}",
     "a: 123456789012345678901234567890", "1: {2: 3, null: 4, 1.5: x}", "- - - x", "a: &b c",
     "a: !!omap [b: 1]", "'2024-01-01': 2024-01-01", "[", "a: yes", "a: |\n  text\n"]
)  # fmt: skip


@given(st.lists(TEXTS, max_size=6))
def test_any_file_is_the_same_from_the_cache(texts: list[str]) -> None:
    kept = Memory()
    for _ in range(2):
        parsed = Parsed(kept)
        for text in texts:
            try:
                wanted = yaml_file.load(text)
            except yaml_file.BadFile:
                with pytest.raises(yaml_file.BadFile):
                    parsed.load(text)
            else:
                assert repr(parsed.load(text)) == repr(wanted)
        parsed.keep()


def test_other_peoples_eyes_and_full_disks(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "folder")
    cache.write("a", b"x")
    assert cache.read("a") == b"x"
    assert cache.read("b") is None
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "new" / "folder" / "a").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "new" / "folder").stat().st_mode) == 0o700
    (tmp_path / "file").write_text("")
    nowhere = Cache(tmp_path / "file" / "below")
    nowhere.write("a", b"x")
    assert nowhere.read("a") is None


def test_old_files_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for at in range(40):
        cache.write(f"x{at}", b"x")
        os.utime(tmp_path / f"x{at}", (at, at))
    assert cache.read("x39") == b"x"
    assert len(list(tmp_path.iterdir())) <= 17
