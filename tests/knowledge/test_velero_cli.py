"""What of Velero's own command line may run in its pod."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.access import needed
from knowledge.aim import aim_of
from knowledge.consequences import consequences
from knowledge.model import Risk
from knowledge.risk import classify
from knowledge.text import Text
from knowledge.velero_cli import arguments, velero_call

GOOD = [
    "exec deploy/velero -c velero -- ./velero backup logs nightly-20250701",
    "exec deployment/velero -c velero -- /velero restore logs r1 --insecure-skip-tls-verify",
    "exec deployment.apps/velero -c velero -- ./velero backup describe b.1 --details",
]
BAD = [
    "exec deploy/velero -c velero -- ./velero backup delete nightly",
    "exec deploy/velero -c velero -- ./velero backup logs -h",
    "exec deploy/velero -c velero -- ./velero backup logs nightly extra",
    "exec deploy/velero -c velero -- ./velero backup logs nightly --kubeconfig=x",
    "exec deploy/velero -c velero -- ./velero backup logs nightly --details",
    "exec deploy/velero -c velero -- ./velero schedule logs nightly",
    "exec deploy/velero -c velero -- sh -c ./velero",
    "exec deploy/velero -c velero ./velero backup logs nightly",
    "exec deploy/velero -it -c velero -- ./velero backup logs nightly",
    "exec deploy/other -c velero -- ./velero backup logs nightly",
    "exec velero-1 -c velero -- ./velero backup logs nightly",
    "exec deploy/velero -c velero -- ./velero backup logs Nightly;ls",
    "exec deploy/velero -c velero -- ./velero backup logs --insecure-skip-tls-verify",
    "exec deploy/velero -c velero --",
]


@pytest.mark.parametrize("line", GOOD)
def test_the_calls_that_are_known_are_changes_with_their_consequence(line: str) -> None:
    words = line.split()
    judged = classify(words)
    assert judged.refused is None
    assert judged.risk is Risk.CHANGE
    assert not judged.restarts
    assert consequences(words)
    accesses = needed(words, None, "openshift-adp")
    assert accesses is not None
    assert "create pods/exec (openshift-adp)" in [str(each) for each in accesses]
    assert isinstance(aim_of(words, None), Text)


@pytest.mark.parametrize("line", BAD)
def test_everything_else_inside_a_container_is_refused(line: str) -> None:
    assert classify(line.split()).refused is not None
    assert needed(line.split(), None, "openshift-adp") is None


def test_a_manifest_makes_it_no_such_call() -> None:
    assert classify(GOOD[0].split(), {"kind": "Backup"}).refused is not None


@given(st.lists(st.sampled_from([*" ".join([*GOOD, *BAD]).split(), "", "-n", "--"]), max_size=14))
def test_what_is_taken_apart_is_what_would_be_made(words: list[str]) -> None:
    call = velero_call(["exec", *words])
    if call is None:
        return
    assert call.of in {"backup", "restore"}
    again = velero_call(arguments(call.of, call.verb, call.name))
    assert again == call
