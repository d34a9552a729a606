"""What a line may go on with: verbs, kinds, names, flags and namespaces, from what is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from knowledge.kinds import KINDS, Kind
from knowledge.resource_words import of_word
from knowledge.snapshot import Snapshot
from knowledge.verbs import VERBS, Takes, Verb
from tui.engine.answer_json import mapping
from tui.engine.target import NAMESPACE

MOST: Final = 50
"""Suggestions for one line."""
_SHOWN: Final = {"output": ("json", "yaml", "wide", "name"), "dry-run": ("server",)}
"""Flag -> values that are often wanted."""
_QUOTING: Final = "'\"\\"
_HARMLESS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-./:_ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on."""

    word: str
    """What is offered."""
    line: str
    """The whole line with it, ready to be typed on."""


def suggestions(line: str, snapshot: Snapshot) -> tuple[Suggestion, ...]:
    """Return how `line` may go on at its end, the likeliest first.

    Names come from what was read of the cluster; a line with quotes gets none, since a word there
    may be anything. Nothing here makes a command valid: that is judged from the finished line.
    """
    if any(sign in line for sign in _QUOTING):
        return ()
    words = line.split()
    begun = words.pop() if words and not line[-1:].isspace() else ""
    head = line[: len(line) - len(begun)]
    found: dict[str, None] = {}
    for word in _words(words, begun, snapshot):
        if word.startswith(begun) and word != begun and set(word) - {"="} <= _HARMLESS:
            found.setdefault(word)
        if len(found) >= MOST:
            break
    return tuple(
        Suggestion(word, head + word + ("" if word.endswith(("=", "/")) else " ")) for word in found
    )


def _words(words: list[str], begun: str, snapshot: Snapshot) -> Iterable[str]:
    if words[:1] in (["oc"], ["kubectl"]):
        words = words[1:]
    if words and words[-1] in {"-n", "--namespace"}:
        return _namespaces(snapshot)
    namespace, words = _namespace(words, snapshot)
    length = next((n for n in (3, 2, 1) if len(words) >= n and tuple(words[:n]) in VERBS), 0)
    if not length:
        return _verbs(words)
    name, verb = tuple(words[:length]), VERBS[tuple(words[:length])]
    rest = words[length:]
    waiting = _waiting(rest, verb)
    if waiting:
        return _values(waiting, rest, namespace, snapshot)
    if begun.startswith("-"):
        return _flags(verb)
    if not verb.names or verb.manifest:
        return ("-f",) if verb.manifest else ()
    return _objects(name, _plain(rest, verb), begun, namespace, snapshot)


def _verbs(words: list[str]) -> Iterator[str]:
    for name in VERBS:
        if name[: len(words)] == tuple(words) and len(name) > len(words):
            yield name[len(words)]


def _flags(verb: Verb) -> Iterator[str]:
    for name, takes in verb.flags.items():
        yield f"--{name}" + ("=" if takes is Takes.JOINED else "")
    if verb.scoped:
        yield "--namespace"


def _waiting(rest: list[str], verb: Verb) -> str:
    """Return the flag that the next word is the value of; empty if there is none."""
    last = rest[-1] if rest else ""
    if last.startswith("--") and verb.flags.get(last[2:]) is Takes.VALUE:
        return last[2:]
    if last.startswith("-") and len(last) == 2:
        name = verb.short.get(last[1], "")
        return name if verb.flags.get(name) is Takes.VALUE else ""
    return ""


def _plain(rest: list[str], verb: Verb) -> list[str]:
    """Return the words that are neither flags nor their values."""
    found: list[str] = []
    for at, word in enumerate(rest):
        if not word.startswith("-") and not _waiting(rest[:at], verb):
            found.append(word)
    return found


def _values(flag: str, rest: list[str], namespace: str, snapshot: Snapshot) -> Iterator[str]:
    yield from _SHOWN.get(flag, ())
    if flag == "filename":
        yield "-"
    if flag == "container":
        for (place, name), pod in snapshot.of("Pod").items():
            if place == namespace and any(word in {name, f"pod/{name}"} for word in rest):
                yield from _containers(pod)


def _objects(
    name: tuple[str, ...], words: list[str], begun: str, namespace: str, snapshot: Snapshot
) -> Iterator[str]:
    if "/" in begun:
        word = begun.partition("/")[0]
        yield from (f"{word}/{each}" for each in _names(word, namespace, snapshot))
    elif words and "/" not in words[0] and name != ("logs",):
        yield from _names(words[0], namespace, snapshot)
    elif not words:
        if name == ("logs",):
            yield from _names("pods", namespace, snapshot)
            yield from ("deployment.apps/", "daemonset.apps/")
        else:
            yield from _kinds(begun, snapshot)


def _kinds(begun: str, snapshot: Snapshot) -> Iterator[str]:
    """Yield what kinds are called, in full: short words may mean another group's."""
    there = [kind for kind in KINDS.values() if kind.name not in snapshot.absent and not kind.label]
    used = [kind for kind in there if snapshot.of(kind.name)]
    for kind in (*used, *there):
        if kind.resource.startswith(begun):
            yield kind.resource


def _kind(word: str) -> Kind | None:
    resource = of_word(word)
    return KINDS.get(resource.kind) if resource is not None else None


def _names(word: str, namespace: str, snapshot: Snapshot) -> Iterator[str]:
    kind = _kind(word)
    for place, name in snapshot.of(kind.name) if kind is not None else ():
        if place in {"", namespace}:
            yield name


def _namespaces(snapshot: Snapshot) -> Iterator[str]:
    yield snapshot.source.namespace
    for objects in snapshot.objects.values():
        for namespace, _ in objects:
            if NAMESPACE.fullmatch(namespace):
                yield namespace


def _namespace(words: list[str], snapshot: Snapshot) -> tuple[str, list[str]]:
    """Return the namespace that was typed, or that of OADP, and the words without it."""
    for at, word in enumerate(words[:-1]):
        if word in {"-n", "--namespace"}:
            return words[at + 1], words[:at] + words[at + 2 :]
    return snapshot.source.namespace, words


def _containers(pod: Mapping[str, Any]) -> Iterator[str]:
    found = mapping(pod.get("spec")).get("containers")
    for each in found if isinstance(found, list) else ():
        name = mapping(each).get("name")
        if isinstance(name, str):
            yield name
