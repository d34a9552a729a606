"""What the app opens over its main screen: runbooks, earlier sessions, looks, the oc prompt."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App

from knowledge.finding import Finding
from knowledge.text import Text
from tui.engine.mode import Mode
from tui.language import _, say
from tui.messages import (
    FetchWanted,
    FindingView,
    LogsWanted,
    LogWanted,
    LookWanted,
    RevealWanted,
    RunbookWanted,
    TimelineWanted,
    View,
    WalkthroughWanted,
)
from tui.screens.main import MainScreen
from tui.text import visible

if TYPE_CHECKING:
    from knowledge.snapshot import LogHit, ObjectRef
    from tui.engine.launch import Launch
    from tui.engine.logs.text import LogText
    from tui.engine.prompt import Prompt
    from tui.engine.runbook import Runbook
    from tui.engine.session import Session


class Openings(App[int]):
    """The part of the app that opens screens for work; `tui.app` is the rest."""

    launch: Launch
    session: Session | None

    def __init__(self) -> None:
        super().__init__()
        self._runbooks: dict[str, Runbook] = {}
        """Runbooks that were begun, by finding: leaving the screen does not end them."""
        self._prompt: Prompt | None = None
        """The oc prompt of the session; looks at objects run through it too."""

    @property
    def main(self) -> MainScreen:
        """The main screen, below everything else."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)  # noqa: S101
        return screen

    def close_work(self) -> None:
        """End runbooks and the prompt; their records stay."""
        for runbook in self._runbooks.values():
            runbook.close()
        self._runbooks.clear()
        if self._prompt is not None:
            self._prompt.close()
            self._prompt = None

    # Runbooks

    @on(RunbookWanted)
    def _runbook_wanted(self, event: RunbookWanted) -> None:
        if self.session is None:
            return
        if (begun := self._runbooks.get(event.finding)) is not None:
            # The finding may be gone already; the steps that verify it are not.
            self._show_runbook(begun, self.session)
            return
        findings = self.session.state.diagnosis.findings
        found = next((each for each in findings if each.key == event.finding), None)
        if found is None or not found.procedure:
            self.notify(_("There is no runbook for it."), markup=False)
            return
        self._open_runbook(found)

    @work(exclusive=True, group="runbook")
    async def _open_runbook(self, finding: Finding, mode: Mode | None = None) -> None:
        session = self.session
        if session is None:
            return
        from tui.engine.request import Stopped

        try:
            runbook = self.launch.runbook(session, finding, mode)
        except (self.launch.problem, Stopped) as problem:
            self.notify(visible(say(problem.message)), severity="warning", markup=False)
            return
        if session.source.can_run and not runbook.target.can_run:
            why = self.launch.program_problem()
            if why is not None:
                self.notify(visible(say(why)), severity="warning", markup=False, timeout=10)
        self._runbooks[finding.key] = runbook
        self._show_runbook(runbook, session)

    def _show_runbook(self, runbook: Runbook, session: Session) -> None:
        from tui.screens.runbook import RunbookScreen

        self.push_screen(RunbookScreen(runbook, session), partial(self._runbook_left, runbook))

    def _runbook_left(self, left: Runbook, mode: Mode | None) -> None:
        for key, runbook in list(self._runbooks.items()):
            anew = mode is not None and runbook is left
            if runbook.finished or anew:
                del self._runbooks[key]
                runbook.close()
        if self.screen_stack and self.main.stands:
            from tui.rows.begun import begun

            self.main.findings.offer([*begun(self._runbooks)])
        if mode is not None and left.finding is not None:
            self._open_runbook(left.finding, mode)

    # Earlier sessions

    def action_sessions(self) -> None:
        """Show what was done in earlier sessions."""
        from tui.screens.sessions import SessionsScreen

        if self.session is not None and not isinstance(self.screen, SessionsScreen):
            self.push_screen(SessionsScreen(self.session), self._session_wanted)

    def _session_wanted(self, id: str | None) -> None:
        if id is None or self.session is None:
            return
        begun = next((each for each in self._runbooks.values() if each.id == id), None)
        if begun is not None:
            self._show_runbook(begun, self.session)
        else:
            self._reopen_runbook(id)

    @work(exclusive=True, group="runbook")
    async def _reopen_runbook(self, id: str) -> None:
        session = self.session
        if session is None:
            return
        from tui.engine.records import NoRecord
        from tui.engine.request import Stopped

        try:
            runbook = self.launch.reopen(session, id)
        except (self.launch.problem, Stopped, NoRecord) as problem:
            words = visible(say(problem.message))
            self.notify(words, severity="warning", markup=False, timeout=10)
            return
        key = runbook.finding.key if runbook.finding is not None else f"session:{id}"
        if (other := self._runbooks.pop(key, None)) is not None:
            # One runbook a finding: the one that was begun here stays in its record.
            other.close()
        self._runbooks[key] = runbook
        self._show_runbook(runbook, session)

    # Commands beyond the runbook

    def prompt(self) -> Prompt | None:
        """Return the oc prompt of the session; None, with the reason told, if nothing can run."""
        if self.session is None:
            return None
        if self._prompt is None:
            from tui.engine.prompt import open_prompt

            target = self.launch.build_target(self.session)
            if self.launch.dry_run:
                # Nothing is changed under --dry-run, from wherever it is asked for.
                target = replace(target, read_only=True)
            if not target.can_run:
                why = self.launch.program_problem()
                words = (
                    say(why) if why is not None else _("Nothing can be run against this source.")
                )
                self.notify(visible(words), severity="warning", markup=False)
                return None
            self._prompt = open_prompt(self.session, target)
        return self._prompt

    def action_prompt(self) -> None:
        """Open the oc prompt."""
        from tui.screens.prompt import PromptScreen

        prompt = self.prompt()
        if prompt is None or self.session is None:
            return
        if not any(isinstance(screen, PromptScreen) for screen in self.screen_stack):
            self.push_screen(PromptScreen(prompt, self.session))

    @on(LookWanted)
    def _look_wanted(self, event: LookWanted) -> None:
        from tui.engine.object_commands import About
        from tui.screens.looks import look

        if event.about is About.LOGS and self._opens_logs(event.ref):
            return
        prompt = self.prompt()
        if prompt is None or self.session is None:
            return
        screen = look(event.about, event.ref, prompt, self.session.state)
        if isinstance(screen, Text):
            self.notify(visible(say(screen)), severity="warning", markup=False, timeout=10)
        else:
            self.push_screen(screen)

    def _opens_logs(self, ref: ObjectRef) -> bool:
        """Open the logs that tell of an object in the log view; return whether that is possible."""
        from tui.engine.object_commands import followed_logs
        from tui.engine.ports import LogSource
        from tui.screens.logs import LogsScreen

        if self.session is None or not isinstance(self.session.source, LogSource):
            return False
        snapshot = self.session.state.snapshot
        logs = followed_logs(ref, snapshot)
        if len(logs) == 1:
            self.post_message(LogWanted(logs))
        elif logs:
            self.push_screen(LogsScreen(snapshot, logs), self._log_left)
        return bool(logs)

    @on(FetchWanted)
    def _fetch_wanted(self, event: FetchWanted) -> None:
        if event.refs:
            self._fetch(event.refs)

    @work(exclusive=True, group="fetch")
    async def _fetch(self, refs: tuple[ObjectRef, ...]) -> None:
        from tui.engine.retrieval import Keeper
        from tui.screens.fetch import fetch

        prompt, session = self.prompt(), self.session
        if prompt is not None and session is not None and isinstance(session.source, Keeper):
            await fetch(self, prompt, session, session.source, refs)

    @on(TimelineWanted)
    def _timeline_wanted(self, event: TimelineWanted) -> None:
        if event.refs:
            self._timeline(event.refs)

    @work(exclusive=True, group="timeline")
    async def _timeline(self, refs: tuple[ObjectRef, ...]) -> None:
        from tui.engine.ports import LogSource
        from tui.engine.retrieval import Keeper
        from tui.screens.ask import ask
        from tui.screens.choice import ChoiceScreen
        from tui.screens.fetch import WHOSE
        from tui.screens.timeline import TimelineScreen

        session = self.session
        if session is None:
            return
        chosen: int | None = 0
        if len(refs) > 1:
            chosen = await ask(self, ChoiceScreen(WHOSE, [str(each) for each in refs]))
        if chosen is not None:
            can_fetch = session.source.can_run and isinstance(session.source, Keeper)
            screen = TimelineScreen(
                refs[chosen],
                session,
                can_fetch=can_fetch,
                opens_logs=isinstance(session.source, LogSource),
            )
            self.push_screen(screen, self._timeline_left)

    def _timeline_left(self, view: View | None) -> None:
        if view is not None:
            self.main.open(view)

    @on(RevealWanted)
    def _reveal_wanted(self, event: RevealWanted) -> None:
        from tui.screens.reveal import RevealScreen

        prompt, ref = self.prompt(), event.ref
        if prompt is not None:
            self.push_screen(
                RevealScreen(
                    ref.namespace,
                    ref.name,
                    partial(prompt.keys_of, ref.namespace, ref.name),
                    partial(prompt.reveal, ref.namespace, ref.name),
                )
            )

    # Logs

    @on(LogsWanted)
    def _logs_wanted(self) -> None:
        from tui.screens.logs import LogsScreen

        if self.session is not None:
            self.push_screen(LogsScreen(self.session.state.snapshot), self._log_left)

    @on(LogWanted)
    async def _log_wanted(self, event: LogWanted) -> None:
        from tui.engine.logs.opening import open_logs

        if self.session is None:
            return
        text = await open_logs(self.session.source, event.logs, event.path)
        if isinstance(text, Text):
            self.notify(visible(say(text)), severity="warning", markup=False, timeout=10)
        else:
            self.show_log(text, event.logs, event.hit)

    def show_log(
        self, text: LogText, logs: tuple[str, ...] = (), hit: LogHit | None = None
    ) -> None:
        """Show a log in full.

        Args:
            text: the log; it is closed with the screen.
            logs: its name in findings, several if it is merged: their evidence is marked.
            hit: the line to begin at; None: the last one.
        """
        from tui.screens.log import LogScreen

        if self.session is not None:
            screen = LogScreen(text, logs or (text.name,), hit, self.session.state)
            self.push_screen(screen, self._log_left)

    def _log_left(self, wanted: FindingView | LogWanted | None) -> None:
        if isinstance(wanted, LogWanted):
            self.post_message(wanted)
        elif wanted is not None:
            while len(self.screen_stack) > 1 and not isinstance(self.screen, MainScreen):
                self.pop_screen()
            self.main.open(wanted)

    @on(WalkthroughWanted)
    def _walkthrough_wanted(self, event: WalkthroughWanted) -> None:
        from tui.engine.request import Stopped
        from tui.screens.runbook import RunbookScreen

        if self.session is None:
            return
        try:
            runbook = self.launch.walkthrough(self.session, event.issue, event.cause)
        except Stopped as stopped:
            self.notify(visible(say(stopped.message)), severity="warning", markup=False)
            return
        self.push_screen(RunbookScreen(runbook, self.session), lambda _mode: runbook.close())
