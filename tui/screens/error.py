"""The error screen: an unexpected error in one sentence; the traceback goes to a file."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from knowledge.redact import redact
from tui import keys
from tui.language import _
from tui.screens.base import DoctorModal
from tui.text import one_line, plain


def record(error: BaseException, folder: Path | None = None) -> Path | None:
    """Write a traceback to the state folder; return the file, or None if it can't be written."""
    from tui.engine.journal import sessions_folder

    folder = folder or sessions_folder().parent
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = folder / f"error-{moment}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(redact("".join(traceback.format_exception(error))))
    except OSError:
        return None
    return path


class ErrorScreen(DoctorModal[None]):
    """Says what happened; the program goes on."""

    BINDINGS: ClassVar[list[BindingType]] = keys.CLOSE

    def __init__(self, error: BaseException, path: Path | None) -> None:
        super().__init__()
        self._error = error
        self._path = path

    def compose(self) -> ComposeResult:
        """Lay out what happened and where more of it stands."""
        with Vertical(classes="window"):
            yield Static(Content(_("Something unexpected happened")), classes="window-title")
            yield Static(Content(_("This is a bug in oadp-doctor. The program goes on.")))
            yield Static(one_line(f"{type(self._error).__name__}: {self._error}"), id="what")
            if self._path is not None:
                words = _("The details are in {path}")
                yield Static(plain(words.format(path=self._path)))
            yield Button(Content(_("Go on")), id="close", compact=True)

    def on_mount(self) -> None:
        """Focus the only button."""
        self.query_one(Button).focus()

    def on_button_pressed(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)
