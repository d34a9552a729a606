"""Carries a procedure out in a process that may be killed, and goes on with what is left of it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from knowledge.model import Risk, StepKind
from knowledge.scan import Collector
from knowledge.snapshot import SourceType
from tests.walk import instants
from tests.walk.walker import finding, until
from tui.engine import watcher
from tui.engine.journal import Journal
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.launch import Launch
from tui.engine.live import LiveSource
from tui.engine.outcome import StepState
from tui.engine.ports import Exited, Line
from tui.engine.reopen import reopen_runbook
from tui.engine.request import Refused
from tui.engine.runbook import Runbook, open_runbook
from tui.engine.session import Rhythm, Session

FINISHED: Final = 0
NO_ROOM: Final = 3
"""The record could not be written, so nothing that changes anything ran."""
TROUBLE: Final = 4
MISSED: Final = 5
"""The finding was not there any more when the procedure was to begin."""
INTERRUPTED: Final = 130
_OVER: Final = {StepState.DONE, StepState.SKIPPED, StepState.NOT_NEEDED}
_AGAIN: Final = 12
"""How often a step is tried that does not come to a good end."""


class Missed(AssertionError):
    """The finding did not come: in a practice cluster the time may pass that it lasts."""


@dataclass(frozen=True)
class Walk:
    """One procedure on one scenario, and how it is gone through."""

    scenario: str
    cause: str
    choices: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    impatient: frozenset[str] = frozenset()

    @property
    def issue(self) -> str:
        return self.scenario.partition("/")[0]


@dataclass(frozen=True)
class Place:
    """The folder of one trial."""

    folder: Path

    @property
    def records(self) -> Path:
        return self.folder / "state" / "sessions"

    @property
    def audit(self) -> Path:
        return self.folder / "audit.jsonl"

    @property
    def said(self) -> Path:
        return self.folder / "said.jsonl"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON lines of a file that is only appended to, whole lines at a time."""
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


