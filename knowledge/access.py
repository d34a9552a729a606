"""What the API server must allow for a command of `oc`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """One permission, in the words of a SelfSubjectAccessReview."""

    verb: str
    """As in a role: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`."""
    group: str
    """The API group; empty for the core group."""
    resource: str
    """Plural, such as `backups`."""
    namespace: str
    """Empty for cluster-scoped resources and for all namespaces."""
    name: str = ""
    """Empty for every object, and for `create`, where the server looks at no name."""
    subresource: str = ""
    """Such as `log` or `scale`."""
    guessed: bool = field(default=False, compare=False)
    """True where the resource is the regular plural of a kind that is not in our tables, or a word
    that several API groups use: a refusal may then be one of the wrong resource."""

    def __str__(self) -> str:
        """Return `patch backupstoragelocations.velero.io custom (openshift-adp)`."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        if self.subresource:
            resource = f"{resource}/{self.subresource}"
        name = f" {self.name}" if self.name else ""
        place = f" ({self.namespace})" if self.namespace else ""
        return f"{self.verb} {resource}{name}{place}"


def needed(
    args: Sequence[str], manifest: Mapping[str, Any] | None, namespace: str
) -> tuple[Access, ...] | None:
    """Return what the server must allow for `oc args`, in the order in which `oc` asks for it.

    Args:
        args: the arguments of `oc`, the verb first, without the engine's own flags.
        manifest: what is on standard input for `-f -`.
        namespace: what `-n` says; empty for cluster scope and all namespaces.

    Returns:
        Empty for commands that everybody may run; None where it cannot be told.
    """
    del args, manifest, namespace
    return None
