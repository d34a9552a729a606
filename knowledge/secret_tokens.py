"""Secrets that their own form gives away, without a name beside them: tokens, hashes, Base64.

Every expression takes time in proportion to the line: what may be long is consumed by its match,
and what may fail is bounded.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from knowledge import pattern

_HINT: Final = pattern.compiled(
    r"(?i)gh[pousr]_|github_pat|glpat|xox[a-z]-|sk-|hv[sbr]\.|npm_|aiza|ya29|goog|hooks\.slack"
    r"|pypi-|dckr_|age-secret|akia|asia|\$(2[abxy]|apr1|[156y]|argon2i?d?)\$|sha(256|512)?\}"
    r"|auth|[A-Za-z0-9+/]{40}"
)
"""A line without any of these has nothing of this kind."""
_TOKENS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"gh[pousr]_[A-Za-z0-9]{30,}"
    r"|github_pat_[A-Za-z0-9_]{22,}"
    r"|glpat-[A-Za-z0-9_-]{16,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}"
    r"|sk-(?=[A-Za-z0-9_-]{0,60}[A-Z])(?=[A-Za-z0-9_-]{0,60}[0-9])[A-Za-z0-9_-]{20,}"
    r"|hv[sbr]\.[A-Za-z0-9_-]{20,}"
    r"|npm_[A-Za-z0-9]{30,}"
    r"|AIza[A-Za-z0-9_-]{30,}"
    r"|ya29\.[A-Za-z0-9_-]{20,}"
    r"|GOOG1?[A-Z0-9]{20,}"
    r"|pypi-[A-Za-z0-9_-]{16,}"
    r"|dckr_pat_[A-Za-z0-9_-]{16,}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{40,}"
    r"|hooks\.slack\.com/services/[A-Za-z0-9/]{20,}"
    r")"
    r"|\$(?:2[abxy]|apr1|[156y]|argon2i?d?)\$[./A-Za-z0-9$=,+-]{16,}"
    r"|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{16,}"
)
"""Tokens of GitHub, GitLab, Slack, Vault, npm, Google, PyPI, Docker Hub, age; hashed passwords."""
_KEY_ID: Final = re.compile(r"\bA[KS]IA[A-Z0-9]{12}")
_AWS_SECRET: Final = re.compile(
    r"(?<![A-Za-z0-9+/=_-])(?=[a-z0-9+/]{0,39}[A-Z])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])"
)
"""Beside an id of a key: 40 characters, and no sum in hexadecimal."""
_AZURE_KEY: Final = re.compile(r"(?<![A-Za-z0-9+/=-])[A-Za-z0-9+/]{86}==")
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,}={0,2}")
_WITHIN: Final = re.compile(
    rb"(?i)PRIVATE KEY|secret_?access_?key|\"auths?\"|client-key-data|password|passphrase"
    rb"|account_?key|client_?secret|^[^\s:]{1,64}:\$(?:2[aby]|apr1)"
)
_AUTH: Final = re.compile(r"^(\W{0,40}auth[\"']?\s*:\s+[\"']?)([A-Za-z0-9+/]{8,400}={0,2})")
_LONGEST: Final = 65_536
"""Characters of Base64 that are looked into."""


def without_tokens(line: str, redacted: str) -> str:
    """Return one line of text with `redacted` for what its form gives away."""
    if _HINT.search(line) is None:
        return line
    line = _TOKENS.sub(redacted, line)
    if _KEY_ID.search(line):
        line = _AWS_SECRET.sub(redacted, line)
    line = _AZURE_KEY.sub(redacted, line)
    line = _BASE64.sub(lambda found: redacted if _holds_secret(found[0]) else found[0], line)
    auth = _AUTH.match(line)
    if auth is not None and b":" in _decoded(auth[2]):
        # As in `.dockerconfigjson`: user and password.
        line = auth[1] + redacted + line[auth.end() :]
    return line


def _holds_secret(code: str) -> bool:
    return _WITHIN.search(_decoded(code)) is not None


def _decoded(code: str) -> bytes:
    code = code[:_LONGEST].rstrip("=")
    try:
        return base64.b64decode(code[: len(code) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""
