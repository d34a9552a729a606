"""What came of a runbook: what was done, what was not, what is unknown; and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.engine.mode import Mode
from tui.engine.runbook import StepState, StepView
from tui.language import _, say
from tui.rows.runbook import labelled, step_tone, step_word
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import button, section, text_row

if TYPE_CHECKING:
    from knowledge.finding import Finding

_AHEAD = frozenset({StepState.PENDING, StepState.RUNNING})


def summary(
    views: Sequence[StepView],
    found: Finding | None,
    *,
    asked: bool,
    record: str,
    id: str,
    mode: Mode = Mode.LIVE,
) -> list[Row]:
    """Return what came of it: the finding gone or still there, what was done, the record.

    Args:
        views: All steps.
        found: The finding as it is now; None if it is gone.
        asked: Whether a finding was the reason to begin with.
        record: The record's file.
        id: The record's id, which prints it for a ticket.
        mode: Whether anything was changed at all.
    """
    rows = [
        text_row("title", join((_("Summary"), "bold"))),
        text_row("verified", _verified(views, found, asked=asked, mode=mode), hang=2),
    ]
    if record:
        export = f"oadp-doctor sessions export {id}"
        rows += [
            text_row("room:record", Content("")),
            text_row("record", labelled(_("Record"), plain(record))),
            text_row("ticket", labelled(_("For a ticket"), plain(export, "$text-accent"))),
        ]
    rows.append(text_row("room:steps", Content("")))
    rows += [_did(number, view) for number, view in enumerate(views, 1)]
    if any(view.state is StepState.UNKNOWN for view in views):
        words = _("A change was cut off. Check what it did before you repeat it.")
        rows += [
            text_row("room:unknown", Content("")),
            text_row("unknown", state(Tone.UNKNOWN, words), hang=2),
        ]
    if mode is Mode.DRY_RUN:
        rows += [text_row("room:live", Content("")), button("dry-run", _("D  Now for real…"))]
    return rows


def _verified(
    views: Sequence[StepView], found: Finding | None, *, asked: bool, mode: Mode
) -> Content:
    if mode is not Mode.LIVE:
        return state(Tone.INFO, _("Nothing was changed, so the finding is as it was."))
    if not asked:
        return state(Tone.OFF, _("It was opened without a finding: nothing to compare with."))
    if found is None:
        return state(Tone.OK, _("Verified: the finding is gone."))
    if any(view.state in _AHEAD for view in views):
        return state(Tone.BUSY, _("The finding is still there; steps are left."))
    return state(Tone.BAD, _("Not verified: the finding is still there."))


def resumed(
    views: Sequence[StepView], current: StepView | None, id: str, *, same_procedure: bool
) -> list[Row]:
    """Return the first page of a session that is gone on with: done, unknown, left.

    Args:
        views: All steps.
        current: The one to do next.
        id: The session's id.
        same_procedure: Whether the steps are still those that were begun with.
    """
    unknown = [view for view in views if view.state is StepState.UNKNOWN]
    ahead = [view for view in views if view.state in _AHEAD]
    over = [view for view in views if view not in unknown and view not in ahead]
    numbers = {view.step.id: number for number, view in enumerate(views, 1)}
    rows = [
        text_row("title", join((_("Going on with a session"), "bold"))),
        text_row("session", labelled(_("Session"), plain(id))),
    ]
    if not same_procedure:
        words = _("The runbook has changed since this session began: read each step again.")
        rows.append(text_row("other", state(Tone.WARN, words), hang=2))
    if unknown:
        words = _("It broke off during a change. Settle this first: did the change take effect?")
        rows += section(_("Not known"))
        rows.append(text_row("unknown", state(Tone.UNKNOWN, words), hang=2))
        rows += [_did(numbers[view.step.id], view) for view in unknown]
    rows.append(text_row("room:go", Content("")))
    if unknown:
        rows.append(button("begin", _("r  Check what came of it")))
    elif current is not None:
        step = f"{numbers[current.step.id]} {say(current.title)}"
        rows.append(button("begin", _("r  Go on with {step}").format(step=step)))
    rows += section(_("Done so far"))
    rows += [_did(numbers[view.step.id], view) for view in over] or [
        text_row("none", join((_("nothing"), "$text-muted")), indent=2)
    ]
    if ahead:
        rows += section(_("Still to do"))
        rows += [_did(numbers[view.step.id], view) for view in ahead]
    return rows


def _did(number: int, view: StepView) -> Row:
    tone = step_tone(view.state)
    content = Content.assemble(
        (f"{tone.sign} ", tone.style), (f"{number} ", "$text-muted"), plain(say(view.title))
    )
    return Row(
        f"did:{view.step.id}",
        content,
        lines=0,
        hang=4,
        selectable=False,
        right=one_line(step_word(view.state), tone.style),
    )
