"""Objects without what the server keeps for itself, so that two states of one can be compared.

Sources: the noise is what the API server fills in or counts (Kubernetes API conventions,
"Metadata"), and the record that `oc apply` leaves of its own manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

KeyPath = tuple[str, ...]
"""The keys that lead to a field through maps. Lists are compared whole, so no path enters one."""

NOISE: Final = frozenset(
    {"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"}
)
"""Fields of `metadata` that differ without anybody having changed the object."""
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_OMITTED: Final = frozenset({("metadata", "labels"), ("metadata", "annotations")})
"""Maps that the API leaves out when they are empty: none and an empty one are the same."""
_LONGEST: Final = 80


def quiet(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return `body` without noise; it shares all deeper values with `body`."""
    calm: dict[str, Any] = dict(body)
    metadata = body.get("metadata")
    if isinstance(metadata, Mapping):
        kept = {name: value for name, value in metadata.items() if name not in NOISE}
        notes = kept.get("annotations")
        if isinstance(notes, Mapping):
            kept["annotations"] = {key: each for key, each in notes.items() if key != LAST_APPLIED}
        for omitted in ("labels", "annotations"):
            if not kept.get(omitted, True):
                del kept[omitted]
        calm["metadata"] = kept
    return calm


def lasting(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return `body` without noise and without `status`, which controllers write all the time."""
    return {key: value for key, value in quiet(body).items() if key != "status"}


def fingerprint(body: Mapping[str, Any]) -> str:
    """Return what tells this state of an object from others: SHA-256 in hex, 64 characters.

    `status` does not count, and neither does noise.
    """
    text = json.dumps(_plain(lasting(body)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differs(
    before: Mapping[str, Any], after: Mapping[str, Any], *, status: bool = False
) -> tuple[KeyPath, ...]:
    """Return the paths at which two states of an object differ, noise aside, in order of keys.

    A path ends where one side has no such key, or where the values are not both maps.

    Args:
        before: an object.
        after: the same object later.
        status: whether to look into `status` too.
    """
    calm = quiet if status else lasting
    return tuple(_differ(calm(before), calm(after), ()))


def _differ(
    before: Mapping[str, Any], after: Mapping[str, Any], above: KeyPath
) -> Iterator[KeyPath]:
    for key in sorted(before.keys() | after.keys()):
        path = (*above, key)
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        if path in _OMITTED:
            old, new = ({} if side is MISSING else side for side in (old, new))
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _differ(old, new, path)
        elif not same(old, new):
            yield path


class Missing:
    """What stands for a field that is not there; `null` is a value of its own."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


def at(body: Any, path: KeyPath) -> Any:
    """Return the value at `path` in `body`, `MISSING` if there is none."""
    for key in path:
        if not isinstance(body, Mapping) or key not in body:
            return MISSING
        body = body[key]
    return body


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same in JSON: `true` is not 1, but 1.0 is."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def written(path: KeyPath) -> str:
    """Return `path` as rules and people write it: `metadata.labels."example.com/a"`.

    It is one line of at most 80 printable characters, whatever the keys are.
    """
    text = ".".join(key if key.replace("-", "").isalnum() else f'"{key}"' for key in path)
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(value: Any) -> Any:
    """Return `value` with numbers in one form, so that what is the `same` is written the same."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
