"""Whether a change took effect that was cut off before its end was known.

Three states of the object are compared: as it was before, as the server's dry run said it would
be, and as it is now. Only the fields that the change touches count; whatever the object does not
say for certain stays unclear, and a person has to look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from knowledge import settle_words as words
from knowledge.aim import Aim, aim_of, kind_name, pairs_of, patched, writes_status
from knowledge.lifecycle import VANISHING
from knowledge.merge_patch import hides
from knowledge.moment import parse_time
from knowledge.quiet import MISSING, KeyPath, at, differs, lasting, same
from knowledge.redact import redact_object
from knowledge.text import Text


class Outcome(StrEnum):
    """What the object says about a change."""

    HAPPENED = "happened"
    """The object is as the change leaves it."""
    NOT_HAPPENED = "not-happened"
    """The object is as it was before."""
    UNCLEAR = "unclear"
    """The object does not tell; a person has to look."""


Body = Mapping[str, Any] | None
Judgement = tuple[Outcome, Text]


@dataclass(frozen=True, slots=True)
class _Touched:
    """A field that a change touches; `MISSING` where there is none."""

    path: KeyPath
    old: Any
    new: Any


_RESTARTED: Final[KeyPath] = (
    "spec",
    "template",
    "metadata",
    "annotations",
    "kubectl.kubernetes.io/restartedAt",
)
"""What `rollout restart` sets (`kubectl`, `polymorphichelpers/objectrestarter.go`)."""
_UID: Final[KeyPath] = ("metadata", "uid")
_GOING: Final[KeyPath] = ("metadata", "deletionTimestamp")


def settle(
    args: Sequence[str],
    manifest: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
    read: bool,
) -> tuple[Outcome, Text]:
    """Return whether the change took effect, with one sentence that a person can check.

    Args:
        args: the arguments of the change, as `knowledge.risk.classify` takes them.
        manifest: what the change reads from standard input.
        before: the object as it was, redacted; None: it was not there, or could not be read.
        after: the object as the server's dry run returned it, redacted; None: there was none.
        now: the object as it is, redacted; None with `read`: the server says that it is not there.
        read: whether the server answered when asked for the object now.
    """
    aim = aim_of(args, manifest)
    if isinstance(aim, Text):
        return Outcome.UNCLEAR, aim
    if not read:
        return Outcome.UNCLEAR, words.NOT_READ
    if now is not None and aim.name and at(now, ("metadata", "name")) not in (MISSING, aim.name):
        return Outcome.UNCLEAR, words.OTHER
    if aim.verb == "delete":
        return _deletion(aim, before, now)
    if aim.verb == "create" or (aim.verb == "apply" and before is None):
        return _creation(aim, before, after, now)
    if now is None:
        return Outcome.UNCLEAR, words.gone(aim.name)
    if aim.verb == "replace" and aim.arguments.on("force"):
        return _forced(aim, before, now)
    if _is_another(before, now):
        return Outcome.UNCLEAR, words.another(aim.name)
    if aim.verb == "rollout restart":
        return _restart(aim, before, now)
    touched = _touched(aim, before, after)
    if touched is None:
        return _unknown_fields(aim, before, now)
    return _compare(aim, touched, now, known=before is not None)


def _deletion(aim: Aim, before: Body, now: Body) -> Judgement:
    if now is None:
        return Outcome.HAPPENED, words.gone(aim.name)
    if _is_another(before, now):
        return Outcome.HAPPENED, words.another(aim.name)
    if at(now, _GOING) is not MISSING:
        return Outcome.HAPPENED, words.going(aim.name)
    if before is None or MISSING in (at(before, _UID), at(now, _UID)):
        return Outcome.UNCLEAR, words.nameless_twin(aim.name)
    return Outcome.NOT_HAPPENED, words.still_there(aim.name)


def _creation(aim: Aim, before: Body, after: Body, now: Body) -> Judgement:
    if not aim.name:
        return Outcome.UNCLEAR, words.UNNAMED
    if now is None:
        if kind_name(aim.manifest or {}) in VANISHING:
            return Outcome.UNCLEAR, words.may_have_gone(aim.name)
        return Outcome.NOT_HAPPENED, words.not_there(aim.name)
    if before is not None and not _is_another(before, now):
        if MISSING in (at(before, _UID), at(now, _UID)):
            return Outcome.UNCLEAR, words.nameless_twin(aim.name)
        return Outcome.NOT_HAPPENED, words.was_there(aim.name)
    if any(_covers(now, _asked(want)) for want in (after, aim.manifest) if want is not None):
        return Outcome.HAPPENED, words.there(aim.name)
    return Outcome.UNCLEAR, words.there_but_different(aim.name)


def _forced(aim: Aim, before: Body, now: Mapping[str, Any]) -> Judgement:
    """Judge `replace --force`, which deletes the object and creates it anew."""
    if _is_another(before, now):
        if _covers(now, _asked(aim.manifest or {})):
            return Outcome.HAPPENED, words.there(aim.name)
        return Outcome.UNCLEAR, words.there_but_different(aim.name)
    if before is None or at(now, _GOING) is not MISSING or at(now, _UID) is MISSING:
        return Outcome.UNCLEAR, words.nameless_twin(aim.name)
    return Outcome.NOT_HAPPENED, words.still_there(aim.name)


def _restart(aim: Aim, before: Body, now: Mapping[str, Any]) -> Judgement:
    old, new = at(before, _RESTARTED), at(now, _RESTARTED)
    if before is None:
        return Outcome.UNCLEAR, words.BEFORE_UNKNOWN
    if same(old, new):
        return Outcome.NOT_HAPPENED, words.as_before(aim.name, (_RESTARTED,))
    others = [path for path in differs(before, now) if path[:2] == ("spec", "template")]
    # Where the pods had no annotations at all, the difference ends above the one looked for.
    only = all(path == _RESTARTED[: len(path)] for path in others)
    if only and _is_later(old, new):
        return Outcome.HAPPENED, words.restarted(aim.name, str(new))
    return Outcome.UNCLEAR, words.neither(aim.name, (_RESTARTED,))


def _touched(aim: Aim, before: Body, after: Body) -> tuple[_Touched, ...] | None:
    """Return the fields that a change touches; None if they are not known."""
    if aim.verb in {"label", "annotate"}:
        field = "labels" if aim.verb == "label" else "annotations"
        # Redacted like everything that is read, so that the two can be compared.
        asked = redact_object({"metadata": {field: pairs_of(aim)}})["metadata"][field]
        return tuple(
            _Touched(path, at(before, path), MISSING if value is None else value)
            for key, value in asked.items()
            for path in (("metadata", field, key),)
        )
    if aim.verb == "scale":
        count = aim.arguments.flags.get("replicas", "")
        path = ("spec", "replicas")
        return (_Touched(path, at(before, path), int(count)),) if count.isdecimal() else None
    if aim.verb in {"rollout pause", "rollout resume"}:
        path = ("spec", "paused")
        paused = True if at(before, path) is True else MISSING
        return (_Touched(path, paused, True if aim.verb == "rollout pause" else MISSING),)
    if before is None:
        return None
    wanted = after if after is not None else patched(aim, before)
    if wanted is None:
        return None
    paths = differs(before, wanted, status=writes_status(aim))
    if not paths and hides(lasting(before)):
        return None
    return tuple(_Touched(path, at(before, path), at(wanted, path)) for path in paths)


def _compare(
    aim: Aim, touched: tuple[_Touched, ...], now: Mapping[str, Any], *, known: bool
) -> Judgement:
    """Judge by what stands in the touched fields now.

    Args:
        aim: the change.
        touched: the fields.
        now: the object.
        known: whether it is known what the object was before.
    """
    changed = [each for each in touched if not known or not same(each.old, each.new)]
    if not changed:
        if all(_has(each, now) for each in touched) and not any(hides(e.new) for e in touched):
            return Outcome.HAPPENED, words.idle(aim.name)
        return Outcome.UNCLEAR, words.neither(aim.name, [each.path for each in touched])
    paths = [each.path for each in changed]
    if all(_has(each, now) for each in changed):
        return Outcome.HAPPENED, words.as_wanted(aim.name, paths)
    if known and all(_stayed(each, now) for each in changed):
        return Outcome.NOT_HAPPENED, words.as_before(aim.name, paths)
    return Outcome.UNCLEAR, words.neither(aim.name, paths)


def _has(field: _Touched, now: Mapping[str, Any]) -> bool:
    """Return whether a field is as the change leaves it."""
    value = _value(now, field.path)
    if same(value, field.new):
        return True
    # Defaults and others may have added to a map that is new. Nothing else is taken for the same:
    # a time that each dry run gives anew could as well be somebody else's.
    new_map = isinstance(field.new, Mapping) and not isinstance(field.old, Mapping)
    return new_map and _covers(value, field.new)


def _stayed(field: _Touched, now: Mapping[str, Any]) -> bool:
    return same(_value(now, field.path), field.old)


def _value(body: Mapping[str, Any], path: KeyPath) -> Any:
    value = at(body, path)
    # `oc rollout resume` leaves the field out, a manifest may say `false`.
    return MISSING if path == ("spec", "paused") and value is False else value


def _unknown_fields(aim: Aim, before: Body, now: Mapping[str, Any]) -> Judgement:
    """Judge a change of which it is not known what fields it touches."""
    if before is None:
        return Outcome.UNCLEAR, words.BEFORE_UNKNOWN
    version = ("metadata", "resourceVersion")
    if at(now, version) is not MISSING and same(at(before, version), at(now, version)):
        return Outcome.NOT_HAPPENED, words.untouched(aim.name)
    if aim.verb in {"apply", "replace"}:
        asked = _asked(aim.manifest or {})
        if _covers(now, asked) and not _covers(before, asked):
            return Outcome.HAPPENED, words.as_asked(aim.name)
        if _covers(before, asked):
            return Outcome.UNCLEAR, words.no_dry_run(aim.name)
    if hides(lasting(now)) or writes_status(aim) or differs(before, now):
        return Outcome.UNCLEAR, words.no_dry_run(aim.name)
    return Outcome.NOT_HAPPENED, words.untouched(aim.name)


def _asked(want: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an object must hold to be the one that `want` asks for."""
    calm = lasting(redact_object(want))
    if calm.get("kind") == "Secret":
        # The server keeps `stringData` as `data`, and the values are redacted on both sides.
        keys = [*calm.pop("stringData", ()), *calm.get("data", ())]
        if keys:
            calm["data"] = dict.fromkeys(keys, MISSING)
    return calm


def _covers(value: Any, want: Any) -> bool:
    """Return whether `value` holds all of `want`; maps may hold more, lists may not."""
    if want is MISSING:
        return value is not MISSING
    if isinstance(want, Mapping):
        return isinstance(value, Mapping) and all(
            _covers(value.get(key, MISSING), each) for key, each in want.items()
        )
    return same(value, want)


def _is_another(before: Body, now: Mapping[str, Any]) -> bool:
    """Return whether the object now is not the one from before, but one of the same name."""
    old, new = at(before, _UID), at(now, _UID)
    return MISSING not in (old, new) and old != new


def _is_later(old: Any, new: Any) -> bool:
    """Return whether `new` is a time, and `old` none at all or not a later one."""
    if not isinstance(new, str) or (moment := parse_time(new)) is None or "T" not in new:
        return False
    if old is MISSING:
        return True
    earlier = parse_time(old) if isinstance(old, str) and "T" in old else None
    return earlier is not None and earlier <= moment
