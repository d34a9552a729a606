import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.written import (
    CLOSED,
    FINDING,
    ID,
    LISTED,
    OPENED,
    asked,
    findings,
    numbered,
    ran,
    write,
)
from tui.engine import handover
from tui.engine.incident import as_json, as_markdown
from tui.engine.record import Record
from tui.engine.records import export, list_sessions

SAVED = {"event": "saved", "attempt": 1, "step": "label", "yaml": "kind: BackupStorageLocation\n"}
OUTPUT = {
    "event": "output",
    "attempt": 1,
    "step": "label",
    "lines": [["stdout", "labeled"], ["stderr", "warning"]],
    "omitted": 0,
}
DIFFERENCE = {"event": "difference", "attempt": 1, "step": "label", "lines": ["-  a: x", "+  a: b"]}
REVEALED = {"event": "revealed", "namespace": "openshift-adp", "secret": "cloud", "key": "key-id"}
WHOLE = [
    OPENED,
    {"event": "input", "name": "bsl", "value": "custom", "ok": True},
    {"event": "chosen", "step": "way", "option": "by-label"},
    SAVED,
    asked(),
    OUTPUT,
    ran(note={"en": "It is labelled.", "ja": "ラベルが付きました。"}),
    DIFFERENCE,
    {"event": "note", "text": "asked the owner first"},
    {"event": "ticked", "step": "ask"},
    {"event": "skipped", "step": "force", "state": "pending"},
    {"event": "waited", "step": "wait", "state": "done", "seconds": 63},
    REVEALED,
    {"event": "continued", "operator": "kim@lap", "target": {"context": "lab2", "user": "kim"}},
    findings(),
    CLOSED,
]


def record(*events: dict[str, Any], broken: int = 0) -> Record:
    return Record(ID, tuple(numbered(events)), broken)


def english(*events: dict[str, Any]) -> str:
    return as_markdown(record(*events), "en")


def test_an_incident_answers_who_where_when_what_and_how_to_undo() -> None:
    text = english(*WHOLE)
    for expected in (
        "# Incident record: Label missing",
        "The finding is gone.",
        "Changes carried out: 1.",
        "- Carried out by: `jo@desk, kim@lap`",
        "- Cluster user: `sre`",
        "- Cluster: `https://api.example.com:6443`",
        "- Context: `lab`",
        "- Namespace: `openshift-adp`",
        "- Versions: `oadp 1.4.1`",
        "- Start: 2026-11-23 10:15:30 (UTC), 2026-11-23 19:15:30 (+09:00)",
        "- Duration: 15 min",
        "- Verdict: `confirmed`",
        "`BackupStorageLocation ns/custom` `metadata.labels` `null`",
        "`velero:7` `not found`",
        "oc label bsl custom a=b",
        "Confirmed before it ran by: `jo@desk`",
        "Exit code: 0 (0.4 s)",
        "Step: done: It is labelled.",
        "labeled\nwarning",
        "```diff\n-  a: x\n+  a: b\n```",
        "kind: BackupStorageLocation",
        "Value entered: `bsl` `custom`",
        "Chosen: `way` `by-label`",
        "Note: `asked the owner first`",
        "Skipped: `force` – to do",
        "Waited: `wait` – done (1 min 3 s)",
        "`openshift-adp` `cloud` `key-id`",
        "Gone on with: `kim@lap` `kim` `lab2`",
        "## How to take the changes back",
        "oc label bsl custom a-",
        "## Findings at the end",
        "- none",
    ):
        assert expected in text, f"{expected}\n---\n{text}"
    assert "UNKNOWN" not in text


def test_steps_are_named_by_their_titles() -> None:
    title = {"en": "Ask *the* owner", "ja": "所有者に確認する"}
    label = {"en": "By label", "ja": "ラベルで"}
    events = (
        OPENED,
        {"event": "ticked", "step": "ask", "title": title},
        {"event": "chosen", "step": "way", "title": title, "option": "x", "label": label},
        {"event": "skipped", "step": "old", "title": ["odd"]},
    )
    text = english(*events)
    assert "Done by hand: “Ask \\*the\\* owner”" in text
    assert "Chosen: “Ask \\*the\\* owner” “By label”" in text
    assert "Skipped: `old`" in text
    assert "手動で完了: 「所有者に確認する」" in as_markdown(record(*events), "ja")


