"""Label and field selectors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tui.practice.errors import bad_request
from tui.practice.objects import JsonObject, labels_of, name_of, namespace_of

Match = Callable[[JsonObject], bool]

_TOKEN = re.compile(r"\s*(==|!=|=|!|\(|\)|,|[^\s=!(),]+)")


def label_selector(text: str) -> Match:
    """Compiles `a=b,c in (d,e),!f`.

    Raises:
        ApiError: 400, in the API server's words, if the text is no selector.
    """
    tokens = _tokens(text)
    tests: list[Callable[[dict[str, str]], bool]] = []
    position = 0
    while position < len(tokens):
        test, position = _requirement(tokens, position)
        tests.append(test)
        if position < len(tokens):
            if tokens[position] != ",":
                raise bad_request(f"found '{tokens[position]}', expected: ',' or 'end of string'")
            position += 1
            if position == len(tokens):
                raise bad_request("found '', expected: identifier after ','")
    return lambda obj: all(test(labels_of(obj)) for test in tests)


def _tokens(text: str) -> list[str]:
    tokens = []
    position = 0
    text = text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise bad_request(f"unable to parse requirement: {text}")
        tokens.append(found[1])
        position = found.end()
    return tokens


def _requirement(tokens: list[str], position: int) -> tuple[Callable[[dict[str, str]], bool], int]:
    key = tokens[position]
    if key == "!":
        if position + 1 >= len(tokens):
            raise bad_request("unable to parse requirement: found '', expected: identifier")
        absent = tokens[position + 1]
        return (lambda labels: absent not in labels), position + 2
    if key in {"=", "==", "!=", "(", ")", ","}:
        raise bad_request(f"unable to parse requirement: found '{key}', expected: identifier")
    following = tokens[position + 1] if position + 1 < len(tokens) else ","
    if following == ",":
        return (lambda labels: key in labels), position + 1
    if following in {"=", "==", "!="}:
        value = tokens[position + 2] if position + 2 < len(tokens) else ""
        used = 2 if value in {"", ","} else 3
        value = "" if value == "," else value
        if following == "!=":
            return (lambda labels: labels.get(key) != value), position + used
        return (lambda labels: labels.get(key) == value), position + used
    if following in {"in", "notin"} and tokens[position + 2 : position + 3] == ["("]:
        end = tokens.index(")", position) if ")" in tokens[position:] else len(tokens)
        values = {item for item in tokens[position + 3 : end] if item != ","}
        if following == "in":
            return (lambda labels: labels.get(key) in values), end + 1
        return (lambda labels: labels.get(key) not in values), end + 1
    raise bad_request(
        f"unable to parse requirement: found '{following}', expected: in, notin, =, ==, !=, gt, lt"
    )


def from_label_map(selector: JsonObject) -> Match:
    """Compiles a LabelSelector object (matchLabels, matchExpressions)."""
    wanted: dict[str, str] = selector.get("matchLabels") or {}
    expressions: list[JsonObject] = selector.get("matchExpressions") or []

    def fits(obj: JsonObject) -> bool:
        labels = labels_of(obj)
        if any(labels.get(key) != value for key, value in wanted.items()):
            return False
        return all(_expression(labels, item) for item in expressions)

    return fits


def _expression(labels: dict[str, str], item: JsonObject) -> bool:
    key, values = item.get("key", ""), item.get("values") or []
    match item.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


_POD_FIELDS: dict[str, tuple[str, ...]] = {
    "spec.nodeName": ("spec", "nodeName"),
    "spec.restartPolicy": ("spec", "restartPolicy"),
    "spec.serviceAccountName": ("spec", "serviceAccountName"),
    "status.phase": ("status", "phase"),
    "status.podIP": ("status", "podIP"),
}
_EVENT_FIELDS: dict[str, tuple[str, ...]] = {
    **{
        f"involvedObject.{key}": ("involvedObject", key)
        for key in ("kind", "namespace", "name", "uid", "apiVersion", "fieldPath")
    },
    "reason": ("reason",),
    "type": ("type",),
    "source": ("source", "component"),
}
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "pods": _POD_FIELDS,
    "events": _EVENT_FIELDS,
    "secrets": {"type": ("type",)},
    "namespaces": {"status.phase": ("status", "phase")},
    "nodes": {"spec.unschedulable": ("spec", "unschedulable")},
}


def field_selector(text: str, plural: str, group: str) -> Match:
    """Compiles `metadata.name=x,status.phase!=y` for one resource.

    Raises:
        ApiError: 400 for a field that this resource can't be selected by.
    """
    extra = _FIELDS.get(plural, {}) if group in {"", "events.k8s.io"} else {}
    tests: list[Match] = []
    for part in filter(None, (item.strip() for item in text.split(","))):
        found = re.fullmatch(r"([^=!]+)(!=|==|=)(.*)", part)
        if found is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        tests.append(_field_test(found[1], found[2] != "!=", found[3], extra))
    return lambda obj: all(test(obj) for test in tests)


def _field_test(field: str, equal: bool, value: str, extra: dict[str, tuple[str, ...]]) -> Match:
    if field == "metadata.name":
        return lambda obj: (name_of(obj) == value) is equal
    if field == "metadata.namespace":
        return lambda obj: (namespace_of(obj) == value) is equal
    if field not in extra:
        raise bad_request(f"field label not supported: {field}")
    steps = extra[field]

    def test(obj: JsonObject) -> bool:
        found: Any = obj
        for step in steps:
            found = found.get(step) if isinstance(found, dict) else None
        return (str("" if found is None else found) == value) is equal

    return test
