"""A diagnosis as text, JSON, YAML or Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TextIO

from knowledge.base import KnowledgeBase
from knowledge.finding import Diagnosis, Evidence, Finding, ObjectEvidence
from knowledge.snapshot import ObjectRef, Snapshot, Unread
from knowledge.text import Language
from tui.cli.verdict import unread

SCHEMA: Final = "oadp-doctor/diagnosis/v1"
_UNSAFE: Final = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What JSON allows in strings, but a terminal may act upon."""


@dataclass(frozen=True)
class Result:
    """A diagnosis with what it was made of."""

    snapshot: Snapshot
    diagnosis: Diagnosis
    language: Language
    base: KnowledgeBase

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Return what could not be read."""
        return unread(self.snapshot)

    @property
    def complete(self) -> bool:
        """Return whether the whole source was read."""
        return not self.unread


def write(result: Result, output: str, file: TextIO) -> None:
    """Print `result` as `output` says."""
    match output:
        case "json":
            import json

            text = json.dumps(document(result), ensure_ascii=False, indent=1)
            file.write(_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")
        case "yaml":
            from tui.engine.yaml_text import to_yaml

            file.write(to_yaml(document(result)))
        case "markdown":
            from tui.cli.markdown import markdown

            file.write(markdown(result))
        case _:
            from tui.cli.report import report

            file.write(report(result))


def document(result: Result) -> dict[str, Any]:
    """Return `result` as the documented JSON."""
    source, language = result.snapshot.source, result.language
    roots = {each.key: each for each in result.diagnosis.findings}
    return {
        "schema": SCHEMA,
        "source": {
            "type": str(source.type),
            "name": source.name,
            "namespace": source.namespace,
            "versions": {
                "oadp": source.versions.oadp,
                "velero": source.versions.velero,
                "openshift": source.versions.openshift,
            },
        },
        "complete": result.complete,
        "unread": [{"what": each.what, "why": each.why.to(language)} for each in result.unread],
        "findings": [_finding(each, language, roots) for each in result.diagnosis.findings],
    }


def _finding(finding: Finding, language: Language, roots: Mapping[str, Finding]) -> dict[str, Any]:
    root = roots.get(finding.consequence_of)
    # The documented keys, always; this one where there is something to say.
    of = {} if root is None else {"consequence_of": {"issue": root.issue, "cause": root.cause}}
    return {
        "issue": finding.issue,
        "cause": finding.cause,
        "verdict": str(finding.verdict),
        "severity": str(finding.severity),
        "title": finding.title.to(language),
        "subjects": [_reference(each) for each in finding.subjects],
        "evidence": [_evidence(each, language) for each in finding.evidence],
        "missing": [each.to(language) for each in finding.missing],
        "procedure": finding.procedure,
        **of,
    }


def _reference(reference: ObjectRef) -> dict[str, str]:
    return {"kind": reference.kind, "namespace": reference.namespace, "name": reference.name}


def _evidence(evidence: Evidence, language: Language) -> dict[str, Any]:
    says = evidence.says.to(language)
    if isinstance(evidence, ObjectEvidence):
        return {
            "type": "object",
            "object": _reference(evidence.object),
            "path": evidence.path,
            "value": _data(evidence.value),
            "says": says,
        }
    hit = evidence.hit
    return {
        "type": "log",
        "log": hit.log,
        "line": hit.line,
        "time": hit.time,
        "text": hit.text,
        "fields": dict(hit.fields),
        "count": evidence.count,
        "says": says,
    }


def _data(value: Any) -> Any:
    """Return `value` as plain JSON data."""
    if isinstance(value, Mapping):
        return {str(key): _data(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_data(each) for each in value]
    return value
