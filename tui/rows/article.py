"""A known issue in full, and the steps of its procedure to read."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.content import Content

from knowledge.finding import Finding, IssueState, Judgement
from knowledge.model import Issue, Step
from knowledge.origin import Origin
from knowledge.text import unfilled
from tui.language import _, say
from tui.rows.finding import (
    finding_key,
    judgement_state,
    severity_word,
    verdict_tone,
    verdict_word,
)
from tui.rows.step import kind_word, risk_state
from tui.rows.value import short
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.article import paragraphs
from tui.widgets.row_list import Row
from tui.widgets.rows import link, section, text_row

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase


def rows(
    issue: Issue, known: IssueState | None, findings: Iterable[Finding], base: KnowledgeBase
) -> list[Row]:
    """Return a known issue in full; `base` is what else is known."""
    findings = list(findings)
    found = [
        text_row("title", plain(say(issue.title), "bold")),
        text_row(
            "verdict",
            Content.assemble(
                judgement_state(known, findings),
                (f"   {severity_word(issue.severity)}   ", "$text-muted"),
                one_line(issue.id, "$text-muted"),
            ),
        ),
    ]
    if (origin := base.origin(issue.id)) is not Origin.BUILT_IN:
        file = base.files.get(issue.id, "")
        words = (
            _("From your file {file}, in place of the built-in one")
            if origin is Origin.REPLACED
            else _("From your file {file}")
        )
        found.append(text_row("origin", plain(words.format(file=file), "$text-muted")))
    if known is not None and known.judgement is Judgement.NOT_EVALUATED:
        found += [
            text_row(f"reason:{number}", state(Tone.UNKNOWN, say(reason)), hang=2)
            for number, reason in enumerate(known.reasons)
        ]
    found += [
        link(
            finding_key(each),
            plain(say(each.title)),
            one_line(verdict_word(each.verdict), verdict_tone(each).style),
        )
        for each in findings
    ]
    found += [text_row("room:summary", Content("")), *paragraphs(say(issue.summary), "summary")]
    found += [*section(_("Why it happens")), *paragraphs(say(issue.cause), "cause")]
    for cause in issue.causes:
        found += section(_("Cause: {title}").format(title=unfilled(say(cause.title))))
        found += paragraphs(unfilled(say(cause.explain)), f"cause:{cause.id}")
        if issue.has_procedure(cause.id):
            words = _("See the steps of its runbook")
            found.append(link(f"procedure:{cause.id}", join(words)))
    if issue.notes is not None:
        found += [*section(_("Notes")), *paragraphs(say(issue.notes), "notes")]
    affects = [
        f"{product} {range}"
        for product, range in (
            ("OADP", issue.affects.oadp),
            ("Velero", issue.affects.velero),
            ("OpenShift", issue.affects.openshift),
        )
        if range
    ]
    if affects:
        found += [*section(_("Affects")), text_row("affects", plain(", ".join(affects)))]
    found += section(_("Sources"))
    for number, source in enumerate(issue.sources):
        found.append(link(f"source:{number}", plain(source.title)))
        found.append(text_row(f"source-url:{number}", plain(source.url, "$text-muted"), indent=2))
    for title, ids in (
        (_("Seen together"), base.seen_together(issue.id)),
        (_("Related issues"), base.related(issue.id)),
    ):
        if ids:
            found += section(title)
            found += [link(f"issue:{id}", plain(say(base.issues[id].title))) for id in ids]
    return found


def steps(issue: Issue, cause: str) -> list[Row]:
    """Return the steps of the procedure for one cause, with their commands unfilled."""
    found = [
        text_row("title", plain(say(issue.title), "bold")),
        link("walkthrough", join(_("Walk through it, running nothing"))),
    ]
    all_steps = issue.procedure.steps if issue.procedure is not None else ()
    mine = [step for step in all_steps if not step.causes or cause in step.causes]
    for number, step in enumerate(mine, 1):
        found += section(f"{number}. {unfilled(say(step.title))}")
        found.append(text_row(f"kind:{step.id}", _kind(step)))
        found += paragraphs(unfilled(say(step.why)), f"why:{step.id}")
        if step.run:
            command = " ".join(("oc", *(_argument(each) for each in step.run)))
            found.append(
                text_row(f"command:{step.id}", plain(unfilled(command), "$text-accent"), 2, 2)
            )
    return found


def _kind(step: Step) -> Content:
    if not step.run:
        return join((kind_word(step.kind), "$text-muted"))
    return join((f"{kind_word(step.kind)}  ", "$text-muted"), risk_state(step.risk))


def _argument(argument: Any) -> str:
    return (
        argument
        if isinstance(argument, str) and "$" in argument
        else shlex.quote(argument if isinstance(argument, str) else short(argument))
    )
