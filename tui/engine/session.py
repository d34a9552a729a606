"""The session: a source's changes and their diagnosis as one immutable state after the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from knowledge.finding import Diagnosis
from knowledge.snapshot import Snapshot
from tui.engine.ports import Clock, Connection, Phase, Source, SystemClock

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase
    from knowledge.judging import Judging

_T = TypeVar("_T")
_NOTHING: Final = Diagnosis((), {})


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is known at one moment."""

    version: int
    connection: Connection
    snapshot: Snapshot
    diagnosis: Diagnosis
    diagnosed: bool
    """False until the first diagnosis of a READY source is done."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between the session's doings."""

    flush: float = 0.1
    """Between two states."""
    calm: float = 0.3
    """Without changes, before a diagnosis."""
    busy: float = 2.0
    """Between two diagnoses while changes do not stop."""
    tick: float = 30.0
    """Between two diagnoses when nothing changes: rules look at ages."""


class Session:
    """Turns a source into states. All methods belong to the event loop that called `start`."""

    def __init__(
        self,
        source: Source,
        knowledge: KnowledgeBase,
        *,
        clock: Clock | None = None,
        rhythm: Rhythm | None = None,
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self.source = source
        self.knowledge = knowledge
        self.clock = clock or SystemClock()
        self._rhythm = rhythm or Rhythm()
        self._subscribers: list[Callable[[State], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._judging: tuple[KnowledgeBase, Judging] | None = None
        self._asked = False
        self._changed = asyncio.Event()
        self._fresh = asyncio.Event()
        """Set when there are facts that no diagnosis has seen."""
        self.state = State(0, source.connection(), source.snapshot(), _NOTHING, False)

    def subscribe(self, callback: Callable[[State], None]) -> Callable[[], None]:
        """Call `callback` with each new state, on the event loop; return what ends that."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def learn(self, knowledge: KnowledgeBase) -> None:
        """Judge by `knowledge` from now on; its signatures are those that logs were read with."""
        self.knowledge = knowledge
        self._fresh.set()

    async def start(self) -> None:
        """Start the source and the work on its changes; return at once."""
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            self._loop.create_task(self._flush()),
            self._loop.create_task(self._diagnose()),
        ]
        for task in self._tasks:
            task.add_done_callback(_complain)
        self.source.start(self._wake)
        self._wake()

    async def stop(self) -> None:
        """Stop everything, within a second."""
        loop, self._loop = self._loop, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if loop is not None:
            # In a thread of its own: a source may take its time to stop, the screen must not.
            await _in_daemon_thread(self.source.stop, loop)

    def _wake(self) -> None:
        """Note that something changed; called from any thread, as often as it likes."""
        loop = self._loop
        if self._asked or loop is None:
            return
        self._asked = True
        try:
            loop.call_soon_threadsafe(self._changed.set)
        except RuntimeError:
            self._asked = False  # the loop has ended meanwhile

    async def _flush(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._asked = False
            before, snapshot = self.state, self.source.snapshot()
            connection = self.source.connection()
            self._publish(replace(before, connection=connection, snapshot=snapshot))
            if not before.diagnosed or _differ(before.snapshot, snapshot):
                self._fresh.set()
            await asyncio.sleep(self._rhythm.flush)

    def _publish(self, state: State) -> None:
        self.state = replace(state, version=self.state.version + 1)
        for callback in tuple(self._subscribers):
            callback(self.state)

    async def _diagnose(self) -> None:
        while True:
            await self._due()
            if self.state.connection.phase is not Phase.READY and not self.state.diagnosed:
                continue
            loop = asyncio.get_running_loop()
            # Age rules look at the moment, which must be now even when nothing else changed.
            snapshot = self.source.snapshot()
            work = partial(self._judge, self.knowledge, snapshot)
            diagnosis = await _in_daemon_thread(work, loop)
            self._publish(replace(self.state, diagnosis=diagnosis, diagnosed=True))

    def _judge(self, knowledge: KnowledgeBase, snapshot: Snapshot) -> Diagnosis:
        """Judge a snapshot, in a thread; one at a time."""
        if self._judging is None or self._judging[0] is not knowledge:
            self._judging = (knowledge, knowledge.judging())
        return self._judging[1].diagnose(snapshot)

    async def _due(self) -> None:
        """Wait until a diagnosis is due."""
        first = not self.state.diagnosed
        try:
            async with asyncio.timeout(None if first else self._rhythm.tick):
                await self._fresh.wait()
        except TimeoutError:
            return
        self._fresh.clear()
        if first:
            return
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._rhythm.busy
        try:
            while True:
                calm = min(self._rhythm.calm, latest - loop.time())
                if calm <= 0:
                    return
                async with asyncio.timeout(calm):
                    await self._fresh.wait()
                self._fresh.clear()
        except TimeoutError:
            return


def _differ(old: Snapshot, new: Snapshot) -> bool:
    """Return whether the facts differ; kinds that did not change share their dictionary."""
    return (
        old.objects.keys() != new.objects.keys()
        or any(old.objects[kind] is not new.objects[kind] for kind in new.objects)
        or (old.source, old.unread, old.absent) != (new.source, new.unread, new.absent)
        or (old.logs, old.unread_logs) != (new.logs, new.unread_logs)
    )


def _complain(task: asyncio.Task[None]) -> None:
    """Hand a bug to the event loop's handler instead of keeping it until the end."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler({"message": "session ended", "exception": error})


async def _in_daemon_thread(work: Callable[[], _T], loop: asyncio.AbstractEventLoop) -> _T:
    """Run `work` in a thread that does not hold up the end of the program."""
    done: asyncio.Future[_T] = loop.create_future()

    def settle(value: _T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        value, error = None, None
        try:
            value = work()
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(settle, value, error)
        except RuntimeError:
            return  # the loop has ended meanwhile: nobody waits any more

    threading.Thread(target=run, name="session-work", daemon=True).start()
    return await done
