"""Every key of the program: what it does, where, and how it is explained.

Letters only look at things; what changes something is a button in a question. Descriptions are
marked here and translated where they are shown.
"""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

from tui.key import GROUPS, MOVE, PROGRAM, READ, WORK
from tui.key import key as _key
from tui.keys_commands import FETCH, OUTPUT, PROMPT, PROMPT_LINE, TIMELINE
from tui.keys_log import LOG, LOGS
from tui.language import N_

__all__ = [
    "APP", "ASK", "CLOSE", "CLUSTER", "CONFIRM", "FILTER", "GROUPS", "LOG", "LOGS", "MAIN",
    "OUTPUT", "PROMPT", "PROMPT_LINE", "QUESTION", "ROW_LIST", "RUNBOOK", "SESSIONS", "START",
    "everything",
]  # fmt: skip

APP: Final[list[BindingType]] = [
    _key(
        "help", "question_mark", "help", N_("Help"), N_("All keys and signs"), PROGRAM, display="?"
    ),
    _key(
        "commands",
        "colon",
        "command_palette",
        N_("Commands"),
        N_("Find a command, an issue or an object by name"),
        PROGRAM,
        display=":",
    ),
    _key(
        "prompt",
        "o",
        "prompt",
        N_("oc"),
        N_("The oc prompt: any command, with the same questions before a change"),
        PROGRAM,
        show=False,
    ),
    _key(
        "sessions",
        "S",
        "sessions",
        N_("Sessions"),
        N_("What was done in earlier sessions; go on with one"),
        PROGRAM,
        show=False,
        display="S",
    ),
    _key(
        "language",
        "L",
        "language",
        N_("日本語"),
        N_("Switch between English and Japanese"),
        PROGRAM,
        display="L",
    ),
    _key("quit", "q", "leave", N_("Quit"), N_("Leave the program"), PROGRAM),
]

MAIN: Final[list[BindingType]] = [
    _key(
        "runbook",
        "w",
        "runbook",
        N_("Runbook"),
        N_("Open the runbook of the finding: step by step to the fix"),
        WORK,
    ),
    _key(
        "filter",
        "slash",
        "filter",
        N_("Filter"),
        N_("Search findings and known issues; paste an error text to find its issue"),
        READ,
        display="/",
    ),
    _key("detail", "d", "detail", N_("Detail"), N_("What is known of the selected row"), READ),
    _key("yaml", "y", "yaml", N_("YAML"), N_("The object as it was read"), READ),
    _key("logs", "l", "logs", N_("Logs"), N_("Log lines that belong to the selected row"), READ),
    _key(
        "timeline",
        "t",
        "timeline",
        N_("Timeline"),
        N_("What happened during the backup or restore, on one time axis"),
        READ,
    ),
    _key(
        "fetch",
        "f",
        "fetch",
        N_("Fetch log"),
        N_("Fetch the log or the results of the backup or restore from its storage; asks first"),
        READ,
    ),
    _key(
        "all-logs",
        "a",
        "all_logs",
        N_("All logs"),
        N_("Open a log in full, or several by time"),
        READ,
    ),
    _key(
        "next-pane",
        "tab",
        "pane(1)",
        N_("Next pane"),
        N_("Go to the next pane"),
        MOVE,
        show=False,
        priority=True,
    ),
    _key(
        "previous-pane",
        "shift+tab",
        "pane(-1)",
        N_("Previous pane"),
        N_("Go to the previous pane"),
        MOVE,
        show=False,
        priority=True,
    ),
    _key(
        "pane-1", "1", "show_pane('cluster')", N_("Cluster"), N_("Go to Cluster"), MOVE, show=False
    ),
    _key(
        "pane-2",
        "2",
        "show_pane('findings')",
        N_("Findings"),
        N_("Go to Findings"),
        MOVE,
        show=False,
    ),
    _key("pane-3", "3", "show_pane('detail')", N_("Detail"), N_("Go to Detail"), MOVE, show=False),
    _key("back", "escape", "back", N_("Back"), N_("Back, or clear the filter"), MOVE, show=False),
]

ROW_LIST: Final[list[BindingType]] = [
    _key("row-up", "up,k", "move(-1)", N_("Up"), N_("One row up"), MOVE, show=False),
    _key("row-down", "down,j", "move(1)", N_("Down"), N_("One row down"), MOVE, show=False),
    _key(
        "row-page-up",
        "pageup,ctrl+b",
        "page(-1)",
        N_("Page up"),
        N_("One page up"),
        MOVE,
        show=False,
    ),
    _key(
        "row-page-down",
        "pagedown,ctrl+f",
        "page(1)",
        N_("Page down"),
        N_("One page down"),
        MOVE,
        show=False,
    ),
    _key(
        "row-first", "home,g", "edge(False)", N_("First"), N_("To the first row"), MOVE, show=False
    ),
    _key("row-last", "end,G", "edge(True)", N_("Last"), N_("To the last row"), MOVE, show=False),
    _key(
        "row-choose", "enter", "choose", N_("Open"), N_("Open the selected row"), MOVE, display="⏎"
    ),
]

CLUSTER: Final[list[BindingType]] = [
    _key("fold", "space", "fold", N_("Fold"), N_("Open or close the group"), READ, show=False),
]

FILTER: Final[list[BindingType]] = [
    _key("filter-close", "escape", "close_filter", N_("Clear"), N_("Clear the filter"), READ),
    _key("filter-done", "down", "leave_filter", N_("To the list"), N_("Go on in the list"), READ),
]

