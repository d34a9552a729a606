"""What a change would do, asked of the server by a dry run and shown as a difference."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import yaml

from knowledge.model import Risk
from knowledge.quiet import fingerprint, quiet
from knowledge.redact import redact_object
from knowledge.risk import Classification
from knowledge.text import Text
from tui.engine.gate import Gate
from tui.engine.plain_line import plain_line
from tui.engine.ports import Ending, Exited
from tui.engine.request import Request, Stopped

_SUPPORTED: Final = frozenset(
    {"label", "annotate", "patch", "create", "apply", "delete", "scale", "set env", "set image",
     "set resources", "replace"}
)  # fmt: skip
_TIMEOUT: Final = 20.0
_MOST: Final = 2_000
"""Lines of an object that are compared, and of a difference that are kept."""
_CHARACTERS: Final = 16 << 20


@dataclass
class Preview:
    """What a change would do."""

    supported: bool
    difference: tuple[str, ...]
    """Unified difference in YAML, redacted; empty if nothing would change or it is not known."""
    message: Text
    refused: bool = False
    """Whether the server answered that it would not do it."""
    goes_with: tuple[str, ...] = ()
    """Deletions: the objects that go with it, as far as they were read."""
    more: int = 0
    """How many further ones go with it."""
    unseen: Text | None = None
    """Deletions: what could not be seen from here."""


@dataclass(frozen=True, slots=True)
class Look:
    """One object as it is, and what a change would make of it."""

    preview: Preview | None
    """None where nothing was asked of the server but the object itself."""
    before: Mapping[str, Any] | None = None
    """The object as it is now, redacted; None if it is not there or could not be read."""
    found: bool | None = None
    """Whether the object is there; None: the command names no single one, or nobody knows."""
    after: Mapping[str, Any] | None = None
    """The object as the server's dry run returned it, redacted."""


@dataclass(frozen=True, slots=True)
class _Answer:
    code: int | None
    output: str
    errors: str


async def make_preview(gate: Gate, request: Request) -> Preview:
    """Ask the server what `request` would do; nothing is changed by it."""
    return (await look(gate, request)).preview or _unsupported()


async def look(gate: Gate, request: Request) -> Look:
    """Read the object that `request` aims at, and ask what would become of it; changes nothing."""
    try:
        judged, _ = gate.judge(request)
        if judged.verb not in _SUPPORTED or judged.dry_run:
            before, found = await live_object(gate, request, judged)
            return Look(_unsupported(), before, found)
        return await _look(gate, request, judged)
    except Stopped as stopped:
        return Look(Preview(False, (), stopped.message))


async def _look(gate: Gate, request: Request, judged: Classification) -> Look:
    deleting = judged.verb == "delete"
    form = ("name",) if deleting else ("json",)
    dry = (*without_output(request.argv), "--dry-run=server", "-o", *form)
    answer, (before, found) = await asyncio.gather(
        _ask(gate, replace(request, argv=dry)), live_object(gate, request, judged)
    )
    if answer.code != 0:
        return Look(_failed(answer), before, found)
    if deleting:
        return Look(await _deletion(answer, before), before, found)
    after = _object(answer.output)
    if after is None:
        return Look(_unsupported(), before, found)
    difference = await asyncio.to_thread(difference_of, before or {}, after)
    if not difference:
        message = Text(
            en="The server would change nothing.", ja="サーバー上では何も変更されません。"
        )
    elif before:
        message = Text(
            en="The server would make these changes.", ja="サーバー上で次の変更が行われます。"
        )
    else:
        message = Text(
            en="The server would create this object.",
            ja="サーバー上に次のオブジェクトが作成されます。",
        )
    return Look(Preview(True, difference, message), before, found, after)


_NOTHING_MATCHES: Final = "No resources found"
"""What `oc delete` prints, with exit code 0, where a selector matches nothing."""


async def _deletion(answer: _Answer, live: Mapping[str, Any] | None) -> Preview:
    told = [line for line in answer.output.splitlines() if line.strip()]
    if not told or told[0].startswith(_NOTHING_MATCHES):
        return Preview(
            True,
            (),
            Text(
                en="Nothing matches: the server would delete nothing.",
                ja="該当するオブジェクトがないため、サーバー上では何も削除されません。",
            ),
        )
    names = [f"- {line}" for line in told][:_MOST]
    lines = await asyncio.to_thread(difference_of, live, {}) if live else tuple(names)
    count = len(names)
    return Preview(
        True,
        lines,
        Text(
            en=f"The server would delete {count} object{'s' if count != 1 else ''}.",
            ja=f"サーバー上で {count} 個のオブジェクトが削除されます。",
        ),
    )


