"""A diagnosis as text for a terminal: readable without colour, safe whatever was read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from knowledge.finding import Evidence, Finding, ObjectEvidence, Verdict
from knowledge.snapshot import SourceType
from knowledge.text import Language, Text
from tui.cli.result import Result
from tui.cli.verdict import shown_unread
from tui.cli.words import line

_LONGEST: Final = 300
_SHOWN: Final = 8
"""Pieces of evidence shown of one finding; JSON has all."""

VERDICTS: Final = {
    Verdict.CONFIRMED: Text(en="CONFIRMED", ja="確定"),
    Verdict.LIKELY: Text(en="LIKELY", ja="可能性あり"),
    Verdict.BENIGN: Text(en="BENIGN", ja="無害"),
}
TYPES: Final = {
    SourceType.CLUSTER: Text(en="cluster", ja="クラスター"),
    SourceType.MUST_GATHER: Text(en="must-gather", ja="must-gather"),
    SourceType.PRACTICE: Text(en="PRACTICE cluster", ja="練習用クラスター"),
    SourceType.FILES: Text(en="files", ja="ファイル"),
}
NONE: Final = Text(en="No known issue was found.", ja="既知の問題は見つかりませんでした。")
GAPS: Final = Text(
    en="Could not be read; issues that depend on it were not evaluated:",
    ja="次のものを読み取れなかったため、関係する問題は未評価です:",
)
FOLLOWS: Final = Text(en="a consequence of", ja="次の原因による結果")
SUBJECTS: Final = Text(en="subject", ja="対象")
EVIDENCE: Final = Text(en="evidence", ja="根拠")
MISSING: Final = Text(en="not proven", ja="未確認")
MORE: Final = Text(en="and ${count} more", ja="ほか ${count} 件")
PROCEDURE: Final = Text(
    en="a runbook for it opens in the terminal UI", ja="ターミナル UI でランブックを開けます"
)
LINES: Final = Text(en="${count} such lines", ja="同様の行 ${count} 件")


def report(result: Result) -> str:
    """Return the findings and gaps of `result` as text."""
    return "\n".join(_lines(result)) + "\n"


def summary(result: Result) -> str:
    """Return one line on the source."""
    source, language = result.snapshot.source, result.language
    versions = source.versions
    parts = [f"{TYPES[source.type].to(language)} {source.name}".strip()]
    if source.namespace:
        parts.append(f"namespace {source.namespace}")
    for name, version in (
        ("OADP", versions.oadp),
        ("Velero", versions.velero),
        ("OpenShift", versions.openshift),
    ):
        if version:
            parts.append(f"{name} {version}")
    return line(", ".join(parts))


def _lines(result: Result) -> Iterator[str]:
    language = result.language
    roots = {each.key: each for each in result.diagnosis.findings}
    yield summary(result)
    yield ""
    for finding in result.diagnosis.findings:
        yield from _finding(finding, language, roots.get(finding.consequence_of))
        yield ""
    if not result.diagnosis.findings:
        yield NONE.to(language)
        yield ""
    if result.unread:
        yield GAPS.to(language)
        for each in result.unread:
            yield f"  - {line(shown_unread(each).to(language))}"


def _finding(finding: Finding, language: Language, root: Finding | None) -> Iterator[str]:
    verdict = VERDICTS[finding.verdict].to(language)
    yield f"{verdict}  [{finding.severity}]  {line(finding.title.to(language))}"
    yield f"  {finding.issue} / {finding.cause}"
    if root is not None:
        yield f"  {FOLLOWS.to(language)}: {line(root.title.to(language))}"
    for subject in finding.subjects[:_SHOWN]:
        yield f"  {SUBJECTS.to(language)}: {line(str(subject))}"
    for evidence in finding.evidence[:_SHOWN]:
        yield f"  {EVIDENCE.to(language)}: {line(evidence.says.to(language))}"
        yield f"    {shown(evidence, language)}"
    if len(finding.evidence) > _SHOWN:
        yield "  " + MORE.fill({"count": str(len(finding.evidence) - _SHOWN)}).to(language)
    for missing in finding.missing:
        yield f"  {MISSING.to(language)}: {line(missing.to(language))}"
    if finding.procedure:
        yield f"  → {PROCEDURE.to(language)}"


def shown(evidence: Evidence, language: Language) -> str:
    """Return where a piece of evidence is and what it holds, in one bounded line."""
    if isinstance(evidence, ObjectEvidence):
        value = _value(evidence.value)
        where = f"{evidence.object} {evidence.path}".strip()
        return line(f"{where} = {value}" if evidence.path else where)[:_LONGEST]
    hit = evidence.hit
    count = (
        f" ({LINES.fill({'count': str(evidence.count)}).to(language)})"
        if evidence.count > 1
        else ""
    )
    return line(f"{hit.log}:{hit.line}: {hit.text}")[:_LONGEST] + count


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:_LONGEST]
