"""Earlier sessions: what was done in each, a note, an export, and going on with one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from tui import keys
from tui.engine.record import NoRecord
from tui.engine.records import Summary, export, list_sessions
from tui.engine.request import Stopped
from tui.engine.session_files import export_file, write_note
from tui.language import _, language, say
from tui.rows import sessions as rows
from tui.screens.ask import ask
from tui.screens.base import DoctorScreen, TooSmall
from tui.screens.question import AskScreen
from tui.screens.texts import NOTE
from tui.text import visible
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from knowledge.text import Text
    from tui.engine.session import Session, State


class SessionsScreen(DoctorScreen[str | None]):
    """Lists records, newest first; answers the id of the one to go on with, or None."""

    BINDINGS: ClassVar[list[BindingType]] = keys.SESSIONS
    status = query_one(StatusLine)
    list = query_one("#sessions", RowList)
    page = query_one("#record", RowList)

    def __init__(self, session: Session, folder: Path | None = None) -> None:
        """Prepare the screen.

        Args:
            session: What the status line tells of.
            folder: Where records are; default: the state folder.
        """
        super().__init__()
        self.session = session
        self._folder = folder
        self._found: tuple[Summary, ...] | None = None
        self._open = ""
        """Id of the record that is read; empty: the list is shown."""
        self._text: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list, and the record in its place."""
        yield StatusLine()
        with Vertical(id="sessions-side"):
            yield Static(Content(""), id="sessions-title")
            yield RowList(id="sessions")
            yield RowList(id="record")
        yield KeyBar()
        yield TooSmall()

    @property
    def stands(self) -> bool:
        """Whether all its parts are there."""
        return len(self.query("StatusLine, #sessions, #record, #sessions-title")) == 4

    def on_mount(self) -> None:
        """Show the list, and read it in a thread."""
        self.page.click_chooses = True
        self.refresh_facts(self.session.state)
        self.render_rows()
        self.list.focus()
        self._read_list()

    def refresh_facts(self, new: State) -> None:
        """Tell of the source on the status line."""
        if self.stands:
            read_only = bool(getattr(self.app, "read_only", False))
            self.status.show(new, read_only=read_only)

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.render_rows()
        if self._open:
            self._read_record(self._open)

    def render_rows(self, *, top: bool = False) -> None:
        """Show the list, or the record that is open."""
        if not self.stands:
            return
        opened = self.chosen() if self._open else None
        title = _("Sessions") if opened is None else _("Session {id}").format(id=opened.id)
        self.query_one("#sessions-title", Static).update(
            Content.styled(title, "bold $text-primary")
        )
        self.list.display = opened is None
        self.page.display = opened is not None
        self.list.set_rows(rows.sessions(self._found), top=top and opened is None)
        if opened is not None:
            self.page.set_rows(rows.record(opened, self._text), top=top)
        self.refresh_bindings()

    def chosen(self) -> Summary | None:
        """Return the session that is read, or the one under the cursor."""
        id = self._open or self.list.cursor.removeprefix("session:")
        return next((each for each in self._found or () if each.id == id), None)

    # Reading, in threads

    @work(exclusive=True, group="list")
    async def _read_list(self) -> None:
        try:
            self._found = await asyncio.to_thread(list_sessions, self._folder)
        except NoRecord as problem:
            self._found = ()
            self._say(problem.message)
        self.render_rows()

    @work(exclusive=True, group="record")
    async def _read_record(self, id: str) -> None:
        try:
            text = await asyncio.to_thread(export, id, "markdown", language(), self._folder)
        except NoRecord as problem:
            self._say(problem.message)
            self._close_record()
            return
        if self._open == id:
            self._text = text
            self.render_rows()

    @on(RowList.Chosen, "#sessions")
    def _session_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self._open = event.key.removeprefix("session:")
        self._text = None
        self.render_rows(top=True)
        self.page.focus()
        self._read_record(self._open)

    @on(RowList.Chosen, "#record")
    def _record_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        if event.key == "resume":
            self.action_resume()

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self.refresh_bindings()

    # Keys

    def action_resume(self) -> None:
        """Go on with the session: the app opens it."""
        session = self.chosen()
        if session is not None and rows.can_go_on(session):
            self.dismiss(session.id)

    @work(exclusive=True, group="question")
    async def action_note(self) -> None:
        """Write a note into the record."""
        session = self.chosen()
        text = await ask(self.app, AskScreen(NOTE)) if session is not None else None
        if session is None or not text:
            return
        try:
            await asyncio.to_thread(write_note, session.id, text, self._folder)
        except (NoRecord, Stopped) as problem:
            self._say(problem.message)
            return
        self.app.notify(_("Noted."), markup=False, timeout=2)
        self._read_list()
        if self._open:
            self._read_record(self._open)

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        """Write the record as Markdown into the current folder."""
        session = self.chosen()
        if session is None:
            return
        try:
            path = await asyncio.to_thread(
                export_file, session.id, language(), Path.cwd(), self._folder
            )
        except (NoRecord, OSError) as problem:
            self._say(getattr(problem, "message", None))
            return
        words = _("Written to {path}").format(path=path)
        self.app.notify(visible(words), markup=False, timeout=8)

    def action_back(self) -> None:
        """Go from the record to the list, from the list to where one came from."""
        if self._open:
            self._close_record()
        else:
            self.dismiss(None)

    def _close_record(self) -> None:
        self._open = ""
        self._text = None
        self.render_rows()
        self.list.focus()

    def _say(self, message: Text | None) -> None:
        words = say(message) or _("The current folder is not there any more.")
        self.app.notify(visible(words), severity="warning", markup=False, timeout=10)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if not self.is_mounted or action not in ("resume", "note", "export"):
            return True
        session = self.chosen()
        if session is None:
            return None
        return True if action != "resume" or rows.can_go_on(session) else None
