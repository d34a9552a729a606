"""What stands around the line of the oc prompt: where it goes, what it would do, how to go on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.engine.prompt import Look
from tui.engine.suggestions import Suggestion
from tui.engine.target import Target
from tui.language import _, say
from tui.rows.step import consequence, risk_state
from tui.text import Tone, join, one_line, state
from tui.widgets.row_list import Row


def place(target: Target) -> Content:
    """Return where every line goes, and what has to be minded there."""
    parts = []
    if target.practice:
        parts.append(join((f" {_('PRACTICE')} ", "bold $text-accent on $accent-muted")))
    if target.protected:
        parts.append(join((f" {_('PROTECTED')} ", "bold $text-error on $error-muted")))
    if target.read_only:
        parts.append(join((f" {_('READ-ONLY')} ", "bold $text-warning on $warning-muted")))
    named = (
        (_("context"), target.context),
        (_("ns"), target.namespace),
        (_("user"), target.user),
        ("", target.server if not target.practice else ""),
    )
    parts += [
        (join((f"{name} ", "$text-muted")) if name else Content("")) + one_line(value)
        for name, value in named
        if value
    ]
    return Content("  ").join(parts)


def risk(look: Look, target: Target, *, typed: bool) -> Content:
    """Return what the line would do, before it does.

    Args:
        look: the judgement of the line.
        target: where it goes.
        typed: whether anything was typed.
    """
    if look.refused is not None:
        return state(Tone.BAD, say(look.refused))
    if look.risk is None:
        if look.wants_manifest:
            return state(Tone.INFO, _("Type or paste the manifest below (tab), then run the line."))
        if typed:
            return Content("")
        words = _("One command for oc; there is no shell. Changes are shown before they run.")
        return join((words, "$text-muted"))
    content = risk_state(look.risk) + Content("  ")
    if target.read_only and look.risk.rank > 0:
        return content + Content(_("It does not run in read-only mode. ctrl+y copies it."))
    return content + join((consequence(look.risk), "$text-muted"))


def suggested(found: Sequence[Suggestion]) -> list[Row]:
    """Return the ways to go on as rows; their keys are the words."""
    return [Row(each.word, one_line(each.word), indent=1) for each in found]


def completed(line: str, found: Sequence[Suggestion]) -> str:
    """Return `line` with what all suggestions have in common; with the first one if that is all."""
    if not found:
        return line
    first, last = min(each.line for each in found), max(each.line for each in found)
    # What the first and the last in the alphabet begin with, all between them begin with.
    alike = next((at for at, sign in enumerate(first) if last[at : at + 1] != sign), len(first))
    return first[:alike] if alike > len(line) else found[0].line
