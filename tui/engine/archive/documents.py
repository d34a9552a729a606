"""Objects out of a file, one by one: YAML or JSON, a List or a single one, in bounded memory.

A List as `oc` writes it is taken apart at its items before it is parsed: memory holds one item,
reading can stop between two, and `managedFields` are cut out unparsed, mostly half of the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tui.engine.archive.limits import Limits
from tui.engine.archive.yaml_nodes import NotData, load

_ITEMS: Final = re.compile(rb"^items:[ \t]*\r?\n(?=- )", re.MULTILINE)
_ITEM: Final = re.compile(rb"^- ", re.MULTILINE)
_TAIL: Final = re.compile(rb"^(?=[^ \r\n#-]|---)", re.MULTILINE)
_DOCUMENT: Final = re.compile(rb"^---[ \t]*(?:#[^\n]*)?\r?$\n?", re.MULTILINE)
_MANAGED: Final = re.compile(
    rb"(^metadata:\n(?: [^\n]*\n|\n)*?)  managedFields:\n(?:  - [^\n]*\n|   [^\n]*\n|\n)*",
    re.MULTILINE,
)
_MANAGED_ITEM: Final = re.compile(
    rb"(^  metadata:\n(?:   [^\n]*\n|\n)*?)"
    rb"    managedFields:\n(?:    - [^\n]*\n|     [^\n]*\n|\n)*",
    re.MULTILINE,
)
_FIRST_LOOK: Final = 64 << 10


@dataclass(slots=True)
class Read:
    """What a file turned out to be, known when all its objects were yielded."""

    listed: bool = False
    """It is a List."""
    bad: int = 0
    """Objects that could not be parsed; 1 for a whole file."""


def objects(chunks: Iterator[bytes], limits: Limits, read: Read) -> Iterator[dict[str, Any]]:
    """Yield the objects, those of a List one by one; not each has a kind of its own.

    Raises:
        Damaged: the file breaks off; what was yielded before is whole.
    """
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        if len(buffer) >= _FIRST_LOOK:
            break
    start = _ITEMS.search(buffer)
    if start is not None and not _is_json(buffer):
        read.listed = True
        yield from _items(buffer[start.end() :], chunks, limits, read)
        return
    parts = [buffer]
    size = len(buffer)
    for chunk in chunks:
        size += len(chunk)
        if size <= limits.file:
            parts.append(chunk)
    if size > limits.file:
        read.bad += 1
        return
    yield from _whole(b"".join(parts), read)


def _is_json(text: bytes) -> bool:
    return text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def _items(
    buffer: bytes, chunks: Iterator[bytes], limits: Limits, read: Read
) -> Iterator[dict[str, Any]]:
    """Yield the items of a List whose `items:` line was passed."""
    more = True
    oversized = False
    while more:
        chunk = next(chunks, b"")
        more = bool(chunk)
        buffer += chunk
        if (tail := _TAIL.search(buffer)) is not None:
            buffer, more = buffer[: tail.start()], False
        cut = buffer.rfind(b"\n- ") + 1 if more else len(buffer)
        ready, buffer = buffer[:cut], buffer[cut:]
        for piece in _ITEM.split(ready):
            if not piece.strip():
                continue
            if oversized or len(piece) > limits.object:
                read.bad += 1
                oversized = False
                continue
            yield from _parsed(_MANAGED_ITEM.sub(rb"\1", b"  " + piece), read)
        if len(buffer) > limits.object:
            oversized, buffer = True, b""
    for _ in chunks:
        pass


def _whole(text: bytes, read: Read) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file that is held in memory."""
    if _is_json(text):
        try:
            yield from _unlisted(msgspec.json.decode(text.lstrip(b"\xef\xbb\xbf")), read)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            read.bad += 1
        return
    for document in _DOCUMENT.split(text):
        if document.strip():
            yield from _parsed(_MANAGED.sub(rb"\1", document), read)


def _parsed(text: bytes, read: Read) -> Iterator[dict[str, Any]]:
    try:
        yield from _unlisted(load(text), read)
    except NotData:
        read.bad += 1


def _unlisted(body: Any, read: Read) -> Iterator[dict[str, Any]]:
    """Yield `body`, or its items if it is a List; nothing but mappings is kept."""
    if body is None:
        return
    if not isinstance(body, dict):
        read.bad += 1
        return
    kind, items = body.get("kind"), body.get("items")
    if not (isinstance(kind, str) and kind.endswith("List") and "items" in body):
        yield body
        return
    read.listed = True
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            read.bad += 1
            continue
        if "kind" not in item and kind != "List":
            item["kind"] = kind.removesuffix("List")
        if "apiVersion" not in item and isinstance(body.get("apiVersion"), str):
            item["apiVersion"] = body["apiVersion"]
        yield item
