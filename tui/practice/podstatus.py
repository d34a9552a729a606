"""The status of pods and of what owns them, as a real cluster would write it."""

from __future__ import annotations

import hashlib
import time

from tui.practice.objects import JsonObject, at, metadata, name_of, namespace_of, timestamp

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def stable_suffix(text: str, length: int) -> str:
    """Returns a name ending that depends on a text alone."""
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:length])


def owner_reference(obj: JsonObject) -> JsonObject:
    """Returns the reference by which an object is named as the owner of another."""
    return {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": name_of(obj),
        "uid": metadata(obj)["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _conditions(ready: bool, since: str) -> list[JsonObject]:
    truth = {True: "True", False: "False"}
    states = {"Initialized": True, "Ready": ready, "ContainersReady": ready, "PodScheduled": True}
    return [
        {"type": kind, "status": truth[state], "lastProbeTime": None, "lastTransitionTime": since}
        for kind, state in states.items()
    ]


def _container_states(pod: JsonObject, state: JsonObject, ready: bool) -> list[JsonObject]:
    before = {item["name"]: item for item in at(pod, "status.containerStatuses") or []}
    states = []
    for container in at(pod, "spec.containers") or []:
        old = before.get(container["name"], {})
        states.append(
            {
                "name": container["name"],
                "state": state,
                "lastState": old.get("lastState") or {},
                "ready": ready,
                "started": ready,
                "restartCount": old.get("restartCount", 0),
                "image": container.get("image", ""),
                "imageID": container.get("image", ""),
                "containerID": f"cri-o://{stable_suffix(name_of(pod) + container['name'], 20)}",
            }
        )
    return states


def _address(pod: JsonObject) -> str:
    digest = hashlib.sha256(name_of(pod).encode()).digest()
    return f"10.128.{digest[0] % 4}.{digest[1] % 250 + 4}"


def running(pod: JsonObject, since: str) -> JsonObject:
    """Returns the status of a pod that runs and is ready."""
    return {
        "phase": "Running",
        "conditions": _conditions(True, since),
        "hostIP": "192.0.2.10",
        "podIP": _address(pod),
        "podIPs": [{"ip": _address(pod)}],
        "startTime": at(pod, "status.startTime") or since,
        "containerStatuses": _container_states(pod, {"running": {"startedAt": since}}, True),
        "qosClass": "Burstable",
    }


def pending(pod: JsonObject) -> JsonObject:
    """Returns the status of a pod whose containers are being made."""
    now = timestamp()
    waiting = {"waiting": {"reason": "ContainerCreating"}}
    return {
        "phase": "Pending",
        "conditions": _conditions(False, now),
        "hostIP": "192.0.2.10",
        "startTime": now,
        "containerStatuses": _container_states(pod, waiting, False),
        "qosClass": "Burstable",
    }


def crashed(pod: JsonObject, rule: JsonObject, restarts: int | None = None) -> JsonObject:
    """Returns the status of a pod whose container has just died again."""
    now, container = time.time(), str(rule["container"])
    message = (
        f"back-off 5m0s restarting failed container={container} pod={name_of(pod)}_"
        f"{namespace_of(pod)}({metadata(pod).get('uid', '')})"
    )
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
    states = _container_states(pod, waiting, False)
    for state in states:
        state["restartCount"] = state["restartCount"] + 1 if restarts is None else restarts
        state["lastState"] = {
            "terminated": {
                "exitCode": int(rule.get("exit_code", 2)),
                "reason": str(rule.get("reason", "Error")),
                "startedAt": timestamp(now - 2),
                "finishedAt": timestamp(now),
                "containerID": state["containerID"],
            }
        }
    return {
        "phase": "Running",
        "conditions": _conditions(False, timestamp(now)),
        "hostIP": "192.0.2.10",
        "podIP": _address(pod),
        "podIPs": [{"ip": _address(pod)}],
        "startTime": at(pod, "status.startTime") or timestamp(now),
        "containerStatuses": states,
        "qosClass": "Burstable",
    }


def deployment_status(owner: JsonObject, present: int, ready: int) -> JsonObject:
    """Returns the status of a Deployment with so many pods, so many of them ready."""
    now, well = timestamp(), ready >= int(owner["spec"].get("replicas", 1))
    status: JsonObject = {
        "observedGeneration": metadata(owner).get("generation", 1),
        "replicas": present,
        "updatedReplicas": present,
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    if not well:
        status["unavailableReplicas"] = int(owner["spec"].get("replicas", 1)) - ready
    status["conditions"] = [
        {
            "type": "Available",
            "status": "True" if well else "False",
            "lastUpdateTime": now,
            "lastTransitionTime": now,
            "reason": "MinimumReplicasAvailable" if well else "MinimumReplicasUnavailable",
            "message": "Deployment has minimum availability."
            if well
            else "Deployment does not have minimum availability.",
        },
        {
            "type": "Progressing",
            "status": "True",
            "lastUpdateTime": now,
            "lastTransitionTime": now,
            "reason": "NewReplicaSetAvailable" if well else "ReplicaSetUpdated",
            "message": "ReplicaSet has successfully progressed."
            if well
            else "ReplicaSet is progressing.",
        },
    ]
    return status


def daemon_status(owner: JsonObject, wanted: int, ready: int) -> JsonObject:
    """Returns the status of a DaemonSet that wants so many pods, so many of them ready."""
    return {
        "observedGeneration": metadata(owner).get("generation", 1),
        "desiredNumberScheduled": wanted,
        "currentNumberScheduled": wanted,
        "updatedNumberScheduled": wanted,
        "numberReady": ready,
        "numberAvailable": ready,
        "numberMisscheduled": 0,
    }
