from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.quiet import LAST_APPLIED, MISSING, at, differs, lasting, same
from knowledge.secret_marks import REDACTED
from knowledge.settle import Outcome, settle
from tests.knowledge.test_inverse import BSL, PATCH, VELERO, body_of, changed, merged, states

HAPPENED, NOT_HAPPENED, UNCLEAR = Outcome.HAPPENED, Outcome.NOT_HAPPENED, Outcome.UNCLEAR
STRATEGIC = ["patch", "bsl", "custom", "-p", '{"spec":{}}']
ANOTHER = {**BSL, "metadata": {**BSL["metadata"], "uid": "u2"}}


def of(
    command: str | list[str],
    before: Any = BSL,
    after: Any = None,
    now: Any = None,
    manifest: Any = None,
    read: bool = True,
) -> Outcome:
    args = command.split() if isinstance(command, str) else command
    outcome, why = settle(args, manifest, before, after, now, read)
    assert why.en
    assert why.ja
    assert "\n" not in why.en
    return outcome


def labelled(**labels: str) -> dict[str, Any]:
    return {**BSL, "metadata": {**BSL["metadata"], "labels": labels}}


def noted(**notes: str) -> dict[str, Any]:
    return {**BSL, "metadata": {**BSL["metadata"], "annotations": notes}}


@pytest.mark.parametrize(
    "command",
    ["label bsl custom a=b", "delete bsl custom", "create -f -", "rollout restart deploy/velero"],
)
def test_what_cannot_be_read_is_unclear(command: str) -> None:
    manifest = BSL if "-f" in command else None
    assert of(command, BSL, BSL, None, manifest, read=False) is UNCLEAR
    assert of(command, None, BSL, None, manifest, read=False) is UNCLEAR


@pytest.mark.parametrize(
    "command", ["get bsl custom", "label bsl --all a=b", "delete bsl a b", "frobnicate x"]
)
def test_what_is_no_change_of_one_object_is_unclear(command: str) -> None:
    assert of(command, BSL, BSL, BSL) is UNCLEAR


def test_the_wrong_object_is_unclear() -> None:
    other = {**BSL, "metadata": {**BSL["metadata"], "name": "other"}}
    assert of("delete bsl custom", BSL, None, other) is UNCLEAR


@pytest.mark.parametrize(
    ("command", "now", "outcome"),
    [
        ("label bsl custom a=b", labelled(tier="gold", app="x", a="b"), HAPPENED),
        ("label bsl custom a=b", BSL, NOT_HAPPENED),
        ("label bsl custom a=b", labelled(a="c"), UNCLEAR),
        ("label bsl custom a=b tier-", labelled(a="b"), HAPPENED),
        ("label bsl custom a=b tier-", labelled(a="b", tier="gold"), UNCLEAR),
        ("label bsl custom a=b tier-", labelled(), UNCLEAR),
        ("label bsl custom tier-", labelled(), HAPPENED),
        ("label bsl custom tier=gold", BSL, HAPPENED),
        ("label bsl custom tier=gold", labelled(tier="tin"), UNCLEAR),
        ("label bsl custom tier=gold a=b", labelled(tier="tin", a="b"), HAPPENED),
        ("annotate bsl custom a=b", noted(a="b"), HAPPENED),
        ("annotate bsl custom a=b", BSL, NOT_HAPPENED),
        ("label bsl custom a=b", None, UNCLEAR),
        ("label bsl custom a=b", {**ANOTHER, "metadata": {"uid": "u2"}}, UNCLEAR),
    ],
)
def test_labels_are_compared_key_by_key(command: str, now: Any, outcome: Outcome) -> None:
    assert of(command, BSL, None, now) is outcome


def test_without_the_state_before_only_the_wanted_state_tells() -> None:
    assert of("label bsl custom a=b", None, None, labelled(a="b")) is HAPPENED
    assert of("label bsl custom a=b", None, None, BSL) is UNCLEAR
    assert of(PATCH, None, changed(a=1), changed(a=1)) is UNCLEAR


