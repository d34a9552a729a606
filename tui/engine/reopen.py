"""Goes on with a runbook of an earlier run, of this machine or of another: from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from knowledge.finding import Finding, Severity, Verdict
from knowledge.secret_marks import REDACTED
from knowledge.snapshot import ObjectRef
from knowledge.text import Text
from tui.engine.carried import Carried, of_record
from tui.engine.changes import repeated
from tui.engine.facts import Facts
from tui.engine.journal import Journal
from tui.engine.outcome import CUT_OFF, StepState
from tui.engine.ports import Clock, Runner
from tui.engine.records import NoRecord, Record, read_session
from tui.engine.request import Stopped
from tui.engine.session_record import digest_of
from tui.engine.steps import NotReady
from tui.engine.target import Target

if TYPE_CHECKING:
    from tui.engine.runbook import Runbook

_KEPT: Final = frozenset(StepState) - {StepState.RUNNING}


@dataclass(slots=True)
class Past:
    """What a record says about a runbook."""

    states: dict[str, tuple[StepState, Text | None]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    """Choice -> option."""
    typed: dict[str, str] = field(default_factory=dict)
    """Values that a person entered."""
    values: dict[str, str] = field(default_factory=dict)
    """All values, as commands last used them, as long as nothing else was entered."""
    stamp: str = ""
    """What the session put into the names of its own objects; empty if it is not recorded."""
    carried: dict[str, Carried] = field(default_factory=dict)
    undoing: dict[str, Carried] = field(default_factory=dict)
    earlier: dict[str, Carried | None] = field(default_factory=dict)
    """Step -> its change before the last one began."""
    attempts: int = 0

    @property
    def done(self) -> tuple[str, ...]:
        """Return the steps that are done."""
        return self._in(StepState.DONE)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the steps with a change of unknown outcome."""
        return self._in(StepState.UNKNOWN)

    def _in(self, wanted: StepState) -> tuple[str, ...]:
        return tuple(step for step, (state, _note) in self.states.items() if state is wanted)


def past_of(record: Record) -> Past:
    """Return what a record says about its runbook, whatever was cut off at its end."""
    past = Past()
    opened = record.first("opened")
    past.values = _texts(opened.get("values"))
    past.stamp = past.values.get("stamp", "")
    running: dict[int, Mapping[str, Any]] = {}
    for event in record.events:
        name, step = event.get("event"), str(event.get("step", ""))
        attempt = event.get("attempt")
        if name == "input":
            _typed(past, str(event.get("name")), str(event.get("value")))
        elif name == "chosen":
            past.taken[step] = str(event.get("option"))
            past.states[step] = (StepState.DONE, None)
        elif name == "ticked":
            past.states[step] = (StepState.DONE, None)
        elif name == "skipped":
            past.states[step] = (StepState.SKIPPED, None)
            running = _of_others(step, running)
        elif name == "waited":
            past.states[step] = (_state(event), None)
        elif name == "will-run" and isinstance(attempt, int):
            running[attempt] = event
            _begun(past, step, event)
        elif name == "ran" and isinstance(attempt, int) and attempt in running:
            _ended(past, step, running.pop(attempt), event)
            if event.get("code") == 0 and past.states[step][0] is not StepState.UNKNOWN:
                # Run again to its end: what an earlier attempt did does not matter any more.
                running = _of_others(step, running)
        elif name == "settled":
            _settled(past, step, event)
            running = _of_others(step, running)
        if isinstance(attempt, int):
            past.attempts = max(past.attempts, attempt)
    for event in running.values():
        # It was announced, and nobody wrote down how it ended.
        if event.get("risk") != "read":
            past.states[str(event.get("step", ""))] = (StepState.UNKNOWN, CUT_OFF)
    return past


def _typed(past: Past, name: str, value: str) -> None:
    """Take over a value that a person entered, also a wrong one: it has to be seen again."""
    # What was worked out from the values before does not hold any more.
    past.values.clear()
    past.typed[name] = value


