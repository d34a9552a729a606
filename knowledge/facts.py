"""What a fact is: rows of bindings with evidence, or unknown with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

import msgspec
from msgspec import Struct

from knowledge.condition import BadRule
from knowledge.finding import Evidence
from knowledge.scan import Signature
from knowledge.snapshot import LogGroup, Snapshot
from knowledge.text import Text, names

MOST_ROWS: Final = 500
"""Rows of one cause; more are cut, so that nothing shown grows without end."""

_NO_BINDINGS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """One way in which a fact holds."""

    bindings: Mapping[str, str]
    evidence: tuple[Evidence, ...]


class OnDemand:
    """Ways in which a fact holds, each made when somebody first asks for it, and then kept.

    Most questions are answered by the first one: whether anything fits at all.
    """

    def __init__(self, source: Iterator[Found]) -> None:
        """Take what `source` yields; it must not ask for what is made here."""
        self._source = source
        self._kept: list[Found] = []

    def __iter__(self) -> Iterator[Found]:
        """Yield all of them, in the order of the source."""
        at = 0
        while True:
            if at == len(self._kept):
                new = next(self._source, None)
                if new is None:
                    return
                self._kept.append(new)
            yield self._kept[at]
            at += 1

    def __bool__(self) -> bool:
        """Return whether there is one."""
        return next(iter(self), None) is not None


@dataclass(frozen=True, slots=True)
class Rows:
    """All ways in which a fact holds; `unknown` says why there may be more."""

    found: OnDemand | tuple[Found, ...] = ()
    unknown: Text | None = None


class Primitive(Protocol):
    """A compiled primitive."""

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        """Return the rows under `bindings`; rows that disagree with them may be among them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A named fact of an issue, compiled."""

    name: str
    says: Text
    primitive: Primitive
    inputs: frozenset[str]
    """Bindings it must have been given."""
    outputs: frozenset[str]
    """Bindings it may add."""
    kinds: frozenset[str]
    """Kinds it reads."""
    symptom: bool
    """Whether it is something that is seen to go wrong; a likely finding needs one."""
    signature: Signature | None = None
    narrowing: frozenset[str] = frozenset()
    """Bindings that it need not be given, but finds its rows quickly by."""
    needs: str = ""
    """A kind: while none of its objects is read, all that is to say is why; empty: not so."""
    asked_by: tuple[str, ...] = field(init=False)
    """Bindings that its rows depend on."""

    def __post_init__(self) -> None:
        """Work out what does not change."""
        object.__setattr__(self, "asked_by", tuple(sorted(self.inputs | self.narrowing)))


class Arguments(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of the arguments of a primitive, as they stand in a file."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a primitive's maker gives back."""

    primitive: Primitive
    inputs: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    symptom: bool = False
    signature: Signature | None = None
    narrowing: frozenset[str] = frozenset()
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a fact is called, for its evidence and its signature."""

    issue: str
    fact: str
    says: Text


ArgumentsType = TypeVar("ArgumentsType", bound=Arguments)
Maker = Callable[[Any, Naming], Made]


@dataclass(frozen=True, slots=True)
class Registered:
    """A primitive that files may use."""

    name: str
    arguments: type[Arguments]
    make: Maker
    example: str = field(default="", compare=False)


REGISTRY: Final[dict[str, Registered]] = {}


def primitive(
    name: str, arguments: type[ArgumentsType]
) -> Callable[[Callable[[ArgumentsType, Naming], Made]], Callable[[ArgumentsType, Naming], Made]]:
    """Register a primitive under `name`; its arguments feed the schema and the errors."""

    def register(
        make: Callable[[ArgumentsType, Naming], Made],
    ) -> Callable[[ArgumentsType, Naming], Made]:
        REGISTRY[name] = Registered(name, arguments, make)
        return make

    return register


def compile_fact(issue: str, name: str, raw: Mapping[str, Any]) -> Fact:
    """Return the fact `name` of `issue`, compiled.

    Raises:
        BadRule: not `says` and exactly one primitive, or the primitive's arguments are wrong.
    """
    # Registers the primitives; at the top it would be a cycle.
    import knowledge.primitives  # noqa: F401

    keys = [key for key in raw if key not in {"says", "symptom"}]
    if len(keys) != 1 or keys[0] not in REGISTRY:
        raise BadRule(f"fact needs `says` and exactly one of: {', '.join(sorted(REGISTRY))}")
    registered = REGISTRY[keys[0]]
    try:
        says = msgspec.convert(raw.get("says"), Text)
        arguments = msgspec.convert(raw[registered.name], registered.arguments)
        symptom = msgspec.convert(raw.get("symptom"), bool | None)
    except msgspec.ValidationError as error:
        raise BadRule(f"{registered.name}: {error}") from None
    made = registered.make(arguments, Naming(issue, name, says))
    return Fact(
        name,
        says,
        made.primitive,
        made.inputs,
        made.outputs,
        made.kinds,
        made.symptom if symptom is None else symptom,
        made.signature,
        made.narrowing,
        made.needs,
    )


def unread(kind: str, why: Text) -> Text:
    """Return the sentence for a kind that could not be read."""
    return Text(
        en=f"{kind} could not be read: {why.en}",
        ja=f"{kind} を読み取れませんでした: {why.ja}",
    )


def unread_log(signature: Signature, snapshot: Snapshot) -> Text | None:
    """Return why a log in which `signature` could be was not read, or not to its end."""
    read = {log.group for log in snapshot.logs}
    if LogGroup.UNKNOWN in read:
        # Any program may have written it; so nothing is missing once it was read to its end.
        why = snapshot.unread_logs.get(LogGroup.UNKNOWN)
        return why and Text(
            en=f"the log was not read to its end: {why.en}",
            ja=f"ログを最後まで読み取っていません: {why.ja}",
        )
    for group in sorted(signature.groups - read):
        why = snapshot.unread_logs.get(group)
        if why is not None:
            return Text(
                en=f"the log of {group} could not be read: {why.en}",
                ja=f"{group} のログを読み取れませんでした: {why.ja}",
            )
    return None


def template_inputs(*templates: str) -> frozenset[str]:
    """Return the bindings that templates use."""
    return frozenset(name for template in templates for name in names(template))
