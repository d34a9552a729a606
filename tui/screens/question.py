"""Small questions: yes or no, with no ready; and a line of text with candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from knowledge.text import Text
from tui import keys
from tui.language import _, say
from tui.screens.base import DoctorModal
from tui.text import Tone, one_line, state
from tui.widgets.row_list import Row, RowList


class QuestionScreen(DoctorModal[bool]):
    """A yes or no; the harmless answer has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = keys.QUESTION

    def __init__(self, title: Text, about: Text, yes: Text, no: Text) -> None:
        super().__init__()
        self._texts = (title, about, yes, no)

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="window"):
            yield Static(Content(""), classes="window-title")
            yield Static(Content(""), id="about")
            with Horizontal(classes="buttons"):
                yield Button(Content(""), id="no", compact=True)
                yield Button(Content(""), id="yes", compact=True)

    def on_mount(self) -> None:
        """Focus the harmless answer."""
        self.translate()
        self.query_one("#no", Button).focus()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        title, about, yes, no = (Content(say(text)) for text in self._texts)
        self.query_one(".window-title", Static).update(title)
        self.query_one("#about", Static).update(about)
        self.query_one("#yes", Button).label = yes
        self.query_one("#no", Button).label = no

    @on(Button.Pressed, "#yes")
    def _yes(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Answer no."""
        self.dismiss(False)


class AskScreen(DoctorModal[str | None]):
    """One line of text; candidates can be chosen, and what is wrong is said at once."""

    BINDINGS: ClassVar[list[BindingType]] = keys.ASK

    def __init__(
        self,
        title: Text,
        value: str = "",
        candidates: Sequence[str] = (),
        check: Callable[[str], Text | None] = lambda value: None,
    ) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._candidates = tuple(candidates)
        self._check = check

    def compose(self) -> ComposeResult:
        """Lay out the line, what is wrong with it, and the candidates."""
        with Vertical(classes="window"):
            yield Static(one_line(say(self._title)), classes="window-title")
            yield Input(self._value, id="answer")
            yield Static(Content(""), id="wrong")
            yield RowList(id="candidates")
            yield Static(Content(""), id="how")

    def on_mount(self) -> None:
        """Show the candidates and wait for text."""
        rows = [Row(f"candidate:{each}", one_line(each), indent=1) for each in self._candidates]
        candidates = self.query_one("#candidates", RowList)
        candidates.click_chooses = True
        candidates.set_rows(rows)
        candidates.display = bool(rows)
        candidates.styles.height = min(len(rows), 8) or 1
        how = _("⏎ take it   esc cancel")
        if rows:
            how = _("⏎ take it   ↓ candidates   esc cancel")
        self.query_one("#how", Static).update(Content.styled(how, "$text-muted"))
        self.query_one("#answer", Input).focus()

    def action_candidates(self) -> None:
        """Go from the line to the candidates."""
        if self._candidates:
            self.query_one("#candidates", RowList).focus()

    @on(RowList.Chosen)
    def _candidate(self, event: RowList.Chosen) -> None:
        event.stop()
        self._answer(event.key.removeprefix("candidate:"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # What is pasted often brings a blank along, and no value ends with one.
        self._answer(event.value.strip())

    def _answer(self, value: str) -> None:
        problem = self._check(value)
        if problem is None:
            self.dismiss(value)
        else:
            wrong = state(Tone.BAD, say(problem))
            self.query_one("#wrong", Static).update(wrong)

    def action_cancel(self) -> None:
        """Go back; nothing is changed."""
        self.dismiss(None)
