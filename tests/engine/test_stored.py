"""What was fetched from the storage: unpacked, bounded, results as lines."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import record
from knowledge.base import load
from knowledge.scan import Collector
from tui.engine import stored
from tui.engine.stored import (
    Fetched,
    Shelf,
    Stored,
    Unusable,
    Wanted,
    read_in,
    results_as_lines,
    unpacked,
)

LOG = Wanted(Stored.BACKUP_LOG, "openshift-adp", "nightly")
RESULTS = Wanted(Stored.RESTORE_RESULTS, "openshift-adp", "r1", "2025-07-01T02:10:00Z")


def fields(line: str) -> dict[str, str]:
    return dict(record.parse(line).fields)


def test_each_error_and_warning_is_a_record_that_names_its_restore_and_namespace() -> None:
    body = {
        "errors": {
            "velero": ['could not: "quoted"\nand a second line'],
            "namespaces": {"shop": ["error restoring pods/shop/web: denied"]},
        },
        "warnings": {"cluster": ["could not restore, CustomResourceDefinition exists"]},
    }
    text = results_as_lines(gzip.compress(json.dumps(body).encode()), RESULTS).decode()
    lines = text.splitlines()
    assert [record.parse(line).level for line in lines] == ["error", "error", "warning"]
    assert fields(lines[0])["msg"] == 'could not: "quoted"\nand a second line'
    assert fields(lines[1])["namespace"] == "shop"
    assert {fields(line)["restore"] for line in lines} == {"openshift-adp/r1"}
    assert {record.parse(line).time for line in lines} == {"2025-07-01T02:10:00Z"}


def test_no_errors_are_no_lines() -> None:
    assert results_as_lines(b'{"errors":{},"warnings":{}}', RESULTS) == b""


@pytest.mark.parametrize(
    "data", [b"", b"<Error/>", b"[]", gzip.compress(b'{"errors": {', mtime=0)[:30]]
)
def test_something_else_as_results_is_one_sentence(data: bytes) -> None:
    with pytest.raises(Unusable, match="not JSON"):
        results_as_lines(data, RESULTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["errors", "namespaces", "velero", "shop"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["errors", "warnings", "x"]), JSON))
def test_results_of_any_form_are_whole_lines(body: Any) -> None:
    text = results_as_lines(json.dumps(body).encode(), RESULTS).decode()
    for line in text.split("\n")[:-1]:
        assert fields(line)["restore"] == "openshift-adp/r1"


@given(st.binary(max_size=4000), st.integers(0, 60), st.binary(max_size=3))
def test_text_is_what_was_packed_up_to_where_it_is_damaged(
    data: bytes, lost: int, other: bytes
) -> None:
    packed = gzip.compress(data)
    assert b"".join(unpacked(packed)) == data
    cut = packed[: max(2, len(packed) - lost)]
    assert data.startswith(b"".join(unpacked(cut)))
    assert b"".join(unpacked(packed + b"\0" + other)) == data


def test_plain_text_and_several_parts_are_read_too() -> None:
    assert b"".join(unpacked(b"one\ntwo\n")) == b"one\ntwo\n"
    several = gzip.compress(b"one\n") + gzip.compress(b"two\n") + b"\0" * 40
    assert b"".join(unpacked(several)) == b"one\ntwo\n"


def test_a_bomb_is_read_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "LARGEST", 1 << 20)
    fetched = Fetched(LOG, gzip.compress(b"x" * (16 << 20)))
    assert sum(map(len, fetched.blocks())) == 1 << 20


def test_lines_for_people_have_no_secrets() -> None:
    secret = "postgres://shop:hunter2hunter2@db/orders"
    log = Fetched(LOG, gzip.compress(f"one\r\nurl {secret}\nlast".encode()))
    lines = list(log.lines())
    assert lines[0] == "one"
    assert "hunter2" not in lines[1]
    assert lines[2] == "last"


def test_the_shelf_keeps_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_KEPT", 100)
    shelf = Shelf()
    old = Fetched(Wanted(Stored.BACKUP_LOG, "openshift-adp", "old"), b"x" * 80)
    new = Fetched(Wanted(Stored.BACKUP_LOG, "openshift-adp", "new"), b"x" * 120)
    shelf.put(old)
    assert shelf.get("backup old") is old
    shelf.put(new)
    assert shelf.get("backup old") is None
    assert shelf.get("backup new") is new


async def test_lines_of_results_prove_what_a_signature_wants() -> None:
    collector = Collector(load(()).signatures)
    body = {
        "errors": {
            "velero": [
                "name: /checkout message: /Error backing up item error: /error executing custom "
                "action (groupResource=imagestreams.image.openshift.io, namespace=shop, "
                "name=checkout): rpc error: code = Unknown desc = errors getting registryenv: "
                'secrets "oadp-custom-aws-registry-secret" not found'
            ]
        }
    }
    wanted = Wanted(Stored.BACKUP_RESULTS, "openshift-adp", "nightly")
    fetched = Fetched(wanted, results_as_lines(json.dumps(body).encode(), wanted))
    await read_in(fetched, collector)
    hits = [hit for each in collector.hits().values() for hit in each.hits]
    assert hits
    assert {hit.fields["backup"] for hit in hits} == {"nightly"}
    assert {hit.log for hit in hits} == {"backup nightly (results)"}
    assert "oadp-custom-aws-registry-secret" in {hit.fields.get("secret") for hit in hits}
