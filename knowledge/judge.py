"""From rows to findings: what is proven, what is likely, what could not be evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from knowledge.condition import BadRule
from knowledge.expression import Evaluation, Expression, Row, compile_expression, negated
from knowledge.facts import Fact, compile_fact
from knowledge.finding import (
    Evidence,
    Finding,
    IssueState,
    Judgement,
    LogEvidence,
    ObjectEvidence,
    Verdict,
)
from knowledge.model import Cause, Issue
from knowledge.snapshot import Snapshot
from knowledge.text import Text

_MOST_EVIDENCE: Final = 12
_MOST_SUBJECTS: Final = 20
_MOST_BINDINGS: Final = 50


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether an expression holds: True, False, or None where something is unknown."""

    value: bool | None
    missing: tuple[Text, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    bindings: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledCause:
    """A cause with its expressions compiled."""

    cause: Cause
    when: Expression | None
    likely: Expression | None
    unless: Expression | None


@dataclass(frozen=True, slots=True)
class CompiledIssue:
    """An issue ready to be judged."""

    issue: Issue
    facts: Mapping[str, Fact]
    causes: tuple[CompiledCause, ...]

    def judge(self, snapshot: Snapshot) -> tuple[tuple[Finding, ...], IssueState]:
        """Return the findings of this issue, and what is known about it."""
        return self._judge(snapshot, Evaluation(snapshot))

    def holding(self, snapshot: Snapshot) -> frozenset[str]:
        """Return the names of the facts that hold somewhere when this issue is judged."""
        evaluation = Evaluation(snapshot)
        self._judge(snapshot, evaluation)
        return evaluation.holding() | frozenset(
            name
            for name, fact in self.facts.items()
            if not fact.inputs and fact.primitive.rows(snapshot, {}).found
        )

    def _judge(
        self, snapshot: Snapshot, evaluation: Evaluation
    ) -> tuple[tuple[Finding, ...], IssueState]:
        findings: list[Finding] = []
        unknown: dict[Text, None] = {}
        for each in self.causes:
            found, reasons = self._judge_cause(each, snapshot, evaluation)
            findings.extend(found)
            unknown.update(dict.fromkeys(reasons))
        if findings:
            return tuple(findings), IssueState(Judgement.FOUND)
        if unknown:
            return (), IssueState(Judgement.NOT_EVALUATED, tuple(unknown))
        return (), IssueState(Judgement.NOT_FOUND)

    def holds(self, raw: Any, snapshot: Snapshot, bindings: Mapping[str, str]) -> Truth:
        """Return whether an expression over this issue's facts holds under `bindings`.

        Raises:
            BadRule: the expression is wrong.
        """
        start = Row({"namespace": snapshot.source.namespace, **bindings})
        rows = Evaluation(snapshot).extended(compile_expression(raw, self.facts), [start])
        certain = [row for row in rows if not row.missing]
        if certain:
            return Truth(True, (), _evidence(certain), tuple(row.bindings for row in certain))
        if rows:
            missing = tuple(dict.fromkeys(text for row in rows for text in row.missing))
            return Truth(None, missing, _evidence(rows))
        return Truth(False)

    def _judge_cause(
        self, each: CompiledCause, snapshot: Snapshot, evaluation: Evaluation
    ) -> tuple[list[Finding], tuple[Text, ...]]:
        start = Row({"namespace": snapshot.source.namespace})
        rows = [] if each.when is None else evaluation.extended(each.when, [start])
        rows = self._not_ruled_out(each, rows, evaluation)
        proven = [row for row in rows if not row.missing]
        seen = [row for row in rows if row.missing and row.symptom]
        reasons = tuple(text for row in rows if not row.symptom for text in row.missing)
        weaker: list[Row] = []
        if each.likely is not None:
            weaker = self._not_ruled_out(
                each, evaluation.extended(each.likely, [start]), evaluation
            )
            reasons += tuple(text for row in weaker if not row.symptom for text in row.missing)
            weaker = [row for row in weaker if row.symptom or not row.missing]
        findings: list[Finding] = []
        groups: dict[tuple[str, ...], list[list[Row]]] = {}
        for place, some in enumerate((proven, seen, weaker)):
            for row in some:
                key = tuple(row.bindings.get(name, "") for name in each.cause.per)
                groups.setdefault(key, [[], [], []])[place].append(row)
        for about, by_strength in groups.items():
            verdict = Verdict.CONFIRMED if by_strength[0] else Verdict.LIKELY
            # The strongest rows alone: weaker ones of the same subject add only doubt.
            chosen = next(some for some in by_strength if some)
            missing = dict.fromkeys(text for row in chosen for text in row.missing)
            if chosen is by_strength[2] and each.cause.missing is not None:
                missing = {each.cause.missing.settled(chosen[0].bindings): None, **missing}
            findings.append(self._finding(each.cause, verdict, chosen, tuple(missing), about))
        return findings, reasons

    def _not_ruled_out(
        self, each: CompiledCause, rows: list[Row], evaluation: Evaluation
    ) -> list[Row]:
        if each.unless is None:
            return rows
        return evaluation.extended(negated(each.unless), rows)

    def _finding(
        self,
        cause: Cause,
        verdict: Verdict,
        rows: list[Row],
        missing: tuple[Text, ...],
        about: tuple[str, ...],
    ) -> Finding:
        evidence = _evidence(rows)
        objects = dict.fromkeys(
            proof.object
            for row in rows
            for proof in row.evidence
            if isinstance(proof, ObjectEvidence)
            and (proof.fact in cause.subject if cause.subject else proof.object.name != "*")
        )
        # What says most first, and of these the newest: it fills the inputs of the procedure.
        telling = sorted(rows, key=lambda row: -sum(map(bool, row.bindings.values())))
        every = dict.fromkeys(tuple(sorted(row.bindings.items())) for row in telling)
        return Finding(
            issue=self.issue.id,
            cause=cause.id,
            verdict=Verdict.BENIGN if cause.benign else verdict,
            severity=cause.severity or self.issue.severity,
            title=cause.title.settled(telling[0].bindings),
            subjects=tuple(objects)[:_MOST_SUBJECTS],
            evidence=evidence,
            missing=() if cause.benign else missing,
            bindings=tuple(dict(each) for each in _of_every_sort(list(every))),
            procedure=self.issue.has_procedure(cause.id),
            about=about,
        )


def _of_every_sort(ways: list[tuple[tuple[str, str], ...]]) -> list[tuple[tuple[str, str], ...]]:
    """Return `_MOST_BINDINGS` of `ways` at most, in their order.

    Of many, those that show every value of the names with few values: a thousand items of thirty
    backups leave all thirty backups, so that each of them counts as explained.
    """
    if len(ways) <= _MOST_BINDINGS:
        return ways
    first: dict[str, dict[str, int]] = {}
    for at, way in enumerate(ways):
        for name, value in way:
            first.setdefault(name, {}).setdefault(value, at)
    chosen = {0}
    # The most values first: ways that show them all show most of the others, too.
    for name, values in sorted(first.items(), key=lambda each: -len(each[1])):
        shown = {value for at in chosen for key, value in ways[at] if key == name}
        more = {at for value, at in values.items() if value not in shown}
        if len(chosen | more) <= _MOST_BINDINGS:
            chosen |= more
    rest = (at for at in range(len(ways)) if at not in chosen)
    chosen.update(islice(rest, _MOST_BINDINGS - len(chosen)))
    return [ways[at] for at in sorted(chosen)]


def _evidence(rows: Iterable[Row]) -> tuple[Evidence, ...]:
    """Return the evidence of all rows, each piece once, bounded."""
    seen: dict[tuple[str, str, str], Evidence] = {}
    for row in rows:
        for each in row.evidence:
            if isinstance(each, LogEvidence):
                key = (each.fact, each.hit.log, str(each.hit.line))
            else:
                key = (each.fact, str(each.object), each.path)
            seen.setdefault(key, replace(each, says=each.says.settled(row.bindings)))
            if len(seen) >= _MOST_EVIDENCE:
                return tuple(seen.values())
    return tuple(seen.values())


def compile_issue(issue: Issue) -> CompiledIssue:
    """Return `issue` compiled, every expression in it checked.

    Raises:
        BadRule: a fact or an expression is wrong; the message begins with where it stands.
    """
    facts: dict[str, Fact] = {}
    for name, raw in issue.facts.items():
        with _at(f"facts.{name}"):
            facts[name] = compile_fact(issue.id, name, raw)
    causes = compile_causes(issue, facts)
    for position, step in enumerate(issue.procedure.steps if issue.procedure else ()):
        with _at(f"procedure.steps[{position}]"):
            for raw in (step.until, step.skip, step.assumes):
                if raw is not None:
                    compile_expression(raw, facts)
            for option in step.options:
                for raw in (option.when, option.recommended):
                    if raw is not None:
                        compile_expression(raw, facts)
    return CompiledIssue(issue, facts, causes)


def compile_causes(issue: Issue, facts: Mapping[str, Fact]) -> tuple[CompiledCause, ...]:
    """Return the causes of `issue` compiled.

    Raises:
        BadRule: an expression is wrong; the message begins with where it stands.
    """
    causes: list[CompiledCause] = []
    for position, cause in enumerate(issue.causes):
        with _at(f"causes[{position}]"):
            if cause.when is None and cause.likely is None:
                raise BadRule("give `when`, `likely` or both")
            causes.append(
                CompiledCause(
                    cause,
                    None if cause.when is None else compile_expression(cause.when, facts),
                    None if cause.likely is None else compile_expression(cause.likely, facts),
                    None if cause.unless is None else compile_expression(cause.unless, facts),
                )
            )
    return tuple(causes)


@contextmanager
def _at(where: str) -> Iterator[None]:
    """Add where a rule stands to the errors inside it."""
    try:
        yield
    except BadRule as error:
        raise BadRule(f"{where}: {error}") from None
