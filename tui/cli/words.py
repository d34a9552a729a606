"""Text for the terminal: control characters made visible, errors on the error output."""

from __future__ import annotations

import contextlib
import sys
import unicodedata
from collections.abc import Iterable
from typing import Final

from knowledge.text import Language, Text

_KEPT: Final = frozenset("\n\t")


def plain(text: str) -> str:
    """Return `text` with nothing in it that a terminal would act upon.

    Escape sequences become visible, and so do characters that reorder or hide text.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        each
        if each in _KEPT or unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        else f"\\x{ord(each):02x}"
        if ord(each) < 256
        else f"\\u{ord(each):04x}"
        for each in text
    )


def line(text: str) -> str:
    """Return `text` as one line."""
    return plain(" ".join(text.split()))


def complain(message: Text, language: Language) -> None:
    """Print one sentence on the error output, if there is one."""
    _print(line(message.to(language)))


def tell(problems: Iterable[object]) -> None:
    """Print what in knowledge files could not be used on the error output."""
    for problem in problems:
        _print(line(str(problem)))


def _print(sentence: str) -> None:
    # Closed, it would be the standard output, or nothing that can be written to.
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(f"oadp-doctor: {sentence}", file=sys.stderr)
