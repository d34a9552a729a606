"""What a command leads to, in plain words: what goes, restarts, stays, comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from knowledge import change_texts as changes
from knowledge import deletion_texts as deletions
from knowledge.model import Risk
from knowledge.oc_arguments import Arguments, parse
from knowledge.resource_words import of_manifest, of_word
from knowledge.risk import AGENTS, Classification, classify
from knowledge.text import Text
from knowledge.velero_cli import velero_call

_Target = tuple[str, str]
"""Kind as in a snapshot, and name; an empty name is every object that matches."""
_WORKLOADS: Final = frozenset({"Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"})
_OPERATOR: Final = re.compile(r"^openshift-adp-controller-manager(-|$)")
_OPERATOR_SELECTOR: Final = re.compile(
    r"(^|,)control-plane==?(non-admin-)?controller(-manager)?(,|$)"
)
_REGISTRY_SECRET: Final = re.compile(r"^oadp-.+-registry-secret$")
_OWNED_BY_OPERATOR: Final = re.compile(
    r"^app\.kubernetes\.io/(name=oadp-operator-velero|managed-by=oadp-operator)$"
)
_MOVEMENTS: Final = frozenset({"DataUpload", "DataDownload", "PodVolumeBackup", "PodVolumeRestore"})
_FIELDS_SHOWN: Final = 5
_LONGEST_FIELD: Final = 120
_DEEPEST: Final = 32


def consequences(
    args: Sequence[str], manifest: Mapping[str, Any] | None = None
) -> tuple[Text, ...]:
    """Return what follows from a command, the gravest first; empty where nothing is known.

    Commands that change nothing (reads, dry runs) and refused ones have no consequences.

    Args:
        args: the arguments of `oc`, the verb first, without the engine's own flags.
        manifest: what is on standard input for `-f -`.
    """
    judged = classify(args, manifest)
    if judged.refused is not None or judged.risk is Risk.READ:
        return ()
    if velero_call(args) is not None:
        return (changes.VELERO_CALL,)
    arguments = parse(args)
    bodies = tuple(_flat(manifest)) if manifest is not None else ()
    targets = tuple(_targets(judged, bodies))
    found = (*_of_agents(arguments, judged, targets), *_of_verb(arguments, targets, bodies))
    return tuple(dict.fromkeys(found))


def _flat(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects; `classify` has seen to it that lists hold objects and are not deep."""
    if "items" not in manifest:
        yield manifest
    else:
        for each in manifest["items"] or ():
            yield from _flat(each)


def _targets(judged: Classification, bodies: Sequence[Mapping[str, Any]]) -> Iterator[_Target]:
    if bodies:
        for body, (_, name) in zip(bodies, judged.objects, strict=True):
            resource = of_manifest(body)
            yield resource.kind if resource else "", name or _begun(body)
        return
    for word, name in judged.objects:
        resource = of_word(word)
        yield resource.kind if resource else "", name


def _begun(body: Mapping[str, Any]) -> str:
    """Return what stands for the name of an object whose name the server makes."""
    metadata = body.get("metadata")
    begin = metadata.get("generateName") if isinstance(metadata, Mapping) else None
    return f"{begin}*" if isinstance(begin, str) and begin else "?"


def _of_agents(
    arguments: Arguments, judged: Classification, targets: Sequence[_Target]
) -> Iterator[Text]:
    """Yield what happens to Velero and its agents; running work is the first thing lost."""
    if not judged.restarts:
        return
    name = arguments.name
    if name == ("scale",):
        if arguments.flags.get("replicas", "").strip() == "0":
            yield changes.AGENTS_STOP
            yield changes.DPA_SETS_BACK
        return
    if name == ("delete",):
        kinds = {kind for kind, each in targets if not each or AGENTS.match(each)}
        if kinds & _WORKLOADS:
            yield changes.AGENTS_STOP
            yield deletions.DPA_AGAIN
        elif "Pod" in kinds:
            yield changes.AGENTS_RESTART
        return
    yield changes.AGENTS_RESTART
    if name[0] in {"set", "patch", "apply", "replace"}:
        yield changes.DPA_SETS_BACK


def _of_verb(
    arguments: Arguments, targets: Sequence[_Target], bodies: Sequence[Mapping[str, Any]]
) -> Iterator[Text]:
    name = arguments.name
    if name[0] == "delete":
        yield from _deleted(arguments, targets)
    elif name[0] in {"create", "apply", "replace"}:
        for target, body in zip(targets, bodies, strict=True):
            yield from _made(name[0], target, body)
    elif name[0] == "patch":
        for target in targets:
            yield from _patched(target, arguments.flags.get("patch", ""))
    elif name[0] in {"label", "annotate"}:
        yield from _marked(arguments, targets)
    else:
        for target in targets:
            yield from _rolled(arguments, target)


def _deleted(arguments: Arguments, targets: Sequence[_Target]) -> Iterator[Text]:
    selector = arguments.flags.get("selector", "")
    for kind, name in targets:
        if kind == "Pod" and (_OPERATOR.match(name) or _OPERATOR_SELECTOR.search(selector)):
            yield changes.OPERATOR_ONLY
        for text in deletions.DELETED.get(kind, ()):
            yield _about(text, name)
        if kind == "Secret" and _REGISTRY_SECRET.match(name):
            yield deletions.REGISTRY_SECRET
    if arguments.flags.get("cascade") == "orphan":
        yield deletions.ORPHANS


