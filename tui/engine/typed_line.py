"""Reads a line that a person typed or pasted: words for `oc`, and nothing that a shell would do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.oc_arguments import REDIRECTING, take_namespaces
from knowledge.text import Text
from knowledge.velero_cli import velero_call
from tui.engine.request import Refused
from tui.engine.target import NAMESPACE

LONGEST: Final = 16_384
"""Characters of a line."""
_PROGRAMS: Final = frozenset({"oc", "kubectl"})
_SHELL: Final = {
    "|": "|", ";": ";", "&": "&", "<": "<", ">": ">", "`": "`", "(": "(", ")": ")", "\n": "\n",
}  # fmt: skip
"""What a shell would act on outside quotes."""
_EXPANDS: Final = re.compile(r"\$[A-Za-z_0-9({@*#?$!-]")
_HEREDOC: Final = re.compile(r"[ \t]*<<[ \t]*(?P<quote>['\"]?)(?P<end>[A-Za-z_]+)(?P=quote)[ \t]*$")


@dataclass(frozen=True, slots=True)
class TypedLine:
    """The words of a line, the namespace taken out."""

    arguments: tuple[str, ...]
    """What `oc` gets after what is pinned; the verb first. Empty: nothing was typed yet."""
    namespace: str
    """As it was typed; empty if none was."""


def read_line(text: str, pinned: Sequence[str] = ()) -> TypedLine:
    """Return the words of `text`.

    Quotes and backslashes mean what they mean to a shell; nothing is ever expanded.

    Args:
        text: the line, with or without `oc` in front.
        pinned: the beginning of each command line of the target: a command that was copied from
            this program has it in front, and means the same place.

    Raises:
        Refused: it is no plain command for the pinned place; the message says why.
    """
    if len(text) > LONGEST:
        raise Refused(
            Text(
                en=f"The line is longer than {LONGEST} characters.",
                ja=f"行が {LONGEST} 文字を超えています。",
            )
        )
    text = text.strip().removeprefix("$ ")
    _check_shell(text)
    try:
        words = shlex.split(text)
    except ValueError:
        raise Refused(
            Text(
                en="A quote is open, or the line ends in a backslash.",
                ja="引用符が閉じていないか、行がバックスラッシュで終わっています。",
            )
        ) from None
    words = _without_program(words, pinned)
    names, rest = take_namespaces(words)
    _check_place(rest)
    return TypedLine(rest, _namespace(names, rest))


def split_pasted(text: str) -> tuple[str, str]:
    """Return the command line and the manifest of pasted text.

    `oc apply -f - <<'EOF'` with the lines up to `EOF` is how commands with a manifest are shown
    and copied; everything else is one line (a backslash joins lines), without a manifest.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    found = _HEREDOC.search(lines[0])
    if found is not None:
        body = lines[1:]
        if found["end"] in body:
            body = body[: body.index(found["end"])]
        return lines[0][: found.start()].rstrip(), "\n".join(body) + "\n"
    return "\n".join(lines).replace("\\\n", " "), ""


def _without_program(words: list[str], pinned: Sequence[str]) -> list[str]:
    if pinned and tuple(words[: len(pinned)]) == tuple(pinned):
        return words[len(pinned) :]
    if words and words[0] in _PROGRAMS:
        words = words[1:]
        # `oc --context lab …`, as people write what the program shows with a full path.
        flags = list(pinned[1:])
        if flags and words[: len(flags)] == flags:
            words = words[len(flags) :]
    return words


def _check_shell(text: str) -> None:
    """Refuse what a shell would act on: here it would silently be part of a name.

    Raises:
        Refused: there is such a sign outside quotes, or a variable outside single quotes.
    """
    quote = ""
    begins = True
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and quote != "'":
            at += 2
            begins = False
            continue
        if quote:
            if sign == quote:
                quote = ""
            elif quote == '"' and (sign == "`" or _EXPANDS.match(text, at)):
                raise _no_shell(sign)
        elif sign in "'\"":
            quote = sign
        elif sign in _SHELL or (sign == "#" and begins) or _EXPANDS.match(text, at):
            shown = text[at : at + 2] if sign in "&|<>" or text[at : at + 2] == "$(" else sign
            raise _no_shell(shown)
        begins = sign in " \t"
        at += 1


