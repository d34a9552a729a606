"""What the examples of a knowledge base show of its rules, and what they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.base import KnowledgeBase
from knowledge.example import snapshot_of
from knowledge.finding import Verdict
from knowledge.prefilter import Prefilter


@dataclass(frozen=True, slots=True)
class CauseCoverage:
    """How often examples find one cause."""

    cause: str
    """`issue/cause`."""
    confirmed: int
    likely: int
    """Likely or benign."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What examples show."""

    causes: tuple[CauseCoverage, ...]
    unseen: tuple[str, ...]
    """`issue/fact` of facts that hold in no example of their issue: nothing tests them."""
    elsewhere: tuple[tuple[str, str], ...]
    """`issue/fact` of signatures, with the other issue whose example they match too."""

    @property
    def unproven(self) -> tuple[str, ...]:
        """Return the causes that examples only find as likely."""
        return tuple(each.cause for each in self.causes if not each.confirmed)


def coverage(base: KnowledgeBase, only: Iterable[str] | None = None) -> Coverage:
    """Return what the examples of all issues, or of the ids in `only`, show.

    Raises:
        ValueError: an example cannot be used; `knowledge check` says which.
    """
    chosen = set(base.issues if only is None else only)
    found: Counter[tuple[str, bool]] = Counter()
    shown: set[str] = set()
    elsewhere: dict[tuple[str, str], None] = {}
    ours = [each for each in base.signatures if each.key.partition("/")[0] in chosen]
    looked_for = Prefilter(ours)
    for issue in base.issues.values():
        for example in (*issue.examples.positive, *issue.examples.negative):
            if issue.id not in chosen and not (ours and example.logs and example.finds):
                continue
            snapshot = snapshot_of(example, looked_for)
            if issue.id in chosen:
                for each in example.finds:
                    confirmed = each.verdict == Verdict.CONFIRMED
                    found[f"{issue.id}/{each.cause}", confirmed] += 1
                hold = base.compiled[issue.id].holding(snapshot)
                shown |= {f"{issue.id}/{name}" for name in hold}
            for key in snapshot.hits:
                owner = key.partition("/")[0]
                if owner != issue.id and owner in chosen and example.finds:
                    elsewhere[key, issue.id] = None
    facts = [f"{id_}/{name}" for id_ in sorted(chosen) for name in base.compiled[id_].facts]
    return Coverage(
        tuple(
            CauseCoverage(name, found[name, True], found[name, False])
            for id_ in sorted(chosen)
            for cause in base.issues[id_].causes
            if (name := f"{id_}/{cause.id}")
        ),
        tuple(name for name in facts if name not in shown),
        tuple(elsewhere),
    )
