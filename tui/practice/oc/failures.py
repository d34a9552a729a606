"""What goes wrong, in oc's words."""

from __future__ import annotations

from typing import Any


class Failure(Exception):
    """Ends a command with a message on stderr."""

    def __init__(self, message: str, code: int = 1) -> None:
        self.code = code
        super().__init__(message)


class ServerFailure(Failure):
    """The server answered with a Status.

    Args:
        status: The Status object.
        prefix: Text that oc puts before the message.
    """

    def __init__(self, status: dict[str, Any], prefix: str = "") -> None:
        self.status = status
        super().__init__(_text(status, prefix))

    @property
    def reason(self) -> str:
        """Returns the Status's reason."""
        return str(self.status.get("reason", ""))

    def when(self, prefix: str) -> ServerFailure:
        """Returns the same failure with a prefix."""
        return ServerFailure(self.status, prefix)


def _text(status: dict[str, Any], prefix: str) -> str:
    reason, message = status.get("reason", ""), status.get("message", "")
    details: dict[str, Any] = status.get("details") or {}
    if status.get("code") == 401:
        return "error: You must be logged in to the server (Unauthorized)"
    if reason == "Invalid" and details.get("causes"):
        causes = [f"{item['field']}: {item['message']}" for item in details["causes"]]
        name = details.get("name", "")
        if len(causes) == 1:
            return f'The {details.get("kind")} "{name}" is invalid: {causes[0]}'
        listing = "".join(f"\n* {cause}" for cause in dict.fromkeys(causes))
        return f'The {details.get("kind")} "{name}" is invalid: {listing}'
    if reason == "Invalid":
        return f"The request is invalid: {message}"
    return f"Error from server ({reason}): {prefix}{message}"
