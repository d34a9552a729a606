"""Picks the command."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from tui.practice.oc.arguments import Arguments, parse

_COMMANDS = {
    "get": "reads",
    "describe": "describing",
    "events": "reads",
    "label": "changes",
    "annotate": "changes",
    "patch": "changes",
    "create": "manifests",
    "apply": "manifests",
    "replace": "manifests",
    "delete": "manifests",
    "logs": "podlogs",
    "exec": "velero",
    "wait": "waiting",
    "rollout": "waiting",
    "auth": "about",
    "whoami": "about",
    "version": "about",
    "api-resources": "about",
    "config": "about",
}


def run(argv: list[str]) -> int:
    """Runs a command line and returns its exit code.

    Raises:
        Failure: If the command fails, with what oc says.
    """
    arguments = parse(argv)
    module = import_module(f"tui.practice.oc.{_COMMANDS[arguments.verb]}")
    name = {"exec": "exec_"}.get(arguments.verb, arguments.verb.replace("-", "_"))
    command: Callable[[Arguments], int] = getattr(module, name)
    with arguments.closing:
        return command(arguments)
