"""`knowledge check`: runs every file's own examples and looks for what an author overlooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from knowledge import command
from knowledge.base import KnowledgeBase, Problem
from knowledge.example import snapshot_of
from knowledge.expression import compile_expression
from knowledge.facts import Fact
from knowledge.literals import required
from knowledge.model import Example, Issue, Risk, Step, StepKind
from knowledge.risk import classify
from knowledge.text import Text, names

OWN_NAMES: Final = frozenset({"namespace", "stamp"})
"""Placeholders that every procedure has."""

_KANA: Final = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found."""

    issues: int
    causes: int
    signatures: int
    procedures: int
    examples: int
    problems: tuple[Problem, ...]


def check(base: KnowledgeBase, only: Iterable[str] | None = None) -> Report:
    """Return the report on all issues of `base`, or on the ids in `only`."""
    chosen = [issue for id_, issue in base.issues.items() if only is None or id_ in set(only)]
    problems = list(base.problems)
    for issue in chosen:
        file = base.files.get(issue.id, issue.id)
        problems.extend(
            Problem(file, 0, field, message)
            for field, message in (*_examples(base, issue), *_texts(issue), *_rules(base, issue))
        )
    return Report(
        issues=len(chosen),
        causes=sum(len(issue.causes) for issue in chosen),
        signatures=sum(
            fact.signature is not None
            for issue in chosen
            for fact in base.compiled[issue.id].facts.values()
        ),
        procedures=sum(issue.procedure is not None for issue in chosen),
        examples=sum(len(i.examples.positive) + len(i.examples.negative) for i in chosen),
        problems=tuple(problems),
    )


_Found = Iterator[tuple[str, str]]
"""Field and message of each problem."""


def _examples(base: KnowledgeBase, issue: Issue) -> _Found:
    proven: set[str] = set()
    for kind, examples in (
        ("positive", issue.examples.positive),
        ("negative", issue.examples.negative),
    ):
        if len(examples) < 2:
            yield f"examples.{kind}", "give at least two"
        for position, example in enumerate(examples):
            field = f"examples.{kind}[{position}]"
            if (kind == "positive") != bool(example.finds):
                yield field, "a positive example says what it finds, a negative one finds nothing"
            yield from _example(base, issue, example, field)
            proven.update(each.cause for each in example.finds)
    for cause in issue.causes:
        if cause.id not in proven:
            yield "causes", f"no positive example finds the cause {cause.id!r}"


def _example(base: KnowledgeBase, issue: Issue, example: Example, field: str) -> _Found:
    try:
        snapshot = snapshot_of(example, base.prefilter)
    except ValueError as error:
        yield field, str(error)
        return
    diagnosis = base.diagnose(snapshot)
    ours = {(f.cause, str(f.verdict)) for f in diagnosis.findings if f.issue == issue.id}
    wanted = {(each.cause, each.verdict) for each in example.finds}
    if ours != wanted:
        yield field, f"{example.name!r} finds {_shown(ours)}, not {_shown(wanted)}"
    for finding in diagnosis.findings:
        if finding.issue == issue.id or finding.verdict != "confirmed":
            continue
        if f"{finding.issue}/{finding.cause}" not in example.also:
            yield field, f"{example.name!r} also confirms {finding.issue}/{finding.cause}"


def _shown(found: set[tuple[str, str]]) -> str:
    return ", ".join(f"{cause} {verdict}" for cause, verdict in sorted(found)) or "nothing"


def _texts(issue: Issue) -> _Found:
    for field, text in _all_texts(issue, ""):
        if not text.en.strip() or not text.ja.strip():
            yield field, "a text is empty"
        elif not _KANA.search(text.ja) and len(text.en) > 40:
            yield field, "the Japanese text has no Japanese in it"


