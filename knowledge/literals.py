"""The literal text that a regular expression cannot match without, for prefilters.

Signatures are written against unescaped text, log lines hold escaped text: characters that
logrus or JSON may escape end a literal, so that the literal stands in the raw line as it is.
A line that escapes more than that is known by `ODD_ESCAPE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from knowledge.ordinary import commonness, ordinary

# The standard library's own parser has no public name since 3.11, and is there nevertheless.
op: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_ESCAPED: Final = frozenset("\"\\<>&'\n\r\t")
SHORTEST: Final = 4
"""A literal shorter than this filters nothing."""
_TOGETHER: Final = 3
"""Literals that are looked for together where each of them tells little."""
_SHORTENED: Final = 12
"""Characters that a literal keeps at least when it is shortened."""
_SHORTEST_AFTER: Final = 3
_MOST_AFTER: Final = 40
"""Alternatives that may stand after one."""
ODD_ESCAPE: Final = (
    rb"\\(?:/|x[2-7]|U000|u00(?:2[013-589a-fA-F]|3[0-9abdfABDF]|[4-7][0-9a-fA-F])"
    rb"|u017[fF]|u212[aA])"
)
"""Escapes of characters that no logger escapes: any literal may be hidden in such a line."""
_FOLDED: Final = {"k": rb"(?:[kK]|\xe2\x84\xaa)", "s": rb"(?:[sS]|\xc5\xbf)"}
"""What RE2 takes for these letters besides their two cases: the signs of Kelvin and long s."""
_POSIX_CLASS: Final = re.compile(r"\[:\^?[a-z]+:\]")
_JSON: Final = re.compile(r"[-+0-9.,:{}\[\]a-zA-Z]*")
_WORD: Final = re.compile("[a-zA-Z]+")


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """Text that must stand in a line."""

    text: str
    folded: bool = False
    """Whether letters may be of the other case."""
    after: tuple[tuple[Literal, ...], ...] = ()
    """What must stand after it in the line, in this order, one of each: it tells little alone."""

    @property
    def expression(self) -> bytes:
        """Return it as a regular expression over bytes, for RE2, Hyperscan and `re` alike."""
        rest = b"".join(
            rb"[^\n]*(?:" + b"|".join(each.expression for each in some) + b")"
            for some in self.after
        )
        if not self.folded:
            return re.escape(self.text).encode() + rest
        return (
            b"".join(
                _FOLDED.get(each.lower(), f"[{each.lower()}{each.upper()}]".encode())
                if each.isalpha()
                else re.escape(each).encode()
                for each in self.text
            )
            + rest
        )


Alternatives = frozenset[Literal]
"""One of these is in everything that matches."""


@lru_cache(maxsize=4096)
def required(pattern: str) -> Alternatives:
    """Return literals of which one stands in every line that `pattern` matches.

    Empty when there is none of at least `SHORTEST` characters: then every line must be tried.
    """
    # RE2 knows classes by name, the parser used here would read them as something else.
    source = _POSIX_CLASS.sub(r"\\s", pattern)
    try:
        tree = parser.parse(source)
    except Exception:  # RE2 takes a little that `re` does not; then there is just no filter
        return frozenset()
    best = _best(tree.data, folded=bool(tree.state.flags & int(op.SRE_FLAG_IGNORECASE)))
    return best if best and _least(best) >= SHORTEST else frozenset()


def _best(nodes: list[Any], *, folded: bool) -> Alternatives:
    """Return the best of all alternatives that a sequence requires."""
    found: list[Alternatives] = []
    run = ""

    def end_run() -> None:
        nonlocal run
        if run and not _only_json(run):
            found.append(frozenset((Literal(run, folded and any(map(str.isalpha, run))),)))
        run = ""

    for code, argument in nodes:
        if code is op.LITERAL and chr(argument) not in _ESCAPED and 32 <= argument < 127:
            run += chr(argument)
            continue
        end_run()
        if code is op.SUBPATTERN:
            _, added, removed, inner = argument
            ignoring = int(op.SRE_FLAG_IGNORECASE)
            within = bool(added & ignoring) or (folded and not removed & ignoring)
            found.append(_best(list(inner), folded=within))
        elif code in {op.MAX_REPEAT, op.MIN_REPEAT} and argument[0] >= 1:
            found.append(_best(list(argument[2]), folded=folded))
        elif code is op.BRANCH:
            branches = [_best(list(branch), folded=folded) for branch in argument[1]]
            if all(branches):
                found.append(frozenset().union(*branches))
    end_run()
    return _enough(found)


def _enough(found: list[Alternatives]) -> Alternatives:
    """Return the best of `found`, which a sequence requires in this order.

    Where each of them may stand in any log, it is several of them, one after the other.
    """
    best = max(found, key=_worth, default=frozenset[Literal]())
    if not any(_alone(each) for each in best):
        return best
    long = [e for e in found if _least(e) >= _SHORTEST_AFTER and len(e) <= _MOST_AFTER]
    chosen = sorted(long, key=_worth, reverse=True)[:_TOGETHER]
    sequence = [each for each in long if any(each is one for one in chosen)]
    if len(sequence) < 2 or _least(sequence[0]) < SHORTEST:
        return best
    rest = tuple(tuple(sorted(each)) for each in sequence[1:])
    return frozenset(replace(each, after=each.after + rest) for each in sequence[0])


def _alone(literal: Literal) -> bool:
    """Return whether a literal tells little and stands for itself."""
    return not literal.after and ordinary(literal.text)


def _only_json(text: str) -> bool:
    """Return whether `text` may be numbers, words and marks of JSON.

    Values that are no strings are written anew when a record is read: `[1, 2]` is `[1,2]` then,
    and `1e3` is `1000.0`.
    """
    return _JSON.fullmatch(text) is not None and all(
        any(word in each for each in ("true", "false", "null", "e", "E"))
        for word in _WORD.findall(text)
    )


def _least(literals: Alternatives) -> int:
    return min((len(each.text) for each in literals), default=0)


def _worth(literals: Alternatives) -> tuple[bool, int, int]:
    least = _least(literals)
    telling = least >= SHORTEST and not any(_alone(each) for each in literals)
    return (telling, least, -len(literals))


def quick(literal: Literal) -> Literal:
    """Return the beginning of `literal` that is found fastest: it ends in what is rare.

    Engines look at the last bytes first; those of English words are everywhere.
    """
    text = literal.text
    if literal.after or len(text) <= _SHORTENED:
        return literal
    ends = (at for at in range(_SHORTENED, len(text)) if not ordinary(text[:at]))
    best = min((*ends, len(text)), key=lambda at: (commonness(text[:at]), -at))
    return replace(literal, text=text[:best])
