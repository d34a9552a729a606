"""The rows of the runbook screen: the list of steps, and one step in full."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from knowledge.model import Risk, StepKind
from knowledge.text import Text
from tui.engine.mode import Mode
from tui.engine.runbook import InputView, OptionView, StepState, StepView, Target
from tui.language import _, say
from tui.rows.command import command as whole
from tui.rows.step import kind_word, risk_state, risk_tone, risk_word
from tui.text import Tone, join, one_line, plain, state
from tui.widgets.article import paragraphs
from tui.widgets.row_list import Row
from tui.widgets.rows import button, link, section, text_row, tight

if TYPE_CHECKING:
    from tui.engine.permission import Permission

_CARRIED_OUT = frozenset(
    {
        StepState.DONE,
        StepState.DRY_RUN,
        StepState.UNEXPECTED,
        StepState.FAILED,
        StepState.UNKNOWN,
    }
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
    denied: Collection[str] = (),
    dense: bool = False,
) -> list[Row]:
    """Return the list of steps below the runbook's title, with the one to do next in bold.

    Args:
        title: The runbook's title; None: not shown.
        views: The steps.
        current: The one to do next.
        denied: Ids of the steps that the server does not allow.
        dense: Whether each step has one line.
    """
    rows = []
    if title is not None:
        rows += [
            text_row("title", plain(say(title), "bold $text-primary")),
            text_row("room", Content("")),
        ]
    rows.append(Row("plan", join((_("Plan"), "$text-muted"))))
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
            if view.step.id in denied:
                risk = state(Tone.BAD, _("not allowed"))
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
    mode: Mode = Mode.LIVE,
    permissions: Sequence[Permission] = (),
    undo: str | None = None,
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
        mode: Whether anything is changed, or run, at all.
        permissions: What the server says of the step's command, as far as it was asked.
        undo: The command that takes back what the step did; empty: nothing can. None: it did
            nothing that could be taken back.
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
    rows += _denied(permissions)
    words = button_words(view, target, mode)
    if words and view.state is not StepState.RUNNING:
        rows.append(text_row("room:go", Content("")))
        if current or view.state is not StepState.PENDING:
            rows.append(button("go", words))
            rows += more_buttons(view, target, mode)
        else:
            rows.append(text_row("later", join((_("Earlier steps come first."), "$text-muted"))))
    if undo is not None and view.state is not StepState.RUNNING:
        rows += [text_row("room:undo", Content("")), *take_back(undo)]
    if onward and view.state is not StepState.RUNNING:
        rows.append(text_row("room:onward", Content("")))
        rows.append(link("onward", plain(_("Go on with {step}").format(step=onward))))
    return tight(rows) if dense else rows


def runs_here(view: StepView, target: Target, mode: Mode = Mode.LIVE) -> bool:
    """Return whether the step's command can be run from here."""
    if not target.can_run or mode is Mode.WALKTHROUGH:
        return False
    return view.risk is Risk.READ or not target.read_only or mode is Mode.DRY_RUN


def to_copy(view: StepView, target: Target, mode: Mode = Mode.LIVE) -> bool:
    """Return whether the step's command is carried out elsewhere, by hand."""
    by_command = view.step.kind in (StepKind.CHECK, StepKind.CHANGE)
    return by_command and mode is not Mode.WALKTHROUGH and not runs_here(view, target, mode)


def unsettled(view: StepView, target: Target, mode: Mode = Mode.LIVE) -> bool:
    """Return whether a change was cut off, and a look at the object can tell what came of it."""
    unknown = view.state is StepState.UNKNOWN and bool(view.step.run)
    return unknown and target.can_run and mode is Mode.LIVE


def button_words(view: StepView, target: Target, mode: Mode = Mode.LIVE) -> str:
    """Return what carrying out the step means, for its button; empty for a choice."""
    kind = view.step.kind
    again = view.state in _CARRIED_OUT
    if kind is StepKind.CHOOSE:
        return ""
    if kind in (StepKind.EXPLAIN, StepKind.MANUAL):
        if view.state not in (StepState.PENDING, StepState.RUNNING):
            return ""
        return _("r  Read, go on") if kind is StepKind.EXPLAIN else _("r  It is done, go on")
    if mode is Mode.WALKTHROUGH:
        return _("r  Read, go on") if view.state is StepState.PENDING else ""
    if kind is StepKind.WAIT:
        return _("r  Wait again") if again else _("r  Wait for it")
    if unsettled(view, target, mode):
        return _("r  Check what came of it")
    if not runs_here(view, target, mode):
        return _("c  Copy the command")
    if view.risk is Risk.READ:
        return _("r  Run again") if again else _("r  Run the check")
    if mode is Mode.DRY_RUN:
        return _("r  Try the change out, changing nothing")
    return _("r  Look at the change again…") if again else _("r  Look at the change, then decide…")


def more_buttons(view: StepView, target: Target, mode: Mode = Mode.LIVE) -> list[Row]:
    """Return what else can be done about a step, below its button."""
    if unsettled(view, target, mode) and runs_here(view, target, mode):
        return [button("again", _("Run it again: look at the change, then decide…"))]
    if to_copy(view, target, mode) and view.state is StepState.PENDING:
        return [button("tick", _("t  It was done by hand"))]
    return []


def take_back(command: str) -> list[Row]:
    """Return the way back from a change that was made.

    Args:
        command: What would take it back; empty: nothing can.
    """
    if not command:
        return [text_row("no-undo", state(Tone.WARN, _("This cannot be undone.")), hang=2)]
    words = plain(_("u  Take it back: {command}").format(command=command), "bold $text-accent")
    # The question shows it in full; here the step that is next must stay in sight.
    return [Row("undo", Content(" ") + words, lines=2, hang=4)]


def _denied(permissions: Sequence[Permission]) -> list[Row]:
    rows = []
    for number, each in enumerate(permissions):
        if each.allowed is False:
            words = _("not allowed: {access}").format(access=each.access)
            rows.append(text_row(f"denied:{number}", state(Tone.BAD, words), indent=2, hang=2))
    return rows


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
        rows += paragraphs(say(view.option.why), f"option-why:{view.option.id}", indent=4)
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
    rows = [link(f"input:{view.name}", labelled(say(view.title), value))]
    if view.problem is not None:
        rows.append(
            text_row(
                f"input-problem:{view.name}", state(Tone.BAD, say(view.problem)), indent=2, hang=2
            )
        )
    return rows


def labelled(label: str, value: Content) -> Content:
    """Return a value with its name in front."""
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
