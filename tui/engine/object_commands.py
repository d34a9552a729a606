"""The commands that show more of one object: describe, YAML, events, and the logs of its pods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from knowledge.kinds import KINDS, resource_of
from knowledge.model import Risk
from knowledge.snapshot import KubeObject, LogGroup, ObjectRef, Snapshot
from tui.engine.answer_json import mapping
from tui.engine.podlogs import group_of, work_of
from tui.engine.request import Request
from tui.engine.target import NAMESPACE, Target

FOLLOW_FOR: Final = 30 * 86_400.0
"""Seconds that a followed log may run: in practice until it is stopped."""
TAIL: Final = 10_000
"""Lines of a log that are read from its end."""
_READ_FOR: Final = 120.0
_EVENTS_OF_CLUSTER: Final = "default"
"""Where events about objects without a namespace are kept."""
_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9._:]{0,251}[A-Za-z0-9])?")
_RESOURCE: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_AGENT_KINDS: Final = frozenset(
    {"DataUpload", "DataDownload", "PodVolumeBackup", "PodVolumeRestore"}
)
"""What the node agents carry out, not Velero itself."""
_DEFAULT: Final = {
    LogGroup.VELERO: ("deployment.apps/velero", "velero"),
    LogGroup.NODE_AGENT: ("daemonset.apps/node-agent", "node-agent"),
    LogGroup.OPERATOR: ("deployment.apps/openshift-adp-controller-manager", "manager"),
}
"""Workload and container of each program, where its pods are not known."""


class About(StrEnum):
    """What a command shows of an object."""

    DESCRIBE = "describe"
    YAML = "yaml"
    EVENTS = "events"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class LogChoice:
    """One container whose log can be read."""

    namespace: str
    owner: str
    """`pod/NAME`, or `deployment.apps/NAME` where no pod is known."""
    container: str
    previous: bool = False
    """Whether it was restarted, so that there is a log of the run before."""

    def __str__(self) -> str:
        """Return `owner container`, as it is offered."""
        return f"{self.owner} {self.container}"


def command(about: About, ref: ObjectRef, target: Target) -> Request | None:
    """Return the command that shows `about` of an object; None if it has no name to ask for.

    For `About.LOGS` see `log_choices` and `logs`.
    """
    if not _askable(ref):
        return None
    resource = resource_of(ref.kind)
    if about is About.DESCRIBE:
        return _request(about, target, ref.namespace, ("describe", resource, ref.name))
    if about is About.YAML:
        return _request(about, target, ref.namespace, ("get", resource, ref.name, "-o", "yaml"))
    if about is About.EVENTS:
        # `oc events` is younger than many clients in use.
        wanted = f"involvedObject.name={ref.name}"
        if ref.kind in KINDS:
            wanted = f"involvedObject.kind={ref.kind},{wanted}"
        arguments = ("get", "events", "--field-selector", wanted, "--sort-by", ".lastTimestamp")
        return _request(about, target, ref.namespace or _EVENTS_OF_CLUSTER, arguments)
    return None


def logs(
    choice: LogChoice, target: Target, *, follow: bool = False, previous: bool = False
) -> Request:
    """Return the command that reads a log: its last lines, and new ones as they come.

    Args:
        choice: whose log.
        target: where the command goes.
        follow: whether to go on with new lines until it is stopped.
        previous: whether to read the log of the run before the last restart.
    """
    flags = (*(("-f",) if follow else ()), *(("-p",) if previous else ()))
    arguments = ("logs", choice.owner, "-c", choice.container, f"--tail={TAIL}", *flags)
    within = FOLLOW_FOR if follow else _READ_FOR
    return _request(About.LOGS, target, choice.namespace, arguments, within)


def log_choices(ref: ObjectRef, snapshot: Snapshot) -> tuple[LogChoice, ...]:
    """Return the containers whose logs tell of an object, the most telling one first.

    A pod has its own, a workload those of its pods; what Velero carries out has Velero's, what the
    node agents carry out those of the agent on its node, what the operator makes the operator's.
    """
    if not _askable(ref):
        return ()
    body = snapshot.of(ref.kind).get((ref.namespace, ref.name))
    if ref.kind == "Pod":
        return tuple(_of_pod(ref.namespace, ref.name, body)) if body is not None else ()
    if ref.kind in {"Deployment", "DaemonSet", "Job"}:
        pods = _selected(ref, body, snapshot)
        return tuple(choice for pod in pods for choice in _of_pod(*pod))
    group = _group(ref, body)
    if group is None:
        return ()
    namespace = snapshot.source.namespace
    mine = [
        (place, name, pod)
        for (place, name), pod in snapshot.of("Pod").items()
        if place == namespace and group_of(pod) is group
    ]
    own = [each for each in mine if work_of(each[2]) == (ref.kind, ref.name)]
    others = [each for each in mine if work_of(each[2]) is None and _on_node(group, body, each[2])]
    found = tuple(choice for each in (*own, *others) for choice in _of_pod(*each))
    owner, container = _DEFAULT[group]
    return found or (LogChoice(namespace, owner, container),)


def followed_logs(ref: ObjectRef, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the logs that tell of an object by their names in findings, to be read in full.

    There are none where only a command can tell which pod it is, or for pods elsewhere. What
    prepared a pod, and is through, has nothing to tell.
    """
    from tui.engine.logs.pods import PodLog

    names: list[str] = []
    for choice in log_choices(ref, snapshot):
        kind, _, pod = choice.owner.partition("/")
        if kind != "pod" or choice.namespace != snapshot.source.namespace:
            return ()
        if _has_done_its_part(snapshot.of("Pod").get((choice.namespace, pod)), choice.container):
            continue
        log = PodLog("", pod, choice.container)
        names.append(log.name)
        if choice.previous:
            names.append(replace(log, previous=True).name)
    return tuple(names)


