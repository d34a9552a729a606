"""Takes secrets out of text and objects, where they enter the program.

Two layers: what bears its own mark in any line (tokens, keys, presigned URLs), and values of
Secrets in JSON or YAML, which only the lines around them give away (`knowledge.secret_blocks`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from knowledge.named_values import NamedValues
from knowledge.secret_blocks import SecretBlocks
from knowledge.secret_keys import PrivateKeys
from knowledge.secret_lines import uncoloured
from knowledge.secret_marks import REDACTED, SECRET_NAME, may_hold_secrets, without_marked
from knowledge.secret_output import SECRETS

_WHOLE_JSON: Final = 4 << 20
"""Characters up to which one line is decoded as JSON to look for Secrets."""
_DEPTH: Final = 100
_ONE_LINE_SECRET: Final = re.compile(
    r"(?<![\w\\])\\*[\"']?kind\\*[\"']?\s*:\s*\\*[\"']?[Ss]ecret(?:List)?\b"
)
_ONE_LINE_DATA: Final = re.compile(
    r"((?<![\w\\])\\*[\"']?(?:data|stringData)\\*[\"']?\s*:\s*)\{\s*(?!\s*\}).*"
)
_PATCHED: Final = frozenset({"data", "stringData", "type", "immutable", "metadata"})
"""What a patch of a Secret may hold."""
_LINKS: Final = frozenset({"downloadURL", "downloadUrl"})
"""Fields whose value is as good as a password while the link lives (DownloadRequest)."""
_DATA_PATHS: Final = ("/data", "/stringData")
_PATCH: Final = re.compile(
    r"\bpatch\b.*\bsecrets?(?:\.v1)?\.?[\s/]|\"path\"\s*:\s*\"/(?:data|stringData)\b"
    r"|-p(?:atch)?[ =]['\"]?\{\s*\"(?:data|stringData)\""
)
"""A command that patches what may be a Secret: what it writes bears no kind."""
_PATCH_VALUE: Final = re.compile(
    r"(\"path\"\s*:\s*\"/(?:data|stringData)\b[^\"]{0,300}\"\s*,\s*\"value\"\s*:\s*)"
    r"(?:\"(?:[^\"\\]|\\.)*\"?|\{.*)"
)
_GO_MAP: Final = re.compile(r"((?i:\bdata|stringdata):map\[)(?!string\])(?=[^\[\]])[^\[\]]+")
"""The data of a Secret as Go prints its structures."""
_JSON_STRING: Final = re.compile(r"^(\s*\"[^\"\\]*\"\s*:\s*)(\"(?:[^\"\\]|\\.)*\")(\s*,?\s*)$")
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def redact(text: str) -> str:
    """Return `text` (one line or many) without the secrets in it."""
    if "\n" not in text:
        return _line(text)
    redactor = Redactor()
    lines = [line for each in text.split("\n") for line in redactor.feed(each)]
    return "\n".join([*lines, *redactor.close()])


def redact_object(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a Kubernetes object without the secrets in it."""
    cleaned = _clean(obj, 0)
    return cleaned if isinstance(cleaned, dict) else {}


