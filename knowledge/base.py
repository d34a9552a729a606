"""The knowledge base: all issues, from the files of this package and from folders of the user."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec

from knowledge import yaml_file
from knowledge.condition import BadRule
from knowledge.finding import Diagnosis, Finding, IssueState, Verdict
from knowledge.judge import CompiledIssue, Truth, compile_issue
from knowledge.kept import NOTHING, Kept
from knowledge.model import Cause, Issue
from knowledge.origin import Origin
from knowledge.parsed import Parsed
from knowledge.prefilter import Prefilter
from knowledge.ranking import rank
from knowledge.scan import Signature
from knowledge.snapshot import Snapshot
from knowledge.text import Text

BUILT_IN: Final = Path(__file__).parent / "issues"
if TYPE_CHECKING:
    from knowledge.judging import Judging

_T = TypeVar("_T")
_MOST_FILES: Final = 2_000
_AT: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


@dataclass(frozen=True, slots=True)
class Problem:
    """A knowledge file that cannot be used; the others are not affected."""

    file: str
    line: int
    """1-based; 0 where no line is to blame."""
    field: str
    """The path in the file, such as `causes[0].when`; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        """Return `file:line: field: message`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"
        )


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything that is known, ready to judge snapshots."""

    compiled: Mapping[str, CompiledIssue]
    problems: tuple[Problem, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Issue id -> the file it came from."""
    origins: Mapping[str, Origin] = field(default_factory=dict)

    @cached_property
    def _together(self) -> Mapping[str, frozenset[str]]:
        """Return, by issue, the issues that one of them is a consequence of, both ways."""
        found: dict[str, set[str]] = {}
        for (id_, _cause), cause in self._causes.items():
            for rule in cause.consequence_of:
                root = rule.of.partition("/")[0]
                if root in self.compiled and root != id_:
                    found.setdefault(id_, set()).add(root)
                    found.setdefault(root, set()).add(id_)
        return {id_: frozenset(others) for id_, others in found.items()}

    def seen_together(self, issue: str) -> list[str]:
        """Return the ids of issues that this one follows from, or that follow from it."""
        return [id_ for id_ in self.issues if id_ in self._together.get(issue, ())]

    def related(self, issue: str) -> list[str]:
        """Return the ids of issues that name this one as related, or that it names itself."""
        together = self._together.get(issue, frozenset())
        own = self.compiled[issue].issue.related if issue in self.compiled else ()
        return [
            id_
            for id_, other in self.issues.items()
            if id_ != issue and id_ not in together and (id_ in own or issue in other.related)
        ]

    def origin(self, issue: str) -> Origin:
        """Return where the issue with that id comes from."""
        return self.origins.get(issue, Origin.BUILT_IN)

    _made: dict[Callable[[KnowledgeBase], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def made(self, make: Callable[[KnowledgeBase], _T]) -> _T:
        """Return what `make` makes of this knowledge base; made once, kept as long as it."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("_T", self._made[make])

    @cached_property
    def issues(self) -> Mapping[str, Issue]:
        """Return all issues by id, in the order of their titles."""
        ordered = sorted(self.compiled.values(), key=lambda each: each.issue.title.en.lower())
        return {each.issue.id: each.issue for each in ordered}

    @cached_property
    def prefilter(self) -> Prefilter:
        """Return what finds the lines worth a look; many collectors can share it."""
        return Prefilter(self.signatures)

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """Return what is looked for in logs."""
        return tuple(
            fact.signature
            for each in self.compiled.values()
            for fact in each.facts.values()
            if fact.signature is not None
        )

    @cached_property
    def _causes(self) -> Mapping[tuple[str, str], Cause]:
        return {
            (each.issue.id, cause.id): cause
            for each in self.compiled.values()
            for cause in each.issue.causes
        }

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Return every kind that a rule or an input reads."""
        read = {
            kind
            for each in self.compiled.values()
            for fact in each.facts.values()
            for kind in fact.kinds
        }
        chosen = {
            entry.choose.kind
            for issue in self.issues.values()
            if issue.procedure is not None
            for entry in issue.procedure.inputs.values()
            if entry.choose is not None
        }
        return frozenset(read | chosen)

    def diagnose(self, snapshot: Snapshot) -> Diagnosis:
        """Return all findings on `snapshot`, as `knowledge.ranking` orders them, and all states."""
        judged = {id_: each.judge(snapshot) for id_, each in self.compiled.items()}
        return self.ranked(judged, snapshot.partly)

    def judging(self) -> Judging:
        """Return what judges one snapshot after another of the same source."""
        from knowledge.judging import Judging

        return Judging(self)

    def ranked(
        self,
        judged: Mapping[str, tuple[tuple[Finding, ...], IssueState]],
        partly: Text | None = None,
    ) -> Diagnosis:
        """Return the findings and states of all issues as one diagnosis.

        `partly`: how much of the source was read; what comes may take back what is there.
        """
        findings = [finding for found, _state in judged.values() for finding in found]
        if partly is not None:
            findings = [
                replace(each, verdict=Verdict.LIKELY, missing=(partly, *each.missing))
                if each.verdict is Verdict.CONFIRMED
                else each
                for each in findings
            ]
        states = {id_: state for id_, (_found, state) in judged.items()}
        return Diagnosis(rank(findings, self._causes), states)

    def holds(
        self, issue: str, expression: Any, snapshot: Snapshot, bindings: Mapping[str, str]
    ) -> Truth:
        """Return whether an expression over the facts of `issue` holds under `bindings`.

        Raises:
            KeyError: there is no such issue.
            BadRule: the expression is wrong.
        """
        return self.compiled[issue].holds(expression, snapshot, bindings)


def read_issue(
    text: str, file: str, id_: str = "", parsed: Parsed | None = None
) -> CompiledIssue | Problem:
    """Return the issue in `text`, or what is wrong with it. `id_`: the id it must have."""
    parsed = parsed or Parsed(NOTHING)
    known = parsed.compiled(text)
    if known is not None and known.issue.id == (id_ or known.issue.id):
        return known
    try:
        raw = parsed.load(text)
    except yaml_file.BadFile as error:
        return Problem(file, error.line, "", error.message)
    try:
        issue = msgspec.convert(raw, Issue)
        if id_ and issue.id != id_:
            return Problem(
                file, yaml_file.line_of(text, "id"), "id", f"must be {id_!r}, as the file"
            )
        compiled = compile_issue(issue)
    except msgspec.ValidationError as error:
        message = str(error)
        at = _AT.search(message)
        path = at["path"] if at else ""
        shown = message[: at.start()] if at else message
        return Problem(file, yaml_file.line_of(text, path), path, shown)
    except BadRule as error:
        path, _, message = str(error).partition(": ")
        return Problem(file, yaml_file.line_of(text, path), path, message)
    parsed.found_right(text, compiled)
    return compiled


def load(
    directories: Sequence[Path] = (),
    kept: Kept = NOTHING,
    before: KnowledgeBase | None = None,
) -> KnowledgeBase:
    """Return the built-in issues and those of `directories`, later ones replacing earlier ones.

    Files that cannot be used are in `problems`; nothing is raised for them. If `before` has an
    issue of such a file, it stays as it was there. `kept` makes the next time quicker.
    """
    parsed = Parsed(kept)
    compiled: dict[str, CompiledIssue] = {}
    files: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    problems: list[Problem] = []
    last = {} if before is None else {file: id_ for id_, file in before.files.items()}
    for directory in (BUILT_IN, *directories):
        for file, read in _read_directory(directory, parsed):
            if isinstance(read, Problem):
                problems.append(read)
                if before is None or file not in last:
                    continue
                read = before.compiled[last[file]]
            id_ = read.issue.id
            if directory != BUILT_IN:
                here = origins.get(id_) or (Origin.REPLACED if id_ in compiled else Origin.ADDED)
                origins[id_] = here
            compiled[id_] = read
            files[id_] = file
    parsed.keep()
    return KnowledgeBase(compiled, tuple(problems), files, origins)


def _read_directory(
    directory: Path, parsed: Parsed
) -> Iterable[tuple[str, CompiledIssue | Problem]]:
    shown = directory.name if directory == BUILT_IN else str(directory)
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix in {".yaml", ".yml"})
    except OSError as error:
        why = error.strerror or "it cannot be read"
        yield shown, Problem(shown, 0, "", f"the folder cannot be read: {why}")
        return
    for path in paths[:_MOST_FILES]:
        file = f"{shown}/{path.name}"
        try:
            with path.open(encoding="utf-8") as opened:
                text = opened.read(yaml_file.LARGEST + 1)
        except (OSError, UnicodeDecodeError) as error:
            why = "it is not UTF-8" if isinstance(error, ValueError) else str(error.strerror)
            yield file, Problem(file, 0, "", f"the file cannot be read: {why}")
            continue
        yield file, read_issue(text, file, path.stem, parsed)
