"""Knowledge files of the user's own are read again when they are saved, while the app runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from textual import work

from tui.language import _
from tui.openings import Openings
from tui.text import visible

if TYPE_CHECKING:
    from textual.timer import Timer

    from knowledge.base import KnowledgeBase

_EVERY: Final = 1.0
"""Seconds between two looks at the folders."""


class KnowledgeWatch(Openings):
    """The part of the app that watches knowledge files; `tui.app` is the rest."""

    def reopen(self, choice: Any = None) -> None:
        """Open a source in place of the present one; None: the one of the command line."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self._waiting: KnowledgeBase | None = None
        """What was read again, and is not in use yet."""
        self._looking: Timer | None = None

    def watch_knowledge(self) -> None:
        """Look for saved files now and then."""
        if self._looking is None:
            self._looking = self.set_interval(_EVERY, self._look)

    @work(exclusive=True, group="knowledge")
    async def _look(self) -> None:
        """Look once; what is being walked through is never disturbed."""
        if self.session is None:
            return
        before = self.session.knowledge
        files = self.launch.knowledge_files
        again = await asyncio.to_thread(files.reread, self._waiting or before)
        if again is not None:
            self._waiting = again
            self._tell_knowledge(again)
        if self._waiting is not None and not self._runbooks and len(self.screen_stack) == 1:
            now, self._waiting = self._waiting, None
            self._learn(before, now)

    def _learn(self, before: KnowledgeBase, now: KnowledgeBase) -> None:
        self.launch.learn(now)
        if self.session is None:
            return
        if (before.signatures, before.kinds) != (now.signatures, now.kinds):
            # Logs and kinds must be read for the new rules: from the beginning.
            self.reopen()
            return
        self.session.learn(now)
        self.main.learn(now, can_run=self.session.source.can_run)
        self.main.show(self.session.state, read_only=self.launch.read_only)

    def _tell_knowledge(self, base: KnowledgeBase) -> None:
        self.tell_problems(base)
        words = _("Knowledge files were read again: {n} known issues.")
        if self._runbooks or len(self.screen_stack) > 1:
            words += " " + _("They are used once no runbook is open.")
        self.notify(words.format(n=len(base.issues)), markup=False, timeout=4)

    def tell_problems(self, base: KnowledgeBase) -> None:
        """Name what in knowledge files could not be used."""
        for problem in base.problems[:3]:
            words = _("Not used: {problem}").format(problem=problem)
            self.notify(visible(words), severity="warning", markup=False, timeout=10)