def test_the_same_in_japanese() -> None:
    text = as_markdown(record(*WHOLE), "ja")
    for expected in (
        "# インシデント記録: ラベルがありません",
        "検出結果は解消しました。",
        "実施した変更: 1 件。",
        "- 実施者: `jo@desk, kim@lap`",
        "- 所要時間: 15 分",
        "2026-11-23 10:15:30 (UTC)、2026-11-23 19:15:30 (+09:00)",
        "実行前の確認者: `jo@desk`",
        "ステップ: 完了: ラベルが付きました。",
        "待機: `wait` – 完了 (1 分 3 秒)",
        "## 変更を元に戻す方法",
        "- なし",
    ):
        assert expected in text, f"{expected}\n---\n{text}"


OTHER = LISTED | {"subjects": ["BackupStorageLocation openshift-adp/other"]}


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([OPENED, findings(), CLOSED], "gone"),
        ([OPENED, findings(OTHER), CLOSED], "gone"),
        ([OPENED, findings(LISTED), CLOSED], "still-there"),
        ([OPENED, findings(FINDING), CLOSED], "still-there"),
        ([OPENED, findings(LISTED), findings(), CLOSED], "gone"),
        ([OPENED, CLOSED], "unknown"),
        ([OPENED, findings(complete=False)], "unknown"),
        ([OPENED, findings(not_evaluated=["label-missing"])], "unknown"),
        ([OPENED, findings(not_evaluated=["another"])], "gone"),
        ([OPENED | {"finding": None}, findings()], "no-finding"),
        ([OPENED | {"mode": "dry-run"}, findings()], "nothing-changed"),
        ([], "no-finding"),
    ],
)
def test_the_outcome_is_said_only_where_it_is_known(
    events: list[dict[str, Any]], outcome: str
) -> None:
    summary = json.loads(as_json(record(*events)))["summary"]
    assert summary["outcome"] == outcome


def test_a_change_of_unknown_outcome_is_the_first_thing_said() -> None:
    text = english(OPENED, asked(), findings(), CLOSED)
    top = text[: text.index("## What was seen")]
    assert "of UNKNOWN outcome: 1" in top
    assert "- Label it: `oc label bsl custom a=b`" in top
    settled = {"event": "settled", "step": "label", "outcome": "happened", "state": "done"}
    text = english(OPENED, asked(), settled, findings(), CLOSED)
    assert "UNKNOWN" not in text
    assert "settled later: 2026-11-23 10:17:30 (UTC)" in text
    assert "Changes carried out: 1." in text


def test_what_was_taken_back_needs_no_undo() -> None:
    undo = asked(2, purpose="undo", shown="oc label bsl custom a-", undo_command=None)
    text = english(OPENED, asked(), ran(), undo, ran(2, state="pending"), CLOSED)
    assert "Changes carried out: 1, taken back: 1." in text
    assert "How to take the changes back" not in text


def test_signals_time_limits_and_missing_programs_are_told() -> None:
    text = english(
        OPENED,
        asked(1, risk="read"), ran(1, code=-9, signal="SIGKILL", state="failed"),
        asked(2, risk="read"), ran(2, ending="timeout", code=None, seconds=120, state="failed"),
        asked(3, risk="read"), ran(3, ending="missing", code=None, message="no `oc`"),
    )  # fmt: skip
    assert "Exit code: -9" in text.replace("\\", "")
    assert "Ended by the signal: `SIGKILL`" in text
    assert "the time limit was reached (2 min)" in text
    assert "It could not be started: `` no `oc` ``" in text


@pytest.mark.parametrize(
    ("opened", "word"),
    [
        (OPENED | {"mode": "dry-run"}, "> **DRY RUN"),
        (OPENED | {"target": {"practice": True}}, "> **PRACTICE"),
    ],
)
def test_what_was_no_real_change_is_said_loudly(opened: dict[str, Any], word: str) -> None:
    text = english(opened, asked(), ran())
    assert word in text[: text.index("## Summary")]
    assert ("Changes carried out: 0" in text) == ("dry-run" in str(opened))


def test_a_dry_run_shows_what_it_went_through() -> None:
    rehearsed = {
        "event": "dry-ran", "step": "label", "title": {"en": "Label it", "ja": "付ける"},
        "shown": "oc label x", "state": "dry-run", "note": None, "lines": ["+ a: b"],
    }  # fmt: skip
    text = english(OPENED | {"mode": "dry-run"}, rehearsed)
    assert "oc label x" in text
    assert "```diff\n+ a: b\n```" in text


