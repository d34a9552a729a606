from __future__ import annotations

import base64
import copy
import json
import pickle
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import Text
from tests.fakes import HEAD, TARGET, FakeClock
from tui.engine.gate import Gate
from tui.engine.journal import Journal
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.reveal import Revealed, SecretKey, keys_of, reveal

CANARY = "c4NaRyC4naRYc4nArY9d8f7e6a5b"


def b64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


class Oc:
    """Answers every command with the same lines."""

    def __init__(self, *lines: str, end: Exited | None = None, stream: str = "stdout") -> None:
        self.calls: list[Command] = []
        self._lines = lines
        self._end = end or Exited(Ending.EXIT, 0, 0.1)
        self._stream = stream

    async def run(self, command: Command) -> AsyncIterator[RunEvent]:
        self.calls.append(command)
        for line in self._lines:
            yield Line(self._stream, line)
        yield self._end


def secret(**data: str) -> str:
    return json.dumps({"kind": "Secret", "data": {k: b64(v) for k, v in data.items()}}, indent=4)


class Log:
    """A record that keeps what it was told."""

    def __init__(self, problem: Text | None = None) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._problem = problem

    def __call__(self, event: str, **data: Any) -> Text | None:
        self.events.append((event, data))
        return self._problem


async def revealed(oc: Oc, key: str = "cloud", name: str = "creds", log: Any = None) -> Any:
    return await reveal(Gate(oc, TARGET), "openshift-adp", name, key, log or Log())


async def test_keys_are_listed_with_lengths_by_a_template_that_prints_no_values() -> None:
    oc = Oc("cloud 160", "odd\x1b[2Jkey 4", ".dockerconfigjson 8", "")
    found = await keys_of(Gate(oc, TARGET), TARGET, "openshift-adp", "creds")
    assert found == (SecretKey("cloud", 120), SecretKey(".dockerconfigjson", 6))
    assert oc.calls[0].argv[: len(HEAD) + 3] == (*HEAD, "get", "secrets", "creds")
    assert oc.calls[0].redacted


async def test_one_value_is_read_unredacted_and_recorded_before() -> None:
    oc, log = Oc(*secret(cloud=CANARY, other="x").split("\n")), Log()
    found = await revealed(oc, log=log)
    assert isinstance(found, Revealed)
    assert found.shown() == CANARY
    assert oc.calls[0].argv == (*HEAD, "get", "secrets", "creds", "-o", "json")
    assert not oc.calls[0].redacted
    assert log.events == [
        ("revealed", {"namespace": "openshift-adp", "secret": "creds", "key": "cloud"})
    ]


async def test_the_record_never_holds_the_value(tmp_path: Path) -> None:
    journal = Journal(tmp_path, clock=FakeClock())
    await revealed(Oc(*secret(cloud=CANARY).split("\n")), log=journal.write)
    journal.close()
    written = journal.path.read_text()
    assert '"revealed"' in written
    assert CANARY not in written
    assert b64(CANARY) not in written


async def test_nothing_is_shown_without_a_record() -> None:
    oc = Oc(secret(cloud=CANARY))
    problem = Text(en="full", ja="満杯")
    assert await revealed(oc, log=Log(problem)) is problem
    assert oc.calls == []


def test_a_revealed_value_shows_itself_nowhere_else() -> None:
    value = Revealed("ns", "creds", "cloud", CANARY.encode())
    for text in (
        repr(value),
        str(value),
        f"{value}",
        f"{value!r}",
        repr([value]),
        repr({1: value}),
    ):
        assert CANARY not in text
        assert "creds" in text
    for copied in (
        pickle.dumps, copy.copy, copy.deepcopy, Revealed.__reduce__, lambda v: v.__reduce_ex__(4),
    ):  # fmt: skip
        with pytest.raises(TypeError) as caught:
            copied(value)
        assert CANARY not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(TypeError):
        json.dumps(value)
    assert not hasattr(value, "__dict__")


def test_what_is_forgotten_is_gone() -> None:
    value = Revealed("ns", "creds", "cloud", CANARY.encode())
    kept = value._value
    value.forget()
    assert value.forgotten
    assert value.shown() == ""
    assert CANARY.encode() not in bytes(kept)
    value.forget()


@given(st.binary(max_size=300))
def test_whatever_a_value_holds_nothing_of_it_moves_a_cursor(value: bytes) -> None:
    shown = Revealed("ns", "x", "k", value).shown()
    shown.encode("utf-8")
    assert all(ord(sign) >= 32 or sign in "\n\t" for sign in shown)
    assert not any(sign in shown for sign in "\x7f\x1b\u202e\u200b\u2066")


@pytest.mark.parametrize(
    "oc",
    [
        Oc(f"{CANARY} not json"),
        Oc(json.dumps({"kind": "Secret", "data": {"cloud": f"{CANARY}!"}})),
        Oc(json.dumps({"kind": "Secret", "data": {"cloud": [CANARY]}})),
        Oc(json.dumps({"kind": "Secret", "data": {"cloud": CANARY + "é"}}, ensure_ascii=False)),
        Oc(json.dumps({"kind": "ConfigMap", "data": {"cloud": b64(CANARY)}})),
        Oc(json.dumps({"kind": "Secret", "data": {"other": b64(CANARY)}})),
        Oc(json.dumps({"kind": "Secret", "data": {"cloud": b64(CANARY)}})[:-3] + "…"),
        Oc(*(["x" * (1 << 20)] * 6)),
        Oc("[" * 100_000),
        Oc("{}"),
        Oc(),
        Oc(f"error: password={CANARY}", stream="stderr", end=Exited(Ending.EXIT, 1, 0.1)),
        Oc(secret(cloud=CANARY), end=Exited(Ending.EXIT, 1, 0.1)),
        Oc(secret(cloud=CANARY), end=Exited(Ending.TIMEOUT, None, 20.0)),
        Oc(end=Exited(Ending.MISSING, None, 0.0, "/usr/bin/oc: No such file")),
    ],
)
async def test_whatever_goes_wrong_is_one_sentence_without_the_value(oc: Oc) -> None:
    found = await revealed(oc)
    assert isinstance(found, Text)
    for text in (found.en, found.ja):
        assert CANARY not in text
        assert b64(CANARY) not in text
        assert 10 < len(text) < 600
        assert "\n" not in text


@pytest.mark.parametrize("name", ["", "-x", "a b", "x;id", "--all", "x/y", "X", "a" * 300, "a\n"])
async def test_names_that_are_none_start_nothing(name: str) -> None:
    oc, log = Oc(secret(cloud=CANARY)), Log()
    assert isinstance(await revealed(oc, name=name, log=log), Text)
    assert isinstance(await keys_of(Gate(oc, TARGET), TARGET, "openshift-adp", name), Text)
    assert oc.calls == []
    assert log.events == []


async def test_refusals_of_the_gate_are_sentences() -> None:
    moved = Text(en="elsewhere", ja="別の場所")
    oc = Oc(secret(cloud=CANARY))
    make: list[Callable[[], Gate]] = [
        lambda: Gate(oc, TARGET, moved=lambda: moved),
        lambda: Gate(oc, replace(TARGET, can_run=False)),
    ]
    for gate in make:
        assert isinstance(await reveal(gate(), "openshift-adp", "creds", "cloud", Log()), Text)
        assert isinstance(await keys_of(gate(), TARGET, "openshift-adp", "creds"), Text)
    assert isinstance(await reveal(Gate(oc, TARGET), "-A", "creds", "cloud", Log()), Text)
    assert oc.calls == []