def test_redacted_values_tell_nothing() -> None:
    hidden = noted(token=REDACTED)
    assert of("annotate bsl custom token=new", hidden, None, hidden) is UNCLEAR
    assert of("annotate bsl custom token=new", BSL, None, hidden) is HAPPENED
    assert of("annotate bsl custom token=new", BSL, None, BSL) is NOT_HAPPENED
    env = changed(env=REDACTED)
    written = {**env, "metadata": {**BSL["metadata"], "resourceVersion": "8"}}
    assert of(PATCH, env, env, written) is UNCLEAR
    # Not written since: whatever would have changed has not.
    assert of(PATCH, env, env, env) is NOT_HAPPENED


@pytest.mark.parametrize(
    ("now", "outcome"), [(0, HAPPENED), (1, NOT_HAPPENED), (2, UNCLEAR), (False, UNCLEAR)]
)
def test_scaling_is_settled_by_the_number(now: Any, outcome: Outcome) -> None:
    scaled = {**VELERO, "spec": {**VELERO["spec"], "replicas": now}}
    assert of("scale deploy velero --replicas=0", VELERO, None, scaled) is outcome


def test_a_pause_is_settled_by_the_field() -> None:
    paused = {**VELERO, "spec": {**VELERO["spec"], "paused": True}}
    running = {**VELERO, "spec": {**VELERO["spec"], "paused": False}}
    assert of("rollout pause deploy/velero", VELERO, None, paused) is HAPPENED
    for now in (VELERO, running):
        assert of("rollout pause deploy/velero", VELERO, None, now) is NOT_HAPPENED
        assert of("rollout resume deploy/velero", paused, None, now) is HAPPENED
    assert of("rollout resume deploy/velero", paused, None, paused) is NOT_HAPPENED


def restarted(when: str | None, image: str = "old") -> dict[str, Any]:
    template: dict[str, Any] = {"spec": {"containers": [{"name": "velero", "image": image}]}}
    if when is not None:
        template["metadata"] = {"annotations": {"kubectl.kubernetes.io/restartedAt": when}}
    return {**VELERO, "spec": {**VELERO["spec"], "template": template}}


@pytest.mark.parametrize(
    ("old", "new", "image", "outcome"),
    [
        (None, None, "old", NOT_HAPPENED),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z", "new", NOT_HAPPENED),
        (None, "2026-01-01T10:00:00Z", "old", HAPPENED),
        ("2026-01-01T10:00:00Z", "2026-01-01T19:00:01+09:00", "old", HAPPENED),
        ("2026-01-01T10:00:00Z", "2026-01-01T18:59:59+09:00", "old", UNCLEAR),
        (None, "2026-01-01T10:00:00Z", "new", UNCLEAR),
        (None, "soon", "old", UNCLEAR),
        ("2026-01-01T10:00:00Z", None, "old", UNCLEAR),
    ],
)
def test_a_restart_is_settled_by_its_time(
    old: str | None, new: str | None, image: str, outcome: Outcome
) -> None:
    command = "rollout restart deploy/velero"
    assert of(command, restarted(old), None, restarted(new, image)) is outcome
    assert of(command, None, None, restarted(new, image)) is UNCLEAR


@pytest.mark.parametrize(
    ("before", "now", "outcome"),
    [
        (BSL, None, HAPPENED),
        (None, None, HAPPENED),
        (BSL, ANOTHER, HAPPENED),
        (BSL, BSL, NOT_HAPPENED),
        (None, BSL, UNCLEAR),
        (BSL, {**BSL, "metadata": {"name": "custom"}}, UNCLEAR),
        (BSL, {**BSL, "metadata": {"uid": "u1", "deletionTimestamp": "x"}}, HAPPENED),
    ],
)
def test_a_deletion_is_settled_by_the_uid(before: Any, now: Any, outcome: Outcome) -> None:
    assert of("delete bsl custom", before, None, now) is outcome
    assert of("delete -f -", before, None, now, BSL) is outcome


CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "1"}}


