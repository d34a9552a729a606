from __future__ import annotations

import re

import pytest
from catalogue import MO, compiled, extracted, read

from knowledge.text import LANGUAGES, Text
from tui import keys
from tui.language import FOLDER, LANGUAGE_NAMES, _, following, language, say, speak


def test_every_text_is_translated_and_none_is_left_over() -> None:
    known = {message.id: message.string for message in read() if message.id}
    assert set(known) == set(extracted())
    assert [text for text, translated in known.items() if not translated] == []


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in read() if message.id and message.fuzzy] == []


def test_the_compiled_catalogue_is_current() -> None:
    assert MO.read_bytes() == compiled(read())
    assert MO.is_relative_to(FOLDER)


def test_translations_fill_in_the_same_values() -> None:
    for message in read():
        if message.id:
            wanted = set(re.findall(r"{\w+}", message.id))
            assert set(re.findall(r"{\w+}", message.string)) == wanted, message.id


def test_every_key_is_explained_in_both_languages() -> None:
    for binding in keys.everything():
        assert binding.id
        assert binding.tooltip
        assert binding.group in keys.GROUPS
        speak("ja")
        assert _(binding.tooltip) != binding.tooltip
        speak("en")


def test_binding_ids_are_unique() -> None:
    ids = [binding.id for binding in keys.everything()]
    assert len(ids) == len(set(ids))


def test_no_letter_writes() -> None:
    """What changes a cluster is a button in a question, never a key."""
    assert not any(binding.action == "confirm" for binding in keys.everything())
    writing = {"run", "delete", "approve", "apply"}
    assert not writing & {binding.action.partition("(")[0] for binding in keys.everything()}


@pytest.mark.parametrize("wanted", LANGUAGES)
def test_the_language_can_be_switched_at_any_time(wanted: str) -> None:
    text = Text(en="a backup", ja="バックアップ")
    for _round in LANGUAGES:
        speak(following(language()))
        assert say(text) == (text.en if language() == "en" else text.ja)
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)


def test_a_language_without_catalogue_speaks_english() -> None:
    speak("en")
    assert _("Findings") == "Findings"
    speak("ja")
    assert _("Findings") == "検出結果"
