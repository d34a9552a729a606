"""Reading a cluster: first contact, then every kind and every log, for as long as it is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from knowledge.kinds import KINDS
from knowledge.scan import Collector
from knowledge.text import Text
from tui.engine import access, namespace, refusal
from tui.engine.board import Board
from tui.engine.client import Client
from tui.engine.follow import Follower, GroupFollower, Pace, unknown_kind
from tui.engine.kubeconfig import ClusterChoice, Login, resolve, shown
from tui.engine.podlogs import PodLogs
from tui.engine.problem import Problem
from tui.engine.refusal import NO_KUBERNETES, Meaning
from tui.engine.store import Store
from tui.engine.unreachable import Unreachable

LISTS_AT_ONCE: Final = 8
FIRST_ANSWER_SECONDS: Final = 10.0
_CONTACT_AGAIN_SECONDS: Final = 10.0


class Reading:
    """One go at reading a cluster, in the event loop of the source's own thread."""

    def __init__(
        self,
        choice: ClusterChoice,
        store: Store,
        collector: Collector,
        board: Board,
        kinds: Collection[str],
        changed: Callable[[], None],
        pace: Pace,
    ) -> None:
        self._choice = choice
        self._store = store
        self._collector = collector
        self._board = board
        self._kinds = kinds
        self._changed = changed
        self._pace = pace
        self._doubt = asyncio.Event()
        """Set when somebody saw the connection fail: the next heartbeat is now."""
        self._logs: PodLogs | None = None
        self._login: Login | None = None
        self.client = Client(self._resolve)

    async def run(self) -> None:
        """Read until cancelled."""
        self._board.count(lambda: self.client.requests)
        try:
            while not await self._contact():
                await asyncio.sleep(_CONTACT_AGAIN_SECONDS)
            await self._read()
        finally:
            await self.client.close()

    def _resolve(self) -> Login:
        login = resolve(self._choice)
        # From now on this context, whatever becomes the current one meanwhile.
        self._choice = replace(self._choice, context="" if login.in_cluster else login.context)
        self._login = login
        self._board.set(context=login.context, server=shown(login.server))
        return login

    @property
    def pinned(self) -> ClusterChoice:
        """Return the choice with the context that is in use, whatever becomes current later."""
        return self._choice

    async def _contact(self) -> bool:
        """Log in and find the namespace; return whether that worked."""
        try:
            async with asyncio.timeout(FIRST_ANSWER_SECONDS):
                await self.client.close()
                await self.client.open()
                await self._ask()
            async with asyncio.timeout(FIRST_ANSWER_SECONDS * 2):
                found = self._choice.namespace or await namespace.detect(
                    self.client, self._login.namespace if self._login else ""
                )
        except (Problem, Unreachable) as error:
            self._board.fail(error.message)
        except TimeoutError:
            self._board.fail(_too_slow(self.client.shown))
        else:
            self._store.describe(self._login.context if self._login else "", found)
            self._board.heal()
            self._changed()
            return True
        self._changed()
        return False

    async def _ask(self) -> None:
        """Ask the server for its version, the cheapest question.

        Raises:
            Unreachable: no answer, or the server itself is failing.
            Problem: the login is not accepted.
        """
        answer = await self.client.get("/version", seconds=5)
        match refusal.meaning(answer.status):
            case Meaning.LOGIN:
                raise Problem(refusal.LOGIN_AGAIN)
            case Meaning.BUSY:
                raise Unreachable(refusal.why(answer, "get /version"))
            case _:
                return

    async def _read(self) -> None:
        lists = asyncio.Semaphore(LISTS_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._whoami())
            tasks.create_task(self._heartbeat())
            self._logs = PodLogs(
                self.client, self._store, self._collector, self._progress, tasks, self._pace
            )
            for name in self._kinds:
                changed = self._pods_changed if name == "Pod" else self._progress
                kind, follower = (
                    (KINDS[name], Follower)
                    if name in KINDS
                    else (unknown_kind(name), GroupFollower)
                )
                tasks.create_task(
                    follower(
                        kind, self.client, self._store, lists, changed, self._trouble, self._pace
                    ).run()
                )

    async def _whoami(self) -> None:
        self._board.set(user=await access.whoami(self.client))
        self._changed()

    async def _heartbeat(self) -> None:
        """Know that the server is lost, and that it is back, sooner than a quiet watch would."""
        while True:
            try:
                async with asyncio.timeout(self._pace.heartbeat):
                    await self._doubt.wait()
                # Many notice a broken link at the same time: one question is enough.
                await asyncio.sleep(self._pace.first)
            except TimeoutError:
                pass
            self._doubt.clear()
            try:
                await self._ask()
            except Unreachable as error:
                self._board.lose(error.message)
            except Problem as problem:
                self._board.fail(problem.message)
            else:
                self._board.heal()
            self._progress()

    def _trouble(self, error: Unreachable | Problem | None) -> None:
        if isinstance(error, Problem):
            self._board.fail(error.message)
            self._changed()
        elif error is not None:
            self._doubt.set()

    def _pods_changed(self) -> None:
        if self._logs is not None:
            self._logs.update()
        self._progress()

    def _progress(self) -> None:
        read, expected = self._store.progress()
        done = read == expected and self._logs is not None and self._logs.caught_up
        refused = self._store.nothing_readable() if done else None
        if refused is not None:
            self._board.fail(_nothing(self._store.namespace, refused))
        self._board.set(read=read, expected=expected)
        if done and refused is None:
            self._board.ready()
        self._changed()


def _too_slow(server: str) -> Text:
    return Text(
        en=f"No answer from {server or 'the cluster'} within {FIRST_ANSWER_SECONDS:.0f} seconds. "
        "Check the network and VPN.",
        ja=f"{server or 'クラスター'} から {FIRST_ANSWER_SECONDS:.0f} 秒以内に応答がありません。"
        "ネットワークと VPN を確認してください。",
    )


def _nothing(where: str, why: Text) -> Text:
    if why == NO_KUBERNETES:
        return Text(
            en="Nothing could be read: the server knows no pods (404), so it is no Kubernetes API. "
            "Check the server's address in the kubeconfig.",
            ja="何も読み取れませんでした。サーバーが Pod を認識しないため (404)、Kubernetes API "
            "ではありません。kubeconfig のサーバーのアドレスを確認してください。",
        )
    return Text(
        en=f"This user may not read anything in namespace {where!r} ({why.en}). "
        "Ask for the cluster role `view` and read access to velero.io and oadp.openshift.io.",
        ja=f"このユーザーは namespace {where!r} の何も読み取れません（{why.ja}）。クラスターロール "
        "`view` と velero.io、oadp.openshift.io の読み取り権限を依頼してください。",
    )
