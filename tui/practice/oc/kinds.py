"""Finds what a word on the command line means: `bsl`, `backups.velero.io`, `deploy/velero`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tui.practice.oc.connection import Connection, path_part
from tui.practice.oc.failures import Failure

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the server serves."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...]
    verbs: tuple[str, ...]

    @property
    def qualified(self) -> str:
        """Returns `backup.velero.io`, or `pod`: what oc prints before a name."""
        return f"{self.singular}.{self.group}" if self.group else self.singular

    @property
    def plural_qualified(self) -> str:
        """Returns `backups.velero.io`, or `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """Returns `velero.io/v1`, or `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str, name: str = "") -> str:
        """Returns where the objects, or one of them, are in the API."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{path_part(namespace)}" if self.namespaced and namespace else ""
        return f"{root}{scope}/{self.plural}" + (f"/{path_part(name)}" if name else "")


class Kinds:
    """The kinds of a server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def all(self) -> list[Kind]:
        """All kinds, the core group first."""
        found: list[Kind] = []
        for path in ("/api", "/apis"):
            listing = self._connection.get(path, accept=_AGGREGATED)
            for group in listing["items"]:
                name = str((group.get("metadata") or {}).get("name", ""))
                for version in group["versions"]:
                    found += [
                        _kind(name, version["version"], item) for item in version["resources"]
                    ]
        return found

    def find(self, word: str) -> Kind:
        """Finds a kind by plural, singular, short name or kind, with or without its group.

        Raises:
            Failure: If there is none.
        """
        text = word.lower()
        name, _, group = text.partition(".")
        for kind in self.all:
            names = {kind.plural, kind.singular, kind.kind.lower(), *kind.short_names}
            groups = {"", kind.group, f"{kind.version}.{kind.group}", f"{kind.version}."}
            if name in names and group in groups and "list" in kind.verbs:
                return kind
        raise Failure(f'error: the server doesn\'t have a resource type "{word}"')

    def of(self, obj: dict[str, Any], source: str) -> Kind:
        """Finds the kind of an object from a file.

        Raises:
            Failure: If the server doesn't know it.
        """
        wanted, version = str(obj.get("kind", "")), str(obj.get("apiVersion", ""))
        for kind in self.all:
            if (kind.kind, kind.api_version) == (wanted, version):
                return kind
        name = (obj.get("metadata") or {}).get("name", "")
        raise Failure(
            f'error: resource mapping not found for name: "{name}" namespace: '
            f'"{(obj.get("metadata") or {}).get("namespace", "")}" from "{source}": no matches '
            f'for kind "{wanted}" in version "{version}"\nensure CRDs are installed first'
        )


def _kind(group: str, version: str, item: dict[str, Any]) -> Kind:
    return Kind(
        group,
        version,
        item["resource"],
        item["singularResource"],
        item["responseKind"]["kind"],
        item["scope"] == "Namespaced",
        tuple(item.get("shortNames") or ()),
        tuple(item["verbs"]),
    )


@dataclass(frozen=True, slots=True)
class Target:
    """A kind, and the names that are meant; none means all."""

    kind: Kind
    names: tuple[str, ...]


def targets(kinds: Kinds, words: list[str]) -> list[Target]:
    """Reads `TYPE[,TYPE] [NAME...]` and `TYPE/NAME ...`.

    Raises:
        Failure: If the words make no sense.
    """
    if not words:
        raise Failure(
            'You must specify the type of resource to get. Use "oc api-resources" for a complete '
            "list of supported resources.\n\nerror: Required resource not specified."
        )
    if "/" in words[0]:
        found = []
        for word in words:
            kind, slash, name = word.partition("/")
            if not slash:
                raise Failure(
                    "error: there is no need to specify a resource type as a separate argument "
                    "when passing arguments in resource/name form"
                )
            found.append(Target(kinds.find(kind), (name,)))
        return found
    return [Target(kinds.find(word), tuple(words[1:])) for word in words[0].split(",")]