def _no_shell(sign: str) -> Refused:
    shown = "a line end" if sign == "\n" else f"`{sign.strip()}`"
    shown_ja = "改行" if sign == "\n" else f"`{sign.strip()}`"
    return Refused(
        Text(
            en=f"There is no shell here: {shown} does nothing. Type one command; put signs that "
            "belong to a value into single quotes.",
            ja=f"ここにはシェルがないため、{shown_ja} は使えません。コマンドを 1 つだけ入力し、"
            "値に含まれる記号は単一引用符で囲んでください。",
        )
    )


def _check_place(words: Sequence[str]) -> None:
    """Refuse what leads elsewhere or needs a terminal, each with its own reason.

    Raises:
        Refused: it does.
    """
    if velero_call(words) is not None:
        # What follows `--` is read by Velero, not by `oc`.
        return
    for word in words:
        name = word.partition("=")[0]
        if name.startswith("--") and name[2:].replace("_", "-") in REDIRECTING - {"namespace"}:
            raise Refused(
                Text(
                    en=f"`{name}` leads to another cluster, user or namespace. The prompt stays "
                    "where it was opened.",
                    ja=f"`{name}` を指定すると、別のクラスター、ユーザー、namespace が対象に"
                    "なります。このプロンプトの対象は、開いたときのものに固定されています。",
                )
            )
    if words and (reason := _ELSEWHERE.get(words[0])) is not None:
        raise Refused(reason)


def _namespace(names: tuple[str, ...], rest: Sequence[str]) -> str:
    if not names:
        return ""
    everywhere = any(each in {"-A", "--all-namespaces"} for each in rest)
    if len(names) > 1 or everywhere:
        raise Refused(
            Text(
                en="Say one namespace (`-n`) or all of them (`-A`), once.",
                ja="namespace（`-n`）または全 namespace（`-A`）のどちらかを 1 回だけ"
                "指定してください。",
            )
        )
    if not NAMESPACE.fullmatch(names[0]):
        raise Refused(
            Text(
                en=f"{names[0][:80]!r} is no name of a namespace.",
                ja=f"{names[0][:80]!r} は namespace の名前として正しくありません。",
            )
        )
    return names[0]


def _terminal(verb: str) -> Text:
    return Text(
        en=f"`oc {verb}` needs a terminal or a connection of its own. Run it in a shell.",
        ja=f"`oc {verb}` には専用の端末または接続が必要です。シェルで実行してください。",
    )


def _moves(verb: str) -> Text:
    return Text(
        en=f"`oc {verb}` changes who you are or where you are, and the prompt stays where it was "
        "opened. Run it in a shell.",
        ja=f"`oc {verb}` はユーザーまたは接続先を変えます。このプロンプトの対象は、開いたときの"
        "ものに固定されているため、シェルで実行してください。",
    )


_ELSEWHERE: Final = {
    **{
        verb: _terminal(verb)
        for verb in ("exec", "rsh", "attach", "debug", "port-forward", "proxy", "cp", "rsync",
                     "run", "start-build")
    },
    **{verb: _moves(verb) for verb in ("login", "logout", "project", "new-project")},
    "edit": Text(
        en="`oc edit` opens an editor, which has no place here. Use `oc patch`, or "
        "`oc apply -f -` with a manifest.",
        ja="`oc edit` はエディターを開くため、ここでは使えません。`oc patch`、またはマニフェストを"
        "指定した `oc apply -f -` を使用してください。",
    ),
}  # fmt: skip
"""Verbs that cannot work here, whatever follows them."""
