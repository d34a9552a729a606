"""`python -m benchmarks.hostile --count 10000`: hostile commands against the engine.

Each case is made from a seed: words, inputs, manifests and outputs that try to run something else
than what was approved, to reach a shell, to move a cursor, or to get a secret into a record. It is
driven through a runbook, the `oc` prompt or the gate itself; one case in twenty starts real
processes. Prints JSON: what was tried, what ran, and every violation with its seed.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import random
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from benchmarks import hostile_words as hostile
from benchmarks.hostile_runners import InMemory, Process
from knowledge.base import KnowledgeBase, read_issue
from knowledge.finding import Finding, Severity, Verdict
from knowledge.judge import CompiledIssue
from knowledge.model import Risk
from knowledge.snapshot import Snapshot, SourceInfo, SourceType
from knowledge.text import Text
from tui.engine.gate import Gate
from tui.engine.journal import Journal
from tui.engine.ports import Command, Line
from tui.engine.prompt import Prompt, open_prompt
from tui.engine.records import export
from tui.engine.request import Approval, Request, Stopped
from tui.engine.runbook import Runbook, open_runbook
from tui.engine.target import Target
from tui.rows.command import command as command_row
from tui.text import one_line, plain

REAL_EVERY: Final = 20
_READS: Final = frozenset(
    {"get", "describe", "logs", "version", "whoami", "api-resources", "api-versions", "explain",
     "auth", "config", "top", "adm", "wait", "status", "history"}
)  # fmt: skip
_LEADING_AWAY: Final = (
    "--context", "--kubeconfig", "--server", "--token", "--as", "--cluster", "--user",
    "--namespace", "--insecure",
)  # fmt: skip
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TEMPLATES: Final[tuple[tuple[str, str], ...]] = (
    ("check", 'run: [get, backups.velero.io, "${v}", -o, json]'),
    ("check", 'run: [get, pods, "--selector=${v}"]'),
    ("check", 'run: [logs, deploy/velero, -c, "${v}"]'),
    ("check", 'run: [get, secrets, "${v}", -o, yaml]'),
    ("change", 'run: [label, backupstoragelocations.velero.io, "${v}", "${w}"]'),
    ("change", 'run: [annotate, backups.velero.io, daily, "note=${v}"]'),
    ("change", 'run: [patch, dpa, x, --type, merge, -p, {spec: {a: "${v}", b: ["${w}"]}}]'),
    ("change", 'run: [set, env, deploy/x, "DB_PASSWORD=${v}"]'),
    (
        "change",
        'run: [create, -f, "-"]\n      stdin: {apiVersion: velero.io/v1, kind: Backup, '
        'metadata: {name: "${v}", annotations: {a: "${w}"}}}',
    ),
    (
        "change",
        'run: [apply, -f, "-"]\n      stdin: {apiVersion: v1, kind: Secret, '
        'metadata: {name: creds}, stringData: {cloud: "${v}"}}',
    ),
    ("change", 'run: [delete, backups.velero.io, "${v}"]\n      risk: destructive'),
    ("change", 'run: [rollout, restart, "deploy/${v}"]\n      risk: disruptive'),
)
_ISSUE: Final = """
id: hostile
title: {{en: "Hostile ${{v}}", ja: "悪意 ${{v}}"}}
summary: TEXT
cause: TEXT
severity: error
sources: [{{url: "https://example.com", title: x}}]
facts:
  there:
    says: {{en: there, ja: あり}}
    object: {{kind: Backup, bind: {{v: metadata.name}}}}
causes:
  - {{id: one, title: TEXT, explain: TEXT, when: [there]}}
procedure:
  inputs:
    v: {{title: TEXT, pattern: "(?s).*"}}
    w: {{title: TEXT, pattern: "(?s).*"}}
  steps:
    - id: step
      kind: {kind}
      title: {{en: "Do ${{v}}", ja: "${{v}} を実行"}}
      why: TEXT
      {run}
      {rest}
