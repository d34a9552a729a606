"""The page of a log on the screen: lines, counts, and the box in which is typed what is wanted."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui import keys
from tui.engine.logs.marks import marks
from tui.engine.logs.place import Place
from tui.engine.logs.requests import Edge, Fit, Narrow, Next, Search, Show
from tui.engine.logs.viewer import Viewer
from tui.engine.logs.wanted import Level, Wanted, pattern
from tui.language import _
from tui.messages import FindingView, LogWanted
from tui.rows import log as rows
from tui.screens.base import DoctorScreen, TooSmall
from tui.widgets.key_bar import KeyBar
from tui.widgets.log_lines import LogLines, rows_of
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.survivor import Survivor

if TYPE_CHECKING:
    from knowledge.finding import Diagnosis
    from knowledge.snapshot import LogHit
    from tui.engine.logs.text import LogText
    from tui.engine.session import State

_PREFIX: Final = re.compile(r"\[([^\]\s]+)\] ")
"""The name of its log before a line of several logs."""
_LEVELS: Final = (Level.ALL, Level.WARNING, Level.ERROR)

Answer = FindingView | LogWanted | None
"""What is to be shown when the log is left."""


class LogBox(Survivor, Input):
    """Where is typed what is searched or filtered for."""

    BINDINGS: ClassVar[list[BindingType]] = keys.FILTER

    def action_leave_filter(self) -> None:
        """Keep it and go on in the lines."""
        self.screen.query_one(LogLines).focus()


class LogPage(DoctorScreen[Answer]):
    """Shows a log; leaving it closes the log."""

    CSS_PATH: ClassVar[str] = "../styles/log.tcss"

    class Woke(Message):
        """There is a new page, or more is known."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest matters."""
            return isinstance(message, LogPage.Woke)

    def __init__(
        self, text: LogText, logs: tuple[str, ...], hit: LogHit | None, first: State
    ) -> None:
        """Prepare the screen.

        Args:
            text: the log.
            logs: its name in findings, several if it is merged.
            hit: the line to begin at; None: the last one.
            first: the state that the screen begins with.
        """
        super().__init__()
        self.logs = logs
        self.viewer = Viewer(text, self._woken, measure=rows_of)
        self.wanted = Wanted()
        self.needle = ""
        self._first = first
        self.state = first
        self._judged: Diagnosis | None = None
        self._searching = False
        """Whether the box is for the search, not for the filter."""
        self._origin = 0
        """The line that was the current one when the search began."""
        self._pending = False
        self._said: dict[str, Content] = {}
        place = Place(hit.line, hit.time, hit.text) if hit is not None else None
        self.viewer.wish(Show(place) if place is not None else Edge(True))

    def compose(self) -> ComposeResult:
        """Lay out what is shown of which log, lines, fields, and how far it is."""
        yield StatusLine()
        yield Static(Content(""), id="log-heading", classes="log-line")
        yield LogLines()
        yield RowList(id="log-record")
        yield LogBox(id="log-box", classes="filter")
        yield Static(Content(""), id="log-standing", classes="log-line")
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin."""
        self.query_one(LogBox).display = False
        self.query_one("#log-record").display = False
        self.refresh_facts(self._first)
        self.lines.focus()
        self.viewer.start()
        self.translate()

    def on_unmount(self) -> None:
        """Close the log, however the screen goes."""
        self.viewer.close()

    @property
    def lines(self) -> LogLines:
        """Return where lines are shown."""
        return self.query_one(LogLines)

    @property
    def stands(self) -> bool:
        """Whether all its parts are there."""
        return len(self.query("StatusLine, LogLines, #log-record, LogBox, #log-standing")) == 5

    def refresh_facts(self, new: State) -> None:
        """Take a new state: how the connection is, and what is evidence."""
        self.state = new
        if self.stands:
            read_only = bool(getattr(self.app, "read_only", False))
            self.query_one(StatusLine).show(new, read_only=read_only)
        if new.diagnosis is not self._judged:
            self._judged = new.diagnosis
            self._mark(new)

    @work(exclusive=True, group="marks")
    async def _mark(self, new: State) -> None:
        found = await asyncio.to_thread(marks, new.diagnosis.findings, new.snapshot, self.logs)
        self.viewer.mark(found)

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.render_rows()

    # What is shown

    def _woken(self) -> None:
        """Hear from the viewer's threads."""
        if not self._pending:
            self._pending = True
            self.post_message(self.Woke())

    @on(Woke)
    def _on_woke(self) -> None:
        self._pending = False
        self.render_rows()

    def render_rows(self) -> None:
        """Show the page of the moment and how far it is."""
        if not self.stands:
            return
        page, now = self.viewer.page, self.viewer.standing()
        name = self.viewer.text.name
        heading = rows.heading(name, len(self.logs), self.wanted)
        self._say("#log-heading", heading)
        lines = self.lines
        if page is not lines.page:
            lines.show(page, now.size)
            self.show_record()
            self.refresh_bindings()
        selected = 0 if lines.selected_from is None else 1
        standing = rows.standing(now, page, selected=selected, judged=self._lines_judged())
        self._say("#log-standing", standing)
        box = self.query_one(LogBox)
        box.placeholder = (
            _("Search for this text") if self._searching else _("Lines with this text")
        )

    def _lines_judged(self) -> int | None:
        """Return how many lines of a pod's log were looked at for known issues: its last ones."""
        if len(self.logs) != 1 or not self.state.connection.context:
            return None
        read = (each.lines for each in self.state.snapshot.logs if each.log == self.logs[0])
        return next(read, None)

    def _say(self, where: str, content: Content) -> None:
        """Show a line, if it is another one: this comes with every page."""
        if self._said.get(where) != content:
            self._said[where] = content
            self.query_one(where, Static).update(content, layout=False)

    def show_record(self) -> None:
        """Show the fields of the current line, if they are wanted."""
        panel = self.query_one("#log-record", RowList)
        if panel.display:
            panel.set_rows(rows.record(self.viewer.page.record), top=True)

    @on(LogLines.Wished)
    def _wished(self, event: LogLines.Wished) -> None:
        event.stop()
        self.viewer.wish(event.wish)

    @on(LogLines.Fits)
    def _fits(self, event: LogLines.Fits) -> None:
        event.stop()
        self.viewer.wish(Fit(event.rows, event.width))

    # Searching and filtering

    def action_search(self) -> None:
        """Find a text as it is typed."""
        current = self.viewer.page.current
        self._origin = current.start if current is not None else 0
        self.open_box(self.needle, searching=True)

    def action_narrow(self) -> None:
        """Show only the lines with a text."""
        self.open_box(next(iter(self.wanted.texts), ""), searching=False)

    def open_box(self, value: str, *, searching: bool) -> None:
        """Let a text be typed, for the search or for the filter."""
        self._searching = searching
        box = self.query_one(LogBox)
        with self.prevent(Input.Changed):
            box.value = value
        box.display = True
        box.focus()
        self.render_rows()

    @on(Input.Changed, "#log-box")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._searching:
            self._search(event.value)
        else:
            texts = (event.value,) if event.value else ()
            self.narrow(replace(self.wanted, texts=texts))

    def _search(self, text: str) -> None:
        self.needle = text
        self.lines.found = pattern(text) if text else None
        self.lines.reveals = True
        self.viewer.wish(Search(text, self._origin))
        self.lines.refresh()

    def narrow(self, wanted: Wanted) -> None:
        """Show only the lines that are wanted."""
        self.wanted = wanted
        self.viewer.wish(Narrow(wanted))
        if not self.needle:
            text = next(iter(wanted.texts), "")
            self.lines.found = pattern(text) if text else None
        self.render_rows()
        self.refresh_bindings()

    @on(Input.Submitted, "#log-box")
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.close_box()

    def close_box(self) -> None:
        """Go on in the lines."""
        self.query_one(LogBox).display = False
        self.lines.focus()

    def action_match(self, step: int) -> None:
        """Go to the next match, or the one before."""
        self.lines.reveals = True
        self.viewer.wish(Next(step))

    def action_level(self) -> None:
        """Show only warnings and errors, then errors only, then everything."""
        place = (_LEVELS.index(self.wanted.level) + 1) % len(_LEVELS)
        self.narrow(replace(self.wanted, level=_LEVELS[place]))

    def action_pod(self) -> None:
        """Of several logs, show only that of the line; again: all."""
        current = self.viewer.page.current
        if self.wanted.pod:
            self.narrow(replace(self.wanted, pod=""))
        elif current is not None:
            named = _PREFIX.match(current.text)
            self.narrow(replace(self.wanted, pod=named[1] if named else ""))

    def action_everything(self) -> None:
        """Take all filters away."""
        self.narrow(Wanted())
