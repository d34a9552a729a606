"""What a person is shown before a change: what follows from it, the guards, what it would do."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.text import Text
from tui.engine.guard import Guard, Standing
from tui.engine.preview import Preview
from tui.engine.request import Approval, NotApproved, Request


@dataclass(frozen=True, slots=True)
class Inspection:
    """One command, looked at right before it may be approved."""

    request: Request
    """As it is now: with what runs at the moment, and with the way back that was worked out."""
    guards: tuple[Guard, ...]
    preview: Preview
    consequences: tuple[Text, ...]
    """What is deleted, what is restarted, what data in object storage stays or goes; the gravest
    first."""
    seen: str = ""
    """Fingerprint of the object that was shown; empty if there is none to compare with."""

    @property
    def blocked(self) -> bool:
        """Return whether the command may not be approved as things are."""
        return any(guard.standing is Standing.BLOCKED for guard in self.guards)

    def approve(self, typed: str = "", context: str = "") -> Approval:
        """Return a person's approval of the command, for the object as it was shown.

        Args:
            typed: the object's name as the person typed it, for destructive commands.
            context: the context's name as the person typed it, where the context is protected.

        Raises:
            NotApproved: a guard stands in the way, or it is not what had to be typed.
        """
        for guard in self.guards:
            if guard.standing is Standing.BLOCKED:
                raise NotApproved(guard.message)
        return self.request.approve(typed, context, seen=self.seen)
