"""Reading YAML of knowledge files: data only, bounded, with line numbers for errors."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

LARGEST: Final = 1 << 20
"""Characters of a knowledge file."""
_DEEPEST: Final = 40

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader is 16 times faster; the other one gives the same."""


class BadFile(ValueError):
    """A file that cannot be used: where and why."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        """1-based; 0 where no line is to blame."""


class _Loading(_Loader):  # type: ignore[misc]
    """YAML without surprises: no timestamps, no `yes`/`on` booleans."""


_Loading.yaml_implicit_resolvers = {
    first: [
        (tag, expression)
        for tag, expression in resolvers
        if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
    ]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loading.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False)$"), list("tTfF")
)


def load(text: str) -> Any:
    """Return the document in `text`.

    Raises:
        BadFile: too large, not YAML, nested too deeply, or with anchors (which can explode).
    """
    if len(text) > LARGEST:
        raise BadFile(f"the file is larger than {LARGEST} characters")
    try:
        _look(text)
        return yaml.load(text, _Loading)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadFile(f"not YAML: {error.problem or error.context or error}", line) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"not YAML: {str(error).splitlines()[0]}") from None


def _look(text: str) -> None:
    """Refuse anchors, deep nesting and keys that are there twice, before anything is built."""
    # Of each collection around the event: the keys of a mapping, or None; whether a key is next.
    around: list[tuple[set[str] | None, bool]] = []
    events: Any = yaml.parse(text, _Loading)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile("anchors and aliases are not allowed", line)
        if isinstance(event, yaml.CollectionEndEvent):
            around.pop()
            continue
        if around and isinstance(event, yaml.NodeEvent):
            keys, is_key = around[-1]
            around[-1] = keys, not is_key
            if keys is not None and is_key and isinstance(event, yaml.ScalarEvent):
                if event.value in keys:
                    raise BadFile(f"{event.value!r} is there twice", line)
                keys.add(event.value)
        if isinstance(event, yaml.CollectionStartEvent):
            around.append((set() if isinstance(event, yaml.MappingStartEvent) else None, True))
            if len(around) > _DEEPEST:
                raise BadFile(f"nested more than {_DEEPEST} deep", line)


_PART: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def line_of(text: str, path: str) -> int:
    """Return the 1-based line of `path` (`causes[0].when`) in `text`; of its nearest parent."""
    node = yaml.compose(text, _Loading)
    line = 1
    for part in _PART.finditer(path.removeprefix("$")):
        if part[1] is not None and isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part[1]), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif part[2] and part[2].isdigit() and isinstance(node, yaml.SequenceNode):
            if int(part[2]) >= len(node.value):
                break
            node = node.value[int(part[2])]
            line = node.start_mark.line + 1
        else:
            break
    return line
