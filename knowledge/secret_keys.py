"""Private keys that span lines, whole or in part."""

from __future__ import annotations

import re
from typing import Final

from knowledge.secret_lines import apart
from knowledge.secret_marks import REDACTED

_INSIDE: Final = re.compile(
    r"^\W{0,80}[A-Za-z0-9+/]*={0,2}[\s\"',\\nr]*$"
    r"|^\s*(?:Proc-Type|DEK-Info|Version|Comment|Hash): "
    r"|[\s\"'][A-Za-z0-9+/]{40,}={0,2}[\s\"',\\nr]*$"
)
"""A line within a key. Any other ends it: the rest of the key is missing then."""
_PIECE: Final = re.compile(
    r"^[\s\"'>|]*(?P<code>[A-Za-z0-9+/]{60,}={0,2})[\s\"',]*(?:\\[nr]){0,4}[\s\"',]*$"
)
"""A line of a key, or of something else in Base64, alone: its head is missing."""
_REST: Final = re.compile(r"^\s*(?=[^\s]*[0-9A-Z+/=])[A-Za-z0-9+/]{4,}={0,2}\s*$")


class PrivateKeys:
    """A stream of lines without private keys, nor the parts of keys whose head is missing."""

    def __init__(self) -> None:
        self._key = False
        """In a private key."""
        self._public = False
        """In a certificate or a public key."""
        self._piece = False
        """After a line that was taken for a part of a key."""

    def without(self, line: str) -> str | None:
        """Return the next line without what is part of a private key; None: all of it was."""
        if "-----" in line:
            return self._border(line)
        if self._public:
            return line
        if self._key:
            if _INSIDE.search(apart(line)[1]):
                return None
            self._key = False
        return self._headless(line)

    def _border(self, line: str) -> str:
        begin, end = line.rfind("-----BEGIN"), line.rfind("-----END")
        key, self._key, self._piece = self._key, False, False
        if begin > end:
            self._key = "PRIVATE KEY" in line[begin:] and "\\n" not in line[begin:]
            self._public = not self._key
            return line
        if end < 0:
            return line
        self._public = False
        # In one line after a beginning, the line itself tells.
        if begin < 0 and (key or "PRIVATE KEY" in line[end:]):
            kept = line[:end].rstrip(_CODE)
            cut = line[:end] if len(kept) == end else kept + REDACTED
            return (REDACTED if key else cut) + line[end:]
        return line

    def _headless(self, line: str) -> str | None:
        after, self._piece = self._piece, False
        if len(line) < 60 and not after:
            return line
        body = apart(line)[1]
        piece = _PIECE.match(body)
        if piece is not None and _mixed(piece["code"]):
            self._piece = True
            return None if after else REDACTED
        if after and _REST.match(body):
            return None
        return line


_CODE: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\"


def _mixed(code: str) -> bool:
    """Return whether it is Base64 rather than a sum in hexadecimal or a word."""
    return (
        any(sign.isdigit() for sign in code)
        and any(sign.isupper() for sign in code)
        and any(sign.islower() for sign in code)
    )
