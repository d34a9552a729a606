"""Where commands are looked at and run against one target, with the same guards for all of them.

A runbook and the `oc` prompt both work on a bench: it inspects a change before anybody may
approve it, runs it through the gate, and keeps what it takes to take it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from knowledge import command
from knowledge.access import Access, needed
from knowledge.consequences import consequences
from knowledge.kinds import KINDS, kind_of
from knowledge.model import Risk
from knowledge.redact import redact_object
from knowledge.resource_words import of_manifest, of_word
from knowledge.risk import Classification
from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text
from tui.engine.attempt import Attempt, Ground
from tui.engine.carried import WayBack, way_back
from tui.engine.gate import Gate, manifest_of
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.idle import running
from tui.engine.inspection import Inspection
from tui.engine.mode import Mode
from tui.engine.owned import Owned, owned
from tui.engine.permission import Permission, Permissions
from tui.engine.permission import guard as permission_guard
from tui.engine.ports import Clock, Runner
from tui.engine.preview import Look, difference_of, look, seen_as
from tui.engine.request import Approval, Refused, Request, Stopped
from tui.engine.steps import StepView
from tui.engine.target import Target

_LOOKS: Final = 200
"""Inspections that are remembered."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """An object as it was when it was first looked at, or after our own last change."""

    look: Look
    at: datetime


class Bench:
    """Looks at commands and runs them."""

    def __init__(
        self,
        session: Any,
        target: Target,
        runner: Runner,
        log: Callable[..., Text | None],
        clock: Clock,
        moved: Callable[[], Text | None],
        *,
        mode: Mode = Mode.LIVE,
        spared: Callable[[], Collection[ObjectRef]] = tuple,
    ) -> None:
        """Take where facts come from, where commands go, and where it is recorded.

        Args:
            session: as in `tui.engine.facts`; its `source` may know what we are allowed to do.
            target: where commands go.
            runner: what starts processes.
            log: writes an event into the record; returns what is wrong with that.
            clock: the time.
            moved: tells what is wrong if the target is another place now.
            mode: changes run in `Mode.LIVE` only.
            spared: running work that a change may break, since it is about just that.
        """
        self.target = target
        self.gate = Gate(runner, target, self.busy, moved, mode)
        self.permissions = Permissions(getattr(session, "source", None), clock)
        self._session = session
        self._log = log
        self._clock = clock
        self._moved = moved
        self._spared = spared
        self.snapshot: Snapshot = session.state.snapshot
        self._planned: dict[tuple[str, str, str], _Planned] = {}
        self._looks: dict[str, Look] = {}
        self._attempts = 0

    def continue_after(self, attempts: int) -> None:
        """Go on numbering commands after those of an earlier run."""
        self._attempts = max(self._attempts, attempts)

    def busy(self) -> tuple[ObjectRef, ...]:
        """Return what is running and would fail if Velero or its agents restarted."""
        connection = getattr(self._session.state, "connection", None)
        return running(self.snapshot, self._spared(), connection)

    def needs(self, request: Request) -> tuple[Access, ...] | None:
        """Return what the server must allow for a command; None if that cannot be told."""
        namespace, args, manifest = self._parts(request)
        return needed(args, manifest, namespace) if args else None

    async def allowed(self, request: Request) -> tuple[Permission, ...] | None:
        """Return what the command needs and whether we may; None if that cannot be told."""
        accesses = self.needs(request)
        return None if accesses is None else await self.permissions.ask(accesses)

    async def inspect(
        self, request: Request, extra: Sequence[Guard] = (), declared: WayBack | None = None,
        *, step: Any = None,
    ) -> Inspection:  # fmt: skip
        """Look at a command, and at what it aims at, before anybody may approve it.

        Args:
            request: the command.
            extra: guards that only the caller can judge.
            declared: the way back that the step declares.
            step: the step of a procedure; None for a command that a person typed.
        """
        request = self._current(request)
        place, allowed, looked = await asyncio.gather(
            self._place(), self._permission(request), look(self.gate, request)
        )
        guards = [place, allowed, *extra, self._idle(request)]
        unchanged = self._unchanged(request, looked)
        self._remember(request, looked)
        # Where the caller knows better, that it is as planned is no news.
        known = any(each.about is Guarded.UNCHANGED for each in extra)
        if unchanged is not None and not (known and unchanged.standing is Standing.CLEAR):
            guards.append(unchanged)
        namespace, args, manifest = self._parts(request)
        if request.purpose == "run" and args:
            back = way_back(step, declared, args, manifest, namespace, looked)
            request = replace(request, undo=back.note, undo_command=self._shown(back, namespace))
        preview = looked.preview
        assert preview is not None  # noqa: S101 - `look` always gives one
        follows = consequences(args, manifest) if args else ()
        goes = self._goes_with(request, looked)
        if goes.objects or goes.unseen is not None:
            names = tuple(str(each) for each in goes.objects)
            preview = replace(preview, goes_with=names, more=goes.more, unseen=goes.unseen)
        order = list(Guarded)
        guards.sort(key=lambda each: order.index(each.about))
        seen = seen_as(looked.before, looked.found)
        return Inspection(request, tuple(guards), preview, follows, seen)

    def planned(self, request: Request) -> None:
        """Remember the object of a change as it is while the change is only planned.

        What was read of the cluster is taken, so it costs no request; what was not read is
        remembered at the first look instead.
        """
        key = self._key(request)
        if key is None or key in self._planned:
            return
        resource = of_word(key[0])
        known = KINDS.get(resource.kind) if resource is not None else None
        if known is None or known.names_only:
            return
        body = self.snapshot.of(known.name).get((key[2], key[1]))
        if body is not None:
            # Objects of a list do not say what they are.
            whole = {"apiVersion": known.api_version, "kind": known.name, **body}
            self._planned[key] = _Planned(Look(None, redact_object(whole), True), self._clock.now())

    def attempt(
        self, view: StepView, request: Request, approval: Approval | None, ground: Ground
    ) -> Attempt:
        """Return an attempt at a command that may start; it uses the approval up.

        Raises:
            Refused: it must not run here.
            NotApproved: it changes something, and this very command was not approved.
        """
        self._attempts += 1
        ground = replace(ground, look=self._looks.get(request.digest))
        attempt = Attempt(ground, view, request, approval, self._attempts)
        attempt.check()
        return attempt

    def ground(self, **about: Any) -> Ground:
        """Return what an attempt stands on here; see `Ground` for what can be said."""
        return Ground(self.gate, self._log, self._clock, **about)

    def done(self, attempt: Attempt) -> None:
        """Take over how the object is after our own change: from now on it should stay so."""
        if attempt.now is not None:
            self.seen(attempt.request, attempt.now)
        self._looks.pop(attempt.request.digest, None)

    def seen(self, request: Request, now: Look) -> None:
        """Take an object as it is after a change of our own for what it should stay."""
        if (key := self._key(request)) is not None:
            self._planned[key] = _Planned(now, self._clock.now())

    # Inside

    def _current(self, request: Request) -> Request:
        judged, risk = self._judged(request)
        if judged is None:
            return request
        breaks = risk is Risk.DISRUPTIVE or judged.restarts
        return replace(request, busy=self.busy() if breaks else ())

    def _judged(self, request: Request) -> tuple[Classification | None, Risk]:
        try:
            return self.gate.judge(request)
        except Stopped:
            return None, request.risk

    def _parts(self, request: Request) -> tuple[str, tuple[str, ...], Any]:
        try:
            namespace, args = self.gate.unpinned(request.argv)
            return namespace, args, manifest_of(request.stdin)
        except Stopped:
            return "", (), None

    def _shown(self, back: WayBack, namespace: str) -> str | None:
        if not back.args:
            return None
        text = None if back.manifest is None else command.manifest_text(dict(back.manifest))
        return command.shown(self.target.argv(namespace, back.args), text)

    def _key(self, request: Request) -> tuple[str, str, str] | None:
        judged, _risk = self._judged(request)
        if judged is None or len(judged.objects) != 1 or not judged.objects[0][1]:
            return None
        kind, name = judged.objects[0]
        namespace, _, manifest = self._parts(request)
        # A manifest and a command line call the same kind by different words.
        resource = of_word(kind) if manifest is None else of_manifest(manifest)
        word = f"{resource.plural}.{resource.group}" if resource is not None else kind.lower()
        return word, name, namespace

    def _remember(self, request: Request, looked: Look) -> None:
        self._looks[request.digest] = looked
        while len(self._looks) > _LOOKS:
            del self._looks[next(iter(self._looks))]
        key = self._key(request)
        if key is not None and key not in self._planned and looked.found is not None:
            self._planned[key] = _Planned(looked, self._clock.now())

    def _goes_with(self, request: Request, looked: Look) -> Owned:
        judged, _risk = self._judged(request)
        if judged is None or judged.verb != "delete" or len(judged.objects) != 1:
            return Owned()
        kind, name = judged.objects[0]
        if any(each.startswith("--cascade=orphan") for each in request.argv):
            return Owned()
        if looked.before:
            version = str(looked.before.get("apiVersion", ""))
            kind = kind_of(version, str(looked.before.get("kind", "")))
        elif (resource := of_word(kind)) is not None:
            kind = resource.kind
        return owned(self.snapshot, kind, self._parts(request)[0], name) if name else Owned()

    # Guards

    async def _place(self) -> Guard:
        try:
            await self.gate.check_place()
        except Refused as refused:
            return Guard(Guarded.PLACE, Standing.BLOCKED, refused.message)
        context, server = self.target.context, self.target.server
        return Guard(
            Guarded.PLACE,
            Standing.CLEAR,
            Text(
                en=f"Context {context} still means {server or 'the same server'}.",
                ja=f"コンテキスト {context} は引き続き {server or '同じサーバー'} を指しています。",
            ),
        )

    async def _permission(self, request: Request) -> Guard:
        return permission_guard(await self.allowed(request))

    def _idle(self, request: Request) -> Guard:
        judged, risk = self._judged(request)
        if judged is None or not (risk is Risk.DISRUPTIVE or judged.restarts):
            return Guard(
                Guarded.IDLE,
                Standing.CLEAR,
                Text(en="It disturbs no running work.", ja="実行中の処理に影響しません。"),
            )
        if not request.busy:
            return Guard(
                Guarded.IDLE,
                Standing.CLEAR,
                Text(
                    en="No backup, restore or data movement is running.",
                    ja="実行中のバックアップ、復元、データ移動はありません。",
                ),
            )
        return Guard(
            Guarded.IDLE,
            Standing.BLOCKED,
            Text(
                en="Running now, and would fail. Wait until it has ended.",
                ja="実行中の処理があり、この変更で失敗します。終了するまで待ってください。",
            ),
            tuple(str(each) for each in request.busy),
        )

    def _unchanged(self, request: Request, looked: Look) -> Guard | None:
        key = self._key(request)
        if key is None:
            return None
        if looked.found is None:
            return Guard(
                Guarded.UNCHANGED,
                Standing.UNKNOWN,
                Text(
                    en="The object could not be read, so nobody knows how it is now.",
                    ja="オブジェクトを読み取れないため、現在の状態は不明です。",
                ),
            )
        planned = self._planned.get(key)
        if planned is None or seen_as(planned.look.before, planned.look.found) == seen_as(
            looked.before, looked.found
        ):
            return Guard(
                Guarded.UNCHANGED,
                Standing.CLEAR,
                Text(
                    en="The object is as it was when this was planned.",
                    ja="オブジェクトは計画時から変更されていません。",
                ),
            )
        when = planned.at.astimezone().strftime("%H:%M:%S")
        return Guard(
            Guarded.UNCHANGED,
            Standing.WARNING,
            Text(
                en=f"The object was changed by somebody else since {when}.",
                ja=f"{when} 以降に、オブジェクトが他者によって変更されています。",
            ),
            difference_of(planned.look.before or {}, looked.before or {}),
        )