def _all_texts(value: Any, field: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield field, value
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from _all_texts(getattr(value, name), f"{field}.{name}" if field else name)
    elif isinstance(value, tuple):
        for position, each in enumerate(value):
            yield from _all_texts(each, f"{field}[{position}]")
    elif isinstance(value, Mapping) and field == "procedure.inputs":
        for name, each in value.items():
            yield from _all_texts(each, f"{field}.{name}")


def _rules(base: KnowledgeBase, issue: Issue) -> _Found:
    facts = base.compiled[issue.id].facts
    used: set[str] = set()
    for cause in issue.causes:
        for raw in (cause.when, cause.likely, cause.unless):
            if raw is not None:
                used |= compile_expression(raw, facts).facts()
    for step in issue.procedure.steps if issue.procedure else ():
        for raw in (
            step.until,
            step.skip,
            step.assumes,
            *(o.when for o in step.options),
            *(o.recommended for o in step.options),
        ):
            if raw is not None:
                used |= compile_expression(raw, facts).facts()
    for name, fact in facts.items():
        if name not in used:
            yield f"facts.{name}", "no cause and no step uses this fact"
        yield from _signature(name, fact)
    if issue.procedure is not None:
        yield from _procedure(issue, facts)
    bound = {name for fact in facts.values() for name in fact.outputs} | OWN_NAMES
    given = bound | set(issue.procedure.inputs if issue.procedure else ())
    for name, fact in facts.items():
        for needed in sorted(fact.inputs - given):
            yield f"facts.{name}", f"nothing binds {needed!r}, so this is never known"
    known = set(base.issues)
    for other in issue.related:
        if other not in known:
            yield "related", f"there is no issue {other!r}"
    for position, cause in enumerate(issue.causes):
        field = f"causes[{position}]"
        for rule in cause.consequence_of:
            root, _slash, of = rule.of.partition("/")
            if root != "*" and (
                root not in known or (of and base.issues[root].cause_by_id(of) is None)
            ):
                yield f"{field}.consequence-of", f"there is no cause {rule.of!r}"
        for name in (
            *cause.per,
            *cause.unexplained,
            *(n for r in cause.consequence_of for n in r.same),
        ):
            if name not in bound:
                yield field, f"no fact binds {name!r}"


def _signature(name: str, fact: Fact) -> _Found:
    for pattern in fact.signature.patterns if fact.signature else ():
        if not required(pattern):
            yield f"facts.{name}", "the pattern has no literal text of 4 characters: it is slow"


def _procedure(issue: Issue, facts: Mapping[str, Fact]) -> _Found:
    procedure = issue.procedure
    assert procedure is not None  # noqa: S101 - the caller looked
    bound = {name for fact in facts.values() for name in fact.outputs} | OWN_NAMES
    causes = {cause.id for cause in issue.causes}
    seen: set[str] = set()
    for name, entry in procedure.inputs.items():
        bare = entry.choose is None and not (entry.default or entry.optional or entry.typed)
        if bare and (entry.binding or name) not in bound:
            yield f"procedure.inputs.{name}", "nothing fills it: no fact binds that name"
    for position, step in enumerate(procedure.steps):
        field = f"procedure.steps[{position}]"
        if step.id in seen:
            yield field, f"two steps are called {step.id!r}"
        for earlier in step.chosen:
            if earlier not in seen:
                yield field, f"`chosen` names {earlier!r}, which is not an earlier step"
        seen.add(step.id)
        yield from (
            (field, f"there is no cause {each!r}") for each in step.causes if each not in causes
        )
        available = set(procedure.inputs) | OWN_NAMES
        used = _placeholders((step.run, step.stdin, step.namespace))
        if step.undo is not None:
            used |= _placeholders((step.undo.run, step.undo.stdin))
        for name in sorted(used - available):
            yield field, f"`${{{name}}}` is not an input"
        yield from _step(step, field)


def _placeholders(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(names(value))
    if isinstance(value, Mapping):
        return {name for each in value.values() for name in _placeholders(each)}
    if isinstance(value, list | tuple):
        return {name for each in value for name in _placeholders(each)}
    return set()


def _step(step: Step, field: str) -> _Found:
    runs = step.kind in {StepKind.CHECK, StepKind.CHANGE}
    if runs != bool(step.run):
        yield field, f"a step of kind {step.kind} {'needs' if runs else 'has no'} `run`"
    if step.kind is StepKind.WAIT and step.until is None:
        yield field, "a wait needs `until`"
    if step.kind is StepKind.CHOOSE and len(step.options) < 2:
        yield field, "a choice needs at least two options"
    if step.kind is StepKind.CHANGE and step.undo is None:
        yield field, "a change says how it is undone, or that it can't be"
    if not runs:
        return
    commands = [("run", step.run, step.stdin, step.risk)]
    if step.undo is not None and step.undo.run:
        commands.append(("undo", step.undo.run, step.undo.stdin, Risk.DESTRUCTIVE))
    for name, run, stdin, claimed in commands:
        # Any value will do: what a command may do must not depend on it.
        values = dict.fromkeys(_placeholders((run, stdin)), "1")
        try:
            filled = command.arguments(run, values)
            manifest = None if stdin is None else command.manifest(stdin, values, "openshift-adp")
        except command.CommandProblem as problem:
            yield f"{field}.{name}", problem.message.en
            continue
        found = classify(filled, manifest)
        if found.refused is not None:
            yield f"{field}.{name}", found.refused.en
        elif found.risk.rank > claimed.rank:
            yield f"{field}.{name}", f"the command is {found.risk}, the step says {claimed}"
    if step.kind is StepKind.CHECK and step.risk is not Risk.READ:
        yield field, "a check only reads"
