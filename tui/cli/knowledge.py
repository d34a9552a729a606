"""`knowledge`: the known issues without the terminal UI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from knowledge.check import check
from knowledge.model import Issue
from knowledge.origin import Origin
from knowledge.search import search
from knowledge.text import Language, Text
from tui.cli.exits import Exit
from tui.cli.words import complain, line, plain, tell
from tui.engine.launch import Launch
from tui.engine.walkthrough import as_markdown, as_text

_CAUSES = Text(en="Causes", ja="原因の種類")
_CAUSE = Text(en="Cause", ja="原因")
_NOTES = Text(en="Notes", ja="補足")
_SOURCES = Text(en="Sources", ja="出典")
_STEPS = Text(en="Runbook", ja="ランブック")
_MATCHED = Text(en="matches", ja="一致した部分")
_ORIGINS = {
    Origin.ADDED: Text(en="from your files", ja="ユーザーのファイル"),
    Origin.REPLACED: Text(en="replaced by your file", ja="ユーザーのファイルで置き換え"),
}


def knowledge(options: argparse.Namespace, launch: Launch) -> int:
    """Run one of the verbs; return the exit code."""
    if options.verb != "check":
        tell(launch.base.problems)
    match options.verb:
        case "list":
            return _list(launch)
        case "show":
            return _show(launch, options.id)
        case "walkthrough":
            return _walkthrough(launch, options.id, options.cause, options.output)
        case "search":
            return _search(launch, " ".join(options.text))
        case _:
            return _check(launch, options.directory)


def _list(launch: Launch) -> int:
    for row in _rows(launch, list(launch.base.issues.values())):
        print(row)
    return Exit.NOTHING


def _rows(launch: Launch, issues: list[Issue]) -> Iterator[str]:
    width = max((len(issue.id) for issue in issues), default=0)
    for issue in issues:
        origin = launch.base.origin(issue.id)
        own = "" if origin is Origin.BUILT_IN else f"  [{_ORIGINS[origin].to(launch.language)}]"
        title = line(issue.title.to(launch.language))
        yield f"{issue.id:{width}}  {issue.severity:8}  {title}{own}"


def _show(launch: Launch, id_: str) -> int:
    issue = launch.base.issues.get(id_)
    if issue is None:
        return _no_issue(launch, id_)
    print(plain("\n".join(_article(issue, launch.language))))
    return Exit.NOTHING


def _no_issue(launch: Launch, id_: str) -> int:
    complain(
        Text(
            en=f"There is no issue {id_!r}. `oadp-doctor knowledge list` shows all.",
            ja=f"問題 {id_!r} はありません。`oadp-doctor knowledge list` で一覧を表示できます。",
        ),
        launch.language,
    )
    return Exit.USAGE


def _walkthrough(launch: Launch, id_: str, cause: str | None, form: str) -> int:
    issue = launch.base.issues.get(id_)
    if issue is None:
        return _no_issue(launch, id_)
    if cause is not None and issue.cause_by_id(cause) is None:
        causes = ", ".join(each.id for each in issue.causes)
        complain(
            Text(
                en=f"The issue {id_} has no cause {cause!r}. It has: {causes}.",
                ja=f"問題 {id_} に原因 {cause!r} はありません。指定できる原因: {causes}",
            ),
            launch.language,
        )
        return Exit.USAGE
    written = as_markdown if form == "markdown" else as_text
    print(plain(written(issue, cause, launch.language)).rstrip("\n"))
    return Exit.NOTHING


def _article(issue: Issue, language: Language) -> Iterator[str]:
    yield from (f"# {issue.title.to(language)}", "", f"`{issue.id}` ({issue.severity})", "")
    yield from (issue.summary.to(language), "")
    yield from (f"## {_CAUSE.to(language)}", "", issue.cause.to(language), "")
    yield from (f"## {_CAUSES.to(language)}", "")
    for cause in issue.causes:
        yield from (f"### {cause.title.to(language)} (`{cause.id}`)", "")
        yield from (cause.explain.to(language), "")
    if issue.procedure is not None:
        yield from (f"## {_STEPS.to(language)}", "")
        for number, step in enumerate(issue.procedure.steps, 1):
            yield f"{number}. **{step.title.to(language)}** ({step.kind}, {step.risk})"
        yield ""
    if issue.notes is not None:
        yield from (f"## {_NOTES.to(language)}", "", issue.notes.to(language), "")
    yield from (f"## {_SOURCES.to(language)}", "")
    for reference in issue.sources:
        yield f"- [{reference.title}]({reference.url})"


def _search(launch: Launch, text: str) -> int:
    found = search(launch.base, text, launch.language)
    rows = _rows(launch, [launch.base.issues[match.issue] for match in found])
    for match, row in zip(found, rows, strict=True):
        print(row)
        if match.signature:
            print(f"    {_MATCHED.to(launch.language)}: {line(match.signature)}")
    return Exit.NOTHING if found else Exit.SOMETHING


def _check(launch: Launch, directory: str | None) -> int:
    only = None
    if directory is not None:
        folder = Path(directory)
        if not folder.is_dir():
            complain(
                Text(
                    en=f"{directory} is not a folder", ja=f"{directory} はフォルダーではありません"
                ),
                launch.language,
            )
            return Exit.USAGE
        launch = Launch(language=launch.language, knowledge=(*launch.knowledge, folder))
        only = [id_ for id_, file in launch.base.files.items() if Path(file).parent == folder]
    result = check(launch.base, only)
    for problem in result.problems:
        print(plain(str(problem)))
    print(
        f"{result.issues} issues, {result.causes} causes, {result.signatures} signatures, "
        f"{result.procedures} procedures, {result.examples} examples, "
        f"{len(result.problems)} problems",
        file=sys.stderr,
    )
    return Exit.SOMETHING if result.problems else Exit.NOTHING
