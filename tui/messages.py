"""Messages that cross panes: said by a pane, heard by its screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from knowledge.snapshot import LogHit, ObjectRef
from knowledge.text import Text

if TYPE_CHECKING:
    from tui.engine.object_commands import About
    from tui.engine.session import State


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding, by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class IssueView:
    """A known issue, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """The steps of an issue's procedure for one cause, to read."""

    issue: str
    cause: str


@dataclass(frozen=True, slots=True)
class ObjectView:
    """An object."""

    ref: ObjectRef


@dataclass(frozen=True, slots=True)
class YamlView:
    """An object as YAML, with a field marked."""

    ref: ObjectRef
    path: str = ""


@dataclass(frozen=True, slots=True)
class LogView:
    """Log lines of a finding's evidence, or of an object."""

    finding: str = ""
    fact: str = ""
    """Only this fact's lines; empty: all of the finding."""
    ref: ObjectRef | None = None


@dataclass(frozen=True, slots=True)
class GapView:
    """A kind that was not read, or is not installed."""

    kind: str


View = FindingView | IssueView | ProcedureView | ObjectView | YamlView | LogView | GapView
"""What the Detail pane can show."""


@dataclass
class Selected(Message):
    """The cursor of a pane came to something that Detail can show."""

    view: View

    def can_replace(self, message: Message) -> bool:
        """Only the newest selection matters."""
        return isinstance(message, Selected)


@dataclass
class Opened(Message):
    """A row was opened: show it in Detail and go there."""

    view: View


@dataclass
class LookWanted(Message):
    """A person wants to see more of an object, asked of the cluster now."""

    ref: ObjectRef
    about: About


@dataclass
class FetchWanted(Message):
    """A person wants the log or the results of a backup or restore from its storage."""

    refs: tuple[ObjectRef, ...]
    """The backups and restores that it may be."""


@dataclass
class TimelineWanted(Message):
    """A person wants to see what happened during a backup or restore."""

    refs: tuple[ObjectRef, ...]
    """The backups and restores that it may be."""


@dataclass
class RevealWanted(Message):
    """A person wants to see one value of a Secret."""

    ref: ObjectRef


@dataclass
class LogWanted(Message):
    """A person wants to see logs in full: one, or several as one."""

    logs: tuple[str, ...]
    """By their names in findings."""
    hit: LogHit | None = None
    """The line to begin at; None: the last one."""
    path: str = ""
    """A log file instead."""


@dataclass
class LogsWanted(Message):
    """A person wants to choose a log that is shown in full."""


@dataclass
class WalkthroughWanted(Message):
    """A person wants to read a runbook step by step, running nothing."""

    issue: str
    cause: str


@dataclass
class RunbookWanted(Message):
    """A person wants the runbook of a finding."""

    finding: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A runbook that was begun and left: it can be gone on with, even if its finding is gone."""

    finding: str
    title: Text
    done: int
    steps: int


@dataclass
class DetailLeft(Message):
    """Escape in Detail, with nothing to go back to."""


@dataclass
class StateChanged(Message):
    """The session has a new state."""

    state: State

    def can_replace(self, message: Message) -> bool:
        """Only the newest state matters."""
        return isinstance(message, StateChanged)
