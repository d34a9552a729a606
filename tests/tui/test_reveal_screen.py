from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from driving import press, running, settle
from pictures import expect_picture, screen_text
from screen_fakes import text
from textual.pilot import Pilot
from textual.widgets import Button

from knowledge.text import Text
from tui.engine.reveal import Revealed, SecretKey
from tui.language import speak
from tui.screens.question import QuestionScreen
from tui.screens.reveal import RevealScreen

CANARY = "c4NaRyC4naRY"
KEYS = (SecretKey("cloud", 116), SecretKey("[bold]x", 3))


class Secrets:
    """Answers for one Secret."""

    def __init__(self, keys: tuple[SecretKey, ...] | Text = KEYS, value: str = CANARY) -> None:
        self._keys = keys
        self._value = value
        self.asked: list[str] = []
        self.given: list[Revealed] = []
        self.problem: Text | None = None

    async def list_keys(self) -> tuple[SecretKey, ...] | Text:
        return self._keys

    async def show(self, key: str) -> Revealed | Text:
        self.asked.append(key)
        if self.problem is not None:
            return self.problem
        self.given.append(Revealed("ns", "creds", key, self._value.encode()))
        return self.given[-1]


@asynccontextmanager
async def opened(
    secrets: Secrets, seconds: float = 60.0, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], RevealScreen]]:
    async with running(size=size) as pilot:
        screen = RevealScreen("ns", "creds", secrets.list_keys, secrets.show, seconds)
        pilot.app.push_screen(screen)
        await settle(pilot)
        yield pilot, screen


async def shown(pilot: Pilot[Any]) -> None:
    """Choose the first key and say yes."""
    await press(pilot, "enter")
    await pilot.pause()
    assert isinstance(pilot.app.screen, QuestionScreen)
    await press(pilot, "right", "enter")
    await settle(pilot)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_picture_of_the_keys(language: Any) -> None:
    speak(language)
    async with opened(Secrets()) as (pilot, screen):
        speak(language)
        screen.translate()
        await settle(pilot)
        assert "cloud" in screen_text(pilot.app)
        assert "116" in screen_text(pilot.app)
        assert "[bold]x" in screen_text(pilot.app)
        if language == "en":
            expect_picture(pilot.app, "reveal-80x24-en")


async def test_a_value_is_shown_after_one_more_question_only() -> None:
    secrets = Secrets()
    async with opened(secrets) as (pilot, screen):
        await press(pilot, "enter")
        await pilot.pause()
        question = pilot.app.screen
        assert isinstance(question, QuestionScreen)
        assert "Show the value of cloud for 60 s?" in screen_text(pilot.app)
        assert isinstance(question.focused, Button)
        assert question.focused.id == "no"
        await press(pilot, "enter")
        await settle(pilot)
        assert secrets.asked == []
        assert not screen.showing
        await shown(pilot)
        assert secrets.asked == ["cloud"]
        assert CANARY in screen_text(pilot.app)
        assert "hidden again in" in screen_text(pilot.app)


async def test_the_question_is_japanese_too() -> None:
    async with opened(Secrets()) as (pilot, screen):
        speak("ja")
        screen.translate()
        await press(pilot, "enter")
        await pilot.pause()
        assert "60 秒間表示しますか" in screen_text(pilot.app)
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert CANARY in screen_text(pilot.app)


async def test_escape_hides_at_once_and_then_closes() -> None:
    secrets = Secrets()
    async with opened(secrets) as (pilot, screen):
        await shown(pilot)
        await press(pilot, "escape")
        assert CANARY not in screen_text(pilot.app)
        assert secrets.given[0].forgotten
        assert pilot.app.screen is screen
        await press(pilot, "escape")
        await settle(pilot)
        assert pilot.app.screen is not screen


async def test_time_hides_it() -> None:
    secrets = Secrets()
    async with opened(secrets, seconds=0.2) as (pilot, screen):
        await shown(pilot)
        while screen.showing:
            await pilot.pause(0.05)
        assert secrets.given[0].forgotten
        await settle(pilot)
        assert CANARY not in screen_text(pilot.app)


async def test_another_screen_or_another_window_hides_it() -> None:
    secrets = Secrets()
    async with opened(secrets) as (pilot, screen):
        await shown(pilot)
        pilot.app.push_screen(QuestionScreen(text("a"), text("b"), text("c"), text("d")))
        await settle(pilot)
        assert secrets.given[0].forgotten
        pilot.app.pop_screen()
        await settle(pilot)
        assert CANARY not in screen_text(pilot.app)
        await shown(pilot)
        pilot.app.app_focus = False
        await settle(pilot)
        assert secrets.given[1].forgotten
        assert CANARY not in screen_text(pilot.app)
        await shown(pilot)
        screen.dismiss(None)
        await settle(pilot)
        assert secrets.given[2].forgotten


async def test_nothing_of_it_can_be_copied_or_is_notified() -> None:
    async with opened(Secrets()) as (pilot, screen):
        await shown(pilot)
        assert not screen.allow_select
        await press(pilot, "c", "y", "ctrl+c", "C", "ctrl+shift+c")
        await pilot.mouse_down("#secret-value", offset=(1, 1))
        await pilot.hover("#secret-value", offset=(30, 1))
        await pilot.mouse_up("#secret-value", offset=(30, 1))
        assert CANARY not in (screen.get_selected_text() or "")
        assert CANARY not in pilot.app.clipboard
        assert all(CANARY not in each.message for each in pilot.app._notifications)


async def test_what_a_value_holds_is_no_markup_and_moves_no_cursor() -> None:
    value = "[bold]a[/bold]\x1b[2Jb\x1b]52;c;aGk=\x07c\u202ed"
    async with opened(Secrets(value=value)) as (pilot, _screen):
        await shown(pilot)
        seen = screen_text(pilot.app)
        assert "[bold]a[/bold]\\x1b[2Jb\\x1b]52;c;aGk=\\x07c\\u202ed" in seen
        assert "\x1b" not in seen


async def test_what_went_wrong_is_said() -> None:
    secrets = Secrets()
    secrets.problem = text("The record is full.")
    async with opened(secrets) as (pilot, screen):
        await shown(pilot)
        assert "The record is full." in screen_text(pilot.app)
        assert not screen.showing
    async with opened(Secrets(keys=text("No permission."))) as (pilot, _screen):
        assert "No permission." in screen_text(pilot.app)
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, QuestionScreen)
    async with opened(Secrets(keys=())) as (pilot, _screen):
        assert "empty" in screen_text(pilot.app)
