"""The logs of a source: one to open, several to be shown as one, or a file."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from knowledge.snapshot import LogGroup, LogRead, Snapshot
from knowledge.text import Text
from tui import keys
from tui.engine.logs.opening import available
from tui.language import _
from tui.messages import LogWanted
from tui.screens.ask import ask
from tui.screens.base import DoctorModal
from tui.text import join, lines_counted, one_line
from tui.widgets.row_list import Row, RowList

_PATH: Final = Text(en="Path of a log file", ja="ログファイルのパス")
_MOST: Final = 16
"""Rows of the list that are in sight."""


class LogsScreen(DoctorModal[LogWanted | None]):
    """Asks which log to show; the answer is None if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.LOGS, *keys.CLOSE]

    def __init__(self, snapshot: Snapshot, only: tuple[str, ...] = ()) -> None:
        """Take the logs that there are at the moment.

        Args:
            snapshot: has the logs.
            only: the names of those to choose from; default: all, or a file.
        """
        super().__init__()
        self._logs: list[LogRead] = available(snapshot)
        self._only = only
        if only:
            known = {each.log: each for each in snapshot.logs}
            unread = LogGroup.UNKNOWN
            self._logs = [known.get(each) or LogRead(each, unread, 0) for each in only]
        self._marked: dict[str, None] = {}

    def compose(self) -> ComposeResult:
        """Lay out title, hint and list."""
        with Vertical(classes="window"):
            yield Static(Content(""), classes="window-title")
            yield RowList(id="logs")
            yield Static(Content(""), id="logs-hint")

    def on_mount(self) -> None:
        """Begin at the first log."""
        self.query_one("#logs", RowList).focus()
        self.translate()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.query_one(".window-title", Static).update(Content(_("Which log?")))
        words = _("space marks logs; Enter shows those that are marked as one, by time")
        self.query_one("#logs-hint", Static).update(join((words, "$text-muted")))
        self._show()

    def _show(self) -> None:
        rows = []
        if len(self._logs) > 1:
            rows.append(Row("all", Content(_("All logs as one, by time"))))
        for each in self._logs:
            sign = "✓ " if each.log in self._marked else "  "
            lines = lines_counted(each.lines)
            right = join((lines, "$text-muted")) if each.lines else None
            content = Content.styled(sign, "bold $text-accent") + one_line(each.log)
            rows.append(Row(f"log:{each.log}", content, right=right))
        if not self._only:
            rows.append(Row("file", Content(_("A log file…"))))
        listed = self.query_one("#logs", RowList)
        listed.styles.height = min(len(rows), _MOST)
        listed.set_rows(rows)

    def action_mark(self) -> None:
        """Mark the log under the cursor, or take the mark away."""
        kind, _colon, log = self.query_one("#logs", RowList).cursor.partition(":")
        if kind != "log":
            return
        if log in self._marked:
            del self._marked[log]
        else:
            self._marked[log] = None
        self._show()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        kind, _colon, log = event.key.partition(":")
        if kind == "file":
            self._ask_for_file()
        elif kind == "all":
            self.dismiss(LogWanted(tuple(each.log for each in self._logs)))
        elif self._marked:
            self.dismiss(LogWanted(tuple(dict.fromkeys((*self._marked, log)))))
        else:
            self.dismiss(LogWanted((log,)))

    @work(exclusive=True, group="question")
    async def _ask_for_file(self) -> None:
        from tui.screens.question import AskScreen

        path = await ask(self.app, AskScreen(_PATH))
        if path:
            self.dismiss(LogWanted((path,), path=path))

    def action_close(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
