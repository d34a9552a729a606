"""A known issue as an article in Markdown, and the index of all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from knowledge.base import KnowledgeBase
from knowledge.finding import Severity
from knowledge.model import Issue, Step
from knowledge.text import Language, Text

_CAUSES: Final = Text(en="Causes", ja="原因の種類")
_CAUSE: Final = Text(en="Cause", ja="原因")
_NOTES: Final = Text(en="Notes", ja="補足")
_SOURCES: Final = Text(en="Sources", ja="出典")
_STEPS: Final = Text(en="Runbook", ja="ランブック")
_AFFECTS: Final = Text(en="Affects", ja="対象バージョン")
_TOGETHER: Final = Text(en="Seen together", ja="同時に発生する問題")
_RELATED: Final = Text(en="Related issues", ja="関連する問題")
_SEVERITY: Final = Text(en="severity", ja="重大度")
_ISSUE: Final = Text(en="Issue", ja="問題")
_YES: Final = Text(en="yes", ja="あり")
_ALL: Final = Text(en="Known issues of OADP and Velero", ja="OADP と Velero の既知の問題")
_MADE: Final = Text(
    en="Made from the files in `knowledge/issues` by `python -m knowledge docs`.",
    ja="`knowledge/issues` のファイルから `python -m knowledge docs` で生成しています。",
)
SEVERITIES: Final = {
    Severity.CRITICAL: Text(en="critical", ja="重大"),
    Severity.ERROR: Text(en="error", ja="エラー"),
    Severity.WARNING: Text(en="warning", ja="警告"),
    Severity.INFO: Text(en="info", ja="情報"),
}
_MARKS: Final = re.compile(r"^#+ |\*\*|`|(?<=\])\((?P<url>https://[^)\s]+)\)", re.MULTILINE)

Link = Callable[[str, str], str]
"""`(issue, title)` -> Markdown that leads to the issue."""


def markdown(base: KnowledgeBase, issue: Issue, language: Language, link: Link) -> str:
    """Return the article on `issue`, ending with a newline."""
    return "\n".join(_article(base, issue, language, link)).rstrip("\n") + "\n"


def text(base: KnowledgeBase, issue: Issue, language: Language) -> str:
    """Return the article without marks of Markdown."""

    def plain(match: re.Match[str]) -> str:
        return f" {match['url']}" if match["url"] else ""

    article = markdown(base, issue, language, lambda id_, title: f"{title} ({id_})")
    return _MARKS.sub(plain, article)


def _article(base: KnowledgeBase, issue: Issue, language: Language, link: Link) -> Iterator[str]:
    severity = f"{_SEVERITY.to(language)}: {SEVERITIES[issue.severity].to(language)}"
    yield from (f"# {issue.title.to(language)}", "", f"`{issue.id}` ({severity})", "")
    yield from (issue.summary.to(language), "")
    yield from (f"## {_CAUSE.to(language)}", "", issue.cause.to(language), "")
    yield from (f"## {_CAUSES.to(language)}", "")
    for cause in issue.causes:
        yield from (f"### {_unfilled(cause.title.to(language))} (`{cause.id}`)", "")
        yield from (_unfilled(cause.explain.to(language)), "")
    if issue.procedure is not None:
        yield from (f"## {_STEPS.to(language)}", "")
        for number, step in enumerate(issue.procedure.steps, 1):
            yield f"{number}. **{_unfilled(step.title.to(language))}** ({_kind(step)})"
        yield ""
    if issue.notes is not None:
        yield from (f"## {_NOTES.to(language)}", "", issue.notes.to(language), "")
    ranges = (
        ("OADP", issue.affects.oadp),
        ("Velero", issue.affects.velero),
        ("OpenShift", issue.affects.openshift),
    )
    if any(range_ for _product, range_ in ranges):
        shown = ", ".join(f"{product} {range_}" for product, range_ in ranges if range_)
        yield from (f"## {_AFFECTS.to(language)}", "", f"`{shown}`", "")
    for title, ids in (
        (_TOGETHER, base.seen_together(issue.id)),
        (_RELATED, base.related(issue.id)),
    ):
        if ids:
            yield from (f"## {title.to(language)}", "")
            for id_ in ids:
                yield f"- {link(id_, base.issues[id_].title.to(language))}"
            yield ""
    yield from (f"## {_SOURCES.to(language)}", "")
    for reference in issue.sources:
        yield f"- [{reference.title}]({reference.url})"


def _unfilled(template: str) -> str:
    """Return `template` with `${name}` as a reader knows it from commands: `<name>`."""
    return re.sub(r"`?\$\{([A-Za-z0-9_-]+)\}`?", r"`<\1>`", template)


def _kind(step: Step) -> str:
    return f"{step.kind}, {step.risk}" if step.run else str(step.kind)


def index(base: KnowledgeBase, language: Language) -> str:
    """Return the index of all articles, which lie in a folder named like the language."""
    lines = [f"# {_ALL.to(language)}", "", _MADE.to(language), ""]
    columns = [t.to(language) for t in (_ISSUE, _SEVERITY, _CAUSES, _STEPS)]
    lines += [f"| {' | '.join(columns)} |", "|---|---|---|---|"]
    ranks = list(Severity)
    for issue in sorted(base.issues.values(), key=lambda each: ranks.index(each.severity)):
        title = issue.title.to(language).replace("|", "\\|")
        runbook = _YES.to(language) if issue.procedure is not None else ""
        severity = SEVERITIES[issue.severity].to(language)
        row = (f"[{title}]({language}/{issue.id}.md)", severity, str(len(issue.causes)), runbook)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def pages(base: KnowledgeBase) -> dict[str, str]:
    """Return everything in `docs/knowledge`: path in it -> content."""
    found = {"README.md": index(base, "en"), "README.ja.md": index(base, "ja")}
    languages: tuple[Language, ...] = ("en", "ja")
    for language in languages:
        for issue in base.issues.values():
            path = f"{language}/{issue.id}.md"
            found[path] = markdown(base, issue, language, lambda id_, title: f"[{title}]({id_}.md)")
    return found
