"""The literal text that a regular expression cannot match without, for prefilters.

Signatures are written against unescaped text, log lines hold escaped text: characters that
logrus or JSON may escape end a literal, so that the literal stands in the raw line as it is.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

# The standard library's own parser has no public name since 3.11, and is there nevertheless.
op: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_ESCAPED: Final = frozenset("\"\\<>&'\n\r\t")
SHORTEST: Final = 4
"""A literal shorter than this filters nothing."""

Alternatives = frozenset[str]
"""One of these texts is in everything that matches."""


def required(pattern: str) -> Alternatives:
    """Return literals of which one stands in every line that `pattern` matches.

    Empty when there is none of at least `SHORTEST` characters: then every line must be tried.
    """
    try:
        tree = parser.parse(pattern)
    except Exception:  # RE2 takes a little that `re` does not; then there is just no filter
        return frozenset()
    if tree.state.flags & int(op.SRE_FLAG_IGNORECASE):
        return frozenset()
    best = _best(tree.data)
    return best if best and min(map(len, best)) >= SHORTEST else frozenset()


def _best(nodes: list[Any]) -> Alternatives:
    """Return the best of all alternatives that a sequence requires."""
    found: list[Alternatives] = []
    run = ""

    def end_run() -> None:
        nonlocal run
        if run:
            found.append(frozenset((run,)))
        run = ""

    for code, argument in nodes:
        if code is op.LITERAL and chr(argument) not in _ESCAPED and 32 <= argument < 127:
            run += chr(argument)
            continue
        end_run()
        if code is op.SUBPATTERN and not (argument[1] & int(op.SRE_FLAG_IGNORECASE)):
            found.append(_best(list(argument[3])))
        elif code in {op.MAX_REPEAT, op.MIN_REPEAT} and argument[0] >= 1:
            found.append(_best(list(argument[2])))
        elif code is op.BRANCH:
            branches = [_best(list(branch)) for branch in argument[1]]
            if all(branches):
                found.append(frozenset().union(*branches))
    end_run()
    return max(found, key=_worth, default=frozenset())


def _worth(literals: Alternatives) -> tuple[int, int]:
    return (min(map(len, literals), default=0), -len(literals))
