"""The way back from a change: the command that takes it back, or why there is none.

It is computed from the object as it was before the change and as the server's dry run said it
would be after it, so it can be written down before the change runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from knowledge.aim import (
    Aim,
    aim_of,
    kind_name,
    pairs_of,
    patched,
    writes_status,
)
from knowledge.inverse_words import (
    COMES_BACK,
    GOING,
    HIDDEN,
    NO_DIFFERENCE,
    NOT_READ,
    NULL_IN_LIST,
    OTHER,
    STATUS,
    TOO_LARGE,
    UNFINALIZED,
    WITHOUT_DRY_RUN,
    WORDS,
    deleted_again,
    made_anew,
    no_way,
    put_back,
)
from knowledge.lifecycle import KEPT, LEFT, LOST, REMADE, UNSTORED
from knowledge.merge_patch import Back, back, hides
from knowledge.quiet import LAST_APPLIED, MISSING, NOISE, KeyPath, at, differs, lasting, quiet, same
from knowledge.risk import classify
from knowledge.text import Text

_LONGEST: Final = 131_000
"""Bytes of a patch: one argument of a process may have 128 KiB on Linux."""
_GONE: Final = NOISE | {"deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences"}
"""Fields of `metadata` that an object made anew does not get.

Owners are left out, as Velero's own restore leaves them out: an owner that is gone by now would
make the garbage collector delete the object at once, and OpenShift asks for rights on the owner
before it takes a reference. Operators set theirs again.
"""


@dataclass(frozen=True, slots=True)
class Inverse:
    """A command for `oc` that takes a change back."""

    args: tuple[str, ...]
    """The arguments, the verb first, without what the engine adds (`--context`, `-n`)."""
    manifest: Mapping[str, Any] | None
    """What goes to standard input for `-f -`; None if it reads nothing."""
    note: Text
    """What it does, and what it does not bring back."""
    exact: bool
    """Whether every field that the change touched is afterwards as it was before."""


def inverse(
    args: Sequence[str],
    manifest: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    namespace: str,
) -> Inverse | Text:
    """Return the command that takes back what `args` change; a `Text` says why there is none.

    Args:
        args: the arguments of the change, as `knowledge.risk.classify` takes them.
        manifest: what the change reads from standard input.
        before: the object as it was, redacted; None: it was not there, or could not be read.
        after: the object as the server's dry run returned it, redacted; None: there was none.
        namespace: where the change goes; empty for objects without one.
    """
    aim = aim_of(args, manifest)
    if isinstance(aim, Text):
        return aim
    if any(_is_other(body, aim, namespace) for body in (manifest, before, after)):
        return OTHER
    way = _WAYS.get(aim.verb)
    if way is None:
        return no_way(aim.verb)
    found = way(aim, before, after)
    if isinstance(found, Inverse):
        # A saved object may hold what no command line takes.
        refused = classify(found.args, found.manifest).refused
        return found if refused is None else refused
    return found


def _is_other(body: Mapping[str, Any] | None, aim: Aim, namespace: str) -> bool:
    """Return whether `body` is an object of another name or place than the change is about."""
    if body is None:
        return False
    name, place = at(body, ("metadata", "name")), at(body, ("metadata", "namespace"))
    return (aim.name != "" and name not in (MISSING, aim.name)) or (
        namespace != "" and place not in (MISSING, None, "", namespace)
    )


def _pairs(aim: Aim, before: Mapping[str, Any] | None, _: object) -> Inverse | Text:
    if before is None:
        return NOT_READ
    field = "labels" if aim.verb == "label" else "annotations"
    had = at(before, ("metadata", field))
    had = had if isinstance(had, Mapping) else {}
    words: list[str] = []
    paths: list[KeyPath] = []
    for key, new in pairs_of(aim).items():
        old = had.get(key)
        if old == new:
            continue
        if hides(old):
            return HIDDEN
        words.append(f"{key}-" if old is None else f"{key}={old}")
        paths.append(("metadata", field, key))
    if not words:
        return NO_DIFFERENCE
    overwrite = ("--overwrite",) if any("=" in word for word in words) else ()
    return Inverse(
        (aim.verb, aim.resource, aim.name, *words, *overwrite), None, put_back(paths), True
    )


def _scale(aim: Aim, before: Mapping[str, Any] | None, _: object) -> Inverse | Text:
    count = at(before, ("spec", "replicas"))
    if before is None or not isinstance(count, int) or isinstance(count, bool):
        return NOT_READ
    if str(count) == aim.arguments.flags.get("replicas"):
        return NO_DIFFERENCE
    args = ("scale", f"{aim.resource}/{aim.name}", f"--replicas={count}")
    return Inverse(args, None, put_back((("spec", "replicas"),)), True)


def _paused(aim: Aim, before: Mapping[str, Any] | None, _: object) -> Inverse | Text:
    pausing = aim.verb == "rollout pause"
    if before is not None and (at(before, ("spec", "paused")) is True) is pausing:
        return NO_DIFFERENCE
    args = ("rollout", "resume" if pausing else "pause", f"{aim.resource}/{aim.name}")
    note = WORDS["resume" if pausing else "pause"]
    # Resuming rolled out what had been held back; pausing again does not roll that back.
    return Inverse(args, None, note, pausing and before is not None)


def _never(aim: Aim, _: object, __: object) -> Text:
    return WORDS[aim.verb]


def _created(
    aim: Aim, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Inverse | Text:
    body = aim.manifest or {}
    if before is not None:
        return WORDS["existed"]
    if not aim.name:
        return WORDS["unnamed"]
    if str(body.get("apiVersion", "")).startswith(UNSTORED):
        return WORDS["unstored"]
    kind = kind_name(body)
    if kind in KEPT:
        return KEPT[kind]
    note = LEFT.get(kind, deleted_again(aim.name))
    return Inverse(("delete", aim.resource, aim.name), None, note, kind not in LEFT)


def _deleted(aim: Aim, before: Mapping[str, Any] | None, _: object) -> Inverse | Text:
    if before is None:
        return NOT_READ
    kind = kind_name(before)
    metadata = before.get("metadata")
    if not isinstance(metadata, Mapping) or not before.get("kind"):
        return NOT_READ
    if metadata.get("deletionTimestamp"):
        return GOING
    if kind in LOST:
        return LOST[kind]
    owners = metadata.get("ownerReferences")
    if kind in REMADE and _is_controlled(owners):
        return COMES_BACK
    saved = {key: value for key, value in before.items() if key not in {"status", "metadata"}}
    saved["metadata"] = {key: value for key, value in metadata.items() if key not in _GONE}
    if hides(at(saved, ("metadata", "annotations", LAST_APPLIED))):
        saved["metadata"] = quiet(saved)["metadata"]
    if hides(saved):
        return HIDDEN
    if kind == "Pod" and isinstance(saved.get("spec"), Mapping):
        # A pod with a node's name goes past the scheduler, to a node that may be full or gone.
        saved["spec"] = {key: value for key, value in saved["spec"].items() if key != "nodeName"}
    return Inverse(("create", "-f", "-"), saved, made_anew(kind, owned=bool(owners)), False)


def _is_controlled(owners: Any) -> bool:
    return isinstance(owners, list) and any(
        isinstance(owner, Mapping) and owner.get("controller") is True for owner in owners
    )


def _fields(
    aim: Aim, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Inverse | Text:
    if before is None:
        return _unread(aim, after)
    if writes_status(aim):
        return STATUS
    if aim.verb == "replace" and aim.arguments.on("force"):
        return WORDS["replace --force"]
    wanted = after if after is not None else patched(aim, before)
    if wanted is None:
        return WITHOUT_DRY_RUN
    if any(not same(at(before, path), at(wanted, path)) for path in _IDENTITY):
        return OTHER
    paths = differs(before, wanted)
    calm = lasting(before)
    blind = hides(calm) and hides(lasting(wanted))
    if all(at(calm, path) is None and at(wanted, path) is MISSING for path in paths):
        return HIDDEN if blind else NO_DIFFERENCE
    if at(before, ("metadata", "deletionTimestamp")) is not MISSING and _FINALIZERS in paths:
        return UNFINALIZED
    found = back(calm, paths)
    if found.hidden:
        return HIDDEN
    if found.broken:
        return NULL_IN_LIST
    _with_last_applied(aim, before, wanted, found)
    text = json.dumps(found.patch, separators=(",", ":"))
    if len(text) > _LONGEST:
        return TOO_LARGE
    return Inverse(
        ("patch", aim.resource, aim.name, "--type=merge", "-p", text),
        None,
        put_back(paths, lists=found.lists, nulls=found.nulls, guessed=after is None, unseen=blind),
        not found.nulls and after is not None and not blind,
    )


_IDENTITY: Final[tuple[KeyPath, ...]] = (("apiVersion",), ("kind",), ("metadata", "name"))
_FINALIZERS: Final[KeyPath] = ("metadata", "finalizers")


def _unread(aim: Aim, after: Mapping[str, Any] | None) -> Inverse | Text:
    # What a dry run would create has no resourceVersion: nothing has been stored.
    stored = at(after, ("metadata", "resourceVersion")) is not MISSING
    if aim.verb == "apply" and after is not None and not stored:
        return _created(aim, None, after)
    return NOT_READ


def _with_last_applied(
    aim: Aim, before: Mapping[str, Any], after: Mapping[str, Any], found: Back
) -> None:
    """Put the record back that `oc apply` keeps: a later one would compare with it."""
    path = ("metadata", "annotations", LAST_APPLIED)
    old, new = at(before, path), at(after, path)
    if aim.verb != "apply" or same(old, new) or hides(old):
        return
    notes = found.patch.setdefault("metadata", {}).setdefault("annotations", {})
    notes[LAST_APPLIED] = None if old is MISSING else old


_Way = Callable[
    [Aim, Mapping[str, Any] | None, Mapping[str, Any] | None],
    Inverse | Text,
]
_WAYS: Final[Mapping[str, _Way]] = {
    "label": _pairs,
    "annotate": _pairs,
    "scale": _scale,
    "rollout pause": _paused,
    "rollout resume": _paused,
    "rollout restart": _never,
    "rollout undo": _never,
    "create": _created,
    "delete": _deleted,
    **dict.fromkeys(
        ("patch", "set env", "set image", "set resources", "apply", "replace"), _fields
    ),
}
