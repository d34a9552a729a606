"""Reads the arguments of `oc` the way its own command line parser does.

Whatever the two could read differently is refused instead of guessed: doubled flags, `--`,
switches with odd values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.text import Text
from knowledge.unseen import INVISIBLE
from knowledge.verbs import VERBS, Takes, Verb

_LONGEST: Final = 131_072
"""Bytes that one argument may have; Linux takes no more."""
_MANY: Final = 256
"""Arguments of one command."""
REDIRECTING: Final = frozenset(
    {
        "context", "kubeconfig", "cluster", "user", "server", "token", "as", "as-group", "as-uid",
        "as-user-extra", "username", "password", "tls-server-name", "insecure-skip-tls-verify",
        "certificate-authority", "client-certificate", "client-key", "cache-dir", "namespace",
        "match-server-version", "profile", "kuberc",
    }
)  # fmt: skip
"""Flags that lead to another target than the pinned one, or past its checks."""
_REDIRECTING_SHORT: Final = frozenset("sn")


class NotTaken(Exception):
    """Arguments that do not run, with the reason for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one command, taken apart."""

    name: tuple[str, ...]
    """The verb with its subcommand: `("rollout", "restart")`."""
    verb: Verb
    words: tuple[str, ...]
    """What is not a flag, after the verb."""
    flags: Mapping[str, str]
    """Long flag name -> value; `true` for a switch without a value."""

    def on(self, flag: str) -> bool:
        """Return whether `flag` is there at all: `--force=false` counts, to be safe."""
        return flag in self.flags


def parse(args: Sequence[str]) -> Arguments:
    """Return `args` taken apart.

    Raises:
        NotTaken: the verb or a flag is not in the table, or two readings are possible.
    """
    if not args or len(args) > _MANY:
        raise NotTaken(
            Text(
                en=f"A command has 1 to {_MANY} arguments; this one has {len(args)}.",
                ja=f"コマンドの引数は 1～{_MANY} 個です。このコマンドは {len(args)} 個です。",
            )
        )
    for each in args:
        _sound(each)
    name, verb = _verb(args)
    words: list[str] = []
    flags: dict[str, str] = {}
    rest = list(args[len(name) :])
    at = 0
    while at < len(rest):
        argument = rest[at]
        at += 1
        if argument.startswith("--"):
            at = _long(argument, rest, at, verb, flags)
        elif argument.startswith("-"):
            at = _cluster_of_short(argument, rest, at, verb, flags)
        else:
            words.append(argument)
    return Arguments(name, verb, tuple(words), flags)


def take_namespaces(args: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the namespaces that a person typed (`-n NS` in any spelling), and `args` without them.

    A word is taken out only where `oc` would read it as that flag, not where it is the value of
    another one. What is left is for `parse`, which refuses every other spelling.
    """
    names: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(args):
        word = args[at]
        at += 1
        flag, joined, value = word.partition("=")
        if flag in {"-n", "--namespace"}:
            if not joined and at < len(args):
                value = args[at]
                at += 1
            names.append(value)
        elif word.startswith("-n") and not word.startswith("--"):
            names.append(word[2:])
        else:
            rest.append(word)
            if _expects_value(word, rest) and at < len(args):
                rest.append(args[at])
                at += 1
    return tuple(names), tuple(rest)


def _expects_value(word: str, before: Sequence[str]) -> bool:
    """Return whether the next word is the value of the flag `word`; `before` has the verb."""
    verb = next(
        (
            VERBS[name]
            for length in (1, 2, 3)
            if len(name := tuple(before[:length])) == length and name in VERBS
        ),
        None,
    )
    if verb is None or not word.startswith("-") or word == "-":
        return False
    if word.startswith("--"):
        return "=" not in word and verb.flags.get(word[2:]) is Takes.VALUE
    for at, letter in enumerate(word[1:], start=1):
        takes = verb.flags.get(verb.short.get(letter, ""))
        if takes is not Takes.SWITCH:
            return takes is Takes.VALUE and at == len(word) - 1
    return False


