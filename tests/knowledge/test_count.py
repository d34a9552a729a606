"""More than so many is certain from a part; fewer never is."""

from datetime import UTC, datetime

import pytest

from knowledge.facts import compile_fact
from knowledge.snapshot import Snapshot, SourceInfo, SourceType, index
from knowledge.text import Text

NS = "openshift-adp"


@pytest.mark.parametrize(
    ("limits", "seen", "holds"),
    [
        ({"above": 1}, 2, True), ({"above": 1}, 1, None), ({"above": 1}, 0, None),
        ({"below": 2}, 1, None), ({"below": 2}, 3, None), ({"above": 0, "below": 2}, 1, None),
    ],
)  # fmt: skip
def test_a_kind_that_was_read_in_part(
    limits: dict[str, int], seen: int, holds: bool | None
) -> None:
    says = {"en": "${count} of them", "ja": "${count} 個"}
    fact = compile_fact("i", "f", {"says": says, "count": {"kind": "Backup", **limits}})
    bodies = [
        {"kind": "Backup", "metadata": {"name": f"b{at}", "namespace": NS}} for at in range(seen)
    ]
    snapshot = Snapshot(
        source=SourceInfo(SourceType.FILES, "x", NS),
        now=datetime(2025, 7, 1, tzinfo=UTC),
        objects={"Backup": index(bodies)},
        unread={"Backup": Text(en="some only", ja="一部のみ")},
    )
    rows = fact.primitive.rows(snapshot, {})
    assert bool(rows.found) == bool(holds)
    assert (rows.unknown is not None) == (holds is None)