def _of_others(step: str, running: dict[int, Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {attempt: each for attempt, each in running.items() if each.get("step") != step}


def _begun(past: Past, step: str, event: Mapping[str, Any]) -> None:
    past.values.update(_texts(event.get("values")))
    carried = of_record(event) if event.get("risk") != "read" else None
    if carried is None:
        return
    if carried.purpose == "undo":
        past.undoing[step] = carried
    else:
        past.earlier[step] = past.carried.get(step)
        past.carried[step] = repeated(past.earlier[step], carried)
        past.undoing.pop(step, None)


def _ended(past: Past, step: str, asked: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    state = _state(event)
    past.states[step] = (state, _text(event.get("note")))
    if asked.get("purpose") == "undo" and state is not StepState.UNKNOWN:
        past.undoing.pop(step, None)
        if state is StepState.PENDING:
            past.carried.pop(step, None)
    elif event.get("ending") == "missing":
        earlier = past.earlier.pop(step, None)
        if earlier is None:
            past.carried.pop(step, None)
        else:
            past.carried[step] = earlier


def _settled(past: Past, step: str, event: Mapping[str, Any]) -> None:
    state = _state(event)
    past.states[step] = (state, _text(event.get("note")))
    if state is not StepState.UNKNOWN:
        past.undoing.pop(step, None)
    if state is StepState.PENDING:
        past.carried.pop(step, None)


def reopen_runbook(
    session: Facts,
    id: str,
    target: Target,
    folder: Path | None = None,
    *,
    runner: Runner | None = None,
    clock: Clock | None = None,
    moved: Callable[[], Text | None] | None = None,
) -> Runbook:
    """Return the runbook of an earlier session as it was left, writing on in the same record.

    Args:
        session: where facts and knowledge come from.
        id: the session's id.
        target: where commands go; the cluster must be the one of the record.
        folder: where records are; default: the state folder.
        runner: what starts processes; default: the real one.
        clock: the time; default: the computer's.
        moved: as in `open_runbook`.

    Raises:
        NotReady: the record is about another cluster, or about a runbook that is not known here.
        NoRecord: it is not there, or cannot be read.
        InUse: another program has it open.
    """
    from tui.engine.runbook import open_runbook

    record = read_session(id, folder)
    opened = record.first("opened")
    issue, cause = str(opened.get("issue", "")), str(opened.get("cause", ""))
    if not issue:
        raise NotReady(
            Text(
                en="This session is no runbook; there is nothing to go on with.",
                ja="このセッションはランブックではないため、続行できません。",
            )
        )
    if opened.get("mode") not in (None, "live"):
        raise NotReady(
            Text(
                en="This session was a dry run: nothing was changed, so there is nothing to go on "
                "with. Open the runbook anew.",
                ja="このセッションはドライランで、何も変更していないため、続行するものがありません。"
                "ランブックを開き直してください。",
            )
        )
    _check_place(record, target)
    past = past_of(record)
    finding = _finding(session, opened)
    try:
        journal = Journal.reopen(id, folder, clock=clock)
    except OSError as error:
        raise NoRecord(
            Text(
                en=f"The record {id} cannot be written: {error.strerror or error}.",
                ja=f"記録 {id} に書き込めません: {error.strerror or error}",
            )
        ) from None
    try:
        runbook = open_runbook(
            session, issue, cause, finding, target,
            runner=runner, journal=journal, clock=clock, moved=moved,
        )  # fmt: skip
    except Stopped:
        journal.close()
        raise
    same = opened.get("procedure") in (None, digest_of(runbook.issue))
    runbook.go_on(past, same_procedure=same)
    return runbook


def _check_place(record: Record, target: Target) -> None:
    was = record.first("opened").get("target")
    was = was if isinstance(was, Mapping) else {}
    practice = bool(was.get("practice"))
    server = str(was.get("server", ""))
    if practice != target.practice or (not practice and server and server != target.server):
        place = "PRACTICE" if practice else server
        raise NotReady(
            Text(
                en=f"This session belongs to {place}; open that cluster to go on with it.",
                ja=f"このセッションの対象は {place} です。"
                "続行するには、そのクラスターを開いてください。",
            )
        )
    namespace = str(was.get("namespace", ""))
    if namespace and namespace != target.namespace:
        raise NotReady(
            Text(
                en=f"This session belongs to the namespace {namespace}; open it with -n.",
                ja=f"このセッションの対象は namespace {namespace} です。"
                "-n で指定して開いてください。",
            )
        )


def _finding(session: Facts, opened: Mapping[str, Any]) -> Finding | None:
    """Return the finding that led to the session, with the names that were found then first.

    It is the one of now where it is still there, else the one of the record; its evidence is in
    the record only.
    """
    recorded = _recorded(opened.get("finding"))
    if recorded is None:
        return None
    diagnosis = getattr(session.state, "diagnosis", None)
    for each in getattr(diagnosis, "findings", ()):
        if each.key == recorded.key:
            newer = tuple(row for row in each.bindings if row not in recorded.bindings)
            now: Finding = replace(each, bindings=(*recorded.bindings, *newer))
            return now
    return recorded


def _recorded(written: Any) -> Finding | None:
    if not isinstance(written, Mapping):
        return None
    try:
        subjects = msgspec.convert(written.get("subjects", []), tuple[ObjectRef, ...])
        bindings = msgspec.convert(written.get("bindings", []), tuple[dict[str, str], ...])
        return Finding(
            str(written.get("issue", "")),
            str(written.get("cause", "")),
            Verdict(str(written.get("verdict"))),
            Severity(str(written.get("severity"))),
            _text(written.get("title")) or Text(en="", ja=""),
            subjects,
            (),
            (),
            bindings,
            procedure=True,
        )
    except (msgspec.ValidationError, ValueError):
        return None


def _state(event: Mapping[str, Any]) -> StepState:
    """Return the state that an event leaves its step in; unknown where it does not say."""
    try:
        state = StepState(str(event.get("state")))
    except ValueError:
        state = StepState.UNKNOWN
    return state if state in _KEPT else StepState.UNKNOWN


def _text(value: Any) -> Text | None:
    if not isinstance(value, Mapping):
        return None
    return Text(en=str(value.get("en", "")), ja=str(value.get("ja", "")))


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {
        str(name): each
        for name, each in value.items()
        if isinstance(each, str) and each and REDACTED not in each
    }
