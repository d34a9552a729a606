"""The Cluster pane: how everything of OADP is, worst first."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType

from tui import keys
from tui.engine.ports import Phase
from tui.language import _
from tui.messages import GapView, ObjectView, Opened, Selected, View
from tui.panes.pane import Pane
from tui.rows import cluster
from tui.rows.group import Views
from tui.widgets.row_list import RowList


class ClusterPane(Pane):
    """Operator, DPA, storage locations, backups… each a line with its state."""

    BINDINGS: ClassVar[list[BindingType]] = keys.CLUSTER

    def __init__(self) -> None:
        super().__init__("cluster")
        self._views = Views()
        self._shut: set[str] = set()
        self._spread: set[str] = set()
        self._unfolded: dict[str, int] = {}

    def heading(self) -> str:
        """Return the pane's title."""
        return _("Cluster")

    def filter_hint(self) -> str:
        """Return what can be typed into the filter."""
        return _("Name, state or message")

    def render_rows(self) -> None:
        """Show the groups of the newest snapshot."""
        super().render_rows()
        if self.state is None:
            return
        snapshot = self.state.snapshot
        self.list.set_rows(
            cluster.rows(
                self._views.of(snapshot),
                now=snapshot.now,
                closed=self._shut,
                opened=self._spread,
                unfolded=self._unfolded,
                wanted=self.wanted,
                reading=self.state.connection.phase is Phase.CONNECTING,
            )
        )

    def view_of(self, key: str) -> View | None:
        """Return what Detail shows for a row."""
        if (ref := cluster.object_of(key)) is not None:
            return ObjectView(ref)
        if key.startswith("gap:"):
            return GapView(key.split("|", 1)[1])
        return None

    def action_fold(self) -> None:
        """Open or close the group of the row under the cursor."""
        key = self.list.cursor
        if key.startswith("group:"):
            self._toggle(key.removeprefix("group:"))

    def _toggle(self, id: str) -> None:
        view = (
            next(view for view in self._views.of(self.state.snapshot) if view.group.id == id)
            if self.state is not None
            else None
        )
        if view is None:
            return
        is_open = id in self._spread or (cluster.opens_itself(view) and id not in self._shut)
        (self._shut if is_open else self._spread).add(id)
        (self._spread if is_open else self._shut).discard(id)
        self.render_rows()

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        if event.row_list.has_focus and (view := self.view_of(event.key)) is not None:
            self.post_message(Selected(view))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        if event.key.startswith("group:"):
            self._toggle(event.key.removeprefix("group:"))
        elif event.key.startswith("more:"):
            id = event.key.removeprefix("more:")
            self._unfolded[id] = self._unfolded.get(id, 0) + cluster.MANY
            self.render_rows()
        elif (view := self.view_of(event.key)) is not None:
            self.post_message(Opened(view))
