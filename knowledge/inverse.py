"""The way back from a change: the command that takes it back, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.text import Text


@dataclass(frozen=True, slots=True)
class Inverse:
    """A command for `oc` that takes a change back."""

    args: tuple[str, ...]
    """The arguments, the verb first, without what the engine adds (`--context`, `-n`)."""
    manifest: Mapping[str, Any] | None
    """What goes to standard input for `-f -`; None if it reads nothing."""
    note: Text
    """What it does, and what it does not bring back."""
    exact: bool
    """Whether every field that the change touched is afterwards as it was before."""


def inverse(
    args: Sequence[str],
    manifest: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    namespace: str,
) -> Inverse | Text:
    """Return the command that takes back what `args` change; a `Text` says why there is none."""
    return Text(en="There is no way back known.", ja="元に戻す方法は不明です。")
