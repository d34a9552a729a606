"""List-then-watch of one kind, and listing it now and then.

The client's own watch retries a 410 with the same stale version, and its informers do not work for
custom resources; the loop here is ours.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

import msgspec

from knowledge.kinds import Kind, Scope
from knowledge.text import Text
from tui.engine import refusal
from tui.engine.answer_json import Garbled, decoded, mapping
from tui.engine.client import JSON, Answer, Client
from tui.engine.problem import Problem
from tui.engine.refusal import Meaning
from tui.engine.store import Store
from tui.engine.unreachable import Unreachable

PAGE: Final = 500
_NAMES_LIST: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_NAMES_WATCH: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_LONGEST_EVENT: Final = 16 << 20
_MOST_OBJECTS: Final = 200_000
"""Objects of one kind; a list that is longer is not read."""
_MOST_BYTES: Final = 512 << 20
"""Bytes of one list, and of what a watch adds to it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between requests; tests use shorter ones."""

    again: float = 60.0
    """Between two lists of a kind that is not watched, or is not there."""
    refused: float = 30.0
    """Between two attempts without permission."""
    first: float = 0.5
    """The first wait after a failure; doubled up to `longest`."""
    longest: float = 15.0
    watch: int = 240
    """The length of a watch, as asked from the server."""
    quiet: float = 120.0
    """A watch without even a bookmark for so long is a dead link; servers send one a minute."""
    heartbeat: float = 15.0
    """Between two questions whether the server is there."""
    log_again: float = 2.0
    """After the end of a followed log; doubled up to `log_longest` while it stays quiet."""
    log_longest: float = 30.0
    log_reading: float = 60.0
    """For what is there of a log; the rest is read while following it."""
    attempts: int = 3
    """Failures before a kind that was never read counts as unreadable."""


class _Page(msgspec.Struct):
    metadata: dict[str, Any] = {}
    kind: str = ""
    items: list[dict[str, Any]] | None = None


class _Group(msgspec.Struct):
    preferredVersion: dict[str, str] = {}

    @property
    def preferred(self) -> str:
        return self.preferredVersion.get("version", "")


class _Event(msgspec.Struct):
    type: str
    object: dict[str, Any]


_decode_page: Final = msgspec.json.Decoder(_Page).decode
_decode_event: Final = msgspec.json.Decoder(_Event).decode
_decode_group: Final = msgspec.json.Decoder(_Group).decode


class Refused(Exception):
    """The server answered, with something other than what was asked for."""

    def __init__(self, answer: Answer, *, watching: bool = False) -> None:
        super().__init__(answer.reason)
        self.answer = answer
        self.watching = watching


class Follower:
    """Keeps one kind of the store up to date, for as long as its task lives."""

    def __init__(
        self,
        kind: Kind,
        client: Client,
        store: Store,
        lists: asyncio.Semaphore,
        changed: Callable[[], None],
        trouble: Callable[[Unreachable | Problem | None], None],
        pace: Pace,
    ) -> None:
        self._kind = kind
        self._client = client
        self._store = store
        self._lists = lists
        self._changed = changed
        self._trouble = trouble
        self._pace = pace
        self._path = kind.path(store.namespace)
        self._selector = [("labelSelector", kind.label)] if kind.label else []
        self._failures = 0
        """In a row; a list alone does not end the row, else a server whose watches always expire
        would be asked without end."""
        self._forbidden = 0
        self._known = False
        """Whether the store has this kind's objects."""

    async def run(self) -> None:
        """Follow the kind until cancelled."""
        version: str | None = None
        while True:
            try:
                if version is None:
                    version = await self._list()
                if not self._kind.watch:
                    version = None
                    await asyncio.sleep(self._pace.again)
                    continue
                version = await self._watch(version)
            except Refused as refused:
                if refusal.meaning(refused.answer.status) is not Meaning.BUSY:
                    version = None
                await self._refused(refused.answer, watching=refused.watching)
            except Unreachable as error:
                await self._failed(error)
            except Problem as problem:
                self._trouble(problem)
                await asyncio.sleep(self._pace.refused)
            except Garbled:
                version = None
                await self._garbled()

    async def _list(self) -> str:
        objects: list[dict[str, Any]] = []
        size = 0
        query: list[tuple[str, str]] = [("limit", str(PAGE)), *self._selector]
        accept = f"{_NAMES_LIST},{JSON};q=0.1" if self._kind.names_only else JSON
        async with self._lists:
            while True:
                answer = await self._client.get(self._path, query, accept=accept)
                if answer.status != 200:
                    raise Refused(answer)
                size += len(answer.body)
                page = decoded(_decode_page, answer.body)
                kind = page.kind.removesuffix("List")
                for item in page.items or ():
                    # Lists of built-in kinds leave these out.
                    item.setdefault("apiVersion", self._kind.api_version)
                    item.setdefault("kind", kind or self._kind.name)
                    objects.append(item)
                token = page.metadata.get("continue")
                if not token:
                    break
                if len(objects) > _MOST_OBJECTS or size > _MOST_BYTES:
                    raise Garbled("the list is too long")
                query = [("limit", str(PAGE)), *self._selector, ("continue", str(token))]
        self._store.replace(self._kind, objects)
        self._forbidden, self._known = 0, True
        if not self._kind.watch:
            self._failures = 0
        self._trouble(None)
        self._changed()
        return str(page.metadata.get("resourceVersion", ""))

    async def _watch(self, version: str) -> str | None:
        """Take events until the stream ends; return the version to go on from."""
        query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(self._pace.watch)),
            *self._selector,
        ]
        accept = f"{_NAMES_WATCH},{JSON};q=0.1" if self._kind.names_only else JSON
        clock = asyncio.get_running_loop().time
        began = clock()
        grown = 0
        # The server ends it by itself; one that goes on for ever may be a trickle of nothing.
        longest = self._pace.watch + self._pace.quiet
        try:
            async with (
                asyncio.timeout(longest),
                self._client.stream(
                    self._path, query, accept=accept, quiet_seconds=self._pace.quiet
                ) as stream,
            ):
                if stream.status != 200:
                    raise Refused(await stream.refusal(), watching=True)
                async for line in _lines(stream.chunks()):
                    event = decoded(_decode_event, line)
                    if event.type == "ERROR":
                        code = event.object.get("code")
                        status = code if isinstance(code, int) else 500
                        raise Refused(
                            Answer(status, msgspec.json.encode(event.object)), watching=True
                        )
                    grown += len(line) if event.type == "ADDED" else 0
                    if grown > _MOST_BYTES:
                        # Nobody knows what is still there of all this: list anew.
                        raise Garbled("more was added than a list may hold")
                    metadata = mapping(event.object.get("metadata"))
                    version = str(metadata.get("resourceVersion") or version)
                    self._failures = 0
                    self._apply(event)
        except TimeoutError:
            return version
        except Unreachable:
            if clock() - began < self._pace.quiet:
                raise
            # Silence: the link may be dead. Resuming at once finds out.
            return version
        if clock() - began < 1:
            # Something on the way closes streams at once; asking again at once would be a storm.
            self._failures += 1
            await self._wait()
        else:
            self._failures = 0
        return version

    def _apply(self, event: _Event) -> None:
        if event.type == "BOOKMARK":
            return
        event.object.setdefault("apiVersion", self._kind.api_version)
        event.object.setdefault("kind", self._kind.name)
        if event.type == "DELETED":
            self._store.remove(self._kind, event.object)
        elif event.type in {"ADDED", "MODIFIED"}:
            self._store.put(self._kind, event.object)
        self._changed()

    async def _refused(self, answer: Answer, *, watching: bool) -> None:
        scope = " --all-namespaces" if self._kind.scope is Scope.ALL else ""
        verb = "watch" if watching else "list"
        reason = refusal.why(answer, f"{verb} {self._kind.resource}{scope}")
        match refusal.meaning(answer.status):
            case Meaning.ABSENT if self._kind.name == "Pod":  # There is none without.
                self._give_up(refusal.NO_KUBERNETES)
                await asyncio.sleep(self._pace.refused)
            case Meaning.ABSENT:
                self._known = False
                self._store.absent(self._kind)
                self._changed()
                await asyncio.sleep(self._pace.again)
            case Meaning.FORBIDDEN if watching:
                # Listing is allowed, watching is not: what was listed stays, and is listed again.
                await asyncio.sleep(self._pace.refused)
            case Meaning.FORBIDDEN:
                self._forbidden += 1
                if self._forbidden == 1:
                    await asyncio.sleep(self._pace.first)
                    return
                self._give_up(reason)
                await asyncio.sleep(self._pace.refused)
            case Meaning.LOGIN:
                self._trouble(Problem(refusal.LOGIN_AGAIN))
                await asyncio.sleep(self._pace.refused)
            case Meaning.EXPIRED:
                self._failures += 1
                await self._wait()
            case _:
                self._failures += 1
                if self._failures >= self._pace.attempts and not self._known:
                    self._give_up(reason)
                await self._wait(answer.retry_after)

    async def _failed(self, error: Unreachable) -> None:
        self._failures += 1
        self._trouble(error)
        if self._failures >= self._pace.attempts and not self._known:
            self._give_up(error.message)
        await self._wait()

    async def _garbled(self) -> None:
        self._failures += 1
        if self._failures >= self._pace.attempts and not self._known:
            self._give_up(
                Text(
                    en="the server's answer is not what a Kubernetes API gives, or far too long",
                    ja="サーバーの応答が Kubernetes API の形式ではないか、長すぎます",
                )
            )
        await self._wait()

    def _give_up(self, reason: Text) -> None:
        self._known = False
        self._store.unread(self._kind, reason)
        self._changed()

    async def _wait(self, at_least: float | None = None) -> None:
        """Wait longer with each failure in a row, never in step with others."""
        wait = min(self._pace.first * 2 ** min(max(self._failures - 1, 0), 10), self._pace.longest)
        await asyncio.sleep(max(wait * (0.5 + random.random()), at_least or 0))  # noqa: S311


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of a watch; one that is too long is an error, not a full memory."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
        if len(rest) > _LONGEST_EVENT:
            raise Garbled("an event is too long")


class GroupFollower(Follower):
    """Follows a kind of which only `plural.group` is known: the server says the version."""

    async def _list(self) -> str:
        group = self._kind.group
        async with self._lists:
            answer = await self._client.get(f"/apis/{quote(group)}" if group else "/api")
        if answer.status != 200:
            raise Refused(answer)
        version = decoded(_decode_group, answer.body).preferred or "v1"
        self._kind = replace(self._kind, version=version)
        self._path = self._kind.path("")
        return await super()._list()


def unknown_kind(name: str) -> Kind:
    """Return a kind for `plural.group`; the version is found when it is read."""
    plural, _, group = name.partition(".")
    return Kind(name, group, "", plural, Scope.ALL, watch=False)
