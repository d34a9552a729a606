"""Where commands go: pinned when a runbook is opened, and on every command line since."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""What a namespace may be called."""


@dataclass(frozen=True, slots=True)
class Target:
    """The cluster that commands go to, and the program they go through."""

    program: str
    """Path of `oc` or `kubectl`, or of the interpreter for the stand-in; empty if there is none."""
    prefix: tuple[str, ...]
    """What stands before the flags and the verb: `("/usr/bin/oc",)`."""
    kubeconfig: str
    """Given by the user; empty: the rules of `oc`."""
    context: str
    server: str
    user: str
    namespace: str
    """The namespace of OADP."""
    practice: bool
    read_only: bool
    can_run: bool
    """False for archives and files: there is nothing to run commands against."""
    protected: bool = False
    """True where a person said so in the settings: each change needs the context's name typed."""

    @property
    def confirm_context(self) -> str:
        """Return what must be typed to approve a change here; empty where nothing must."""
        return self.context if self.protected else ""

    @property
    def pinned(self) -> tuple[str, ...]:
        """Return the beginning of every command line."""
        config = ("--kubeconfig", self.kubeconfig) if self.kubeconfig else ()
        context = ("--context", self.context) if self.context else ()
        return (*self.prefix, *config, *context)

    def argv(self, namespace: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """Return the whole command line; an empty `namespace` is cluster scope or `-A`."""
        scope = ("-n", namespace) if namespace else ()
        return (*self.pinned, *scope, *arguments)
