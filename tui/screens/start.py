"""The start screen: why there is no cluster, and what can be opened instead."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from knowledge.text import Text
from tui import keys
from tui.language import _, say
from tui.screens.base import DoctorScreen, TooSmall
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import Row, RowList
from tui.widgets.rows import section, text_row

if TYPE_CHECKING:
    from tui.engine.launch import Launch, SourceChoice


class StartScreen(DoctorScreen["SourceChoice"]):
    """One sentence on what is wrong, then contexts and practice scenarios."""

    BINDINGS: ClassVar[list[BindingType]] = keys.START
    choices = query_one("#choices", RowList)

    def __init__(self, launch: Launch, why: Text | None, choice: SourceChoice) -> None:
        super().__init__()
        self._launch = launch
        self._choice = choice
        """What could not be opened."""
        self._why = why
        self._contexts: tuple[str, ...] = ()
        self._scenarios: tuple[tuple[str, Text], ...] = ()
        self._contexts_problem: Text | None = None

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="start"):
            yield Static(Content("oadp-doctor"), classes="window-title")
            yield RowList(id="choices")
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Show why at once, and look for what can be opened."""
        self.translate()
        self.choices.focus()
        self._look()

    @property
    def _kubeconfig(self) -> str:
        """The file that the command line named; empty: by the rules of `oc`."""
        return str(getattr(self._launch.choice, "kubeconfig", ""))

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        self._scenarios = await asyncio.to_thread(self._launch.scenarios)
        try:
            self._contexts = await asyncio.to_thread(self._launch.contexts, self._kubeconfig)
        except self._launch.problem as problem:
            self._contexts_problem = problem.message
        self.translate()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        rows: list[Row] = []
        if self._why is not None:
            rows.append(text_row("why", state(Tone.BAD, say(self._why)), hang=2))
        rows.append(text_row("room", Content("")))
        rows.append(Row("retry", join(_("Try again"))))
        if self._contexts:
            rows += section(_("Open another context of the kubeconfig"))
            rows += [Row(f"context:{name}", one_line(name), indent=2) for name in self._contexts]
        elif self._contexts_problem is not None:
            rows.append(text_row("no-contexts", plain(say(self._contexts_problem), "$text-muted")))
        if self._scenarios:
            rows += section(_("Or practise: a cluster inside this program, nothing real"))
            rows += [
                Row(
                    f"scenario:{id}",
                    plain(say(title)),
                    indent=2,
                    hang=2,
                    lines=2,
                    right=one_line(id, "$text-muted") if self.app.size.width >= 100 else None,
                )
                for id, title in self._scenarios
            ]
        self.choices.set_rows(rows)

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        kind, _colon, name = event.key.partition(":")
        if kind == "retry":
            self.action_retry()
        elif kind == "context":
            from tui.engine.kubeconfig import ClusterChoice

            self.dismiss(ClusterChoice(self._kubeconfig, name))
        elif kind == "scenario":
            from tui.engine.launch import PracticeChoice

            self.dismiss(PracticeChoice(name))

    def action_retry(self) -> None:
        """Try the same source again."""
        self.dismiss(self._choice)