def test_a_record_of_the_previous_format_is_told_as_far_as_it_goes() -> None:
    old = {name: OPENED[name] for name in ("event", "issue", "cause", "title", "target", "finding")}
    command = {
        "event": "will-run", "attempt": 1, "step": "label", "title": {"en": "Label", "ja": "付"},
        "purpose": "run", "argv": ["oc"], "shown": "oc label", "risk": "change", "approved": "x",
    }  # fmt: skip
    ended = {"event": "ran", "attempt": 1, "ending": "exit", "code": 0, "seconds": 1.0}
    events = numbered([old, command, ended, CLOSED])
    for event in events:
        del event["local"]
    text = as_markdown(Record(ID, tuple(events), 0), "en")
    assert "- Start: 2026-11-23 10:15:30 (UTC)\n" in text
    assert "Changes carried out: 1." in text
    assert "It is not known whether the finding is gone" in text
    assert "Confirmed before it ran" in text


def test_long_outputs_are_folded_and_bounded() -> None:
    lines = [["stdout", f"line {number}"] for number in range(900)]
    text = english(OPENED, asked(), OUTPUT | {"lines": lines}, ran())
    assert "<summary>Output (900)</summary>" in text
    assert "line 0\n" in text
    assert "line 899\n" in text
    assert "line 450\n" not in text
    assert "(700 lines left out)" in text


HOSTILE = [
    "```\n# heading\n```",
    "````` [x](javascript:alert(1)) `````",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</details><h1>x</h1>",
    "@everyone #1 !2 org/repo#3 GH-4 user@example.com",
    "https://evil.example.com www.evil.example.com",
    "[link](https://evil.example.com) ![picture](https://evil.example.com/x.png)",
    "| a | b |\n|---|---|\n",
    "- item\n1. item\n> quote\n# head\n---\n===\n",
    "    code\n\ttab",
    "\x1b[31mred\x1b[0m \x9b31m \u202eevil\u2066 \u200b\ufeff \x00 \r\n \u2028",
    "`", "``", "a`b``c```d", "\\`", "*bold* _it_ ~~gone~~ $x$ &lt;b&gt; {{x}}", "<!-- x -->", "",
    "\n\n\n", "~~~\nx\n~~~",
]  # fmt: skip


MEANT = {"event", "schema", "time"}
"""Fields that make an event what it is; an import refuses anything else in them."""
LOOKED_UP = {"local", "risk", "purpose", "mode", "state", "ending"}
"""Fields whose words decide what a document says."""


