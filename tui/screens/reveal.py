"""One value of one Secret, on the screen only, for some seconds: nothing here can be copied."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Static

from knowledge.text import Text
from tui import keys
from tui.engine.reveal import SECONDS, Revealed, SecretKey
from tui.language import _, say
from tui.screens.ask import ask
from tui.screens.base import DoctorModal, TooSmall
from tui.screens.question import QuestionScreen
from tui.text import Tone, join, one_line, plain, state, visible
from tui.widgets.row_list import Row, RowList

_MOST: Final = 10
"""Keys in sight."""


class RevealScreen(DoctorModal[None]):
    """Lists the keys of a Secret; a chosen one is shown after one more question, and hidden again.

    It is hidden by Esc, when its time is over, when another screen comes over this one, and when
    the terminal is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = keys.QUESTION
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RevealScreen #secret-value {
        height: auto;
        max-height: 12;
        overflow-y: auto;
        margin-top: 1;
    }
    """

    def __init__(
        self,
        namespace: str,
        name: str,
        list_keys: Callable[[], Awaitable[tuple[SecretKey, ...] | Text]],
        show: Callable[[str], Awaitable[Revealed | Text]],
        seconds: float = SECONDS,
    ) -> None:
        """Take the Secret and what reads it.

        Args:
            namespace: where the Secret is.
            name: its name.
            list_keys: reads its keys, as `tui.engine.reveal.keys_of` does.
            show: reads one value, and records that it was asked for, as `tui.engine.reveal.reveal`
                does.
            seconds: how long a value is shown.
        """
        super().__init__()
        self._place = f"{visible(namespace)}/{visible(name)}"
        self._list_keys = list_keys
        self._read = show
        self._seconds = seconds
        self._found: tuple[SecretKey, ...] | Text | None = None
        self._revealed: Revealed | None = None
        self._problem: Text | None = None
        self._left = 0.0
        self._clocks: tuple[Timer, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the keys, the value below them, and the button."""
        with Vertical(classes="window"):
            yield Static(Content(""), classes="window-title")
            yield RowList(id="secret-keys")
            yield Static(Content(""), id="secret-value")
            yield Static(Content(""), id="secret-left")
            with Horizontal(classes="buttons"):
                yield Button(Content(""), id="secret-close", compact=True)
        yield TooSmall()

    def on_mount(self) -> None:
        """Read the keys."""
        self.query_one("#secret-keys", RowList).click_chooses = True
        self.watch(self.app, "app_focus", self._looked_at, init=False)
        self.translate()
        self.query_one("#secret-keys", RowList).focus()
        self._load()

    @property
    def showing(self) -> bool:
        """Whether a value is on the screen."""
        return self._revealed is not None

    @work(exclusive=True, group="keys")
    async def _load(self) -> None:
        self._found = await self._list_keys()
        self._draw()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        title = _("Values of the Secret {name}").format(name=self._place)
        self.query_one(".window-title", Static).update(one_line(title))
        self._draw()

    def _draw(self) -> None:
        listed = next(iter(self.query("#secret-keys").results(RowList)), None)
        if listed is None:
            return
        rows = self._rows()
        listed.styles.height = min(len(rows), _MOST)
        listed.set_rows(rows)
        self.query_one("#secret-value", Static).update(self._value())
        self.query_one("#secret-left", Static).update(self._countdown())
        button = self.query_one("#secret-close", Button)
        button.label = Content(_("Hide") if self.showing else _("Close"))

    def _rows(self) -> list[Row]:
        if self._found is None:
            return [Row("reading", state(Tone.BUSY, _("reading the keys")), selectable=False)]
        if isinstance(self._found, Text):
            problem = state(Tone.BAD, say(self._found))
            return [Row("problem", problem, hang=2, lines=0, selectable=False)]
        if not self._found:
            return [Row("none", state(Tone.INFO, _("The Secret is empty.")), selectable=False)]
        return [
            Row(
                f"key:{each.key}",
                one_line(each.key),
                right=Content(_("about {n} bytes").format(n=each.length)),
            )
            for each in self._found
        ]

    def _value(self) -> Content:
        if self._problem is not None:
            return state(Tone.BAD, say(self._problem))
        if self._revealed is None:
            return Content.styled(_("⏎ show the value of a key, for a short time"), "$text-muted")
        return join((self._revealed.key, "bold $text-primary"), "\n") + plain(
            self._revealed.shown(), "$text-warning"
        )

    def _countdown(self) -> Content:
        if self._revealed is None:
            return Content.styled(_("esc close"), "$text-muted")
        words = _("esc hide   hidden again in {n} s").format(n=math.ceil(max(self._left, 0.0)))
        return Content.styled(words, "$text-muted")

    @on(RowList.Chosen, "#secret-keys")
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self._ask(event.key.removeprefix("key:"))

    @work(exclusive=True, group="value")
    async def _ask(self, key: str) -> None:
        self.hide()
        self._problem = None
        seconds = math.ceil(self._seconds)
        question = QuestionScreen(
            Text(
                en=f"Show the value of {key} for {seconds} s?",
                ja=f"{key} の値を {seconds} 秒間表示しますか?",
            ),
            Text(
                en="Whoever sees this screen sees it. The record keeps that it was shown "
                f"({self._place}, {key}), not the value.",
                ja="この画面を見ている人全員に見えます。記録に残るのは、表示したという事実"
                f"（{self._place}、{key}）だけです。値は残りません。",
            ),
            Text(en="Show the value", ja="値を表示"),
            Text(en="Cancel", ja="キャンセル"),
        )
        if not await ask(self.app, question):
            return
        answer = await self._read(key)
        if isinstance(answer, Text):
            self._problem = answer
        elif self.is_current:
            self._show(answer)
        else:
            answer.forget()
        self._draw()

    def _show(self, revealed: Revealed) -> None:
        self._revealed = revealed
        self._left = self._seconds
        step = min(1.0, self._seconds / 4)
        self._clocks = (
            self.set_timer(self._seconds, self.hide),
            self.set_interval(step, lambda: self._tick(step)),
        )
        self.query_one("#secret-close", Button).focus()

    def _tick(self, seconds: float) -> None:
        self._left -= seconds
        if self.showing:
            self.query_one("#secret-left", Static).update(self._countdown())

    def hide(self) -> None:
        """Take the value off the screen and forget it."""
        for timer in self._clocks:
            timer.stop()
        self._clocks = ()
        if self._revealed is None:
            return
        self._revealed.forget()
        self._revealed = None
        self._draw()
        for listed in self.query("#secret-keys").results(RowList):
            self.set_focus(listed)

    def on_screen_suspend(self) -> None:
        """Hide the value: another screen comes over this one, or this one goes."""
        self.hide()

    def on_unmount(self) -> None:
        """Forget the value with the screen."""
        self.hide()

    def _looked_at(self, focus: bool) -> None:
        if not focus:
            # Nobody looks any more.
            self.hide()

    @on(Button.Pressed, "#secret-close")
    def action_cancel(self) -> None:
        """Hide the value; without one, close."""
        if self.showing:
            self.hide()
        else:
            self.dismiss(None)
