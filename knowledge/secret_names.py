"""Secrets that the name beside them gives away, in the same line.

Every expression takes time in proportion to the line, whatever the line holds: starts inside a
run of backslashes are ruled out, and all else is bounded.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from knowledge import pattern

REDACTED: Final = "[redacted]"
_CERTAIN: Final = (
    r"(?:aws[_-]?)?secret[_ -]?access[_ -]?key|aws[_-]?session[_-]?token|session[_-]?token"
    r"|secret[_-]?key|client[_-]?secret|password|passwd|passphrase|repository-password"
    r"|storage[_-]?account[_-]?(?:access[_-]?)?key|account[_-]?key|api[_-]?key"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|bearer[_-]?token|auth[_-]?token"
    r"|private[_-]?key|client-key-data|\.dockerconfigjson|\.dockercfg|token-secret\.value"
    r"|azure_client_secret|azure_storage_account_access_key|mysql_pwd|sshpass"
)
_NAMES: Final = rf"{_CERTAIN}|token"
_PREFIX: Final = (
    r"(?:[A-Za-z0-9_./-]{0,40}[_./-]"
    # In one word: adminPassword, clientSecretKey.
    r"|[A-Za-z0-9]{1,30}(?=passw|passphrase|secretkey|secretaccess|privatekey|apikey|accountkey))?"
)
SECRET_NAME: Final = re.compile(rf"(?i){_PREFIX}(?:{_NAMES})")
"""A field or a variable with a secret in it."""
_NOT_YET: Final = r"(?!\\*[\"']?\[?redacted\])"
_Replacements = tuple[tuple[re.Pattern[str], str], ...]
_NAMED_HINT: Final = pattern.compiled(
    rf"(?i)(?:{_NAMES}|auth|access_key_id)(\\*[\"']?\s*[]:=,>}}]|[ \t])"
)


@cache
def _named() -> tuple[tuple[pattern.Pattern, re.Pattern[str], str], ...]:
    """Return what a line must hold, quickly found, with what is replaced in it, and by what.

    Compiled when the first line needs it: that takes as long as all else that a start compiles.
    """
    shapes = tuple(
        pattern.compiled(f"(?i){shape}")
        for shape in (
            rf"(?:{_NAMES}|auth)[\"']\s*:",
            rf"(?:{_NAMES}|auth)[\"']\s*:",
            rf"(?:{_CERTAIN})[\"']\s*:\s*-?[0-9]",
            rf"(?:{_NAMES}|auth)\\+\"",
            r"\"value\"\s*:",
            rf"(?:{_NAMES})=",
            rf"(?:{_CERTAIN}|access_key_id)[ \t]+=",
            rf"--[A-Za-z0-9_./-]*(?:{_NAMES})[ \t]",
            rf"<(?:{_CERTAIN})>",
            rf"(?:{_CERTAIN}):",
            rf"^[+-]?\s*(?:- )?[A-Za-z0-9_./ -]*(?:{_NAMES})\s*:[ \t]",
            rf"^[+-]?\s*(?:- )?[A-Za-z0-9_./ -]*(?:{_NAMES})\s*:[ \t]",
            rf"(?:{_CERTAIN}):\\*\"",
            r"\"value\"\s*:",
            rf"Name:[A-Za-z0-9_./-]*(?:{_NAMES}),Value:",
            rf"(?:{_NAMES}),\s*value:",
            rf"[{{,]\s*[A-Za-z0-9_./-]*(?:{_NAMES})\s*:\s",
            rf"(?:{_CERTAIN})(?::)?[ \t]",
        )
    )
    replacements: _Replacements = (
        # JSON and YAML with quotes: "password": "…"
        (
            re.compile(
                rf"(?i)([\"']{_PREFIX}(?:{_NAMES}|auth)[\"']\s*:\s*)\"(?:[^\"\\]|\\.)*(?:\"|$)"
            ),
            rf'\1"{REDACTED}"',
        ),
        (
            re.compile(rf"(?i)([\"']{_PREFIX}(?:{_NAMES}|auth)[\"']\s*:\s*)'[^']*(?:'|$)"),
            rf"\1'{REDACTED}'",
        ),
        (
            re.compile(rf"(?i)([\"']{_PREFIX}(?:{_CERTAIN})[\"']\s*:\s*)-?[0-9][0-9.eE+-]*"),
            rf'\1"{REDACTED}"',
        ),
        # The same inside a string: \"password\": \"…\"
        (
            re.compile(
                rf"(?i)((?<!\\)\\+\"{_PREFIX}(?:{_NAMES}|auth)\\+\"\s*:\s*\\+\"){_NOT_YET}[^\"\\]+"
            ),
            rf"\1{REDACTED}",
        ),
        # A variable of a container: {"name": "DB_PASSWORD", "value": "…"}
        (
            re.compile(
                rf"(?i)(\"name\"\s*:\s*\"{_PREFIX}(?:{_NAMES})\"\s*,"
                r"(?:\s*\"valueFrom\"\s*:\s*null\s*,)?\s*\"value\"\s*:\s*)"
                r"\"(?:[^\"\\]|\\.)*(?:\"|$)"
            ),
            rf'\1"{REDACTED}"',
        ),
        # INI and environment: aws_secret_access_key = …, PASSWORD=…, with anything before the name
        (
            re.compile(
                rf"(?i)((?:{_NAMES})=)"
                rf"(?:\\*\"(?:[^\"\\]|\\[^\"])+|\\*'[^']+|{_NOT_YET}(?![\"'\\])[^\s\"'&,;\\]+)"
            ),
            rf"\1{REDACTED}",
        ),
        (
            re.compile(
                rf"(?i)((?:{_CERTAIN}|access_key_id)[ \t]{{1,8}}=[ \t]{{0,8}}){_NOT_YET}\S+"
            ),
            rf"\1{REDACTED}",
        ),
        # Arguments: --password …
        (
            re.compile(rf"(?i)((?<![\w-])--{_PREFIX}(?:{_NAMES})[ \t]{{1,8}})(?!-){_NOT_YET}\S+"),
            rf"\1{REDACTED}",
        ),
        (re.compile(rf"(?i)(<(?:{_CERTAIN})>){_NOT_YET}[^<]+"), rf"\1{REDACTED}"),
        # Structures and maps of Go: {SecretAccessKey:…}
        (
            re.compile(rf"(?i)(\b(?:{_CERTAIN}):){_NOT_YET}(?![\"'\\])[^\s,}}\]]{{8,}}"),
            rf"\1{REDACTED}",
        ),
        # YAML: only at the beginning of a line, since prose says «invalid token: expected …» too.
        (
            re.compile(
                rf"(?i)^([+-]?\s*(?:- )?{_PREFIX}(?:{_NAMES})\s*:[ \t]+)"
                r"(?![\[{|>\"']|null\b|true\b|false\b|~|<set to )\S.*"
            ),
            rf"\1{REDACTED}",
        ),
        (
            re.compile(
                rf"(?i)^([+-]?\s*(?:- )?{_PREFIX}(?:{_NAMES})\s*:[ \t]+)"
                r"(?:\"(?:[^\"\\]|\\.)+(?:\"|$)|'[^']+(?:'|$))"
            ),
            rf'\1"{REDACTED}"',
        ),
        # Structures of Go with quotes: SecretAccessKey:"…"
        (re.compile(rf"(?i)(\b(?:{_CERTAIN}):\\*\"){_NOT_YET}[^\"\\]+"), rf"\1{REDACTED}"),
        # A variable the other way round, in a structure of Go, and in YAML with brackets
        (
            re.compile(
                r"(?i)(\"value\"\s*:\s*)\"(?:[^\"\\]|\\.)*\""
                rf"(?=\s*,\s*\"name\"\s*:\s*\"{_PREFIX}(?:{_NAMES})\")"
            ),
            rf'\1"{REDACTED}"',
        ),
        (
            re.compile(rf"(?i)(\bName:{_PREFIX}(?:{_NAMES}),Value:){_NOT_YET}[^,}}]+"),
            rf"\1{REDACTED}",
        ),
        (
            re.compile(rf"(?i)(\bname:\s*{_PREFIX}(?:{_NAMES}),\s*value:\s*+){_NOT_YET}[^,}}]+"),
            rf"\1{REDACTED}",
        ),
        (
            re.compile(
                rf"(?i)(\{{(?:[^{{}}]{{0,200}}?\b{_PREFIX}(?:{_CERTAIN})|\s*token)\s*:\s+)"
                rf"(?![\[{{\"']){_NOT_YET}[^\s,}}][^,}}]*(?=[,}}])"
            ),
            rf"\1{REDACTED}",
        ),
        # Tables and labels: a value that looks like a key, with digits and capitals
        (
            re.compile(
                rf"(?i:\b((?:{_CERTAIN}):?[ \t]{{1,40}}))(?=[^\s]{{0,100}}[0-9])"
                r"(?=[^\s]{0,100}[A-Z])[A-Za-z0-9+/=_~.-]{16,}"
            ),
            rf"\1{REDACTED}",
        ),
    )
    return tuple(
        (shape, expression, replacement)
        for shape, (expression, replacement) in zip(shapes, replacements, strict=True)
    )


def without_named(line: str) -> str:
    """Return one line of text without the values that stand beside a name of a secret."""
    if _NAMED_HINT.search(line):
        for shape, expression, replacement in _named():
            if shape.search(line):
                line = expression.sub(replacement, line)
    return line


def may_be_named(text: str) -> bool:
    """Return whether a name of a secret stands somewhere in `text`."""
    return _NAMED_HINT.search(text) is not None
