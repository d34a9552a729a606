"""What goes with an object when it is deleted, as far as it was read.

The garbage collector of Kubernetes deletes an object when all its owners are gone
(`metadata.ownerReferences`, matched by uid); a namespace takes what is in it, a
CustomResourceDefinition every object of its kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from knowledge.kinds import KINDS, Scope
from knowledge.resource_words import of_word
from knowledge.snapshot import KubeObject, ObjectRef, Snapshot
from knowledge.text import Text

MOST: Final = 500
"""Objects that are listed."""
_KINDS_SHOWN: Final = 8
_OWN_NOTHING: Final = frozenset({"Event", "DownloadRequest", "ServerStatusRequest"})


@dataclass(frozen=True, slots=True)
class Owned:
    """Objects that go with another one."""

    objects: tuple[ObjectRef, ...] = ()
    """Nearest first; at most `MOST`."""
    more: int = 0
    """How many further ones were found and are not in `objects`."""
    unseen: Text | None = None
    """One sentence on what could not be seen from here; None if nothing is missing."""


def owned(snapshot: Snapshot, kind: str, namespace: str, name: str) -> Owned:
    """Return what goes with the object when it is deleted; not so with `--cascade=orphan`.

    Args:
        snapshot: what was read.
        kind: as in a snapshot: `Backup`, or `plural.group` for other kinds.
        namespace: empty for cluster-scoped objects.
        name: the object's name.
    """
    target = ObjectRef(kind, namespace, name)
    body = snapshot.of(kind).get((namespace, name))
    taken = tuple(_taken(snapshot, target))
    if body is None and kind not in {"Namespace", "CustomResourceDefinition"}:
        return Owned(unseen=_not_read(target))
    found = _Collector(snapshot).collect(target, taken)
    return Owned(tuple(found[:MOST]), max(0, len(found) - MOST), _unseen(snapshot, target))


def _taken(snapshot: Snapshot, target: ObjectRef) -> Iterator[ObjectRef]:
    """Yield what goes whoever owns it."""
    if target.kind == "Namespace":
        for ref, _ in snapshot.everything():
            if ref.namespace == target.name:
                yield ref
    elif target.kind == "CustomResourceDefinition":
        resource = of_word(target.name)
        if resource is not None:
            for place, each in snapshot.of(resource.kind):
                yield ObjectRef(resource.kind, place, each)


class _Collector:
    """Does what the garbage collector would do."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._uids: dict[ObjectRef, str] = {}
        self._owners: dict[ObjectRef, frozenset[str]] = {}
        self._children: dict[str, list[ObjectRef]] = defaultdict(list)
        deployments = {
            key: _uid(body) for key, body in snapshot.of("Deployment").items() if _uid(body)
        }
        for ref, body in snapshot.everything():
            self._uids[ref] = _uid(body)
            owners = frozenset(_owner_uids(ref, body, deployments))
            if owners:
                self._owners[ref] = owners
                for uid in owners:
                    self._children[uid].append(ref)
        self._known = frozenset(uid for uid in self._uids.values() if uid)

    def collect(self, target: ObjectRef, taken: Iterable[ObjectRef]) -> list[ObjectRef]:
        """Return what goes with `target`, nearest first, without itself."""
        going = {target: None} | dict.fromkeys(taken)
        waiting = [uid for ref in going if (uid := self._uids.get(ref, ""))]
        gone = set(waiting)
        for uid in waiting:
            for child in self._children.get(uid, ()):
                # An owner that was not read may be gone long since; one that was read holds it.
                if child in going or (self._owners[child] & self._known) - gone:
                    continue
                going[child] = None
                if (own := self._uids[child]) and own not in gone:
                    gone.add(own)
                    waiting.append(own)
        return [ref for ref in going if ref != target]


def _owner_uids(
    ref: ObjectRef, body: KubeObject, deployments: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    metadata = body.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, Mapping) else None
    for owner in owners if isinstance(owners, list) else ():
        if not isinstance(owner, Mapping) or not isinstance(owner.get("uid"), str):
            continue
        yield _above(ref, body, owner, deployments) or owner["uid"]


def _above(
    ref: ObjectRef,
    body: KubeObject,
    owner: Mapping[str, Any],
    deployments: Mapping[tuple[str, str], str],
) -> str:
    """Return the uid of the Deployment behind a ReplicaSet: those are not read.

    A ReplicaSet is called after its Deployment and the hash in the label of its Pods.
    """
    labels = body.get("metadata", {}).get("labels")
    template = labels.get("pod-template-hash") if isinstance(labels, Mapping) else None
    if owner.get("kind") != "ReplicaSet" or not isinstance(template, str):
        return ""
    name = str(owner.get("name", "")).removesuffix(f"-{template}")
    return deployments.get((ref.namespace, name), "")


def _uid(body: KubeObject) -> str:
    metadata = body.get("metadata")
    uid = metadata.get("uid") if isinstance(metadata, Mapping) else None
    return uid if isinstance(uid, str) else ""


def _not_read(target: ObjectRef) -> Text:
    return Text(
        en=f"{target} was not read, so what goes with it is unknown.",
        ja=f"{target} を読み取っていないため、一緒に削除されるものは分かりません。",
    )


def _unseen(snapshot: Snapshot, target: ObjectRef) -> Text | None:
    if target.kind in _OWN_NOTHING:
        return None
    place = target.name if target.kind == "Namespace" else target.namespace
    missing = {kind for kind in snapshot.unread if kind != "*"}
    if place and place != snapshot.source.namespace:
        missing |= {kind.name for kind in KINDS.values() if kind.scope is Scope.OADP}
    if not missing:
        return Text(
            en="Objects of kinds that this program does not read, such as ReplicaSets, are not "
            "listed.",
            ja="このプログラムが読み取らない種類のオブジェクト（ReplicaSet など）は"
            "一覧に含まれません。",
        )
    shown = sorted(missing)[:_KINDS_SHOWN]
    names = ", ".join(shown)
    more = len(missing) - len(shown)
    return Text(
        en=f"Objects of kinds that were not read here are not listed: {names}"
        f"{f' and {more} more' if more else ''}.",
        ja="読み取っていない種類のオブジェクトは一覧に含まれません: "
        f"{names}{f'、ほか {more} 種類' if more else ''}。",
    )