async def live_object(
    gate: Gate, request: Request, judged: Classification
) -> tuple[Mapping[str, Any] | None, bool | None]:
    """Return the one object that `request` aims at as it is now, redacted, and whether it is there.

    `(None, False)`: the server says that there is none. `(None, None)`: the command names no
    single object, or it could not be read.
    """
    if len(judged.objects) != 1 or not judged.objects[0][1]:
        return None, None
    kind, name = judged.objects[0]
    if request.stdin is not None:
        kind = _full_kind(msgspec.json.decode(request.stdin), kind)
    read = (*_head(request.argv), "get", f"{kind}/{name}", "-o", "json")
    answer = await _ask(gate, replace(request, argv=read, stdin=None))
    if answer.code != 0:
        gone = answer.code is not None and "(NotFound)" in answer.errors
        return None, False if gone else None
    body = _object(answer.output)
    return body, None if body is None else True


def seen_as(body: Mapping[str, Any] | None, found: bool | None) -> str:
    """Return what tells this state of an object from others; empty where it is not known."""
    if found is None:
        return ""
    return "absent" if body is None else fingerprint(body)


def as_yaml(body: Mapping[str, Any]) -> str:
    """Return an object as YAML, redacted."""
    return yaml.safe_dump(redact_object(body), sort_keys=False, allow_unicode=True, width=4_096)


def without_output(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return `argv` without `-o`, which a preview chooses itself."""
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word in {"-o", "--output"}:
            next(words, None)
        elif not word.startswith(("-o", "--output=")):
            kept.append(word)
    return tuple(kept)


def _head(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the pinned beginning of `argv`, with its namespace."""
    at = argv.index("--context") + 2
    return argv[: at + 2] if argv[at : at + 1] == ("-n",) else argv[:at]


def _full_kind(body: Any, kind: str) -> str:
    """Return `kind.version.group`, which is unambiguous."""
    version = str(body.get("apiVersion", "")) if isinstance(body, Mapping) else ""
    group, slash, version = version.rpartition("/")
    return f"{kind}.{version}.{group}" if slash else kind


async def _ask(gate: Gate, request: Request) -> _Answer:
    asked = replace(request, purpose="preview", risk=Risk.READ, timeout=_TIMEOUT, busy=())
    texts: dict[str, list[str]] = {"stdout": [], "stderr": []}
    size = 0
    code: int | None = None
    async with aclosing(gate.run(asked)) as events:  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, Exited):
                code = event.code if event.ending is Ending.EXIT else None
                if event.message:
                    texts["stderr"].append(event.message)
            elif size < _CHARACTERS:
                size += len(event.text)
                texts[event.stream].append(event.text)
    return _Answer(code, "\n".join(texts["stdout"]), "\n".join(texts["stderr"]))


def _object(text: str) -> dict[str, Any] | None:
    try:
        body = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return redact_object(body) if isinstance(body, Mapping) and "kind" in body else None


def difference_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the unified difference of two objects as YAML, without what changes by itself."""
    lines = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=3)
    # The first two lines name files, which these are not.
    return tuple(plain_line(line) for line in list(lines)[2:_MOST])


def _lines(body: Mapping[str, Any]) -> list[str]:
    return as_yaml(quiet(body)).splitlines()[:_MOST] if body else []


def _unsupported() -> Preview:
    return Preview(
        False,
        (),
        Text(
            en="There is no preview for this command: the server cannot try it out.",
            ja="このコマンドはサーバー側のドライランに対応していないため、プレビューできません。",
        ),
    )


def _failed(answer: _Answer) -> Preview:
    reason = " ".join((answer.errors or answer.output).split())[:400]
    if answer.code is None:
        return Preview(
            True,
            (),
            Text(
                en=f"The server did not answer the dry run. {reason}".rstrip(),
                ja=f"ドライランに対するサーバーの応答がありません。{reason}",
            ),
        )
    return Preview(
        True,
        (),
        Text(
            en=f"The server refuses this change: {reason}",
            ja=f"サーバーがこの変更を拒否しています: {reason}",
        ),
        refused=True,
    )
