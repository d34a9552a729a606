"""Findings beside one another: what explains what, and what stands first.

A cause may say what it follows from (`consequence-of`) and that it is only a catch-all for what
nothing else explains (`unexplained`). Both look at the findings alone, after all were judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from knowledge.finding import Finding, Severity, Verdict
from knowledge.model import Cause, Consequence

Causes = Mapping[tuple[str, str], Cause]
"""`(issue, cause)` -> the cause as its file has it."""

_VERDICTS: Final = list(Verdict)
_SEVERITIES: Final = list(Severity)


def rank(findings: Iterable[Finding], causes: Causes) -> tuple[Finding, ...]:
    """Return `findings` without what others explain, each consequence right after its root.

    Surest and worst first. A root stands where it belongs by itself, and what follows from it
    below it, so a cause never stands below its consequence.
    """
    kept = sorted(_explained_left_out(list(findings), causes), key=_order)
    roots = dict(_roots(kept, causes))
    below: dict[str, list[Finding]] = {}
    for finding in kept:
        below.setdefault(roots.get(finding.key, ""), []).append(finding)
    return tuple(_with_consequences("", below))


def _with_consequences(root: str, below: Mapping[str, Sequence[Finding]]) -> Iterator[Finding]:
    for finding in below.get(root, ()):
        yield replace(finding, consequence_of=root)
        yield from _with_consequences(finding.key, below)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return (
        _VERDICTS.index(finding.verdict),
        _SEVERITIES.index(finding.severity),
        finding.issue,
        finding.key,
    )


def _values(finding: Finding, names: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the values that `finding` binds to all of `names` at once."""
    return {
        tuple(way[name] for name in names)
        for way in finding.bindings
        if all(way.get(name) for name in names)
    }


def _explained_left_out(findings: list[Finding], causes: Causes) -> list[Finding]:
    """Return `findings` without the catch-alls whose every subject another finding is about.

    A catch-all explains only one with fewer names, so that two never do away with each other.
    What says by its rule that it follows from the catch-all does not explain it away.
    """

    def names(finding: Finding) -> tuple[str, ...]:
        cause = causes.get((finding.issue, finding.cause))
        return cause.unexplained if cause is not None else ()

    def follows(finding: Finding, root: Finding) -> bool:
        cause = causes.get((finding.issue, finding.cause))
        rules = cause.consequence_of if cause is not None else ()
        return any(rule.of != "*" and _fits(rule, finding, root) for rule in rules)

    kept = [each for each in findings if not names(each)]
    general = sorted((each for each in findings if names(each)), key=lambda e: -len(names(e)))
    for finding in general:
        own = _values(finding, names(finding))
        others = set().union(
            *(
                _values(each, names(finding))
                for each in kept
                if each.verdict is not Verdict.BENIGN
                and (not names(each) or len(names(each)) > len(names(finding)))
                and not follows(each, finding)
            )
        )
        if not own or not own <= others:
            kept.append(finding)
    return kept


def _roots(findings: Sequence[Finding], causes: Causes) -> Iterator[tuple[str, str]]:
    """Yield `(key, key of its root)`; `findings` are in order, so the first root is the best."""
    chosen: dict[str, str] = {}
    for finding in findings:
        cause = causes.get((finding.issue, finding.cause))
        for other in findings:
            if cause is None or finding.verdict is Verdict.BENIGN:
                break
            if (
                other.key != finding.key
                and other.verdict is not Verdict.BENIGN
                and _VERDICTS.index(other.verdict) <= _VERDICTS.index(finding.verdict)
                and any(_fits(each, finding, other) for each in cause.consequence_of)
                and not _leads_to(other.key, finding.key, chosen)
            ):
                chosen[finding.key] = other.key
                yield finding.key, other.key
                break


def _fits(rule: Consequence, finding: Finding, root: Finding) -> bool:
    if rule.of not in {"*", root.issue, f"{root.issue}/{root.cause}"}:
        return False
    return not rule.same or bool(_values(finding, rule.same) & _values(root, rule.same))


def _leads_to(key: str, wanted: str, chosen: Mapping[str, str]) -> bool:
    """Return whether the roots of `key` lead to `wanted`: nothing follows from itself."""
    while key:
        if key == wanted:
            return True
        key = chosen.get(key, "")
    return False