def _sound(argument: str) -> None:
    if not argument or len(argument) > _LONGEST:
        raise NotTaken(
            Text(
                en="An argument of the command is empty or too long.",
                ja="コマンドの引数が空か、長すぎます。",
            )
        )
    if any((ord(sign) < 32 and sign not in "\n\t") or ord(sign) == 127 for sign in argument):
        raise NotTaken(
            Text(
                en="An argument of the command holds control characters.",
                ja="コマンドの引数に制御文字が含まれています。",
            )
        )
    if INVISIBLE.search(argument) or any(0x80 <= ord(sign) < 0xA0 for sign in argument):
        raise NotTaken(
            Text(
                en="An argument of the command holds invisible characters: it is not what it "
                "looks like.",
                ja="コマンドの引数に見えない文字が含まれています。見た目と実際の内容が異なります。",
            )
        )
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in argument):
        raise NotTaken(
            Text(
                en="An argument of the command is not valid Unicode.",
                ja="コマンドの引数が正しい Unicode ではありません。",
            )
        )


def _verb(args: Sequence[str]) -> tuple[tuple[str, ...], Verb]:
    for length in (1, 2, 3):
        name = tuple(args[:length])
        if len(name) == length and name in VERBS:
            return name, VERBS[name]
    shown = " ".join(args[:2]) if args[0] in {each[0] for each in VERBS} else args[0]
    raise NotTaken(
        Text(
            en=f"`oc {shown[:60]}` is not in the table of known commands, so it does not run here. "
            "Run it yourself if you are sure.",
            ja=f"`oc {shown[:60]}` は既知のコマンドの表にないため、ここでは実行しません。"
            "必要であれば、ご自身で実行してください。",
        )
    )


def _long(argument: str, rest: list[str], at: int, verb: Verb, flags: dict[str, str]) -> int:
    name, joined, value = argument[2:].partition("=")
    if not name:
        raise _ambiguous(argument)
    takes = _known(name, f"--{name}", verb)
    if takes is Takes.VALUE and not joined:
        value, at = _next(rest, at, f"--{name}")
    elif takes is Takes.JOINED and not joined:
        raise _ambiguous(argument)
    elif takes is Takes.SWITCH:
        value = value if joined else "true"
    _add(flags, name, value, takes)
    return at


def _cluster_of_short(
    argument: str, rest: list[str], at: int, verb: Verb, flags: dict[str, str]
) -> int:
    letters = argument[1:]
    if not letters:
        raise _ambiguous(argument)
    while letters:
        letter, letters = letters[0], letters[1:]
        name = verb.short.get(letter, "")
        takes = _known(name, f"-{letter}", verb)
        if takes is Takes.SWITCH:
            if letters.startswith("="):
                raise _ambiguous(argument)
            _add(flags, name, "true", takes)
            continue
        if takes is Takes.JOINED:
            raise _ambiguous(argument)
        value, letters = letters.removeprefix("="), ""
        if not value:
            value, at = _next(rest, at, f"-{letter}")
        _add(flags, name, value, takes)
    return at


def _known(name: str, shown: str, verb: Verb) -> Takes:
    if name in REDIRECTING or (len(shown) == 2 and shown[1] in _REDIRECTING_SHORT):
        raise NotTaken(
            Text(
                en=f"`{shown}` is set by the program, never by a step: it decides which cluster "
                "and namespace the command goes to.",
                ja=f"`{shown}` はプログラムが付けます。手順では指定できません。"
                "どのクラスターと namespace に対するコマンドかを決めるためです。",
            )
        )
    takes = verb.flags.get(name)
    if takes is None:
        raise NotTaken(
            Text(
                en=f"`{shown[:60]}` is not a flag that this command may carry here.",
                ja=f"`{shown[:60]}` は、ここではこのコマンドに付けられません。",
            )
        )
    return takes


def _next(rest: list[str], at: int, shown: str) -> tuple[str, int]:
    if at >= len(rest):
        raise NotTaken(Text(en=f"`{shown}` needs a value.", ja=f"`{shown}` には値が必要です。"))
    return rest[at], at + 1


def _add(flags: dict[str, str], name: str, value: str, takes: Takes) -> None:
    if name in flags:
        raise NotTaken(
            Text(en=f"`--{name}` is given twice.", ja=f"`--{name}` が 2 回指定されています。")
        )
    if takes is Takes.SWITCH and value not in {"true", "false"}:
        raise _ambiguous(f"--{name}={value}")
    flags[name] = value


def _ambiguous(argument: str) -> NotTaken:
    return NotTaken(
        Text(
            en=f"`{argument[:60]}` could be read in more than one way.",
            ja=f"`{argument[:60]}` は複数の意味に解釈できます。",
        )
    )
