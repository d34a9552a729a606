"""The Findings pane: what was found, then everything that is known; searchable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on, work

from tui.engine.ports import Phase
from tui.engine.presence import oadp_missing
from tui.language import _, language
from tui.messages import (
    Begun,
    FindingView,
    IssueView,
    Opened,
    RunbookWanted,
    Selected,
    View,
)
from tui.panes.pane import Pane
from tui.rows import finding
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase
    from tui.engine.session import State


class FindingsPane(Pane):
    """Findings, worst and surest first, and the knowledge base with its marks."""

    def __init__(self) -> None:
        super().__init__("findings")
        self.knowledge: KnowledgeBase | None = None
        self.begun: Sequence[Begun] = ()
        """Runbooks that were left before their end."""
        self._order: Sequence[str] | None = None
        self._matched: Mapping[str, str] = {}
        """Issue -> the part of a pasted error that is its."""
        self._opened: set[str] = set()
        """Rows behind which many findings alike are shown, all of them."""
        self._placed = False
        self._resting = ""
        """Where the cursor is while nobody has moved it."""

    def heading(self) -> str:
        """Return the pane's title."""
        return _("Findings and known issues")

    def filter_hint(self) -> str:
        """Return what can be typed into the filter."""
        return _("Words, or paste an error text")

    def learn(self, knowledge: KnowledgeBase) -> None:
        """Take the knowledge base, once it is loaded."""
        self.knowledge = knowledge
        self._placed = False

    def offer(self, begun: Sequence[Begun]) -> None:
        """Offer runbooks to go on with."""
        self.begun = tuple(begun)
        self.render_rows()

    def show(self, state: State) -> None:
        """Show a new state; the cursor goes to the worst finding, once, unless it was moved.

        The first diagnosis may find nothing yet, since logs come after objects.
        """
        super().show(state)
        if self._placed or self.wanted or not state.diagnosed:
            return
        if not state.diagnosis.findings:
            self._resting = self._resting or self.list.cursor
            return
        self._placed = True
        if self._resting not in ("", self.list.cursor):
            return
        first = finding.finding_key(state.diagnosis.findings[0])
        self.list.move_to(first)
        view = self.view_of(first)
        if view is not None:
            self.post_message(Selected(view))

    def render_rows(self) -> None:
        """Show findings and issues, or what the search left of them."""
        super().render_rows()
        if self.state is None or self.knowledge is None:
            return
        connection = self.state.connection
        notice = oadp_missing(self.state.snapshot) if self.state.diagnosed else None
        if connection.phase is Phase.FAILED:
            notice = connection.message
        self.list.set_rows(
            finding.rows(
                self.state.diagnosis,
                self.knowledge.issues,
                diagnosed=self.state.diagnosed,
                order=self._order if self.wanted.strip() else None,
                wanted=self.wanted,
                matched=self._matched,
                notice=notice,
                begun=self.begun,
                opened=self._opened,
            )
        )

    def filter_changed(self) -> None:
        """Search for what was typed or pasted."""
        if self.wanted.strip():
            self._search(self.filter.searched)
        else:
            self._order = None
            self.render_rows()

    @work(exclusive=True, group="search")
    async def _search(self, text: str) -> None:
        from knowledge.search import search

        if self.knowledge is None:
            return
        matches = await asyncio.to_thread(search, self.knowledge, text, language())
        if text != self.filter.searched or not self.filter.display:
            return
        self._order = [match.issue for match in matches]
        self._matched = {match.issue: match.signature for match in matches if match.signature}
        self.render_rows()
        self.list.action_edge(False)

    def view_of(self, key: str) -> View | None:
        """Return what Detail shows for a row."""
        kind, _colon, rest = key.partition(":")
        if kind in ("finding", "begun"):
            return FindingView(rest)
        if kind == "issue":
            return IssueView(rest)
        return None

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        # While a search is typed the list has no focus, but its first match is worth showing.
        if (event.row_list.has_focus or self.filter.has_focus) and (
            view := self.view_of(event.key)
        ):
            self.post_message(Selected(view))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        kind, _colon, rest = event.key.partition(":")
        if kind == "begun":
            self.post_message(RunbookWanted(rest))
        elif kind == "more":
            self._opened ^= {event.key}
            self.render_rows()
        elif (view := self.view_of(event.key)) is not None:
            self.post_message(Opened(view))
