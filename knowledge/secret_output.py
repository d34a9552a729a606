"""Which output formats may be asked of Secrets: those that cannot print a value unrecognised.

JSON and YAML are redacted line by line, since there a Secret shows itself by its kind. What a
template prints bears no mark, so only templates that print names, types and lengths may run.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge.secret_names import SECRET_NAME

SECRETS: Final = re.compile(r"(?i)^secrets?(\.[a-z0-9.-]*)?(/.*)?$")
"""What Secrets may be called on a command line, with a version and a group or without."""

_PLAIN: Final = frozenset({"", "json", "yaml", "name", "wide"})
_META: Final = (
    r"\.(type|kind|apiVersion|metadata\.(name|namespace|uid|creationTimestamp|resourceVersion"
    r"|labels(\.[A-Za-z0-9_\\./-]+)?))"
)
_LITERAL: Final = r'(?:[^"{}\\`]|\\[nt])*'
"""Inside of a text. An escaped quote would end it elsewhere than it seems to end."""
_JSONPATH: Final = re.compile(
    r"\{\s*("
    r"(range\s+)?\.items\[\*\]"
    rf"|(\.items\[[0-9*]+\])?{_META}"
    r"|end"
    rf'|"{_LITERAL}"'
    rf"|'[^'{{}}\\`]*'"
    r")\s*\}"
)
_RANGE_ONLY: Final = re.compile(r"\{\s*\.items\[\*\]\s*\}")
_TEMPLATE: Final = re.compile(
    r"\{\{-?\s*("
    r"range\s+\$k\s*,\s*\$v\s*:=\s*\.data"
    r"|range\s+\.items"
    r"|\$k"
    r"|len\s+\$v"
    rf"|{_META}"
    r"|end"
    rf'|"{_LITERAL}"'
    r")\s*-?\}\}"
)
_FIELD: Final = re.compile(r"(?:\\\.|[A-Za-z0-9_/-]){1,200}")
_BARE: Final = frozenset({"secret", "envVars", "identityProviders", "downloadURL"})
_COLUMNS: Final = re.compile(rf"[^:,]*:{_META}(,[^:,]*:{_META})*")


def prints_values(output: str, template: str) -> bool:
    """Return whether `-o output` (with `--template`) may print values of a Secret.

    Args:
        output: the value of `-o`, such as `jsonpath={.type}`.
        template: the value of `--template`, or empty.
    """
    form, _, expression = output.partition("=")
    if expression and template:
        return True
    expression = expression or template
    if form in _PLAIN:
        return bool(expression)
    if form in {"jsonpath", "jsonpath-as-json"}:
        return bool(_RANGE_ONLY.search(expression)) or not _only(_JSONPATH, expression)
    if form in {"go-template", "template"}:
        return not _only(_TEMPLATE, expression)
    if form == "custom-columns":
        return _COLUMNS.fullmatch(expression) is None
    return True


def aims_at_secret(expression: str) -> bool:
    """Return whether a template asks for a field whose name says that it is secret.

    What it prints bears no mark, whatever the kind: `{.data.password}` of a ConfigMap,
    `{.spec.containers[*].env[*].value}` of a Pod.

    Args:
        expression: the value of `-o` or `--template`.
    """
    fields = [each.replace("\\", "") for each in _FIELD.findall(expression)]
    return any(SECRET_NAME.fullmatch(each) or each in _BARE for each in fields) or (
        "env" in fields and "value" in fields
    )


def _only(action: re.Pattern[str], expression: str) -> bool:
    rest = action.sub("", expression)
    return "{" not in rest and "}" not in rest
