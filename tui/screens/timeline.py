"""The timeline of one backup or restore: all that is known of it on one axis."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from knowledge.history import Entry, History, OfFinding
from knowledge.history_of import history
from knowledge.snapshot import LogHit, ObjectRef
from tui import keys_commands
from tui.language import _
from tui.messages import FetchWanted, FindingView, LogView, LogWanted, ObjectView, View
from tui.rows import timeline as rows
from tui.screens.base import DoctorScreen, TooSmall
from tui.text import Tone, state
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.engine.session import Session, State

_LIST = "#timeline"
_CALM: Final = 1.0
"""Seconds between two times of putting everything together."""


class TimelineScreen(DoctorScreen[View | None]):
    """Shows what happened; answers what to look at next, or None."""

    CSS_PATH: ClassVar[str] = "../styles/timeline.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keys_commands.TIMELINE
    status = query_one(StatusLine)
    list = query_one(_LIST, RowList)

    def __init__(
        self,
        ref: ObjectRef,
        session: Session,
        *,
        can_fetch: bool = False,
        opens_logs: bool = False,
    ) -> None:
        """Prepare the screen.

        Args:
            ref: the Backup or Restore.
            session: what is known.
            can_fetch: whether its stored log could be fetched.
            opens_logs: whether logs can be shown in full.
        """
        super().__init__()
        self.ref = ref
        self.session = session
        self.can_fetch = can_fetch
        self.opens_logs = opens_logs
        self.history: History | None = None
        self._read = False
        self._newest: State | None = None
        """A state that was not looked at yet."""
        self._gathering = False
        self._opened: set[str] = set()
        self._entries: dict[str, Entry] = {}

    def compose(self) -> ComposeResult:
        """Lay out heading, axis, entries and the selected one in full."""
        yield StatusLine()
        yield Static(Content(""), id="timeline-heading", classes="timeline-line")
        yield Static(Content(""), id="timeline-axis", classes="timeline-line")
        yield RowList(id="timeline")
        yield Static(Content(""), id="timeline-detail")
        yield KeyBar()
        yield TooSmall()

    @property
    def stands(self) -> bool:
        """Whether all its parts are there."""
        return len(self.query("StatusLine, #timeline, #timeline-detail, #timeline-axis")) == 4

    def on_mount(self) -> None:
        """Show what is known by now."""
        self.refresh_facts(self.session.state)
        self.render_rows()
        self.list.focus()

    def refresh_facts(self, new: State) -> None:
        """Put the history together anew, once what is being put together is done."""
        if not self.stands:
            return
        self.status.show(new, read_only=bool(getattr(self.app, "read_only", False)))
        self._newest = new
        if not self._gathering:
            self._gathering = True
            self._gather()

    @work(group="timeline")
    async def _gather(self) -> None:
        """Follow the newest state, one at a time: it may take a second, and states are many."""
        try:
            while (new := self._newest) is not None:
                self._newest = None
                # Thousands of objects and lines: work for another thread.
                made = await asyncio.to_thread(history, self.ref, new.snapshot, new.diagnosis)
                first = not self._read
                self._read, self.history = True, made
                self._entries = dict(rows.every(made)) if made is not None else {}
                self.render_rows(top=first)
                if not first:
                    await asyncio.sleep(_CALM)
        finally:
            self._gathering = False

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.render_rows()

    # What is shown

    def render_rows(self, *, top: bool = False) -> None:
        """Show everything that is known."""
        if not self.stands:
            return
        found = self.history
        if found is None:
            words = _("It does not exist.") if self._read else _("reading")
            tone = Tone.OFF if self._read else Tone.BUSY
            self.query_one("#timeline-heading", Static).update(state(tone, words))
            self.list.set_rows([])
            return
        clock, width = self.size.width >= 100, self._bars()
        self.query_one("#timeline-heading", Static).update(rows.heading(found))
        self.query_one("#timeline-axis", Static).update(rows.axis(found, width, clock=clock))
        self.list.set_rows(rows.rows(found, self._opened, width, clock=clock), top=top)
        self._tell()
        self.refresh_bindings()

    def _bars(self) -> int:
        """Return how many cells the bars have."""
        return max(12, self.size.width // 4)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new size."""
        self.call_after_refresh(self.render_rows)

    @on(RowList.Highlighted, _LIST)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self._tell()
        self.refresh_bindings()

    def _tell(self) -> None:
        entry = self._entries.get(self.list.cursor)
        shown = Content("")
        if entry is not None and self.history is not None:
            shown = rows.detail(entry, self.history)
        self.query_one("#timeline-detail", Static).update(shown)

    # Keys

    @on(RowList.Chosen, _LIST)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        entry = self._entries.get(event.key)
        if entry is None:
            return
        if isinstance(entry.lead, LogHit) and not entry.parts and self.opens_logs:
            # The log is shown over the timeline, which one comes back to.
            self.app.post_message(LogWanted((entry.lead.log,), entry.lead))
        elif entry.parts:
            self._opened ^= {event.key}
            self.render_rows()
        elif (view := self._leads_to(entry)) is not None:
            self.dismiss(view)

    def _leads_to(self, entry: Entry) -> View | None:
        match entry.lead:
            case OfFinding(key):
                return FindingView(key)
            case ObjectRef():
                return ObjectView(entry.lead)
            case LogHit():
                return LogView(ref=self.ref)
            case None:
                return None

    def action_fetch(self) -> None:
        """Fetch its stored log, which tells more."""
        self.app.post_message(FetchWanted((self.ref,)))

    def action_object(self) -> None:
        """Look at the backup or restore itself."""
        self.dismiss(ObjectView(self.ref))

    def action_back(self) -> None:
        """Go back to where it was opened."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        return self.can_fetch if action == "fetch" else True
