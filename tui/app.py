"""The app: opens a source, hands each new state to the screens, survives bugs."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on, work
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import WorkerFailed

from knowledge.snapshot import SourceType
from knowledge.text import Text
from tui import keys
from tui import settings as preferences
from tui.commands import open_palette
from tui.engine.ports import LogSource, Phase
from tui.knowledge_watch import KnowledgeWatch
from tui.language import LANGUAGE_NAMES, _, following, language, speak
from tui.messages import StateChanged
from tui.screens.base import DoctorModal, DoctorScreen
from tui.screens.main import MainScreen
from tui.text import visible
from tui.theme import THEMES
from tui.widgets.survivor import Survivor

if TYPE_CHECKING:
    from tui.engine.launch import Launch
    from tui.engine.session import Session, State

MOST_ERRORS: Final = 5
"""Unexpected errors that are survived; more of them means that nothing works any more."""


class DoctorApp(Survivor, KnowledgeWatch):
    """oadp-doctor's terminal UI."""

    TITLE = "oadp-doctor"
    CSS_PATH: ClassVar[list[str]] = [  # type: ignore[assignment]
        "styles/app.tcss",
        "styles/panes.tcss",
        "styles/runbook.tcss",
        "styles/questions.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = keys.APP
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        launch: Launch,
        *,
        settings: preferences.Settings | None = None,
        strict: bool = False,
    ) -> None:
        """Prepare the app; nothing is read before the first screen stands.

        Args:
            launch: How to make sessions, and what the command line said.
            settings: Preferences; None: the defaults, and nothing is saved.
            strict: Whether unexpected errors end the program, as tests want it.
        """
        super().__init__()
        self.launch = launch
        self.settings = settings or preferences.Settings()
        self.saves_settings = settings is not None
        self.strict = strict
        self.session: Session | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._errors = 0
        self._failed = False
        self.choice: Any = None
        self.read_only = launch.read_only
        self.protected = False
        """Whether the context is one where each change needs its name typed."""
        self.practice = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.settings.theme
        speak(launch.language)
        if self.settings.keys:
            self.set_keymap(self.settings.keys)

    def get_default_screen(self) -> Screen[Any]:
        """Return the main screen: the first paint."""
        return MainScreen()

    # Opening a source

    def on_mount(self) -> None:
        """Begin once the first frame is out."""
        self.call_after_refresh(self.reopen)

    def reopen(self, choice: Any = None) -> None:
        """Open a source in place of the present one; None: the one of the command line."""
        if choice is not None:
            self.choice = choice
        self._open()

    @work(exclusive=True, group="source")
    async def _open(self) -> None:
        gc.enable()
        await self._close()
        try:
            session = await asyncio.to_thread(self.launch.open, self.choice)
        except self.launch.problem as problem:
            self._start_screen(problem.message)
            return
        if not self.screen_stack or not self.main.stands:
            return
        self.session = session
        self._failed = False
        self._tell_problems(session)
        self.main.learn(
            session.knowledge,
            can_run=session.source.can_run,
            opens_logs=isinstance(session.source, LogSource),
        )
        self._unsubscribe = session.subscribe(self._on_state)
        self._on_state(session.state)
        await session.start()
        self.watch_knowledge()
        gc.collect()
        gc.freeze()

    def _tell_problems(self, session: Session) -> None:
        """Name what in the settings and in knowledge files could not be used."""
        for name in self.settings.problems:
            words = _("Not understood in the settings: {name}")
            self.notify(visible(words.format(name=name)), severity="warning", markup=False)
        self.tell_problems(session.knowledge)

    async def _close(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self.close_work()
        if self.screen_stack and self.main.stands:
            self.main.findings.offer(())
        if self.session is not None:
            session, self.session = self.session, None
            await session.stop()

    async def on_unmount(self) -> None:
        """Stop the source; it takes a second at most."""
        await self._close()

    def _on_state(self, state: State) -> None:
        self.post_message(StateChanged(state))

    @on(StateChanged)
    def _state_changed(self, event: StateChanged) -> None:
        if self.session is None or not self.screen_stack or not self.main.stands:
            return
        self._learn_place(self.session)
        self.main.show(event.state, read_only=self.read_only)
        for screen in self.screen_stack[1:]:
            # A screen that was just pushed shows the newest state itself, once it is laid out.
            if isinstance(screen, DoctorScreen | DoctorModal) and screen.stands:
                screen.refresh_facts(event.state)
        connection = event.state.connection
        if connection.phase is not Phase.FAILED:
            self._failed = False
            if connection.phase is Phase.READY:
                self._leave_start_screen()
        elif not self._failed:
            self._failed = True
            if not event.state.diagnosed:
                self._start_screen(connection.message)

    def _learn_place(self, session: Session) -> None:
        """Learn what every screen says of the place: whether it is practice, or protected."""
        from tui.engine.protection import is_protected

        self.practice = session.state.snapshot.source.type is SourceType.PRACTICE
        context = "" if self.practice else session.state.connection.context
        self.protected = is_protected(context, self.launch.protected)

    def _start_screen(self, why: Text | None) -> None:
        from tui.screens.start import StartScreen

        if not any(isinstance(screen, StartScreen) for screen in self.screen_stack):
            choice = self.choice or self.launch.choice
            self.push_screen(StartScreen(self.launch, why, choice), self._started)

    def _leave_start_screen(self) -> None:
        """Go on by itself when the source works after all, as after a login elsewhere."""
        if len(self.screen_stack) > 1:
            from tui.screens.start import StartScreen

            if isinstance(self.screen, StartScreen):
                self.pop_screen()

    def _started(self, choice: Any) -> None:
        if choice is not None:
            self.reopen(choice)

    # Language, help, leaving

    def action_language(self) -> None:
        """Switch to the other language, at once and everywhere."""
        wanted = following(language())
        speak(wanted)
        self.prefer(replace(self.settings, language=wanted))
        for screen in self.screen_stack:
            if isinstance(screen, DoctorScreen | DoctorModal) and screen.is_mounted:
                screen.translate()
        self.notify(LANGUAGE_NAMES[wanted], markup=False, timeout=2)

    def choose_theme(self, name: str) -> None:
        """Switch the theme and keep the choice."""
        self.theme = name
        self.prefer(replace(self.settings, theme=name))

    def prefer(self, wanted: preferences.Settings) -> None:
        """Keep preferences for the next start."""
        self.settings = wanted
        if self.saves_settings:
            preferences.save(wanted)

    def action_help(self) -> None:
        """Show all keys and signs."""
        from tui.screens.help import HelpScreen, keys_here

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(keys_here(self.screen)))

    def action_command_palette(self) -> None:
        """Find a command, an issue or an object by name."""
        open_palette(self)

    @work(exclusive=True, group="leave")
    async def action_leave(self) -> None:
        """Leave; asks only if a command is running."""
        for screen in self.screen_stack:
            if isinstance(screen, DoctorScreen) and not await screen.may_leave():
                return
        self.exit(0)

    async def action_quit(self) -> None:
        """Leave by ctrl+q, with the same question."""
        self.action_leave()

    def action_help_quit(self) -> None:
        """Answer ctrl+c, which neither ends the program nor a command by itself."""
        self.notify(_("ctrl+x stops a command, q leaves the program."), markup=False, timeout=4)

    # Bugs

    def survive(self, error: Exception) -> None:
        """Show an unexpected error and go on; the traceback goes to a file."""
        if self.strict or self._errors >= MOST_ERRORS or not self.is_running:
            super()._handle_exception(error)
            return
        from tui.screens.error import ErrorScreen, record

        self._errors += 1
        where = record(error)
        if not isinstance(self.screen, ErrorScreen):
            self.push_screen(ErrorScreen(error, where))

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed):
            cause = error.error
            error = cause if isinstance(cause, Exception) else error
        self.survive(error)


def run_app(launch: Launch) -> int:
    """Run the terminal UI; return the exit code."""
    settings = preferences.load()
    launch = replace(launch, protected=settings.protected)
    app = DoctorApp(launch, settings=settings)
    result = app.run()
    return result if isinstance(result, int) else int(app.return_code or 0)
