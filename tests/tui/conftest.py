"""Each test begins in English and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.language import speak


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    speak("en")
    yield
    speak("en")
