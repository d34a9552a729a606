import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from knowledge import command
from knowledge.base import load, read_issue
from knowledge.judge import CompiledIssue
from knowledge.model import Issue, Step
from knowledge.text import LANGUAGES, Language
from tests.fakes import TARGET, FakeClock, FakeRunner, FakeSession, FakeState, snapshot
from tui.engine.command_lines import written
from tui.engine.document import WIDTH, Code, Heading, Prose, to_markdown, to_text
from tui.engine.journal import Journal
from tui.engine.line_breaks import cells
from tui.engine.mode import Mode
from tui.engine.runbook import open_runbook
from tui.engine.walkthrough import as_markdown, as_text

ISSUES = load(()).issues
EVERY = [
    pytest.param(issue, cause, language, id=f"{issue.id}-{cause}-{language}")
    for issue in ISSUES.values()
    for cause in (None, *(each.id for each in issue.causes))
    for language in LANGUAGES
]


def flat(text: str) -> str:
    """Return `text` without what the two forms write in different ways."""
    text = re.sub(r"\$\{([^}]+)\}", r"<\1>", text)
    return re.sub(r"[\s`]|\*\*", "", text)


def steps_of(issue: Issue, cause: str | None) -> list[Step]:
    if issue.procedure is None or (cause is not None and not issue.has_procedure(cause)):
        return []
    steps = issue.procedure.steps
    return [each for each in steps if cause is None or not each.causes or cause in each.causes]


@pytest.mark.parametrize(("issue", "cause", "language"), EVERY)
def test_everything_of_a_runbook_is_told(
    issue: Issue, cause: str | None, language: Language
) -> None:
    for text in (as_markdown(issue, cause, language), as_text(issue, cause, language)):
        told = flat(text)
        wanted = [issue.title, issue.summary, issue.cause]
        wanted += [
            words
            for each in issue.causes
            if cause in (None, each.id)
            for words in (each.title, each.explain)
        ]
        for step in steps_of(issue, cause):
            wanted += [step.title, step.why]
            wanted += [words for each in step.options for words in (each.title, each.why)]
            if step.expect is not None:
                wanted += [each for each in (step.expect.good, step.expect.bad) if each]
            if step.undo is not None:
                wanted.append(step.undo.note)
            if step.run:
                lines = written(step.run, step.stdin, step.namespace)
                assert lines in text
        for words in wanted:
            assert flat(words.to(language)) in told, words.to(language)
        for reference in issue.sources:
            assert flat(reference.url) in told


@pytest.mark.parametrize(("issue", "cause", "language"), EVERY)
def test_steps_are_numbered_in_their_order(
    issue: Issue, cause: str | None, language: Language
) -> None:
    text = as_markdown(issue, cause, language)
    numbers = re.findall(r"(?m)^### (\d+)\. ", text)
    count = len(steps_of(issue, cause))
    assert numbers == [str(number) for number in range(1, count + 1)]


@pytest.mark.parametrize(("issue", "cause", "language"), EVERY)
def test_printed_lines_fit_on_paper(issue: Issue, cause: str | None, language: Language) -> None:
    wide = [line for line in as_text(issue, cause, language).split("\n") if cells(line) > WIDTH]
    assert wide == []


def words_of(lines: str) -> list[str]:
    """Return the words as a shell sees them; `<name>` as such, as it stands for a value."""
    head = lines.partition(" <<'")[0]
    marked = re.sub(r"<([A-Za-z0-9_-]+)>", r"@\1@", head).replace("\\\n", "")
    return [re.sub(r"@([A-Za-z0-9_-]+)@", r"<\1>", word) for word in shlex.split(marked)]


@pytest.mark.parametrize("width", [100, 60, 40])
@pytest.mark.parametrize(
    "step",
    [
        pytest.param(step, id=f"{issue.id}-{step.id}")
        for issue in ISSUES.values()
        for step in steps_of(issue, None)
        if step.run
    ],
)
def test_commands_are_exact_however_they_are_broken(step: Step, width: int) -> None:
    shown = words_of(written(step.run, step.stdin, step.namespace, width))
    names = {name: f"<{name}>" for name in command.needs(step)}
    place = re.sub(r"\$\{([^}]+)\}", r"<\1>", step.namespace)
    head = ["oc", "-n", place] if place else ["oc"]
    expected = [*head, *command.arguments(step.run, names)]
    assert len(shown) == len(expected)
    for word, argument in zip(shown, expected, strict=True):
        # JSON may be laid out on lines; it is the same JSON.
        assert word == argument or json.loads(word) == json.loads(argument)


