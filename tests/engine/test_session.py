import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.finding import Diagnosis, IssueState, Judgement
from knowledge.snapshot import Snapshot, SourceInfo, SourceType
from tui.engine.ports import Connection, Phase
from tui.engine.session import Rhythm, Session, State

QUICK = Rhythm(flush=0.01, calm=0.02, busy=0.2, tick=3600)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class FakeSource:
    can_run = True

    def __init__(self, phase: Phase = Phase.READY) -> None:
        self.now = Snapshot(SourceInfo(SourceType.CLUSTER, "lab", "ns"), NOW)
        self.link = Connection(phase)
        self.on_change: Callable[[], None] = lambda: None
        self.reads = 0
        self.stopped = threading.Event()

    def start(self, on_change: Callable[[], None]) -> None:
        self.on_change = on_change

    def snapshot(self) -> Snapshot:
        self.reads += 1
        return self.now

    def connection(self) -> Connection:
        return self.link

    def stop(self) -> None:
        self.stopped.set()

    def put(self, **objects: Any) -> None:
        fresh = {kind: {("ns", name): {} for name in names} for kind, names in objects.items()}
        self.now = replace(self.now, objects={**self.now.objects, **fresh})
        self.on_change()

    def turn(self, phase: Phase) -> None:
        self.link = replace(self.link, phase=phase)
        self.on_change()


class FakeKnowledge:
    def __init__(self) -> None:
        self.judged: list[Snapshot] = []
        self.gate = threading.Event()
        self.gate.set()
        self.bug: Exception | None = None

    def judging(self) -> "FakeKnowledge":
        return self

    def diagnose(self, snapshot: Snapshot) -> Diagnosis:
        assert self.gate.wait(20)
        if self.bug:
            raise self.bug
        self.judged.append(snapshot)
        return Diagnosis((), {"x": IssueState(Judgement.NOT_FOUND)})


class Following:
    """A started session whose states a test can wait for."""

    def __init__(
        self, source: FakeSource, knowledge: FakeKnowledge, rhythm: Rhythm = QUICK
    ) -> None:
        self.session = Session(source, knowledge, rhythm=rhythm)  # type: ignore[arg-type]
        self.states: list[State] = []
        self._new = asyncio.Event()
        self.session.subscribe(self._take)

    def _take(self, state: State) -> None:
        self.states.append(state)
        self._new.set()

    async def until(self, condition: Callable[[State], bool]) -> State:
        async with asyncio.timeout(20):
            while not condition(self.session.state):
                self._new.clear()
                await self._new.wait()
        return self.session.state

    async def __aenter__(self) -> "Following":
        await self.session.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.stop()


async def test_first_diagnosis_waits_for_ready() -> None:
    source, knowledge = FakeSource(Phase.CONNECTING), FakeKnowledge()
    async with Following(source, knowledge) as following:
        source.put(Backup=["a"])
        state = await following.until(lambda state: len(state.snapshot.of("Backup")) == 1)
        assert not state.diagnosed
        assert not knowledge.judged
        source.turn(Phase.READY)
        state = await following.until(lambda state: state.diagnosed)
        assert "x" in state.diagnosis.issues


async def test_bursts_become_few_states_and_few_diagnoses() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    async with Following(source, knowledge, Rhythm(0.05, 0.05, 0.2, 3600)) as following:
        await following.until(lambda state: state.diagnosed)
        before = len(following.states)
        names = [f"b{number}" for number in range(500)]

        def storm() -> None:
            for number in range(500):
                source.put(Backup=names[: number + 1])

        await asyncio.to_thread(storm)
        await following.until(lambda state: len(state.snapshot.of("Backup")) == 500)
        assert len(following.states) - before < 100
        await following.until(lambda state: len(knowledge.judged[-1].of("Backup")) == 500)
        assert len(knowledge.judged) < 50


async def test_diagnosis_goes_on_while_changes_do_not_stop() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    async with Following(source, knowledge, Rhythm(0.005, 10, 0.05, 3600)) as following:
        await following.until(lambda state: state.diagnosed)
        judged = len(knowledge.judged)
        for number in range(100_000):
            source.put(Backup=[f"b{number}"])
            await asyncio.sleep(0.002)
            if len(knowledge.judged) >= judged + 2:
                break
        assert len(knowledge.judged) >= judged + 2


async def test_changes_of_the_connection_alone_are_not_judged_again() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    async with Following(source, knowledge) as following:
        await following.until(lambda state: state.diagnosed)
        judged = len(knowledge.judged)
        source.turn(Phase.LOST)
        await following.until(lambda state: state.connection.phase is Phase.LOST)
        source.put(Backup=["a"])
        await following.until(lambda _: len(knowledge.judged) > judged)
        assert len(knowledge.judged) == judged + 1


async def test_ages_are_judged_again_without_changes() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    async with Following(source, knowledge, Rhythm(0.01, 0.01, 0.1, 0.01)) as following:
        await following.until(lambda _: len(knowledge.judged) >= 3)


async def test_states_are_numbered_and_old_ones_stay_as_they_were() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    async with Following(source, knowledge) as following:
        first = await following.until(lambda state: state.diagnosed)
        source.put(Backup=["a"])
        await following.until(lambda state: len(state.snapshot.of("Backup")) == 1)
        assert not first.snapshot.of("Backup")
        versions = [state.version for state in following.states]
        assert versions == sorted(set(versions))


async def test_unsubscribed_callback_is_not_called() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    following = Following(source, knowledge)
    calls: list[State] = []
    unsubscribe = following.session.subscribe(calls.append)
    unsubscribe()
    async with following:
        await following.until(lambda state: state.diagnosed)
    assert not calls


async def test_stop_during_a_diagnosis() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    knowledge.gate.clear()
    async with Following(source, knowledge) as following:
        await following.until(lambda state: state.version > 0)
    assert source.stopped.is_set()
    knowledge.gate.set()
    source.on_change()


async def test_bug_in_a_rule_reaches_the_handler_of_the_loop() -> None:
    source, knowledge = FakeSource(), FakeKnowledge()
    knowledge.bug = ZeroDivisionError("a bug")
    heard: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: heard.done() or heard.set_result(context)
    )
    async with Following(source, knowledge):
        async with asyncio.timeout(20):
            context = await heard
    assert isinstance(context["exception"], ZeroDivisionError)


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.LOST])
async def test_source_that_never_worked_is_not_diagnosed(phase: Phase) -> None:
    source, knowledge = FakeSource(phase), FakeKnowledge()
    async with Following(source, knowledge) as following:
        state = await following.until(lambda state: state.version > 0)
        assert not state.diagnosed
    assert not knowledge.judged
