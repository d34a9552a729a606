"""A plan as a shell script: what the runbook would run, to read, review or carry out elsewhere.

It asks before each change, so that running it from top to bottom is no accident.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from knowledge.model import Risk, StepKind
from knowledge.redact import redact
from knowledge.text import Language, Text
from tui.engine.outcome import StepState

if TYPE_CHECKING:
    from tui.engine.plan import Plan, PlannedStep

_WIDTH: Final = 96
_ASK: Final = """ask() {
  printf '\\n%s [yes/no] ' "$1"
  read -r answer </dev/tty
  test "$answer" = yes || { echo "stopped"; exit 1; }
}"""
_RISKS: Final = {
    Risk.READ: Text(en="reads only", ja="読み取りのみ"),
    Risk.CHANGE: Text(en="CHANGES the cluster", ja="クラスターを変更します"),
    Risk.DISRUPTIVE: Text(
        en="RESTARTS Velero or its agents: running work fails",
        ja="Velero またはエージェントが再起動し、実行中の処理は失敗します",
    ),
    Risk.DESTRUCTIVE: Text(
        en="DELETES something that does not come back by itself",
        ja="自動では元に戻らないものを削除します",
    ),
}
_OVER: Final = {
    StepState.DONE: Text(en="DONE already:", ja="実行済み:"),
    StepState.SKIPPED: Text(en="LEFT OUT:", ja="スキップ済み:"),
    StepState.NOT_NEEDED: Text(en="NOT NEEDED as things are:", ja="現在の状態では不要:"),
}
_WORDS: Final = {
    "runbook": Text(en="Runbook", ja="ランブック"),
    "cluster": Text(en="Cluster", ja="クラスター"),
    "context": Text(en="Context", ja="コンテキスト"),
    "user": Text(en="User", ja="ユーザー"),
    "practice": Text(en="PRACTICE: not a real cluster", ja="練習: 実際のクラスターではありません"),
    "review": Text(
        en="Read it before you run it. Whoever runs it answers for it; nothing is recorded.",
        ja="実行する前に内容を確認してください。実行の記録は残りません。",
    ),
    "step": Text(en="Step", ja="ステップ"),
    "hand": Text(en="Done by hand:", ja="手作業:"),
    "choose": Text(en="Choose one:", ja="いずれかを選択:"),
    "only": Text(en="Only if chosen:", ja="次を選択した場合のみ:"),
    "wait": Text(en="Wait until it is so; at most", ja="条件が満たされるまで待機。最大"),
    "missing": Text(en="No command yet:", ja="コマンドはまだありません:"),
    "undo": Text(en="To undo:", ja="元に戻す方法:"),
    "run": Text(en="Run", ja="実行しますか:"),
}


def script(plan: Plan, language: Language) -> str:
    """Return the plan as a shell script with comments in `language`."""
    return redact("\n".join(_lines(plan, language))) + "\n"


def _lines(plan: Plan, language: Language) -> Iterator[str]:
    runbook, target = plan.runbook, plan.runbook.target
    yield "#!/bin/sh"
    yield from _comment(f"{_word('runbook', language)}: {runbook.issue.title.to(language)}")
    for name, value in (
        ("cluster", target.server),
        ("context", target.context),
        ("user", target.user),
    ):
        if value:
            yield from _comment(f"{_word(name, language)}: {value}")
    if target.practice:
        yield from _comment(_word("practice", language))
    yield from _comment(_word("review", language))
    yield "set -eu"
    yield _ASK
    for each in plan.steps:
        yield ""
        yield from _step(each, language)
    yield from _later(plan, language)


def _later(plan: Plan, language: Language) -> Iterator[str]:
    """Yield, as comments, the steps that only another choice brings: they may do more than these.

    Their commands come once the choice is made.
    """
    runbook = plan.runbook
    procedure = runbook.issue.procedure
    planned = {each.view.step.id for each in plan.steps}
    values = {input.name: input.value for input in runbook.inputs if input.value}
    options = {
        (step.id, option.id): option.title.fill(values).to(language)
        for step in (procedure.steps if procedure is not None else ())
        for option in step.options
    }
    for step in procedure.steps if procedure is not None else ():
        if step.id in planned or (step.causes and runbook.cause not in step.causes):
            continue
        ways = [
            options.get((choice, each), each)
            for choice, wanted in step.chosen.items()
            for each in wanted
        ]
        yield ""
        yield from _comment(f"{_word('only', language)} {' / '.join(ways)}")
        yield from _comment(step.title.fill(values).to(language))
        if step.run:
            yield from _comment(_RISKS[step.risk].to(language))


def _step(each: PlannedStep, language: Language) -> Iterator[str]:
    step = each.view.step
    title = each.view.title.to(language)
    yield from _comment(f"{_word('step', language)} {each.number}: {title}")
    if step.run:
        yield from _comment(_RISKS[each.risk].to(language))
    yield from _comment(each.view.why.to(language))
    if (over := _OVER.get(each.view.state)) is not None:
        note = each.view.note.to(language) if each.view.note is not None else ""
        yield from _comment(f"{over.to(language)} {note}".rstrip())
        # To read, not to run: a script must not do again what is done.
        yield from _comment(each.command or "")
        return
    if step.kind is StepKind.MANUAL:
        yield from _comment(_word("hand", language))
        yield f"ask {_quoted(title)}"
    elif step.kind is StepKind.CHOOSE:
        yield from _comment(_word("choose", language))
        for option in each.view.options:
            yield from _comment(f"- {option.option.title.to(language)}")
    elif step.kind is StepKind.WAIT:
        yield from _comment(f"{_word('wait', language)} {step.within} s")
        yield f"ask {_quoted(title)}"
    if each.missing is not None:
        yield from _comment(f"{_word('missing', language)} {each.missing.to(language)}")
    if each.command is None:
        return
    if each.risk is not Risk.READ:
        if each.undo is not None:
            yield from _comment(f"{_word('undo', language)} {each.undo.to(language)}")
        question = f"{_word('run', language)} {title}"
        yield f"ask {_quoted(question)}"
    # A check whose answer is not as hoped is no reason to stop the script.
    yield (
        each.command
        if each.risk is not Risk.READ or "<<" in each.command
        else (f"{each.command} || true")
    )


def _comment(text: str) -> Iterator[str]:
    """Yield comment lines: whatever is in `text`, no line of it is anything but a comment."""
    for line in text.split("\n"):
        plain = "".join(each if each.isprintable() else " " for each in line).rstrip()
        while True:
            cut = _fitting(plain)
            yield f"# {plain[:cut]}".rstrip()
            plain = plain[cut:].lstrip()
            if not plain:
                break


def _fitting(text: str) -> int:
    """Return how many characters fit in a line, in cells, cut at a blank where there is one."""
    cells = 0
    for at, each in enumerate(text):
        cells += 2 if unicodedata.east_asian_width(each) in "WF" else 1
        if cells > _WIDTH:
            blank = text.rfind(" ", 0, at)
            return blank if blank > _WIDTH // 3 else at
    return len(text)


def _quoted(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return "'" + plain.replace("'", "'\\''") + "'"


def _word(name: str, language: Language) -> str:
    return _WORDS[name].to(language)
