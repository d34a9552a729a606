from __future__ import annotations

from pathlib import Path

import pytest

from tui.settings import Settings, load, save
from tui.theme import DARK, LIGHT


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Settings()


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    settings = Settings("ja", LIGHT.name, {"runbook": "f5", "quote": '"'})
    save(settings, path)
    assert load(path) == settings


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('language = "fr"', "language"),
        ('theme = "pink"', "theme"),
        ("keys = 5", "keys"),
        ("colour = true", "colour"),
    ],
)
def test_what_is_not_understood_is_named_and_left_out(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    loaded = load(path)
    assert loaded.problems == (problem,)
    assert loaded.theme == DARK.name
    assert loaded.language is None


@pytest.mark.parametrize("data", [b"= broken", b"\xff\xfe\x00"])
def test_a_broken_file_does_not_stop_the_program(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(data)
    assert load(path).problems


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(Settings(), tmp_path / "file" / "settings.toml")
