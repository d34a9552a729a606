"""The literals of signatures, from an earlier run: to find them each pattern is taken apart."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from knowledge import literals, ordinary, prefilter
from knowledge.kept import Kept, name_by_source
from knowledge.literals import Alternatives
from knowledge.signature import Signature

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(dict[str, Alternatives]).decode


@cache
def _name() -> str:
    """Return the name of what is kept: another one for every version of how literals are found.

    A literal that is not in every line that matches would hide lines, so what another version
    found is never used.
    """
    modules = (literals, ordinary, prefilter)
    return name_by_source("needed", (Path(str(module.__file__)) for module in modules))


def _key(signature: Signature) -> str:
    return repr((signature.patterns, sorted(signature.others.items())))


class KnownLiterals:
    """The literals of signatures that were asked for before, and of those that are asked for."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def of(self, signatures: Sequence[Signature]) -> list[Alternatives]:
        """Return, for each signature, literals of which one is in every line that it matches."""
        try:
            name = _name()
        except OSError:  # without its own source it can't tell versions apart
            return prefilter.each_by_itself(signatures)
        known: dict[str, Alternatives] = {}
        data = self._kept.read(name)
        if data is not None:
            with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
                known = _unpack(data)
        used: dict[str, Alternatives] = {}
        found: list[Alternatives] = []
        for each in signatures:
            key = _key(each)
            if key not in used:
                used[key] = known[key] if key in known else prefilter.literals_of(each)
            found.append(used[key])
        if not used.keys() <= known.keys():
            self._kept.write(name, _pack(used))
        return found
