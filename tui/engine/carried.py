"""A change as it was carried out: what it takes to take it back, or to settle what came of it.

It goes into the record before the change runs, and comes out of it when a session is resumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from knowledge.inverse import Inverse, inverse
from knowledge.inverse_words import NO_DIFFERENCE, WORDS
from knowledge.model import Step
from knowledge.secret_marks import REDACTED
from knowledge.text import Text
from tui.engine.journal import fits
from tui.engine.preview import Look

_BIGGEST: Final = 200_000
"""Bytes of an object that are recorded for comparing it later."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """How a change is taken back."""

    note: Text
    """In words; if there is no command, why."""
    args: tuple[str, ...] = ()
    """Arguments of `oc` without what the engine adds; empty: there is no command."""
    manifest: Mapping[str, Any] | None = None


_TOO_BIG: Final = Text(
    en="What takes this back is too big for the record; only the program that made the change "
    "could take it back.",
    ja="元に戻すための内容が大きすぎて記録に残せませんでした。元に戻せるのは、変更を実行した"
    "プログラムだけです。",
)
_SECRET: Final = Text(
    en="What takes this back holds a secret, which is in no record; only the program that made "
    "the change could take it back.",
    ja="元に戻すための内容に機密情報が含まれるため、記録に残していません。元に戻せるのは、"
    "変更を実行したプログラムだけです。",
)
NO_WAY_BACK: Final = WayBack(Text(en="This cannot be undone.", ja="この変更は元に戻せません。"))


@dataclass(frozen=True, slots=True)
class Carried:
    """One change."""

    purpose: str
    """`run` or `undo`."""
    args: tuple[str, ...]
    manifest: Mapping[str, Any] | None
    namespace: str
    found: bool | None = None
    """Whether the object was there before; None: not known."""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    """As the server's dry run said that it would be."""
    way_back: WayBack = NO_WAY_BACK
    values: Mapping[str, str] = field(default_factory=dict)
    """The values that the command was made with."""

    def recorded(self) -> dict[str, Any]:
        """Return the fields for the record; what would be cut off there is left out."""
        back = self.way_back
        if not fits((back.args, back.manifest)):
            back = WayBack(_TOO_BIG)
        return {
            "purpose": self.purpose,
            "args": self.args,
            "manifest": self.manifest,
            "namespace": self.namespace,
            "found": self.found,
            "before": _bounded(self.before),
            "after": _bounded(self.after),
            "undo": back.note,
            "undo_args": back.args,
            "undo_manifest": back.manifest,
            "values": self.values,
        }


def of_record(event: Mapping[str, Any]) -> Carried | None:
    """Return the change that a `will-run` event of a record is about; None if it is not whole."""
    args, way_back = _words(event.get("args")), _words(event.get("undo_args"))
    if not args or way_back is None:
        return None
    note = _mapping(event.get("undo")) or {}
    back = WayBack(
        Text(en=str(note.get("en", "")), ja=str(note.get("ja", ""))),
        way_back,
        _mapping(event.get("undo_manifest")),
    )
    if REDACTED in str(event.get("undo_args")) + str(event.get("undo_manifest")):
        # What was taken out of the record cannot be put back.
        back = WayBack(_SECRET)
    found = event.get("found")
    return Carried(
        str(event.get("purpose", "")),
        args,
        _mapping(event.get("manifest")),
        str(event.get("namespace", "")),
        found if isinstance(found, bool) else None,
        _mapping(event.get("before")),
        _mapping(event.get("after")),
        back,
        {
            str(name): str(value)
            for name, value in (_mapping(event.get("values")) or {}).items()
            if REDACTED not in str(value)
        },
    )  # fmt: skip


_NOTHING_OF_OURS: Final = (NO_DIFFERENCE, WORDS["existed"])
"""What says that a change makes nothing: the way back that its step declares would undo what was
there before."""


def way_back(
    step: Step | None,
    declared: WayBack | None,
    args: tuple[str, ...],
    manifest: Mapping[str, Any] | None,
    namespace: str,
    look: Look,
) -> WayBack:
    """Return how a change is taken back.

    What the object was decides, where it is known in full: a label that had another value gets
    that value again. The step's own words explain it, and a step that says that there is no
    command for it is believed.

    Args:
        step: the step of a procedure; None for a command that a person typed.
        declared: the way back that the step declares, filled with its values.
        args: the arguments of the change.
        manifest: its manifest.
        namespace: its namespace.
        look: the object before it, and what the dry run made of it.
    """
    if step is not None and step.undo is not None and not step.undo.run and declared is not None:
        return declared
    computed = inverse(args, manifest, look.before, look.after, namespace)
    if computed in _NOTHING_OF_OURS:
        return WayBack(computed)
    if declared is None or not declared.args:
        if isinstance(computed, Inverse):
            return WayBack(computed.note, computed.args, computed.manifest)
        return WayBack(computed)
    if (
        isinstance(computed, Inverse)
        and computed.exact
        and computed.args[:1] == declared.args[:1]
        and look.before is not None
    ):
        return WayBack(declared.note, computed.args, computed.manifest)
    return declared


def _bounded(body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return an object for the record: uid and resourceVersion decide what became of a change."""
    if body is None:
        return None
    kept = dict(body)
    if isinstance(metadata := body.get("metadata"), Mapping):
        kept["metadata"] = {k: each for k, each in metadata.items() if k != "managedFields"}
    return kept if fits(kept) and len(msgspec.json.encode(kept)) <= _BIGGEST else None


def _words(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(value)


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None
