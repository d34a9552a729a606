"""Changes that make an object go away without a `delete`: by its finalizers, owners or expiry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_DELETING: Final = re.compile(
    r"(?i)finalizers|^(ownerReferences|ttl|expiration|deleteBackup|deletionPolicy"
    r"|persistentVolumeReclaimPolicy)$|^\$(?!setElementOrder/)"
)
"""Fields (and directives of a strategic merge) by which a patch can make an object, or the data
behind it, go away."""


def deletes(patch: Any) -> bool:
    """Return whether `patch` touches what keeps an object, or the data behind it, from going."""
    if isinstance(patch, Mapping):
        places = [patch.get("path"), patch.get("from")]
        return (
            any(_DELETING.search(str(key)) for key in patch)
            or any(isinstance(each, str) and _is_deleting(each) for each in places)
            or not isinstance(patch.get("metadata", {}), Mapping)
            or any(deletes(each) for each in patch.values())
        )
    return isinstance(patch, list) and any(deletes(each) for each in patch)


def _is_deleting(pointer: str) -> bool:
    parts = pointer.split("/")[1:]
    return parts in ([], ["metadata"]) or any(_DELETING.search(part) for part in parts)


def disowned(body: Mapping[str, Any]) -> bool:
    """Return whether a manifest hands an object to the garbage collector, or asks for deletion."""
    metadata, spec = body.get("metadata"), body.get("spec")
    return (isinstance(metadata, Mapping) and "ownerReferences" in metadata) or (
        isinstance(spec, Mapping) and "deleteBackup" in spec
    )
