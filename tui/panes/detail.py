"""The Detail pane: a finding, an issue, an object, its YAML or log lines; one leads to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on

from knowledge.finding import Finding, LogEvidence, ObjectEvidence
from knowledge.snapshot import LogHit
from tui.language import _, say
from tui.messages import (
    DetailLeft,
    FetchWanted,
    FindingView,
    GapView,
    IssueView,
    LogView,
    LogWanted,
    LookWanted,
    ObjectView,
    ProcedureView,
    RevealWanted,
    RunbookWanted,
    TimelineWanted,
    View,
    WalkthroughWanted,
    YamlView,
)
from tui.panes.pane import Pane
from tui.rows import article, finding_detail, log_view, object_detail, yaml_view
from tui.rows.cluster import object_of
from tui.text import Tone, join, state
from tui.widgets.row_list import Row, RowList
from tui.widgets.rows import text_row

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase


class DetailPane(Pane):
    """What is known of one thing, with ways to its evidence and back."""

    def __init__(self) -> None:
        super().__init__("detail")
        self.knowledge: KnowledgeBase | None = None
        self.can_run = False
        self.opens_logs = False
        """Whether the source's logs can be opened in full."""
        self._trail: list[View] = []
        self._cursors: list[str] = []

    def on_mount(self) -> None:
        """A click on a link follows it at once."""
        super().on_mount()
        self.list.click_chooses = True

    @property
    def view(self) -> View | None:
        """What is shown."""
        return self._trail[-1] if self._trail else None

    def heading(self) -> str:
        """Return the pane's title, with how to go back."""
        title = {
            FindingView: _("Finding"),
            IssueView: _("Known issue"),
            ProcedureView: _("Runbook"),
            ObjectView: _("Object"),
            YamlView: _("YAML"),
            LogView: _("Log lines"),
            GapView: _("Not read"),
        }.get(type(self.view), _("Detail"))
        return title + "  " + _("esc: back") if len(self._trail) > 1 else title

    def filter_hint(self) -> str:
        """Return what can be typed into the filter."""
        return _("Lines with this text")

    def start(self, view: View) -> None:
        """Show something else, from the beginning."""
        if self.view == view and len(self._trail) == 1:
            return
        self._trail, self._cursors = [view], []
        self._fresh()

    def follow(self, view: View) -> None:
        """Show something that what is shown led to; Escape comes back."""
        if self.view == view:
            return
        self._cursors.append(self.list.cursor)
        self._trail.append(view)
        self._fresh()

    def back(self) -> bool:
        """Go back one view; return False if there is none."""
        if self.filter.display:
            self.close_filter()
            return True
        if len(self._trail) < 2:
            return False
        self._trail.pop()
        self._fresh()
        if self._cursors:
            self.list.move_to(self._cursors.pop())
        return True

    def _fresh(self) -> None:
        if self.filter.display:
            self.filter.value = ""
            self.filter.display = False
        self.render_rows(top=True)

    def render_rows(self, *, top: bool = False) -> None:
        """Show the view of the moment."""
        super().render_rows()
        rows = self._rows()
        needle = self.wanted.casefold().strip()
        if needle:
            rows = [row for row in rows if needle in row.content.plain.casefold()]
        self.list.set_rows(rows, top=top)
        if top and isinstance(self.view, YamlView):
            self.list.move_to(yaml_view.MARKED)

    def _rows(self) -> Sequence[Row]:
        view, state_now = self.view, self.state
        if view is None or state_now is None or self.knowledge is None:
            return [text_row("empty", join((_("Choose a row to see more of it."), "$text-muted")))]
        snapshot, diagnosis = state_now.snapshot, state_now.diagnosis
        match view:
            case FindingView(key):
                found = self.finding(key)
                if found is None:
                    gone = state(Tone.OK, _("This finding is not there any more."))
                    return [text_row("gone", gone)]
                issue = self.knowledge.issues.get(found.issue)
                others = diagnosis.findings
                return finding_detail.rows(found, issue, others, can_run=self.can_run)
            case IssueView(id):
                issue = self.knowledge.issues.get(id)
                if issue is None:
                    return [text_row("unknown", join(_("This issue is not known here.")))]
                findings = [each for each in diagnosis.findings if each.issue == id]
                known = diagnosis.issues.get(id)
                return article.rows(issue, known, findings, self.knowledge)
            case ProcedureView(id, cause):
                issue = self.knowledge.issues.get(id)
                return article.steps(issue, cause) if issue is not None else []
            case ObjectView(ref):
                body = snapshot.of(ref.kind).get((ref.namespace, ref.name))
                can_run = self.can_run
                return object_detail.rows(ref, body, snapshot, diagnosis, can_run=can_run)
            case YamlView(ref, path):
                body = snapshot.of(ref.kind).get((ref.namespace, ref.name))
                if body is None:
                    return object_detail.rows(ref, body, snapshot, diagnosis)
                return yaml_view.rows(body, path)
            case LogView():
                return self._log_rows(view)
            case GapView(kind):
                return object_detail.gap(kind, snapshot)

    def _log_rows(self, view: LogView) -> Sequence[Row]:
        if self.state is None:
            return []
        hits = self._hits(view)
        title = str(view.ref)
        if view.ref is None:
            found = self.finding(view.finding)
            if found is None:
                return []
            title = say(found.title)
        return log_view.rows(title, hits, self.state.snapshot, opens=self.opens_logs)

    def _hits(self, view: LogView) -> list[LogHit]:
        if self.state is None:
            return []
        snapshot = self.state.snapshot
        if view.ref is not None:
            return log_view.hits_of(view.ref, snapshot)
        found = self.finding(view.finding)
        if found is None:
            return []
        evidence = [each for each in found.evidence if not view.fact or each.fact == view.fact]
        return log_view.hits_in(evidence, snapshot)

    def finding(self, key: str) -> Finding | None:
        """Return the finding with that key, as it is now."""
        findings = self.state.diagnosis.findings if self.state is not None else ()
        return next((each for each in findings if each.key == key), None)

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        kind, _colon, rest = event.key.partition(":")
        if kind == "runbook":
            if isinstance(self.view, FindingView):
                self.post_message(RunbookWanted(self.view.key))
        elif kind == "reveal":
            if isinstance(self.view, ObjectView):
                self.post_message(RevealWanted(self.view.ref))
        elif kind == "timeline":
            if isinstance(self.view, ObjectView):
                self.post_message(TimelineWanted((self.view.ref,)))
        elif kind == "fetch":
            if isinstance(self.view, ObjectView):
                self.post_message(FetchWanted((self.view.ref,)))
        elif kind == "walkthrough":
            if isinstance(self.view, ProcedureView):
                self.post_message(WalkthroughWanted(self.view.issue, self.view.cause))
        elif kind == "source":
            self._source(rest)
        elif kind == "ask":
            self._ask(rest)
        elif (hit := self._hit(kind, rest)) is not None:
            self.post_message(LogWanted((hit.log,), hit))
        elif (view := self._leads_to(event.key, kind, rest)) is not None:
            self.follow(view)

    def _hit(self, kind: str, number: str) -> LogHit | None:
        """Return the log line that a row stands for, if it can be shown in its log."""
        view = self.view
        if not self.opens_logs or not number.isdigit():
            return None
        if kind == "hit" and isinstance(view, LogView):
            hits = self._hits(view)
            return hits[int(number)] if int(number) < len(hits) else None
        if kind == "evidence" and isinstance(view, FindingView):
            found = self.finding(view.key)
            evidence = found.evidence[int(number) : int(number) + 1] if found is not None else ()
            return next((each.hit for each in evidence if isinstance(each, LogEvidence)), None)
        return None

    def _leads_to(self, key: str, kind: str, rest: str) -> View | None:
        view = self.view
        if (ref := object_of(key)) is not None:
            return ObjectView(ref)
        if kind == "issue":
            return IssueView(rest)
        if kind == "finding":
            return FindingView(rest)
        if kind == "procedure" and isinstance(view, IssueView):
            return ProcedureView(view.id, rest)
        if kind == "yaml" and isinstance(view, ObjectView):
            return YamlView(view.ref)
        if kind == "logs" and isinstance(view, ObjectView):
            return LogView(ref=view.ref)
        if kind == "evidence" and isinstance(view, FindingView):
            return self._evidence(view.key, rest)
        return None

    def _evidence(self, key: str, number: str) -> View | None:
        found = self.finding(key)
        if found is None or not number.isdigit() or int(number) >= len(found.evidence):
            return None
        evidence = found.evidence[int(number)]
        if isinstance(evidence, ObjectEvidence):
            return YamlView(evidence.object, evidence.path)
        return LogView(finding=key, fact=evidence.fact)

    def _ask(self, about: str) -> None:
        """Ask for more of the object; the app runs the command."""
        from tui.engine.object_commands import About

        if isinstance(self.view, ObjectView):
            self.post_message(LookWanted(self.view.ref, About(about)))

    def _source(self, number: str) -> None:
        if not isinstance(self.view, IssueView) or self.knowledge is None:
            return
        issue = self.knowledge.issues.get(self.view.id)
        if issue is not None and number.isdigit() and int(number) < len(issue.sources):
            self.app.copy_to_clipboard(issue.sources[int(number)].url)
            self.app.notify(_("Address copied."), markup=False)

    def leave(self) -> None:
        """Go back, or out of the pane."""
        if not self.back():
            self.post_message(DetailLeft())
