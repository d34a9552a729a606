"""`knowledge`: the known issues without the terminal UI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from knowledge import article
from knowledge.check import check
from knowledge.model import Issue
from knowledge.origin import Origin
from knowledge.search import search
from knowledge.text import Text
from tui.cli.exits import Exit
from tui.cli.words import complain, line, plain, tell
from tui.engine.launch import Launch
from tui.engine.walkthrough import as_markdown, as_text

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
            return _show(launch, options.id, options.output)
        case "walkthrough":
            return _walkthrough(launch, options.id, options.cause, options.output)
        case "search":
            return _search(launch, " ".join(options.text))
        case _:
            return _check(launch, options.directory, coverage=options.coverage)


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


def _show(launch: Launch, id_: str, form: str) -> int:
    issue = launch.base.issues.get(id_)
    if issue is None:
        return _no_issue(launch, id_)
    base, language = launch.base, launch.language
    written = (
        article.text(base, issue, language)
        if form == "text"
        else article.markdown(base, issue, language, lambda id_, title: f"{title} (`{id_}`)")
    )
    print(plain(written).rstrip("\n"))
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


def _search(launch: Launch, text: str) -> int:
    found = search(launch.base, text, launch.language)
    rows = _rows(launch, [launch.base.issues[match.issue] for match in found])
    for match, row in zip(found, rows, strict=True):
        print(row)
        if match.signature:
            print(f"    {_MATCHED.to(launch.language)}: {line(match.signature)}")
    return Exit.NOTHING if found else Exit.SOMETHING


def _check(launch: Launch, directory: str | None, *, coverage: bool) -> int:
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
    if coverage and not result.problems:
        for row in _coverage(launch, only):
            print(plain(row))
    print(
        f"{result.issues} issues, {result.causes} causes, {result.signatures} signatures, "
        f"{result.procedures} procedures, {result.examples} examples, "
        f"{len(result.problems)} problems",
        file=sys.stderr,
    )
    return Exit.SOMETHING if result.problems else Exit.NOTHING


def _coverage(launch: Launch, only: list[str] | None) -> Iterator[str]:
    from knowledge.coverage import coverage

    found = coverage(launch.base, only)
    width = max((len(each.cause) for each in found.causes), default=0)
    for each in found.causes:
        yield f"{each.cause:{width}}  {each.confirmed:3} confirmed  {each.likely:3} likely"
    for name in found.unseen:
        yield f"{name}: no example shows this fact"
    for name, other in found.elsewhere:
        yield f"{name}: matches an example of {other} too"
    covered = sum(bool(each.confirmed or each.likely) for each in found.causes)
    yield (
        f"{covered} of {len(found.causes)} causes are found by an example, "
        f"{len(found.causes) - len(found.unproven)} of them confirmed"
    )
