"""Lines without the secrets in them, one for one: what is cut out leaves a mark where it stood."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.redact import Redactor, redact
from knowledge.secret_marks import REDACTED


def clean(lines: Sequence[str], context: Sequence[str] = ()) -> list[str]:
    """Return `lines` redacted, as many as there are.

    Args:
        lines: what is shown.
        context: the lines before them: a secret may begin there.
    """
    redactor = Redactor()
    every = [*context, *lines]
    ready = [out for line in every for out in redactor.feed(line)]
    ready += redactor.close()
    if len(ready) < len(every):
        ready = _in_place(every, ready)
    return ready[len(context) :]


def _in_place(lines: Sequence[str], ready: Sequence[str]) -> list[str]:
    """Put what came out where it was; what did not come out is a part of a secret."""
    placed: list[str] = []
    at = 0
    for number, line in enumerate(lines):
        gone = (len(lines) - number) - (len(ready) - at)
        if at < len(ready) and (gone <= 0 or _may_be(line, ready[at])):
            placed.append(ready[at])
            at += 1
        else:
            placed.append(REDACTED)
    return placed


def _may_be(line: str, out: str) -> bool:
    if out == line or out == redact(line):
        return True
    return REDACTED in out and line[:3] == out[:3]
