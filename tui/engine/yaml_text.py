"""Data as YAML text that is safe to print."""

from __future__ import annotations

from typing import Any

import yaml

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def to_yaml(document: Any) -> str:
    """Return `document` as YAML; text that is not plain letters anywhere is escaped."""
    text = _dump(document, as_it_is=True)
    if all(each.isprintable() or each == "\n" for each in text):
        return text
    # Characters that hide or reorder text are legal in YAML, but not in a terminal.
    return _dump(document, as_it_is=False)


def _dump(document: Any, *, as_it_is: bool) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=as_it_is, sort_keys=False)
    return text
