"""The oc prompt: one line at a time, judged while it is typed; changes are asked about first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from knowledge.model import Risk
from knowledge.text import Text
from tui import keys
from tui.engine.prompt import Prompt
from tui.engine.request import Approval, Changed, Request, Stopped
from tui.engine.suggestions import suggestions
from tui.engine.typed_line import LONGEST, split_pasted
from tui.language import _, say
from tui.rows import output as output_rows
from tui.rows import prompt as rows
from tui.rows.command import brief
from tui.screens.ask import ask
from tui.screens.base import TooSmall
from tui.screens.confirm import ConfirmScreen
from tui.screens.question import QuestionScreen
from tui.screens.running import RunningScreen
from tui.text import Tone, state, visible
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.stream import Stream
from tui.widgets.survivor import Survivor

if TYPE_CHECKING:
    from tui.engine.session import Session, State

STOP: Final = (
    Text(en="Stop the running change?", ja="実行中の変更を停止しますか？"),
    Text(
        en="What it has done by then is not known. Look at the object before you repeat it.",
        ja="停止するまでに何が行われたかは不明になります。再実行する前に、オブジェクトを"
        "確認してください。",
    ),
    Text(en="Stop it", ja="停止"),
    Text(en="Let it run", ja="続行"),
)
_MOST: Final = 500
"""Lines that can be gone back to."""
_CALM: Final = 0.2
"""Seconds after the last letter of a manifest, until it is judged."""


class PromptLine(Survivor, Input):
    """The line; pasted commands may bring their manifest along."""

    BINDINGS: ClassVar[list[BindingType]] = keys.PROMPT_LINE

    def _on_paste(self, event: events.Paste) -> None:
        """Take a pasted command apart; nothing runs by itself."""
        event.prevent_default()
        event.stop()
        line, manifest = split_pasted(event.text[: 2 * LONGEST + 300_000])
        # Several lines stay recognisable as such, and are refused as they would be when typed.
        self.insert_text_at_cursor(visible(line.replace("\n", " ; "))[:LONGEST])
        if manifest:
            self.screen.query_one("#prompt-manifest", TextArea).text = manifest


class PromptScreen(RunningScreen):
    """A line, what it would do, and what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = keys.PROMPT
    line = query_one("#prompt-line", PromptLine)
    manifest = query_one("#prompt-manifest", TextArea)
    offered = query_one("#prompt-suggestions", RowList)

    def __init__(self, prompt: Prompt, session: Session) -> None:
        """Take the prompt, and the session whose facts complete lines."""
        super().__init__()
        self.prompt = prompt
        self.session = session
        self._changing = False
        """Whether what runs changes the cluster."""
        self._pause: Timer | None = None
        self._at = len(prompt.history)
        """Which earlier line is shown; after the last one: the line being typed."""
        self._kept = ""
        """The line being typed, while an earlier one is shown."""

    def compose(self) -> ComposeResult:
        """Lay out place, line, what it would do, suggestions, manifest and output."""
        yield StatusLine()
        yield Static(Content(""), id="prompt-place", classes="output-line")
        with Horizontal(id="prompt-row"):
            yield Static(Content("oc"), id="prompt-sign")
            yield PromptLine(id="prompt-line", select_on_focus=False, max_length=LONGEST)
        yield Static(Content(""), id="prompt-risk", classes="output-line")
        yield RowList(id="prompt-suggestions")
        yield TextArea(id="prompt-manifest", soft_wrap=False, tab_behavior="focus")
        yield Stream()
        yield Static(Content(""), id="prompt-standing", classes="output-line")
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Wait for a line."""
        self.stream.wraps = True
        self.refresh_facts(self.session.state)
        self.render_rows()
        self.line.focus()

    @property
    def stands(self) -> bool:
        """Whether all its parts are there."""
        return len(self.query("StatusLine, PromptLine, TextArea, Stream, #prompt-standing")) == 5

    def refresh_facts(self, new: State) -> None:
        """Take new facts: names come and go."""
        if self.stands:
            self.query_one(StatusLine).show(new, read_only=self.prompt.target.read_only)

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.render_rows()

    # What is shown

    def begun(self) -> None:
        """Show that a command begins, or has ended."""
        self._tell()
        self.refresh_bindings()

    def render_rows(self) -> None:
        """Show what the line would do, and how it could go on."""
        if not self.stands:
            return
        line, target = self.line.value, self.prompt.target
        look = self.prompt.look(line, self.manifest.text)
        self.query_one("#prompt-place", Static).update(rows.place(target))
        shown = rows.risk(look, target, typed=bool(line.strip()))
        if (problem := self.prompt.record_problem) is not None:
            shown = state(Tone.BAD, say(problem))
        self.query_one("#prompt-risk", Static).update(shown)
        self.manifest.display = look.wants_manifest
        found = suggestions(line, self.session.state.snapshot) if line else ()
        self.offered.set_rows(rows.suggested(found), top=True)
        self.offered.display = bool(found)
        self._tell()
        self.refresh_bindings()

    @on(Stream.Changed)
    def _tell(self) -> None:
        if self.stands:
            stream = self.stream
            standing = output_rows.standing(
                "", stream.lines, running=self.busy, following=False, at_end=stream.at_end
            )
            self.query_one("#prompt-standing", Static).update(standing)

    @on(Input.Changed, "#prompt-line")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.render_rows()

    @on(TextArea.Changed)
    def _manifest_typed(self, event: TextArea.Changed) -> None:
        event.stop()
        # Reading a big one takes a moment, which nobody wants after each letter.
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_CALM, self.render_rows)

    def _set_line(self, line: str) -> None:
        self.line.value = line
        self.line.cursor_position = len(line)
        self.line.focus()

    # Running

    def action_run_line(self) -> None:
        """Run the line; a change is shown first."""
        if self.busy:
            self.app.notify(_("A command is running. ctrl+x stops it."), markup=False, timeout=3)
            return
        look = self.prompt.look(self.line.value, self.manifest.text)
        if look.wants_manifest and not self.manifest.text.strip():
            self.manifest.focus()
            return
        self._work = self._carry_out(self.line.value, self.manifest.text)

    def action_undo(self) -> None:
        """Show what takes the last change back, then decide."""
        if not self.busy:
            self._work = self._take_back()

    @work(exclusive=True, group="command")
    async def _carry_out(self, line: str, manifest: str) -> None:
        try:
            request = self.prompt.request(line, manifest)
        except Stopped as stopped:
            self._refuse(stopped.message)
            return
        if await self._confirmed(request, line):
            self._remember(line)
            if self.line.value == line:
                self._set_line("")
                self.manifest.text = ""
            self.render_rows()

    @work(exclusive=True, group="command")
    async def _take_back(self) -> None:
        try:
            request = self.prompt.undo()
        except Stopped as stopped:
            self._refuse(stopped.message)
            return
        await self._confirmed(request, "")

    async def _confirmed(self, request: Request, line: str) -> bool:
        """Run a command, a change after its question; return whether it was to run."""
        changed: tuple[str, ...] | None = None
        while True:
            approval: Approval | None = None
            if request.risk is not Risk.READ:
                title = Text(en=f"oc {line}", ja=f"oc {line}") if line else None
                screen = ConfirmScreen(
                    request, self.prompt.target, self.prompt.inspect, title=title, changed=changed
                )
                approval = await ask(self.app, screen)
                if approval is None:
                    return False
                request = screen.request
            try:
                await self._run(request, approval)
            except Changed as news:
                # Another one changed the object meanwhile: the person has to look again.
                changed = news.difference
            except Stopped:
                # The last line says why.
                return True
            else:
                return True

    async def _run(self, request: Request, approval: Approval | None) -> None:
        stream = self.stream
        if stream.lines.total:
            stream.say([""])
        stream.say([f"$ {brief(request.shown, self.prompt.target)}"])
        self._changing = request.risk is not Risk.READ
        try:
            await self.take(self.prompt.run(request, approval))
        finally:
            changed, self._changing = self._changing, False
            if self.is_attached:
                stream.say([self.ending])
                if self.prompt.unknown is not None:
                    stream.say([f"{Tone.UNKNOWN.sign} {say(self.prompt.unknown)}"])
                if changed and self.prompt.undoable:
                    words = _("ctrl+t takes it back: {command}")
                    shown = brief(self.prompt.undo().shown, self.prompt.target)
                    stream.say([words.format(command=shown)])
                self.render_rows()

    def _refuse(self, why: Text) -> None:
        self.query_one("#prompt-risk", Static).update(state(Tone.BAD, say(why)))
        self.app.bell()

    def _remember(self, line: str) -> None:
        history = self.prompt.history
        if line.strip() and history[-1:] != [line]:
            history.append(line)
            del history[:-_MOST]
        self._at, self._kept = len(history), ""

    # Keys

    def action_complete(self) -> None:
        """Complete the word; between line and manifest: go to the other."""
        if self.offered.has_focus:
            self._take(self.offered.cursor)
        elif not self.line.has_focus:
            self.line.focus()
        elif found := suggestions(self.line.value, self.session.state.snapshot):
            self._set_line(rows.completed(self.line.value, found))
        elif self.manifest.display:
            self.manifest.focus()

    @on(RowList.Chosen, "#prompt-suggestions")
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self._take(event.key)

    def _take(self, word: str) -> None:
        found = suggestions(self.line.value, self.session.state.snapshot)
        self._set_line(next((each.line for each in found if each.word == word), self.line.value))

    def action_earlier(self) -> None:
        """Show the line before."""
        if self._at > 0:
            if self._at == len(self.prompt.history):
                self._kept = self.line.value
            self._at -= 1
            self._set_line(self.prompt.history[self._at])

    def action_later(self) -> None:
        """Show the line after; after the last one go to the suggestions."""
        history = self.prompt.history
        if self._at < len(history):
            self._at += 1
            self._set_line(history[self._at] if self._at < len(history) else self._kept)
        elif self.offered.display:
            self.offered.focus()

    def action_output(self) -> None:
        """Go to the output, or back to the line."""
        (self.line if self.stream.has_focus else self.stream).focus()

    def action_copy_command(self) -> None:
        """Copy the command as it would run."""
        try:
            request = self.prompt.request(self.line.value, self.manifest.text)
        except Stopped as stopped:
            self._refuse(stopped.message)
            return
        self.app.copy_to_clipboard(request.shown)
        self.app.notify(_("Command copied."), markup=False, timeout=2)

    @work(exclusive=True, group="leaving")
    async def action_back(self) -> None:
        """Back to the line; from there: stop what runs; if nothing does, go back."""
        if self.focused is not self.line and self.focused is not None:
            self.line.focus()
        elif self.busy and self._changing:
            if await ask(self.app, QuestionScreen(*STOP)):
                self.action_stop()
        elif self.busy:
            self.action_stop()
        else:
            self.dismiss(None)

    async def may_leave(self) -> bool:
        """Return whether the program may end; asks if a change is running."""
        if self.busy and self._changing and not await ask(self.app, QuestionScreen(*STOP)):
            return False
        await self.stop()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if action == "stop":
            return self.busy
        if action == "undo":
            return self.prompt.undoable and not self.busy
        return True
