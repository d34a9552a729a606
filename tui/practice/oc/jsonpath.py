"""A small part of kubectl's JSONPath templates, and of Go templates.

Fields, `[*]`, `[0]`, `[-1]`, `['key']`, `[?(@.a=="b")]`, `{range}...{end}` and string literals.
Anything else is refused rather than guessed.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tui.practice.oc.failures import Failure

_PIECE = re.compile(r"\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|([^{]+)")
_STEP = re.compile(
    r"\.?\[\?\(\s*@(?P<path>[^=!<>]*?)\s*(?P<op>==|!=)\s*(?P<want>\"[^\"]*\"|'[^']*'|[\w.-]+)\s*\)\]"
    r"|\.?\[\?\(\s*@(?P<there>[^=!<>)]*?)\s*\)\]"
    r"|\.?\[(?P<all>\*)\]|\.(?P<star>\*)"
    r"|\.?\[(?P<index>-?\d+)\]"
    r"|\.?\[['\"](?P<quoted>[^'\"]+)['\"]\]"
    r"|\.(?P<field>(?:[^.\[\\{}]|\\.)+)"
    r"|(?P<here>\.$)"
)


def follow(value: Any, path: str) -> list[Any]:
    """Follows a path such as `.items[*].metadata.name`.

    Returns:
        The values; none where it leads nowhere.

    Raises:
        Failure: If the path is not understood.
    """
    path = path.removeprefix("$")
    found, position = [value], 0
    if path and not path.startswith((".", "[")):
        path = f".{path}"
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise Failure(f"error: error parsing jsonpath {path}: not supported by the stand-in")
        found = [result for item in found for result in _step(item, step)]
        position = step.end()
    return found


def _step(item: Any, step: re.Match[str]) -> list[Any]:
    parts = step.groupdict()
    if parts["path"] is not None:
        wanted = parts["want"].strip("\"'")
        equal = parts["op"] == "=="
        return [
            each
            for each in (item if isinstance(item, list) else [])
            if any(text_of(value) == wanted for value in follow(each, parts["path"])) is equal
        ]
    if parts["there"] is not None:
        return [
            each
            for each in (item if isinstance(item, list) else [])
            if follow(each, parts["there"])
        ]
    if parts["all"] or parts["star"]:
        return list(item.values() if isinstance(item, dict) else item or [])
    if parts["index"] is not None:
        index = int(parts["index"])
        inside = isinstance(item, list) and -len(item) <= index < len(item)
        return [item[index]] if inside else []
    if parts["here"]:
        return [item]
    key = parts["quoted"] or parts["field"].replace("\\", "")
    return [item[key]] if isinstance(item, dict) and key in item else []


def text_of(value: Any) -> str:
    """Returns a value as templates print it: text as it is, the rest as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def render(template: str, value: Any) -> str:
    """Fills a JSONPath template.

    Raises:
        Failure: If it holds something the stand-in doesn't know.
    """
    if not template.startswith("{") and "{" not in template:
        template = f"{{{template}}}"
    pieces = [(found[1], found[2]) for found in _PIECE.finditer(template)]
    if "".join(f"{{{code}}}" if code is not None else text or "" for code, text in pieces) != (
        template
    ):
        raise Failure(f"error: error parsing jsonpath {template}, unclosed action")
    out, rest = _render(pieces, 0, value, inside=False)
    if rest != len(pieces):
        raise Failure("error: error parsing jsonpath: unexpected end of range")
    return out


def _render(
    pieces: list[tuple[str | None, str | None]], position: int, value: Any, *, inside: bool
) -> tuple[str, int]:
    out = ""
    while position < len(pieces):
        code, text = pieces[position]
        if code is None:
            out += text or ""
            position += 1
            continue
        code = code.strip()
        if code == "end":
            if not inside:
                raise Failure("error: error parsing jsonpath: not in range")
            return out, position + 1
        if code.startswith("range "):
            items = follow(value, code[6:].strip())
            after = position + 1
            for item in items:
                piece, after = _render(pieces, position + 1, item, inside=True)
                out += piece
            position = after if items else _skip(pieces, position + 1)
            continue
        if code.startswith('"'):
            out += json.loads(code)
        else:
            out += " ".join(text_of(item) for item in follow(value, code.removeprefix("@")))
        position += 1
    if inside:
        raise Failure("error: error parsing jsonpath: unclosed range")
    return out, position


def _skip(pieces: list[tuple[str | None, str | None]], position: int) -> int:
    depth = 1
    while position < len(pieces) and depth:
        code = (pieces[position][0] or "").strip()
        depth += code.startswith("range ") - (code == "end")
        position += 1
    return position


_GO = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_GO_RANGE = re.compile(r"range\s+\$(\w+)\s*,\s*\$(\w+)\s*:=\s*\.([\w.]+)")


def go_template(template: str, value: Any) -> str:
    """Fills a Go template of the one shape that procedures use: a range over a map.

    Raises:
        Failure: For anything else.
    """
    codes = _GO.split(template)
    if len(codes) > 1 and (found := _GO_RANGE.fullmatch(codes[1])) and codes[-2] == "end":
        items = (follow(value, f".{found[3]}") or [{}])[0] or {}
        inner = codes[2:-2]
        out = codes[0]
        for key, item in sorted(items.items()):
            known = {f"${found[1]}": key, f"${found[2]}": item}
            for index, part in enumerate(inner):
                out += part if index % 2 == 0 else _go_value(part, known)
        return out + codes[-1]
    if len(codes) == 3 and re.fullmatch(r"\.[\w.]+", codes[1]):
        return codes[0] + " ".join(map(text_of, follow(value, codes[1]))) + codes[2]
    raise Failure("error: this go-template is not supported by the stand-in for oc")


def _go_value(code: str, known: dict[str, Any]) -> str:
    if code.startswith('"'):
        return str(json.loads(code))
    if code in known:
        return text_of(known[code])
    if code.startswith("len ") and code[4:].strip() in known:
        return str(len(known[code[4:].strip()]))
    raise Failure("error: this go-template is not supported by the stand-in for oc")