def _group(ref: ObjectRef, body: KubeObject | None) -> LogGroup | None:
    kind = KINDS.get(ref.kind)
    if ref.kind in _AGENT_KINDS:
        return LogGroup.NODE_AGENT
    if kind is not None and kind.group == "velero.io":
        return LogGroup.VELERO
    if kind is not None and kind.group in {"oadp.openshift.io", "operators.coreos.com"}:
        return LogGroup.OPERATOR
    return None


def _on_node(group: LogGroup, body: KubeObject | None, pod: KubeObject) -> bool:
    """Return whether an agent's pod is on the node that the object names, if it names one."""
    if group is not LogGroup.NODE_AGENT or body is None:
        return True
    wanted = mapping(body.get("status")).get("node") or mapping(body.get("spec")).get("node")
    return not wanted or mapping(pod.get("spec")).get("nodeName") == wanted


def _selected(
    ref: ObjectRef, body: KubeObject | None, snapshot: Snapshot
) -> Iterator[tuple[str, str, KubeObject]]:
    labels = mapping(mapping(mapping((body or {}).get("spec")).get("selector")).get("matchLabels"))
    for (namespace, name), pod in snapshot.of("Pod").items():
        have = mapping(mapping(pod.get("metadata")).get("labels"))
        if namespace == ref.namespace and labels and labels.items() <= have.items():
            yield namespace, name, pod


def _of_pod(namespace: str, name: str, pod: KubeObject) -> Iterator[LogChoice]:
    """Yield the containers of a pod: the running ones first, then those that prepared it."""
    spec, status = mapping(pod.get("spec")), mapping(pod.get("status"))
    for names, statuses in (
        ("containers", "containerStatuses"),
        ("initContainers", "initContainerStatuses"),
    ):
        restarted = {each.get("name") for each in _list(status, statuses) if _restarted(each)}
        # An object may come without the one or the other.
        for each in _list(spec, names) or _list(status, statuses):
            container = each.get("name")
            if isinstance(container, str) and _NAME.fullmatch(container) and _NAME.fullmatch(name):
                yield LogChoice(namespace, f"pod/{name}", container, container in restarted)


def _restarted(status: Mapping[str, object]) -> bool:
    count = status.get("restartCount")
    return isinstance(count, int) and count > 0


def _has_done_its_part(pod: KubeObject | None, container: str) -> bool:
    """Return whether a container prepared its pod, and did so."""
    spec, status = mapping((pod or {}).get("spec")), mapping((pod or {}).get("status"))
    if any(
        each.get("name") == container and each.get("restartPolicy") != "Always"
        for each in _list(spec, "initContainers")
    ):
        # The others begin only then.
        return status.get("phase") == "Running"
    return any(
        each.get("name") == container
        and mapping(mapping(each.get("state")).get("terminated")).get("exitCode") == 0
        for each in _list(status, "initContainerStatuses")
    )


def _list(parent: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = parent.get(name)
    return [mapping(each) for each in found] if isinstance(found, list) else []


def _askable(ref: ObjectRef) -> bool:
    """Return whether the names are names: whatever was read, no flag comes of it."""
    return (
        _NAME.fullmatch(ref.name) is not None
        and _RESOURCE.fullmatch(resource_of(ref.kind)) is not None
        and (not ref.namespace or NAMESPACE.fullmatch(ref.namespace) is not None)
    )


def _request(
    about: About,
    target: Target,
    namespace: str,
    arguments: tuple[str, ...],
    within: float = _READ_FOR,
) -> Request:
    argv = target.argv(namespace, arguments)
    return Request(f"show-{about}", "run", argv, None, Risk.READ, timeout=within)
