"""The keys of commands beyond the runbook: one output, and the oc prompt."""

from __future__ import annotations

from typing import Final

from textual.binding import BindingType

from tui.key import MOVE, READ, WORK
from tui.key import key as _key
from tui.language import N_

FETCH: Final[list[BindingType]] = [
    _key(
        "fetch-other",
        "f",
        "other_way",
        N_("Another way"),
        N_("Fetch something else of the same backup or restore, or another way"),
        READ,
    ),
    _key(
        "fetch-view",
        "enter",
        "log_view",
        N_("Log view"),
        N_("Open what was fetched in the log view: search, levels, fields, evidence"),
        READ,
        display="⏎",
    ),
]

TIMELINE: Final[list[BindingType]] = [
    _key(
        "timeline-fetch",
        "f",
        "fetch",
        N_("Fetch log"),
        N_("Fetch its stored log, which tells more; asks first"),
        READ,
    ),
    _key("timeline-object", "d", "object", N_("Detail"), N_("Look at the backup or restore"), READ),
    _key("timeline-back", "escape", "back", N_("Back"), N_("Leave the timeline"), MOVE),
]

OUTPUT: Final[list[BindingType]] = [
    _key(
        "output-filter",
        "slash",
        "filter",
        N_("Filter"),
        N_("Show only the lines with a text"),
        READ,
        display="/",
    ),
    _key("output-follow", "f", "follow", N_("Follow"), N_("Go on with new lines, or stop"), READ),
    _key(
        "output-stop",
        "ctrl+x",
        "stop",
        N_("Stop"),
        N_("Stop the running command"),
        READ,
        priority=True,
    ),
    _key(
        "output-back",
        "escape",
        "back",
        N_("Back"),
        N_("Stop what runs and go back"),
        MOVE,
        priority=True,
    ),
    _key(
        "output-previous",
        "p",
        "previous",
        N_("Previous"),
        N_("The log of the run before the last restart, or of this one again"),
        READ,
    ),
    _key(
        "output-container",
        "tab",
        "container",
        N_("Container"),
        N_("Choose the container whose log is shown"),
        READ,
        priority=True,
    ),
    _key("output-wrap", "w", "wrap", N_("Wrap"), N_("Break long lines, or not"), READ),
    _key("output-copy", "c", "copy_command", N_("Copy"), N_("Copy the command"), READ),
    _key("output-left", "left", "aside(-1)", N_("Left"), N_("To the left"), MOVE, show=False),
    _key("output-right", "right", "aside(1)", N_("Right"), N_("To the right"), MOVE, show=False),
]

PROMPT_LINE: Final[list[BindingType]] = [
    _key(
        "prompt-run",
        "enter",
        "screen.run_line",
        N_("Run"),
        N_("Run a read; for a change, first show what it would do"),
        WORK,
        display="⏎",
    ),
    _key(
        "prompt-earlier",
        "up",
        "screen.earlier",
        N_("Earlier"),
        N_("The line before"),
        MOVE,
        show=False,
    ),
    _key(
        "prompt-later",
        "down",
        "screen.later",
        N_("Suggestions"),
        N_("The line after; after the last: the suggestions"),
        MOVE,
    ),
]

PROMPT: Final[list[BindingType]] = [
    _key(
        "prompt-complete",
        "tab",
        "complete",
        N_("Complete"),
        N_("Complete the word; between line and manifest: go to the other"),
        WORK,
        priority=True,
    ),
    _key(
        "prompt-stop",
        "ctrl+x",
        "stop",
        N_("Stop"),
        N_("Stop the running command"),
        WORK,
        priority=True,
    ),
    _key("prompt-undo", "ctrl+t", "undo", N_("Undo"), N_("Take the last change back"), WORK),
    _key("prompt-copy", "ctrl+y", "copy_command", N_("Copy"), N_("Copy the whole command"), READ),
    _key(
        "prompt-output",
        "ctrl+o",
        "output",
        N_("Output"),
        N_("To the output, to scroll; again: back to the line"),
        MOVE,
    ),
    _key(
        "prompt-back",
        "escape",
        "back",
        N_("Back"),
        N_("Stop what runs; if nothing does, go back"),
        MOVE,
        priority=True,
    ),
]
