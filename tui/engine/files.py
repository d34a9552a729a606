"""Log files and standard input as a source: everything is read at once, no objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from knowledge.scan import Collector, Signature
from knowledge.snapshot import LogGroup, Snapshot, SourceInfo, SourceType
from knowledge.text import Text
from tui.engine.problem import Problem

STDIN: Final = "-"
_CHUNK: Final = 1 << 20
_NO_OBJECTS: Final = Text(
    en="only log text was given",
    ja="ログのテキストのみが渡されました",
)


def scan(
    files: Sequence[str], stdin: BinaryIO, signatures: Iterable[Signature], now: datetime
) -> Snapshot:
    """Return what the signatures find in `files`; `-` is `stdin`.

    Raises:
        Problem: a file cannot be read.
    """
    collector = Collector(signatures)
    for name in files:
        if name == STDIN:
            _feed(collector, "(stdin)", stdin)
            continue
        try:
            with Path(name).open("rb") as file:
                _feed(collector, name, file)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Problem(
                Text(
                    en=f"{name} cannot be read: {why}",
                    ja=f"{name} を読み取れません: {why}",
                )
            ) from None
    shown = ", ".join("(stdin)" if name == STDIN else name for name in files)
    return Snapshot(
        source=SourceInfo(SourceType.FILES, shown, ""),
        now=now,
        unread={"*": _NO_OBJECTS},
        hits=collector.hits(),
        logs=collector.logs(),
    )


def _feed(collector: Collector, log: str, file: BinaryIO) -> None:
    reader = collector.open(log, LogGroup.UNKNOWN)
    while chunk := file.read(_CHUNK):
        reader.feed(chunk)
    reader.close()
