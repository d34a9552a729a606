"""Log lines of every format become records with unescaped values, and nothing breaks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.record import parse, unquote

TEXT = (
    'time="2024-10-14T22:48:24Z" level=error msg="[is-backup] secrets \\"a-b\\" not found" '
    'backup=openshift-adp/daily progress= logSource="pkg/x.go:1" logger name="[shared]"'
)


def test_text_lines_are_unescaped() -> None:
    record = parse(TEXT)
    assert record.fields["msg"] == '[is-backup] secrets "a-b" not found'
    assert record.fields["backup"] == "openshift-adp/daily"
    assert record.fields["progress"] == ""
    assert (record.level, record.time) == ("error", "2024-10-14T22:48:24Z")


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "2024-02-27T10:46:50.028951744Z ",
        "024-02-27T10:46:50.028951744Z ",
        "[pod/velero-6d5f/velero] ",
        "[pod/velero-6d5f/velero] 2024-02-27T10:46:50.028951744+02:00 ",
    ],
)
def test_prefixes_of_oc_are_removed(prefix: str) -> None:
    assert parse(prefix + TEXT).fields == parse(TEXT).fields


def test_json_names_the_error_like_text_does() -> None:
    record = parse('{"level":"error","msg":"m","error.message":"a \\"b\\"","time":"t","n":3}')
    assert record.fields["error"] == 'a "b"'
    assert record.fields["n"] == "3"


def test_zap_console_lines_carry_their_attached_fields() -> None:
    record = parse(
        '2025-07-01T10:00:00Z\tERROR\tcontrollers\tReconciler error\t{"error": "must \\"x\\""}'
    )
    assert record.level == "error"
    assert record.fields["msg"] == "Reconciler error"
    assert record.fields["error"] == 'must "x"'


def test_klog_lines_have_a_level() -> None:
    record = parse("E0701 10:00:00.123456       1 reflector.go:147] Failed to watch")
    assert (record.level, record.fields["msg"]) == ("error", "Failed to watch")


def test_a_line_of_no_format_is_its_own_message() -> None:
    record = parse("panic: runtime error: invalid memory address")
    assert record.fields["msg"] == "panic: runtime error: invalid memory address"
    assert not record.structured


@given(st.text())
def test_nothing_breaks_the_parser(line: str) -> None:
    record = parse(line)
    assert isinstance(record.fields["msg"], str)


@given(st.text(alphabet='ab\\"\n\t', max_size=60))
def test_what_go_quotes_is_unquoted(text: str) -> None:
    quoted = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    assert unquote(quoted) == text
    assert parse(f'time="t" level=info msg="{quoted}" a=b').fields["msg"] == text
