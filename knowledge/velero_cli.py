"""The few calls of Velero's own command line that may run in its pod, through `oc exec`.

`exec` as such is in no table: what runs inside a container cannot be judged. These calls are known
word by word. They read, but Velero makes a DownloadRequest to do so, which writes to the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_DEPLOYMENT: Final = frozenset({"deploy/velero", "deployment/velero", "deployment.apps/velero"})
_PROGRAM: Final = frozenset({"./velero", "/velero"})
_OF: Final = frozenset({"backup", "restore"})
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_FLAGS: Final = {
    "logs": frozenset({"--insecure-skip-tls-verify"}),
    "describe": frozenset({"--insecure-skip-tls-verify", "--details"}),
}


@dataclass(frozen=True, slots=True)
class VeleroCall:
    """One call of Velero's command line in its pod."""

    of: str
    """`backup` or `restore`."""
    verb: str
    """`logs` or `describe`."""
    name: str


def velero_call(args: Sequence[str]) -> VeleroCall | None:
    """Return what the arguments of `oc` call in Velero's pod; None: it is no such call.

    Args:
        args: `exec deploy/velero -c velero -- ./velero backup logs NAME`, with flags after it.
    """
    if len(args) < 9 or args[0] != "exec" or args[1] not in _DEPLOYMENT:
        return None
    if tuple(args[2:5]) != ("-c", "velero", "--") or args[5] not in _PROGRAM:
        return None
    of, verb, name, *flags = args[6:]
    if of not in _OF or verb not in _FLAGS or not _NAME.fullmatch(name):
        return None
    if len(set(flags)) != len(flags) or not _FLAGS[verb].issuperset(flags):
        return None
    return VeleroCall(of, verb, name)


def arguments(of: str, verb: str, name: str) -> tuple[str, ...]:
    """Return the arguments of `oc` for a call; what `velero_call` takes apart."""
    inside = ("./velero", of, verb, name, *(("--details",) if verb == "describe" else ()))
    # The pod trusts the storage as Velero itself does; its command line does not know the CA.
    return ("exec", "deploy/velero", "-c", "velero", "--", *inside, "--insecure-skip-tls-verify")