@pytest.mark.parametrize(
    ("before", "now", "outcome"),
    [
        (None, None, NOT_HAPPENED),
        (None, {**CONFIG, "metadata": {"name": "x", "uid": "u"}}, HAPPENED),
        (None, {**CONFIG, "data": {"a": "1", "b": "2"}}, HAPPENED),
        (None, {**CONFIG, "data": {"a": "2"}}, UNCLEAR),
        (None, {**CONFIG, "data": {}}, UNCLEAR),
        (CONFIG, CONFIG, UNCLEAR),
        (
            {**CONFIG, "metadata": {"name": "x", "uid": "u"}},
            {**CONFIG, "metadata": {"name": "x", "uid": "u"}},
            NOT_HAPPENED,
        ),
        (
            {**CONFIG, "metadata": {"name": "x", "uid": "u"}},
            {**CONFIG, "metadata": {"name": "x", "uid": "v"}},
            HAPPENED,
        ),
    ],
)
def test_a_creation_is_settled_by_the_object(before: Any, now: Any, outcome: Outcome) -> None:
    assert of("create -f -", before, None, now, CONFIG) is outcome


def test_what_the_server_fills_in_is_known_from_the_dry_run() -> None:
    asked = {**CONFIG, "data": {"cpu": "1000m"}}
    filled = {**CONFIG, "data": {"cpu": "1"}}
    assert of("create -f -", None, None, filled, asked) is UNCLEAR
    assert of("create -f -", None, filled, filled, asked) is HAPPENED


def test_objects_that_go_when_they_are_done_prove_nothing_by_absence() -> None:
    request = body_of("DeleteBackupRequest.velero.io")
    assert of("create -f -", None, None, None, request) is UNCLEAR
    unnamed = {**request, "metadata": {"generateName": "x-"}}
    assert of("create -f -", None, None, None, unnamed) is UNCLEAR


def test_a_secret_is_settled_by_its_keys() -> None:
    asked = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "x"},
        "stringData": {"cloud": "hunter2"},
    }
    now = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}
    assert of("create -f -", None, None, {**now, "data": {"cloud": REDACTED}}, asked) is HAPPENED
    assert of("create -f -", None, None, {**now, "data": {"other": REDACTED}}, asked) is UNCLEAR


AFTER = changed(accessMode="ReadOnly", config={"region": "x"})


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (AFTER, HAPPENED),
        (BSL, NOT_HAPPENED),
        (changed(accessMode="ReadOnly"), UNCLEAR),
        (changed(accessMode="Other", config={"region": "x"}), UNCLEAR),
        (changed(accessMode="ReadOnly", config={"region": "x", "more": 1}), HAPPENED),
        (changed(accessMode="ReadOnly", config={"region": "y"}), UNCLEAR),
        ({**AFTER, "status": {"phase": "Unavailable"}}, HAPPENED),
        ({**BSL, "metadata": {**BSL["metadata"], "labels": {}}}, NOT_HAPPENED),
        ({**AFTER, "metadata": {**BSL["metadata"], "uid": "u2"}}, UNCLEAR),
        (None, UNCLEAR),
    ],
)
def test_a_patch_is_settled_by_the_fields_it_touches(now: Any, outcome: Outcome) -> None:
    for command in (PATCH, STRATEGIC):
        assert of(command, BSL, AFTER, now) is outcome


def test_a_change_without_a_difference_has_happened() -> None:
    assert of(PATCH, BSL, BSL, BSL) is HAPPENED
    assert of(PATCH, BSL, BSL, changed(a=1)) is HAPPENED


def test_a_status_is_compared_where_the_patch_goes_to_it() -> None:
    args = ["patch", "bsl", "custom", "--type=merge", "-p", '{"status":{"phase":"X"}}']
    after = {**BSL, "status": {"phase": "X"}}
    assert of(args, BSL, after, after) is HAPPENED
    assert of(args, BSL, after, BSL) is NOT_HAPPENED


def test_without_a_dry_run_a_merge_patch_tells_what_it_touches() -> None:
    args = ["patch", "bsl", "custom", "--type=merge", "-p", '{"spec":{"accessMode":"ReadOnly"}}']
    assert of(args, BSL, None, changed(accessMode="ReadOnly")) is HAPPENED
    assert of(args, BSL, None, BSL) is NOT_HAPPENED
    assert of(args, BSL, None, changed(accessMode="Other")) is UNCLEAR


def test_without_a_dry_run_an_object_that_nobody_wrote_is_as_before() -> None:
    written = {**changed(a=1), "metadata": {**BSL["metadata"], "resourceVersion": "8"}}
    status = {**BSL, "status": {}, "metadata": {**BSL["metadata"], "resourceVersion": "8"}}
    assert of(STRATEGIC, BSL, None, BSL) is NOT_HAPPENED
    assert of(STRATEGIC, BSL, None, written) is UNCLEAR
    assert of(STRATEGIC, BSL, None, status) is NOT_HAPPENED
    assert of("rollout undo bsl/custom", BSL, None, status) is NOT_HAPPENED
    assert of("rollout undo bsl/custom", BSL, None, written) is UNCLEAR


