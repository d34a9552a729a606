"""The output of one read, the whole screen: a description, YAML, events, or a log that goes on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Static

from knowledge.text import Text
from tui import keys
from tui.engine.object_commands import LogChoice, logs
from tui.engine.ports import RunEvent
from tui.engine.request import Request, Stopped
from tui.engine.target import Target
from tui.language import _, say
from tui.rows import output as rows
from tui.screens.ask import ask
from tui.screens.base import TooSmall
from tui.screens.choice import ChoiceScreen
from tui.screens.running import RunningScreen
from tui.text import Tone, state, wrap
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine
from tui.widgets.stream import Stream
from tui.widgets.survivor import Survivor

if TYPE_CHECKING:
    from tui.engine.session import State

CHOOSE: Final = Text(en="Whose log?", ja="表示するログ")


class LineFilter(Survivor, Input):
    """Where the filter of the lines is typed."""

    BINDINGS: ClassVar[list[BindingType]] = keys.FILTER

    def action_leave_filter(self) -> None:
        """Keep the filter and go on in the lines."""
        self.screen.query_one(Stream).focus()


class OutputScreen(RunningScreen):
    """Runs one read and shows what it says."""

    BINDINGS: ClassVar[list[BindingType]] = keys.OUTPUT

    def __init__(
        self,
        title: Text,
        run: Callable[[Request], AsyncGenerator[RunEvent, None]],
        target: Target,
        request: Request | None = None,
        choices: Sequence[LogChoice] = (),
        first: State | None = None,
    ) -> None:
        """Prepare the screen; the command runs once it stands.

        Args:
            title: what is shown, such as `Description of Backup nightly`.
            run: runs a command, as `Prompt.run` does.
            target: where it goes.
            request: the command; None: the log of the first of `choices`.
            choices: the containers whose logs can be chosen from.
            first: the state that the status line begins with.

        Raises:
            ValueError: there is neither a command nor a log.
        """
        super().__init__()
        if request is None and not choices:
            raise ValueError("a command or logs to choose from")
        self._title = title
        self._run = run
        self.target = target
        self.choices = tuple(choices)
        self.choice = self.choices[0] if self.choices else None
        self.following = False
        self.before = False
        """Whether it is the log of the run before the last restart."""
        self.request = request or logs(self.choices[0], target)
        self._first = first

    def compose(self) -> ComposeResult:
        """Lay out title, command, filter, lines and how it is going."""
        yield StatusLine()
        yield Static(Content(""), id="output-heading", classes="output-line")
        yield Static(Content(""), id="output-command", classes="output-line")
        yield LineFilter(id="output-filter", classes="filter", select_on_focus=False)
        yield Stream(from_start=not self.choices)
        yield Static(Content(""), id="output-standing", classes="output-line")
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Run the command."""
        self.query_one(LineFilter).display = False
        if self._first is not None:
            self.refresh_facts(self._first)
        self.stream.focus()
        self._again()

    def refresh_facts(self, new: State) -> None:
        """Show how the connection is."""
        if self.stands:
            self.query_one(StatusLine).show(new, read_only=self.target.read_only)

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.render_rows()

    @property
    def stands(self) -> bool:
        """Whether all its parts are there."""
        return len(self.query("StatusLine, LineFilter, Stream, #output-standing")) == 4

    # What is shown

    def begun(self) -> None:
        """Show that the command begins, or has ended."""
        self.render_rows()

    def render_rows(self) -> None:
        """Show title, command and how it is going."""
        if not self.stands:
            return
        title = rows.heading(say(self._title), self.choice, previous=self.before)
        self.query_one("#output-heading", Static).update(title)
        room = max(20, self.size.width - 2)
        shown = rows.command_line(self.request.shown, self.target, room, self._command_lines)
        self.query_one("#output-command", Static).update(shown)
        self.query_one(LineFilter).placeholder = _("Lines with this text")
        self._tell()
        self.refresh_bindings()

    @property
    def _command_lines(self) -> int:
        return 1 if self.has_class("-short") else 3

    @on(Stream.Changed)
    def _lines_changed(self) -> None:
        self._tell()

    def _tell(self) -> None:
        """Show how it is going."""
        if self.stands:
            standing = rows.standing(
                self.ending,
                self.stream.lines,
                running=self.busy,
                following=self.following,
                at_end=self.stream.at_end or not self.choices,
            )
            self.query_one("#output-standing", Static).update(self._wrapped(standing))

    def _wrapped(self, content: Content) -> Content:
        """Return words in lines that end where both languages let them end."""
        return Content("\n").join(wrap(content, max(20, self.size.width - 2)))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new size, once the screen knows its class."""
        self.call_after_refresh(self.render_rows)

    def _again(self) -> None:
        """Run the command from the beginning."""
        if self.choice is not None:
            self.request = logs(
                self.choice, self.target, follow=self.following, previous=self.before
            )
        self._work = self._read(self.request)

    @work(exclusive=True, group="command")
    async def _read(self, request: Request) -> None:
        await self._stopped.wait()
        self.stream.clear()
        try:
            await self.take(self._run(request))
        except Stopped:
            # The last line says why.
            self._tell()

    # Keys

    def action_filter(self) -> None:
        """Show the filter and go there."""
        box = self.query_one(LineFilter)
        box.display = True
        box.focus()

    @on(Input.Changed, "#output-filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self.stream.filter(event.value.strip())

    @on(Input.Submitted, "#output-filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.stream.focus()

    def _close_filter(self) -> None:
        box = self.query_one(LineFilter)
        box.value = ""
        box.display = False
        self.stream.focus()

    def action_follow(self) -> None:
        """Go on with new lines, or stop that; the lines that are there stay."""
        if self.following and self.busy:
            self.following = False
            self.action_stop()
            return
        self.following, self.before = True, False
        self._again()

    def action_previous(self) -> None:
        """Show the log of the run before the last restart, or that of now again."""
        self.before = not self.before
        self.following = False
        self._again()

    @work(exclusive=True, group="question")
    async def action_container(self) -> None:
        """Choose whose log is shown."""
        names = [
            f"{each}  {_('(restarted)')}" if each.previous else str(each) for each in self.choices
        ]
        present = self.choices.index(self.choice) if self.choice in self.choices else 0
        chosen = await ask(self.app, ChoiceScreen(CHOOSE, names, present))
        if chosen is not None:
            self.choice = self.choices[chosen]
            self.before = False
            self._again()

    def action_wrap(self) -> None:
        """Break long lines, or not."""
        self.stream.wrap(not self.stream.wraps)

    def action_aside(self, steps: int) -> None:
        """Go to the side in long lines."""
        self.stream.aside(steps)

    def action_copy_command(self) -> None:
        """Copy the exact command."""
        self.app.copy_to_clipboard(self.request.shown)
        self.app.notify(_("Command copied."), markup=False, timeout=2)

    @work(exclusive=True, group="leaving")
    async def action_back(self) -> None:
        """Close the filter; if there is none, stop what runs and go back."""
        if self.query_one(LineFilter).display:
            self._close_filter()
            return
        if self.busy:
            standing = state(Tone.BUSY, _("stopping"))
            self.query_one("#output-standing", Static).update(standing)
            await self.stop()
        self.dismiss(None)

    async def may_leave(self) -> bool:
        """Return that the program may end, once nothing runs any more."""
        await self.stop()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if action in {"follow", "container"}:
            return bool(self.choices)
        if action == "previous":
            if self.choice is None:
                return False
            return True if self.choice.previous or self.before else None
        if action == "stop":
            return self.busy
        if action == "aside":
            return not self.is_mounted or not self.stream.wraps
        return True
