"""The one error of the engine: something that a person has to put right."""

from __future__ import annotations

from knowledge.text import Text


class Problem(Exception):
    """An expected failure, with one sentence on what, where and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class BadChoice(Problem):
    """What was asked for does not exist: a matter of the command line, not of a source."""
