"""A finding in full: what, how sure, why, on what grounds, what is missing, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from knowledge.finding import Evidence, Finding, LogEvidence, ObjectEvidence
from knowledge.model import Issue
from tui.language import _, say
from tui.rows.cluster import object_key
from tui.rows.finding import finding_key, severity_word, verdict_tone, verdict_word
from tui.rows.value import short
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.article import paragraphs
from tui.widgets.row_list import Row
from tui.widgets.rows import button, link, section, text_row


def rows(
    finding: Finding, issue: Issue | None, others: Sequence[Finding] = (), *, can_run: bool
) -> list[Row]:
    """Return a finding: what, how sure, why, on what grounds, what is missing, what to do.

    Args:
        finding: The finding.
        issue: The issue it is of, if that is known.
        others: All findings, among them what it follows from and what follows from it.
        can_run: Whether commands can be run here.
    """
    tone = verdict_tone(finding)
    found = [
        text_row("title", plain(say(finding.title), "bold")),
        text_row("verdict", _verdict(finding, tone)),
    ]
    found += [link(object_key(subject), one_line(subject)) for subject in finding.subjects[:6]]
    if finding.procedure:
        words = _("w  Open the runbook") if can_run else _("w  Open the runbook (to read and copy)")
        found += [text_row("room:button", Content("")), button("runbook", words)]
    cause = issue.cause_by_id(finding.cause) if issue is not None else None
    if cause is not None:
        found += [*section(_("What is wrong")), *paragraphs(say(cause.explain), "explain")]
    found += section(_("Evidence"))
    for number, evidence in enumerate(finding.evidence):
        found += _evidence(number, evidence)
    found += _related(finding, others)
    if finding.missing:
        found += section(_("What would prove it"))
        found += [
            text_row(f"missing:{number}", state(Tone.UNKNOWN, say(text)), hang=2)
            for number, text in enumerate(finding.missing)
        ]
    if issue is not None:
        found += section(_("The known issue"))
        found += paragraphs(say(issue.summary), "summary")
        found.append(link(f"issue:{issue.id}", join(_("Read the article"))))
        if not finding.procedure:
            found.append(
                text_row("no-procedure", join((_("There is no runbook for it."), "$text-muted")))
            )
    return found


def _related(finding: Finding, others: Sequence[Finding]) -> list[Row]:
    found: list[Row] = []
    for title, related in (
        (_("This follows from"), [e for e in others if e.key == finding.consequence_of]),
        (_("What follows from it"), [e for e in others if e.consequence_of == finding.key]),
    ):
        if related:
            found += section(title)
            found += [link(finding_key(each), plain(say(each.title))) for each in related[:6]]
    return found


def _verdict(finding: Finding, tone: Tone) -> Content:
    return Content.assemble(
        state(tone, verdict_word(finding.verdict)),
        (f"   {severity_word(finding.severity)}   ", "$text-muted"),
        one_line(finding.issue, "$text-muted"),
    )


def _evidence(number: int, evidence: Evidence) -> list[Row]:
    says = plain(say(evidence.says))
    if isinstance(evidence, LogEvidence):
        hit = evidence.hit
        where = one_line(_("{log}, line {line}").format(log=hit.log, line=hit.line), "$text-muted")
        count = _("{n} times").format(n=evidence.count) if evidence.count > 1 else ""
        right = Content.styled(count, "$text-muted") if count else None
        return [
            link(f"evidence:{number}", says, right),
            text_row(f"evidence-where:{number}", where, indent=2),
            Row(
                f"evidence-text:{number}",
                one_line(hit.text, "$text-muted"),
                indent=2,
                lines=3,
                selectable=False,
            ),
        ]
    place = str(evidence.object) + (f"  {evidence.path}" if evidence.path else "")
    shown = Content.assemble(
        one_line(place, "$text-muted"),
        (" = " if evidence.path else " ", "$text-muted"),
        _value(evidence),
    )
    return [
        link(f"evidence:{number}", says),
        text_row(f"evidence-where:{number}", shown, indent=2),
    ]


def _value(evidence: ObjectEvidence) -> Content:
    if evidence.value is None:
        return join((_("(not there)"), "$text-muted"))
    if not evidence.path:
        return Content("")
    return one_line(short(evidence.value))
