"""The practice cluster answers as the recorded API server did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from lab import RECORDINGS, exchange, recorded_scenario, recording, write_recorded_log

from tui.practice import PracticeCluster

_ROLES = {"admin": "admin", "readonly": "viewer"}
# What depends on versions of the cluster, on time, or on who else wrote.
_APART = re.compile(
    r"^(watch-|startup-|list-continue|list-resourceversion|list-backups-limit|discovery-|ssrr-"
    r"|anonymous|unauthorized|podlog-follow|selfsubject|list-events|get-unknown|method-not)"
)


def _replayed() -> list[str]:
    index = json.loads((RECORDINGS / "INDEX.json").read_text("utf-8"))
    return [
        entry["file"].removesuffix(".json")
        for entry in index
        if entry["user"] in _ROLES and not _APART.match(entry["file"])
    ]


@pytest.fixture(scope="module")
def lab() -> Iterator[PracticeCluster]:
    with PracticeCluster(recorded_scenario()) as cluster:
        write_recorded_log(cluster)
        yield cluster


def _paths(value: Any, prefix: str = "") -> set[str]:
    """Returns the paths of all fields; who manages them is another matter."""
    if isinstance(value, dict):
        found = {prefix}
        for key, part in value.items():
            inner = f"{prefix}.{key}"
            found |= {inner} if key == "managedFields" else _paths(part, inner)
        return found
    if isinstance(value, list):
        return {prefix}.union(*(_paths(item, f"{prefix}[]") for item in value))
    return {prefix}


def _same_text(text: str) -> str:
    text = text.replace("oadp-viewer", "practice-viewer")
    return re.sub(r'"uid": ?"[^"]+"', '"uid":"U"', text)


def _answer(lab: PracticeCluster, found: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    headers = dict(found["request_headers"] or [])
    headers = {key: value for key, value in headers.items() if key in {"Accept", "Content-Type"}}
    body = found["request_body"]
    return exchange(
        lab.url_for(_ROLES[found["user"]]), found["method"], found["path"], headers=headers,
        body=body,
    )  # fmt: skip


# One test after the other: the recordings build on each other.
@pytest.mark.parametrize("name", _replayed())
def test_recorded_request_gets_the_recorded_answer(lab: PracticeCluster, name: str) -> None:
    found = recording(name)
    status, text, headers = _answer(lab, found)
    recorded_headers = dict(found["response_headers"])

    assert status == found["status"], text
    assert (
        headers["Content-Type"].partition(";")[0]
        == recorded_headers["Content-Type"].partition(";")[0]
    )
    assert headers.get("Warning") == recorded_headers.get("Warning")
    if not text.startswith("{"):
        if "since" not in name:  # The recorded moment is long past.
            assert text == found["response_body"]
        return
    ours, theirs = json.loads(_same_text(text)), json.loads(_same_text(found["response_body"]))
    if theirs.get("kind") == "Status":
        causes = (theirs.get("details") or {}).get("causes")
        if causes:  # The API server repeats a cause that two checks found.
            theirs["details"]["causes"] = list({json.dumps(item): item for item in causes}.values())
        assert ours == theirs
    elif theirs.get("kind") == "Table":
        assert _columns(ours) == _columns(theirs)
        assert [row["cells"][0] for row in ours["rows"]] == [
            row["cells"][0] for row in theirs["rows"]
        ]
    elif name.startswith("ssar-"):
        assert ours["status"]["allowed"] == theirs["status"]["allowed"]
    else:
        assert _paths(ours) == _paths(theirs)


def _columns(table: dict[str, Any]) -> list[tuple[str, int]]:
    return [(column["name"], column["priority"]) for column in table["columnDefinitions"]]
