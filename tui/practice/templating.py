"""Fills `${...}` in scenario data from what is known when it is used.

`${now}`, `${now-3h}`   a timestamp relative to this moment
`${stamp-3h}`           the same as 14 digits, as in the names of scheduled backups
`${uid:Kind/ns/name}`   the uid that an object of the scenario has
`${random}`             five random letters, as in pod names
`${trigger.spec.x}`     a path into a variable; nothing there: the field is left out
`${a.x|b.y|'text'}`     the first of several that leads somewhere; text stands in single quotes

A string that is one template keeps the type of its value.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from tui.practice.objects import MISSING, at, seconds, timestamp
from tui.practice.writing import random_suffix

Scope = Mapping[str, Any]

_TEMPLATE = re.compile(r"\$\{([^}]+)\}")
_SPACE = uuid.UUID("6f0d3a52-7c6b-4c9e-9f0b-0d1f5e0c2a11")
_MAX_DEPTH = 80


def uid_of(kind: str, namespace: str, name: str) -> str:
    """Returns the uid that an object of a scenario gets."""
    return str(uuid.uuid5(_SPACE, f"{kind}/{namespace}/{name}"))


def fill(value: Any, scope: Scope, depth: int = 0) -> Any:
    """Returns a copy of scenario data with its templates filled in.

    Args:
        value: A piece of scenario data.
        scope: The variables.
        depth: How deep in the data this is.

    Returns:
        The copy; `MISSING` where a template leads nowhere.
    """
    if depth > _MAX_DEPTH:
        raise ValueError("scenario data is nested too deeply")
    if isinstance(value, str):
        return _text(value, scope) if "${" in value else value
    if isinstance(value, dict):
        filled = {
            str(fill(key, scope, depth + 1)): fill(part, scope, depth + 1)
            for key, part in value.items()
        }
        return {key: part for key, part in filled.items() if part is not MISSING}
    if isinstance(value, list):
        parts = [fill(part, scope, depth + 1) for part in value]
        return [part for part in parts if part is not MISSING]
    return value


def _text(text: str, scope: Scope) -> Any:
    whole = _TEMPLATE.fullmatch(text)
    if whole is not None:
        return _value(whole[1], scope)

    def replace(found: re.Match[str]) -> str:
        value = _value(found[1], scope)
        return "" if value is MISSING or value is None else str(value)

    return _TEMPLATE.sub(replace, text)


def _value(expression: str, scope: Scope) -> Any:
    choices = [choice.strip() for choice in expression.split("|")]
    found: Any = MISSING
    for choice in choices:
        found = choice[1:-1] if choice.startswith("'") else _choice(choice, scope)
        if len(choices) == 1 or (found is not MISSING and found not in (None, "")):
            return found
    return found


def _choice(text: str, scope: Scope) -> Any:
    if text.startswith("now"):
        offset = seconds(text[3:]) if len(text) > 3 else 0.0
        return timestamp(float(scope.get("now") or time.time()) + offset)
    if text.startswith("stamp"):
        offset = seconds(text[5:]) if len(text) > 5 else 0.0
        return re.sub(r"\D", "", timestamp(float(scope.get("now") or time.time()) + offset))
    if text.startswith("uid:"):
        kind, namespace, name = text[4:].split("/")
        return uid_of(kind, namespace, name)
    if text == "random":
        return random_suffix()
    return at(scope, text) if isinstance(scope, dict) else at(dict(scope), text)
