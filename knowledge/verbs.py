"""The `oc` commands that may run at all, with the flags each may carry.

What is not here does not run: unknown verbs (they would be plug-ins), unknown flags, and every
flag that leads somewhere else than the pinned target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from knowledge.model import Risk


class Takes(Enum):
    """Whether a flag takes a value, as the command line parser of `oc` sees it."""

    VALUE = "value"
    """`--flag value` or `--flag=value`."""
    SWITCH = "switch"
    """`--flag`, or `--flag=true`; a following word is an argument of its own."""
    JOINED = "joined"
    """`--flag=value` only: a following word would be read as an argument of its own."""


VALUE, SWITCH, JOINED = Takes.VALUE, Takes.SWITCH, Takes.JOINED

_SHORT: Final = {
    "o": "output",
    "l": "selector",
    "A": "all-namespaces",
    "L": "label-columns",
    "p": "patch",
    "f": "filename",
    "c": "container",
    "q": "quiet",
}
"""Short flags; `logs` reads some of them differently."""

_COMMON: Final = {"output": VALUE, "request-timeout": VALUE}
_SELECT: Final = {
    "selector": VALUE,
    "field-selector": VALUE,
    "all-namespaces": SWITCH,
}
_PRINT: Final = {
    "template": VALUE,
    "no-headers": SWITCH,
    "show-labels": SWITCH,
    "show-kind": SWITCH,
    "label-columns": VALUE,
    "sort-by": VALUE,
    "show-managed-fields": SWITCH,
    "allow-missing-template-keys": SWITCH,
}
_WRITE: Final = {"dry-run": JOINED, "field-manager": VALUE, "template": VALUE}
_MANIFEST: Final = {"filename": VALUE, "validate": JOINED, "save-config": SWITCH}


@dataclass(frozen=True, slots=True)
class Verb:
    """One command: what it may do at least, and the flags it may carry."""

    risk: Risk
    flags: Mapping[str, Takes]
    short: Mapping[str, str] = field(default_factory=lambda: _SHORT)
    manifest: bool = False
    """True: it works on a manifest, which must come from standard input."""
    names: bool = True
    """True: its arguments name objects (`TYPE NAME` or `TYPE/NAME`)."""
    scoped: bool = True
    """False: a namespace means nothing to it."""


def _read(*groups: Mapping[str, Takes], names: bool = True, scoped: bool = True) -> Verb:
    return Verb(Risk.READ, _merged(*groups), names=names, scoped=scoped)


def _change(*groups: Mapping[str, Takes], manifest: bool = False) -> Verb:
    return Verb(Risk.CHANGE, _merged(_WRITE, *groups), manifest=manifest)


def _merged(*groups: Mapping[str, Takes]) -> dict[str, Takes]:
    return {name: takes for group in (_COMMON, *groups) for name, takes in group.items()}


_ROLLOUT_WRITE: Final = {"selector": VALUE}
_OVERWRITE: Final = {"overwrite": SWITCH, "resource-version": VALUE, "all": SWITCH}

VERBS: Final[Mapping[tuple[str, ...], Verb]] = {
    ("get",): _read(
        _SELECT,
        _PRINT,
        {
            "ignore-not-found": SWITCH,
            "chunk-size": VALUE,
            "raw": VALUE,
            "server-print": SWITCH,
            "subresource": VALUE,
        },
    ),
    ("describe",): _read(_SELECT, {"show-events": SWITCH, "chunk-size": VALUE}),
    ("logs",): Verb(
        Risk.READ,
        _merged(
            {
                "container": VALUE,
                "previous": SWITCH,
                "follow": SWITCH,
                "tail": VALUE,
                "since": VALUE,
                "since-time": VALUE,
                "timestamps": SWITCH,
                "selector": VALUE,
                "all-containers": SWITCH,
                "prefix": SWITCH,
                "ignore-errors": SWITCH,
                "limit-bytes": VALUE,
                "max-log-requests": VALUE,
                "pod-running-timeout": VALUE,
            }
        ),
        # `-f` is no manifest here.
        short={"c": "container", "p": "previous", "l": "selector", "f": "follow"},
    ),
    ("events",): _read({"all-namespaces": SWITCH, "for": VALUE, "types": VALUE}, _PRINT),
    ("wait",): _read(_SELECT, {"for": VALUE, "timeout": VALUE, "all": SWITCH}),
    ("version",): _read({"client": SWITCH}, names=False, scoped=False),
    ("whoami",): _read(
        {"show-server": SWITCH, "show-context": SWITCH, "show-console": SWITCH},
        names=False,
        scoped=False,
    ),
    ("api-resources",): _read(
        {
            "api-group": VALUE,
            "namespaced": SWITCH,
            "verbs": VALUE,
            "no-headers": SWITCH,
            "sort-by": VALUE,
            "categories": VALUE,
        },
        names=False,
        scoped=False,
    ),
    ("api-versions",): _read(names=False, scoped=False),
    ("explain",): _read({"recursive": SWITCH, "api-version": VALUE}, names=False, scoped=False),
    ("auth", "can-i"): _read(
        {"list": SWITCH, "quiet": SWITCH, "subresource": VALUE, "all-namespaces": SWITCH},
        names=False,
    ),
    ("auth", "whoami"): _read(names=False, scoped=False),
    ("config", "current-context"): _read(names=False, scoped=False),
    ("config", "get-contexts"): _read(names=False, scoped=False),
    ("top", "pods"): _read(_SELECT, {"containers": SWITCH, "no-headers": SWITCH}, names=False),
    ("top", "nodes"): _read(_SELECT, {"no-headers": SWITCH}, names=False, scoped=False),
    ("adm", "top", "pods"): _read(_SELECT, {"containers": SWITCH}, names=False),
    ("adm", "top", "nodes"): _read(_SELECT, names=False, scoped=False),
    ("adm", "policy", "who-can"): _read({"all-namespaces": SWITCH}, names=False),
    ("rollout", "status"): _read({"timeout": VALUE, "watch": SWITCH, "revision": VALUE}),
    ("rollout", "history"): _read({"revision": VALUE}),
    ("label",): _change(_SELECT, _OVERWRITE, {"list": SWITCH}),
    ("annotate",): _change(_SELECT, _OVERWRITE, {"list": SWITCH}),
    ("patch",): _change({"patch": VALUE, "type": VALUE, "subresource": VALUE}),
    ("create",): _change(_MANIFEST, manifest=True),
    ("apply",): _change(_MANIFEST, {"server-side": SWITCH}, manifest=True),
    ("replace",): _change(
        _MANIFEST, {"force": SWITCH, "grace-period": VALUE, "cascade": JOINED}, manifest=True
    ),
    ("scale",): _change(
        {
            "replicas": VALUE,
            "current-replicas": VALUE,
            "resource-version": VALUE,
            "selector": VALUE,
            "all": SWITCH,
            "timeout": VALUE,
        }
    ),
    ("set", "env"): _change(
        {"containers": VALUE, "container": VALUE, "selector": VALUE, "all": SWITCH}
    ),
    ("set", "image"): _change({"selector": VALUE, "all": SWITCH}),
    ("set", "resources"): _change(
        {"containers": VALUE, "limits": VALUE, "requests": VALUE, "selector": VALUE, "all": SWITCH}
    ),
    ("rollout", "restart"): _change(_ROLLOUT_WRITE),
    ("rollout", "pause"): _change(_ROLLOUT_WRITE),
    ("rollout", "resume"): _change(_ROLLOUT_WRITE),
    ("rollout", "undo"): _change(_ROLLOUT_WRITE, {"to-revision": VALUE}),
    ("delete",): _change(
        _SELECT,
        {
            "all": SWITCH,
            "wait": SWITCH,
            "timeout": VALUE,
            "ignore-not-found": SWITCH,
            "now": SWITCH,
            "force": SWITCH,
            "grace-period": VALUE,
            "cascade": JOINED,
            "filename": VALUE,
        },
    ),
}
"""Verb (with its subcommand) -> what it may do and carry. `delete` is judged by what it deletes."""