def leaves(node: Any, but: set[str], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each string, except in fields with the names `but`."""
    if isinstance(node, str):
        yield path
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in but:
                yield from leaves(value, but, (*path, name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from leaves(value, but, (*path, number))


EVENTS = numbered(WHOLE)
LEAVES = sorted(leaves(EVENTS, MEANT | LOOKED_UP), key=str)
ALL_LEAVES = sorted(leaves(EVENTS, MEANT), key=str)


def with_text(path: tuple[Any, ...], text: Any) -> list[dict[str, Any]]:
    events = copy.deepcopy(EVENTS)
    node: Any = events
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = text
    return events


def outside_code(text: str) -> str:
    """Return what of a Markdown document is no code: there only our own markup may stand."""
    kept, fence = [], ""
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,})[a-z]*$", line)
        if fence:
            if re.fullmatch(rf" {{0,3}}`{{{len(fence)},}} *", line):
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            kept.append(line)
    assert not fence, "a block of code is left open"
    joined = "\n".join(kept)
    return re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", joined)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_foreign_text_becomes_no_markup(text: str, language: Any) -> None:
    for path in LEAVES:
        events = tuple(with_text(path, text))
        shown = as_markdown(Record(ID, events, 0), language)
        bare = outside_code(shown)
        place = f"{path}\n{shown}"
        for tag in re.findall(r"(?<!\\)<[^>]*>", bare):
            assert tag in {"<details>", "<summary>", "</summary>", "</details>"}, place
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(", bare), place
        assert not re.search(r"(?<![\\\w])[@](?=\w)|://|www\.", bare), place
        # Headings are ours: their number does not depend on what the record holds.
        heads = re.findall(r"(?m)^ {0,3}#{1,6} ", bare)
        assert len(heads) == 8, place
        assert not re.search(
            r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]", shown
        )


CANARY = "c4NaRyC4naRYc4nArY9d8f7e6a5b"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n{CANARY}\n-----END RSA PRIVATE KEY-----"
SECRETS = [
    f"Authorization: Bearer {CANARY}",
    f"sha256~{CANARY}",
    f"token: sha256~{CANARY}",
    f"aws_secret_access_key={CANARY}",
    f"AWS_SECRET_ACCESS_KEY = {CANARY}",
    f"https://admin:{CANARY}@registry.example.com/v2/",
    f"https://s3.example.com/b/x.gz?X-Amz-Algorithm=A&X-Amz-Signature={CANARY}&x=1",
    f"https://a.blob.core.windows.net/c/b?sv=2020&sig={CANARY}%3D",
    f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}",
    f'{{"apiVersion":"v1","data":{{"x":"{CANARY}"}},"kind":"Secret"}}',
    f"apiVersion: v1\ndata:\n  cloud: {CANARY}\nkind: Secret\nmetadata:\n  name: x",
    f"kind: Secret\nstringData:\n  a: |\n    {CANARY}\n    {CANARY}\ntype: Opaque",
    f'{{\n  "kind": "Secret",\n  "data": {{\n    "x": "{CANARY}"\n  }}\n}}',
    PEM,
    f"oc login --token {CANARY} https://api",
    f"client-key-data: {CANARY}",
]  # fmt: skip
NOISE = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)


def everything(events: list[dict[str, Any]], folder: Path) -> str:
    """Return all that leaves the machine or is kept anew when a record with `events` is used."""
    here, there = folder / "here", folder / "there"
    here.mkdir(parents=True)
    (here / f"{ID}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in events))
    out = [export(ID, "json", "en", here), str(list_sessions(here))]
    out += [export(ID, "markdown", "en", here), export(ID, "markdown", "ja", here)]
    out.append((here / "summaries.json").read_text())
    document = folder / "session.json"
    document.write_text(out[0])
    with document.open("rb") as file:
        handover.import_session(file, document.name, there)
    out += [(there / f"{ID}.jsonl").read_text(), str(list_sessions(there))]
    return "\n".join(out)


@given(st.data(), st.sampled_from(SECRETS))
def test_no_secret_leaves_in_any_field(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, secret: str
) -> None:
    path = data.draw(st.sampled_from(ALL_LEAVES))
    before, after = data.draw(NOISE), data.draw(NOISE)
    lead = f"{before}\n" if before else ""
    events = with_text(path, f"{lead}{secret}\n{after}")
    assert CANARY not in everything(events, tmp_path_factory.mktemp("canary"))


@given(
    st.sampled_from(SECRETS),
    st.lists(NOISE.map(lambda text: text.replace("\n", " ")), max_size=3),
    st.lists(NOISE.map(lambda text: text.replace("\n", " ")), max_size=3),
    st.booleans(),
    st.integers(0, 6),
)
def test_no_secret_leaves_that_is_spread_over_the_lines_of_an_output(
    tmp_path_factory: pytest.TempPathFactory,
    secret: str,
    before: list[str],
    after: list[str],
    apart: bool,
    cut: int,
) -> None:
    lines = [["stdout", text] for text in (*before, *secret.split("\n"), *after)]
    if apart:
        # Another stream in between, and the output in two events.
        lines = [each for line in lines for each in (line, ["stderr", "progress"])]
    cut = min(cut, len(lines))
    outputs = [OUTPUT | {"lines": lines[:cut]}, OUTPUT | {"lines": lines[cut:]}]
    difference = DIFFERENCE | {"lines": [*before, *secret.split("\n"), *after]}
    events = numbered([OPENED, asked(), *outputs, ran(), difference, CLOSED])
    assert CANARY not in everything(events, tmp_path_factory.mktemp("canary"))


def test_flags_with_secrets_in_lists_of_words() -> None:
    events = record(OPENED, asked(argv=["oc", "x", "--token", CANARY], args=["--password", CANARY]))
    text = as_json(events)
    assert CANARY not in text
    assert "--token" in text


def test_what_holds_no_secret_is_exported_as_it_was_written() -> None:
    assert json.loads(as_json(record(*WHOLE)))["events"] == numbered(WHOLE)


def test_the_json_has_the_answer_at_the_top(tmp_path: Path) -> None:
    write(tmp_path, OPENED, asked(), ran(), asked(2), findings(), CLOSED)
    document = json.loads(export(ID, "json", "en", tmp_path))
    assert list(document) == ["schema", "id", "broken", "unknown", "summary", "events"]
    assert document["schema"] == "oadp-doctor/incident/v1"
    assert document["unknown"] == [2]
    assert document["summary"] == {
        "outcome": "gone",
        "mode": "live",
        "practice": False,
        "imported": False,
        "closed": True,
        "started": "2026-11-23T10:15:30Z",
        "ended": "2026-11-23T10:20:30Z",
        "seconds": 300,
        "changes": 1,
        "taken_back": 0,
        "unknown": 1,
        "failed": 0,
    }
