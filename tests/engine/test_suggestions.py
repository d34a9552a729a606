import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import body, snapshot
from tui.engine.suggestions import MOST, suggestions

POD = body("Pod", "velero-1", spec={"containers": [{"name": "velero"}, {"name": "side"}]})
FACTS = snapshot(
    body("Backup", "nightly"),
    body("Backup", "elsewhere", "other"),
    body("BackupStorageLocation", "custom"),
    body("ImageStream", "postgres", "shop"),
    POD,
)


def words(line: str) -> list[str]:
    return [each.word for each in suggestions(line, FACTS)]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ge", ["get"]),
        ("oc ge", ["get"]),
        ("rollout re", ["restart", "resume"]),
        ("adm top ", ["pods", "nodes"]),
        ("get backupst", ["backupstoragelocations.velero.io"]),
        ("get backup ", ["nightly"]),
        ("get backup -n other ", ["elsewhere"]),
        ("-n other get backup ", ["elsewhere"]),
        ("describe bsl c", ["custom"]),
        ("describe backups.velero.io/n", ["backups.velero.io/nightly"]),
        ("logs v", ["velero-1"]),
        ("logs velero-1 -c ", ["velero", "side"]),
        ("logs pod/velero-1 --container s", ["side"]),
        ("logs velero-1 --fo", ["--follow"]),
        ("get pods -o ", ["json", "yaml", "wide", "name"]),
        ("delete backup x --dry", ["--dry-run="]),
        ("get pods -n o", ["openshift-adp", "other"]),
        ("apply ", ["-f"]),
        ("apply -f ", ["-"]),
        ("get pods 'x ", []),
        ("explode ", []),
    ],
)
def test_a_line_goes_on_with_what_is_there(line: str, offered: list[str]) -> None:
    assert words(line) == offered


def test_kinds_that_have_objects_come_first() -> None:
    found = words("get backup")
    assert set(found[:2]) == {"backups.velero.io", "backupstoragelocations.velero.io"}
    assert "backuprepositories.velero.io" in found


def test_the_line_is_ready_to_be_typed_on() -> None:
    assert [each.line for each in suggestions("oc  get backup n", FACTS)] == [
        "oc  get backup nightly "
    ]
    assert suggestions("logs dep", FACTS)[0].line == "logs deployment.apps/"


def test_there_are_never_too_many() -> None:
    many = snapshot(*(body("Backup", f"b{number}") for number in range(500)))
    assert len(suggestions("get backup ", many)) == MOST


@given(st.text(max_size=40), st.text(max_size=20))
def test_a_suggestion_only_ever_adds_one_plain_word(line: str, name: str) -> None:
    facts = snapshot(body("Backup", name), body("Pod", name))
    for start in (line, f"get backup {line}", "logs ", "get backup "):
        for each in suggestions(start, facts):
            assert each.line.startswith(start)
            added = each.line[len(start) :].removesuffix(" ")
            assert not set(added) & set(" \t\n|;&<>`$()'\"\\#*?")
