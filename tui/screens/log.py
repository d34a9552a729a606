"""One log in full, or several by time: any size, any line, found and filtered as it is typed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.binding import BindingType

from knowledge.text import Text
from tui import keys
from tui.engine.logs.page import Copied
from tui.engine.logs.place import Place
from tui.engine.logs.requests import Copy, Edge, NextMark, Show
from tui.engine.logs.saving import save
from tui.language import _, say
from tui.messages import FindingView
from tui.rows import log as rows
from tui.screens.ask import ask
from tui.screens.choice import ChoiceScreen
from tui.screens.log_page import LogBox, LogPage
from tui.text import visible
from tui.widgets.row_list import RowList

WHICH_RUN: Final = Text(en="Only which backup or restore?", ja="表示するバックアップまたは復元")
WHICH_LINE: Final = Text(en="Which line?", ja="行番号")
WHICH_FINDING: Final = Text(en="Evidence of", ja="この行を根拠とする検出結果")
_NO_NUMBER: Final = Text(en="A line is a number from 1.", ja="1 以上の数字を入力してください。")
_COPY_SECONDS: Final = 60.0
_RUN_FIELDS: Final = ("backup", "restore")


class LogScreen(LogPage):
    """The keys of the log view."""

    BINDINGS: ClassVar[list[BindingType]] = keys.LOG

    @work(exclusive=True, group="question")
    async def action_whose(self) -> None:
        """Show only what one backup or restore is about."""
        if self.wanted.run:
            self.narrow(replace(self.wanted, run=""))
            return
        names = self._runs()
        if not names:
            self.app.notify(_("No backup or restore is known."), markup=False, timeout=3)
            return
        chosen = await ask(self.app, ChoiceScreen(WHICH_RUN, names))
        if chosen is not None:
            self.narrow(replace(self.wanted, run=names[chosen].partition(" ")[2]))

    def _runs(self) -> list[str]:
        """Return backups and restores, that of the line first, then the newest."""
        record = self.viewer.page.record
        names: dict[str, None] = {}
        for field in _RUN_FIELDS:
            name = record.fields.get(field, "") if record is not None else ""
            if name:
                names[f"{field.capitalize()} {name.rsplit('/', 1)[-1]}"] = None
        for kind in ("Backup", "Restore"):
            every = self.state.snapshot.of(kind).items()
            for (_namespace, name), _body in sorted(every, key=_begun, reverse=True):
                names[f"{kind} {name}"] = None
        return [*names]

    # Evidence

    def action_evidence(self, step: int) -> None:
        """Go to the next line that is evidence, or the one before."""
        self.viewer.wish(NextMark(step))

    @work(exclusive=True, group="question")
    async def action_finding(self) -> None:
        """Leave for the finding that the line is evidence of."""
        current = self.viewer.page.current
        if current is None or not current.findings:
            return
        chosen: int | None = 0
        if len(current.findings) > 1:
            findings = {each.key: each for each in self.state.diagnosis.findings}
            titles = [
                say(findings[key].title) if key in findings else key for key in current.findings
            ]
            chosen = await ask(self.app, ChoiceScreen(WHICH_FINDING, titles))
        if chosen is not None:
            self.dismiss(FindingView(current.findings[chosen]))

    # Other keys

    def action_record(self) -> None:
        """Show the fields of the record; again: go there."""
        panel = self.query_one("#log-record", RowList)
        if panel.display:
            panel.focus()
            return
        panel.display = True
        self.show_record()

    def action_follow(self) -> None:
        """Go to the end, and on with new lines."""
        self.viewer.wish(Edge(True))
        self.viewer.poke()

    def action_wrap(self) -> None:
        """Break long lines, or not."""
        self.lines.wrap(not self.lines.wraps)

    def action_aside(self, steps: int) -> None:
        """Go to the side in long lines."""
        self.lines.aside(steps)

    def action_select(self) -> None:
        """Begin a selection at the line, or end it."""
        current = self.viewer.page.current
        lines = self.lines
        begins = lines.selected_from is None and current is not None
        lines.selected_from = current.start if begins and current is not None else None
        lines.refresh()
        self.render_rows()

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy the line, or all lines that are selected."""
        current = self.viewer.page.current
        if current is None:
            return
        first = self.lines.selected_from
        wish = Copy(current.start if first is None else first, current.start)
        if (copied := await self._taken(wish)) is None:
            return
        self.app.copy_to_clipboard(copied.text)
        words = _("{n} lines copied.") if copied.lines > 1 else _("1 line copied.")
        if copied.cut:
            words = _("The first {n} lines copied; the rest is too much for a clipboard.")
        self.app.notify(words.format(n=f"{copied.lines:,}"), markup=False, timeout=3)
        self._end_selection()

    @work(exclusive=True, group="copy")
    async def action_save(self) -> None:
        """Write the lines that are selected, else all that are shown, into a file."""
        current, first = self.viewer.page.current, self.lines.selected_from
        wish = Copy(self.viewer.text.start, None)
        if first is not None and current is not None:
            wish = Copy(first, current.start)
        if (copied := await self._taken(wish)) is None:
            return
        try:
            path = await asyncio.to_thread(save, copied.text, self.viewer.text.name, Path.cwd())
        except OSError as error:
            words = _("It cannot be written: {why}").format(why=error.strerror or error)
            self.app.notify(visible(words), severity="warning", markup=False, timeout=10)
            return
        one = copied.lines == 1
        words = _("1 line written to {path}") if one else _("{n} lines written to {path}")
        if copied.cut:
            words = _("The first {n} lines written to {path}; there are more.")
        words = words.format(n=f"{copied.lines:,}", path=path)
        self.app.notify(visible(words), markup=False, timeout=8)
        self._end_selection()

    async def _taken(self, wish: Copy) -> Copied | None:
        """Return the lines, unless that takes too long or somebody wants something else."""
        self.viewer.wish(wish)
        copied = None
        with suppress(TimeoutError):
            copied = await asyncio.wait_for(asyncio.wrap_future(wish.answer), _COPY_SECONDS)
        if copied is not None and copied.lines:
            return copied
        self.app.notify(_("No lines were copied."), severity="warning", markup=False, timeout=3)
        return None

    def _end_selection(self) -> None:
        self.lines.selected_from = None
        self.lines.refresh()
        self.render_rows()

    def action_copy_json(self) -> None:
        """Copy the fields of the record as JSON."""
        record = self.viewer.page.record
        if record is not None:
            self.app.copy_to_clipboard(rows.as_json(record))
            self.app.notify(_("Fields copied."), markup=False, timeout=2)

    @work(exclusive=True, group="question")
    async def action_line(self) -> None:
        """Go to a line by its number."""
        from tui.screens.question import AskScreen

        wanted = await ask(self.app, AskScreen(WHICH_LINE, check=_no_number))
        if wanted is not None and wanted.strip().isdigit():
            self.viewer.wish(Show(Place(line=int(wanted))))

    @work(exclusive=True, group="question")
    async def action_others(self) -> None:
        """Choose another log, or several by time."""
        from tui.screens.logs import LogsScreen

        wanted = await ask(self.app, LogsScreen(self.state.snapshot))
        if wanted is not None:
            self.dismiss(wanted)

    def action_back(self) -> None:
        """Close the box, the selection, the fields, take filters away; if there is none, leave."""
        box, panel = self.query_one(LogBox), self.query_one("#log-record", RowList)
        if box.display:
            box.value = ""
            self.close_box()
        elif self.lines.selected_from is not None:
            self.action_select()
        elif panel.display:
            panel.display = False
            self.lines.focus()
        elif not self.wanted.everything:
            self.action_everything()
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if not self.is_mounted:
            return True
        page = self.viewer.page
        if action == "match":
            return bool(self.needle)
        if action == "pod":
            return len(self.logs) > 1
        if action == "everything":
            return not self.wanted.everything
        if action == "finding":
            return True if page.current is not None and page.current.findings else None
        if action == "aside":
            return not self.lines.wraps
        return True


def _begun(entry: tuple[tuple[str, str], object]) -> str:
    body = entry[1]
    status = body.get("status") if isinstance(body, dict) else None
    began = status.get("startTimestamp") if isinstance(status, dict) else None
    return str(began or "")


def _no_number(value: str) -> Text | None:
    good = value.strip().isascii() and value.strip().isdigit() and int(value) > 0
    return None if good else _NO_NUMBER
