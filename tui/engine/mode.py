"""How a runbook is carried out: for real, without changing anything, or only read."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """What becomes of the commands of a runbook."""

    LIVE = "live"
    """Reads run; changes run after their confirmation."""
    DRY_RUN = "dry-run"
    """Reads run; of a change only the server's dry run does. Nothing is waited for."""
    WALKTHROUGH = "walkthrough"
    """Nothing runs: for training and review, without a cluster."""
