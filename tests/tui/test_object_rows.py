from __future__ import annotations

from datetime import timedelta

from screen_fakes import NOW

from tui.language import speak
from tui.rows.object_detail import _fields


def fields(expiration: str) -> str:
    speak("en")
    return "\n".join(
        row.content.plain for row in _fields({"status": {"expiration": expiration}}, NOW)
    )


def test_what_is_still_to_come_is_not_said_to_be_over() -> None:
    shown = fields((NOW + timedelta(days=29, hours=1)).isoformat())
    assert "(in 29d)" in shown
    assert "ago" not in shown


def test_what_is_over_says_since_when() -> None:
    assert "(2d ago)" in fields((NOW - timedelta(days=2)).isoformat())
