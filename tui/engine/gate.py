"""The only place that starts a command, and what it demands before it does.

It trusts nothing that it is handed: it judges the command line anew, adds nothing to it, and lets
a change through only with an unused approval of exactly that command line.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import msgspec

from knowledge.model import Risk
from knowledge.risk import Classification, Scope, classify
from knowledge.snapshot import ObjectRef
from knowledge.text import Text
from tui.engine.mode import Mode
from tui.engine.ports import LONGEST_LINE, Command, RunEvent, Runner
from tui.engine.request import Approval, NotApproved, Refused, Request
from tui.engine.target import NAMESPACE, Target

_JSON_LINE = 1 << 20
"""Characters of a line that are kept for what is read by the program itself."""
_REVEAL = 20.0
"""Seconds that reading a Secret may take."""
_OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


def _nothing() -> tuple[ObjectRef, ...]:
    return ()


def _there() -> Text | None:
    return None


class Gate:
    """Runs commands against one target."""

    def __init__(
        self,
        runner: Runner,
        target: Target,
        busy: Callable[[], tuple[ObjectRef, ...]] = _nothing,
        moved: Callable[[], Text | None] = _there,
        mode: Mode = Mode.LIVE,
    ) -> None:
        """Take what starts processes and where they go.

        Args:
            runner: what starts processes.
            target: where they go.
            busy: tells what is running there.
            moved: tells, in a thread, what is wrong if the target's context means another place.
            mode: changes run in `Mode.LIVE` only.
        """
        self._runner = runner
        self._target = target
        self._busy = busy
        self._moved = moved
        self._mode = mode

    def run(self, request: Request, approval: Approval | None = None) -> AsyncIterator[RunEvent]:
        """Run `request`, yielding its lines and, last, its end.

        Raises:
            Refused: it must not run here.
            NotApproved: it changes something and `approval` is not an unused one of exactly it.
        """
        judged, risk = self.judge(request)
        if risk is not Risk.READ:
            self._check_change(request, judged, risk, approval)
        line = _JSON_LINE if request.purpose == "preview" else LONGEST_LINE
        return self._started(
            Command(request.argv, request.stdin, request.timeout, longest_line=line)
        )

    async def _started(self, command: Command) -> AsyncGenerator[RunEvent, None]:
        await self.check_place()
        async with aclosing(self._runner.run(command)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    async def reveal(self, namespace: str, name: str) -> AsyncGenerator[RunEvent, None]:
        """Read one Secret unredacted, for a person who asked to see one value of it.

        What it yields must go nowhere but through `tui.engine.reveal`.

        Raises:
            Refused: the names are none, or there is nothing to read with.
        """
        if not _OBJECT_NAME.fullmatch(name):
            raise Refused(
                Text(
                    en=f"{name!r} is no name of a Secret.",
                    ja=f"{name!r} は Secret の名前ではありません。",
                )
            )
        argv = self._target.argv(namespace, ("get", "secrets", name, "-o", "json"))
        self.judge(Request("reveal", "preview", argv, None, Risk.READ))
        await self.check_place()
        command = Command(argv, None, _REVEAL, longest_line=_JSON_LINE, redacted=False)
        async with aclosing(self._runner.run(command)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    async def check_place(self) -> None:
        """Look whether the target is still the place that it was.

        Raises:
            Refused: it is not, or that cannot be told.
        """
        problem = await asyncio.to_thread(self._moved)
        if problem is not None:
            raise Refused(problem)

    def check_calm(self, request: Request) -> None:
        """Look once more, right before the start, whether `request` would break running work.

        Raises:
            Refused: it would.
        """
        judged, risk = self.judge(request)
        busy = request.busy or self._busy()
        if (risk is Risk.DISRUPTIVE or judged.restarts) and busy:
            names = ", ".join(str(each) for each in busy[:5])
            raise Refused(
                Text(
                    en=f"Running work would fail: {names}. Wait until it has ended.",
                    ja=f"実行中の処理が失敗します: {names}。終了するまで待ってください。",
                )
            )

    def judge(self, request: Request) -> tuple[Classification, Risk]:
        """Return what `request` really is: at least as risky as it says itself.

        Raises:
            Refused: it must not run here.
        """
        if not self._target.can_run or not self._target.prefix:
            raise Refused(
                Text(
                    en="There is no cluster or no program to run commands with. Copy the command "
                    "instead.",
                    ja="コマンドを実行できるクラスターまたはプログラムがありません。"
                    "コマンドをコピーして使用してください。",
                )
            )
        namespace, rest = self.unpinned(request.argv)
        judged = classify(rest, manifest_of(request.stdin))
        if judged.refused is not None:
            raise Refused(judged.refused)
        if judged.reads_input and request.stdin is None:
            raise Refused(
                Text(
                    en="The command reads a manifest, but there is none.",
                    ja="コマンドはマニフェストを読みますが、マニフェストがありません。",
                )
            )
        _check_scope(judged, namespace)
        return judged, max(request.risk, judged.risk, key=lambda each: each.rank)

    def unpinned(self, argv: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return the namespace and what follows the pinned beginning of `argv`.

        Raises:
            Refused: it begins differently.
        """
        pinned = self._target.pinned
        if not self._target.context or argv[: len(pinned)] != pinned:
            raise Refused(
                Text(
                    en="The command does not go to the cluster that was pinned at the start.",
                    ja="コマンドの送り先が、開始時に固定したクラスターではありません。",
                )
            )
        rest = argv[len(pinned) :]
        if rest[:1] != ("-n",):
            return "", rest
        if len(rest) < 2 or not NAMESPACE.fullmatch(rest[1]):
            raise Refused(
                Text(
                    en="The namespace has no valid name.", ja="namespace の名前が正しくありません。"
                )
            )
        return rest[1], rest[2:]

    def _check_change(
        self, request: Request, judged: Classification, risk: Risk, approval: Approval | None
    ) -> None:
        if self._mode is not Mode.LIVE:
            raise Refused(
                Text(
                    en="This is a rehearsal: nothing that changes the cluster runs.",
                    ja="リハーサル中のため、クラスターを変更するコマンドは実行しません。",
                )
            )
        if self._target.read_only:
            raise Refused(
                Text(
                    en="This is read-only mode: nothing that changes the cluster runs. Copy the "
                    "command instead.",
                    ja="読み取り専用モードのため、クラスターを変更するコマンドは実行しません。"
                    "コマンドをコピーして使用してください。",
                )
            )
        if request.purpose == "preview":
            raise Refused(
                Text(en="A preview changes nothing.", ja="プレビューでは何も変更しません。")
            )
        self.check_calm(request)
        self._use(request, judged, risk, approval)

    def _use(
        self, request: Request, judged: Classification, risk: Risk, approval: Approval | None
    ) -> None:
        wanted = confirm_name(judged, risk)
        if (
            type(approval) is not Approval
            or approval.digest != request.digest
            or approval.typed != wanted
            or approval.context != self._target.confirm_context
            or not approval.use()
        ):
            raise NotApproved(
                Text(
                    en="This changes the cluster and has not been confirmed for exactly this "
                    "command.",
                    ja="クラスターを変更するコマンドですが、このコマンドそのものは確認されていません。",
                )
            )


def confirm_name(judged: Classification, risk: Risk) -> str:
    """Return what a person must type before a command of this risk: the object's name."""
    if risk is not Risk.DESTRUCTIVE:
        return ""
    named = [name for _, name in judged.objects if name]
    if named:
        return named[0]
    kinds = [kind for kind, _ in judged.objects if kind]
    return kinds[0] if kinds else judged.verb


def manifest_of(stdin: str | None) -> Mapping[str, Any] | None:
    """Return the manifest on standard input, if there is one.

    Raises:
        Refused: it is not one JSON object.
    """
    if stdin is None:
        return None
    try:
        body = msgspec.json.decode(stdin)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, Mapping):
        raise Refused(
            Text(
                en="The manifest is not a JSON object.",
                ja="マニフェストが JSON オブジェクトではありません。",
            )
        )
    return body


def _check_scope(judged: Classification, namespace: str) -> None:
    if namespace or judged.scope in {Scope.ALL, Scope.CLUSTER, Scope.NONE}:
        return
    if judged.scope is Scope.UNKNOWN and judged.risk is Risk.READ:
        return
    raise Refused(
        Text(
            en="The command does not say which namespace it is for.",
            ja="コマンドに namespace の指定がありません。",
        )
    )
