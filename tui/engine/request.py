"""A command that is ready to run, and a person's approval of exactly that command."""

from __future__ import annotations

import hashlib
import json
from dataclasses import InitVar, dataclass, field
from typing import Any, Final, Literal

from knowledge import command
from knowledge.model import Risk
from knowledge.snapshot import ObjectRef
from knowledge.text import Text

Purpose = Literal["run", "undo", "preview"]
_MINT: Final = object()
"""Only this module has it: approvals come from `Request.approve` alone."""


class Stopped(Exception):
    """A command that does not run, with the reason for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class Refused(Stopped):
    """The command must not run here, whoever approves it."""


class NotApproved(Stopped):
    """The command changes something, and nobody has approved exactly it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command, complete: what is shown is what runs."""

    step: str
    purpose: Purpose
    argv: tuple[str, ...]
    stdin: str | None
    risk: Risk
    undo: Text | None = None
    """How to take it back, in words."""
    undo_command: str | None = None
    """The command that takes it back, as it can be pasted."""
    busy: tuple[ObjectRef, ...] = ()
    """What is running and would fail: a disruptive command waits for these."""
    confirm_name: str = ""
    """What must be typed to approve it; empty unless it is destructive."""
    timeout: float = 120.0

    @property
    def shown(self) -> str:
        """Return the command as it can be pasted into a shell."""
        return command.shown(self.argv, self.stdin)

    @property
    def digest(self) -> str:
        """Return what identifies this command line and its input, to the last byte."""
        # The escapes of JSON take paths too that are no Unicode.
        return hashlib.sha256(json.dumps([self.argv, self.stdin]).encode()).hexdigest()

    def approve(self, typed: str = "") -> Approval:
        """Return a person's approval of this very command, good for one run.

        Args:
            typed: what the person typed, for destructive commands.

        Raises:
            NotApproved: it is not the name that had to be typed.
        """
        if typed != self.confirm_name:
            raise NotApproved(
                Text(
                    en=f"Type {self.confirm_name!r} to confirm.",
                    ja=f"確認のため {self.confirm_name!r} と入力してください。",
                )
            )
        return Approval(self.digest, typed, _MINT)


@dataclass(frozen=True, slots=True, eq=False)
class Approval:
    """A person's yes to one command. Made by `Request.approve`, used up by the gate."""

    digest: str
    typed: str
    mint: InitVar[Any]
    _uses: list[None] = field(default_factory=lambda: [None], init=False, repr=False)
    """What is left of it."""

    def __post_init__(self, mint: Any) -> None:
        """Refuse to be made by anything but `Request.approve`.

        Raises:
            TypeError: it was.
        """
        if mint is not _MINT:
            raise TypeError("approvals are made by Request.approve() only")

    def __reduce__(self) -> str:
        """Refuse to be copied.

        Raises:
            TypeError: it was tried.
        """
        raise TypeError("an approval cannot be copied")

    def use(self) -> bool:
        """Use it up, whichever gate asks; return False if that was done before."""
        try:
            self._uses.pop()
        except IndexError:
            return False
        return True
