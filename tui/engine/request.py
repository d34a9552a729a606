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


class Changed(Stopped):
    """The object is not as it was when the change was approved: the person must look again."""

    def __init__(self, message: Text, difference: tuple[str, ...]) -> None:
        super().__init__(message)
        self.difference = difference


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
    confirm_context: str = ""
    """The context's name, which must be typed too; empty unless the context is protected."""
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

    def approve(self, typed: str = "", context: str = "", *, seen: str = "") -> Approval:
        """Return a person's approval of this very command, good for one run.

        Args:
            typed: the object's name as the person typed it, for destructive commands.
            context: the context's name as the person typed it, where the context is protected.
            seen: the fingerprint of the object that the person was shown; the command does not
                run if the object is another one by then. Empty: it was not looked at.

        Raises:
            NotApproved: it is not what had to be typed.
        """
        for wanted, given in ((self.confirm_name, typed), (self.confirm_context, context)):
            if given != wanted:
                raise NotApproved(
                    Text(
                        en=f"Type {wanted!r} to confirm.",
                        ja=f"確認のため {wanted!r} と入力してください。",
                    )
                )
        return Approval(self.digest, typed, context, seen, _MINT)


@dataclass(frozen=True, slots=True, eq=False)
class Approval:
    """A person's yes to one command. Made by `Request.approve`, used up by the gate."""

    digest: str
    typed: str
    context: str
    seen: str
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
