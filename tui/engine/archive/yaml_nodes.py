"""One YAML document to plain data, by the C parser, within bounds.

Faster than `CSafeLoader` alone: the nodes are turned into data by one function instead of a
generator each, and the types of plain scalars are those that Kubernetes writes. No tags, no
timestamps, no merge keys; keys are texts.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR: Final = "tag:yaml.org,2002:str"
_NULL: Final = "tag:yaml.org,2002:null"
_BOOL: Final = "tag:yaml.org,2002:bool"
_INT: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"
_SEQUENCE: Final = "tag:yaml.org,2002:seq"
_MAPPING: Final = "tag:yaml.org,2002:map"

_FIRST: Final = frozenset("0123456789+-.~tTfFnN")
_NUMBER: Final = re.compile(r"[-+]?(?:0|[1-9]\d*|\d+\.\d*(?:[eE][-+]\d+)?)|\.\d+(?:[eE][-+]\d+)?")
_WORDS: Final = {
    "": _NULL,
    "~": _NULL,
    **dict.fromkeys(("null", "Null", "NULL"), _NULL),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), _BOOL),
}
_DEEPEST: Final = 100
_MOST_NODES: Final = 2_000_000
_LONGEST_NUMBER: Final = 19
"""Characters of what fits 64 bits; longer ones stay texts."""
_BRACKETS: Final = 300
_NESTED: Final = re.compile(rb"(?:[-?] +){12}|^ {120}", re.MULTILINE)
"""What only a deeply nested document has, or a text block."""


class NotData(ValueError):
    """Not YAML, or beyond the bounds."""


class _Loader(_Base):  # type: ignore[misc]
    def resolve(self, kind: type[Any], value: str | None, implicit: Any) -> str:
        """Return the tag of a node that has none."""
        if kind is yaml.ScalarNode:
            if implicit[0] and value is not None:
                tag = _WORDS.get(value)
                if tag is not None:
                    return tag
                if value[0] in _FIRST and _NUMBER.fullmatch(value):
                    return _INT if value.lstrip("+-").isdigit() else _FLOAT
            return _STR
        return _SEQUENCE if kind is yaml.SequenceNode else _MAPPING


def load(text: bytes) -> Any:
    """Return the first document in `text` as mappings, lists, texts, numbers, booleans and None.

    Raises:
        NotData: it is not YAML, nested too deeply, or far too much (aliases can multiply).
    """
    loader = None
    try:
        if text.count(b"[") + text.count(b"{") > _BRACKETS or _NESTED.search(text):
            _look(text)
        loader = _Loader(text)
        if not loader.check_node():
            return None
        return _Data().of(loader.get_node(), 0)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise NotData(str(error).split("\n", 1)[0]) from None
    finally:
        if loader is not None:
            loader.dispose()


def _look(text: bytes) -> None:
    """Refuse deep nesting before nodes are made: the C code that makes them recurses."""
    depth = 0
    for event in yaml.parse(text, _Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise NotData("it is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentEndEvent):
            return


class _Data:
    """Turns nodes into data, counting them."""

    def __init__(self) -> None:
        self.left = _MOST_NODES

    def of(self, node: Any, depth: int) -> Any:
        """Return the data of `node`."""
        kind = type(node)
        if kind is yaml.ScalarNode:
            return _scalar(node)
        if depth > _DEEPEST:
            raise NotData("it is nested too deeply")
        self.left -= len(node.value) + 1
        if self.left < 0:
            raise NotData("it is far too large")
        depth += 1
        if kind is yaml.MappingNode:
            return {
                (key.value if type(key) is yaml.ScalarNode else "?"): (
                    value.value if value.tag == _STR else self.of(value, depth)
                )
                for key, value in node.value
            }
        return [self.of(each, depth) for each in node.value]


def _scalar(node: Any) -> Any:
    tag, value = node.tag, node.value
    if tag == _STR:
        return value
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return value.lower() == "true"
    if tag == _INT and len(value) <= _LONGEST_NUMBER and re.fullmatch(r"[-+]?\d+", value):
        return int(value)
    if tag == _FLOAT and len(value) < 400 and _NUMBER.fullmatch(value):
        return float(value)
    return value
