"""Opens logs by their names, one or several as one; or a file."""

from __future__ import annotations

import asyncio
import threading
from typing import Final

from knowledge.snapshot import LogGroup, LogRead, Snapshot, SourceType
from knowledge.text import Text
from tui.engine.archive.limits import Budget, Limits
from tui.engine.logs.gathered import open_file
from tui.engine.logs.merged import MergedText
from tui.engine.logs.packed import PackedText, is_packed
from tui.engine.logs.text import BytesText, LogText
from tui.engine.ports import LogSource

_ORDER: Final = (
    LogGroup.VELERO,
    LogGroup.BACKUP,
    LogGroup.RESTORE,
    LogGroup.OPERATOR,
    LogGroup.NODE_AGENT,
    LogGroup.UNKNOWN,
)
MOST: Final = 64
"""Logs that are merged at most: each is a file that is open."""
_TOO_MANY: Final = Text(
    en=f"More than {MOST} logs cannot be shown as one. Mark those that matter.",
    ja=f"{MOST} 個を超えるログは 1 つにまとめられません。必要なログをマークしてください。",
)
_NONE: Final = Text(
    en="The logs of this source cannot be opened in full.",
    ja="このソースのログは、全体を開けません。",
)


async def open_logs(source: object, logs: tuple[str, ...], path: str = "") -> LogText | Text:
    """Return a log that can be looked at; a `Text` says why there is none.

    Args:
        source: where the logs are.
        logs: their names; several become one, by time.
        path: a file instead.
    """
    if path:
        try:
            return await asyncio.to_thread(open_file, path)
        except OSError as error:
            why = error.strerror or type(error).__name__
            return Text(en=f"{path} cannot be opened: {why}", ja=f"{path} を開けません: {why}")
    if not isinstance(source, LogSource) or not logs:
        return _NONE
    if len(logs) > MOST:
        return _TOO_MANY
    opened = (source.open_log(each) for each in logs)
    # A file may lie on a disk that is far away.
    texts = await asyncio.to_thread(lambda: list(opened))
    return texts[0] if len(texts) == 1 else MergedText(texts, ", ".join(logs))


def kept(name: str, data: bytes, trouble: Text | None = None) -> LogText:
    """Return a log that is in memory already.

    Args:
        name: its name in findings.
        data: its bytes, packed by gzip or not.
        trouble: why it is not whole.
    """
    text = BytesText(name, data, trouble)
    if not is_packed(data[:16]):
        return text
    return PackedText(text, Budget(Limits(), threading.Event()), trouble=trouble)


def available(snapshot: Snapshot) -> list[LogRead]:
    """Return the logs of a snapshot that can be opened, Velero's first."""
    files = snapshot.source.type is SourceType.FILES
    logs = (each for each in snapshot.logs if each.lines or files)
    order = {group: place for place, group in enumerate(_ORDER)}
    return sorted(logs, key=lambda each: (order.get(each.group, len(order)), each.log))
