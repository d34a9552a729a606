"""The main screen: Cluster, Findings and known issues, Detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.widget import Widget

from knowledge.concern import WORKS, works_of
from tui import keys
from tui.language import _
from tui.messages import (
    DetailLeft,
    FetchWanted,
    FindingView,
    IssueView,
    LogsWanted,
    LogView,
    ObjectView,
    Opened,
    RunbookWanted,
    Selected,
    TimelineWanted,
    View,
    YamlView,
)
from tui.panes.cluster import ClusterPane
from tui.panes.detail import DetailPane
from tui.panes.findings import FindingsPane
from tui.panes.pane import FilterInput, Pane
from tui.screens.base import DoctorScreen, TooSmall
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase
    from knowledge.snapshot import ObjectRef
    from tui.engine.session import State

PANES: Final = ("cluster", "findings", "detail")


class MainScreen(DoctorScreen[None]):
    """Where a look tells what to look at next."""

    BINDINGS: ClassVar[list[BindingType]] = keys.MAIN
    status = query_one(StatusLine)
    tabs = query_one(TabBar)
    cluster = query_one(ClusterPane)
    findings = query_one(FindingsPane)
    detail = query_one(DetailPane)

    def __init__(self) -> None:
        super().__init__()
        self.current = "findings"

    def compose(self) -> ComposeResult:
        """Lay out the three panes; the style sheet places them by width."""
        yield StatusLine()
        yield TabBar()
        with Horizontal(id="panes"):
            with Widget(id="left"):
                yield ClusterPane()
                yield FindingsPane()
            yield DetailPane()
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin where findings will be."""
        self._mark_current()
        self.findings.list.focus()
        self.translate()

    @property
    def stands(self) -> bool:
        """Whether all its parts are there; they go one by one while the program ends."""
        parts = self.query("StatusLine, TabBar, KeyBar, ClusterPane, FindingsPane, DetailPane")
        return len(parts) == 6 and len(self.query(RowList)) == len(PANES)

    def learn(self, knowledge: KnowledgeBase, *, can_run: bool, opens_logs: bool = False) -> None:
        """Take the knowledge base, once it is loaded, and what can be done with the source."""
        self.findings.learn(knowledge)
        self.detail.knowledge = knowledge
        self.detail.can_run = can_run
        self.detail.opens_logs = opens_logs

    def show(self, state: State, *, read_only: bool) -> None:
        """Show a new state in every pane."""
        self.status.show(state, read_only=read_only)
        for pane in self.query(Pane):
            pane.show(state)
        self.refresh_bindings()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        for pane in self.query(Pane):
            pane.render_rows()
        self._mark_current()
        self.refresh_bindings()

    def _mark_current(self) -> None:
        names = {"cluster": _("Cluster"), "findings": _("Findings"), "detail": _("Detail")}
        self.tabs.show([(id, names[id]) for id in PANES], self.current)
        for pane in self.query(Pane):
            pane.set_class(pane.id == self.current, "-current")

    def pane(self, id: str) -> Pane:
        """Return the pane with that id."""
        return {"cluster": self.cluster, "findings": self.findings, "detail": self.detail}[id]

    # Where the focus is

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane is worked in."""
        for pane in self.query(Pane):
            if event.widget in pane.walk_children() and pane.id and pane.id != self.current:
                self.current = pane.id
                self._mark_current()
        self.refresh_bindings()

    def action_pane(self, step: int) -> None:
        """Go to the next or the previous pane."""
        self.action_show_pane(PANES[(PANES.index(self.current) + step) % len(PANES)])

    def action_show_pane(self, id: str) -> None:
        """Go to a pane."""
        self.current = id
        self._mark_current()
        self.pane(id).list.focus()

    @on(TabBar.Clicked)
    def _tab_clicked(self, event: TabBar.Clicked) -> None:
        self.action_show_pane(event.id)

    def action_back(self) -> None:
        """Go back in Detail, clear a filter, or leave Detail."""
        pane = self.pane(self.current)
        if isinstance(pane, DetailPane):
            pane.leave()
        elif pane.filter.display:
            pane.close_filter()

    @on(DetailLeft)
    def _detail_left(self) -> None:
        came_from = "cluster" if isinstance(self.detail.view, ObjectView) else "findings"
        self.action_show_pane(came_from)

    # What is looked at

    @on(Selected)
    def _selected(self, event: Selected) -> None:
        self.detail.start(event.view)
        self.refresh_bindings()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self.detail.start(event.view)
        self.action_show_pane("detail")

    def subject(self) -> View | None:
        """Return what the keys d, y, l and w are about: the row under the cursor."""
        if self.current == "cluster":
            return self.cluster.view_of(self.cluster.list.cursor)
        if self.current == "findings":
            return self.findings.view_of(self.findings.list.cursor)
        return self.detail.view

    def open(self, view: View) -> None:
        """Show something in Detail, as the command palette asks for."""
        self.detail.start(view)
        self.action_show_pane("detail")

    def action_filter(self) -> None:
        """Open the filter of the pane that is worked in."""
        self.pane(self.current).open_filter()

    def action_detail(self) -> None:
        """Show the selected row in Detail and go there."""
        if (view := self.subject()) is not None:
            self.open(view)

    def action_yaml(self) -> None:
        """Show the selected object as YAML."""
        view = self.subject()
        if isinstance(view, ObjectView):
            self._add(view, YamlView(view.ref))
        elif isinstance(view, FindingView):
            found = self.detail.finding(view.key)
            if found is not None and found.subjects:
                self._add(view, YamlView(found.subjects[0]))

    def action_logs(self) -> None:
        """Show the log lines of the selected object or finding."""
        view = self.subject()
        if isinstance(view, ObjectView | YamlView):
            self._add(view, LogView(ref=view.ref))
        elif isinstance(view, FindingView):
            self._add(view, LogView(finding=view.key))

    def action_fetch(self) -> None:
        """Fetch a log of the selected backup or restore from its storage."""
        if refs := self.works():
            self.post_message(FetchWanted(refs))

    def action_timeline(self) -> None:
        """Show what happened during the selected backup or restore."""
        if refs := self.works():
            self.post_message(TimelineWanted(refs))

    def works(self) -> tuple[ObjectRef, ...]:
        """Return the backups and restores that the selected row is about."""
        view = self.subject()
        if isinstance(view, ObjectView | YamlView) and view.ref.kind in WORKS:
            return (view.ref,)
        if isinstance(view, FindingView) and self.detail.state is not None:
            found = self.detail.finding(view.key)
            return works_of(found, self.detail.state.snapshot) if found is not None else ()
        return ()

    def action_all_logs(self) -> None:
        """Choose a log to be shown in full."""
        self.post_message(LogsWanted())

    def _add(self, base: View, view: View) -> None:
        if self.current != "detail":
            self.detail.start(base)
        self.detail.follow(view)
        self.action_show_pane("detail")

    # Runbook

    def action_runbook(self) -> None:
        """Open the runbook of the finding that is looked at."""
        key = self._runbook_key()
        if key:
            self.post_message(RunbookWanted(key))

    def _runbook_key(self) -> str:
        views = [self.subject(), self.detail.view]
        for view in views:
            if isinstance(view, FindingView):
                found = self.detail.finding(view.key)
                begun = any(each.finding == view.key for each in self.findings.begun)
                if begun or (found is not None and found.procedure):
                    return view.key
            if isinstance(view, IssueView) and self.detail.state is not None:
                for each in self.detail.state.diagnosis.findings:
                    if each.issue == view.id and each.procedure:
                        return each.key
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if not self.is_mounted:
            return True
        if isinstance(self.focused, FilterInput) and action in ("pane", "show_pane"):
            return True
        if action == "runbook":
            return True if self._runbook_key() else None
        if action == "yaml":
            view = self.subject()
            if isinstance(view, ObjectView):
                return True
            found = self.detail.finding(view.key) if isinstance(view, FindingView) else None
            return True if found is not None and found.subjects else None
        if action == "logs":
            return True if isinstance(self.subject(), ObjectView | YamlView | FindingView) else None
        if action == "timeline":
            return bool(self.works())
        if action == "fetch":
            return bool(self.detail.can_run and self.works())
        if action == "all_logs":
            return self.detail.opens_logs
        if action == "detail":
            return True if self.current != "detail" and self.subject() is not None else None
        return True
