"""Looking at fewer objects never changes what is found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from knowledge import condition
from knowledge.narrowing import candidates, narrowings
from knowledge.snapshot import Snapshot, SourceInfo, SourceType

NOW = datetime(2025, 7, 1, tzinfo=UTC)
SOURCE = SourceInfo(SourceType.CLUSTER, "test", "ns")
PATHS = ["status.phase", "status.n", "spec.list[*].x", "status.at", 'metadata.labels."a/b"']

_values = st.sampled_from(["a", "b", "", "2025-06-30T00:00:00Z", True, False, None, 3, 3.5, {}])
_objects = st.fixed_dictionaries(
    {},
    optional={
        "status": st.fixed_dictionaries({}, optional=dict.fromkeys(("phase", "n", "at"), _values)),
        "spec": st.fixed_dictionaries(
            {"list": st.lists(st.fixed_dictionaries({}, optional={"x": _values}), max_size=3)}
        ),
        "metadata": st.fixed_dictionaries({"labels": st.dictionaries(st.just("a/b"), _values)}),
    },
)
_plain = st.builds(
    lambda path, operator: {"path": path, **operator},
    st.sampled_from(PATHS),
    st.one_of(
        st.builds(lambda v: {"equals": v}, st.sampled_from(["a", "${b}", True, 3, None, ""])),
        st.builds(lambda v: {"not-equals": v}, st.sampled_from(["a", "${b}", None])),
        st.builds(lambda v: {"in": v}, st.lists(st.sampled_from(["a", "b", "${b}", 3]))),
        st.builds(lambda v: {"exists": v}, st.booleans()),
        st.sampled_from([{"matches": "a|^$"}, {"above": 1}, {"below": 9}, {"older": "1h"}]),
        st.sampled_from([{"newer": "1d"}, {"after": "t"}, {"before": "t"}]),
    ),
)
_conditions = st.recursive(
    _plain,
    lambda inner: st.one_of(
        st.builds(lambda each: {"any": each}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda each: {"all": each}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda each: {"not": each}, inner),
    ),
    max_leaves=4,
)


def _snapshot(bodies: dict[str, Any]) -> Snapshot:
    objects = {("ns" if len(name) % 2 else "", name): body for name, body in bodies.items()}
    return Snapshot(SOURCE, NOW, {"Backup": objects})


@given(
    st.dictionaries(st.text("xyz", min_size=1, max_size=3), _objects, max_size=8),
    st.lists(_conditions, max_size=3),
    st.sampled_from([{}, {"b": "a", "t": "2025-06-30T12:00:00Z"}]),
)
def test_whatever_fulfils_conditions_is_among_the_candidates(
    bodies: dict[str, Any], where: list[dict[str, Any]], bindings: dict[str, str]
) -> None:
    snapshot = _snapshot(bodies)
    test = condition.compile_all(where)
    few = candidates(snapshot, "Backup", narrowings(where), bindings)
    for key, body in snapshot.of("Backup").items():
        if test(body, bindings, NOW) is not None:
            assert few.get(key) is body


@given(
    st.dictionaries(st.text("xyz", min_size=1, max_size=3), _objects, max_size=30),
    st.dictionaries(st.text("xyz", min_size=1, max_size=3), _objects, max_size=3),
    st.sets(st.text("xyz", min_size=1, max_size=3), max_size=3),
)
def test_tables_that_were_carried_on_are_those_made_anew(
    before: dict[str, Any], changed: dict[str, Any], gone: set[str]
) -> None:
    old = _snapshot(before)
    values = ["a", "b", "", "true", "3", "3.5"]
    for path in PATHS:
        old.tables.where("Backup", path, "a")
    kept = {key: body for key, body in old.of("Backup").items() if key[1] not in gone}
    new = Snapshot(SOURCE, NOW, {"Backup": {**kept, **_snapshot(changed).of("Backup")}})
    fresh = Snapshot(SOURCE, NOW, new.objects)
    untouched = {path: dict(old.tables.having("Backup", path)) for path in PATHS}
    new.follow(old)
    for path in PATHS:
        assert new.tables.having("Backup", path) == fresh.tables.having("Backup", path)
        for value in values:
            found = new.tables.where("Backup", path, value)
            assert found == fresh.tables.where("Backup", path, value)
        assert old.tables.having("Backup", path) == untouched[path]