examples: {{positive: [], negative: []}}
"""


def _compiled(kind: str, run: str) -> CompiledIssue:
    rest = "undo: {note: {en: none, ja: なし}}" if kind == "change" else ""
    if kind == "change" and "risk:" not in run:
        rest += "\n      risk: change"
    source = _ISSUE.format(kind=kind, run=run, rest=rest)
    compiled = read_issue(source.replace("TEXT", "{en: Text, ja: テキスト}"), "hostile.yaml")
    if not isinstance(compiled, CompiledIssue):
        raise TypeError(str(compiled))
    return compiled


@dataclass
class _Session:
    """What runbooks and prompts need of a session."""

    knowledge: KnowledgeBase
    state: Any

    def subscribe(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        """Never call back: nothing changes."""
        return lambda: None


@dataclass
class Tally:
    """What was tried and what came of it."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


class Case:
    """One hostile case, made from its number."""

    def __init__(self, number: int, folder: Path, tally: Tally, issues: Sequence[Any]) -> None:
        """Take its number, a folder of its own for records, and where to count."""
        self._dice = random.Random(number)
        self._number = number
        self._folder = folder
        self._tally = tally
        self._issues = issues
        self._trip = folder / "trip"
        self._granted: Counter[tuple[tuple[str, ...], str | None]] = Counter()
        """Commands that a person approved, and how often."""
        self._real = number % REAL_EVERY == 0
        self._runner: InMemory | Process
        program = "/usr/bin/oc"
        if self._real:
            self._runner = Process(folder / "process", self._output)
            program = str(self._runner.program)
        else:
            self._runner = InMemory(self._output)
        self._target = Target(
            program, (program,), "", "lab", "https://api.example.com:6443", "sre",
            "openshift-adp", practice=False, read_only=False, can_run=True,
        )  # fmt: skip

    def _output(self) -> list[str]:
        return hostile.output(self._dice, str(self._trip))

    def _wrong(self, what: str, detail: object = "") -> None:
        self._tally.violations.append(f"case {self._number}: {what}: {ascii(detail)[:600]}")

    def _count(self, name: str) -> None:
        self._tally.counts[name] += 1

    async def run(self) -> None:
        """Drive the case and look at everything that came of it."""
        surface = self._dice.choice(("runbook", "runbook", "prompt", "prompt", "gate"))
        self._count(f"surface {surface}")
        self._count("real processes" if self._real else "in memory")
        drive = {"runbook": self._runbook, "prompt": self._prompt, "gate": self._gate}[surface]
        try:
            await drive()
        except Stopped as stopped:
            self._count(type(stopped).__name__)
            self._shown(stopped.message)
        self._check_calls()
        if self._trip.exists():
            self._wrong("a shell ran what was in a word")

    # Surfaces

    async def _runbook(self) -> None:
        dice = self._dice
        issue = dice.choice(self._issues)
        values = {name: hostile.value(dice, str(self._trip)) for name in ("v", "w")}
        found = Finding(
            "hostile", "one", Verdict.CONFIRMED, Severity.ERROR, Text(en="x", ja="x"), (), (), (),
            (values,) if dice.random() < 0.5 else (), True,
        )  # fmt: skip
        journal = Journal(self._folder / "sessions")
        runbook = open_runbook(
            self._session(issue), "hostile", "one", found, self._target,
            runner=self._runner, journal=journal,
        )  # fmt: skip
        try:
            if dice.random() < 0.7:
                for name, value in values.items():
                    problem = runbook.set_input(name, value)
                    if problem is not None:
                        self._count("input refused")
                        self._shown(problem)
            request = runbook.request("step")
            await self._go(runbook, request)
        finally:
            for view in runbook.steps:
                self._shown(view.title, view.why, view.note, typed=True)
            runbook.close()
            self._check_record(journal)

    async def _prompt(self) -> None:
        dice = self._dice
        words = hostile.words(dice, str(self._trip))
        with contextlib.suppress(ValueError):
            words = words if dice.random() < 0.4 else [shlex.join(words)]
        line = " ".join(words)
        manifest = hostile.manifest(dice, str(self._trip)) or ""
        journal = Journal(self._folder / "sessions")
        prompt = open_prompt(
            self._session(None), self._target, runner=self._runner, journal=journal
        )
        try:
            look = prompt.look(line, manifest)
            if look.refused is not None:
                self._shown(look.refused, typed=True)
            await self._go(prompt, prompt.request(line, manifest))
        finally:
            prompt.close()
            self._check_record(journal)

    async def _gate(self) -> None:
        dice = self._dice
        words = hostile.words(dice, str(self._trip))
        head = dice.choice(
            (
                self._target.argv("openshift-adp", ()),
                self._target.argv("openshift-adp", ()),
                self._target.pinned,
                (*self._target.prefix, "--context", "other", "-n", "openshift-adp"),
                ("/bin/sh", "-c"),
                (),
            )
        )
        request = Request(
            "step", dice.choice(("run", "undo", "preview")), (*head, *words),
            hostile.manifest(dice, str(self._trip)) if dice.random() < 0.4 else None,
            dice.choice(list(Risk)), confirm_name=dice.choice(("", "", "daily", "creds")),
        )  # fmt: skip
        gate = Gate(self._runner, self._target)
        approval = self._approval(request, request.approve)
        async for event in gate.run(request, approval):
            if isinstance(event, Line):
                self._drawn(event.text)

    def _session(self, issue: CompiledIssue | None) -> Any:
        base = KnowledgeBase({issue.issue.id: issue} if issue else {})
        source = SourceInfo(SourceType.CLUSTER, "lab", "openshift-adp")
        snapshot = Snapshot(source, datetime.now(UTC), {})
        return _Session(base, SimpleNamespace(snapshot=snapshot))

    async def _go(self, on: Runbook | Prompt, request: Request) -> None:
        """Run a request with some approval, and perhaps once more with the same."""
        self._drawn(command_row(request.shown, self._target).plain, typed=True)
        self._check_shown(request)
        approve: Callable[..., Approval] = request.approve
        if self._dice.random() < 0.4:
            looked = await on.inspect(request)
            request, approve = looked.request, looked.approve
            self._shown(*looked.consequences, looked.preview.message, typed=True)
            for line in looked.preview.difference:
                self._drawn(line)
            for guard in looked.guards:
                self._shown(guard.message, *guard.details, typed=True)
        approval = self._approval(request, approve)
        again = self._dice.random() < 0.2
        for _ in range(2 if again else 1):
            tampered = request
            if self._dice.random() < 0.15:
                extra = hostile.word(self._dice, str(self._trip))
                tampered = replace(request, argv=(*request.argv, extra))
                self._count("tampered")
            async with contextlib.aclosing(on.run(tampered, approval)) as events:
                async for event in events:
                    if isinstance(event, Line):
                        self._drawn(event.text)

    def _approval(self, request: Request, approve: Callable[..., Approval]) -> Any:
        """Return an approval: none, another command's, a forged one, or a person's own."""
        kind = self._dice.choice(("none", "other", "forged", "right", "right", "right", "right"))
        self._count(f"approval {kind}")
        if kind == "none":
            return None
        if kind == "other":
            other = Request("step", "run", (*request.argv, "x"), request.stdin, Risk.CHANGE)
            self._granted[other.argv, other.stdin] += 1
            return other.approve()
        if kind == "forged":
            try:
                return Approval(request.digest, request.confirm_name, "", "", object())
            except TypeError:
                return SimpleNamespace(
                    digest=request.digest, typed=request.confirm_name, context="", seen="",
                    use=lambda: True,
                )  # fmt: skip
        approval = approve(request.confirm_name)
        self._granted[request.argv, request.stdin] += 1
        return approval

    # What must never happen

    def _check_calls(self) -> None:
        for call in self._runner.calls:
            self._count("commands started")
            rest = self._rest(call)
            if rest is None:
                continue
            verb = rest[1] if rest[0] in {"rollout"} and len(rest) > 1 else rest[0]
            tried = any(each in {"--dry-run=server", "--dry-run=client"} for each in rest)
            if verb in _READS or tried:
                self._count("reads")
                continue
            self._count("changes")
            key = (call.argv, call.stdin)
            if self._granted[key] <= 0:
                self._wrong("a change ran that nobody approved", call.argv)
            self._granted[key] -= 1
        if isinstance(self._runner, Process):
            self._check_processes(self._runner)

    def _rest(self, call: Command) -> tuple[str, ...] | None:
        pinned = self._target.pinned
        if call.argv[: len(pinned)] != pinned:
            self._wrong("a command went elsewhere", call.argv)
            return None
        rest = call.argv[len(pinned) :]
        if rest[:1] == ("-n",):
            rest = rest[2:]
        flags = [each for each in rest if each.startswith("-")]
        if any(each.startswith(_LEADING_AWAY) or each == "-n" for each in flags):
            after = dict(zip(rest[1:], rest, strict=False))
            # The value of `-p` or `-c` may look like one.
            if not all(after.get(each, "") in {"-p", "-c", "-l", "--type"} for each in flags):
                self._wrong("a flag leads to another place", call.argv)
        return rest or ("",)

    def _check_processes(self, runner: Process) -> None:
        given = Counter(
            (tuple(each.encode() for each in call.argv[1:]), (call.stdin or "").encode())
            for call in runner.calls
            if not any("\0" in each for each in call.argv)
        )
        seen = Counter(runner.seen())
        self._tally.counts["processes started"] += sum(seen.values())
        if seen - given:
            self._wrong("a process got something else", list(seen - given))
        missing = given - seen
        if sum(missing.values()) > sum(len(b"".join(argv)) > 100_000 for argv, _ in missing):
            self._wrong("a process did not start", next(iter(missing))[0])

    def _check_shown(self, request: Request) -> None:
        """What is shown is what runs, to the last byte."""
        shown, body = request.shown, None
        if request.stdin is not None:
            shown, _, body = shown.partition(" <<'")
            end, _, body = body.partition("'\n")
            body = body.removesuffix(f"\n{end}") + "\n"
        if tuple(shlex.split(shown)) != request.argv:
            self._wrong("another command is shown than runs", shown)
        if body is not None and body != request.stdin:
            self._wrong("another manifest is shown than runs", body)

    def _shown(self, *texts: Text | str | None, typed: bool = False) -> None:
        for text in texts:
            for each in (text.en, text.ja) if isinstance(text, Text) else (text or "",):
                self._drawn(each, typed=typed)

    def _drawn(self, text: str, *, typed: bool = False) -> None:
        """Look at a text as a screen draws it and the clipboard takes it."""
        self._count("texts drawn")
        for content in (plain(text), one_line(text)):
            if content.spans:
                self._wrong("markup was obeyed", text)
            odd = [
                sign
                for sign in content.plain
                if (ord(sign) < 32 and sign != "\n")
                or 0x7F <= ord(sign) < 0xA0
                or sign in _BIDI
                or 0xD800 <= ord(sign) <= 0xDFFF
            ]
            if odd:
                self._wrong("a control character is drawn", odd[:5])
        self._search("screen or clipboard", text, (hostile.OUT,))

    def _check_record(self, journal: Journal) -> None:
        if not journal.begun:
            return
        self._count("records")
        planted = (hostile.OUT, hostile.IN)
        self._search("record", journal.path.read_text(), planted)
        for form, language in (("json", "en"), ("markdown", "en"), ("markdown", "ja")):
            text = export(journal.id, form, language, journal.path.parent)  # type: ignore[arg-type]
            self._search(f"export {form}", text, planted)
            if "\x1b" in text or any(sign in text for sign in _BIDI):
                self._wrong("an export holds what a terminal obeys", form)
        journal.path.unlink()

    def _search(self, where: str, text: str, planted: Iterable[str]) -> None:
        for mark in planted:
            for each in (mark, base64.b64encode(mark.encode()).decode()):
                at = text.find(each)
                if at >= 0:
                    self._wrong(f"a secret is in the {where}", text[max(0, at - 200) : at + 40])


async def run(numbers: Iterable[int], folder: Path) -> Tally:
    """Drive the cases with these numbers; return what came of them."""
    tally = Tally()
    issues = [_compiled(kind, template) for kind, template in _TEMPLATES]
    for number in numbers:
        own = folder / "case"
        own.mkdir(parents=True, exist_ok=True)
        await Case(number, own, tally, issues).run()
        if number % REAL_EVERY == 0:
            shutil.rmtree(own)
    return tally


def main() -> None:
    """Drive many cases and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    chosen = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        numbers = range(chosen.first, chosen.first + chosen.count)
        tally = asyncio.run(run(numbers, Path(folder)))
    print(
        json.dumps(
            {
                "cases": chosen.count,
                "seconds": round(time.perf_counter() - began, 1),
                "counts": dict(sorted(tally.counts.items())),
                "violations": len(tally.violations),
                "first_violations": tally.violations[:20],
            },
            indent=2,
        )
    )
    sys.exit(1 if tally.violations else 0)


if __name__ == "__main__":
    main()
