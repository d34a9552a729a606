import json
import shlex
import subprocess

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import command
from knowledge.command import CommandProblem, MissingValue
from knowledge.model import Input, Step
from knowledge.text import Text

TITLE = Text(en="x", ja="x")


def test_placeholders_are_filled_within_their_argument() -> None:
    run = ("label", "bsl", "${bsl}", "a=${value}", 3, True)
    filled = command.arguments(run, {"bsl": "my bsl; rm -rf /", "value": "$(id)"})
    assert filled == ("label", "bsl", "my bsl; rm -rf /", "a=$(id)", "3", "true")


def test_mappings_become_one_json_argument() -> None:
    run = ("patch", "-p", [{"op": "remove", "path": "/spec/backupLocations/${index}/bucket"}])
    filled = command.arguments(run, {"index": "2"})
    assert filled[2] == '[{"op":"remove","path":"/spec/backupLocations/2/bucket"}]'
    quoted = command.arguments(({"a": "${x}"},), {"x": '"},{"b":"'})
    assert json.loads(quoted[0]) == {"a": '"},{"b":"'}


def test_values_are_never_read_as_templates() -> None:
    assert command.arguments(("${a}",), {"a": "${b}", "b": "no"}) == ("${b}",)


def test_unknown_and_empty_placeholders_are_named() -> None:
    for values in ({}, {"gone": ""}):
        with pytest.raises(MissingValue) as caught:
            command.arguments(("get", "x${gone}"), values)
        assert caught.value.name == "gone"
        assert caught.value.message.ja


@pytest.mark.parametrize(
    ("run", "values"),
    [
        (("get", "${x}"), {"x": "--all"}),
        (("get", "${x}=y"), {"x": "--kubeconfig"}),
        (("get", "${x}"), {"x": "a\nb"}),
        (("get", "${x}"), {"x": "a\x1b[2J"}),
        (({"a": "${x}"},), {"x": "a\u0085b"}),
        (({"${x}": "a"},), {"x": "b"}),
        (("get", None), {}),
    ],
)
def test_what_could_change_the_command_is_refused(
    run: tuple[object, ...], values: dict[str, str]
) -> None:
    with pytest.raises(CommandProblem):
        command.arguments(run, values)


def test_a_flag_written_by_the_author_may_take_a_value() -> None:
    assert command.arguments(("--for=jsonpath=${x}",), {"x": "-1"}) == ("--for=jsonpath=-1",)


def test_manifests_get_their_namespace() -> None:
    body = {"kind": "Restore", "metadata": {"name": "${name}"}, "spec": {"x": ["${name}", 1]}}
    filled = command.manifest(body, {"name": "r"}, "openshift-adp")
    assert filled["metadata"] == {"name": "r", "namespace": "openshift-adp"}
    assert filled["spec"] == {"x": ["r", 1]}
    kept = command.manifest({"metadata": {"namespace": "other"}}, {}, "openshift-adp")
    assert kept["metadata"]["namespace"] == "other"
    listed = command.manifest({"kind": "List", "items": [{"kind": "A"}]}, {}, "ns")
    assert listed["items"][0]["metadata"] == {"namespace": "ns"}
    assert "metadata" not in command.manifest({"kind": "Namespace"}, {})


def test_values_are_checked_against_their_pattern() -> None:
    name = Input(title=TITLE)
    assert command.check_value(name, "a-b.c") is None
    for bad in ("", "A", "-a", "a b", "a\n", "x" * 5_000):
        assert command.check_value(name, bad) is not None
    assert command.check_value(Input(title=TITLE, optional=True), "") is None
    assert command.check_value(Input(title=TITLE, pattern="("), "a") is not None
    assert command.check_value(Input(title=TITLE, pattern="(?s).*"), "a\x07") is not None


def test_the_values_a_step_needs_are_known() -> None:
    step = msgspec.convert(
        {
            "id": "a", "kind": "change", "title": {"en": "", "ja": ""},
            "why": {"en": "", "ja": ""}, "run": ["x", "${a}", {"p": ["${b}"]}],
            "stdin": {"metadata": {"name": "${c}"}},
        },
        Step,
    )  # fmt: skip
    assert command.needs(step) == {"a", "b", "c", "namespace"}


def test_a_shown_command_can_be_pasted() -> None:
    text = command.shown(("cat", "-"), "first\nEOF\n$HOME `id`\n")
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True)
    assert ran.stdout == "first\nEOF\n$HOME `id`\n"


VALUE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@given(VALUE, VALUE)
def test_no_value_adds_an_argument_or_a_flag(first: str, second: str) -> None:
    run = ("label", "bsl", "${a}", "k=${b}", {"x": "${a}"})
    try:
        argv = command.arguments(run, {"a": first, "b": second})
    except CommandProblem:
        return
    assert len(argv) == len(run)
    assert not argv[2].startswith("-")
    assert json.loads(argv[4]) == {"x": first}
    assert shlex.split(command.shown(argv)) == list(argv)
