"""Regular expressions of knowledge files: RE2, so no pattern and no input can take for ever."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, Protocol, cast

import re2

_MEMORY: Final = 8 << 20
"""Bytes that one compiled pattern may use."""
_LONGEST: Final = 4_000
"""Characters of a pattern."""


class BadPattern(ValueError):
    """A regular expression that RE2 does not take; the message says why."""


class Match(Protocol):
    """What a search gives: the part of `re.Match` that is used."""

    def groupdict(self) -> dict[str, str | None]:
        """Return the named groups."""

    def start(self) -> int:
        """Return where the match begins."""

    def end(self) -> int:
        """Return where the match ends."""


class Pattern(Protocol):
    """A compiled expression: the part of `re.Pattern` that is used."""

    def search(self, text: str, /) -> Match | None:
        """Return the first match anywhere in `text`."""

    def fullmatch(self, text: str, /) -> Match | None:
        """Return the match of the whole of `text`."""


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


@lru_cache(maxsize=4096)
def compiled(source: str) -> Pattern:
    """Return `source` compiled.

    Raises:
        BadPattern: RE2 refuses it (look-around and back references do not exist there).
    """
    if len(source) > _LONGEST:
        raise BadPattern(f"a pattern has at most {_LONGEST} characters")
    try:
        return cast("Pattern", re2.compile(source, _options()))
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise BadPattern(f"regular expression {source[:80]!r}: {text}") from None


def group_names(source: str) -> tuple[str, ...]:
    """Return the names of the named groups in `source`, in order."""
    return tuple(re.findall(r"\(\?P<([A-Za-z_][A-Za-z0-9_]*)>", source))
