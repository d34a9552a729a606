"""Screens as text: compared with files that are read in a diff."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App

FOLDER = Path(__file__).with_name("pictures")


def screen_text(app: App[Any]) -> str:
    """Return what is on the screen, without colours and trailing room."""
    strips = app.screen._compositor.render_strips()
    lines = ("".join(segment.text for segment in strip).rstrip() for strip in strips)
    return "\n".join(lines) + "\n"


def expect_picture(app: App[Any], name: str) -> None:
    """Compare the screen with the picture of that name, or write it when asked to."""
    path = FOLDER / f"{name}.txt"
    shown = screen_text(app)
    if os.environ.get("OADP_DOCTOR_UPDATE_PICTURES"):
        path.write_text(shown, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert shown == expected, f"{path} differs; see OADP_DOCTOR_UPDATE_PICTURES"
