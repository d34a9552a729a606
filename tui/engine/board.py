"""The state of the connection, kept by the source's thread and read from any."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from knowledge.text import Text
from tui.engine.ports import Connection, Phase


class Board:
    """One `Connection`, replaced as things happen."""

    def __init__(self, connection: Connection) -> None:
        self._lock = threading.Lock()
        self._connection = connection
        self._ready = False
        self._trouble: tuple[Phase, Text] | None = None
        self._requests: Callable[[], int] = int

    def count(self, requests: Callable[[], int]) -> None:
        """Say where the number of requests is found."""
        self._requests = requests

    def set(self, **fields: Any) -> None:
        """Change fields other than phase and message."""
        with self._lock:
            self._connection = replace(self._connection, **fields)

    def fail(self, message: Text) -> None:
        """Note a trouble that needs a person."""
        self._trouble = (Phase.FAILED, message)

    def lose(self, message: Text) -> None:
        """Note that the server does not answer at the moment."""
        self._trouble = (Phase.LOST, message)

    def heal(self) -> None:
        """Note that the server answers us."""
        self._trouble = None

    def ready(self) -> None:
        """Note that everything that can be read was read once."""
        self._ready = True

    def connection(self) -> Connection:
        """Return the connection as it is now."""
        trouble = self._trouble
        calm = Phase.READY if self._ready else Phase.CONNECTING
        with self._lock:
            return replace(
                self._connection,
                phase=trouble[0] if trouble else calm,
                message=trouble[1] if trouble else None,
                requests=self._requests(),
            )
