"""Whatever bytes come: the reading ends, in bounds, with what could be read or one sentence."""

from __future__ import annotations

import gzip
import os
import tempfile
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from gathers import inspected, new_layout, old_layout, tarred, to_yaml, world, write_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.base import load
from knowledge.scan import Collector
from tui.engine.archive.documents import Read, objects
from tui.engine.archive.entries import Trouble, files
from tui.engine.archive.layout import place
from tui.engine.archive.limits import Budget, Enough, Limits
from tui.engine.archive.source import ArchiveSource
from tui.engine.archive.streams import Damaged
from tui.engine.archive.yaml_nodes import NotData
from tui.engine.archive.yaml_nodes import load as load_yaml
from tui.engine.ports import Phase

BASE = load(())
SMALL = Limits(total=8 << 20, ratio_from=4 << 20, file=1 << 20, object=1 << 16)
FEW = {
    path: data
    for path, data in inspected(world("healthy")).items()
    if "velero.io" in path or "core/" in path or path.endswith("current.log")
}
SEEDS = (
    tarred(FEW), tarred(FEW, "gz"), tarred(FEW, "xz"),
    tarred({"must-gather.tar.gz": tarred(FEW, "gz")}),
)  # fmt: skip


def _drain(path: Path, budget: Budget) -> None:
    for entry in files(path, budget, Trouble()):
        for _ in entry.content:
            pass


def read_all(data: bytes) -> Phase:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mg"
        path.write_bytes(data)
        source = ArchiveSource(
            str(path), kinds=BASE.kinds, collector=Collector(BASE.signatures), limits=SMALL
        )
        source._run()
        connection, snapshot = source.connection(), source.snapshot()
        assert connection.phase in {Phase.READY, Phase.FAILED}
        if connection.phase is Phase.FAILED:
            assert connection.message is not None
            assert "by a bug" not in connection.message.en
            assert "\n" not in connection.message.en
        BASE.diagnose(snapshot)
        assert os.listdir(folder) == ["mg"]
        return connection.phase


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=4096),
    st.sampled_from([b"", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"BZh9", b"\xfd7zXZ\0", b"PK\x03\x04"]),
)
def test_random_bytes(data: bytes, magic: bytes) -> None:
    assert read_all(magic + data) is Phase.FAILED


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), st.floats(0, 1))
def test_truncated_anywhere(seed: bytes, share: float) -> None:
    read_all(seed[: int(len(seed) * share)])


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=40)), max_size=12),
)
def test_mutated_archives(seed: bytes, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(seed)
    for where, what in changes:
        at = int(where * len(data))
        data[at : at + len(what)] = what
    read_all(bytes(data))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 511), st.binary(min_size=1, max_size=24)),
        max_size=10,
    )
)
def test_mutated_headers_with_right_sums(changes: list[tuple[int, int, bytes]]) -> None:
    """Headers that lie must pass the checksum to get anywhere."""
    data = bytearray(SEEDS[0])
    for block, at, what in changes:
        start = block * 512
        data[start + at : start + at + len(what)] = what
        if start + 512 <= len(data):
            field = slice(start + 148, start + 156)
            data[field] = b" " * 8
            data[field] = b"%06o\0 " % sum(data[start : start + 512])
    read_all(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_any_path_has_a_place(parts: list[str]) -> None:
    for prefix in ((), ("namespaces", "x"), ("namespaces", "x", "velero.io"),
                   ("cluster-scoped-resources",), ("clusters", "1", "namespaces", "x", "pods"),
                   ("namespaces", "x", "pods", "p", "c", "c", "logs")):  # fmt: skip
        place((*prefix, *parts))


_TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\ufeff"),
    max_size=40,
) | st.sampled_from(
    ["yes", "on", "null", "~", "1", "1.5", "0x1", "1e3", "-", "- a", "a: b", "#x", "'", '"', "{}",
     "[]", "*a", "&a", "!x", "|", ">", "%", "@", "a\nb", "a\n", "\na", " a", "a ", "a\n\n  b",
     "---", "2024-01-01", "2024-01-01T00:00:00Z", ".inf", "true", "12:30:45", "managedFields",
     "items:"]
)  # fmt: skip
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def _bodies() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "apiVersion": st.just("velero.io/v1"),
            "kind": st.just("Backup"),
            "metadata": st.dictionaries(_TEXTS, _DATA, max_size=3).map(
                lambda some: {**some, "name": "n"}
            ),
            "spec": _DATA,
        }
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(_bodies(), max_size=5), st.integers(1, 200), st.booleans())
def test_objects_come_out_as_they_went_in(
    bodies: list[dict[str, Any]], chunk: int, managed: bool
) -> None:
    """Taken apart and parsed by our own way, a List is what the loader makes of it."""
    written = [
        {**body, "metadata": {**body["metadata"], "managedFields": [{"a": {"b": []}}]}}
        if managed
        else body
        for body in bodies
    ]
    text = to_yaml({"apiVersion": "v1", "items": written, "kind": "List", "metadata": {}})
    pieces = [text[at : at + chunk] for at in range(0, len(text), chunk)]
    read = Read()
    found = list(objects(iter(pieces), Limits(), read))
    for body in (*bodies, *found):
        body["metadata"].pop("managedFields", None)
    assert found == bodies
    assert read.bad == 0
    assert read.listed


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text("[]{}-:?*&!|>'\" \nab1#,%@", max_size=300).map(str.encode))
def test_any_bytes_as_objects(data: bytes) -> None:
    read = Read()
    for prefix in (b"", b"items:\n- ", b'{"items": '):
        for body in objects(iter([prefix + data]), SMALL, read):
            assert isinstance(body, dict)


