"""The keys of the log view, and of the list of logs."""

from __future__ import annotations

from typing import Final

from textual.binding import BindingType

from tui.key import MOVE, READ
from tui.key import key as _key
from tui.language import N_

LOG: Final[list[BindingType]] = [
    _key(
        "log-search",
        "slash",
        "search",
        N_("Search"),
        N_("Find a text as it is typed; n and N go to the next and the previous line with it"),
        READ,
        display="/",
    ),
    _key(
        "log-filter",
        "ampersand",
        "narrow",
        N_("Filter"),
        N_("Show only the lines with a text"),
        READ,
        display="&",
    ),
    _key(
        "log-record",
        "enter",
        "record",
        N_("Fields"),
        N_("The fields of the record, unescaped; again: scroll them"),
        READ,
        display="⏎",
    ),
    _key(
        "log-evidence",
        "e",
        "evidence(1)",
        N_("Evidence"),
        N_("To the next line that is evidence of a finding"),
        READ,
    ),
    _key(
        "log-back",
        "escape",
        "back",
        N_("Back"),
        N_("End the selection, close the fields, or leave the log"),
        MOVE,
        priority=True,
    ),
    _key("log-finding", "d", "finding", N_("Finding"), N_("The finding of this line"), READ),
    _key(
        "log-level",
        "v",
        "level",
        N_("Level"),
        N_("Only warnings and errors, only errors, or all lines again"),
        READ,
    ),
    _key(
        "log-run",
        "b",
        "whose",
        N_("Backup"),
        N_("Only what one backup or restore is about"),
        READ,
    ),
    _key(
        "log-pod",
        "p",
        "pod",
        N_("Pod"),
        N_("Of several logs only that of this line; again: all of them"),
        READ,
    ),
    _key(
        "log-others",
        "tab",
        "others",
        N_("Logs"),
        N_("Choose another log, or several by time"),
        READ,
        priority=True,
    ),
    _key("log-follow", "f", "follow", N_("Follow"), N_("To the end, and on with new lines"), READ),
    _key(
        "log-copy",
        "c",
        "copy",
        N_("Copy"),
        N_("Copy the line, or all lines that are selected"),
        READ,
    ),
    _key(
        "log-select",
        "space",
        "select",
        N_("Select"),
        N_("Select lines from here on; again: none"),
        READ,
        show=False,
    ),
    _key(
        "log-copy-json",
        "C",
        "copy_json",
        N_("Copy JSON"),
        N_("Copy the fields of the record as JSON"),
        READ,
        show=False,
        display="C",
    ),
    _key("log-next", "n", "match(1)", N_("Next"), N_("The next match"), MOVE, show=False),
    _key(
        "log-previous",
        "N",
        "match(-1)",
        N_("Previous"),
        N_("The match before"),
        MOVE,
        show=False,
        display="N",
    ),
    _key(
        "log-evidence-back",
        "E",
        "evidence(-1)",
        N_("Evidence"),
        N_("To the line before that is evidence of a finding"),
        READ,
        show=False,
        display="E",
    ),
    _key(
        "log-everything",
        "x",
        "everything",
        N_("All lines"),
        N_("Take all filters away"),
        READ,
        show=False,
    ),
    _key(
        "log-line",
        "number_sign",
        "line",
        N_("Line"),
        N_("Go to a line by its number"),
        MOVE,
        show=False,
        display="#",
    ),
    _key("log-wrap", "w", "wrap", N_("Wrap"), N_("Break long lines, or not"), READ, show=False),
    _key("log-left", "left", "aside(-1)", N_("Left"), N_("To the left"), MOVE, show=False),
    _key("log-right", "right", "aside(1)", N_("Right"), N_("To the right"), MOVE, show=False),
]

LOGS: Final[list[BindingType]] = [
    _key(
        "logs-mark",
        "space",
        "mark",
        N_("Mark"),
        N_("Mark the log; those that are marked are shown as one, by time"),
        READ,
    ),
]
