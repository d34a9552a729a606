"""A runbook without processes: commands answer from a script, and hold at a gate when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

from screen_fakes import ISSUES, MISSING_SECRET, NAMESPACE, text

from knowledge.access import Access
from knowledge.model import Option, Risk, StepKind
from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text, fill
from tui.engine.guard import Guard, Guarded, Standing
from tui.engine.inspection import Inspection
from tui.engine.mode import Mode
from tui.engine.permission import Permission
from tui.engine.plan import Plan, PlannedStep
from tui.engine.ports import Ending, Exited, Line, RunEvent
from tui.engine.request import Approval, Changed, NotApproved, Refused, Request
from tui.engine.runbook import (
    InputView,
    NotReady,
    OptionView,
    Preview,
    StepState,
    StepView,
)
from tui.engine.target import Target

TARGET = Target(
    program="oc",
    prefix=("oc",),
    kubeconfig="",
    context="practice",
    server="https://127.0.0.1:6443",
    user="kube:admin",
    namespace=NAMESPACE,
    practice=True,
    read_only=False,
    can_run=True,
)
OPTIONS = (
    OptionView(
        Option(
            id="label",
            title=text("Add the label", "ラベルを追加"),
            why=text("Nothing restarts.", "再起動はありません。"),
        ),
        True,
        True,
        None,
    ),
    OptionView(
        Option(
            id="recreate",
            title=text("Move it into the DPA", "DPA に移す"),
            why=text("Velero restarts.", "Velero が再起動します。"),
        ),
        True,
        False,
        None,
    ),
)


CLEAR = (
    Guard(
        Guarded.PLACE,
        Standing.CLEAR,
        text("The context means the same cluster as at the start.", "開始時と同じクラスターです。"),
    ),
    Guard(Guarded.PERMISSION, Standing.CLEAR, text("The server allows it.", "許可されています。")),
    Guard(
        Guarded.ASSUMPTIONS,
        Standing.CLEAR,
        text("The location still lacks the label.", "保存場所にはまだラベルがありません。"),
    ),
    Guard(Guarded.UNCHANGED, Standing.CLEAR, text("As it was in the plan.", "計画時と同じです。")),
    Guard(Guarded.IDLE, Standing.CLEAR, text("Nothing is running.", "実行中の処理はありません。")),
)
BUSY_GUARD = Guard(
    Guarded.IDLE,
    Standing.BLOCKED,
    text("Running now, and would fail: 1 backup.", "実行中のため失敗します：バックアップ 1 件。"),
    ("Backup openshift-adp/adhoc",),
)
PATCH = Access("patch", "velero.io", "backupstoragelocations", NAMESPACE, "custom")
LIST = Access("list", "velero.io", "backupstoragelocations", NAMESPACE)


class FakePlan(Plan):
    """A plan whose script is known."""

    def script(self, language: str) -> str:
        return f"# script in {language}"


@dataclass(frozen=True)
class Left:
    """What an earlier run left."""

    done: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    same_procedure: bool = True


class FakeRunbook:
    """Steps of the issue in `screen_fakes`, in order."""

    id = "20250701T120000-fake"
    record_problem: Text | None = None
    record = "/state/oadp-doctor/20250701T120000-fake.jsonl"

    def __init__(self, target: Target = TARGET, mode: Mode = Mode.LIVE, **requests: Any) -> None:
        self.issue = ISSUES["imagestream-registry-secret-missing"]
        self.cause = "bsl-unlabelled"
        self.finding = MISSING_SECRET
        self.target = target
        self.requests = requests
        """Changes to requests, such as their risk."""
        procedure = self.issue.procedure
        assert procedure is not None
        self.states = {step.id: StepState.PENDING for step in procedure.steps}
        self.taken = ""
        self.values = {"bsl": "custom"}
        self.ran: list[Request] = []
        self.notes: list[str] = []
        self.output = ["NAME     PHASE       LABELS", "custom   Available   <none>"]
        self.hold = False
        self.gate = asyncio.Event()
        self.refusal: Text | None = None
        self.previews = asyncio.Event()
        self.previews.set()
        self.guards = CLEAR
        self.consequences: tuple[Text, ...] = ()
        self.inspected = 0
        self.changed: list[tuple[str, ...]] = []
        """Differences: each of the next runs finds that the object has changed."""
        self.plans = asyncio.Event()
        self.plans.set()
        self.allowed: bool | None = True
        self.unread: tuple[Text, ...] = ()
        self.missing: Text | None = None
        self.mode = mode
        self.resumed: Left | None = None
        self.outcome = StepState.DONE
        """What a look at an unknown outcome tells."""
        self.settled: list[str] = []
        self.no_undo = False
        self.notes_of: dict[str, Text] = {}
        self.closed = False
        self.snapshots: list[Snapshot] = []

    @property
    def steps(self) -> tuple[StepView, ...]:
        procedure = self.issue.procedure
        assert procedure is not None
        return tuple(
            StepView(
                step,
                step.title.fill(self.values),
                step.why.fill(self.values),
                self.states[step.id],
                self.notes_of.get(step.id),
                self.requests.get("risk", step.risk) if step.risk is not Risk.READ else step.risk,
                OPTIONS if step.kind is StepKind.CHOOSE else (),
                self.taken if step.kind is StepKind.CHOOSE else "",
            )
            for step in procedure.steps
        )

    @property
    def current(self) -> StepView | None:
        unfinished = (StepState.PENDING, StepState.RUNNING, StepState.FAILED, StepState.UNKNOWN)
        return next((view for view in self.steps if view.state in unfinished), None)

    @property
    def finished(self) -> bool:
        return self.current is None

    @property
    def inputs(self) -> tuple[InputView, ...]:
        return (
            InputView(
                "bsl",
                text("Storage location", "保存場所"),
                self.values["bsl"],
                ("custom", "dpa-1"),
                None,
            ),
        )

    def set_input(self, name: str, value: str) -> Text | None:
        if not value.replace("-", "").isalnum():
            return text("Not a name of an object", "オブジェクト名ではありません")
        self.values[name] = value
        return None

    def choose(self, step: str, option: str) -> None:
        self.taken = option
        self.states[step] = StepState.DONE

    def tick(self, step: str) -> None:
        self.states[step] = StepState.DONE

    def skip(self, step: str) -> None:
        self.states[step] = StepState.SKIPPED

    def request(self, step: str, *, undo: bool = False) -> Request:
        view = next(view for view in self.steps if view.step.id == step)
        if not view.step.run:
            raise NotReady(text("This step has no command", "コマンドはありません"))
        arguments = tuple(fill(each, self.values) for each in view.step.run)
        base = Request(
            step,
            "undo" if undo else "run",
            self.target.argv(NAMESPACE, arguments),
            None,
            view.risk,
            undo=text("Remove the label again.", "ラベルを再度削除します。"),
            undo_command=f"oc -n {NAMESPACE} label backupstoragelocations.velero.io custom "
            "app.kubernetes.io/component-",
        )
        return replace(base, **self.requests) if view.risk is not Risk.READ else base

    def undoable(self, step: str) -> bool:
        return self.states[step] is StepState.DONE and not self.no_undo

    async def plan(self) -> Plan:
        await self.plans.wait()
        steps = []
        for number, view in enumerate(self.steps, 1):
            access = {Risk.READ: LIST}.get(view.risk, PATCH)
            permissions = (Permission(access, self.allowed),) if view.step.run else None
            command = self.request(view.step.id).shown if view.step.run else None
            missing = self.missing if view.step.run and view.risk is not Risk.READ else None
            steps.append(
                PlannedStep(
                    view, number, command, missing, view.risk, 90 if number == 4 else 5,
                    permissions, None, False,
                )
            )  # fmt: skip
        every = (Permission(LIST, True), Permission(PATCH, self.allowed))
        return FakePlan(tuple(steps), every, self.target.program, self.unread, self)  # type: ignore[arg-type]

    async def settle(self, step: str) -> StepState:
        self.settled.append(step)
        self.states[step] = self.outcome
        self.notes_of[step] = text("The object has the label now.", "ラベルが付いています。")
        return self.outcome

    async def inspect(self, request: Request) -> Inspection:
        await self.previews.wait()
        self.inspected += 1
        if self.refusal is not None:
            preview = Preview(True, (), self.refusal, refused=True)
        else:
            preview = Preview(
                True,
                ("  metadata:", "    labels:", "+     app.kubernetes.io/component: bsl"),
                text("This is the difference it would make.", "次の差分が生じます。"),
            )
        return Inspection(request, self.guards, preview, self.consequences)

    async def run(
        self, request: Request, approval: Approval | None = None
    ) -> AsyncIterator[RunEvent]:
        if not self.target.can_run:
            raise Refused(text("Nothing runs here", "実行できません"))
        if request.risk is not Risk.READ and approval is None and self.mode is Mode.LIVE:
            raise NotApproved(text("Not approved", "未承認"))
        if request.risk is not Risk.READ and self.changed:
            message = text("The object has changed.", "オブジェクトが変更されています。")
            raise Changed(message, self.changed.pop(0))
        self.ran.append(request)
        self.states[request.step] = StepState.RUNNING
        outcome = StepState.UNKNOWN if request.risk is not Risk.READ else StepState.PENDING
        try:
            for line in self.output:
                yield Line("stdout", line)
            if self.hold:
                await self.gate.wait()
            outcome = StepState.PENDING if request.purpose == "undo" else StepState.DONE
            if self.mode is Mode.DRY_RUN and request.risk is not Risk.READ:
                outcome = StepState.DRY_RUN
            yield Exited(Ending.EXIT, 0, 0.4)
        finally:
            self.states[request.step] = outcome

    async def wait(self, step: str, progress: Callable[[Any, float], None]) -> StepState:
        self.states[step] = StepState.RUNNING
        try:
            progress(None, 0.0)
            await self.gate.wait()
        except asyncio.CancelledError:
            self.states[step] = StepState.PENDING
            raise
        self.states[step] = StepState.DONE
        return StepState.DONE

    def refresh(self, state_snapshot: Snapshot) -> None:
        self.snapshots.append(state_snapshot)

    def note(self, note: str) -> None:
        self.notes.append(note)

    def close(self) -> None:
        self.closed = True


BUSY = (ObjectRef("Backup", NAMESPACE, "adhoc"),)
