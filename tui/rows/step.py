"""Words and signs of a procedure's steps: kinds, risks, states."""

from __future__ import annotations

from textual.content import Content

from knowledge.model import Risk, StepKind
from tui.language import _
from tui.text import Tone


def kind_word(kind: StepKind) -> str:
    """Return a kind of step in words."""
    return {
        StepKind.EXPLAIN: _("to read"),
        StepKind.CHOOSE: _("choice"),
        StepKind.CHECK: _("check"),
        StepKind.CHANGE: _("change"),
        StepKind.WAIT: _("wait"),
        StepKind.MANUAL: _("by hand"),
    }[kind]


def risk_word(risk: Risk) -> str:
    """Return a risk in one word."""
    return {
        Risk.READ: _("reads only"),
        Risk.CHANGE: _("changes the cluster"),
        Risk.DISRUPTIVE: _("disruptive"),
        Risk.DESTRUCTIVE: _("destructive"),
    }[risk]


def risk_act(risk: Risk) -> str:
    """Return what a step of that risk does, in one verb, for narrow columns."""
    return {
        Risk.READ: _("reads"),
        Risk.CHANGE: _("changes"),
        Risk.DISRUPTIVE: _("restarts"),
        Risk.DESTRUCTIVE: _("deletes"),
    }[risk]


def duration(seconds: int) -> str:
    """Return how long something takes, roughly."""
    for size, unit in ((3_600, _("{n} h")), (60, _("{n} min"))):
        if seconds >= size:
            return unit.format(n=round(seconds / size))
    return _("{n} s").format(n=seconds)


def risk_tone(risk: Risk) -> Tone:
    """Return how much care a risk asks for."""
    return {
        Risk.READ: Tone.OK,
        Risk.CHANGE: Tone.WARN,
        Risk.DISRUPTIVE: Tone.BAD,
        Risk.DESTRUCTIVE: Tone.BAD,
    }[risk]


def risk_state(risk: Risk) -> Content:
    """Return a risk as sign and word; the sign of a failure would say that something failed."""
    tone = risk_tone(risk)
    sign = Tone.OK.sign if risk is Risk.READ else Tone.WARN.sign
    return Content.assemble((f"{sign} {risk_word(risk)}", tone.style))


def consequence(risk: Risk) -> str:
    """Return what a risk means, in one sentence; what is lost comes first."""
    return {
        Risk.READ: _("Nothing is changed."),
        Risk.CHANGE: _("Objects on the cluster are changed. Nothing is restarted or deleted."),
        Risk.DISRUPTIVE: _(
            "Backups and restores that are running fail: Velero or its agents restart."
        ),
        Risk.DESTRUCTIVE: _("Something is deleted, and nothing brings it back by itself."),
    }[risk]
