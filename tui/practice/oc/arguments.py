"""Reads the command line as oc does."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from tui.practice.oc.failures import Failure

_GLOBAL = {
    "context": "", "kubeconfig": "", "namespace": "n", "request-timeout": "", "v": "v",
    "cluster": "", "user": "", "server": "s", "token": "", "cache-dir": "",
}  # fmt: skip
_FILES = {"filename": "f"}
_OUTPUT = {"output": "o"}
_DRY = {"dry-run": ""}
_SELECT = {"selector": "l", "field-selector": ""}
_VALUES: dict[str, dict[str, str]] = {
    "get": {**_OUTPUT, **_SELECT, **_FILES, "sort-by": "", "raw": "", "chunk-size": "",
            "label-columns": "L", "template": ""},
    "label": {**_OUTPUT, **_SELECT, **_DRY, "resource-version": "", "field-manager": ""},
    "annotate": {**_OUTPUT, **_SELECT, **_DRY, "resource-version": "", "field-manager": ""},
    "patch": {**_OUTPUT, **_DRY, "type": "", "patch": "p", "patch-file": "", "field-manager": "",
              "subresource": ""},
    "create": {**_OUTPUT, **_FILES, **_DRY, "validate": "", "field-manager": ""},
    "apply": {**_OUTPUT, **_FILES, **_DRY, "validate": "", "field-manager": ""},
    "replace": {**_OUTPUT, **_FILES, **_DRY, "validate": "", "field-manager": ""},
    "delete": {**_OUTPUT, **_FILES, **_SELECT, **_DRY, "grace-period": "", "timeout": "",
               "cascade": ""},
    "logs": {"selector": "l", "container": "c", "tail": "", "since": "", "since-time": "",
             "limit-bytes": "", "max-log-requests": "", "pod-running-timeout": ""},
    "exec": {"container": "c"},
    "wait": {**_SELECT, "for": "", "timeout": "", **_OUTPUT},
    "describe": {"selector": "l"},
    "events": {**_OUTPUT, "for": "", "types": ""},
    "rollout": {"timeout": "", "selector": "l", **_OUTPUT},
    "auth": {"subresource": "", **_OUTPUT},
    "whoami": {**_OUTPUT},
    "version": {**_OUTPUT},
    "api-resources": {**_OUTPUT, "api-group": "", "verbs": "", "sort-by": ""},
    "config": {**_OUTPUT},
}  # fmt: skip
_SWITCHES: dict[str, dict[str, str]] = {
    "get": {"all-namespaces": "A", "show-labels": "", "no-headers": "", "ignore-not-found": "",
            "watch": "w", "show-kind": "", "show-managed-fields": "", "watch-only": ""},
    "label": {"overwrite": "", "all": "", "all-namespaces": "A", "list": "", "local": ""},
    "annotate": {"overwrite": "", "all": "", "all-namespaces": "A", "local": ""},
    "patch": {"local": ""},
    "create": {"save-config": ""},
    "apply": {"server-side": "", "force-conflicts": "", "overwrite": ""},
    "replace": {"force": ""},
    "delete": {"wait": "", "now": "", "force": "", "ignore-not-found": "", "all": "",
               "all-namespaces": "A"},
    "logs": {"follow": "f", "previous": "p", "timestamps": "", "prefix": "",
             "all-containers": "", "ignore-errors": "", "insecure-skip-tls-verify-backend": ""},
    "exec": {},
    "wait": {"all": "", "all-namespaces": "A"},
    "describe": {"all-namespaces": "A", "show-events": ""},
    "events": {"all-namespaces": "A", "no-headers": "", "watch": "w"},
    "rollout": {"watch": "w"},
    "auth": {"quiet": "q", "all-namespaces": "A", "list": ""},
    "whoami": {"show-server": "", "show-context": "c", "show-token": "t"},
    "version": {"client": ""},
    "api-resources": {"namespaced": "", "no-headers": ""},
    "config": {"minify": ""},
}  # fmt: skip


@dataclass(slots=True)
class Arguments:
    """A command line, taken apart."""

    verb: str
    words: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)

    def value(self, name: str, default: str = "") -> str:
        """Returns the value of a flag."""
        return self.values.get(name, default)

    def on(self, name: str, *, default: bool = False) -> bool:
        """Says whether a switch is on."""
        return self.switches.get(name, default)

    @property
    def dry_run(self) -> str:
        """Returns `client`, `server` or nothing.

        Raises:
            Failure: For any other word.
        """
        found = self.values.get("dry-run", "none")
        if found not in {"none", "client", "server"}:
            raise Failure(
                f'error: Invalid dry-run value ({found}). Must be "none", "server", or "client".'
            )
        return "" if found == "none" else found


def verbs() -> frozenset[str]:
    """Returns the commands that the stand-in knows."""
    return frozenset(_VALUES)


def parse(argv: list[str]) -> Arguments:
    """Takes a command line apart.

    Args:
        argv: The arguments after `oc`; the flags may stand before the command too.

    Returns:
        The command with its words and flags.

    Raises:
        Failure: For an unknown command or flag.
    """
    verb = _verb(argv)
    if verb == "log":
        verb = "logs"
    if verb not in _VALUES:
        raise Failure(f'error: unknown command "{verb}" for "oc"')
    parsed = Arguments(verb)
    valued, switched = {**_GLOBAL, **_VALUES[verb]}, _SWITCHES[verb]
    short = {letter: name for name, letter in {**valued, **switched}.items() if letter}
    rest = list(argv)
    seen_verb = False
    while rest:
        word = rest.pop(0)
        if word == "--":
            parsed.words += rest
            break
        if word.startswith("--"):
            _long(word, rest, parsed, valued, switched)
        elif word.startswith("-") and len(word) > 1:
            _short(word, rest, parsed, valued, short)
        elif not seen_verb:
            seen_verb = True
        else:
            parsed.words.append(word)
    return parsed


def _verb(argv: list[str]) -> str:
    skip = False
    for word in argv:
        if skip:
            skip = False
        elif word.startswith("-"):
            name = word.lstrip("-")
            skip = "=" not in word and (name in _GLOBAL or name in {"n", "s"})
        else:
            return word
    raise Failure("error: a command is required, such as `oc get pods`")


def _long(
    word: str, rest: list[str], parsed: Arguments, valued: dict[str, str], switched: dict[str, str]
) -> None:
    name, marker, value = word[2:].partition("=")
    if name in switched:
        parsed.switches[name] = value != "false"
    elif name == "dry-run" and not marker:
        parsed.values[name] = "client"
    elif name in valued:
        if not marker:
            if not rest:
                raise Failure(f"error: flag needs an argument: --{name}")
            value = rest.pop(0)
        parsed.values[name] = value
    else:
        raise Failure(f"error: unknown flag: --{name}\nSee 'oc {parsed.verb} --help' for usage.")


def _short(
    word: str, rest: list[str], parsed: Arguments, valued: dict[str, str], short: dict[str, str]
) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = short.get(letter)
        if name is None:
            raise Failure(
                f"error: unknown shorthand flag: '{letter}' in {word}\n"
                f"See 'oc {parsed.verb} --help' for usage."
            )
        if name in valued:
            if letters:
                parsed.values[name] = letters.removeprefix("=")
            elif rest:
                parsed.values[name] = rest.pop(0)
            else:
                raise Failure(f"error: flag needs an argument: '{letter}' in {word}")
            return
        parsed.switches[name] = True
