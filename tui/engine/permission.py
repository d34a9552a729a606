"""Asks the server ahead of a command whether this user may do what the command does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from knowledge.access import Access
from knowledge.text import Text
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.ports import Clock, SystemClock

_AT_ONCE: Final = 8
_SECONDS: Final = 10.0
"""How long one answer may take."""
_KEPT_SECONDS: Final = 60.0


@runtime_checkable
class Reviewer(Protocol):
    """A source that can ask the server what we may do."""

    async def may(self, access: Access) -> bool | None:
        """Return whether it is allowed; None where the server does not say."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission and whether we have it."""

    access: Access
    allowed: bool | None
    """None: unknown."""


class Permissions:
    """Answers of the server, kept for a minute; to be asked from one event loop."""

    def __init__(
        self, source: object, clock: Clock | None = None, *, seconds: float = _SECONDS
    ) -> None:
        """Take the source to ask; one that cannot be asked knows nothing.

        Args:
            source: a `Reviewer`, or anything else: then every answer is unknown.
            clock: the time, for the age of answers.
            seconds: how long one answer may take; after that it is unknown.
        """
        self._reviewer = source if isinstance(source, Reviewer) else None
        self._clock = clock or SystemClock()
        self._seconds = seconds
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._answers: dict[Access, tuple[float, bool]] = {}

    async def ask(self, accesses: Iterable[Access]) -> tuple[Permission, ...]:
        """Return the answers in the order of `accesses`, each access once."""
        wanted = tuple(dict.fromkeys(accesses))
        answers = await asyncio.gather(*(self._answer(each) for each in wanted))
        return tuple(Permission(*pair) for pair in zip(wanted, answers, strict=True))

    def clear(self) -> None:
        """Forget all answers, also those that are still to come."""
        self._answers = {}

    async def _answer(self, access: Access) -> bool | None:
        if self._reviewer is None:
            return None
        # Taken before the waiting: what is answered after `clear` must not be kept.
        answers = self._answers
        async with self._turns:
            known = answers.get(access)
            if known is not None and self._clock.monotonic() - known[0] < _KEPT_SECONDS:
                return known[1]
            try:
                async with asyncio.timeout(self._seconds):
                    allowed = await self._reviewer.may(access)
            except TimeoutError:
                return None
        if allowed is not None:
            answers[access] = (self._clock.monotonic(), allowed)
        return allowed


def guard(permissions: Sequence[Permission] | None) -> Guard:
    """Return what the answers mean for the command; None: what it needs could not be told.

    A refusal blocks, because the server would refuse the command as well; but not where the name
    of the resource is guessed, as the answer may be about a resource that does not exist.
    """
    if permissions is None:
        return _guard(
            Standing.UNKNOWN,
            Text(
                en="Which permissions this command needs cannot be told from its arguments.",
                ja="このコマンドに必要な権限は、引数からは判断できません。",
            ),
        )
    denied = [each.access for each in permissions if each.allowed is False]
    certain = [each for each in denied if not each.guessed]
    if certain:
        return _guard(Standing.BLOCKED, _refused(certain), certain)
    unknown = [each.access for each in permissions if each.allowed is None]
    if unknown or denied:
        return _guard(
            Standing.UNKNOWN,
            Text(
                en="The server did not say for certain whether you may do this; it may refuse the "
                "command.",
                ja="この操作の権限があるかどうか、サーバーから確かな回答を得られませんでした。"
                "コマンドは拒否される可能性があります。",
            ),
            (*denied, *unknown),
        )
    return _guard(
        Standing.CLEAR,
        Text(
            en="The server allows you everything that this command does.",
            ja="このコマンドが行う操作は、すべてサーバーで許可されています。",
        )
        if permissions
        else Text(
            en="This command needs no permission.", ja="このコマンドに権限は必要ありません。"
        ),
    )


def _guard(standing: Standing, message: Text, accesses: Sequence[Access] = ()) -> Guard:
    return Guard(Guarded.PERMISSION, standing, message, tuple(str(each) for each in accesses))


def _refused(denied: Sequence[Access]) -> Text:
    first = denied[0]
    resource = f"{first.resource}.{first.group}" if first.group else first.resource
    if first.subresource:
        resource = f"{resource}/{first.subresource}"
    more = len(denied) - 1
    also_en = f" (and {more} more)" if more else ""
    also_ja = f"（ほか {more} 件）" if more else ""
    if first.namespace:
        where_en, role_en = f" in {first.namespace}", f"a Role in {first.namespace}"
        where_ja, role_ja = f"{first.namespace} で ", f"{first.namespace} の Role"
    else:
        where_en, role_en, where_ja, role_ja = "", "a ClusterRole", "", "ClusterRole"
    return Text(
        en=f"You may not {first.verb} {resource}{where_en}{also_en}: ask an administrator for "
        f"{role_en} that allows the verb {first.verb} on {resource}.",
        ja=f"{where_ja}{resource} を {first.verb} する権限がありません{also_ja}。"
        f"{resource} に対する {first.verb} を許可する {role_ja} を管理者に依頼してください。",
    )
