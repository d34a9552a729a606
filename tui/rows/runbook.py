"""The rows of the runbook screen: the list of steps, one step in full, the summary at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from knowledge.model import Risk, StepKind
from knowledge.text import Text
from tui.engine.runbook import InputView, OptionView, StepState, StepView, Target
from tui.language import _, say
from tui.rows.command import command as whole
from tui.rows.step import kind_word, risk_state, risk_tone, risk_word
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.article import paragraphs
from tui.widgets.row_list import Row
from tui.widgets.rows import button, link, section, text_row, tight

if TYPE_CHECKING:
    from knowledge.finding import Finding


_CARRIED_OUT = frozenset(
    {StepState.DONE, StepState.UNEXPECTED, StepState.FAILED, StepState.UNKNOWN}
)


def step_tone(step: StepState) -> Tone:
    """Return how a step is, as a tone."""
    return {
        StepState.PENDING: Tone.OFF,
        StepState.RUNNING: Tone.BUSY,
        StepState.DONE: Tone.OK,
        StepState.UNEXPECTED: Tone.WARN,
        StepState.FAILED: Tone.BAD,
        StepState.SKIPPED: Tone.OFF,
        StepState.NOT_NEEDED: Tone.OFF,
        StepState.DRY_RUN: Tone.INFO,
        StepState.UNKNOWN: Tone.UNKNOWN,
    }[step]


def step_word(step: StepState) -> str:
    """Return how a step is, in words."""
    return {
        StepState.PENDING: _("to do"),
        StepState.RUNNING: _("running"),
        StepState.DONE: _("done"),
        StepState.UNEXPECTED: _("not as expected"),
        StepState.FAILED: _("failed"),
        StepState.SKIPPED: _("skipped"),
        StepState.NOT_NEEDED: _("not needed"),
        StepState.DRY_RUN: _("dry run"),
        StepState.UNKNOWN: _("outcome unknown"),
    }[step]


def steps(
    title: Text | None,
    views: Sequence[StepView],
    current: StepView | None,
    *,
    dense: bool = False,
) -> list[Row]:
    """Return the list of steps below the runbook's title, with the one to do next in bold.

    Args:
        title: The runbook's title; None: not shown.
        views: The steps.
        current: The one to do next.
        dense: Whether each step has one line.
    """
    rows = []
    if title is not None:
        rows += [
            text_row("title", plain(say(title), "bold $text-primary")),
            text_row("room", Content("")),
        ]
    for number, view in enumerate(views, 1):
        now = current is not None and view.step.id == current.step.id
        tone = step_tone(view.state)
        content = Content.assemble(
            (f"{tone.sign} ", tone.style),
            (f"{number} ", "$text-muted"),
            plain(say(view.title), "bold" if now else ""),
        )
        about = Content.styled(
            _("next") if now and view.state is StepState.PENDING else step_word(view.state),
            "$text-accent" if now else tone.style,
        )
        ahead = view.state in (StepState.PENDING, StepState.RUNNING)
        if ahead and view.step.run and view.risk is not Risk.READ:
            risk = Content.styled(risk_word(view.risk), risk_tone(view.risk).style)
            about = risk + Content("  ") + about if dense else about + Content("  ") + risk
        key = f"step:{view.step.id}"
        if dense:
            rows.append(Row(key, content, right=about))
        else:
            rows.append(Row(key, content + Content("\n") + about, lines=4, hang=2))
    rows.append(Row("summary", join((_("Summary"), "bold" if current is None else "$text-muted"))))
    return rows


def step(
    view: StepView,
    number: int,
    total: int,
    inputs: Sequence[InputView],
    command: str | Text | None,
    target: Target,
    *,
    current: bool,
    progress: Content | None = None,
    dense: bool = False,
    onward: str = "",
) -> list[Row]:
    """Return one step in full.

    Args:
        view: The step.
        number: Its place.
        total: How many there are.
        inputs: The values that its command uses.
        command: The exact command, or why there is none yet; None if the step has none.
        target: What commands run against.
        current: Whether it is the one to do next.
        progress: How a wait is going.
        dense: Whether to do without empty lines, and without headings of what speaks for itself.
        onward: Number and title of the one to do next, if it is another one.
    """
    kind = view.step.kind
    tone = step_tone(view.state)
    place = _("Step {n} of {all}").format(n=number, all=total)
    facts = Content.assemble((f"{place}   {kind_word(kind)}   ", "$text-muted"))
    if view.step.run:
        facts = facts + risk_state(view.risk) + Content("   ")
    if view.state is not StepState.PENDING:
        facts = facts + state(tone, step_word(view.state))
    rows = [
        text_row("title", plain(say(view.title), "bold")),
        text_row("facts", facts),
        text_row("room:why", Content("")),
        *paragraphs(say(view.why), "why"),
    ]
    if view.note is not None:
        rows += [
            text_row("room:note", Content("")),
            text_row("note", state(tone, say(view.note)), hang=2),
        ]
    if progress is not None:
        rows += [text_row("room:progress", Content("")), text_row("progress", progress, hang=2)]
    if view.options:
        rows += _options(view.options, view.taken)
    if inputs:
        rows += [] if dense else section(_("Values"))
        for each in inputs:
            rows += _input(each)
    if command is not None:
        rows += [] if dense else section(_("Command"))
        if isinstance(command, str):
            rows.append(text_row("command", whole(command, target), indent=2, hang=2))
        else:
            rows.append(text_row("command", state(Tone.UNKNOWN, say(command)), indent=2, hang=2))
    words = button_words(view, target)
    if words and view.state is not StepState.RUNNING:
        rows.append(text_row("room:go", Content("")))
        if current or view.state is not StepState.PENDING:
            rows.append(button("go", words))
        else:
            rows.append(text_row("later", join((_("Earlier steps come first."), "$text-muted"))))
    if onward and view.state is not StepState.RUNNING:
        rows.append(text_row("room:onward", Content("")))
        rows.append(link("onward", plain(_("Go on with {step}").format(step=onward))))
    return tight(rows) if dense else rows


def button_words(view: StepView, target: Target) -> str:
    """Return what carrying out the step means, for its button; empty for a choice."""
    kind = view.step.kind
    again = view.state in _CARRIED_OUT
    if kind is StepKind.CHOOSE:
        return ""
    if kind in (StepKind.EXPLAIN, StepKind.MANUAL):
        if view.state not in (StepState.PENDING, StepState.RUNNING):
            return ""
        return _("r  Read, go on") if kind is StepKind.EXPLAIN else _("r  It is done, go on")
    if kind is StepKind.WAIT:
        return _("r  Wait again") if again else _("r  Wait for it")
    if not target.can_run or (target.read_only and view.risk is not Risk.READ):
        return _("c  Copy the command")
    if view.risk is Risk.READ:
        return _("r  Run again") if again else _("r  Run the check")
    return _("r  Look at the change again…") if again else _("r  Look at the change, then decide…")


def _options(options: Sequence[OptionView], taken: str) -> list[Row]:
    rows = section(_("Choose with Enter"))
    for view in options:
        mark = Content.styled("(x) " if view.option.id == taken else "( ) ", "$text-accent")
        title = mark + plain(say(view.option.title))
        if view.recommended:
            title = title + Content.styled("  " + _("recommended"), Tone.OK.style)
        if not view.offered:
            title = title + Content.styled("  " + _("does not fit here"), "$text-muted")
        rows.append(
            Row(f"option:{view.option.id}", title, lines=0, hang=4, selectable=view.offered)
        )
        rows.append(
            text_row(
                f"option-why:{view.option.id}", plain(say(view.option.why), "$text-muted"), indent=4
            )
        )
        if view.reason is not None:
            rows.append(
                text_row(
                    f"option-reason:{view.option.id}",
                    plain(say(view.reason), "$text-muted"),
                    indent=4,
                )
            )
    return rows


def _input(view: InputView) -> list[Row]:
    value = one_line(view.value) if view.value else join((_("(empty)"), "$text-muted"))
    rows = [link(f"input:{view.name}", _labelled(say(view.title), value))]
    if view.problem is not None:
        rows.append(
            text_row(
                f"input-problem:{view.name}", state(Tone.BAD, say(view.problem)), indent=2, hang=2
            )
        )
    return rows


def summary(
    views: Sequence[StepView], found: Finding | None, *, asked: bool, record: str, id: str
) -> list[Row]:
    """Return what came of it: the finding gone or still there, what was done, the record.

    Args:
        views: All steps.
        found: The finding as it is now; None if it is gone.
        asked: Whether a finding was the reason to begin with.
        record: The record's file.
        id: The record's id, which prints it for a ticket.
    """
    todo = [view for view in views if view.state in (StepState.PENDING, StepState.RUNNING)]
    rows = [text_row("title", join((_("Summary"), "bold")))]
    if not asked:
        verified = state(Tone.OFF, _("It was opened without a finding: nothing to compare with."))
    elif found is None:
        verified = state(Tone.OK, _("Verified: the finding is gone."))
    elif todo:
        verified = state(Tone.BUSY, _("The finding is still there; steps are left."))
    else:
        verified = state(Tone.BAD, _("Not verified: the finding is still there."))
    rows.append(text_row("verified", verified, hang=2))
    if record:
        export = f"oadp-doctor sessions export {id}"
        rows += [
            text_row("room:record", Content("")),
            text_row("record", _labelled(_("Record"), plain(record))),
            text_row("ticket", _labelled(_("For a ticket"), plain(export, "$text-accent"))),
        ]
    rows.append(text_row("room:steps", Content("")))
    for number, view in enumerate(views, 1):
        tone = step_tone(view.state)
        content = Content.assemble(
            (f"{tone.sign} ", tone.style), (f"{number} ", "$text-muted"), plain(say(view.title))
        )
        rows.append(
            Row(
                f"did:{view.step.id}",
                content,
                lines=0,
                hang=4,
                selectable=False,
                right=one_line(step_word(view.state), tone.style),
            )
        )
    unknown = [view for view in views if view.state is StepState.UNKNOWN]
    if unknown:
        words = _("A change was cut off. Check what it did before you repeat it.")
        rows += [
            text_row("room:unknown", Content("")),
            text_row("unknown", state(Tone.UNKNOWN, words), hang=2),
        ]
    return rows


def _labelled(label: str, value: Content) -> Content:
    return plain(_("{label}: ").format(label=label), "$text-muted") + value


def waiting(truth: object, seconds: float) -> Content:
    """Return how a wait is going: what is still missing, and for how long.

    Args:
        truth: What is known of the awaited rule.
        seconds: How long it has been waited for.
    """
    content = state(Tone.BUSY, _("waiting for {n} s").format(n=int(seconds)))
    for text in getattr(truth, "missing", ())[:3]:
        content = content + Content("\n") + plain(say(text), "$text-muted")
    for evidence in getattr(truth, "evidence", ())[:3]:
        content = content + Content("\n") + plain(say(evidence.says), "$text-muted")
    return content
