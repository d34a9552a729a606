"""What a person prefers: a small TOML file in the platform's settings folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from knowledge.text import LANGUAGES, Language
from tui.engine.protection import DEFAULT
from tui.theme import DARK, THEMES

FILE: Final = "settings.toml"
_NAMES: Final = ("language", "theme", "protected", "keys")
_LONGEST_PATTERN: Final = 253
_MOST_PATTERNS: Final = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """Preferences; every one has a default."""

    language: Language | None = None
    """None: as the command line or the environment says."""
    theme: str = DARK.name
    keys: Mapping[str, str] = field(default_factory=dict)
    """Binding id -> key, as in `tui.keys`."""
    protected: tuple[str, ...] = DEFAULT
    """Patterns of contexts where each change needs the context's name typed, as in
    `tui.engine.protection`."""
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
    problems = [name for name in data if name not in _NAMES]
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
    protected = _patterns(data.get("protected", list(DEFAULT)))
    if protected is None:
        # Rather too many contexts protected than one too few.
        problems.append("protected")
        protected = DEFAULT
    return Settings(language, theme, keys, protected, tuple(problems))


def _patterns(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list) or len(value) > _MOST_PATTERNS:
        return None
    good = all(isinstance(each, str) and 0 < len(each) <= _LONGEST_PATTERN for each in value)
    return tuple(value) if good else None


def save(settings: Settings, path: Path | None = None) -> None:
    """Write the settings; a folder that can't be written is no reason to stop.

    What a person wrote into the file stays, comments too, as long as only plain lines change.
    """
    path = path or folder() / FILE
    try:
        old = path.read_text(encoding="utf-8")
        known = tomllib.loads(old)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        old, known = "", {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(_edited(settings, old, known) or _written(settings), encoding="utf-8")
    except OSError:
        return


def _edited(settings: Settings, old: str, known: Mapping[str, Any]) -> str:
    """Return the old file with the new values; empty if it cannot be had by changing lines."""
    if not known:
        return ""
    wanted = {**known, "theme": settings.theme}
    wanted.pop("language", None)
    if settings.language is not None:
        wanted["language"] = settings.language
    before = _read(known)
    if settings.protected != before.protected:
        wanted["protected"] = list(settings.protected)
    if settings.keys != before.keys:
        wanted["keys"] = dict(settings.keys)
    text = old
    for name in ("protected", "theme", "language"):
        if wanted.get(name) != known.get(name):
            text = _with_line(text, name, wanted.get(name))
    try:
        # The proof that changing lines did it; a table or a value over many lines shows here.
        return text if tomllib.loads(text) == wanted else ""
    except tomllib.TOMLDecodeError:
        return ""


def _with_line(text: str, name: str, value: str | list[str] | None) -> str:
    line = "" if value is None else f"{name} = {_value(value)}\n"
    text, replaced = re.subn(rf"(?m)^{name}[ \t]*=.*\n?", lambda _: line, text, count=1)
    return text if replaced else line + text


def _written(settings: Settings) -> str:
    lines = [f"theme = {_value(settings.theme)}"]
    if settings.language is not None:
        lines.insert(0, f"language = {_value(settings.language)}")
    if settings.protected != DEFAULT:
        lines.append(f"protected = {_value(list(settings.protected))}")
    if settings.keys:
        lines += ["", "[keys]"]
        lines += [f"{_quoted(id)} = {_quoted(key)}" for id, key in settings.keys.items()]
    return "\n".join(lines) + "\n"


def _value(value: str | list[str]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return f"[{', '.join(_quoted(each) for each in value)}]"


def _quoted(text: str) -> str:
    """Return a basic string of TOML, which may hold no control characters as they are."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", text) + '"'