SMALL = """
id: small
title: {en: A <b>small</b> issue, ja: 小さい問題}
summary: {en: S., ja: 概要。}
cause: {en: C., ja: 原因。}
severity: error
sources: [{url: "https://example.com/x", title: X}]
facts:
  here:
    says: {en: "${bsl} is here", ja: "${bsl} がある"}
    object: {kind: BackupStorageLocation, bind: {bsl: metadata.name}}
  gone:
    says: {en: It is gone, ja: なくなった}
    object: {kind: Backup}
causes:
  - id: one
    title: {en: One, ja: 一}
    explain: {en: E., ja: 説明。}
    when: [here, {not: {any: [gone, here]}}]
  - id: two
    title: {en: Two, ja: 二}
    explain: {en: E., ja: 説明。}
    when: [gone]
procedure:
  causes: [one]
  inputs:
    bsl: {title: {en: Location, ja: 保存場所}}
    other: {title: {en: Not used, ja: 未使用}}
  steps:
    - id: way
      kind: choose
      title: {en: Choose, ja: 選ぶ}
      why: {en: W., ja: 理由。}
      options:
        - {id: a, title: {en: First, ja: 一番}, why: {en: W., ja: 理由。}, recommended: true}
        - {id: b, title: {en: Second, ja: 二番}, why: {en: W., ja: 理由。}, when: [gone]}
    - id: change
      kind: change
      chosen: {way: [b]}
      title: {en: Change, ja: 変更}
      why: {en: "Of `${bsl}`, and ${bsl}.", ja: 理由。}
      run: [label, backupstoragelocations.velero.io, "${bsl}", a=b]
      risk: change
      usually: 20
      within: 90
      assumes: [here]
      assumption: {en: The location is there., ja: 保存場所がある。}
      undo: {note: {en: Off., ja: 外す。}, run: [label, bsl, "${bsl}", a-]}
    - id: wait
      kind: wait
      title: {en: Wait, ja: 待つ}
      why: {en: W., ja: 理由。}
      until: [gone]
      within: 300
"""


def small() -> Issue:
    compiled = read_issue(SMALL, "small.yaml")
    assert isinstance(compiled, CompiledIssue), str(compiled)
    return compiled.issue


def test_conditions_and_limits_are_told() -> None:
    text = as_text(small(), "one", "en")
    for expected in (
        "- Proven by: “<bsl> is here” and not (“It is gone” or “<bsl> is here”)",
        "- <bsl>: Location (taken from the finding)",
        "- First (recommended): W.",
        "  - Offered only if: “It is gone”",
        "- Only if chosen: 1. Second",
        "- Runs only if: The location is there.",
        "- Usually takes: 20 s",
        "- Time limit: 1 min 30 s",
        "- Waits until: “It is gone”",
        "- Time limit: 5 min",
        "oc -n <namespace> label backupstoragelocations.velero.io <bsl> a=b",
        "oc -n <namespace> label bsl <bsl> a-",
        "3 steps: 0 commands that only read, 1 changes, 0 disruptive, 0 destructive.",
    ):
        assert expected in text, text
    assert "Not used" not in text
    japanese = as_text(small(), "one", "ja")
    assert "「<bsl> がある」かつ（「なくなった」または「<bsl> がある」）ではない" in japanese


def test_a_cause_without_runbook_says_so() -> None:
    assert "It has no runbook." in as_text(small(), "two", "en")
    assert "1. Choose" not in as_text(small(), "two", "en")


def test_names_are_no_html_in_markdown() -> None:
    text = as_markdown(small(), "one", "en")
    assert "Of `<bsl>`, and `<bsl>`." in text


@pytest.mark.parametrize(
    ("blocks", "width", "lines"),
    [
        ([Prose("one two three")], 8, ["one two", "three"]),
        (
            [Prose("- one two three\n  four\n- five")],
            9,
            ["- one two", "  three", "  four", "- five"],
        ),
        # Two cells each; no line begins with 。 nor ends with 「.
        ([Prose("あいうえ。か")], 8, ["あいう", "え。か"]),
        ([Prose("あいう「え」")], 8, ["あいう", "「え」"]),
        ([Prose("は **太字** です")], 40, ["は太字です"]),
        ([Prose("a [b](c) `[d](e)` **f**")], 80, ["a b (c) [d](e) f"]),
        ([Prose("x" * 12)], 5, ["xxxxx", "xxxxx", "xx"]),
        ([Heading(1, "日本")], 80, ["日本", "===="]),
        ([Code("x" * 90 + "\n  y\n")], 10, ["x" * 90, "  y"]),
    ],
)
def test_text_is_wrapped_by_the_rules_of_both_languages(
    blocks: list[Any], width: int, lines: list[str]
) -> None:
    assert to_text(blocks, width).rstrip("\n").split("\n") == lines


def test_a_block_of_code_holds_whatever_is_in_it() -> None:
    assert to_markdown([Code("```\nx", "sh")]) == "````sh\n```\nx\n````\n"


def test_every_command_of_every_procedure_can_be_read_without_a_cluster(tmp_path: Path) -> None:
    base = load()
    for issue in base.issues.values():
        for cause in (each.id for each in issue.causes if issue.has_procedure(each.id)):
            for last in (False, True):
                runbook = open_runbook(
                    FakeSession(base, FakeState(snapshot())), issue.id, cause, None, TARGET,
                    runner=FakeRunner(), journal=Journal(tmp_path), clock=FakeClock(),
                    mode=Mode.WALKTHROUGH,
                )  # fmt: skip
                while (view := runbook.current) is not None:
                    if view.step.run:
                        assert runbook.request(view.step.id).shown
                    if view.options:
                        runbook.choose(view.step.id, view.options[-1 if last else 0].option.id)
                    else:
                        runbook.tick(view.step.id)
