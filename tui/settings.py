"""What a person prefers: a small TOML file in the platform's settings folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from knowledge.text import LANGUAGES, Language
from tui.theme import DARK, THEMES

FILE: Final = "settings.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Preferences; every one has a default."""

    language: Language | None = None
    """None: as the command line or the environment says."""
    theme: str = DARK.name
    keys: Mapping[str, str] = field(default_factory=dict)
    """Binding id -> key, as in `tui.keys`."""
    problems: tuple[str, ...] = ()
    """What in the file was not understood, in the words of the file."""


def folder() -> Path:
    """Return the folder of the settings file."""
    from platformdirs import user_config_path

    return user_config_path("oadp-doctor")


def load(path: Path | None = None) -> Settings:
    """Return the settings of `path`; what is wrong in it is left out and named."""
    path = path or folder() / FILE
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except FileNotFoundError:
        return Settings()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Settings(problems=(f"{path}: {error}",))
    return _read(data)


def _read(data: Mapping[str, Any]) -> Settings:
    problems = [name for name in data if name not in ("language", "theme", "keys")]
    language = next((each for each in LANGUAGES if each == data.get("language")), None)
    if language is None and "language" in data:
        problems.append("language")
    theme = data.get("theme", DARK.name)
    if theme not in [each.name for each in THEMES]:
        problems.append("theme")
        theme = DARK.name
    keys = data.get("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(each, str) for each in keys.values()):
        problems.append("keys")
        keys = {}
    return Settings(language, theme, keys, tuple(problems))


def save(settings: Settings, path: Path | None = None) -> None:
    """Write the settings; a folder that can't be written is no reason to stop."""
    path = path or folder() / FILE
    lines = [f'theme = "{settings.theme}"']
    if settings.language is not None:
        lines.insert(0, f'language = "{settings.language}"')
    if settings.keys:
        lines += ["", "[keys]"]
        lines += [f"{_quoted(id)} = {_quoted(key)}" for id, key in settings.keys.items()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError:
        return


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
