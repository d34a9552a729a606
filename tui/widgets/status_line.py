"""The status line: always which source, whose rights, how fresh, and what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from knowledge.snapshot import SourceType
from tui.engine.mode import Mode
from tui.engine.ports import Connection, Phase
from tui.language import _, say
from tui.text import Tone, join, one_line, state

if TYPE_CHECKING:
    from tui.engine.session import State


class StatusLine(Widget):
    """One line, or two where the terminal is narrow."""

    DEFAULT_CSS = """
    StatusLine { dock: top; height: auto; max-height: 2; }
    """

    def __init__(self) -> None:
        super().__init__(id="status")
        self.state: State | None = None
        self.read_only = False
        self.opening = ""
        """What is being opened, before there is a state."""

    def show(self, state: State, *, read_only: bool) -> None:
        """Show a new state."""
        self.state = state
        self.read_only = read_only
        self.refresh(layout=True)

    def render(self) -> Content:
        """Return the parts that fit on one line, or on two."""
        width = max(20, self.size.width - 1)
        lines: list[Content] = []
        for part in self._parts():
            if lines and lines[-1].cell_length + 2 + part.cell_length <= width:
                lines[-1] = lines[-1] + Content("  ") + part
            elif len(lines) < 2:
                lines.append(Content(" ") + part)
            else:
                room = width - lines[-1].cell_length - 2
                if room > 8:
                    lines[-1] = lines[-1] + Content("  ") + part.truncate(room, ellipsis=True)
                break
        return Content("\n").join(lines)

    def _parts(self) -> list[Content]:
        if self.state is None:
            return [join(("oadp-doctor", "bold")), state(Tone.BUSY, _("starting"))]
        source, connection = self.state.snapshot.source, self.state.connection
        parts = [_where(source.type)]
        parts += marks(self.screen, read_only=self.read_only)
        parts.append(one_line(source.name, "bold"))
        parts.append(_named(_("ns"), source.namespace))
        if connection.context and connection.context != source.name:
            parts.append(_named(_("context"), connection.context))
        if connection.user:
            parts.append(_named(_("user"), connection.user))
        whole = connection.phase is Phase.READY and connection.read >= connection.expected
        if source.type is SourceType.MUST_GATHER and whole:
            collected = self.state.snapshot.now.strftime("%Y-%m-%d %H:%M (UTC)")
            parts.append(state(Tone.OK, _("collected {time}").format(time=collected)))
        else:
            parts.append(freshness(connection))
        if connection.requests:
            words = _("{n} requests").format(n=connection.requests)
            parts.append(join((words, "$text-muted")))
        return parts


def marks(screen: Screen[Any], *, read_only: bool, practice: bool = False) -> list[Content]:
    """Return the words that no screen may leave out: where care is due, where nothing is changed.

    Args:
        screen: the screen that shows them; a window takes the mode of the screen below it.
        read_only: whether nothing runs that changes the cluster.
        practice: whether to name the practice cluster too.
    """
    words = []
    if practice:
        words.append((_("PRACTICE"), "bold $text-accent on $accent-muted"))
    if getattr(screen.app, "protected", False):
        words.append((_("PROTECTED"), "bold $text-error on $error-muted"))
    if read_only:
        words.append((_("READ-ONLY"), "bold $text-warning on $warning-muted"))
    mode = mode_word(mode_of(screen))
    if mode:
        words.append((mode, "bold $text-success on $success-muted"))
    return [join((f" {word} ", style)) for word, style in words]


def mode_word(mode: Mode) -> str:
    """Return the word for a runbook that changes nothing; empty where it does."""
    return {
        Mode.LIVE: "",
        Mode.DRY_RUN: _("DRY RUN"),
        Mode.WALKTHROUGH: _("WALKTHROUGH"),
    }[mode]


def mode_of(screen: Screen[Any]) -> Mode:
    """Return how the runbook is carried out that is on `screen`, or below it."""
    stack = screen.app.screen_stack
    at = stack.index(screen) if screen in stack else len(stack) - 1
    for each in reversed(stack[: at + 1]):
        found = getattr(each, "mode", None)
        if isinstance(found, Mode):
            return found
    return Mode.LIVE


def _where(type: SourceType) -> Content:
    words = {
        SourceType.CLUSTER: (_("CLUSTER"), "bold $text-primary on $primary-muted"),
        SourceType.MUST_GATHER: (_("MUST-GATHER"), "bold $text-secondary on $secondary-muted"),
        SourceType.PRACTICE: (_("PRACTICE"), "bold $text-accent on $accent-muted"),
        SourceType.FILES: (_("FILES"), "bold $text-secondary on $secondary-muted"),
    }
    word, style = words[type]
    return join((f" {word} ", style))


def _named(name: str, value: str) -> Content:
    return join((f"{name} ", "$text-muted")) + one_line(value or "-")


def freshness(connection: Connection) -> Content:
    """Return the phase of the connection as sign and words."""
    match connection.phase:
        case Phase.CONNECTING:
            if connection.expected:
                words = _("reading {read}/{expected}").format(
                    read=connection.read, expected=connection.expected
                )
            else:
                words = _("connecting")
            return state(Tone.BUSY, words)
        case Phase.READY if connection.read < connection.expected:
            words = _("reading {read}/{expected}").format(
                read=connection.read, expected=connection.expected
            )
            return state(Tone.BUSY, words)
        case Phase.READY:
            return state(Tone.OK, _("up to date"))
        case Phase.LOST:
            tone, words = Tone.WARN, _("connection lost, trying again")
        case Phase.FAILED:
            tone, words = Tone.BAD, _("not connected")
    if connection.message is not None:
        words = f"{words}: {say(connection.message)}"
    return state(tone, one_line(words).plain)
