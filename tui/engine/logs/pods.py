"""The log of a container, poured into memory from its first line on and followed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from knowledge.text import Text
from tui.engine import refusal
from tui.engine.client import Client
from tui.engine.logs.text import MemoryText
from tui.engine.problem import Problem
from tui.engine.refusal import Meaning
from tui.engine.resume import Resume
from tui.engine.unreachable import Unreachable

NO_CONNECTION: Final = Text(
    en="there is no connection to the cluster at the moment",
    ja="現在、クラスターに接続していません",
)
_PREVIOUS: Final = " (previous)"
_QUIET_SECONDS: Final = 600.0
"""A quiet log is normal; TCP keepalive ends a dead link."""
_AGAIN_SECONDS: Final = 1.0
_LONGEST_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class PodLog:
    """One container's log, or that of the run before its last restart."""

    namespace: str
    pod: str
    container: str
    previous: bool = False

    @classmethod
    def named(cls, namespace: str, log: str) -> PodLog:
        """Return the log with that name in findings."""
        previous = log.endswith(_PREVIOUS)
        pod, _, container = log.removesuffix(_PREVIOUS).partition("/")
        return cls(namespace, pod, container, previous)

    @property
    def name(self) -> str:
        """Return its name in findings."""
        return f"{self.pod}/{self.container}{_PREVIOUS if self.previous else ''}"


def empty(log: PodLog) -> MemoryText:
    """Return where the log is poured into."""
    text = MemoryText(log.name)
    text.stamped = True
    text.percent = 0
    return text


async def pour(client: Client, log: PodLog, text: MemoryText) -> None:
    """Fill `text` until it is cancelled; what breaks off is gone on with, without a gap."""
    resume = Resume()
    wait = _AGAIN_SECONDS
    while True:
        size, first = text.size, text.percent is not None
        try:
            await _pour_once(client, log, text, resume)
        except _Refused as refused:
            text.finish(refused.why)
            return
        except (Unreachable, Problem) as error:
            text.trouble = error.message
        else:
            text.trouble = None
        if log.previous and text.trouble is None:
            text.append(resume.rest)
            text.finish()
            return
        if first and text.percent is None:
            continue
        # The log of a container that has ended stays as it is.
        wait = _AGAIN_SECONDS if text.size > size else min(wait * 2, _LONGEST_SECONDS)
        await asyncio.sleep(wait)


async def _pour_once(client: Client, log: PodLog, text: MemoryText, resume: Resume) -> None:
    query = [("container", log.container), ("timestamps", "true")]
    if log.previous:
        query.append(("previous", "true"))
    elif text.percent is None:
        # First to its end, so that it is known when everything is there.
        query.append(("follow", "true"))
    if resume.since:
        query.append(("sinceTime", resume.since))
    path = f"/api/v1/namespaces/{quote(log.namespace)}/pods/{quote(log.pod)}/log"
    resume.begin()
    async with client.stream(path, query, accept="*/*", quiet_seconds=_QUIET_SECONDS) as stream:
        if stream.status != 200:
            answer = await stream.refusal()
            why = refusal.why(answer, "get pods/log")
            if refusal.meaning(answer.status) is Meaning.BUSY:
                raise Unreachable(why)
            raise _Refused(why)
        text.trouble = None
        async for chunk in stream.chunks():
            if fresh := resume.fresh(chunk):
                text.append(fresh)
            # Packing is work of the thread that has the watches too.
            await asyncio.sleep(0)
        text.percent = None


class _Refused(Exception):
    """The server refused the log."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why
