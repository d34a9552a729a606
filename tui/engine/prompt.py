"""A prompt for `oc` on one target: what a person types goes the same way as a runbook's steps.

The same gate, guards, confirmation, record and way back; there is no shell, and the place is the
one that the prompt was opened for.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Final

from knowledge import command
from knowledge.model import Risk, Step, StepKind
from knowledge.risk import Classification, Scope, classify
from knowledge.text import Text
from knowledge.verbs import VERBS
from tui.engine.attempt import TYPED, Attempt
from tui.engine.bench import Bench
from tui.engine.carried import Carried
from tui.engine.changes import still_there
from tui.engine.environment import of_target
from tui.engine.facts import Facts
from tui.engine.gate import confirm_name
from tui.engine.inspection import Inspection
from tui.engine.journal import Journal
from tui.engine.mode import Mode
from tui.engine.object_commands import FOLLOW_FOR
from tui.engine.oc import OcRunner
from tui.engine.outcome import StepState
from tui.engine.pin import Pin
from tui.engine.ports import Clock, RunEvent, Runner, SystemClock
from tui.engine.request import Approval, Refused, Request
from tui.engine.reveal import Revealed, SecretKey, keys_of, reveal
from tui.engine.session_record import SessionRecord
from tui.engine.steps import NotReady, StepView
from tui.engine.target import Target
from tui.engine.typed_line import TypedLine, read_line
from tui.engine.typed_manifest import namespace_of, read_manifest

__all__ = ["Look", "Prompt", "open_prompt"]

_WITHIN: Final = 120.0
"""Seconds that a typed command may take; followed logs run until they are stopped."""
_TITLE: Final = Text(en="oc prompt", ja="oc プロンプト")
_WHY: Final = Text(en="Typed at the prompt.", ja="プロンプトで入力されたコマンドです。")
_UNDOABLE: Final = frozenset({StepState.DONE, StepState.UNKNOWN, StepState.UNEXPECTED})


@dataclass(frozen=True, slots=True)
class Look:
    """What a line would be, while it is being typed."""

    risk: Risk | None = None
    """None: nothing to judge yet, or it does not run."""
    refused: Text | None = None
    """Why it does not run; None while it may still become something that does."""
    wants_manifest: bool = False
    """Whether it reads a manifest (`-f -`)."""


class Prompt:
    """What a person types, against one target, with a record of its own."""

    def __init__(
        self,
        session: Facts,
        target: Target,
        runner: Runner,
        journal: Journal,
        clock: Clock,
        moved: Callable[[], Text | None],
    ) -> None:
        """Use `open_prompt`."""
        self.target = target
        self.journal = journal
        self.history: list[str] = []
        """Lines that were run, the newest last; in memory only, since they may hold anything."""
        self._source = session.state.snapshot.source
        self._log = SessionRecord(journal, self._about).write
        self._bench = Bench(session, target, runner, self._log, clock, moved)
        self.unknown: Text | None = None
        """What to do about the last change, if nobody knows what came of it."""
        self._typed = 0
        self._manifest: tuple[str, dict[str, Any]] = ("", {})
        """The last manifest as text, and what it says: a big one is not read at every key."""
        self._running = False
        self._last: tuple[str, Carried] | None = None
        """The step id of the last change, and the change; None if there is none to take back."""
        self._unsubscribe = session.subscribe(self._take)

    def _take(self, state: Any) -> None:
        self._bench.snapshot = state.snapshot

    @property
    def record(self) -> str:
        """Return the file of the record; empty until there is something in it."""
        return str(self.journal.path) if self.journal.begun else ""

    @property
    def record_problem(self) -> Text | None:
        """Return why the record cannot be written; no change runs then."""
        return self.journal.problem

    # What is typed

    def look(self, line: str, manifest: str = "") -> Look:
        """Return what `line` would be; never raises, and starts nothing."""
        try:
            typed = read_line(line, self.target.pinned)
            if _begun(typed.arguments, line):
                return Look()
            judged = classify(typed.arguments)
            wants = judged.reads_input and judged.refused is None
            if wants and not manifest.strip():
                # What it does is said by the manifest.
                return Look(wants_manifest=True)
            return Look(self.request(line, manifest).risk, wants_manifest=wants)
        except Refused as refused:
            try:
                wants = classify(read_line(line, self.target.pinned).arguments).reads_input
            except Refused:
                wants = False
            return Look(refused=refused.message, wants_manifest=wants)

    def request(self, line: str, manifest: str = "") -> Request:
        """Return the command that `line` means.

        Args:
            line: what was typed, with or without `oc` in front.
            manifest: YAML or JSON for `-f -`; used only if the line reads it.

        Raises:
            Refused: it does not run here; the message says why.
        """
        typed = read_line(line, self.target.pinned)
        if not typed.arguments:
            raise Refused(Text(en="Type a command.", ja="コマンドを入力してください。"))
        judged = classify(typed.arguments)
        body = None
        if judged.reads_input and judged.refused is None:
            if not manifest.strip() or manifest != self._manifest[0]:
                self._manifest = (manifest, read_manifest(manifest))
            body = self._manifest[1]
            judged = classify(typed.arguments, body)
        if judged.refused is not None:
            raise Refused(judged.refused)
        namespace = self._namespace(typed, judged, namespace_of(body))
        return self._made(
            f"{TYPED}{self._typed + 1}", "run", namespace, typed.arguments, body, judged
        )

    def undo(self) -> Request:
        """Return the command that takes the last change back.

        Raises:
            NotReady: there is no change, or no way back; the message says why.
        """
        if self._last is None:
            raise NotReady(
                Text(en="There is nothing to take back.", ja="元に戻す変更はありません。")
            )
        step, carried = self._last
        back = carried.way_back
        if not back.args:
            raise NotReady(back.note)
        judged = classify(back.args, back.manifest)
        if judged.refused is not None:
            raise NotReady(judged.refused)
        return self._made(step, "undo", carried.namespace, back.args, back.manifest, judged)

    @property
    def undoable(self) -> bool:
        """Return whether there is a command that takes the last change back."""
        return self._last is not None and bool(self._last[1].way_back.args)

    def _namespace(self, typed: TypedLine, judged: Classification, own: str) -> str:
        """Return the namespace: the one typed, the manifest's own, or that of OADP."""
        if typed.namespace and own and typed.namespace != own:
            raise Refused(
                Text(
                    en=f"The manifest is for namespace {own}, the line says {typed.namespace}.",
                    ja=f"マニフェストの namespace は {own} ですが、コマンドでは {typed.namespace} "
                    "が指定されています。",
                )
            )
        if typed.namespace or judged.scope in {Scope.ALL, Scope.CLUSTER, Scope.NONE}:
            return typed.namespace
        return own or self.target.namespace

    def _made(
        self,
        step: str,
        purpose: Any,
        namespace: str,
        arguments: tuple[str, ...],
        body: Any,
        judged: Classification,
    ) -> Request:
        try:
            stdin = None if body is None else command.manifest_text(body)
        except command.CommandProblem as problem:
            raise Refused(problem.message) from None
        changes = judged.risk is not Risk.READ
        return Request(
            step,
            purpose,
            self.target.argv(namespace, arguments),
            stdin,
            judged.risk,
            confirm_name=confirm_name(judged, judged.risk),
            confirm_context=self.target.confirm_context if changes else "",
            timeout=FOLLOW_FOR if judged.follows else _WITHIN,
        )

    # Commands

    async def inspect(self, request: Request) -> Inspection:
        """Look at a change, and at what it aims at, before anybody may approve it."""
        extra = []
        if request.purpose == "undo" and self._last is not None:
            step, carried = self._last
            against = await still_there(step, carried, self._bench.gate, self.target)
            extra += [against] if against is not None else []
        return await self._bench.inspect(request, extra)

    async def run(
        self, request: Request, approval: Approval | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """Run a command, yielding its lines and, last, its end.

        Requests of `tui.engine.object_commands` run here too, so that they are recorded.

        Raises:
            NotReady: another command is running.
            NotApproved: it changes something, and this very command was not approved.
            Changed: the object is not as it was shown when the change was approved.
            Refused: it must not run here, or the record cannot be written.
        """
        if self._running:
            raise NotReady(
                Text(
                    en="Another command is running. Wait for it, or stop it.",
                    ja="ほかのコマンドが実行中です。終了を待つか、中止してください。",
                )
            )
        attempt = self._bench.attempt(self._view(request), request, approval, self._bench.ground())
        self._running = True
        if request.purpose == "run" and request.step.startswith(TYPED):
            self._typed += 1
        try:
            async with contextlib.aclosing(attempt.run()) as events:
                async for event in events:
                    yield event
        finally:
            self._running = False
            self._conclude(attempt)

    def _conclude(self, attempt: Attempt) -> None:
        self.unknown = attempt.note if attempt.state is StepState.UNKNOWN else None
        if attempt.carried is None or not attempt.started:
            return
        self._bench.done(attempt)
        if attempt.request.purpose == "run":
            self._last = (
                (attempt.request.step, attempt.carried) if attempt.state in _UNDOABLE else None
            )
        elif attempt.state is StepState.PENDING:
            # It was taken back.
            self._last = None

    async def keys_of(self, namespace: str, name: str) -> tuple[SecretKey, ...] | Text:
        """Return the keys of a Secret with their lengths, or why they cannot be read."""
        return await keys_of(self._bench.gate, self.target, namespace, name)

    async def reveal(self, namespace: str, name: str, key: str) -> Revealed | Text:
        """Return one value of a Secret, for the screen only; that it was asked for is recorded."""
        return await reveal(self._bench.gate, namespace, name, key, self._log)

    def close(self) -> None:
        """End the prompt; its record stays."""
        self._unsubscribe()
        if self.journal.begun:
            self._log("closed", finished=True, steps={})
        self.journal.close()

    def _view(self, request: Request) -> StepView:
        shown = request.shown.split("\n", 1)[0]
        # The place is in the record once; here it would hide what the command is.
        head = command.shown(self.target.pinned)
        title = f"oc{shown.removeprefix(head)}" if shown.startswith(head) else shown
        kind = StepKind.CHECK if request.risk is Risk.READ else StepKind.CHANGE
        name = Text(en=title, ja=title)
        step = Step(id=request.step, kind=kind, title=name, why=_WHY, risk=request.risk)
        state = StepState.DONE if request.purpose == "undo" else StepState.PENDING
        return StepView(step, name, _WHY, state, None, request.risk, (), "")

    def _about(self) -> dict[str, Any]:
        return {
            "kind": "prompt",
            "issue": "",
            "cause": "",
            "title": _TITLE,
            "target": self.target,
            "source": self._source,
            "versions": self._source.versions,
            "values": {},
            "mode": Mode.LIVE,
        }


def open_prompt(
    session: Facts,
    target: Target,
    *,
    runner: Runner | None = None,
    journal: Journal | None = None,
    clock: Clock | None = None,
    moved: Callable[[], Text | None] | None = None,
) -> Prompt:
    """Return a prompt on `target`.

    Args:
        session: where facts come from.
        target: where commands go.
        runner: what starts processes; default: the real one.
        journal: the record; default: a new one in the state folder.
        clock: the time; default: the computer's.
        moved: tells what is wrong if the target is another place now; default: by the kubeconfig
            where commands are real.
    """
    clock = clock or SystemClock()
    return Prompt(
        session,
        target,
        runner or OcRunner(of_target(target)),
        journal or Journal(clock=clock),
        clock,
        moved or (Pin(target).moved if runner is None else lambda: None),
    )


def _begun(arguments: tuple[str, ...], line: str) -> bool:
    """Return whether the verb is still being typed: it may yet become one of the table."""
    if not arguments:
        return True
    if len(arguments) > 2 or arguments[:1] in VERBS or line.endswith((" ", "\t")):
        return len(arguments) == 1 and any(
            len(name) > 1 and name[0] == arguments[0] for name in VERBS
        )
    return any(
        name != arguments
        and name[: len(arguments) - 1] == arguments[:-1]
        and len(name) >= len(arguments)
        and name[len(arguments) - 1].startswith(arguments[-1])
        for name in VERBS
    )
