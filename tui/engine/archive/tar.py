"""Tar headers walked as a stream: regular files only, sizes checked, damage passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tui.engine.archive.limits import Budget
from tui.engine.archive.streams import Damaged, Stream

BLOCK: Final = 512
_LONGEST_NAME: Final = 64 << 10
_LARGEST: Final = 1 << 46
"""More than this no member says it has, unless its header is broken."""
_REGULAR: Final = frozenset({b"0", b"\0", b"7"})
_LINKS: Final = frozenset({b"1", b"2"})


@dataclass(slots=True)
class Member:
    """A regular file within a tar; its content must be taken before the next one is asked for."""

    name: str
    size: int
    modified: float
    """Seconds since 1970."""
    content: Iterator[bytes]


@dataclass(slots=True)
class Passed:
    """What was passed over."""

    links: int = 0
    damage: int = 0
    """Stretches that are no tar."""


def is_tar(beginning: bytes) -> bool:
    """Return whether a stream that begins so is a tar."""
    return len(beginning) >= BLOCK and _sum_fits(beginning[:BLOCK])


def members(stream: Stream, budget: Budget, passed: Passed) -> Iterator[Member]:
    """Yield the regular files.

    Raises:
        Damaged: the stream ends within a member.
        Enough: a limit is reached.
    """
    long_name = ""
    pax: dict[str, str] = {}
    lost = False
    while len(block := stream.take(BLOCK)) == BLOCK:
        if not block.strip(b"\0"):
            continue  # the end, or padding between tars that were put together
        if not _sum_fits(block):
            passed.damage += not lost
            lost = True
            budget.check()
            continue
        lost = False
        kind, size = block[156:157], _number(block[124:136])
        if kind in {b"L", b"x", b"K", b"g"}:
            if size > _LONGEST_NAME:
                passed.damage += 1
                _skip(stream, size)
                continue
            data = stream.take(_padded(size))[:size]
            if kind == b"L":
                long_name = _text(data)
            elif kind == b"x":
                pax = _pax(data)
            continue
        budget.enter()
        size = _decimal(pax.get("size"), size)
        name = pax.get("path") or long_name or _name(block)
        modified = _seconds(pax.get("mtime"), _number(block[136:148]))
        long_name, pax = "", {}
        if not 0 <= size <= _LARGEST:
            passed.damage += 1
            continue
        if kind in _LINKS:
            passed.links += 1
            size = 0
        elif kind in _REGULAR and not name.endswith("/"):
            content = _content(stream, size, budget)
            yield Member(name, size, modified, content)
            for _ in content:
                pass
            _skip(stream, _padded(size) - size)
            continue
        elif kind == b"5":
            size = 0
        _skip(stream, _padded(size))
    if block:
        raise Damaged("it ends within a header")


def _content(stream: Stream, size: int, budget: Budget) -> Iterator[bytes]:
    left = size
    for piece in stream.pieces(size):
        left -= len(piece)
        budget.spend(len(piece))
        yield piece
    if left:
        raise Damaged("it ends within a file")


def _skip(stream: Stream, size: int) -> None:
    if stream.skip(size) < size:
        raise Damaged("it ends within a file")


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _sum_fits(block: bytes) -> bool:
    stated = _number(block[148:156])
    return stated >= 0 and stated == sum(block) - sum(block[148:156]) + 8 * 32


def _number(field: bytes) -> int:
    """Return an octal or base-256 number; -1 if it is none."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not digits:
        return 0
    return int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else -1


def _decimal(text: str | None, default: int) -> int:
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1


def _seconds(text: str | None, default: int) -> float:
    try:
        return float(text) if text is not None else float(default)
    except ValueError:
        return 0.0


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode(errors="replace")


def _name(block: bytes) -> str:
    name = _text(block[:100])
    # GNU's own format has times where POSIX has the beginning of long names.
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _pax(data: bytes) -> dict[str, str]:
    """Return the records `<length> <key>=<value>` of an extended header."""
    found: dict[str, str] = {}
    while data:
        length, _, _ = data.partition(b" ")
        if not length.isdigit() or len(length) > 6 or not 0 < int(length) <= len(data):
            break
        record, data = data[: int(length)], data[int(length) :]
        key, _, value = record[len(length) + 1 :].rstrip(b"\n").partition(b"=")
        if key in {b"path", b"size", b"mtime"}:
            found[key.decode()] = value.decode(errors="replace")
    return found
