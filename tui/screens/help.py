"""Help: every key by group, every sign and what it means."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
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


class HelpScreen(DoctorModal[None]):
    """One page of keys and signs."""

    BINDINGS: ClassVar[list[BindingType]] = keys.CLOSE

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
        self.query_one(RowList).set_rows([*self._signs(), *self._keys()])

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
        rows = [text_row("signs", join((_("Signs"), "bold $text-primary")))]
        rows += [
            text_row(f"sign:{tone}", state(tone, "").append(" ").append(Content(words)), indent=2)
            for tone, words in meanings
        ]
        return rows

    def _keys(self) -> list[Row]:
        rows: list[Row] = []
        for group in keys.GROUPS:
            rows += section(_(group.description))
            mine = {
                (each.key, each.tooltip): each
                for each in keys.everything()
                if each.group == group and each.key not in _PLAIN
            }.values()
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
