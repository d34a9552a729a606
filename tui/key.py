"""What a key is: its id, what it does, how it is explained, in which group."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding

from tui.language import N_

READ: Final = Binding.Group(N_("Look"))
MOVE: Final = Binding.Group(N_("Move"))
WORK: Final = Binding.Group(N_("Runbook"))
PROGRAM: Final = Binding.Group(N_("Program"))
GROUPS: Final = (READ, MOVE, WORK, PROGRAM)


def key(
    id: str,
    keys: str,
    action: str,
    description: str,
    tooltip: str,
    group: Binding.Group,
    *,
    show: bool = True,
    display: str | None = None,
    priority: bool = False,
) -> Binding:
    """Return one key; see `tui.keys` for all of them."""
    return Binding(
        keys,
        action,
        description,
        show=show,
        key_display=display,
        priority=priority,
        tooltip=tooltip,
        id=id,
        group=group,
    )
