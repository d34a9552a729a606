"""What explains what: roots stand above their consequences, catch-alls give way."""

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from knowledge.finding import Finding, Severity, Verdict
from knowledge.model import Cause
from knowledge.ranking import rank
from knowledge.snapshot import ObjectRef
from knowledge.text import Text

BOTH = {"en": "x", "ja": "あ"}
T = Text(en="x", ja="あ")


def finding(
    issue: str,
    *bindings: Mapping[str, str],
    verdict: Verdict = Verdict.CONFIRMED,
    severity: Severity = Severity.ERROR,
    about: str = "",
) -> Finding:
    subject = ObjectRef("Backup", "ns", about or "b")
    return Finding(
        issue, "c", verdict, severity, T, (subject,), (), (), bindings, False,
        about=(about,) if about else (),
    )  # fmt: skip


def causes(**given: Mapping[str, Any]) -> dict[tuple[str, str], Cause]:
    base = {"id": "c", "title": BOTH, "explain": BOTH, "when": True}
    return {
        (issue.replace("_", "-"), "c"): msgspec.convert({**base, **more}, Cause)
        for issue, more in given.items()
    }


def order(*found: Finding, rules: Mapping[tuple[str, str], Cause]) -> list[tuple[str, str]]:
    return [(each.issue, each.consequence_of) for each in rank(found, rules)]


def test_a_root_stands_above_its_consequence_though_that_is_graver() -> None:
    rules = causes(oom={}, stuck={"consequence-of": [{"of": "oom"}]})
    root = finding("oom", severity=Severity.WARNING)
    stuck = finding("stuck", severity=Severity.CRITICAL)
    other = finding("aaa", severity=Severity.ERROR)
    assert order(stuck, root, other, rules=rules) == [
        ("aaa", ""),
        ("oom", ""),
        ("stuck", root.key),
    ]


def test_a_root_that_is_less_sure_explains_nothing_for_certain() -> None:
    rules = causes(oom={}, stuck={"consequence-of": [{"of": "oom"}]})
    root = finding("oom", verdict=Verdict.LIKELY)
    assert order(root, finding("stuck"), rules=rules) == [("stuck", ""), ("oom", "")]


def test_a_consequence_shares_what_its_rule_says() -> None:
    rules = causes(oom={}, stuck={"consequence-of": [{"of": "oom/c", "same": ["pod"]}]})
    root = finding("oom", {"pod": "velero-1"})
    same = finding("stuck", {"pod": "velero-1"}, about="one")
    other = finding("stuck", {"pod": "velero-2"}, about="two")
    assert order(same, other, root, rules=rules) == [
        ("oom", ""),
        ("stuck", root.key),
        ("stuck", ""),
    ]


def test_a_chain_stands_in_its_order_and_a_ring_ends() -> None:
    rules = causes(
        a={"consequence-of": [{"of": "c"}]},
        b={"consequence-of": [{"of": "a"}]},
        c={"consequence-of": [{"of": "b"}]},
    )
    found = rank([finding(name) for name in "abc"], rules)
    assert len(found) == 3
    assert sum(not each.consequence_of for each in found) == 1
    places = {each.key: place for place, each in enumerate(found)}
    assert all(
        places[each.consequence_of] < places[each.key] for each in found if each.consequence_of
    )


def test_a_catch_all_gives_way_to_what_explains_the_same_subject() -> None:
    rules = causes(failed={"unexplained": ["backup"]}, denied={})
    explained = finding("failed", {"backup": "one"}, about="one")
    open_question = finding("failed", {"backup": "two"}, about="two")
    reason = finding("denied", {"backup": "one", "x": "y"}, verdict=Verdict.LIKELY)
    found = rank([explained, open_question, reason], rules)
    assert [each.key for each in found] == [open_question.key, reason.key]


def test_a_consequence_does_not_explain_its_root_away() -> None:
    rules = causes(
        down={"unexplained": ["bsl"]},
        held={"consequence-of": [{"of": "down", "same": ["bsl"]}]},
        other={"consequence-of": [{"of": "*", "same": ["bsl"]}]},
    )
    down, held = finding("down", {"bsl": "x"}), finding("held", {"bsl": "x"})
    assert order(held, down, rules=rules) == [("down", ""), ("held", down.key)]
    assert order(finding("other", {"bsl": "x"}), down, rules=rules) == [("other", "")]


def test_noise_explains_nothing() -> None:
    rules = causes(failed={"unexplained": ["backup"]}, noise={"benign": True})
    found = [
        finding("failed", {"backup": "one"}),
        finding("noise", {"backup": "one"}, verdict=Verdict.BENIGN),
    ]
    assert [each.issue for each in rank(found, rules)] == ["failed", "noise"]


def test_of_two_catch_alls_the_more_exact_one_stays() -> None:
    rules = causes(
        failed={"unexplained": ["restore"]}, denied={"unexplained": ["restore", "webhook"]}
    )
    found = [
        finding("failed", {"restore": "r", "webhook": "w"}),
        finding("denied", {"restore": "r", "webhook": "w"}),
    ]
    assert [each.issue for each in rank(found, rules)] == ["denied"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.sampled_from(["x", "y"]), st.sampled_from(list(Verdict))
        ),
        max_size=8,
        unique_by=lambda each: each[:2],
    ),
    st.dictionaries(
        st.sampled_from("abcd"),
        st.fixed_dictionaries(
            {},
            optional={
                "consequence-of": st.lists(
                    st.sampled_from([{"of": of, "same": []} for of in "abcd*"]), max_size=3
                ),
                "unexplained": st.sampled_from([["n"], ["n", "m"]]),
            },
        ),
    ),
)
def test_nothing_specific_is_lost_and_roots_come_first(
    made: list[tuple[str, str, Verdict]], rules: dict[str, Any]
) -> None:
    found = [
        finding(issue, {"n": value, "m": value}, verdict=verdict, about=value)
        for issue, value, verdict in made
    ]
    ranked = rank(found, causes(**rules))
    assert len({each.key for each in ranked}) == len(ranked)
    specific = {each.key for each in found if "unexplained" not in rules.get(each.issue, {})}
    assert specific <= {each.key for each in ranked}
    if found:
        assert ranked
    places = {each.key: place for place, each in enumerate(ranked)}
    for each in ranked:
        if each.consequence_of:
            assert places[each.consequence_of] < places[each.key]