def _made(verb: str, target: _Target, body: Mapping[str, Any]) -> Iterator[Text]:
    kind, name = target
    spec = body.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    if kind == "DeleteBackupRequest":
        backup = str(spec.get("backupName", ""))[:_LONGEST_FIELD]
        for text in changes.DELETE_BACKUP:
            yield text.fill({"backup": backup or "?"})
    elif kind == "Restore":
        yield from _restored(spec)
    if verb == "replace":
        yield _about(changes.REPLACED, name)
    if kind == "Schedule" and spec.get("paused") is True:
        yield _about(changes.PAUSED, name)
        return
    texts = changes.CREATED.get(kind, ()) if verb == "create" else ()
    for text in texts or changes.CHANGED.get(kind, ()) or changes.CREATED.get(kind, ()):
        yield _about(text, name)


def _restored(spec: Mapping[str, Any]) -> Iterator[Text]:
    over = spec.get("existingResourcePolicy") == "update"
    yield changes.RESTORED_OVER if over else changes.RESTORED_BESIDE
    included = spec.get("includedNamespaces")
    if not included or (isinstance(included, list) and "*" in included):
        yield changes.RESTORED_EVERYWHERE
    yield changes.RESTORED_STAYS


def _patched(target: _Target, patch: str) -> Iterator[Text]:
    kind, name = target
    leaves = tuple(_leaves(msgspec.json.decode(patch)))
    paths = [path for path, _, _ in leaves]
    if any("finalizers" in path[:2] for path in paths):
        yield _about(changes.FINALIZERS, name)
    if any("ownerReferences" in path[:2] for path in paths):
        yield _about(changes.OWNERS, name)
    for path, value, _ in leaves:
        if kind in _MOVEMENTS and path == ("spec", "cancel") and value is True:
            yield _about(changes.CANCELLED, name)
        if kind == "Schedule" and path == ("spec", "paused") and value is True:
            yield _about(changes.PAUSED, name)
        if kind == "BackupStorageLocation" and (path, value) == (
            ("spec", "accessMode"),
            "ReadOnly",
        ):
            yield _about(changes.READ_ONLY, name)
        if path in {("spec", "deletionPolicy"), ("spec", "persistentVolumeReclaimPolicy")}:
            yield _about(changes.DATA_FATE, name)
    if any(path[:1] in {(), ("spec",)} for path in paths):
        for text in changes.CHANGED.get(kind, ()):
            yield _about(text, name)
    removed = list(dict.fromkeys(".".join(path) for path, _, gone in leaves if gone))
    if removed:
        shown = [each[:_LONGEST_FIELD] for each in removed[:_FIELDS_SHOWN]]
        shown += ["…"] if len(removed) > _FIELDS_SHOWN else []
        yield _about(changes.REMOVED, name, fields=", ".join(shown))


def _leaves(patch: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, bool]]:
    """Yield each field that a patch sets: its path, its value, and whether it is removed."""
    if isinstance(patch, Mapping) and patch and len(path) < _DEEPEST:
        for key, value in patch.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(patch, list) and not path:
        for each in patch:
            if isinstance(each, Mapping):
                yield from _operation(each)
    else:
        yield path, patch, patch is None


def _operation(operation: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any, bool]]:
    """Yield what one operation of a JSON patch (RFC 6902) sets; `test` sets nothing."""
    what, value = operation.get("op"), operation.get("value")
    where, source = (_pointer(operation.get(each)) for each in ("path", "from"))
    if what == "move" and source is not None:
        yield source, None, True
    if where is None or what == "test":
        return
    if what == "remove":
        yield where, None, True
    elif isinstance(value, Mapping):
        yield from _leaves(value, where)
    else:
        yield where, value, False


def _pointer(pointer: Any) -> tuple[str, ...] | None:
    """Return the parts of a JSON pointer (RFC 6901)."""
    if not isinstance(pointer, str):
        return None
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _marked(arguments: Arguments, targets: Sequence[_Target]) -> Iterator[Text]:
    if arguments.name == ("annotate",):
        text = changes.ANNOTATIONS_ONLY
    elif any(kind == "Pod" for kind, _ in targets):
        yield changes.POD_LABELS
        return
    else:
        text = changes.LABELS_ONLY
        locations = any(kind == "BackupStorageLocation" for kind, _ in targets)
        if locations and any(_OWNED_BY_OPERATOR.match(word) for word in arguments.words):
            yield changes.TAKEN_BY_OPERATOR
    for _, name in targets:
        yield _about(text, name)


def _rolled(arguments: Arguments, target: _Target) -> Iterator[Text]:
    kind, name = target
    operator = _OPERATOR.match(name) is not None
    selector = arguments.flags.get("selector", "")
    if arguments.name == ("scale",):
        count = arguments.flags.get("replicas", "").strip()
        text = changes.SCALED_TO_NOTHING if count == "0" else changes.SCALED
        yield _about(text, name, count=count or "?")
    elif arguments.name == ("rollout", "pause"):
        yield _about(changes.PAUSED_ROLLOUT, name)
    elif operator or (not name and _OPERATOR_SELECTOR.search(selector)):
        yield changes.OPERATOR_ONLY
    elif kind in _WORKLOADS or kind == "":
        yield _about(changes.PODS_REPLACED, name)


def _about(text: Text, name: str, **more: str) -> Text:
    """Return `text` with the object's name; an empty name is every object that matches."""
    if name:
        return text.fill({**more, "name": name})
    every = "Every matching object" if text.en.startswith("${name}") else "every matching object"
    return Text(
        en=text.fill({**more, "name": every}).en,
        ja=text.fill({**more, "name": "一致するすべてのオブジェクト"}).ja,
    )