def test_an_applied_manifest_without_a_dry_run() -> None:
    asked = changed(accessMode="ReadOnly")
    now = {**asked, "metadata": {**BSL["metadata"], "resourceVersion": "8"}}
    bare = {**asked, "metadata": {"name": "custom"}}
    assert of("apply -f -", BSL, None, now, bare) is HAPPENED
    assert of("apply -f -", BSL, None, BSL, bare) is NOT_HAPPENED
    assert of("apply -f -", asked, None, now, bare) is UNCLEAR
    assert of("apply -f -", None, None, None, bare) is NOT_HAPPENED
    assert of("apply -f -", None, None, now, bare) is HAPPENED
    # Applied again, it touches nothing but the record of `oc apply`.
    again = {**BSL, "metadata": {**BSL["metadata"], "annotations": {LAST_APPLIED: "x"}}}
    assert of("apply -f -", BSL, again, again, BSL) is HAPPENED


def test_a_forced_replacement_is_settled_by_the_uid() -> None:
    asked = {**BSL, "metadata": {"name": "custom"}}
    command = "replace -f - --force"
    assert of(command, BSL, None, ANOTHER, asked) is HAPPENED
    assert of(command, BSL, None, BSL, asked) is NOT_HAPPENED
    assert of(command, BSL, None, None, asked) is UNCLEAR
    assert of(command, BSL, None, {**ANOTHER, "spec": {}}, asked) is UNCLEAR


# What must never happen -------------------------------------------------------------------------


@settings(max_examples=600, deadline=None)
@given(states(), st.data())
def test_no_outcome_is_claimed_that_the_object_denies(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    before, after = pair
    paths = differs(before, after)
    # The object now: at each touched path as before, as after, or something else.
    now = merged({}, after)
    now = data.draw(st.sampled_from([before, after, now, {**before, "spec": {}}]))
    for path in paths:
        side = data.draw(st.sampled_from(["before", "after", "other", "leave"]))
        if side != "leave" and path[0] == "spec" and len(path) == 2:
            value = {"before": at(before, path), "after": at(after, path)}.get(side, "other")
            spec = {**now["spec"], path[1]: value}
            if value is MISSING:
                del spec[path[1]]
            now = {**now, "spec": spec}
    outcome = of(PATCH, before, after, now)
    stayed = [same(at(now, path), at(before, path)) for path in paths]
    arrived = [same(at(now, path), at(after, path)) for path in paths]
    if outcome is HAPPENED:
        assert not any(stayed)
    if outcome is NOT_HAPPENED:
        version = ("metadata", "resourceVersion")
        assert paths or same(at(now, version), at(before, version))
        assert all(stayed)
        assert not any(arrived)


@settings(max_examples=300, deadline=None)
@given(states())
def test_the_two_ends_are_told_apart(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    if differs(before, after):
        assert of(PATCH, before, after, after) is HAPPENED
        assert of(PATCH, before, after, before) is NOT_HAPPENED
    else:
        hidden = REDACTED in str(lasting(before))
        assert of(PATCH, before, after, before) is (NOT_HAPPENED if hidden else HAPPENED)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["apply -f -", "replace -f -", "create -f -", "delete bsl custom", "label bsl custom a=b",
         "set env bsl/custom A=b", "rollout restart bsl/custom", "scale bsl custom --replicas=2"]
    ),
    states(),
    st.sampled_from(["before", "after", "gone"]),
    st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_every_judgement_is_said_in_both_languages(
    command: str,
    pair: tuple[dict[str, Any], dict[str, Any]],
    state: str,
    known: bool,
    tried: bool,
) -> None:
    before, after = pair
    now = {"before": before, "after": after, "gone": None}[state]
    manifest = after if "-f" in command else None
    outcome = of(command, before if known else None, after if tried else None, now, manifest)
    if now is None and command.startswith("label"):
        assert outcome is UNCLEAR
    if command.startswith("delete") and known and now is not None:
        assert outcome is NOT_HAPPENED
