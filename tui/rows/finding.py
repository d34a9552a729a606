"""The rows of Findings and known issues, and the words and signs of verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from textual.content import Content

from knowledge.finding import Diagnosis, Finding, IssueState, Judgement, Severity, Verdict
from knowledge.model import Issue
from knowledge.text import Text
from tui.language import _, say
from tui.messages import Begun
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.row_list import Row

_MOST_ALIKE: Final = 5
"""Findings of one cause that are all shown; of more, some, and the rest when asked for."""
_SOME_ALIKE: Final = 3


def finding_key(finding: Finding) -> str:
    """Return the row key of a finding."""
    return f"finding:{finding.key}"


def verdict_tone(finding: Finding) -> Tone:
    """Return how bad and how sure a finding is, as a tone."""
    if finding.verdict is Verdict.BENIGN:
        return Tone.INFO
    if finding.verdict is Verdict.LIKELY:
        return Tone.UNKNOWN
    return Tone.BAD if finding.severity in (Severity.CRITICAL, Severity.ERROR) else Tone.WARN


def verdict_word(verdict: Verdict) -> str:
    """Return a verdict in words."""
    return {
        Verdict.CONFIRMED: _("confirmed"),
        Verdict.LIKELY: _("likely"),
        Verdict.BENIGN: _("benign"),
    }[verdict]


def severity_word(severity: Severity) -> str:
    """Return a severity in words."""
    return {
        Severity.CRITICAL: _("critical"),
        Severity.ERROR: _("error"),
        Severity.WARNING: _("warning"),
        Severity.INFO: _("info"),
    }[severity]


def judgement_state(known: IssueState | None, findings: Iterable[Finding] = ()) -> Content:
    """Return what is known about an issue, as sign and word; as bad as its worst finding."""
    if known is None:
        return state(Tone.UNKNOWN, _("not evaluated"))
    tones = [verdict_tone(finding) for finding in findings]
    return {
        Judgement.FOUND: state(
            min(tones, key=lambda tone: tone.rank, default=Tone.BAD), _("found")
        ),
        Judgement.NOT_FOUND: state(Tone.OFF, _("not found")),
        Judgement.NOT_EVALUATED: state(Tone.UNKNOWN, _("not evaluated")),
    }[known.judgement]


def findings_summary(diagnosis: Diagnosis) -> Content:
    """Return how many findings of each verdict there are; never a word of health."""
    counts = dict.fromkeys(Verdict, 0)
    for finding in diagnosis.findings:
        counts[finding.verdict] += 1
    parts = []
    for verdict, tone in (
        (Verdict.CONFIRMED, Tone.BAD),
        (Verdict.LIKELY, Tone.UNKNOWN),
        (Verdict.BENIGN, Tone.INFO),
    ):
        if counts[verdict]:
            parts.append(state(tone, str(counts[verdict])))
    return Content("  ").join(parts)


def rows(
    diagnosis: Diagnosis,
    issues: Mapping[str, Issue],
    *,
    diagnosed: bool,
    order: Sequence[str] | None = None,
    wanted: str = "",
    matched: Mapping[str, str] | None = None,
    notice: Text | None = None,
    begun: Sequence[Begun] = (),
    opened: Collection[str] = (),
) -> list[Row]:
    """Return the rows of the pane: findings by issue, runbooks begun, then every known issue.

    Args:
        diagnosis: What was found.
        issues: What is known.
        diagnosed: Whether a first diagnosis is done.
        order: Ids that a search gave, best first; None shows everything.
        wanted: What was searched for.
        matched: Issue -> the part of what was searched for that its signature matched.
        notice: Why nothing can be found: the source failed, or there is nothing to judge.
        begun: Runbooks that were left before their end.
        opened: Keys of the rows behind which many findings alike are shown, all of them.
    """
    shown = diagnosis.findings
    if order is not None:
        kept = set(order)
        needle = wanted.casefold().strip()
        shown = tuple(
            finding
            for finding in shown
            if finding.issue in kept or needle in _words(finding).casefold()
        )
    found: list[Row] = []
    if shown or order is None:
        found.append(_heading("findings", _("Findings"), findings_summary(diagnosis)))
        found.extend(_found(shown, issues, opened if order is None else None))
        if not shown:
            found.append(_nothing(diagnosis, diagnosed, notice))
    if begun and order is None:
        found.append(Row("gap:begun", Content(""), selectable=False))
        found.append(_heading("begun", _("Runbooks to go on with"), Content("")))
        found.extend(_begun(each) for each in begun)
    known = (
        [id for id in order if id in issues] if order is not None else _in_order(diagnosis, issues)
    )
    found.append(Row("gap", Content(""), selectable=False))
    found.append(_heading("issues", _("Known issues"), _evaluated(diagnosis, issues, diagnosed)))
    by_issue: dict[str, list[Finding]] = {}
    for finding in diagnosis.findings:
        by_issue.setdefault(finding.issue, []).append(finding)
    for id in known:
        mark = judgement_state(diagnosis.issues.get(id), by_issue.get(id, ()))
        part = (matched or {}).get(id, "") if order is not None else ""
        found.append(_issue(issues[id], mark if diagnosed else None, part))
    if not known:
        words = _("Nothing matches.") if order is not None else _("Reading the knowledge base…")
        found.append(Row("none", join((words, "$text-muted")), indent=2, selectable=False))
    return found


def _words(finding: Finding) -> str:
    subjects = " ".join(str(subject) for subject in finding.subjects)
    return f"{finding.issue} {finding.cause} {say(finding.title)} {subjects}"


def _heading(id: str, title: str, right: Content) -> Row:
    return Row(f"heading:{id}", join((title, "bold")), right=right, selectable=False, heading=True)


def _found(
    findings: Sequence[Finding], issues: Mapping[str, Issue], opened: Collection[str] | None
) -> list[Row]:
    shown = {finding.key for finding in findings}
    below: dict[str, list[Finding]] = {}
    for finding in findings:
        root = finding.consequence_of if finding.consequence_of in shown else ""
        below.setdefault(root, []).append(finding)
    by_issue: dict[str, list[Finding]] = {}
    for finding in below.get("", ()):
        by_issue.setdefault(finding.issue, []).append(finding)
    found = []
    for id, group in by_issue.items():
        if len(group) > 1 and id in issues:
            title = join((say(issues[id].title), "$text-muted"))
            found.append(Row(f"of:{id}", title, lines=2, selectable=False, indent=1))
        found.extend(_siblings(group, below, 0, opened))
    return found


def _siblings(
    findings: Iterable[Finding],
    below: Mapping[str, Sequence[Finding]],
    depth: int,
    opened: Collection[str] | None,
) -> list[Row]:
    """Return the rows of findings side by side; of many with one cause, the newest.

    Thirty nights of the same failed backup are one thing to know. `opened` None shows all.
    """
    alike: dict[tuple[str, str, str, str], list[Finding]] = {}
    for each in findings:
        alike.setdefault((each.issue, each.cause, each.verdict, each.consequence_of), []).append(
            each
        )
    found: list[Row] = []
    for kind, group in alike.items():
        key = f"more:{'/'.join(kind)}"
        folds = len(group) > _MOST_ALIKE and opened is not None
        is_open = opened is None or key in opened
        ordered = sorted(group, key=_newest, reverse=True) if folds else group
        for place, finding in enumerate(ordered):
            if folds and place == _SOME_ALIKE:
                found.append(_more(key, len(group) - _SOME_ALIKE, depth, is_open))
                if not is_open:
                    break
            found.append(_finding(finding, depth))
            found.extend(_siblings(below.get(finding.key, ()), below, depth + 1, opened))
    return found


def _newest(finding: Finding) -> str:
    """Return the latest time that a finding is about, as RFC 3339; else nothing."""
    times = (
        value for way in finding.bindings for name, value in way.items() if name.endswith("_at")
    )
    return max(times, default="")


def _more(key: str, number: int, depth: int, is_open: bool) -> Row:
    words = ("▾ " if is_open else "▸ ") + _("{n} more").format(n=number)
    return Row(key, join((words, "$text-muted")), indent=_indent(depth), hang=2)


def _indent(depth: int) -> int:
    """Return the cells before a finding that is a consequence of so many others, one on another."""
    return min(1 + 2 * max(depth - 1, 0), 5)


def _finding(finding: Finding, depth: int = 0) -> Row:
    """Return the row of a finding; `depth` counts what it is a consequence of."""
    tone = verdict_tone(finding)
    content = Content.assemble(
        ("↳ " if depth else "", "$text-muted"),
        (f"{tone.sign} ", tone.style),
        plain(say(finding.title)),
        "\n",
        (verdict_word(finding.verdict), tone.style),
    )
    if finding.subjects:
        first, *rest = finding.subjects
        where = f"  {first.kind} {first.name}" + (f" +{len(rest)}" if rest else "")
        content = content + plain(where, "$text-muted")
    return Row(
        finding_key(finding),
        content,
        lines=6,
        indent=_indent(depth),
        hang=4 if depth else 2,
    )


def _begun(begun: Begun) -> Row:
    words = _("{done} of {all} steps").format(done=begun.done, all=begun.steps)
    content = Content.assemble((f"{Tone.BUSY.sign} ", Tone.BUSY.style), plain(say(begun.title)))
    right = join((words, Tone.BUSY.style))
    return Row(f"begun:{begun.finding}", content, right=right, indent=1, lines=2, hang=2)


def _nothing(diagnosis: Diagnosis, diagnosed: bool, notice: Text | None) -> Row:
    if notice is not None:
        content = state(Tone.BAD, say(notice))
    elif not diagnosed:
        content = state(Tone.BUSY, _("Reading and judging…"))
    else:
        gaps = sum(
            known.judgement is Judgement.NOT_EVALUATED for known in diagnosis.issues.values()
        )
        if gaps:
            words = _("Nothing found, but {n} known issues could not be evaluated.")
            content = state(Tone.UNKNOWN, words.format(n=gaps))
        else:
            content = state(Tone.OK, _("None of the known issues was found."))
    return Row("nothing", content, indent=1, hang=2, lines=4, selectable=False)


def _in_order(diagnosis: Diagnosis, issues: Mapping[str, Issue]) -> list[str]:
    ranks = {Judgement.FOUND: 0, Judgement.NOT_EVALUATED: 1, Judgement.NOT_FOUND: 1}

    def rank(id: str) -> tuple[int, str]:
        known = diagnosis.issues.get(id)
        return (ranks[known.judgement] if known else 1, say(issues[id].title))

    return sorted(issues, key=rank)


def _evaluated(diagnosis: Diagnosis, issues: Mapping[str, Issue], diagnosed: bool) -> Content:
    if not diagnosed:
        return join((str(len(issues)), "$text-muted"))
    judged = sum(
        known.judgement is not Judgement.NOT_EVALUATED for known in diagnosis.issues.values()
    )
    words = _("{n} of {all} evaluated").format(n=judged, all=len(issues))
    return join((words, "$text-muted"))


def _issue(issue: Issue, mark: Content | None, matched: str = "") -> Row:
    content = plain(say(issue.title))
    if matched:
        content = Content.assemble(
            content, "\n", (_("matches"), "$text-muted"), ": ", one_line(matched, "bold")
        )
    lines = 5 if matched else 2
    return Row(f"issue:{issue.id}", content, right=mark, indent=1, lines=lines, hang=2)
