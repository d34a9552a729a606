"""The plan: what a runbook will do before it does anything, what it takes, what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from knowledge.model import Risk, Step, StepKind
from tui.engine.mode import Mode
from tui.engine.runbook import StepState, StepView
from tui.language import _, say
from tui.rows.guard import padded
from tui.rows.runbook import step_tone, step_word
from tui.rows.step import consequence, duration, kind_word, risk_act, risk_tone
from tui.text import Tone, join, plain, state
from tui.widgets.row_list import Row
from tui.widgets.rows import button, section, text_row
from tui.widgets.status_line import mode_word

if TYPE_CHECKING:
    from tui.engine.plan import Plan, PlannedStep

_RISKS = tuple(Risk)


def plan(
    views: Sequence[StepView],
    planned: Plan | None,
    *,
    mode: Mode,
    begin: str,
    can_dry_run: bool,
    own_tool: bool = False,
    further: Sequence[Step] = (),
) -> list[Row]:
    """Return the plan's page.

    Args:
        views: The steps as they are.
        planned: What the engine found out about them; None while it asks the server.
        mode: How the runbook is carried out.
        begin: Words of the button that begins; empty: there is nothing to begin.
        can_dry_run: Whether a dry run, or the real run after it, can be begun instead.
        own_tool: Whether commands run through the practice cluster's stand-in for `oc`.
        further: All steps of the procedure for this cause, also those that a choice has yet to
            bring: what they may do is told before anybody begins.
    """
    rows = [text_row("title", join((_("Plan: what will be done"), "bold")))]
    choice, chosen = _after_choice(views, further)
    rows += _gravest(views, mode, choice, chosen)
    if planned is not None:
        rows.append(text_row("totals", _totals(planned, choice), hang=2))
    rows.append(text_row("room:go", Content("")))
    if begin:
        rows.append(button("begin", begin))
    if can_dry_run and mode is Mode.LIVE:
        rows.append(button("dry-run", _("D  Dry run: go through it, changing nothing")))
    elif can_dry_run:
        rows.append(button("dry-run", _("D  For real instead")))
    if planned is not None:
        rows.append(button("script", _("c  Copy all commands as a script")))
    rows += _steps(views, planned)
    rows += _needs(planned, own_tool)
    return rows


def mode_rows(mode: Mode) -> list[Row]:
    """Return the line on top of each page of a runbook that changes nothing; none where it does."""
    about = {
        Mode.LIVE: "",
        Mode.DRY_RUN: _("Nothing is changed: the server only says what each change would do."),
        Mode.WALKTHROUGH: _("Nothing runs: this is to read and to learn."),
    }[mode]
    if not about:
        return []
    badge = join((f" {mode_word(mode)} ", "bold $text-success on $success-muted"))
    return [text_row("mode", badge + Content(f" {about}"), hang=2)]


def _after_choice(views: Sequence[StepView], further: Sequence[Step]) -> tuple[int, Risk]:
    """Return the number of the first choice that is still open, and the most it may bring."""
    open_choices = {
        view.step.id: number
        for number, view in enumerate(views, 1)
        if view.step.kind is StepKind.CHOOSE and view.state is StepState.PENDING and not view.taken
    }
    brought = [
        (min(open_choices[id] for id in step.chosen if id in open_choices), step.risk)
        for step in further
        if step.run and any(id in open_choices for id in step.chosen)
    ]
    if not brought:
        return 0, Risk.READ
    return min(number for number, _risk in brought), max(
        (risk for _number, risk in brought), key=_RISKS.index
    )


def _gravest(views: Sequence[StepView], mode: Mode, choice: int, chosen: Risk) -> list[Row]:
    """Say what is lost at worst, and in which steps, before anything else."""
    ahead = [
        (number, view)
        for number, view in enumerate(views, 1)
        if view.step.run and view.state in (StepState.PENDING, StepState.RUNNING)
    ]
    if mode is not Mode.LIVE:
        return []
    rows: list[Row] = []
    for risk in reversed(_RISKS[1:]):
        numbers = [str(number) for number, view in ahead if view.risk is risk]
        if not numbers or (risk is Risk.CHANGE and rows):
            continue
        words = (
            _("{consequence} (Step {n})") if len(numbers) == 1 else _("{consequence} (Steps {n})")
        )
        words = words.format(consequence=consequence(risk), n=", ".join(numbers))
        content = Content.styled(f"{Tone.WARN.sign} {words}", risk_tone(risk).style)
        rows.append(text_row(f"consequence:{risk}", content, hang=2))
    if choice and chosen is not Risk.READ:
        words = _("Depending on the choice in step {n}: {consequence}")
        words = words.format(n=choice, consequence=consequence(chosen))
        content = Content.styled(f"{Tone.WARN.sign} {words}", risk_tone(chosen).style)
        rows.append(text_row("consequence:chosen", content, hang=2))
    if not rows:
        rows.append(text_row("consequence:read", state(Tone.OK, consequence(Risk.READ)), hang=2))
    return rows


def _totals(planned: Plan, choice: int) -> Content:
    counts = (planned.reads, planned.changes, planned.disruptive, planned.destructive)
    words = (
        _("{n} to read"),
        _("{n} to change"),
        _("{n} to restart"),
        _("{n} to delete"),
    )
    parts = [
        Content.styled(
            each.format(n=count), risk_tone(risk).style if count and risk is not Risk.READ else ""
        )
        for risk, count, each in zip(_RISKS, counts, words, strict=True)
    ]
    parts.append(Content(_("about {time}").format(time=duration(planned.seconds))))
    if choice:
        parts.append(Content.styled(_("and what the choice adds"), "$text-muted"))
    return Content("   ").join(parts)


def _steps(views: Sequence[StepView], planned: Plan | None) -> list[Row]:
    known = {each.view.step.id: each for each in planned.steps} if planned is not None else {}
    rooms = (
        max(_cells(kind_word(kind)) for kind in StepKind),
        max(_cells(risk_act(risk)) for risk in Risk) + 2,
        max((_cells(duration(each.seconds)) for each in known.values()), default=4),
    )
    rows = section(_("Steps"))
    digits = len(str(len(views)))
    for number, view in enumerate(views, 1):
        over = view.state not in (StepState.PENDING, StepState.RUNNING)
        sign = step_tone(view.state).sign if over else " "
        content = Content.assemble(
            (f"{sign} ", step_tone(view.state).style),
            (f"{number:>{digits}} ", "$text-muted"),
            plain(say(view.title), "$text-muted" if over else ""),
        )
        found = known.get(view.step.id)
        rows.append(
            Row(
                f"planned:{view.step.id}",
                content,
                right=_state(view, rooms) if over else _columns(view, found, rooms),
                lines=0,
                hang=digits + 3,
                selectable=False,
            )
        )
    if any(view.step.kind is StepKind.CHOOSE and not view.taken for view in views):
        words = _("Steps that follow from a choice are added when it is made.")
        rows.append(text_row("choice", Content.styled(words, "$text-muted"), indent=4))
    return rows


def _state(view: StepView, rooms: tuple[int, int, int]) -> Content:
    """Return how a step is that is over: what it would do is no part of what is ahead."""
    kind = padded(kind_word(view.step.kind), rooms[0], "$text-muted")
    word = Content.styled(step_word(view.state), step_tone(view.state).style)
    blank = max(0, rooms[1] + rooms[2] + 5 - word.cell_length)
    return Content("  ").join([kind, word + Content(" " * blank)])


def _columns(view: StepView, found: PlannedStep | None, rooms: tuple[int, int, int]) -> Content:
    """Return kind, risk, duration and permission of a step, each in its column."""
    kind = padded(kind_word(view.step.kind), rooms[0], "$text-muted")
    judged = found.risk if found is not None else view.risk
    if view.step.run:
        risk_sign = Tone.OK.sign if judged is Risk.READ else Tone.WARN.sign
        risk = padded(f"{risk_sign} {risk_act(judged)}", rooms[1], risk_tone(judged).style)
    else:
        risk = Content(" " * rooms[1])
    time = duration(found.seconds) if found is not None and found.seconds else ""
    blank = Content(" " * max(0, rooms[2] - _cells(time)))
    tone: Tone | None = None
    if view.step.run:
        allowed = {True: Tone.OK, False: Tone.BAD, None: Tone.UNKNOWN}
        tone = Tone.BUSY if found is None else allowed[found.allowed]
    sign = Content.styled(tone.sign, tone.style) if tone is not None else Content(" ")
    return Content("  ").join([kind, risk, blank + Content(time), sign])


def _needs(planned: Plan | None, own_tool: bool) -> list[Row]:
    rows = section(_("What it needs"))
    if planned is None:
        words = _("asking the server what is allowed")
        return [*rows, text_row("asking", state(Tone.BUSY, words), indent=2, hang=2)]
    if planned.tool:
        # The stand-in runs through the interpreter, whose path says nothing.
        tool = _("oc: the practice cluster's own") if own_tool else planned.tool
        rows.append(text_row("tool", state(Tone.OK, tool), indent=2, hang=2))
    else:
        words = _("No oc or kubectl was found: commands can be copied only.")
        rows.append(text_row("tool", state(Tone.BAD, words), indent=2, hang=2))
    for number, each in enumerate(planned.permissions):
        tone, words = {
            True: (Tone.OK, _("allowed: {access}")),
            False: (Tone.BAD, _("not allowed: {access}")),
            None: (Tone.UNKNOWN, _("not known whether allowed: {access}")),
        }[each.allowed]
        content = state(tone, words.format(access=each.access))
        rows.append(text_row(f"permission:{number}", content, indent=2, hang=2))
    for step in planned.steps:
        if step.missing is not None:
            words = _("Step {n}: {missing}").format(n=step.number, missing=say(step.missing))
            content = state(Tone.UNKNOWN, words)
            rows.append(text_row(f"missing:{step.number}", content, indent=2, hang=2))
    for number, text in enumerate(planned.unread):
        content = state(Tone.UNKNOWN, say(text))
        rows.append(text_row(f"unread:{number}", content, indent=2, hang=2))
    words = _("✓ allowed  ✗ not allowed  ? not known  ~ being asked")
    rows.append(text_row("signs", Content.styled(words, "$text-muted"), indent=2))
    return rows


def _cells(words: str) -> int:
    return Content(words).cell_length
