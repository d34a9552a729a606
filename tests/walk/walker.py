"""Walks a procedure as a person would, through the engine alone, against the practice cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from knowledge.finding import Finding
from knowledge.model import Risk, StepKind
from tui.engine.journal import Journal
from tui.engine.launch import Launch, PracticeChoice
from tui.engine.outcome import StepState
from tui.engine.ports import Exited, Line, SystemClock
from tui.engine.runbook import Refused, Runbook, open_runbook
from tui.engine.session import Session, State

LIMIT = 60.0
"""Seconds for anything to become true on a slow machine."""


@asynccontextmanager
async def practice(scenario: str, speed: float = 20.0, oc: str = ""):  # type: ignore[no-untyped-def]
    """Yield a running session on the practice cluster and its launch."""
    launch = Launch(choice=PracticeChoice(scenario, speed), oc=oc)
    session = await asyncio.to_thread(launch.open)
    await session.start()
    try:
        yield session, launch
    finally:
        await session.stop()


async def until(session: Session, holds: Callable[[State], bool], what: str) -> State:
    """Wait until a state fulfils `holds`."""
    changed = asyncio.Event()
    unsubscribe = session.subscribe(lambda _state: changed.set())
    try:
        async with asyncio.timeout(LIMIT):
            while not holds(session.state):
                changed.clear()
                if not holds(session.state):
                    await changed.wait()
    except TimeoutError:
        found = [(each.issue, each.cause) for each in session.state.diagnosis.findings]
        raise AssertionError(f"{what} did not come; findings: {found}") from None
    finally:
        unsubscribe()
    return session.state


def finding(state: State, issue: str, cause: str) -> Finding | None:
    """Return the finding of that issue and cause, if it is there."""
    return next(
        (each for each in state.diagnosis.findings if (each.issue, each.cause) == (issue, cause)),
        None,
    )


async def walk(
    session: Session,
    launch: Launch,
    found: Finding,
    journal: Journal,
    *,
    choices: Mapping[str, str] | None = None,
    inputs: Mapping[str, str] | None = None,
    by_hand: Callable[[str], Any] | None = None,
    impatient: frozenset[str] = frozenset(),
) -> list[tuple[str, StepState, str]]:
    """Carry a procedure out to its end; return each step with its state and output."""
    target = launch.build_target(session)
    assert target.can_run
    runbook = open_runbook(session, found.issue, found.cause, found, target, journal=journal)
    unsubscribe = session.subscribe(lambda state: runbook.refresh(state.snapshot))
    done: list[tuple[str, StepState, str]] = []
    try:
        for name, value in (inputs or {}).items():
            assert runbook.set_input(name, value) is None
        for _ in range(60):
            current = runbook.current
            if current is None:
                break
            output = await _step(runbook, choices or {}, by_hand, impatient)
            state = next(each for each in runbook.steps if each.step.id == current.step.id).state
            done.append((current.step.id, state, output))
            assert state in {StepState.DONE, StepState.SKIPPED, StepState.NOT_NEEDED}, done[-1]
        assert runbook.finished, [(each.step.id, each.state) for each in runbook.steps]
    finally:
        unsubscribe()
        runbook.close()
    return done


async def _step(
    runbook: Runbook,
    choices: Mapping[str, str],
    by_hand: Callable[[str], Any] | None,
    impatient: frozenset[str],
) -> str:
    view = runbook.current
    assert view is not None
    id_ = view.step.id
    match view.step.kind:
        case StepKind.EXPLAIN | StepKind.MANUAL:
            if view.step.kind is StepKind.MANUAL and by_hand is not None:
                by_hand(id_)
            runbook.tick(id_)
        case StepKind.CHOOSE:
            offered = [each for each in view.options if each.offered]
            recommended = [each for each in offered if each.recommended] or offered
            runbook.choose(id_, choices.get(id_) or recommended[0].option.id)
        case StepKind.WAIT:
            limit = 3.0 if id_ in impatient else LIMIT
            try:
                await asyncio.wait_for(runbook.wait(id_, lambda *_: None), limit)
            except TimeoutError:
                assert id_ in impatient, f"{id_} did not come true"
                runbook.skip(id_)
        case StepKind.CHECK | StepKind.CHANGE:
            request = runbook.request(id_)
            approval = None
            if request.risk is not Risk.READ:
                inspection = await runbook.inspect(request)
                assert inspection.preview.message.en
                assert not inspection.blocked, inspection.guards
                approval = inspection.approve(request.confirm_name, request.confirm_context)
                request = inspection.request
            lines: list[str] = []
            try:
                async for event in runbook.run(request, approval):
                    if isinstance(event, Line):
                        lines.append(event.text)
                    elif isinstance(event, Exited):
                        lines.append(f"exit {event.code}")
            except Refused:
                # What the step is for came by itself between the look and the yes.
                view = next(each for each in runbook.steps if each.step.id == id_)
                assert view.state is StepState.NOT_NEEDED, view
            return "\n".join(lines)
    return ""


def new_journal(folder: Any) -> Journal:
    """Return a journal in a folder of the test's own."""
    return Journal(folder, clock=SystemClock())
