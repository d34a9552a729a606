"""The command palette: every key's action, themes, and a way to any issue or object by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.language import _, say
from tui.messages import FindingView, IssueView, ObjectView, View
from tui.rows.finding import verdict_tone, verdict_word
from tui.text import one_line, visible
from tui.theme import THEMES

MOST_OBJECTS: Final = 30
"""Objects that one search offers."""


class DoctorCommands(Provider):
    """Commands first, then findings, known issues and objects."""

    async def discover(self) -> Hits:
        """Offer the commands before anything is typed."""
        for name, explained, run in self._commands():
            yield DiscoveryHit(Content(name), run, text=name, help=explained)

    async def search(self, query: str) -> Hits:
        """Offer what has all typed words in its name."""
        words = query.casefold().split()
        for name, explained, run in self._commands():
            if _fits(words, f"{name} {explained}"):
                yield Hit(0.9, Content(name), run, text=name, help=explained)
        offered = 0
        for text, content, view in self._places():
            if offered >= MOST_OBJECTS:
                return
            if _fits(words, text):
                offered += 1
                yield Hit(0.5, content, partial(self._go, view), text=visible(text))

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not active.enabled or not binding.id or binding.id in seen or not binding.tooltip:
                continue
            if binding.action in ("command_palette", "choose") or "(" in binding.action:
                continue
            seen.add(binding.id)
            run = partial(self.app.run_action, binding.action, active.node)
            key = self.app.get_key_display(binding)
            yield f"{_(binding.description)}  ({key})", _(binding.tooltip), run
        for theme in THEMES:
            words = _("Dark theme") if theme.dark else _("Light theme")
            choose = getattr(self.app, "choose_theme", None)
            if theme.name != self.app.theme and choose is not None:
                yield words, _("Switch the colours"), partial(choose, theme.name)

    def _places(self) -> Iterator[tuple[str, Content, View]]:
        session = getattr(self.app, "session", None)
        if session is None:
            return
        state = session.state
        for finding in state.diagnosis.findings:
            title = say(finding.title)
            content = Content.assemble(
                one_line(verdict_word(finding.verdict), verdict_tone(finding).style),
                " ",
                one_line(title),
            )
            yield f"{title} {finding.issue}", content, FindingView(finding.key)
        for issue in session.knowledge.issues.values():
            title = say(issue.title)
            yield f"{issue.id} {title}", one_line(title), IssueView(issue.id)
        for ref, _body in state.snapshot.everything():
            yield str(ref), one_line(ref), ObjectView(ref)

    def _go(self, view: View) -> None:
        from tui.screens.main import MainScreen

        screen = self.app.screen
        if isinstance(screen, MainScreen):
            screen.open(view)


def _fits(words: list[str], text: str) -> bool:
    text = text.casefold()
    return all(word in text for word in words)


def open_palette(app: App[Any]) -> None:
    """Open the command palette, unless it is open."""
    if not isinstance(app.screen, CommandPalette):
        palette = CommandPalette(
            providers=[DoctorCommands],
            placeholder=_("Command, issue or object"),
            id="--command-palette",
        )
        app.push_screen(palette)
