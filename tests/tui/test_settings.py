from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.protection import DEFAULT
from tui.settings import Settings, load, save
from tui.theme import DARK, LIGHT


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Settings()


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    settings = Settings("ja", LIGHT.name, {"runbook": "f5", "quote": '"'}, ("live-*", "!\t\\"))
    save(settings, path)
    assert load(path) == settings


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('language = "fr"', "language"),
        ('theme = "pink"', "theme"),
        ("keys = 5", "keys"),
        ("colour = true", "colour"),
        ('protected = "*prod*"', "protected"),
        ("protected = [1]", "protected"),
        ('protected = [""]', "protected"),
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
    assert loaded.protected == DEFAULT


@pytest.mark.parametrize("data", [b"= broken", b"\xff\xfe\x00"])
def test_a_broken_file_does_not_stop_the_program(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(data)
    assert load(path).problems


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(Settings(), tmp_path / "file" / "settings.toml")


_FILE = """# Ours; ask the platform team before changing.
theme = "oadp-dark"

protected = [
  "live-*",   # everything that customers see
  "!live-lab",
]
colour = true

[keys]
runbook = "f5"  # F2 is taken by the terminal
"""


def test_comments_and_unknown_names_stay_when_a_line_changes(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(_FILE.replace("oadp-dark", DARK.name))
    save(replace(load(path), theme=LIGHT.name, language="ja"), path)
    changed = _FILE.replace("oadp-dark", LIGHT.name)
    assert path.read_text() == f'language = "ja"\n{changed}'
    save(replace(load(path), language=None), path)
    assert path.read_text() == changed


def test_what_cannot_be_changed_by_lines_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(_FILE)
    wanted = replace(load(path), protected=("other",), keys={"quit": "f10"}, problems=())
    save(wanted, path)
    assert load(path) == wanted


def test_patterns_that_were_not_understood_are_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('protected = "*prod*"\n')
    save(replace(load(path), language="ja"), path)
    assert 'protected = "*prod*"' in path.read_text()


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    st.sampled_from(["", _FILE, '"theme" = "x"\n', "keys = {a = 'b'}\n", "protected = []\n"]),
    st.sampled_from([None, "en", "ja"]),
    st.dictionaries(_WORDS, _WORDS, max_size=3),
    st.lists(_WORDS, max_size=4).map(tuple) | st.just(DEFAULT),
)
def test_whatever_the_file_was_what_is_saved_is_loaded(
    old: str, language: str | None, keys: dict[str, str], protected: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.toml"
        path.write_text(old, encoding="utf-8")
        wanted = Settings(language, LIGHT.name, keys, protected)
        save(wanted, path)
        assert replace(load(path), problems=()) == wanted
