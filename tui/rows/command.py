"""A command line: exact and complete, with what stands on each of them kept quiet."""

from __future__ import annotations

import shlex

from textual.content import Content

from tui.engine.target import Target
from tui.text import plain


def command(shown: str, target: Target, style: str = "bold $text-accent") -> Content:
    """Return a command with its pinned beginning muted, so that the verb is seen first.

    Args:
        shown: The command as it can be pasted.
        target: What commands run against.
        style: How what is particular to this command looks.
    """
    length = _pinned(shown, target)
    return plain(shown[:length], "$text-muted") + plain(shown[length:], style)


def brief(shown: str, target: Target) -> str:
    """Return a command in one line without its pinned beginning and its input.

    Args:
        shown: The command as it can be pasted.
        target: What commands run against.
    """
    first, _newline, more = shown.partition("\n")
    if more:
        first = first.rpartition(" <<")[0]
    length = _pinned(first, target)
    if not length:
        return first
    # The stand-in runs through the interpreter, whose name says nothing.
    stand_in = len(target.prefix) > 1
    program = "oc" if stand_in else target.prefix[0].replace("\\", "/").rsplit("/", 1)[-1]
    return f"{program} … {first[length:].lstrip()}" + (" …" if more else "")


def _pinned(shown: str, target: Target) -> int:
    """Return how much of a command stands on each of them."""
    for arguments in (target.argv(target.namespace, ()), target.pinned):
        head = shlex.join(arguments)
        if head and shown.startswith(head + " "):
            return len(head)
    return 0
