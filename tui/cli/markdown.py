"""A diagnosis as Markdown, for tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.cli.report import (
    EVIDENCE,
    FOLLOWS,
    GAPS,
    MISSING,
    NONE,
    SUBJECTS,
    VERDICTS,
    shown,
    summary,
)
from tui.cli.result import Result
from tui.cli.verdict import shown_unread
from tui.cli.words import line

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(result: Result) -> str:
    """Return the findings and gaps of `result` as Markdown."""
    return "\n".join(_lines(result)) + "\n"


def escape(text: str) -> str:
    """Return foreign text as one line in which Markdown and HTML mean nothing."""
    return _SPECIAL.sub(r"\\\1", line(text))


def code(text: str) -> str:
    """Return foreign text as inline code, whatever backticks it holds."""
    shown_text = line(text)
    longest = max((len(run) for run in re.findall("`+", shown_text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{fence}{padding}{shown_text}{padding}{fence}"


def _lines(result: Result) -> Iterator[str]:
    language = result.language
    roots = {each.key: each for each in result.diagnosis.findings}
    yield "# oadp-doctor"
    yield ""
    yield escape(summary(result))
    yield f"({result.snapshot.now:%Y-%m-%d %H:%M} UTC)"
    yield ""
    for finding in result.diagnosis.findings:
        verdict = VERDICTS[finding.verdict].to(language)
        yield f"## {verdict}: {escape(finding.title.to(language))}"
        yield ""
        yield f"`{finding.issue}` / `{finding.cause}` ({finding.severity})"
        yield ""
        if (root := roots.get(finding.consequence_of)) is not None:
            yield f"- {FOLLOWS.to(language)}: {escape(root.title.to(language))}"
        for subject in finding.subjects:
            yield f"- {SUBJECTS.to(language)}: {code(str(subject))}"
        for evidence in finding.evidence:
            says = escape(evidence.says.to(language))
            yield f"- {EVIDENCE.to(language)}: {says}: {code(shown(evidence, language))}"
        for missing in finding.missing:
            yield f"- {MISSING.to(language)}: {escape(missing.to(language))}"
        yield ""
    if not result.diagnosis.findings:
        yield NONE.to(language)
        yield ""
    if result.unread:
        yield GAPS.to(language)
        yield ""
        for each in result.unread:
            yield f"- {escape(shown_unread(each).to(language))}"
