"""Turns a step's `run` and `stdin` into arguments and a manifest; no shell is ever between.

`${name}` is replaced inside one argument and never splits it, and no value can turn an argument
into a flag.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from knowledge import pattern
from knowledge.model import Input, Step
from knowledge.path import as_text
from knowledge.secret_marks import REDACTED
from knowledge.text import PLACEHOLDER, Text, fill, names
from knowledge.unseen import UNSEEN

_LONGEST_VALUE: Final = 4_096
_LONGEST_MANIFEST: Final = 1 << 20
_DEPTH: Final = 32


class CommandProblem(Exception):
    """A command that can't be made, with the reason for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class MissingValue(CommandProblem):
    """A placeholder without a value."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            Text(en=f"`{name}` has no value yet.", ja=f"`{name}` の値がまだありません。")
        )


def check_value(given: Input, value: str) -> Text | None:
    """Return what is wrong with `value` for the input `given`, or None.

    An empty value is right for optional inputs only.
    """
    if not value:
        if given.optional:
            return None
        return Text(en="A value is needed.", ja="値が必要です。")
    if len(value) > _LONGEST_VALUE:
        return Text(
            en=f"The value is longer than {_LONGEST_VALUE} characters.",
            ja=f"値が {_LONGEST_VALUE} 文字を超えています。",
        )
    if not _clean(value):
        return Text(
            en="The value holds control or invisible characters.",
            ja="値に制御文字または見えない文字が含まれています。",
        )
    if REDACTED in value:
        return Text(
            en="The value was left out of the record. Enter it again.",
            ja="値は記録に残されていません。もう一度入力してください。",
        )
    try:
        fits = pattern.compiled(given.pattern).fullmatch(value) is not None
    except pattern.BadPattern as problem:
        return Text(
            en=f"The pattern of this input is broken: {problem}",
            ja=f"この入力のパターンに誤りがあります: {problem}",
        )
    if not fits:
        return Text(
            en=f"The value must match {given.pattern}",
            ja=f"値は次のパターンに一致する必要があります: {given.pattern}",
        )
    return None


def arguments(run: Sequence[Any], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments of `oc` for `run`, every `${name}` replaced.

    A mapping or list becomes one argument of compact JSON.

    Raises:
        MissingValue: a placeholder has no value.
        CommandProblem: an argument would not be what the step's author wrote.
    """
    return tuple(_argument(each, values) for each in run)


def manifest(
    stdin: Mapping[str, Any], values: Mapping[str, str], namespace: str = ""
) -> dict[str, Any]:
    """Return the manifest with every `${name}` replaced and its namespace filled in if absent.

    Raises:
        MissingValue: a placeholder has no value.
        CommandProblem: the manifest is too big or too deep.
    """
    filled: dict[str, Any] = _filled(stdin, values, 0)
    if namespace:
        for body in _bodies(filled):
            metadata = body.setdefault("metadata", {})
            if isinstance(metadata, dict):
                metadata.setdefault("namespace", namespace)
    return filled


def manifest_text(body: Mapping[str, Any]) -> str:
    """Return `body` as JSON for standard input; `oc` reads JSON wherever it reads YAML."""
    try:
        text = msgspec.json.format(msgspec.json.encode(body), indent=2).decode() + "\n"
    except ValueError:
        raise CommandProblem(
            Text(
                en="The manifest is not valid Unicode.",
                ja="マニフェストが正しい Unicode ではありません。",
            )
        ) from None
    if len(text) > _LONGEST_MANIFEST:
        raise CommandProblem(Text(en="The manifest is too big.", ja="マニフェストが大きすぎます。"))
    return text


def needs(step: Step) -> frozenset[str]:
    """Return the names of the values that the command of `step` uses."""
    return frozenset(_names((*step.run, step.stdin, step.namespace)))


def shown(argv: Sequence[str], stdin: str | None = None) -> str:
    """Return the command as it can be pasted into a shell."""
    line = shlex.join(argv)
    if stdin is None:
        return line
    end = "EOF"
    while end in stdin.split("\n"):
        end += "_"
    return f"{line} <<'{end}'\n{stdin.removesuffix(chr(10))}\n{end}"


def _argument(template: Any, values: Mapping[str, str]) -> str:
    if isinstance(template, Mapping | list | tuple):
        return msgspec.json.encode(_filled(template, values, 0)).decode()
    if not isinstance(template, str):
        text = as_text(template)
        if not text:
            raise CommandProblem(
                Text(
                    en=f"An argument of type {type(template).__name__} is not possible.",
                    ja=f"型 {type(template).__name__} の引数は使えません。",
                )
            )
        return text
    argument = _text(template, values)
    if not argument:
        raise CommandProblem(
            Text(en=f"The argument {template!r} is empty.", ja=f"引数 {template!r} が空です。")
        )
    if argument.startswith("-") and not template.startswith("-"):
        raise CommandProblem(
            Text(
                en=f"The value of {template!r} would be read as a flag: {argument[:60]!r}.",
                ja=f"{template!r} の値がフラグとして解釈されます: {argument[:60]!r}",
            )
        )
    return argument


def _text(template: str, values: Mapping[str, str]) -> str:
    for name in names(template):
        value = values.get(name)
        if not value:
            raise MissingValue(name)
        if not _clean(value):
            raise CommandProblem(
                Text(
                    en=f"The value of `{name}` holds control or invisible characters.",
                    ja=f"`{name}` の値に制御文字または見えない文字が含まれています。",
                )
            )
    return fill(template, values)


def _filled(node: Any, values: Mapping[str, str], depth: int) -> Any:
    if depth > _DEPTH:
        raise CommandProblem(Text(en="The manifest is too deep.", ja="マニフェストが深すぎます。"))
    if isinstance(node, Mapping):
        for key in node:
            if PLACEHOLDER.search(str(key)):
                raise CommandProblem(
                    Text(
                        en=f"A key cannot hold a placeholder: {key!r}.",
                        ja=f"キーにはプレースホルダーを使えません: {key!r}",
                    )
                )
        return {str(key): _filled(value, values, depth + 1) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_filled(each, values, depth + 1) for each in node]
    return _text(node, values) if isinstance(node, str) else node


def _bodies(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    items = body.get("items")
    if body.get("kind") == "List" and isinstance(items, list):
        return [each for each in items if isinstance(each, dict)]
    return [body]


def _names(node: Any) -> Iterable[str]:
    if isinstance(node, str):
        return names(node)
    if isinstance(node, Mapping):
        node = list(node.values())
    if isinstance(node, list | tuple):
        return [name for each in node for name in _names(each)]
    return ()


def _clean(value: str) -> bool:
    """Return whether `value` is free of what moves a cursor, hides or reorders text."""
    return "\t" not in value and UNSEEN.search(value) is None
