"""Getting the log or the results of a backup or restore: the ways there are, and going one.

Each way writes to the cluster (a DownloadRequest), so each is a change like any other: looked at,
confirmed, recorded. What comes of it is searched for signatures, and kept to be read.
"""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, runtime_checkable

from knowledge import velero_cli
from knowledge.command import manifest_text
from knowledge.model import Risk
from knowledge.snapshot import KubeObject, ObjectRef
from knowledge.text import Text
from tui.engine.answer_json import mapping
from tui.engine.ports import Ending, Exited, Line, RunEvent
from tui.engine.request import Refused, Request
from tui.engine.stored import LARGEST_PACKED, Fetched, Stored, Wanted, attempted
from tui.engine.target import Target

STEP: Final = "fetch-"
"""Beginning of the ids of these commands in the record."""
_CREATE_SECONDS: Final = 60.0
_EXEC_SECONDS: Final = 600.0
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_ROOM: Final = 200
"""Characters of the name that a request's name takes over."""
_ERROR: Final = re.compile("An error occurred: ")
"""How Velero's command line begins to say why it ends."""
_LONGEST_ERROR: Final = 1_000
_ENDED: Final = frozenset({"Completed", "PartiallyFailed", "Failed"})


class Way(StrEnum):
    """What is fetched, and how."""

    LOG = "log"
    RESULTS = "results"
    POD_LOG = "pod-log"
    POD_RESULTS = "pod-results"

    @property
    def through_pod(self) -> bool:
        """Return whether Velero's pod fetches it, not this program."""
        return self in {Way.POD_LOG, Way.POD_RESULTS}

    @property
    def results(self) -> bool:
        """Return whether it is errors and warnings, not the log."""
        return self in {Way.RESULTS, Way.POD_RESULTS}


@dataclass(frozen=True, slots=True)
class Stage:
    """How far it is."""

    text: Text


@runtime_checkable
class Keeper(Protocol):
    """The part of a live source that fetches and keeps logs."""

    async def fetch(self, request: str, wanted: Wanted) -> Fetched:
        """Return what a DownloadRequest leads to."""

    async def take(self, fetched: Fetched) -> None:
        """Search a log that came another way."""


def can_fetch(ref: ObjectRef) -> bool:
    """Return whether Velero stores a log of such an object."""
    return ref.kind in {"Backup", "Restore"} and _NAME.fullmatch(ref.name) is not None


def ways_to(target: Target) -> tuple[Way, ...]:
    """Return the ways that exist: in the practice cluster only the stand-in can go into pods."""
    stand_in = len(target.prefix) > 1
    return tuple(way for way in Way if not (way.through_pod and target.practice and not stand_in))


def not_yet(body: KubeObject | None) -> Text | None:
    """Return why nothing is stored of a backup or restore, as far as its phase tells; or None."""
    phase = mapping((body or {}).get("status")).get("phase")
    if phase in _ENDED:
        return None
    if phase == "FailedValidation":
        return Text(
            en="Velero never began with it (FailedValidation), so it stored no log. What is wrong "
            "stands in status.validationErrors.",
            ja="検証に失敗して開始されなかったため（FailedValidation）、ログは保存されていません。"
            "原因は status.validationErrors にあります。",
        )
    shown = phase if isinstance(phase, str) and phase else "New"
    return Text(
        en=f"It is still {shown}: Velero stores log and results at the end. Until then they stand "
        "in the log of the Velero pod.",
        ja=f"まだ {shown} です。Velero はログと結果を終了時に保存します。それまでは Velero Pod の"
        "ログで確認できます。",
    )


def wanted(way: Way, ref: ObjectRef, body: KubeObject | None) -> Wanted:
    """Return what is fetched on a way."""
    restore = ref.kind == "Restore"
    if way.results:
        what = Stored.RESTORE_RESULTS if restore else Stored.BACKUP_RESULTS
    else:
        what = Stored.RESTORE_LOG if restore else Stored.BACKUP_LOG
    ended = mapping((body or {}).get("status")).get("completionTimestamp")
    time = ended if isinstance(ended, str) and len(ended) < 40 and '"' not in ended else ""
    return Wanted(what, ref.namespace, ref.name, time)


