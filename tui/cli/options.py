"""The options of all commands. Imports nothing heavy: `--help` and `--version` are fast."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Final

FORMATS: Final = ("text", "json", "yaml", "markdown")
_DEFAULTS: Final[Mapping[str, object]] = {
    "command": "screen",
    "kubeconfig": None,
    "context": None,
    "namespace": None,
    "must_gather": None,
    "logs": [],
    "practice": None,
    "read_only": False,
    "dry_run": False,
    "lang": None,
    "knowledge": [],
    "oc": None,
}


def parse(arguments: list[str], version: str) -> argparse.Namespace:
    """Return the options; ends the program on `--help`, `--version` and bad usage."""
    parser = _parser(version)
    options = parser.parse_args(arguments)
    for name, default in _DEFAULTS.items():
        if not hasattr(options, name):
            setattr(options, name, default)
    _only_one_source(parser, options)
    return options


def _parser(version: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oadp-doctor",
        description="Finds known issues of OADP and Velero on a cluster and walks through fixes.",
        epilog="With no command, the terminal UI opens.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"oadp-doctor {version}")
    _add_source(parser)
    _add_general(parser)
    parser.add_argument(
        "--read-only", action="store_true", help="run nothing that changes the cluster"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="walk runbooks without changing anything"
    )
    parser.add_argument("--oc", metavar="PATH", help="the oc (or kubectl) that runs commands")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    diagnose = _command(commands, "diagnose", "judge a source once and print the findings")
    _add_source(diagnose)
    _add_output(diagnose)

    scan = _command(commands, "scan", "find known issues in log text alone")
    scan.add_argument("files", nargs="+", metavar="FILE", help="a log file; - is standard input")
    _add_output(scan)

    knowledge = _command(commands, "knowledge", "the known issues")
    verbs = knowledge.add_subparsers(dest="verb", metavar="VERB", required=True)
    _command(verbs, "list", "list all known issues")
    show = _command(verbs, "show", "print one issue")
    show.add_argument("id", metavar="ID")
    show.add_argument(
        "-o", "--output", choices=("text", "markdown"), default="markdown", help="default: markdown"
    )
    walk = _command(verbs, "walkthrough", "print a runbook to read, without a cluster")
    walk.add_argument("id", metavar="ID")
    walk.add_argument("--cause", metavar="CAUSE", default=None, help="default: all causes")
    walk.add_argument(
        "-o", "--output", choices=("text", "markdown"), default="text", help="default: text"
    )
    search = _command(verbs, "search", "find issues by words or by a pasted error")
    search.add_argument("text", nargs="+", metavar="TEXT")
    check = _command(verbs, "check", "check knowledge files and run their examples")
    check.add_argument("directory", nargs="?", metavar="DIR", default=None)
    check.add_argument(
        "--coverage",
        action="store_true",
        default=False,
        help="also say what the examples show of each cause",
    )

    sessions = _command(commands, "sessions", "what was done in earlier sessions")
    verbs = sessions.add_subparsers(dest="verb", metavar="VERB", required=True)
    _command(verbs, "list", "list all sessions")
    show = _command(verbs, "show", "print what was done in one session")
    show.add_argument("id", metavar="ID")
    export = _command(verbs, "export", "print one session for a ticket or a report")
    export.add_argument("id", metavar="ID")
    export.add_argument(
        "-o",
        "--output",
        choices=("markdown", "json"),
        default="markdown",
        help="default: markdown; json can be imported elsewhere",
    )
    take = _command(verbs, "import", "take over a session that was exported as json elsewhere")
    take.add_argument("file", metavar="FILE", help="- is standard input")
    note = _command(verbs, "note", "add a note to a session that is not open")
    note.add_argument("id", metavar="ID")
    note.add_argument("text", nargs="+", metavar="TEXT")

    practice = _command(commands, "practice", "the practice cluster for oc, kubectl and k9s")
    verbs = practice.add_subparsers(dest="verb", metavar="VERB", required=True)
    _command(verbs, "list", "list all scenarios")
    serve = _command(verbs, "serve", "run the practice cluster until Ctrl-C")
    serve.add_argument("scenario", nargs="?", metavar="SCENARIO", default="healthy")
    serve.add_argument("--port", type=_port, default=0, help="on 127.0.0.1; default: a free one")
    serve.add_argument(
        "--kubeconfig",
        dest="write_to",
        metavar="FILE",
        default=None,
        help="where to write the kubeconfig; default: practice-kubeconfig",
    )
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    _add_general(parser)
    return parser


def _add_general(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang", choices=("en", "ja"), help="the language; default: settings, locale"
    )
    parser.add_argument(
        "--knowledge",
        action="append",
        metavar="DIR",
        help="a folder with more knowledge files; may be repeated",
    )


def _add_source(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("source (default: the current context of the kubeconfig)")
    group.add_argument("--kubeconfig", metavar="FILE", help="a kubeconfig file")
    group.add_argument("--context", metavar="NAME", help="a context of the kubeconfig")
    group.add_argument("-n", "--namespace", metavar="NS", help="the namespace of OADP")
    group.add_argument(
        "--must-gather",
        metavar="PATH",
        help="what oc adm must-gather, oc adm inspect or velero debug wrote, packed or not",
    )
    group.add_argument(
        "--logs", metavar="FILE", action="append", help="a log file or a folder; may be repeated"
    )
    group.add_argument(
        "--practice",
        nargs="?",
        const="healthy",
        metavar="SCENARIO",
        help="the built-in practice cluster",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", choices=FORMATS, default="text", help="default: text")
    parser.add_argument(
        "--fail-on",
        choices=("confirmed", "likely", "never"),
        default="likely",
        help="which findings make the exit code 1; default: likely",
    )


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _only_one_source(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    chosen = [
        name
        for name, given in (
            (
                "a cluster (--kubeconfig, --context, -n)",
                options.kubeconfig or options.context or options.namespace,
            ),
            ("--must-gather", options.must_gather),
            ("--logs", options.logs),
            ("--practice", options.practice),
        )
        if given
    ]
    if len(chosen) > 1:
        parser.error(f"choose one source, not {' and '.join(chosen)}")
