"""Opens the screens beyond the runbook: what there is to see of an object, and the oc prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.text import Text
from tui.engine.object_commands import About, command, log_choices

if TYPE_CHECKING:
    from knowledge.snapshot import ObjectRef
    from tui.engine.prompt import Prompt
    from tui.engine.session import State
    from tui.screens.output import OutputScreen

NO_NAME = Text(
    en="This object has no name that could be asked for.",
    ja="このオブジェクトには、問い合わせに使用できる名前がありません。",
)
NO_LOG = Text(
    en="No pod belongs to this object, so there is no log. Open the log of a pod.",
    ja="このオブジェクトに属する Pod がないため、ログはありません。Pod のログを開いてください。",
)


def look(about: About, ref: ObjectRef, prompt: Prompt, state: State) -> OutputScreen | Text:
    """Return the screen that shows `about` of an object; a `Text` says why there is none.

    Args:
        about: what to show.
        ref: the object.
        prompt: runs the command, and records it.
        state: what is known at the moment: pods and their containers, for logs.
    """
    from tui.screens.output import OutputScreen

    title = _title(about, ref)
    target = prompt.target
    if about is About.LOGS:
        choices = log_choices(ref, state.snapshot)
        if not choices:
            return NO_LOG
        return OutputScreen(title, prompt.run, target, choices=choices, first=state)
    request = command(about, ref, target)
    if request is None:
        return NO_NAME
    return OutputScreen(title, prompt.run, target, request, first=state)


def _title(about: About, ref: ObjectRef) -> Text:
    return {
        About.DESCRIBE: Text(en=f"Description of {ref}", ja=f"{ref} の説明"),
        About.YAML: Text(en=f"YAML of {ref}", ja=f"{ref} の YAML"),
        About.EVENTS: Text(en=f"Events of {ref}", ja=f"{ref} のイベント"),
        About.LOGS: Text(en=f"Log for {ref}", ja=f"{ref} に関するログ"),
    }[about]
