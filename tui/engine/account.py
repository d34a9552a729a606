"""What came of a session, in numbers: the short answer at the top of an incident record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from tui.engine.answer_json import mapping
from tui.engine.record import Attempt, Event, Record

Outcome = Literal["gone", "still-there", "unknown", "no-finding", "nothing-changed"]
"""What became of the finding that the session was about; `nothing-changed`: a dry run."""
_LATER: Final = frozenset({"imported", "note"})
"""Events that may be added long after the work ended."""


@dataclass(frozen=True, slots=True)
class Account:
    """What came of a session."""

    outcome: Outcome
    started: datetime | None
    """In UTC, as all times."""
    ended: datetime | None
    """When it was closed, or the last that is known of it."""
    changes: int
    """Changes that were carried out, those that were taken back included."""
    taken_back: int
    failed: int
    """Commands that ended with an error or could not be started."""
    standing: tuple[Attempt, ...]
    """Changes that are still in effect as far as is known, in the order in which they were made."""
    open: tuple[Attempt, ...]
    """Changes of which nobody knows what came of them."""

    @property
    def seconds(self) -> int | None:
        """Return how long it took; None if the record does not say."""
        if self.started is None or self.ended is None:
            return None
        return max(0, round((self.ended - self.started).total_seconds()))


def account(record: Record) -> Account:
    """Return what came of the session in `record`."""
    attempts = record.attempts
    made = [each for each in attempts if each.carried_out]
    undone = _taken_back(attempts)
    last = record.last("closed") or next(
        (each for each in reversed(record.events) if each.get("event") not in _LATER), {}
    )
    return Account(
        _outcome(record),
        moment(record.first("opened").get("time")),
        moment(last.get("time")),
        len(made),
        sum(each.asked.get("attempt") in undone for each in made),
        sum(_failed(each) for each in attempts),
        tuple(each for each in made if each.asked.get("attempt") not in undone),
        tuple(each for each in attempts if each.unknown),
    )


def moment(value: Any) -> datetime | None:
    """Return an RFC 3339 time in UTC, or None if `value` is none."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def findings_of(event: Event) -> tuple[Mapping[str, Any], ...]:
    """Return the findings that an event lists."""
    found = event.get("findings")
    return tuple(map(mapping, found)) if isinstance(found, list) else ()


def _outcome(record: Record) -> Outcome:
    if record.mode != "live":
        return "nothing-changed"
    finding = mapping(record.first("opened").get("finding"))
    if not finding:
        return "no-finding"
    last = record.last("findings")
    if not isinstance(last.get("findings"), list):
        return "unknown"
    if _key(finding) in {_key(each) for each in findings_of(last)}:
        return "still-there"
    # What could not be read may hide it: that is not «gone».
    issues = last.get("not_evaluated")
    hidden = last.get("complete") is False or (
        isinstance(issues, list) and finding.get("issue") in issues
    )
    return "unknown" if hidden else "gone"


def _key(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what identifies a finding, as `Finding.key` does."""
    subjects = finding.get("subjects")
    first = subjects[0] if isinstance(subjects, list) and subjects else ""
    if isinstance(first, Mapping):
        place = "/".join(str(first[part]) for part in ("namespace", "name") if first.get(part))
        first = f"{first.get('kind')} {place}"
    return (str(finding.get("issue")), str(finding.get("cause")), str(first))


def _taken_back(attempts: tuple[Attempt, ...]) -> frozenset[Any]:
    """Return the numbers of the changes that an undo of the same step took back."""
    found: set[Any] = set()
    for place, each in enumerate(attempts):
        if each.taken_back:
            step = each.asked.get("step")
            found |= {
                earlier.asked.get("attempt")
                for earlier in attempts[:place]
                if earlier.asked.get("step") == step
            }
    return frozenset(found)


def _failed(attempt: Attempt) -> bool:
    outcome = attempt.outcome
    if outcome is None or attempt.cut_off or attempt.pretended:
        return False
    if "state" in outcome:
        return bool(outcome["state"] == "failed")
    return outcome.get("ending") == "missing" or (attempt.changes and not attempt.succeeded)