def request_for(
    way: Way,
    ref: ObjectRef,
    target: Target,
    suffix: Callable[[], str] = lambda: secrets.token_hex(4),
) -> Request:
    """Return the command of a way; it changes the cluster, so somebody has to approve it.

    Args:
        way: what to fetch, and how.
        ref: the Backup or Restore.
        target: where commands go.
        suffix: makes the name of a request one of its own.

    Raises:
        Refused: Velero stores no log of such an object.
    """
    if not can_fetch(ref):
        raise Refused(
            Text(
                en="Velero stores logs of backups and restores only.",
                ja="Velero がログを保存するのは、バックアップと復元だけです。",
            )
        )
    if way.through_pod:
        verb = "describe" if way.results else "logs"
        arguments = velero_cli.arguments(ref.kind.lower(), verb, ref.name)
        stdin, within = None, _EXEC_SECONDS
    else:
        arguments = ("create", "-f", "-")
        stdin, within = manifest_text(_download_request(way, ref, suffix())), _CREATE_SECONDS
    return Request(
        f"{STEP}{way}",
        "run",
        target.argv(ref.namespace, arguments),
        stdin,
        Risk.CHANGE,
        confirm_context=target.confirm_context,
        timeout=within,
    )


def _download_request(way: Way, ref: ObjectRef, suffix: str) -> dict[str, Any]:
    return {
        "apiVersion": "velero.io/v1",
        "kind": "DownloadRequest",
        "metadata": {
            "name": f"{ref.name[:_ROOM].rstrip('-.')}-{way}-{suffix}",
            "namespace": ref.namespace,
        },
        "spec": {"target": {"kind": str(wanted(way, ref, None).what), "name": ref.name}},
    }


async def retrieve(
    events: AsyncGenerator[RunEvent, None],
    request: Request,
    what: Wanted,
    keeper: Keeper,
) -> AsyncGenerator[RunEvent | Stage | Fetched, None]:
    """Run the command of a way and get what it leads to; yield what it says, and what came.

    The end of the command comes last. Nothing is fetched if it failed.

    Args:
        events: the running command, approved, as `Prompt.run` gives it.
        request: the command.
        what: what is fetched.
        keeper: fetches and keeps it.

    Raises:
        Unusable: nothing came; the message says why.
        Stopped: the command does not run.
    """
    if request.stdin is None:
        async with aclosing(_through_pod(events, what, keeper)) as said:
            async for event in said:
                yield event
        return
    yield Stage(Text(en="asking Velero for a link", ja="Velero にリンクを要求しています"))
    ended: Exited | None = None
    told: list[RunEvent] = []
    async with aclosing(events):
        async for event in events:
            told.append(event)
            if isinstance(event, Exited):
                ended = event
    if ended is None or ended.ending is not Ending.EXIT or ended.code != 0:
        # What `oc` says is worth reading only then.
        for event in told:
            yield event
        return
    yield Stage(
        Text(
            en="waiting for Velero's link, then fetching it from the storage",
            ja="Velero のリンクを待って、ストレージから取得しています",
        )
    )
    yield await keeper.fetch(_name_in(request), what)
    yield ended


async def _through_pod(
    events: AsyncGenerator[RunEvent, None], what: Wanted, keeper: Keeper
) -> AsyncGenerator[RunEvent | Stage | Fetched, None]:
    yield Stage(Text(en="the Velero pod is fetching it", ja="Velero Pod が取得しています"))
    # A description is for people: nothing in it says which line is an error.
    kept = None if what.what.results else _Packed()
    because = ""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Line) and kept is not None and event.stream == "stdout":
                kept.add(event.text)
            if isinstance(event, Line) and _ERROR.match(event.text):
                because = event.text[:_LONGEST_ERROR]
            if isinstance(event, Exited) and event.ending is Ending.EXIT:
                if event.code == 0 and kept is not None:
                    fetched = Fetched(what, kept.close(), kept.cut)
                    await keeper.take(fetched)
                    yield fetched
                elif event.code != 0 and because:
                    await keeper.take(attempted(what, f"the Velero pod says: {because}"))
            yield event


def _name_in(request: Request) -> str:
    import msgspec

    body = mapping(msgspec.json.decode(request.stdin or "{}"))
    return str(mapping(body.get("metadata")).get("name", ""))


class _Packed:
    """Lines, packed while they come."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(wbits=31)
        self._parts: list[bytes] = []
        self._size = 0
        self.cut: Text | None = None

    def add(self, line: str) -> None:
        if self._size > LARGEST_PACKED:
            self.cut = Text(en="Only its beginning is kept.", ja="先頭部分だけを保持しています。")
            return
        part = self._packer.compress(line.encode(errors="replace") + b"\n")
        if part:
            self._parts.append(part)
            self._size += len(part)

    def close(self) -> bytes:
        return b"".join((*self._parts, self._packer.flush()))
