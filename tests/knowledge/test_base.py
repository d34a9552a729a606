"""Knowledge files of the user: errors name file, line and field; bad ones hurt nobody else."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.base import Problem, load, read_issue
from knowledge.check import check
from knowledge.yaml_file import BadFile
from knowledge.yaml_file import load as load_yaml

GOOD = """\
id: mine
title: {en: Mine, ja: 自分の問題}
summary: {en: Seen here, ja: 概要}
cause: {en: Why, ja: 原因}
severity: warning
sources: []
facts:
  line:
    says: {en: A line, ja: 行}
    log: {in: [velero], pattern: my own error}
causes:
  - id: one
    title: {en: One, ja: 一つ目}
    explain: {en: So, ja: 説明}
    when: [line]
examples: {positive: [], negative: []}
"""


def problem(text: str) -> Problem:
    found = read_issue(text, "mine.yaml", "mine")
    assert isinstance(found, Problem)
    return found


def test_a_folder_adds_issues_and_replaces_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "broken.yaml").write_text("id: [")
    base = load([tmp_path])
    assert "mine" in base.issues
    assert "plugin-eof-benign" in base.issues
    (broken,) = base.problems
    assert "broken.yaml:2: not YAML" in str(broken)


@pytest.mark.parametrize(
    ("change", "line", "field", "message"),
    [
        (("severity: warning", "severity: awful"), 5, "severity", "awful"),
        (("    when: [line]", "    when: [lines]"), 12, "causes[0]", "no fact 'lines'"),
        (("pattern: my own error", "pattern: '(?=x)'"), 8, "facts.line", "(?="),
        (("    explain: {en: So, ja: 説明}\n", ""), 12, "causes[0]", "explain"),
        (("id: mine", "id: other"), 1, "id", "must be 'mine'"),
        (("sources: []", "sources: []\nwhat: 1"), 1, "", "what"),
        (("log: {in:", "lag: {in:"), 8, "facts.line", "exactly one of"),
    ],
)
def test_errors_name_line_and_field(
    change: tuple[str, str], line: int, field: str, message: str
) -> None:
    found = problem(GOOD.replace(*change))
    assert (found.line, found.field) == (line, field)
    assert message in found.message


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x",
        "[" * 200,
        "a: !!python/object/apply:os.system [x]",
        "a: 1\n\tb: 2",
        "a: {b: 1, c: [{d: 1}], b: 2}",
        "\x00",
    ],
)
def test_hostile_yaml_is_refused(text: str) -> None:
    with pytest.raises(BadFile):
        load_yaml(text)


def test_the_same_key_in_different_places_is_fine() -> None:
    assert load_yaml("{a: {a: [{a: a}, {a: a}], b: a}, b: a}")["a"]["b"] == "a"


def test_times_and_words_stay_text() -> None:
    assert load_yaml("{a: 2025-07-01T00:00:00Z, b: yes, c: true}") == {
        "a": "2025-07-01T00:00:00Z",
        "b": "yes",
        "c": True,
    }


def test_a_pattern_that_blows_up_elsewhere_takes_no_time() -> None:
    from knowledge.pattern import compiled

    assert compiled("(a+)+$").search("a" * 50_000 + "b") is None


def test_the_example_of_the_documentation_finds_what_it_says(tmp_path: Path) -> None:
    documentation = (Path(__file__).parents[2] / "docs/writing-knowledge.md").read_text()
    (example,) = re.findall(r"```yaml\n(id: quota-exceeded.*?)```", documentation, re.DOTALL)
    (tmp_path / "quota-exceeded.yaml").write_text(example)
    report = check(load([tmp_path]), ["quota-exceeded"])
    # It is short on purpose: all that is missing is more examples.
    assert {problem.message for problem in report.problems} == {"give at least two"}


def test_a_comparison_with_what_nothing_binds_is_a_problem(tmp_path: Path) -> None:
    documentation = (Path(__file__).parents[2] / "docs/writing-knowledge.md").read_text()
    (example,) = re.findall(r"```yaml\n(id: quota-exceeded.*?)```", documentation, re.DOTALL)
    phases = "where: [{path: status.phase, in: [PartiallyFailed, Failed]}"
    assert phases in example
    (tmp_path / "quota-exceeded.yaml").write_text(
        example.replace(phases, f"{phases}, {{path: status.startTimestamp, after: failed_at}}")
    )
    report = check(load([tmp_path]), ["quota-exceeded"])
    messages = {problem.message for problem in report.problems}
    assert "nothing binds 'failed_at', so this is never known" in messages


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    base = load([tmp_path / "nowhere"])
    assert len(base.problems) == 1
    assert base.issues


@given(st.text(max_size=200))
def test_nothing_breaks_the_reader(text: str) -> None:
    read_issue(text, "x.yaml")
