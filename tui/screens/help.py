"""Help: the keys of the screen below, every sign and what it means, every other key by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui import keys
from tui.language import _
from tui.screens.base import DoctorModal
from tui.text import Tone, join, state
from tui.widgets.row_list import Row, RowList
from tui.widgets.rows import section, text_row

_KEY_ROOM: Final = 14
_PLAIN: Final = ("left", "right")
"""Keys that need no words."""


def keys_here(screen: Screen[Any]) -> list[Binding]:
    """Return the keys of a screen, and of what has the focus in it."""
    focused = screen.focused
    nodes = [screen, *(focused.ancestors_with_self if focused is not None else ())]
    program = {each.id for each in keys.APP if isinstance(each, Binding)}
    every = {each.id for each in keys.everything()} - program
    found: dict[str | None, Binding] = {}
    for node in nodes:
        for kind in type(node).__mro__:
            for binding in vars(kind).get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id in every:
                    found.setdefault(binding.id, binding)
    return [*found.values()]


class HelpScreen(DoctorModal[None]):
    """One page of keys and signs, those of the screen below first."""

    BINDINGS: ClassVar[list[BindingType]] = keys.CLOSE

    def __init__(self, here: Sequence[Binding] = ()) -> None:
        """Take the keys of the screen below."""
        super().__init__()
        self._here = tuple(here)

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(classes="window -large"):
            yield Static(Content(""), classes="window-title")
            yield RowList(id="help")

    def on_mount(self) -> None:
        """Fill the page."""
        self.translate()
        self.query_one(RowList).focus()

    def translate(self) -> None:
        """Show every word in the language of the moment."""
        super().translate()
        self.query_one(".window-title", Static).update(Content(_("Keys and signs")))
        self.query_one(RowList).set_rows([*self._keys_here(), *self._signs(), *self._keys()])

    def _signs(self) -> list[Row]:
        meanings = (
            (Tone.BAD, _("failed, or a confirmed finding: look here first")),
            (Tone.WARN, _("needs a look")),
            (Tone.UNKNOWN, _("not known: likely only, not read, or not evaluated; never healthy")),
            (Tone.BUSY, _("going on")),
            (Tone.OK, _("good")),
            (Tone.INFO, _("to know: harmless")),
            (Tone.OFF, _("off, not there, not found")),
        )
        rows = section(_("Signs"))
        rows += [
            text_row(f"sign:{tone}", state(tone, "").append(" ").append(Content(words)), indent=2)
            for tone, words in meanings
        ]
        return rows

    def _keys_here(self) -> list[Row]:
        if not self._here:
            return []
        rows = [text_row("here", join((_("This screen"), "bold $text-primary")))]
        return rows + [
            text_row(f"here:{each.id}", self._key(each), indent=2, hang=_KEY_ROOM)
            for each in self._here
        ]

    def _keys(self) -> list[Row]:
        rows: list[Row] = []
        shown = {each.id for each in self._here}
        for group in keys.GROUPS:
            mine = {
                (each.key, each.tooltip): each
                for each in keys.everything()
                if each.group == group and each.key not in _PLAIN and each.id not in shown
            }.values()
            rows += section(_(group.description)) if mine else []
            rows += [
                text_row(f"key:{binding.id}", self._key(binding), indent=2, hang=_KEY_ROOM)
                for binding in mine
            ]
        return rows

    def _key(self, binding: Binding) -> Content:
        names = [
            self.app.get_key_display(binding.with_key(key))
            if "," in binding.key
            else self.app.get_key_display(binding)
            for key in binding.key.split(",")
        ]
        shown = Content(" ".join(names)).truncate(_KEY_ROOM, pad=True)
        return shown.stylize("bold $text-accent").append(Content(_(binding.tooltip)))

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)
