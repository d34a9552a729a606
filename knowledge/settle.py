"""Whether a change took effect that was cut off before its end was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from knowledge.text import Text


class Outcome(StrEnum):
    """What the object says about a change."""

    HAPPENED = "happened"
    """The object is as the change leaves it."""
    NOT_HAPPENED = "not-happened"
    """The object is as it was before."""
    UNCLEAR = "unclear"
    """The object does not tell; a person has to look."""


def settle(
    args: Sequence[str],
    manifest: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
    read: bool,
) -> tuple[Outcome, Text]:
    """Return whether the change took effect, with one sentence that a person can check."""
    return (
        Outcome.UNCLEAR,
        Text(
            en="Whether the change took effect is not known.",
            ja="変更が反映されたかどうかは不明です。",
        ),
    )
