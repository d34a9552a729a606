"""Secrets that one line gives away by itself: by their form, or by the name beside them.

Every expression takes time in proportion to the line, whatever the line holds: starts inside a
run of backslashes or of token characters are ruled out, and all else is bounded.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge import pattern

REDACTED: Final = "[redacted]"
_CERTAIN: Final = (
    r"(?:aws[_-]?)?secret[_-]?access[_-]?key|aws[_-]?session[_-]?token|session[_-]?token"
    r"|secret[_-]?key|client[_-]?secret|password|passwd|passphrase|repository-password"
    r"|storage[_-]?account[_-]?(?:access[_-]?)?key|account[_-]?key|api[_-]?key"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|bearer[_-]?token|auth[_-]?token"
    r"|private[_-]?key|client-key-data|\.dockerconfigjson|\.dockercfg|token-secret\.value"
    r"|azure_client_secret|azure_storage_account_access_key"
)
_NAMES: Final = rf"{_CERTAIN}|token"
_PREFIX: Final = r"(?:[A-Za-z0-9_./-]{0,40}[_./-])?"
SECRET_NAME: Final = re.compile(rf"(?i){_PREFIX}(?:{_NAMES})")
"""A field or a variable with a secret in it."""
_HINT: Final = pattern.compiled(
    r"(?i)key|token|secret|pass|bearer|basic|sig|://|akia|asia|aroa|aida|eyj|sha256~|docker|auth"
    r"|data|credential|begin|cookie"
)
"""A line without any of these has nothing to redact."""
_URL: Final = re.compile(
    r"(?i)(https?://[^\s?\"'<>\\]{1,1024}\?)((?:[^\s\"'<>\\]|\\u[0-9a-f]{4})+)"
)
"""A URL and its query; in JSON, `&` may stand as \\u0026 in it."""
_SIGNED: Final = re.compile(
    r"(?i)signature|x-amz-|x-goog-|awsaccesskeyid|googleaccessid|sig=|token="
)
"""What in a query tells that it signs the URL. The whole query goes then: each vendor's differs."""
_NOT_YET: Final = r"(?!\\*[\"']?\[?redacted\])"
_Replacements = tuple[tuple[re.Pattern[str], str], ...]
_MARKED_HINT: Final = pattern.compiled(
    r"(?i)-----BEGIN|://[^/\s]*@|authorization|bearer|cookie|-token|\beyJ|sha256~|\b(AK|AS|AR|AI)[IOD]A"
    r"|sig(nature)?(=|%3d)|map\[string\]"
)
_MARKED: Final[_Replacements] = (
    (
        re.compile(
            r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----).*?"
            r"(-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)"
        ),
        rf"\1{REDACTED}\2",
    ),
    (re.compile(r"(://)[^/\s:@\"'<>]{0,256}:[^/\s@\"'<>]{1,1024}@"), rf"\1{REDACTED}@"),
    # A token alone before the host; names of people are shorter.
    (re.compile(r"(://)(?=[^/\s:@]{0,256}[0-9])[^/\s:@\"'<>]{20,256}@"), rf"\1{REDACTED}@"),
    (
        re.compile(
            r"(?i)(\bauthorization\\*[\"']?\s*[:=]\s*\[?\\*[\"']?)"
            r"(?:(?:bearer|basic|negotiate|digest|token|apikey)\s+)?(?!\[?redacted\])[^\s\"',\\]{4,}"
        ),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(
            r"(?i)(\b(?:set-)?cookie\\*[\"']?:[ \t]*\[?\\*[\"']?"
            r"|\b(?:x-[a-z-]{1,30}|private)-token\\*[\"']?[:=][ \t]*\[?\\*[\"']?)"
            + _NOT_YET
            + r"[^\s\"',\\;]{4,}"
        ),
        rf"\1{REDACTED}",
    ),
    # Prose says «bearer authentication»: a token has a digit somewhere.
    (
        re.compile(r"(?i)\b(bearer\s+)(?=[^\s\"']*[0-9])[A-Za-z0-9._~+/=-]{12,}"),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(
            r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"
        ),
        REDACTED,
    ),
    (re.compile(r"\bsha256~[A-Za-z0-9_-]{16,}"), REDACTED),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}"), REDACTED),
    (
        re.compile(r"(?i)((?<![a-z0-9])sig(?:nature)?(?:=|%3d))[0-9a-z%/+=_-]{16,}"),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(r"((?i:data):map\[string\](?:\[\]byte|string|\[\]uint8)\{)[^}]+"),
        rf"\1{REDACTED}",
    ),
)
_NAMED_HINT: Final = pattern.compiled(
    rf"(?i)(?:{_NAMES}|auth|access_key_id)(\\*[\"']?\s*[:=,>]|[ \t])"
)
_NAMED_SHAPES: Final = tuple(
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
        rf"^\s*(?:- )?[A-Za-z0-9_./-]*(?:{_NAMES})\s*:[ \t]",
    )
)
"""What a line must hold for each of `_NAMED`; quicker to look for."""
_NAMED: Final[_Replacements] = (
    # JSON and YAML with quotes: "password": "…"
    (
        re.compile(rf"(?i)([\"']{_PREFIX}(?:{_NAMES}|auth)[\"']\s*:\s*)\"(?:[^\"\\]|\\.)*(?:\"|$)"),
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
            rf"(?i)(\"name\"\s*:\s*\"{_PREFIX}(?:{_NAMES})\"\s*,\s*\"value\"\s*:\s*)"
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
        re.compile(rf"(?i)((?:{_CERTAIN}|access_key_id)[ \t]{{1,8}}=[ \t]{{0,8}}){_NOT_YET}\S+"),
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
            rf"(?i)^(\s*(?:- )?{_PREFIX}(?:{_NAMES})\s*:[ \t]+)"
            r"(?![\[{|>\"']|null\b|~|<set to )\S.*"
        ),
        rf"\1{REDACTED}",
    ),
)


def without_marked(line: str) -> str:
    """Return one line of text without the secrets that show themselves in it."""
    if "://" in line:
        line = _URL.sub(_unsigned, line)
    if _MARKED_HINT.search(line):
        for expression, replacement in _MARKED:
            line = expression.sub(replacement, line)
    if _NAMED_HINT.search(line):
        for shape, (expression, replacement) in zip(_NAMED_SHAPES, _NAMED, strict=True):
            if shape.search(line):
                line = expression.sub(replacement, line)
    return line


def shows_secrets(text: str) -> bool:
    """Return whether something in `text`, such as a whole object as JSON, looks like a secret."""
    return (
        _MARKED_HINT.search(text) is not None
        or _NAMED_HINT.search(text) is not None
        or ("://" in text and _SIGNED.search(text) is not None)
    )


def may_hold_secrets(text: str) -> bool:
    """Return whether a line is worth a closer look; quick."""
    return _HINT.search(text) is not None


def _unsigned(url: re.Match[str]) -> str:
    return f"{url[1]}{REDACTED}" if _SIGNED.search(url[2]) else url[0]
