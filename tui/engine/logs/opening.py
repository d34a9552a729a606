"""Opens logs by their names, one or several as one; or a file."""

from __future__ import annotations

import asyncio

from knowledge.snapshot import LogGroup, LogRead, Snapshot
from knowledge.text import Text
from tui.engine.logs.gathered import open_file
from tui.engine.logs.merged import MergedText
from tui.engine.logs.text import LogText
from tui.engine.ports import LogSource

_ORDER = (
    LogGroup.VELERO,
    LogGroup.BACKUP,
    LogGroup.RESTORE,
    LogGroup.OPERATOR,
    LogGroup.NODE_AGENT,
    LogGroup.UNKNOWN,
)
_NONE = Text(
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
    texts = [source.open_log(each) for each in logs]
    return texts[0] if len(texts) == 1 else MergedText(texts, ", ".join(logs))


def available(snapshot: Snapshot) -> list[LogRead]:
    """Return the logs of a snapshot that can be opened, Velero's first."""
    logs = (each for each in snapshot.logs if each.lines)
    return sorted(logs, key=lambda each: (_ORDER.index(each.group), each.log))