def redact_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments of a command without the secrets in them.

    One argument may tell what another one is: `--password` and its value, a patch of a Secret,
    which bears no kind.
    """
    patching = "patch" in arguments
    secret = any(SECRETS.fullmatch(word) for each in arguments for word in each.split(","))
    cleaned: list[str] = []
    named = False
    for each in arguments:
        if named and not each.startswith("-"):
            cleaned.append(REDACTED)
        elif patching and each.lstrip()[:1] in {"{", "["}:
            cleaned.append(_patch(each) if secret else without_marked(each))
        else:
            cleaned.append(redact(each))
        named = each.startswith("--") and SECRET_NAME.fullmatch(each[2:]) is not None
    return tuple(cleaned)


def _patch(text: str) -> str:
    """Return the patch of a Secret without its values."""
    body = _decoded(text)
    if not isinstance(body, Mapping | list):
        return REDACTED
    return msgspec.json.encode(_clean_patch(body, "/")).decode()


def _clean_patch(body: Any, below: str | tuple[str, ...]) -> Any:
    if isinstance(body, Mapping):
        return _clean(body, 0, secret=True)
    # A JSON patch: each entry says where its value goes.
    return [
        {**_clean(each, 0), "value": REDACTED}
        if isinstance(each, Mapping) and "value" in each and str(each.get("path")).startswith(below)
        else _clean(each, 0)
        for each in body
    ]


def _without_data(line: str) -> str | None:
    """Return a patch that stands alone without the data in it; None: it is no such.

    It bears no kind, and only Secrets and ConfigMaps have data on top.
    """
    text = line.strip()
    if text[:1] not in {"{", "["} or '"kind"' in text or "ata" not in text:
        return None
    body = _decoded(text)
    if isinstance(body, Mapping):
        mine = body.keys() <= _PATCHED and ("data" in body or "stringData" in body)
    else:
        mine = isinstance(body, list) and any(
            isinstance(each, Mapping) and str(each.get("path")).startswith(_DATA_PATHS)
            for each in body
        )
    return msgspec.json.encode(_clean_patch(body, _DATA_PATHS)).decode() if mine else None


class Redactor:
    """Redacts a stream line by line; holds lines back only while it must know what they are.

    What it holds back is bounded, so lines come out again soon, and in order. Every line that
    goes in comes out, but for the inside of private keys and of long values of Secrets.
    """

    def __init__(self) -> None:
        self._keys = PrivateKeys()
        self._blocks = SecretBlocks()
        self._named = NamedValues()

    def feed(self, line: str) -> list[str]:
        """Take the next line and return those that are ready."""
        without = self._keys.without(line)
        return [] if without is None else self._finished(self._blocks.feed(without))

    def close(self) -> list[str]:
        """Return what is still held back, redacted."""
        held = self._finished(self._blocks.close())
        return [*held, *(_line(each) for each in self._named.close())]

    def _finished(self, lines: list[str]) -> list[str]:
        return [_line(ready) for each in lines for ready in self._named.feed(each)]


def _line(line: str) -> str:
    if not line.isascii():
        # Lone surrogates, as in odd file names, are no text that could be searched or written.
        line = line.encode(errors="replace").decode()
    if "\x1b" in line or not line.isascii():
        # Colours and unseen characters within a name must not hide it.
        bare = uncoloured(line)
        if bare != line and (cleaned := _bare(bare)) != bare:
            return cleaned
    return _bare(line)


def _bare(line: str) -> str:
    if not may_hold_secrets(line):
        return line
    if "ata" in line and ("ecret" in line or '"' in line):
        if "ecret" in line and _ONE_LINE_SECRET.search(line):
            line = _one_line_secret(line)
        elif _PATCH.search(line):
            line = _PATCH_VALUE.sub(rf'\1"{REDACTED}"', _ONE_LINE_DATA.sub(rf"\1{REDACTED}", line))
    if "ata" in line and (patch := _without_data(line)) is not None:
        line = patch
    if "Secret" in line and ":map[" in line:
        line = _GO_MAP.sub(rf"\1{REDACTED}", line)
    return without_marked(line)


def _one_line_secret(line: str) -> str:
    """Redact a Secret that stands in one line, as `-o jsonpath` and annotations print it."""
    whole = _decoded(line.strip())
    if isinstance(whole, Mapping | list):
        return msgspec.json.encode(_clean(whole, 0)).decode()
    entry = _JSON_STRING.match(line)
    inner = _decoded(_decoded(entry[2])) if entry else None
    if entry and isinstance(inner, Mapping | list):
        text = msgspec.json.encode(_clean(inner, 0)).decode()
        return entry[1] + msgspec.json.encode(text).decode() + entry[3]
    return _ONE_LINE_DATA.sub(rf"\1{REDACTED}", line)


def _decoded(text: Any) -> Any:
    if not isinstance(text, str) or len(text) > _WHOLE_JSON:
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _clean(node: Any, depth: int, *, secret: bool = False) -> Any:
    """Return `node` with the values of Secrets replaced and every string redacted."""
    if depth > _DEPTH:
        return REDACTED
    if isinstance(node, Mapping):
        kind = node.get("kind")
        if set(node) == {"name", "value"} and SECRET_NAME.fullmatch(str(node["name"])):
            return {"name": node["name"], "value": REDACTED}
        secret = secret or str(kind).lower() == "secret"
        return {
            key: _value(key, value, depth, secret=secret, listed=kind == "SecretList")
            for key, value in node.items()
            if not (secret and key == _LAST_APPLIED)
        }
    if isinstance(node, list | tuple):
        return [_clean(each, depth + 1, secret=secret) for each in node]
    return redact(node) if isinstance(node, str) else node


def _value(key: str, value: Any, depth: int, *, secret: bool, listed: bool) -> Any:
    if secret and key in {"data", "stringData"}:
        return dict.fromkeys(value, REDACTED) if isinstance(value, Mapping) else REDACTED
    if isinstance(value, str) and value and (key in _LINKS or SECRET_NAME.fullmatch(key)):
        return REDACTED
    inherits = (secret and key in {"metadata", "annotations"}) or (listed and key == "items")
    return _clean(value, depth + 1, secret=inherits)


def redact_captured(line: str, cleaned: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return `values`, which were taken out of `line`, without the secrets in them.

    `cleaned` is the line redacted.

    What gives a secret away may be beside it and not in it, as the name in `password=…`: a value
    that is no longer in the redacted line goes as a whole.
    """
    return {
        name: REDACTED if value and value in line and value not in cleaned else redact(value)
        for name, value in values.items()
    }
