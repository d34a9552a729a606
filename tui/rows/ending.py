"""How a command ended, in one line."""

from __future__ import annotations

from tui.engine.ports import Ending, Exited
from tui.language import _
from tui.text import Tone, visible


def ended(event: Exited) -> str:
    """Return sign, words and seconds of an ending."""
    tone, words = {
        Ending.EXIT: (
            Tone.OK if event.code == 0 else Tone.BAD,
            _("ended with exit code {code}").format(code=event.code),
        ),
        Ending.TIMEOUT: (Tone.BAD, _("stopped: it took too long")),
        Ending.CANCELLED: (Tone.UNKNOWN, _("stopped by you")),
        Ending.MISSING: (Tone.BAD, _("not started: {why}").format(why=event.message)),
    }[event.ending]
    return visible(f"{tone.sign} {words}  ({event.seconds:.1f} s)")
