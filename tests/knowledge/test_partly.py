"""While a source is still being read, nothing is certain."""

from dataclasses import replace

from knowledge.base import KnowledgeBase, read_issue
from knowledge.example import snapshot_of
from knowledge.finding import Verdict
from knowledge.judge import CompiledIssue
from knowledge.scan import Collector
from knowledge.snapshot import LogGroup, LogRead
from knowledge.text import Text
from tests.fakes import snapshot

SO_FAR = Text(en="12 % read so far", ja="12 % まで読み取りました")
HEALED = """
id: healed
title: {en: A, ja: A}
summary: {en: S., ja: S。}
cause: {en: C, ja: C}
severity: error
sources: [{url: "https://kubernetes.io/docs/", title: R}]
facts:
  failed: {says: {en: f, ja: f}, log: {in: [velero], pattern: "it failed once"}}
  healed: {says: {en: h, ja: h}, log: {in: [velero], pattern: "it healed again"}}
causes:
  - id: broken
    title: {en: T, ja: T}
    explain: {en: E., ja: E。}
    when: [failed]
    unless: [healed]
    per: [backup]
"""
LINES = "".join(
    f'time="2025-07-01T02:00:0{at}Z" level=error msg="{said}" backup=openshift-adp/{backup}\n'
    for at, (said, backup) in enumerate(
        [("it failed once", "b0"), ("it healed again", "b0"), ("it failed once", "b1")]
    )
)


def test_what_is_proven_is_likely_until_all_was_read(base: KnowledgeBase) -> None:
    checked = 0
    for issue in base.issues.values():
        for example in issue.examples.positive[:1]:
            whole = snapshot_of(example, base.prefilter)
            early = replace(whole, partly=SO_FAR)
            sure = {
                each.key
                for each in base.diagnose(whole).findings
                if each.verdict is Verdict.CONFIRMED
            }
            for diagnosis in (base.diagnose(early), base.judging().diagnose(early)):
                assert all(each.verdict is not Verdict.CONFIRMED for each in diagnosis.findings)
                shown = {each.key: each for each in diagnosis.findings}
                assert all(shown[key].missing[0] == SO_FAR for key in sure & shown.keys())
            checked += len(sure)
    assert checked > 50


def test_what_was_judged_early_is_certain_in_the_end(base: KnowledgeBase) -> None:
    judging = base.judging()
    example = base.issues["imagestream-registry-secret-missing"].examples.positive[0]
    whole = snapshot_of(example, base.prefilter)
    judging.diagnose(replace(whole, partly=SO_FAR))
    assert judging.diagnose(whole) == base.diagnose(whole)


def test_a_line_of_one_backup_says_nothing_of_another_whose_line_may_come() -> None:
    compiled = read_issue(HEALED, "healed.yaml")
    assert isinstance(compiled, CompiledIssue), str(compiled)
    base = KnowledgeBase({"healed": compiled})
    collector = Collector(base.signatures)
    reader = collector.open("velero", LogGroup.UNKNOWN)
    reader.feed(LINES.encode())
    reader.close()
    whole = replace(
        snapshot(), hits=collector.hits(), logs=(LogRead("velero", LogGroup.UNKNOWN, 3),)
    )
    (found,) = base.diagnose(whole).findings
    assert (found.about, found.verdict) == (("b1",), Verdict.CONFIRMED)
    (found,) = base.diagnose(replace(whole, unread_logs={LogGroup.UNKNOWN: SO_FAR})).findings
    assert (found.about, found.verdict) == (("b1",), Verdict.LIKELY)
