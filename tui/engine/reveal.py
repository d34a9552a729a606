"""Shows one value of one Secret to a person who asked for it, and to nobody else.

The value never leaves this module as text but through `Revealed.shown`, which a screen draws and
forgets again. It is in no record, no message, no exception.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from knowledge.model import Risk
from knowledge.redact import redact
from knowledge.text import Text
from knowledge.unseen import UNSEEN
from tui.engine.gate import Gate
from tui.engine.ports import Ending, Exited, Line, RunEvent
from tui.engine.request import Request, Stopped
from tui.engine.target import Target

SECONDS: Final = 20.0
"""How long a value is shown."""
_LENGTHS: Final = 'go-template={{range $k,$v := .data}}{{$k}} {{len $v}}{{"\\n"}}{{end}}'
_LONGEST: Final = 4 << 20
"""Characters of a Secret that are read; the server takes 1 MiB of values."""
_MOST: Final = 1_000
"""Keys that are listed."""
_KEY: Final = re.compile(r"([-._A-Za-z0-9]{1,253}) ([0-9]{1,8})")
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One key of a Secret, without its value."""

    key: str
    length: int
    """Bytes of the value, at most two too many."""


class Revealed:
    """One value that a person asked to see. It cannot be printed, copied or kept by accident."""

    __slots__ = ("_value", "key", "name", "namespace")

    def __init__(self, namespace: str, name: str, key: str, value: bytes) -> None:
        """Take where it is from, and the value."""
        self.namespace = namespace
        self.name = name
        self.key = key
        self._value = bytearray(value)

    def shown(self) -> str:
        """Return the value as a screen draws it; what a terminal would obey is made visible."""
        text = self._value.decode("utf-8", errors="backslashreplace")
        return "\n".join(UNSEEN.sub(_visible, line) for line in text.split("\n"))

    def forget(self) -> None:
        """Overwrite the value; nothing is shown any more."""
        self._value[:] = bytes(len(self._value))
        self._value.clear()

    @property
    def forgotten(self) -> bool:
        """Return whether there is nothing to show."""
        return not self._value

    def __repr__(self) -> str:
        return f"Revealed({self.namespace}/{self.name}, {self.key})"

    def __reduce__(self) -> str:
        """Refuse to be copied or written.

        Raises:
            TypeError: it was tried.
        """
        raise TypeError("a revealed value cannot be copied")

    def __reduce_ex__(self, protocol: Any) -> str:
        """Refuse to be copied or written.

        Raises:
            TypeError: it was tried.
        """
        return self.__reduce__()


class _Secret(msgspec.Struct):
    kind: str = ""
    data: dict[str, str] | None = None


async def keys_of(
    gate: Gate, target: Target, namespace: str, name: str
) -> tuple[SecretKey, ...] | Text:
    """Return the keys of a Secret with the lengths of their values, or why they are not known."""
    if not _NAME.fullmatch(name):
        return _no_name(name)
    argv = target.argv(namespace, ("get", "secrets", name, "-o", _LENGTHS))
    request = Request("reveal", "run", argv, None, Risk.READ, timeout=_TIMEOUT)
    try:
        answer = await _read(gate.run(request))
    except Stopped as stopped:
        return stopped.message
    if isinstance(answer, Text):
        return answer
    found = (_KEY.fullmatch(line.strip()) for line in answer.decode().splitlines()[:_MOST])
    return tuple(SecretKey(each[1], int(each[2]) // 4 * 3) for each in found if each)


async def reveal(
    gate: Gate,
    namespace: str,
    name: str,
    key: str,
    log: Callable[..., Text | None],
) -> Revealed | Text:
    """Return one value of a Secret, or why there is none.

    Args:
        gate: what reads it.
        namespace: where the Secret is.
        name: the Secret.
        key: the key of the value.
        log: writes an event into the record, as `Journal.write` does. It is written that the
            value was asked for, before it is read; without a record nothing is shown.
    """
    if not _NAME.fullmatch(name):
        return _no_name(name)
    problem = log("revealed", namespace=namespace, secret=name, key=key)
    if problem is not None:
        return problem
    try:
        answer = await _read(gate.reveal(namespace, name))
    except Stopped as stopped:
        return stopped.message
    if isinstance(answer, Text):
        return answer
    value = _value(answer, key)
    answer[:] = bytes(len(answer))
    return value if isinstance(value, Text) else Revealed(namespace, name, key, value)


def _value(answer: bytearray, key: str) -> bytes | Text:
    # No error is passed on: its text could hold what was read.
    try:
        secret = msgspec.json.decode(answer, type=_Secret)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return Text(
            en="The server's answer is no Secret, or too long to be read.",
            ja="サーバーの応答がシークレットではないか、長すぎて読み取れません。",
        )
    code = (secret.data or {}).get(key)
    if secret.kind != "Secret" or code is None:
        return Text(
            en=f"The Secret has no key {key[:253]!r}. List its keys again.",
            ja=f"シークレットにキー {key[:253]!r} がありません。キーを一覧し直してください。",
        )
    try:
        return base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        return Text(en="The value is not valid Base64.", ja="値が正しい Base64 ではありません。")


async def _read(events: AsyncIterator[RunEvent]) -> bytearray | Text:
    """Return what a command wrote, or one sentence on why it failed."""
    output = bytearray()
    errors: list[str] = []
    end: Exited | None = None
    async with aclosing(events) as read:  # type: ignore[type-var]
        async for event in read:
            if isinstance(event, Exited):
                end = event
            elif isinstance(event, Line) and event.stream == "stdout":
                if len(output) < _LONGEST:
                    output += event.text.encode("utf-8", errors="replace") + b"\n"
            elif len(errors) < 5:
                errors.append(event.text[:500])
    if end is not None and end.ending is Ending.EXIT and end.code == 0:
        return output
    said = " ".join(redact("\n".join([*errors, end.message if end else ""])).split())[:400]
    return Text(
        en=f"The Secret cannot be read: {said or 'no answer'}",
        ja=f"シークレットを読み取れません: {said or '応答がありません'}",
    )


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _no_name(name: str) -> Text:
    return Text(
        en=f"{name[:253]!r} is no name of a Secret.",
        ja=f"{name[:253]!r} はシークレットの名前として正しくありません。",
    )
