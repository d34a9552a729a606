"""A runbook to be read: for training and review, on paper or in a ticket, without a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from knowledge.command import CommandProblem, needs
from knowledge.model import Cause, Input, Issue, Option, Risk, Step, StepKind
from knowledge.text import Language, Text, names
from tui.engine.command_lines import written
from tui.engine.document import WIDTH, Block, Code, Heading, Prose, to_markdown, to_text
from tui.engine.incident_words import RISKS, duration
from tui.engine.rule_words import rule

_KINDS: Final = {
    StepKind.EXPLAIN: Text(en="to read", ja="説明"),
    StepKind.CHOOSE: Text(en="choice", ja="選択"),
    StepKind.CHECK: Text(en="check", ja="チェック"),
    StepKind.CHANGE: Text(en="change", ja="変更"),
    StepKind.WAIT: Text(en="wait", ja="待機"),
    StepKind.MANUAL: Text(en="by hand", ja="手作業"),
}
_WORDS: Final = {
    "walkthrough": Text(en="WALKTHROUGH", ja="ウォークスルー"),
    "nothing": Text(
        en="For reading: nothing runs. `<name>` stands for a value. The program puts `--context` "
        "with the chosen context into each command, and asks before each change.",
        ja="読むための資料です。何も実行しません。`<name>` は値を表します。"
        "プログラムは各コマンドに、選択したコンテキストの `--context` を追加し、"
        "変更の前に毎回確認します。",
    ),
    "applies": Text(en="When it applies", ja="適用する場面"),
    "affects": Text(en="Versions", ja="バージョン"),
    "any": Text(en="any", ja="すべて"),
    "why": Text(en="Why it happens", ja="発生する理由"),
    "causes": Text(en="Causes", ja="原因"),
    "proof": Text(en="Proven by", ja="確定の条件"),
    "likely": Text(en="Likely with", ja="可能性ありの条件"),
    "unless": Text(en="Ruled out by", ja="除外の条件"),
    "missing": Text(en="What would prove it", ja="確定に必要なもの"),
    "no-procedure": Text(en="It has no runbook.", ja="ランブックはありません。"),
    "at-a-glance": Text(en="At a glance", ja="全体像"),
    "values": Text(en="Values", ja="値"),
    "steps": Text(en="Steps", ja="ステップ"),
    "only-causes": Text(en="Only for the causes", ja="対象の原因"),
    "only-chosen": Text(en="Only if chosen", ja="選択した場合だけ"),
    "not-needed": Text(en="Not needed if", ja="不要になる条件"),
    "assumes": Text(en="Runs only if", ja="実行の前提"),
    "command": Text(en="Command", ja="コマンド"),
    "expected": Text(en="As expected", ja="期待どおりの場合"),
    "otherwise": Text(en="Otherwise", ja="そうでない場合"),
    "stop": Text(en="Do not go on then.", ja="その場合は先に進まないでください。"),
    "exit": Text(en="exit code", ja="終了コード"),
    "shows": Text(en="the output shows", ja="出力に含まれるもの"),
    "shows-not": Text(en="the output does not show", ja="出力に含まれないもの"),
    "until": Text(en="Waits until", ja="待機の終了条件"),
    "usually": Text(en="Usually takes", ja="通常の所要時間"),
    "at-most": Text(en="Time limit", ja="制限時間"),
    "options": Text(en="Options", ja="選択肢"),
    "recommended": Text(en="recommended", ja="推奨"),
    "recommended-if": Text(en="recommended if", ja="推奨する条件"),
    "offered-if": Text(en="Offered only if", ja="選択できる条件"),
    "undo": Text(en="To undo", ja="元に戻す方法"),
    "no-undo": Text(en="It cannot be undone.", ja="元に戻せません。"),
    "notes": Text(en="Notes", ja="補足"),
    "sources": Text(en="Sources", ja="出典"),
    "from-finding": Text(en="taken from the finding", ja="検出結果から取得"),
    "from-cluster": Text(
        en="else chosen among `${path}` of `${kind}`", ja="または `${kind}` の `${path}` から選択"
    ),
    "default": Text(en="default", ja="デフォルト"),
    "typed": Text(en="typed by hand", ja="手動で入力"),
    "optional": Text(en="may stay empty", ja="省略可能"),
    "pattern": Text(en="form", ja="形式"),
    "namespace": Text(en="The namespace of OADP", ja="OADP の namespace"),
    "stamp": Text(en="The time at which the runbook is opened", ja="ランブックを開いた時刻"),
    "severity": Text(en="Severity", ja="重大度"),
}
_TOTALS: Final = Text(
    en="${steps} steps: ${read} commands that only read, ${change} changes, ${disruptive} "
    "disruptive, ${destructive} destructive.",
    ja="ステップ ${steps} 件: 読み取りのみのコマンド ${read} 件、変更 ${change} 件、"
    "中断を伴う変更 ${disruptive} 件、破壊的な変更 ${destructive} 件。",
)


def as_markdown(issue: Issue, cause: str | None, language: Language) -> str:
    """Return the runbook of `issue` as Markdown.

    Args:
        issue: the known issue.
        cause: the cause whose steps are told; None: those of all causes.
        language: the language.
    """
    return to_markdown(_Walk(issue, cause, language).blocks())


def as_text(issue: Issue, cause: str | None, language: Language, width: int = WIDTH) -> str:
    """Return the runbook of `issue` as lines of at most `width` cells, to be printed."""
    return to_text(_Walk(issue, cause, language).blocks(), width)


class _Walk:
    """One walk through an issue, its causes and its procedure."""

    def __init__(self, issue: Issue, cause: str | None, language: Language) -> None:
        self._issue = issue
        self._cause = cause
        self._language = language
        procedure = issue.procedure
        covered = procedure is not None and (cause is None or issue.has_procedure(cause))
        self._steps = tuple(
            step
            for step in (procedure.steps if procedure is not None and covered else ())
            if cause is None or not step.causes or cause in step.causes
        )
        self._numbers = {step.id: number for number, step in enumerate(self._steps, 1)}

    def blocks(self) -> Iterator[Block]:
        """Yield the whole document."""
        issue = self._issue
        yield Heading(1, f"{self._say('walkthrough')}: {self._to(issue.title)}")
        severity = f"{self._say('severity')}: {issue.severity}"
        yield Prose(self._listed([f"`{issue.id}`", severity]))
        yield Prose(self._say("nothing"))
        yield Heading(2, self._say("applies"))
        yield Prose(f"{self._to(issue.summary)}\n\n{self._affects()}")
        yield Heading(2, self._say("why"))
        yield Prose(self._to(issue.cause))
        yield Heading(2, self._say("causes"))
        for cause in issue.causes:
            if self._cause in (None, cause.id):
                yield from self._of_cause(cause)
        yield from self._procedure()
        if issue.notes is not None:
            yield from (Heading(2, self._say("notes")), Prose(self._to(issue.notes)))
        yield Heading(2, self._say("sources"))
        yield Prose("\n".join(f"- {each.title}: {each.url}" for each in issue.sources))

    def _affects(self) -> str:
        affects = self._issue.affects
        named = (
            ("OADP", affects.oadp),
            ("Velero", affects.velero),
            ("OpenShift", affects.openshift),
        )
        ranges = [f"{product} `{range}`" for product, range in named if range]
        return f"{self._say('affects')}: {self._listed(ranges) or self._say('any')}"

    def _of_cause(self, cause: Cause) -> Iterator[Block]:
        yield Heading(3, f"{self._to(cause.title)} (`{cause.id}`)")
        yield Prose(self._to(cause.explain))
        lines = [
            *self._ruled("proof", cause.when),
            *self._ruled("likely", cause.likely),
            *self._ruled("unless", cause.unless),
        ]
        if cause.missing is not None:
            lines.append(f"- {self._say('missing')}: {self._to(cause.missing)}")
        if lines:
            yield Prose("\n".join(lines))

    def _procedure(self) -> Iterator[Block]:
        if not self._steps:
            yield from (Heading(2, self._say("steps")), Prose(self._say("no-procedure")))
            return
        yield Heading(2, self._say("at-a-glance"))
        yield Prose(self._totals())
        inputs = self._inputs()
        if inputs:
            yield from (Heading(2, self._say("values")), Prose("\n".join(inputs)))
        yield Heading(2, self._say("steps"))
        for step in self._steps:
            yield from self._step(step)

    def _totals(self) -> str:
        risks = [step.risk for step in self._steps if step.run]
        counts = {risk.value: str(risks.count(risk)) for risk in Risk}
        return _TOTALS.fill({"steps": str(len(self._steps)), **counts}).to(self._language)

    def _inputs(self) -> list[str]:
        declared = self._issue.procedure.inputs if self._issue.procedure is not None else {}
        used = {name for step in self._steps for name in _names(step)}
        for name in reversed(declared):
            # A value may be made of others.
            used |= set(names(declared[name].default)) if name in used else set()
        lines = [
            f"- `<{name}>`: {self._to(given.title)}{self._aside(self._sources(given))}"
            for name, given in declared.items()
            if name in used
        ]
        for name in ("namespace", "stamp"):
            if name in used and name not in declared:
                lines.append(f"- `<{name}>`: {self._say(name)}")
        return lines

    def _sources(self, given: Input) -> Iterator[str]:
        if given.typed:
            yield self._say("typed")
        else:
            yield self._say("from-finding")
        if given.choose is not None:
            values = {"path": given.choose.path, "kind": given.choose.kind}
            yield _WORDS["from-cluster"].fill(values).to(self._language)
        if given.default:
            yield f"{self._say('default')} `{given.default}`"
        if given.optional:
            yield self._say("optional")
        if given.pattern != Input.__struct_defaults__[0]:
            yield f"{self._say('pattern')} `{given.pattern}`"

    def _step(self, step: Step) -> Iterator[Block]:
        yield Heading(3, f"{self._numbers[step.id]}. {self._to(step.title)}")
        yield Prose("\n".join(self._about(step)))
        yield Prose(self._to(step.why))
        if step.options:
            yield Prose("\n".join(line for each in step.options for line in self._option(each)))
        yield from self._command(step, step.run, step.stdin)
        expected = list(self._expected(step))
        if expected:
            yield Prose("\n".join(expected))
        yield from self._undo(step)

    def _about(self, step: Step) -> Iterator[str]:
        """Yield the conditions and limits of a step, as list items."""
        kind = _KINDS[step.kind].to(self._language)
        risk = [f"**{RISKS[step.risk].to(self._language)}**"] if step.run else []
        yield f"- {self._listed([kind, *risk])}"
        if step.causes and self._cause is None:
            causes = self._listed(f"`{each}`" for each in step.causes)
            yield f"- {self._say('only-causes')}: {causes}"
        for choice, options in step.chosen.items():
            yield f"- {self._say('only-chosen')}: {self._chosen(choice, options)}"
        yield from self._ruled("not-needed", step.skip)
        if step.assumption is not None:
            yield f"- {self._say('assumes')}: {self._to(step.assumption)}"
        else:
            yield from self._ruled("assumes", step.assumes)
        yield from self._ruled("until", step.until)
        if step.usually is not None:
            yield f"- {self._say('usually')}: {duration(step.usually, self._language)}"
        if step.run or step.kind is StepKind.WAIT:
            yield f"- {self._say('at-most')}: {duration(step.within, self._language)}"

    def _chosen(self, choice: str, options: tuple[str, ...]) -> str:
        found = next((step for step in self._steps if step.id == choice), None)
        titles = {each.id: self._to(each.title) for each in (found.options if found else ())}
        number = self._numbers.get(choice, "?")
        return f"{number}. {' / '.join(titles.get(each, each) for each in options)}"

    def _option(self, option: Option) -> Iterator[str]:
        mark = ""
        if option.recommended is True:
            mark = self._aside([self._say("recommended")])
        elif option.recommended is not None:
            shown = rule(option.recommended, self._issue.facts, self._language)
            mark = self._aside([f"{self._say('recommended-if')}: {shown}"])
        yield f"- **{self._to(option.title)}**{mark}: {self._to(option.why)}"
        yield from (f"  {line}" for line in self._ruled("offered-if", option.when))

    def _command(
        self, step: Step, run: tuple[Any, ...], stdin: Mapping[str, Any] | None
    ) -> Iterator[Block]:
        if not run:
            return
        yield Prose(f"{self._say('command')}:")
        try:
            yield Code(written(run, stdin, step.namespace), "sh")
        except CommandProblem as problem:
            yield Prose(self._to(problem.message))

    def _expected(self, step: Step) -> Iterator[str]:
        expect = step.expect
        if expect is None:
            return
        must = [f"{self._say('exit')} {expect.exit}"] if expect.exit is not None else []
        must += [f"{self._say('shows')} `{expect.output}`"] if expect.output else []
        must += [f"{self._say('shows-not')} `{expect.absent}`"] if expect.absent else []
        good = [self._to(expect.good)] if expect.good is not None else []
        if must or good:
            sentences = [self._listed(must), *good] if must else good
            yield f"- {self._say('expected')}: {self._stop().join(sentences)}"
        bad = [self._to(expect.bad)] if expect.bad is not None else []
        bad += [self._say("stop")] if expect.stop else []
        if bad:
            yield f"- {self._say('otherwise')}: {(' ' if self._language == 'en' else '').join(bad)}"

    def _undo(self, step: Step) -> Iterator[Block]:
        if step.undo is not None:
            yield Prose(f"**{self._say('undo')}:** {self._to(step.undo.note)}")
            yield from self._command(step, step.undo.run, step.undo.stdin)
        elif step.kind is StepKind.CHANGE:
            yield Prose(f"**{self._say('no-undo')}**")

    def _ruled(self, label: str, expression: Any) -> Iterator[str]:
        if expression is None:
            return
        shown = rule(expression, self._issue.facts, self._language)
        if shown:
            yield f"- {self._say(label)}: {shown}"

    def _listed(self, parts: Iterable[str]) -> str:
        return (", " if self._language == "en" else "、").join(parts)

    def _aside(self, parts: Iterable[str]) -> str:
        text = self._listed(parts)
        return f" ({text})" if self._language == "en" else f"（{text}）"

    def _stop(self) -> str:
        return ". " if self._language == "en" else "。"

    def _say(self, name: str) -> str:
        return _WORDS[name].to(self._language)

    def _to(self, text: Text) -> str:
        return text.to(self._language).strip()


def _names(step: Step) -> frozenset[str]:
    """Return the values that a step's command and its undo use."""
    if step.undo is None:
        return needs(step)
    return needs(step) | needs(
        msgspec.structs.replace(step, run=step.undo.run, stdin=step.undo.stdin)
    )
