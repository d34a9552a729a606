"""Secrets that one line gives away by itself: by what marks them, their form, or their name.

Every expression takes time in proportion to the line, whatever the line holds: starts inside a
run of backslashes or of token characters are ruled out, and all else is bounded.
"""

from __future__ import annotations

import re
from typing import Final

from knowledge import pattern
from knowledge.secret_names import REDACTED, SECRET_NAME, may_be_named, without_named
from knowledge.secret_tokens import without_tokens

__all__ = ["REDACTED", "SECRET_NAME", "may_hold_secrets", "shows_secrets", "without_marked"]

HINT: Final = (
    r"(?i)key|token|secret|pass|bearer|basic|sig|://|akia|asia|aroa|aida|eyj|sha256~|docker|auth"
    r"|data|credential|begin|cookie|gh[pousr]_|github_pat|aiza|glpat|xox|hv[sbr]\.|npm_|goog|hooks\.slack|pypi"
    r"|dckr|ya29|\$[a-z0-9]{1,8}\$|sha(256|512)?\}|pwd|-u |--user|%3a%2f%2f|map\[|sk-"
    r"|[A-Za-z0-9+/]{40}"
)
"""A line without any of these has nothing to redact."""
_HINT: Final = pattern.compiled(HINT)
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
    r"(?i)-----BEGIN|://[^/\s]*@|authorization|bearer|cookie|-token|\beyJ|sha256~"
    r"|\b(AK|AS|AR|AI)[IOD]A|sig(nature)?(=|%3d)|map\[|-u[ =]|--user|%3a%2f%2f"
    r"|(password|passphrase|key) (is|was) |(pwd|pass)\s?[:=]|download ?url"
)
_MARKED: Final[_Replacements] = (
    (
        re.compile(
            r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----).*?"
            r"(-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)"
        ),
        rf"\1{REDACTED}\2",
    ),
    # A password may hold an @ itself.
    (re.compile(r"(://)[^/\s:@\"'<>]{0,256}:[^/\s?\"'<>]{1,1024}@"), rf"\1{REDACTED}@"),
    (
        re.compile(r"(?i)(%3a%2f%2f[\w.+~-]{0,128}%3a)[\w.~%+!-]{1,256}?(?=%40)"),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(
            r"((?<![\w-])(?:-u|--user)[ =][\"']?[^\s:\"']{1,64}:)" + _NOT_YET + r"[^\s\"']{1,256}"
        ),
        rf"\1{REDACTED}",
    ),
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
            r"(?i)(\b(?:set-)?cookie\\*[\"']?:(?!\s*\\*[\"']?\[?\[redacted)[ \t]*\[?\\*[\"']?)"
            r"[^\"'\\\]]{4,}"
        ),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(
            r"(?i)(\b(?:x-[a-z-]{1,30}|private)-token\\*[\"']?[:=][ \t]*\[?\\*[\"']?)"
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
    (
        re.compile(
            r"(?i)((?<![A-Za-z])(?:pwd|pass)\s?[:=]\s?)(?=[^\s\"']{0,200}[0-9])"
            r"(?![/\[])[^\s\"'&,;]{8,}"
        ),
        rf"\1{REDACTED}",
    ),
    # Whoever has the link of a DownloadRequest can read what it leads to, signed or not.
    (
        re.compile(r"(?i)(\bdownload ?url\\*[\"']?\s*[:=]\s*\\*[\"']?)https?:[^\s\"'<>\\]+"),
        rf"\1{REDACTED}",
    ),
    # Prose, if what is said has a digit somewhere.
    (
        re.compile(
            r"(?i)\b((?:password|passphrase|access key) (?:is|was) [\"']?)"
            r"(?=[^\s\"']{0,200}[0-9])[^\s\"']{8,}"
        ),
        rf"\1{REDACTED}",
    ),
)


def without_marked(line: str) -> str:
    """Return one line of text without the secrets that show themselves in it."""
    line = without_tokens(line, REDACTED)
    if "://" in line:
        line = _URL.sub(_unsigned, line)
    if _MARKED_HINT.search(line):
        for expression, replacement in _MARKED:
            line = expression.sub(replacement, line)
    return without_named(line)


def shows_secrets(text: str) -> bool:
    """Return whether something in `text`, such as a whole object as JSON, looks like a secret."""
    return (
        _MARKED_HINT.search(text) is not None
        or may_be_named(text)
        or ("://" in text and _SIGNED.search(text) is not None)
    )


def may_hold_secrets(text: str) -> bool:
    """Return whether a line is worth a closer look; quick."""
    return _HINT.search(text) is not None


def _unsigned(url: re.Match[str]) -> str:
    return f"{url[1]}{REDACTED}" if _SIGNED.search(url[2]) else url[0]