class Walker:
    """One life of a walker: what it says is appended to a file, which outlives it."""

    def __init__(self, walk: Walk, launch: Launch, place: Place, number: int, undo: str) -> None:
        self._walk = walk
        self._launch = launch
        self._place = place
        self._number = number
        self._undo = undo
        """The step whose change is taken back once, and then made again."""
        self._file = os.open(place.said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _say(self, what: str, **about: Any) -> None:
        entry = {"walker": self._number, "what": what, "time": time.monotonic(), **about}
        os.write(self._file, json.dumps(entry).encode() + b"\n")

    async def carry_out(self, id: str) -> int:
        """Go through the procedure, anew or from the record `id`; return an exit code."""
        base = self._launch.base
        source = LiveSource(
            ClusterChoice(kubeconfig=str(self._place.kubeconfig)),
            kinds=base.kinds,
            collector=Collector(base.signatures),
            source_type=SourceType.PRACTICE,
            name=self._walk.scenario,
        )
        session = Session(source, base, rhythm=Rhythm(flush=0.02, calm=0.05, busy=0.3))
        await session.start()
        try:
            runbook = await self._open(session, id)
            try:
                return await self._through(runbook, session)
            finally:
                runbook.close()
        finally:
            await session.stop()

    async def _open(self, session: Session, id: str) -> Runbook:
        issue, cause = self._walk.issue, self._walk.cause
        if id:
            await until(session, lambda s: s.diagnosed, "a diagnosis")
            target = self._launch.build_target(session)
            runbook = reopen_runbook(session, id, target, self._place.records)
        else:
            try:
                state = await until(session, lambda s: finding(s, issue, cause) is not None, cause)
            except AssertionError as error:
                raise Missed(str(error)) from None
            found, target = finding(state, issue, cause), self._launch.build_target(session)
            journal = Journal(self._place.records)
            runbook = open_runbook(session, issue, cause, found, target, journal=journal)
        self._say("open", id=runbook.id, states=_states(runbook))
        return runbook

    async def _through(self, runbook: Runbook, session: Session) -> int:
        for name, value in self._walk.inputs.items():
            if runbook._inputs.values().get(name) != value:
                assert runbook.set_input(name, value) is None
        tries: dict[str, int] = {}
        while (view := self._next(runbook)) is not None:
            step = view.step.id
            tries[step] = tries.get(step, 0) + 1
            if tries[step] == _AGAIN and step == self._undo:
                # What came of it before it was taken back makes it needless, and a guard says so.
                runbook.skip(step)
                continue
            if tries[step] > _AGAIN:
                self._say("stuck", step=step, state=view.state, note=view.note and view.note.en)
                return TROUBLE
            try:
                if view.state is StepState.UNKNOWN:
                    await self._settle(runbook, step)
                    continue
                await self._step(runbook, step, undo=view.state is StepState.DONE)
            except Refused as refused:
                if runbook.record_problem is not None:
                    return NO_ROOM
                self._say("refused", step=step, why=refused.message.en)
                await asyncio.sleep(0.2)
                continue
            state = _states(runbook)[step]
            kept = runbook.record_problem is None
            self._say("step", step=step, state=state, kept=kept)
            if state not in _OVER:
                await asyncio.sleep(0.1)
        issue, cause = self._walk.issue, self._walk.cause
        await until(session, lambda s: finding(s, issue, cause) is None, f"the end of {cause}")
        self._say("finished", states=_states(runbook), id=runbook.id)
        return FINISHED if runbook.record_problem is None else NO_ROOM

    def _next(self, runbook: Runbook) -> Any:
        """Return the step to go on with: the current one, or the one to take back."""
        for view in runbook.steps:
            if view.state is StepState.UNKNOWN:
                return view
            if view.step.id == self._undo and view.state is StepState.DONE:
                taken = [e for e in read_lines(self._place.audit) if e["purpose"] == "undo"]
                if not taken and runbook.undoable(view.step.id):
                    return view
        return runbook.current

    async def _settle(self, runbook: Runbook, step: str) -> None:
        state = await runbook.settle(step)
        note = next(each.note for each in runbook.steps if each.step.id == step)
        self._say("settled", step=step, state=state, note=note.en if note is not None else "")
        if state is not StepState.UNKNOWN:
            return
        # A person looks for themselves.
        done = [each["purpose"] for each in read_lines(self._place.audit) if each["step"] == step]
        if done[-1:] == ["run"]:
            runbook.skip(step)
        else:
            await self._command(runbook, step)

    async def _step(self, runbook: Runbook, step: str, *, undo: bool) -> None:
        view = next(each for each in runbook.steps if each.step.id == step)
        if undo:
            self._say("undoing", step=step)
            await self._command(runbook, step, undo=True)
            return
        match view.step.kind:
            case StepKind.EXPLAIN | StepKind.MANUAL:
                runbook.tick(step)
            case StepKind.CHOOSE:
                offered = [each for each in view.options if each.offered]
                recommended = [each for each in offered if each.recommended] or offered
                chosen = self._walk.choices.get(step) or recommended[0].option.id
                runbook.choose(step, chosen)
            case StepKind.WAIT:
                try:
                    limit = 0.5 if step in self._walk.impatient else 30.0
                    await asyncio.wait_for(runbook.wait(step, lambda *_: None), limit)
                except TimeoutError:
                    if step in self._walk.impatient:
                        runbook.skip(step)
            case StepKind.CHECK | StepKind.CHANGE:
                await self._command(runbook, step)

    async def _command(self, runbook: Runbook, step: str, *, undo: bool = False) -> None:
        request = runbook.request(step, undo=undo)
        approval = None
        if request.risk is not Risk.READ:
            inspection = await runbook.inspect(request)
            if inspection.blocked:
                why = [guard.message.en for guard in inspection.guards]
                self._say("blocked", step=step, why=why)
                await asyncio.sleep(0.2)
                return
            approval = inspection.approve(request.confirm_name, request.confirm_context)
            request = inspection.request
        lines: list[str] = []
        async for event in runbook.run(request, approval):
            if isinstance(event, Line):
                lines.append(event.text)
            elif isinstance(event, Exited) and event.code != 0:
                self._say("failed", step=step, code=event.code, lines=lines[-5:])
        if approval is not None and not undo and runbook.undoable(step):
            self._say("undoable", step=step)


def _states(runbook: Runbook) -> dict[str, StepState]:
    return {view.step.id: view.state for view in runbook.steps}


def live(
    walker: Walker, shared: instants.Shared, rng: random.Random, id: str, mark: str, broken: str
) -> int:
    """Be the walker; return its exit code. Called in a process of its own, which then ends.

    Args:
        walker: what to do.
        shared: when to be killed.
        rng: says where lines are cut.
        id: the record to go on with; empty: begin anew.
        mark: what marks the walker's commands.
        broken: a bug to put in, which the trial must find; empty: none.
    """
    shared["walker"] = os.getpid()
    signal.signal(signal.SIGTERM, _interrupted)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # What an interrupted task has to say.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    watcher.WATCHER.mark = mark  # type: ignore[misc]
    if broken == "watcher":
        watcher.WATCHER._begun = True
        watcher.WATCHER._launched.set()
    if broken == "settle":
        from knowledge.settle import Outcome, settle
        from tui.engine import changes

        vars(changes)["settle"] = lambda *about: (Outcome.NOT_HAPPENED, settle(*about)[1])
    if broken == "late":
        from tui.engine.attempt import Attempt

        Attempt._announce = lambda self: None  # type: ignore[method-assign]
    instants.lay_in_walker(shared, rng, syncs=broken != "sync")
    try:
        return asyncio.run(walker.carry_out(id))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Missed as error:
        walker._say("missed", why=str(error))
        return MISSED
    except Exception as error:
        import traceback

        walker._say("trouble", why=f"{type(error).__name__}: {error}",
                    where=traceback.format_exc()[-1500:])  # fmt: skip
        return TROUBLE


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt
