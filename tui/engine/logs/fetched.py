"""A log that was fetched from the storage location, poured out to be looked at."""

from __future__ import annotations

import threading
from typing import Final

from knowledge.text import Text
from tui.engine.logs.text import MemoryText
from tui.engine.stored import Shelf

_GONE: Final = Text(
    en="it is not kept any more: fetch it again",
    ja="保持していません。もう一度取得してください",
)


def shelved(shelf: Shelf, log: str) -> MemoryText | None:
    """Return the log that findings call so; None: it is the log of a container."""
    fetched = shelf.get(log)
    if fetched is None and "/" in log:
        return None
    text = MemoryText(log)
    if fetched is None:
        text.finish(_GONE)
        return text
    closed = threading.Event()

    def pour() -> None:
        for block in fetched.blocks():
            if closed.is_set():
                return
            text.append(block)
        text.finish(fetched.cut)

    text.on_close = closed.set
    threading.Thread(target=pour, name="fetched-log", daemon=True).start()
    return text
