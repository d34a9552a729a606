"""Text in the two languages that the product speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Language = Literal["en", "ja"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")

PLACEHOLDER: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_-]*)\}")
"""`${name}` in texts, arguments and values. One form everywhere, no expressions inside."""


_WIDE: Final = "\u3001-\u30ff\u3400-\u9fff\uff01-\uff60"
"""Japanese letters and full-width punctuation, as a range of a regular expression."""
_LINE_END: Final = re.compile(
    rf"(?<=[{_WIDE}])(?: |\n *)(?=[{_WIDE}])"
    r"|(?<=[\u3001\u3002\uff09\u300d\uff1a])(?: |\n *)(?=[A-Za-z`$])"
)
"""A line end, or the space that YAML makes of it, where Japanese has none."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in English and in Japanese; both are always there.

    Files are written in lines of bounded length. English gets a space where a line ended,
    Japanese must not get one, so it is taken out here.
    """

    en: str
    ja: str

    def __post_init__(self) -> None:
        """Join the lines of Japanese paragraphs."""
        joined = _LINE_END.sub("", self.ja)
        if joined != self.ja:
            msgspec.structs.force_setattr(self, "ja", joined)

    def to(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.ja if language == "ja" else self.en

    def fill(self, values: Mapping[str, str]) -> Text:
        """Return the text with each known `${name}` replaced; unknown ones stay as they are."""
        return Text(en=fill(self.en, values), ja=fill(self.ja, values))

    def settled(self, values: Mapping[str, str]) -> Text:
        """Return the text with every `${name}` replaced; unknown ones by a word that says so."""
        filled = self.fill(values)
        return Text(
            en=PLACEHOLDER.sub("(unknown)", filled.en),
            ja=re.sub(f" ?{PLACEHOLDER.pattern} ?", "（不明）", filled.ja),
        )


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace `${name}` in `template` by its value, once: values are never read as templates."""
    if "${" not in template:
        return template
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def unfilled(template: str) -> str:
    """Return `template` for a reader, without values: `<name>`, as commands are written."""
    return PLACEHOLDER.sub(r"<\1>", template)


def names(template: str) -> tuple[str, ...]:
    """Return the placeholder names in `template`, in order of appearance."""
    return tuple(PLACEHOLDER.findall(template))
