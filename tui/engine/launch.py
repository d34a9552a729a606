"""How a run begins: what the command line chose, and how sources and runbooks are made of it.

Light to import, since the first paint waits for it; what is heavy is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from knowledge.snapshot import SourceType
from knowledge.text import Language, Text
from tui.engine import kubeconfig
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.mode import Mode
from tui.engine.problem import Problem
from tui.engine.protection import DEFAULT, is_protected

if TYPE_CHECKING:
    from knowledge.base import KnowledgeBase
    from knowledge.finding import Finding
    from knowledge.prefilter import Prefilter
    from tui.engine.cache import Cache
    from tui.engine.knowledge_files import KnowledgeFiles
    from tui.engine.ports import Source
    from tui.engine.runbook import Runbook
    from tui.engine.session import Session
    from tui.engine.target import Target


@dataclass(frozen=True, slots=True)
class PracticeChoice:
    """The practice cluster with one scenario."""

    scenario: str = "healthy"
    speed: float = 1.0
    """How many times faster than real its reactions are."""


@dataclass(frozen=True, slots=True)
class MustGatherChoice:
    """A must-gather: a folder or an archive."""

    path: str


@dataclass(frozen=True, slots=True)
class FilesChoice:
    """Log files, and folders of them."""

    paths: tuple[str, ...]


SourceChoice = ClusterChoice | PracticeChoice | MustGatherChoice | FilesChoice


@dataclass(frozen=True)
class Launch:
    """Everything a front end needs to begin."""

    choice: SourceChoice = field(default_factory=ClusterChoice)
    """What the command line says; a plain `ClusterChoice()` where it says nothing."""
    language: Language = "en"
    read_only: bool = False
    dry_run: bool = False
    """Runbooks are walked without changing anything."""
    protected: tuple[str, ...] = DEFAULT
    """Patterns of contexts in which each change needs the context's name typed."""
    oc: str = ""
    """The `oc` to use; empty: the first of `oc` and `kubectl` on PATH."""
    knowledge: tuple[Path, ...] = ()
    """More folders of knowledge files, besides the user's own."""

    problem: ClassVar[type[Problem]] = Problem
    """What `open` raises; its `message` is for people."""

    @cached_property
    def base(self) -> KnowledgeBase:
        """The knowledge base; takes a moment to load, so ask in a thread."""
        return self.knowledge_files.load()

    @cached_property
    def knowledge_files(self) -> KnowledgeFiles:
        """The folders of knowledge files, and whether one was saved since `base` was read."""
        from tui.engine.knowledge_files import KnowledgeFiles

        return KnowledgeFiles(self.knowledge, self._cache)

    def learn(self, base: KnowledgeBase) -> None:
        """Use `base` from now on: knowledge files were saved."""
        self.__dict__["base"] = base

    @cached_property
    def _cache(self) -> Cache:
        from tui.engine.cache import Cache

        return Cache()

    def prefilter(self, *, timelines: bool = False) -> Prefilter:
        """Return what finds lines in logs, made of what is in the cache where it can be.

        Args:
            timelines: whether logs are searched for what timelines show, besides what rules need.
        """
        from knowledge.history_logs import SIGNATURES
        from knowledge.known_literals import KnownLiterals
        from knowledge.literal_engine import best_kept
        from knowledge.prefilter import Prefilter

        signatures = (*self.base.signatures, *(SIGNATURES if timelines else ()))
        known = KnownLiterals(self._cache)
        return Prefilter(signatures, best_kept(self._cache), known.of)

    def source(self, choice: SourceChoice | None = None, *, timelines: bool = False) -> Source:
        """Return a source that is ready to be started.

        Args:
            choice: which; None: that of the command line.
            timelines: whether logs are searched for what timelines show, besides what rules need.

        Raises:
            Problem: there is nothing that could be started.
        """
        from knowledge.scan import Collector

        chosen = choice or self.choice
        collector = Collector(self.prefilter(timelines=timelines))
        match chosen:
            case ClusterChoice():
                from tui.engine.live import LiveSource

                kubeconfig.resolve(chosen)
                return LiveSource(chosen, kinds=self.base.kinds, collector=collector)
            case PracticeChoice():
                from tui.engine.practice_source import PracticeSource

                return PracticeSource(
                    chosen.scenario,
                    kinds=self.base.kinds,
                    collector=collector,
                    speed=chosen.speed,
                )
            case MustGatherChoice():
                from tui.engine.archive.source import ArchiveSource

                return ArchiveSource(chosen.path, kinds=self.base.kinds, collector=collector)
            case FilesChoice():
                from tui.engine.files_source import FilesSource

                return FilesSource(chosen.paths, self.prefilter())

    def open(self, choice: SourceChoice | None = None) -> Session:
        """Return a session that is ready to be started; call it in a thread.

        Args:
            choice: which source; None: that of the command line.

        Raises:
            Problem: there is nothing that could be started.
        """
        from tui.engine.session import Session

        return Session(self.source(choice, timelines=True), self.base)

    def contexts(self, path: str = "") -> tuple[str, ...]:
        """Return the contexts of the kubeconfig, for a start screen.

        Raises:
            Problem: a file is broken.
        """
        return kubeconfig.contexts(ClusterChoice(kubeconfig=path))

    def scenarios(self) -> tuple[tuple[str, Text], ...]:
        """Return id and title of each practice scenario."""
        from tui.practice import list_scenarios

        return tuple((each.id, _text(each.title, each.id)) for each in list_scenarios())

    def build_target(self, session: Session) -> Target:
        """Return what commands run against, as the session is now: context pinned, user named."""
        from tui.engine.live import LiveSource
        from tui.engine.program import Program, find_program
        from tui.engine.target import Target

        source, connection = session.source, session.state.connection
        pinned = source.pinned if isinstance(source, LiveSource) else ClusterChoice()
        info = session.state.snapshot.source
        practice = info.type is SourceType.PRACTICE
        found = find_program(self.oc or None, practice)
        # Without a program the commands can be copied all the same, so they need a name in front.
        prefix = found.prefix if isinstance(found, Program) else ("oc",)
        return Target(
            program=found.path if isinstance(found, Program) else "",
            prefix=prefix,
            kubeconfig=pinned.kubeconfig,
            context=pinned.context,
            server=connection.server,
            user=connection.user,
            namespace=info.namespace,
            practice=practice,
            read_only=self.read_only,
            can_run=source.can_run and isinstance(found, Program),
            protected=is_protected(pinned.context, self.protected),
        )

    def program_problem(self) -> Text | None:
        """Return what to do about there being nothing to run commands with, or None."""
        from tui.engine.program import find_program

        found = find_program(self.oc or None, isinstance(self.choice, PracticeChoice))
        return found if isinstance(found, Text) else None

    def runbook(self, session: Session, finding: Finding, mode: Mode | None = None) -> Runbook:
        """Return the runbook for a finding.

        Args:
            session: where facts come from.
            finding: what was found.
            mode: for real or not; None: as the command line says.

        Raises:
            Stopped: there is no procedure for it.
        """
        from tui.engine.runbook import open_runbook

        return open_runbook(
            session,
            finding.issue,
            finding.cause,
            finding,
            self.build_target(session),
            mode=mode or (Mode.DRY_RUN if self.dry_run else Mode.LIVE),
        )

    def walkthrough(self, session: Session, issue: str, cause: str) -> Runbook:
        """Return the runbook of an issue to be read step by step; nothing of it runs.

        Raises:
            Stopped: there is no procedure for it.
        """
        from tui.engine.runbook import open_runbook

        target = self.build_target(session)
        return open_runbook(session, issue, cause, None, target, mode=Mode.WALKTHROUGH)

    def reopen(self, session: Session, id: str) -> Runbook:
        """Return the runbook of an earlier session as it was left.

        Raises:
            Stopped: it is about another cluster, not known here, or open in another program; or
                this is a dry run, and the session is not.
            NoRecord: it is not there, or cannot be read.
        """
        from tui.engine.reopen import reopen_runbook
        from tui.engine.steps import NotReady

        if self.dry_run:
            raise NotReady(
                Text(
                    en="A session goes on for real, and this is a dry run. Start again without "
                    "--dry-run to go on with it.",
                    ja="セッションの続行では実際に変更が行われますが、現在はドライランです。"
                    "続行するには --dry-run を付けずに起動し直してください。",
                )
            )
        return reopen_runbook(session, id, self.build_target(session))


def _text(titles: Mapping[str, str], default: str) -> Text:
    en = titles.get("en", default)
    return Text(en=en, ja=titles.get("ja", en))
