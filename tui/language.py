"""The language of the screens: gettext catalogues, looked up each time a word is shown."""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Final

from knowledge.text import LANGUAGES, Language, Text

DOMAIN: Final = "oadp-doctor"
FOLDER: Final = Path(__file__).with_name("locale")

LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "ja": "日本語"}
"""Each language in its own words."""


class _Speaker:
    """Which language is spoken now; one for the program, as the terminal is one."""

    def __init__(self) -> None:
        self.language: Language = "en"
        self.catalogues: dict[Language, gettext.NullTranslations] = {
            "en": gettext.NullTranslations()
        }

    def speak(self, language: Language) -> None:
        if language not in self.catalogues:
            self.catalogues[language] = gettext.translation(
                DOMAIN, FOLDER, languages=[language], fallback=True
            )
        self.language = language

    def translate(self, message: str) -> str:
        return self.catalogues[self.language].gettext(message) if message else ""


_speaker: Final = _Speaker()


def _(message: str) -> str:
    """Return `message` in the language of the moment. Never keep the result beyond a render."""
    return _speaker.translate(message)


def N_(message: str) -> str:
    """Mark `message` for translation where it is written and translate it where it is shown."""
    return message


def say(text: Text | None) -> str:
    """Return a bilingual text in the language of the moment; nothing for None."""
    return text.to(_speaker.language) if text is not None else ""


def language() -> Language:
    """Return the language of the moment."""
    return _speaker.language


def speak(wanted: Language) -> None:
    """Switch the language; who shows text has to render again."""
    _speaker.speak(wanted)


def following(current: Language) -> Language:
    """Return the language after `current`, round and round."""
    return LANGUAGES[(LANGUAGES.index(current) + 1) % len(LANGUAGES)]
