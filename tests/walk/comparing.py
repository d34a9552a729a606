"""What the server carried out, against what the record and the walkers say about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tests.walk.resuming import Place, read_lines
from tui.engine.records import read_session

_DONE: Final = {"done", "skipped", "not-needed"}


@dataclass
class Normal:
    """A walk that nobody disturbed: how often each instant was there, and what was changed."""

    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    changes: dict[str, int] = field(default_factory=dict)
    """Step -> requests that the server carried out for it."""
    undoable: list[str] = field(default_factory=list)


@dataclass
class Result:
    """What came of a trial."""

    walk: str
    kills: Counter[str] = field(default_factory=Counter)
    """`way: kind` -> how many lives ended like that."""
    settled: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    """Whatever else is worth counting."""
    slowest_orphan: float = 0.0
    normal: Normal = field(default_factory=Normal)


class Comparison:
    """The end of one trial."""

    def __init__(self, place: Place, result: Result, lost_room: set[int]) -> None:
        """Take where everything is, where to put what is found, and who met a full disk."""
        self._place = place
        self._result = result
        self._lost_room = lost_room

    def _fail(self, what: str) -> None:
        self._result.failures.append(what)

    def make(self, normal: Normal | None) -> None:
        """Compare what was said and recorded with what the server carried out."""
        truth, said = read_lines(self._place.audit), read_lines(self._place.said)
        steps = Counter(e["step"] for e in truth if e["purpose"] == "run")
        backs = Counter(e["step"] for e in truth if e["purpose"] == "undo")
        for entry in truth:
            named = entry["name"] in entry["says"] or '"-l"' in entry["says"]
            if entry["attempt"] is None or not named:
                self._fail(f"not announced: {entry}")
            if not entry["synced"]:
                self._fail(f"announced, but not on the disk: {entry}")
        if normal is None:
            self._result.normal.changes = dict(steps)
            self._result.normal.undoable = [e["step"] for e in said if e["what"] == "undoable"]
        else:
            states = said[-1].get("states", {}) if said else {}
            for step in {*steps, *normal.changes}:
                # A step that was not needed when nobody was killed may be now, and the other way
                # round: an operator that crashes is up again at times.
                once = normal.changes.get(step, 1)
                wanted = once * (2 if backs[step] else 1)
                if steps[step] > wanted:
                    self._fail(f"repeated: {step} {steps[step]} times instead of {wanted}")
                if steps[step] < once and states.get(step) in {None, "done"}:
                    self._fail(f"missing: {step} {steps[step]} times instead of {once}")
                elif steps[step] < wanted:
                    self._result.seen["not needed this time"] += 1
        self._result.seen["undone"] += sum(backs.values())
        self._result.seen["changes carried out"] += len(truth)
        self._check_settled(said, truth)
        self._check_said(said)
        if said and said[-1]["what"] == "finished":
            states = said[-1]["states"]
            for step in steps:
                if states.get(step) not in _DONE:
                    self._fail(f"{step} was carried out, but is {states.get(step)} at the end")
            self._check_attempts(said[-1]["id"], truth)

    def _check_settled(self, said: list[dict[str, Any]], truth: list[dict[str, Any]]) -> None:
        for each in said:
            if each["what"] in {"refused", "blocked", "failed"}:
                self._result.seen[f"{each['what']}: {each['step']}"] += 1
            if each["what"] != "settled":
                continue
            about = [e for e in truth if e["step"] == each["step"]]
            before = [e["purpose"] for e in about if e["time"] < each["time"]]
            in_force = before[-1:] == ["run"]
            outcome = {"done": "HAPPENED", "pending": "NOT_HAPPENED"}.get(each["state"], "UNCLEAR")
            true = f"{outcome} ({'did' if in_force else 'did not'})"
            self._result.settled[true] += 1
            if outcome == "UNCLEAR":
                self._result.seen[f"unclear: {each['step']}: {each['note']}"] += 1
            if true in {"HAPPENED (did not)", "NOT_HAPPENED (did)"}:
                self._fail(f"settled wrongly: {each['step']} {true}")

    def _check_said(self, said: list[dict[str, Any]]) -> None:
        """What one life knew to be over, the next must know."""
        over: dict[str, str] = {}
        for each in said:
            if each["what"] == "open" and each["walker"]:
                for step, state in over.items():
                    now = each["states"].get(step)
                    if now not in _DONE:
                        self._fail(f"forgotten: {step} was {state}, and is {now} after resuming")
                over = {}
            elif each["what"] == "undoing":
                over.pop(each["step"], None)
            elif each["what"] == "step":
                kept = each["kept"] and each["walker"] not in self._lost_room
                over.pop(each["step"], None)
                if each["state"] in _DONE and kept:
                    over[each["step"]] = each["state"]

    def _check_attempts(self, id: str, truth: list[dict[str, Any]]) -> None:
        carried = Counter(entry["attempt"] for entry in truth)
        for attempt in read_session(id, self._place.records).attempts:
            number = attempt.asked.get("attempt")
            if not attempt.changes:
                continue
            happened = attempt.carried_out or attempt.taken_back
            if attempt.unknown:
                self._result.seen["unknown at the end of the record"] += 1
            elif happened and not carried[number]:
                self._fail(f"the record says that {number} was carried out; it was not")
            elif carried[number] and not happened:
                self._fail(f"the record says that {number} was not carried out; it was")
