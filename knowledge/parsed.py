"""Knowledge files as data: YAML takes far longer to read than all else, so it is kept.

So is what the facts of a file that was found right read and bind: their rules are compiled when
somebody first asks for them, which most logs and most clusters never do.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from knowledge import yaml_file
from knowledge.facts import Fact, Primitive, Rows, compile_fact, unread, unread_log
from knowledge.judge import CompiledIssue, compile_causes
from knowledge.kept import NOTHING, Kept, name_by_source
from knowledge.model import Issue
from knowledge.signature import Signature
from knowledge.snapshot import Snapshot
from knowledge.text import Text

_STALE: Final = 4
"""Times as many files as are used are remembered: other folders may be used the next time."""
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack_any: Final = msgspec.msgpack.Decoder().decode
_unpack_issue: Final = msgspec.msgpack.Decoder(Issue).decode


class _Outline(msgspec.Struct, frozen=True, array_like=True):
    """A fact without what finds its rows; its fields are called as there."""

    says: Text
    inputs: frozenset[str]
    outputs: frozenset[str]
    kinds: frozenset[str]
    symptom: bool
    signature: Signature | None
    narrowing: frozenset[str]
    needs: str


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """A file: its document, and the outlines of its facts, by name, if nothing in it is wrong."""

    document: bytes
    facts: bytes | None = None


_unpack: Final = msgspec.msgpack.Decoder(dict[str, _Kept]).decode
_unpack_facts: Final = msgspec.msgpack.Decoder(dict[str, _Outline]).decode


@dataclass(slots=True)
class _Later:
    """A primitive that is compiled when it is first asked about something that was read."""

    issue: str
    fact: str
    raw: Mapping[str, Any]
    needs: str
    signature: Signature | None
    compiled: Primitive | None = None

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        if self.compiled is None:
            why = snapshot.why_unread(self.needs) if self.needs else None
            if why is not None and not snapshot.of(self.needs):
                # With a log alone, that is the answer of three facts in four.
                return Rows((), unread(self.needs, why))
            if self.signature is not None:
                hits = snapshot.hits.get(self.signature.key)
                if hits is None or not hits.hits:
                    return Rows((), unread_log(self.signature, snapshot))
            self.compiled = compile_fact(self.issue, self.fact, self.raw).primitive
        return self.compiled.rows(snapshot, bindings)


@cache
def _name() -> str:
    """Return the name of what is kept: another one for every version of this package.

    Raises:
        OSError: as `name_by_source`.
    """
    folder = Path(__file__).parent
    sources = [*folder.glob("*.py"), *folder.glob("primitives/*.py")]
    return name_by_source("knowledge", sources)


class Parsed:
    """The content of knowledge files by their text."""

    def __init__(self, kept: Kept) -> None:
        """Take what was kept; nothing, if it was kept by another version."""
        self._kept = kept
        self._known: dict[str, _Kept] = {}
        self._used: dict[str, _Kept] = {}
        self._new = False
        try:
            self._name = _name()
        except OSError:
            self._kept, self._name = NOTHING, ""
        data = self._kept.read(self._name)
        if data is not None:
            with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
                self._known = _unpack(data)

    def load(self, text: str) -> Any:
        """Return the document in `text`.

        Raises:
            BadFile: as `yaml_file.load`.
        """
        digest = _digest(text)
        known = self._known.get(digest)
        if known is not None:
            self._used[digest] = known
            return _unpack_any(known.document)
        found = yaml_file.load(text)
        # Not everything that YAML can say can be kept.
        with contextlib.suppress(TypeError, ValueError, OverflowError, RecursionError):
            data = _pack(found)
            if _unpack_any(data) == found:
                self._used[digest] = _Kept(data)
                self._new = True
        return found

    def compiled(self, text: str) -> CompiledIssue | None:
        """Return the issue in `text`, if it was found right before."""
        digest = _digest(text)
        known = self._known.get(digest)
        if known is None or known.facts is None:
            return None
        with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
            issue = _unpack_issue(known.document)
            facts = {
                name: Fact(
                    name=name,
                    primitive=_Later(issue.id, name, issue.facts[name], each.needs, each.signature),
                    **msgspec.structs.asdict(each),
                )
                for name, each in _unpack_facts(known.facts).items()
            }
            self._used[digest] = known
            return CompiledIssue(issue, facts, compile_causes(issue, facts))
        return None

    def found_right(self, text: str, compiled: CompiledIssue) -> None:
        """Note that nothing is wrong with `text`, and what was made of it."""
        digest = _digest(text)
        if (used := self._used.get(digest)) is None:
            return
        outlines = {
            name: _Outline(*(getattr(fact, field) for field in _Outline.__struct_fields__))
            for name, fact in compiled.facts.items()
        }
        self._used[digest] = _Kept(used.document, _pack(outlines))
        self._new = True

    def keep(self) -> None:
        """Keep what was loaded, for the next time."""
        if not self._new:
            return
        others = {key: data for key, data in self._known.items() if key not in self._used}
        if len(others) > _STALE * len(self._used):
            others = {}
        self._kept.write(self._name, _pack({**others, **self._used}))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