@settings(max_examples=200, deadline=None)
@given(_DATA)
def test_plain_data_is_read_as_the_safe_loader_reads_it(data: Any) -> None:
    text = to_yaml(data)
    assert load_yaml(text) == yaml.load(text, yaml.CSafeLoader)


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000, b"{a: " * 50_000, b"- " * 60_000 + b"x", b"? " * 60_000 + b"x",
        b"".join(b" " * depth + b"a:\n" for depth in range(2_000)),
        b"a: &a [*a]", b"a: *b", b"\xff\xfe\0",
        b"a: &a [x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (at, at, b",".join([b"*%c" % (at - 1)] * 9))
            for at in range(98, 122)
        ),
    ],
)  # fmt: skip
def test_what_makes_other_loaders_crash_or_explode(text: bytes) -> None:
    with pytest.raises(NotData):
        load_yaml(text)


def test_tags_make_nothing() -> None:
    assert load_yaml(b"a: !!python/name:os.system x\nb: !!set {c}") == {
        "a": "x",
        "b": {"c": None},
    }


@pytest.mark.parametrize("wrap", [lambda data: data, lambda data: tarred({"x.tar.gz": data})])
def test_a_bomb_takes_no_memory(tmp_path: Path, wrap) -> None:
    inner = gzip.compress(tarred({"namespaces/x/velero.io/backups/b.log": b"\0" * (64 << 20)}))
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(wrap(inner))
    del inner
    tracemalloc.start()
    try:
        budget = Budget(Limits(ratio_from=16 << 20, ratio=100), threading.Event())
        with pytest.raises(Enough):
            _drain(path, budget)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()


def test_a_giant_object_is_passed_over_in_bounded_memory() -> None:
    def chunks():
        yield b"items:\n- apiVersion: velero.io/v1\n  kind: Backup\n  metadata: {name: a}\n"
        yield b"- apiVersion: velero.io/v1\n  kind: Backup\n  spec: |\n"
        for _ in range(400):
            yield b"    " + b"x" * 100_000 + b"\n"
        yield b"- apiVersion: velero.io/v1\n  kind: Backup\n  metadata: {name: b}\nkind: List\n"

    tracemalloc.start()
    try:
        read = Read()
        found = [
            body["metadata"]["name"] for body in objects(chunks(), Limits(object=1 << 20), read)
        ]
        assert (found, read.bad) == (["a", "b"], 1)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_damage_in_one_file_leaves_the_others(tmp_path: Path) -> None:
    whole = write_folder(new_layout(world("healthy")), tmp_path)
    path = next(whole.rglob("backups.yaml"))
    inner = old_layout(world("healthy"))
    (whole / "broken.tar.gz").write_bytes(next(iter(inner.values()))[:2000])
    path.with_name("x.log.gz").write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\xffgarbage")
    trouble, names = Trouble(), []
    for entry in files(whole, Budget(Limits(), threading.Event()), trouble):
        try:
            for _ in entry.content:
                pass
        except Damaged:
            trouble.damaged.append(entry.path)
        names.append(entry.parts[-1])
    assert "backups.yaml" in names
    assert {"broken.tar.gz", "x.log"} <= {path.rpartition("/")[2] for path in trouble.damaged}
