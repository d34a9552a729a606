"""Takes secrets out of text and objects, where they enter the program.

Two layers: what bears its own mark in any line (tokens, keys, presigned URLs), and values of
Secrets in JSON or YAML, which only the lines around them give away (`knowledge.secret_blocks`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from knowledge.named_values import NamedValues
from knowledge.secret_blocks import SecretBlocks
from knowledge.secret_marks import REDACTED, SECRET_NAME, may_hold_secrets, without_marked

_WHOLE_JSON: Final = 4 << 20
"""Characters up to which one line is decoded as JSON to look for Secrets."""
_DEPTH: Final = 100
_ONE_LINE_SECRET: Final = re.compile(
    r"(?<![\w\\])\\*[\"']?kind\\*[\"']?\s*:\s*\\*[\"']?Secret(?:List)?\b"
)
_ONE_LINE_DATA: Final = re.compile(
    r"((?<![\w\\])\\*[\"']?(?:data|stringData)\\*[\"']?\s*:\s*)\{\s*(?!\s*\}).*"
)
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


class Redactor:
    """Redacts a stream line by line; holds lines back only while it must know what they are.

    What it holds back is bounded, so lines come out again soon, and in order. Every line that
    goes in comes out, but for the inside of private keys and of long values of Secrets.
    """

    def __init__(self) -> None:
        self._blocks = SecretBlocks()
        self._named = NamedValues()
        self._in_key = False

    def feed(self, line: str) -> list[str]:
        """Take the next line and return those that are ready."""
        if self._in_key:
            if "-----END" not in line:
                return []
            self._in_key = False
            return self._through(line[line.index("-----END") :])
        begin = line.rfind("-----BEGIN")
        if begin >= 0 and "PRIVATE KEY" in line[begin:] and "-----END" not in line[begin:]:
            self._in_key = "\\n" not in line[begin:]
        return self._through(line)

    def close(self) -> list[str]:
        """Return what is still held back, redacted."""
        return self._finished(self._blocks.close())

    def _through(self, line: str) -> list[str]:
        return self._finished(self._blocks.feed(line))

    def _finished(self, lines: list[str]) -> list[str]:
        ready = (self._named.without(each) for each in lines)
        return [_line(each) for each in ready if each is not None]


def _line(line: str) -> str:
    if not line.isascii():
        # Lone surrogates, as in odd file names, are no text that could be searched or written.
        line = line.encode(errors="replace").decode()
    if not may_hold_secrets(line):
        return line
    if "Secret" in line and _ONE_LINE_SECRET.search(line):
        line = _one_line_secret(line)
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
        secret = secret or kind == "Secret"
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
    if isinstance(value, str) and value and SECRET_NAME.fullmatch(key):
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
