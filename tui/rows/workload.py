"""Operator, DPA, deployments, daemon sets and pods: objects whose state is in conditions."""

from __future__ import annotations

from typing import Any, Final

from knowledge.moment import parse_time
from knowledge.snapshot import KubeObject, ObjectRef
from tui.language import _
from tui.rows.line import Line
from tui.rows.reading import at, items, number, since, word
from tui.text import Tone

_CRASHES: Final = frozenset(
    {"CrashLoopBackOff", "Error", "OOMKilled", "ImagePullBackOff", "ErrImagePull"}
)


def condition(body: Any, name: str) -> Any:
    """Return the condition of that type, or None."""
    found = (each for each in items(body, "status", "conditions") if word(each, "type") == name)
    return next(found, None)


def dpa(ref: ObjectRef, body: KubeObject) -> Line:
    """Return a DataProtectionApplication: reconciled, or why not."""
    found = condition(body, "Reconciled")
    if found is None:
        return Line(ref, Tone.UNKNOWN, _("not reconciled yet"), "", since(body))
    if word(found, "status") == "True":
        return Line(ref, Tone.OK, _("Reconciled"), "", since(body))
    return Line(
        ref,
        Tone.BAD,
        word(found, "reason") or _("not reconciled"),
        word(found, "message"),
        since(body),
    )


def replicas(ref: ObjectRef, body: KubeObject) -> Line:
    """Return a Deployment or DaemonSet: how many of its pods are ready."""
    if ref.kind == "DaemonSet":
        wanted = number(body, "status", "desiredNumberScheduled")
        ready = number(body, "status", "numberReady")
    else:
        asked = at(body, "spec", "replicas")
        wanted = asked if isinstance(asked, int) else 1
        ready = number(body, "status", "readyReplicas")
    words = _("{ready}/{wanted} ready").format(ready=ready, wanted=wanted)
    if wanted == 0:
        return Line(ref, Tone.WARN, _("scaled to 0"), "", since(body))
    tone = Tone.OK if ready >= wanted else Tone.BAD if ready == 0 else Tone.WARN
    return Line(ref, tone, words, "", since(body))


def pod(ref: ObjectRef, body: KubeObject) -> Line:
    """Return a Pod: the worst that one of its containers says, and its restarts."""
    phase = word(body, "status", "phase") or _("no phase yet")
    statuses = [
        *items(body, "status", "initContainerStatuses"),
        *items(body, "status", "containerStatuses"),
    ]
    restarts = sum(number(each, "restartCount") for each in statuses)
    note = _("restarts: {n}").format(n=restarts) if restarts else ""
    for each in statuses:
        waiting = word(each, "state", "waiting", "reason")
        ended = word(each, "state", "terminated", "reason")
        last = word(each, "lastState", "terminated", "reason")
        for reason in (waiting, ended):
            if reason in _CRASHES:
                also = f"{last}, {note}" if last and last != reason else note
                return Line(ref, Tone.BAD, reason, also, since(body))
    ready = all(at(each, "ready") is True for each in items(body, "status", "containerStatuses"))
    if phase == "Succeeded":
        return Line(ref, Tone.OFF, phase, note, since(body))
    if phase == "Failed":
        return Line(ref, Tone.BAD, phase, word(body, "status", "reason") or note, since(body))
    if phase == "Running" and ready:
        return Line(ref, Tone.WARN if restarts > 3 else Tone.OK, phase, note, since(body))
    words = _("not ready") if phase == "Running" else phase
    return Line(ref, Tone.WARN, words, note, since(body))


def subscription(ref: ObjectRef, body: KubeObject) -> Line:
    """Return a Subscription: its state and channel."""
    known = word(body, "status", "state")
    tone = {"AtLatestKnown": Tone.OK, "UpgradePending": Tone.WARN}.get(known, Tone.UNKNOWN)
    return Line(ref, tone, known or _("no phase yet"), word(body, "spec", "channel"), since(body))


def version(ref: ObjectRef, body: KubeObject) -> Line:
    """Return a ClusterServiceVersion: its phase."""
    phase = word(body, "status", "phase")
    tone = {"Succeeded": Tone.OK, "Failed": Tone.BAD}.get(phase, Tone.WARN)
    note = "" if tone is Tone.OK else word(body, "status", "message")
    return Line(ref, tone, phase or _("no phase yet"), note, since(body))


def present(ref: ObjectRef, body: KubeObject) -> Line:
    """Return an object that has no state of its own."""
    return Line(ref, Tone.INFO, _("there"), "", since(body))


def event(ref: ObjectRef, body: KubeObject) -> Line:
    """Return an event: what about, why, and what it says. A warning is not yet a problem."""
    about = body.get("involvedObject")
    named = about.get("name", "") if isinstance(about, dict) else ""
    word = str(body.get("reason") or _("event"))
    last = parse_time(str(body.get("lastTimestamp") or body.get("eventTime") or ""))
    note = " ".join(str(each) for each in (named, body.get("message")) if each)
    return Line(ref, Tone.INFO, word, note, last or since(body))
