"""What explains the lines of one backup explains those of forty, however many lines there are."""

from datetime import UTC, datetime

from knowledge.base import KnowledgeBase
from knowledge.judge import _of_every_sort
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, Snapshot, SourceInfo, SourceType
from knowledge.text import Text

LINE = (
    'time="2025-07-01T02:{0:02}:{1:02}Z" level=error msg="Error backing up item" '
    'backup=openshift-adp/daily-{0} error="error executing custom action '
    "(groupResource=imagestreams.image.openshift.io, namespace=app-{1}, name=web-{1}): rpc error: "
    "code = Unknown desc = errors getting registryenv: secrets "
    '\\"oadp-ts-{2}-aws-registry-secret\\" not found" name=web-{1} namespace=app-{1}\n'
)


def test_no_backup_of_many_is_left_unexplained(base: KnowledgeBase) -> None:
    text = "".join(
        LINE.format(backup, item, item % 3) for item in range(4) for backup in range(45)
    ).encode()
    collector = Collector(base.prefilter)
    reader = collector.open("velero.log", LogGroup.UNKNOWN)
    reader.feed(text)
    reader.close()
    snapshot = Snapshot(
        source=SourceInfo(SourceType.FILES, "velero.log", ""),
        now=datetime(2025, 7, 1, 3, tzinfo=UTC),
        unread={"*": Text(en="only a log", ja="ログのみ")},
        hits=collector.hits(),
        logs=collector.logs(),
    )
    found = base.diagnose(snapshot).findings
    assert {each.issue for each in found} == {"imagestream-registry-secret-missing"}
    # The name of the secret tells that of the location.
    assert {each.about for each in found} == {("ts-0",), ("ts-1",), ("ts-2",)}


def test_of_many_ways_every_value_of_few_is_kept_in_order() -> None:
    ways = [
        (("backup", f"b{at % 40}"), ("item", f"i{at}"), ("secret", f"s{at % 7}"))
        for at in range(400)
    ]
    kept = _of_every_sort(ways)
    assert len(kept) == 50
    assert kept[0] == ways[0]
    assert kept == sorted(kept, key=ways.index)
    assert {way[0] for way in kept} == {way[0] for way in ways}
    assert {way[2] for way in kept} == {way[2] for way in ways}
    assert _of_every_sort(ways[:50]) == ways[:50]
