"""Rules over facts in words: what must be seen for a cause, a skip or a wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from knowledge.text import Language, Text

_JOINED: Final = {
    "all": Text(en=" and ", ja="かつ"),
    "any": Text(en=" or ", ja="または"),
}
_NOT: Final = Text(en="not ${part}", ja="${part}ではない")
_COMPARED: Final = {
    "later": Text(en="${left} is later than ${right}", ja="${left} が ${right} より後"),
    "less": Text(en="${left} is less than ${right}", ja="${left} が ${right} より小さい"),
    "equal": Text(en="${left} equals ${right}", ja="${left} が ${right} と等しい"),
    "differ": Text(en="${left} differs from ${right}", ja="${left} が ${right} と異なる"),
}
_ALWAYS: Final = Text(en="always", ja="常に")


def rule(
    expression: Any,
    facts: Mapping[str, Mapping[str, Any]],
    language: Language,
    *,
    inner: bool = False,
) -> str:
    """Return an expression in words, each fact by what it says.

    Args:
        expression: as in a knowledge file (`knowledge.expression`).
        facts: the facts of the issue, as in the file.
        language: the language.
        inner: whether it stands in another expression, so that it needs brackets.
    """
    if expression is True:
        return _ALWAYS.to(language)
    if isinstance(expression, str):
        return _quoted(_says(expression, facts, language), language)
    if isinstance(expression, list | tuple):
        return _several("all", expression, facts, language, inner)
    if isinstance(expression, Mapping) and len(expression) == 1:
        ((key, value),) = expression.items()
        if key in _JOINED and isinstance(value, list | tuple):
            return _several(key, value, facts, language, inner)
        if key == "not":
            part = rule(value, facts, language, inner=True)
            return _NOT.to(language).replace("${part}", part)
        if key == "known":
            return rule(value, facts, language, inner=inner)
        if key in _COMPARED and isinstance(value, list | tuple) and len(value) == 2:
            sides = {"left": f"`{value[0]}`", "right": f"`{value[1]}`"}
            return _quoted(_COMPARED[key].fill(sides).to(language), language)
    return ""


def _several(
    how: str, parts: Any, facts: Mapping[str, Mapping[str, Any]], language: Language, inner: bool
) -> str:
    # What only adds evidence (`maybe`) is no condition.
    shown = [rule(each, facts, language, inner=True) for each in parts]
    shown = [each for each in shown if each]
    text = _JOINED[how].to(language).join(shown)
    if not inner or len(shown) < 2:
        return text
    return f"({text})" if language == "en" else f"（{text}）"


def _says(fact: str, facts: Mapping[str, Mapping[str, Any]], language: Language) -> str:
    says = facts.get(fact, {}).get("says")
    if isinstance(says, Text):
        return says.to(language)
    return str(says.get(language, fact)) if isinstance(says, Mapping) else fact


def _quoted(text: str, language: Language) -> str:
    return f"“{text}”" if language == "en" else f"「{text}」"
