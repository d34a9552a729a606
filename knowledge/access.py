"""What the API server must allow for a command of `oc`.

The requests of each verb were recorded with `kubectl -v=8` (1.20 and 1.32; `oc` wraps the same
code), and each was refused once to see whether the command needs it. What it does without is not
here: `delete` does not wait where it may not look, `describe` leaves out events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from knowledge.oc_arguments import Arguments, parse
from knowledge.resource_words import Resource, of_manifest, of_word
from knowledge.risk import classify
from knowledge.velero_cli import velero_call


@dataclass(frozen=True, slots=True)
class Access:
    """One permission, in the words of a SelfSubjectAccessReview."""

    verb: str
    """As in a role: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`."""
    group: str
    """The API group; empty for the core group."""
    resource: str
    """Plural, such as `backups`."""
    namespace: str
    """Empty for cluster-scoped resources and for all namespaces."""
    name: str = ""
    """Empty for every object, and for `create`, where the server looks at no name."""
    subresource: str = ""
    """Such as `log` or `scale`."""
    guessed: bool = field(default=False, compare=False)
    """True where the resource is the regular plural of a kind that is not in our tables, or a word
    that several API groups use: a refusal may then be one of the wrong resource."""

    def __str__(self) -> str:
        """Return `patch backupstoragelocations.velero.io custom (openshift-adp)`."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        if self.subresource:
            resource = f"{resource}/{self.subresource}"
        name = f" {self.name}" if self.name else ""
        place = f" ({self.namespace})" if self.namespace else ""
        return f"{self.verb} {resource}{name}{place}"


@dataclass(frozen=True, slots=True)
class _Aim:
    """What one command aims at: an object, or with an empty name all that are found."""

    resource: Resource
    name: str
    namespace: str

    def to(self, verb: str, subresource: str = "") -> Access:
        where = self.resource
        name = "" if verb == "create" else self.name
        return Access(
            verb, where.group, where.plural, self._place(name), name, subresource, where.guessed
        )

    def found(self, subresource: str = "") -> Access:
        """Return how `oc` finds it: by name, or in a list."""
        return self.to("get", subresource) if self.name else self.to("list")

    def beside(self, verb: str, group: str, resource: str, subresource: str = "") -> Access:
        """Return a permission for other objects in the same place."""
        return Access(verb, group, resource, self._place(self.name), "", subresource)

    def _place(self, name: str) -> str:
        if (self.resource.group, self.resource.plural) == ("", "namespaces"):
            # A namespace is in itself: roles in it count (requestinfo.go of the API server).
            return name
        return "" if self.resource.clustered else self.namespace


_FREE: Final = frozenset(
    {
        ("version",),
        ("whoami",),
        ("api-resources",),
        ("api-versions",),
        ("explain",),
        ("auth", "can-i"),
        ("auth", "whoami"),
        ("config", "current-context"),
        ("config", "get-contexts"),
    }
)
"""Discovery and questions about oneself: every user may (`system:basic-user`, `…:discovery`)."""
_PATCHING: Final = frozenset(
    {
        ("label",),
        ("annotate",),
        ("patch",),
        ("set", "env"),
        ("set", "image"),
        ("set", "resources"),
        ("rollout", "restart"),
        ("rollout", "pause"),
        ("rollout", "resume"),
    }
)
_DESCRIBED: Final[Mapping[tuple[str, str], tuple[tuple[str, str], ...]]] = {
    ("apps", "daemonsets"): (("", "pods"),),
    ("apps", "statefulsets"): (("", "pods"),),
    ("", "persistentvolumeclaims"): (("", "pods"),),
    ("", "namespaces"): (("", "resourcequotas"), ("", "limitranges")),
}
"""Resource -> what `describe` lists beside it, and fails without."""


def needed(
    args: Sequence[str], manifest: Mapping[str, Any] | None, namespace: str
) -> tuple[Access, ...] | None:
    """Return what the server must allow for `oc args`, in the order in which `oc` asks for it.

    Args:
        args: the arguments of `oc`, the verb first, without the engine's own flags.
        manifest: what is on standard input for `-f -`.
        namespace: what `-n` says; empty for cluster scope and all namespaces.

    Returns:
        Empty for commands that everybody may run; None where it cannot be told: a command that is
        refused, a short name that is not in our tables, `--raw`.
    """
    judged = classify(args, manifest)
    if judged.refused is not None:
        return None
    if velero_call(args) is not None:
        return (
            Access("get", "apps", "deployments", namespace, "velero"),
            Access("list", "", "pods", namespace),
            Access("create", "", "pods", namespace, "", "exec"),
        )
    arguments = parse(args)
    if arguments.name in _FREE:
        return ()
    if "raw" in arguments.flags:
        return None
    if arguments.flags.get("all-namespaces") == "true":
        namespace = ""
    if (elsewhere := _without_objects(arguments, namespace)) is not None:
        return elsewhere
    if manifest is not None:
        aims = _of_manifest(manifest, namespace)
    else:
        aims = _of_words(arguments, judged.objects, namespace)
    if not aims:
        return None
    accesses = [access for aim in aims for access in _of_verb(arguments, aim)]
    return tuple(dict.fromkeys(accesses))


def _without_objects(arguments: Arguments, namespace: str) -> tuple[Access, ...] | None:
    """Return what the verbs need that name no objects of their own; None for all others."""
    name, words = arguments.name, arguments.words
    if name == ("events",):
        return (Access("list", "", "events", namespace),)
    if name[-2:] in {("top", "pods"), ("top", "nodes")}:
        one = words[0] if words else ""
        verb = "get" if one else "list"
        place = namespace if name[-1] == "pods" else ""
        metrics = Access(verb, "metrics.k8s.io", name[-1], place, one)
        if name[-1] == "pods":
            return (metrics,)
        # A share of a node needs what the node has.
        return (metrics, Access(verb, "", "nodes", "", one))
    if name == ("adm", "policy", "who-can"):
        review = "localresourceaccessreviews" if namespace else "resourceaccessreviews"
        return (Access("create", "authorization.openshift.io", review, namespace),)
    if name == ("logs",) and "selector" in arguments.flags and not words:
        return (
            Access("list", "", "pods", namespace),
            Access("get", "", "pods", namespace, "", "log"),
        )
    return None


def _of_words(
    arguments: Arguments, objects: Sequence[tuple[str, str]], namespace: str
) -> tuple[_Aim, ...] | None:
    if arguments.name == ("logs",):
        # What follows the first word is a container.
        objects = objects[:1]
    aims = []
    for word, name in objects:
        resource = of_word(word)
        if resource is None:
            return None
        aims.append(_Aim(resource, name, namespace))
    return tuple(aims)


def _of_manifest(manifest: Mapping[str, Any], namespace: str) -> tuple[_Aim, ...] | None:
    aims = []
    for body in _flat(manifest):
        resource = of_manifest(body)
        if resource is None:
            return None
        metadata = body.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        name, place = metadata.get("name"), metadata.get("namespace")
        aims.append(
            _Aim(
                resource,
                name if isinstance(name, str) else "",
                place if isinstance(place, str) and place else namespace,
            )
        )
    return tuple(aims)


def _flat(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects; `classify` has seen to it that lists hold objects and are not deep."""
    if "items" not in manifest:
        yield manifest
    else:
        for each in manifest["items"] or ():
            yield from _flat(each)


def _of_verb(arguments: Arguments, aim: _Aim) -> Iterator[Access]:
    name, flags = arguments.name, arguments.flags
    subresource = flags.get("subresource", "")
    writes = flags.get("dry-run") != "client" and flags.get("list") != "true"
    if name == ("get",):
        yield aim.found(subresource)
    elif name == ("describe",):
        yield aim.found()
        yield aim.to("get")
        for group, resource in _DESCRIBED.get((aim.resource.group, aim.resource.plural), ()):
            yield aim.beside("list", group, resource)
    elif name == ("logs",):
        yield from _logs(aim)
    elif name in {("wait",), ("rollout", "status")}:
        yield aim.found()
        yield aim.to("list")
        yield aim.to("watch")
    elif name in {("rollout", "history"), ("rollout", "undo")}:
        yield aim.found()
        yield aim.to("get")
        plural = aim.resource.plural
        history = "replicasets" if plural == "deployments" else "controllerrevisions"
        yield aim.beside("list", "apps", history)
        if name == ("rollout", "undo") and writes:
            yield aim.to("patch")
    elif name in _PATCHING:
        yield aim.found(subresource)
        if writes:
            yield aim.to("patch", subresource)
    elif name == ("scale",):
        yield from _scale(arguments, aim, writes)
    else:
        yield from _written(arguments, aim, writes)


def _logs(aim: _Aim) -> Iterator[Access]:
    yield aim.found()
    if (aim.resource.group, aim.resource.plural) == ("", "pods"):
        yield aim.to("get", "log")
    else:
        yield aim.beside("list", "", "pods")
        yield aim.beside("get", "", "pods", "log")


def _scale(arguments: Arguments, aim: _Aim, writes: bool) -> Iterator[Access]:
    yield aim.found()
    if not writes:
        return
    if {"current-replicas", "resource-version"} & arguments.flags.keys():
        yield aim.to("get", "scale")
        yield aim.to("update", "scale")
    else:
        yield aim.to("patch", "scale")
    if "timeout" in arguments.flags:
        yield aim.to("get", "scale")


def _written(arguments: Arguments, aim: _Aim, writes: bool) -> Iterator[Access]:
    """Yield what whole objects need that are made, replaced or deleted."""
    name = arguments.name
    if name == ("create",) and writes:
        yield aim.to("create")
    elif name == ("apply",):
        if not arguments.on("server-side"):
            yield aim.to("get")
        if writes:
            yield aim.to("patch")
            yield aim.to("create")
    elif name == ("replace",) and writes:
        if arguments.on("force"):
            yield aim.to("delete")
            yield aim.to("create")
        else:
            yield aim.to("get")
            yield aim.to("update")
    elif name == ("delete",):
        if not aim.name:
            yield aim.to("list")
        if writes:
            yield aim.to("delete")