RUNBOOK: Final[list[BindingType]] = [
    # First, so that the narrowest footer has it while something runs.
    _key("step-stop", "ctrl+x", "stop", N_("Stop"), N_("Stop the running command"), WORK),
    _key(
        "step-go",
        "r",
        "go",
        N_("Carry out"),
        N_("Run the check; for a change, first show what it would do"),
        WORK,
    ),
    _key("plan-begin", "r", "begin", N_("Begin"), N_("Begin with the first step"), WORK),
    _key(
        "step-settle",
        "r",
        "settle",
        N_("Check"),
        N_("Look at the object: did the change take effect?"),
        WORK,
    ),
    _key(
        "step-go-copy",
        "r",
        "copy_to_do",
        N_("Copy"),
        N_("Copy the command, to carry it out elsewhere"),
        WORK,
    ),
    _key(
        "step-tick",
        "t",
        "tick",
        N_("Done"),
        N_("Say that the command was carried out by hand, elsewhere"),
        WORK,
    ),
    _key(
        "dry-run",
        "D",
        "dry_run",
        N_("Dry run"),
        N_("Go through all steps without changing anything; again: for real"),
        WORK,
        display="D",
    ),
    _key("step-skip", "s", "skip", N_("Skip"), N_("Leave this step out; it is recorded"), WORK),
    _key("step-undo", "u", "undo", N_("Undo"), N_("Show how to take the change back"), WORK),
    _key("step-copy", "c", "copy_command", N_("Copy"), N_("Copy the command"), READ),
    _key("note", "n", "note", N_("Note"), N_("Write a note into the record"), WORK),
    _key("values", "i", "inputs", N_("Values"), N_("Go to the values that the commands use"), WORK),
    _key(
        "runbook-close",
        "escape",
        "leave_runbook",
        N_("Back"),
        N_("Back to the findings; the runbook can be opened again"),
        MOVE,
    ),
    _key("steps", "left", "steps", N_("Steps"), N_("To the list of steps"), MOVE, show=False),
    _key("step", "right", "page", N_("Step"), N_("To the step itself"), MOVE, show=False),
]

QUESTION: Final[list[BindingType]] = [
    _key("question-cancel", "escape", "cancel", N_("Cancel"), N_("Go back; nothing is done"), MOVE),
    _key(
        "question-left",
        "left",
        "app.focus_previous",
        N_("Left"),
        N_("Previous button"),
        MOVE,
        show=False,
    ),
    _key(
        "question-right",
        "right",
        "app.focus_next",
        N_("Right"),
        N_("Next button"),
        MOVE,
        show=False,
    ),
]

CONFIRM: Final[list[BindingType]] = [
    _key("confirm-copy", "c", "copy_command", N_("Copy"), N_("Copy the command"), READ),
    _key("confirm-again", "a", "inspect", N_("Again"), N_("Look at the cluster again"), READ),
    _key("confirm-up", "up", "scroll_facts(-1)", N_("Up"), N_("Scroll up"), MOVE, show=False),
    _key(
        "confirm-down", "down", "scroll_facts(1)", N_("Down"), N_("Scroll down"), MOVE, show=False
    ),
    _key(
        "confirm-page-up",
        "pageup",
        "scroll_facts(-10)",
        N_("Page up"),
        N_("Scroll up"),
        MOVE,
        show=False,
    ),
    _key(
        "confirm-page-down",
        "pagedown",
        "scroll_facts(10)",
        N_("Page down"),
        N_("Scroll down"),
        MOVE,
        show=False,
    ),
]

ASK: Final[list[BindingType]] = [
    _key("ask-cancel", "escape", "cancel", N_("Cancel"), N_("Go back; nothing is changed"), MOVE),
    _key(
        "ask-candidates",
        "down",
        "candidates",
        N_("Candidates"),
        N_("Choose one of the values that fit"),
        MOVE,
    ),
]

CLOSE: Final[list[BindingType]] = [
    _key("close", "escape,q", "close", N_("Close"), N_("Close this window"), MOVE),
]

SESSIONS: Final[list[BindingType]] = [
    _key(
        "session-resume",
        "g",
        "resume",
        N_("Go on"),
        N_("Go on with the session where it was left"),
        WORK,
        priority=True,
    ),
    _key(
        "session-note", "n", "note", N_("Note"), N_("Write a note into the session's record"), WORK
    ),
    _key(
        "session-export",
        "e",
        "export",
        N_("Export"),
        N_("Write the record as Markdown into the current folder"),
        READ,
    ),
    _key(
        "sessions-close",
        "escape",
        "back",
        N_("Back"),
        N_("From the record to the list, from the list to the findings"),
        MOVE,
    ),
]

START: Final[list[BindingType]] = [
    _key("retry", "r", "retry", N_("Try again"), N_("Try the same source again"), PROGRAM),
]


def everything() -> list[Binding]:
    """Return every binding once, for help and tests."""
    areas = (
        APP,
        MAIN,
        ROW_LIST,
        CLUSTER,
        FILTER,
        RUNBOOK,
        QUESTION,
        CONFIRM,
        SESSIONS,
        OUTPUT,
        FETCH,
        LOG,
        LOGS,
        TIMELINE,
        PROMPT_LINE,
        PROMPT,
        ASK,
        CLOSE,
        START,
    )
    return [binding for area in areas for binding in area if isinstance(binding, Binding)]
